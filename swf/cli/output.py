"""How what was found is shown: a table to people, plain columns, JSON or CSV to programs.

What comes from SWF never reaches a terminal as it is: control characters are spelled out, and
nothing in it is read as markup.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sys
import textwrap
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, Final, TypeVar

import attrs
import click

from swf.cli.asked import Asked
from swf.models.views import harmless

Row = Mapping[str, Any]

F = TypeVar("F", bound=Callable[..., Any])

_UNSHOWN: Final = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON leaves as it is, and a terminal may not."""

_BREAKS: Final = {ord("\n"): " ", ord("\t"): " "}
"""What would break a line, or a column, where it stands in a cell."""

_SEPARATOR: Final = "  "

_WHOLE: Final = 20
"""Characters of a cell that are not broken over lines: a time, a state, a version."""


@attrs.frozen
class Columns:
    """The columns of a table: the key of each in its row, and its title.

    `wide` come after the others, only with `-o wide`; `id` is the key that `-o id` prints.
    """

    usual: Mapping[str, str]
    id: str
    wide: Mapping[str, str] = attrs.field(factory=dict)


def emit(asked: Asked, rows: Iterable[Row], columns: Columns, *, header: bool = True) -> None:
    """Print rows as was asked; as a table where nothing was. `header` is for where none is said.

    JSON holds everything that a row has, under its own keys.
    """
    form = asked.output or ("json" if asked.query else "table")
    header = header if asked.header is None else asked.header
    if form in {"json", "jsonl"}:
        _emit_json(asked, [plain(row) for row in rows], lines=form == "jsonl")
    elif form == "id":
        for row in _found(asked, rows):
            click.echo(_cell(row.get(columns.id) if isinstance(row, Mapping) else row))
    else:
        shown: Mapping[str, str] = {
            **columns.usual,
            **(columns.wide if form != "table" else {}),
        }
        found = _found(asked, rows)
        if asked.query:
            found = list(found)
            shown = _picked(shown, found)
        _emit_cells(asked, form, shown, found, header and bool(shown))


def emit_one(asked: Asked, thing: Row, *, id: str) -> None:
    """Print one thing as was asked: as a table of its fields where nothing was."""
    form = asked.output or ("json" if asked.query else "table")
    if form in {"json", "jsonl"}:
        _emit_json(asked, plain(thing), lines=form == "jsonl")
        return
    found = _queried(asked.query, plain(thing)) if asked.query else thing
    picked = found if isinstance(found, list) else [found]
    if form == "id":
        for one in picked:
            click.echo(_cell(one.get(id) if isinstance(one, Mapping) else one))
    elif isinstance(found, Mapping):
        rows = [{"field": key, "value": value} for key, value in found.items() if value is not None]
        titles = {"field": "field", "value": "value"}
        _emit_cells(asked, form, titles, rows, asked.header is True)
    else:
        shown = _picked({}, picked)
        _emit_cells(asked, form, shown, picked, bool(shown) and asked.header is not False)


def emit_value(asked: Asked, value: Any) -> None:
    """Print a value as JSON, or what was asked for of it."""
    _emit_json(asked, plain(value), lines=asked.output == "jsonl")


def plain(value: Any) -> Any:
    """Return a value as JSON has it: times in ISO 8601, durations in seconds."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool | int | float):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON without any character that a terminal would act on."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return _spelled_out(text)


def watching(command: F) -> F:
    """Return a command that takes the seconds between two looks as its `watch`."""
    return click.option(
        "--watch",
        type=click.FloatRange(0.1),
        metavar="SECONDS",
        help="Look again after so long, until Ctrl-C.",
    )(command)


def repeatedly(show: Callable[[], None], seconds: float | None) -> None:
    """Show something; again and again, on a clear screen if it is one, where there is a pause."""
    show()
    while seconds is not None:
        time.sleep(seconds)
        click.clear()
        show()


def note(text: str) -> None:
    """Tell something beside the data on stderr, in one line; not to who asked for quiet."""
    context = click.get_current_context(silent=True)
    asked = None if context is None else context.find_object(Asked)
    if asked is None or not asked.is_quiet:
        click.echo(in_one_line(text), err=True)


def is_rich(asked: Asked) -> bool:
    """Return whether people look at stdout, through a terminal that can draw."""
    if asked.color == "never" or os.environ.get("TERM") == "dumb":
        return False
    forced = os.environ.get("FORCE_COLOR", "0") not in {"", "0"}
    return asked.color == "always" or forced or sys.stdout.isatty()


def is_watched() -> bool:
    """Return whether somebody looks at stderr, through a terminal that can draw."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Return the columns of the terminal."""
    return shutil.get_terminal_size().columns


def console(asked: Asked) -> Any:
    """Return a rich console on stdout as it is now."""
    return import_module("rich.console").Console(
        file=sys.stdout,
        no_color=is_colourless(asked),
        force_terminal=True,
        highlight=False,
        width=width(),
    )


def is_colourless(asked: Asked) -> bool:
    """Return whether a terminal is to be drawn on in one colour."""
    return bool(os.environ.get("NO_COLOR")) and asked.color != "always"


