"""A file that any landed format was written in opens now, with all that was in it."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import stored_file
from embedded_harness import Service, complete

from swf.engine.store.database import open_writer
from swf.engine.store.migration import bundled, migrate, newest
from swf.engine.tools import check

VERSIONS = range(1, newest() + 1)


@pytest.fixture(params=VERSIONS, ids=lambda version: f"v{version}")
def version(request) -> int:
    """Each format that there has been."""
    return request.param


@pytest.fixture
def old(version, tmp_path) -> Path:
    """A file that the code of that format made."""
    path = tmp_path / "engine.db"
    path.write_bytes(gzip.decompress((stored_file.FOLDER / f"v{version}.db.gz").read_bytes()))
    return path


@pytest.fixture
def service(old):
    """An engine on that file."""
    service = Service(f"sqlite:///{old}?poll_seconds=0", furnished=False)
    yield service
    service.close()


def schema(path: Path) -> list[tuple[str, str]]:
    """Return the tables and indexes of a file as they were declared."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()


def test_everything_is_read_as_it_was(version, service):
    """Descriptions and histories of all executions are what was read from the file back then."""
    kept = json.loads((stored_file.FOLDER / f"v{version}.json").read_text(encoding="utf-8"))

    assert json.loads(json.dumps(stored_file.told(service))) == kept


def test_what_was_under_way_goes_on(service):
    """Waiting tasks are handed out, and a signalled execution comes to its end."""
    task = service.decision_task("waiting")
    assert task["workflowExecution"]["workflowId"] == "waiting"
    service.answer(task, complete())

    assert service.decision_task("untouched")["workflowExecution"]["workflowId"] == "untouched"
    service.verify()


def test_it_is_sound_and_of_the_newest_format(version, old):
    """Opened once, the file passes its own check, and a copy of what it was is beside it."""
    Service(f"sqlite:///{old}?poll_seconds=0", furnished=False).close()

    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newest(),)
    assert check(old).sound
    assert old.with_name(f"engine.db.v{version}.bak").exists() is (version < newest())


def test_a_landed_format_is_not_changed_any_more(version, old, tmp_path):
    """Files out there are in it: what changes is a migration of its own."""
    path = tmp_path / "new.db"
    with closing(open_writer(path)) as connection:
        migrate(connection, path, bundled()[:version])

    assert schema(path) == schema(old)
