"""`swf doctor`: what is wrong, and what to type."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from embedded import server_process
from serving import Handler, answering, fault, listening
from terminals import BASIC, typed
from unprivileged import as_nobody, directory_of_nobody

import swf
from examples.flow.basic import BasicWorkflow
from swf import settings
from swf.cli.setup.examining import Examined
from swf.engine import Engine, close_all
from swf.exceptions import SettingsWarning
from swf.flow import start
from swf.models import Domain

pytestmark = pytest.mark.usefixtures("folder")


@contextmanager
def server_of_time(date: str) -> Iterator[str]:
    """Yield the address of a server that takes this for the time, and has no domains."""

    class Late(Handler):
        def date_time_string(self, _timestamp: float | None = None) -> str:
            return date

        def answer(self) -> None:
            if self.command == "POST":
                self.received()
            self.reply(200, b'{"domainInfos": []}')

    with listening(Late) as url:
        yield url


def found(*words: str) -> dict[str, dict[str, str]]:
    """Return what the doctor finds, by what it is about; the last finding of each."""
    ran = typed("doctor", "-o", "json", *words)
    told = {one["about"]: one for one in json.loads(ran.stdout)}
    is_wrong = any(one["state"] == "problem" for one in told.values())
    assert ran.exit_code == is_wrong
    return told


def test_a_sound_place_is_told_as_such() -> None:
    """Where nothing is wrong there is no problem, and the exit code is 0."""
    connection = swf.connect("sqlite:///shop.db")
    start(BasicWorkflow, 1, 0, domain="shop", connection=connection).terminate()
    close_all()

    ran = typed("doctor", "-d", "shop", "--endpoint-url", "sqlite:///shop.db")

    assert ran.exit_code == 0
    assert "ok      domain: 'shop' is registered\n" in ran.stdout
    assert "ok      executions: 0 open, none of them stuck\n" in ran.stdout
    assert "problem" not in ran.stdout
    assert "SQLite 3." in ran.stdout


def test_no_domain() -> None:
    """Where no domain is told, those that are there are named, and how to say one."""
    swf.settings.set(endpoint_url="memory://")
    none = found()["domain"]
    Domain("shop").save()
    one = found()["domain"]

    assert none["type"].startswith("`swf domain register NAME`")
    assert one["told"] == "none is told; there are shop"
    assert one["type"] == "-d shop, or `export SWF_DOMAIN=shop`"


def test_an_unknown_or_deprecated_domain() -> None:
    """A domain that is not there is told with its nearest, and what makes it usable."""
    swf.settings.set(endpoint_url="memory://")
    Domain("shop").save()
    unknown = found("-d", "shoop")["domain"]
    Domain("shop").delete()
    deprecated = found("-d", "shop")["domain"]

    assert unknown["told"].startswith("'shoop' is not there")
    assert "did you mean 'shop'?" in unknown["told"]
    assert unknown["type"] == "`swf domain register shoop`"
    assert deprecated["type"] == "`swf domain undeprecate shop`"


def test_types_that_nobody_registered() -> None:
    """A domain without types is warned of, and who registers them is named."""
    swf.settings.set(endpoint_url="memory://")
    Domain("shop").save()
    told = found("-d", "shop")

    assert told["workflow types"]["state"] == told["activity types"]["state"] == "warning"
    assert "swf decider start" in told["workflow types"]["type"]
    assert "swf worker start" in told["activity types"]["type"]


def test_an_execution_that_nobody_takes(folder: Path) -> None:
    """An execution whose task list nobody polls is found, and what to type."""
    with server_process(
        "--db", str(folder / "shop.db"), "--port", "0", "--poll-seconds", "0"
    ) as server:
        where = ("-d", "shop", "--endpoint-url", server.url, "--patience", "0")
        begun = typed("workflow.start", BASIC, "-i", "[1, 0]", "--workflow-id", "one", *where[:4])
        everything = found(*where)
        one = found("one", *where)
        typed("decider", "start", BASIC, "--one-task", *where[:4])
        decided = found("one", *where)
        swf.flow.get("one", domain="shop", connection=swf.connect(server.url)).terminate()
        closed = found("one", *where)

    assert begun.exit_code == 0
    assert everything["one"] == {**one["one"], "told": everything["one"]["told"]}
    assert "its decision task has waited" in one["one"]["told"]
    assert one["one"]["type"] == "`swf decider start MODULE -t example -d shop`"
    assert decided["one"]["type"] == "`swf worker start examples.flow.basic -t quickstart -d shop`"
    assert closed["one"]["told"] == "is closed: TERMINATED"
    assert "clock" in everything


def test_nobody_listens() -> None:
    """An endpoint that nobody serves is told with what serves it; nothing more is looked at."""
    told = found("--endpoint-url", "http://127.0.0.1:1", "-d", "shop")

    assert list(told)[-1] == "endpoint"
    assert "swf server start" in told["endpoint"]["type"]


def test_credentials_that_do_not_do() -> None:
    """What the SWF says to the credentials is told, and where they come from can be seen."""
    refusal = fault("UnrecognizedClientException", "The security token is invalid")
    with answering(refusal) as server:
        told = found("--endpoint-url", server.url, "-d", "shop")["endpoint"]

    assert "The security token is invalid" in told["told"]
    assert told["type"] == "`swf config show` tells which credentials are in effect"


@pytest.mark.parametrize(
    ("minutes", "state"), [(0, "ok"), (1, "warning"), (-1, "warning"), (30, "problem")]
)
def test_a_clock_that_is_off(minutes: int, state: str) -> None:
    """A clock that differs from the server's is told; by minutes, requests will be refused."""
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    with server_of_time(date) as url:
        assert found("--endpoint-url", url)["clock"]["state"] == state


