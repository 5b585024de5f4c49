"""The typed objects that polls bring."""

from __future__ import annotations

import attrs
import pytest
from shops import Shop

from swf.actors import ActivityWorker, Decider, HeartbeatReply


def test_a_decision_task_unpacks_as_token_and_history(shop: Shop) -> None:
    """`token, history = decider.poll()` works, and the object has the same two by name."""
    shop.start()

    task = Decider(shop.domain, "t").poll()
    token, history = task

    assert token == task.token == task.task_token
    assert history is task.history


def test_an_activity_task_unpacks_as_token_and_task(shop: Shop) -> None:
    """`token, task = worker.poll()` works, and both actors call the token alike."""
    shop.schedule("charge-1")

    token, task = ActivityWorker(shop.domain, "t").poll()

    assert token == task.token == task.task_token
    assert task.activity_id == "charge-1"


def test_new_events_are_those_since_the_last_answer(shop: Shop) -> None:
    """The new events are those after the decision task that was answered last."""
    execution = shop.start()
    shop.decide()
    execution.signal("hurry")

    assert [event.id for event in Decider(shop.domain, "t").poll().new_events] == [4, 5, 6, 7]


def test_tasks_are_immutable_and_keep_their_secrets(shop: Shop) -> None:
    """No field of a task can be set, and its repr shows neither token nor input."""
    shop.schedule("charge-1", input='{"amount":3}')
    task = ActivityWorker(shop.domain, "t").poll()

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        task.input = "x"  # type: ignore[misc]
    assert task.task_token not in repr(task)
    assert "amount" not in repr(task)


def test_a_heartbeat_reply_is_asked_by_name() -> None:
    """A reply tells whether to cancel under its name or the API's; it is not a truth value."""
    reply = HeartbeatReply(True)

    assert reply.cancel_requested is reply["cancelRequested"] is True
    with pytest.raises(KeyError):
        reply["cancel_requested"]
    with pytest.raises(TypeError, match="cancel_requested"):
        bool(reply)
