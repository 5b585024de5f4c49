"""What a step costs a decider: cached, at any length of the history, and replayed in full.

A step is one decision task, answered with one activity task or the last result. What is counted is
CPU of all threads (`time.process_time`) of `Decider.work`, from the bytes of the reply to the
checked answer; the network is left out. The histories are made for it: real ones end at 25,000
events. The peer is simpleflow, which replays the whole history for each decision, on the same
bytes as botocore reads them.

Left out: the network, the embedded SWF, and whatever a decision does besides.

    python bench/decider_steps.py [--quick] [--json]
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import _flow
import _sides
import _simpleflow
from _sides import Bench, Found, median, ratio, row
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from swf import tracing

FEW, SOME, MANY = 100, 1_000, 10_000
MOST_CACHED = 100
MOST_TRACED = 250
MOST_GROWTH = 11
MOST_REPLAYED = 1_200
EARLY, LATE = 100, 20_000
FLAT = 1.2
"""How much dearer a step may be at the late event than at the early one: what the machine adds."""
WINDOW = 32
"""Steps that are taken from the early event on, and up to the late one."""
TIMES = 25
ROUNDS = 5


def cached(count: int, _folder: Path) -> Found:
    """Take so many steps, the run always at hand."""
    return _run(_flow.tasks(count), count, cached_runs=1)


def traced(count: int, folder: Path) -> Found:
    """Take so many steps, the run always at hand, and export a span of each to memory."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(InMemorySpanExporter()))
    tracing.instrument(provider)
    return cached(count, folder)


def replayed(count: int, _folder: Path) -> Found:
    """Take so many steps, the history replayed for each."""
    return _run(_flow.tasks(count, whole=True), count, cached_runs=0)


def _run(bodies: list[bytes], steps: int, *, cached_runs: int) -> Found:
    for _ in range(2):  # the first one counts for nothing
        given = _flow.Given(bodies)
        decider = _flow.decider(given, cached_runs=cached_runs)
        gc.collect()
        began = time.process_time()
        for _ in range(steps + 1):
            decider.work(own=cached_runs > 0)
        spent = time.process_time() - began
        _flow.check_completed(given.decisions, steps)
        decider.close()
    return {"seconds": spent / steps}


def flat(count: int, _folder: Path) -> Found:
    """Take steps around an early and around a late event of the same run, so many times."""
    bodies = _flow.tasks(count)
    early, late = EARLY // _flow.EVENTS_OF_A_STEP, LATE // _flow.EVENTS_OF_A_STEP
    spent: dict[str, list[float]] = {"early": [], "late": []}
    for _ in range(TIMES):
        decider = _flow.decider(_flow.Given(bodies))
        gc.collect()
        taken = []
        for _ in range(late):
            began = time.process_time()
            decider.work(own=True)
            taken.append(time.process_time() - began)
        spent["early"] += taken[early : early + WINDOW]
        spent["late"] += taken[-WINDOW:]
        decider.close()
    return {name: statistics.median(times) for name, times in spent.items()}


def simpleflow(count: int, _folder: Path) -> Found:
    """Take so many steps as simpleflow does."""
    replayer = _simpleflow.Replayer()
    bodies = _flow.tasks(count, whole=True)
    replayer.decisions(bodies[:1])
    began = time.process_time()
    for body in bodies:
        decisions = replayer.decisions([body])
    spent = time.process_time() - began
    _flow.check_completed(decisions, count)
    return {"seconds": spent / count}


SIDES = {
    "cached": cached,
    "cached, some": cached,
    "cached, many": cached,
    "traced": traced,
    "replayed": replayed,
    "flat": flat,
    "simpleflow": simpleflow,
}
COUNTS = {
    "cached": FEW,
    "cached, some": SOME,
    "cached, many": MANY,
    "traced": SOME,
    "replayed": FEW,
    "simpleflow": FEW,
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the microseconds of a step beside the peer's, and how they grow."""
    found = bench.rounds(COUNTS, ROUNDS)
    cost = {side: median(found[side]) * 1e6 for side in COUNTS}
    growth = ratio(found["cached, some"], found["cached, many"]) * MANY / SOME
    course = bench.once("flat", LATE // _flow.EVENTS_OF_A_STEP)
    steps = partial(row, unit="us", peer_name="simpleflow", peer=cost["simpleflow"])
    return [
        steps(
            f"a decider's step, cached, of {FEW}",
            cost["cached"],
            ratio=ratio(found["cached"], found["simpleflow"]),
            target=f"<= {MOST_CACHED} us",
            reached=cost["cached"] <= MOST_CACHED,
        ),
        row(
            f"  of {SOME:,}",
            cost["cached, some"],
            "us",
            target=f"<= {MOST_CACHED} us",
            reached=cost["cached, some"] <= MOST_CACHED,
        ),
        row(
            f"  of {SOME:,}, with a span each",
            cost["traced"],
            "us",
            target=f"<= {MOST_TRACED} us",
            reached=cost["traced"] <= MOST_TRACED,
        ),
        row(
            f"  cost of {MANY:,} steps over that of {SOME:,}",
            growth,
            "",
            target=f"<= {MOST_GROWTH}",
            reached=growth <= MOST_GROWTH,
        ),
        row(
            f"  at event {LATE:,}",
            course["late"] * 1e6,
            "us",
            peer=course["early"] * 1e6,
            peer_name=f"at event {EARLY}",
            ratio=course["late"] / course["early"],
            target=f"<= {FLAT} x",
            reached=course["late"] <= FLAT * course["early"],
        ),
        steps(
            f"a decider's step, all replayed each time, of {FEW}",
            cost["replayed"],
            ratio=ratio(found["replayed"], found["simpleflow"]),
            target=f"<= {MOST_REPLAYED:,} us",
            reached=cost["replayed"] <= MOST_REPLAYED,
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
