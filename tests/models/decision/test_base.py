"""What every decision does: it checks itself, is a value, and goes to the wire and back."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.constants import MAX_DATA_LENGTH, MAX_REQUEST_BYTES
from swf.exceptions import ValidationError, ValidationTypeError
from swf.models.decision import (
    DECISIONS,
    CancelTimer,
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    ContinueAsNewWorkflowExecution,
    Decision,
    FailWorkflowExecution,
    RecordMarker,
    RequestCancelExternalWorkflowExecution,
    ScheduleActivityTask,
    ScheduleLambdaFunction,
    SignalExternalWorkflowExecution,
    StartChildWorkflowExecution,
    StartTimer,
    check_decisions,
)
from swf.models.decision.base import decisions_on_wire
from swf.shapes import SHAPES
from swf.validation import attributes_member, violations

IDENTIFIER = st.text("abcXYZ0189-_. ", min_size=1, max_size=30).filter(
    lambda text: text != "arn" and text == text.strip()
)
SECONDS = st.one_of(st.integers(0, 99_999_999).map(str), st.just("NONE"))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "ActivityId": IDENTIFIER,
    "TimerId": IDENTIFIER,
    "WorkflowId": IDENTIFIER,
    "Version": IDENTIFIER,
    "MarkerName": st.text(min_size=1, max_size=30),
    "SignalName": st.text(min_size=1, max_size=30),
    "FunctionId": st.text(min_size=1, max_size=30),
    "FunctionName": st.text(min_size=1, max_size=30),
    "FunctionInput": st.text(max_size=60),
    "Arn": st.text(min_size=1, max_size=30),
    "Data": st.text(max_size=60),
    "FailureReason": st.text(max_size=60),
    "WorkflowRunIdOptional": st.text(max_size=30),
    "DurationInSeconds": SECONDS,
    "DurationInSecondsOptional": SECONDS,
    "TaskPriority": st.integers(-(2**31), 2**31 - 1).map(str),
    "TagList": st.lists(st.text(max_size=20), max_size=5),
    "ChildPolicy": st.sampled_from(SHAPES["ChildPolicy"]["enum"]),
    "TaskList": st.fixed_dictionaries({"name": IDENTIFIER}),
    "ActivityType": st.fixed_dictionaries({"name": IDENTIFIER, "version": IDENTIFIER}),
    "WorkflowType": st.fixed_dictionaries({"name": IDENTIFIER, "version": IDENTIFIER}),
}


@st.composite
def wire_decisions(draw: st.DrawFn) -> dict[str, Any]:
    """Any decision that SWF takes, as it takes it."""
    name = draw(st.sampled_from(sorted(DECISIONS)))
    shape = SHAPES[f"{name}DecisionAttributes"]
    required = {member: VALUES[shape["members"][member]] for member in shape["required"]}
    optional = {
        member: VALUES[kind] for member, kind in shape["members"].items() if member not in required
    }
    if name == "StartTimer":
        required["startToFireTimeout"] = st.integers(0, 99_999_999).map(str)
    if name == "ScheduleLambdaFunction":
        optional["startToCloseTimeout"] = st.integers(1, 900).map(str)
    attributes = draw(st.fixed_dictionaries(required, optional=optional))
    return {"decisionType": name, attributes_member(name): attributes}


@given(wire_decisions())
def test_the_wire_and_back(wire: dict[str, Any]) -> None:
    """A decision read from the wire says to SWF exactly what the wire said."""
    assert Decision.from_wire(wire).to_wire() == wire


@given(wire_decisions())
def test_a_decision_is_its_arguments(wire: dict[str, Any]) -> None:
    """Decisions of equal arguments are equal, hash alike, and survive pickle and copy."""
    decision = Decision.from_wire(wire)

    assert DECISIONS[wire["decisionType"]].from_wire(wire) == decision
    assert hash(Decision.from_wire(wire)) == hash(decision)
    assert pickle.loads(pickle.dumps(decision)) == decision
    assert copy.deepcopy(decision) == decision


@given(wire_decisions())
def test_repr_tells_the_arguments(wire: dict[str, Any]) -> None:
    """The repr names the class and what was told, and nothing that was not."""
    shown = repr(Decision.from_wire(wire))

    assert shown.startswith(f"{wire['decisionType']}(")
    assert "=None" not in shown


@given(wire_decisions())
def test_what_is_made_is_valid(wire: dict[str, Any]) -> None:
    """What a decision says to SWF breaks no rule of the API."""
    assert list(violations("Decision", Decision.from_wire(wire).to_wire())) == []


def test_empty_and_zero_are_told() -> None:
    """Only None is left out: an empty text, zero and an empty list are values."""
    assert StartTimer("t", 0, control="").to_wire() == {
        "decisionType": "StartTimer",
        "startTimerDecisionAttributes": {
            "timerId": "t",
            "startToFireTimeout": "0",
            "control": "",
        },
    }
    assert ContinueAsNewWorkflowExecution(tag_list=[], task_priority=0, input="").to_wire()[
        "continueAsNewWorkflowExecutionDecisionAttributes"
    ] == {"tagList": [], "taskPriority": "0", "input": ""}


@pytest.mark.parametrize(
    ("decision", "member"),
    [
        (ScheduleActivityTask(("a", "1"), "id"), "taskList"),
        (StartChildWorkflowExecution(("w", "1"), "id"), "taskList"),
        (ContinueAsNewWorkflowExecution(), "taskList"),
        (CompleteWorkflowExecution(), "result"),
        (ScheduleActivityTask(("a", "1"), "id"), "input"),
    ],
)
def test_what_was_not_told_is_not_sent(decision: Decision, member: str) -> None:
    """A decision made with what is required only leaves all else to SWF."""
    wire = decision.to_wire()

    assert member not in wire[attributes_member(decision.decision_type)]
    assert list(violations("Decision", wire)) == []


def test_a_child_keeps_the_registered_defaults() -> None:
    """No time-out and no child policy of the client's own goes over what the type registered."""
    wire = StartChildWorkflowExecution(("w", "1"), "child").to_wire()

    assert wire["startChildWorkflowExecutionDecisionAttributes"] == {
        "workflowType": {"name": "w", "version": "1"},
        "workflowId": "child",
    }


