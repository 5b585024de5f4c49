"""Where tests run graphs: an SWF in memory, and deciders and workers that are driven by hand.

Whatever a test runs here is replayed in the end from its whole history, by fresh runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import PollTimeout
from swf.graph import ActivityWorker, Daemon, Decider, DeciderSpec, DynamicDecider, Task
from swf.graph.api import Swf
from swf.graph.decider.decider import GraphDecider
from swf.models import Domain, WorkflowExecution
from swf.models.event import Event
from swf.payload import Payloads
from swf.testing import Replayer, connected, event_names

DOMAIN = "plant"
DECISIONS = "decisions"
WORK = "work"
LONGEST = timedelta(days=40)

D = TypeVar("D", bound=GraphDecider)


class Site:
    """Runs graphs; time passes only while a test waits for something."""

    def __init__(
        self, engine: Engine, clock: ManualClock, payloads: Payloads | None = None
    ) -> None:
        self.clock = clock
        self.connection = connected(engine)
        self.payloads = payloads
        self.swf = Swf(connection=self.connection, payloads=payloads)
        self.swf.domains.register_domain(DOMAIN)
        self.domain = Domain(DOMAIN, connection=self.connection)
        self.deciders: list[GraphDecider] = []
        self.workers: list[ActivityWorker] = []
        self.replays = True

    # Who works here

    def spec(self, *tasks: Task, **options: Any) -> DeciderSpec:
        """Return the spec of these tasks, on the site's own lists."""
        told = {"task_list": DECISIONS, "default_activity_task_list": WORK, **options}
        return DeciderSpec(domain=DOMAIN, activity_tasks=tasks, **told)

    def decider(self, *tasks: Task, **options: Any) -> Decider:
        """Return a decider of these tasks, which decides whenever a test waits."""
        spec = self.spec(*tasks, **options)
        return self.hires(Decider(spec, connection=self.connection, payloads=self.payloads))

    def dynamic(self, **options: Any) -> DynamicDecider:
        """Return a decider of the tasks that inputs bring."""
        spec = self.spec(**options)
        return self.hires(DynamicDecider(spec, connection=self.connection, payloads=self.payloads))

    def daemon(self) -> Daemon:
        """Return a daemon, on its own task list."""
        return self.hires(Daemon(DOMAIN, connection=self.connection, payloads=self.payloads))

    def hires(self, decider: D) -> D:
        """Have a decider decide whenever a test waits."""
        self.deciders.append(decider)
        decides(decider)  # a decider that polls its own list has its runs sent there
        return decider

    def worker(self, *activities: Any, task_list: str = WORK, **options: Any) -> ActivityWorker:
        """Return a worker of these activities, which works whenever a test waits."""
        made = ActivityWorker(
            DOMAIN,
            task_list,
            connection=self.connection,
            activities=activities,
            payloads=self.payloads,
            **options,
        )
        self.workers.append(made)
        return made

    # What happens here

    def start(
        self, name: str = "flow", input: Any = None, *, task_list: str = DECISIONS, **options: Any
    ) -> WorkflowExecution:
        """Start an execution and return it; nothing is decided yet."""
        reply = self.swf.start_workflow_execution(
            domain=DOMAIN,
            workflow_type_name=name,
            workflow_type_version="1",
            task_list=task_list,
            input=input,
            **options,
        )
        workflow_id = options.get("workflow_id") or f"{name}_1"
        return WorkflowExecution(
            self.domain, workflow_id, reply["runId"], connection=self.connection
        )

    def work(self) -> None:
        """Do all there is to do at this moment."""
        for one in self.workers:
            one._prepare()
        while any([*map(decides, self.deciders), *(_took(one.run_once) for one in self.workers)]):
            pass

    def finish(self, execution: WorkflowExecution) -> WorkflowExecution:
        """Go on, however long that takes, until all runs are closed; return the last one."""
        while True:
            self._close(execution)
            if execution.history()[-1].name != "WorkflowExecutionContinuedAsNew":
                return execution
            execution = self.run_after(execution)

    def _close(self, execution: WorkflowExecution) -> None:
        self._until(lambda: execution.upstream().status == "CLOSED")
        assert execution.upstream().status == "CLOSED", event_names(execution.history())

    def run_after(self, execution: WorkflowExecution) -> WorkflowExecution:
        """Return the run that continues one as new."""
        told = execution.history()[-1].raw["workflowExecutionContinuedAsNewEventAttributes"]
        return WorkflowExecution(
            self.domain,
            execution.workflow_id,
            told["newExecutionRunId"],
            connection=self.connection,
        )

    def advance(self, seconds: float) -> None:
        """Let so much time pass, and all happen that happens in it."""
        end = self.clock.now() + timedelta(seconds=seconds)
        self._until(lambda: False, end)
        self.clock.advance_to(end)
        self.work()

    def _until(self, reached: Callable[[], bool], end: Any = None) -> None:
        end = end or self.clock.now() + LONGEST
        self.work()
        while not reached():
            due = self.clock.next_alarm
            if due is None or due > end:
                return
            self.clock.advance_to(due)
            self.work()

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Start an execution, bring it to its end, and return its result."""
        return self.result(self.finish(self.start(*args, **kwargs)))

    def result(self, execution: WorkflowExecution) -> Any:
        """Return the result of an execution that completed."""
        told = last(execution)["workflowExecutionCompletedEventAttributes"]
        return self.swf.payloads.load(told.get("result"))

    def failure(self, execution: WorkflowExecution) -> tuple[str, Any]:
        """Return the reason and the details of an execution that failed."""
        told = last(execution)["workflowExecutionFailedEventAttributes"]
        return told["reason"], self.swf.payloads.load(told.get("details"))

    def executions(self) -> list[WorkflowExecution]:
        """Return all executions, the oldest first."""
        found: list[Any] = []
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
            params = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
            for page in self.connection.pages(operation, params):
                found += page["executionInfos"]
        found.sort(key=lambda info: (info["startTimestamp"], info["executionStatus"] == "OPEN"))
        return [
            WorkflowExecution(self.domain, *one["execution"].values(), connection=self.connection)
            for one in found
        ]

    def replayed(self) -> Iterator[Any]:
        """Yield how each execution is followed by a fresh run of the decider that has decided."""
        for execution in self.executions():
            started = execution.history()[0].raw["workflowExecutionStartedEventAttributes"]
            for decider in self.deciders:
                if decider.task_list == started["taskList"]["name"]:
                    yield Replayer(decider.decider.workflows).replay(execution)
                    break

    def close(self) -> None:
        """Replay all that was run, and end what runs here."""
        for decider in self.deciders:
            decider.close()
        if self.replays:
            list(self.replayed())


def decides(decider: GraphDecider) -> bool:
    """Have a decider see to a task of either of its lists, if there is one."""
    shared = _took(decider.decider.work)
    return _took(lambda: decider.decider.work(own=True)) or shared


def _took(work: Callable[[], object]) -> bool:
    try:
        work()
    except PollTimeout:
        return False
    return True


def last(execution: WorkflowExecution) -> dict[str, Any]:
    """Return the event that closed an execution."""
    return dict(execution.history()[-1].raw)


def of_type(execution: WorkflowExecution, name: str) -> list[Event]:
    """Return the events of one type in a history."""
    return [event for event in execution.history() if event.name == name]
