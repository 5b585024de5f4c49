"""How long a command takes, from typing it to its end, beside the commands of peers.

A `--help` needs nothing but the program; a call lists or starts executions of an SWF on a file. The
runs of a row alternate with its peer's, in the same process; the figure is the median.

Left out: what a server far away takes to answer.

    python bench/command_line.py [--runs N] [--json]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import _sides

HELP_MS = 100.0
CALL_MS = 400.0

SWF = [sys.executable, "-m", "swf"]
PEERS = ("simpleflow", "dbos")


def milliseconds(command: list[str], environment: dict[str, str]) -> float:
    """Return the time that a command takes."""
    start = time.perf_counter()
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    return (time.perf_counter() - start) * 1e3


def medians(commands: list[list[str]], environment: dict[str, str], runs: int) -> list[float]:
    """Return the median time of each command, run one after another in turn."""
    for command in commands:
        milliseconds(command, environment)  # what is cached from now on
    times = [[milliseconds(one, environment) for one in commands] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def row(what: str, ours: float, target: float, peer: str | None, theirs: float) -> dict[str, Any]:
    """Return a row of the table."""
    return {
        "what": what,
        "ours": round(ours, 1),
        "unit": "ms",
        "peer": None if peer is None else round(theirs, 1),
        "peer_name": peer,
        "ratio": None if peer is None else round(theirs / ours, 2),
        "target": f"<= {target:g} ms",
        "missed": ours > target,
    }


def rows(runs: int) -> list[dict[str, Any]]:
    """Return the rows, beside the peers that are installed."""
    beside = Path(sys.executable).parent
    found = []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"SWF_ENDPOINT_URL": f"sqlite:///{folder}/bench.db", "SWF_DOMAIN": "bench"}
        environment = {**os.environ, **settings}
        for name in PEERS:
            if (beside / name).exists():
                helps = [[*SWF, "--help"], [str(beside / name), "--help"]]
                ours, theirs = medians(helps, environment, runs)
                found.append(row(f"swf --help, {name} --help", ours, HELP_MS, name, theirs))
        if not found:
            (ours,) = medians([[*SWF, "--help"]], environment, runs)
            found.append(row("swf --help", ours, HELP_MS, None, 0))
        subprocess.run([*SWF, "domain", "register"], env=environment, check=True)
        kind = ["basic:1", "--task-list", "bench", "--child-policy", "TERMINATE"]
        kind += ["--execution-start-to-close-timeout", "3600"]
        kind += ["--task-start-to-close-timeout", "60"]
        register = [*SWF, "workflow-type", "register", *kind]
        subprocess.run(register, env=environment, check=True)
        for call in ("workflow list", "workflow start basic", "workflow-type describe basic"):
            (ours,) = medians([[*SWF, *call.split()]], environment, runs)
            found.append(row(f"swf {call}", ours, CALL_MS, None, 0))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; the status is 1 where one misses its target."""
    parser = _sides.arguments(__doc__)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args(arguments)
    if options.quick:
        options.runs = 3
    found = rows(options.runs)
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        for one in found:
            beside = f"  {one['peer']} ms {one['peer_name']}" if one["peer"] else ""
            print(f"{one['ours']:8.1f} ms  {one['what']}  {one['target']}{beside}")
    return int(any(one["missed"] for one in found))


if __name__ == "__main__":
    sys.exit(main())
