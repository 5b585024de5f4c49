"""What holds for every event: values as recorded, times in UTC, nothing changes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import TIME, raw_event, raw_events

from swf.exceptions import FieldError, ValidationError, ValidationTypeError
from swf.models.event import (
    EVENTS,
    ActivityTaskCanceled,
    ActivityTaskCompleted,
    ActivityTaskScheduled,
    Event,
    TimerEvent,
    TimerFired,
    WorkflowExecutionSignaled,
    WorkflowExecutionStarted,
    event_from,
)
from swf.wire import ExecutionKey, TypeKey

SCHEDULED = raw_event(
    5,
    "ActivityTaskScheduled",
    activityType={"name": "charge", "version": "1.1"},
    activityId="charge-1",
    input='{"amount": 12}',
    scheduleToStartTimeout="NONE",
    startToCloseTimeout="300",
    heartbeatTimeout="",
    taskList={"name": "payments"},
    taskPriority="-3",
    decisionTaskCompletedEventId=4,
)


def completed(result: str | None) -> ActivityTaskCompleted:
    """Return an ActivityTaskCompleted with this result."""
    return ActivityTaskCompleted(
        raw_event(7, "ActivityTaskCompleted", result=result, scheduledEventId=5, startedEventId=6)
    )


def test_values_are_decoded_by_their_shape() -> None:
    """Types, task lists, priorities and durations are read as what they are, payloads as text."""
    event = ActivityTaskScheduled(SCHEDULED)

    assert event.activity_type == TypeKey("charge", "1.1")
    assert event.activity_type.version == "1.1"
    assert event.task_list == "payments"
    assert event.task_priority == -3
    assert event.start_to_close_timeout == 300
    assert event.schedule_to_start_timeout == "NONE"
    assert event.input == '{"amount": 12}'
    assert event.decision_task_completed_event_id == 4


def test_what_was_not_told_is_none() -> None:
    """An absent member and an empty duration are None, never a default in their place."""
    event = ActivityTaskScheduled(SCHEDULED)

    assert event.control is None
    assert event.schedule_to_close_timeout is None
    assert event.heartbeat_timeout is None


def test_executions_and_tags_are_read() -> None:
    """An execution is named by workflow id and, if told, run id; tags are a tuple."""
    started = WorkflowExecutionStarted(
        raw_event(
            1,
            "WorkflowExecutionStarted",
            tagList=["a", "b"],
            parentWorkflowExecution={"workflowId": "p", "runId": "r"},
        )
    )
    signaled = WorkflowExecutionSignaled(
        raw_event(
            2,
            "WorkflowExecutionSignaled",
            signalName="go",
            externalWorkflowExecution={"workflowId": "w"},
        )
    )

    assert started.tag_list == ("a", "b")
    assert started.parent_workflow_execution == ExecutionKey("p", "r")
    assert signaled.external_workflow_execution == ExecutionKey("w", None)


@pytest.mark.parametrize("attributes", [None, {}])
@pytest.mark.parametrize("name", ["ActivityTaskScheduled", "WorkflowExecutionStarted"])
def test_without_attributes_every_field_is_none(name: str, attributes: Any) -> None:
    """An event whose attributes are null, empty or absent still reads, with nothing told."""
    raw = raw_event(1, name)
    key = EVENTS[name].attributes_key
    absent = {member: value for member, value in raw.items() if member != key}

    for told in ({**raw, key: attributes}, absent):
        event = event_from(told)
        assert [getattr(event, field) for field in event.fields] == [None] * len(event.fields)
        assert event.as_dict() == {}


@pytest.mark.parametrize("field", ["timer_id", "started_event_id"])
def test_attributes_that_are_no_structure_are_refused_when_read(field: str) -> None:
    """Attributes of a wrong type are an error that names event and member, not silence."""
    event = event_from({**raw_event(9, "TimerFired"), "timerFiredEventAttributes": ["x"]})

    with pytest.raises(ValidationTypeError, match=r"TimerFired\(9\): timerFiredEventAttributes"):
        getattr(event, field)


def test_decoded_fields_refuse_broken_attributes_too() -> None:
    """The same holds for fields that are decoded."""
    event = event_from({**SCHEDULED, "activityTaskScheduledEventAttributes": 5})

    with pytest.raises(ValidationTypeError, match="activityTaskScheduledEventAttributes"):
        _ = event.as_dict()


# Times


@pytest.mark.parametrize(
    "recorded",
    [
        TIME,
        datetime(2015, 1, 1, 20, 0, 0, 123000, tzinfo=UTC),
        datetime(2015, 1, 1, 21, 0, 0, 123000, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_times_are_aware_and_in_utc(recorded: Any) -> None:
    """Whether a number or a client's own datetime came, the time is aware and in UTC."""
    event = event_from(raw_event(1, "TimerFired", at=recorded))

    assert event.timestamp == datetime(2015, 1, 1, 20, 0, 0, 123000, tzinfo=UTC)
    assert event.timestamp.tzinfo is UTC


