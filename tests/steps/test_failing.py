"""What a failure leads to: further attempts, a suspension, a compensation, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chained import Goodbye, Hello, workflow
from steps_stage import StepsStage

from swf.flow import RetryPolicy
from swf.flow.errors import NotRegisteredError
from swf.steps import (
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    WorkflowInstance,
    WorkflowStatus,
    WorkflowStep,
)
from swf.steps.errors import UnknownStepError
from swf.testing.stage import Stage


@pytest.fixture
def steps(swf_flow: Stage) -> StepsStage:
    """A host on a stage."""
    return StepsStage(swf_flow)


class Fails(StepBody):
    """Fails until it was retried `times` times."""

    def __init__(self) -> None:
        self.times = 1_000
        self.retries = 0

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        self.retries = context.execution_pointer.retry_count
        if self.retries < self.times:
            raise ValueError(f"attempt {self.retries + 1}")
        return ExecutionResult.next()


def note(word: str) -> Any:
    """Return a step that adds a word to the data's `notes`, with its item where it has one."""

    def noted(context: StepExecutionContext) -> None:
        told = word if context.item is None else f"{word} {context.item}"
        context.workflow.data.notes = [*context.workflow.data.notes, told]

    return noted


def fail(context: StepExecutionContext) -> None:
    """Fail."""
    raise RuntimeError("broken")


NOTES = {"notes": []}


def test_a_step_that_fails_is_tried_again_for_ever(steps: StepsStage) -> None:
    """By default after 10 seconds, growing to 5 minutes; each failure is told, the newest last."""
    chain = workflow(lambda b: b.start_with(Fails).input("times", lambda data, context: 7))
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    pauses = [10, 20, 40, 80, 160, 300, 300]
    assert steps.stage.now() - before == timedelta(seconds=sum(pauses))
    assert [one.message for one in ended.errors] == [
        f"ValueError: attempt {n}" for n in range(1, 8)
    ]
    assert [one.retry_count for one in ended.errors] == list(range(7))
    assert ended.errors[0].error_time == before
    assert {one.step_id for one in ended.errors} == {"1-Fails"}


def test_errors_are_told_while_a_workflow_is_open(steps: StepsStage) -> None:
    """Whoever looks at a workflow sees what is the matter with it."""
    wid = steps.start(workflow(lambda b: b.start_with(Fails)))

    steps.settle(5)

    told = steps.host.status(wid)
    assert told.status == WorkflowStatus.RUNNABLE
    assert told.at == ("1-Fails",)
    assert [one.message for one in told.errors] == ["ValueError: attempt 1"]


def test_the_newest_errors_are_told(steps: StepsStage) -> None:
    """At most twenty errors are told of."""
    chain = workflow(
        lambda b: (
            b.start_with(Fails)
            .input("times", lambda data, context: 25)
            .on_error(RetryPolicy(attempts=None, delay=0))
        )
    )

    ended = steps.run(chain)

    assert [one.retry_count for one in ended.errors] == list(range(5, 25))


def test_an_interval_of_its_own(steps: StepsStage) -> None:
    """RETRY with an interval tries again after that, each time."""
    chain = workflow(
        lambda b: (
            b.start_with(Fails)
            .input("times", lambda data, context: 3)
            .on_error(WorkflowStep.RETRY, retry_interval=timedelta(seconds=7))
        )
    )
    before = steps.stage.now()

    steps.run(chain)

    assert steps.stage.now() - before == timedelta(seconds=21)


def test_a_policy_that_is_used_up_ends_the_workflow(steps: StepsStage) -> None:
    """After the last attempt, the workflow is terminated, and says by what."""
    chain = workflow(lambda b: b.start_with(Fails).on_error(RetryPolicy(attempts=3, delay=1)))

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.TERMINATED
    assert len(ended.errors) == 3
    failed = steps.raws(ended.id)[-1]["workflowExecutionFailedEventAttributes"]
    assert failed["reason"] == "1-Fails has failed: ValueError: attempt 3"


def test_terminate_ends_the_workflow_at_once(steps: StepsStage) -> None:
    """TERMINATE makes no other attempt, and waits for no branch beside."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .parallel()
            .do(lambda one: one.start_with(Hello).delay(86_400))
            .do(lambda two: two.start_with(fail).on_error(WorkflowStep.TERMINATE))
            .join()
        )
    )
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.TERMINATED
    assert steps.stage.now() == before
    assert ended.at == ()


def test_what_is_scheduled_may_end_the_workflow(steps: StepsStage) -> None:
    """A step that was scheduled ends the workflow as any other does, whatever that waits for."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .schedule(60)
            .do(lambda later: later.start_with(fail).on_error(WorkflowStep.TERMINATE))
            .wait_for("never", lambda data, context: "k")
        )
    )
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.TERMINATED
    assert steps.stage.now() - before == timedelta(seconds=60)


