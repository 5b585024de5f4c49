"""Compile and draw a graph of 5,000 tasks: from its JSON to what is drawn.

A graph is read from JSON, checked, and drawn in each language; what is counted is CPU. Once it is
as wide as it is usual, each task after three of the row before; once each task is after two that
chance has chosen of the two hundred before it.

Left out: writing the picture to a disk, and showing it.

    python bench/graph_draw.py [--quick] [--json]
"""

from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

import _sides
from _sides import Bench, Found, Timed, median, row

TASKS = 5_000
MOST = 2.0
"""Seconds that it may take to compile the graph and draw it as SVG."""
ROUNDS = 3
BEFORE = 200


def draw(count: int, _folder: Path, *, by_chance: bool) -> Found:
    """Compile and draw a graph of so many tasks."""
    from _graph import lattice

    from swf.graph import ActivityTask, DeciderSpec
    from swf.graph.plan import Plan

    if by_chance:
        chosen = random.Random(7)
        tasks: list[Any] = [
            ActivityTask(
                "work",
                "1",
                activity_id=f"{at}",
                requires=[str(chosen.randrange(max(0, at - BEFORE), at)) for _ in range(2) if at],
            )
            for at in range(count)
        ]
    else:
        tasks = lattice(50, count // 50)
    text = DeciderSpec(domain="bench", activity_tasks=tasks).to_json()
    with Timed() as compiled:
        spec = DeciderSpec.from_json(text)
        Plan(spec.activity_tasks)
    found = {"compiled": compiled.cpu}
    for language, drawing in (
        ("svg", spec.to_svg),
        ("mermaid", spec.to_mermaid),
        ("dot", spec.to_dot),
    ):
        with Timed() as drawn:
            drawing()
        found[language] = drawn.cpu
    return found | {"seconds": found["compiled"] + found["svg"]}


SIDES = {
    "rows": partial(draw, by_chance=False),
    "by chance": partial(draw, by_chance=True),
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the seconds that compiling and drawing take."""
    found = bench.rounds(dict.fromkeys(SIDES, TASKS), ROUNDS)
    told = []
    for side, what in (("rows", "in rows"), ("by chance", "by chance")):
        seconds = median(found[side])
        told.append(
            row(
                f"compile and draw a graph of {TASKS:,} tasks, {what}",
                seconds,
                "s",
                target=f"<= {MOST:g} s",
                reached=seconds <= MOST,
            )
        )
    usual = found["rows"]
    return [
        *told,
        row("  of it, reading and checking its JSON", median(usual, "compiled"), "s"),
        row("  of it, the SVG", median(usual, "svg"), "s"),
        row("  as Mermaid", median(usual, "mermaid"), "s"),
        row("  as DOT", median(usual, "dot"), "s"),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
