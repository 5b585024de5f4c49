"""Graphs where others send what nobody asked for, or where there is too much of something."""

from __future__ import annotations

import random
from typing import Any

import pytest
from graph_site import DOMAIN, Site, last, of_type

from swf.flow import Workflow
from swf.flow.errors import TaskFailed
from swf.flow.replay.signals import CARRIED
from swf.graph import (
    ActivityTask,
    ChildWorkflow,
    Decider,
    DeciderSpec,
    Generator,
    InstantRetry,
    Timer,
    activity,
)
from swf.graph.walk import told_of
from swf.models import WorkflowExecution
from swf.payload import MemoryStore, Payloads
from swf.testing import event_names


@activity(name="tell", version="h")
def tell(context: dict[str, Any]) -> dict[str, Any]:
    """Return the context."""
    return context


def task(id_: str, *requires: Any, **options: Any) -> ActivityTask:
    """Return a task that tells its context."""
    return ActivityTask("tell", "h", activity_id=id_, requires=requires, **options)


def shortened(site: Site, events: int, *tasks: Any, most: int = 1_000) -> Decider:
    """Return a decider whose histories may have so many events, and so many open activities."""
    decider = site.decider(*tasks)
    made = decider.decider.workflows.get("flow", "1")
    told = {"continue_as_new_at": events, "max_open_activities": most}
    decider.decider.workflows._found["flow", "1"] = type("Short", (made,), told)
    return decider


def work_of_others(site: Site, answer: str, **told: str) -> None:
    """Answer an activity task as a worker of somebody else does."""
    polled = site.connection.call(
        "PollForActivityTask", {"domain": DOMAIN, "taskList": {"name": "work"}}
    )
    operation = f"RespondActivityTask{answer}"
    site.connection.call(operation, {"taskToken": polled["taskToken"], **told})
    site.work()


def runs(site: Site) -> list[WorkflowExecution]:
    """Return the runs of the one execution here."""
    return [one for one in site.executions() if one.workflow_id == "flow_1"]


def test_signals_fill_no_history(site: Site):
    """A graph that waits for a timer continues as new, however many signals are sent to it."""
    shortened(site, 60, Timer("day", 86_400), task("after", "day"))
    site.worker(tell)
    site.start(input="x" * 100)
    begun = site.clock.now()

    for n in range(100):
        site.swf.signal_workflow_execution(DOMAIN, "flow_1", "hello", {"text": "y" * 500, "n": n})
        site.work()

    assert len(runs(site)) > 3
    assert max(len(one.history()) for one in runs(site)) < 80
    assert site.result(site.finish(runs(site)[-1])) == {"after": {}}
    assert (site.clock.now() - begun).total_seconds() == 86_400


def test_signals_are_not_carried(site: Site):
    """Signals mean nothing to a graph: the run that continues one is told nothing of them."""
    shortened(site, 60, *(task(f"t{n}") for n in range(30)))
    site.worker(tell)
    execution = site.start()
    for n in range(50):
        site.swf.signal_workflow_execution(DOMAIN, "flow_1", "hello", {"text": "y" * 2_000, "n": n})

    site.finish(execution)

    assert len(runs(site)) > 1
    for one in runs(site)[1:]:
        assert "yyy" not in str(one.history()[0].raw)


@pytest.mark.parametrize("handed_on", [0, 2_000])
def test_signals_do_not_keep_a_graph_from_repeating(site: Site, handed_on: int):
    """What comes with the end of a run is not told to the next one, which passes over what is."""
    site.decider(task("a"), Timer("pause", 60), repeat_workflow=True)
    worker = site.worker(tell)
    carried = [{"name": "hello", "args": [n], "kwargs": {}} for n in range(handed_on)]
    site.start(workflow_id="registers the type")
    text = site.swf.payloads.plain_call((None,), {}, {CARRIED: carried})
    params = {
        "domain": DOMAIN,
        "workflowId": "flow_1",
        "workflowType": {"name": "flow", "version": "1"},
        "taskList": {"name": "decisions"},
        "input": site.swf.payloads.seal(text),
    }
    site.connection.call("StartWorkflowExecution", params)
    site.advance(59)
    site.workers.remove(worker)
    site.clock.advance(1)  # the timer fires, and nobody decides yet
    for n in range(100):
        site.swf.signal_workflow_execution(DOMAIN, "flow_1", "hello", {"text": "y" * 2_000, "n": n})
    site.work()

    assert len(runs(site)) == 2
    assert "yyy" not in str(runs(site)[1].history()[0].raw)


def test_a_timer_begins_though_no_activity_may(site: Site):
    """A timer's time counts from when its requirements are done, however many activities wait."""
    shortened(site, 20_000, *(task(f"t{n}") for n in range(9)), Timer("hour", 3_600), most=3)
    site.start()
    site.work()

    names = event_names(runs(site)[0].history())
    assert names.count("TimerStarted") == 1
    assert names.count("ActivityTaskScheduled") == 3


@pytest.mark.parametrize(("failures", "told"), [(90, 90), (900, 100)])
def test_however_many_fail_the_reason_is_told(site: Site, failures: int, told: int):
    """Errors are told in short where SWF has no room for all, and of very many the first ones."""
    noise = random.Random(1)

    @activity(name="fails", version="h")
    def fails() -> None:
        raise ValueError("".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(600)))

    site.decider(*(ActivityTask("fails", "h", activity_id=f"f{n}") for n in range(failures)))
    worker = site.worker(fails)
    execution = site.start()
    site.workers.clear()
    site.work()
    for _ in range(failures):
        worker.run_once()

    reason, details = site.failure(site.finish(execution))

    assert reason == "task_failed"
    assert {f"f{n}" for n in range(told)} <= details.keys()
    assert all(one.startswith("ValueError: ") for one in details.values())


