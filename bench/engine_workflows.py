"""One-step workflows, started and finished one after another.

By the engine's door in process, on a file, durability "full": start, decide, do, complete. Beside
it: DBOS workflows of one step, on SQLite as DBOS sets it up and in WAL mode; Prefect flows of one
task, where Prefect is installed, once. Each runs in a process of its own, on the same disk, in
turn.

Left out: HTTP, and the deciders' and workers' own code.

    python bench/engine_workflows.py [--quick] [--json]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import _dbos
import _given as given
import _prefect
import _sides
from _sides import Bench, Found, Timed, median, ratio, row

OF_DBOS_IN_WAL = 1.5
COUNTS = {"swf": 600, "dbos": 120, "dbos, WAL": 240}
ROUNDS = 5
PREFECT = {"swf": 600, "prefect": 10}
"""Prefect's server takes so long to start that there is one round of it."""


def swf(count: int, folder: Path) -> Found:
    """Start and finish workflows by the engine's door."""
    from _swf import Polling, opened

    with opened(folder) as engine:
        deciders = Polling(engine, "PollForDecisionTask", given.DECISION_POLL)
        workers = Polling(engine, "PollForActivityTask", given.ACTIVITY_POLL)

        def workflow(workflow_id: str) -> None:
            engine.handle("StartWorkflowExecution", given.started(workflow_id))
            token = deciders.take()["taskToken"]
            engine.handle("RespondDecisionTaskCompleted", given.scheduled(token, "1"))
            token = workers.take()["taskToken"]
            engine.handle("RespondActivityTaskCompleted", given.done(token))
            token = deciders.take()["taskToken"]
            engine.handle("RespondDecisionTaskCompleted", given.completed(token))

        for number in range(10):
            workflow(f"warm-{number}")
        with Timed() as timed:
            for number in range(count):
                workflow(f"order-{number}")
        return timed.each(count)


SIDES = {
    "swf": swf,
    "dbos": partial(_dbos.workflows, wal=False),
    "dbos, WAL": partial(_dbos.workflows, wal=True),
    "prefect": _prefect.workflows,
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the workflows a second beside DBOS, and the syncs that one takes."""
    found = bench.rounds(COUNTS, ROUNDS)
    once = bench.rounds(PREFECT, 1) if _prefect.IS_INSTALLED else {}
    what = "one-step workflow started and finished, one after another"

    def beside(
        side: str, name: str, found: Mapping[str, list[Found]] = found, **judged: Any
    ) -> dict[str, Any]:
        ours, peer = (1 / median(found[one]) for one in ("swf", side))
        times = ratio(found["swf"], found[side])
        return row(what, ours, "/s", peer=peer, peer_name=name, ratio=times, **judged)

    times = ratio(found["swf"], found["dbos, WAL"])
    syncs = bench.syncs("swf", 50, 250)
    return [
        beside(
            "dbos, WAL",
            "DBOS in WAL",
            target=f">= {OF_DBOS_IN_WAL} x",
            reached=times >= OF_DBOS_IN_WAL,
        ),
        beside("dbos", "DBOS as shipped"),
        *([beside("prefect", "Prefect as shipped", once)] if once else []),
        *([] if syncs is None else [row("  syncs of the workflow (strace)", syncs, "")]),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
