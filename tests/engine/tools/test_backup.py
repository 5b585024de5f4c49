"""A backup is a complete database, taken while the engine goes on."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from embedded_harness import Service

from swf.engine.tools import backup, check
from swf.exceptions import DatabaseError, DatabaseMissingError


@pytest.fixture(params=["memory://?poll_seconds=0", "file"])
def service(request, tmp_path):
    """An engine in memory, and one on a file, with one execution each."""
    own = request.param.startswith("memory")
    service = Service(
        request.param if own else f"sqlite:///{tmp_path / 'engine.db'}?poll_seconds=0"
    )
    service.start("w")
    yield service
    service.close()


def count(path: Path) -> int:
    """Return how many executions a copy has, which is sound."""
    report = check(path)
    assert report.sound
    return report.executions


def test_a_backup_can_be_opened_and_goes_on(service, tmp_path):
    """All that was answered is in it, nothing is beside it, and its owner alone may read it."""
    target = tmp_path / "copies" / "copy.db"
    target.parent.mkdir()

    assert backup(service.engine, str(target)) == target

    assert [one.name for one in target.parent.iterdir()] == ["copy.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    copy = Service(f"sqlite:///{target}?poll_seconds=0", clock=service.clock, furnished=False)
    assert copy.decision_task()["workflowExecution"]["workflowId"] == "w"
    copy.close()


def test_a_backup_replaces_the_one_before(service, tmp_path):
    """Taken to the same place, the later backup is there."""
    target = tmp_path / "copy.db"
    backup(service.engine, target)
    service.start("another")
    backup(service.engine, target)

    assert count(target) == 2


def test_a_file_that_nobody_has_open_is_copied(tmp_path):
    """A path will do."""
    service = Service(f"sqlite:///{tmp_path / 'engine.db'}?poll_seconds=0")
    service.start("w")
    service.close()

    assert count(backup(tmp_path / "engine.db", tmp_path / "copy.db")) == 1


def test_the_engine_answers_meanwhile(tmp_path):
    """Backups taken again and again while others write are each sound, and never shrink."""
    service = Service(f"sqlite:///{tmp_path / 'engine.db'}?poll_seconds=0")
    stop = threading.Event()
    started = []

    def write() -> None:
        while not stop.is_set():
            service.start(f"w{len(started)}")
            started.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    sizes = []
    try:
        for _ in range(5):
            before = len(started)
            report = check(backup(service.engine, tmp_path / "copy.db"))
            assert report.sound
            assert report.executions >= before
            sizes.append(report.executions)
    finally:
        stop.set()
        writer.join(20)
        service.close()

    assert sizes == sorted(sizes)
    assert len(started) > 0


def test_a_database_in_use_is_no_place_for_a_backup(tmp_path):
    """Neither the database itself nor another that is open is replaced."""
    one = Service(f"sqlite:///{tmp_path / 'one.db'}?poll_seconds=0")
    other = Service(f"sqlite:///{tmp_path / 'other.db'}?poll_seconds=0")

    for target in ("one.db", "other.db"):
        with pytest.raises(DatabaseError, match="name another file for the backup"):
            backup(one.engine, tmp_path / target)
    other.close()
    one.close()
    with pytest.raises(DatabaseError, match="name another file for the backup"):
        backup(tmp_path / "one.db", tmp_path / "one.db")


def test_without_its_directory_there_is_no_backup(service, tmp_path):
    """A place that is not there is told, and nothing is left of the attempt."""
    with pytest.raises(DatabaseMissingError, match="make it first"):
        backup(service.engine, tmp_path / "no" / "copy.db")
