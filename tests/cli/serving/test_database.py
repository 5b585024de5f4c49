"""The database that a command is about."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from embedded import server_process

import swf
from swf.cli.serving import database
from swf.engine import Engine
from swf.exceptions import DatabaseError, SettingsError

pytestmark = pytest.mark.usefixtures("folder")


def test_a_file_is_named_by_its_path_or_as_a_url(folder: Path) -> None:
    """A path and the URL of the same file mean the same."""
    assert database.path_of("a b.db") == folder / "a b.db"
    assert database.path_of("sqlite:///a b.db") == folder / "a b.db"


def test_without_a_name_it_is_that_of_the_settings(folder: Path) -> None:
    """The endpoint of the settings names the file, where it is one; else it is swf.db."""
    assert database.path_of(None) == folder / "swf.db"
    swf.settings.set(endpoint_url="http://127.0.0.1:1")
    assert database.path_of(None) == folder / "swf.db"
    swf.settings.set(endpoint_url="sqlite:///shop.db?durability=normal")
    assert database.path_of(None) == folder / "shop.db"


def test_what_is_in_memory_is_no_file() -> None:
    """A command about a file refuses an SWF in memory."""
    with pytest.raises(SettingsError, match="is kept in memory; name a file"):
        database.path_of("memory://")


def test_looking_makes_no_file(folder: Path) -> None:
    """A database that is not there is missing still when it was looked at."""
    assert database.standing(folder / "no.db").state == "missing"
    assert list(folder.iterdir()) == []


def test_a_server_is_found_and_stopped(folder: Path) -> None:
    """It is told who serves a database and where; stopped, the file is free."""
    path = folder / "shop.db"
    with server_process("--db", str(path), "--port", "0", "--poll-seconds", "0") as server:
        served = database.standing(path)
        assert (served.state, served.pid) == ("serving", server.process.pid)
        assert served.address == server.url

        assert database.stop(path, 30).pid == server.process.pid
        assert server.process.wait(30) == 0
    assert database.standing(path).state == "stopped"
    assert database.stop(path, 30).state == "stopped"


def test_who_is_no_server_is_not_stopped(folder: Path) -> None:
    """A process that has the file open and serves nobody is named, and left alone."""
    path = folder / "shop.db"
    with Engine.open(f"sqlite:///{path}"):
        assert database.standing(path).state == "in use"
        with pytest.raises(DatabaseError, match=r"in use by process \d+, which is no server"):
            database.stop(path, 1)


def test_a_server_that_does_not_stop_is_told(folder: Path) -> None:
    """Where the server has not stopped in time, it is said what ends it."""
    path = folder / "shop.db"
    with server_process("--db", str(path), "--port", "0", "--poll-seconds", "0") as server:
        server.process.send_signal(signal.SIGSTOP)  # it hears nothing
        try:
            with pytest.raises(DatabaseError, match=rf"kill -9 {server.process.pid}"):
                database.stop(path, 0.1)
        finally:
            server.process.send_signal(signal.SIGCONT)
