"""Failures as people read them: what went wrong, where in the code, and what was behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from swf.models.history.entities.base import Entity
from swf.payload.envelope import PREFIXES

MOST_CAUSES: Final = 10
"""Errors behind an error that are told."""

_FAILED: Final = frozenset(
    {"failed", "timed_out", "canceled", "terminated", "schedule_failed", "start_failed"}
)


@attrs.frozen
class ToldError:
    """One error: the name of its type, its message, and the text of its traceback."""

    type: str
    message: str
    traceback: str

    @property
    def words(self) -> str:
        """Type and message in one line, as a traceback ends."""
        return ": ".join(filter(None, (self.type, self.message)))


@attrs.frozen
class ToldFailure:
    """How an attempt ended that did not complete: SWF's word for it, and what its worker told.

    `errors` are what the details tell, the error first and then what was behind it; `details` is
    their text where they tell no error. What codecs sealed is not opened.
    """

    state: str
    reason: str | None
    details: str | None
    errors: tuple[ToldError, ...] = ()

    @property
    def words(self) -> str:
        """The state and the reason in one line."""
        state = self.state.replace("_", " ")
        return f"{state}: {self.reason}" if self.reason else state


def failure_of(entity: Entity[Any]) -> ToldFailure | None:
    """Return how an entity failed, timed out or was canceled; None where it did not."""
    state = entity.state.value
    if state not in _FAILED or entity.is_open:
        return None
    said = (getattr(entity, name, None) for name in ("reason", "timeout_type", "cause"))
    reason = next((word for word in said if word), None)
    return told_failure(state, reason, getattr(entity, "details", None))


def told_failure(state: str, reason: str | None, details: str | None) -> ToldFailure:
    """Return the failure that a reason and details tell."""
    errors = tuple(_errors(details))
    return ToldFailure(state, reason, None if errors else details or None, errors)


def _errors(details: str | None) -> Iterator[ToldError]:
    if not details or details.startswith(PREFIXES) or not details.lstrip().startswith("{"):
        return
    try:
        told: Any = json.loads(details)
    except (ValueError, RecursionError):
        return
    for _ in range(MOST_CAUSES):
        if not isinstance(told, Mapping) or not isinstance(told.get("error"), str):
            return
        kind, message = told.get("error_type"), told.get("message")
        yield ToldError(
            kind if isinstance(kind, str) else told["error"],
            message if isinstance(message, str) else "",
            _lines(told.get("traceback")),
        )
        told = told.get("cause")


def _lines(told: Any) -> str:
    """Return a traceback as one text; others than this package tell it as one."""
    if isinstance(told, str):
        return told.rstrip("\n")
    lines: Sequence[Any] = told if isinstance(told, list) else ()
    return "\n".join(str(line).rstrip("\n") for line in lines)
