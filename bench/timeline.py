"""The timeline of the longest history there is: reading it from 25,000 events, and drawing it.

The events are those of `compile_history`, of every kind; what is counted is CPU, from a history
that is compiled already. Once it is as long as it can be, once it has about 5,000 bars.

Left out: compiling the history, which is told apart; writing the picture, and showing it.

    python bench/timeline.py [--quick] [--json]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import _sides
from _sides import Bench, Found, Timed, median, row

LONGEST = 25_000
USUAL = 12_600
"""Events of about 5,000 bars."""
MOST_MILLISECONDS = 150
MOST_KILOBYTES = 1_000
ROUNDS = 5


def draw(count: int, _folder: Path) -> Found:
    """Read the timeline of so many events, and draw it."""
    from compile_history import raw_events

    from swf.models.history import History
    from swf.models.timeline import timeline_of, to_svg

    history = History.from_raw(raw_events(count))
    with Timed() as compiled:
        _ = history.compiled
    with Timed() as read:
        timeline = timeline_of(history)
    with Timed() as drawn:
        svg = to_svg(timeline, link=lambda number: f"#event-{number}")
    return {
        "seconds": read.cpu + drawn.cpu,
        "compiled": 1_000 * compiled.cpu,
        "read": 1_000 * read.cpu,
        "drawn": 1_000 * drawn.cpu,
        "kilobytes": len(svg.encode()) / 1_000,
        "bars": sum(len(lane.segments) for lane in timeline.lanes),
    }


SIDES = {"usual": draw, "longest": draw}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the milliseconds that reading and drawing take."""
    found = bench.rounds({"usual": USUAL, "longest": LONGEST}, ROUNDS)
    usual, longest = found["usual"], found["longest"]
    read, size = median(usual, "read"), median(longest, "kilobytes")
    return [
        row(
            f"read a timeline of {median(usual, 'bars'):,.0f} bars",
            read,
            "ms",
            target=f"<= {MOST_MILLISECONDS} ms",
            reached=read <= MOST_MILLISECONDS,
        ),
        row("  draw it, 1,000 lanes of it at most", median(usual, "drawn"), "ms"),
        row(
            f"read one of {LONGEST:,} events, {median(longest, 'bars'):,.0f} bars",
            median(longest, "read"),
            "ms",
        ),
        row("  before that, compile the history", median(longest, "compiled"), "ms"),
        row("  draw that, 1,000 lanes of it at most", median(longest, "drawn"), "ms"),
        row(
            "  as SVG",
            size,
            "kB",
            target=f"<= {MOST_KILOBYTES:,} kB",
            reached=size <= MOST_KILOBYTES,
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
