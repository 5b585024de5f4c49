"""Every event type has one class, whose declared fields are the API's own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_type_hints

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import EVENT_TYPES, TIME, raw_event, raw_events

from swf.exceptions import ValidationError, ValidationTypeError
from swf.models import event as events
from swf.models.event import EVENTS, FIELDS, Event, UnknownEvent, event_from, events_from, typed
from swf.shapes import SHAPES
from swf.wire import Duration, ExecutionKey, TypeKey, snake_case

MEANINGS = {
    "WorkflowExecutionStarted": ("WorkflowExecution", "started"),
    "WorkflowExecutionSignaled": ("WorkflowExecution", "signaled"),
    "WorkflowExecutionCancelRequested": ("WorkflowExecution", "cancel_requested"),
    "WorkflowExecutionCompleted": ("WorkflowExecution", "completed"),
    "CompleteWorkflowExecutionFailed": ("WorkflowExecution", "complete_failed"),
    "WorkflowExecutionFailed": ("WorkflowExecution", "failed"),
    "FailWorkflowExecutionFailed": ("WorkflowExecution", "fail_failed"),
    "WorkflowExecutionTimedOut": ("WorkflowExecution", "timed_out"),
    "WorkflowExecutionCanceled": ("WorkflowExecution", "canceled"),
    "CancelWorkflowExecutionFailed": ("WorkflowExecution", "cancel_failed"),
    "WorkflowExecutionContinuedAsNew": ("WorkflowExecution", "continued_as_new"),
    "ContinueAsNewWorkflowExecutionFailed": ("WorkflowExecution", "continue_as_new_failed"),
    "WorkflowExecutionTerminated": ("WorkflowExecution", "terminated"),
    "DecisionTaskScheduled": ("DecisionTask", "scheduled"),
    "DecisionTaskStarted": ("DecisionTask", "started"),
    "DecisionTaskCompleted": ("DecisionTask", "completed"),
    "DecisionTaskTimedOut": ("DecisionTask", "timed_out"),
    "ActivityTaskScheduled": ("ActivityTask", "scheduled"),
    "ScheduleActivityTaskFailed": ("ActivityTask", "schedule_failed"),
    "ActivityTaskStarted": ("ActivityTask", "started"),
    "ActivityTaskCompleted": ("ActivityTask", "completed"),
    "ActivityTaskFailed": ("ActivityTask", "failed"),
    "ActivityTaskTimedOut": ("ActivityTask", "timed_out"),
    "ActivityTaskCanceled": ("ActivityTask", "canceled"),
    "ActivityTaskCancelRequested": ("ActivityTask", "cancel_requested"),
    "RequestCancelActivityTaskFailed": ("ActivityTask", "request_cancel_failed"),
    "TimerStarted": ("Timer", "started"),
    "StartTimerFailed": ("Timer", "start_failed"),
    "TimerFired": ("Timer", "fired"),
    "TimerCanceled": ("Timer", "canceled"),
    "CancelTimerFailed": ("Timer", "cancel_failed"),
    "MarkerRecorded": ("Marker", "recorded"),
    "RecordMarkerFailed": ("Marker", "record_failed"),
    "StartChildWorkflowExecutionInitiated": ("ChildWorkflowExecution", "start_initiated"),
    "StartChildWorkflowExecutionFailed": ("ChildWorkflowExecution", "start_failed"),
    "ChildWorkflowExecutionStarted": ("ChildWorkflowExecution", "started"),
    "ChildWorkflowExecutionCompleted": ("ChildWorkflowExecution", "completed"),
    "ChildWorkflowExecutionFailed": ("ChildWorkflowExecution", "failed"),
    "ChildWorkflowExecutionTimedOut": ("ChildWorkflowExecution", "timed_out"),
    "ChildWorkflowExecutionCanceled": ("ChildWorkflowExecution", "canceled"),
    "ChildWorkflowExecutionTerminated": ("ChildWorkflowExecution", "terminated"),
    "SignalExternalWorkflowExecutionInitiated": ("ExternalWorkflowExecution", "signal_initiated"),
    "ExternalWorkflowExecutionSignaled": ("ExternalWorkflowExecution", "signaled"),
    "SignalExternalWorkflowExecutionFailed": ("ExternalWorkflowExecution", "signal_failed"),
    "RequestCancelExternalWorkflowExecutionInitiated": (
        "ExternalWorkflowExecution",
        "request_cancel_initiated",
    ),
    "ExternalWorkflowExecutionCancelRequested": ("ExternalWorkflowExecution", "cancel_requested"),
    "RequestCancelExternalWorkflowExecutionFailed": (
        "ExternalWorkflowExecution",
        "request_cancel_failed",
    ),
    "LambdaFunctionScheduled": ("LambdaFunction", "scheduled"),
    "ScheduleLambdaFunctionFailed": ("LambdaFunction", "schedule_failed"),
    "LambdaFunctionStarted": ("LambdaFunction", "started"),
    "StartLambdaFunctionFailed": ("LambdaFunction", "start_failed"),
    "LambdaFunctionCompleted": ("LambdaFunction", "completed"),
    "LambdaFunctionFailed": ("LambdaFunction", "failed"),
    "LambdaFunctionTimedOut": ("LambdaFunction", "timed_out"),
}

DECODED = {
    "ActivityType": TypeKey,
    "WorkflowType": TypeKey,
    "WorkflowExecution": ExecutionKey,
    "TaskList": str,
    "TagList": tuple[str, ...],
    "TaskPriority": int,
    "EventId": int,
    "DurationInSeconds": Duration,
    "DurationInSecondsOptional": Duration,
}
"""What a shape that is not text is as a Python value."""


def test_each_type_of_the_table_of_shapes_has_its_class() -> None:
    """There is a class for every event type that this package knows the shape of, and no other."""
    assert set(EVENTS) == set(EVENT_TYPES)
    assert len(EVENTS) == 54


def test_each_type_of_the_service_model_has_its_class() -> None:
    """There is a class for every event type in botocore's model of the service."""
    model = botocore.session.get_session().get_service_model("swf")

    assert set(EVENTS) == set(model.shape_for("EventType").enum)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_class_is_named_as_its_type(name: str) -> None:
    """Class, `name` and API agree to the letter, and the class is exported under that name."""
    assert EVENTS[name].__name__ == EVENTS[name].name == name
    assert getattr(events, name) is EVENTS[name]


