"""What an engine's file must be, and how it is opened."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from quickest import quickest
from unprivileged import as_nobody, directory_of_nobody

from swf.engine.store import database, migration
from swf.engine.store.database import migrate, open_reader, open_writer
from swf.exceptions import (
    DatabaseCorruptError,
    DatabaseError,
    DatabaseForeignError,
    DatabaseFullError,
    DatabaseLockedError,
    DatabaseMissingError,
    DatabaseNewerError,
    DatabaseReadOnlyError,
)


@pytest.fixture
def path(tmp_path):
    """Where a database would be."""
    return tmp_path / "engine.db"


@pytest.fixture
def made(path):
    """The path of a database that was made and closed again."""
    with closing(open_writer(path)) as connection:
        migrate(connection, path)
    return path


def pragma(connection: sqlite3.Connection, name: str) -> object:
    """Return what a PRAGMA says."""
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return value


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Have this umask while the block runs."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


class TestOpenWriter:
    @pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("normal", 1)])
    def test_what_durability_means(self, path, durability, synchronous):
        """Whatever the durability there is a write-ahead log; `full` syncs with every commit."""
        with closing(open_writer(path, durability)) as connection:
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == synchronous
            assert pragma(connection, "busy_timeout") == database.BUSY_SECONDS * 1000
            assert connection.isolation_level is None

    @pytest.mark.parametrize("opened", [open_writer, open_reader])
    def test_a_file_may_not_call_what_it_likes(self, made, opened):
        """Functions that do something are not called by the views and triggers of a file."""
        with closing(opened(made)) as connection:
            assert pragma(connection, "trusted_schema") == 0

    def test_another_durability_is_none(self, path):
        """A word that is no durability is refused before there is a file."""
        with pytest.raises(ValueError, match="'full' or 'normal', got 'off'"):
            open_writer(path, "off")

        assert not path.exists()

    @pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
    def test_a_new_file_is_its_owner_s_alone(self, path, mask):
        """Under whatever umask, nobody else can read the file, nor those that SQLite makes."""
        with umask(mask), closing(open_writer(path)) as connection:
            migrate(connection, path)

            modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}

        assert {name: mode for name, mode in modes.items() if name.startswith("engine.db")} == {
            "engine.db": 0o600,
            "engine.db-wal": 0o600,
            "engine.db-shm": 0o600,
        }

    def test_what_was_committed_is_there_when_it_is_opened_again(self, made):
        """Closed and opened, the file has what was written to it."""
        with closing(open_writer(made)) as connection:
            connection.execute("INSERT INTO meta VALUES ('a', 'b')")
        with closing(open_writer(made)) as connection:
            assert connection.execute("SELECT * FROM meta").fetchall() == [("a", "b")]

    def test_an_empty_file_becomes_a_database(self, path):
        """A file of no bytes, as a temporary file is, is as good as none."""
        path.touch()
        with closing(open_writer(path)) as connection:
            migrate(connection, path)

        assert path.read_bytes()[:15] == b"SQLite format 3"

    def test_any_name_is_a_name(self, tmp_path):
        """Characters that mean something in a URI mean nothing in a path."""
        path = tmp_path / "file: 50% #1?mode=rwc&ö"
        with closing(open_writer(path)) as connection:
            migrate(connection, path)
        with closing(open_reader(path)) as connection:
            assert connection.execute("SELECT * FROM meta").fetchall() == []

        assert path.exists()

    def test_in_memory_there_is_no_file(self, tmp_path):
        """Without a path the database is this connection's, and gone with it."""
        with closing(open_writer(None)) as connection:
            migrate(connection, None)
            assert pragma(connection, "user_version") == migration.newest()

        assert [one.name for one in tmp_path.iterdir()] == ["home"]

    def test_any_thread_may_use_it(self, path):
        """The connection is not bound to the thread that opened it."""
        found = []
        with closing(open_writer(path)) as connection:
            other = threading.Thread(
                target=lambda: found.append(pragma(connection, "journal_mode"))
            )
            other.start()
            other.join(10)

        assert found == ["wal"]


