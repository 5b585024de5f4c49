"""What is told on stderr while a command runs."""

from __future__ import annotations

import logging
import os
import pickle

import pytest
from terminals import typed

from swf.cli import logs


@pytest.mark.parametrize(
    ("told", "verbosity", "level"),
    [
        ("", 0, logging.WARNING),
        ("", 1, logging.INFO),
        ("", 2, logging.DEBUG),
        ("ERROR", 0, logging.ERROR),
        ("debug", 0, logging.DEBUG),
        ("warn", 0, logging.WARNING),
        ("FATAL", 0, logging.CRITICAL),
        ("debug", 1, logging.DEBUG),
    ],
)
def test_the_level_is_that_of_the_variable_or_the_louder_option(
    monkeypatch: pytest.MonkeyPatch, told: str, verbosity: int, level: int
) -> None:
    """LOG_LEVEL sets it, -v and -vv go below it, without both it is WARNING."""
    monkeypatch.setenv("LOG_LEVEL", told)
    logs.configure(verbosity)

    assert logging.getLogger("swf").level == level


@pytest.mark.parametrize("told", ["nonsense", "10"])
def test_what_is_no_level_is_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """A LOG_LEVEL that is none is a usage error that names those there are."""
    monkeypatch.setenv("LOG_LEVEL", told)

    refused = typed("domain", "list")

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"LOG_LEVEL: no level '{told}'; there are DEBUG, INFO, WARNING, ERR" in refused.stderr
    assert typed("--help").exit_code == 0


def test_records_are_harmless_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A record is written once, however often it was configured, without control characters."""
    logs.configure(1)
    logs.configure(1)
    logging.getLogger("swf.test").info("name %s", "\x1b[31mred")

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith(" INFO swf.test: name ?[31mred\n")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("before", [None, "ERROR"])
def test_a_level_is_named_within_a_block(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    """LOG_LEVEL names it there, and afterwards what it did before, if anything."""
    if before is None:
        monkeypatch.delenv("LOG_LEVEL", raising=False)
    else:
        monkeypatch.setenv("LOG_LEVEL", before)

    with logs.at("DEBUG"):
        assert os.environ["LOG_LEVEL"] == "DEBUG"
    assert os.environ.get("LOG_LEVEL") == before


def test_what_is_told_here_is_told_where_an_actor_is_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An actor that is unpickled has its process tell records of the same level, as this one."""
    logger = logging.getLogger("swf")
    logs.configure(1)
    sent = pickle.dumps(logs.InChildren(logger.level))
    logger.setLevel(logging.ERROR)
    logger.handlers.clear()

    arrived = pickle.loads(sent)
    logger.info("here")

    assert arrived.level == logging.INFO
    assert capsys.readouterr().err.endswith(" INFO swf: here\n")
