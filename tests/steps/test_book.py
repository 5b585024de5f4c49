"""The book of a hub: whatever is told in whatever order, each has each event once, and it fits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.steps.book import RETENTION, Book, BookFullError, Event, Subscription
from swf.steps.errors import StepsError

DAY = 86_400.0
KEYS = st.sampled_from(["a", "b"])
TIMES = st.integers(0, 5).map(float)
ASKED = st.one_of(
    st.tuples(st.just("publish"), KEYS, TIMES, st.integers(0, 300)),
    st.tuples(st.just("subscribe"), KEYS, TIMES, st.integers(0, 9)),
    st.tuples(st.just("unsubscribe"), KEYS, TIMES, st.integers(0, 9)),
    st.tuples(st.just("renew"), KEYS, TIMES, st.just(0)),
)


def wants(number: int, key: str = "a", as_of: float = 0, after: int = 0) -> Subscription:
    """Return the wait of workflow `w{number}`."""
    return Subscription(f"s{number}", f"w{number}", "e", key, as_of, after)


def sizes(book: Book) -> int:
    """Return the size of all that is in a book."""
    told = book.as_value()
    entries = [Event(*one) for one in told["events"]]
    return sum(one.size for one in entries) + sum(
        Subscription(*one).size for one in told["waiting"]
    )


@given(st.lists(ASKED, max_size=40))
def test_a_book_is_what_it_was_told(asked: list[Any]) -> None:
    """It has room for what it holds, loses nobody who waits, and hands out each event once."""
    book = Book(room=1_200)
    waiting: dict[str, Subscription] = {}
    had: set[tuple[str, int]] = set()
    for now, (op, key, at, number) in enumerate(asked):
        if op == "publish":
            event, found = book.publish("e", key, at=at, text="x" * number, now=float(now))
            fits = {one.id for one in waiting.values() if one.key == key and one.takes(event)}
            assert {one.id for one in found} == fits
            for one in found:
                had.add((one.id, event.number))
                del waiting[one.id]
        elif op == "subscribe":
            wanted = wants(
                number, key, at, max((n for i, n in had if i == f"s{number}"), default=0)
            )
            try:
                event = book.subscribe(wanted)
            except BookFullError:
                continue
            if event is None:
                waiting.setdefault(wanted.id, wanted)
            else:
                assert wanted.takes(event)
                assert event.key == key
                assert (wanted.id, event.number) not in had
                had.add((wanted.id, event.number))
        elif op == "unsubscribe":
            book.unsubscribe(f"s{number}")
            waiting.pop(f"s{number}", None)
        else:
            book = Book(json.loads(json.dumps(book.as_value())), room=1_200)
        assert book.size == sizes(book) <= book.room
        assert {Subscription(*one) for one in book.as_value()["waiting"]} == set(waiting.values())


def test_the_oldest_event_comes_first() -> None:
    """Who comes later has the events in the order in which they were published."""
    book = Book(room=10_000)
    first, _ = book.publish("e", "a", at=1, text=None, now=1)
    second, _ = book.publish("e", "a", at=1, text=None, now=1)

    assert book.subscribe(wants(1)) == first
    assert book.subscribe(wants(1, after=first.number)) == second
    assert book.subscribe(wants(1, after=second.number)) is None


def test_the_same_wait_is_kept_once() -> None:
    """What is told twice is told once."""
    book = Book(room=10_000)
    book.subscribe(wants(1))
    book.subscribe(wants(1))

    assert book.told == {"events": 0, "subscriptions": 1, "dropped": 0}
    assert len(book.publish("e", "a", at=1, text=None, now=1)[1]) == 1


def test_an_event_that_fits_nowhere_is_only_handed_out() -> None:
    """One that is longer than the room is for those who wait now, and is told as dropped."""
    book = Book(room=1_000)
    book.subscribe(wants(1))

    _, found = book.publish("e", "a", at=1, text="x" * 2_000, now=1)

    assert [one.id for one in found] == ["s1"]
    assert book.told == {"events": 0, "subscriptions": 0, "dropped": 1}


def test_who_waits_goes_before_what_was_published() -> None:
    """Events make room for a wait; where that does not do, none of them goes for it."""
    book = Book(room=500)
    book.publish("e", "b", at=1, text="x" * 300, now=1)
    book.subscribe(wants(1))

    assert book.told == {"events": 1, "subscriptions": 1, "dropped": 0}
    book.subscribe(wants(2))
    assert book.told == {"events": 0, "subscriptions": 2, "dropped": 1}
    book.publish("e", "b", at=1, text="x" * 100, now=1)
    with pytest.raises(BookFullError, match="2 wait at this hub"):
        book.subscribe(wants(3, key="k" * 500))
    assert book.told == {"events": 1, "subscriptions": 2, "dropped": 1}
    assert issubclass(BookFullError, StepsError)


def test_what_is_old_is_forgotten() -> None:
    """An event is kept for the retention, and no longer than until the next one after it."""
    book = Book(room=10_000)
    book.publish("e", "a", at=0, text=None, now=0)
    book.publish("e", "a", at=0, text=None, now=DAY)

    book.publish("e", "a", at=0, text=None, now=RETENTION.total_seconds())

    assert book.told["events"] == 2
