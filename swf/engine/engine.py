"""The door of the embedded SWF: one operation in, its reply or its fault out."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import quote

from swf.clock import Clock, ManualClock, SystemClock
from swf.constants import DEFAULT_REGION
from swf.engine import opening
from swf.engine.call import Call, Run, Waiter
from swf.engine.faults import broken, unavailable
from swf.engine.functions import Functions, Outcome
from swf.engine.hand_poll import HandPoll
from swf.engine.handing import POLLED
from swf.engine.operations import READS, WRITES, lambda_tasks
from swf.engine.options import Options, Place
from swf.engine.page import decoded
from swf.engine.requests import checked
from swf.engine.store import backlog
from swf.engine.store.backlog import Load
from swf.engine.store.store import Store
from swf.engine.unit import Invocation, Unit
from swf.engine.view import Handler, View
from swf.engine.writer import Stats, Writer
from swf.exceptions import CorruptEventError, DatabaseError, EngineError
from swf.fault import Fault
from swf.virtual_clock import Standing, VirtualClock
from swf.wire import Wire

logger = logging.getLogger(__name__)

WORK: Final = "(work of a tool)"
"""The operation of `Engine.perform`."""


class Engine:
    """An Amazon SWF on one file, or in memory.

    All is asked by `handle`, which waits, or by `begin`, which does not. An engine may be used by
    any number of threads, and in the process that opened it only.
    """

    def __init__(self, place: Place, *, clock: Clock | None = None) -> None:
        self.place = place
        self.clock = clock or (
            VirtualClock() if place.options.clock == "virtual" else SystemClock()
        )
        self._virtual = self.clock if isinstance(self.clock, VirtualClock) else None
        self._process = os.getpid()
        self._closed = False
        self._closing: list[Callable[[], object]] = []
        self.functions = Functions(self.clock)
        self._store = Store(place.path, place.options.durability)
        try:
            handlers = {**WRITES, lambda_tasks.ENDED: lambda_tasks.ended, WORK: _work}
            self._writer = Writer(
                self._store, self.clock, place.options, handlers, self.functions.__contains__
            )
            self._writer.invoke = self._invoke
            opening.resume(self._writer)
            self._writer.tick()
        except BaseException:
            self._store.close()
            raise
        if self._virtual is not None:
            self._live_by(self._virtual)

    @classmethod
    def open(cls, url: str, *, clock: Clock | None = None, options: Options | None = None) -> Self:
        """Return an engine on `sqlite:///path.db` or `memory://`; the URL's query is options too.

        Raises SettingsError for a URL that names no place, and DatabaseError, of the class that
        says what is wrong, where the file cannot be used or is another's.
        """
        return cls(Place.of(url, options), clock=clock)

    def __repr__(self) -> str:
        return f"Engine({self.place.name!r})"

    @property
    def url(self) -> str:
        """Where it is, as an endpoint URL; what it is set up with beside that is not in it."""
        path = self.place.path
        return self.place.name if path is None else f"sqlite:///{quote(str(path))}"

    @property
    def stats(self) -> Stats:
        """What the engine has done since it was opened."""
        return self._writer.stats

    @property
    def held_polls(self) -> int:
        """How many polls wait for a task."""
        return len(self._writer.waiting)

    @property
    def closed(self) -> bool:
        """Whether it takes no calls any more."""
        return self._closed

    def handle(
        self, operation: str, params: Mapping[str, Any], *, region: str = DEFAULT_REGION
    ) -> dict[str, Any]:
        """Perform one operation and return its reply ({} where it has none).

        A poll waits for a task as long as the engine's options say. Raises Fault where SWF refuses.
        """
        self._check_usable()
        request = checked(operation, params)
        read = READS.get(operation)
        if read is not None:
            return decoded(self._read(read, request, region))
        return decoded(self._write(operation, request, region))

    def begin(self, call: Call, run: Run) -> None:
        """Take up a call and return at once; what takes time goes through `run`.

        The call's `done` is called when it has its answer, unless it is withdrawn before.
        """
        try:
            self._check_usable()
            call.params = checked(call.operation, call.params)
        except EngineError as error:
            call.fault = unavailable(str(error))
            call.answer()
            return
        except Fault as fault:
            call.fault = fault
            call.answer()
            return
        read = READS.get(call.operation)
        if read is not None:
            run(lambda: self._answer(call, read))
            return
        call.promote = run
        if self._writer.queue.submit(call):
            try:
                run(self._writer.queue.lead)
            except BaseException:
                self._writer.queue.lead()  # others may have queued meanwhile
                raise

    def withdraw(self, call: Call) -> None:
        """Drop a call whose client has gone: no task is given to it any more.

        Its `done` is never called, unless its answer was on the way.
        """
        call.gone = True
        self._writer.waiting.withdraw(call)

    def hand_poll(
        self, operation: str, params: Mapping[str, Any], *, region: str = DEFAULT_REGION
    ) -> HandPoll:
        """Return a poll for a thread that also does what it waits for; nothing is polled yet.

        Raises Fault where SWF refuses its parameters.
        """
        request = checked(operation, params)
        return HandPoll(operation, request, region, self._writer, self._check_usable)

    def release(self, *, every: bool = False) -> None:
        """Answer the polls that wait as those that found nothing; no task is lost by that.

        Those of callers within this process, or `every` one.
        """
        self._writer.release(lambda call: every or call.inside)

    def release_of(self, identities: Collection[str]) -> None:
        """Answer the polls of these identities that wait as those that found nothing."""
        self._writer.release(lambda call: call.params.get("identity") in identities)

    def task_lists(self, domain: str) -> list[dict[str, Any]]:
        """Return what waits on each task list of a domain, and who polls it.

        This SWF alone can tell: Amazon's has no operation for it. Each item has `kind` (decision or
        activity), `taskList`, `backlog` (tasks that wait), `oldest` (since when the first of them
        waits, in seconds since the epoch, None without) and `pollers`: `identity`, `lastSeen`
        (seconds since the epoch), and `waiting`, whether it holds a poll now. Raises Fault for an
        unknown domain.
        """
        self._check_usable()
        waiting = self._writer.waiting
        with _faults(), self._store.reading() as (connection, registry):
            registry.domain_known(domain)
            return backlog.task_lists(connection, domain, waiting)

    def load(self) -> Load:
        """Return how much is open and waits, by domain and task list: what an operator watches."""
        self._check_usable()
        with _faults(), self._store.reading() as (connection, _):
            return backlog.load(connection, self._writer.waiting)

    def skip(self) -> bool:
        """Move a clock that tests move to where something falls due next; False without either.

        A VirtualClock takes one `step`.
        """
        if self._virtual is not None:
            return self._virtual.step()
        if not isinstance(self.clock, ManualClock):
            return False
        self._check_usable()
        with self._store.lock:
            deadline = self._writer.next_deadline
        if deadline is not None:
            self.clock.advance_to(deadline)
        return deadline is not None

    def announce(self, address: str, *, access_key: str, secret_key: str) -> None:
        """Tell processes that find the file in use where it is served, and with which keys."""
        if self._store.file_lock is not None:
            self._store.file_lock.announce(address, access_key=access_key, secret_key=secret_key)

    def on_close(self, function: Callable[[], object]) -> None:
        """Have a function called first of all when the engine is closed."""
        self._closing.append(function)

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Lend a tool a connection that sees the database at one moment."""
        self._check_usable()
        with self._store.reading() as (connection, _):
            yield connection

    def perform(self, work: Callable[[Unit], None]) -> None:
        """Have a tool's work done by the writer, wholly or not at all; raise Fault if it fails."""
        self._check_usable()
        self._write(WORK, {"work": work}, DEFAULT_REGION)

    def close(self) -> None:
        """Answer the polls that wait, save everything, and give the file free."""
        if self._closed or os.getpid() != self._process:
            return
        while self._closing:
            self._closing.pop()()
        self._closed = True
        self.functions.close()
        self._writer.close()
        with self._store.lock:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_usable(self) -> None:
        if self._closed:
            raise EngineError(f"{self!r} is closed; open another")
        if os.getpid() != self._process:
            raise EngineError(
                f"{self!r} belongs to process {self._process}, which this one was forked from; "
                "have the owner serve it over HTTP, and connect there"
            )

    def _write(self, operation: str, request: Wire, region: str) -> dict[str, Any] | None:
        """Have the writer carry out a call, and wait for its answer."""
        waiter = Waiter()
        call = Call(operation, request, region=region, done=waiter.done)
        try:
            if self._virtual is None or operation not in POLLED:
                self._writer.queue.wait_for(call, waiter)
            else:
                with self._virtual.resting(lambda: call in self._writer.waiting):
                    self._writer.queue.wait_for(call, waiter)
        except BaseException:
            self.withdraw(call)
            raise
        if call.fault is not None:
            raise call.fault
        return call.reply

    def _live_by(self, clock: VirtualClock) -> None:
        """Have time wait for what happens here, until this is closed."""
        clock.attend(self._held)
        self._writer.queue.rested = clock.changed
        self.on_close(lambda: clock.leave(self._held))

    @contextmanager
    def _held(self) -> Generator[Standing]:
        """Let nothing happen within the block, and tell whether anything was."""
        with self._store.lock:
            if self._closed:
                yield Standing(is_still=True)
                return
            is_still = self._writer.queue.is_idle and self.functions.is_idle
            yield Standing(is_still, self._writer.next_deadline if is_still else None)

    def _invoke(self, invocation: Invocation) -> None:
        """Call the function of a Lambda task; its outcome is written as any other answer is."""
        task = invocation.task

        def ended(outcome: Outcome) -> None:
            told = {"run": invocation.run, "scheduled_id": task.event_id, "outcome": outcome}
            with suppress(Fault, EngineError):  # there is nobody to tell
                self._write(lambda_tasks.ENDED, told, DEFAULT_REGION)

        self.functions.submit(
            task.function,
            invocation.input,
            ended,
            request_id=f"{invocation.run}-{task.event_id}",
            deadline=None if task.due is None else datetime.fromtimestamp(task.due / 1000, UTC),
        )

    def _read(self, handler: Handler, request: Wire, region: str) -> dict[str, Any] | None:
        with _faults(), self._store.reading() as (connection, registry):
            return handler(
                View(
                    connection=connection,
                    registry=registry,
                    now=self._writer.schedule.now(),
                    region=region,
                    seal=self._writer.seal,
                    limits=self.place.options.limits,
                ),
                request,
            )

    def _answer(self, call: Call, handler: Handler) -> None:
        try:
            call.reply = self._read(handler, call.params, call.region)
        except Fault as fault:
            call.fault = fault
        call.answer()


def _work(unit: Unit, request: Wire) -> None:
    request["work"](unit)


@contextmanager
def _faults() -> Generator[None]:
    """Answer what goes wrong with the file as SWF does what goes wrong with itself."""
    try:
        yield
    except (sqlite3.Error, DatabaseError) as error:
        logger.warning("the database cannot be read: %s", error)
        raise unavailable(f"the database cannot be read: {error}") from error
    except CorruptEventError as error:
        logger.warning("%s", error)
        raise broken(str(error)) from error
