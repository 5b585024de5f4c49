"""Decider and worker of a stage: they work where they are told to, and know who is stood in for."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

import attrs

from swf.actors import ActivityTask, Heartbeat, Limits
from swf.actors.beats import Beats
from swf.actors.measuring import Measured
from swf.actors.outcome import Outcome
from swf.flow.activities import Activity
from swf.flow.decider import Decider
from swf.flow.errors import NotRegisteredError
from swf.flow.registry import Activities, Workflows
from swf.flow.replay.answer import Answer, DecisionTask
from swf.flow.replay.run import Execution, Run
from swf.flow.worker import Worker
from swf.flow.workflow import Workflow
from swf.models import Domain, WorkflowExecution
from swf.payload import Payloads, dump_failure
from swf.testing.stage_clock import AtWork, StageClock
from swf.testing.stubs import NotStubbedError, Stub
from swf.validation import CLOSING

Stubs = Mapping[tuple[str, tuple[str, str]], Stub]
"""Who stands in, by what it stands in for: `activity` or `workflow`, name and version."""

_NOBODY: Final = "any"
"""The task list of actors that are told each time where to poll."""

_CANCELS: Final = CLOSING | {"RequestCancelActivityTask"}
"""The decisions by which activities at work are not wanted any more."""


class StagedActivities(Activities):
    """Activities, or the stubs that stand in for them."""

    def __init__(self, stubs: Stubs) -> None:
        super().__init__()
        self._stubs = stubs
        self._submitted: dict[tuple[str, str], Activity[..., Any]] = {}

    def know(self, activities: Iterable[Activity[..., Any]]) -> None:
        """Know these activities too, but those whose name and version is known already.

        A method is one that nobody can call before its instance is known.
        """
        given = list(activities)
        self._submitted.update({one.key: one for one in given})
        super().know(one for one in given if not one.is_method)

    def get(self, name: str, version: str) -> Activity[..., Any]:
        """Return the activity of this name and version; raises NotRegisteredError."""
        submitted = self._submitted.get((name, version))
        stub = None if submitted is None else self.stub_of(submitted)
        if submitted is not None and stub is not None:
            return stub.standing_in(submitted)
        if submitted is not None and submitted.is_method and submitted.key not in self._found:
            raise NotRegisteredError(
                f"{submitted!r} is a method: give an instance to `knows`, or stub it"
            )
        return super().get(name, version)

    def stub_of(self, activity: Activity[..., Any]) -> Stub | None:
        """Return who stands in for an activity; None where nobody does."""
        return self._stubs.get(("activity", activity.key))


class StagedWorkflows(Workflows):
    """Workflows, or the stubs that stand in for them."""

    def __init__(self, stubs: Stubs) -> None:
        super().__init__()
        self._stubs = stubs
        self._standing_in: dict[Stub, type[Workflow]] = {}

    def get(self, name: str, version: str) -> type[Workflow]:
        """Return the workflow of this name and version; raises NotRegisteredError."""
        found = super().get(name, version)
        stub = self._stubs.get(("workflow", found.key()))
        if stub is None:
            return found
        if stub not in self._standing_in:
            self._standing_in[stub] = stub.standing_in_for(found)
        return self._standing_in[stub]


class StageWorker(Worker):
    """Does activities in the test's own thread, each with the payloads of its workflow.

    SWF alone has them time out: code that runs here cannot be given up.
    """

    def __init__(self, domain: Domain, activities: StagedActivities, clock: StageClock) -> None:
        super().__init__(
            activities,
            _NOBODY,
            domain=domain,
            identity="worker",
            clock=clock,
            heartbeat_interval=threading.TIMEOUT_MAX,  # they are sent where the clock is moved
            register=False,  # the decider has them registered before it names them
        )
        self.payloads_of_runs: dict[str, Payloads] = {}
        self.is_closed = False
        self._time = clock
        self._begun: AtWork
        """The activity that was begun with last, which has not waited yet."""

    def work(self, task_list: str, activity: AtWork) -> None:
        """Take one task, do it and answer; raises PollTimeout where there is none."""
        self.task_list = task_list
        self._begun = activity
        self.run_once()

    def limits(self, task: ActivityTask) -> Limits:
        """Return the call that a task is, with no limit of the worker's."""
        payloads = self._payloads_of_run(task)
        named = task.activity_type
        computing = attrs.evolve(self._computing, payloads=payloads)
        opened = computing.opened(named.name, named.version, task.input)
        if opened.heartbeat is not None:
            self._begun.interval = opened.heartbeat - min(1.0, opened.heartbeat / 3) or None
        return attrs.evolve(opened, start_to_close=None, heartbeat=None)

    def _compute(self, task: ActivityTask, limits: Limits, context: Beats) -> str | None:
        self._begun.heartbeat = cast("Heartbeat", context)
        with self._time.beating(self._begun):
            return super()._compute(task, limits, context)

    def _settle(
        self, task: ActivityTask, outcome: Outcome, *, lost: bool, measured: Measured
    ) -> None:
        if not self.is_closed:
            super()._settle(task, outcome, lost=lost, measured=measured)

    def _payloads_of(self, task: ActivityTask) -> Payloads:
        named = task.activity_type
        try:
            own = self.activities.get(named.name, named.version).payloads
        except NotRegisteredError:
            own = None
        return own or self._payloads_of_run(task)

    def _payloads_of_run(self, task: ActivityTask) -> Payloads:
        return self.payloads_of_runs.get(task.execution.run_id or "", self.payloads)