class TestRefusals:
    def test_a_missing_directory(self, tmp_path):
        """The message names the directory to make; none is made."""
        with pytest.raises(DatabaseMissingError, match=r"no does not exist; make it first"):
            open_writer(tmp_path / "no" / "engine.db")

        assert not (tmp_path / "no").exists()

    def test_a_directory(self, tmp_path):
        """A directory is not opened as a file."""
        for opened in (open_writer, open_reader):
            with pytest.raises(DatabaseError, match="is a directory; name a file"):
                opened(tmp_path)

    def test_a_file_of_two_names(self, made):
        """By each name it would have a log and an owner, unknown to who uses the other."""
        made.with_name("another.db").hardlink_to(made)

        with pytest.raises(DatabaseError, match="remove one of the names"):
            open_writer(made)
        open_reader(made).close()  # who has it open already goes on
        made.with_name("another.db").unlink()
        open_writer(made).close()

    def test_what_is_no_database(self, path):
        """A text is left as it is."""
        path.write_text("A shopping list: " + "milk, " * 1000)
        before = path.read_bytes()

        with pytest.raises(DatabaseForeignError, match="not an SQLite database; name another"):
            open_writer(path)

        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        "statement",
        ["CREATE TABLE t (x)", "PRAGMA user_version = 3", "PRAGMA application_id = 77"],
    )
    def test_the_database_of_another_program(self, path, statement):
        """A database that is not ours is left as it is, its journal included."""
        with closing(sqlite3.connect(path)) as other:
            other.execute(statement)
        before = path.read_bytes()

        with pytest.raises(DatabaseForeignError, match="of another program; name another file"):
            open_writer(path)

        assert path.read_bytes() == before
        assert not path.with_name("engine.db-wal").exists()

    def test_a_newer_file(self, made):
        """A file of a later version is refused by both kinds of connection, and not changed."""
        with closing(sqlite3.connect(made)) as later:
            later.execute(f"PRAGMA user_version = {migration.newest() + 1}")
        before = made.read_bytes()

        for opened in (open_writer, open_reader):
            with pytest.raises(DatabaseNewerError, match="upgrade the package, or name another"):
                opened(made)

        assert made.read_bytes() == before

    def test_a_damaged_header(self, made):
        """A database whose first page makes no sense is called damaged, not foreign."""
        content = bytearray(made.read_bytes())
        content[16:40] = b"\xff" * 24
        made.write_bytes(content)

        with pytest.raises(DatabaseCorruptError, match="restore it from a backup"):
            open_writer(made)

    def test_a_damaged_schema(self, made):
        """A file that SQLite finds damaged when it looks at the tables is called so."""
        content = bytearray(made.read_bytes())
        content[100:4096] = b"\xff" * 3996
        made.write_bytes(content)

        with pytest.raises(DatabaseCorruptError, match="is damaged"):
            open_writer(made)

    def test_a_file_that_is_cut_short(self, made):
        """Half a database is not taken for a whole one."""
        content = made.read_bytes()
        made.write_bytes(content[: len(content) // 2 // 4096 * 4096])

        with pytest.raises(DatabaseCorruptError, match="restore it from a backup"):
            open_writer(made).close()

    def test_a_file_that_is_read_only(self):
        """A file that may only be read is refused when it is opened, not with the first commit."""
        with directory_of_nobody() as directory, as_nobody():
            path = directory / "engine.db"
            with closing(open_writer(path)) as connection:
                migrate(connection, path)
            path.chmod(0o400)

            with pytest.raises(DatabaseReadOnlyError, match="see who owns it"):
                open_writer(path)

    def test_a_directory_that_is_read_only(self):
        """Where no file can be made beside it, a database cannot be written to either."""
        with directory_of_nobody() as directory, as_nobody():
            path = directory / "engine.db"
            with closing(open_writer(path)) as connection:
                migrate(connection, path)
            directory.chmod(0o500)

            with pytest.raises(DatabaseReadOnlyError, match="see who owns it"):
                open_writer(path)
            with pytest.raises(DatabaseReadOnlyError, match="see who owns it"):
                open_writer(directory / "new.db")

    def test_a_disk_that_takes_no_more(self, path):
        """Where there is no room for the tables, the error says so, and there is none of them."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, hard))
        try:
            with (
                pytest.raises(DatabaseError, match="full, over quota, or failing"),
                closing(open_writer(path)) as connection,
            ):
                migrate(connection, path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        with closing(open_writer(path)) as connection:
            migrate(connection, path)
            assert pragma(connection, "integrity_check") == "ok"

    def test_a_full_disk(self, path):
        """A migration that finds no room is undone, told as that, and succeeds later."""
        with closing(open_writer(path)) as connection:
            connection.execute("PRAGMA max_page_count = 5")
            with pytest.raises(DatabaseFullError, match="make some and try again"):
                migrate(connection, path)
            assert not connection.in_transaction
            assert pragma(connection, "user_version") == 0
            connection.execute("PRAGMA max_page_count = 1000000")
            migrate(connection, path)

            assert pragma(connection, "user_version") == migration.newest()

    def test_a_file_that_another_program_has_locked(self, made):
        """A program that is none of ours and locks the file is told within a second."""
        with closing(sqlite3.connect(made, isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode = DELETE")
            other.execute("BEGIN EXCLUSIVE")

            def opened() -> None:
                with pytest.raises(DatabaseLockedError, match="close what has it open") as refused:
                    open_writer(made)
                assert refused.value.pid is None

            assert quickest(opened, 1) < 1


class TestOpenReader:
    def test_it_sees_what_is_committed_and_nothing_else(self, made):
        """Beside the writer, a reader sees each commit, and never a transaction under way."""
        with closing(open_writer(made)) as writer, closing(open_reader(made)) as reader:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("INSERT INTO meta VALUES ('a', 'b')")
            assert reader.execute("SELECT * FROM meta").fetchall() == []
            writer.execute("COMMIT")

            assert reader.execute("SELECT * FROM meta").fetchall() == [("a", "b")]

    def test_it_cannot_write(self, made):
        """Whatever is asked of it, a reader changes nothing."""
        with (
            closing(open_reader(made)) as reader,
            pytest.raises(sqlite3.OperationalError, match="readonly"),
        ):
            reader.execute("INSERT INTO meta VALUES ('a', 'b')")

    def test_a_file_that_is_not_there(self, path):
        """A reader makes no file."""
        with pytest.raises(DatabaseMissingError, match="no such file"):
            open_reader(path)

        assert not path.exists()

    def test_a_file_of_an_earlier_version(self, made):
        """A reader does not migrate, and says who does."""
        with closing(sqlite3.connect(made)) as earlier:
            earlier.execute("PRAGMA user_version = 0")

        with pytest.raises(DatabaseError, match="open it with an engine once"):
            open_reader(made)
