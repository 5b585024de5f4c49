"""Durable activity steps of 32 workflows in flight, which share commits.

By the engine's door in process, on a file, durability "full": from one thread by callbacks, as an
event loop drives it, and from 32 threads that wait. Beside it: the same SQL alone, each commit
shared by all workflows; 32 DBOS workflows that take their steps at the same time. Each runs in a
process of its own, on the same disk, in turn.

Left out: HTTP, and the deciders' and workers' own code; steps are all alike and small.

    python bench/engine_flight.py [--quick] [--json]
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import _dbos
import _given as given
import _sides
import _sql
from _sides import Bench, Found, Timed, median, ratio, row

WORKFLOWS = 32
OF_SQL = 0.35
CPU_BOUND = 0.9
"""The rest is waiting for the disk, as it is for the SQL alone."""
OF_DBOS = 10
MOST_SYNCS = 0.2
COUNTS = {"swf": 4_800, "threads": 1_600, "sql": 9_600, "dbos": 160, "dbos, WAL": 320}
ROUNDS = 5


def swf(count: int, folder: Path, *, workflows: int = WORKFLOWS) -> Found:
    """Take steps from one thread: what an answer leads to is asked at once, and done together."""
    from _swf import Loop, opened

    steps = count // workflows
    with opened(folder) as engine:
        loop = Loop(engine)
        left: dict[str, int] = {}

        def decide(task: dict[str, Any]) -> None:
            workflow_id = task["workflowExecution"]["workflowId"]
            left[workflow_id] -= 1
            if left[workflow_id] >= 0:
                answer = given.scheduled(task["taskToken"], str(left[workflow_id]))
                loop.ask("RespondDecisionTaskCompleted", answer)

        def work(task: dict[str, Any]) -> None:
            loop.ask("RespondActivityTaskCompleted", given.done(task["taskToken"]))

        for number in range(workflows):
            loop.poll("PollForDecisionTask", given.DECISION_POLL, decide)
            loop.poll("PollForActivityTask", given.ACTIVITY_POLL, work)
            left[f"order-{number}"] = steps
            loop.ask("StartWorkflowExecution", given.started(f"order-{number}"))
        commits = engine.stats.commits
        with Timed() as timed:
            loop.run()
        found = timed.each(count)
        return {**found, "commits": (engine.stats.commits - commits) / count}


def threads(count: int, folder: Path) -> Found:
    """Take steps from a thread for each workflow, which waits for every answer."""
    from _swf import opened

    steps = count // WORKFLOWS
    with opened(folder) as engine:

        def drive(number: int) -> None:
            # A list for each: what it is handed is its own.
            decisions, work = {"name": f"deciders-{number}"}, {"name": f"workers-{number}"}
            ask = engine.handle
            ask("StartWorkflowExecution", {**given.started(f"{number}"), "taskList": decisions})
            for step in range(steps):
                task = ask("PollForDecisionTask", {**given.DECISION_POLL, "taskList": decisions})
                answer = given.scheduled(task["taskToken"], str(step))
                [one] = answer["decisions"]
                one["scheduleActivityTaskDecisionAttributes"]["taskList"] = work
                ask("RespondDecisionTaskCompleted", answer)
                task = ask("PollForActivityTask", {**given.ACTIVITY_POLL, "taskList": work})
                ask("RespondActivityTaskCompleted", given.done(task["taskToken"]))

        drivers = [threading.Thread(target=drive, args=(one,)) for one in range(WORKFLOWS)]
        with Timed() as timed:
            for driver in drivers:
                driver.start()
            for driver in drivers:
                driver.join()
        return timed.each(count)


def sql(count: int, folder: Path) -> Found:
    """Write the rows of steps, those of all workflows with each commit."""
    connection = _sql.database(folder)
    for run in range(1, WORKFLOWS + 1):
        _sql.start(connection, run)
    steps = count // WORKFLOWS
    changes = [list(_sql.changes(run, steps)) for run in range(1, WORKFLOWS + 1)]
    shared = list(zip(*changes, strict=True))
    with Timed() as timed:
        for together in shared:
            connection.execute("BEGIN IMMEDIATE")
            for change in together:
                _sql.write(connection, change)
            connection.execute("COMMIT")
    return timed.each(count)


SIDES = {
    "swf": swf,
    "threads": threads,
    "sql": sql,
    "dbos": partial(_dbos.in_flight, wal=False, workflows=WORKFLOWS),
    "dbos, WAL": partial(_dbos.in_flight, wal=True, workflows=WORKFLOWS),
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the steps a second beside each peer, the syncs that a step takes, and its CPU."""
    found = bench.rounds(COUNTS, ROUNDS)
    ours = found["swf"]
    rate = 1 / median(ours)
    of_sql = ratio(ours, found["sql"])
    busy = median([{"share": one["cpu"] / one["seconds"]} for one in ours], "share")
    syncs = bench.syncs("swf", 640, 3_200)
    counted = median(ours, "commits") if syncs is None else syncs
    what = f"durable activity step in process, {WORKFLOWS} workflows in flight"

    def beside(side: str, name: str, **judged: Any) -> dict[str, Any]:
        peer = 1 / median(found[side])
        judged.setdefault("ratio", ratio(ours, found[side]))
        return row(what, rate, "steps/s", peer=peer, peer_name=name, **judged)

    of_dbos = ratio(ours, found["dbos"])
    return [
        beside(
            "sql",
            "SQL alone, shared commits",
            ratio=of_sql,
            target=f">= {OF_SQL:.2f} x, or a core busy to {CPU_BOUND:.0%}",
            reached=of_sql >= OF_SQL or busy >= CPU_BOUND,
        ),
        row("  share of a core that it keeps busy", busy, ""),
        row(
            "  CPU of the step",
            median(ours, "cpu") * 1e6,
            "us",
            peer=median(found["sql"], "cpu") * 1e6,
            peer_name="SQL alone",
        ),
        beside("dbos", "DBOS", target=f">= {OF_DBOS} x", reached=of_dbos >= OF_DBOS),
        beside("dbos, WAL", "DBOS in WAL"),
        row("  the same from a thread for each workflow", 1 / median(found["threads"]), "steps/s"),
        row(
            f"  syncs of the step ({'by commits' if syncs is None else 'strace'})",
            counted,
            "",
            target=f"< {MOST_SYNCS}",
            reached=counted < MOST_SYNCS,
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
