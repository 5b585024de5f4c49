"""What a worker does with a step, and what it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, Split, workflow
from hypothesis import given
from hypothesis import strategies as st

from swf.steps import (
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
)
from swf.steps.errors import StepResultError, StepsTypeError, UnknownStepError
from swf.steps.performing import Call, Reply, perform

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def call(step: str = "", **told: Any) -> Call:
    """Return a call of a step, of which only something is told."""
    whole: Any = {
        "definition": ("W", 1),
        "workflow": "w-1",
        "step": step,
        "inputs": {},
        "data": {},
        "item": None,
        "persistence_data": None,
        "event": None,
        "pointer": {"id": "p", "retry_count": 0},
        **told,
    }
    return whole  # type: ignore[no-any-return]


def performed(build: Any, **told: Any) -> Reply:
    """Return the reply of the first step that a function builds."""
    definition = workflow(build).definition()
    told.setdefault("step", next(iter(definition.steps)))

    def definition_of(name: str, version: int) -> Any:
        assert (name, version) == ("W", 1)
        return definition

    return perform(definition_of, call(**told))


def answering(answer: Any) -> Any:
    """Return a function that builds one step, whose `run` is a function of the context."""

    class Step(StepBody):
        def run(self, context: StepExecutionContext) -> Any:
            return answer(context)

    return lambda b: b.start_with(Step)


NOTHING: Reply = {
    "proceed": False,
    "outcome": None,
    "persistence_data": None,
    "sleep": None,
    "wait": None,
    "branches": None,
    "outputs": {},
}


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (None, {"proceed": True}),
        (ExecutionResult.next(), {"proceed": True}),
        (ExecutionResult.outcome("yes"), {"proceed": True}),
        (ExecutionResult.persist({"n": 1}), {"persistence_data": {"n": 1}}),
        (ExecutionResult.sleep(5, 1), {"sleep": 5, "persistence_data": 1}),
        (
            ExecutionResult.wait_for_event("paid", "k", NOON),
            {"wait": {"name": "paid", "key": "k", "as_of": NOON}},
        ),
        (
            ExecutionResult.wait_for_event("paid", "k"),
            {"wait": {"name": "paid", "key": "k", "as_of": None}},
        ),
    ],
)
def test_each_answer_has_its_reply(answer: Any, reply: dict[str, Any]) -> None:
    """What a step answers is what the worker replies; a step that returns nothing proceeds."""
    assert performed(answering(lambda context: answer)) == {**NOTHING, **reply}


def test_an_outcome_is_replied_where_somebody_asks_for_it() -> None:
    """What a step returns that is followed by no `when` need not travel, and may be anything."""
    unasked = performed(lambda b: b.start_with(lambda context: object()))
    asked = performed(
        lambda b: b.start_with(lambda context: "yes").when("yes").do(lambda b: b.start_with(Hello))
    )

    assert unasked == {**NOTHING, "proceed": True}
    assert asked["outcome"] == "yes"


def test_a_container_replies_its_branches() -> None:
    """A ContainerStepBody's branches are replied as a list, an empty one, too."""
    reply = performed(lambda b: b.start_with(Split).do(lambda x: x.start_with(Hello)))

    assert reply == {**NOTHING, "branches": [1, 2, 3]}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (3, r"1-Step: Step.run must return an ExecutionResult or None, got 3"),
        ({"proceed": True}, r"must return an ExecutionResult or None"),
        (False, r"must return an ExecutionResult or None, got False"),
        (ExecutionResult.branch([1]), r"1-Step: Step returned branch.*no ContainerStepBody with"),
    ],
)
def test_an_answer_that_is_none_is_an_error(answer: Any, words: str) -> None:
    """What is no answer of a step's makes it fail, with the step and what was returned."""
    with pytest.raises(StepResultError, match=words):
        performed(answering(lambda context: answer))


def build_sum(b: WorkflowBuilder) -> object:
    return (
        b.start_with(AddNumbers)
        .input("input1", lambda data, context: data.value1)
        .input("input2", lambda data, context: data.value2)
        .output("value3", lambda step: step.output)
        .output("twice", lambda step: step.output * 2)
    )


@given(st.integers(), st.integers())
def test_inputs_are_attributes_and_outputs_are_read_from_them(one: int, two: int) -> None:
    """Inputs are set before the step runs, outputs are read after it has proceeded."""
    reply = performed(build_sum, inputs={"input1": one, "input2": two})

    assert reply["outputs"] == {"value3": one + two, "twice": 2 * (one + two)}
    assert "data" not in reply


def test_outputs_are_copied_only_when_the_step_proceeds() -> None:
    """A step that is called again leaves no outputs."""

    class Twice(StepBody):
        def run(self, context: StepExecutionContext) -> ExecutionResult:
            self.done = context.persistence_data
            if self.done is None:
                return ExecutionResult.persist("once")
            return ExecutionResult.next()

    def build(b: WorkflowBuilder) -> object:
        return b.start_with(Twice).output("done", lambda step: step.done)

    assert performed(build) == {**NOTHING, "persistence_data": "once"}
    assert performed(build, persistence_data="once") == {
        **NOTHING,
        "proceed": True,
        "outputs": {"done": "once"},
    }


def test_each_call_has_an_instance_of_its_own() -> None:
    """Nothing that a step leaves in itself is there when it is called again."""

    class Counting(StepBody):
        def __init__(self) -> None:
            self.seen: list[int] = []

        def run(self, context: StepExecutionContext) -> None:
            self.seen.append(1)

    def build(b: WorkflowBuilder) -> object:
        return b.start_with(Counting).output("seen", lambda step: step.seen)

    assert [performed(build)["outputs"] for _ in range(2)] == [{"seen": [1]}] * 2


