"""A workflow of 1,000 activity steps, each of which waits for the one before, from call to result.

`swf.flow.run` with decider and worker threads on a file, durability "full"; then in memory, in
virtual time. Beside the file: the SQL of the same steps alone, with two commits a step, and the
steps of a DBOS workflow, on SQLite as DBOS sets it up and in WAL mode; the tasks of a Prefect flow,
where Prefect is installed, once. Beside memory: simpleflow's local executor, which has no history,
no timers and no retries. Each runs in a process of its own, on the same disk, in turn.

Left out: HTTP (but between a Prefect flow and Prefect's own server), and whatever activities do
besides; payloads are small.

    python bench/flow_chain.py [--quick] [--json]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import _dbos
import _prefect
import _sides
import _simpleflow
import _sql
from _sides import Bench, Found, Timed, median, ratio, row

OF_SQL = 0.3
OF_DBOS = 1.4
IN_MEMORY = 3_000
COUNTS = {
    "swf": 1_000,
    "memory": 1_000,
    "sql": 1_500,
    "dbos": 300,
    "dbos, WAL": 600,
    "simpleflow": 1_000,
}
ROUNDS = 5
PREFECT = {"swf": 1_000, "prefect": 60}
"""Prefect's server takes so long to start that there is one round of it."""


def swf(count: int, folder: Path) -> Found:
    """Run the program on a file."""
    from swf.flow import Local

    return _run(count, Local(url=f"sqlite:///{folder}/swf.db?durability=full"))


def memory(count: int, _folder: Path) -> Found:
    """Run the program in memory, on a clock that skips idle time."""
    from swf.flow import Local

    return _run(count, Local(virtual_time=True))


def _run(count: int, local: Any) -> Found:
    from _flow import IncrementOften

    local.run(IncrementOften, 20)
    with Timed() as timed:
        result = local.run(IncrementOften, count)
    assert result == count
    return timed.each(count)


SIDES = {
    "swf": swf,
    "memory": memory,
    "sql": _sql.steps,
    "dbos": partial(_dbos.steps, wal=False),
    "dbos, WAL": partial(_dbos.steps, wal=True),
    "simpleflow": _simpleflow.locally,
    "prefect": _prefect.steps,
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the steps a second beside each peer, and what a step costs."""
    found = bench.rounds(COUNTS, ROUNDS)
    once = bench.rounds(PREFECT, 1) if _prefect.IS_INSTALLED else {}
    ours, in_memory = found["swf"], 1 / median(found["memory"])
    what = f"`run` of a chain of {COUNTS['swf']:,} steps, on a file"

    def beside(
        side: str, name: str, least: float | None, found: Mapping[str, list[Found]] = found
    ) -> dict[str, Any]:
        times = ratio(found["swf"], found[side])
        return row(
            what,
            1 / median(found["swf"]),
            "steps/s",
            peer=1 / median(found[side]),
            peer_name=name,
            ratio=times,
            target=None if least is None else f">= {least} x",
            reached=least is None or times >= least,
        )

    return [
        beside("sql", "SQL alone, 2 commits a step", OF_SQL),
        beside("dbos", "DBOS as shipped", OF_DBOS),
        beside("dbos, WAL", "DBOS in WAL", None),
        *([beside("prefect", "Prefect as shipped", None, once)] if once else []),
        row(
            "  CPU of the step",
            median(ours, "cpu") * 1e6,
            "us",
            peer=median(found["dbos"], "cpu") * 1e6,
            peer_name="DBOS as shipped",
        ),
        row(
            "the same in memory, in virtual time",
            in_memory,
            "steps/s",
            peer=1 / median(found["simpleflow"]),
            peer_name="simpleflow --local",
            ratio=ratio(found["memory"], found["simpleflow"]),
            target=f">= {IN_MEMORY:,} steps/s",
            reached=in_memory >= IN_MEMORY,
        ),
        row("  CPU of the step", median(found["memory"], "cpu") * 1e6, "us"),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
