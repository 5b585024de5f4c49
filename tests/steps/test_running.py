"""A run of a chain: it is suspended, resumed, ended, looked at, and continued by further runs."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, workflow
from steps_stage import StepsStage

from swf.flow import RetryPolicy
from swf.payload import MemoryStore, Payloads
from swf.steps import (
    ContainerStepBody,
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    WorkflowStatus,
    WorkflowStep,
)
from swf.steps.errors import UnknownStepError
from swf.steps.events import EVENT
from swf.steps.position import EVENTS_REMEMBERED, Had, Line, Place, path_from, rest
from swf.testing.stage import Stage


@pytest.fixture
def steps(swf_flow: Stage) -> StepsStage:
    """A host on a stage."""
    return StepsStage(swf_flow)


class Note(StepBody):
    """Adds its item to `notes`."""

    def run(self, context: StepExecutionContext) -> None:
        context.workflow.data.notes = [*context.workflow.data.notes, context.item]


def counting(builder: Any) -> Any:
    """Add one to `n` in each round."""
    return (
        builder.start_with(AddNumbers)
        .input("input1", lambda data, context: data.n)
        .input("input2", lambda data, context: 1)
        .output("n", lambda step: step.output)
    )


def test_a_suspended_workflow_begins_nothing(steps: StepsStage) -> None:
    """What is at work is brought to its end, and nothing more begins until it is resumed."""
    wid = steps.start(workflow(lambda b: b.start_with(Hello).delay(60).then(Goodbye)))
    steps.settle(1)
    steps.host.suspend_workflow(wid)
    steps.settle(3_600)
    suspended = steps.host.status(wid)

    steps.host.resume_workflow(wid)
    ended = steps.host.wait_for(wid)

    assert (suspended.status, suspended.at) == (WorkflowStatus.SUSPENDED, ())
    assert ended.status == WorkflowStatus.COMPLETE


def test_a_workflow_may_be_suspended_as_it_begins(steps: StepsStage) -> None:
    """A signal that comes first counts, and the last step's end is no end while suspended."""
    first = steps.start(workflow(lambda b: b.start_with(Hello).then(Goodbye), id="Two"))
    last = steps.start(workflow(lambda b: b.start_with(Hello), id="One"))
    for wid in (first, last):
        steps.host.suspend_workflow(wid)
    steps.settle(3_600)
    scheduled = [steps.events(wid).count("ActivityTaskScheduled") for wid in (first, last)]
    for wid in (first, last):
        steps.host.resume_workflow(wid)

    assert scheduled == [1, 1]
    assert steps.host.wait_for(first).status == WorkflowStatus.COMPLETE
    assert steps.host.wait_for(last).status == WorkflowStatus.COMPLETE


def test_an_event_comes_while_suspended(steps: StepsStage) -> None:
    """A suspended workflow does not lose the event that it waits for."""
    wid = steps.start(workflow(lambda b: b.start_with(Hello).wait_for("e", lambda *_: "k")))
    steps.settle()
    steps.host.suspend_workflow(wid)
    steps.settle()
    steps.host.publish_event("e", "k")
    steps.settle()
    suspended = steps.host.status(wid)
    steps.host.resume_workflow(wid)

    assert suspended.status == WorkflowStatus.SUSPENDED
    assert steps.host.wait_for(wid).status == WorkflowStatus.COMPLETE


def test_a_workflow_is_terminated(steps: StepsStage) -> None:
    """It is closed at once, with the reason, and keeps the data that it told of last."""
    wid = steps.start(workflow(lambda b: b.start_with(Hello).delay(60)), {"n": 1})
    steps.settle(1)

    steps.host.terminate_workflow(wid, "enough")

    told = steps.host.get_workflow(wid)
    assert (told.status, told.data.n) == (WorkflowStatus.TERMINATED, 1)
    closed = steps.raws(wid)[-1]["workflowExecutionTerminatedEventAttributes"]
    assert closed["reason"] == "enough"


def test_what_is_told_of_an_open_workflow(steps: StepsStage) -> None:
    """Definition, version, where it is, and its data where that is short."""
    chain = workflow(lambda b: b.start_with(Hello).delay(60), id="Told", version=3)
    wid = steps.start(chain, {"n": 1})
    began = steps.stage.now()
    steps.settle(5)

    told = steps.host.status(wid)

    assert (told.id, told.workflow_definition_id, told.version) == (wid, "Told", 3)
    assert (told.status, told.at, told.data.n) == (WorkflowStatus.RUNNABLE, ("2-delay",), 1)
    assert (told.create_time, told.complete_time) == (began, None)


