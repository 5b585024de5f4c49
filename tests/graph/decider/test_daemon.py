"""The daemon, which starts a child for each spec that a signal brings."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from graph_site import DOMAIN, Site, of_type

from swf.graph import ActivityTask, DeciderSpec, activity
from swf.graph.decider import daemon as module
from swf.models import WorkflowExecution

SIGNAL = "startChildWorkflowExecution"


@activity(name="work", version="daemon")
def work(context: dict[str, Any]) -> Any:
    """Return the context; fail where it is told to."""
    if context.get("workflow", {}).get("fail"):
        raise ValueError("told to")
    return context


def spec(**options: Any) -> DeciderSpec:
    """Return the spec of one task."""
    told = {"default_activity_task_list": "work", **options}
    return DeciderSpec(activity_tasks=[ActivityTask("work", "daemon", activity_id="it")], **told)


@pytest.fixture
def daemon(site: Site) -> Iterator[WorkflowExecution]:
    """The execution of a daemon that decides, with a worker."""
    site.daemon()
    site.worker(work)
    execution = site.start("floto_daemon_type", task_list="floto_daemon", workflow_id="daemon")
    site.work()
    yield execution
    assert WorkflowExecution(site.domain, "daemon").key.workflow_id == execution.workflow_id


def signal(site: Site, input: Any = None, name: str = SIGNAL) -> None:
    """Send the daemon a signal, and do all that follows from it."""
    site.swf.signal_workflow_execution(DOMAIN, "daemon", name, input)
    site.work()


def children(site: Site) -> list[WorkflowExecution]:
    """Return the daemon's children."""
    return [one for one in site.executions() if one.workflow_id.startswith("child_workflow-")]


def test_a_spec_may_be_told_in_any_form(site: Site, daemon: WorkflowExecution):
    """A signal's spec is floto's JSON, our own, or the text of either."""
    for form in (spec(), spec().to_json(), spec().to_dict(schema=1)):
        signal(site, {"decider_spec": form})

    assert [one["result"] for one in daemon.state["ended"]] == [{"it": {"workflow": {}}}] * 3


def test_a_child_is_decided_by_the_daemon(site: Site, daemon: WorkflowExecution):
    """A child is of the type child_workflow v1, on the daemon's list, whatever its spec names."""
    signal(site, {"decider_spec": spec(task_list="elsewhere"), "day": 1})

    child = children(site)[0].upstream()
    assert child.task_list == "floto_daemon"
    assert child.close_status == "COMPLETED"
    assert child.parent is not None
    assert child.parent.workflow_id == "daemon"
    assert (child.workflow_type.name, child.workflow_type.version) == module.CHILD_TYPE
    assert daemon.state["ended"] == [
        {"workflow_id": child.workflow_id, "result": {"it": {"workflow": {"day": 1}}}}
    ]


def test_a_child_that_fails_is_told_of(site: Site, daemon: WorkflowExecution):
    """A child's failure is in the daemon's state, and the daemon goes on."""
    signal(site, {"decider_spec": spec(), "fail": True})
    signal(site, {"decider_spec": spec()})

    first, second = daemon.state["ended"]
    assert first["error"] == 'task_failed: {"it":"ValueError: told to"}'
    assert second["result"] == {"it": {"workflow": {}}}
    assert daemon.upstream().status == "OPEN"


def test_what_runs_is_told_of(site: Site, daemon: WorkflowExecution):
    """The state names the children that are under way."""
    signal(site, {"decider_spec": spec(default_activity_task_list="nobody polls it")})

    assert daemon.state["running"] == 1
    assert daemon.state["latest"] == [children(site)[0].workflow_id]


@pytest.mark.parametrize(
    ("input", "why"),
    [
        (None, "it has no 'decider_spec'"),
        ("no spec", "it has no 'decider_spec'"),
        ({"spec": 1}, "it has no 'decider_spec'"),
        ({"decider_spec": 5}, "spec: must be a JSON object"),
        ({"decider_spec": {"type": "os.system"}}, "spec.type"),
        ({"decider_spec": "{"}, "spec"),
        ({"decider_spec": DeciderSpec()}, "has no activity_tasks"),
        ({"decider_spec": spec(domain="another")}, "is 'another', and children are in 'plant'"),
    ],
)
def test_a_bad_signal_is_refused(site: Site, daemon: WorkflowExecution, input: Any, why: str):
    """A signal with a flaw starts nothing and ends nothing: the state says what was wrong."""
    signal(site, input)

    assert daemon.upstream().status == "OPEN"
    (told,) = daemon.state["refused"]
    assert why in told
    assert not children(site)

    signal(site, {"decider_spec": spec()})
    assert len(children(site)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        '{"args":[1,2],"kwargs":{}}',
        '{"kwargs":{"a":1},"args":[]}',
        '{"kwargs":{"self":1},"args":[]}',
    ],
)
def test_a_signal_of_any_text_is_refused(site: Site, daemon: WorkflowExecution, text: str):
    """Whatever text somebody sends as a signal, the daemon goes on."""
    daemon.signal(SIGNAL, text)
    site.work()

    assert len(daemon.state["refused"]) == 1
    assert daemon.upstream().status == "OPEN"