def test_settings_that_cannot_be_understood(tmp_path: Path) -> None:
    """A broken settings file is told with its line; nothing more is looked at."""
    (tmp_path / "home" / ".swf").write_text("[nonsense]\n")
    told = found()

    assert list(told) == ["installation", "settings"]
    assert "unknown section [nonsense]" in told["settings"]["told"]


def test_secrets_that_others_can_read(tmp_path: Path) -> None:
    """A settings file with keys that others may read is warned of, and what closes it."""
    file = tmp_path / "home" / ".swf"
    file.write_text("[credentials]\naws_access_key_id = a\naws_secret_access_key = b\n")
    file.chmod(0o644)

    with pytest.warns(SettingsWarning):
        ran = typed("doctor", "--endpoint-url", "memory://")

    assert f"chmod 600 {file}" in ran.stdout


def test_a_file_that_is_not_there(folder: Path) -> None:
    """Looking for a database does not make it; what makes it is told."""
    told = found("--endpoint-url", "sqlite:///no.db")

    assert told["database"]["state"] == "warning"
    assert told["database"]["type"] == f"`swf server start --db {folder}/no.db` makes it"
    assert list(folder.iterdir()) == []


def test_what_cannot_be_looked_at_is_a_finding() -> None:
    """Where a look fails, that is told in its place, below all that was found before."""
    told = found("--endpoint-url", "memory://", "-d", "a:b")

    assert list(told) == ["installation", "settings", "database", "endpoint", "domain"]
    assert told["domain"]["state"] == "problem"
    assert "must not contain ':'" in told["domain"]["told"]


def test_a_directory_is_no_database(folder: Path) -> None:
    """A directory is told to be none, and nothing is told to be done to it."""
    (folder / "shop").mkdir()
    told = found("--endpoint-url", "sqlite:///shop")

    assert told["settings"]["told"] == "the endpoint is sqlite:///shop (the command line)"
    assert told["database"]["told"] == f"{folder}/shop: is a directory"
    assert "chmod" not in told["database"]["type"]
    assert list(told) == ["installation", "settings", "database"]


def test_a_file_that_another_process_has_to_itself(folder: Path) -> None:
    """A database that its owner does not serve is told, with the owner's process id."""
    with Engine.open(f"sqlite:///{folder}/shop.db"):
        told = found("--endpoint-url", "sqlite:///shop.db")["database"]

    assert told["state"] == "problem"
    assert f"in use by process {os.getpid()}, which does not serve it" in told["told"]


def test_a_file_that_others_can_read(folder: Path) -> None:
    """A database that others may read is warned of, and what closes it."""
    Engine.open(f"sqlite:///{folder}/shop.db").close()
    (folder / "shop.db").chmod(0o644)

    ran = typed("doctor", "--endpoint-url", "sqlite:///shop.db")

    assert f"chmod 600 {folder}/shop.db" in ran.stdout


def test_what_is_in_memory() -> None:
    """An SWF in memory is warned of: no other command will find anything there."""
    told = found("--endpoint-url", "memory://")["database"]

    assert told["state"] == "warning"
    assert "sqlite:///" in told["type"]


def test_a_folder_that_may_not_be_written_to() -> None:
    """A database cannot be made where its folder is not ours to write to."""
    with directory_of_nobody(0o555) as folder, as_nobody():
        told = found("--endpoint-url", f"sqlite:///{folder}/shop.db")["database"]

    assert told["state"] == "problem"
    assert "its folder cannot be written to" in told["told"]


def test_a_path_that_no_file_can_have(folder: Path) -> None:
    """A URL that names no place is told."""
    told = found("--endpoint-url", "sqlite:///shop.db?color=red")["database"]

    assert told["state"] == "problem"
    assert "'color' is no option" in told["told"]


def test_a_server_that_has_no_clock() -> None:
    """What is no date says nothing of the clock."""
    with server_of_time("noon") as url:
        assert "clock" not in found("--endpoint-url", url)


def test_amazons_own_clock_is_looked_at() -> None:
    """Without an endpoint, the clock is compared with that of the region's."""
    amazon = Examined({"region": settings.Setting("eu-west-1", "here")}, patience=5)
    ours = Examined({"endpoint_url": settings.Setting("http://127.0.0.1:1", "here")}, patience=5)

    assert amazon.address == "https://swf.eu-west-1.amazonaws.com"
    assert ours.address == "http://127.0.0.1:1"
    assert Examined({}, patience=5).address == ""


def test_what_is_no_database(folder: Path) -> None:
    """A file of somebody else's is told as such."""
    (folder / "letter.db").write_text("Dear Sir or Madam, " * 100)
    told = found("--endpoint-url", "sqlite:///letter.db", "-d", "shop")

    assert "is not an SQLite database" in told["endpoint"]["told"]
    assert (folder / "letter.db").read_text().startswith("Dear Sir")
