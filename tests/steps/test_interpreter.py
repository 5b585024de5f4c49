"""What a definition says is done: each kind of node, in the order and the time that it asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, Split, workflow
from steps_stage import StepsStage

from swf.steps import (
    ContainerStepBody,
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    WorkflowStatus,
)
from swf.testing.stage import Stage


@pytest.fixture
def steps(swf_flow: Stage) -> StepsStage:
    """A host on a stage."""
    return StepsStage(swf_flow)


def note(*words: str) -> Any:
    """Return a step that adds words to the data's `notes`."""

    def noted(context: StepExecutionContext) -> None:
        data = context.workflow.data
        data.notes = [*getattr(data, "notes", ()), *words] if "notes" in data else list(words)

    return noted


class NoteItem(StepBody):
    """Adds its item to the data's `notes`."""

    def run(self, context: StepExecutionContext) -> None:
        data = context.workflow.data
        data.notes = [*data.notes, context.item]


class Own(StepBody):
    """Has a field of the data for each item: side by side, fields are kept apart."""

    def run(self, context: StepExecutionContext) -> None:
        setattr(context.workflow.data, f"own_{context.item}", context.item)


class Count(StepBody):
    """Is called three times, and counts by what it persists."""

    def __init__(self) -> None:
        self.counted = 0

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        self.counted = (context.persistence_data or 0) + 1
        return (
            ExecutionResult.next() if self.counted == 3 else ExecutionResult.persist(self.counted)
        )


class Nap(StepBody):
    """Sleeps for 90.5 seconds once, and says what it had left for itself."""

    def __init__(self) -> None:
        self.told: Any = None

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        if context.persistence_data is None:
            return ExecutionResult.sleep(90.5, "slept")
        self.told = context.persistence_data
        return ExecutionResult.next()


class Twice(ContainerStepBody):
    """Branches once, and is called again when the branches have ended."""

    def __init__(self) -> None:
        self.told: Any = None

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        if context.persistence_data is None:
            return ExecutionResult.branch(["a", "b"], data="branched")
        self.told = context.persistence_data
        return ExecutionResult.next()


def test_a_step_that_returns_nothing_proceeds(steps: StepsStage) -> None:
    """None is `ExecutionResult.next()`: the seeds' own first step is no error."""
    ended = steps.run(workflow(lambda b: b.start_with(Hello).then(Goodbye)))

    assert (ended.status, ended.errors) == (WorkflowStatus.COMPLETE, ())
    assert ended.complete_time is not None


def test_data_goes_through_inputs_and_outputs(steps: StepsStage) -> None:
    """Inputs are set from the data before a step runs, outputs are kept when it has proceeded."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .then(AddNumbers)
            .input("input1", lambda data, context: data.value1)
            .input("input2", lambda data, context: data.value2)
            .output("value3", lambda step: step.output)
        )
    )

    ended = steps.run(chain, {"value1": 2, "value2": 3})

    assert vars(ended.data) == {"value1": 2, "value2": 3, "value3": 5}


def test_a_step_is_called_again_with_what_it_persisted(steps: StepsStage) -> None:
    """Outputs are kept once, when the step proceeds at last."""
    chain = workflow(lambda b: b.start_with(Count).output("n", lambda step: step.counted))

    assert steps.run(chain).data.n == 3


def test_a_step_sleeps_as_long_as_it_says(steps: StepsStage) -> None:
    """Sleeping is a timer of SWF's, of whole seconds, never shorter than asked."""
    chain = workflow(lambda b: b.start_with(Nap).output("told", lambda step: step.told))
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.data.told == "slept"
    assert steps.stage.now() - before == timedelta(seconds=91)


def test_a_delay_waits(steps: StepsStage) -> None:
    """A delay takes its time, by a number, a timedelta or a function of the data."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .delay(1)
            .delay(timedelta(minutes=1))
            .delay(lambda data, context: data.pause)
        )
    )
    before = steps.stage.now()

    ended = steps.run(chain, {"pause": 3_600})

    assert ended.status == WorkflowStatus.COMPLETE
    assert steps.stage.now() - before == timedelta(seconds=3_661)


def test_what_is_scheduled_is_done_beside_the_rest(steps: StepsStage) -> None:
    """The chain goes on at once; the workflow is complete when what was scheduled is done too."""
    chain = workflow(
        lambda b: (
            b.start_with(note("first"))
            .schedule(60)
            .do(lambda later: later.start_with(note("later")))
            .then(note("second"))
        )
    )
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.data.notes == ["first", "second", "later"]
    assert steps.stage.now() - before == timedelta(seconds=60)


def test_each_item_has_its_step(steps: StepsStage) -> None:
    """`for_each` does its body for each item; what each sets in the data is kept."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .for_each(lambda data, context: ["a", "b", "c"])
            .do(lambda each: each.start_with(Own))
            .then(Goodbye)
        )
    )

    assert vars(steps.run(chain).data) == {"own_a": "a", "own_b": "b", "own_c": "c"}


def test_items_are_done_side_by_side_or_in_order(steps: StepsStage) -> None:
    """Ten items that each take a minute take a minute; in order, they take ten."""

    def build(parallel: bool) -> Any:
        return lambda b: b.for_each(lambda *_: list(range(10)), parallel=parallel).do(
            lambda each: each.start_with(Hello).delay(60).then(NoteItem)
        )

    before = steps.stage.now()
    steps.run(workflow(build(parallel=True), id="P"), {"notes": []})
    side_by_side = steps.stage.now() - before
    before = steps.stage.now()
    ended = steps.run(workflow(build(parallel=False), id="S"), {"notes": []})

    assert side_by_side == timedelta(seconds=60)
    assert steps.stage.now() - before == timedelta(seconds=600)
    assert ended.data.notes == list(range(10))