def test_signals_of_other_names_are_refused(site: Site, daemon: WorkflowExecution):
    """A signal that the daemon knows nothing of is told of, and not kept."""
    signal(site, {"decider_spec": spec()}, "startChildWorkflow")

    (told,) = daemon.state["refused"]
    assert f"it is no {SIGNAL!r}" in told
    assert not children(site)


def test_the_state_has_room_for_the_last_ones(site: Site, daemon: WorkflowExecution):
    """However much was signaled, the state tells of the latest, in short."""
    for n in range(module.KEPT + 5):
        daemon.signal(SIGNAL, json.dumps({"n": n, "text": "x" * 5_000}))
    site.work()

    refused = daemon.state["refused"]
    assert len(refused) == module.KEPT
    assert f"'n': {module.KEPT + 4}" in refused[-1]
    assert max(map(len, refused)) <= module.SHOWN


def test_a_long_result_is_told_in_short(site: Site, daemon: WorkflowExecution):
    """What a child returns is whole in its history, and what it begins with in the state."""
    signal(site, {"decider_spec": spec(), "text": "y" * 5_000})

    assert len(daemon.state["ended"][0]["result"]) == module.SHOWN


def test_the_state_has_room_in_any_script(site: Site, daemon: WorkflowExecution):
    """What is told of children and of signals fits into the state, whatever was sent."""
    noise = random.Random(1)

    def text() -> str:
        return "".join(chr(noise.randrange(0x20000, 0x2A6DF)) for _ in range(5_000))

    for _ in range(module.KEPT):
        signal(site, {"decider_spec": spec(), "text": text()})
        signal(site, text())
        signal(site, {text()[:90]: {"decider_spec": 5}}, text()[:250])

    told = daemon.state
    assert (len(told["ended"]), len(told["refused"])) == (module.KEPT, module.KEPT)
    assert daemon.upstream().status == "OPEN"


def test_a_daemon_is_started_with_whatever_input(site: Site):
    """Only a daemon that continues another run is told something by its input."""
    site.daemon()
    told = {"ended": 5, "refused": ["a lie"]}
    execution = site.start("floto_daemon_type", told, task_list="floto_daemon")
    site.work()

    assert execution.state["refused"] == []


class Short(module.DaemonWorkflow):
    """A daemon whose history may have few events."""

    name = "floto_daemon_type"
    version = "1"
    continue_as_new_at = 30


def test_a_daemon_continues_as_new(site: Site):
    """A daemon with a long history goes on in another run, whose state tells what was before."""
    decider = site.daemon()
    decider.decider.workflows.add(Short)
    site.worker(work)
    site.start("floto_daemon_type", task_list="floto_daemon", workflow_id="daemon")
    for _ in range(8):
        signal(site, {"decider_spec": spec()})
    signal(site, "bad")

    runs = [one for one in site.executions() if one.workflow_id == "daemon"]
    assert len(runs) > 1
    assert all(of_type(one, "WorkflowExecutionContinuedAsNew") for one in runs[:-1])
    assert runs[-1].upstream().status == "OPEN"
    assert len(children(site)) == 8
    assert len(runs[-1].state["refused"]) == 1
    assert len(runs[-1].state["ended"]) >= 6


def short_daemon(site: Site) -> None:
    """Start a daemon whose history may have few events."""
    site.daemon().decider.workflows.add(Short)
    site.worker(work)
    site.start("floto_daemon_type", task_list="floto_daemon", workflow_id="daemon")


def runs(site: Site) -> list[WorkflowExecution]:
    """Return the runs of the daemon."""
    return [one for one in site.executions() if one.workflow_id == "daemon"]


def test_signals_that_start_nothing_fill_no_history(site: Site):
    """A daemon that is sent nothing but what it refuses continues as new as well."""
    short_daemon(site)
    for n in range(40):
        signal(site, {"n": n}, "another signal")

    assert len(runs(site)) > 3
    assert max(len(one.history()) for one in runs(site)) < 2 * Short.continue_as_new_at
    assert len(runs(site)[-1].state["refused"]) == module.KEPT


def test_a_daemon_waits_for_its_children(site: Site):
    """How a child ends is told, though the history is long by then: the daemon waits for it."""
    short_daemon(site)
    site.workers.clear()
    for _ in range(5):
        signal(site, {"decider_spec": spec()})
    assert len(runs(site)) == 1
    assert len(runs(site)[0].history()) > Short.continue_as_new_at
    site.worker(work)
    site.work()

    assert len(runs(site)) == 2
    assert len(runs(site)[-1].state["ended"]) == 5
    assert runs(site)[-1].state["left"] == []


def test_a_daemon_does_not_wait_for_ever(site: Site):
    """Where the history gets too long, children are left to themselves, and the state says so."""
    short_daemon(site)
    site.workers.clear()
    for _ in range(20):
        signal(site, {"decider_spec": spec()})
    site.worker(work)
    site.work()

    assert len(runs(site)) > 1
    assert [one.upstream().close_status for one in children(site)] == ["COMPLETED"] * 20
    left = runs(site)[-1].state["left"]
    assert left
    assert set(left) <= {one.workflow_id for one in children(site)}