def test_each_decision_is_an_object_of_its_own() -> None:
    """Making one decision leaves no trace in another of the same class."""
    first, second = StartTimer("a", 1, control="x"), StartTimer("b", 2)

    assert set(second.to_wire()) == {"decisionType", "startTimerDecisionAttributes"}
    assert "control" not in second.to_wire()["startTimerDecisionAttributes"]
    assert first.timer_id == "a"


@pytest.mark.parametrize(
    ("value", "seconds", "text"),
    [
        (90, 90, "90"),
        ("90", 90, "90"),
        (timedelta(minutes=1, seconds=30), 90, "90"),
        ("NONE", "NONE", "NONE"),
        (0, 0, "0"),
    ],
)
def test_durations(value: Any, seconds: Any, text: str) -> None:
    """A duration may be seconds, digits, a timedelta or NONE, and SWF is told its own form."""
    decision = ScheduleActivityTask(("a", "1"), "id", start_to_close_timeout=value)

    assert decision.start_to_close_timeout == seconds
    assert (
        decision.to_wire()["scheduleActivityTaskDecisionAttributes"]["startToCloseTimeout"] == text
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ({"a": [1, None]}, '{"a":[1,None]}'.replace("None", "null")),
        (0, "0"),
        (False, "false"),
        (None, None),
    ],
)
def test_payloads(value: Any, text: str | None) -> None:
    """A str is carried as it is, another value as JSON, and None is not told."""
    decision = RecordMarker("m", details=value)

    assert decision.details == text
    assert decision.to_wire()["recordMarkerDecisionAttributes"].get("details") == text


def test_control_is_a_payload() -> None:
    """A structure given as control travels as JSON text."""
    assert ScheduleActivityTask(("a", "1"), "id", control={"k": 1}).control == '{"k":1}'


@pytest.mark.parametrize(
    ("value", "priority"), [(7, 7), ("7", 7), ("-2147483648", -2147483648), (None, None)]
)
def test_priorities(value: Any, priority: int | None) -> None:
    """A task priority is a number, or the digits of one."""
    assert ScheduleActivityTask(("a", "1"), "id", task_priority=value).task_priority == priority


def test_task_lists() -> None:
    """A task list is its name, or the API's structure."""
    by_name = ScheduleActivityTask(("a", "1"), "id", task_list="fast")

    assert by_name == ScheduleActivityTask(("a", "1"), "id", task_list={"name": "fast"})
    assert by_name.to_wire()["scheduleActivityTaskDecisionAttributes"]["taskList"] == {
        "name": "fast"
    }


def test_tags() -> None:
    """Tags are any strings in a row; a set's, which has no order, are sorted."""
    assert ContinueAsNewWorkflowExecution(tag_list=(tag for tag in "ba")).tag_list == ("b", "a")
    assert ContinueAsNewWorkflowExecution(tag_list={"b", "a", "c"}).tag_list == ("a", "b", "c")