def test_whole_seconds_are_a_time_too() -> None:
    """A time that JSON writes without a fraction is read."""
    assert event_from(raw_event(1, "TimerFired", at=0)).timestamp == datetime(
        1970, 1, 1, tzinfo=UTC
    )


@pytest.mark.parametrize("recorded", [1e300, float("nan"), float("inf"), -1e300])
def test_a_number_that_is_no_time_names_the_event(recorded: float) -> None:
    """A number beyond every calendar is an error of this package that names the event."""
    event = event_from(raw_event(4, "TimerFired", at=recorded))

    with pytest.raises(ValidationError, match=r"TimerFired\(4\): eventTimestamp is no time"):
        _ = event.timestamp


@pytest.mark.parametrize(
    ("field", "member", "value"),
    [
        ("task_list", "taskList", "x"),
        ("task_list", "taskList", {"name": 5}),
        ("task_list", "taskList", {}),
        ("task_priority", "taskPriority", ""),
        ("task_priority", "taskPriority", 1.5),
        ("execution_start_to_close_timeout", "executionStartToCloseTimeout", "abc"),
        ("execution_start_to_close_timeout", "executionStartToCloseTimeout", {}),
        ("workflow_type", "workflowType", {}),
        ("workflow_type", "workflowType", 5),
        ("tag_list", "tagList", "abc"),
        ("tag_list", "tagList", [1]),
        ("parent_workflow_execution", "parentWorkflowExecution", {}),
        ("parent_workflow_execution", "parentWorkflowExecution", 5),
    ],
)
def test_a_value_that_cannot_be_decoded_names_event_and_field(
    field: str, member: str, value: Any
) -> None:
    """A value of another form is refused when it is read, and is shown as it came."""
    event = event_from(raw_event(1, "WorkflowExecutionStarted", **{member: value}))
    said = f"WorkflowExecutionStarted(1).{field}: cannot be read of {value!r}"

    for read in (lambda: getattr(event, field), event.as_dict):
        with pytest.raises(ValidationError) as caught:
            read()
        assert str(caught.value) == said
    assert repr(event) == f"WorkflowExecutionStarted(1, {member}={value!r})"


def test_events_that_cannot_be_read_are_compared_all_the_same() -> None:
    """An event with a broken value, or of no time, is equal to its like only, and hashes."""
    wrong = [
        raw_event(1, "WorkflowExecutionStarted", taskList="x"),
        raw_event(1, "WorkflowExecutionStarted", taskList="y"),
        raw_event(1, "WorkflowExecutionStarted", at=1e18),
        raw_event(1, "WorkflowExecutionStarted", taskList={"name": "x"}),
    ]

    assert [
        [event_from(one) == event_from(copy.deepcopy(other)) for other in wrong] for one in wrong
    ] == [[one is other for other in wrong] for one in wrong]
    assert len(set(map(event_from, wrong))) == len(wrong)


def test_attributes_that_are_no_structure_are_shown() -> None:
    """The repr of an event tells what came in place of its attributes."""
    raw = {**raw_event(1, "TimerFired"), "timerFiredEventAttributes": 5}

    assert repr(event_from(raw)) == "TimerFired(1, timerFiredEventAttributes=5)"


def test_a_datetime_beyond_the_calendar_names_the_event() -> None:
    """A time that UTC cannot tell is refused when it is read."""
    at = datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))
    event = event_from(raw_event(4, "TimerFired", at=at))

    with pytest.raises(ValidationError, match=r"TimerFired\(4\): eventTimestamp is no time"):
        _ = event.timestamp


# Payloads


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": [1, null]}', {"a": [1, None]}), ("null", None), ('""', ""), ("0", 0), (None, None)],
)
def test_payloads_are_decoded_when_asked(text: str | None, value: Any) -> None:
    """`load` gives the value of JSON text; the field itself is the text as recorded."""
    event = completed(text)

    assert event.load("result") == value
    assert event.result == text


@pytest.mark.parametrize("text", ["plain", "", "{", "NaN", "[Infinity]", "[" * 100_000, "7 8"])
def test_text_that_is_not_json_is_still_text(text: str) -> None:
    """A payload in another form spoils neither event nor field; only decoding it is an error."""
    event = completed(text)

    assert event.result == text
    with pytest.raises(ValidationError, match=r"ActivityTaskCompleted\(7\)\.result: not JSON"):
        event.load("result")


