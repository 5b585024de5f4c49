"""A night of tests: every suite in shards, until all is done or the time is over.

What was done is kept in `.nightly/`, so that a night which was stopped goes on where it was; once
all is done the next one begins anew. `docs/nightly.md` tells what came of it. The status is 0 where
all was done and nothing failed, 1 where something failed, 2 where the time was not enough.

    python -m nightly [--hours H] [--jobs N] [--only SUITE …] [--again | --anew]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
from nightly_suites import FOLDER, ROOT, SUITES, TESTS, Shard, Suite, units

PAGE = ROOT / "docs" / "nightly.md"
HUNG_SECONDS = 3_600
"""A shard that takes longer hangs."""

LEAVE_SECONDS = 30
"""A shard that is told to end has so long for it."""

DONE, FAILED, UNFINISHED = 0, 1, 2

ABOUT = """\
# A night of tests

<!-- Made by `make nightly`. -->

What must never go wrong, tried by chance and far more often than `make test` tries it: kills,
losses of power, broken disks, random programs, random requests. It is repeated by

```console
$ make nightly
$ make nightly HOURS=8
```

which goes on where it was stopped. A shard that fails is repeated by the commands in its log, in
`.nightly/`, and all that failed by `make nightly ARGS=--again`. Suites run beside one another, so
that their minutes are more than those of the night.
"""


@attrs.define
class Course:
    """How far a suite is, in seeds."""

    next: int = 0
    done: int = 0
    seconds: float = 0
    tests: int = 0
    """How many of pytest's tests passed, where it is pytest that runs them."""
    failed: list[int] = attrs.field(factory=list)
    """The first seed of each shard that failed."""


@attrs.define
class Night:
    """What was done so far, and where."""

    commits: list[str] = attrs.field(factory=list)
    courses: dict[str, Course] = attrs.field(factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Night:
        """Return the night that is under way, or a new one."""
        path = folder / "night.json"
        if not path.exists():
            return cls()
        kept = json.loads(path.read_text())
        courses = {name: Course(**course) for name, course in kept["courses"].items()}
        return cls(kept["commits"], courses)

    def write(self, folder: Path) -> None:
        """Keep it; a stop in the middle of this leaves what was kept before."""
        path = folder / "night.json"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(attrs.asdict(self), indent=1))
        new.replace(path)

    def of(self, suite: Suite) -> Course:
        """Return how far a suite is."""
        return self.courses.setdefault(suite.name, Course())


def chosen(
    suites: Sequence[Suite], night: Night, minutes: float, busy: Collection[str] = ()
) -> Suite | None:
    """Return the suite that is the furthest behind, of those whose shards fit into the time.

    Of a suite one shard is under way at a time: what was done of it is then a number.
    """
    left = [
        suite
        for suite in suites
        if night.of(suite).next < suite.asked
        and suite.minutes <= minutes
        and suite.name not in busy
    ]
    return min(left, key=lambda suite: night.of(suite).next / suite.asked, default=None)


async def tried(suite: Suite, course: Course, folder: Path, first: int) -> bool:
    """Do a suite's shard from a seed on; return whether it went well. If not, its log stays."""
    count = min(suite.shard, suite.asked - first)
    log = folder / f"{suite.name}-{first}.log"
    work = folder / "work" / suite.name
    work.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    well = await _ran(suite.shards(first, count), log, work)
    course.seconds += time.monotonic() - began
    course.next = max(course.next, first + count)
    course.failed = [one for one in course.failed if one != first] + [first] * (not well)
    if well:
        course.done += count
        course.tests += sum(map(int, re.findall(rb"\b(\d+) passed", log.read_bytes())))
        log.unlink()
    return well


async def _ran(shard: Shard, log: Path, work: Path) -> bool:
    paths = os.pathsep.join((str(ROOT), str(TESTS)))
    environment = {**os.environ, "PYTHONPATH": paths, **shard.environment}
    with log.open("wb") as told:
        for command in shard.commands:
            told.write(f"$ {' '.join(command)}\n".encode())
            told.flush()
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=ROOT if "pytest" in command or command[0] == "sh" else work,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
            try:
                status = await asyncio.wait_for(process.wait(), HUNG_SECONDS)
            except TimeoutError:
                told.write(f"it took more than {HUNG_SECONDS} s\n".encode())
                return False
            finally:
                await _ended(process)
            if status:
                return False
    return True


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a shard and what it left: it may have to end others, in sessions of their own, itself."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), LEAVE_SECONDS)


def status(suites: Sequence[Suite], night: Night) -> int:
    """Return what the night comes to."""
    if any(night.of(suite).failed for suite in suites):
        return FAILED
    return DONE if all(night.of(suite).next >= suite.asked for suite in suites) else UNFINISHED


