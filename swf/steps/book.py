"""What an event hub has in its book: the events that were published, and who waits for which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from swf.steps.errors import StepsError

RETENTION: Final = timedelta(days=7)
"""For how long an event is kept for those who come later."""

ENTRY: Final = 64
"""Characters of an entry beside its own texts, about."""


class BookFullError(StepsError):
    """So many wait for events that a hub has no room for another."""


@attrs.frozen
class Event:
    """An event: `number` grows from one to the next, `at` is its effective date, `text` its data.

    Times are seconds since the epoch; `came` is when the hub heard of it.
    """

    number: int
    name: str
    key: str
    at: float
    text: str | None
    came: float

    @property
    def size(self) -> int:
        """Its characters, about."""
        return ENTRY + len(self.name) + len(self.key) + len(self.text or "")


@attrs.frozen
class Subscription:
    """A wait: the event goes to the workflow id `to`, by a signal with the key `id`.

    It is for an event of this name and key, of `as_of` or later, with a number above `after`.
    """

    id: str
    to: str
    name: str
    key: str
    as_of: float
    after: int

    @property
    def size(self) -> int:
        """Its characters, about."""
        return ENTRY + len(self.id) + len(self.to) + len(self.name) + len(self.key)

    def takes(self, event: Event) -> bool:
        """Tell whether this event, of its name and key, is one that it waits for."""
        return event.at >= self.as_of and event.number > self.after


class Book:
    """The events and the subscriptions of one hub, in the order in which they came.

    An event is kept for `RETENTION`, and as long as there is room; those who wait go before. `room`
    is in characters, `dropped` how many events had to go for want of it.
    """

    def __init__(self, told: Mapping[str, Any] | None = None, *, room: int) -> None:
        told = told or {}
        self.room = room
        self.last: int = told.get("last", 0)
        self.dropped: int = told.get("dropped", 0)
        self.size = 0
        self._events: dict[int, Event] = {}
        self._waiting: dict[str, Subscription] = {}
        self._of: dict[tuple[str, str], tuple[dict[int, Event], dict[str, Subscription]]] = {}
        for one in told.get("events", ()):
            self._add_event(Event(*one))
        for one in told.get("waiting", ()):
            self._add(Subscription(*one))

    def as_value(self) -> dict[str, Any]:
        """Return what travels."""
        return {
            "last": self.last,
            "dropped": self.dropped,
            "events": [list(attrs.astuple(one)) for one in self._events.values()],
            "waiting": [list(attrs.astuple(one)) for one in self._waiting.values()],
        }

    @property
    def told(self) -> dict[str, int]:
        """How much there is of what."""
        return {
            "events": len(self._events),
            "subscriptions": len(self._waiting),
            "dropped": self.dropped,
        }

    def subscribe(self, wanted: Subscription) -> Event | None:
        """Return the first event that is wanted; without one, have the wait in the book.

        Raises BookFullError where it has no room, not even without any event.
        """
        events, _ = self._about(wanted.name, wanted.key)
        for event in events.values():
            if wanted.takes(event):
                return event
        if wanted.id not in self._waiting:
            self._make_room(wanted.size)
            if self.size + wanted.size > self.room:
                raise BookFullError(
                    f"{wanted.to}: no room to wait for event {wanted.name!r}, key {wanted.key!r}:"
                    f" {len(self._waiting)} wait at this hub already"
                )
            self._add(wanted)
        return None

    def unsubscribe(self, subscription_id: str) -> None:
        """Have a wait no more; nothing happens where there is none."""
        found = self._waiting.pop(subscription_id, None)
        if found is not None:
            self.size -= found.size
            self._about(found.name, found.key)[1].pop(subscription_id)
            self._tidy(found.name, found.key)

    def publish(
        self, name: str, key: str, *, at: float, text: str | None, now: float
    ) -> tuple[Event, list[Subscription]]:
        """Have an event in the book; return it, and who waited for it: these wait no more."""
        self._forget(now)
        self.last = max(self.last + 1, int(now * 1_000))
        event = Event(self.last, name, key, at, text, now)
        _, waiting = self._about(name, key)
        found = [one for one in waiting.values() if one.takes(event)]
        for one in found:
            self.unsubscribe(one.id)
        self._make_room(event.size)
        if self.size + event.size <= self.room:
            self._add_event(event)
        else:
            self.dropped += 1
            self._tidy(name, key)
        return event, found

    def _about(self, name: str, key: str) -> tuple[dict[int, Event], dict[str, Subscription]]:
        return self._of.setdefault((name, key), ({}, {}))

    def _tidy(self, name: str, key: str) -> None:
        events, waiting = self._about(name, key)
        if not events and not waiting:
            del self._of[name, key]

    def _add_event(self, event: Event) -> None:
        self._events[event.number] = event
        self._about(event.name, event.key)[0][event.number] = event
        self.size += event.size

    def _add(self, wanted: Subscription) -> None:
        self._waiting[wanted.id] = wanted
        self._about(wanted.name, wanted.key)[1][wanted.id] = wanted
        self.size += wanted.size

    def _forget(self, now: float) -> None:
        """Have no event that is too old."""
        while self._events:
            oldest = next(iter(self._events.values()))
            if now - oldest.came < RETENTION.total_seconds():
                return
            self._remove(oldest)

    def _make_room(self, size: int) -> None:
        """Drop as many of the oldest events as there have to be; in vain where too many wait."""
        events = sum(one.size for one in self._events.values()) if self._is_full(size) else 0
        if self.size - events + size > self.room:
            return
        while self._events and self._is_full(size):
            self._remove(next(iter(self._events.values())))
            self.dropped += 1

    def _is_full(self, size: int) -> bool:
        return self.size + size > self.room

    def _remove(self, event: Event) -> None:
        del self._events[event.number]
        self._about(event.name, event.key)[0].pop(event.number)
        self._tidy(event.name, event.key)
        self.size -= event.size