TOO_LONG = "x" * 257
REFUSED: list[tuple[Any, str, type[ValidationError]]] = [
    (lambda: StartTimer("", 1), "StartTimer.timer_id: has at least 1 character", ValidationError),
    (lambda: StartTimer(TOO_LONG, 1), "StartTimer.timer_id: has at most 256", ValidationError),
    (lambda: StartTimer("a:b", 1), "StartTimer.timer_id: must not contain ':'", ValidationError),
    (lambda: StartTimer("t", -1), "StartTimer.start_to_fire_timeout", ValidationError),
    (lambda: StartTimer("t", "soon"), "StartTimer.start_to_fire_timeout", ValidationError),
    (lambda: StartTimer("t", "NONE"), "start_to_fire_timeout: must be a number", ValidationError),
    (
        lambda: StartTimer("t", None),
        "StartTimer.start_to_fire_timeout: is required",
        ValidationError,
    ),
    (
        lambda: StartTimer("t", timedelta(milliseconds=1)),
        "not a whole number of seconds",
        ValidationError,
    ),
    (lambda: StartTimer("t", 1.5), "StartTimer.start_to_fire_timeout", ValidationTypeError),
    (lambda: StartTimer(1, 1), "StartTimer.timer_id: must be a str", ValidationTypeError),
    (lambda: CancelTimer(None), "CancelTimer.timer_id: is required", ValidationError),
    (lambda: RecordMarker(TOO_LONG), "RecordMarker.marker_name", ValidationError),
    (
        lambda: RecordMarker("m", details="x" * (MAX_DATA_LENGTH + 1)),
        "RecordMarker.details: has at most 32768 characters, not 32769",
        ValidationError,
    ),
    (
        lambda: RecordMarker("m", details=object()),
        "RecordMarker.details: not JSON-able",
        ValidationTypeError,
    ),
    (
        lambda: FailWorkflowExecution(reason=TOO_LONG),
        "FailWorkflowExecution.reason: has at most 256",
        ValidationError,
    ),
    (
        lambda: FailWorkflowExecution(reason={"a": 1}),
        "FailWorkflowExecution.reason: must be a str",
        ValidationTypeError,
    ),
    (
        lambda: ContinueAsNewWorkflowExecution(tag_list=["t"] * 6),
        "ContinueAsNewWorkflowExecution.tag_list: has at most 5 items, not 6",
        ValidationError,
    ),
    (
        lambda: ContinueAsNewWorkflowExecution(tag_list="abc"),
        "ContinueAsNewWorkflowExecution.tag_list: must be a list of str",
        ValidationTypeError,
    ),
    (
        lambda: ContinueAsNewWorkflowExecution(tag_list=[1]),
        r"ContinueAsNewWorkflowExecution.tag_list\[0\]: must be a str",
        ValidationTypeError,
    ),
    (
        lambda: ContinueAsNewWorkflowExecution(child_policy="KILL"),
        "child_policy: must be one of TERMINATE, REQUEST_CANCEL, ABANDON",
        ValidationError,
    ),
    (
        lambda: ContinueAsNewWorkflowExecution(task_list=""),
        "ContinueAsNewWorkflowExecution.task_list.name: has at least 1",
        ValidationError,
    ),
    (
        lambda: ContinueAsNewWorkflowExecution(task_list=["x"]),
        "ContinueAsNewWorkflowExecution.task_list: must be a name",
        ValidationTypeError,
    ),
    (
        lambda: ScheduleActivityTask(("a", "1"), "id", task_priority=True),
        "ScheduleActivityTask.task_priority: must be an integer",
        ValidationTypeError,
    ),
    (
        lambda: ScheduleActivityTask(("a", "1"), "id", task_priority="high"),
        "ScheduleActivityTask.task_priority: must be an integer",
        ValidationError,
    ),
    (
        lambda: ScheduleActivityTask(("a", "1"), "id", task_priority=2**31),
        "ScheduleActivityTask.task_priority: must be an integer from -2147483648",
        ValidationError,
    ),
    (
        lambda: ScheduleLambdaFunction("id", "f", start_to_close_timeout=901),
        "ScheduleLambdaFunction.start_to_close_timeout: must be 1 to 900",
        ValidationError,
    ),
]


