"""How a history looks to people: a table with a row for each event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from swf.exceptions import ValidationError
from swf.models import event as events
from swf.models.event.base import shown
from swf.models.views import html_table, rich_table
from swf.wire import Wire, shortened

_COLUMNS: Final = ("id", "time (UTC)", "event", "attributes")
_MOST: Final = 200
"""Rows shown of a longer history, half from either end."""
_LONGEST: Final = 100
"""Characters shown of a longer value."""


def history_table(raws: Sequence[Wire]) -> Any:
    """Return a `rich.table.Table` of the events, the middle of a long history left out."""
    return rich_table(_title(raws), _COLUMNS, _rows(raws))


def history_html(raws: Sequence[Wire]) -> str:
    """Return an HTML table of the events, each value escaped, without a long one's middle."""
    return html_table(_title(raws), _COLUMNS, _rows(raws))


def _title(raws: Sequence[Wire]) -> str:
    return "History (1 event)" if len(raws) == 1 else f"History ({len(raws)} events)"


def _rows(raws: Sequence[Wire]) -> Iterator[tuple[str, str, str, str]]:
    if len(raws) <= _MOST:
        yield from map(_row, events.typed(raws))
        return
    yield from map(_row, events.typed(raws[: _MOST // 2]))
    yield ("…", "", f"{len(raws) - _MOST} more", "")
    yield from map(_row, events.typed(raws[-_MOST // 2 :]))


def _row(event: events.Event) -> tuple[str, str, str, str]:
    told = ", ".join(f"{name}={_short(value)}" for name, value in shown(event).items())
    return (str(event.id), _time(event), event.name, told)


def _time(event: events.Event) -> str:
    try:
        return event.timestamp.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    except ValidationError:
        return str(event.raw["eventTimestamp"])


def _short(value: object) -> str:
    return shortened(repr(value), _LONGEST)
