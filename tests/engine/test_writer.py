"""Calls that share a batch of the writer get an answer each, and one only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from swf.clock import Alarm
from swf.engine import Call, Engine, Options, Place
from swf.engine.writer import TICK


class Silent:
    """An alarm that never rings."""

    def set(self, moment: datetime | None) -> None:
        """Take note of nothing."""

    def close(self) -> None:
        """Stay silent."""


class Pushed:
    """A clock that is moved by hand; its alarms are silent."""

    def __init__(self) -> None:
        self.moment = datetime(2020, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def wait(self, event: object, seconds: float) -> bool:
        return False

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        return Silent()


@pytest.fixture
def clock():
    """A clock that is moved by hand."""
    return Pushed()


@pytest.fixture
def engine(clock):
    """An engine that holds polls for ten seconds."""
    engine = Engine(Place.of("memory://", Options(poll_seconds=10)), clock=clock)
    engine.handle("RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"})
    yield engine
    engine.close()


def poll(answered: list[Call]) -> Call:
    """Return a poll that nothing is there for."""
    params = {"domain": "d", "taskList": {"name": "l"}}
    return Call("PollForActivityTask", params, done=answered.append)


def together(engine: Engine, *calls: Call) -> None:
    """Have the writer carry out calls in one batch."""

    def queue(_unit: object) -> None:
        # The writer is at work on this one: what comes now is for the next batch.
        for call in calls:
            assert engine._writer.queue.submit(call) is False

    engine.perform(queue)


def test_a_poll_whose_time_is_up_is_answered_though_the_clock_is_looked_at_twice(engine, clock):
    """Two looks at what is due in one batch end a poll, once."""
    answered: list[Call] = []
    engine.begin(poll(answered), lambda work: work())
    assert answered == []
    clock.moment += timedelta(seconds=20)

    looks: list[Call] = []
    together(engine, *(Call(TICK, {}, done=looks.append) for _ in range(2)))

    assert len(looks) == 2
    assert [call.reply for call in answered] == [{"startedEventId": 0}]
    assert engine.held_polls == 0
