"""Workflows: ordinary Python whose calls are tasks of SWF's."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn, ParamSpec, TypeVar

import attrs

from swf.exceptions import ValidationTypeError
from swf.flow.activities import timeout_text
from swf.flow.declaration import with_told
from swf.flow.errors import ContinuedAsNew, FailExecution, TaskError
from swf.flow.failures import Decided, TaskFailure
from swf.flow.future import Future
from swf.flow.replay import marker
from swf.flow.replay.caller import awaits
from swf.flow.replay.external_workflow_execution import CancelCall, SignalCall
from swf.flow.replay.lambda_function import LambdaCall
from swf.flow.replay.marker import Marker
from swf.flow.replay.task import Task
from swf.flow.replay.timer import TimerCall
from swf.flow.retry import RetryPolicy
from swf.flow.submits import Submits
from swf.wire import DurationLike, Wire, duration

P = ParamSpec("P")
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class RunContext:
    """What a run knows of itself; what it has not is None."""

    name: str
    version: str
    domain: str
    workflow_id: str
    run_id: str
    tag_list: tuple[str, ...]
    task_list: str | None
    continued_execution_run_id: str | None
    parent_workflow_id: str | None
    parent_run_id: str | None


class Workflow(Submits):
    """A workflow: subclass it and say in `run`, or `async def run`, what happens.

    Each execution has an instance of its own. What it does between two waits is repeated where the
    program is replayed, so it asks `self.now()`, `self.random()`, `self.uuid4()` instead of the
    machine, and leaves all I/O to activities.
    """

    def prepare(self) -> None:
        """Make ready for `run`: called once, before it, without arguments."""
        for name, attribute in self.signal_handlers.items():
            self._run.signals.handle(name, getattr(self, attribute))

    # Time

    def sleep(self, seconds: DurationLike) -> Future[None]:
        """Wait so long, by a timer of SWF's; in `async def`, `await` it."""
        timer = self.start_timer(seconds)
        if not awaits():
            _ = timer.result
        return timer

    def start_timer(
        self, seconds: DurationLike, *, timer_id: str | None = None, control: str | None = None
    ) -> Future[None]:
        """Return a future that is done after so many seconds; `cancel()` ends it before.

        Raises ValidationError, or ValidationTypeError, for what is no number of seconds.
        """
        run = self._run
        told = duration(seconds, "seconds")
        if not isinstance(told, int):
            raise ValidationTypeError(f"start_timer: must be seconds, got {seconds!r}")
        timer_id = timer_id or run.current_scope.number("timer")
        return TimerCall(run, timer_id, told, control=control).submit()

    def now(self) -> datetime:
        """Return the time at which the present decision task was started: on replay the same."""
        return datetime.fromtimestamp(self._run.time, UTC)

    def uuid4(self) -> uuid.UUID:
        """Return a random UUID, the same on replay."""
        return uuid.UUID(int=self._run.lot.getrandbits(128), version=4)

    def random(self) -> float:
        """Return a random number from 0 to less than 1, the same on replay."""
        return self._run.lot.random()

    # Signals

    def wait_signal(
        self, name: str | None = None, *, key: Any = None, timeout: DurationLike | None = None
    ) -> Future[Any]:
        """Return a future of the next signal of this name, and key, that nothing has taken.

        It is of what was sent: one argument as it is. Signals are taken once, in the order in which
        they came, those too that came before. After `timeout` it fails with TaskTimedOut.
        """
        told = duration(timeout, "timeout")
        seconds = told if isinstance(told, int) else None
        return self._run.signals.wait(name, key, seconds)

    def on_signal(self, name: str, handler: Callable[..., Any]) -> None:
        """Have a function called for each signal of this name, early ones included."""
        self._run.signals.handle(name, handler)

    def signal(
        self,
        name: str,
        *args: Any,
        workflow_id: str | None = None,
        run_id: str | None = None,
        key: Any = None,
        **kwargs: Any,
    ) -> Future[None]:
        """Send a signal to an execution, this one if none is named; return when it is delivered.

        The future fails with ScheduleFailed where there is no such open execution.
        """
        run = self._run
        target = workflow_id or run.execution.workflow_id
        call = SignalCall(run, name, target, run_id, args, kwargs, key)
        return call.submit()

    def request_cancel(self, workflow_id: str, run_id: str | None = None) -> Future[None]:
        """Request the cancel of another execution; return a future of its delivery."""
        return CancelCall(self._run, "request to cancel", workflow_id, run_id).submit()

    # Markers, and what happens once

    def record_marker(self, name: str, details: Any = None) -> Marker:
        """Have a marker in the history, once for the same name and details; return it."""
        return marker.record(self._run, name, details)

    def list_markers(self, *, all: bool = False) -> list[Marker]:
        """Return the markers recorded so far: the latest of each name, or all."""
        found = list(self._run.markers.values())
        return found if all else list({one.name: one for one in found}.values())

    def side_effect(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function returns now; on replay what it had returned, without calling it.

        For what is quick and has no need of an activity. It may be called again where the decision
        that recorded it was not delivered.
        """
        name = getattr(function, "__name__", "function")
        result: T = marker.once(self._run, name, lambda: function(*args, **kwargs))
        return result

    def patched(self, name: str) -> bool:
        """Tell whether this run follows the code as it was changed under this name.

        True where the run reaches the place for the first time, which is recorded; False on the
        replay of a run that passed there before the change. See "changing code".
        """
        return marker.patched(self._run, name)

    def call_lambda(
        self,
        function: str,
        payload: Any = None,
        *,
        timeout: DurationLike | None = None,
        retry: RetryPolicy | int | None = None,
        raises_on_failure: bool = True,
    ) -> Future[Any]:
        """Have a Lambda function called with a payload; the execution needs a `lambda_role`."""
        run = self._run
        task_id = run.current_scope.number(f"lambda-{function}")
        return LambdaCall(
            run,
            function,
            task_id,
            payload,
            timeout=timeout_text(timeout),
            retry=RetryPolicy.of(retry),
            raises=raises_on_failure,
        ).submit()

    # This run

    def fail(self, reason: str, details: Any = None) -> NoReturn:
        """End this run as failed, in these words: see `errors.FailExecution`."""
        raise FailExecution(reason, details)

    def continue_as_new(self, *args: Any, **kwargs: Any) -> NoReturn:
        """End this run and have a new one begin with these arguments and no history.

        Signals that nobody took go with it. Activities and timers that are open are dropped.
        """
        raise ContinuedAsNew(args, kwargs)

    def checkpoint(self, *args: Any, **kwargs: Any) -> None:
        """Continue as new with these arguments where the history has grown long, else return.

        Call it where nothing is open that must not be dropped.
        """
        if self.should_continue_as_new:
            self.continue_as_new(*args, **kwargs)

    @property
    def should_continue_as_new(self) -> bool:
        """Whether the history has `continue_as_new_at` events or more; SWF ends it at 25,000."""
        return self._run.should_continue_as_new

    @property
    def state(self) -> Any:
        """What this run tells of itself to those outside; see `execution.state`."""
        return self._run.state

    @state.setter
    def state(self, value: Any) -> None:
        self._run.publish(value)

    @property
    def is_replaying(self) -> bool:
        """Whether what happens now has happened before, and is only repeated."""
        return self._run.replaying

    @property
    def logger(self) -> logging.LoggerAdapter[logging.Logger]:
        """The logger of the workflow's module, silent while replaying."""
        return self._run.logger

    @property
    def context(self) -> RunContext:
        """What this run knows of itself."""
        run = self._run
        told, execution = run.started, run.execution
        parent = told.get("parentWorkflowExecution") or {}
        return RunContext(
            name=execution.name,
            version=execution.version,
            domain=execution.domain,
            workflow_id=execution.workflow_id,
            run_id=execution.run_id,
            tag_list=tuple(told.get("tagList") or ()),
            task_list=(told.get("taskList") or {}).get("name"),
            continued_execution_run_id=told.get("continuedExecutionRunId"),
            parent_workflow_id=parent.get("workflowId"),
            parent_run_id=parent.get("runId"),
        )

    def get_run_context(self) -> dict[str, Any]:
        """Return `context` as a dict, with the domain as `domain_name`."""
        told = attrs.asdict(self.context)
        told["domain_name"] = told.pop("domain")
        return {**told, "tag_list": list(self.context.tag_list)}

    # Hooks: a subclass says otherwise

    def should_cancel(self, cause: str | None) -> bool:  # noqa: ARG002
        """Say whether a request to cancel shall be followed; `cause` is SWF's, if it told one."""
        return True

    def on_task_failure(self, failure: TaskFailure) -> TaskFailure | None:  # noqa: ARG002
        """Decide what follows when a task failed and its policy tries no more: see TaskFailure."""
        return None

    def before_replay(self) -> None:
        """Be called before each decision, within the decider."""

    def after_replay(self) -> None:
        """Be called after each decision, before it is sent."""

    def on_completed(self) -> None:
        """Be called when the execution has been completed."""

    def on_failure(self, error: BaseException) -> None:
        """Be called when the execution has failed."""

    def on_canceled(self) -> None:
        """Be called when the execution has been canceled."""

    def after_closed(self) -> None:
        """Be called when the execution has been closed, in whatever way."""

    # For the run

    def failure_decided(self, task: Task, error: TaskError) -> Decided | None:
        """Return what `on_task_failure` decided; None where it left that to the default.

        Raises ValidationTypeError where it returned anything else.
        """
        failure = TaskFailure(self, task, error)
        decided = self.on_task_failure(failure)
        if decided is not None and decided is not failure:
            raise ValidationTypeError(
                f"on_task_failure: must return what its argument's decide_… return, or None,"
                f" got {decided!r:.80}"
            )
        return failure.decided

    def continue_attributes(self, started: Wire, options: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return the attributes of the run that continues this one: as those of this one."""
        names = (
            "childPolicy",
            "executionStartToCloseTimeout",
            "lambdaRole",
            "tagList",
            "taskList",
            "taskPriority",
            "taskStartToCloseTimeout",
        )
        return with_told({}, **{name: started.get(name) for name in names})