def test_suspend_waits_for_somebody(steps: StepsStage) -> None:
    """SUSPEND waits for `resume_workflow`; then the step is tried again."""
    chain = workflow(
        lambda b: (
            b.start_with(Fails)
            .input("times", lambda data, context: 1)
            .on_error(WorkflowStep.SUSPEND)
            .output("retries", lambda step: step.retries)
            .then(Goodbye)
        )
    )
    wid = steps.start(chain)
    steps.settle(86_400)
    suspended = steps.host.status(wid)
    steps.host.resume_workflow(wid)

    ended = steps.host.wait_for(wid)

    assert suspended.status == WorkflowStatus.SUSPENDED
    assert [one.message for one in suspended.errors] == ["ValueError: attempt 1"]
    assert (ended.status, ended.data.retries) == (WorkflowStatus.COMPLETE, 1)


def test_a_function_that_fails_is_asked_again(steps: StepsStage) -> None:
    """What a function of the definition raises is told as an error, and tried again."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .if_(lambda data, context: data.unknown)
            .do(lambda do: do.start_with(Hello))
        )
    )
    wid = steps.start(chain)

    steps.settle(25)

    told = steps.host.status(wid)
    assert len(told.errors) == 2
    assert "unknown" in told.errors[0].message
    assert told.errors[0].step_id == "2-if"


def test_an_input_that_fails_is_the_steps_failure(steps: StepsStage) -> None:
    """What an input's function raises is met as the step's own errors are."""
    chain = workflow(
        lambda b: (
            b.start_with(Fails)
            .input("times", lambda data, context: data.unknown)
            .on_error(WorkflowStep.TERMINATE)
        )
    )

    assert steps.run(chain).status == WorkflowStatus.TERMINATED


def test_a_step_is_compensated(steps: StepsStage) -> None:
    """A step that fails for good is undone as `compensate_with` says, and the chain goes on."""
    chain = workflow(
        lambda b: b.start_with(Hello).then(fail).compensate_with(note("undone")).then(note("after"))
    )

    ended = steps.run(chain, NOTES)

    assert (ended.status, ended.data.notes) == (WorkflowStatus.COMPLETE, ["undone", "after"])
    assert [one.message for one in ended.errors] == ["RuntimeError: broken"]


def saga(steps: StepsStage, **on_error: Any) -> WorkflowInstance:
    """Run a saga whose third step fails."""

    def build(b: Any) -> None:
        place = b.start_with(Hello).saga(
            lambda s: (
                s.start_with(note("one"))
                .compensate_with(note("undo one"))
                .then(note("two"))
                .compensate_with(note("undo two"))
                .then(fail)
                .compensate_with(note("undo three"))
                .then(note("four"))
                .compensate_with(note("undo four"))
            )
        )
        if on_error:
            place = place.on_error(on_error["behavior"])
        place.compensate_with(note("undo all")).then(note("after"))

    return steps.run(workflow(build), NOTES)


UNDONE = ["one", "two", "undo three", "undo two", "undo one", "undo all"]


def test_a_saga_is_compensated_newest_first(steps: StepsStage) -> None:
    """What was done in a saga is undone in reverse order when a step of it fails for good."""
    ended = saga(steps)

    assert ended.status == WorkflowStatus.COMPLETE
    assert ended.data.notes == [*UNDONE, "after"]


def test_a_saga_is_tried_again_as_a_whole(steps: StepsStage) -> None:
    """With a RetryPolicy, the whole saga is done again once it was compensated."""
    before = steps.stage.now()

    ended = saga(steps, behavior=RetryPolicy(attempts=2, delay=30))

    assert ended.status == WorkflowStatus.TERMINATED
    assert ended.data.notes == [*UNDONE, *UNDONE]
    assert steps.stage.now() - before == timedelta(seconds=30)


def test_a_saga_may_suspend(steps: StepsStage) -> None:
    """With SUSPEND, a saga that was compensated waits, and begins anew."""

    def build(b: Any) -> None:
        b.saga(
            lambda s: s.start_with(note("one")).compensate_with(note("undo")).then(fail)
        ).on_error(WorkflowStep.SUSPEND)

    wid = steps.start(workflow(build), NOTES)
    steps.settle()
    first = steps.host.status(wid)
    steps.host.resume_workflow(wid)
    steps.settle()

    assert (first.status, first.data.notes) == (WorkflowStatus.SUSPENDED, ["one", "undo"])
    assert steps.host.status(wid).data.notes == ["one", "undo", "one", "undo"]


FUNCTIONS: dict[str, Any] = {
    "for_each": lambda b: b.for_each(lambda data, context: data.none).do(begin),
    "while": lambda b: b.while_(lambda data, context: data.none).do(begin),
    "if": lambda b: b.if_(lambda data, context: data.none).do(begin),
    "wait_for": lambda b: b.wait_for("paid", lambda data, context: data.none),
    "delay": lambda b: b.delay(lambda data, context: data.none),
    "schedule": lambda b: b.schedule(lambda data, context: data.none).do(begin),
    "Hello": lambda b: b.start_with(Hello).when(lambda data, context: data.none).do(begin),
}


def begin(b: Any) -> Any:
    """Begin with a step."""
    return b.start_with(Hello)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_fails_ends_what_is_to_end_then(steps: StepsStage, name: str) -> None:
    """What is said of all errors of a workflow is so for its functions, too."""
    policy = RetryPolicy(attempts=2, delay=5)
    before = steps.stage.now()

    ended = steps.run(workflow(lambda b: FUNCTIONS[name](b.on_error(policy))))

    assert ended.status == WorkflowStatus.TERMINATED
    assert steps.stage.now() - before == timedelta(seconds=5)
    assert [one.step_id for one in ended.errors] == [f"1-{name}"] * 2
    assert "has no field 'none'" in ended.errors[0].message


def test_what_was_done_before_a_function_fails_is_not_done_again(steps: StepsStage) -> None:
    """However long the function of an outcome or of a caught event fails, nothing is lost of it."""
    asked = {"outcome": 0, "event": 0}

    def patient(what: str) -> Any:
        asked[what] += 1
        if asked[what] < 20:
            raise ValueError("not yet")
        return "said"

    def build(b: Any) -> None:
        b.on_error(WorkflowStep.RETRY, retry_interval=1).start_with(note("one")).when(
            lambda data, context: patient("outcome")
        ).do(begin).wait_for("said", lambda data, context: "k").output(
            "said", lambda step: [patient("event"), step.event_data]
        )

    chain = workflow(build)
    steps.register(chain)
    steps.renewing_at(20)
    wid = steps.start(chain, NOTES)
    steps.host.publish_event("said", "k", 1)

    data = steps.host.wait_for(wid, timeout=3_600).data
    assert (data.notes, data.said) == (["one"], ["said", 1])


def test_a_function_that_fails_compensates_the_saga_around(steps: StepsStage) -> None:
    """In a saga, what its sequence says of errors leads to its compensation."""

    def build(b: Any) -> None:
        b.on_error(RetryPolicy(attempts=1)).saga(
            lambda s: (
                s.start_with(note("one"))
                .compensate_with(note("undo"))
                .if_(lambda data, context: data.none)
                .do(begin)
            )
        ).then(note("then"))

    assert steps.run(workflow(build), NOTES).data.notes == ["one", "undo", "then"]


def test_a_saga_is_suspended_while_it_is_compensated(steps: StepsStage) -> None:
    """A suspended workflow undoes nothing more; it goes on with that when it is resumed."""

    def undo_and_suspend(context: StepExecutionContext) -> None:
        note("undo two")(context)
        steps.host.suspend_workflow(context.workflow.id)

    def build(b: Any) -> None:
        b.saga(
            lambda s: (
                s.start_with(note("one"))
                .compensate_with(note("undo one"))
                .then(note("two"))
                .compensate_with(undo_and_suspend)
                .then(fail)
            )
        )

    wid = steps.start(workflow(build), NOTES)
    steps.settle()
    suspended = steps.host.status(wid)
    steps.host.resume_workflow(wid)

    assert suspended.status == WorkflowStatus.SUSPENDED
    assert suspended.data.notes == ["one", "two", "undo two"]
    assert steps.host.wait_for(wid).data.notes == ["one", "two", "undo two", "undo one"]


def test_a_saga_within_a_saga(steps: StepsStage) -> None:
    """What an inner saga has done is undone with the outer one."""

    def inner(s: Any) -> Any:
        return s.start_with(note("inner")).compensate_with(note("undo inner"))

    chain = workflow(
        lambda b: b.saga(
            lambda s: (
                s.start_with(note("outer"))
                .compensate_with(note("undo outer"))
                .saga(inner)
                .compensate_with(note("undo all of it"))
                .then(fail)
            )
        )
    )

    ended = steps.run(chain, NOTES)

    assert ended.data.notes == ["outer", "inner", "undo all of it", "undo inner", "undo outer"]


def test_each_item_is_compensated(steps: StepsStage) -> None:
    """A step that was done for several items is undone for each of them, with its item."""
    chain = workflow(
        lambda b: b.saga(
            lambda s: (
                s.for_each(lambda *_: ["a", "b"], parallel=False)
                .do(lambda each: each.start_with(note("do")).compensate_with(note("undo")))
                .then(fail)
            )
        )
    )

    assert steps.run(chain, NOTES).data.notes == ["do a", "do b", "undo b", "undo a"]


def test_a_branch_that_fails_has_the_others_end_first(steps: StepsStage) -> None:
    """A saga is compensated when all its branches have ended."""
    chain = workflow(
        lambda b: b.saga(
            lambda s: (
                s.parallel()
                .do(lambda one: one.start_with(fail))
                .do(
                    lambda two: (
                        two.start_with(Hello)
                        .delay(60)
                        .then(note("slow"))
                        .compensate_with(note("undo slow"))
                    )
                )
                .join()
            )
        )
    )
    before = steps.stage.now()

    assert steps.run(chain, NOTES).data.notes == ["slow", "undo slow"]
    assert steps.stage.now() - before == timedelta(seconds=60)


def test_no_item_begins_after_one_that_failed(steps: StepsStage) -> None:
    """Where the item of a saga has failed, items that have not begun do not begin."""
    items = list(range(600))  # more than are at work at once
    chain = workflow(
        lambda b: b.saga(
            lambda s: s.for_each(lambda *_: items).do(lambda each: each.start_with(fail))
        )
    )

    ended = steps.run(chain, NOTES)

    assert ended.status == WorkflowStatus.COMPLETE
    scheduled = steps.events(ended.id).count("ActivityTaskScheduled")
    assert scheduled == 500


def test_a_worker_that_is_lost_is_noticed(steps: StepsStage) -> None:
    """A step may take as long as it likes, and is given up after half a minute of silence."""
    wid = steps.start(workflow(lambda b: b.start_with(Hello)))
    steps.settle()

    (told,) = [
        one["activityTaskScheduledEventAttributes"]
        for one in steps.raws(wid)
        if one["eventType"] == "ActivityTaskScheduled"
    ]
    assert (told["heartbeatTimeout"], told["startToCloseTimeout"]) == ("30", "NONE")


def test_a_worker_that_is_lost_is_no_failure(steps: StepsStage) -> None:
    """A step whose worker was lost is called again, also where an error would end the workflow."""
    chain = workflow(lambda b: b.start_with(Hello).on_error(WorkflowStep.TERMINATE).then(Goodbye))
    steps.register(chain)
    hello = next(one for one in steps.host._activities if one.name.endswith("Hello"))
    steps.stage.stub(hello, times_out=True, times=2).then(calls=lambda call: REPLY)

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    assert ["HEARTBEAT" in one.message for one in ended.errors] == [True, True]


def test_a_step_that_has_its_workers_lost_fails(steps: StepsStage) -> None:
    """A step that takes its worker with it each time fails in the end."""
    chain = workflow(lambda b: b.start_with(Hello).on_error(WorkflowStep.TERMINATE))
    steps.register(chain)
    hello = next(one for one in steps.host._activities if one.name.endswith("Hello"))
    steps.stage.stub(hello, times_out=True)

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.TERMINATED
    assert len(ended.errors) == 4


REPLY = {
    "proceed": True,
    "outcome": None,
    "persistence_data": None,
    "sleep": None,
    "wait": None,
    "branches": None,
    "outputs": {},
}
"""What a worker answers for a step that returned nothing."""


@pytest.mark.parametrize("unknown", [NotRegisteredError("no"), UnknownStepError("no")])
def test_a_worker_that_does_not_know_a_step_is_no_failure(
    steps: StepsStage, unknown: Exception
) -> None:
    """A step is called again, after 1, 2, 4… seconds, until a worker knows it."""
    chain = workflow(lambda b: b.start_with(Hello).on_error(WorkflowStep.TERMINATE))
    steps.register(chain)
    hello = next(one for one in steps.host._activities if one.name.endswith("Hello"))
    steps.stage.stub(hello, raises=unknown, times=5).then(calls=lambda call: REPLY)
    before = steps.stage.now()

    ended = steps.run(chain)

    assert ended.status == WorkflowStatus.COMPLETE
    assert steps.stage.now() - before == timedelta(seconds=31)
    assert len(ended.errors) == 5
