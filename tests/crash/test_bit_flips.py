"""A bit that changes on the disk is found, and named with the run and the event it is in."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from embedded_harness import Service, marker, schedule, timer
from seeded import seeds

from swf.engine.tools import check

DETAILS = "The quick brown fox jumps over the lazy dog; "


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    """A file with five executions of some events each, all of them in the file itself."""
    path = tmp_path_factory.mktemp("flips") / "engine.db"
    service = Service(f"sqlite:///{path}?poll_seconds=0")
    for number in range(5):
        lines = f"line {number}"
        run = service.start(f"w{number}", input=f"input of w{number}", taskList={"name": lines})
        run.decide(
            marker(details=f"{DETAILS}{number}"),
            schedule(f"a{number}"),
            timer(f"t{number}"),
            task_list=lines,
        )
        run.signal(f"s{number}")
    service.close()
    return path


@pytest.fixture
def copied(database, tmp_path) -> Path:
    """A copy of it that a test may damage."""
    return Path(shutil.copy(database, tmp_path / "engine.db"))


def events(path: Path) -> list[tuple[int, int]]:
    """Return run and id of every event."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT run, id FROM event ORDER BY run, id").fetchall()


def flipped(value: int | str, rng: random.Random) -> int | bytes:
    """Return a column's value with one bit of it changed."""
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(31))
    content = bytearray(value.encode())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def test_an_undamaged_file_is_sound(database):
    """Before anything is flipped, there is nothing to complain of."""
    report = check(database)

    assert report.sound
    assert report.problems == ()
    assert report.executions == 5
    assert report.events == len(events(database))


@pytest.mark.parametrize("number", range(5))
def test_a_bit_of_a_payload_on_the_disk(copied, number):
    """Whichever bit of a marker's details flips in the file, its event is named."""
    rng = random.Random(number)
    content = bytearray(copied.read_bytes())
    at = content.index(f"{DETAILS}{number}".encode()) + rng.randrange(len(DETAILS))
    content[at] ^= 1 << rng.randrange(8)
    copied.write_bytes(content)

    (problem,) = check(copied).problems

    assert (problem.workflow_id, problem.event_id) == (f"w{number}", 5)
    assert str(problem).startswith(f"run {number + 1}, workflowId=w{number}, runId=")
    assert str(problem).endswith("event 5: its checksum is wrong")


@pytest.mark.parametrize("column", ["type", "at", "attributes", "checksum"])
@pytest.mark.parametrize("seed", seeds(40))
def test_a_bit_of_any_column(copied, column, seed):
    """In whatever column of an event's row a bit flips, text or not, the event is named."""
    rng = random.Random(f"{column}/{seed}")
    run, event_id = rng.choice(events(copied))
    where = "WHERE run = ? AND id = ?"
    with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
        (value,) = connection.execute(
            f"SELECT {column} FROM event {where}", (run, event_id)
        ).fetchone()
        change = flipped(value, rng)
        new = "CAST(? AS TEXT)" if isinstance(change, bytes) else "?"
        connection.execute(f"UPDATE event SET {column} = {new} {where}", (change, run, event_id))

    report = check(copied)

    told = {(one.run, one.event_id) for one in report.problems if one.run is not None}
    assert told == {(run, event_id)}
    assert not report.sound


@pytest.mark.parametrize("seed", seeds(40))
def test_a_bit_of_an_event_s_id(copied, seed):
    """An event that became another by its key is missing where it was."""
    rng = random.Random(seed)
    run, event_id = rng.choice(events(copied))
    with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE event SET id = id + ? WHERE run = ? AND id = ?",
            (1 << rng.randrange(4, 20), run, event_id),
        )

    report = check(copied)

    assert (run, event_id) in {(one.run, one.event_id) for one in report.problems}


@pytest.mark.parametrize("seed", seeds(200))
def test_a_bit_anywhere_in_the_pages_of_events(copied, seed):
    """Wherever on a page with events a bit flips, it changes nothing that is read, or is found."""
    rng = random.Random(seed)
    before = whole(copied)
    with closing(sqlite3.connect(copied)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'event'"
        ).fetchone()
    content = bytearray(copied.read_bytes())
    content[(root - 1) * 4096 + rng.randrange(4096)] ^= 1 << rng.randrange(8)
    copied.write_bytes(content)

    report = check(copied)

    assert report.problems or whole(copied) == before


def whole(path: Path) -> list[object]:
    """Return every event as it is read; what cannot be read is nothing."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        return connection.execute("SELECT * FROM event ORDER BY run, id").fetchall()
