"""Kill deciders and workers for as long as it takes: `make chaos`.

Each round has a database of its own, and fifty kills under load. What was done is kept in a
file, so that a run that was stopped goes on where it was. A round that did not end as it should is
left where it is, and the command that repeats it is told.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from chaos_judge import Told, round_of

KILLS = 50
PROGRESS = Path(".chaos.json")


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2_000, help="how many in all (2000)")
    parser.add_argument("--seed", type=int, default=0, help="which rounds (0)")
    parser.add_argument("--round", type=int, help="only this round, again")
    parser.add_argument("--anew", action="store_true", help="forget what was done before")
    return parser.parse_args()


def fought(seed: int, number: int) -> Told:
    """Return what came of a round; leave its files where they are if it was not right."""
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-{number}-"))
    try:
        told = round_of(folder, seed * 1_000_000 + number, KILLS)
    except BaseException:
        print(f"\nleft in {folder}; again: make chaos ARGS='--seed {seed} --round {number}'")
        raise
    shutil.rmtree(folder)
    return told


def main() -> None:
    """Kill as often as asked, go on where it was left, and tell how it went."""
    asked = arguments()
    if asked.round is not None:
        print(fought(asked.seed, asked.round))
        return
    kept = {"seed": asked.seed, "round": 0, "died": {}, "executions": 0, "gap": 0.0}
    if PROGRESS.exists() and not asked.anew:
        before = json.loads(PROGRESS.read_text())
        kept = before if before["seed"] == asked.seed else kept
    died = Counter(kept["died"])
    done, began = died.total(), time.monotonic()
    while died.total() < asked.kills:
        told = fought(asked.seed, kept["round"])
        died += told.died
        kept["round"] += 1
        kept["died"] = died
        kept["executions"] += told.executions
        kept["gap"] = max(kept["gap"], told.longest_gap)
        PROGRESS.write_text(json.dumps(kept))
        rate = (died.total() - done) / (time.monotonic() - began)
        line = f"{died.total()} of {asked.kills} kills, {kept['executions']} executions"
        sys.stdout.write(f"{line}, {rate:.1f} kills/s, at most {kept['gap']:.1f} s until found\n")
        sys.stdout.flush()
    PROGRESS.unlink(missing_ok=True)
    print(f"{died.total()} kills; {kept['executions']} executions ended right, decided once")
    for what, count in sorted(died.items()):
        print(f"  {count:6} {what}")


if __name__ == "__main__":
    main()
