"""What a loss of power leaves of the files is a sound database with all that was acknowledged.

A disk keeps what was synced, and of what was written since then any part. The engine runs in this
process; at named places it is noted how far the clients' log and the write-ahead log are, and what
is in the files. Then the files are put together as a loss of power could have left them.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from crash_judge import Log, judge
from crash_server import Hammer, furnish
from seeded import seeds

from swf.engine import Engine
from swf.engine.store import points
from swf.engine.tools import check

SECTOR = 512
PAGE = 4096
WAL_HEADER = 32


@attrs.frozen
class Moment:
    """How far things are when a commit begins: all that is in the two logs by then is synced."""

    clients_log: int
    write_ahead_log: int


@attrs.define
class Power:
    """An engine on a file, watched by whoever will pull the plug."""

    folder: Path
    durability: str = "full"
    seed: int = 0
    moments: list[Moment] = attrs.field(factory=list)
    engine: Engine = attrs.field(init=False)
    hammer: Hammer = attrs.field(init=False)
    watch: Callable[[str], object] = attrs.field(default=lambda _name: None)

    def __attrs_post_init__(self) -> None:
        url = f"sqlite:///{self.path}?poll_seconds=0&durability={self.durability}"
        self.engine = Engine.open(url)
        furnish(self.engine)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        job = {"seed": self.seed, "seconds": 3600}
        self.hammer = Hammer(self.engine, job, 0, log)

    @property
    def path(self) -> Path:
        return self.folder / "engine.db"

    @property
    def wal(self) -> Path:
        return self.folder / "engine.db-wal"

    @property
    def log(self) -> Path:
        return self.folder / "clients.log"

    def reached(self, name: str) -> None:
        if name == "commit.before":
            self.moments.append(Moment(self.log.stat().st_size, self.wal.stat().st_size))
        self.watch(name)

    def work(self, enough: Callable[[], bool]) -> None:
        """Hammer until it is enough; the judge's engines are not watched."""
        points.hook = self.reached
        give_up = time.monotonic() + 60
        acts = self.hammer.acts()
        while not enough():
            assert time.monotonic() < give_up
            self.hammer.random.choice(acts)()
        points.hook = None

    def files(self) -> tuple[bytes, bytes]:
        """Return what is in the database and in its write-ahead log."""
        return self.path.read_bytes(), self.wal.read_bytes()

    def close(self) -> None:
        points.hook = None
        self.engine.close()
        os.close(self.hammer.log)


@pytest.fixture
def powered(tmp_path) -> Iterator[Callable[..., Power]]:
    """Open engines that are closed with the test."""
    opened = []

    def power(**how: object) -> Power:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        opened.append(Power(folder, **how))
        return opened[-1]

    yield power
    for one in opened:
        one.close()


def survives(folder: Path, database: bytes, wal: bytes, log: Log) -> None:
    """Assert that these files are a sound database which holds what the log demands."""
    folder.mkdir()
    path = folder / "engine.db"
    path.write_bytes(database)
    path.with_name("engine.db-wal").write_bytes(wal)
    report = check(path)
    assert report.sound, str(report)
    judge(path, log)


def tails(rng: random.Random, rest: bytes) -> Iterator[bytes]:
    """Yield what may follow the last synced byte: nothing, zeros, garbage, some of the sectors."""
    yield b""
    yield rest
    yield bytes(len(rest))
    yield rng.randbytes(len(rest))
    yield rest[: rng.randint(0, len(rest))]
    sectors = [rest[at : at + SECTOR] for at in range(0, len(rest), SECTOR)]
    yield b"".join(one if rng.random() < 0.5 else bytes(len(one)) for one in sectors)


def mixed(rng: random.Random, old: bytes, new: bytes) -> bytes:
    """Return a file some sectors of which were written and some not."""
    old = old.ljust(len(new), b"\0")
    return b"".join(rng.choice((old, new))[at : at + SECTOR] for at in range(0, len(new), SECTOR))


