"""Secrets stay where they were told: not in a log, a repr, an error, a URL, or another's file."""

from __future__ import annotations

import logging
import os
import pickle
import stat
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from embedded import client_of, server_process

import swf
from swf.cli.main import swf as command
from swf.exceptions import NotPicklableError, SWFError
from swf.flow import Decider, Worker, Workflow, activity, start
from swf.models import Domain
from swf.payload import FileStore, Payloads
from swf.server.sigv4 import KeyPair

KEY_ID: Final = "AKIACANARY0KEY0ID000"
SECRET: Final = "canary-secret-0123456789abcdefghijklmnop"
SESSION: Final = "canary-session-0123456789abcdefghijklmno"
CONTENT: Final = "canary-content-of-a-payload"
CANARIES: Final = (SECRET, SESSION)


@activity(version="1")
def told(secret: str) -> str:
    """Return what it was told, and log nothing."""
    return secret


@activity(version="1")
def refuses(secret: str) -> str:
    """Fail with what it was told."""
    raise ValueError(f"no {secret}")


class Tells(Workflow):
    """Hands a secret on, and waits for another."""

    version = "1"

    def run(self, secret: str) -> str:
        self.wait_signal("more").result  # noqa: B018
        first = self.submit(told, secret).result
        assert self.submit(refuses.with_options(raises_on_failure=False), secret).exception
        return str(first)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """All that the package logs, at any level, with what goes along."""
    kept: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(f"{self.format(record)} {vars(record)}")

    logger, handler = logging.getLogger("swf"), Keeping()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield kept
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture(scope="module")
def demanding() -> Iterator[str]:
    """The URL of a server that demands a key pair."""
    pair = {"SWF_SERVER_ACCESS_KEY_ID": KEY_ID, "SWF_SERVER_SECRET_ACCESS_KEY": SECRET}
    given = ("--db", "memory://", "--port", "0", "--poll-seconds", "1")
    with server_process(*given, environment=pair) as server:
        yield server.url


@pytest.fixture
def signing(demanding: str) -> str:
    """The same; the settings have its key pair."""
    swf.settings.set(
        endpoint_url=demanding,
        domain="shop",
        region="eu-west-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        aws_session_token=SESSION,
    )
    return demanding


def test_no_log_tells_a_secret_or_a_payload(signing: str, logged: list[str]) -> None:
    """A workflow with a secret runs, fails and is refused; no record of any level has it."""
    Domain("shop", retention_period=1).save()
    decider, worker = Decider(Tells), Worker([told, refuses])
    for actor in (decider, worker):
        actor.start(block=False)
    handle = start(Tells, CONTENT, workflow_id="one")
    handle.signal("more", CONTENT)
    assert handle.result(60) == CONTENT
    with pytest.raises(SWFError):
        handle.execution.signal("more", CONTENT)
    for actor in (decider, worker):
        actor.stop()
        assert actor.join(60)

    logs = "\n".join(logged)

    assert "begins activity-" in logs
    assert [one for one in CANARIES if one in logs] == []
    assert [line for line in logged if CONTENT in line and "ValueError" not in line] == []
    assert "taskToken" not in logs
    assert signing not in logs


def test_an_error_tells_no_secret(signing: str) -> None:
    """Neither the words of an error, nor what caused it, nor its fields, have a key."""
    wrong = swf.connect(signing, aws_access_key_id=KEY_ID, aws_secret_access_key=SESSION)
    nowhere = swf.connect("http://127.0.0.1:9", aws_access_key_id="A", aws_secret_access_key=SECRET)

    for connection in (wrong, nowhere):
        with pytest.raises(SWFError) as caught:
            Domain("shop", connection=connection).save()
        text = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))

        assert [one for one in CANARIES if one in text] == []


def test_no_repr_tells_a_secret(signing: str) -> None:
    """What can be printed can be printed: connections, settings, models, actors, key pairs."""
    connection = swf.connect()
    Domain("shop", connection=connection).exists  # noqa: B018  (now it has a client)
    printed: list[Any] = [
        connection,
        swf.settings.get(),
        swf.settings.Setting(SECRET, "somewhere", secret=True),
        Domain("shop", connection=connection),
        Decider(Tells),
        KeyPair(KEY_ID, SECRET),
    ]
    shown = [repr(one) for one in printed if not isinstance(one, dict)]

    assert [text for text in shown if any(canary in text for canary in CANARIES)] == []


@pytest.mark.usefixtures("signing")
@pytest.mark.parametrize(
    "line", ["config show --all", "info settings", "info environment", "-vv doctor"]
)
def test_no_command_tells_a_secret(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown of keys is masked, in the settings as in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION)

    ran = CliRunner().invoke(command, line.split())

    assert ran.exit_code in (0, 1), ran.output
    assert ran.output
    assert [one for one in CANARIES if one in ran.output] == []


def test_a_server_tells_no_secret(signing: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither what a server prints nor what it answers to anybody has its key."""
    thief = client_of(signing, access_key=KEY_ID, secret_key="guessed")
    with pytest.raises(Exception, match="signature") as caught:
        thief.list_domains(registrationStatus="REGISTERED")
    answered = str(vars(caught.value))
    printed = capfd.readouterr()

    assert SECRET not in answered + printed.out + printed.err


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666, 0o777])
def test_a_file_of_keys_that_others_may_read_is_warned_of(
    mode: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """~/.swf with keys, readable by group or world, is warned of; a private one is not."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    file = home / ".swf"
    file.write_text(f"[credentials]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n")
    file.chmod(mode)

    with pytest.warns(swf.settings.SettingsWarning, match="chmod 600") as warned:
        swf.settings.get()
    file.chmod(0o600)
    swf.settings.get()

    assert SECRET not in str(warned[0].message)


def test_what_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    """Database, journals, lock and payloads are nobody else's to read, whatever the umask."""
    before = os.umask(0)
    try:
        folder = tmp_path / "made"
        folder.mkdir()
        with server_process("--db", str(folder / "swf.db"), "--port", "0") as server:
            swf.settings.set(endpoint_url=server.url)
            Domain("shop", retention_period=1).save()
            payloads = Payloads(store=FileStore(folder / "payloads"), limit=1)
            payloads.dump(CONTENT)
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode) for path in sorted(folder.iterdir())
            }
    finally:
        os.umask(before)

    assert {"swf.db", "swf.db-wal", "swf.db-shm", "swf.db.lock", "payloads"} <= set(modes)
    assert {name for name, mode in modes.items() if mode & 0o077} == set()


@pytest.mark.usefixtures("signing")
def test_keys_that_a_program_was_told_do_not_leave_it() -> None:
    """A connection whose keys no other process could find by itself cannot be pickled."""
    with pytest.raises(NotPicklableError) as caught:
        pickle.dumps(swf.connect())

    assert [one for one in CANARIES if one in str(caught.value)] == []
