"""The one thread that runs programs: greenlets cannot leave the thread that made them."""

from __future__ import annotations

import ctypes
import gc
import logging
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Final, TypeVar

from swf.flow.errors import HungProgramError
from swf.flow.replay.logger import running_in
from swf.flow.replay.strands import Interrupted, is_ours

T = TypeVar("T")

logger = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 10.0
"""How long a program may go on without waiting for anything."""

INTERRUPTS: Final = 3
"""How often a program is interrupted before its thread is given up."""

_LOOKING: Final = threading.Lock()
"""Of who looks at another thread's stack."""


class _Job:
    """A call that waits for the thread, and for its outcome."""

    __slots__ = (
        "begun",
        "done",
        "ended",
        "error",
        "function",
        "guard",
        "hung",
        "interrupts",
        "lost",
        "progress",
        "since",
        "value",
    )

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()
        self.guard = threading.Lock()
        self.begun = False
        self.ended = False
        self.progress: object = None
        self.since = monotonic()
        self.interrupts = 0
        self.lost = False  # with its thread
        self.hung: str | None = None  # where it was when it was interrupted

    def run(self) -> None:
        """Call the function; whatever happens, it is known in the end how it went."""
        self.begin()
        try:
            try:
                self.value = self.function()
            except BaseException as error:  # noqa: BLE001  (raised where it was asked for)
                self.error = error
            else:
                self.ended = True
            self.end()
        except Interrupted as error:  # it came when the function had returned
            self.error = None if self.ended else self.error or error
            self.end()

    def begin(self) -> None:
        """Have patience from now on."""
        self.since, self.begun = monotonic(), True

    def end(self) -> None:
        """Let no interrupt come any more."""
        with self.guard:
            self.begun = False

    def give_up(self) -> bool:
        """Leave it to its thread, which is lost by that; return False where it has ended."""
        with self.guard:
            self.lost = self.begun
            return self.lost


class ReplayThread:
    """Calls functions one after the other in one thread, which starts with the first of them.

    A program that goes on for `patience` seconds without taking in an event is interrupted, and
    where that does not help, its thread is given up for a new one: HungProgramError is raised to
    who has called. Runs that the lost thread made are of no use to the new one.

    With `inline` the thread is the one that asks: always the same one then, which nobody watches.
    """

    def __init__(self, *, inline: bool = False, patience: float = PATIENCE_SECONDS) -> None:
        self._inline = inline
        self._patience = patience
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard: Final = threading.Lock()
        self._here: Final = threading.local()  # which job is at work in this thread

    def begin(self) -> None:
        """Have the thread there before the first call: a program at its end may get none."""
        with self._guard:
            if self._thread is None and not self._inline:
                self._begin()

    def call(self, function: Callable[[], T]) -> T:
        """Return what a function returns there, or raise what it raises."""
        if self._inline or threading.current_thread() is self._thread:
            return function()
        self.begin()
        job = _Job(function)
        self._jobs.put(job)
        while not job.done.acquire(timeout=self._patience / 4):
            if self._is_lost(job):
                raise _hung(job)
        if isinstance(job.error, Interrupted):
            raise _hung(job)
        if job.error is not None:
            raise job.error
        value: T = job.value
        return value

    @contextmanager
    def unwatched(self) -> Generator[None]:
        """Within the block, nobody is impatient: this thread waits for SWF, and for no program."""
        job: _Job | None = getattr(self._here, "job", None)
        if job is None:
            yield
            return
        job.end()
        try:
            yield
        finally:
            job.begin()

    def close(self) -> None:
        """End the thread, once it has done what it was asked."""
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            if thread is not threading.current_thread():
                thread.join()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._run, name="swf-replay", daemon=True)
        before, self._thread = self._thread, thread  # first: it may be at a job at once
        try:
            thread.start()
        except BaseException:
            self._thread = before
            raise

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._here.job = job
            job.run()
            job.done.release()
            if job.lost:
                return  # another thread goes on

    # Who has called watches

    def _is_lost(self, job: _Job) -> bool:
        """Interrupt what hangs; return True once that was in vain, and the thread is given up."""
        with self._guard:
            thread = self._thread
        if thread is None or thread.ident is None or not job.begun:
            return False
        progress = running_in(thread.ident)
        if progress != job.progress:
            job.progress, job.since = progress, monotonic()
        if monotonic() - job.since < self._patience:
            return False
        job.since = monotonic()
        if job.interrupts < INTERRUPTS:
            _interrupt(job, thread.ident)
            return False
        if not job.give_up():
            return False  # it has ended just now
        with self._guard:
            if self._thread is thread:
                self._begin()
        logger.error("a program cannot be interrupted: its thread is lost, a new one goes on")
        return True


def _interrupt(job: _Job, thread_id: int) -> None:
    """Have Interrupted raised in the thread, where it is still at this job."""
    stack = _stack_of(thread_id)
    with job.guard:
        if not job.begun:
            return
        job.interrupts += 1
        job.hung = _place(stack)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread_id), ctypes.py_object(Interrupted)
        )
    told = "".join(traceback.format_stack(stack))
    logger.error("a program does not wait for anything, and is interrupted:\n%s", told)


def _stack_of(thread_id: int) -> FrameType | None:
    """Return the innermost frame of a thread.

    Nothing is collected meanwhile: CPython 3.11 makes the frames with the lock of its list of
    threads in hand, and a collection that frees a `threading.local` waits for that, for ever.
    """
    with _LOOKING:
        collects = gc.isenabled()
        gc.disable()
        try:
            return sys._current_frames().get(thread_id)
        finally:
            if collects:
                gc.enable()


def _place(frame: FrameType | None) -> str | None:
    """Return the innermost line of the program's own code."""
    while frame is not None and (
        is_ours(frame.f_code) or "python3" in frame.f_code.co_filename.replace("site-packages", "")
    ):
        frame = frame.f_back
    return None if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _hung(job: _Job) -> HungProgramError:
    where = f" at {job.hung}" if job.hung else ""
    return HungProgramError(
        f"the program went on{where} without waiting for anything, and held up all others: loops"
        " have to end, and what takes long, or waits for the machine, belongs into an activity"
    )
