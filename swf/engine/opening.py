"""What an engine finds when it opens a database that was in use before.

Tasks held by pollers that lived in the previous owner's process time out at once: those pollers are
known to be dead. Tasks held elsewhere are given the time that the engine was away. What fell due
meanwhile, timers and whole executions above all, comes due now.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

from swf.engine import transitions
from swf.engine.due import ALIVE
from swf.engine.state import ActivityTask, DecisionTask, LambdaFunction
from swf.engine.store import events
from swf.engine.store.store import Store
from swf.engine.transitions import lambda_function
from swf.engine.unit import Unit
from swf.engine.writer import Writer
from swf.exceptions import CorruptEventError

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""How many tasks one transaction brings up to date."""

Bring = Callable[[Unit, int, int, Writer], None]
"""Brings one task, given by run and event, up to date."""

_SHIFTED: Final = ("START_TO_CLOSE", "HEARTBEAT")
"""What runs while a worker works: it could not report while the engine was away."""


def resume(writer: Writer) -> None:
    """Bring a database up to the present moment, in transactions of a bearable size."""
    store = writer.store
    alive_at = store.kept(ALIVE)
    # First of all: a crash in what follows must not shift the deadlines twice.
    if alive_at is not None and writer.options.downtime_grace:
        _shift(writer, max(0, writer.schedule.now() - int(alive_at)))
    keep_alive(store, writer.schedule.now())
    _each(writer, store.runs.held_inside(), _time_out)
    _each(writer, store.runs.open_functions(), _restart_function)


def keep_alive(store: Store, now: int) -> None:
    """Note, within the transaction if there is one, that the engine runs at this moment."""
    store.keep(ALIVE, str(now))


def _shift(writer: Writer, milliseconds: int) -> None:
    """Move the deadlines of tasks that are held elsewhere, in one transaction with the mark."""
    store = writer.store
    store.begin()
    try:
        unit = writer.unit()
        for run, event_id in store.runs.held_outside():
            execution = unit.known(run)
            task = execution.open[event_id]
            for name in _SHIFTED:
                if name in task.deadlines:
                    task.deadlines[name] += milliseconds
            execution.touch(task)
        unit.settle()
        keep_alive(store, writer.schedule.now())
        store.commit()
    except BaseException:
        store.roll_back()
        raise


def _each(writer: Writer, found: list[tuple[int, int]], bring: Bring) -> None:
    for start in range(0, len(found), AT_ONCE):
        writer.store.begin()
        try:
            unit = writer.unit()
            for run, event_id in found[start : start + AT_ONCE]:
                bring(unit, run, event_id, writer)
            unit.settle()
            writer.store.commit()
        except BaseException:
            writer.store.roll_back()
            raise
        for invocation in unit.to_invoke:
            writer.invoke(invocation)


def _time_out(unit: Unit, run: int, event_id: int, _writer: Writer) -> None:
    execution = unit.known(run)
    task = execution.open.get(event_id)
    if isinstance(task, ActivityTask | DecisionTask):  # the one before it may have closed all
        unit.act(execution, transitions.time_out, task, "START_TO_CLOSE")


def _restart_function(unit: Unit, run: int, event_id: int, writer: Writer) -> None:
    execution = unit.known(run)
    task = execution.open.get(event_id)
    if not isinstance(task, LambdaFunction):  # the one before it may have closed all
        return
    if writer.options.functions_at_start == "retry":
        try:
            [row] = events.read(unit.connection, run, event_id, event_id)
        except CorruptEventError as error:
            logger.warning("a function cannot be run again: %s", error)
            unit.runs.hold_back(run)  # it is for a check to tell of, and harms no other
            return
        unit.invoke(execution, task, json.loads(row[3]).get("input"))
    else:
        unit.act(
            execution,
            lambda_function.fail,
            task,
            "EngineStopped",
            "the engine was stopped while the function ran",
        )
