"""Run every benchmark and print one table: `make bench`.

A benchmark is a script in this folder. With `--json` it prints a list of rows, each with `what` was
measured, `ours` and the peer's figure (`peer`, `peer_name`) in `unit`, their `ratio`, the `target`,
None where there is none, and whether it was `missed`; its status is 1 where one was. Each runs in a
process of its own, one after another, beside its peer.

    python -m bench [NAME …] [--json]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

_ROUND = 5
"""From here on a ratio is told with one decimal."""


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def measured(name: str) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of one benchmark and its exit status."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), "--json"],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    return (json.loads(done.stdout) if done.stdout else []), done.returncode


def line(row: dict[str, Any]) -> tuple[str, ...]:
    """Return a row as the cells of the table."""
    unit = row.get("unit") or ""
    peer = row.get("peer")
    ratio = row.get("ratio")
    return (
        row["what"],
        f"{row['ours']:,g} {unit}",
        "" if peer is None else f"{peer:,g} {unit} ({row['peer_name']})",
        "" if ratio is None else f"{ratio:.1f} x" if ratio >= _ROUND else f"{ratio:.2f} x",
        f"{row.get('target') or ''}{' MISSED' if row.get('missed') else ''}",
    )


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table in plain text."""
    lines = [("what", "swf", "peer", "ratio", "target"), *map(line, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in lines
    )


def main() -> int:
    """Print what was measured; the status is 1 where a benchmark failed or missed a target."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *names()], metavar="NAME")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    missed: list[str] = []
    for name in options.names or names():
        print(f"{name} …", file=sys.stderr, flush=True)
        found, status = measured(name)
        rows += found
        if status:
            missed.append(name)
    print(json.dumps(rows, indent=2) if options.json else table(rows))
    for name in missed:
        print(f"{name}: failed, or missed a target", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
