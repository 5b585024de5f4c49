"""Child workflow executions as a program knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from swf.flow.errors import (
    TaskError,
    WorkflowCanceled,
    WorkflowFailed,
    WorkflowTerminated,
    WorkflowTimedOut,
    failure,
)
from swf.flow.future import Future
from swf.flow.replay.command import Command
from swf.flow.replay.external_workflow_execution import SignalCall
from swf.flow.replay.task import Task
from swf.flow.retry import RetryPolicy
from swf.payload import Payloads
from swf.tracing.context import with_tag
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.declaration import Declaration
    from swf.flow.replay.run import Run


class ChildFuture(Future[Any]):
    """The result of a child workflow.

    `workflow_id` is known from the submit on, or, where the class makes it of arguments that are
    not there yet, once those are.

    `started` is a future of its run id. `cancel()` requests the child's cancel.
    """

    __slots__ = ("_call", "started")

    def __init__(self, call: ChildCall, other: Future[Any]) -> None:
        super().__init__(other._scheduler, call)
        self._call = call
        self.started: Future[str] = Future(other._scheduler)

    @property
    def workflow_id(self) -> str:
        """The workflow id of the child."""
        return self._call.id

    @property
    def run_id(self) -> str | None:
        """The run id of the child; None where it has not begun."""
        return self._call.run_id

    def signal(self, name: str, *args: Any, key: Any = None, **kwargs: Any) -> Future[None]:
        """Send a signal to the child, once it has begun; the future is of its delivery."""
        return self._call.signal(name, args, kwargs, key)


class ChildCall(Task):
    """One child workflow: all its attempts, which share one workflow id."""

    __slots__ = ("attributes", "child", "described", "payloads", "run_id", "workflow")
    window = "children"

    def __init__(
        self,
        run: Run,
        workflow: type[Declaration],
        workflow_id: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        described: Callable[[tuple[Any, ...], Mapping[str, Any]], dict[str, Any]],
        payloads: Payloads,
        retry: RetryPolicy | None,
        raises: bool,
    ) -> None:
        super().__init__(run, workflow.name, workflow_id, args, kwargs, retry=retry, raises=raises)
        self.workflow = workflow
        self.attributes: dict[str, Any] | None = None
        self.described = described  # what its attributes are for arguments that are there
        self.payloads = payloads
        self.run_id: str | None = None
        self.child = self.future = ChildFuture(self, self.future)
        self.future._raises = raises

    def made(self) -> Command:
        """Return the StartChildWorkflowExecution of this attempt."""
        if self.attributes is None:
            self.attributes = self.described(self.args, self.kwargs)
            self.id = self.attributes["workflowId"]
        notes, attributes = self.run.notes, self.attributes
        if self.payloads.raw and notes.traceparent is not None:
            tags = with_tag(attributes.get("tagList") or (), notes.traceparent)
            attributes = {**attributes, "tagList": tags}
        plain = self.payloads.plain_call(self.args, self.kwargs, notes.carried() or None)
        return Command("StartChildWorkflowExecution", attributes, self.payloads, plain, self)

    def ask_cancel(self) -> bool:
        """Ask by RequestCancelExternalWorkflowExecution, once it has begun."""
        if self.run_id is None:
            self.child.started._when_done(lambda started: started._error or self.ask_cancel())
            return True
        attributes = {"workflowId": self.id, "runId": self.run_id}
        self.run.issue(Command("RequestCancelExternalWorkflowExecution", attributes, self.payloads))
        return True

    def signal(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], key: Any
    ) -> Future[None]:
        """Send it a signal once it has begun."""
        call = SignalCall(self.run, name, self.id, None, args, kwargs, key)

        def begun(started: Future[str]) -> None:
            if started._error is not None:
                call.end(started._error)
            else:
                call.workflow_id = self.id
                call.submit()

        self.child.started._when_done(begun)
        return call.future

    def started(self, told: Wire) -> None:
        """Take note of its run id."""
        self.run_id = told["workflowExecution"]["runId"]
        super().started(told)
        self.child.started._resolve(self.run_id)

    def completed(self, told: Wire) -> None:
        """Have its result."""
        text = told.get("result")
        error = self.run.attempts.load(self.payloads, text, self.succeeded)
        if error is not None:
            self.end(error)

    def task_failed(self, told: Wire) -> None:
        """Fail as it says."""
        reason, details = told.get("reason"), told.get("details")
        self.failed(
            failure(
                WorkflowFailed,
                self.run.attempts.failure(self.payloads, reason, details),
                task=self.name,
                task_id=self.id,
                reason=reason,
                details=details,
            )
        )

    def timed_out(self, told: Wire) -> None:
        """Fail for its time-out."""
        self.failed(
            WorkflowTimedOut(
                f"{self.name} timed out ({told['timeoutType']})",
                task=self.name,
                task_id=self.id,
                timeout_type=told["timeoutType"],
            )
        )

    def task_canceled(self, told: Wire) -> None:
        """End as canceled."""
        self.end(self.canceled(self.run.attempts.readable(self.payloads, told.get("details"))))

    def terminated(self, told: Wire) -> None:
        """Fail: somebody terminated it."""
        self.failed(
            WorkflowTerminated(f"{self.name} was terminated", task=self.name, task_id=self.id)
        )

    def canceled(self, details: Any) -> WorkflowCanceled:
        """Return the error of a child that was canceled."""
        return WorkflowCanceled(
            f"{self.name} was canceled", task=self.name, task_id=self.id, details=details
        )

    def failed(self, error: TaskError) -> None:
        """Try again, or end with this error."""
        self.run_id = None
        super().failed(error)

    def end(self, error: BaseException, value: Any = None) -> None:
        """End with an error, for good; it never starts then, where it has not."""
        super().end(error, value)
        self.child.started._fail(error)
