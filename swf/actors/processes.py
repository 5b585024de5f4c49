"""Runs an actor's loop in child processes, and looks after them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import TextIOWrapper
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.util import Finalize
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from swf.actors.backoff import Backoff
from swf.actors.loop import Loop, Runner, handled_signals
from swf.actors.words import described
from swf.exceptions import ActorError, SlotsLostError, SWFError
from swf.metrics import REGISTRY
from swf.transport import Transport
from swf.transport.connection import use_by_default

if TYPE_CHECKING:
    from swf.actors.core import Actor

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.2
"""How long it may take until a child is told to drain."""

TELL_SECONDS: Final = 5.0
"""How often a child hands what it has measured to its parent, whose metrics are read."""

STEADY: Final = timedelta(minutes=1)
"""A child that has run for so long was well: its end has nothing to do with ends before."""

_spawn: Final = multiprocessing.get_context("spawn")
spawning: Final = threading.Lock()
"""Held while a process is started: two at once are too much for `spawn`."""


def supervisor(actor: Actor, threads: int, count: Callable[[Mapping[str, int]], object]) -> Runner:
    """Return the runner that keeps one child process at the actor's work.

    A child that dies is replaced: the first one at once, others after a while that grows with each
    time until one has run for a minute. Raises what ended the child's loop, and ActorError where a
    child cannot be started or ends, by no signal, before it has begun.
    """

    def run(loop: Loop) -> None:
        backoff, clock = Backoff(1, 60), actor._clock
        seconds = 0.0
        while not loop.draining.is_set():
            began = clock.now()
            child = _Child(actor, threads, count, loop.drain)
            loop.aborting.append(child.kill)
            try:
                child.watch(loop)
            finally:
                loop.aborting.remove(child.kill)
                child.close()
            if loop.draining.is_set():
                child.report()
                return
            if clock.now() - began >= STEADY:
                backoff.reset()
                seconds = 0.0
            count({"processes_replaced": 1})
            logger.error(
                "%r: process %s ended (exit code %s); another starts in %.1f s",
                actor,
                child.process.pid,
                child.process.exitcode,
                seconds,
            )
            if seconds:
                clock.wait(loop.draining, seconds)
            seconds = backoff.seconds()

    return run


class _Child:
    """One child process, and the link to it."""

    def __init__(
        self,
        actor: Actor,
        threads: int,
        count: Callable[[Mapping[str, int]], object],
        drain: Callable[[], object],
    ) -> None:
        self._count = count
        self._drain = drain
        self._ready = False
        self._unwatched = False  # we have ended it, or are ending ourselves
        self._failure: BaseException | None = None
        # An SWF in this process is reached from there by what is handed over, and by no settings.
        ours = actor.connection if actor.connection.is_within else None
        self._link, theirs = _spawn.Pipe()
        self.process = _spawn.Process(
            target=run_child, args=(actor, threads, theirs, ours), name=repr(actor)
        )
        try:
            with spawning:
                self.process.start()
        except BaseException as error:
            self._link.close()
            if isinstance(error, SWFError | OSError) or not isinstance(error, Exception):
                raise
            told = described(error)
            raise ActorError(f"{actor!r} cannot be sent to another process: {told}") from error
        finally:
            # The child has its own: when it ends, this end of the link learns so.
            theirs.close()
        self._exit = exit_line(self.process)
        # A program that ends without `stop()` waits for its children: let them know, and let nobody
        # replace them, nor log that they have ended while the interpreter closes its files.
        self._at_exit = Finalize(None, self._leave, exitpriority=10)

    def watch(self, loop: Loop) -> None:
        """Return when the child has ended; have it drain when the loop drains.

        Raises what ended its loop.
        """
        told = False
        while True:
            if loop.draining.is_set() and not told:
                told = True
                self._send("drain")
            # The link alone does not tell: whom the child has forked may hold its end open.
            ready = wait([self._link, self._exit], LOOK_SECONDS)
            if self._link in ready:
                if not self._receive():
                    break
            elif ready:
                break
        self.process.join()
        if self._failure is not None:
            raise self._failure
        # One that was killed, as by the kernel for want of memory, says nothing about the next.
        if not self._ready and (self.process.exitcode or 0) >= 0:
            raise ActorError(
                f"{self.process.name}: a process ended before it had begun "
                f"(exit code {self.process.exitcode}): is the script guarded by "
                "`if __name__ == '__main__':`, and is the actor's class defined above that?"
            )

    def report(self) -> None:
        """Log it where the child has not ended as it was told to."""
        if self.process.exitcode and not self._unwatched:
            logger.error(
                "%s: process %s ended before it had drained (exit code %s)",
                self.process.name,
                self.process.pid,
                self.process.exitcode,
            )

    def _leave(self) -> None:
        self._unwatched = True
        self._drain()
        self._send("drain")

    def _send(self, message: str) -> None:
        try:
            self._link.send(message)
        except OSError:  # it has ended already, which the next look will find
            logger.debug("%s: process %s is gone", self.process.name, self.process.pid)

    def _receive(self) -> bool:
        """Take in one message of the child; return False where there will be none any more."""
        try:
            subject, content = self._link.recv()
        except (EOFError, OSError):
            return False
        if subject == "ready":
            self._ready = True
        elif subject == "counts":
            self._count(content)
        elif subject == "metrics":
            REGISTRY.absorb(content)
        else:
            self._failure = content
        return True

    def kill(self) -> None:
        """End the child at once."""
        self._unwatched = True
        self.process.kill()

    def close(self) -> None:
        """Give back the link; a child that still runs takes it as the word to drain."""
        self._at_exit.cancel()
        self._link.close()
        close_exit_line(self._exit, self.process)


def run_child(
    actor: Actor, threads: int, link: Connection[Any, Any], connection: Transport | None
) -> None:
    """Run the actor's loop in this process, until the parent says so or has gone.

    A connection that is given is the default one here.
    """
    if connection is not None:
        use_by_default(connection)
    # What is printed here is to be seen even where this process is killed in the end.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    # A terminal's Ctrl-C reaches children too; it is the parent who says what it means. To ignore
    # it would have programs that a task starts ignore it as well: they inherit that.
    signal.signal(signal.SIGINT, _unheeded)
    loop = Loop([actor._poll_until_drained] * threads, repr(actor))
    actor._loop = loop
    actor._prepare(loop, threads)

    def listen() -> None:
        try:
            link.recv()
        except (EOFError, OSError):
            logger.warning("%r: the parent process has gone", actor)
            loop.drain()
            if not ended.wait(actor.orphan_seconds):
                os._exit(1)
        loop.drain()

    ended = threading.Event()
    threading.Thread(target=listen, name="parent", daemon=True).start()
    _send(link, ("ready", None))
    try:
        with handled_signals(loop, (signal.SIGTERM,)), _telling(link):
            loop.start()
            loop.join()
    except SlotsLostError:  # it was logged; a process that has all its threads takes our place
        _send(link, ("counts", actor.counts))
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  (the parent raises it)
        _send(link, ("failed", portable(error)))
    finally:
        ended.set()
    _send(link, ("counts", actor.counts))


@contextmanager
def _telling(link: Connection[Any, Any]) -> Generator[None]:
    """Within the block, hand the parent what is measured, now and then and at the end."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(TELL_SECONDS):
            _tell_measured(link)

    thread = threading.Thread(target=tell, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _tell_measured(link)


def _tell_measured(link: Connection[Any, Any]) -> None:
    """Hand the parent what was measured since the last time."""
    measured = REGISTRY.drain()
    if measured:
        _send(link, ("metrics", measured))


def exit_line(process: SpawnProcess) -> int:
    """Return what `wait` finds ready once a process has ended.

    Its sentinel does not tell that as long as a fork of the process lives, which has it open too.
    """
    if sys.platform == "linux" and process.pid is not None:
        with suppress(OSError):  # it has ended already, and somebody has taken note
            return os.pidfd_open(process.pid)
    return process.sentinel


def close_exit_line(line: int, process: SpawnProcess) -> None:
    """Give back what `exit_line` returned."""
    if line != process.sentinel:
        os.close(line)


def _unheeded(number: int, frame: FrameType | None) -> None:
    """Do nothing about a signal."""


def _send(link: Connection[Any, Any], message: object) -> None:
    try:
        link.send(message)
    except OSError:
        logger.warning("the parent process has gone: %s is lost", message)


def portable(error: Exception) -> Exception:
    """Return the error, or one that says the same where it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (it was made here)
    except Exception:  # noqa: BLE001  (whatever keeps it from travelling)
        return ActorError(described(error))
    return error