def test_a_step_is_told_where_it_is() -> None:
    """Workflow, step, item, pointer and event are those of the call."""
    seen: list[StepExecutionContext] = []
    build = answering(seen.append)
    performed(
        build,
        data={"a": 1},
        item="abc",
        persistence_data=[1],
        event={"data": None},
        pointer={"id": "1-Step-2", "retry_count": 3},
    )
    performed(build)
    first, second = seen
    pointer = first.execution_pointer

    assert (first.workflow.id, first.workflow.workflow_definition_id) == ("w-1", "W")
    assert (first.workflow.version, first.workflow.data.a) == (1, 1)
    assert (first.step.id, first.step.name) == ("1-Step", "Step")
    assert (first.item, first.persistence_data) == ("abc", [1])
    assert (pointer.id, pointer.step_id, pointer.retry_count) == ("1-Step-2", "1-Step", 3)
    assert (pointer.event_published, pointer.event_data) == (True, None)
    assert not second.execution_pointer.event_published


def change(data: Any) -> None:
    data.count += 1
    data.fresh = "x"
    data.nested["deep"].append(2)
    data.kept = data.kept
    data.truth = True


def test_what_a_step_changes_in_the_data_is_replied() -> None:
    """Fields that a step sets or changes, at any depth, are replied, and no others."""
    data = {"count": 1, "nested": {"deep": [1]}, "kept": [1], "other": 2, "truth": 1}
    reply = performed(answering(lambda context: change(context.workflow.data)), data=data)

    assert reply["data"] == {
        "count": 2,
        "fresh": "x",
        "nested": {"deep": [1, 2]},
        "truth": True,
    }
    assert reply["proceed"]


def test_a_field_cannot_be_taken_away() -> None:
    """A step that deletes a field of the data is told to set it to None."""
    with pytest.raises(StepsTypeError, match=r"cannot take the field 'a' away; set it to None"):
        performed(answering(lambda context: delattr(context.workflow.data, "a")), data={"a": 1})


def test_what_a_step_raises_is_raised() -> None:
    """An error of a step is raised as it is."""
    with pytest.raises(ZeroDivisionError):
        performed(answering(lambda context: 1 / 0))


def test_an_error_of_an_output_names_it() -> None:
    """An output that cannot be read makes the step fail, and says which it was."""
    with pytest.raises(AttributeError, match="nowhere") as caught:
        performed(lambda b: b.start_with(Hello).output("x", lambda step: step.nowhere))

    assert caught.value.__notes__ == ["1-Hello: raised by output('x')"]


def test_a_step_that_the_definition_lacks_is_told() -> None:
    """A step's id that is not in the definition is an error before anything runs."""
    with pytest.raises(UnknownStepError, match="no step '7-Gone'"):
        performed(lambda b: b.start_with(Goodbye), step="7-Gone")


def pay(context: StepExecutionContext, amount: int, *, card: str = "none") -> str:
    return f"{amount} by {card} for {context.workflow.data.who}"


async def fetch(context: StepExecutionContext) -> int:
    return 7


@pytest.mark.parametrize(
    ("function", "inputs", "result"),
    [
        (pay, {"amount": 3}, "3 by none for Ada"),
        (pay, {"amount": 3, "card": "visa"}, "3 by visa for Ada"),
        (lambda context: None, {}, None),
        (fetch, {}, 7),
    ],
)
def test_a_function_is_called_with_its_inputs(function: Any, inputs: Any, result: Any) -> None:
    """A function's inputs are its keyword arguments; what it returns is its result."""

    def build(b: WorkflowBuilder) -> None:
        step = b.start_with(function).output("got", lambda step: step.result)
        for name in inputs:
            step.input(name, lambda data, context: None)

    reply = performed(build, inputs=inputs, data={"who": "Ada"})

    assert reply == {**NOTHING, "proceed": True, "outputs": {"got": result}}


def test_a_function_may_answer_like_a_step() -> None:
    """An ExecutionResult that a function returns is what follows."""
    assert performed(lambda b: b.start_with(lambda context: ExecutionResult.sleep(3))) == {
        **NOTHING,
        "sleep": 3,
    }


def test_a_step_may_be_async() -> None:
    """A `run` that is `async def` is run to its end."""

    class Later(StepBody):
        async def run(self, context: StepExecutionContext) -> ExecutionResult:  # type: ignore[override]
            return ExecutionResult.outcome(await fetch(context))

    reply = performed(lambda b: b.start_with(Later).when(7).do(lambda b: b.start_with(Hello)))

    assert reply["outcome"] == 7


def test_the_definition_asked_for_is_the_one_of_the_call() -> None:
    """Name and version of the call choose the definition."""

    def telling(answer: str) -> Any:
        return lambda b: b.start_with(lambda context: answer).output("told", told)

    def told(step: Any) -> Any:
        return step.result

    made: dict[tuple[str, int], Workflow] = {
        (name, version): workflow(telling(f"{name}{version}"), id=name, version=version)
        for name, version in [("A", 1), ("A", 2), ("B", 1)]
    }

    def definition_of(name: str, version: int) -> Any:
        return made[name, version].definition()

    replies = [perform(definition_of, call("1-lambda", definition=list(key))) for key in made]

    assert [reply["outputs"]["told"] for reply in replies] == ["A1", "A2", "B1"]
