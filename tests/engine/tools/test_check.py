"""A database is checked against its histories, and one bad run is set aside."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing

import pytest
from embedded_harness import (
    DOMAIN,
    Service,
    child,
    complete,
    marker,
    schedule,
    signal_external,
    timer,
)

from swf.clock import ManualClock
from swf.engine import Engine
from swf.engine.store.lock import FileLock
from swf.engine.tools import check
from swf.exceptions import DatabaseForeignError, DatabaseLockedError, DatabaseMissingError

Break = Callable[..., None]


@pytest.fixture
def path(tmp_path):
    """Where a database would be."""
    return tmp_path / "engine.db"


def lived(url: str) -> Service:
    """Return an engine in which all sorts of things have happened, and some are still open."""
    service = Service(url)
    first = service.start("first", taskList={"name": "one"}, tagList=["red", "blue"])
    first.decide(
        schedule("a"), schedule("b"), timer("t", 1_000), child("kid"), marker(), task_list="one"
    )
    service.start("second", taskList={"name": "two"}).decide(complete(), task_list="two")
    third = service.start("third", taskList={"name": "three"}, tagList=["red"])
    third.decide(signal_external("first"), schedule("c"), task_list="three")
    service.work()
    task = service.activity_task()
    service.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], details="half")
    service.clock.advance(20)
    return service


@pytest.fixture
def made(path):
    """The path of such a database; its engine is closed."""
    lived(f"sqlite:///{path}?poll_seconds=0").close()
    return path


@pytest.fixture
def damage(made) -> Break:
    """Change the tables of the database behind everybody's back."""

    def change(statement: str, *values: object) -> None:
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            assert connection.execute(statement, values).rowcount >= 1

    return change


def complaints(target) -> set[tuple[str | None, int | None, str]]:
    """Return what a check finds, as (workflow id, event, complaint)."""
    report = check(target)
    assert not report.sound
    return {(one.workflow_id, one.event_id, one.what) for one in report.problems}


