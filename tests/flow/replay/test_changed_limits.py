"""Time-outs of single calls, changed under an open execution."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from swf.exceptions import PayloadStoreError
from swf.flow import Workflow, activity, errors, stack
from swf.flow.replay.command import Command
from swf.flow.replay.matching import attributes_of, differences
from swf.payload import Encrypt, KeyRing, MemoryStore, Payloads
from swf.testing import flow

SEALED = Payloads(codecs=(Encrypt(KeyRing(current="a", keys={"a": bytes(32)})),))
STORED = Payloads(store=MemoryStore(), limit=100)

each_way = pytest.mark.parametrize(
    "payloads", [Payloads(), SEALED, STORED], ids=["plain", "sealed", "stored"]
)


@activity
def echo(value: Any) -> Any:
    return value


class Told(Workflow):
    """Waits after a call with time-outs of its own."""

    name = "told"

    def run(self, value: Any) -> None:
        limited = echo.with_options(start_to_close_timeout=10, heartbeat_timeout=5)
        _ = self.submit(limited, value).result
        self.sleep(100)


class Changed(Workflow):
    """The same, with other ones."""

    name = "told"

    def run(self, value: Any) -> None:
        limited = echo.with_options(start_to_close_timeout=20, task_list="elsewhere")
        _ = self.submit(limited, value).result
        self.sleep(100)


class Untold(Workflow):
    """The same, with those of the activity."""

    name = "told"

    def run(self, value: Any) -> None:
        _ = self.submit(echo, value).result
        self.sleep(100)


class Other(Workflow):
    """A call with another input, and other time-outs too."""

    name = "told"

    def run(self, value: Any) -> None:
        _ = self.submit(echo.with_options(heartbeat_timeout=6), [value]).result
        self.sleep(100)


def of(kind: type[Workflow], payloads: Payloads) -> type[Workflow]:
    """Return a workflow whose values travel so."""
    return type(kind.__name__, (kind,), {"name": "told", "payloads": payloads})


@each_way
@pytest.mark.parametrize("before", [Told, Untold])
@pytest.mark.parametrize("after", [Told, Changed, Untold])
def test_time_outs_of_a_call_may_change(
    before: type[Workflow], after: type[Workflow], payloads: Payloads
) -> None:
    """A program that tells other time-outs than it did follows its history all the same."""
    with flow(replay=False) as stage:
        handle = stage.start(of(before, payloads), "long" * 100)
        stage.work()

        [strand] = stack(handle.execution, of(after, payloads))

    assert strand.waits_for == "timer-1 (running)"


@each_way
def test_another_input_is_noticed_beside_other_time_outs(payloads: Payloads) -> None:
    """Time-outs that differ do not hide that the input does."""
    with flow(replay=False) as stage:
        handle = stage.start(of(Told, payloads), "long" * 100)
        stage.work()

        with pytest.raises(errors.NonDeterminismError, match="input differ"):
            stack(handle.execution, of(Other, payloads))


def test_an_input_that_cannot_be_read_is_another_one() -> None:
    """Where the store of a recorded input is down, a difference is told as such."""
    recorded = Payloads(store=MemoryStore(), limit=100)
    plain = recorded.plain_call(("long" * 100,), {}, {"limits": ["10", "5"]})
    told = {"activityId": "a", "activityType": {"name": "echo", "version": "1"}}
    event = {
        "eventId": 5,
        "eventType": "ActivityTaskScheduled",
        "activityTaskScheduledEventAttributes": {**told, "input": recorded.seal(plain)},
    }
    down = Payloads(store=Down(), limit=100)
    command = Command("ScheduleActivityTask", told, down, down.plain_call(("long" * 100,), {}))

    assert differences(command, str(event["eventType"]), attributes_of(event)) == ["input"]
    assert not differences(
        attrs.evolve(command, payloads=recorded), str(event["eventType"]), attributes_of(event)
    )


class Down(MemoryStore):
    """A store that does not answer."""

    def get(self, key: str, size: int) -> bytes:
        raise PayloadStoreError(f"no answer for {key}, {size} bytes")
