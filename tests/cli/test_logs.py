"""What is told on stderr while a command runs."""

from __future__ import annotations

import logging

import pytest

from swf.cli import logs


@pytest.mark.parametrize(
    ("told", "verbosity", "level"),
    [
        ("", 0, logging.WARNING),
        ("", 1, logging.INFO),
        ("", 2, logging.DEBUG),
        ("ERROR", 0, logging.ERROR),
        ("debug", 0, logging.DEBUG),
        ("debug", 1, logging.DEBUG),
        ("nonsense", 0, logging.WARNING),
    ],
)
def test_the_level_is_that_of_the_variable_or_the_louder_option(
    monkeypatch: pytest.MonkeyPatch, told: str, verbosity: int, level: int
) -> None:
    """LOG_LEVEL sets it, -v and -vv go below it, without both it is WARNING."""
    monkeypatch.setenv("LOG_LEVEL", told)
    logs.configure(verbosity)

    assert logging.getLogger("swf").level == level


def test_records_are_harmless_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A record is written once, however often it was configured, without control characters."""
    logs.configure(1)
    logs.configure(1)
    logging.getLogger("swf.test").info("name %s", "\x1b[31mred")

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith(" INFO swf.test: name ?[31mred\n")
    assert told.err.count("\n") == 1