class TestCheck:
    @pytest.mark.parametrize("url", ["memory://?poll_seconds=0", "file"])
    def test_what_an_engine_wrote_is_sound(self, url, path):
        """While it runs, on a file or in memory, an engine's database agrees with its histories."""
        service = lived(f"sqlite:///{path}?poll_seconds=0" if url == "file" else url)
        report = check(service.engine)
        service.close()

        assert report.problems == ()
        assert report.sound
        assert report.executions == 4
        assert report.events > 20
        assert str(report) == f"4 executions, {report.events} events\nsound"

    def test_a_file_is_checked_while_another_has_it_open(self, path):
        """A path can be checked beside the engine that writes to it."""
        service = lived(f"sqlite:///{path}?poll_seconds=0")
        report = check(path)
        service.close()

        assert report.sound
        assert check(str(path)).events == report.events

    def test_a_checksum_that_is_wrong(self, made, damage):
        """An event that is not as it was recorded is named; nothing else of its run is told."""
        damage("UPDATE event SET attributes = '{}' WHERE run = 3 AND id = 2")

        assert complaints(made) == {("second", 2, "its checksum is wrong")}

    @pytest.mark.parametrize("gone", [1, 3])
    def test_an_event_that_is_missing(self, made, damage, gone):
        """A gap in a history is named by the event that is not there."""
        damage("DELETE FROM event WHERE run = 1 AND id = ?", gone)

        assert complaints(made) == {("first", gone, "is missing")}

    def test_events_that_are_missing_at_the_end(self, made, damage):
        """A history that is shorter than it was lacks each of the events."""
        damage("DELETE FROM event WHERE run = 3 AND id > 3")

        assert complaints(made) == {("second", 4, "is missing"), ("second", 5, "is missing")}

    def test_an_event_too_many(self, made, damage):
        """An event beyond the last is none of the history's."""
        damage("UPDATE execution SET last_event_id = 4 WHERE run = 3")

        assert complaints(made) == {("second", 5, "is beyond the last, 4")}

    def test_a_history_that_cannot_be(self, made, damage):
        """Events that are each sound and contradict one another are told as the engine finds it."""
        damage("UPDATE execution SET workflow_id = 'other' WHERE run = 1")
        damage("UPDATE event SET type = 'TimerFired' WHERE run = 3 AND id = 5")
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            connection.create_function("sum_of", 5, checksum)
            connection.execute(
                "UPDATE event SET checksum = sum_of(run, id, type, at, attributes) WHERE run = 3"
            )
        found = {what for workflow_id, _, what in complaints(made) if workflow_id == "second"}

        assert found == {
            "event 5, TimerFired: its startedEventId is None, by which no timer is open"
        }

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ("close_status = 'FAILED'", "its close_status is 'FAILED', its history says None"),
            ("task_list = 'x'", "its task_list is 'x', its history says 'one'"),
            ("last_started_id = 2", "its last_started_id is 2, its history says 3"),
            ("cancel_requested = 1", "its cancel_requested is True, its history says False"),
            ("open_counts = '{', tag_list = '['", "its state cannot be read: "),
        ],
    )
    def test_a_state_that_is_not_what_the_history_tells(self, made, damage, change, complaint):
        """Whatever an execution's row says otherwise than its events is told with both."""
        damage(f"UPDATE execution SET {change} WHERE run = 1")

        assert any(
            workflow_id == "first" and what.startswith(complaint)
            for workflow_id, _, what in complaints(made)
        )

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ("UPDATE entity SET name = 'x' WHERE kind = 'timer'", "what event 7 opened is Timer("),
            ("DELETE FROM entity WHERE kind = 'child_workflow_execution'", "is None, its history"),
            ("UPDATE entity SET due = due + 1 WHERE kind = 'workflow_execution'", "is due at"),
            ("UPDATE entity SET domain = 'x' WHERE event_id = 1", "is in domain 'x'"),
            ("UPDATE entity SET waiting = 0 WHERE kind = 'decision_task'", "does not wait"),
            ("UPDATE entity SET facts = '[' WHERE event_id = 1", "its state cannot be read"),
            ("UPDATE entity SET kind = 'x' WHERE event_id = 1", "its state cannot be read"),
        ],
    )
    def test_something_open_that_is_not_what_the_history_tells(
        self, made, damage, change, complaint
    ):
        """What is open is what the events left open, in line and on the clock."""
        damage(change)

        assert any(complaint in what for _, _, what in complaints(made))

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ("DELETE FROM execution WHERE run = 1", "has events, and there is no such execution"),
            ("UPDATE entity SET run = 99 WHERE run = 1", "has something open, and there is no"),
            ("UPDATE execution_tag SET closed = 1", "is listed by a tag otherwise than it is"),
            ("DELETE FROM purge", "is closed, and would never be forgotten"),
        ],
    )
    def test_tables_that_disagree(self, made, damage, change, complaint):
        """What one table has, and the others know nothing of, is told."""
        damage(change)

        assert any(what.startswith(complaint) for _, _, what in complaints(made))

    def test_what_is_being_forgotten_is_no_complaint(self, made, damage):
        """Events of an execution that is being purged may outlive it."""
        damage("DELETE FROM execution WHERE run = 3")
        damage("INSERT OR REPLACE INTO purge VALUES (1, 3)")

        assert check(made).sound

    def test_a_damaged_index(self, made):
        """What SQLite itself finds wrong is told in its words, and belongs to no run."""
        with closing(sqlite3.connect(made, isolation_level=None)) as connection:
            (root,) = connection.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'open_by_start'"
            ).fetchone()
        content = bytearray(made.read_bytes())
        start = (root - 1) * 4096
        content[start + 3 : start + 5] = b"\0\0"  # no cells
        made.write_bytes(content)

        report = check(made, repair=True)

        assert any(str(one).startswith("SQLite: ") and one.run is None for one in report.problems)
        assert not report.sound
        assert report.repaired == ()

    def test_a_damaged_table(self, path):
        """An event that cannot be read is named, and the rest is checked all the same."""
        service = Service(f"sqlite:///{path}?poll_seconds=0")
        for number in range(8):
            run = service.start(f"w{number}", taskList={"name": f"l{number}"})
            run.decide(marker(details="x" * 3_000), task_list=f"l{number}")
        service.close()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            (root,) = connection.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'event'"
            ).fetchone()
        content = bytearray(path.read_bytes())
        start = (root - 1) * 4096
        content[start + 8 : start + 12] = b"\xff" * 4  # where its last part is
        path.write_bytes(content)

        report = check(path)

        named = [one for one in report.problems if one.workflow_id is not None]
        assert named
        assert {one.workflow_id for one in named} < {f"w{number}" for number in range(8)}
        assert all("cannot be read: database disk image is malformed" in str(one) for one in named)
        assert all(one.event_id is not None for one in named)

    def test_a_damaged_header(self, made):
        """A file that is none any more is reported, as it can be no better."""
        content = bytearray(made.read_bytes())
        content[16:40] = b"\xff" * 24
        made.write_bytes(content)

        report = check(made)

        assert not report.sound
        assert "restore it from a backup" in str(report)
        assert str(report).endswith("\n1 problems")

    def test_what_is_no_database_of_ours_is_not_checked(self, path, tmp_path):
        """A file that is missing, or another's, is an error."""
        with pytest.raises(DatabaseMissingError):
            check(path)
        (tmp_path / "text").write_text("text " * 1000)
        with pytest.raises(DatabaseForeignError):
            check(str(tmp_path / "text"))