def test_long_data_is_told_in_the_end(swf_flow: Stage) -> None:
    """Data of any length is told of a workflow that is complete."""
    steps = StepsStage(swf_flow, payloads=Payloads(store=MemoryStore()))
    wid = steps.start(workflow(lambda b: b.start_with(Hello).delay(60)), {"text": "x" * 40_000})
    steps.settle(5)
    before = steps.host.status(wid)

    ended = steps.host.wait_for(wid)

    assert "text" not in before.data
    assert len(ended.data.text) == 40_000


def test_one_that_nobody_has_decided_on(steps: StepsStage) -> None:
    """A workflow that was only started is there, runnable, and tells nothing yet."""
    wid = steps.start(workflow(lambda b: b.start_with(Hello)))

    told = steps.host.status(wid)

    assert (told.status, len(told.data), told.at) == (WorkflowStatus.RUNNABLE, 0, ())


# Further runs


def test_a_long_loop_continues_as_new_by_itself(steps: StepsStage) -> None:
    """Where the history grows long, another run goes on with the data as it is."""
    chain = workflow(lambda b: b.while_(lambda data, _: data.n < 50).do(counting).then(Goodbye))
    steps.register(chain)
    steps.renewing_at(60)

    ended = steps.run(chain, {"n": 0})

    assert (ended.status, ended.data.n) == (WorkflowStatus.COMPLETE, 50)
    assert steps.runs(ended.id) > 5
    assert len(steps.events(ended.id)) < 100


@pytest.mark.parametrize("at", [1, 2, 12, 17, 23, 31])
def test_a_run_begins_where_the_one_before_was(steps: StepsStage, at: int) -> None:
    """Every node is done as often as it says, wherever the runs were parted."""

    def noted(word: str) -> Any:
        def note(context: StepExecutionContext) -> None:
            told = f"{word}{context.item or ''}"
            context.workflow.data.notes = [*context.workflow.data.notes, told]

        return note

    def inner(builder: Any) -> Any:
        return (
            builder.start_with(noted("a"))
            .when(None)
            .do(lambda do: do.start_with(noted("b")).then(noted("c")))
            .if_(lambda *_: True)
            .do(lambda do: do.start_with(noted("d")).delay(1).then(noted("e")))
        )

    def build(builder: Any) -> Any:
        return (
            builder.start_with(noted("first"))
            .for_each(lambda *_: [1, 2, 3], parallel=False)
            .do(inner)
            .saga(lambda s: s.start_with(noted("s")).then(noted("t")))
            .wait_for("never", lambda *_: "k", timeout=5)
            .on_timeout(lambda late: late.start_with(noted("late")).then(noted("later")))
            .then(noted("last"))
        )

    chain = workflow(build)
    steps.register(chain)
    expected = [
        "first",
        *[f"{word}{item}" for item in (1, 2, 3) for word in "abcde"],
        *("s", "t", "late", "later", "last"),
    ]
    steps.renewing_at(at)

    ended = steps.run(chain, {"notes": []})

    assert ended.data.notes == expected
    assert steps.runs(ended.id) > 2


def test_a_saga_is_compensated_by_a_later_run(steps: StepsStage) -> None:
    """What there is to undo, and how often it was tried, goes with the workflow."""

    def noted(word: str) -> Any:
        def note(context: StepExecutionContext) -> None:
            context.workflow.data.notes = [*context.workflow.data.notes, word]

        return note

    def fail(context: StepExecutionContext) -> None:
        raise ValueError("broken")

    chain = workflow(
        lambda b: b.saga(
            lambda s: (
                s.start_with(noted("one"))
                .compensate_with(noted("undo one"))
                .then(noted("two"))
                .compensate_with(noted("undo two"))
                .then(fail)
            )
        ).on_error(RetryPolicy(attempts=2, delay=1))
    )
    steps.register(chain)
    steps.renewing_at(1)

    ended = steps.run(chain, {"notes": []})

    assert ended.data.notes == ["one", "two", "undo two", "undo one"] * 2
    assert ended.status == WorkflowStatus.TERMINATED


def test_items_are_drained_before_another_run(steps: StepsStage) -> None:
    """Of many items those that have begun are ended, and the next run has those that are left."""
    chain = workflow(
        lambda b: b.for_each(lambda *_: list(range(1_200))).do(lambda each: each.start_with(Hello))
    )
    steps.register(chain)
    steps.renewing_at(1_000)

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    assert steps.runs(ended.id) == 2


