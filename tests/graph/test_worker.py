"""The worker of a graph's activities."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from graph_site import DOMAIN, WORK, Site
from overheard import Overheard

from swf import flow
from swf.constants import NONE
from swf.exceptions import PollTimeout
from swf.graph import ActivityTask, ActivityWorker, GraphError, activity
from swf.models import ActivityType
from swf.testing import event_names

SECONDS = 60
"""How long a test waits for what another thread does."""


@activity(name="ready", version="1")
def ready(context: dict[str, Any]) -> Any:
    """Return the context."""
    return context


def test_a_worker_is_told_what_it_polls(site: Site):
    """Domain and task list are as they were given; without a task list there is no worker."""
    worker = ActivityWorker(DOMAIN, WORK, swf=site.swf)

    assert (worker.domain, worker.task_list) == (DOMAIN, WORK)
    assert repr(worker) == "ActivityWorker('plant', 'work')"
    assert worker.worker.connection is site.connection
    with pytest.raises(GraphError, match="task_list: must be given"):
        ActivityWorker(DOMAIN)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 90),
        ({"heartbeat_in_seconds": 20}, 20),
        ({"task_heartbeat_in_seconds": 7}, 7),
        ({"heartbeat_in_seconds": 5, "task_heartbeat_in_seconds": 5}, 5),
        ({"heartbeat_in_seconds": 0}, 0),
    ],
)
def test_heartbeats_have_two_names(site: Site, given: dict[str, Any], seconds: float):
    """The time between heartbeats is told by either name, and is 90 seconds by default."""
    worker = ActivityWorker(DOMAIN, WORK, connection=site.connection, **given)

    assert worker.heartbeat_in_seconds == seconds


@pytest.mark.parametrize(
    "given",
    [
        {"heartbeat_in_seconds": -1},
        {"heartbeat_in_seconds": "90"},
        {"heartbeat_in_seconds": True},
        {"heartbeat_in_seconds": float("nan")},
        {"heartbeat_in_seconds": float("inf")},
        {"heartbeat_in_seconds": 5, "task_heartbeat_in_seconds": 6},
    ],
)
def test_heartbeats_that_make_no_sense_are_refused(site: Site, given: dict[str, Any]):
    """Two different times, a negative one, or none at all are refused at once."""
    with pytest.raises(GraphError, match="heartbeat_in_seconds"):
        ActivityWorker(DOMAIN, WORK, connection=site.connection, **given)


def test_a_worker_beats_within_what_the_type_allows(site: Site):
    """Where a type asks for heartbeats oftener than the worker was told, it beats as often."""
    known = ActivityType(site.domain, "ready", "1", task_heartbeat_timeout=20)
    known.save()
    worker = site.worker(ready)
    silent = ActivityWorker(DOMAIN, WORK, connection=site.connection, heartbeat_in_seconds=0)

    assert worker.worker._interval(known, None) == pytest.approx(20 / 3)
    other = ActivityType(site.domain, "other", "1", task_heartbeat_timeout=NONE)
    other.save()
    assert worker.worker._interval(other, None) == 60
    assert silent.worker._interval(known, None) == threading.TIMEOUT_MAX


def test_a_type_that_nobody_registered_is_registered_for_the_worker(site: Site):
    """Types that a worker registers allow for its heartbeats; without heartbeats, for silence."""

    def registered(name: str, **options: Any) -> Any:
        function = activity(name=name, version="1")(lambda: None)
        worker = ActivityWorker(
            DOMAIN, WORK, connection=site.connection, activities=[function], **options
        )
        with pytest.raises(PollTimeout):
            worker.run_once()
        return ActivityType(site.domain, name, "1").upstream().task_heartbeat_timeout

    assert registered("by default") == 300
    assert registered("silent", heartbeat_in_seconds=0) == NONE


def test_a_long_activity_lives_by_its_heartbeats(site: Site):
    """An activity that takes longer than its heartbeat time-out goes on while its worker beats."""
    ActivityType(
        site.domain,
        "long",
        "1",
        task_heartbeat_timeout=1,
        task_start_to_close_timeout=NONE,
        task_schedule_to_close_timeout=NONE,
        task_schedule_to_start_timeout=NONE,
    ).save()
    beaten = threading.Event()

    @activity(name="long", version="1")
    def long() -> str:
        return "heard" if beaten.wait(SECONDS) else "never heard"

    site.decider(ActivityTask("long", "1", activity_id="long"))
    connection = Overheard(site.connection, RecordActivityTaskHeartbeat=beaten.set)
    site.workers.append(ActivityWorker(DOMAIN, WORK, connection=connection, activities=[long]))

    assert site.run() == {"long": "heard"}


def test_activities_of_the_flow_layer_are_given_the_context(site: Site):
    """An activity of the flow layer may do a graph's task: its argument is the context."""

    @flow.activity(name="of flow", version="1")
    def of_flow(context: dict[str, Any]) -> list[Any]:
        return [context["workflow"], flow.activity.context.activity_id]

    site.decider(ActivityTask("of flow", "1", activity_id="it"))
    site.worker(of_flow)

    assert site.run(input=5) == {"it": [5, "it"]}


def test_a_worker_knows_what_is_declared(site: Site):
    """Without `activities` a worker knows whatever was declared when it runs."""
    site.decider(ActivityTask("late", "1", activity_id="late"))
    worker = ActivityWorker(DOMAIN, WORK, connection=site.connection)
    site.workers.append(worker)

    @activity(name="late", version="1", domain=DOMAIN)
    def late() -> int:
        return 3

    assert site.run() == {"late": 3}


def test_an_unknown_activity_fails_its_task(site: Site):
    """A task of a type that the worker does not know fails, and the failure says what to do."""
    site.decider(ActivityTask("unknown", "1", activity_id="it"))
    site.worker(ready)

    _, details = site.failure(site.finish(site.start()))

    assert "put @activity(name=…, version=…) on a function" in details["it"]


def test_several_threads_work_at_once(site: Site):
    """With `threads`, so many tasks are at work together."""
    both = threading.Barrier(2)

    @activity(name="together", version="1")
    def together() -> bool:
        both.wait(SECONDS)
        return True

    site.decider(*(ActivityTask("together", "1", activity_id=f"t{n}") for n in range(2)))
    worker = site.worker(together)
    execution = site.start()
    site.workers.clear()
    site.work()
    worker.run(threads=2, block=False)
    both_done = threading.Event()
    while event_names(execution.history()).count("ActivityTaskCompleted") < 2:
        both_done.wait(0.01)
    worker.terminate_worker()

    assert worker.join(SECONDS)
    assert site.result(site.finish(execution)) == {"t0": True, "t1": True}
