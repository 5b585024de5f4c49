"""The typed objects that polls bring."""

from __future__ import annotations

import attrs
import pytest
from canned import CannedTransport

from swf.actors import ActivityWorker, Decider, HeartbeatReply
from tests.actors.given import activity_task, decision_task, events


def test_a_decision_task_unpacks_as_token_and_history() -> None:
    """`token, history = decider.poll()` works, and the object has the same two by name."""
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=decision_task()))

    task = decider.poll()
    token, history = task

    assert token == task.token == task.task_token == "token-1"
    assert history is task.history


def test_an_activity_task_unpacks_as_token_and_task() -> None:
    """`token, task = worker.poll()` works, and both actors call the token alike."""
    worker = ActivityWorker(
        "d", "t", connection=CannedTransport(PollForActivityTask=activity_task())
    )

    token, task = worker.poll()

    assert token == task.token == task.task_token == "token-1"
    assert task.activity_id == "charge-1"


def test_new_events_are_those_since_the_last_answer() -> None:
    """The new events are those after the decision task that was answered last."""
    reply = decision_task(events(8), 8, previousStartedEventId=4)
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=reply))

    assert [event.id for event in decider.poll().new_events] == [5, 6, 7, 8]


def test_tasks_are_immutable_and_keep_their_secrets() -> None:
    """No field of a task can be set, and its repr shows neither token nor input."""
    worker = ActivityWorker(
        "d", "t", connection=CannedTransport(PollForActivityTask=activity_task())
    )
    task = worker.poll()

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        task.input = "x"  # type: ignore[misc]
    assert "token-1" not in repr(task)
    assert "amount" not in repr(task)


def test_a_heartbeat_reply_is_asked_by_name() -> None:
    """A reply tells whether to cancel under its name or the API's; it is not a truth value."""
    reply = HeartbeatReply(True)

    assert reply.cancel_requested is reply["cancelRequested"] is True
    with pytest.raises(KeyError):
        reply["cancel_requested"]
    with pytest.raises(TypeError, match="cancel_requested"):
        bool(reply)
