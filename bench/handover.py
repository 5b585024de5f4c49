"""How long a task takes to reach a poller that waits for it, on an idle machine.

From the call that makes the task (RespondDecisionTaskCompleted with one activity task) to the
worker's having it, its hand-out synced to disk: between threads of one process, by the engine's
door; and between two processes, by boto3 and `python -m swf.server`. The peer is DBOS as it is
shipped, from enqueueing a workflow to its start.

Left out: deciders' and workers' own code, and machines that are busy.

    python bench/handover.py [--quick] [--json]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import _dbos
import _given as given
import _moto
import _served
import _sides
from _sides import Bench, Found, row

IN_PROCESS = 5
ACROSS = 25
COUNTS = {"threads": 200, "processes": 150, "dbos": 12}
PAUSE = 0.005
"""Seconds of rest before each hand-over: whoever is quick to wake was not awake anyway."""


def threads(count: int, folder: Path) -> Found:
    """Hand tasks to a thread that waits in a poll."""
    from _swf import opened

    with opened(folder) as engine:
        got: list[float] = []
        ready = threading.Semaphore(0)

        def worker() -> None:
            for _ in range(count):
                task = engine.handle("PollForActivityTask", given.ACTIVITY_POLL)
                got.append(time.perf_counter())
                engine.handle("RespondActivityTaskCompleted", given.done(task["taskToken"]))
                ready.release()

        thread = threading.Thread(target=worker)
        thread.start()
        taken = _taken(engine.handle, count, got, ready.acquire)
        thread.join()
        return {"taken": taken}


def processes(count: int, folder: Path) -> Found:
    """Hand tasks to a process that waits in a poll over HTTP."""
    with _served.swf(folder) as server:
        ask = _moto.asking(_moto.client(server.url))
        given.register(ask)
        worker = subprocess.Popen(
            _sides.command(__file__, "worker", count, server.url.replace("/", "|")),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        told = worker.stdout
        told.readline()  # it is about to poll
        got: list[float] = []
        taken = _taken(ask, count, got, lambda: got.append(float(told.readline())))
        worker.wait()
        return {"taken": taken}


def worker(count: int, folder: Path) -> Found:
    """Work, and print when each task came; both processes read the same clock."""
    ask = _moto.asking(_moto.client(str(folder).replace("|", "/")))
    print("up", flush=True)
    for _ in range(count):
        task = ask("PollForActivityTask", given.ACTIVITY_POLL)
        at = time.perf_counter()
        ask("RespondActivityTaskCompleted", given.done(task["taskToken"]))
        print(at, flush=True)
    return {}


def _taken(ask: given.Ask, count: int, got: list[float], wait: Any) -> list[float]:
    """Return the seconds that each hand-over took."""
    taken = []
    ask("StartWorkflowExecution", given.started("order-1"))
    for number in range(count):
        token = ask("PollForDecisionTask", given.DECISION_POLL)["taskToken"]
        time.sleep(PAUSE)
        began = time.perf_counter()
        ask("RespondDecisionTaskCompleted", given.scheduled(token, str(number)))
        wait()
        taken.append(got[-1] - began)
    return taken


SIDES = {"threads": threads, "processes": processes, "worker": worker, "dbos": _dbos.handover}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return median and 99th percentile of the milliseconds that a hand-over takes."""
    found = {
        side: [seconds * 1000 for seconds in bench.once(side, count)["taken"]]
        for side, count in COUNTS.items()
    }
    theirs = statistics.median(found["dbos"])
    made = []
    for side, most, where, what in (
        (
            "threads",
            IN_PROCESS,
            "in process",
            "hand-over of a task to a waiting poller, in process",
        ),
        ("processes", ACROSS, "over HTTP", "hand-over of a task, across processes over HTTP"),
    ):
        ours = statistics.median(found[side])
        made.append(
            row(
                f"{what}: median",
                ours,
                "ms",
                peer=theirs,
                peer_name="DBOS, enqueued to started",
                ratio=theirs / ours,
                target=f"< {most} ms",
                reached=ours < most,
            )
        )
        slowest = statistics.quantiles(found[side], n=100)[-1]
        made.append(row(f"  99th percentile, {where}", slowest, "ms"))
    return made


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