def checksum(*columns: object) -> int:
    """Return what an event's checksum has to be."""
    from_columns = "|".join(map(str, columns))
    return zlib.crc32(from_columns.encode())


class TestRepair:
    def test_the_bad_run_is_set_aside_and_the_others_go_on(self, made, damage):
        """No call finds it, nothing of it is handed out or due, and nothing else has changed."""
        damage("UPDATE event SET attributes = '{}' WHERE run = 1 AND id = 2")
        with Engine.open(f"sqlite:///{made}?poll_seconds=0", clock=ManualClock()) as engine:
            others = found(engine) - {"first"}

        report = check(made, repair=True)

        assert report.repaired == (1,)
        assert report.sound
        assert "set aside now: 1" in str(report)
        again = check(made)
        assert again.problems == ()
        assert again.set_aside == (1,)
        assert "set aside before: 1" in str(again)
        with Engine.open(f"sqlite:///{made}?poll_seconds=0", clock=ManualClock()) as engine:
            assert found(engine) == others
            tags = {"tagFilter": {"tag": "red"}, "startTimeFilter": {"oldestDate": 0.0}}
            told = engine.handle("ListOpenWorkflowExecutions", {"domain": DOMAIN, **tags})
            assert {one["execution"]["workflowId"] for one in told["executionInfos"]} <= others
        with closing(sqlite3.connect(made)) as connection:
            rows = connection.execute("SELECT count(*) FROM entity WHERE run = 1").fetchone()
            events = connection.execute("SELECT count(*) FROM event WHERE run = 1").fetchone()
            why = connection.execute("SELECT quarantined FROM execution WHERE run = 1").fetchone()
        assert rows == (0,)
        assert events[0] > 5
        assert why == ("its checksum is wrong",)

    def test_a_running_engine_is_repaired(self, path):
        """Through an engine, what is set aside is gone from its memory too."""
        service = lived(f"sqlite:///{path}?poll_seconds=0")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("UPDATE event SET attributes = '{}' WHERE run = 4 AND id = 3")

        report = check(service.engine, repair=True)

        assert report.repaired == (4,)
        assert check(service.engine).set_aside == (4,)
        assert service.refused("SignalWorkflowExecution", workflowId="third", signalName="s") == (
            "UnknownResourceFault",
            "Unknown execution, workflowId = third",
        )
        service.start("third")
        service.clock.advance(200_000)
        assert check(service.engine).sound
        service.close()

    def test_a_sound_database_is_not_touched(self, made):
        """Where nothing is wrong, a repair writes nothing, and needs no lock."""
        before = made.read_bytes()
        lock = FileLock(made)
        lock.acquire()
        report = check(made, repair=True)
        lock.release()

        assert report.repaired == ()
        assert made.read_bytes() == before

    def test_a_file_in_use_is_not_repaired(self, path, made, damage):
        """What an engine has open is repaired through that engine."""
        damage("UPDATE event SET attributes = '{}' WHERE run = 3 AND id = 2")
        with (
            Engine.open(f"sqlite:///{made}?poll_seconds=0", clock=ManualClock()),
            pytest.raises(DatabaseLockedError, match="in this process already"),
        ):
            check(made, repair=True)

        assert check(made).set_aside == ()


def found(engine: Engine) -> set[str]:
    """Return the workflow ids that an engine lists, open or closed."""
    ids = set()
    for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
        params = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0.0}}
        for info in engine.handle(operation, params)["executionInfos"]:
            ids.add(info["execution"]["workflowId"])
    return ids
