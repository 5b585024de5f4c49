"""What deciders and workers have in common: where they poll, and the loop that they run in."""

from __future__ import annotations

import inspect
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from time import monotonic
from typing import Any, ClassVar, Final

from swf.actors.backoff import UNCLEAR, Backoff, may_pass
from swf.actors.loop import Loop, Runner
from swf.actors.measuring import retried
from swf.actors.processes import supervisor
from swf.actors.words import described, ids
from swf.clock import Clock, SystemClock
from swf.constants import MAX_IDENTITY_LENGTH
from swf.core import ConnectedSWFObject
from swf.exceptions import (
    AccessDeniedFault,
    ActorError,
    CredentialsError,
    DoesNotExistError,
    OperationNotPermittedFault,
    PollTimeout,
    SettingsError,
    ValidationError,
    ValidationTypeError,
    WorkflowExecutionDoesNotExist,
)
from swf.models.domain import Domain, as_domain
from swf.transport import Transport
from swf.validation import check_count, check_value

logger = logging.getLogger(__name__)

ANSWER_ATTEMPTS: Final = 12
"""How often an answer is sent before it is given up: for some three minutes."""

UNHELD_SECONDS: Final = 0.1
"""A poll that ends without a task sooner than this was not held: the next one waits a little."""

HOPELESS: Final = (
    AccessDeniedFault,
    CredentialsError,
    OperationNotPermittedFault,
    SettingsError,
)
"""What no other task would fare better with: it ends the loop."""


