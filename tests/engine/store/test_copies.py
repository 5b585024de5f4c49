"""A copy of a database is complete, or is not there."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing

import pytest

from swf.engine.store import points
from swf.engine.store.copies import copy
from swf.exceptions import DatabaseMissingError


@pytest.fixture
def source(tmp_path):
    """A connection to a database in WAL mode with a thousand rows, some not checkpointed."""
    with closing(sqlite3.connect(tmp_path / "source.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
            " INSERT INTO t SELECT i FROM n"
        )
        yield connection


def count(path) -> int:
    """Return how many rows a copy has."""
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM t").fetchone()
        return number


def test_a_copy_is_one_private_file(source, tmp_path):
    """All that is committed is in it, nothing is beside it, and its owner alone may read it."""
    target = tmp_path / "copies" / "copy.db"
    target.parent.mkdir()
    copy(source, target)

    assert [one.name for one in target.parent.iterdir()] == ["copy.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert count(target) == 1000


def test_a_copy_is_on_the_disk_before_it_has_its_name(source, tmp_path, monkeypatch):
    """A loss of power leaves the copy before, or all of this one: it is synced, then named."""
    target = tmp_path / "copy.db"
    synced: list[int] = []
    by_then: dict[str, set[int]] = {}
    monkeypatch.setattr(os, "fsync", lambda opened: synced.append(os.fstat(opened).st_ino))
    monkeypatch.setattr(points, "hook", lambda name: by_then.setdefault(name, set(synced)))
    copy(source, target)

    assert target.stat().st_ino in by_then["backup.copied"]
    assert synced[-1] == tmp_path.stat().st_ino


def test_a_copy_replaces_the_one_before(source, tmp_path):
    """Copied to the same place again, there is the newer copy, though an attempt was cut off."""
    target = tmp_path / "copy.db"
    (tmp_path / "copy.db.partial").write_text("half of it")
    copy(source, target)
    source.execute("DELETE FROM t WHERE x > 10")
    copy(source, target)

    assert count(target) == 10
    assert not (tmp_path / "copy.db.partial").exists()


def test_without_its_directory_there_is_no_copy(source, tmp_path):
    """A place that is not there is told."""
    with pytest.raises(DatabaseMissingError, match="make it first"):
        copy(source, tmp_path / "no" / "copy.db")
