"""Lines of execution within one program: each stays where it waits until what it waits for is done.

A strand is a greenlet, so that a plain function waits in the middle of itself; a coroutine and a
generator are driven by one. Greenlets belong to the thread that made them: all strands of a program
run there.
"""

from __future__ import annotations

import inspect
from asyncio import AbstractEventLoop, events
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, NoReturn, cast

from greenlet import GreenletExit, getcurrent, greenlet

from swf.flow.errors import Canceled, ForeignAwaitError, OutsideWorkflowError, TaskCanceled
from swf.flow.future import Future, every
from swf.flow.replay.ids import Scope

Function = Callable[..., Any]


class Interrupted(BaseException):
    """Ends the turn of a program that does not end by itself."""


class Strand(greenlet):
    """One line of execution; `future` is of what its function returns, `scope` counts its ids."""

    def __init__(
        self,
        scheduler: Scheduler,
        function: Function,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        scope: Scope,
    ) -> None:
        super().__init__()
        self.future: Future[Any] = Future(scheduler, self)
        self.scope = scope
        self.waits_for: Future[Any] | None = None
        self.raised: BaseException | None = None  # to be raised where it waits
        self.options: dict[str, Any] = {}  # what all that it submits has otherwise
        self.name: str = getattr(function, "__qualname__", repr(function))
        self._call = (function, args, kwargs)
        self._scheduler = scheduler

    # The stubs of greenlet have `run` as an attribute; to define it is what its manual says.
    def run(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Call the function, and have its future end as it does."""
        future = self.future
        try:
            value = self._returned()
        except GreenletExit:
            return
        except Interrupted:
            raise  # to whoever runs the program: it has no say in this
        except Canceled as canceled:
            self._scheduler.ended(self, canceled)
            told = f"{self.name} was canceled"
            future._fail(TaskCanceled(told, task=self.name, details=canceled.details))
        except BaseException as error:  # noqa: BLE001  (it is raised where the future is read)
            self._scheduler.ended(self, error)
            future._fail(error)
        else:
            self._scheduler.ended(self, None)
            future._resolve(value)

    def __call__(self, future: Future[Any]) -> None:
        """Go on when it is this strand's turn: what it waited for is done."""
        self._scheduler.ready(self)

    def cancel(self) -> bool:
        """Have Canceled raised where it waits."""
        if self.dead:
            return False
        self.interrupt(Canceled())
        return True

    def interrupt(self, error: BaseException) -> None:
        """Have this raised where the strand waits, or where it begins."""
        self.raised = error
        waits_for, self.waits_for = self.waits_for, None
        if waits_for is not None:
            waits_for._forget(self)
            self._scheduler.ready(self)

    def frames(self) -> list[FrameType]:
        """Return the frames of the program's own code in which it waits, the outermost first."""
        frames: list[FrameType] = []
        frame = self.gr_frame
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        found: list[FrameType] = []
        for one in reversed(frames):
            if not is_ours(one.f_code):
                found.append(one)
            elif one.f_code is _yielded.__code__:  # what has yielded stands on no stack
                found += _yielding(one.f_locals["generator"])
        return found

    def _returned(self) -> Any:
        if self.raised is not None:  # canceled before it began
            raise self.raised
        function, args, kwargs = self._call
        value = function(*args, **kwargs)
        if inspect.iscoroutine(value):
            return _awaited(value)
        if inspect.isgenerator(value):
            return _yielded(value)
        return value

    def __repr__(self) -> str:
        return self.name


class Scheduler:
    """Runs the strands of one program, one at a time, until each waits for a future."""

    __slots__ = ("_is_telling", "_ready", "_to_tell", "closed", "current", "on_end", "strands")

    def __init__(self, on_end: Callable[[Strand, BaseException | None], object]) -> None:
        self._ready: deque[Strand] = deque()
        self._to_tell: deque[Callable[[], object]] = deque()
        self._is_telling = False
        self.strands: dict[Strand, None] = {}
        self.current: Strand | None = None
        self.closed = False
        self.on_end = on_end

    def spawn(
        self, function: Function, args: Sequence[Any], kwargs: Mapping[str, Any], scope: Scope
    ) -> Strand:
        """Have a function run as a strand of its own, which begins once this one waits."""
        strand = Strand(self, function, args, kwargs, scope)
        if self.current is not None:
            strand.options = self.current.options
        self.strands[strand] = None
        self._ready.append(strand)
        return strand

    def ready(self, strand: Strand) -> None:
        """Have a strand go on after those that are ready already."""
        self._ready.append(strand)

    def tell(self, told: Callable[[], object]) -> None:
        """Call this once all is told that is being told now."""
        if self._is_telling:
            self._to_tell.append(told)
            return
        self._is_telling = True
        try:
            told()
            while self._to_tell:
                self._to_tell.popleft()()
        finally:
            self._is_telling = False

    def ended(self, strand: Strand, error: BaseException | None) -> None:
        """Take note that a strand has come to its end."""
        self.strands.pop(strand, None)
        if not self.closed:
            self.on_end(strand, error)

    def run(self) -> None:
        """Run all strands until each of them waits or has ended."""
        ready = self._ready
        if not ready:
            return
        hub = getcurrent()
        while ready:
            strand = ready.popleft()
            if strand.dead:
                continue
            if strand.parent is not hub:
                strand.parent = hub
            self.current = strand
            strand.switch()
        self.current = None

    def wait_for(self, future: Future[Any]) -> None:
        """Return when the future is done.

        Raises OutsideWorkflowError where no strand of this program runs now, and what
        `Strand.interrupt` was told.
        """
        strand = self.current
        if strand is None or getcurrent() is not strand or self._is_telling:
            raise OutsideWorkflowError(
                f"{future!r} is not done: only its workflow can wait for it, while it runs"
            )
        if self.closed:
            raise GreenletExit
        if not future._is_done:
            future._when_done(strand)
        while not future._is_done:
            if strand.raised is None:  # else it has canceled itself before
                strand.waits_for = future
                strand.parent.switch()  # type: ignore[union-attr]  # it is the hub, see `run`
                strand.waits_for = None
            if self.closed:
                raise GreenletExit
            error, strand.raised = strand.raised, None
            if error is not None:
                raise error

    def close(self) -> None:
        """End all strands where they wait: their `finally` blocks run, and decide nothing."""
        self.closed = True
        hub = getcurrent()
        for strand in list(self.strands):
            if strand.dead:
                continue
            strand.parent = hub
            self.current = strand
            # A `finally` block that waits again is ended there, as often as it tries.
            while not strand.dead:
                strand.throw(GreenletExit)
        self.current = None
        self.strands.clear()
        self._ready.clear()


def _awaited(coroutine: Any) -> Any:
    """Return what a coroutine returns: all that it may await are futures, and those never yield."""
    send: Callable[[Any], Any] = coroutine.send
    value: Any = None
    while True:
        try:
            send(value)
        except StopIteration as stop:
            return stop.value
        value = ForeignAwaitError(
            "a workflow can await its own futures only: `await self.submit(…)`,"
            " `await self.sleep(seconds)`, `await futures.gather(…)`; for anything else, submit an"
            " activity"
        )
        send = coroutine.throw


def _yielded(generator: Generator[Any, Any, Any]) -> Any:
    """Return what a generator returns; what it yields, a future or a list of them, is waited for.

    It is sent the result, or thrown the error.
    """
    send: Callable[[Any], Any] = generator.send
    value: Any = None
    while True:
        try:
            asked = send(value)
        except StopIteration as stop:
            return stop.value
        try:
            value, send = _result_of(asked), generator.send
        except (Exception, Canceled) as error:  # noqa: BLE001  (it is the generator's to handle)
            value, send = error, generator.throw


def _yielding(generator: Any) -> list[FrameType]:
    """Return the frames of a generator that has yielded, and of those that it yields from."""
    frames: list[FrameType] = []
    while inspect.isgenerator(generator) and generator.gi_frame is not None:
        frames.append(generator.gi_frame)
        generator = generator.gi_yieldfrom
    return frames


def _result_of(asked: Any) -> Any:
    if isinstance(asked, Future):
        return asked.result
    if isinstance(asked, list | tuple) and all(isinstance(one, Future) for one in asked):
        return every(list(asked)).result if asked else []
    raise ForeignAwaitError(f"a workflow can yield futures or lists of them, not {asked!r:.80}")


class _NoLoop:
    """Stands where asyncio looks for its loop, and says that there is none in a workflow."""

    def get_debug(self) -> bool:
        """Return False; asyncio asks this of any loop, whatever it is for."""
        return False

    def __getattr__(self, name: str) -> NoReturn:
        raise ForeignAwaitError(
            "asyncio does not run a workflow: use `self.sleep(seconds)`, `futures.gather(…)`,"
            " `futures.wait(…)`, `self.spawn(function)`, and an activity for anything that does I/O"
        )


_NO_LOOP: Final = cast("AbstractEventLoop", _NoLoop())


class WithoutAsyncio:
    """Within the block, asyncio says by a ForeignAwaitError that it does not run workflows."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = events._get_running_loop()
        events._set_running_loop(_NO_LOOP)

    def __exit__(self, *_: object) -> None:
        events._set_running_loop(self._before)


OURS: Final[dict[str, bool]] = {}  # by file: to hash code would cost more than all the rest
_HERE: Final = str(Path(__file__).parent.parent)


def is_ours(code: CodeType) -> bool:
    """Tell whether code is this package's, and not the program's."""
    path = code.co_filename
    found = OURS.get(path)
    if found is None:
        found = OURS[path] = path.startswith(_HERE)
    return found
