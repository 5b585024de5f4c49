"""Passages of lines of work through nodes have ids, over all runs of a workflow."""

from __future__ import annotations

import pytest
from chained import workflow
from steps_stage import StepsStage

from swf.flow import RetryPolicy
from swf.steps import ContainerStepBody, ExecutionResult, StepBody, StepExecutionContext
from swf.testing.stage import Stage


@pytest.fixture
def steps(swf_flow: Stage) -> StepsStage:
    """A host on a stage."""
    return StepsStage(swf_flow)


class Noted(StepBody):
    """Adds the id of its passage to `ids`, and one to `n`."""

    def run(self, context: StepExecutionContext) -> ExecutionResult | None:
        data = context.workflow.data
        data.ids = [*data.ids, context.execution_pointer.id]
        data.n += 1
        return None


class Again(Noted):
    """Is called ten times on each passage."""

    def run(self, context: StepExecutionContext) -> ExecutionResult | None:
        super().run(context)
        calls = (context.persistence_data or 0) + 1
        return ExecutionResult.persist(calls) if calls < 10 else None


class Failing(Noted):
    """Fails nine times on each passage, so that only the last call is noted."""

    def run(self, context: StepExecutionContext) -> ExecutionResult | None:
        if context.execution_pointer.retry_count < 9:
            raise ValueError("not yet")
        return super().run(context)


class Splitting(ContainerStepBody):
    """Branches ten times, and notes the id of its passage each time."""

    def run(self, context: StepExecutionContext) -> ExecutionResult | None:
        Noted().run(context)
        calls = (context.persistence_data or 0) + 1
        return ExecutionResult.branch([calls], calls) if calls < 10 else None


def nothing(context: StepExecutionContext) -> None:
    """Do nothing."""


def test_no_passage_has_the_id_of_another(steps: StepsStage) -> None:
    """Each passage has an id of its own, whichever run of the workflow it is in."""
    chain = workflow(
        lambda b: b.while_(lambda data, context: data.n < 30).do(lambda x: x.start_with(Noted))
    )
    steps.register(chain)
    steps.renewing_at(20)
    wid = steps.start(chain, {"n": 0, "ids": []})

    ids = steps.host.wait_for(wid).data.ids

    assert steps.runs(wid) > 3
    assert len(set(ids)) == len(ids) == 30
    assert ids[:2] == ["1-while.1-Noted", "1-while.1-Noted-2"]


@pytest.mark.parametrize("calls", [Again, Failing, Splitting])
def test_a_passage_keeps_its_id(steps: StepsStage, calls: type[StepBody]) -> None:
    """A step that is called again has the id that it had, whichever run calls it."""
    again = RetryPolicy(attempts=None, delay=1)
    chain = workflow(
        lambda b: (
            b.start_with(calls).do(lambda x: x.start_with(nothing)).then(nothing)
            if calls is Splitting
            else b.start_with(calls).on_error(again).then(nothing)
        )
    )
    steps.register(chain)
    steps.renewing_at(20)
    wid = steps.start(chain, {"n": 0, "ids": []})

    data = steps.host.wait_for(wid).data

    assert steps.runs(wid) > 2
    assert set(data.ids) == {f"1-{calls.__name__}"}
    assert data.n == (1 if calls is Failing else 10)
