"""A database is brought up to date step by step, each wholly or not at all."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest

from swf.engine.store import migration, points
from swf.engine.store.database import open_writer
from swf.engine.store.migration import Migration, bundled, migrate, newest, statements
from swf.exceptions import DatabaseError, DatabaseReadOnlyError

STEPS = (
    Migration(1, "CREATE TABLE a (x); INSERT INTO a VALUES (1);"),
    Migration(2, "CREATE TABLE b (x); INSERT INTO b SELECT x + 1 FROM a;"),
    Migration(3, "ALTER TABLE b ADD COLUMN y;"),
)


class Crashed(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def path(tmp_path):
    """Where a database would be."""
    return tmp_path / "engine.db"


@pytest.fixture
def crash():
    """Have the n-th arrival at a place raise; whatever comes after it is not reached."""

    def at(name: str, nth: int = 1) -> None:
        arrivals: list[str] = []

        def hook(reached: str) -> None:
            arrivals.append(reached)
            if reached == name and arrivals.count(name) == nth:
                raise Crashed

        points.hook = hook

    yield at
    points.hook = None


def version(connection: sqlite3.Connection) -> int:
    """Return the format that a database is in."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return number


def tables(path) -> set[str]:
    """Return the names of the tables in a file."""
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}


class TestBundled:
    def test_they_are_numbered_from_one(self):
        """There is one file for each number, in order."""
        assert [one.number for one in bundled()] == list(range(1, newest() + 1))

    def test_they_make_a_database_of_ours(self, path):
        """Migrated, a file has our mark and the newest format, and SQLite finds it sound."""
        with closing(open_writer(path)) as connection:
            migrate(connection, path)
            (mark,) = connection.execute("PRAGMA application_id").fetchone()
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()

            assert (mark, version(connection), sound) == (migration.APPLICATION_ID, newest(), "ok")

    def test_migrating_again_changes_nothing(self, path):
        """A file in the newest format is left alone, and not copied."""
        with closing(open_writer(path)) as connection:
            migrate(connection, path)
            before = connection.total_changes
            migrate(connection, path)

            assert connection.total_changes == before
        assert not list(path.parent.glob("*.bak"))


class TestMigrate:
    def test_steps_are_applied_in_order(self, path):
        """Each step that the file has not seen is applied, and no other."""
        with closing(open_writer(path)) as connection:
            migrate(connection, path, STEPS[:1])
            migrate(connection, path, STEPS)

            assert connection.execute("SELECT x, y FROM b").fetchall() == [(2, None)]
            assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]
            assert version(connection) == 3

    def test_a_file_that_holds_something_is_copied_first(self, path):
        """The copy is what the file was, complete, and its owner's alone; a new file has none."""
        with closing(open_writer(path)) as connection:
            migrate(connection, path, STEPS[:1])
            assert not list(path.parent.glob("*.bak"))
            connection.execute("INSERT INTO a VALUES (7)")
            migrate(connection, path, STEPS)

        backup = path.with_name("engine.db.v1.bak")
        assert [one.name for one in path.parent.glob("engine.db.*")] == [backup.name]
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        assert tables(backup) == {"a"}
        with closing(open_writer(backup)) as connection:
            assert version(connection) == 1
            assert connection.execute("SELECT x FROM a").fetchall() == [(1,), (7,)]

    def test_a_step_that_fails_leaves_nothing(self, path):
        """The steps before it stay, and the error says what the file is now."""
        broken = Migration(2, "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1);")
        with closing(open_writer(path)) as connection:
            with pytest.raises(DatabaseError, match=r"format 2 .*; it is as it was before"):
                migrate(connection, path, [STEPS[0], broken])

            assert version(connection) == 1
            assert not connection.in_transaction
        assert tables(path) == {"a"}

    def test_a_step_that_breaks_a_rule_leaves_nothing(self, path):
        """A constraint that the data breaks undoes the step too."""
        broken = Migration(2, "CREATE TABLE b (x NOT NULL); INSERT INTO b VALUES (NULL);")
        with closing(open_writer(path)) as connection:
            with pytest.raises(DatabaseError, match="NOT NULL constraint failed"):
                migrate(connection, path, [STEPS[0], broken])

            assert not connection.in_transaction
        assert tables(path) == {"a"}

    @pytest.mark.parametrize(
        ("place", "nth", "found"),
        [
            ("backup.before", 1, 1),
            ("backup.copied", 1, 1),
            ("backup.after", 1, 1),
            ("migrate.before", 1, 1),
            ("migrate.applied", 1, 1),
            ("migrate.after", 1, 2),
            ("migrate.applied", 2, 2),
            ("migrate.after", 2, 3),
        ],
    )
    def test_cut_off_anywhere_it_is_finished_later(self, path, crash, place, nth, found):
        """Wherever it ends, the file is in one format or the next, and is migrated from there."""
        with closing(open_writer(path)) as connection:
            migrate(connection, path, STEPS[:1])
            crash(place, nth)
            with pytest.raises(Crashed):
                migrate(connection, path, STEPS)
            points.hook = None
            assert version(connection) == found
            migrate(connection, path, STEPS)

            assert version(connection) == 3
            assert connection.execute("SELECT x, y FROM b").fetchall() == [(2, None)]
        assert not list(path.parent.glob("*.partial"))

    def test_without_a_place_for_the_copy_nothing_is_migrated(self, path):
        """A file that cannot be copied stays as it is."""
        with closing(open_writer(path)) as connection:
            migrate(connection, path, STEPS[:1])
            path.with_name("engine.db.v1.bak").mkdir()
            with pytest.raises(DatabaseError, match=r"v1\.bak: is a directory"):
                migrate(connection, path, STEPS)

            assert version(connection) == 1

    def test_a_connection_that_cannot_write_is_told_so(self, path):
        """A file that may only be read is not migrated."""
        with closing(open_writer(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            with pytest.raises(DatabaseReadOnlyError, match="may not be written to"):
                migrate(connection, path, STEPS)


class TestStatements:
    def test_a_script_is_cut_where_its_statements_end(self):
        """A semicolon within a string, a comment or a trigger ends no statement."""
        script = """
            -- one; comment
            INSERT INTO a VALUES ('x;y');
            CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; DELETE FROM b; END;
            -- the end
        """

        found = [one.strip() for one in statements(script)]

        assert len(found) == 2
        assert found[0].endswith("INSERT INTO a VALUES ('x;y');")
        assert found[1].endswith("DELETE FROM b; END;")

    def test_a_script_that_stops_short_is_refused(self):
        """A string that nobody closes is a mistake of the script, and is told."""
        with pytest.raises(ValueError, match="a statement does not end"):
            list(statements("SELECT 'x;"))
