"""The demo keeps its word: it ends in time and right, however often it is killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

import swf
from examples.order_processing.worker import ACTIVITIES, OrderWorker
from examples.order_processing.workflow import next_decisions
from swf.engine import Engine
from swf.models import Domain, HistoryBuilder, WorkflowExecution
from swf.models.decision import (
    CompleteWorkflowExecution,
    FailWorkflowExecution,
    ScheduleActivityTask,
    StartTimer,
)
from swf.transport import Transport

ROOT: Final = Path(__file__).parents[2]

SOON: Final = 60
"""Seconds in which orders end that nobody waits for: their time-outs are hours."""

DEMO: Final = ("-m", "examples.order_processing")

MORTAL: Final = """
import os, runpy, signal, sys

moment, tell = sys.argv.pop(1), sys.stdout.write

def write(text):
    length = tell(text)
    if moment in text:
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    return length

sys.stdout.write = write
runpy.run_module("examples.order_processing", run_name="__main__", alter_sys=True)
"""
"""The demo, which is dead as soon as it has printed something: it comes to nothing more."""


class Told(HistoryBuilder):
    """The history of an order, step by step."""

    def __init__(self) -> None:
        super().__init__(("process_order", "1"), {"id": "7"})

    def step(self, name: str, attempt: int = 1, **outcome: Any) -> None:
        """Record an activity of an order."""
        self.activity_task(f"{name}-{attempt}", (name, "1"), **outcome)

    def decisions(self) -> list[Any]:
        """What is decided now."""
        return next_decisions(self.build().compiled)


def scheduled(name: str, attempt: int = 1) -> ScheduleActivityTask:
    """The decision that has an activity tried."""
    given = {"order": {"id": "7"}, "attempt": attempt}
    return ScheduleActivityTask((name, "1"), f"{name}-{attempt}", input=given)


def test_an_order_takes_one_step_after_the_other() -> None:
    """Each step is decided once the one before is done, and the last one completes the order."""
    told = Told()

    assert told.decisions() == [scheduled("reserve_stock")]
    told.step("reserve_stock")
    assert told.decisions() == [scheduled("charge_card")]
    told.step("charge_card")
    assert told.decisions() == [StartTimer("cancellation_window", 2)]
    told.timer("cancellation_window", 2)
    assert told.decisions() == [scheduled("ship_parcel")]
    told.step("ship_parcel")
    told.step("send_receipt")
    assert told.decisions() == [CompleteWorkflowExecution(result={"order": "7", "shipped": True})]


def test_nothing_is_decided_twice() -> None:
    """While something is under way, nothing is decided."""
    told = Told()
    told.step("reserve_stock", outcome="scheduled")
    assert told.decisions() == []

    told = Told()
    told.step("reserve_stock")
    told.step("charge_card")
    told.timer("cancellation_window", 2, outcome="started")
    assert told.decisions() == []


def test_what_may_pass_is_tried_again_after_a_while() -> None:
    """A failed activity waits before its next try, longer each time, and is given up at last."""
    told = Told()
    for attempt, seconds in ((1, 1), (2, 2)):
        told.step("reserve_stock", attempt, outcome="failed", reason="OSError: shelf jammed")
        assert told.decisions() == [StartTimer(f"reserve_stock-backoff-{attempt}", seconds)]
        told.timer(f"reserve_stock-backoff-{attempt}", seconds)
        assert told.decisions() == [scheduled("reserve_stock", attempt + 1)]

    told.step("reserve_stock", 3, outcome="failed", reason="OSError: shelf jammed")

    assert told.decisions() == [
        FailWorkflowExecution(reason="reserve_stock: OSError: shelf jammed")
    ]


def test_what_will_not_pass_is_not_tried_again() -> None:
    """A declined card fails the order at once."""
    told = Told()
    told.step("reserve_stock")
    told.step("charge_card", outcome="failed", reason="CardDeclined: reported stolen")

    assert told.decisions() == [
        FailWorkflowExecution(reason="charge_card: CardDeclined: reported stolen")
    ]


def test_what_a_worker_took_with_it_is_done_again_at_once() -> None:
    """An activity that timed out is scheduled again without a pause, and is no failed try."""
    told = Told()
    told.step("reserve_stock", 1, outcome="failed", reason="OSError: shelf jammed")
    told.timer("reserve_stock-backoff-1", 1)
    for attempt in (2, 3, 4, 5):
        told.step("reserve_stock", attempt, outcome="timed_out")

        given = {"order": {"id": "7"}, "attempt": 2}
        again = ScheduleActivityTask(
            ("reserve_stock", "1"), f"reserve_stock-{attempt + 1}", input=given
        )
        assert told.decisions() == [again]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The file of an SWF that is not there yet."""
    return tmp_path / "orders.db"


