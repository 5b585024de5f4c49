"""Activities that are answered by others than their workers."""

from __future__ import annotations

from typing import Any

import flow_work
import pytest
from flow_harness import DOMAIN, Stage, Started
from flow_work import OutOfStock

from swf.exceptions import (
    ActivityTaskDoesNotExist,
    DoesNotExistError,
    PayloadEncodeError,
    PayloadTooLargeError,
    ValidationTypeError,
)
from swf.flow import ManualCompletion, Worker, Workflow, activity, errors
from swf.payload import MemoryStore, Payloads

tokens: list[str] = []
met: list[errors.TaskError] = []


@activity
def review(text: str) -> str:
    """Leave the answer to a person, who has the token."""
    tokens.append(activity.context.task_token)
    activity.context.complete_later()


class Reviewed(Workflow):
    """Waits for a review, which a signal cancels."""

    name = "reviewed"
    version = "1"
    task_list = "default"

    def run(self, text: str) -> Any:
        future = self.submit(review, text)
        self.spawn(self.stop, future)
        try:
            return future.result
        except errors.TaskError as error:
            met.append(error)
            return type(error).__name__

    def stop(self, future: Any) -> None:
        self.wait_signal("stop").result  # noqa: B018
        future.cancel()


@pytest.fixture
def started(stage: Stage) -> Started:
    """An execution whose review was left to somebody."""
    tokens.clear()
    met.clear()
    started = stage.start(Reviewed, "my book")
    worker = Worker(
        [review, flow_work.echo], domain=DOMAIN, connection=stage.connection, clock=stage.clock
    )
    stage.decide()
    worker.run_once()
    return started


@pytest.fixture
def person(stage: Stage) -> ManualCompletion:
    """Somebody who answers."""
    return ManualCompletion(connection=stage.connection)


def ended(started: Started) -> Any:
    """Have the workflow decide, and return its result."""
    assert started.stage.decide(own=True)
    return started.result


@pytest.mark.parametrize("result", [("fine", 3), 0, None, ""])
def test_a_result_comes_from_elsewhere(
    started: Started, person: ManualCompletion, result: Any
) -> None:
    """What somebody completes a task with by its token is the result of the activity."""
    person.complete(tokens[0], result)

    assert ended(started) == result


def test_an_error_comes_from_elsewhere(started: Started, person: ManualCompletion) -> None:
    """What somebody fails a task with is raised in the workflow."""
    person.fail(tokens[0], OutOfStock("paper"))

    assert ended(started) == "OutOfStock"
    assert isinstance(met[0], OutOfStock)
    assert met[0].args == ("paper",)


def test_a_cancel_is_seen_and_answered_elsewhere(
    started: Started, person: ManualCompletion
) -> None:
    """A heartbeat tells of the cancel, and the answer to it has details."""
    assert not person.heartbeat(tokens[0]).cancel_requested
    started.signal("stop")
    started.stage.decide(own=True)

    assert person.heartbeat(tokens[0], {"read": 3}).cancel_requested
    person.cancel(tokens[0], {"read": 4})

    assert ended(started) == "TaskCanceled"
    assert isinstance(met[0], errors.TaskCanceled)
    assert met[0].details == {"read": 4}


def test_a_cancel_needs_no_words(started: Started, person: ManualCompletion) -> None:
    """Without details there are none."""
    started.signal("stop")
    started.stage.decide(own=True)
    person.cancel(tokens[0])

    assert ended(started) == "TaskCanceled"
    [told] = started.attributes("ActivityTaskCanceled")
    assert "details" not in told


def test_what_a_heartbeat_told_is_there_after_the_time_out(
    started: Started, person: ManualCompletion
) -> None:
    """Heartbeats from elsewhere keep the task open, and their details show when they end."""
    stage = started.stage
    stage.clock.advance(50)
    person.heartbeat(tokens[0], {"read": 3})
    stage.clock.advance(59)
    assert started.count("ActivityTaskTimedOut") == 0
    stage.clock.advance(1)
    with pytest.raises(ActivityTaskDoesNotExist):
        person.complete(tokens[0], "late")

    assert ended(started) == "TaskTimedOut"
    assert isinstance(met[0], errors.TaskTimedOut)
    assert met[0].details == {"read": 3}
    with pytest.raises(DoesNotExistError):
        person.heartbeat(tokens[0])


def test_what_cannot_be_sent_is_refused_and_the_task_stays_open(
    started: Started, person: ManualCompletion
) -> None:
    """A bad answer changes nothing: the right one can follow."""
    with pytest.raises(PayloadEncodeError):
        person.complete(tokens[0], object())
    with pytest.raises(PayloadTooLargeError, match="give Payloads a store"):
        person.heartbeat(tokens[0], "x" * 2047)
    with pytest.raises(ValidationTypeError, match="must be an exception, got 'no'"):
        person.fail(tokens[0], "no")  # type: ignore[arg-type]
    person.complete(tokens[0], "yes")

    assert ended(started) == "yes"


def test_values_travel_as_they_are_told_to(started: Started) -> None:
    """With a store, what is long goes there."""
    payloads = Payloads(store=MemoryStore())
    person = ManualCompletion(payloads, connection=started.stage.connection)

    person.heartbeat(tokens[0], "x" * 10_000)
    started.stage.clock.advance(60)

    [told] = started.attributes("ActivityTaskTimedOut")
    assert len(told["details"]) < 2048
    assert payloads.load(told["details"]) == "x" * 10_000
    assert ended(started) == "TaskTimedOut"
