"""Room that is given back, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from embedded_harness import Service

from swf.engine.tools import check, vacuum
from swf.exceptions import DatabaseLockedError, DatabaseMissingError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database that nobody has open, of which most is gone."""
    path = tmp_path / "engine.db"
    service = Service(f"sqlite:///{path}?poll_seconds=0")
    service.start("w")
    service.close()
    sql = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "c.execute('CREATE TABLE waste (x)'); "
        "c.execute('INSERT INTO waste VALUES (zeroblob(1000000))'); c.commit(); "
        "c.execute('DROP TABLE waste'); c.commit(); c.close()"
    )
    subprocess.run([sys.executable, "-c", sql, str(path)], check=True)
    return path


def test_room_is_given_back(file: Path) -> None:
    """The file is as small as what is in it, which is sound; the bytes of both are told."""
    size = file.stat().st_size

    found = vacuum(file)

    assert found.before == size
    assert found.after == file.stat().st_size < size - 900_000
    report = check(file)
    assert report.sound
    assert report.executions == 1
    assert vacuum(str(file)).before == found.after


def test_a_file_in_use_is_left_alone(file: Path) -> None:
    """While an engine has it open nothing happens to it."""
    service = Service(f"sqlite:///{file}?poll_seconds=0", furnished=False)

    with pytest.raises(DatabaseLockedError):
        vacuum(file)
    service.close()


def test_no_file_is_made(tmp_path: Path) -> None:
    """Where there is no database there is none afterwards."""
    with pytest.raises(DatabaseMissingError, match="there is no such database"):
        vacuum(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("place", ["vacuum.before", "vacuum.committed", "vacuum.after"])
def test_a_crash_loses_nothing(file: Path, place: str) -> None:
    """Killed at any of its places, the database is sound and has all that it had."""
    code = (
        "import os, signal, sys\n"
        "from swf.engine.store import points\n"
        "from swf.engine.tools import vacuum\n"
        "def hook(name):\n"
        "    if name == sys.argv[2]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "points.hook = hook\n"
        "vacuum(sys.argv[1])\n"
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", code, str(file), place],
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert ran.returncode == -9

    service = Service(f"sqlite:///{file}?poll_seconds=0", furnished=False)
    service.close()
    report = check(file)
    assert report.sound
    assert report.executions == 1
