"""What a definition says: values for data, branches of outcomes, what is inside of what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import attrs
import pytest
from chained import AddNumbers, Goodbye, Hello, Split, context, workflow

from swf.steps import Data, WorkflowBuilder
from swf.steps.definition import Node, When, told, walk
from swf.steps.errors import StepsError, StepsTypeError, UnknownStepError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def node(build: Any) -> Any:
    """Return the one node that a function builds."""
    (found,) = workflow(build).definition().body
    return found


def hello(b: WorkflowBuilder) -> object:
    return b.start_with(Hello)


class Verdict(StrEnum):
    YES = "yes"


@pytest.mark.parametrize(
    ("value", "outcome", "matches"),
    [
        (1, 1, True),
        (1, 1.0, True),
        (1, 2, False),
        ("yes", "yes", True),
        (Verdict.YES, "yes", True),
        (None, None, True),
        (None, 0, False),
        (True, True, True),
        (True, 1, False),
        (0, False, False),
        ([1], [1], True),
        (lambda data, context: data.wanted, "this", True),
        (lambda data, context: data.wanted, "that", False),
        (lambda data, context: context.item, 7, True),
    ],
)
def test_an_outcome_is_chosen_by_its_value(value: Any, outcome: Any, matches: bool) -> None:
    """An outcome is what `when` names if they are equal; truth is not a number."""
    when = When(value=value, body=())

    assert when.matches(outcome, Data(wanted="this"), context(item=7)) is matches


def test_inputs_are_computed_from_data_and_context() -> None:
    """A step's inputs are what their functions return for the data and the context."""
    step = node(
        lambda b: (
            b.start_with(AddNumbers)
            .input("input1", lambda data, context: data.value1)
            .input("input2", lambda data, context: context.item)
        )
    )

    assert step.inputs_for(Data(value1=2), context(item=3)) == {"input1": 2, "input2": 3}


@pytest.mark.parametrize(
    ("given", "seconds"), [(5, 5), (0.5, 0.5), (timedelta(minutes=1), 60), ("data", 7)]
)
def test_durations_are_seconds(given: Any, seconds: float) -> None:
    """A time is told in seconds, as a timedelta, or by a function, wherever there is one."""
    period = (lambda data, context: data.seconds) if given == "data" else given
    data = Data(seconds=timedelta(seconds=7))
    wait = node(lambda b: b.wait_for("e", lambda data, context: "k", timeout=period))

    assert wait.timeout_for(data, context()) == seconds
    assert node(lambda b: b.delay(period)).seconds_for(data, context()) == seconds
    assert node(lambda b: b.schedule(period).do(hello)).seconds_for(data, context()) == seconds


@pytest.mark.parametrize(
    ("build", "place"),
    [
        (lambda b: b.delay(lambda data, context: "soon"), "1-delay: delay"),
        (lambda b: b.schedule(lambda data, context: "soon").do(hello), "1-schedule: schedule"),
    ],
)
def test_a_function_that_returns_no_time_is_told(build: Any, place: str) -> None:
    """A function that returns no duration is an error that names its place."""
    with pytest.raises(StepsTypeError, match=f"{place}: must be seconds or a timedelta, got 'soon"):
        node(build).seconds_for(Data(), context())


def test_a_wait_knows_key_and_date() -> None:
    """The key is text; the date is aware, or None where the wait itself is the date."""
    plain = node(lambda b: b.wait_for("e", lambda data, context: data.order))
    dated = node(
        lambda b: b.wait_for("e", lambda data, context: "k", lambda data, context: data.since)
    )

    assert plain.key_for(Data(order=17), context()) == "17"
    assert plain.effective_date_for(Data(), context()) is None
    assert plain.timeout_for(Data(), context()) is None
    assert dated.effective_date_for(Data(since=NOON), context()) == NOON
    with pytest.raises(StepsTypeError, match=r"1-wait_for: wait_for: an event's key must be a str"):
        plain.key_for(Data(order=None), context())
    with pytest.raises(StepsError, match=r"1-wait_for: wait_for: the effective date must be aware"):
        dated.effective_date_for(Data(since=NOON.replace(tzinfo=None)), context())
    with pytest.raises(StepsTypeError, match=r"1-wait_for: wait_for's timeout: must be seconds"):
        node(
            lambda b: b.wait_for(
                "e",
                lambda data, context: "k",
                timeout=lambda data, context: "soon",  # type: ignore[arg-type, return-value]
            )
        ).timeout_for(Data(), context())


