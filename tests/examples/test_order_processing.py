"""The demo keeps its word: it ends in time, with the right status, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from canned import CannedTransport

from examples.order_processing.worker import ACTIVITIES, OrderWorker
from examples.order_processing.workflow import next_decisions
from swf.models import Domain, HistoryBuilder
from swf.models.decision import (
    CompleteWorkflowExecution,
    FailWorkflowExecution,
    ScheduleActivityTask,
    StartTimer,
)
from swf.transport import Transport

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of the demo, marked so that its processes can be found."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "ORDER_PROCESSING_TEST": str(os.getpid())}


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No process that the demo started is there afterwards."""
    yield
    mark = f"ORDER_PROCESSING_TEST={os.getpid()}".encode()
    deadline = time.monotonic() + 10
    while left := [pid for pid, found in environments() if mark in found]:
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.05)


def environments() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the processes of this machine that can be looked at, and their environments."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            yield path.parent.name, path.read_bytes().split(b"\0")
        except OSError:
            continue


def demo(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end."""
    return subprocess.run(
        [sys.executable, "-m", "examples.order_processing", *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_demo_processes_its_orders(environment: dict[str, str]) -> None:
    """With a server of its own the demo succeeds, and shows what it is there to show."""
    done = demo(environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
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
        assert shown in done.stdout


def test_the_demo_leaves_a_given_service_in_order(
    environment: dict[str, str], connection: Transport, moto_url: str
) -> None:
    """On a service that is given, the demo uses a domain of its own and deprecates it."""
    Domain("mine", connection=connection).save()

    done = demo(environment, "--endpoint-url", moto_url)

    assert done.returncode == 0, done.stdout + done.stderr
    infos = connection.call("ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]
    assert [info["name"] for info in infos] == ["mine"]


def test_a_service_that_is_not_there_is_one_clear_error(environment: dict[str, str]) -> None:
    """Where the service cannot be reached, the status is not 0 and the output says why."""
    done = demo({**environment, "SWF_ENDPOINT_URL": "http://127.0.0.1:9"})

    assert done.returncode == 1
    assert "ConnectionFailedError" in done.stdout
    assert "127.0.0.1:9" in done.stdout
    assert done.stderr == ""


def test_the_worker_does_only_what_it_knows() -> None:
    """An activity is run from the table of activities, and its result is its own."""
    worker = OrderWorker(Domain("d", connection=CannedTransport()))

    assert worker.task_list == "order-work"
    assert set(ACTIVITIES) == {"reserve_stock", "charge_card", "ship_parcel", "send_receipt"}
