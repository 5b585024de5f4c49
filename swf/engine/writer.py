"""The one writer: calls that come together share a commit, a caller alone commits by itself.

Answers leave after the commit that holds what they tell.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from math import inf
from typing import Any, Final

import attrs

from swf.clock import Clock
from swf.constants import DEFAULT_REGION
from swf.engine import due
from swf.engine.call import Call, Waiter
from swf.engine.faults import broken, unavailable
from swf.engine.handing import EMPTY, POLLED
from swf.engine.options import Options
from swf.engine.queue import Queue
from swf.engine.schedule import Schedule
from swf.engine.store.cache import Cache
from swf.engine.store.points import reached
from swf.engine.store.store import Store
from swf.engine.tokens import Seal
from swf.engine.unit import Invocation, Unit
from swf.engine.waiting import Waiting
from swf.exceptions import CorruptEventError
from swf.fault import Fault
from swf.virtual_clock import VirtualClock

logger = logging.getLogger(__name__)

Handler = Callable[[Unit, Any], dict[str, Any] | None]

RECORD_HEARTBEAT: Final = "RecordActivityTaskHeartbeat"

TICK: Final = "(what is due)"
"""The operation of the engine itself: time-outs, purges, heartbeats to save."""


@attrs.define
class Stats:
    """What the engine has done since it was opened."""

    calls: int = 0
    """Calls that came to the writer."""
    commits: int = 0
    """Commits that changed something; each is one sync, where durability is "full"."""
    faults: int = 0
    """Calls that were refused."""
    due: int = 0
    """Time-outs and timers that came due."""
    events: int = 0
    """Events that were recorded in histories."""


class Writer:
    """Carries out calls in transactions, in the order in which they came."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        options: Options,
        handlers: Mapping[str, Handler],
        has_function: Callable[[str], bool],
    ) -> None:
        self.store = store
        self.options = options
        self.stats = Stats()
        self.waiting = Waiting()
        self.cache = Cache(store.runs, options.cached_executions)
        self.seal = Seal(store.secret)
        self.invoke: Callable[[Invocation], object] = _nothing
        """Calls a Lambda function, once its start is committed."""
        self.schedule = Schedule(clock, self.tick)
        self.ticker = due.Ticker(store, self.schedule)
        self._handlers = {**handlers, TICK: self.ticker.tick}
        self._has_function = has_function
        self._poll_milliseconds: float = round(options.poll_seconds * 1000)
        if self._poll_milliseconds and isinstance(clock, VirtualClock):
            self._poll_milliseconds = inf  # or time would stop every minute for nothing
        self.queue = Queue(self._work)
        self._moment = 0
        """When the latest transaction began: all of its calls happen at that moment."""
        self._batch: list[Call] | None = None
        """What the latest transaction has settled, for better or worse."""
        self._units: list[Unit] = []
        """Its operations, as long as something of them is to be done."""
        self._is_committing = False
        self._is_concluded = True
        self._to_tell: list[Call] = []
        self._to_invoke: list[Invocation] = []
        self._changes = 0
        self._due_before: int | None = None

    def _work(self, batch: list[Call]) -> None:
        """Carry out calls; where this was interrupted, go on with the same where it was left."""
        with self.store.lock:
            if batch is not self._batch:
                self._transact(batch)
            self._conclude(batch)
        while self._to_tell:
            _tell(self._to_tell[0])
            del self._to_tell[0]
        while self._to_invoke:
            self._invoked(self._to_invoke.pop(0))
        if self.schedule.next is not None and self.schedule.next <= self._moment:
            self.queue.add(Call(TICK, {}, done=_nothing))
        else:
            self.schedule.arm()

    def hold(self, call: Call) -> bool:
        """Put a poll in its line without a turn of the writer's; False where that needs one.

        It does where a task may wait for it, where time ends polls, where too many wait, and after
        an interrupt: what a transaction saw that is to be begun anew may not be so.
        """
        kind, params = POLLED[call.operation], call.params
        line = kind, params["domain"], params["taskList"]["name"]
        with self.store.lock:
            is_held = self._poll_milliseconds == inf and self._is_concluded
            is_full = self.waiting.length(line) >= self.options.limits.pollers
            if not is_held or is_full or not self._writes_nothing(call):
                return False
            self.waiting.saw(line, params.get("identity", ""), self.schedule.now())
            self.waiting.add(call, line, inf)
        return True

    def _conclude(self, batch: list[Call]) -> None:
        """Find out whom to tell what the transaction has brought."""
        if self._is_concluded:
            return
        self._account(self._units)
        self.cache.trim()
        ready = [call for call in batch if call.finished]
        found = [*ready, *_served(self._units), *self.ticker.ended]
        answered = list(dict.fromkeys(found))  # a poll may come and end in one batch
        to_invoke = [one for unit in self._units for one in unit.to_invoke]
        # Nothing is called from here on, so no interrupt comes in between.
        self._to_tell, self._to_invoke = answered, to_invoke
        self.ticker.ended, self._units, self._is_concluded = [], [], True

    def _invoked(self, invocation: Invocation) -> None:
        try:
            self.invoke(invocation)
        except Exception:  # its time-out comes all the same
            logger.exception("a function could not be called for run %s", invocation.run)

    def tick(self) -> None:
        """Carry out what is due, and have the alarm ring when more is."""
        waiter = Waiter()
        self.queue.wait_for(Call(TICK, {}, done=waiter.done), waiter)

    @property
    def next_deadline(self) -> datetime | None:
        """When something falls due next in an execution; the caller holds the store's lock."""
        found = self.store.runs.next_due()
        if found is None:
            return None
        # What is due, and failed, is tried again later.
        return self.schedule.moment(max(found, self.schedule.next or found))

    def _transact(self, batch: list[Call]) -> None:
        """Carry out the calls in one transaction; each of them has its outcome then, or waits."""
        self._is_concluded = False
        if self._units:
            self._undo()  # of what was interrupted
        while True:
            self._due_before = self.schedule.next
            self._moment = self.schedule.now()
            try:
                self.store.roll_back()  # of what could not be before
                self._changes = self.store.writer.total_changes
                self.store.runs.recorded = 0
                if self._done(batch):
                    break
            except sqlite3.Error as error:
                logger.warning("the database cannot be written: %s", error)
                self._refuse(batch, unavailable(f"the database cannot be written: {error}"))
                break
            except Exception:
                logger.exception("the writer failed; it changed nothing")
                self._refuse(batch, broken())
                break
            except BaseException:
                if not self.store.writer.in_transaction and self._is_committing:
                    self._batch = batch
                raise
            finally:
                self._is_committing = False
        self._batch = batch

    def _done(self, batch: list[Call]) -> bool:
        """Carry out the calls once; return whether that stays."""
        grouped = len(batch) > 1
        begun = grouped or not self._writes_nothing(batch[0])
        if begun:
            self.store.begin()
        if grouped:
            reached("group.before")
        for call in batch:
            if not call.gone:
                self._perform(call, grouped=grouped)
        if self.store.writer.total_changes > self._changes:
            self.ticker.keep_alive(self._moment)
        if any(served.call.gone for unit in self._units for served in unit.served):
            # A poll was withdrawn after it had been given a task: as if it never had.
            self._undo()
            self.ticker.ended = [call for call in self.ticker.ended if call not in batch]
            return False
        self._is_committing = begun
        self.store.commit()
        return True

    def _account(self, units: list[Unit]) -> None:
        self.stats.calls += len(units)
        self.stats.due = self.ticker.count
        if units and self.store.writer.total_changes > self._changes:
            self.stats.commits += 1
            self.stats.events += self.store.runs.recorded
            try:
                self.store.checkpoint()
            except sqlite3.Error as error:
                logger.warning("the write-ahead log cannot be brought home yet: %s", error)
        for unit in units:
            self.schedule.look_at(unit.due)
            if any(not served.call.inside for served in unit.served):
                self.schedule.look_at(self._moment + due.ALIVE_WITHIN)
            self.cache.beating.difference_update(unit.saved)
            self.cache.beating.update(unit.beats)
        self.schedule.look_at(self.waiting.next_expiry)
        if self.cache.beating:
            self.schedule.look_at(self._moment + due.HEARTBEATS_SAVED_WITHIN)

    def close(self) -> None:
        """Look no more for what is due, answer the polls that wait, save what is not saved."""
        self.schedule.close()
        self._poll_milliseconds = 0  # a poll that comes too late would wait for ever
        self.tick()
        with self.store.lock, suppress(sqlite3.Error):  # the next owner then takes an earlier one
            self.store.begin()
            self.store.keep(due.ALIVE, str(self.schedule.now()))
            self.store.commit()
        self.release(lambda _: True)

    def release(self, chosen: Callable[[Call], bool]) -> None:
        """Answer the polls that wait and are chosen as those that found nothing."""
        for call in self.waiting.all():
            # Whoever takes a poll out of its line answers it: it may just have got a task.
            if chosen(call) and self.waiting.withdraw(call):
                _answer_empty(call)

    def unit(self, call: Call | None = None) -> Unit:
        """Return a unit for one operation: of the transaction's moment, or without call of now."""
        return Unit(
            connection=self.store.writer,
            registry=self.store.registry,
            now=self.schedule.now() if call is None else self._moment,
            region=DEFAULT_REGION if call is None else call.region,
            seal=self.seal,
            limits=self.options.limits,
            cache=self.cache,
            runs=self.store.runs,
            waiting=self.waiting,
            functions=self._has_function,
            poll_milliseconds=self._poll_milliseconds,
            call=call,
        )

    def _perform(self, call: Call, *, grouped: bool) -> None:
        """Carry out one call within the transaction; what it changed is undone where it fails."""
        unit = self.unit(call)
        self._units.append(unit)  # from here on it is undone with the others
        call.fault = call.reply = None
        call.finished = False
        undo = self._undo_all
        if self._writes_nothing(call):
            undo, grouped = _nothing, False
        elif grouped:
            undo = self._undo_operation
            self.store.writer.execute("SAVEPOINT operation")
        try:
            reply = self._handlers[call.operation](unit, call.params)
            unit.settle()
            if grouped:
                self.store.writer.execute("RELEASE operation")
        except Fault as fault:
            self._failed(call, unit, fault, undo)
        except sqlite3.Error:
            raise  # all of the batch is undone
        except CorruptEventError as error:
            logger.warning("%s: %s", call.operation, error)
            self._failed(call, unit, broken(str(error)), undo)
            # Or else every poll of its task list would meet it again.
            if error.run is not None:
                self.store.runs.hold_back(error.run)
                self.cache.drop(error.run)
        except Exception:
            logger.exception("%s failed; it changed nothing", call.operation)
            self._failed(call, unit, broken(), undo)
        else:
            call.reply = unit.result if reply is None else reply
            call.finished = reply is not None or call.line is None or call.reply is not None
            self.cache.beating.update(unit.beats)  # whatever becomes of the next call

    def _writes_nothing(self, call: Call) -> bool:
        """Tell whether a call needs no transaction: a heartbeat, a poll where no task waits."""
        if call.operation == RECORD_HEARTBEAT:
            return True
        kind = POLLED.get(call.operation)
        if kind is None or "nextPageToken" in call.params:
            return False
        domain, task_list = call.params["domain"], call.params["taskList"]["name"]
        return self.store.runs.known_empty(domain, task_list, kind)

    def _failed(self, call: Call, unit: Unit, fault: Fault, undo: Callable[[], object]) -> None:
        self.stats.faults += 1
        call.fault = fault
        call.finished = True
        unit.abandon()
        undo()
        if call.operation == TICK:
            self.ticker.mistrust(unit)

    def _undo_operation(self) -> None:
        self.store.writer.execute("ROLLBACK TO operation")
        self.store.writer.execute("RELEASE operation")

    def _undo_all(self) -> None:
        self.store.roll_back()
        self.store.begin()

    def _undo(self) -> None:
        """Undo the transaction: all is as it was before."""
        for unit in self._units:
            unit.abandon()
        try:
            self.store.roll_back()
        except sqlite3.Error as error:
            logger.warning("the transaction cannot be rolled back: %s", error)
        self.schedule.next = self._due_before
        self._units = []

    def _refuse(self, batch: list[Call], fault: Fault) -> None:
        self._undo()
        # What was due is due still; but what failed would fail again at once, and again.
        self.schedule.next = self._moment + due.RETRY_AFTER
        for call in batch:
            call.fault = fault
            call.reply = None
            call.finished = True


def _served(units: Iterable[Unit]) -> list[Call]:
    """Return the polls that had waited for the tasks which they were given, answered."""
    found = []
    for unit in units:
        for served in unit.served:
            if served.waited:
                served.call.reply = served.reply
                found.append(served.call)
    return found


def _nothing(*_: Any) -> None:
    pass


def _answer_empty(call: Call) -> None:
    call.reply = dict(EMPTY[call.line[0]]) if call.line else None
    _tell(call)


def _tell(call: Call) -> None:
    """Let a caller know; whatever goes wrong with that is nothing to the others."""
    try:
        call.answer()
    except Exception:
        logger.exception("the answer of %s could not be handed over", call.operation)
