"""Run every benchmark and print one table: `make bench`.

A benchmark is a script in this folder. With `--json` it prints a list of rows, each with `what` was
measured, `ours` and the peer's figure (`peer`, `peer_name`) in `unit`, their `ratio`, the `target`,
None where there is none, and whether it was `missed`; its status is 1 where one was. Each runs in a
process of its own, one after another, beside its peer.

`--write` keeps what was measured in `bench/results.json` and makes the page and the pictures of the
documentation of it; `--check` holds it against what is kept, and the status is 1 where a ratio is
worse by more than its noise; `--curves` measures nothing, and only makes page and pictures anew.

    python -m bench [NAME …] [--minutes M] [--runs N] [--quick] [--write | --check | --curves]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench import _curves, _results, _table
from bench._results import HERE, Row


def measured(name: str, seconds: float, *, quick: bool) -> tuple[list[Row], int]:
    """Return the rows of one benchmark, no round of which began after so long; and its status."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--json", "--seconds", str(seconds)]
    done = subprocess.run(
        [*command, *(["--quick"] if quick else [])], check=False, stdout=subprocess.PIPE, text=True
    )
    return (json.loads(done.stdout) if done.stdout else []), done.returncode


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *_table.names()], metavar="NAME")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--quick", action="store_true", help="one round of each side only")
    parser.add_argument("--minutes", type=float, help="begin no round when they are over")
    parser.add_argument("--runs", type=int, default=1, help="run each so often (1)")
    after = parser.add_mutually_exclusive_group()
    after.add_argument("--write", action="store_true", help="keep it, and tell it on the page")
    after.add_argument("--check", action="store_true", help="hold it against what is kept")
    after.add_argument("--curves", action="store_true", help="measure nothing: draw what is kept")
    return parser.parse_args(arguments)


def run(given: argparse.Namespace, names: list[str]) -> tuple[_results.Kept, list[str]]:
    """Return what was measured, and which benchmarks failed or missed a target."""
    began = time.monotonic()
    ends = None if given.minutes is None else began + given.minutes * 60
    found: _results.Kept = {}
    missed = []
    for number, name in enumerate(names):
        around: dict[str, Any] = _results.circumstances()
        since = time.monotonic()
        left = None if ends is None else max(0, ends - since) / (len(names) - number)
        statuses, runs = [], []
        while len(runs) < given.runs:
            share = 1e9 if left is None else left / given.runs
            rows, status = measured(name, share, quick=given.quick)
            runs.append(rows)
            statuses.append(status)
        rows = _results.merged(runs)
        spent = round(time.monotonic() - since)
        print(f"{name}: {spent} s", file=sys.stderr, flush=True)
        how = {"seconds": spent, "runs": given.runs, "quick": given.quick}
        if rows:
            found[name] = {**around, **how, "rows": rows}
        if any(statuses):
            missed.append(name)
    print(f"{(time.monotonic() - began) / 60:.1f} minutes in all", file=sys.stderr)
    return found, missed


def checked(found: _results.Kept, names: Sequence[str]) -> list[str]:
    """Return what is worse than was kept."""
    kept = _results.read()
    return [
        f"{name}: {told}"
        for name in names
        if name in kept
        for told in _results.regressions(kept[name]["rows"], found.get(name, {}).get("rows", []))
    ]


def show(kept: _results.Kept) -> None:
    """Have page and pictures tell what is kept."""
    _table.write(kept)
    _curves.write(kept)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was measured; the status is 1 where a benchmark failed, missed, or got worse."""
    given = options(arguments)
    if given.curves:
        show(_results.read())
        return 0
    names = given.names or _table.names()
    found, missed = run(given, names)
    rows = [row for one in found.values() for row in one["rows"]]
    print(json.dumps(rows, indent=2) if given.json else _table.plain(rows), flush=True)
    if given.check:
        worse = checked(found, names)
        for told in worse:
            print(f"worse: {told}", file=sys.stderr)
        return int(bool(worse))
    if given.write:
        kept = {name: one for name, one in _results.read().items() if name in _table.names()}
        _results.written({**kept, **found})
        show(_results.read())
    for name in missed:
        print(f"{name}: failed, or missed a target", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
