"""How models look to people: tables in a terminal (rich) and in a notebook (HTML)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from importlib import import_module
from typing import Any, Final

_CONTROL: Final = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
}


def harmless(value: Any) -> str:
    """Return a value as text whose control characters are spelled out, so that it cannot act."""
    text = value if isinstance(value, str) else _words(value)
    return text.translate(_CONTROL)


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    return str(value)


def rich_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    """Return a `rich.table.Table`; rich is imported here and only when something is shown."""
    table = import_module("rich.table").Table(title=harmless(title), title_justify="left")
    text = import_module("rich.text").Text
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text, not str: what came from SWF is never read as markup.
        table.add_row(*(text("" if cell is None else harmless(cell)) for cell in row))
    return table


def html_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an HTML table with every value escaped."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{'' if cell is None else escape(harmless(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    caption = escape(harmless(title))
    return (
        f"<table><caption>{caption}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def fields_table(title: str, fields: Mapping[str, Any]) -> Any:
    """Return a rich table of an object's fields."""
    return rich_table(title, ("field", "value"), fields.items())


def fields_html(title: str, fields: Mapping[str, Any]) -> str:
    """Return an HTML table of an object's fields."""
    return html_table(title, ("field", "value"), fields.items())
