"""`swf server`: an SWF on a file."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from terminals import BASIC, terminal, typed

import swf
from swf.engine import close_all
from swf.models import Domain

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def ran(folder: Path) -> None:
    """A database `shop.db` in which an execution `one` was run to its end."""
    here = ("--db", "shop.db", "--workflow-id", "one", "-d", "default")
    assert typed("run", BASIC, "-i", "[1, 0]", *here).exit_code == 0


def test_a_server_starts_and_stops(folder: Path) -> None:
    """It tells clients how to reach it, is found by the file, and stops when it is told to."""
    with terminal(
        *("server", "start", "--db", "shop.db", "--port", "0", "--poll-seconds=0"), cwd=folder
    ) as server:
        told = server.await_text("export AWS_ENDPOINT_URL_SWF=http://127.0.0.1:")
        swf.settings.set(endpoint_url=told.partition("AWS_ENDPOINT_URL_SWF=")[2].split()[0])
        Domain("shop").save()
        assert f"sqlite:///{folder}/shop.db" in told

        status = typed("server", "status", "--db", "shop.db", "-o", "json")
        assert status.exit_code == 0
        [standing] = json.loads(status.stdout)
        assert (standing["state"], standing["pid"]) == ("serving", server.process.pid)

        again = typed("server", "start", "--db", "shop.db", "--port", "0")
        assert again.exit_code == 1
        assert f"in use by process {server.process.pid}" in again.stderr

        stopped = typed("server", "stop", "--db", "shop.db")
        assert stopped.stderr == f"process {server.process.pid} has stopped\n"
        assert server.process.wait(30) == 0
    assert Domain("shop", connection=swf.connect("sqlite:///shop.db")).exists


def test_ctrl_c_stops_a_server(folder: Path) -> None:
    """An interrupted server ends in good order: exit code 0, and no traceback."""
    with terminal("server", "start", "--db", "shop.db", "--port", "0", cwd=folder) as server:
        server.await_text("export AWS_ENDPOINT_URL_SWF=")
        assert server.interrupt(signal.SIGINT) == 0
    assert "Traceback" not in server.text


def test_what_is_not_served_is_told_as_it_is() -> None:
    """A missing and a stopped database are no failure to look at, and nothing to stop."""
    missing = typed("server", "status", "--db", "no.db")
    stopped = typed("server", "stop", "--db", "no.db")

    assert missing.exit_code == 1
    assert "missing" in missing.stdout
    assert stopped.exit_code == 0
    assert "is not served; nothing to stop" in stopped.stderr


@pytest.mark.usefixtures("ran")
def test_a_check_tells_sound_from_damaged(folder: Path) -> None:
    """The exit code of a check is 0 only where the database is sound, and repair makes it so."""
    sound = typed("server", "check", "--db", "shop.db")
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("UPDATE event SET type = 'WorkflowExecutionFailed' WHERE id = 3")
        database.commit()
    damaged = typed("server", "check", "--db", "shop.db", "-o", "json")
    repaired = typed("server", "check", "--db", "shop.db", "--repair")

    assert (sound.exit_code, damaged.exit_code, repaired.exit_code) == (0, 1, 0)
    assert sound.stdout.endswith("\nsound\n")
    assert json.loads(damaged.stdout)["problems"][0]["workflow_id"] == "one"
    assert "set aside now: " in repaired.stdout


@pytest.mark.usefixtures("ran")
def test_a_backup_is_a_database(folder: Path) -> None:
    """The copy is complete; its path is printed. The database itself is never replaced."""
    copied = typed("server", "backup", "copy.db", "--db", "shop.db")
    onto_itself = typed("server", "backup", "shop.db", "--db", "shop.db")

    assert copied.stdout == f"{folder}/copy.db\n"
    assert typed("server", "check", "--db", "copy.db").exit_code == 0
    assert onto_itself.exit_code == 1
    assert "name another file for the backup" in onto_itself.stderr


@pytest.mark.usefixtures("ran")
def test_a_history_moves_to_another_database() -> None:
    """What is exported from one database is the same in the one that it was imported into."""
    here = ("-d", "default", "--endpoint-url", "sqlite:///shop.db")
    exported = typed("server", "export", "one", "--file", "one.json", *here)
    on_stdout = typed("server", "export", "one", *here)
    imported = typed("server", "import", "one.json", "--db", "other.db")
    there = ("-d", "default", "--endpoint-url", "sqlite:///other.db")
    again = typed("server", "export", "one", *there)

    document = json.loads(on_stdout.stdout)
    assert (exported.exit_code, exported.stdout) == (0, "")
    assert json.loads(Path("one.json").read_text()) == document
    assert imported.stdout == f"{document['execution']['runId']}\n"
    assert json.loads(again.stdout) == document
    assert document["workflowType"] == {"name": "basic", "version": "example"}


@pytest.mark.usefixtures("ran")
def test_a_history_is_exported_from_the_database_that_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--db` goes before the settings' SWF; a file that is not there is told, and not made."""
    monkeypatch.setenv("SWF_ENDPOINT_URL", "memory://")
    here = ("-d", "default", "--db", "shop.db")
    exported = typed("server", "export", "one", *here)
    unknown = typed("server", "export", "one", "-d", "defualt", *here[2:])
    missing = typed("server", "export", "one", "-d", "default", "--db", "shpo.db")

    assert json.loads(exported.stdout)["execution"]["workflowId"] == "one"
    assert (unknown.exit_code, "did you mean 'default'" in unknown.stderr) == (10, True)
    assert missing.exit_code == 10
    assert "shpo.db: there is no such database" in missing.stderr
    assert not (folder / "shpo.db").exists()


@pytest.mark.usefixtures("ran")
def test_what_is_here_already_is_not_imported() -> None:
    """A run that the database has is refused, and so is what is no history."""
    here = ("-d", "default", "--endpoint-url", "sqlite:///shop.db")
    typed("server", "export", "one", "--file", "one.json", *here)
    close_all()
    Path("list.json").write_text("[]")
    Path("broken.json").write_text("{")

    twice = typed("server", "import", "one.json", "--db", "shop.db")
    no_object = typed("server", "import", "list.json", "--db", "shop.db")
    no_json = typed("server", "import", "broken.json", "--db", "shop.db")

    assert twice.exit_code == 11
    assert "is here already" in twice.stderr
    assert "is no history" in no_object.stderr
    assert "broken.json: not JSON" in no_json.stderr


def test_a_server_needs_sound_options() -> None:
    """What a server cannot do is refused before it makes a file."""
    refused = typed("server", "start", "--db", "x.db", "--host", "10.0.0.1", "--port", "0")

    assert refused.exit_code == 2
    assert "a key pair must be configured" in refused.stderr
    assert refused.stderr.splitlines()[-1].startswith("Error: host: 10.0.0.1 can be reached")
    assert not Path("x.db").exists()