def _found(asked: Asked, rows: Iterable[Row]) -> Iterable[Any]:
    """Return the rows, those that a query picks where there is one."""
    if not asked.query:
        return rows
    found = _queried(asked.query, [plain(row) for row in rows])
    return found if isinstance(found, list) else [found]


def _picked(columns: Mapping[str, str], found: Sequence[Any]) -> Mapping[str, str]:
    """Return the columns of what a query has picked: those it names itself, none of mere values."""
    if not all(isinstance(row, Mapping) for row in found):
        return {}
    keys = dict.fromkeys(key for row in found for key in row)
    are_whole = bool(columns) and keys.keys() >= columns.keys()
    return columns if are_whole else {key: columns.get(key, key) for key in keys}


def _queried(query: str, data: Any) -> Any:
    jmespath = import_module("jmespath")
    try:
        return jmespath.search(query, data)
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise click.UsageError(f"--query {query!r}: {reason}") from error


def _emit_json(asked: Asked, data: Any, *, lines: bool) -> None:
    found = _queried(asked.query, data) if asked.query else data
    if not lines:
        click.echo(as_json(found, indent=2))
        return
    for item in found if isinstance(found, list) else [found]:
        click.echo(as_json(item))


def _emit_cells(
    asked: Asked, form: str, titles: Mapping[str, str], rows: Iterable[Any], header: bool
) -> None:
    """Print rows cell by cell, under their titles where `header`."""
    cells = (_cells(row, titles) for row in rows)
    if form in {"csv", "tsv"}:
        _emit_csv(titles, cells, header, "\t" if form == "tsv" else ",")
    elif is_rich(asked):
        drawn = list(cells)
        names = list(titles.values()) or [""] * max(map(len, drawn), default=0)
        _draw(asked, names, drawn, header)
    else:
        for line in aligned([*([list(titles.values())] if header else []), *cells]):
            click.echo(line)


def _cells(row: Any, titles: Mapping[str, str]) -> list[str]:
    if isinstance(row, Mapping):
        return [_cell(row.get(key)) for key in titles]
    return [_cell(item) for item in row] if isinstance(row, list) else [_cell(row)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return as_json(value)
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return in_one_line(value)


def in_one_line(value: Any) -> str:
    """Return a value as text of one line without any character that a terminal would act on."""
    return _spelled_out(harmless(value)).translate(_BREAKS)


def _spelled_out(text: str) -> str:
    return _UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _emit_csv(
    titles: Mapping[str, str], cells: Iterable[Sequence[str]], header: bool, delimiter: str
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(titles.values())
    for row in cells:
        writer.writerow(row)
        click.echo(buffer.getvalue(), nl=False)
        buffer.seek(0)
        buffer.truncate()
    click.echo(buffer.getvalue(), nl=False)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines with the cells in columns; an empty cell is `-`, so that it can be counted."""
    filled = [[cell or "-" for cell in row] for row in rows]
    widths = [max(map(_places, column)) for column in zip(*filled, strict=False)]
    for row in filled:
        sized = zip(row, widths, strict=False)
        padded = (cell + " " * (size - _places(cell)) for cell, size in sized)
        yield _SEPARATOR.join(padded).rstrip()


def _places(text: str) -> int:
    """Return how many places of a terminal a text takes: a wide character has two, a mark none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "WF")
        for one in text
    )


def _draw(
    asked: Asked, titles: Sequence[str], cells: Sequence[Sequence[str]], header: bool
) -> None:
    """Draw a table; where not even the short cells fit side by side, each row as a list."""
    shown = console(asked)
    least = [
        min(max(len(cell) for cell in column), _WHOLE)
        for column in zip(titles if header else cells[0] if cells else (), *cells, strict=False)
    ]
    if sum(least) + len(_SEPARATOR) * len(least) > shown.width:
        for row in cells:
            _draw_list(shown, titles, row)
        return
    box = import_module("rich.box").SIMPLE_HEAD if header else None
    table = import_module("rich.table").Table(
        box=box, show_header=header, show_edge=False, pad_edge=False
    )
    text = import_module("rich.text").Text
    for title, size in zip(titles, least, strict=False):
        table.add_column(title, overflow="fold", min_width=size)
    for row in cells:
        table.add_row(*(text(cell, style=STYLES.get(cell, "")) for cell in row))
    shown.print(table)


def _draw_list(shown: Any, titles: Sequence[str], row: Sequence[str]) -> None:
    text = import_module("rich.text").Text
    size = max(map(len, titles)) + len(_SEPARATOR)
    room = max(shown.width - size, _WHOLE)
    for title, cell in zip(titles, row, strict=False):
        if cell:
            told = f"\n{' ' * size}".join(textwrap.wrap(cell, room, break_on_hyphens=False))
            parts = (title.ljust(size), "dim"), (told, STYLES.get(cell, ""))
            shown.print(text.assemble(*parts), soft_wrap=True)
    shown.print()


STYLES: Final = {
    "OPEN": "cyan",
    "COMPLETED": "green",
    "FAILED": "red",
    "TIMED_OUT": "red",
    "CANCELED": "yellow",
    "TERMINATED": "magenta",
    "DEPRECATED": "dim",
    "completed": "green",
    "failed": "red",
    "timed_out": "red",
    "canceled": "yellow",
}
"""The colour of a state, wherever it stands."""
