"""Compiling the longest history there is: 25,000 events of every kind of entity.

Figures: compiling typed events; from raw events, typing included; feeding a compiled history one
new event; what raw events, typed events and compiled history keep in memory together. The peer is
`History.parse()` of simpleflow, from its own event objects (where it is installed); it folds
activities, children, markers, timers and signals, and checks nothing.

What is counted is CPU (`time.process_time`), both sides in turn; the figure is the median round.
Both sides must have seen the same states, or the run fails.

Left out: the network, and Lambda functions.

    python bench/compile_history.py [--rounds N] [--json]
"""

from __future__ import annotations

import copy
import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import _sides

from swf.clock import ManualClock
from swf.models.event import events_from
from swf.models.history import CompiledHistory, HistoryBuilder

try:
    from simpleflow.history import History as SimpleflowAggregate
    from simpleflow.swf.mapper.models.history import History as SimpleflowHistory
except ImportError:
    SimpleflowHistory = None

LONGEST = 25_000
MOST_MICROSECONDS = 12
MOST_MEGABYTES = 60
TYPE = ("charge-card", "1.4")


def raw_events(count: int) -> list[dict[str, Any]]:
    """Return the first events of an execution that uses all that SWF offers, but for Lambda.

    Ids are used once each, and each round is a decision with three parallel activity tasks, a
    marker, and in turn a timer, a child, a signal sent and one received.
    """
    builder = HistoryBuilder(("process-orders", "2024-05"), {"args": []}, clock=ManualClock())
    number = 0
    while len(builder) < count:
        number += 1
        builder.decision().marker_recorded(f"checkpoint-{number}", details={"order": number})
        names = [f"charge-{number}-{part}" for part in range(3)]
        for name in names:
            builder.activity_task_scheduled(name, TYPE, input={"args": [number]})
        if number % 3 == 0:
            builder.timer_started(f"timer-{number}", 1)
        if number % 5 == 0:
            builder.start_child_workflow_execution_initiated(f"child-{number}", TYPE)
            builder.child_workflow_execution_started(f"child-{number}")
        for name in names:
            builder.advance(0.1).activity_task_started(name)
        if number % 3 == 0:
            builder.timer_fired(f"timer-{number}")
        for name in names:
            builder.advance(0.1).activity_task_completed(name, result={"charged": True})
        if number % 5 == 0:
            builder.child_workflow_execution_completed(f"child-{number}", result="ok")
        if number % 7 == 0:
            builder.workflow_execution_signaled(f"signal-{number}", input="go")
    return builder.raw[:count]


def check_equal(raws: list[dict[str, Any]]) -> None:
    """Fail unless the peer sees the same states of all activity tasks, timers and children."""
    if SimpleflowHistory is None:
        return
    ours = CompiledHistory.of(events_from(raws))
    theirs = SimpleflowAggregate(SimpleflowHistory.from_event_list(raws))
    theirs.parse()
    for mine, their in (
        (ours.activities, theirs.activities),
        (ours.timers, theirs.timers),
        (ours.children, theirs.child_workflows),
    ):
        assert {entity.id: entity.state for entity in mine} == {
            name: told["state"] for name, told in their.items()
        }


def medians(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median CPU of each side in microseconds per event; the sides take turns."""
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            gc.collect()
            began = time.process_time()
            side()
            spent[name].append(time.process_time() - began)
    return {name: statistics.median(times) / LONGEST * 1e6 for name, times in spent.items()}


def one_more(raws: list[dict[str, Any]], rounds: int) -> float:
    """Return the median microseconds of feeding the newest event to what is compiled already."""
    events = events_from(raws)
    compiled = CompiledHistory.of(events[:-1000])
    spent = []
    for _ in range(rounds):
        grown = copy.copy(compiled)
        began = time.process_time()
        grown.extend(events[-1000:])
        spent.append(time.process_time() - began)
    return statistics.median(spent) / 1000 * 1e6


def kept_megabytes(raws: list[dict[str, Any]]) -> float:
    """Return what raw events, read from JSON, their typed events and the compiled history keep."""
    body = json.dumps(raws)
    CompiledHistory.of(events_from(raws[:100]))  # the classes are loaded
    gc.collect()
    tracemalloc.start()
    read = json.loads(body)
    events = events_from(read)
    compiled = CompiledHistory.of(events)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(compiled) == len(events) == len(read)
    return kept / 1e6


def limit(what: str, ours: float, unit: str, most: float, peer: float | None) -> dict[str, Any]:
    """Return one line of the table."""
    return {
        "what": what,
        "ours": round(ours, 2),
        "peer": None if peer is None else round(peer, 2),
        "peer_name": None if peer is None else "simpleflow",
        "unit": unit,
        "ratio": None if peer is None else round(peer / ours, 2),
        "target": f"< {most:g} {unit}",
        "missed": ours >= most,
    }


def measure(rounds: int) -> list[dict[str, Any]]:
    """Return every figure."""
    raws = raw_events(LONGEST)
    check_equal(raws)
    events = events_from(raws)
    sides: dict[str, Callable[[], object]] = {
        "typed": lambda: CompiledHistory.of(events),
        "raw": lambda: CompiledHistory.of(events_from(raws)),
    }
    if SimpleflowHistory is not None:
        parsed = SimpleflowHistory.from_event_list(raws)
        sides["parse"] = lambda: SimpleflowAggregate(parsed).parse()
        sides["both"] = lambda: SimpleflowAggregate(SimpleflowHistory.from_event_list(raws)).parse()
    found = medians(sides, rounds)
    most = MOST_MICROSECONDS
    return [
        limit("compile, of typed events, each", found["typed"], "µs", most, found.get("parse")),
        limit("compile, of raw events, each", found["raw"], "µs", most, found.get("both")),
        limit("one event more", one_more(raws, rounds), "µs", most, None),
        limit("raw, typed and compiled, kept", kept_megabytes(raws), "MB", MOST_MEGABYTES, None),
    ]


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    parser = _sides.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if options.quick:
        options.rounds = 3
    rows = measure(options.rounds)
    if SimpleflowHistory is None:
        print(
            "!!! simpleflow is NOT installed: its rows have no figure (make bench)", file=sys.stderr
        )
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for found in rows:
            peer = (
                f"{found['peer_name']} {found['peer']}: {found['ratio']} x" if found["peer"] else ""
            )
            print(f"{found['what']}: {found['ours']} {found['unit']}  {peer}  {found['target']}")
    return int(any(found["missed"] for found in rows))


if __name__ == "__main__":
    sys.exit(main())
