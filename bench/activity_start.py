"""What it takes a worker to have an activity at work, from the task it has polled to its answer.

In the worker's thread, in a process of its pool, and in a process that is not kept; the network is
left out: tasks are there at once, and answers go nowhere. What is counted is time, since the
processes' CPU is not this one's. The peer is what simpleflow does for each task: a process that is
forked, and waited for (`multiprocess.Process`).

Left out: what the activity does, and the network.

    python bench/activity_start.py [--quick] [--json]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import _flow
import _sides
from _sides import Bench, Found, median, ratio, row

MOST = {"thread": 100, "pool": 500}
COUNTS = {"thread": 2_000, "pool": 1_000, "process": 10, "simpleflow": 150}
ROUNDS = 5
WARM = 20


class Tasks(_flow.Transport):
    """Gives so many activity tasks, one after another, and takes their answers."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.began: list[float] = []
        self.results: list[str] = []

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task, or nothing where there is no more; keep an answer."""
        if operation == "RespondActivityTaskCompleted":
            self.results.append(params["result"])
            return {}
        if operation != "PollForActivityTask" or not self._left:
            return {}
        self._left -= 1
        number = len(self.began)
        name, version = _flow.ACTIVITY
        self.began.append(time.perf_counter())
        return {
            "taskToken": f"token-{number}",
            "activityId": f"activity-{number}",
            "activityType": {"name": name, "version": version},
            "workflowExecution": {"workflowId": "bench-1", "runId": "22run="},
            "input": f'{{"args":[{number}],"kwargs":{{}}}}',
            "startedEventId": 6 * number + 6,
        }


def swf(count: int, _folder: Path, *, isolation: Any) -> Found:
    """Have tasks done by a worker."""
    from swf.flow import Worker

    tasks = Tasks(count + WARM)
    worker = Worker([_flow.increment], domain=_flow.DOMAIN, connection=tasks, register=False)
    worker.start(isolation=isolation, tasks=count + WARM)
    ended = time.perf_counter()
    assert tasks.results == [str(number + 1) for number in range(count + WARM)]
    return {"seconds": (ended - tasks.began[WARM]) / count}


def simpleflow(count: int, _folder: Path) -> Found:
    """Fork a process for each task, as simpleflow does."""
    import multiprocess
    import simpleflow.swf.process.worker.base  # noqa: F401  (what such a process has in memory)

    fork = multiprocess.get_context("fork")
    began = time.perf_counter()
    for number in range(count):
        process = fork.Process(target=_flow.increment.callable, args=(number,))
        process.start()
        process.join()
        assert process.exitcode == 0
    return {"seconds": (time.perf_counter() - began) / count}


SIDES = {
    "thread": partial(swf, isolation="thread"),
    "pool": partial(swf, isolation="pool"),
    "process": partial(swf, isolation="process"),
    "simpleflow": simpleflow,
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the microseconds of a task, beside those of simpleflow's fork."""
    found = bench.rounds(COUNTS, ROUNDS)
    theirs = median(found["simpleflow"]) * 1e6
    made = []
    for side, what in (
        ("thread", "an activity done by a worker's thread"),
        ("pool", "  by a process of its pool"),
        ("process", "  by a process of its own"),
    ):
        ours, most = median(found[side]) * 1e6, MOST.get(side)
        made.append(
            row(
                what,
                ours,
                "us",
                peer=theirs,
                peer_name="simpleflow's fork",
                ratio=ratio(found[side], found["simpleflow"]),
                target=most and f"<= {most} us",
                reached=most is None or ours <= most,
            )
        )
    return made


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