def test_type_and_state_say_which_entity_and_what_became_of_it() -> None:
    """Type and state of every event type are the ones published, and no two types share both."""
    told = {name: (found.type, found.state) for name, found in EVENTS.items()}

    assert told == MEANINGS
    assert len(set(told.values())) == len(told)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_declared_fields_are_those_of_the_api(name: str) -> None:
    """A class declares the API's members: same names, same optionality, the type when decoded."""
    found = EVENTS[name]
    shape = SHAPES[f"{name}EventAttributes"]
    expected: dict[str, Any] = {}
    for member, member_shape in shape["members"].items():
        field = snake_case(member)
        if found.type == "LambdaFunction" and field in ("id", "name"):
            field = f"function_{field}"
        decoded = DECODED.get(member_shape, str)
        expected[field] = decoded if member in shape["required"] else decoded | None

    declared = {
        field: hint for field, hint in get_type_hints(found).items() if field not in vars(Event)
    }
    own = {
        field: hint
        for field, hint in declared.items()
        if field not in get_type_hints(Event) and field not in ("type", "state")
    }

    assert own == expected
    assert found.fields == tuple(expected)


def test_fields_are_all_that_any_type_has() -> None:
    """The set of known fields is the union over the classes."""
    assert {"activity_id", "function_name", "timer_id", "cause"} <= FIELDS
    assert set().union(*(found.fields for found in EVENTS.values())) == FIELDS


def kind_of(hint: Any) -> tuple[type, ...]:
    """Return the classes whose instances a decoded field may be."""
    return {Duration: (int, str), tuple[str, ...]: (tuple,)}.get(hint, (hint,))


@settings(max_examples=200)
@given(raw=raw_events())
def test_every_field_reads_as_declared(raw: dict[str, Any]) -> None:
    """Of any event SWF may record, a told field has its declared type and an untold one is None."""
    event = event_from(raw)
    shape = SHAPES[f"{event.name}EventAttributes"]["members"]
    told = raw[event.attributes_key]

    assert type(event) is EVENTS[raw["eventType"]]
    for (member, member_shape), field in zip(shape.items(), event.fields, strict=True):
        value = getattr(event, field)
        if value is None:
            assert not told.get(member)
            assert told.get(member) is None or member_shape == "DurationInSecondsOptional"
        else:
            assert isinstance(value, kind_of(DECODED.get(member_shape, str)))
    assert event.as_dict() == {
        field: getattr(event, field) for field in event.fields if getattr(event, field) is not None
    }


def test_events_keep_their_own_names() -> None:
    """Making one event says nothing about another of the same entity."""
    names = ["DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted"]

    made = [event_from(raw_event(index + 1, name)) for index, name in enumerate(names)]

    assert [event.name for event in made] == names


def test_lambda_events_are_events_like_any_other() -> None:
    """A Lambda task's own id and name do not hide those of the event."""
    raw = raw_event(7, "LambdaFunctionScheduled", id="call-1", name="resize", input="{}")

    event = event_from(raw)

    assert isinstance(event, events.LambdaFunctionScheduled)
    assert (event.id, event.name) == (7, "LambdaFunctionScheduled")
    assert (event.function_id, event.function_name) == ("call-1", "resize")


@pytest.mark.parametrize(
    "name", ["TimerCancelled", "timerFired", "TimerFiredAgain", "ActivityTask", "TimerFired ", ""]
)
def test_look_up_is_exact(name: str) -> None:
    """A name that merely resembles an event type's is not that type."""
    assert type(event_from({"eventId": 1, "eventType": name, "eventTimestamp": TIME})) is (
        UnknownEvent
    )


