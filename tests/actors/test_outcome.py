"""However code ends, SWF can be told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.actors.outcome import Outcome, details_text, outcome_of
from swf.constants import MAX_DETAILS_LENGTH, MAX_REASON_LENGTH, MAX_RESULT_LENGTH
from swf.exceptions import ActivityCanceled, ActivityFailed, ActorError, CompleteLater
from swf.wire import sendable

TEXTS = st.text(st.characters(), max_size=300) | st.sampled_from(["x" * 40_000, "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | TEXTS | st.sets(st.integers()) | st.builds(object),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


class Mute:
    """What cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")


def raising(error: BaseException) -> Any:
    """Code that raises."""
    raise error


def takes(outcome: Outcome) -> bool:
    """Whether SWF takes what it would be told."""
    most = MAX_RESULT_LENGTH if outcome.kind == "completed" else MAX_DETAILS_LENGTH
    return all(
        text is None or (len(text) <= limit and sendable(text))
        for text, limit in ((outcome.text, most), (outcome.reason, MAX_REASON_LENGTH))
    )


@given(VALUES)
def test_whatever_is_returned_or_raised_can_be_told(value: Any) -> None:
    """Results, errors, cancels and failures of any content become texts that SWF takes."""
    returned = outcome_of(lambda: value)
    raised = outcome_of(lambda: raising(ValueError(value)))
    canceled = outcome_of(lambda: raising(ActivityCanceled(details=value)))
    failed = outcome_of(lambda: raising(ActivityFailed(str(value), details=value)))

    assert returned.kind in {"completed", "failed"}
    assert (raised.kind, canceled.kind, failed.kind) == ("failed", "canceled", "failed")
    assert all(map(takes, (returned, raised, canceled, failed)))
    assert returned.error is None or returned.kind == "failed"


@given(st.recursive(st.integers() | st.text("abc"), st.lists, max_leaves=5))
def test_a_result_that_can_be_json_arrives(value: Any) -> None:
    """What SWF is told of a result is the value: a str as it is, else its JSON."""
    text = outcome_of(lambda: value).text

    assert text is not None
    assert (text if isinstance(value, str) else json.loads(text)) == value


def test_later_is_no_end() -> None:
    """CompleteLater is neither a result nor an error."""
    assert outcome_of(lambda: raising(CompleteLater())) == Outcome("later")


def test_ctrl_c_is_obeyed_only_where_it_is_one() -> None:
    """In a main thread a KeyboardInterrupt is the terminal's, unless none can come from there."""
    with pytest.raises(KeyboardInterrupt):
        outcome_of(lambda: raising(KeyboardInterrupt()))

    ended = outcome_of(lambda: raising(KeyboardInterrupt()), ctrl_c=False)

    assert (ended.kind, ended.reason) == ("failed", "KeyboardInterrupt")
    assert isinstance(ended.error, ActorError)


def test_details_that_cannot_be_shown_are_named() -> None:
    """A value whose repr raises costs its details, and no answer."""
    assert details_text(Mute()) == "(a Mute that cannot be shown)"
