"""The worker of activities, on a real SWF with a real decider."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import flow_work
import pytest
from flow_harness import DOMAIN, Deciding, Stage, Started
from flow_work import ATTEMPTS, OutOfStock, Till

from swf.clock import ManualClock
from swf.exceptions import PollTimeout, RemoteError, ValidationError, ValidationTypeError
from swf.flow import Activities, Workflow, Worker, activity, errors
from swf.payload import Payloads

ALL = [
    *(one for one in vars(flow_work).values() if getattr(one, "key", None)),
    flow_work.Greeting,
    flow_work.Sealed,
    flow_work.OwnContext,
    Till("EUR"),
]


class Shop:
    """A stage on which a Worker does the work."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told: list[tuple[Exception, Any]] = []

    def worker(self, activities: Any = ALL, task_list: str = "default", **options: Any) -> Worker:
        """Return a worker, whose errors are noted."""
        stage = self.stage
        made = Worker(
            activities,
            task_list,
            domain=DOMAIN,
            connection=stage.connection,
            clock=stage.clock,
            **options,
        )
        made.on_error = lambda error, task: self.told.append((error, task))  # type: ignore[method-assign]
        return made

    def drive(self, worker: Worker) -> None:
        """Have decider and worker do all there is to do at this moment."""
        while any([self.stage.decide(), self.stage.decide(own=True), works(worker)]):
            pass

    def run(self, task: Any, *args: Any, worker: Worker | None = None, **kwargs: Any) -> Any:
        """Run a workflow that submits one activity, and return or raise as that does."""
        started = self.stage.start(once(task), *args, **kwargs)
        self.drive(worker or self.worker())
        return started.result


def works(worker: Worker) -> bool:
    """Have a worker see to one task; return whether there was one."""
    try:
        worker.run_once()
    except PollTimeout:
        return False
    return True


def once(task: Any) -> type[Workflow]:
    """Return a workflow that submits one activity and returns its result."""

    class Once(Workflow):
        name = "once"
        version = "1"
        task_list = "default"

        def run(self, *args: Any, **kwargs: Any) -> Any:
            return self.submit(task, *args, **kwargs).result

    return Once


@pytest.fixture
def shop(stage: Stage) -> Shop:
    """A stage on which a Worker does the work."""
    return Shop(stage)


@pytest.mark.parametrize(
    ("task", "args", "result"),
    [
        (flow_work.double, (21,), 42),
        (flow_work.add, (1,), 2),
        (flow_work.Greeting, ("Ada",), "Ada in run-1"),
        (flow_work.Sealed, (1,), 2),
        (flow_work.OwnContext, ("mine",), "mine"),
        (Till.price, (3,), "3 EUR"),
        (flow_work.bare, ("as it is",), "as it is"),
    ],
    ids=["def", "async", "class", "frozen", "own context", "method", "bare text"],
)
def test_whatever_an_activity_is_its_result_reaches_the_workflow(
    shop: Shop, task: Any, args: tuple[Any, ...], result: Any
) -> None:
    """Functions, coroutines, classes and methods are called with the arguments of the workflow."""
    assert shop.run(task, *args) == result
