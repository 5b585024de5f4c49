"""Comparisons whose sides each run in a process of their own, in turn, on the same disk.

A benchmark names its sides; each is a function of how often to do it, which returns its figures.
`main` has the benchmark's rows made of them, or (`--side`) runs one side and prints what it found.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

Found = dict[str, Any]
"""The figures of one side in one round; `seconds` for one of whatever it does is among them."""

Side = Callable[[int, Path], Found]
"""Does something so often, with files in this folder, and returns its figures."""

HERE = Path(__file__).parent


def command(script: Path | str, side: str, count: int, folder: Path | str) -> list[str]:
    """Return what runs one side of a benchmark."""
    options = {"--side": side, "--count": str(count), "--folder": str(folder)}
    return [sys.executable, str(script), *(word for pair in options.items() for word in pair)]


class Bench:
    """The sides of one benchmark."""

    def __init__(self, script: Path, *, quick: bool, seconds: float = math.inf) -> None:
        self.script = script
        self.quick = quick
        self._until = time.monotonic() + seconds

    def once(self, side: str, count: int, *wrapped: str) -> Found:
        """Return what one side finds in a process of its own."""
        with tempfile.TemporaryDirectory(prefix=".data-", dir=HERE) as folder:
            done = subprocess.run(
                [*wrapped, *command(self.script, side, count, folder)],
                check=False,
                capture_output=True,
                text=True,
            )
        if done.returncode:
            raise SystemExit(f"{self.script.name} --side {side} failed:\n{done.stderr}")
        found: Found = json.loads(done.stdout.splitlines()[-1])
        return found

    def rounds(self, counts: Mapping[str, int], rounds: int) -> dict[str, list[Found]]:
        """Return what each side finds in so many rounds, in each of which all have their turn.

        When the time is over no further round begins; there is one in any case.
        """
        found: dict[str, list[Found]] = {side: [] for side in counts}
        for number in range(1 if self.quick else rounds):
            if number and time.monotonic() > self._until:
                break
            # The machine may be slower or faster later: nobody is always first.
            order = list(counts) if number % 2 == 0 else list(reversed(counts))
            for side in order:
                found[side].append(self.once(side, counts[side]))
        return found

    def syncs(self, side: str, few: int, many: int) -> float | None:
        """Return how many syncs of the disk one more takes, counted by strace; None without it."""
        if shutil.which("strace") is None:
            return None
        counted = [self._syncs(side, count) for count in (few, many)]
        return (counted[1] - counted[0]) / (many - few)

    def _syncs(self, side: str, count: int) -> int:
        with tempfile.NamedTemporaryFile("r", suffix=".strace") as told:
            traced = ("strace", "-f", "-c", "-o", told.name, "-e", "trace=fdatasync,fsync")
            self.once(side, count, *traced)
            lines = re.findall(r"^.*\b(?:fdatasync|fsync)$", told.read(), re.MULTILINE)
        return sum(int(line.split()[3]) for line in lines)


def median(found: Sequence[Found], member: str = "seconds") -> float:
    """Return the median round."""
    return statistics.median(one[member] for one in found)


def ratio(ours: Sequence[Found], theirs: Sequence[Found], member: str = "seconds") -> float:
    """Return how many times theirs is ours: the median of the rounds, each compared with its own.

    What a busy machine does to one round it does to both of its sides.
    """
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(their[member] / our[member] for our, their in pairs)


def row(
    what: str,
    ours: float,
    unit: str,
    *,
    peer: float | None = None,
    peer_name: str | None = None,
    ratio: float | None = None,
    target: str | None = None,
    reached: bool = True,
) -> dict[str, Any]:
    """Return a row of the table of all benchmarks."""
    return {
        "what": what,
        "ours": _rounded(ours),
        "unit": unit,
        "peer": None if peer is None else _rounded(peer),
        "peer_name": peer_name,
        "ratio": None if ratio is None else round(ratio, 3),
        "target": target,
        "missed": not reached,
    }


def _rounded(value: float) -> float:
    return float(f"{value:.3g}") if abs(value) < 1_000 else round(value)


def arguments(document: str | None) -> ArgumentParser:
    """Return what reads the options that every benchmark has."""
    parser = ArgumentParser(description=(document or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one round only")
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="begin no round when they are over"
    )
    return parser


def main(
    document: str,
    script: str,
    sides: Mapping[str, Side],
    rows: Callable[[Bench], list[dict[str, Any]]],
) -> int:
    """Print the rows; the status is 1 where one misses its target."""
    parser = arguments(document)
    parser.add_argument("--side", choices=list(sides))
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.side is not None:
        with tempfile.TemporaryDirectory(prefix=".data-", dir=HERE) as spare:
            print(json.dumps(sides[options.side](options.count, options.folder or Path(spare))))
        return 0
    found = rows(Bench(Path(script), quick=options.quick, seconds=options.seconds))
    if options.json:
        # What is marked as detail is for whoever runs the benchmark by itself.
        print(json.dumps([one for one in found if not one.get("detail")], indent=2))
    else:
        for one in found:
            print(told(one))
    return int(any(one["missed"] for one in found))


def told(one: Mapping[str, Any]) -> str:
    """Return a row as a line of text."""
    note = f" ({one['note']})" if one.get("note") else ""
    parts = [f"{one['what']}{note}: {one['ours']:,g} {one['unit']}"]
    if one["peer"] is not None:
        parts.append(f"{one['peer_name']} {one['peer']:,g} {one['unit']}")
    if one["ratio"] is not None:
        parts.append(f"{one['ratio']:.2f} x")
    if one["target"] is not None:
        parts.append(f"target {one['target']}{' MISSED' if one['missed'] else ''}")
    return "   ".join(parts)


def sync_seconds(folder: Path) -> float:
    """Return the median seconds of writing 4 KiB and having them synced."""
    taken = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(bytes(4_096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


class Timed:
    """The seconds of wall clock and of CPU that a block took."""

    def __enter__(self) -> Self:
        self._cpu = time.process_time()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self.cpu = time.process_time() - self._cpu

    def each(self, count: int) -> Found:
        """Return the figures for one of so many."""
        return {"seconds": self.seconds / count, "cpu": self.cpu / count}