def test_what_a_step_persisted_goes_on_in_the_next_run(steps: StepsStage) -> None:
    """A step that is called again and again keeps what it left for itself."""

    class Count(StepBody):
        def __init__(self) -> None:
            self.counted = 0

        def run(self, context: StepExecutionContext) -> ExecutionResult:
            self.counted = (context.persistence_data or 0) + 1
            if self.counted == 30:
                return ExecutionResult.next()
            return ExecutionResult.persist(self.counted)

    chain = workflow(lambda b: b.start_with(Count).output("n", lambda step: step.counted))
    steps.register(chain)
    steps.renewing_at(20)

    ended = steps.run(chain)

    assert ended.data.n == 30
    assert steps.runs(ended.id) > 3


def test_what_a_step_branched_into_goes_on_in_the_next_run(steps: StepsStage) -> None:
    """The branches that are left are done by the next run, and then the step is called again."""

    class Branches(ContainerStepBody):
        def run(self, context: StepExecutionContext) -> ExecutionResult:
            if context.persistence_data is None:
                return ExecutionResult.branch(range(1_100), data="branched")
            return ExecutionResult.outcome(context.persistence_data)

    chain = workflow(
        lambda b: (
            b.start_with(Branches)
            .do(lambda do: do.start_with(Hello))
            .when("branched")
            .do(lambda do: do.start_with(Note))
        )
    )
    steps.register(chain)
    steps.renewing_at(500)

    ended = steps.run(chain, {"notes": []})

    assert ended.data.notes == [None]
    assert steps.runs(ended.id) > 2


def test_a_step_that_keeps_failing_does_not_fill_the_history(steps: StepsStage) -> None:
    """Failures are counted on, and told, by the runs that follow."""

    class Fails(StepBody):
        def __init__(self) -> None:
            self.retries = 0

        def run(self, context: StepExecutionContext) -> None:
            self.retries = context.execution_pointer.retry_count
            if self.retries < 40:
                raise ValueError(self.retries)

    chain = workflow(lambda b: b.start_with(Fails).output("n", lambda step: step.retries))
    steps.register(chain)
    steps.renewing_at(50)

    ended = steps.run(chain)

    assert ended.data.n == 40
    assert [one.retry_count for one in ended.errors] == list(range(20, 40))
    assert steps.runs(ended.id) > 3


def test_suspension_and_events_go_with_the_workflow(steps: StepsStage) -> None:
    """What came before another run began is neither lost nor had twice."""
    chain = workflow(
        lambda b: b.while_(lambda data, _: len(data.notes) < 12).do(
            lambda do: (
                do.start_with(Hello)
                .wait_for("e", lambda *_: "k")
                .output("last", lambda step: step.event_data)
                .then(lambda context: take(context.workflow.data))
            )
        )
    )
    steps.register(chain)
    steps.renewing_at(40)
    wid = steps.start(chain, {"notes": [], "last": None})
    for number in range(12):
        steps.host.publish_event("e", "k", number)
        if number % 3 == 0:
            steps.host.suspend_workflow(wid)
        steps.settle(1)
        if number % 3 == 0:
            assert steps.host.status(wid).status == WorkflowStatus.SUSPENDED
            steps.host.resume_workflow(wid)

    ended = steps.host.wait_for(wid)

    assert ended.data.notes == list(range(12))
    assert steps.runs(wid) > 2


def test_what_is_too_long_for_another_run_goes_on_in_this_one(
    steps: StepsStage, caplog: pytest.LogCaptureFixture
) -> None:
    """Where what is left does not fit into an input, a run goes on, and it is told."""
    items = ["x" * 1_000 for _ in range(40)]
    chain = workflow(
        lambda b: (
            b.for_each(lambda *_: items)
            .do(lambda each: each.start_with(Hello))
            .for_each(lambda *_: items, parallel=False)
            .do(lambda each: each.start_with(Hello))
        )
    )
    steps.register(chain)
    steps.renewing_at(20)

    with caplog.at_level(logging.WARNING, "swf.steps"):
        ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    assert steps.runs(ended.id) == 2  # before the second list, there was room
    assert caplog.text.count("too long for another run") == 1


def test_errors_make_room_for_the_data(steps: StepsStage) -> None:
    """Of many errors a run hands on only some where the data needs the room."""

    def fail(context: StepExecutionContext) -> None:
        context_is_there = context.execution_pointer.retry_count
        if context_is_there < 20:
            raise ValueError("y" * 500)

    chain = workflow(
        lambda b: (
            b.start_with(fail)
            .on_error(RetryPolicy(attempts=None, delay=0))
            .while_(lambda data, _: data.n < 5)
            .do(counting)
        )
    )
    steps.register(chain)
    steps.renewing_at(140)

    ended = steps.run(chain, {"n": 0, "text": "x" * 25_000})

    assert (ended.status, ended.data.n) == (WorkflowStatus.COMPLETE, 5)
    assert steps.runs(ended.id) == 2
    assert len(ended.errors) == 10