class Counts:
    """How often what happened; threads may share it, and pickled it starts from nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}

    def add(self, numbers: Mapping[str, int]) -> None:
        """Add these numbers to the counts."""
        with self._lock:
            counted = self._numbers
            for name, number in numbers.items():
                counted[name] = counted.get(name, 0) + number

    def as_dict(self) -> dict[str, int]:
        """Return the counts as they are now."""
        with self._lock:
            return dict(self._numbers)

    def __reduce__(self) -> tuple[type[Counts], tuple[()]]:
        return (Counts, ())


class Actor(ConnectedSWFObject):
    """Polls a task list of a domain for tasks, and answers them.

    `start()` runs the loop, `stop()` lets it drain. `domain` is a Domain or a name; `connection` is
    the domain's, else the default one. `identity`, of at most 256 characters, is recorded in the
    histories with each task that is polled; the loop tells host, process and thread where none is
    given. Subclasses give `run_once()` its meaning.

    Raises ValidationError, naming the argument, for what SWF would not take.
    """

    orphan_seconds: float = 60.0
    """How long a child process that polls may take to drain when its parent was killed."""

    _hook: ClassVar[str] = "run_once"  # what a subclass gives its meaning

    def __init__(
        self,
        domain: Domain | str,
        task_list: str,
        *,
        identity: str | None = None,
        connection: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        kind = type(self).__name__
        if not isinstance(domain, Domain | str):
            raise ValidationTypeError(f"{kind}: domain: must be a Domain or a name, got {domain!r}")
        if connection is not None and not isinstance(connection, Transport):
            raise ValidationTypeError(f"{kind}: connection: not a connection: {connection!r}")
        if clock is not None and not _is_clock(clock):
            raise ValidationTypeError(f"{kind}: clock: must be a Clock, got {clock!r}")
        check_value(kind, "Name", task_list, "task_list")
        if identity is not None:
            check_value(kind, "Identity", identity, "identity")
        self._connection = connection
        self._clock: Clock = clock or SystemClock()
        self._counts = Counts()
        self._loop: Loop | None = None
        self._permits: threading.Semaphore | None = None
        self.domain = (
            Domain(domain, connection=connection) if isinstance(domain, str) else as_domain(domain)
        )
        self.task_list = task_list
        self.identity = identity

    @property
    def connection(self) -> Transport:
        """The connection given to this actor, else its domain's."""
        return self._connection or self.domain.connection

    @property
    def counts(self) -> dict[str, int]:
        """How often what happened since `start`; what never did is left out.

        `tasks` were polled: `answered`, `unanswered`, `presumed`, left to be answered `later` by
        others, or still at work. What was answered is also counted as `completed`, `failed` or
        `canceled`; it is presumed so where no reply came, and the task was then found closed.
        `retries` are calls made again, `errors` what was logged as such, `lost_slots` threads that
        were given up, `processes_replaced` those that have ended unasked. The counts of a child
        process that polls by itself come in when it ends.
        """
        return self._counts.as_dict()

    @property
    def running(self) -> bool:
        """Whether the loop was started and has not yet drained."""
        return self._loop is not None and self._loop.alive

    def run_once(self) -> None:
        """Poll once, and see to what was polled.

        Raises PollTimeout where there was no task.
        """
        raise NotImplementedError

    def on_error(self, error: Exception, task: Any) -> None:
        """Be told of an error that the loop goes on after; `task` is None where it polled.

        Does nothing here, and runs in the thread of the loop: subclasses report as they like. What
        it raises itself is logged and goes no further.
        """

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
    ) -> None:
        """Poll and work until `stop()` is called, or until so many `tasks` have been seen to.

        Each of `threads` polls by itself and works on what it polled. With `processes`, so many
        child processes of as many threads each do so instead: the actor is pickled for them
        (`spawn`), so it and its class must be picklable and the main module importable.

        With `block` it returns once all has drained, and in the main thread a first SIGTERM or
        SIGINT means `stop()`; a second one ends the program as it would without the loop. Without
        `block` it returns at once: see `join()`.

        Raises what made the loop end other than by `stop()`: an error of access, credentials or
        domain, a bug, or ActorError for threads or processes that cannot start. It is logged, too.
        """
        self._check_start(threads, processes, tasks)
        self._counts = Counts()
        self._permits = None if tasks is None else threading.Semaphore(tasks)
        runners: list[Runner] = (
            [supervisor(self, threads, self._counts.add)] * processes
            if processes
            else [self._poll_until_drained] * threads
        )
        enlist = None if processes else self.connection.enlist  # a supervisor never rests
        self._loop = loop = Loop(runners, repr(self), release=self._release, enlist=enlist)
        self._prepare(loop, threads)
        logger.info("%r starts with %d threads, %d processes", self, threads, processes)
        if block:
            loop.run()
        else:
            loop.start()

    def stop(self) -> None:
        """Begin no new poll; what is polled or worked on is brought to its end.

        Returns at once: `start()` or `join()` return when all has drained. On AWS that may take the
        60 seconds for which a poll is held: only an embedded SWF lets one be given up safely.
        """
        if self._loop is not None:
            self._loop.drain()

    def abort(self) -> None:
        """End the processes of this actor at once; tasks that are at work there will time out."""
        if self._loop is not None:
            self._loop.abort()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the loop has drained, at most `timeout` seconds; return whether it has.

        Raises what made the loop end other than by `stop()`.
        """
        return self._loop is None or self._loop.join(timeout)

    def _release(self) -> None:
        """End the polls that wait, where no task is lost by that."""
        self.connection.release()

    def _check_start(self, threads: int, processes: int, tasks: int | None) -> None:
        """Raise where the actor cannot be started like this."""
        _check_numbers(type(self).__name__, threads, processes, tasks)
        if self.running:
            raise ActorError(f"{self!r} is running already")
        self._check_hooks(("run_once", self._hook))

    def _check_hooks(self, hooks: Sequence[str]) -> None:
        """Raise ActorError unless a subclass says in one of these methods what to do."""
        kind = type(self).__name__
        methods = [getattr(type(self), hook) for hook in hooks]
        if all(method.__module__.startswith("swf.actors.") for method in methods):
            raise ActorError(f"{kind}: subclass it and say in `{hooks[-1]}` what to do")
        hook = getattr(self, self._hook)
        if inspect.iscoroutinefunction(hook) or inspect.isasyncgenfunction(hook):
            raise ActorError(f"{kind}: `{self._hook}` is `async def`: the loop calls a `def` only")

    def _prepare(self, loop: Loop, threads: int) -> None:
        """Make what a loop of so many threads needs, and have it end with the loop."""

    def _poll_until_drained(self, loop: Loop) -> None:
        backoff, pause = Backoff(), Backoff(0.05, 1)
        permitted = False
        while loop.has_me and not loop.draining.is_set():
            if not (permitted or self._is_permitted()):
                return
            permitted = not self._worked(loop, backoff, pause)

    def _is_permitted(self) -> bool:
        """Take one of the tasks that may still be polled; tell whether there was one."""
        return self._permits is None or self._permits.acquire(blocking=False)

    def _worked(self, loop: Loop, backoff: Backoff, pause: Backoff) -> bool:
        """Poll, and see to what was polled; wait a while after an error. Return whether it was."""
        begun = monotonic()
        try:
            self.run_once()
        except PollTimeout:
            backoff.reset()
            if monotonic() - begun < UNHELD_SECONDS:
                loop.draining.wait(pause.seconds())
            else:
                pause.reset()
        except Exception as error:
            if not may_pass(error):
                raise
            seconds = backoff.seconds()
            self._counts.add({"retries": 1})
            retried(self, "poll")
            told = described(error)
            logger.warning("%r polls again in %.1f s after %s", self, seconds, told)
            self._tell(error, None)
            self._clock.wait(loop.draining, seconds)
        else:
            backoff.reset()
            return True
        return False

    def _deliver(
        self,
        task: Any,
        outcome: str,
        send: Callable[[], object],
        *,
        if_closed: str | None = None,
    ) -> bool:
        """Send the answer of a task and count it; return whether SWF is known to have it.

        One that SWF does not take is reported; so is a task that was closed before, unless
        `if_closed` has words for the log. Raises what no other task would fare better with.
        """
        try:
            certain = self._answer(task, send)
        except Exception as error:
            if if_closed is not None and isinstance(error, DoesNotExistError):
                self._counts.add({"unanswered": 1})
                logger.info(if_closed, extra=ids(task))
                return False
            self._counts.add({"unanswered": 1})
            if isinstance(error, WorkflowExecutionDoesNotExist):
                closed = "the execution is closed, so SWF did not take the answer of its task"
                self._report(closed, error, task, traced=False)
                return False
            self._report("SWF did not take the answer of a task", error, task)
            if isinstance(error, HOPELESS):
                raise
            return False
        if certain:
            self._counts.add({"answered": 1, outcome: 1})
            if logger.isEnabledFor(logging.INFO):
                logger.info("task answered: %s", outcome, extra=ids(task))
        else:
            self._counts.add({"presumed": 1})
            logger.warning(
                "the task is closed, probably by the answer sent before", extra=ids(task)
            )
        return certain

    def _answer(self, task: Any, send: Callable[[], object]) -> bool:
        """Send an answer until SWF has it; return False where that is only to be presumed.

        Raises what will not pass, or what has not passed after ANSWER_ATTEMPTS.
        """
        backoff: Backoff | None = None
        unclear, attempt = False, 0
        while True:
            attempt += 1
            try:
                send()
            except DoesNotExistError:
                if not unclear:
                    raise
                return False
            except Exception as error:
                if attempt == ANSWER_ATTEMPTS or not may_pass(error):
                    raise
                unclear = unclear or isinstance(error, UNCLEAR)
                backoff = backoff or Backoff()
                seconds, told = backoff.seconds(), described(error)
                self._counts.add({"retries": 1})
                retried(self, "answer")
                logger.warning(
                    "the answer is sent again in %.1f s after %s", seconds, told, extra=ids(task)
                )
                # An answer is sent even while the loop drains, so nothing cuts this short.
                self._clock.wait(threading.Event(), seconds)
            else:
                return True

    def _report(self, message: str, error: Exception, task: Any, *, traced: bool = True) -> None:
        """Log an error, with its traceback if that tells more, count it and tell `on_error`."""
        trace = error if traced else None
        logger.error("%s: %s", message, described(error), exc_info=trace, extra=ids(task))
        self._counts.add({"errors": 1})
        self._tell(error, task)

    def _tell(self, error: Exception, task: Any) -> None:
        try:
            self.on_error(error, task)
        except Exception:
            logger.exception("%r: on_error failed", self, extra=ids(task))

    def _identity(self) -> str:
        """Return the identity of this poller."""
        if self.identity is not None:
            return self.identity
        thread = threading.current_thread().name.rpartition(" ")[2]
        return f"{_host()}:{os.getpid()}:{thread}"[:MAX_IDENTITY_LENGTH]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loop": None, "_permits": None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.domain.name!r}, {self.task_list!r})"


@cache
def _host() -> str:
    return socket.gethostname()


def _check_numbers(kind: str, threads: int, processes: int, tasks: int | None) -> None:
    numbers = (("threads", threads, 1), ("processes", processes, 0), ("tasks", tasks, 1))
    for name, value, least in numbers:
        if value is not None:
            check_count(f"{kind}.start: {name}", value, least)
    if tasks is not None and processes:
        raise ValidationError(
            f"{kind}.start: tasks: processes that poll by themselves do not count together; "
            "leave out one of both"
        )


def _is_clock(value: object) -> bool:
    methods = (getattr(value, method, None) for method in ("now", "wait", "alarm"))
    return not isinstance(value, type) and all(map(callable, methods))