@pytest.mark.parametrize(("make", "message", "kind"), REFUSED)
def test_a_refusal_names_decision_and_argument(
    make: Any, message: str, kind: type[ValidationError]
) -> None:
    """What SWF would refuse cannot be made; the error says which argument breaks which rule."""
    with pytest.raises(ValidationError, match=message) as caught:
        make()

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "make",
    [
        lambda: StartTimer("t", 1, name="x"),
        lambda: StartTimer("t", 1, "control"),
        lambda: CancelTimer(),
        lambda: CompleteWorkflowExecution("result"),
    ],
)
def test_unknown_arguments_are_type_errors(make: Any) -> None:
    """An argument too many, too few or of another name is refused as Python refuses it."""
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "decision_type: is required"),
        ({"decisionType": "StartTimers"}, "decision_type: must be one of"),
        ({"decisionType": "TerminateWorkflowExecution"}, "decision_type: must be one of"),
        ({"decisionType": "StartTimer"}, "timer_id: is required by StartTimer"),
        (
            {
                "decisionType": "CancelTimer",
                "cancelTimerDecisionAttributes": {"timerId": "t"},
                "startTimerDecisionAttributes": {"timerId": "t", "startToFireTimeout": "1"},
            },
            "does not belong to CancelTimer",
        ),
        (
            {"decisionType": "CancelTimer", "cancelTimerDecisionAttributes": {"timerID": "t"}},
            "timer_id: is required",
        ),
        ("StartTimer", "must be a mapping"),
    ],
)
def test_only_decisions_are_read_from_the_wire(raw: Any, message: str) -> None:
    """What SWF would not take as a decision is not read as one."""
    with pytest.raises(ValidationError, match=message):
        Decision.from_wire(raw)


def test_reading_as_another_decision_is_refused() -> None:
    """A class reads decisions of its own type only."""
    with pytest.raises(ValidationError, match="StartTimer: this is a CancelTimer"):
        StartTimer.from_wire(CancelTimer("t").to_wire())


def test_a_subclass_reads_what_its_parent_reads() -> None:
    """A user's subclass of a decision is of the same type, and is read as itself."""

    class Nap(StartTimer):
        """A timer under another name."""

    wire = StartTimer("t", 1).to_wire()

    assert type(Nap.from_wire(wire)) is Nap
    assert Nap.from_wire(wire).to_wire() == wire
    assert type(Decision.from_wire(wire)) is StartTimer


def test_a_subclass_of_the_same_name_takes_nothing_over() -> None:
    """What is read from the wire is of the package's classes, whatever a user calls his own."""
    timer = StartTimer("t", 5)

    class CancelTimer(StartTimer):
        """A user's own timer, unluckily named."""

    own = type("StartTimer", (StartTimer,), {})

    assert type(Decision.from_wire(timer.to_wire())) is StartTimer
    assert own.from_wire(timer.to_wire()) == own("t", 5)
    assert CancelTimer("t", 5).to_wire() == timer.to_wire()
    assert type(CancelTimer.from_wire(timer.to_wire())) is CancelTimer


def test_decisions_of_one_class_that_say_the_same_are_equal() -> None:
    """Equality is within a class, by what SWF is told: another spelling of a value is no other."""
    own = type("Own", (StartTimer,), {})

    assert StartTimer("t", 60) == StartTimer("t", "60") == StartTimer("t", timedelta(minutes=1))
    assert RecordMarker("m", details=[1]) == RecordMarker("m", details="[1]")
    assert own("t", 60) != StartTimer("t", 60)


def test_an_empty_duration_is_not_given() -> None:
    """The API's empty string for an optional duration is read as not told."""
    raw = {
        "decisionType": "ContinueAsNewWorkflowExecution",
        "continueAsNewWorkflowExecutionDecisionAttributes": {"taskStartToCloseTimeout": ""},
    }

    assert Decision.from_wire(raw) == ContinueAsNewWorkflowExecution()


def test_a_decision_without_attributes_needs_no_block() -> None:
    """Where nothing is required, SWF takes a decision that has no attributes at all."""
    raw = {"decisionType": "CompleteWorkflowExecution"}

    assert Decision.from_wire(raw) == CompleteWorkflowExecution()


def test_a_list_may_mix_objects_and_structures() -> None:
    """Decisions are given as objects, as the API's structures, or both, in any iterable."""
    timer = StartTimer("t", 1)

    wires = check_decisions(iter([timer, CompleteWorkflowExecution().to_wire()]))

    assert wires == [timer.to_wire(), CompleteWorkflowExecution().to_wire()]
    assert check_decisions(None) == check_decisions([]) == []


@pytest.mark.parametrize("given", [StartTimer("t", 1), StartTimer("t", 1).to_wire(), "x", 3])
def test_a_list_is_asked_for(given: Any) -> None:
    """A single decision is not a list of decisions, nor is anything else."""
    with pytest.raises(ValidationTypeError, match="decisions: must be a list of decisions"):
        decisions_on_wire(given)


