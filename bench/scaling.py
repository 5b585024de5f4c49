"""How figures grow: a decision with its history, a call with what is open, steps with workflows.

A decision: CPU of all threads, from the bytes of a reply to the checked answer, by a decider that
holds the run, by one that holds none, and by simpleflow. A call: SignalWorkflowExecution of an
execution drawn by chance, none twice, wall clock, in process, by the engine on a file and by moto,
which keeps nothing. Steps: those of so many workflows in flight, by the engine's door, through
decider and worker threads, and by DBOS, each on a file whose commits are synced. Each point is a
process of its own.

Left out: the network; histories of anything but steps; commits one by one where calls are counted
(durability "normal"), for a sync costs the same however much is open.

    python bench/scaling.py [--quick] [--json]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import _dbos
import _flow
import _given as given
import _moto
import _sides
import _simpleflow
from _sides import Bench, Found, Timed, median, row

STEPS = (10, 30, 100, 300, 1_000, 3_000)
STEPS_OF_SIMPLEFLOW = 1_000
"""More would take it minutes."""
OPEN = (100, 300, 1_000, 10_000, 100_000)
OPEN_IN_MOTO = 1_000
FLIGHT = (1, 2, 4, 8, 16, 32, 64)
CALLS = 100
WINDOW = 8
TIMES = 15
"""How often a decision is taken; of long histories not as often."""
DECIDERS, WORKERS = 32, 48
"""As in `flow_flight`."""


def _times(steps: int) -> int:
    return min(TIMES, max(3, 3_000 // steps))


def held(count: int, _folder: Path) -> Found:
    """Take steps up to that of so many, the run always at hand; the last ones count."""
    bodies = _flow.tasks(count)
    taken = []
    for _ in range(_times(count)):
        decider = _flow.decider(_flow.Given(bodies))
        for step in range(count):
            began = time.process_time()
            decider.work(own=True)
            if step >= count - WINDOW:
                taken.append(time.process_time() - began)
        decider.close()
    return {"seconds": statistics.median(taken)}


def replayed(count: int, _folder: Path) -> Found:
    """Decide after so many steps, the whole history replayed."""
    events = _flow.history(count)
    bodies = _flow.task(events, len(events))
    decider = _flow.decider(_flow.Given(bodies * _times(count)), cached_runs=0)
    taken = []
    for _ in range(_times(count)):
        began = time.process_time()
        decider.work()
        taken.append(time.process_time() - began)
    decider.close()
    return {"seconds": statistics.median(taken)}


def simpleflow(count: int, _folder: Path) -> Found:
    """Decide the same as simpleflow does."""
    events = _flow.history(count)
    bodies = _flow.task(events, len(events))
    replayer = _simpleflow.Replayer()
    taken = []
    for _ in range(4):
        began = time.process_time()
        replayer.decisions(bodies)
        taken.append(time.process_time() - began)
    return {"seconds": statistics.median(taken[1:])}


def signalled(count: int, folder: Path) -> Found:
    """Signal one of so many open executions."""
    from _swf import Engine, Loop

    url = f"sqlite:///{folder}/swf.db?durability=normal"
    with Engine.open(url) as engine:
        given.register(engine.handle)
        loop = Loop(engine)
        for number in range(count):
            loop.ask("StartWorkflowExecution", given.started(f"order-{number}"))
            if number % 256 == 0:
                loop.run()
        loop.run()
    # Opened anew it has none of them in its cache.
    with Engine.open(url) as engine:
        return _signalled(engine.handle, count)


def signalled_in_moto(count: int, _folder: Path) -> Found:
    """Signal one of so many open executions that moto mocks in this process."""
    from moto import mock_aws

    with mock_aws():
        ask = _moto.asking(_moto.client())
        given.register(ask)
        for number in range(count):
            ask("StartWorkflowExecution", given.started(f"order-{number}"))
        return _signalled(ask, count)


def _signalled(ask: given.Ask, count: int) -> Found:
    taken = []
    for number in random.Random(1).sample(range(count), CALLS):
        workflow_id = f"order-{number}"
        began = time.perf_counter()
        ask(
            "SignalWorkflowExecution",
            {
                "domain": given.DOMAIN,
                "workflowId": workflow_id,
                "signalName": "paid",
                "input": given.INPUT,
            },
        )
        taken.append(time.perf_counter() - began)
    return {"seconds": statistics.median(taken)}


def by_the_door(count: int, folder: Path, *, workflows: int) -> Found:
    """Take steps of so many workflows from one thread."""
    from engine_flight import swf

    return swf(count, folder, workflows=workflows)


def by_crew(count: int, folder: Path, *, workflows: int) -> Found:
    """Take steps of so many workflows through decider and worker threads."""
    from _crew import crew

    each = count // workflows
    with crew(folder, deciders=DECIDERS, workers=WORKERS) as made:
        made.start("warm", 5)
        made.closed.acquire()
        with Timed() as timed:
            for number in range(workflows):
                made.start(f"order-{number}", each)
            for _ in range(workflows):
                made.closed.acquire()
    return timed.each(each * workflows)


_IN_FLIGHT = {
    "door": (by_the_door, 640),
    "crew": (by_crew, 320),
    "dbos": (partial(_dbos.in_flight, wal=False), 128),
}
SIDES = {
    "held": held,
    "replayed": replayed,
    "simpleflow": simpleflow,
    "signalled": signalled,
    "signalled, moto": signalled_in_moto,
    **{
        f"{name} {workflows}": partial(side, workflows=workflows)
        for name, (side, _) in _IN_FLIGHT.items()
        for workflows in FLIGHT
    },
}


def _decisions(bench: Bench) -> list[dict[str, Any]]:
    made = []
    for steps in STEPS:
        sides = ["held", "replayed", *(["simpleflow"] if steps <= STEPS_OF_SIMPLEFLOW else [])]
        found = {side: bench.once(side, steps)["seconds"] * 1e6 for side in sides}
        events = len(_flow.history(steps))
        for side, name in (("held", "swf, run held"), ("replayed", "swf, replayed")):
            made.append(
                _point(
                    f"a decision at event {events:,}, {name.partition(', ')[2]}",
                    found[side],
                    "us",
                    peer=found.get("simpleflow"),
                    peer_name="simpleflow",
                )
                | {"curve": "decision", "x": events, "ours_name": name}
            )
    return made


def _calls(bench: Bench) -> list[dict[str, Any]]:
    made = []
    for many in OPEN:
        ours = bench.once("signalled", many)["seconds"] * 1e6
        theirs = many <= OPEN_IN_MOTO and bench.once("signalled, moto", many)["seconds"] * 1e6
        made.append(
            _point(
                f"signalling one of {many:,} open executions",
                ours,
                "us",
                peer=theirs or None,
                peer_name="moto, nothing kept",
            )
            | {"curve": "call", "x": many, "ours_name": "swf"}
        )
    return made


def _steps(bench: Bench) -> list[dict[str, Any]]:
    made = []
    for workflows in FLIGHT:
        counts = {f"{name} {workflows}": count for name, (_, count) in _IN_FLIGHT.items()}
        found = bench.rounds(counts, 1)
        rates = {name: 1 / median(found[f"{name} {workflows}"]) for name in _IN_FLIGHT}
        for name, ours in (("door", "swf, by the engine's door"), ("crew", "swf, whole framework")):
            made.append(
                _point(
                    f"steps of {workflows} workflows in flight, {ours.partition(', ')[2]}",
                    rates[name],
                    "steps/s",
                    peer=rates["dbos"],
                    peer_name="DBOS",
                )
                | {"curve": "flight", "x": workflows, "ours_name": ours}
            )
    return made


def _point(
    what: str, ours: float, unit: str, *, peer: float | None, peer_name: str
) -> dict[str, Any]:
    if peer is None:
        return row(what, ours, unit)
    times = ours / peer if unit == "steps/s" else peer / ours
    return row(what, ours, unit, peer=peer, peer_name=peer_name, ratio=times)


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the points of all curves."""
    return [*_decisions(bench), *_calls(bench), *_steps(bench)]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
