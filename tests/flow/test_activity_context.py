"""What an activity knows of its task, tells while it works, and learns: heartbeats, cancels."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import flow_work
import pytest
from flow_harness import DOMAIN
from flow_workers import Shop, once, until

from swf.flow import ActivityContext, RetryPolicy, Workflow, activity, errors
from swf.payload import MemoryStore, Payloads


def test_the_context_tells_what_the_task_is(shop: Shop) -> None:
    """Names, ids, the input and the number of the attempt stand in the context."""
    told = shop.run(flow_work.told)

    run_id = shop.stage.executions()[0].run_id
    assert told == {
        "name": "flow_work.told",
        "version": "1.0",
        "domain": DOMAIN,
        "task_list": "default",
        "workflow_id": "run-1",
        "run_id": run_id,
        "activity_id": "activity-flow_work.told-1",
        "input": '{"args":[],"kwargs":{}}',
        "attempt": 1,
        "attempt_in_worker": 1,
        "last_heartbeat": None,
        "cancel_requested": False,
        "lost": False,
        "task_token": True,
        "repr": "ActivityContext('flow_work.told', '1.0', 'activity-flow_work.told-1')",
    }


def test_without_a_worker_there_is_no_context(shop: Shop) -> None:
    """An activity that is called directly has none, nor has anything after one was at work."""
    shop.run(flow_work.told)

    with pytest.raises(errors.OutsideWorkflowError, match="a direct call has none"):
        flow_work.told()
    with pytest.raises(errors.OutsideWorkflowError):
        activity.context  # noqa: B018


def test_the_next_attempt_has_what_the_one_before_told_last(shop: Shop) -> None:
    """After a time-out, the second attempt is told the details of the last heartbeat."""

    def count() -> Any:
        context = activity.context
        if context.attempt == 1:
            context.heartbeat({"done": 2})
            context.heartbeat({"done": 3})
            context.heartbeat()  # does not take back what was told
            shop.beat(shop.at_work)
            context.complete_later()
        return [context.attempt, context.last_heartbeat]

    made = activity.with_attributes("count", retry=1)(count)
    shop.at_work = shop.worker([made])
    started = shop.stage.start(once(made))
    shop.drive(shop.at_work)
    shop.stage.clock.advance(61)
    shop.drive(shop.at_work)

    assert started.result == [2, {"done": 3}]
    assert shop.at_work.beats == ['{"done":3}']


def canceled(shop: Shop, code: Callable[[], object], **attributes: Any) -> Any:
    """Run a workflow that cancels its activity on a signal; return what came of that."""
    made = activity.with_attributes("code", **attributes)(code)

    class Canceling(Workflow):
        name = "canceling"
        version = "1"
        task_list = "default"

        def run(self) -> Any:
            future = self.submit(made)
            self.wait_signal("stop").result  # noqa: B018
            future.cancel()
            try:
                return future.result
            except errors.TaskCanceled as error:
                return ["canceled", error.details]

    shop.at_work = shop.worker([made])
    started = shop.stage.start(Canceling)
    shop.drive(shop.at_work)
    return started.result


def stop(shop: Shop, context: ActivityContext) -> None:
    """Have the activity at work canceled, and wait until it can know that."""
    shop.stage.executions()[0].signal("stop")
    assert shop.stage.decide(own=True)
    shop.beat(shop.at_work)
    until(lambda: context.cancel_requested)


@pytest.mark.parametrize("retries", [0, 2])
def test_a_heartbeat_ends_an_activity_whose_cancel_was_requested(shop: Shop, retries: int) -> None:
    """`heartbeat` raises ActivityCanceled then: the task is canceled, and nothing is repeated."""

    def work() -> str:
        context = activity.context
        context.heartbeat(1)
        stop(shop, context)
        assert context.wait(10)
        assert not context.lost
        context.heartbeat(2)
        return "not canceled"

    assert canceled(shop, work, retry_in_worker=retries) == ["canceled", None]


def test_what_an_activity_says_to_its_cancel_reaches_the_workflow(shop: Shop) -> None:
    """The details of `check_canceled` are values, as results are."""

    def work() -> None:
        context = activity.context
        context.check_canceled()
        stop(shop, context)
        context.check_canceled({"undone": (1, 2)})

    assert canceled(shop, work) == ["canceled", {"undone": (1, 2)}]


def test_an_activity_is_canceled_even_where_its_words_cannot_be_sent(shop: Shop) -> None:
    """Details that have no text are left out."""

    def work() -> None:
        stop(shop, activity.context)
        activity.context.check_canceled(object())

    assert canceled(shop, work) == ["canceled", None]


def test_a_cancel_may_be_ignored(shop: Shop) -> None:
    """An activity that does not look completes."""

    def work() -> str:
        stop(shop, activity.context)
        return "done"

    assert canceled(shop, work) == "done"


def test_a_cancel_ends_the_pause_between_attempts_in_the_worker(shop: Shop) -> None:
    """No attempt is made any more once a cancel was requested."""
    attempts: list[int] = []

    def work() -> None:
        attempts.append(activity.context.attempt_in_worker)
        stop(shop, activity.context)
        raise ValueError("odd")

    policy = RetryPolicy(attempts=3, delay=30)
    assert canceled(shop, work, retry_in_worker=policy) == ["canceled", None]
    assert attempts == [1]


def test_an_activity_learns_that_its_task_is_closed(shop: Shop) -> None:
    """Where the execution is over, the next heartbeat says so, and nobody is answered."""

    def work() -> None:
        context = activity.context
        shop.stage.executions()[0].terminate()
        shop.beat(shop.at_work)
        until(lambda: context.lost)
        context.heartbeat()

    with pytest.raises(AssertionError, match="WorkflowExecutionTerminated"):
        shop.code(work)

    [(error, _)] = shop.told
    assert "closed" in str(error)


def test_details_of_a_heartbeat_that_are_too_long_are_refused(shop: Shop) -> None:
    """More than SWF takes raises at once, unless there is a store for it."""

    def work() -> None:
        activity.context.heartbeat("x" * 2047)

    with pytest.raises(errors.TaskFailed, match="give Payloads a store"):
        shop.code(work)


def test_long_details_of_a_heartbeat_go_to_the_store(shop: Shop) -> None:
    """With a store, a heartbeat may tell as much as a result."""
    payloads = Payloads(store=MemoryStore())

    def work() -> None:
        activity.context.heartbeat("x" * 10_000)
        shop.beat(shop.at_work)

    shop.code(work, payloads=payloads)

    assert payloads.load(shop.at_work.beats[0]) == "x" * 10_000


def test_other_threads_use_the_context_that_they_are_given(shop: Shop) -> None:
    """A thread has no context of its own; `asyncio.to_thread` has the activity's."""

    def work() -> list[object]:
        seen: list[object] = []
        context = activity.context

        def look() -> None:
            seen.append(context.activity_id)
            with pytest.raises(errors.OutsideWorkflowError, match="hand it to the threads"):
                _ = activity.context

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return seen

    async def wait() -> str:
        return await asyncio.to_thread(lambda: activity.context.activity_id)

    assert shop.code(work) == ["activity-code-1"]
    assert shop.code(wait) == "activity-code-1"
