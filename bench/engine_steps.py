"""One durable activity step after another: decide, schedule, hand out, complete.

By the engine's door in process, on a file with a write-ahead log and every commit synced
(durability "full"), in one workflow, with one poll more than there are tasks at work. Beside it:
the same SQL alone with two commits a step; steps of a DBOS workflow, on SQLite as DBOS sets it up
and in WAL mode; moto in process, which keeps nothing; tasks of huey's queue, synced. Each runs in a
process of its own, on the same disk, in turn.

Left out: HTTP, and the decider's and worker's own code. huey's tasks have no history, and nothing
decides what follows them.

    python bench/engine_steps.py [--quick] [--json]
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import _dbos
import _given as given
import _huey
import _moto
import _sides
import _sql
from _sides import Bench, Found, Timed, median, ratio, row

OF_SQL = 0.45
OF_DBOS_IN_WAL = 1.2
OF_MOTO = 8
SYNCS = (1.99, 2.1)
COUNTS = {"swf": 1_500, "sql": 1_500, "dbos": 300, "dbos, WAL": 600, "moto": 60, "huey": 400}
ROUNDS = 5


def swf(count: int, folder: Path) -> Found:
    """Take steps by the engine's door."""
    from _swf import Polling, opened

    with opened(folder) as engine:
        deciders = Polling(engine, "PollForDecisionTask", given.DECISION_POLL)
        workers = Polling(engine, "PollForActivityTask", given.ACTIVITY_POLL)
        engine.handle("StartWorkflowExecution", given.started("order-1"))

        def step(activity_id: str) -> None:
            token = deciders.take()["taskToken"]
            engine.handle("RespondDecisionTaskCompleted", given.scheduled(token, activity_id))
            token = workers.take()["taskToken"]
            engine.handle("RespondActivityTaskCompleted", given.done(token))

        for number in range(20):
            step(f"warm-{number}")
        commits = engine.stats.commits
        with Timed() as timed:
            for number in range(count):
                step(str(number))
        return {**timed.each(count), "commits": (engine.stats.commits - commits) / count}


SIDES = {
    "swf": swf,
    "sql": _sql.steps,
    "dbos": partial(_dbos.steps, wal=False),
    "dbos, WAL": partial(_dbos.steps, wal=True),
    "moto": _moto.steps,
    "huey": _huey.tasks,
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the steps a second beside each peer, and the syncs that a step takes."""
    found = bench.rounds(COUNTS, ROUNDS)
    ours = found["swf"]
    what = "durable activity step in process, one workflow"

    def beside(side: str, name: str, least: float | None, target: str | None) -> dict[str, Any]:
        times = ratio(ours, found[side])
        return row(
            what,
            1 / median(ours),
            "steps/s",
            peer=1 / median(found[side]),
            peer_name=name,
            ratio=times,
            target=target,
            reached=least is None or times >= least,
        )

    syncs = bench.syncs("swf", 100, 600)
    commits = median(ours, "commits")
    counted = commits if syncs is None else syncs
    least, most = SYNCS
    return [
        beside("sql", "SQL alone, 2 commits a step", OF_SQL, f">= {OF_SQL:.2f} x"),
        beside("dbos, WAL", "DBOS in WAL", OF_DBOS_IN_WAL, f">= {OF_DBOS_IN_WAL} x"),
        beside("dbos", "DBOS as shipped", None, None),
        beside("moto", "moto, nothing kept", OF_MOTO, f">= {OF_MOTO} x"),
        beside("huey", "huey, a task of its queue", None, None),
        row(
            "  CPU of the step",
            median(ours, "cpu") * 1e6,
            "us",
            peer=median(found["sql"], "cpu") * 1e6,
            peer_name="SQL alone",
        ),
        row("  one sync of this disk, meanwhile", median(found["sql"], "sync") * 1e6, "us"),
        row(
            f"  syncs of the step ({'by commits' if syncs is None else 'strace'})",
            counted,
            "",
            target="2.0-2.1",
            reached=least <= counted <= most,
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
