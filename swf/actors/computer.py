"""A child process that computes tasks, as its parent sees it."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import select
import signal
from contextlib import suppress
from itertools import count
from typing import Any, Final

from swf.actors.beats import Beats
from swf.actors.child import Lines, run_computer
from swf.actors.job import Job
from swf.actors.outcome import Outcome, failure
from swf.actors.processes import close_exit_line, exit_line, spawning
from swf.exceptions import ActorError, ProcessEndedError
from swf.transport import Transport

logger = logging.getLogger(__name__)

EXIT_SECONDS: Final = 1.0
"""How long a process may take to end that has closed its lines."""

_spawn: Final = multiprocessing.get_context("spawn")
_numbers: Final = count(1)


class Computer:
    """One child process: it computes one task at a time, until it is dismissed or killed."""

    def __init__(self, work: bytes, connection: Transport | None, name: str) -> None:
        ours, theirs = _spawn.Pipe(), _spawn.Pipe(duplex=False)
        life = _spawn.Pipe(duplex=False)
        self._lines = Lines(ours[0], theirs[1], life[1])
        self.lines_of_child = Lines(ours[1], theirs[0], life[0])
        self.process = _spawn.Process(
            target=run_computer, args=(work, connection, self.lines_of_child), name=name
        )
        try:
            with spawning:
                self.process.start()
        except BaseException:
            self._lines.close()
            raise
        finally:
            self.lines_of_child.close()
        self.pid = self.process.pid or 0
        self.line = self._lines.work
        self.exit = exit_line(self.process)
        self.ending = False
        self.gone = False
        self._number = 0
        self._exited, self._heard = select.poll(), select.poll()
        self._exited.register(self.exit, select.POLLIN)
        for line in (self.exit, self.line.fileno()):
            self._heard.register(line, select.POLLIN)

    def await_ready(self) -> None:
        """Take in that the child has begun; raise ActorError where it could not."""
        try:
            _, subject, *rest = self.line.recv()
        except (EOFError, OSError):
            raise ActorError(
                f"{self.process.name}: a process {self.ended()} before it had begun: is the script "
                "guarded by `if __name__ == '__main__':`, and is the work defined above that?"
            ) from None
        if subject != "ready":
            raise ActorError(f"{self.process.name}: the work cannot be read there: {rest[0]}")

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return not self._exited.poll(0)

    def hand_over(self, job: Job) -> bool:
        """Give the child a job; return False where it was dead already and has not got it."""
        self._number = next(_numbers)
        try:
            self.line.send((self._number, job))
        except OSError:
            return False
        return True

    def outcome(self, beats: Beats) -> Outcome:
        """Return how the job ended, once it has; what the code tells meanwhile goes to `beats`.

        A process that ends before that is the job's failure, with a ProcessEndedError.
        """
        line = self.line.fileno()
        while line in dict(self._heard.poll()):
            try:
                _, subject, *rest = self.line.recv()
            except (EOFError, OSError):
                break
            except Exception as error:  # noqa: BLE001  (a child gone wrong says anything)
                self.kill()
                return failure(ProcessEndedError(f"the process told what nobody can read: {error}"))
            if subject == "outcome":
                return _read(*rest)
            beats.heartbeat(rest[0])
        ended = ProcessEndedError(f"the process {self.ended()}")
        return Outcome("failed", reason=f"ProcessEndedError: {ended}", error=ended)

    def order(self, order: str) -> None:
        """Let the code of the job know at once: it is canceled ("cancel"), or lost ("lose")."""
        with suppress(OSError):  # it has ended, as whoever waits for its outcome finds
            self._lines.orders.send((self._number, order))

    def dismiss(self) -> None:
        """Have the child end by itself, now that there is no job left for it."""
        self.line.close()

    def terminate(self) -> None:
        """Ask the process, and all that it has started, to end."""
        self.ending = True
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process, and all that it has started."""
        self.ending = True
        self._signal(signal.SIGKILL)

    def ended(self) -> str:
        """Return in words how the process has ended; it is killed if it has not."""
        if not self._exited.poll(EXIT_SECONDS * 1_000):
            self.kill()
        with spawning:  # whoever starts a process looks after ended ones too, and takes their codes
            self.process.join()
        code = self.process.exitcode
        if code is None or code >= 0:
            return f"ended with exit code {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:  # a real-time signal
            name = f"signal {-code}"
        return f"ended by {name}"

    def bury(self) -> None:
        """Kill what the process has left behind, and give back all that it took here."""
        self._signal(signal.SIGKILL)
        self.ended()
        self._lines.close()
        close_exit_line(self.exit, self.process)
        self.process.close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:  # it has no group of its own yet, or all of it has ended
            if self.alive:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)


def _read(kind: Any, text: str | None, reason: str | None, pickled: bytes | None) -> Outcome:
    if kind != "failed":
        return Outcome(kind, text)
    error: Exception = ActorError(reason or "")
    if pickled is not None:
        with suppress(Exception):  # a class that is not known here
            error = pickle.loads(pickled)  # noqa: S301  (our own child has pickled it)
    error.add_note(text or "")
    return Outcome(kind, text, reason, error)
