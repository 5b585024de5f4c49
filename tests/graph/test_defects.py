"""What went wrong with graphs elsewhere, and the rule that holds here instead."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from graph_site import DOMAIN, WORK, Site, decides, of_type

from swf import flow
from swf.exceptions import PollTimeout
from swf.graph import (
    ActivityTask,
    ActivityWorker,
    ChildWorkflow,
    DeciderSpec,
    GraphError,
    InstantRetry,
    Timer,
    activity,
)
from swf.models import ActivityType, WorkflowExecution, WorkflowType
from swf.testing import event_names

SECONDS = 60
"""How long a test waits for what another thread does."""


@activity(name="give", version="1")
def give(context: dict[str, Any]) -> Any:
    """Return the task's input."""
    return context["activity_task"]


@activity(name="see", version="1")
def see(context: dict[str, Any]) -> Any:
    """Return the context."""
    return context


def task(id_: str, *requires: Any, name: str = "see", **options: Any) -> ActivityTask:
    """Return a task of this module's activities."""
    return ActivityTask(name, "1", activity_id=id_, requires=requires, **options)


def test_both_spellings_of_a_task_are_taken():
    """A task may be told by position or by name, with a domain or without, by objects or ids."""
    one = ActivityTask("give", "1")
    same = ActivityTask(domain=DOMAIN, name="give", version="1")

    assert one.id_ == same.id_
    assert task("a", one).required_ids == task("a", one.id_).required_ids


def test_a_graph_completes_though_the_clock_stands_still(site: Site):
    """What was done before what is told by the order of events, and never by times."""
    site.decider(task("a"), task("b", "a"), task("c", "b"))
    site.worker(see)

    execution = site.finish(site.start())

    assert len({event.timestamp for event in execution.history()}) == 1
    assert site.result(execution) == {"c": {"b": {"a": {}}}}


@pytest.mark.parametrize("value", [0, False, "", [], {}])
def test_results_that_are_false_are_results(site: Site, value: Any):
    """Whatever a task returns, but None, is told to what requires it, and is the graph's result."""
    site.decider(
        task("a", name="give", input=value), task("b", "a"), task("c", name="give", input=value)
    )
    site.worker(give, see)

    assert site.run() == {"b": {"a": value}, "c": value}


def test_two_tasks_that_are_told_the_same_are_refused():
    """Two tasks of one id are no graph: that is said before anything begins, with the way out."""
    with pytest.raises(GraphError, match="unless one is given its own, as activity_id="):
        DeciderSpec(activity_tasks=[ActivityTask("give", "1"), ActivityTask("give", "1")])


def test_more_tasks_than_an_answer_has_room_for(site: Site):
    """A decision may be more than SWF takes in one answer: the rest follows by itself."""
    site.decider(*(task(f"t{n}", name="give", input=n) for n in range(250)))
    site.worker(give)

    assert site.run() == {f"t{n}": n for n in range(250)}


def test_an_activity_that_cannot_be_scheduled_fails_its_task(site: Site):
    """A refused activity does not leave the execution waiting for ever."""
    site.decider(task("a"))
    ActivityType(site.domain, "see", "1").save()  # without any default

    reason, details = site.failure(site.finish(site.start()))

    assert reason == "task_failed"
    assert "DEFAULT_" in details["a"]
    assert "register the type with a default" in details["a"]


def test_a_child_that_cannot_be_started_fails_its_task(site: Site):
    """A refused child does not leave the execution waiting for ever."""
    site.decider(ChildWorkflow("other", "1", "taken", task_list="nobody's"))
    site.start("other", workflow_id="taken", task_list="nobody's")

    reason, details = site.failure(site.finish(site.start()))

    assert reason == "task_failed"
    assert "WORKFLOW_ALREADY_RUNNING; give it another id" in details["taken"]


def test_a_child_that_is_terminated_fails_its_task(site: Site):
    """However a child ends, its parent goes on or fails."""
    site.decider(ChildWorkflow("other", "1", "child", task_list="nobody's"))
    execution = site.start()
    site.work()

    site.swf.terminate_workflow_execution(DOMAIN, "child")

    assert site.failure(site.finish(execution)) == (
        "task_failed",
        {"child": "other was terminated"},
    )


def test_a_child_type_keeps_what_its_owner_registered(site: Site):
    """A child has the time-outs and the task list that its type was registered with."""
    WorkflowType(
        site.domain,
        "other",
        "1",
        task_list="its own",
        child_policy="ABANDON",
        execution_start_to_close_timeout=77,
        task_start_to_close_timeout=7,
    ).save()
    site.decider(ChildWorkflow("other", "1", "child"))
    site.start()
    site.work()

    child = WorkflowExecution(site.domain, "child").upstream()
    assert child.task_list == "its own"
    assert child.execution_start_to_close_timeout == 77
    assert child.child_policy == "ABANDON"


def test_a_signal_changes_nothing(site: Site):
    """A graph that is signaled goes on as it would have."""
    site.decider(task("a"), Timer("t", 60))
    site.worker(see)
    execution = site.start()
    site.work()

    site.swf.signal_workflow_execution(DOMAIN, "flow_1", "anything", {"decider_spec": 1})

    assert site.result(site.finish(execution)) == {"a": {}}


def test_a_request_to_cancel_reaches_the_activities(site: Site):
    """An activity at work learns that it is not wanted any more, and the execution is canceled."""
    asked = threading.Event()

    @activity(name="slow", version="1")
    def slow() -> None:
        execution.request_cancel()
        assert decides(decider)
        while not flow.activity.context.cancel_requested:
            asked.wait(0.01)
        flow.activity.context.check_canceled()

    decider = site.decider(task("slow", name="slow"), task("after", "slow"))
    site.workers.append(
        ActivityWorker(
            DOMAIN, WORK, connection=site.connection, activities=[slow], heartbeat_in_seconds=0.01
        )
    )
    execution = site.start()

    site.finish(execution)

    names = event_names(execution.history())
    assert names[-1] == "WorkflowExecutionCanceled"
    assert names.count("ActivityTaskCanceled") == 1
    assert names.count("ActivityTaskScheduled") == 1


def test_nothing_is_left_of_a_worker(site: Site):
    """When a worker has ended, none of its threads is there."""
    before = set(threading.enumerate())
    site.decider(task("a"))
    site.start()
    site.work()
    worker = ActivityWorker(
        DOMAIN, WORK, connection=site.connection, activities=[see], heartbeat_in_seconds=1
    )

    worker.run_once()
    worker.run(block=False)
    worker.terminate_worker()

    assert worker.join(SECONDS)
    assert not [one for one in set(threading.enumerate()) - before if "ActivityWorker" in one.name]
    with pytest.raises(PollTimeout):
        worker.run_once()


def test_retries_are_counted_task_by_task(site: Site):
    """Each task has all of its retries, however often others have failed."""
    calls: dict[str, int] = {}

    @activity(name="shaky", version="1")
    def shaky(context: dict[str, Any]) -> int:
        name = context["activity_task"]
        calls[name] = calls.get(name, 0) + 1
        if calls[name] <= 2:
            raise ValueError(name)
        return calls[name]

    retry = InstantRetry(2)
    site.decider(
        task("a", name="shaky", input="a", retry_strategy=retry),
        task("b", "a", name="shaky", input="b", retry_strategy=retry),
    )
    site.worker(shaky)

    execution = site.finish(site.start())

    assert site.result(execution) == {"b": 3}
    assert len(of_type(execution, "ActivityTaskScheduled")) == 6
