"""A graph of 20,000 tasks, which continues as new by itself: what a decision costs, early and late.

Lived through and replayed as `graph_wide` is, 50 tasks wide and 400 deep. A run that continues
another is told what is done; what it costs to begin it is told apart.

Left out: the network, disks, and tasks that are at work at the same time.

    python bench/graph_long.py [--quick] [--json]
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import _sides
from _sides import Bench, Found, median, row

WIDE, DEEP = 50, 400
TASKS = WIDE * DEEP
EARLY = 1_000
FLAT = 1.2
ROUNDS = 2


def course(count: int, _folder: Path) -> Found:
    """Live through a graph of so many tasks, and decide it again."""
    import _graph

    made = _graph.workflow(_graph.lattice(WIDE, count // WIDE))
    life = _graph.lived(made)
    assert life.done == count, life.done
    taken, given = _graph.spent(life.tasks, made)
    [last] = given.decisions
    assert last["decisionType"] == "CompleteWorkflowExecution", last
    begin = [json.loads(task)["previousStartedEventId"] == 0 for task in life.tasks]
    usual = [one for one, is_first in zip(taken, begin, strict=True) if not is_first]
    first = [one for one, is_first in zip(taken, begin, strict=True) if is_first]
    return {
        "early": statistics.median(usual[:EARLY]),
        "late": statistics.median(usual[-EARLY:]),
        "begin": max(first[1:]),
        "runs": life.runs,
        "seconds": sum(taken) / count,
        "lived": life.seconds / count,
    }


SIDES = {"course": course}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return what a decision costs, how that grows, and what it takes to begin another run."""
    found = bench.rounds({"course": TASKS}, ROUNDS)["course"]
    growth = statistics.median(one["late"] / one["early"] for one in found)
    runs = found[0]["runs"]
    return [
        row(
            f"a decision in a graph of {TASKS:,} tasks, among the last {EARLY:,}",
            median(found, "late") * 1e6,
            "us",
            peer=median(found, "early") * 1e6,
            peer_name=f"among the first {EARLY:,}",
            ratio=growth,
            target=f"<= {FLAT} x",
            reached=growth <= FLAT,
        ),
        row(
            f"  the dearest beginning of the {runs - 1} runs that continue it",
            median(found, "begin") * 1e3,
            "ms",
        ),
        row("  all of them, for each task", median(found) * 1e6, "us"),
        row(
            "  tasks done, decided and worked in one thread, in memory",
            1 / median(found, "lived"),
            "tasks/s",
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