class StageDecider(Decider):
    """Decides for all that is run on a stage, on whatever task list."""

    def __init__(
        self,
        domain: Domain,
        workflows: StagedWorkflows,
        activities: StagedActivities,
        worker: StageWorker,
        *,
        strict: bool,
    ) -> None:
        super().__init__(workflows, _NOBODY, domain=domain, identity="decider", when_blocked="fail")
        self.strict = strict
        self.took_back = False
        """Whether the last answer may have made activities at work unwanted."""
        self._staged = activities
        self._worker = worker
        self._given_up: set[str] = set()

    def take(self, task_list: str) -> None:
        """Take one task, decide and answer; raises PollTimeout where there is none."""
        self.took_back = False
        self.task_list = self.own_task_list = task_list
        self.work(own=True)

    def on_answer(self, made: Answer) -> None:
        """Know what the answer names."""
        self.took_back = any(one["decisionType"] in _CANCELS for one in made.decisions)
        for child in made.children:
            self.workflows.add(child)
        self._staged.know(made.activities)
        if made.run is not None:
            self._worker.payloads_of_runs[made.run.execution.run_id] = made.run.payloads

    def replay(self, execution: WorkflowExecution) -> None:
        """Take a fresh run along the history of an execution; raises NonDeterminismError.

        What was failed here for want of a stub, or as no program's own error, has none to follow.
        """
        events = execution.history().raws
        named = events[0]["workflowExecutionStartedEventAttributes"]["workflowType"]
        run_id = str(execution.run_id)
        if run_id in self._given_up or (named["name"], named["version"]) not in self._known():
            return
        workflow = self.workflows.get(named["name"], named["version"])
        told = Execution(
            domain=self.domain.name,
            workflow_id=execution.workflow_id,
            run_id=run_id,
            name=named["name"],
            version=named["version"],
        )

        def follow() -> None:
            run = Run(workflow(), told)
            try:
                run.feed(events, None)
            finally:
                run.evict()

        self._replay.call(follow)

    def _known(self) -> set[tuple[str, str]]:
        return {one.key() for one in self.workflows}

    def _made(self, task: DecisionTask) -> Answer:
        made = super()._made(task)
        missing = [one for one in made.activities if self._staged.stub_of(one) is None]
        if not (self.strict and missing) or made.run is None:
            return made
        self._given_up.add(task.run_id)
        made.run.evict()
        return _not_stubbed(made.run.payloads, missing)

    def _blocked_by(self, task: DecisionTask, error: Exception) -> Answer:
        self._given_up.add(task.run_id)
        return super()._blocked_by(task, error)

    def _affinity(self, task: DecisionTask, made: Answer) -> dict[str, Any]:  # noqa: ARG002
        return {}


def _not_stubbed(payloads: Payloads, missing: Sequence[Activity[..., Any]]) -> Answer:
    """Return the answer that fails a workflow for activities that have no stub."""
    names = ", ".join(f"{one.name!r}, {one.version!r}" for one in missing)
    error = NotStubbedError(f"no stub for activity {names}: give it one with stub(…)")
    reason, details = dump_failure(payloads, error)
    told = {"reason": reason, "details": details}
    return Answer(
        decisions=[
            {
                "decisionType": "FailWorkflowExecution",
                "failWorkflowExecutionDecisionAttributes": told,
            }
        ],
        run=None,
        closes="FailWorkflowExecution",
    )
