"""32 workflows in flight, through decider and worker threads, on a file, durability "full".

Two figures: activity steps a second of workflows of 50 steps; workflows a second of one step each,
another started as one ends. Beside them DBOS workflows of the same, on SQLite as DBOS sets it up
and in WAL mode. Each runs in a process of its own, on the same disk, in turn.

Left out: HTTP, several processes, and whatever activities do besides.

    python bench/flow_flight.py [--quick] [--json]
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import _dbos
import _sides
from _sides import Bench, Found, Timed, median, ratio, row

WORKFLOWS = 32
STEPS_A_SECOND = 2_000
CPU_BOUND = 0.9
"""From here on it is the interpreter, which uses one core, that sets the pace."""
OF_DBOS = {"steps": 10, "workflows": 4}
DECIDERS, WORKERS = 32, 48
"""Polls for every task, and more: those are served in the transactions that make the tasks."""
COUNTS = {
    "steps": 1_600,
    "steps, dbos": 160,
    "steps, dbos, WAL": 320,
    "workflows": 320,
    "workflows, dbos": 160,
    "workflows, dbos, WAL": 160,
}
ROUNDS = 5


def steps(count: int, folder: Path) -> Found:
    """Take steps in so many workflows at the same time."""
    from _crew import crew

    with crew(folder, deciders=DECIDERS, workers=WORKERS) as made:
        _warm(made)
        with Timed() as timed:
            for number in range(WORKFLOWS):
                made.start(f"order-{number}", count // WORKFLOWS)
            for _ in range(WORKFLOWS):
                made.closed.acquire()
    return timed.each(count)


def workflows(count: int, folder: Path) -> Found:
    """Start and finish workflows of one step."""
    from _crew import crew

    with crew(folder, deciders=DECIDERS, workers=WORKERS) as made:
        _warm(made)
        with Timed() as timed:
            for number in range(count):
                if number >= WORKFLOWS:
                    made.closed.acquire()
                made.start(f"order-{number}", 1)
            for _ in range(WORKFLOWS):
                made.closed.acquire()
    return timed.each(count)


def _warm(made: Any) -> None:
    for number in range(WORKFLOWS):
        made.start(f"warm-{number}", 2)
    for _ in range(WORKFLOWS):
        made.closed.acquire()


SIDES = {
    "steps": steps,
    "steps, dbos": partial(_dbos.in_flight, wal=False, workflows=WORKFLOWS),
    "steps, dbos, WAL": partial(_dbos.in_flight, wal=True, workflows=WORKFLOWS),
    "workflows": workflows,
    "workflows, dbos": partial(_dbos.workflows_in_flight, wal=False, workflows=WORKFLOWS),
    "workflows, dbos, WAL": partial(_dbos.workflows_in_flight, wal=True, workflows=WORKFLOWS),
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return what is done in a second beside DBOS, and what it costs."""
    found = bench.rounds(COUNTS, ROUNDS)
    made = []
    for what, one, unit, told in (
        ("steps", "a step", "steps/s", f"activity step, {WORKFLOWS} workflows in flight"),
        ("workflows", "a workflow", "/s", f"one-step workflow, {WORKFLOWS} in flight"),
    ):
        ours, least = found[what], OF_DBOS[what]
        beside = partial(row, told, 1 / median(ours), unit)
        times = ratio(ours, found[f"{what}, dbos"])
        made += [
            beside(
                peer=1 / median(found[f"{what}, dbos"]),
                peer_name="DBOS",
                ratio=times,
                target=f">= {least} x",
                reached=times >= least,
            ),
            beside(
                peer=1 / median(found[f"{what}, dbos, WAL"]),
                peer_name="DBOS in WAL",
                ratio=ratio(ours, found[f"{what}, dbos, WAL"]),
            ),
            row(f"  CPU of {one}", median(ours, "cpu") * 1e6, "us"),
        ]
    rate, busy = 1 / median(found["steps"]), _busy(found["steps"])
    target = f">= {STEPS_A_SECOND:,} steps/s, or a core busy to {CPU_BOUND:.0%}"
    reached = rate >= STEPS_A_SECOND or busy >= CPU_BOUND
    return [
        *made,
        row("  the steps, by themselves", rate, "steps/s", target=target, reached=reached),
        row("  share of a core that they keep busy", busy, ""),
    ]


def _busy(found: list[Found]) -> float:
    return median([{"share": one["cpu"] / one["seconds"]} for one in found], "share")


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
