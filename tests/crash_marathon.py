"""Kill engines for as long as it takes: `make crash`.

Each database lives through ten kills, at places in turn and at any moment. What was done is kept in
a file, so that a run that was stopped goes on where it was. A database that was not what it should
be is left where it is, and the command that repeats it is told.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from crash_judge import MIGRATION_POINTS, PLACES, Butcher, Victim

LIVES = 10
PROGRESS = Path(".crash.json")


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5_000, help="how many in all (5000)")
    parser.add_argument("--seed", type=int, default=0, help="which databases (0)")
    parser.add_argument("--victim", type=int, help="only this database, again")
    parser.add_argument("--anew", action="store_true", help="forget what was done before")
    return parser.parse_args()


def live(butcher: Butcher, seed: int, victim: int) -> Counter[str]:
    """Kill one database's engine again and again; return how often it died at each place."""
    folder = Path(tempfile.mkdtemp(prefix=f"crash-{seed}-{victim}-"))
    one = Victim(butcher, folder, seed=seed * 1_000_000 + victim)
    died: Counter[str] = Counter()
    try:
        for life in range(LIVES - 1):
            place = PLACES[(victim + life) % len(PLACES)]
            died[place] += one.kill(place)
        point = MIGRATION_POINTS[victim % len(MIGRATION_POINTS)]
        died[f"migrating, {point}"] += one.kill_migration(point)
    except BaseException:
        print(f"\nleft in {folder}; again: make crash ARGS='--seed {seed} --victim {victim}'")
        raise
    shutil.rmtree(folder)
    return died


def main() -> None:
    """Kill as often as asked, go on where it was left, and tell how it went."""
    asked = arguments()
    with closing(Butcher()) as butcher:
        if asked.victim is not None:
            print(dict(live(butcher, asked.seed, asked.victim)))
            return
        done: dict[str, int] = {}
        victim = 0
        if PROGRESS.exists() and not asked.anew:
            kept = json.loads(PROGRESS.read_text())
            if kept["seed"] == asked.seed:
                done, victim = kept["done"], kept["victim"]
        died, began, before = Counter(done), time.monotonic(), sum(done.values())
        while sum(died.values()) < asked.kills:
            died += live(butcher, asked.seed, victim)
            victim += 1
            kept = {"seed": asked.seed, "victim": victim, "done": died}
            PROGRESS.write_text(json.dumps(kept))
            kills = sum(died.values())
            rate = (kills - before) / (time.monotonic() - began)
            told = f"{kills} of {asked.kills} kills, {victim} databases, {rate:.1f} kills/s"
            sys.stdout.write(f"\r{told}" if sys.stdout.isatty() else f"{told}\n")
            sys.stdout.flush()
    PROGRESS.unlink(missing_ok=True)
    print(f"\n{sum(died.values())} kills of {victim} databases; nothing acknowledged was lost")
    for place, count in sorted(died.items()):
        print(f"  {count:6} {place}")


if __name__ == "__main__":
    main()
