"""What the write-ahead log comes to, and what is not written where nobody would find it."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack

import pytest

from swf.engine.store import points
from swf.engine.store.store import CHECKPOINT_COMMITS, LOG_PAGES, READERS, Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "swf.db", "normal")
    yield store
    with store.lock:
        store.close()


def test_the_log_begins_anew_though_readers_take_turns(store, tmp_path, monkeypatch):
    """Where there is a reader at any moment, none of them for long, the log ends."""
    log = tmp_path / "swf.db-wal"
    readers: list[ExitStack] = []

    def read() -> None:
        stack = ExitStack()
        connection, _ = stack.enter_context(store.reading())
        connection.execute("SELECT count(*) FROM meta").fetchone()
        readers.append(stack)

    def end(name: str) -> None:
        if name == "log.full":
            readers.pop().close()

    monkeypatch.setattr(points, "hook", end)
    size = LOG_PAGES * 4_096 // CHECKPOINT_COMMITS + 8_192
    for number in range(CHECKPOINT_COMMITS):
        store.begin()
        store.keep("text", "xy"[number % 2] * size)  # what stays the same is not written
        store.commit()
        read()
        if len(readers) > 1:
            readers.pop(0).close()
        store.checkpoint()

    assert readers == []
    assert log.stat().st_size == 0


def test_no_more_readers_are_kept_than_are_of_use(store):
    """However many read at once, only some of their connections stay open afterwards."""
    with ExitStack() as stack:
        lent = [stack.enter_context(store.reading())[0] for _ in range(READERS + 2)]

    open_still = [connection for connection in lent if connection in kept_by(store)]
    assert len(open_still) == READERS


def kept_by(store) -> list[object]:
    """Return the reading connections that a store keeps."""
    return [connection for connection, _ in store._readers]


def kept(store, text: str) -> bool:
    """Have a text kept for good; return whether that was done."""
    store.begin()
    try:
        store.keep("text", text)
        store.commit()
    except sqlite3.OperationalError:
        store.roll_back()
        return False
    return True


@pytest.mark.parametrize("name", ["swf.db", "swf.db-wal"])
@pytest.mark.parametrize("by", [None, b"", b"another"], ids=["nothing", "empty", "another"])
def test_nothing_is_committed_to_a_file_that_is_not_there_any_more(store, tmp_path, name, by):
    """A file that has gone, whatever is there instead, soon takes no commit until it is back."""
    place, elsewhere = tmp_path / name, tmp_path / "elsewhere.db"
    assert kept(store, "before")
    place.rename(elsewhere)
    if by is not None:
        place.write_bytes(by)

    taken = next(number for number in range(100_000) if not kept(store, str(number)))
    store.begin()
    with pytest.raises(
        sqlite3.OperationalError, match=f"{name} is not the file any more.*; put it"
    ):
        store.commit()
    store.roll_back()
    assert store.kept("text") == ("before" if taken == 0 else str(taken - 1))

    elsewhere.replace(place)
    assert kept(store, "after")
