"""Random programs: whatever happens while they run, their histories are followed to the letter."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flow_lives import Life
from flow_replays import AGAIN, lived, main, save

HERE = 20
LIVES = 280
ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(autouse=True)
def quiet():
    """Programs that fail are no news here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_replay_decides_what_was_decided():
    """From every prefix, kept or begun anew, a program decides what its history goes on to say."""
    for seed in range(HERE):
        try:
            lived(seed)
        except BaseException as error:
            error.add_note(f"repeat it by: {AGAIN.format(seed=seed)}")
            raise


@pytest.mark.no_cover  # it is long, and what it meets others have met
def test_many_replays_decide_what_was_decided():
    """So do hundreds of programs, in processes that nobody measures: those would take minutes."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'tests'}"
    command = [sys.executable, "-m", "flow_replays", str(LIVES), str(HERE)]

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-5_000:]


def test_a_replay_decides_alike_in_every_process(tmp_path: Path):
    """The order of sets and of hashes, which each process has of its own, decides nothing."""
    path = tmp_path / "lives.json"
    save([one for seed in range(1000, 1025) for one in Life(seed).live()], path)

    for hash_seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        command = [sys.executable, "-W", "error", "-m", "flow_replays", "--again", str(path)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_seed_is_repeated_exactly():
    """Two lives of one seed have the same events at the same times, and the same answers."""
    told = [
        [
            [(event["eventType"], event["eventTimestamp"]) for event in one.events]
            for seed in range(10, 16)
            for one in Life(seed).live()
        ]
        for _ in range(2)
    ]

    assert told[0] == told[1]
    assert sum(map(len, told[0])) > 200


def test_lives_have_all_that_programs_do():
    """What the lives are made of is seen in them: each outcome of each kind of task, and more."""
    seen = {
        event["eventType"]
        for seed in range(60)
        for one in Life(seed).live()
        for event in one.events
    }

    assert {
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "ActivityTaskFailed",
        "ActivityTaskTimedOut",
        "CancelTimerFailed",
        "ChildWorkflowExecutionCompleted",
        "CompleteWorkflowExecutionFailed",
        "DecisionTaskTimedOut",
        "LambdaFunctionFailed",
        "MarkerRecorded",
        "RequestCancelExternalWorkflowExecutionFailed",
        "ScheduleActivityTaskFailed",
        "SignalExternalWorkflowExecutionFailed",
        "StartTimerFailed",
        "TimerCanceled",
        "WorkflowExecutionCanceled",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionFailed",
        "WorkflowExecutionSignaled",
    } <= seen


def test_the_command_replays_as_many_as_asked(capsys: pytest.CaptureFixture[str]):
    """`make replays COUNT=3 FIRST=5` replays the lives of seeds 5, 6 and 7 and says how it went."""
    failed = main(3, 5)

    assert failed == 0
    assert "3 seeds from 5 on" in capsys.readouterr().out
