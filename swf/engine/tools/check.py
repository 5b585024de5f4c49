"""Seeing that a database is what its histories say, and setting aside what is not.

The histories are the truth: each event has its checksum, and all that is stored beside the events
must be what they, folded again, make of an execution.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import attrs

from swf.engine.engine import Engine
from swf.engine.state import Event, Execution
from swf.engine.store import inspection
from swf.engine.store.inspection import Stored, StoredEvent
from swf.engine.store.runs import Runs
from swf.engine.tools.access import Target, owning, reading
from swf.engine.transitions import rebuilt
from swf.engine.unit import Unit
from swf.exceptions import DatabaseCorruptError, InconsistentHistoryError

_SHOWN: Final = 200
"""Characters of a value in a complaint."""


@attrs.frozen
class Problem:
    """One thing that is wrong: with an execution, with one event of it, or with the file."""

    what: str
    run: int | None = None
    """The number of the execution in the database."""
    event_id: int | None = None
    domain: str | None = None
    workflow_id: str | None = None
    run_id: str | None = None

    def __str__(self) -> str:
        parts = []
        if self.run is not None:
            parts.append(f"run {self.run}")
        if self.workflow_id is not None:
            parts.append(f"workflowId={self.workflow_id}, runId={self.run_id}")
        if self.event_id is not None:
            parts.append(f"event {self.event_id}")
        where = ", ".join(parts)
        return f"{where}: {self.what}" if where else self.what


@attrs.frozen
class Report:
    """What a check found."""

    executions: int = 0
    events: int = 0
    problems: tuple[Problem, ...] = ()
    set_aside: tuple[int, ...] = ()
    """Runs that an earlier repair set aside; they were not looked at."""
    repaired: tuple[int, ...] = ()
    """Runs that this check set aside."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or all that was is set aside now."""
        return all(problem.run in self.repaired for problem in self.problems)

    def __str__(self) -> str:
        lines = [f"{self.executions} executions, {self.events} events"]
        lines += [str(problem) for problem in self.problems]
        if self.set_aside:
            lines.append(f"set aside before: {_listed(self.set_aside)}")
        if self.repaired:
            lines.append(f"set aside now: {_listed(self.repaired)}")
        lines.append("sound" if self.sound else f"{len(self.problems)} problems")
        return "\n".join(lines)


def check(target: Target, *, repair: bool = False) -> Report:
    """Return what is wrong with a database: of one moment, while it is in use.

    With `repair`, executions that are wrong are set aside: no call finds them any more, their tasks
    and timers are gone, and the others go on. What is wrong with the file itself stays as it is.
    Raises DatabaseError where there is no database of ours to check, or, to repair, where another
    process has it open.
    """
    try:
        with reading(target) as connection:
            report = _Check(connection).report()
    except DatabaseCorruptError as error:
        return Report(problems=(Problem(str(error)),))
    if not repair:
        return report
    broken = {
        one.run: one
        for one in report.problems
        if one.run is not None and one.workflow_id is not None
    }
    if not broken:
        return report
    if isinstance(target, Engine):
        target.perform(lambda unit: _set_aside(unit, broken))
    else:
        with owning(Path(target)) as connection:
            for run, problem in broken.items():
                inspection.quarantine(connection, run, problem.what)
    return attrs.evolve(report, repaired=tuple(broken))


def _set_aside(unit: Unit, broken: dict[int, Problem]) -> None:
    for run, problem in broken.items():
        inspection.quarantine(unit.connection, run, problem.what)
        unit.cache.beating.discard(run)
        unit.cache.drop(run)