def test_a_type_of_the_future_is_kept() -> None:
    """An event of an unknown type keeps its raw, and gives its fields as they came."""
    raw = raw_event(3, "ActivityTaskPaused", pausedBy="me", scheduledEventId=2, details='{"a": 1}')

    event = event_from(raw)

    assert (event.name, event.type, event.state) == ("ActivityTaskPaused", "Unknown", "unknown")
    assert event.raw is raw
    assert event.id == 3
    assert event.fields == ("paused_by", "scheduled_event_id", "details")
    assert isinstance(event, UnknownEvent)
    assert event.paused_by == "me"
    assert event.as_dict() == {"paused_by": "me", "scheduled_event_id": 2, "details": '{"a": 1}'}
    assert event.links == {"scheduled_event_id": 2}
    assert event.load("details") == {"a": 1}
    assert repr(event) == (
        "ActivityTaskPaused(3, paused_by='me', scheduled_event_id=2, details='{\"a\": 1}')"
    )
    with pytest.raises(AttributeError, match="nonesuch"):
        _ = event.nonesuch
    assert UnknownEvent(raw) == event


@pytest.mark.parametrize("attributes", [None, [], "text"])
def test_a_type_of_the_future_may_have_no_attributes(attributes: Any) -> None:
    """Whatever stands where attributes would is no reason to refuse an unknown event."""
    raw = {**raw_event(3, "Thing"), "thingEventAttributes": attributes}

    assert event_from(raw).as_dict() == {}


@settings(max_examples=30)
@given(raws=st.lists(raw_events(), max_size=8))
def test_many_at_once_are_the_same_as_one_by_one(raws: list[dict[str, Any]]) -> None:
    """However events are made, they are equal and of the same class."""
    singly = [event_from(raw) for raw in raws]
    constructed = [EVENTS[raw["eventType"]](raw) for raw in raws]

    for together in (events_from(raws), events_from(iter(raws)), typed(raws), constructed):
        assert together == singly
        assert [type(event) for event in together] == [type(event) for event in singly]
        assert all(event.raw is raw for event, raw in zip(together, raws, strict=True))


GOOD = raw_event(1, "DecisionTaskScheduled", taskList={"name": "x"})


@pytest.mark.parametrize(
    ("bad", "said", "kind"),
    [
        ({}, "eventId is required", ValidationError),
        ({**GOOD, "eventId": None}, "eventId is required", ValidationError),
        ({**GOOD, "eventId": "7"}, "eventId must be an int, got '7'", ValidationTypeError),
        ({**GOOD, "eventId": True}, "eventId must be an int, got True", ValidationTypeError),
        ({**GOOD, "eventType": 5}, "eventType must be a str, got 5", ValidationTypeError),
        ({"eventId": 1, "eventTimestamp": 2.0}, "eventType is required", ValidationError),
        ({**GOOD, "eventTimestamp": "now"}, "eventTimestamp must be seconds", ValidationTypeError),
        ({"eventId": 1, "eventType": "X"}, "eventTimestamp is required", ValidationError),
        ("TimerFired", "an event is a mapping, got 'TimerFired'", ValidationTypeError),
        (None, "an event is a mapping, got None", ValidationTypeError),
        (12, "an event is a mapping, got 12", ValidationTypeError),
    ],
)
def test_what_is_no_event_is_refused_by_index_and_key(
    bad: Any, said: str, kind: type[ValidationError]
) -> None:
    """An item that is no raw event is named by its place in the list and by the key at fault."""
    with pytest.raises(kind) as one:
        event_from(bad)
    with pytest.raises(kind) as many:
        events_from([GOOD, GOOD, bad])

    assert one.value.message.startswith(said)
    assert many.value.message.startswith(f"events[2]: {said}")


class Id(int):
    """An int that is not of the very class `int`."""


def test_unusual_but_right_values_are_taken() -> None:
    """A mapping that is no dict, or an id that subclasses int, is as good as the usual."""
    unusual = {**GOOD, "eventId": Id(4)}

    assert [event.id for event in events_from([GOOD, unusual])] == [1, 4]


def test_classes_load_when_first_used() -> None:
    """Importing the package and its models, and making a history, loads no class of an event."""
    program = (
        "import sys, swf, swf.models, swf.models.event\n"
        "from swf.models.history import History\n"
        "History()\n"
        "loaded = [m for m in sys.modules if m.startswith('swf.models.event.')]\n"
        "print(sorted(loaded))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "registry" not in done.stdout
    assert "timer" not in done.stdout


@pytest.mark.parametrize("name", [*EVENT_TYPES, "ActivityTaskPaused"])
def test_an_event_holds_its_raw_and_nothing_else(name: str) -> None:
    """An event is a view: it has no dictionary of its own, however long the history is."""
    assert not hasattr(event_from(raw_event(1, name)), "__dict__")