@pytest.mark.parametrize("items", [[], [7]])
def test_no_item_and_a_single_one(steps: StepsStage, items: list[int]) -> None:
    """An empty list is passed over."""
    chain = workflow(
        lambda b: b.for_each(lambda *_: items).do(lambda each: each.start_with(NoteItem))
    )

    assert steps.run(chain, {"notes": []}).data.notes == items


def test_a_loop_ends_when_its_condition_does(steps: StepsStage) -> None:
    """`while_` asks before each round, of the data as it is then."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .while_(lambda data, context: data.n < 3)
            .do(
                lambda do: (
                    do.start_with(AddNumbers)
                    .input("input1", lambda data, context: data.n)
                    .input("input2", lambda data, context: 1)
                    .output("n", lambda step: step.output)
                )
            )
        )
    )

    assert steps.run(chain, {"n": 0}).data.n == 3


@pytest.mark.parametrize(("value", "notes"), [(4, ["inside", "after"]), (3, ["after"])])
def test_a_condition_decides(steps: StepsStage, value: int, notes: list[str]) -> None:
    """`if_` does its body or passes over it."""
    chain = workflow(
        lambda b: (
            b.if_(lambda data, context: data.value > 3)
            .do(lambda do: do.start_with(note("inside")))
            .then(note("after"))
        )
    )

    assert steps.run(chain, {"value": value}).data.notes == notes


def test_branches_are_done_side_by_side(steps: StepsStage) -> None:
    """`parallel` takes as long as its longest branch, and `join` waits for all."""
    chain = workflow(
        lambda b: (
            b.parallel()
            .do(lambda one: one.start_with(Hello).delay(60).then(note("slow")))
            .do(lambda two: two.start_with(Hello).delay(30).then(note("fast")))
            .join()
            .then(note("joined"))
        )
    )
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.data.notes == ["fast", "slow", "joined"]
    assert steps.stage.now() - before == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("outcome", "notes"),
    [("yes", ["yes", "after"]), ("no", ["no", "after"]), ("perhaps", ["after"])],
)
def test_an_outcome_chooses(steps: StepsStage, outcome: str, notes: list[str]) -> None:
    """`when` does what follows the outcome; without a match the chain just goes on."""
    chain = workflow(
        lambda b: (
            b.start_with(lambda context: context.workflow.data.answer)
            .when("yes")
            .do(lambda do: do.start_with(note("yes")))
            .when(lambda data, context: "no")
            .do(lambda do: do.start_with(note("no")))
            .then(note("after"))
        )
    )

    assert steps.run(chain, {"answer": outcome}).data.notes == notes


def test_a_step_branches(steps: StepsStage) -> None:
    """What a ContainerStepBody branches into is done for each value; then the chain goes on."""
    chain = workflow(lambda b: b.start_with(Split).do(lambda do: do.start_with(Own)).then(Goodbye))

    assert vars(steps.run(chain).data) == {"own_1": 1, "own_2": 2, "own_3": 3}


def test_a_step_that_branched_with_data_is_called_again(steps: StepsStage) -> None:
    """With data, a ContainerStepBody is called once more when its branches have ended."""
    chain = workflow(
        lambda b: (
            b.start_with(Twice)
            .do(lambda do: do.start_with(Own))
            .output("told", lambda step: step.told)
        )
    )

    ended = steps.run(chain)

    assert vars(ended.data) == {"own_a": "a", "own_b": "b", "told": "branched"}


def test_containers_hold_containers(steps: StepsStage) -> None:
    """Each item of an inner `for_each` is that of the innermost one."""
    chain = workflow(
        lambda b: b.for_each(lambda *_: [1, 2], parallel=False).do(
            lambda outer: outer.for_each(
                lambda data, context: [context.item * 10, context.item * 10 + 1], parallel=False
            ).do(lambda inner: inner.start_with(NoteItem))
        )
    )

    assert steps.run(chain, {"notes": []}).data.notes == [10, 11, 20, 21]


def test_a_function_may_look_at_the_clock(steps: StepsStage) -> None:
    """What functions of the definition say is recorded: a replay does not ask them again."""
    chain = workflow(
        lambda b: (
            b.start_with(AddNumbers)
            .input("input1", lambda data, context: datetime.now(UTC).timestamp())
            .input("input2", lambda data, context: 0)
            .if_(lambda data, context: datetime.now(UTC).microsecond >= 0)
            .do(lambda do: do.start_with(Hello))
        )
    )

    assert steps.run(chain).status == WorkflowStatus.COMPLETE  # the stage replays it in the end


def test_a_function_cannot_change_the_data(steps: StepsStage) -> None:
    """A function of the definition is given a copy: only steps change the data."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .if_(lambda data, context: data.queue.pop() == 2)
            .do(lambda do: do.start_with(note("two")))
        )
    )

    ended = steps.run(chain, {"queue": [1, 2]})

    assert ended.data.queue == [1, 2]
    assert ended.data.notes == ["two"]


def test_more_items_than_a_marker_holds(steps: StepsStage) -> None:
    """A list that is too long to be recorded is taken as it is."""
    chain = workflow(
        lambda b: b.for_each(lambda *_: ["x" * 4_000 for _ in range(10)]).do(
            lambda each: each.start_with(Hello)
        )
    )

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    assert not any(one.startswith("swf.result") for one in steps.markers(ended.id))
