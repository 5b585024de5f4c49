"""The deciders of graphs."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from graph_site import DECISIONS, DOMAIN, Site, of_type

from swf import settings
from swf.engine import Engine
from swf.exceptions import DomainDoesNotExist, PollTimeout
from swf.graph import (
    ActivityTask,
    Decider,
    DeciderSpec,
    DynamicDecider,
    GraphError,
    activity,
)
from swf.models import ActivityType, Domain

TIME_OUTS: dict[str, Any] = {
    "task_start_to_close_timeout": 77,
    "task_heartbeat_timeout": "NONE",
    "task_schedule_to_start_timeout": "NONE",
    "task_schedule_to_close_timeout": "NONE",
}

SECONDS = 60
"""How long a test waits for what another thread does."""


@activity(name="work", version="d")
def work(context: dict[str, Any]) -> Any:
    """Return the context."""
    return context


def task(id_: str, *requires: str, **options: Any) -> ActivityTask:
    """Return a task of this module's activity."""
    return ActivityTask("work", "d", activity_id=id_, requires=requires, **options)


def test_a_spec_may_be_its_json(site: Site):
    """A decider takes a spec, its JSON text, or that read already."""
    spec = site.spec(task("a"))

    for given in (spec, spec.to_json(), spec.to_dict(), spec.to_json(schema=1)):
        decider = Decider(given, connection=site.connection)
        assert decider.decider_spec == spec
        assert (decider.domain, decider.task_list) == (DOMAIN, DECISIONS)
        decider.close()


def test_what_is_told_beside_goes_over_the_spec(site: Site):
    """Domain, task list and identity of a decider go over those of its spec."""
    spec = site.spec(task("a"))

    decider = Decider(spec, "me", domain="other", task_list="elsewhere", connection=site.connection)

    assert (decider.domain, decider.task_list) == ("other", "elsewhere")
    assert decider.decider.identity == "me"
    assert repr(decider) == "Decider('other', 'elsewhere')"


def test_the_settings_have_the_rest(swf_default: Engine):
    """A spec without a domain is of the one that the settings name."""
    with settings.override(domain="settled"):
        decider = Decider(DeciderSpec(task_list="d", activity_tasks=[task("a")]))

    assert decider.domain == "settled"


@pytest.mark.parametrize(
    ("kind", "spec", "told"),
    [
        (Decider, None, "has no activity_tasks; give some, or use a DynamicDecider"),
        (Decider, DeciderSpec(task_list="d"), "has no activity_tasks"),
        (Decider, DeciderSpec(activity_tasks=[task("a")]), "task_list: must be given"),
        (Decider, '{"type": "os.system"}', "spec.type"),
        (Decider, "no json", "spec"),
        (DynamicDecider, DeciderSpec("d", "d", [task("a")]), "each input brings its own"),
        (DynamicDecider, None, "task_list: must be given"),
    ],
)
def test_a_decider_without_a_graph_is_refused(kind: Any, spec: Any, told: str):
    """What a decider could not decide by is refused before it polls, with the way out."""
    with pytest.raises(GraphError, match=told):
        kind(spec)


def test_any_type_that_comes_goes_through_the_graph(site: Site):
    """Executions of whatever type on the decider's task list go through its graph."""
    site.decider(task("a"))
    site.worker(work)

    results = [site.run(name, workflow_id=name) for name in ("one", "other")]

    assert results == [{"a": {}}] * 2


def test_activities_without_a_task_list_go_to_the_default(site: Site):
    """The task's own list, else the spec's default, else the decider's own."""
    site.decider(task("own", task_list="special"), task("default"))
    site.hires(
        Decider(
            DeciderSpec(DOMAIN, "bare", [task("bare")]),
            connection=site.connection,
        )
    )
    first, second = site.start(workflow_id="w"), site.start(workflow_id="b", task_list="bare")
    site.work()

    lists = [
        (told["activityId"], told["taskList"]["name"])
        for one in (first, second)
        for event in of_type(one, "ActivityTaskScheduled")
        for told in [event.raw["activityTaskScheduledEventAttributes"]]
    ]
    assert lists == [("own", "special"), ("default", "work"), ("bare", "bare")]


