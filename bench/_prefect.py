"""Prefect on SQLite, as it sets itself up: the same work as tasks of its flows.

Prefect has a server of its own, which it starts by itself and which keeps what happens in a file.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from _sides import Found, Timed

IS_INSTALLED: Final = find_spec("prefect") is not None
"""Whether it is here: it brings a hundred packages along, and does not install everywhere."""

SETTINGS: Final = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}


def set_up(folder: Path) -> Any:
    """Return Prefect, with its files in this folder."""
    # Where it is imported it reads its settings.
    os.environ.update(SETTINGS, PREFECT_HOME=str(folder / "prefect"))
    import prefect

    return prefect


def steps(count: int, folder: Path) -> Found:
    """Take steps one after another in one flow."""
    prefect = set_up(folder)
    charge = prefect.task(_charge)

    @prefect.flow
    def orders(many: int) -> float:
        with Timed() as timed:
            for number in range(many):
                charge(number)
        return timed.each(many)

    orders(3)
    return orders(count)


def workflows(count: int, folder: Path) -> Found:
    """Start and finish one-step flows one after another."""
    prefect = set_up(folder)
    charge = prefect.task(_charge)

    @prefect.flow
    def order(number: int) -> int:
        return charge(number)

    order(0)
    with Timed() as timed:
        for number in range(count):
            order(number)
    return timed.each(count)


def _charge(number: int) -> int:
    return number
