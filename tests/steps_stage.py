"""Workflows of steps in a test's own time: a host whose work a stage of `swf.testing` does."""

from __future__ import annotations

from typing import Any

from swf.steps import Workflow, WorkflowHost, WorkflowInstance, configure_workflow_host
from swf.steps.events import EventHub
from swf.steps.running import StepsRun
from swf.testing.stage import Stage


class StepsStage:
    """A host on a stage; each workflow that was run is replayed in the end."""

    def __init__(self, stage: Stage, **options: Any) -> None:
        self.stage = stage
        self.host = configure_workflow_host(
            connection=stage.connection, domain=stage.domain, **options
        )
        self.knows(self.host)

    def knows(self, host: WorkflowHost) -> None:
        """Have the stage do the work of a host."""
        self.stage._activities._found.update(host._activities._found)
        for one in host._workflows:
            self.stage._workflows._found[one.key()] = one

    def register(self, workflow: Workflow) -> None:
        """Have host and stage know a workflow."""
        self.host.register_workflow(workflow)
        self.knows(self.host)

    def start(self, workflow: Workflow, data: Any = None) -> str:
        """Start a workflow; return its id."""
        self.register(workflow)
        definition = workflow.definition()
        return self.host.start_workflow(definition.id, definition.version, data)

    def run(self, workflow: Workflow, data: Any = None) -> WorkflowInstance:
        """Run a workflow to its end, however long that takes; return how it ended."""
        return self.host.wait_for(self.start(workflow, data))

    def settle(self, seconds: float = 0) -> None:
        """Let so much time pass, and do all that there is to do."""
        self.stage.skip(seconds)
        self.stage.work()

    def renewing_at(self, events: int) -> None:
        """Have the workflows that are known, hubs too, continue as new after so many events."""
        for one in self.host._workflows:
            assert issubclass(one, StepsRun | EventHub)
            one.continue_as_new_at = events

    def runs(self, workflow_id: str) -> int:
        """Return how many runs a workflow has had."""
        found = self.stage.executions()
        return sum(one.workflow_id == workflow_id for one in found)

    def events(self, workflow_id: str) -> list[str]:
        """Return the types of all events of a workflow's last run."""
        return [event["eventType"] for event in self.raws(workflow_id)]

    def raws(self, workflow_id: str) -> list[Any]:
        """Return all events of a workflow's last run."""
        return list(self.host._handle(workflow_id).history.raws)

    def markers(self, workflow_id: str) -> list[str]:
        """Return the names of all markers of a workflow's last run."""
        told = [one.get("markerRecordedEventAttributes", {}) for one in self.raws(workflow_id)]
        return [one["markerName"] for one in told if one]
