"""What workflows and those who wait for them meet as errors.

    SWFError
    └── FlowError
        ├── NonDeterminismError                the program does not follow its history
        ├── ProgramError (RuntimeError)        a workflow does what no workflow can do
        │   ├── ForeignAwaitError              it awaits what is none of its futures
        │   ├── HungProgramError               it goes on for ever, or blocks its thread
        │   ├── QueryError                     the answer to a query waits, or decides
        │   └── OutsideWorkflowError           what belongs into a workflow is elsewhere
        ├── SignatureError (TypeError)         arguments that are not taken
        ├── NotRegisteredError (LookupError)   an activity or workflow that nobody registered
        ├── AggregateError                     several tasks failed
        ├── FailExecution                      raised by a workflow: it fails in these words
        ├── ResultTimeout (TimeoutError)       an execution was not closed in the time given
        ├── StuckError                         an execution waits for what never comes
        └── TaskError                          how a task ended that brought no result
            ├── TaskFailed                     it failed, and said why
            │   └── WorkflowFailed
            ├── TaskTimedOut (TimeoutError)    one of its time-outs came first
            │   └── WorkflowTimedOut
            ├── TaskCanceled                   it was canceled
            │   └── WorkflowCanceled
            ├── TaskTerminated                 it was terminated
            │   └── WorkflowTerminated
            └── ScheduleFailed                 SWF refused to begin it

Two are none that `except Exception` stops:

    BaseException
    ├── Canceled                               thrown into a workflow that shall be canceled
    └── ContinuedAsNew                         ends a run in favor of the next one
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from swf.exceptions import SWFError
from swf.payload import register


class FlowError(SWFError):
    """An error of a workflow, an activity, or of what runs them."""


class NonDeterminismError(FlowError):
    """The program does not do what its history says that it did.

    `recorded` is what the history has at `event_id`, `issued` what the program does instead, each
    None where that side has nothing there; `where` is the line of the program, as `file:line`.
    """

    def __init__(
        self,
        message: str,
        *,
        recorded: str | None = None,
        issued: str | None = None,
        event_id: int | None = None,
        where: str | None = None,
        resource: str | None = None,
    ) -> None:
        super().__init__(message, resource=resource)
        self.recorded = recorded
        self.issued = issued
        self.event_id = event_id
        self.where = where


class ProgramError(FlowError, RuntimeError):
    """A workflow does what no workflow can do; the message names what does it instead."""


class ForeignAwaitError(ProgramError):
    """A workflow awaits what is none of its futures."""


class QueryError(ProgramError):
    """What answers a query waits for something, or decides; nothing of it was recorded."""


class HungProgramError(ProgramError):
    """A program kept the thread of all programs for itself, and was interrupted."""


class OutsideWorkflowError(ProgramError):
    """What has a meaning only while a workflow or an activity runs was used elsewhere."""


class SignatureError(FlowError, TypeError):
    """An activity or a workflow was given arguments that it does not take; no retry helps."""

    non_retryable = True


class NotRegisteredError(FlowError, LookupError):
    """An activity or a workflow was named that nobody registered."""


class AggregateError(FlowError):
    """Several tasks failed; `exceptions` are their errors, in the order of the tasks."""

    def __init__(self, message: str, exceptions: list[BaseException]) -> None:
        super().__init__(message)
        self.exceptions = exceptions

    def flatten(self) -> Iterator[BaseException]:
        """Yield the errors of single tasks, those of nested groups included."""
        for error in self.exceptions:
            if isinstance(error, AggregateError):
                yield from error.flatten()
            else:
                yield error

    def handle(self, handler: Callable[[BaseException], bool]) -> None:
        """Raise AggregateError again, with those errors for which `handler` returns False."""
        left = [error for error in self.flatten() if not handler(error)]
        if left:
            raise AggregateError(f"{len(left)} tasks failed", left)


class ResultTimeout(FlowError, TimeoutError):
    """An execution was not closed in the time that was given; it goes on."""


class StuckError(FlowError):
    """An execution waits for what never comes: nothing is at work for it, and nothing falls due."""


class TaskError(FlowError):
    """How a task ended that brought no result; `task` is its name, `task_id` its id."""

    def __init__(
        self, message: str, *, task: str | None = None, task_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.task = task
        self.task_id = task_id

    @property
    def name(self) -> str | None:
        """The name of the task."""
        return self.task


class TaskFailed(TaskError):
    """A task failed.

    `reason` and `details` are as the history has them. Where this program knows the type of the
    exception that was raised there, this is an instance of that type too (see `failure`), and its
    message and arguments are those that were raised; the cause is as it was.
    """

    def __init__(
        self,
        message: str,
        *,
        task: str | None = None,
        task_id: str | None = None,
        reason: str | None = None,
        details: str | None = None,
    ) -> None:
        super().__init__(message, task=task, task_id=task_id)
        self.reason = reason
        self.details = details


class TaskTimedOut(TaskError, TimeoutError):
    """A time-out of a task came first.

    `timeout_type` is SWF's word for which; `details` what its last heartbeat said, decoded.
    """

    def __init__(
        self,
        message: str,
        *,
        task: str | None = None,
        task_id: str | None = None,
        timeout_type: str | None = None,
        details: Any = None,
    ) -> None:
        super().__init__(message, task=task, task_id=task_id)
        self.timeout_type = timeout_type
        self.details = details


class TaskCanceled(TaskError):
    """A task was canceled; `details` is what it said to that, decoded."""

    def __init__(
        self,
        message: str,
        *,
        task: str | None = None,
        task_id: str | None = None,
        details: Any = None,
    ) -> None:
        super().__init__(message, task=task, task_id=task_id)
        self.details = details


class TaskTerminated(TaskError):
    """A task was terminated, or what it was sent to is not there any more."""


class ScheduleFailed(TaskError):
    """SWF refused to begin a task; `cause` is its word for why."""

    def __init__(
        self,
        message: str,
        *,
        task: str | None = None,
        task_id: str | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(message, task=task, task_id=task_id)
        self.cause = cause


class WorkflowFailed(TaskFailed):
    """A workflow execution failed."""


class WorkflowTimedOut(TaskTimedOut):
    """A workflow execution timed out."""


class WorkflowCanceled(TaskCanceled):
    """A workflow execution was canceled."""


class WorkflowTerminated(TaskTerminated):
    """A workflow execution was terminated."""


class FailExecution(FlowError):
    """Raised by a workflow: its execution fails in these words.

    `reason` is SWF's reason as it is, at most 256 characters; `details` is a value, and travels as
    the workflow's results do.
    """

    def __init__(self, reason: str, details: Any = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class Canceled(BaseException):  # `except Exception` in a program is not meant to stop it
    """Thrown into a workflow of which somebody requested the cancel, where it waits.

    To go on after it, catch it; `details` is told in the history if it is not caught.
    """

    def __init__(self, details: Any = None) -> None:
        super().__init__(details)
        self.details = details


class ContinuedAsNew(BaseException):
    """Ends a run of a workflow, and has the next one begin with these arguments."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], options: Any = None) -> None:
        super().__init__(args, kwargs)
        self.call_args = args
        self.call_kwargs = kwargs
        self.options = options


