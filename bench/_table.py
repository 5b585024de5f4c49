"""The table of all benchmarks: in plain text, and as the page of the documentation."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench._results import HERE, Kept, Row

PAGE = HERE.parent / "docs" / "benchmarks" / "table.md"

_ROUND = 5
"""From here on a ratio is told with one decimal."""
_WIDTH = 120

_HEAD = "# The table\n\n<!-- Made by `python -m bench --write` from bench/results.json. -->\n"

_ABOUT = """
Every figure that is measured, beside its peer in the same run. A ratio is how many times better
than the peer; where its target is a bound from above, how many times dearer. Where it was measured
more than once, the range is that of all runs, and the figures are those of the median one.
[Benchmarks](../benchmarks.md) says how it is measured, and what the figures mean.
"""


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def document(name: str) -> tuple[str, str]:
    """Return what a benchmark says of itself: its headline, and what it measures and leaves out."""
    told = ast.get_docstring(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))) or ""
    headline, _, rest = told.partition("\n\n")
    paragraphs = [
        " ".join(one.split()) for one in rest.split("\n\n") if not one.strip().startswith("python ")
    ]
    return " ".join(headline.split()).rstrip("."), "\n\n".join(paragraphs)


def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a row as the cells of the table in plain text."""
    return (
        row["what"],
        _figure(row["ours"], row.get("unit")),
        "" if row["peer"] is None else f"{_figure(row['peer'], row['unit'])} ({row['peer_name']})",
        _ratio(row["ratio"]),
        f"{row.get('target') or ''}{' MISSED' if row.get('missed') else ''}",
    )


def plain(rows: Sequence[Row]) -> str:
    """Return the rows as a table in plain text."""
    lines = [("what", "swf", "peer", "ratio", "target"), *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def page(kept: Kept) -> str:
    """Return the page of the documentation."""
    about = "\n".join(_wrapped(" ".join(_ABOUT.split())))
    sections = (_section(name, one) for name, one in sorted(kept.items()))
    return "\n".join([_HEAD, f"{about}\n", *sections])


def write(kept: Kept, path: Path = PAGE) -> None:
    """Have the page say what is kept."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(kept), encoding="utf-8")


def _section(name: str, measured: Mapping[str, Any]) -> str:
    headline, text = document(name)
    lines = [f"## {_escaped(headline)}", "", *_wrapped(text), "", *_wrapped(_when(name, measured))]
    lines += ["", "| what | swf | peer | ratio | target |", "|---|--:|--:|--:|---|"]
    lines += [_line(row) for row in measured["rows"]]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    paragraphs = (
        textwrap.wrap(one, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for one in text.split("\n\n")
    )
    return "\n\n".join("\n".join(lines) for lines in paragraphs).split("\n")


def _when(name: str, measured: Mapping[str, Any]) -> str:
    machine = measured["machine"]
    times = "once" if measured["runs"] == 1 else f"{measured['runs']} times"
    return (
        f"`make bench ARGS={name}`: measured {times} on {measured['date']} at commit"
        f" {measured['commit']}, {measured['seconds']:,.0f} s; {machine['system']},"
        f" {machine['cores']} cores, load {machine['load']} before, Python {machine['python']},"
        f" SQLite {machine['sqlite']}, {machine['sync_us']} µs to sync 4 KiB"
        f"{'; each side had one round only' if measured['quick'] else ''}."
    )


def _line(row: Row) -> str:
    what, ours, peer, ratio, target = cells(row)
    if row["runs"] > 1 and row["ratio"] is not None:
        ratio += f" ({_number(row['low'])} to {_number(row['high'])})"
    if row.get("missed"):
        target = target.replace(" MISSED", ", **missed**")
    if row.get("note"):
        what += f" ({row['note']})"
    deeper = "… " if what.startswith(" ") else ""
    told = (deeper + what.strip(), ours, peer, ratio, target)
    return f"| {' | '.join(_escaped(one) for one in told)} |"


def _escaped(text: str) -> str:
    return re.sub(r"([|<>])", r"\\\1", text)


def _figure(value: float, unit: str | None) -> str:
    number = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,g}"
    return f"{number} {unit or ''}".rstrip()


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{_number(value)} x"


def _number(value: float) -> str:
    return f"{value:.1f}" if value >= _ROUND else f"{value:.2f}"
