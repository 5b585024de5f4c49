"""What runs in a child process that computes tasks: nothing else than that.

The parent polls, sends heartbeats and answers. It hands over jobs on one line and takes outcomes
from it; on another it says that a job is not wanted any more. When it goes, so do the children.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, NoReturn, TypeAlias

import attrs

from swf.actors.beats import Beats
from swf.actors.job import Job, Work
from swf.actors.outcome import Outcome, outcome_of
from swf.actors.words import described
from swf.exceptions import NotPicklableError
from swf.tracing import switch as tracing
from swf.transport import Transport
from swf.transport.connection import use_by_default

Line: TypeAlias = "Connection[Any, Any]"


@attrs.frozen
class Lines:
    """The lines of a child to its parent, as seen from one side.

    `work` carries jobs down, and up what they tell and how they ended; `orders` carries down what
    cannot wait for the next job. On `life` nothing is ever said: it breaks when the parent goes.
    """

    work: Line
    orders: Line
    life: Line

    def close(self) -> None:
        """Give all of them back."""
        for line in (self.work, self.orders, self.life):
            line.close()


class Withheld(Transport):
    """A connection that could not be handed to this process: every call says why."""

    __slots__ = ("_reason",)

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Raise NotPicklableError."""
        raise NotPicklableError(self._reason, operation=operation)

    def __reduce__(self) -> tuple[type[Withheld], tuple[str]]:
        return (Withheld, (self._reason,))


class JobBeats(Beats):
    """The beats of a job in a child process: the parent sends them."""

    def __init__(self, desk: Desk, number: int) -> None:
        super().__init__()
        self._desk = desk
        self._number = number
        self._told: str | None = None

    def _carry(self, text: str | None) -> None:
        if text != self._told:
            self._told = text
            self._desk.tell(self._number, ("details", text))


class Desk:
    """Where jobs are computed, one after the other; orders reach the one that they are about."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._telling = threading.Lock()  # the code of a task may tell from threads of its own
        self._turning = threading.Lock()
        self._beats: JobBeats | None = None
        self._number = 0
        self._ordered = (0, "")

    def run(self, work: Work) -> None:
        """Compute jobs until the parent has no more."""
        while True:
            try:
                number, job = self._lines.work.recv()
            except (EOFError, OSError):
                return
            outcome = self._computed(work, number, job)
            _flush()
            self.tell(number, ("outcome", *_portable(outcome)))

    def tell(self, number: int, message: tuple[Any, ...]) -> None:
        """Tell the parent something about a job."""
        try:
            with self._telling:
                self._lines.work.send((number, *message))
        except OSError:
            end_group()  # the parent has gone

    def listen(self) -> None:
        """Take orders for as long as there is a parent, and end all when there is none."""
        while True:
            try:
                number, order = self._lines.orders.recv()
            except (EOFError, OSError):
                end_group()
            with self._turning:
                self._ordered = (number, order)
                self._obey()

    def _computed(self, work: Work, number: int, job: Job) -> Outcome:
        beats = JobBeats(self, number)
        with self._turning:
            self._number, self._beats = number, beats
            self._obey()  # an order may have been quicker than its job
        with tracing.continued(job.traceparent):
            return outcome_of(lambda: work(job, beats), ctrl_c=False)

    def _obey(self) -> None:
        number, order = self._ordered
        if self._beats is not None and number == self._number:
            if order == "lose":
                self._beats.lose()
            else:
                self._beats.cancel()


def run_computer(work: bytes, connection: Transport | None, lines: Lines) -> None:
    """Compute jobs in this process, until the parent has no more or has gone.

    `work` is a pickled Work. A connection that is given is the default one here.
    """
    # A group of its own: all that a task starts ends with the process, and Ctrl-C reaches none.
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, _unheeded)
    end_with(lines.life.fileno())
    for line in (lines.work, lines.orders, lines.life):
        os.set_inheritable(line.fileno(), False)
    if connection is not None:
        use_by_default(connection)
    desk = Desk(lines)
    try:
        computing: Work = pickle.loads(work)  # noqa: S301  (the parent has pickled it)
    except BaseException as error:  # noqa: BLE001  (the parent says so)
        desk.tell(0, ("unable", described(error)))
        return
    threading.Thread(target=desk.listen, name="parent", daemon=True).start()
    desk.tell(0, ("ready",))
    desk.run(computing)


def end_with(line: int) -> None:
    """Have this process, and all that it starts, killed when the other end of a line is closed.

    By the kernel, where it can do that (Linux): code that holds Python's lock cannot prevent it.
    """
    if sys.platform == "linux":
        fcntl.fcntl(line, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(line, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)


def end_group() -> NoReturn:
    """Kill this process and all that it has started."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _unheeded(number: int, frame: FrameType | None) -> None:
    """Do nothing about a signal; what a task starts does not inherit that."""


def _flush() -> None:
    """Let go of what was printed: whoever reads the outcome finds it there."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # none, a broken one, a closed one
            stream.flush()


def _portable(outcome: Outcome) -> tuple[str, str | None, str | None, bytes | None]:
    """Return an outcome as what any process can read; its error pickled, where that can be."""
    error = None
    if outcome.error is not None:
        try:
            error = pickle.dumps(outcome.error)
        except Exception:  # noqa: BLE001  (whatever keeps it from travelling; its words do travel)
            error = None
    return (outcome.kind, outcome.text, outcome.reason, error)
