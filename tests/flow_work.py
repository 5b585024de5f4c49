"""Activities for the tests of workers: child processes import them from here."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Any, NoReturn

import attrs

from swf.exceptions import ActivityFailed
from swf.flow import ActivityContext, RetryPolicy, activity, errors
from swf.payload import Payloads, register

ATTEMPTS: list[int] = []
"""What was attempted in this process; each test that looks at it begins with clearing it."""


@register
class OutOfStock(Exception):
    """An error of a program's own."""


@activity
def double(x: int) -> int:
    """Return twice as much."""
    return 2 * x


@activity
async def add(x: int, y: int = 1) -> int:
    """Return the sum, a moment later."""
    await asyncio.sleep(0)
    return x + y


@activity
class Greeting:
    """An activity that is a class."""

    context: ActivityContext | None = None
    executed: list[str] = []  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self.name = name

    def execute(self) -> str:
        """Return whom it greets, and where."""
        assert self.context is not None
        return f"{self.name} in {self.context.workflow_id}"

    def post_execute(self) -> None:
        """Note that it was executed."""
        self.executed.append(self.name)


@activity
@attrs.frozen
class Sealed:
    """An activity that is a frozen class, with an `async def`."""

    value: int

    async def execute(self) -> int:
        """Return the number of the attempt, from where it is always found."""
        await asyncio.sleep(0)
        return self.value + activity.context.attempt


@activity
class OwnContext:
    """An activity that has something else by the name of `context`."""

    def __init__(self, context: str) -> None:
        self.context = context

    def execute(self) -> str:
        """Return what it was made with."""
        return self.context


@attrs.define
class Till:
    """An object with activities."""

    currency: str

    @activity
    def price(self, amount: int) -> str:
        """Return an amount with its currency."""
        return f"{amount} {self.currency}"


@activity
def echo(value: Any) -> Any:
    """Return what it is given."""
    return value


@activity
def make(kind: str) -> Any:
    """Return what cannot be sent."""
    return {"object": object(), "lock": threading.Lock(), "long": "x" * 40_000}[kind]


@activity
def fail(kind: str) -> NoReturn:
    """Raise an error."""
    if kind == "chained":
        try:
            _ = {}["shelf"]
        except KeyError as error:
            raise OutOfStock("tea", 3) from error
    raise {
        "value": ValueError("odd"),
        "exit": SystemExit(3),
        "said": ActivityFailed("Declined: card", details='{"code":3}'),
        "local": type("Local", (Exception,), {})("here"),
    }[kind]


@activity
def told() -> dict[str, Any]:
    """Return all that the context tells."""
    context = activity.context
    names = (
        "name version domain task_list workflow_id run_id activity_id input attempt"
        " attempt_in_worker last_heartbeat cancel_requested lost"
    )
    assert told.context is context
    return {name: getattr(context, name) for name in names.split()} | {
        "task_token": bool(context.task_token),
        "repr": repr(context),
    }


@activity
def process() -> int:
    """Return which process this is."""
    return os.getpid()


@activity
def die() -> None:
    """End this process by a signal."""
    os.kill(os.getpid(), signal.SIGKILL)


@activity
def approve(request: str) -> str:
    """Leave the answer to somebody else."""
    activity.context.complete_later()


@activity.with_attributes(retry_in_worker=2)
def third_time(kind: str) -> int:
    """Fail twice, and return the number of the attempt."""
    attempt = activity.context.attempt_in_worker
    ATTEMPTS.append(attempt)
    if attempt < 3:
        raise {"value": ValueError("odd"), "type": SystemExit(1)}[kind]
    return attempt


@activity.with_attributes(
    retry_in_worker=RetryPolicy(attempts=5, delay=10, never=(TypeError,), max_elapsed=60)
)
def stubborn(kind: str) -> None:
    """Fail."""
    ATTEMPTS.append(activity.context.attempt_in_worker)
    raise {
        "value": ValueError("odd"),
        "type": TypeError("never"),
        "signature": errors.SignatureError("no retry helps"),
    }[kind]


@activity.with_attributes(payloads=Payloads(raw=True))
def bare(text: str | None = None) -> Any:
    """Return bare text, or what is none."""
    return {"number": 3, "none": None}.get(text or "", text)
