"""A graph of 2,500 tasks, 50 wide and 50 deep, in one run: what a decision costs, early and late.

Each task requires the three nearest of the row before. It is lived through once, in memory, one
task after the other, so that each decision is about one that is done; then a fresh decider replays
the replies to its polls. What is counted is CPU of all threads (`time.process_time`), from the
bytes of a reply to the checked answer.

Left out: the network, disks, and tasks that are at work at the same time.

    python bench/graph_wide.py [--quick] [--json]
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

import _sides
from _sides import Bench, Found, median, row

WIDE, DEEP = 50, 50
TASKS = WIDE * DEEP
EARLY = 100
"""Decisions that count as early, after the first, which schedules a whole row, and as late."""
FLAT = 1.2
TIMES = 5
ROUNDS = 3


def course(count: int, _folder: Path) -> Found:
    """Live through a graph of so many tasks, and decide it again so many times."""
    import _graph

    made = _graph.workflow(_graph.lattice(WIDE, count // WIDE))
    life = _graph.lived(made)
    assert (life.done, life.runs) == (count, 1), (life.done, life.runs)
    early, late, all_ = [], [], []
    for _ in range(TIMES):
        taken, given = _graph.spent(life.tasks, made)
        [last] = given.decisions
        assert last["decisionType"] == "CompleteWorkflowExecution", last
        early += taken[1 : EARLY + 1]
        late += taken[-EARLY - 1 : -1]
        all_.append(sum(taken) / count)
    return {
        "early": statistics.median(early),
        "late": statistics.median(late),
        "seconds": statistics.median(all_),
        "lived": life.seconds / count,
    }


SIDES = {"course": course}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return what a decision costs, and how that grows."""
    found = bench.rounds({"course": TASKS}, ROUNDS)["course"]
    growth = statistics.median(one["late"] / one["early"] for one in found)
    return [
        row(
            f"a decision in a graph of {TASKS:,} tasks, among the last {EARLY}",
            median(found, "late") * 1e6,
            "us",
            peer=median(found, "early") * 1e6,
            peer_name=f"among the first {EARLY}",
            ratio=growth,
            target=f"<= {FLAT} x",
            reached=growth <= FLAT,
        ),
        row(
            "  all of them, for each task",
            median(found) * 1e6,
            "us",
        ),
        row(
            "  tasks done, decided and worked in one thread, in memory",
            1 / median(found, "lived"),
            "tasks/s",
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
