"""The polls that found no task, each in its line: first come, first served."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from math import inf
from typing import Final

from swf.engine.call import Call

Line = tuple[str, str, str]
"""Kind of task, domain, task list."""

_SEEN_AT_MOST: Final = 10_000
"""Pollers remembered by name; beyond that the one that has been silent longest is forgotten."""


class Waiting:
    """The lines of waiting polls.

    Only the writer adds to a line and takes from it; any thread may withdraw a poll.
    """

    def __init__(self) -> None:
        self._lines: dict[Line, OrderedDict[Call, None]] = {}
        self._expiring: OrderedDict[Call, None] = OrderedDict()
        """All of them, in the order in which they came, which is that of their expiry."""
        self._seen: dict[tuple[Line, str], int] = {}

    def add(self, call: Call, line: Line, expires_at: float) -> None:
        """Put a poll at the end of a line; it is infinite where time does not end it."""
        call.line = line
        call.expires_at = expires_at
        self._lines.setdefault(line, OrderedDict())[call] = None
        self._expiring[call] = None

    def put_back(self, call: Call) -> None:
        """Put a poll that was taken for nothing first in its line again."""
        if call.line is not None and not call.gone:
            for where in (self._lines.setdefault(call.line, OrderedDict()), self._expiring):
                where[call] = None
                with suppress(KeyError):  # it may just have been withdrawn
                    where.move_to_end(call, last=False)

    def take(self, line: Line) -> Call | None:
        """Take the first poll out of a line; None where nobody waits."""
        waiting = self._lines.get(line)
        while waiting and (call := _first(waiting)) is not None:
            # Whoever takes it out has it: it may just have been withdrawn.
            if waiting.pop(call, self) is None and not call.gone:
                self._expiring.pop(call, None)
                return call
        return None

    def withdraw(self, call: Call) -> bool:
        """Take a poll out of whatever line it is in; return whether it was in one."""
        taken = self._left_line(call)
        self._expiring.pop(call, None)
        return taken

    def _left_line(self, call: Call) -> bool:
        """Take a poll out of its line; return False where somebody else has."""
        calls = None if call.line is None else self._lines.get(call.line)
        return calls is not None and calls.pop(call, self) is None

    def length(self, line: Line) -> int:
        """Return how many polls wait in a line."""
        return len(self._lines.get(line, ()))

    def lengths(self) -> list[tuple[Line, int]]:
        """Return how many polls wait in each line where some do."""
        return [(line, len(calls)) for line, calls in list(self._lines.items()) if calls]

    def expired(self, now: int) -> list[Call]:
        """Take out the polls that have waited long enough."""
        found = []
        while (call := self._first()) is not None and call.expires_at <= now:
            self._expiring.pop(call, None)
            if self._left_line(call):
                found.append(call)
        self._tidy()
        return found

    @property
    def next_expiry(self) -> int | None:
        """The moment at which the first poll has waited long enough; None where none will have."""
        call = self._first()
        return None if call is None or call.expires_at == inf else int(call.expires_at)

    def _first(self) -> Call | None:
        return _first(self._expiring)

    def all(self) -> list[Call]:
        """Return every poll that waits."""
        return list(self._expiring)

    def __len__(self) -> int:
        return len(self._expiring)

    def __contains__(self, call: Call) -> bool:
        return call in self._expiring

    def saw(self, line: Line, identity: str, now: int) -> None:
        """Remember that somebody polled."""
        self._seen.pop((line, identity), None)
        self._seen[line, identity] = now
        if len(self._seen) > _SEEN_AT_MOST:
            self._seen.pop(next(iter(self._seen)))

    def pollers(self, domain: str) -> list[tuple[Line, str, int]]:
        """Return (line, identity, moment of the last poll) of all that polled in a domain."""
        return [
            (line, identity, at)
            for (line, identity), at in list(self._seen.items())
            if line[1] == domain
        ]

    def holds(self, line: Line, identity: str) -> bool:
        """Tell whether a poll of this identity waits in a line."""
        calls = list(self._lines.get(line, ()))
        return any(call.params.get("identity", "") == identity for call in calls)

    def _tidy(self) -> None:
        for line in [line for line, calls in self._lines.items() if not calls]:
            del self._lines[line]


def _first(calls: OrderedDict[Call, None]) -> Call | None:
    """Return the first of the calls, which any thread may be withdrawing meanwhile."""
    while True:
        try:
            return next(iter(calls), None)
        except RuntimeError:  # the first has just been withdrawn
            continue
