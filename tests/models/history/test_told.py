"""Whatever a broken history tells, compiling it ends in a history or in this package's error."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import TIME, attributes_member, raw_event
from strategies import raw_histories

from swf.exceptions import InconsistentHistoryError, ValidationError
from swf.models.event import event_from, events_from
from swf.models.history import CompiledHistory, History

STARTED: dict[str, Any] = {
    "workflowType": {"name": "w", "version": "1"},
    "taskList": {"name": "l"},
    "childPolicy": "TERMINATE",
}
JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.just({})
    | st.just([])
    | st.just({"name": 1, "version": "1"})
    | st.just({"workflowId": ["w"]})
    | st.just([1])
)


def compile_started(*, at: Any = TIME, **told: Any) -> CompiledHistory:
    """Compile a history of one event, which tells this."""
    raw = raw_event(1, "WorkflowExecutionStarted", at=at, **{**STARTED, **told})
    return History.from_raw([raw]).compile()


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("workflowType", {}, "a type's name and version"),
        ("workflowType", {"name": "w"}, "a type's name and version"),
        ("workflowType", {"name": "w", "version": 1}, "a type's name and version"),
        ("workflowType", 5, "a type's name and version"),
        ("taskList", "x", "a task list's name"),
        ("taskList", {"name": None}, "a task list's name"),
        ("tagList", "abc", "a list of texts"),
        ("tagList", [1], "a list of texts"),
        ("taskPriority", "", "a number in a text"),
        ("taskPriority", 1, "a number in a text"),
        ("executionStartToCloseTimeout", "abc", "seconds in digits or 'NONE'"),
        ("executionStartToCloseTimeout", 60, "seconds in digits or 'NONE'"),
        ("parentWorkflowExecution", {}, "an execution's workflow id and run id"),
        ("parentWorkflowExecution", 5, "an execution's workflow id and run id"),
        (
            "parentWorkflowExecution",
            {"workflowId": "w", "runId": 1},
            "an execution's workflow id and run id",
        ),
        ("parentInitiatedEventId", 1.5, "the id of an event"),
        ("parentInitiatedEventId", True, "the id of an event"),
        ("parentInitiatedEventId", -1, "the id of an event"),
        ("input", {}, "a text"),
        ("childPolicy", {}, "one of TERMINATE, REQUEST_CANCEL, ABANDON"),
    ],
)
def test_a_value_of_another_form_is_refused(member: str, value: Any, words: str) -> None:
    """The error names event, attribute and value, and says what the attribute must be."""
    with pytest.raises(InconsistentHistoryError) as caught:
        compile_started(**{member: value})

    assert str(caught.value) == (
        f"event 1 WorkflowExecutionStarted: {member} must be {words}, got {value!r}"
    )


def test_what_the_api_leaves_open_is_taken() -> None:
    """Null is untold, and an empty duration too; attributes that nobody knows are ignored."""
    compiled = compile_started(
        taskStartToCloseTimeout="",
        executionStartToCloseTimeout="NONE",
        taskPriority="-5",
        tagList=(),
        input=None,
        parentWorkflowExecution={"workflowId": "w", "runId": None},
        somethingNew={"any": ["thing"]},
    )

    assert compiled.execution.task_priority == -5
    assert compiled.execution.task_start_to_close_timeout is None


@pytest.mark.parametrize("member", ["activityId", "decisionTaskCompletedEventId"])
@pytest.mark.parametrize("value", [{}, [], 1.5])
def test_ids_that_can_name_nothing_are_refused(member: str, value: Any) -> None:
    """What no dictionary takes as a key, or no list as a place, is refused by the event's name."""
    raws = [
        raw_event(1, "WorkflowExecutionStarted", **STARTED),
        raw_event(2, "DecisionTaskScheduled", taskList={"name": "l"}),
        raw_event(3, "DecisionTaskStarted", scheduledEventId=2),
        raw_event(4, "DecisionTaskCompleted", scheduledEventId=2, startedEventId=3),
    ]
    told = {
        "activityType": {"name": "a", "version": "1"},
        "activityId": "a",
        "taskList": {"name": "l"},
        "decisionTaskCompletedEventId": 4,
        member: value,
    }
    compiled = CompiledHistory.of(events_from(raws))

    with pytest.raises(InconsistentHistoryError, match=f"event 5 ActivityTaskScheduled: {member} "):
        compiled.append(event_from(raw_event(5, "ActivityTaskScheduled", **told)))
    assert compiled == CompiledHistory.of(events_from(raws))


@pytest.mark.parametrize(
    "at",
    [
        1e18,
        -1e18,
        10**30,
        float("nan"),
        float("inf"),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_time_beyond_the_calendar_is_refused(at: Any) -> None:
    """A time that no datetime can tell does not get into a compiled history, first or later."""
    with pytest.raises(InconsistentHistoryError, match=r"event 1 .*: eventTimestamp must be a tim"):
        compile_started(at=at)

    compiled = compile_started()
    signal = event_from(raw_event(2, "WorkflowExecutionSignaled", at=at, signalName="s"))
    with pytest.raises(InconsistentHistoryError, match=r"event 2 .*: eventTimestamp must be a tim"):
        compiled.append(signal)


def test_a_time_without_zone_is_no_time() -> None:
    """A naive datetime is refused where it comes in, for nobody knows when it was."""
    naive = datetime.fromtimestamp(TIME, UTC).replace(tzinfo=None)
    raws = [raw_event(1, "TimerFired"), raw_event(2, "TimerFired", at=naive)]

    with pytest.raises(ValidationError, match=r"events\[1\]: eventTimestamp must be an aware"):
        History.from_raw(raws)
    with pytest.raises(ValidationError, match=r"^eventTimestamp must be an aware datetime"):
        event_from(raws[1])


def test_datetimes_and_numbers_may_take_turns() -> None:
    """Numbers, whole ones and aware datetimes are compared as the times that they are."""
    compiled = compile_started(at=1_600_000_000)
    for number, at in enumerate(
        (1_600_000_000.5, datetime.fromtimestamp(1_600_000_001, UTC), 1_600_000_002), 2
    ):
        raw = raw_event(number, "WorkflowExecutionSignaled", at=at, signalName="s")
        compiled.append(event_from(raw))

    assert compiled.last_event_id == 4


@given(data=st.data())
@settings(max_examples=200)
def test_no_broken_value_gets_past(data: st.DataObject) -> None:
    """Any value in any place of any history: it compiles, and can be read, or it is refused."""
    raws = deepcopy(data.draw(raw_histories()))
    raw = data.draw(st.sampled_from(raws))
    told = raw[attributes_member(raw["eventType"])]
    if told:
        told[data.draw(st.sampled_from(sorted(told)))] = data.draw(JUNK)

    try:
        compiled = History.from_raw(raws).compile()
    except InconsistentHistoryError:
        return
    assert len(compiled.as_table()) == len(compiled.entities)
    assert all(isinstance(entity.as_dict(), dict) for entity in compiled.entities)