def test_what_is_scheduled_holds_off_another_run(steps: StepsStage) -> None:
    """While something waits beside the chain no other run begins, and items go on."""
    chain = workflow(
        lambda b: b.for_each(lambda *_: list(range(600))).do(
            lambda each: (
                each.start_with(Hello).schedule(60).do(lambda later: later.start_with(Goodbye))
            )
        )
    )
    steps.register(chain)
    steps.renewing_at(500)

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    assert steps.runs(ended.id) == 1


def test_a_canceled_workflow_is_terminated(steps: StepsStage) -> None:
    """A request to cancel, by the console say, ends the workflow."""
    wid = steps.start(workflow(lambda b: b.start_with(Hello).delay(60)))
    steps.settle(1)
    steps.host._handle(wid).cancel()

    assert steps.host.wait_for(wid).status == WorkflowStatus.TERMINATED


def test_what_is_told_is_never_too_long(steps: StepsStage) -> None:
    """Of many nodes at work and many long errors, some are told."""

    def fail(context: StepExecutionContext) -> None:
        raise ValueError("\n" * 400)

    name = "a_step_of_a_rather_long_name_so_that_ids_are_long_too"
    fail.__name__ = name
    chain = workflow(
        lambda b: b.for_each(lambda *_: list(range(100))).do(
            lambda outer: outer.for_each(lambda *_: [1]).do(
                lambda inner: inner.for_each(lambda *_: [1]).do(lambda most: most.start_with(fail))
            )
        )
    )
    wid = steps.start(chain)

    steps.settle(15)

    told = steps.host.status(wid)
    assert 10 <= len(told.errors) <= 20
    assert 10 <= len(told.at) <= 50
    context = steps.host._handle(wid).execution.upstream().latest_execution_context
    assert context is not None
    assert len(context) < 24_000


def test_a_late_event_is_not_carried_on(steps: StepsStage) -> None:
    """What came for a wait that has ended is dropped when another run begins."""
    chain = workflow(lambda b: b.while_(lambda data, _: data.n < 20).do(counting))
    steps.register(chain)
    steps.renewing_at(30)
    wid = steps.start(chain, {"n": 0})
    steps.host._handle(wid).signal(EVENT, {"number": 1, "text": None}, key="late")

    steps.host.wait_for(wid)

    began = steps.raws(wid)[0]["workflowExecutionStartedEventAttributes"]
    assert "late" not in began["input"]
    assert steps.runs(wid) > 1


def take(data: Any) -> None:
    """Have what came last among the notes."""
    data.notes = [*data.notes, data.last]


def test_a_workflow_that_has_lost_its_place_says_so(steps: StepsStage) -> None:
    """A definition that was changed without a new version has no such place: an error says it."""
    chain = workflow(lambda b: b.start_with(Hello))
    nodes = chain.definition().body

    assert rest(nodes, path_from([["1-Hello", {}]])) == nodes
    with pytest.raises(UnknownStepError, match=r"'2-Gone'.*1-Hello.*new version"):
        rest(nodes, path_from([["2-Gone", {}]]))


def test_a_line_remembers_the_newest_events() -> None:
    """Of many names and keys, those that were had last are carried on."""
    had = Had()
    for number in range(EVENTS_REMEMBERED + 5):
        had.take("e", str(number), number + 1)
    had.take("e", "5", 1)  # one that was had before

    again = Had.from_value(had.as_value())

    assert len(again.as_value()) == EVENTS_REMEMBERED
    assert (again.last("e", "4"), again.last("e", "5")) == (0, 6)


def test_a_line_beside_others_has_no_place_to_go_on_from() -> None:
    """What is inside of a line that works beside others is no place for another run."""
    line = Line().beside()

    assert line.inside(Place("1-x")) is line


def test_a_step_may_end_the_workflow_by_a_policy(steps: StepsStage) -> None:
    """A policy with SUSPEND at its end tries so often, and then waits for somebody."""

    def fail(context: StepExecutionContext) -> None:
        raise ValueError("broken")

    chain = workflow(
        lambda b: b.start_with(fail).on_error(
            RetryPolicy(attempts=2, delay=1), then=WorkflowStep.SUSPEND
        )
    )
    wid = steps.start(chain)
    steps.settle(60)

    told = steps.host.status(wid)
    assert (told.status, len(told.errors)) == (WorkflowStatus.SUSPENDED, 2)
