"""What a workflow has of a task that has not ended yet."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeVar

from swf.flow.errors import TaskCanceled

if TYPE_CHECKING:
    from swf.flow.replay.strands import Strand

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

State = Literal["PENDING", "RUNNING", "FINISHED", "CANCELLED"]

PENDING: Final = "PENDING"
RUNNING: Final = "RUNNING"
FINISHED: Final = "FINISHED"
CANCELLED: Final = "CANCELLED"


class Cancelable(Protocol):
    """What stands behind a future, and can be told that its result is not wanted any more."""

    def cancel(self) -> bool:
        """Ask for the end; return False where it is too late or there is no way to ask."""
        ...


class Waiting(Protocol):
    """What lets the strand that runs now wait for a future."""

    def wait_for(self, future: Future[Any]) -> None:
        """Return when the future is done."""
        ...

    def tell(self, told: Callable[[], object]) -> None:
        """Call this once all is told that is being told now."""
        ...


class Future(Generic[T_co]):
    """The result of a task that may not have ended yet.

    Read `result`: a workflow waits there until the task has ended, in `async def` by `await` too.
    `result`, `exception`, `done`, `finished`, `pending`, `running`, `cancelled` and `state` are
    properties. Given to `submit` as an argument, at any depth, it stands for its result.
    """

    __slots__ = (
        "_callbacks",
        "_error",
        "_is_done",
        "_looked_at",
        "_raises",
        "_scheduler",
        "_state",
        "_task",
        "_traceback",
        "_value",
    )

    def __init__(self, scheduler: Waiting, task: Cancelable | None = None) -> None:
        self._scheduler = scheduler
        self._task = task
        self._state: State = PENDING
        self._is_done = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._traceback: TracebackType | None = None
        self._looked_at = False
        self._raises = True
        self._callbacks: list[Strand | Callable[[Future[Any]], object]] | None = None

    @property
    def state(self) -> State:
        """PENDING, RUNNING, FINISHED or CANCELLED."""
        return self._state

    @property
    def pending(self) -> bool:
        """Whether the task has not begun."""
        return self._state == PENDING

    @property
    def running(self) -> bool:
        """Whether the task has begun and not ended."""
        return self._state == RUNNING

    @property
    def finished(self) -> bool:
        """Whether the task has ended by itself: with a result, or with an error."""
        return self._state == FINISHED

    @property
    def cancelled(self) -> bool:
        """Whether the task was canceled."""
        return self._state == CANCELLED

    @property
    def done(self) -> bool:
        """Whether the task has ended, in whatever way."""
        return self._is_done

    @property
    def result(self) -> T_co:
        """The result of the task, waited for; raises what it failed with, or TaskCanceled."""
        if not self._is_done:
            self._scheduler.wait_for(self)
        if self._error is not None:
            self._looked_at = True
            if self._is_raised:
                # Raised as often as it is read: without this its traceback would grow each time.
                raise self._error.with_traceback(self._traceback)
        value: T_co = self._value
        return value

    @property
    def exception(self) -> BaseException | None:
        """What the task failed with, None where it did not fail; waited for."""
        if not self._is_done:
            self._scheduler.wait_for(self)
        self._looked_at = True
        return self._error

    def cancel(self) -> bool:
        """Ask that the task be canceled; return False where it has ended or cannot be.

        What has not begun is canceled at once. An activity that runs is asked by its next
        heartbeat, and ends as it sees fit; so does a child workflow.
        """
        if self._is_done or self._task is None:
            return False
        return self._task.cancel()

    def __await__(self) -> Generator[Any, None, T_co]:
        return self.result
        yield  # type: ignore[unreachable]  # what makes this a generator: a strand waits as a whole, so nothing is ever yielded

    def __and__(self, other: Future[Any]) -> Future[list[Any]]:
        """Return a future of both results, in this order; the first failure is its own."""
        return every([self, other])

    def __or__(self, other: Future[Any]) -> Future[Any]:
        """Return a future of what ends first: its result, or its failure."""
        return either([self, other])

    def __bool__(self) -> bool:
        raise TypeError("a future is neither true nor false: ask its `.done`, or its `.result`")

    def __iter__(self) -> Any:
        raise TypeError("a future is not iterable: iterate its `.result`")

    def __repr__(self) -> str:
        what = f" of {self._task!r}" if self._task is not None else ""
        return f"<Future{what}: {self._state.lower()}>"

    # For what stands behind it.

    @property
    def _is_raised(self) -> bool:
        """Whether `result` raises its error: of a task that was canceled always."""
        return self._raises or self._state == CANCELLED

    def _begin(self) -> None:
        if self._state == PENDING:
            self._state = RUNNING

    def _resolve(self, value: Any) -> None:
        """Have the result; whoever waits for it goes on."""
        if not self._is_done:
            self._is_done, self._state, self._value = True, FINISHED, value
            self._tell()

    def _fail(self, error: BaseException, value: Any = None) -> None:
        """Have ended with an error."""
        if not self._is_done:
            self._is_done, self._error, self._value = True, error, value
            self._state = CANCELLED if isinstance(error, TaskCanceled) else FINISHED
            self._traceback = error.__traceback__
            self._tell()

    def _when_done(self, callback: Strand | Callable[[Future[Any]], object]) -> None:
        """Have this called, or this strand go on, when it is done; at once where it is."""
        if self._is_done:
            callback(self)
        elif self._callbacks is None:
            self._callbacks = [callback]
        else:
            self._callbacks.append(callback)

    def _forget(self, callback: Strand | Callable[[Future[Any]], object]) -> None:
        if self._callbacks and callback in self._callbacks:
            self._callbacks.remove(callback)

    def _tell(self) -> None:
        """Have all called that is to be; that may end other futures, however many in a row."""
        if self._callbacks:
            self._scheduler.tell(self._call_back)

    def _call_back(self) -> None:
        if self._task is not None:
            # Future and task would keep each other until the garbage collector finds them.
            self._task = _Ended(repr(self._task))
        callbacks, self._callbacks = self._callbacks, None
        for callback in callbacks or ():
            callback(self)


def every(futures: list[Future[T]]) -> Future[list[T]]:
    """Return a future of the results of all, in order; it fails as soon as one of them does."""
    together: Future[list[T]] = Future(futures[0]._scheduler, Several(futures))
    left = len(futures)

    def ended(future: Future[T]) -> None:
        nonlocal left
        left -= 1
        if future._error is not None and future._is_raised:
            future._looked_at = True
            together._fail(future._error)
        elif not left:
            together._resolve([one._value for one in futures])

    for future in futures:
        future._when_done(ended)
    return together


def either(futures: list[Future[T]]) -> Future[T]:
    """Return a future of what ends first among these: its result, or its failure."""
    first: Future[T] = Future(futures[0]._scheduler, Several(futures))

    def ended(future: Future[T]) -> None:
        if future._error is not None and future._is_raised:
            future._looked_at = future._looked_at or not first.done
            first._fail(future._error)
        else:
            first._resolve(future._value)

    for future in futures:
        future._when_done(ended)
    return first


class _Ended:
    """What is left of what stood behind a future: its name."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def cancel(self) -> bool:
        """Return False: it is too late."""
        return False

    def __repr__(self) -> str:
        return self._name


class Several:
    """What stands behind a future of several others."""

    __slots__ = ("futures",)

    def __init__(self, futures: Sequence[Future[Any]]) -> None:
        self.futures = futures

    def cancel(self) -> bool:
        """Cancel each that can be; return whether any could."""
        return sum(future.cancel() for future in self.futures) > 0

    def __repr__(self) -> str:
        return f"{len(self.futures)} futures"
