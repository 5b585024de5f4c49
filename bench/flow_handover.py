"""From a completed activity to the next one at work, on an idle machine, on a file.

From the return of an activity to the call of the next, which takes its result: its answer, the
decision task, the decision and the next activity task, all durable; decider and worker are threads
of one process, polling. The peer is DBOS as it is shipped, from enqueueing a workflow to its start.

Left out: HTTP, and machines that are busy.

    python bench/flow_handover.py [--quick] [--json]
"""

from __future__ import annotations

import itertools
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

import _dbos
import _sides
from _sides import Bench, Found, row

MOST = 10
COUNTS = {"swf": 200, "dbos": 12}
PAUSE = 0.005
"""Seconds of rest before each hand-over: whoever is quick to wake was not awake anyway."""


def swf(count: int, folder: Path) -> Found:
    """Hand results to the next activity through a decider."""
    from swf.flow import Decider, Worker, Workflow, activity, start
    from swf.transport import connect

    at: list[tuple[float, float]] = []

    @activity.with_attributes(name="rest", version="1", task_list="workers")
    def rest(value: int) -> int:
        called = time.perf_counter()
        time.sleep(PAUSE)
        at.append((called, time.perf_counter()))
        return value + 1

    class Chain(Workflow):
        name, version = "chain", "1"
        task_list = "deciders"

        def run(self, times: int) -> int:
            value = 0
            for _ in range(times):
                value = self.submit(rest, value).result
            return value

    closed = threading.Event()

    class Telling(Decider):
        def on_closed(self, *_: str) -> None:
            closed.set()

    connection = connect(f"sqlite:///{folder}/swf.db?durability=full")
    actors = (
        Telling([Chain], domain="bench", connection=connection),
        Worker([rest], domain="bench", connection=connection),
    )
    for actor in actors:
        actor.start(block=False)
    start(Chain, count + 1, domain="bench", connection=connection)
    closed.wait()
    for actor in actors:
        actor.stop()
    for actor in actors:
        actor.join()
    connection.close()
    return {"taken": [then[0] - before[1] for before, then in itertools.pairwise(at)]}


SIDES = {"swf": swf, "dbos": _dbos.handover}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return median and 99th percentile of the milliseconds that a hand-over takes."""
    found = {
        side: [seconds * 1000 for seconds in bench.once(side, count)["taken"]]
        for side, count in COUNTS.items()
    }
    ours, theirs = statistics.median(found["swf"]), statistics.median(found["dbos"])
    return [
        row(
            "activity completed to the next one called, in process: median",
            ours,
            "ms",
            peer=theirs,
            peer_name="DBOS, enqueued to started",
            ratio=theirs / ours,
            target=f"< {MOST} ms",
            reached=ours < MOST,
        ),
        row("  99th percentile", statistics.quantiles(found["swf"], n=100)[-1], "ms"),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
