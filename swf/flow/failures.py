"""What a workflow may decide when one of its tasks failed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from swf.flow.errors import TaskCanceled, TaskError, TaskFailed
from swf.flow.future import Future
from swf.flow.submitting import follow
from swf.wire import DurationLike, duration

if TYPE_CHECKING:
    from swf.flow.replay.run import Run
    from swf.flow.replay.task import Task
    from swf.flow.workflow import Workflow

Way = Literal["default", "abort", "ignore", "cancel", "retry", "handled"]


@attrs.frozen
class Decided:
    """What follows: the way, and what it needs."""

    way: Way
    seconds: int = 0
    future: Future[Any] | None = None

    def apply(self, run: Run, task: Task, error: TaskError) -> None:
        """Have it so."""
        if self.way == "retry":
            task.again(self.seconds)
        elif self.way == "ignore":
            task.succeeded(None)
        elif self.way == "cancel":
            told = f"{task.name} failed, and was taken for canceled"
            task.end(TaskCanceled(told, task=task.name, task_id=task.id))
        elif self.way == "handled" and self.future is not None:
            task.leave()
            follow(self.future, task.future)
        else:
            task.end(error)
            if self.way == "abort":
                run.fail(error)


class TaskFailure:
    """A task that failed and that its policy does not try again; decide what follows.

    Return what one of the `decide_…` methods returns, or None for the default: the future fails.
    `args` and `kwargs` may be changed before `decide_retry`.
    """

    def __init__(self, workflow: Workflow, task: Task, error: TaskError) -> None:
        self.workflow = workflow
        self.task = task
        self.exception = error
        self.decided: Decided | None = None

    @property
    def task_name(self) -> str:
        """The name of the task."""
        return self.task.name

    @property
    def id(self) -> str:
        """The id of the task."""
        return self.task.id

    @property
    def attempt_number(self) -> int:
        """The number of the attempt that failed, from 1 on."""
        return self.task.attempt

    @property
    def retry_count(self) -> int:
        """How many attempts were made after the first."""
        return self.task.attempt - 1

    @property
    def reason(self) -> str | None:
        """The reason of the failure, as the history has it."""
        return self.exception.reason if isinstance(self.exception, TaskFailed) else None

    @property
    def details(self) -> str | None:
        """The details of the failure, as the history has them."""
        return self.exception.details if isinstance(self.exception, TaskFailed) else None

    @property
    def exception_class(self) -> type[BaseException]:
        """The type of the error."""
        return type(self.exception)

    @property
    def future(self) -> Future[Any]:
        """The future of the task."""
        return self.task.future

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments of the task; the next attempt has what stands here then."""
        return self.task.args

    @args.setter
    def args(self, args: tuple[Any, ...]) -> None:
        self.task.args = tuple(args)

    @property
    def kwargs(self) -> dict[str, Any]:
        """The named arguments of the task; the next attempt has what stands here then."""
        self.task.kwargs = dict(self.task.kwargs)
        return self.task.kwargs

    def decide_abort(self) -> TaskFailure:
        """Have the workflow fail with this error."""
        return self._decide(Decided("abort"))

    def decide_ignore(self) -> TaskFailure:
        """Have the task end with None as its result."""
        return self._decide(Decided("ignore"))

    def decide_cancel(self) -> TaskFailure:
        """Have the task taken for canceled."""
        return self._decide(Decided("cancel"))

    def decide_retry(self, wait: DurationLike = 0) -> TaskFailure:
        """Have the task tried again after so many seconds."""
        told = duration(wait, "wait")
        return self._decide(Decided("retry", seconds=told if isinstance(told, int) else 0))

    def decide_handled(self, future: Future[Any]) -> TaskFailure:
        """Have the task end as another one does, which the workflow submitted in its place."""
        return self._decide(Decided("handled", future=future))

    def _decide(self, decided: Decided) -> TaskFailure:
        self.decided = decided
        return self
