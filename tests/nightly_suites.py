"""What a night of tests has: each suite in shards, which are repeated by their first seed alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
from fuzz.running import REQUESTS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".nightly"
TESTS = ROOT / "tests"
PYTHONS = ("3.11", "3.12", "3.13")
MEASURED_BY = "3.11"
COVERAGE = ("--cov", "--cov-report=term:skip-covered")
EXTRAS = "crypto,docs,fsspec,lint,otel,redis,server,test"

CONNECTIONS_OF_A_SEED = 50
CUTS_OF_A_SEED = 12 * 6 + 20 + 20 + 21
FLIPS_OF_A_SEED = 4 + 1 + 1
SOAK_MINUTES = 30


@attrs.frozen
class Shard:
    """A part of a suite: the commands that do it, one after the other, and what they are told."""

    commands: tuple[tuple[str, ...], ...]
    environment: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Suite:
    """What is tried how often: `shards` takes the first seed and how many to do from there on."""

    name: str
    what: str
    asked: int
    shard: int
    shards: Callable[[int, int], Shard]
    each: int = 1
    """What is done for each seed: so much is told."""
    minutes: float = 0
    """What a shard takes at least, where that is known."""


def _module(*words: object) -> tuple[str, ...]:
    return (sys.executable, "-m", *map(str, words))


def _pytest(*words: str) -> tuple[str, ...]:
    return _module("pytest", "-q", "-p", "no:cacheprovider", *words)


def _numbered(module: str) -> Callable[[int, int], Shard]:
    return lambda first, count: Shard((_module(module, count, first),))


def _marathon(module: str) -> Callable[[int, int], Shard]:
    """Each shard has a seed of its own: what it has done is not another's to go on with."""
    return lambda first, count: Shard(
        (_module(module, "--kills", count, "--seed", first, "--anew"),)
    )


def _seeded(path: str) -> Callable[[int, int], Shard]:
    return lambda first, count: Shard(
        (_pytest(str(TESTS / path)),), {"SEEDS_FROM": str(first), "SEEDS": str(count)}
    )


def _fuzz(first: int, count: int) -> Shard:
    words = ("--from", first, "--requests", count * REQUESTS)
    return Shard((_module("fuzz", *words, "--connections", count * CONNECTIONS_OF_A_SEED),))


def _files(*paths: str) -> Callable[[int, int], Shard]:
    return lambda _first, _count: Shard((_pytest(*(str(TESTS / path) for path in paths)),))


def _soak(_first: int, _count: int) -> Shard:
    return Shard((_module("soak", "--minutes", SOAK_MINUTES),))


def interpreter(version: str) -> str | None:
    """Return where a Python of this version is: on the path, or of pyenv; None if nowhere.

    What pyenv has on the path may be only a script that says where the version is.
    """
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = sorted((root / "versions").glob(f"{version}.*/bin/python"))
    found = shutil.which(f"python{version}")
    return next((one for one in (found, *map(str, reversed(kept))) if one and _runs(one)), None)


def _runs(python: str) -> bool:
    return subprocess.run([python, "--version"], check=False, capture_output=True).returncode == 0


def _unit(python: str, version: str) -> Callable[[int, int], Shard]:
    venv = FOLDER / f"python{version}"
    made = ("sh", str(ROOT / "scripts" / "make_venv.sh"), str(venv), EXTRAS)
    tests = (str(venv / "bin" / "python"), "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")
    measured = COVERAGE if version == MEASURED_BY else ()
    return lambda _first, _count: Shard((made, (*tests, *measured, str(TESTS))), {"PYTHON": python})


def units() -> tuple[list[Suite], list[str]]:
    """Return the unit tests by each Python that is here, and the versions that are not."""
    found, missing = [], []
    for version in PYTHONS:
        python = interpreter(version)
        if python is None:
            missing.append(version)
        else:
            what = f"all tests by Python {version}"
            what += ", of 95 % coverage" * (version == MEASURED_BY)
            found.append(Suite(f"python{version}", what, 1, 1, _unit(python, version)))
    return found, missing


SUITES = (
    Suite("soak", "minutes of work: flat memory, descriptors and log", 1, 1, _soak, SOAK_MINUTES,
          SOAK_MINUTES + 2),
    Suite("crash", "engines killed with kill -9", 5_000, 100, _marathon("crash_marathon")),
    Suite("chaos", "deciders and workers killed", 2_000, 50, _marathon("chaos_marathon")),
    Suite("power", "losses of power", 16, 1, _seeded("crash/test_power.py"), CUTS_OF_A_SEED),
    Suite("simulate", "lives of an engine simulated", 10_000, 200, _numbered("simulation")),
    Suite("model", "walks of 300 steps beside the reference", 3_400, 100, _numbered("model_walks")),
    Suite("replays", "random workflow programs replayed", 10_000, 200, _numbered("flow_replays")),
    Suite("fuzz", "requests, most broken somehow", 400, 10, _fuzz, REQUESTS),
    Suite("flips", "bits flipped in files", 3_400, 100, _seeded("crash/test_bit_flips.py"),
          FLIPS_OF_A_SEED),
    Suite("differential", "comparison with moto's server", 1, 1,
          _files("conformance/test_moto.py")),
    Suite("quotas", "run of the tests of quotas", 1, 1, _files("conformance/test_quotas.py")),
    Suite("clock", "run of the tests of clocks and time-outs", 1, 1,
          _files("test_clock.py", "test_virtual_clock.py", "engine/transitions/test_clocks.py",
                 "conformance/test_time_outs.py", "conformance/test_downtime.py")),
    Suite("disk", "run of the tests of disks that are full or broken", 1, 1,
          _files("engine/store/test_trouble.py", "engine/tools/test_check.py")),
    Suite("owners", "run of the tests of two engines on one file", 1, 1,
          _files("engine/store/test_lock.py")),
    Suite("poisons", "run of the tests of poisoned inputs", 1, 1, _files("flow/test_poisoned.py")),
    Suite("browser", "run of the tests of pages in a browser", 1, 1, _files("web/browser")),
    Suite("upgrade", "run of the tests of old files", 1, 1,
          _files("engine/store/test_migration.py", "engine/store/test_upgrade.py")),
)  # fmt: skip