def test_a_stranger_in_the_list_is_named() -> None:
    """What is no decision is refused with its place in the list."""
    with pytest.raises(ValidationTypeError, match=r"decisions\[1\]: must be a Decision .* got 'x'"):
        decisions_on_wire([StartTimer("t", 1), "x"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "closing",
    [
        CompleteWorkflowExecution(),
        FailWorkflowExecution(),
        CancelWorkflowExecution(),
        ContinueAsNewWorkflowExecution(),
    ],
)
def test_what_closes_comes_last(closing: Decision) -> None:
    """A decision that closes the execution is the only such one and the last of its list."""
    timer = StartTimer("t", 1)

    assert len(check_decisions([timer, closing])) == 2
    with pytest.raises(ValidationError, match=r"decisions\[0\]: closes the execution") as caught:
        check_decisions([closing, timer])
    assert caught.value.operation is None
    with pytest.raises(ValidationError, match=r"decisions\[0\]: closes the execution"):
        check_decisions([closing, CompleteWorkflowExecution()])


def test_a_structure_is_checked_like_an_object() -> None:
    """A decision given as the API's structure is refused with its place and argument."""
    wire = {"decisionType": "CancelTimer", "cancelTimerDecisionAttributes": {"timerId": ""}}

    with pytest.raises(ValidationError, match=r"decisions\[0\].timer_id: has at least 1"):
        check_decisions([wire])


def test_a_list_fits_into_one_request() -> None:
    """Decisions of more than 1 MB together are refused, and their size told."""
    large = [RecordMarker(f"m{n}", details="x" * MAX_DATA_LENGTH) for n in range(31)]
    size = len(json.dumps([one.to_wire() for one in large]))

    assert size < MAX_REQUEST_BYTES
    assert len(check_decisions(large)) == 31
    with pytest.raises(ValidationError, match="at most 1048576 bytes"):
        check_decisions([*large, RecordMarker("last", details="x" * MAX_DATA_LENGTH)])


def test_a_list_is_measured_as_it_is_sent() -> None:
    """What is no ASCII takes six bytes a character, and the longest task token fits in too."""
    marker = RecordMarker("m", details="\u00e9" * MAX_DATA_LENGTH)
    assert len(check_decisions([marker] * 5)) == 5
    with pytest.raises(ValidationError, match="at most 1048576 bytes"):
        check_decisions([marker] * 6)

    full = [RecordMarker("m", details="x" * MAX_DATA_LENGTH)] * 31
    request: dict[str, Any] = {"taskToken": "-" * 1_024, "decisions": check_decisions([*full])}
    room = MAX_REQUEST_BYTES - 4_096 - len(json.dumps(request))
    empty = RecordMarker("m", details="")
    rest = room - len(json.dumps(empty.to_wire())) - len(", ")
    fits = RecordMarker("m", details="x" * rest)
    assert len(check_decisions([*full, fits])) == 32
    with pytest.raises(ValidationError, match="at most"):
        check_decisions([*full, RecordMarker("m", details="x" * (rest + 1))])


def test_more_than_a_hundred_decisions_are_one_list() -> None:
    """The size of a list is bounded by its bytes alone."""
    assert len(check_decisions([RecordMarker("m")] * 1_000)) == 1_000


def test_lambda_functions_can_be_scheduled() -> None:
    """A Lambda function's call has its id, name, input, control and time-out."""
    decision = ScheduleLambdaFunction(
        "call", "resize", input={"w": 1}, control="c", start_to_close_timeout=timedelta(minutes=5)
    )

    assert decision.to_wire() == {
        "decisionType": "ScheduleLambdaFunction",
        "scheduleLambdaFunctionDecisionAttributes": {
            "id": "call",
            "name": "resize",
            "control": "c",
            "input": '{"w":1}',
            "startToCloseTimeout": "300",
        },
    }


@pytest.mark.parametrize(
    "decision",
    [
        ContinueAsNewWorkflowExecution(lambda_role="arn:role", task_priority=3),
        StartChildWorkflowExecution(("w", "1"), "id", lambda_role="arn:role", task_priority=3),
    ],
)
def test_roles_and_priorities_are_passed_on(decision: Decision) -> None:
    """A started execution can be given its lambda role and its task priority."""
    attributes = decision.to_wire()[attributes_member(decision.decision_type)]

    assert attributes["lambdaRole"] == "arn:role"
    assert attributes["taskPriority"] == "3"


def test_both_external_decisions_exist() -> None:
    """Another execution can be signaled and asked to cancel itself."""
    assert SignalExternalWorkflowExecution("w", "s", input=[1]).input == "[1]"
    assert RequestCancelExternalWorkflowExecution("w", control="c").control == "c"