class _Check:
    """One look at one moment of a database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._events = 0

    def report(self) -> Report:
        """Return all that is wrong."""
        problems: list[Problem] = []
        found: list[Stored] = []
        for look in (self._of_file, self._of_executions, self._of_strays):
            try:
                problems += look(found)
            except sqlite3.DatabaseError as error:
                # What cannot be looked at in one way may be in another.
                problems.append(Problem(f"SQLite: {error}"))
        return Report(
            executions=len(found),
            events=self._events,
            problems=tuple(problems),
            set_aside=tuple(one.run for one in found if one.quarantined is not None),
        )

    def _of_file(self, _found: list[Stored]) -> list[Problem]:
        return [Problem(f"SQLite: {one}") for one in inspection.complaints(self._connection)]

    def _of_executions(self, found: list[Stored]) -> list[Problem]:
        """Return what is wrong with each execution; all that there are are in `found` then."""
        found += inspection.executions(self._connection)
        return [
            problem
            for one in found
            if one.quarantined is None
            for problem in self._of_execution(one)
        ]

    def _of_strays(self, found: list[Stored]) -> list[Problem]:
        known = {one.run: one for one in found}
        return [
            _problem(known[run], what) if run in known else Problem(what, run)
            for run, what in inspection.strays(self._connection)
        ]

    def _of_execution(self, stored: Stored) -> Iterator[Problem]:
        """Yield what is wrong with an execution; nothing is said of what follows from it."""
        events: list[Event] = []
        problems = list(self._of_events(stored, events))
        if problems:
            yield from problems
            return
        try:
            told = rebuilt(stored.run, stored.domain, stored.workflow_id, stored.run_id, events)
        except InconsistentHistoryError as error:
            yield _problem(stored, str(error))
            return
        try:
            for what in self._of_state(told):
                yield _problem(stored, what)
        except (ValueError, TypeError, KeyError, sqlite3.DatabaseError) as error:
            yield _problem(stored, f"its state cannot be read: {error}")

    def _of_events(self, stored: Stored, events: list[Event]) -> Iterator[Problem]:
        expected = 1
        try:
            for row in inspection.events(self._connection, stored.run):
                self._events += 1
                while expected < row.id and expected <= stored.last_event_id:
                    yield _problem(stored, "is missing", expected)
                    expected += 1
                yield from self._of_event(stored, row, events)
                expected = row.id + 1
        except sqlite3.DatabaseError as error:
            yield _problem(stored, f"cannot be read: {error}", expected)
            return
        for event_id in range(expected, stored.last_event_id + 1):
            yield _problem(stored, "is missing", event_id)

    def _of_event(self, stored: Stored, row: StoredEvent, events: list[Event]) -> Iterator[Problem]:
        if not row.is_sound(stored.run):
            yield _problem(stored, "its checksum is wrong", row.id)
        elif not 1 <= row.id <= stored.last_event_id:
            yield _problem(stored, f"is beyond the last, {stored.last_event_id}", row.id)
        else:
            events.append(row.event())

    def _of_state(self, told: Execution) -> Iterator[str]:
        """Yield where the tables differ from what the history tells."""
        stored = cast("Execution", Runs(self._connection).load(told.run))
        yield from _differences(stored, told)
        rows = {row.event_id: row for row in inspection.entity_rows(self._connection, told.run)}
        for event_id, entity in stored.open.items():
            row = rows[event_id]
            if row.due != entity.due:
                yield f"what event {event_id} opened is due at {row.due}, not at {entity.due}"
            if row.domain != told.domain:
                yield f"what event {event_id} opened is in domain {row.domain!r}"
            same = told.open.get(event_id)
            if same is not None and bool(row.waiting) != same.waiting:
                yield f"the task of event {event_id} {'waits' if row.waiting else 'does not wait'}"


def _differences(stored: Execution, told: Execution) -> Iterator[str]:
    for field in attrs.fields(Execution):
        ours, theirs = getattr(stored, field.name), getattr(told, field.name)
        if not field.eq or ours == theirs:
            continue
        if field.name == "open":
            for event_id in sorted(ours.keys() | theirs.keys()):
                if ours.get(event_id) != theirs.get(event_id):
                    yield _told(f"what event {event_id} opened", ours, theirs, event_id)
        elif field.name != "ids":
            yield f"its {field.name} is {_short(ours)}, its history says {_short(theirs)}"


def _told(name: str, ours: dict[int, Any], theirs: dict[int, Any], event_id: int) -> str:
    return (
        f"{name} is {_short(ours.get(event_id))}, its history says {_short(theirs.get(event_id))}"
    )


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."


def _problem(stored: Stored, what: str, event_id: int | None = None) -> Problem:
    return Problem(what, stored.run, event_id, stored.domain, stored.workflow_id, stored.run_id)


def _listed(runs: tuple[int, ...]) -> str:
    return ", ".join(map(str, runs))