def summary(suites: Sequence[Suite], night: Night, missing: Sequence[str], where: str) -> str:
    """Return the page that tells what was done."""
    lines = [ABOUT, where, ""]
    if missing:
        lines += [f"Not on this machine: Python {', '.join(missing)}.", ""]
    lines += ["| suite | what | asked | done | tests passed | shards failed | minutes |"]
    lines += ["|---|---|--:|--:|--:|--:|--:|"]
    for suite in suites:
        course = night.of(suite)
        cells = (
            f"`{suite.name}`",
            suite.what,
            f"{suite.asked * suite.each:,}",
            f"{course.done * suite.each:,}",
            f"{course.tests:,}" if course.tests else "",
            f"{len(course.failed)}",
            f"{course.seconds / 60:,.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def circumstances(night: Night) -> str:
    """Return when, where and of which commits it was done."""
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {', '.join(night.commits) or 'unknown'};\n"
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load:.1f} at the"
        f" end, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )


def commit() -> str:
    """Return the commit that is checked out."""
    command = ["git", "rev-parse", "--short=10", "HEAD"]
    done = subprocess.run(command, check=False, capture_output=True, cwd=ROOT, text=True)
    return done.stdout.strip()


async def lived(
    suites: Sequence[Suite], night: Night, hours: float, folder: Path, jobs: int = 1
) -> None:
    """Do shard after shard, so many at a time, until all is done or the time is over."""
    ends = time.monotonic() + hours * 3_600
    busy: set[str] = set()

    async def work() -> None:
        while (left := ends - time.monotonic()) > 0:
            suite = chosen(suites, night, left / 60, busy)
            if suite is None:
                return
            course = night.of(suite)
            busy.add(suite.name)
            well = await tried(suite, course, folder, course.next)
            busy.remove(suite.name)
            night.write(folder)
            tell(suite, course, well)

    async with asyncio.TaskGroup() as group:
        for _ in range(jobs):
            group.create_task(work())


async def again(suites: Sequence[Suite], night: Night, folder: Path) -> None:
    """Do the shards that failed once more, one after the other: what was mended is right now."""
    for suite in suites:
        course = night.of(suite)
        for first in list(course.failed):
            well = await tried(suite, course, folder, first)
            night.write(folder)
            tell(suite, course, well)


def tell(suite: Suite, course: Course, well: bool) -> None:
    """Say how far a suite is."""
    told = f"{course.next * suite.each:,} of {suite.asked * suite.each:,} {suite.what}"
    print(f"{suite.name}: {told}{'' if well else '  FAILED'}", flush=True)


async def until_told_to_end(lasting: Awaitable[None]) -> None:
    """Do this until it is done, or SIGINT or SIGTERM says that it is enough."""
    task = asyncio.ensure_future(lasting)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="nightly", description=__doc__)
    parser.add_argument("--hours", type=float, default=2, help="begin no shard after them (2)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="shards at a time (the cores)"
    )
    parser.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="SUITE", help="only these suites"
    )
    parser.add_argument("--again", action="store_true", help="do only what failed, once more")
    parser.add_argument("--anew", action="store_true", help="forget what was done before")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Live through a night, and tell of it."""
    asked = arguments(given)
    found, missing = units()
    everything: Mapping[str, Suite] = {suite.name: suite for suite in (*SUITES, *found)}
    unknown = set(asked.only) - everything.keys()
    if unknown:
        there = ", ".join(everything)
        sys.exit(f"there is no suite {', '.join(sorted(unknown))}; there are {there}")
    suites = list(everything.values())
    FOLDER.mkdir(exist_ok=True)
    night = Night() if asked.anew else Night.read(FOLDER)
    if status(suites, night) == DONE:
        night = Night()
    if not any(course.next for course in night.courses.values()):
        shutil.rmtree(FOLDER / "work", ignore_errors=True)
    night.commits += [one for one in [commit()] if one and one not in night.commits]
    try:
        these = [everything[name] for name in asked.only] or suites
        lasting = (
            again(these, night, FOLDER)
            if asked.again
            else lived(these, night, asked.hours, FOLDER, asked.jobs)
        )
        asyncio.run(until_told_to_end(lasting))
    finally:
        night.write(FOLDER)
        PAGE.write_text(summary(suites, night, missing, circumstances(night)), encoding="utf-8")
    told: dict[int, Any] = {
        DONE: "all done, nothing failed",
        FAILED: f"something failed: see {FOLDER}",
        UNFINISHED: "not all was done: make nightly goes on",
    }
    came_to = status(suites, night)
    print(told[came_to])
    return came_to


if __name__ == "__main__":
    sys.exit(main())
