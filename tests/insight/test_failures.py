"""What failures tell."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.insight.failures import MOST_CAUSES, failure_of, told_failure
from swf.models import HistoryBuilder
from swf.payload import Payloads, dump_failure

TYPE = ("charge", "1")


def test_what_a_worker_of_ours_told_is_told_again() -> None:
    """Type, message and traceback of the error, then of what was behind it."""

    def charge() -> None:
        try:
            {}["card"]
        except KeyError as cause:
            raise ValueError("no card") from cause

    with pytest.raises(ValueError, match="no card") as caught:
        charge()
    reason, details = dump_failure(Payloads(), caught.value)

    failure = told_failure("failed", reason, details)

    assert [error.message for error in failure.errors] == ["no card", "'card'"]
    assert failure.errors[0].words.endswith("ValueError: no card")
    assert 'raise ValueError("no card")' in failure.errors[0].traceback
    assert failure.details is None
    assert failure.words == "failed: ValueError: no card"


def test_a_traceback_may_be_one_text() -> None:
    """Other libraries tell it so."""
    details = json.dumps({"error": "E", "message": "m", "traceback": "line 1\nline 2\n"})

    [error] = told_failure("failed", None, details).errors

    assert error.traceback == "line 1\nline 2"
    assert error.words == "E: m"


@pytest.mark.parametrize(
    "details",
    [
        "it broke",
        '{"no": "error"}',
        "{",
        "{" * 100_000,
        '[{"error": "E"}]',
        '{"$swf":["sealed",1,["aes"],"e30="]}',
    ],
)
def test_any_other_details_stay_the_text_that_they_are(details: str) -> None:
    """What is no error of ours, or sealed, is neither read nor opened."""
    failure = told_failure("failed", "reason", details)

    assert failure.errors == ()
    assert failure.details == details


def test_causes_come_to_an_end() -> None:
    """However many errors are behind one another, so many are told."""
    told: dict[str, object] = {"error": "E"}
    for _ in range(3 * MOST_CAUSES):
        told = {"error": "E", "cause": told}

    assert len(told_failure("failed", None, json.dumps(told)).errors) == MOST_CAUSES


@given(st.text(max_size=40) | st.none(), st.text(max_size=80) | st.none())
def test_no_text_is_too_odd(reason: str | None, details: str | None) -> None:
    """Whatever a worker sent is told."""
    failure = told_failure("timed_out", reason, details)

    assert failure.words.startswith("timed out")


def test_only_what_ended_badly_has_a_failure() -> None:
    """A task that runs has none, nor one that completed; a time-out is told by its type."""
    builder = HistoryBuilder(TYPE).decision()
    for name in "abc":
        builder.activity_task_scheduled(name, TYPE)
    for name in "abc":
        builder.activity_task_started(name)
    builder.activity_task_completed("a").activity_task_timed_out("b", "START_TO_CLOSE")
    tasks = builder.build().compiled.activities

    assert failure_of(tasks["a"]) is None
    assert failure_of(tasks["c"]) is None
    timed_out = failure_of(tasks["b"])
    assert timed_out is not None
    assert timed_out.words == "timed out: START_TO_CLOSE"
