"""A decider that holds nothing: from the bytes of a history of 1,000 steps to its decisions.

The history has 6,003 events, in seven pages; what is counted is CPU of all threads
(`time.process_time`), without the network. Ours is the whole of `Decider.work`: reading the pages,
replaying, comparing each decision with the history, packing and checking the answer. The peers are
simpleflow's executor, on the same bytes as botocore reads them; and the replayer of Temporal's SDK
for Python, on the equivalent history, from its JSON, as it is shipped (in its sandbox) and without
the sandbox. All must come to the same result. Each runs in a process of its own, in turn.

Left out: the network, and what workflows do besides: signals, timers, children.

    python bench/cold_replay.py [--quick] [--json]
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import _flow
import _sides
import _simpleflow
from _sides import Bench, Found, median, ratio, row

STEPS = 1_000
MOST_MILLISECONDS = 20
OF_SIMPLEFLOW = 9
OF_TEMPORAL = 50
COUNTS = {"swf": 15, "simpleflow": 3, "temporal": 2, "temporal, sandboxed": 2}
ROUNDS = 5


def swf(count: int, _folder: Path) -> Found:
    """Replay with a decider that holds no run."""
    events = _flow.history(STEPS)
    bodies = _flow.task(events, len(events))

    given = _flow.Given(bodies * (count + 1))
    decider = _flow.decider(given, cached_runs=0)

    def replay() -> Callable[[], None]:
        decider.work()
        return lambda: _flow.check_completed(given.decisions, STEPS)

    found = _cpu(replay, count)
    decider.close()
    return found


def simpleflow(count: int, _folder: Path) -> Found:
    """Replay with simpleflow's executor."""
    events = _flow.history(STEPS)
    bodies = _flow.task(events, len(events))
    replayer = _simpleflow.Replayer()

    def replay() -> Callable[[], None]:
        decisions = replayer.decisions(bodies)
        return lambda: _flow.check_completed(decisions, STEPS)

    return _cpu(replay, count)


def temporal(count: int, _folder: Path, *, sandboxed: bool) -> Found:
    """Replay with the replayer of Temporal's SDK."""
    import _temporal

    body = _temporal.history(STEPS)
    replayer = _temporal.Replayer(sandboxed=sandboxed)

    def replay() -> Callable[[], None]:
        failure = replayer.failure(body)
        return lambda: _check_none(failure)

    return _cpu(replay, count)


def _check_none(failure: object) -> None:
    assert failure is None, failure


def _cpu(replay: Callable[[], Callable[[], None]], count: int) -> Found:
    """Return the median CPU of a replay, after one that counts for nothing; each is checked."""
    spent: list[float] = []
    replay()()
    for _ in range(count):
        gc.collect()
        began = time.process_time()
        check = replay()
        spent.append(time.process_time() - began)
        check()
    return {"seconds": statistics.median(spent)}


SIDES = {
    "swf": swf,
    "simpleflow": simpleflow,
    "temporal": partial(temporal, sandboxed=False),
    "temporal, sandboxed": partial(temporal, sandboxed=True),
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the milliseconds of a replay beside each peer's."""
    found = bench.rounds(COUNTS, ROUNDS)
    ours = found["swf"]
    what = f"cold replay of {STEPS:,} steps, bytes to decisions"
    spent = median(ours) * 1_000
    made = [
        row(
            what,
            spent,
            "ms",
            target=f"<= {MOST_MILLISECONDS} ms",
            reached=spent <= MOST_MILLISECONDS,
        )
    ]
    for side, name, least in (
        ("simpleflow", "simpleflow", OF_SIMPLEFLOW),
        ("temporal", "Temporal, no sandbox", OF_TEMPORAL),
        ("temporal, sandboxed", "Temporal as shipped", None),
    ):
        times = ratio(ours, found[side])
        made.append(
            row(
                what,
                spent,
                "ms",
                peer=median(found[side]) * 1_000,
                peer_name=name,
                ratio=times,
                target=least and f">= {least} x",
                reached=least is None or times >= least,
            )
        )
    return made


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
