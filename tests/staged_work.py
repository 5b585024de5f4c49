"""Workflows and activities for the tests of the stage."""

from __future__ import annotations

import asyncio
import functools
import threading
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from swf.flow import ActivityContext, RetryPolicy, Workflow, activity
from swf.flow.errors import TaskError, TaskFailed
from swf.payload import register

WHO: ContextVar[str] = ContextVar("who", default="nobody")
"""What a program knows of whoever calls it."""

SEEN: list[Any] = []
"""What activities saw in this process; each test that looks at it begins with clearing it."""


@register
class Declined(Exception):
    """A card is not good."""


@activity(start_to_close_timeout=600)
def charge(amount: int) -> str:
    """Charge a card."""
    return f"charged {amount}"


@activity(retry=RetryPolicy(attempts=3, delay=60))
def charge_again(amount: int) -> str:
    """Charge a card, three times at most."""
    raise Declined(amount)


@activity(task_list="packers", start_to_close_timeout=7200)
def pack(seconds: int) -> datetime:
    """Pack for so long; return when it was done."""
    activity.context.wait(seconds)
    activity.context.check_canceled("unpacked")
    SEEN.append(seconds)
    return datetime.now()  # noqa: DTZ005  (nobody looks at it)


@activity
def where() -> tuple[int, str]:
    """Return the thread that this runs in, and on whose behalf."""
    return threading.get_ident(), WHO.get()


@activity
async def think(seconds: int) -> int:
    """Return the argument after so long, from within an event loop."""
    await asyncio.sleep(0)
    activity.context.wait(seconds)
    await asyncio.sleep(0)
    SEEN.append(seconds)
    return seconds


@activity
class Wrap:
    """An activity that is a class."""

    context: ActivityContext

    def __init__(self, thing: str, *, color: str = "red") -> None:
        self.thing = thing
        self.color = color

    def execute(self) -> str:
        """Wrap the thing."""
        return f"{self.thing} in {self.color}"


class Till:
    """Has an activity for a method."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    @activity
    def price(self, amount: int) -> str:
        """Return the price in the currency of the till."""
        return f"{amount} {self.currency}"


class Once(Workflow):
    """Submits one task and returns its result."""

    name = "once"
    version = "1"
    task_list = "orders"
    task: Any = charge

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the task returns."""
        return self.submit(type(self).task, *args, **kwargs).result


@functools.cache
def once(one: Any) -> type[Workflow]:
    """Return a workflow that submits one task and returns its result."""
    return type("Once", (Once,), {"task": one, "name": f"once-{one.__name__}"})


class Ship(Workflow):
    """A child, on a task list of its own."""

    name = "ship"
    version = "1"
    task_list = "shippers"
    execution_start_to_close_timeout = 3600

    def run(self, thing: str, *, express: bool = False) -> str:
        """Ship in a minute."""
        self.sleep(60)
        return f"shipped {thing}"


class Order(Workflow):
    """Charges, waits for a go, at most a day, and ships."""

    name = "order"
    version = "1"
    task_list = "orders"

    def run(self, amount: int) -> str:
        """Return what became of it."""
        charged = self.submit(charge, amount)
        self.state = "waits"
        try:
            go = self.wait_signal("go", timeout=86_400).result
        except TaskError:
            return "nobody cared"
        return f"{charged.result}, {go}, {self.submit(Ship, 'it').result}"


class Patient(Workflow):
    """Charges, whatever comes of it."""

    name = "patient"
    version = "1"

    def run(self) -> str:
        """Return how the charge ended."""
        try:
            return self.submit(charge_again, 7).result
        except TaskFailed as error:
            return f"failed: {error.reason}"