@pytest.mark.parametrize("seed", seeds(3))
def test_whatever_of_the_log_s_tail_is_lost_what_was_synced_is_there(seed, powered, tmp_path):
    """Cut within a commit at any byte, the file has every call answered before, and no half one."""
    rng = random.Random(seed)
    power = powered(seed=seed)
    power.work(lambda: len(power.moments) > 150)
    database, wal = power.files()
    text = power.log.read_text()
    synced = [moment.write_ahead_log for moment in power.moments]
    assert synced == sorted(synced)

    for number in range(12):
        index = rng.randrange(len(synced) - 10)
        kept = synced[index]
        upto = next(one for one in (*synced[index:], len(wal)) if one > kept)
        log = Log.of(text[: power.moments[index].clients_log])
        for kind, tail in enumerate(tails(rng, wal[kept:upto])):
            survives(tmp_path / f"cut-{number}-{kind}", database, wal[:kept] + tail, log)


@pytest.mark.parametrize("seed", seeds(1))
def test_without_syncing_each_commit_the_latest_may_be_lost_and_none_by_half(
    seed, powered, tmp_path
):
    """With durability "normal", a log cut anywhere leaves whole calls, in order, and no part."""
    rng = random.Random(seed)
    power = powered(durability="normal", seed=seed)
    power.work(lambda: len(power.moments) > 150)
    database, wal = power.files()
    log = Log.of(power.log.read_text())
    log.granted.clear()  # nothing is promised

    for number in range(20):
        cut = rng.randint(power.moments[0].write_ahead_log, len(wal))
        survives(tmp_path / f"cut-{number}", database, wal[:cut], log)


@pytest.mark.parametrize("seed", seeds(1))
def test_a_checkpoint_that_is_cut_off_loses_nothing(seed, powered, tmp_path):
    """With any part of its pages written home, torn ones among them, the log has them all."""
    rng = random.Random(seed)
    power = powered(seed=seed)
    files = {}

    def watch(name: str) -> None:
        if name.startswith("checkpoint"):
            files.setdefault(name, (*power.files(), power.log.read_text()))

    power.watch = watch
    power.work(lambda: "checkpoint.after" in files)
    before, wal, text = files["checkpoint.before"]
    after, _, _ = files["checkpoint.after"]
    assert before != after

    for number in range(20):
        survives(tmp_path / f"mix-{number}", mixed(rng, before, after), wal, Log.of(text))


@pytest.mark.parametrize("seed", seeds(1))
def test_a_log_that_begins_anew_does_not_bring_old_pages_back(seed, powered, tmp_path):
    """The first commits after a checkpoint write over the log; cut off, they undo nothing."""
    rng = random.Random(seed)
    power = powered(seed=seed)
    before: list[tuple[bytes, bytes, str]] = []
    after: list[bytes] = []

    def watch(name: str) -> None:
        if name == "checkpoint.after" or (before and not after and name == "commit.before"):
            before[:] = [(*power.files(), power.log.read_text())]
        elif before and not after and name == "commit.after":
            _, wal = power.files()
            if wal != before[0][1]:
                after.append(wal)

    power.watch = watch
    power.work(lambda: bool(after))
    [(database, old, text)], [new] = before, after
    assert old[:WAL_HEADER] != new[:WAL_HEADER]
    assert len(old) == len(new)

    # The header is synced before anything follows it.
    survives(tmp_path / "header", database, new[:WAL_HEADER] + old[WAL_HEADER:], Log.of(text))
    for number in range(20):
        wal = new[:WAL_HEADER] + mixed(rng, old, new)[WAL_HEADER:]
        survives(tmp_path / f"mix-{number}", database, wal, Log.of(text))


def test_the_judge_sees_what_is_lost(powered, tmp_path):
    """A log that is cut before what was acknowledged is not let through."""
    power = powered()
    power.work(lambda: len(power.moments) > 60)
    database, wal = power.files()
    text = power.log.read_text()
    cut = power.moments[30].write_ahead_log

    with pytest.raises((AssertionError, KeyError)):
        survives(tmp_path / "cut", database, wal[:cut], Log.of(text))