def test_load_names_the_fields_there_are() -> None:
    """Asking for a field that the event does not have says which it has."""
    with pytest.raises(FieldError, match="no field 'inputs'; it has result, scheduled_event_id"):
        completed("1").load("inputs")


def test_load_takes_text_only() -> None:
    """A field that is no text cannot be decoded as JSON."""
    with pytest.raises(ValidationTypeError, match=r"scheduled_event_id: is no text, got 5"):
        completed("1").load("scheduled_event_id")


# Links


def test_links_are_the_earlier_events_that_it_names() -> None:
    """Links are the ids of earlier events, without those that do not apply or were not told."""
    canceled = ActivityTaskCanceled(
        raw_event(9, "ActivityTaskCanceled", scheduledEventId=5, startedEventId=0)
    )

    assert canceled.started_event_id == 0
    assert canceled.links == {"scheduled_event_id": 5}
    assert completed(None).links == {"scheduled_event_id": 5, "started_event_id": 6}


def test_ids_of_other_histories_are_no_links() -> None:
    """Ids that count in a parent's or a sender's history lead nowhere here."""
    started = event_from(raw_event(1, "WorkflowExecutionStarted", parentInitiatedEventId=12))
    signaled = event_from(raw_event(2, "WorkflowExecutionSignaled", externalInitiatedEventId=12))

    assert started.links == signaled.links == {}


# Identity


def test_events_do_not_change() -> None:
    """No attribute of an event can be set, added or deleted."""
    event = event_from(SCHEDULED)

    for name in ("raw", "id", "activity_id", "invented"):
        with pytest.raises(AttributeError):
            setattr(event, name, 1)
    with pytest.raises(AttributeError, match="immutable"):
        del event.raw  # type: ignore[misc]


@settings(max_examples=40)
@given(raw=raw_events())
@pytest.mark.parametrize(
    "again",
    [
        copy.copy,
        copy.deepcopy,
        lambda event: pickle.loads(pickle.dumps(event)),
        lambda event: event_from({**event.raw, "eventTimestamp": event.timestamp}),
        lambda event: event_from(MappingProxyType(event.raw)),
    ],
    ids=["copy", "deepcopy", "pickle", "datetime", "mapping"],
)
def test_a_copy_is_equal_and_of_one_hash(
    again: Callable[[Event], Event], raw: dict[str, Any]
) -> None:
    """Copies, pickles and the same event told with a datetime are equal, with one hash."""
    event = event_from(raw)

    other = again(event)

    assert type(other) is type(event)
    assert other == event
    assert hash(other) == hash(event)
    assert len({event, other}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"eventId": 6},
        {"eventTimestamp": TIME + 1},
        {"activityTaskScheduledEventAttributes": {"activityId": "other"}},
        {"eventType": "ActivityTaskStarted"},
    ],
)
def test_another_event_is_not_equal(change: dict[str, Any]) -> None:
    """Id, time, type and each attribute count."""
    event = event_from(SCHEDULED)

    assert event != event_from({**SCHEDULED, **change})


def test_an_event_is_not_its_raw() -> None:
    """An event equals events only."""
    assert event_from(SCHEDULED) != SCHEDULED


def test_repr_tells_what_was_told() -> None:
    """The repr is the type, the id and every attribute that was told."""
    assert repr(completed("[1]")) == (
        "ActivityTaskCompleted(7, result='[1]', scheduled_event_id=5, started_event_id=6)"
    )


@pytest.mark.parametrize("wrong", [ActivityTaskCompleted, Event, TimerEvent])
def test_a_class_takes_its_own_events_only(wrong: type[Event]) -> None:
    """An event of another type, and a class that stands for no type, are refused by name."""
    with pytest.raises(ValidationError, match=f"{wrong.__name__}: eventType must be its own"):
        wrong(raw_event(1, "TimerFired", timerId="t"))


def test_a_class_refuses_what_is_no_event() -> None:
    """A constructor checks what it is given, too."""
    with pytest.raises(ValidationError, match="eventId is required"):
        TimerFired({"eventType": "TimerFired"})


@given(st.sampled_from(sorted(EVENTS)))
def test_state_and_type_are_words_of_the_class(name: str) -> None:
    """What an event is about can be asked of its class, without an event."""
    event = event_from(raw_event(1, name))

    assert (event.type, event.state, event.name) == (
        EVENTS[name].type,
        EVENTS[name].state,
        EVENTS[name].name,
    )
