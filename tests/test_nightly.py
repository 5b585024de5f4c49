"""A night of tests goes on where it was stopped, is fair to its suites, and tells what was done."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nightly
import nightly_suites
import pytest
from nightly import DONE, FAILED, UNFINISHED, Course, Night
from nightly_suites import SUITES, Shard, Suite
from seeded import seeds


def live(*given: Any) -> None:
    """Live through a night."""
    asyncio.run(nightly.lived(*given))


def await_end(pid: str) -> None:
    """Return once a process that was killed has ended."""
    until = time.monotonic() + 60
    stat = Path(f"/proc/{pid}/stat")
    with suppress(FileNotFoundError, ProcessLookupError):
        while stat.read_text().rpartition(")")[2].split()[0] not in "ZX":
            assert time.monotonic() < until, f"{pid} goes on"
            time.sleep(0.01)


def suite(name: str, asked: int, shard: int, code: str = "", **more: float) -> Suite:
    """Return a suite whose shards run this code, `first` and `count` being their seeds."""

    def shards(first: int, count: int) -> Shard:
        text = f"first, count = {first}, {count}\n{code}"
        return Shard(((sys.executable, "-c", text),), {"SEEDS_FROM": str(first)})

    return Suite(name, f"{name}s", asked, shard, shards, **more)


class TestChosen:
    def test_the_suite_furthest_behind_is_next(self):
        """Whatever the time is, all suites have about the same share of what was asked."""
        few, many = suite("few", 4, 1), suite("many", 100, 10)
        night = Night(courses={"few": Course(next=1), "many": Course(next=20)})

        assert nightly.chosen([few, many], night, 60) is many

    def test_what_does_not_fit_into_the_time_is_left(self):
        """A shard that takes half an hour is not begun ten minutes before the end."""
        long = suite("long", 1, 1, minutes=30)

        assert nightly.chosen([long], Night(), 31) is long
        assert nightly.chosen([long], Night(), 10) is None

    def test_of_a_suite_one_shard_is_under_way(self):
        """What was done of a suite is a number: there is no gap where a night was stopped."""
        one, other = suite("one", 4, 1), suite("other", 4, 1)
        night = Night(courses={"other": Course(next=3)})

        assert nightly.chosen([one, other], night, 60, {"one"}) is other
        assert nightly.chosen([one], night, 60, {"one"}) is None

    def test_nothing_is_left_when_all_is_done(self):
        """Then the night is over."""
        assert nightly.chosen([suite("a", 3, 2)], Night(courses={"a": Course(next=3)}), 60) is None


class TestLived:
    def test_every_seed_is_done_once(self, tmp_path):
        """The shards follow one another, and the last one is no longer than what is left."""
        told = tmp_path / "told"
        code = f"open({str(told)!r}, 'a').write(f'{{first}} {{count}}\\n')"
        night = Night()

        live([suite("a", 5, 2, code)], night, 1, tmp_path)

        assert told.read_text().splitlines() == ["0 2", "2 2", "4 1"]
        assert (night.courses["a"].next, night.courses["a"].done) == (5, 5)

    def test_a_shard_that_fails_is_told_and_the_night_goes_on(self, tmp_path):
        """Its log stays, with the command that repeats it; what went well leaves none."""
        code = "assert first != 2, 'broken'"
        one = suite("a", 6, 2, code)
        night = Night()

        live([one], night, 1, tmp_path)

        assert night.courses["a"].failed == [2]
        assert (night.courses["a"].next, night.courses["a"].done) == (6, 4)
        [log] = tmp_path.glob("*.log")
        assert log.name == "a-2.log"
        assert log.read_text().startswith(f"$ {sys.executable}")
        assert "broken" in log.read_text()
        assert nightly.status([one], night) == FAILED

    def test_what_failed_is_done_again(self, tmp_path):
        """Once it is mended it counts as done; what fails again stays, and nothing else is done."""
        mended = tmp_path / "mended"
        code = f"import os; assert first == 2 and os.path.exists({str(mended)!r})"
        one = suite("a", 8, 2, code)
        night = Night(courses={"a": Course(next=6, done=2, failed=[2, 4])})
        mended.touch()

        asyncio.run(nightly.again([one], night, tmp_path))

        course = night.courses["a"]
        assert (course.next, course.done, course.failed) == (6, 4, [4])
        assert [log.name for log in tmp_path.glob("*.log")] == ["a-4.log"]

    def test_the_tests_that_pytest_tells_of_are_counted(self, tmp_path):
        """Each shard adds those that passed; other numbers in its log do not count."""
        night = Night()

        live([suite("a", 2, 1, "print(3, 'failed,', 21, 'passed in 4 s')")], night, 1, tmp_path)

        assert night.courses["a"].tests == 42

    def test_shards_of_two_suites_are_under_way_together(self, tmp_path):
        """Each waits for the other: one after the other they would never end."""
        code = """
import pathlib, time
here, there = pathlib.Path({mine!r}), pathlib.Path({other!r})
here.touch()
until = time.monotonic() + 60
while not there.exists():
    assert time.monotonic() < until
    time.sleep(0.01)
