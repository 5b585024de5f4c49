"""How an execution stands, as programs outside of it see it."""

from __future__ import annotations

from chained import workflow
from steps_stage import StepsStage

from swf.steps import StepExecutionContext, WorkflowStatus, WorkflowStep
from swf.testing.stage import Stage


def grow(context: StepExecutionContext) -> None:
    """Set a field of 20,000 characters more."""
    context.workflow.data[f"text{len(context.workflow.data)}"] = "x" * 20_000


def test_what_ended_a_workflow_is_told(swf_flow: Stage) -> None:
    """The errors of a workflow that failed tell what with, also where that was no step's."""
    ended = StepsStage(swf_flow).run(workflow(lambda b: b.start_with(grow).then(grow)))

    assert ended.status == WorkflowStatus.TERMINATED
    assert [(one.step_id, one.error_time) for one in ended.errors] == [("", ended.complete_time)]
    assert "32768 may be sent: give Payloads a store=" in ended.errors[0].message


def test_the_error_of_a_step_is_told_once(swf_flow: Stage) -> None:
    """Where a step has ended a workflow, its own errors are all that is told."""

    def fail(context: StepExecutionContext) -> None:
        raise ValueError("x" * 1_000)

    ended = StepsStage(swf_flow).run(
        workflow(lambda b: b.start_with(fail).on_error(WorkflowStep.TERMINATE))
    )

    assert [one.step_id for one in ended.errors] == ["1-fail"]
