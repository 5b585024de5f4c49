"""What is particular to a directory."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from swf.clock import ManualClock
from swf.exceptions import PayloadStoreError
from swf.payload import FileStore

DAY = timedelta(days=1)


def place(root: Path) -> Path:
    (found,) = root.glob("??/*")
    return found


def test_a_relative_path_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A process that changes its directory goes on with the same store."""
    monkeypatch.chdir(tmp_path)
    store = FileStore("kept")
    monkeypatch.chdir("/")

    assert store.path == tmp_path / "kept"


def test_what_was_damaged_is_written_anew(tmp_path: Path):
    """Putting again what lies there damaged mends it."""
    store = FileStore(tmp_path)
    key = store.put(b"data")
    place(tmp_path).write_bytes(b"da")

    assert store.put(b"data") == key
    assert store.get(key, 4) == b"data"


def test_what_is_put_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A loss of power after `put` takes neither the payload nor its name."""
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", lambda opened: synced.append(os.fstat(opened).st_ino))
    FileStore(tmp_path).put(b"data")

    wanted = (place(tmp_path), place(tmp_path).parent, tmp_path)
    assert synced == [path.stat().st_ino for path in wanted]


def linked(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("put_there", [linked, os.mkfifo])
def test_what_is_no_plain_file_is_no_payload(tmp_path: Path, put_there: Callable[[Path], None]):
    """A link is not followed, a pipe not waited for; a payload takes the place of either."""
    store = FileStore(tmp_path)
    key = store.put(b"data")
    found = place(tmp_path)
    found.unlink()
    put_there(found)

    with pytest.raises(PayloadStoreError, match="cannot be read"):
        store.get(key, 4)
    assert store.put(b"data") == key
    assert store.get(key, 4) == b"data"


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path):
    """Nobody has a file made elsewhere by who puts something into a store."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(PayloadStoreError, match="cannot be written to"):
        FileStore(tmp_path / "store").put(b"data")
    assert not (tmp_path / "elsewhere").exists()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What could not be made durable is neither there nor half there."""
    store = FileStore(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(PayloadStoreError, match="No space left"):
            store.put(b"data")

    assert list(tmp_path.glob("??/*")) == []
    assert list(store.keys()) == []


def test_what_a_dead_process_left_is_collected_too(tmp_path: Path):
    """A write that was cut off is no payload, and goes with the old ones beside it."""
    clock = ManualClock(datetime.now(UTC))
    store = FileStore(tmp_path, clock=clock)
    key = store.put(b"data")
    (place(tmp_path).parent / "unfinished-1").write_bytes(b"da")
    clock.advance(2 * DAY.total_seconds())
    fresh = place(tmp_path / "x") if (tmp_path / "x").exists() else None

    assert fresh is None
    assert list(store.keys()) == [key]
    assert store.collect(DAY) == [key]
    assert list(tmp_path.glob("??/*")) == []


def test_what_vanishes_meanwhile_is_not_told(tmp_path: Path):
    """A payload that another collector took first is not among what was deleted."""
    store = FileStore(tmp_path)
    key = store.put(b"data")
    store.delete(key)

    assert store._delete_older(key, datetime.now(UTC) + DAY) is False
