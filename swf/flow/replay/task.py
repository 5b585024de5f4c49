"""What all tasks of a program have in common: arguments, attempts, windows, and how they end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from swf.exceptions import PayloadEncodeError, SWFError
from swf.flow.errors import ScheduleFailed, TaskCanceled, TaskError
from swf.flow.future import Future
from swf.flow.replay.arguments import SCALARS, futures_in, substituted
from swf.flow.replay.command import Command, Place, place
from swf.flow.replay.packing import check
from swf.flow.retry import PASSING_CAUSES, WHEN_THROTTLED, RetryPolicy
from swf.metrics import catalogue
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


class Window:
    """So many tasks of a kind are open at once; those beyond wait for their turn, in order."""

    __slots__ = ("_is_filling", "_waiting", "most", "open")

    def __init__(self, most: int) -> None:
        self.most = most
        self.open = 0
        self._waiting: OrderedDict[Task, None] = OrderedDict()
        self._is_filling = False

    def enter(self, task: Task) -> None:
        """Have the task issued, now or when there is room."""
        if self.open < self.most:
            self.open += 1
            task.is_inside = True
            task.issue()
        else:
            self._waiting[task] = None

    def leave(self, task: Task) -> None:
        """Make room for the next one."""
        if not task.is_inside:
            self._waiting.pop(task, None)
            return
        task.is_inside = False
        self.open -= 1
        if self._is_filling:  # by what cannot be issued and leaves at once
            return
        self._is_filling = True
        while self._waiting and self.open < self.most:
            self.enter(self._waiting.popitem(last=False)[0])
        self._is_filling = False


class Task:
    """One thing that a program asked for, from its submit to its end.

    Subclasses say which decision begins it (`command`) and what the events of its entity mean.
    """

    __slots__ = (
        "args",
        "attempt",
        "begun",
        "cancel_asked",
        "command",
        "future",
        "id",
        "is_inside",
        "kwargs",
        "name",
        "pause",
        "place",
        "refusals",
        "retry",
        "run",
        "scheduled_id",
    )
    window: ClassVar[str] = ""  # which window of the run it is in
    depth: ClassVar[int] = 2  # how many functions of ours make one: see `place`
    is_checked = False  # whether all that its command has is known to be what SWF takes

    def __init__(
        self,
        run: Run,
        name: str,
        task_id: str,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        retry: RetryPolicy | None = None,
        raises: bool = True,
    ) -> None:
        self.run = run
        self.name = name
        self.id = task_id
        self.args = args
        self.kwargs = kwargs or {}
        self.retry = retry
        self.place: Place | None = place(self.depth)
        self.attempt = 1
        self.refusals = 0  # how often in a row SWF would not begin it now
        self.begun = run.time
        self.command: Command | None = None
        self.scheduled_id = 0
        self.pause: Task | None = None
        self.cancel_asked = False
        self.is_inside = False
        self.future: Future[Any] = Future(run.scheduler, self)
        self.future._raises = raises

    # What a subclass says.

    def made(self) -> Command:
        """Return the command that begins it; raises SWFError where there can be none."""
        raise NotImplementedError

    def ask_cancel(self) -> bool:
        """Issue what asks for the cancel of what has begun; return False where nothing can."""
        return False

    # Its life.

    def submit(self) -> Future[Any]:
        """Issue it as soon as all futures in its arguments are done; return its future."""
        self.run.tasks[self] = None
        awaited = futures_in((self.args, self.kwargs)) if self._has_futures() else []
        if not awaited:
            self.enter()
            return self.future
        left = len(awaited)

        def ended(_: Future[Any]) -> None:
            nonlocal left
            left -= 1
            if not left and not self.future.done:
                self._substitute(awaited)

        for future in awaited:
            future._when_done(ended)
        return self.future

    def enter(self) -> None:
        """Issue it as soon as its window has room."""
        if self.window:
            self.run.windows[self.window].enter(self)
        else:
            self.issue()

    def issue(self) -> None:
        """Ask for it: SWF hears of it with the next answer."""
        try:
            self.command = self.made()
            self.command.place = self.place
            if not self.is_checked:
                check(self.command)
        except PayloadEncodeError as error:
            named = PayloadEncodeError(f"{self.name}: {error}")
            named.__cause__ = error
            self.end(named)
            return
        except Exception as error:  # noqa: BLE001  (of what the program makes of the arguments)
            self.end(error)
            return
        self.run.issue(self.command)

    def accepted(self, event_id: int, told: Wire) -> None:
        """Take note that SWF began it: this is the id of the event that its outcome will name."""
        self.scheduled_id = event_id
        self.run.open[event_id] = self
        self.command = None

    def refused(self, told: Wire) -> None:
        """Take note that SWF did not begin it; what passes is tried again."""
        if self.future.done:  # it was canceled before the program heard of it
            return
        self.command = None
        cause = told.get("cause") or "UNKNOWN"
        self.failed(
            ScheduleFailed(
                f"{self.name} was not begun: {cause}{_way_out(cause)}",
                task=self.name,
                task_id=self.id,
                cause=cause,
            )
        )

    def unsent(self, error: SWFError) -> None:
        """Take note that its decision cannot be sent."""
        self.command = None
        self.end(error)

    def started(self, told: Wire) -> None:
        """Take note that somebody works on it."""
        self.future._begin()

    def succeeded(self, value: Any) -> None:
        """End with a result."""
        self.leave()
        self.future._resolve(value)

    def failed(self, error: TaskError) -> None:
        """Try again, or end with this error."""
        self.close()
        if self.cancel_asked and not isinstance(error, TaskCanceled):
            self.end(error)
            return
        throttled = isinstance(error, ScheduleFailed) and error.cause in PASSING_CAUSES
        self.refusals = self.refusals + 1 if throttled else 0
        seconds = self._pause_after(error)
        if seconds is None:
            self.run.on_failure(self, error)
        elif throttled:
            self._enter_after(seconds)
        else:
            self.again(seconds)

    def again(self, seconds: int) -> None:
        """Try again after so many seconds."""
        self.attempt += 1
        if self.run.is_live:
            place = (self.run.execution.domain, self.run.started["taskList"]["name"])
            catalogue.RETRIES.add((*place, "task"))
        self._enter_after(seconds)

    def _enter_after(self, seconds: int) -> None:
        if seconds <= 0:
            self.enter()
            return
        self.pause = self.run.pause(self, seconds)
        self.pause.future._when_done(self._paused)

    def end(self, error: BaseException, value: Any = None) -> None:
        """End with an error, for good."""
        self.leave()
        self.run.failures.append(self.future)
        self.future._fail(error, value)

    def leave(self) -> None:
        """Be no task of the run any more."""
        self.close()
        self.run.tasks.pop(self, None)

    def close(self) -> None:
        """Let go of what it holds while it is open."""
        if self.scheduled_id:
            self.run.open.pop(self.scheduled_id, None)
            self.scheduled_id = 0
        if self.window:
            self.run.windows[self.window].leave(self)

    def cancel(self) -> bool:
        """Cancel what has not begun, at once; ask for the cancel of what has."""
        if self.run.scheduler.closed or self.future.done:
            return False
        if self.scheduled_id:
            if self.cancel_asked:
                return True
            self.cancel_asked = self.ask_cancel()
            return self.cancel_asked
        self.cancel_asked = True
        if self.pause is not None:
            self.pause.cancel()
        command, self.command = self.command, None
        if command is not None and command in self.run.queue:  # else SWF has just refused it
            self.run.withdraw(command)
        self.end(self.canceled(None))
        return True

    def canceled(self, details: Any) -> TaskCanceled:
        """Return the error of a task that was canceled."""
        return TaskCanceled(
            f"{self.name} was canceled", task=self.name, task_id=self.id, details=details
        )

    def _paused(self, pause: Future[Any]) -> None:
        self.pause = None
        if not self.future.done and not pause.cancelled:
            self.enter()

    def _pause_after(self, error: TaskError) -> int | None:
        policy = WHEN_THROTTLED if self.refusals else self.retry
        if policy is None:
            return None
        return policy.pause(
            error,
            attempt=self.refusals or self.attempt,
            elapsed=self.run.time - self.begun,
            lot=self.run.lot_of(self.id, self.attempt, self.refusals),
        )

    def _has_futures(self) -> bool:
        for one in self.args:
            if type(one) not in SCALARS:
                return True
        return bool(self.kwargs)

    def _substitute(self, awaited: list[Future[Any]]) -> None:
        for future in awaited:
            if future._error is not None and future._is_raised:
                future._looked_at = True
                self.end(future._error)
                return
        try:
            self.args, self.kwargs = substituted(self.name, self.args, self.kwargs)
        except PayloadEncodeError as error:
            self.end(error)
            return
        self.enter()

    def __repr__(self) -> str:
        return self.id


def _way_out(cause: str) -> str:
    if cause.endswith("TYPE_DOES_NOT_EXIST"):
        return "; a Decider or a Worker that knows it registers it, or register it by hand"
    if cause.endswith("TYPE_DEPRECATED"):
        return "; undeprecate the type, or use another version"
    if cause.endswith("UNDEFINED"):
        return "; give it with the call, or register the type with a default"
    if cause == "OPERATION_NOT_PERMITTED":
        return "; the decider's credentials do not allow it"
    if cause.endswith("ALREADY_IN_USE") or cause == "WORKFLOW_ALREADY_RUNNING":
        return "; give it another id"
    return ""
