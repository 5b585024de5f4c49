"""What a decision about a graph costs, at whatever length of the history, beside floto's algorithm.

The graph is a chain, with a generator before it or without; its histories have 603, 6,003 and
24,003 events, which one embedded SWF has recorded. What is counted is CPU of all threads, from the
bytes of a reply to decisions: ours of what is new, by a decider that holds the run; the peer's of
as many pages of the history, newest first, as it asks for. Both must schedule the same.

Left out: the network, and the embedded SWF.

    python bench/graph_decide.py [--quick] [--json]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import _sides
from _sides import Bench, Found, median, ratio, row

STEPS = (100, 1_000, 4_000)
EVENTS_OF_A_STEP = 6
WINDOW = 32
"""Decisions at the end of the history that are looked at."""
FEW = 4
"""Of these, how many the peer takes."""
TIMES = 5
ROUNDS = 3


def ours(count: int, _folder: Path, *, generated: bool) -> Found:
    """Decide about a chain of so many steps, the run always at hand."""
    import _graph

    made = _graph.workflow(_graph.chain(count, generated=generated), continue_at=_graph.WHOLE)
    life = _graph.lived(made)
    last = []
    for _ in range(TIMES):
        taken, given = _graph.spent(life.tasks, made)
        assert given.decisions[0]["decisionType"] == "CompleteWorkflowExecution"
        last += taken[-WINDOW - 1 : -1]
    return {"seconds": statistics.median(last)}


def floto(count: int, _folder: Path, *, generated: bool) -> Found:
    """Decide about a chain of so many steps as floto does."""
    import _floto
    import _graph

    tasks = _graph.chain(count, generated=generated)
    life = _graph.lived(_graph.workflow(tasks, continue_at=_graph.WHOLE))
    decider = _floto.Decider(
        [
            _floto.Task(task.id_, task.required_ids, is_generator=task.KIND == "generator")
            for task in tasks
        ]
    )
    events = {
        event["eventId"]: event for task in life.tasks for event in json.loads(task)["events"]
    }
    assert sorted(events) == list(range(1, len(events) + 1))
    taken = []
    for number in range(len(life.tasks) - FEW - 1, len(life.tasks)):
        task = json.loads(life.tasks[number])
        after, until = task["previousStartedEventId"], task["startedEventId"]
        pages = _pages(events, until)
        began = time.process_time()
        made = decider.decisions(pages, after, until)
        taken.append(time.process_time() - began)
        expected = [tasks[number].id_] if number < len(tasks) else []
        assert list(_graph.scheduled(made)) == expected, (made, expected)
    assert made[0]["decisionType"] == "CompleteWorkflowExecution"
    return {"seconds": statistics.median(taken[:-1])}


def _pages(events: dict[int, Any], until: int) -> list[bytes]:
    import _floto

    backwards = range(until, 0, -1)
    return [
        json.dumps({"events": [events[one] for one in backwards[at : at + _floto.PAGE]]}).encode()
        for at in range(0, until, _floto.PAGE)
    ]


SIDES = {
    f"{side}{', generated' if generated else ''}, {steps}": partial(function, generated=generated)
    for side, function in (("ours", ours), ("floto", floto))
    for generated in (False, True)
    for steps in STEPS
}
COUNTS = {side: int(side.rpartition(" ")[2]) for side in SIDES}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the microseconds of a decision beside the peer's, at each length."""
    found = bench.rounds(COUNTS, ROUNDS)
    told = []
    for kind, what in (("", "a chain"), (", generated", "a chain after a generator")):
        for steps in STEPS:
            mine, theirs = found[f"ours{kind}, {steps}"], found[f"floto{kind}, {steps}"]
            events = steps * EVENTS_OF_A_STEP + 3 + (EVENTS_OF_A_STEP if kind else 0)
            told.append(
                row(
                    f"a decision about {what}, at event {events:,}",
                    median(mine) * 1e6,
                    "us",
                    peer=median(theirs) * 1e6,
                    peer_name="floto's algorithm",
                    ratio=ratio(mine, theirs),
                )
            )
    return told


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