@pytest.mark.parametrize("items", [["a", "b"], ("a", "b"), iter("ab"), {"a": 1, "b": 2}.keys()])
def test_items_are_a_list(items: Any) -> None:
    """Whatever can be gone through is taken as a list, in its order."""
    each = node(lambda b: b.for_each(lambda data, context: data.given).do(hello))

    assert each.items_for(Data(given=items), context()) == ["a", "b"]


@pytest.mark.parametrize("items", ["ab", b"ab", {"a": 1}, None, 3])
def test_what_is_no_list_is_told(items: Any) -> None:
    """A text, a dict or a number is no list of items: the error names the place."""
    each = node(lambda b: b.for_each(lambda data, context: data.given).do(hello))

    with pytest.raises(StepsTypeError, match=r"1-for_each: for_each: the function must return a l"):
        each.items_for(Data(given=items), context())


@pytest.mark.parametrize("value", [True, False, 1, 0, "", "x", [], None])
def test_a_condition_is_true_or_false(value: Any) -> None:
    """Whatever a condition returns is taken for true or false as `if` does."""
    loop = node(lambda b: b.while_(lambda data, context: data.value).do(hello))
    branch = node(lambda b: b.if_(lambda data, context: data.value).do(hello))

    assert loop.holds(Data(value=value), context()) is bool(value)
    assert branch.holds(Data(value=value), context()) is bool(value)


def test_what_is_inside_has_a_name() -> None:
    """Each container tells its parts; a part in which there is nothing is left out."""

    def build(b: WorkflowBuilder) -> object:
        return (
            b.start_with(Hello)
            .when(1)
            .do(hello)
            .when(lambda data, context: 2)
            .do(hello)
            .compensate_with(Goodbye)
            .then(Split)
            .do(hello)
            .wait_for("e", lambda data, context: "k", timeout=1)
            .on_timeout(hello)
            .for_each(lambda data, context: [])
            .do(hello)
            .while_(lambda data, context: True)
            .do(hello)
            .if_(lambda data, context: True)
            .do(hello)
            .parallel()
            .do(hello)
            .do(hello)
            .join()
            .schedule(1)
            .do(hello)
            .saga(hello)
            .compensate_with(Goodbye)
            .delay(1)
            .then(Goodbye)
        )

    parts = [[name for name, _ in found.parts] for found in workflow(build).definition().body]

    assert parts == [
        ["when 1", "when lambda", "compensate"],
        ["do"],
        ["timeout"],
        ["each"],
        ["while"],
        ["if"],
        ["1", "2"],
        ["later"],
        ["saga", "compensate"],
        [],
        [],
    ]


def test_walking_meets_every_node_in_order() -> None:
    """A walk meets a container before what is inside of it, and that before what follows."""
    definition = workflow(
        lambda b: (
            b.if_(lambda data, context: True)
            .do(lambda x: x.start_with(Hello).then(Goodbye))
            .then(Goodbye)
        )
    ).definition()

    assert [(found.id, found.kind) for found in walk(definition.body)] == [
        ("1-if", "if"),
        ("1-if.1-Hello", "step"),
        ("1-if.2-Goodbye", "step"),
        ("2-Goodbye", "step"),
    ]


def test_a_step_that_is_not_there_is_told() -> None:
    """An id that a definition does not have is told with what may have happened."""
    with pytest.raises(
        UnknownStepError, match=r"workflow 'W' version 1 has no step '9-X': .* new version\(\)"
    ) as caught:
        workflow(hello).definition().step("9-X")

    assert isinstance(caught.value, LookupError)


def test_a_definition_does_not_change() -> None:
    """Nodes and definitions cannot be set."""
    definition = workflow(hello).definition()

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        definition.version = 2  # type: ignore[misc]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        definition.body[0].name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), ("a", "'a'"), ("x" * 50, "'" + "x" * 36 + "..."), (Hello, "Hello"), (max, "max")],
)
def test_a_value_is_told_in_few_words(value: Any, text: str) -> None:
    """A value of a definition is told in at most 40 characters, a function by its name."""
    assert told(value) == text


def test_a_node_has_nothing_inside_by_itself() -> None:
    """What is no container has no parts."""
    assert Node(id="1-x", name="x").parts == ()
