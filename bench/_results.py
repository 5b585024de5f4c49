"""What was measured, as it is kept: `bench/results.json`, and what a later run is held against."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench._sides import sync_seconds

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"

ENOUGH_RUNS = 3
"""From so many runs on, what they came to tells how much a ratio moves."""
BEYOND = 1.1
"""How far past the worst of its runs a ratio may be."""
UNKNOWN = 1.5
"""How far from its figure a ratio may be that was measured less often."""

Row = dict[str, Any]
Kept = dict[str, dict[str, Any]]
"""By benchmark: when, where, for how long and how often it was measured, and its rows."""


def key(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what tells a row from the others of its benchmark."""
    return row["what"].strip(), row["peer_name"] or ""


def merged(runs: Sequence[Sequence[Row]]) -> list[Row]:
    """Return the median run of each row, with the least and the greatest ratio of all runs."""
    by_key: dict[tuple[str, str], list[Row]] = {}
    for rows in runs:
        for row in rows:
            by_key.setdefault(key(row), []).append(row)
    return [_of_runs(rows) for rows in by_key.values()]


def _of_runs(rows: list[Row]) -> Row:
    measure = "ours" if rows[0]["ratio"] is None else "ratio"
    middle = statistics.median_low([row[measure] for row in rows])
    chosen = next(row for row in rows if row[measure] == middle)
    ratios = [row["ratio"] for row in rows if row["ratio"] is not None]
    noise = {"low": min(ratios), "high": max(ratios)} if ratios else {}
    return {**chosen, **noise, "runs": len(rows)}


def smaller_is_better(row: Mapping[str, Any]) -> bool:
    """Tell whether a ratio says how much dearer, not how much cheaper: it is bounded from above."""
    target = row.get("target") or ""
    return target.startswith("<=") and target.endswith(" x")


def bound(row: Mapping[str, Any]) -> float:
    """Return the ratio from which on a row has got worse by more than its noise."""
    measured_often = row.get("runs", 1) >= ENOUGH_RUNS
    factor = BEYOND if measured_often else UNKNOWN
    if smaller_is_better(row):
        return float(row["high"] if measured_often else row["ratio"]) * factor
    return float(row["low"] if measured_often else row["ratio"]) / factor


def regressions(kept: Iterable[Row], measured: Iterable[Row]) -> list[str]:
    """Return a sentence for each ratio that is worse than was kept, or was not measured again."""
    now = {key(row): row for row in measured}
    return [
        told
        for row in kept
        if row["ratio"] is not None and (told := _regression(row, now.get(key(row))))
    ]


def _regression(row: Row, again: Row | None) -> str | None:
    name = f"{row['what'].strip()}, beside {row['peer_name'] or 'its limit'}"
    if again is None or again["ratio"] is None:
        return f"{name}: was {row['ratio']:.2f} x, and was not measured again"
    worst, lower = bound(row), smaller_is_better(row)
    if again["ratio"] <= worst if lower else again["ratio"] >= worst:
        return None
    least = "at most" if lower else "at least"
    return f"{name}: {again['ratio']:.2f} x, was {row['ratio']:.2f} x; {least} {worst:.2f} x is it"


def read(path: Path = RESULTS) -> Kept:
    """Return what is kept; nothing where there is no file."""
    if not path.exists():
        return {}
    kept: Kept = json.loads(path.read_text(encoding="utf-8"))
    return kept


def written(kept: Kept, path: Path = RESULTS) -> None:
    """Keep it."""
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", encoding="utf-8")


def circumstances() -> dict[str, Any]:
    """Return when, of which commit and on what machine something is measured."""
    with tempfile.TemporaryDirectory(prefix=".data-", dir=HERE) as folder:
        sync = sync_seconds(Path(folder))
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": commit(),
        "machine": {
            "cores": os.cpu_count() or 1,
            "load": round(os.getloadavg()[0], 1),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "sync_us": round(sync * 1e6),
        },
    }


def commit() -> str:
    """Return the commit that is checked out; nothing outside of a repository."""
    done = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"],
        check=False,
        capture_output=True,
        cwd=HERE,
        text=True,
    )
    return done.stdout.strip()
