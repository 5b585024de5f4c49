"""How long importing takes, beyond what the standard library and dependencies take by themselves.

A fresh interpreter first imports every module that is not of swf and that the statement would load,
then times the statement. The figure is the median of several interpreters.

Left out: the first run after an installation, which makes the bytecode.

    python bench/import_time.py [--runs N] [--json]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

import _sides

TARGET_MS = 15.0

STATEMENTS = {
    "import swf": TARGET_MS,
    "import swf.models, swf.querysets": None,
    "from swf.models import Domain; from swf.querysets import DomainQuerySet": None,
    "from swf.actors import ActivityWorker, Decider": None,
}
"""What is timed, and the most it may take; None where it is told for orientation."""

LIST = """
import sys
before = set(sys.modules)
{statement}
print(*(name for name in sys.modules if name not in before and name.partition(".")[0] != "swf"))
"""

TIME = """
import importlib, time
for name in {others!r}:
    importlib.import_module(name)
start = time.perf_counter()
{statement}
print((time.perf_counter() - start) * 1e3)
"""


def run(program: str) -> str:
    """Return what a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    return done.stdout


def milliseconds(statement: str, runs: int) -> float:
    """Return the median time of a statement once all that is not of swf is loaded."""
    others = run(LIST.format(statement=statement)).split()
    program = TIME.format(others=others, statement=statement)
    return statistics.median(float(run(program)) for _ in range(runs))


def rows(runs: int) -> list[dict[str, Any]]:
    """Return one row for each statement."""
    return [
        {
            "what": statement,
            "ours": round(milliseconds(statement, runs), 2),
            "unit": "ms",
            "peer": None,
            "peer_name": None,
            "ratio": None,
            "target": None if target is None else f"<= {target:g} ms",
        }
        for statement, target in STATEMENTS.items()
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; the status is 1 where one misses its target."""
    parser = _sides.arguments(__doc__)
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args(arguments)
    if options.quick:
        options.runs = 3
    found = rows(options.runs)
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        for row in found:
            print(f"{row['ours']:8.2f} ms  {row['what']}  {row['target'] or ''}")
    most = STATEMENTS.values()
    return int(any(m is not None and row["ours"] > m for row, m in zip(found, most, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