def test_a_worker_may_tell_details_alone(site: Site):
    """An error that is told as details, as floto's workers do, is the error of the task."""
    site.decider(task("a"))
    execution = site.start()
    site.work()

    work_of_others(site, "Failed", details="something went wrong")

    assert site.failure(execution) == ("task_failed", {"a": "something went wrong"})


def test_a_worker_may_tell_bare_text(site: Site):
    """A result that is no JSON is text, as floto's workers send it."""
    site.decider(task("a"), task("b", "a"))
    execution = site.start()
    site.work()
    work_of_others(site, "Completed", result="bare text")
    site.worker(tell)

    assert site.result(site.finish(execution)) == {"b": {"a": "bare text"}}


def test_an_execution_may_be_started_with_bare_text(site: Site):
    """An input that is no JSON is text, whoever sends it."""
    site.decider(task("a"))
    site.worker(tell)
    site.finish(site.start(workflow_id="first"))  # registers the type
    params = {
        "domain": DOMAIN,
        "workflowId": "bare",
        "workflowType": {"name": "flow", "version": "1"},
        "taskList": {"name": "decisions"},
        "input": "your_input",
    }
    site.connection.call("StartWorkflowExecution", params)
    site.work()

    execution = WorkflowExecution(site.domain, "bare", connection=site.connection)
    assert site.result(execution) == {"a": {"workflow": "your_input"}}


def test_an_input_may_be_json_already(site: Site):
    """Text that is JSON is what it says, as it was for floto; other text is text."""
    site.decider(task("a"))
    site.worker(tell)

    assert site.run(workflow_id="json", input='{"from": 1}') == {"a": {"workflow": {"from": 1}}}
    assert site.run(workflow_id="text", input="your_input") == {"a": {"workflow": "your_input"}}
    started = [
        one.history()[0].raw["workflowExecutionStartedEventAttributes"]["input"]
        for one in site.executions()
    ]
    assert sorted(started) == ["your_input", '{"from": 1}']


def test_what_failed_in_a_child_may_be_in_a_store(site: Site):
    """A parent tells what failed in its child, or, where it cannot read that, where it is."""
    stored = Payloads(store=MemoryStore(), limit=150)
    site.decider(ChildWorkflow("flow", "1", "child", task_list="children"))
    children = site.spec(ActivityTask("missing", "h", activity_id="a"), task_list="children")
    site.hires(Decider(children, connection=site.connection, payloads=stored))
    site.worker(tell)
    execution = site.finish(site.start())

    assert site.failure(execution)[1]["child"].startswith('task_failed: {"$swf":')

    details = stored.dump({"a": "it is missing" + 200 * "!"})
    error = TaskFailed("", reason="task_failed", details=details)
    assert told_of(error, stored).startswith('task_failed: {"a":"it is missing!')


def test_a_flaw_is_not_tried_again(site: Site):
    """What a generator made is as wrong the next time: that is no limit of retries."""
    retried = InstantRetry(3)
    site.decider(Generator("made elsewhere", "h", activity_id="g", retry_strategy=retried))
    execution = site.start()
    site.work()

    work_of_others(site, "Completed", result='[{"type": "os.system"}]')

    reason, details = site.failure(execution)
    assert reason == "task_failed"
    assert "[0].type" in details["g"]


def test_tasks_of_a_child_are_not_told_to_it_again(site: Site):
    """The tasks that a child's input brings are taken from it under both names that it has."""
    inner = ChildWorkflow(
        "flow", "1", "child", task_list="decisions", input={"activity_tasks": [task("in")], "n": 1}
    )
    site.dynamic()
    site.worker(tell)

    result = site.run(input={"activity_tasks": [inner]}, workflow_id="parent")

    told = {"workflow": {}, "child_workflow": {"n": 1}, "child_workflow_task": {"n": 1}}
    assert result == {"child": {"in": {"workflow": told, "child_workflow": {"n": 1}}}}


def test_a_spec_in_an_input_has_the_deciders_defaults(site: Site):
    """Activities of a spec that names no list go to the list that the decider was told."""
    site.dynamic()
    site.worker(tell)
    spec = DeciderSpec(activity_tasks=[task("a")])

    assert site.run(input={"decider_spec": spec, "n": 1}) == {"a": {"workflow": {"n": 1}}}


@pytest.mark.parametrize(
    "progress",
    [
        "text",
        5,
        {"version": 1},
        {"version": 1, "grown": 5},
        {"version": 1, "grown": [], "plan": "", "done": "!", "results": {}, "deadlines": {}},
        {"version": 1, "grown": [["a"]], "plan": ""},
    ],
)
def test_what_is_no_progress_is_refused(site: Site, progress: Any):
    """Whatever is told beside an input, the failure is a typed one, and nothing begins."""
    site.decider(task("a"))
    site.start(workflow_id="registers the type")
    text = Workflow.payloads.plain_call((None, progress), {})
    params = {
        "domain": DOMAIN,
        "workflowId": "forged",
        "workflowType": {"name": "flow", "version": "1"},
        "taskList": {"name": "decisions"},
        "input": text,
    }
    site.connection.call("StartWorkflowExecution", params)
    site.work()

    execution = WorkflowExecution(site.domain, "forged", connection=site.connection)
    told = last(execution)["workflowExecutionFailedEventAttributes"]["reason"]
    assert told.startswith("GraphError")
    assert not of_type(execution, "ActivityTaskScheduled")
