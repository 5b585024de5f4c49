"""Actors that work in the test's own thread."""

from __future__ import annotations

import threading

import pytest
from shops import HOUR, Shop

from swf.actors import ActivityWorker, Decider
from swf.exceptions import AccessDeniedFault, ActorError
from swf.models.decision import (
    CompleteWorkflowExecution,
    RecordMarker,
    ScheduleActivityTask,
    StartTimer,
)
from swf.testing import run_until_idle


class Ordering(Decider):
    """Charges, waits an hour, and completes."""

    def decide(self, task):
        seen = task.history.compiled
        if "charge" not in seen.activities:
            return [ScheduleActivityTask(("charge", "1"), "charge")]
        if "pause" not in seen.timers:
            return [StartTimer("pause", HOUR)]
        if seen.timers["pause"].is_open:
            return []
        return [CompleteWorkflowExecution(result=seen.activities["charge"].result)]


class Charging(ActivityWorker):
    """Tells in which thread it works."""

    threads: set[str]

    def execute(self, task, context):
        self.threads = {threading.current_thread().name}
        return "paid"


def test_a_workflow_runs_without_threads_and_in_no_time(shop, swf_clock):
    """Each call takes it as far as it goes by itself; moving the clock takes it on."""
    execution = shop.start()
    decider, worker = Ordering(shop.domain, "t"), Charging(shop.domain, "t")

    assert run_until_idle(decider, worker) == 3
    assert execution.upstream().open_counts.timers == 1
    assert worker.threads == {"MainThread"}
    assert run_until_idle(decider, worker) == 0
    swf_clock.advance(HOUR)
    assert run_until_idle(decider, worker) == 1

    assert execution.upstream().close_status == "COMPLETED"
    assert execution.history().last.result == "paid"


def test_many_executions_take_turns(shop):
    """All that waits is done, however many there are, and each once."""
    executions = [shop.start(f"order-{number}") for number in range(5)]

    assert run_until_idle(Ordering(shop.domain, "t"), Charging(shop.domain, "t")) == 15

    activities = [one.history().compiled.activities for one in executions]
    assert [[str(one.state) for one in each] for each in activities] == [["completed"]] * 5


def test_an_activity_that_fails_is_no_error_of_the_test(shop):
    """The workflow is told of a failed activity, and decides what it means."""
    execution = shop.schedule("charge-1")

    class Failing(ActivityWorker):
        def execute(self, task, context):
            raise ValueError("declined")

    assert run_until_idle(Failing(shop.domain, "t")) == 1
    assert execution.history().compiled.activities["charge-1"].reason == "ValueError: declined"


def test_a_bug_in_a_decider_is_an_error_of_the_test(shop, caplog):
    """A task that was left unanswered fails the test, and the log has the reason."""
    shop.start()

    class Broken(Decider):
        def decide(self, task):
            raise KeyError("bug")

    with pytest.raises(ActorError, match=r"Broken.'d', 't'. left a task unanswered"):
        run_until_idle(Broken(shop.domain, "t"))
    assert "KeyError: 'bug'" in caplog.text


def test_what_ends_a_loop_ends_it_here(shop):
    """An error that no other task would fare better with is raised as it is."""
    shop.troubled(PollForDecisionTask=AccessDeniedFault("no"))

    with pytest.raises(AccessDeniedFault):
        run_until_idle(Ordering(shop.domain, "t"))


def test_a_workflow_without_end_is_an_error_of_the_test(shop):
    """A decider that always finds something to do is stopped in the end."""
    execution = shop.start()

    class Endless(Decider):
        def decide(self, task):
            execution.signal("again")
            return [RecordMarker("m")]

    with pytest.raises(ActorError, match="there is no end to it: 21 tasks"):
        run_until_idle(Endless(shop.domain, "t"), at_most=20)


def test_nobody_to_work_is_nothing_to_do(shop: Shop):
    """Without actors, and without tasks, it is over at once."""
    assert run_until_idle() == 0
    assert run_until_idle(Ordering(shop.domain, "t")) == 0
