"""Child processes that compute tasks: as many as are needed, and one more that is ready."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.util import Finalize
from time import monotonic
from typing import Any, Final, Literal

from swf.actors.backoff import Backoff
from swf.actors.child import Withheld
from swf.actors.computer import Computer
from swf.actors.job import Work
from swf.actors.words import described
from swf.exceptions import ActorError, NotPicklableError, SWFError
from swf.transport import Transport

logger = logging.getLogger(__name__)

BIRTHS: Final = 5
"""So many processes one after another may die before they have begun, by signals, as by the
kernel for want of memory; then there is no point in another."""

_spawn: Final = multiprocessing.get_context("spawn")

State = Literal["starting", "idle", "busy", "leaving"]


class Pool:
    """Keeps child processes for a worker's tasks; one thread of it looks after them.

    There is one more than slots, so that one that dies is replaced at once. With `fresh`, each
    computes one task only: then there are as many more as slots, started while others compute.
    """

    def __init__(
        self,
        work: bytes,
        connection: Transport | None,
        *,
        name: str,
        slots: int,
        fresh: bool,
        kill_grace: float,
        backoff: Backoff,
        count: Callable[[Mapping[str, int]], object],
    ) -> None:
        self._work, self._connection, self._name = work, connection, name
        self._slots, self._fresh = slots, fresh
        self._kill_grace, self._count = kill_grace, count
        self._changed = threading.Condition()
        self._states: dict[Computer, State] = {}
        self._kills: dict[Computer, float] = {}
        self._failure: BaseException | None = None
        self._closing = False
        self.aborted = False
        self._setbacks, self._backoff, self._pause_until = 0, backoff, 0.0
        self._unborn = 0
        self._woken, self._wake = _spawn.Pipe(duplex=False)
        # A program that ends without `stop()` computes nothing any more.
        self._at_exit = Finalize(None, self.abort, exitpriority=10)
        self._keeper = threading.Thread(target=self._keep, name=f"{name} pool", daemon=True)
        self._keeper.start()

    def await_ready(self) -> None:
        """Return once a process is ready for a task; raise ActorError where none can be started."""
        with self._changed:
            self._await_idle()

    def take(self) -> Computer:
        """Return a process that is ready for a task; raise ActorError where none can be started."""
        while True:
            with self._changed:
                computer = self._await_idle()
                self._states[computer] = "busy"
            if self._fresh:
                self._call()
            if computer.alive:
                return computer
            self.give_back(computer)

    def give_back(self, computer: Computer) -> None:
        """Take back a process that was taken, in whatever state it is."""
        alive = computer.alive
        with self._changed:
            if alive and not (computer.ending or self._fresh or self._closing):
                self._states[computer] = "idle"
                self._setbacks = 0
                self._changed.notify_all()
                return
        if alive:
            self._dismiss(computer)
        else:
            if not computer.ending:
                self._count({"processes_replaced": 1})
            self._bury(computer)
        self._call()

    def close(self) -> None:
        """Have all processes end, and return when they have."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._call()
        self._keeper.join()
        self._at_exit.cancel()
        self._woken.close()
        self._wake.close()

    def abort(self) -> None:
        """Kill all processes at once; what they compute is left to time out."""
        self.aborted = self._closing = True
        for computer in list(self._states):
            computer.kill()

    def _await_idle(self) -> Computer:
        while True:
            if self._failure is not None:
                raise self._failure
            if self._closing:
                raise ActorError(f"{self._name}: its processes have ended")
            for computer, state in self._states.items():
                if state == "idle":
                    return computer
            self._changed.wait()

    def _keep(self) -> None:
        """Start processes that are missing and bury those that have ended, until all have."""
        try:
            while not self._closing or self._states:
                self._start_missing()
                self._look_after(self._await_news())
        except Exception as error:  # nobody would hear of it, and every slot would wait for ever
            logger.exception("%s: its processes cannot be kept", self._name)
            self._fail(error)
            for computer in list(self._states):
                computer.kill()

    def _start_missing(self) -> None:
        for computer, state in list(self._states.items()):
            if self._closing and state == "starting":
                computer.kill()
            elif self._closing and state == "idle":
                self._dismiss(computer)
        while self._missing() > 0 and monotonic() >= self._pause_until:
            try:
                computer = Computer(self._work, self._connection, self._name)
            except OSError as error:  # no memory, or too many processes
                self._set_back(error, born=False)
            else:
                with self._changed:
                    self._states[computer] = "starting"

    def _missing(self) -> int:
        if self._closing or self._failure is not None:
            return 0
        states = list(self._states.values())
        if self._fresh:
            return self._slots - states.count("idle") - states.count("starting")
        return self._slots + 1 - len(states) + states.count("leaving")

    def _await_news(self) -> dict[Any, Computer]:
        """Return the lines on which something has happened, and whose they are."""
        lines: dict[Any, Computer] = {}
        for computer, state in list(self._states.items()):
            if not (state == "busy" and computer.gone):
                lines[computer.exit] = computer
            if state == "starting":
                lines[computer.line] = computer
        ready = wait([self._woken, *lines], self._patience())
        if self._woken in ready:
            self._woken.recv_bytes()
        return {line: lines[line] for line in ready if line in lines}

    def _patience(self) -> float | None:
        """Return for how long the keeper may wait for news; None is for ever."""
        moments = list(self._kills.values())
        if self._missing() > 0:
            moments.append(self._pause_until)
        return max(0.0, min(moments) - monotonic()) if moments else None

    def _look_after(self, news: dict[Any, Computer]) -> None:
        for computer, moment in list(self._kills.items()):
            if monotonic() >= moment:
                computer.kill()
                self._kills[computer] = monotonic() + 1.0
        for computer in set(news.values()):
            state = self._states.get(computer)
            if state == "starting":
                self._begun(computer)
            elif state == "leaving" and not computer.alive:
                self._bury(computer)
            elif state == "busy":
                computer.gone = True  # whoever has it buries it
            elif state == "idle":
                self._bury(computer)
                if not self._closing:
                    self._set_back(ActorError("a process ended that had nothing to do"), born=True)

    def _begun(self, computer: Computer) -> None:
        try:
            computer.await_ready()
        except ActorError as error:
            by_signal = (computer.process.exitcode or 0) < 0
            self._bury(computer)
            if self._closing:
                return
            if by_signal:
                self._set_back(error, born=False)
            else:
                self._fail(error)
            return
        with self._changed:
            self._unborn = 0
            self._states[computer] = "idle"
            self._changed.notify_all()

    def _set_back(self, error: Exception, *, born: bool) -> None:
        """Have the next process wait for a while: the first one for none, each after it longer."""
        with self._changed:
            self._setbacks += 1
            setbacks = self._setbacks
            self._unborn += not born
        self._count({"processes_replaced": 1})
        if self._unborn > BIRTHS:
            self._fail(error)
            return
        if setbacks == 1:
            self._backoff.reset()
        seconds = 0.0 if setbacks == 1 else self._backoff.seconds()
        self._pause_until = monotonic() + seconds
        logger.error("%s: %s; another starts in %.1f s", self._name, described(error), seconds)

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def _dismiss(self, computer: Computer) -> None:
        with self._changed:
            self._states[computer] = "leaving"
            self._kills[computer] = monotonic() + self._kill_grace
        computer.dismiss()

    def _bury(self, computer: Computer) -> None:
        with self._changed:
            if self._states.pop(computer, None) is None:
                return  # whoever took it found it dead, too
            self._kills.pop(computer, None)
        computer.bury()

    def _call(self) -> None:
        """Have the keeper look again."""
        self._wake.send_bytes(b"!")


def pickled(work: Work, name: str) -> bytes:
    """Return the work as another process can read it; raise ActorError where that cannot be."""
    try:
        return pickle.dumps(work)
    except Exception as error:
        if isinstance(error, SWFError):
            raise
        told = described(error)
        raise ActorError(f"{name} cannot be sent to another process: {told}") from error


def default_there(connection: Transport) -> Transport | None:
    """Return what is the default connection in a child process.

    An SWF in this process is reached from there by what is handed over, and by no settings. Where
    that cannot be, whoever asks it there is told why.
    """
    if not connection.is_within:
        return None
    try:
        pickle.dumps(connection)
    except NotPicklableError as error:
        return Withheld(str(error))
    return connection