for _error in (
    AggregateError,
    FailExecution,
    ForeignAwaitError,
    HungProgramError,
    NonDeterminismError,
    NotRegisteredError,
    OutsideWorkflowError,
    ProgramError,
    QueryError,
    ResultTimeout,
    ScheduleFailed,
    SignatureError,
    StuckError,
    TaskCanceled,
    TaskFailed,
    TaskTerminated,
    TaskTimedOut,
    WorkflowCanceled,
    WorkflowFailed,
    WorkflowTerminated,
    WorkflowTimedOut,
):
    register(_error)  # they are the same everywhere that knows workflows


_ADDED: Final = frozenset(
    {
        *("message", "operation", "resource", "request_id", "fault"),
        *("task", "task_id", "reason", "details"),
    }
)
"""The attributes that the original of an error of both types has not."""

_BOTH: Final[dict[tuple[type, type], type[TaskFailed] | None]] = {}


def _both(kind: type[BaseException], failed: type[TaskFailed]) -> type[TaskFailed] | None:
    """Return the class of errors that are of both kinds; None where Python cannot make one."""
    if (kind, failed) not in _BOTH:
        told = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
        shown = {"__str__": kind.__str__, "__repr__": kind.__repr__}
        travels = {"__swf_travels_as__": kind, "__swf_stays__": _ADDED}
        methods = {"__reduce__": _reduced, "_failed": failed, **travels, **shown}
        try:
            bases: Any = (kind, failed)
            _BOTH[kind, failed] = type(kind.__name__, bases, {**told, **methods})
        except TypeError:
            _BOTH[kind, failed] = None
    return _BOTH[kind, failed]


def failure(
    failed: type[TaskFailed],
    cause: BaseException | None,
    *,
    task: str | None,
    task_id: str | None,
    reason: str | None,
    details: str | None,
) -> TaskFailed:
    """Return the error of a task that failed by `cause`; it is of the type of the cause as well.

    Where no class can be of both types, or the cause is of no type that is known here, it is a
    `failed` with the cause as its cause.
    """
    kind = type(cause) if isinstance(cause, Exception) else None
    both = None if kind is None or issubclass(kind, SWFError) else _both(kind, failed)
    if both is None or cause is None:
        error = failed(
            f"{task} failed: {reason}" if reason else f"{task} failed",
            task=task,
            task_id=task_id,
            reason=reason,
            details=details,
        )
        error.__cause__ = cause
        return error
    made = _made(both, _parts(cause), cause.args)
    told = {"operation": None, "resource": None, "request_id": None, "fault": None}
    made.__dict__.update(told, **{"message": str(cause), **cause.__dict__})
    made.__dict__.update(task=task, task_id=task_id, reason=reason, details=details)
    made.__cause__ = cause.__cause__
    return made


def _reduced(error: TaskFailed) -> tuple[Any, ...]:
    kind, failed = error.__swf_travels_as__, error._failed  # type: ignore[attr-defined]  # `_both`
    return _rebuilt, (kind, failed, _parts(error), error.args, dict(error.__dict__))


def _parts(error: BaseException) -> tuple[Any, ...]:
    """Return what an error is made of: an OSError has file names beside its arguments."""
    told: Any = OSError.__reduce__(error) if isinstance(error, OSError) else (None, error.args)
    return tuple(told[1])


def _rebuilt(
    kind: type[BaseException],
    failed: type[TaskFailed],
    parts: tuple[Any, ...],
    args: tuple[Any, ...],
    told: dict[str, Any],
) -> TaskFailed:
    both = _both(kind, failed)
    if both is None:
        raise TypeError(f"{kind!r} and {failed!r} have no class in common")
    made = _made(both, parts, args)
    made.__dict__.update(told)
    return made


def _made(both: type[TaskFailed], parts: tuple[Any, ...], args: tuple[Any, ...]) -> TaskFailed:
    """Return an error of a class of `_both`; of constructors only Python's own is called."""
    own: Any = next(one for one in both.__mro__[1:] if one.__module__ == "builtins")
    made = both.__new__(both, *parts)
    own.__init__(made, *parts)
    made.args = args
    return made