"""
        a, b = str(tmp_path / "a"), str(tmp_path / "b")
        suites = [
            suite("a", 1, 1, code.format(mine=a, other=b)),
            suite("b", 1, 1, code.format(mine=b, other=a)),
        ]
        night = Night()

        live(suites, night, 1, tmp_path, 2)

        assert nightly.status(suites, night) == DONE

    def test_what_a_shard_leaves_running_is_ended(self, tmp_path):
        """A process that outlives its shard holds nothing of the next one."""
        told = tmp_path / "told"
        code = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(told)!r}, "w").write(str(child.pid))
"""
        live([suite("a", 1, 1, code)], Night(), 1, tmp_path)

        await_end(told.read_text())

    def test_a_shard_that_is_ended_can_end_what_it_began(self, tmp_path):
        """What it has in sessions of their own it ends itself: it is asked before it is killed."""
        told = tmp_path / "told"
        code = f"""
import subprocess, sys, time
waits = [sys.executable, "-c", "import time; time.sleep(600)"]
child = subprocess.Popen(waits, start_new_session=True)
try:
    open({str(told)!r}, "w").write(str(child.pid))
    time.sleep(600)
finally:
    child.kill()
"""

        async def lived() -> None:
            lasting = nightly.lived([suite("a", 1, 1, code)], Night(), 1, tmp_path)
            ended = asyncio.create_task(nightly.until_told_to_end(lasting))
            while not (told.exists() and told.read_text()):
                await asyncio.sleep(0.01)
            signal.raise_signal(signal.SIGTERM)
            await ended

        asyncio.run(asyncio.wait_for(lived(), 60))

        await_end(told.read_text())

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_night_that_is_stopped_records_no_shard(self, tmp_path, number):
        """The shard under way is neither done nor failed, and its process has ended."""
        told = tmp_path / "told"
        code = f"""
import os, time
open({str(told)!r}, "w").write(str(os.getpid()))
time.sleep(600)
"""
        night = Night()

        async def lived() -> None:
            lasting = nightly.lived([suite("a", 1, 1, code)], night, 1, tmp_path)
            ended = asyncio.create_task(nightly.until_told_to_end(lasting))
            while not (told.exists() and told.read_text()):
                await asyncio.sleep(0.01)
            signal.raise_signal(number)
            await ended

        asyncio.run(asyncio.wait_for(lived(), 60))

        assert night.courses["a"] == Course()
        await_end(told.read_text())

    def test_it_goes_on_where_it_was(self, tmp_path):
        """What was kept after a shard is what the next night begins with."""
        one = suite("a", 4, 2)
        live([one], Night(["0123456789"], {"a": Course(next=2, done=2)}), 1, tmp_path)

        night = Night.read(tmp_path)

        assert (night.courses["a"].next, night.commits) == (4, ["0123456789"])
        assert json.loads((tmp_path / "night.json").read_text())["courses"]["a"]["done"] == 4

    def test_no_shard_begins_after_the_time(self, tmp_path):
        """A night without time does nothing."""
        night = Night()

        live([suite("a", 4, 2)], night, 0, tmp_path)

        assert nightly.status([suite("a", 4, 2)], night) == UNFINISHED

    def test_all_done_is_zero(self):
        """Where all was done and nothing failed, the status is 0."""
        one = suite("a", 4, 2)

        assert nightly.status([one], Night(courses={"a": Course(next=4, done=4)})) == DONE


def test_the_page_tells_what_was_asked_and_done():
    """A line for each suite has both, what failed, how long it took; what is missing is told."""
    night = Night(courses={"a": Course(next=4, done=2, seconds=90, tests=7, failed=[0])})

    page = nightly.summary([suite("a", 4, 2, each=50)], night, ["3.13"], "today, here")

    assert "| `a` | as | 200 | 100 | 7 | 1 | 1.5 |" in page
    assert "Not on this machine: Python 3.13." in page
    assert "today, here" in page


def test_the_names_of_suites_are_unique():
    """What is kept of a night is kept by name."""
    assert len({one.name for one in SUITES}) == len(SUITES)


@pytest.mark.parametrize("one", SUITES, ids=lambda one: one.name)
def test_what_a_suite_runs_is_there(one):
    """The files of tests that its shards name exist."""
    for command in one.shards(0, one.shard).commands:
        for word in command:
            if word.endswith(".py"):
                assert nightly_suites.Path(word).is_file(), word


def test_other_seeds_are_asked_for_by_the_environment(monkeypatch):
    """By itself a test has its few seeds; in a night the shard's."""
    monkeypatch.delenv("SEEDS", raising=False)
    monkeypatch.delenv("SEEDS_FROM", raising=False)
    assert seeds(3) == range(3)

    monkeypatch.setenv("SEEDS", "10")
    monkeypatch.setenv("SEEDS_FROM", "20")
    assert seeds(3) == range(20, 30)


def test_an_interpreter_is_found_by_its_version():
    """This one is found, or another of its version; one that does not exist is not."""
    assert nightly_suites.interpreter("3.99") is None