def command(*arguments: object, code: tuple[str, ...] = DEMO) -> dict[str, Any]:
    """Return how the demo is run: by what, and in which environment."""
    return {
        "args": [sys.executable, *code, *map(str, arguments)],
        "cwd": ROOT,
        "env": {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        "text": True,
        "check": False,
        "capture_output": True,
        "timeout": 120,
    }


def demo(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end."""
    return subprocess.run(**command(*arguments))


def killed_at(line: str, database: Path) -> None:
    """Run the demo until it prints this, and end it with SIGKILL there."""
    ran = subprocess.run(**command(line, database, code=("-c", MORTAL)))
    assert ran.returncode == -signal.SIGKILL, ran.stdout + ran.stderr
    assert line in ran.stdout


@contextmanager
def looked_into(database: Path) -> Iterator[list[WorkflowExecution]]:
    """Yield the executions in a database that the demo has left, in the order of their ids."""
    connection = swf.connect(f"sqlite:///{database}")
    try:
        found = Domain("order-processing", connection=connection).executions()
        yield sorted(found, key=lambda one: one.workflow_id)
    finally:
        connection.close()


ENDED: Final = {
    "order-1-ada": "COMPLETED",
    "order-1-grace": "COMPLETED",
    "order-1-mallory": "FAILED",
}


def test_the_demo_processes_its_orders_and_then_the_next_ones(database: Path) -> None:
    """The demo succeeds, shows what it is there to show, and takes new orders the next time."""
    first, second = demo(database), demo(database)

    assert (first.returncode, first.stderr) == (0, ""), first.stdout + first.stderr
    for shown in (
        "shop.exists                       False",
        "shop.exists                       True",
        "ModelDiff(Difference('status', 'REGISTERED', 'DEPRECATED'))",
        "charge_card-1 failed: BankUnreachable",
        "charge_card-backoff-1 is over",
        "order complete",
        "COMPLETED",
        "cancellation_window",
        "in all)",
    ):
        assert shown in first.stdout
    assert (second.returncode, second.stderr) == (0, ""), second.stdout + second.stderr
    assert "goes on" not in second.stdout
    with looked_into(database) as executions:
        ended = {one.workflow_id: one.close_status for one in executions}
    assert ended == ENDED | {name.replace("1", "2"): status for name, status in ENDED.items()}


@pytest.mark.parametrize(
    "moments",
    [
        ["shop.save()"],
        ["elsewhere: Domain"],
        ["order-1-mallory  order received", "→ charge_card-1"],
        ["→ charge_card-backoff-1", "→ cancellation_window", "cancellation_window is over"],
        ["→ reserve_stock-1", "charge_card-1 completed", "→ ship_parcel-1", "→ send_receipt-1"],
    ],
    ids=lambda moments: moments[-1],
)
def test_killed_and_started_again_it_goes_on_at_once(moments: list[str], database: Path) -> None:
    """However often it is killed with -9, the next run goes on where it was, and ends right.

    What a killed worker had in its hands would time out after an hour: nobody waits for that.
    """
    for moment in moments:
        killed_at(moment, database)
    began = time.monotonic()

    done = demo(database)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert time.monotonic() - began < SOON
    if "→" in moments[-1]:
        assert "order-1-ada is here already: it goes on where it was" in done.stdout
    with looked_into(database) as executions:
        assert {one.workflow_id: one.close_status for one in executions} == ENDED
        assert len(executions) == len(ENDED)
        for one in executions:
            check_each_step_was_done_once(one)


def check_each_step_was_done_once(execution: WorkflowExecution) -> None:
    """No step of an order is completed twice, and none is missing from a completed order."""
    done = [
        activity.activity_type.name
        for activity in execution.history().compiled.activities
        if activity.state == "completed" and activity.activity_type is not None
    ]
    steps = ["reserve_stock", "charge_card", "ship_parcel", "send_receipt"]
    assert done == (steps if execution.close_status == "COMPLETED" else steps[:1])


def test_the_demo_runs_on_any_swf(swf_url: str) -> None:
    """Given the URL of another SWF, the demo runs there, and touches nothing but its own domain."""
    connection = swf.connect(swf_url)
    Domain("mine", connection=connection).save()

    done = demo(swf_url)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert list(Domain("mine", connection=connection).executions()) == []
    connection.close()


def test_a_service_that_is_not_there_is_one_clear_error() -> None:
    """Where the service cannot be reached, the status is not 0 and the output says why."""
    done = demo("http://127.0.0.1:9")

    assert done.returncode == 1
    assert "ConnectionFailedError" in done.stdout
    assert "127.0.0.1:9" in done.stdout
    assert done.stderr == ""


def test_a_database_in_use_is_one_clear_error(database: Path) -> None:
    """Where another process has the file, the status is not 0 and the output says which."""
    with Engine.open(f"sqlite:///{database}"):
        done = demo(database)

    assert done.returncode == 1
    assert f"process {os.getpid()}" in done.stdout
    assert done.stderr == ""


def test_the_worker_does_only_what_it_knows(swf_connection: Transport) -> None:
    """An activity is run from the table of activities, and its result is its own."""
    worker = OrderWorker(Domain("d", connection=swf_connection))

    assert worker.task_list == "order-work"
    assert set(ACTIVITIES) == {"reserve_stock", "charge_card", "ship_parcel", "send_receipt"}
