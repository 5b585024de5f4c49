"""What workflows say to other executions, and what the execution they say it to sees."""

from __future__ import annotations

from typing import Any

from flow_harness import Stage

from swf.flow import Workflow, futures


class Listens(Workflow):
    """Returns the first signal it gets."""

    name = "listens"

    def run(self) -> Any:
        return self.wait_signal("s").result


def test_request_to_cancel(stage: Stage) -> None:
    """A workflow may request the cancel of another, and knows when that was delivered."""

    class Flow(Workflow):
        def run(self, workflow_id: str, run_id: str) -> Any:
            asked = self.request_cancel(workflow_id, run_id)
            return [asked.cancel(), asked.result, asked.finished]

    other = stage.start(Listens)
    stage.drive()

    assert stage.run(Flow, other.workflow_id, other.run_id) == [False, None, True]
    stage.drive()
    assert other.events[-1]["eventType"] == "WorkflowExecutionCanceled"
    (told,) = other.attributes("WorkflowExecutionCancelRequested")
    assert told["externalWorkflowExecution"]["workflowId"] != other.workflow_id


def test_to_one_run(stage: Stage) -> None:
    """A signal to a run that is not the open one is delivered to none."""

    class Flow(Workflow):
        def run(self, workflow_id: str, run_id: str) -> Any:
            sent = [
                self.signal("s", 1, workflow_id=workflow_id, run_id="22another"),
                self.signal("s", 2, workflow_id=workflow_id, run_id=run_id),
            ]
            futures.wait(sent)
            return [one.exception is None for one in sent]

    other = stage.start(Listens)

    assert stage.run(Flow, other.workflow_id, other.run_id) == [False, True]
    assert other.finish().result == 2


def test_between_parent_and_child(stage: Stage) -> None:
    """A child may signal its parent by what its context tells it."""

    class Child(Workflow):
        def run(self) -> None:
            parent = self.context.parent_workflow_id
            _ = self.signal("s", "from below", workflow_id=parent).result

    class Parent(Workflow):
        def run(self) -> Any:
            child = self.submit(Child)
            return [self.wait_signal("s").result, child.result]

    stage.knows(Child)

    assert stage.run(Parent) == ["from below", None]


def test_the_sender_is_recorded(stage: Stage) -> None:
    """The history of who gets a signal tells who has sent it."""

    class Flow(Workflow):
        def run(self, workflow_id: str) -> None:
            _ = self.signal("s", workflow_id=workflow_id).result

    other = stage.start(Listens)
    sender = stage.start(Flow, other.workflow_id).finish()

    (told,) = other.finish().attributes("WorkflowExecutionSignaled")
    assert told["externalWorkflowExecution"]["workflowId"] == sender.workflow_id
