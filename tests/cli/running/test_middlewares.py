"""What is called before and after activities, named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminals import BASIC, typed

AROUND = """
from pathlib import Path

def before(context):
    tell(f"before {context.name} {context.activity_id}")

def after(context, result):
    tell(f"after {context.name} {result}")

def ended(context, result=None, error=None):
    tell(f"ended {context.name} {result} {error!r}")

def refuse(context):
    raise ValueError(f"not {context.name}")

def tell(line):
    with Path("told").open("a") as file:
        print(line, file=file)
"""

NAME = f"{BASIC}.increment"


@pytest.fixture(autouse=True)
def around(folder: Path) -> Path:
    """A module of functions to be called around activities; returns where they tell of it."""
    (folder / "around.py").write_text(AROUND)
    return folder / "told"


def local(*words: str) -> int:
    """Return how a local run with these options ends."""
    ran = typed("workflow.start", "--local", f"{BASIC}.BasicWorkflow", "-i", "[1, 0]", *words)
    return ran.exit_code


def test_they_are_called_around_each_activity_of_a_local_run(around: Path) -> None:
    """Each is called for each activity, with its context; after it, with its result."""
    ended = local(
        *("--middleware-pre-execution", "around.before"),
        *("--middleware-post-execution", "around.after", "--after", "around.ended"),
    )

    told = around.read_text().splitlines()
    assert ended == 0
    assert told[:3] == [
        f"before {NAME} activity-{NAME}-1",
        f"after {NAME} 2",
        f"ended {NAME} 2 None",
    ]
    assert len(told) == 9


def test_what_is_raised_before_fails_the_activity(around: Path) -> None:
    """Who takes `error=` is told of it; who takes a result alone is not called."""
    assert local("--before", "around.refuse", "--after", "around.after") == 3
    assert not around.exists()

    assert local("--before", "around.refuse", "--after", "around.ended") == 3
    assert around.read_text().startswith(f"ended {NAME} None ValueError('not {NAME}')")


def test_processes_of_a_standalone_run_call_them(around: Path, swf_url: str) -> None:
    """What stands on the command line is called where the activities are done."""
    ran = typed(
        *("standalone", BASIC, "-i", "[1, 0]", "-d", "shop", "--endpoint-url", swf_url),
        *("-W", "1", "--before", "around.before", "--after", "around.after", "--heartbeat", "5"),
    )

    assert ran.exit_code == 0
    assert len(around.read_text().splitlines()) == 6


def test_a_worker_calls_them(around: Path, swf_url: str) -> None:
    """`worker start` takes them as well."""
    where = ("-d", "shop", "--endpoint-url", swf_url)
    typed("workflow.start", BASIC, "-i", "[1, 0]", *where)
    typed("decider", "start", BASIC, "--one-task", *where)

    typed("worker", "start", BASIC, "--one-task", "--before", "around.before", *where)

    assert around.read_text() == f"before {NAME} activity-{NAME}-1\n"


def test_who_only_starts_calls_nothing(around: Path) -> None:
    """Without --local they are refused, with who takes them."""
    ran = typed(
        *("workflow.start", BASIC, "-d", "shop", "--endpoint-url", "memory://"),
        *("--before", "around.before"),
    )

    assert ran.exit_code == 2
    assert "swf worker start MODULE --before NAME" in ran.stderr


def test_what_tells_no_parameters_is_called_with_all() -> None:
    """A function that is not written in Python is called however an activity ends."""
    assert local("--after", "builtins.dict") == 0
