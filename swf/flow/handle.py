"""What one has of an execution that was started: its result, and ways to reach it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from swf.actors.backoff import may_pass
from swf.constants import MAX_EXECUTION_SECONDS
from swf.exceptions import PayloadError, ValidationError, WorkflowExecutionDoesNotExist
from swf.flow import querying
from swf.flow.errors import (
    ResultTimeout,
    TaskError,
    WorkflowCanceled,
    WorkflowFailed,
    WorkflowTerminated,
    WorkflowTimedOut,
    failure,
)
from swf.flow.holding import held_by
from swf.flow.replay.matching import attributes_of
from swf.flow.workflow import Workflow
from swf.models import History, WorkflowExecution
from swf.payload import Payloads, load_failure
from swf.tracing import switch as tracing
from swf.virtual_clock import VirtualClock
from swf.wire import Wire

logger = logging.getLogger(__name__)

R = TypeVar("R")

FIRST_PAUSE: Final = 0.01
"""Seconds between the first two looks at an execution that is waited for; each pause is longer."""

LOOK_ATTEMPTS: Final = 12
"""How often in a row a look may fail by what passes."""

OPEN: Final = "OPEN"

STATUS: Final = {
    "WorkflowExecutionCanceled": "CANCELED",
    "WorkflowExecutionCompleted": "COMPLETED",
    "WorkflowExecutionFailed": "FAILED",
    "WorkflowExecutionTerminated": "TERMINATED",
    "WorkflowExecutionTimedOut": "TIMED_OUT",
}
"""How an execution was closed, by the event that says so; one that continues is not."""


class Handle(Generic[R]):
    """An execution that was started, and all that continue it as new, as one.

    `first` is the run that was started, `workflow` its class, None where that is not known. Two
    handles of the same execution are equal.
    """

    longest_pause_seconds: float = 1.0
    """The longest pause between two looks while a result is waited for."""

    def __init__(
        self,
        execution: WorkflowExecution,
        workflow: type[Workflow] | None,
        payloads: Payloads,
    ) -> None:
        self.workflow = workflow
        self.payloads = payloads
        self.first = execution
        self._newest = execution

    @property
    def workflow_id(self) -> str:
        """The workflow id."""
        return self.first.workflow_id

    @property
    def run_id(self) -> str:
        """The run id of the run that was started."""
        return str(self.first.run_id)

    @property
    def execution(self) -> WorkflowExecution:
        """The run that goes on now, or was the last (GetWorkflowExecutionHistory)."""
        self.closing()
        return self._newest

    @property
    def status(self) -> str:
        """OPEN, or how it was closed: COMPLETED, FAILED, CANCELED, TERMINATED or TIMED_OUT."""
        event = self.closing()
        return OPEN if event is None else STATUS[event["eventType"]]

    @property
    def done(self) -> bool:
        """Whether it is closed, in whatever way."""
        return self.closing() is not None

    @property
    def state(self) -> Any:
        """What the workflow tells of itself by `self.state`; None where it has told nothing."""
        return self.payloads.load(self.execution.upstream().latest_execution_context)

    @property
    def history(self) -> History:
        """The whole history of the run that goes on now, or was the last."""
        return self.execution.history()

    def result(self, timeout: float | None = None) -> R:
        """Return what the workflow returned; wait for it, at most `timeout` seconds.

        Where it lives on a clock that skips idle time, that moves meanwhile. Raises WorkflowFailed,
        of the type of the original error as well where that is known here, WorkflowTimedOut,
        WorkflowCanceled, WorkflowTerminated; ResultTimeout where it is still open, and StuckError
        where time is skipped and nothing would happen any more.
        """
        if timeout is not None and not timeout >= 0:
            raise ValidationError(f"result: timeout: must be 0 or more seconds, got {timeout!r}")
        clock = self.first.connection.clock
        if isinstance(clock, VirtualClock):
            event = self.closing_in_virtual_time(clock, timeout)
        else:
            event = self._awaited(timeout)
        return self.result_of(event)

    def signal(self, name: str, /, *args: Any, key: Any = None, **kwargs: Any) -> None:
        """Send a signal with these arguments (SignalWorkflowExecution).

        `key` is what `wait_signal(name, key=…)` asks for. Raises `WorkflowExecution.DoesNotExist`
        where it is closed.
        """
        told = {
            "messaging.operation.type": "send",
            "swf.domain": self.first.domain.name,
            "swf.workflow_id": self.workflow_id,
            "swf.signal_name": name,
        }
        with tracing.sending("swf.signal", told) as sent:
            context = (sent.context or {}) | ({} if key is None else {"key": key})
            text = self.payloads.seal(self.payloads.plain_call(args, kwargs, context or None))
            self._to_open(lambda execution: execution.signal(name, text))

    def cancel(self) -> None:
        """Request that it be canceled; its program decides (RequestCancelWorkflowExecution).

        Raises `WorkflowExecution.DoesNotExist` where it is closed.
        """
        self._to_open(lambda execution: execution.request_cancel())

    def terminate(
        self,
        reason: str | None = None,
        details: Any = None,
        *,
        child_policy: str | None = None,
    ) -> None:
        """Close it at once; its program is not asked (TerminateWorkflowExecution).

        Raises `WorkflowExecution.DoesNotExist` where it is closed.
        """
        self._to_open(
            lambda execution: execution.terminate(
                reason=reason, details=details, child_policy=child_policy
            )
        )

    def query(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Return what the `@query_handler` of this name answers: see `swf.flow.query`."""
        return querying.query(self, name, *args, **kwargs)

    def stack(self) -> list[querying.WaitingStrand]:
        """Return where the program waits: see `swf.flow.stack`."""
        return querying.stack(self)

    def closing(self) -> Wire | None:
        """Return the event that closed the last run; None while one is open.

        (GetWorkflowExecutionHistory)
        """
        while True:
            execution = self._newest
            params = {
                **execution._described(),
                "reverseOrder": True,
                "maximumPageSize": 1,
            }
            page = execution.connection.call("GetWorkflowExecutionHistory", params)
            event: Wire = page["events"][0]
            if event["eventType"] in STATUS:
                return event
            following = continuation(execution, event)
            if following is None:
                return None
            self._newest = following

    def result_of(self, closing: Wire) -> R:
        """Return the result that an event which closed the execution tells of, or raise."""
        if closing["eventType"] == "WorkflowExecutionCompleted":
            result: R = self.payloads.load(attributes_of(closing).get("result"))
            return result
        raise self._error(closing)

    # Waiting

    def _awaited(self, timeout: float | None) -> Wire:
        until = None if timeout is None else time.monotonic() + timeout
        pause, failures = FIRST_PAUSE, 0
        while True:
            try:
                event = self.closing()
                failures = 0
            except Exception as error:
                failures += 1
                if failures == LOOK_ATTEMPTS or not may_pass(error):
                    raise
                logger.warning("%r is looked at again after: %s", self, error)
                event = None
            if event is not None:
                return event
            left = pause if until is None else until - time.monotonic()
            if left <= 0:
                raise self._late(timeout)
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, self.longest_pause_seconds)

    def closing_in_virtual_time(self, clock: VirtualClock, timeout: float | None = None) -> Wire:
        """Return the event that closed it, once the clock was moved so far.

        Raises ResultTimeout, and StuckError where nothing else would happen any more.
        """
        until = None if timeout is None else clock.now() + timedelta(seconds=timeout)
        if until is not None:
            clock.at(until, lambda: None)  # where it stops, at the latest
        found: list[Wire] = []

        def reached() -> bool:
            event = self.closing()
            found.extend([] if event is None else [event])
            return bool(found) or (until is not None and clock.now() >= until)

        if self.first.connection.skip_until(reached) and not found:
            raise self._late(timeout)
        return self.in_time(found[0] if found else None)

    def in_time(self, closing: Wire | None) -> Wire:
        """Return the event that closed it in virtual time, None where nothing falls due any more.

        Raises StuckError for None, and where it is the time-out that no execution can be without:
        it was all that was left to happen, and says nothing of why.
        """
        if closing is None or self._has_seen_its_year(closing):
            raise querying.stuck(self, self.workflow)
        return closing

    def _has_seen_its_year(self, closing: Wire) -> bool:
        if closing["eventType"] != "WorkflowExecutionTimedOut":
            return False
        timeout = self._newest.upstream().execution_start_to_close_timeout
        return timeout == MAX_EXECUTION_SECONDS

    def _late(self, timeout: float | None) -> ResultTimeout:
        held = held_by(self.history.raws)
        told = f"still open after {timeout} seconds{f'; {held}' if held else ''}"
        return ResultTimeout(told, resource=repr(self._newest))

    def _to_open(self, send: Callable[[WorkflowExecution], object]) -> None:
        """Send something to the run that is open, which may be another than it was before."""
        while True:
            sent_to = self._newest
            try:
                send(sent_to)
            except WorkflowExecutionDoesNotExist:
                self.closing()
                if self._newest == sent_to:
                    raise
            else:
                return

    # How it ended

    def _error(self, closing: Wire) -> TaskError:
        told, kind = attributes_of(closing), closing["eventType"]
        name = self.workflow.name if self.workflow is not None else self.workflow_id
        reason, details = told.get("reason"), told.get("details")
        if kind == "WorkflowExecutionFailed":
            return failure(
                WorkflowFailed,
                load_failure(self.payloads, reason, details),
                task=name,
                task_id=self.workflow_id,
                reason=reason,
                details=details,
            )
        if kind == "WorkflowExecutionTimedOut":
            message = f"{name} timed out ({told['timeoutType']})"
            return WorkflowTimedOut(
                message, task=name, task_id=self.workflow_id, timeout_type=told["timeoutType"]
            )
        if kind == "WorkflowExecutionCanceled":
            return WorkflowCanceled(
                f"{name} was canceled",
                task=name,
                task_id=self.workflow_id,
                details=_readable(self.payloads, details),
            )
        words = [word for word in (told.get("cause"), reason, details) if word]
        message = ": ".join([f"{name} was terminated", *words])
        return WorkflowTerminated(message, task=name, task_id=self.workflow_id)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Handle):
            return NotImplemented
        return self.first._identity() == other.first._identity()

    def __hash__(self) -> int:
        return hash(self.first._identity())

    def __repr__(self) -> str:
        return f"Handle({self.workflow_id!r}, {self.run_id!r})"


def continuation(execution: WorkflowExecution, event: Wire) -> WorkflowExecution | None:
    """Return the run that continues one which an event ended; None for any other event."""
    if event["eventType"] != "WorkflowExecutionContinuedAsNew":
        return None
    return WorkflowExecution(
        execution.domain,
        execution.workflow_id,
        attributes_of(event)["newExecutionRunId"],
        connection=execution.connection,
    )


def _readable(payloads: Payloads, text: str | None) -> Any:
    """Return what a text stands for, the text itself where nobody here can tell."""
    try:
        return payloads.load(text)
    except PayloadError:
        return text