def test_time_outs_are_those_of_the_type(site: Site):
    """A graph tells no time-outs of its own: those count that the activity type registered."""
    ActivityType(site.domain, "work", "d", **TIME_OUTS).save()
    site.decider(task("a"))
    execution = site.start()
    site.work()

    told = of_type(execution, "ActivityTaskScheduled")[0].raw
    assert told["activityTaskScheduledEventAttributes"]["startToCloseTimeout"] == "77"


def test_ids_that_swf_does_not_take_are_told_in_others(site: Site):
    """An id with colons is the task's in results, and another one on the wire."""
    one = ActivityTask("work", "d", input={"n": 1})
    site.decider(one)
    site.worker(work)

    execution = site.finish(site.start())

    assert site.result(execution) == {one.id_: {"activity_task": {"n": 1}}}
    told = of_type(execution, "ActivityTaskScheduled")[0].raw
    wire = told["activityTaskScheduledEventAttributes"]["activityId"]
    assert wire == one.id_.replace(":", ".")


def test_a_decider_makes_its_domain(swf_engine: Engine, site: Site):
    """A domain that is not there is registered when its decider starts."""
    decider = Decider(
        DeciderSpec("made here", "d", [task("a")]),
        connection=site.connection,
    )
    with pytest.raises(DomainDoesNotExist):
        Domain("made here", connection=site.connection).upstream()

    decider.run(separate_process=True)
    decider.stop()

    assert decider.join(SECONDS)
    assert Domain("made here", connection=site.connection).upstream().status == "REGISTERED"


def test_a_decider_may_be_driven_by_hand(site: Site):
    """One call of `run_once` decides one task, and says where there was none."""
    decider = Decider(site.spec(task("a")), connection=site.connection)
    with pytest.raises(PollTimeout):
        decider.run_once()
    execution = site.start()

    decider.run_once()
    decider.close()

    assert len(of_type(execution, "ActivityTaskScheduled")) == 1


def test_a_decider_that_runs_is_stopped(site: Site):
    """`run` blocks until `stop`; nothing of it is left then."""
    before = set(threading.enumerate())
    decider = Decider(site.spec(task("a")), connection=site.connection)
    thread = threading.Thread(target=decider.run)
    thread.start()
    while not decider.decider.running:
        thread.join(0.01)

    decider.stop()
    thread.join(SECONDS)

    assert not thread.is_alive()
    left = set(threading.enumerate()) - before
    assert not [one for one in left if one.name == "swf-replay"]


def test_a_failed_execution_ends_its_decider_too(site: Site):
    """With `terminate_decider_after_completion`, one that failed is closed as well."""
    decider = site.decider(task("a", task_list="none"), terminate_decider_after_completion=True)
    site.start()
    site.work()
    lost = site.connection.call(
        "PollForActivityTask", {"domain": DOMAIN, "taskList": {"name": "none"}}
    )
    site.connection.call("RespondActivityTaskFailed", {"taskToken": lost["taskToken"]})

    decider.run()

    assert [one.history()[-1].name for one in site.executions()] == ["WorkflowExecutionFailed"]


def test_a_repeated_execution_does_not_end_its_decider(site: Site):
    """A run that is followed by another has not ended its execution."""
    decider = site.decider(task("a"), repeat_workflow=True, terminate_decider_after_completion=True)
    worker = site.worker(work)
    site.start()

    decider.run(separate_process=True)
    worker.run(block=False)
    pause = threading.Event()
    while len(site.executions()) < 4:
        pause.wait(0.01)

    assert decider.decider.running
    for one in (decider.stop, worker.terminate_worker):
        one()
    assert decider.join(SECONDS)
    assert worker.join(SECONDS)


def test_a_canceled_execution_ends_its_decider_too(site: Site):
    """So is one of which the cancel was requested, once that is decided."""
    decider = site.decider(task("a"), terminate_decider_after_completion=True)
    site.start().request_cancel()

    decider.run()

    assert [one.history()[-1].name for one in site.executions()] == ["WorkflowExecutionCanceled"]
