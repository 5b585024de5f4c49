"""Retry strategies in floto's words, and as policies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.flow import RetryPolicy
from swf.graph.errors import GraphError, GraphTypeError
from swf.graph.specs.retry_strategy import (
    InstantRetry,
    Strategy,
    instant_retry_from,
    retry_as_dict,
    retry_policy_from,
)


@given(st.integers(0, 50), st.integers(1, 60))
def test_an_instant_retry_is_a_policy_without_pauses(retries: int, failures: int) -> None:
    """A task is tried again at once as often as there are retries, by strategy and by policy."""
    strategy = InstantRetry(retries=retries)

    assert strategy.policy == RetryPolicy(attempts=retries + 1, delay=0)
    assert strategy.is_task_resubmitted(failures) is (failures <= retries)
    assert isinstance(strategy, Strategy)


@pytest.mark.parametrize(
    ("retries", "kind"), [("3", GraphTypeError), (True, GraphTypeError), (-1, GraphError)]
)
def test_retries_are_a_count(retries: Any, kind: type[GraphError]) -> None:
    """What is no count of retries is refused."""
    with pytest.raises(kind, match=r"InstantRetry\.retries: must be"):
        InstantRetry(retries)


@pytest.mark.parametrize(
    "strategy", [InstantRetry(2), RetryPolicy(attempts=5, on=(KeyError,))], ids=repr
)
def test_both_forms(strategy: Any) -> None:
    """A strategy comes back from either form of its JSON as it was."""
    read = instant_retry_from if isinstance(strategy, InstantRetry) else retry_policy_from
    told, own = retry_as_dict(strategy, None), retry_as_dict(strategy, 1)

    assert told.pop("type") in (
        "floto.specs.retry_strategy.InstantRetry",
        "swf.flow.RetryPolicy",
    )
    assert own.pop("kind") in ("instant", "policy")
    assert read(told, "here") == read(own, "here") == strategy


@pytest.mark.parametrize(
    ("read", "told", "message"),
    [
        (instant_retry_from, {}, "here: retries is required"),
        (instant_retry_from, {"retries": "2"}, "here: InstantRetry.retries: must be an int"),
        (instant_retry_from, {"retries": 2, "delay": 1}, "here: InstantRetry has only .* 'delay'"),
        (retry_policy_from, {"tries": 2}, "here: RetryPolicy: 'tries' is no field"),
        (retry_policy_from, {"attempts": 0}, r"here: RetryPolicy\.attempts: must be at least 1"),
        (retry_policy_from, {"on_timeouts": 5}, "here: .*not iterable"),
    ],
)
def test_wrong_json_is_refused(read: Any, told: dict[str, Any], message: str) -> None:
    """A strategy with a flaw is refused by the place where it was read."""
    with pytest.raises(GraphError, match=message):
        read(told, "here")
