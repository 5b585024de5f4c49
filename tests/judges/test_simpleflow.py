"""simpleflow 0.36 on our server: its deciders and workers run workflows, and they end right.

`simpleflow standalone` runs each of the small workflows that show one thing; the others are run by
one `simpleflow decider.start` and one `simpleflow worker.start`, as in production.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import attrs
import pytest
from judges.programs import PATIENCE_SECONDS, Running, program, running, surroundings

MODULE = "workflows_of_simpleflow"
DOMAIN = "simpleflow"
ALL = {"oldestDate": 0}

STANDALONE: dict[str, list[Any]] = {
    "Basic": ["tea", "milk"],
    "Canvas": [],
    "Parent": [],
    "Signals": [],
    "Timers": [],
    "Markers": [],
}
"""What `standalone` runs, and with which arguments."""
RESULTS: dict[str, Any] = {
    "Basic": 5,
    "Canvas": [6, 1],
    "Parent": [3, 2, "Workflow execution failed: nothing bought"],
    "Signals": 42,
    "Timers": "done",
    "Markers": [["one", None], ["one", {"again": True}], ["two", "second"]],
}


@attrs.frozen
class Simpleflow:
    """simpleflow's command line on the shared server, and boto3 to see what came of it."""

    client: Any
    environment: dict[str, str]
    folder: Path

    def __call__(self, *arguments: str) -> str:
        """Return what a command prints; fail where it does."""
        ended = subprocess.run(
            [program("simpleflow"), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def running(self, name: str, *arguments: str) -> AbstractContextManager[Running]:
        """Run a command for the time of the context; its name is that of its log."""
        log = self.folder / f"{name}.log"
        return running([program("simpleflow"), *arguments], log, self.environment)

    def start(self, workflow: str, *arguments: Any) -> str:
        """Start a workflow, whose id is its name, and return the run id."""
        given = ["--domain", DOMAIN, "--workflow-id", workflow, "--input", json.dumps(arguments)]
        _, run_id = self("workflow.start", *given, f"{MODULE}.{workflow}").split()
        return run_id

    def executions(self, workflow_id: str) -> list[dict[str, Any]]:
        """Return the closed runs of a workflow id, the oldest first."""
        return self.client.list_closed_workflow_executions(
            domain=DOMAIN,
            startTimeFilter=ALL,
            executionFilter={"workflowId": workflow_id},
            reverseOrder=True,
        )["executionInfos"]

    def closed(self, workflow_id: str) -> list[dict[str, Any]]:
        """Return the closed runs once none is open any more."""
        given = {"domain": DOMAIN, "executionFilter": {"workflowId": workflow_id}}
        count = self.client.count_open_workflow_executions
        self.await_that(lambda: count(startTimeFilter=ALL, **given)["count"] == 0)
        return self.executions(workflow_id)

    def events(self, execution: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the whole history of a run."""
        pages = self.client.get_paginator("get_workflow_execution_history")
        given = {"domain": DOMAIN, "execution": execution["execution"]}
        return [event for page in pages.paginate(**given) for event in page["events"]]

    def await_that(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; fail if it does not in time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, "simpleflow did not get there in time"
            time.sleep(0.1)  # nothing tells when another program has done something


def attributes(event: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an event."""
    name = event["eventType"][0].lower() + event["eventType"][1:] + "EventAttributes"
    return event[name]


def of_type(events: list[dict[str, Any]], event_type: str) -> list[dict[str, Any]]:
    """Return the attributes of the events of a type."""
    return [attributes(event) for event in events if event["eventType"] == event_type]


@pytest.fixture(scope="module")
def simpleflow(server, client, tmp_path_factory) -> Simpleflow:
    """simpleflow, in a domain of its own."""
    client.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    folder = tmp_path_factory.mktemp("simpleflow")
    environment = surroundings(server.url, folder)
    environment["PYTHONPATH"] = str(Path(__file__).parent)
    return Simpleflow(client, environment, folder)


@pytest.fixture(scope="module")
def standalone(simpleflow) -> Iterator[dict[str, Running]]:
    """Every `simpleflow standalone`, all at the same time: most of each is waiting to stop."""
    given = ["standalone", "--domain", DOMAIN, "--nb-workers", "1", "--nb-deciders", "1"]
    with ExitStack() as stack:
        started = {}
        for name, arguments in STANDALONE.items():
            what = ["--workflow-id", name, "--input", json.dumps(arguments), f"{MODULE}.{name}"]
            started[name] = stack.enter_context(simpleflow.running(name, *given, *what))
        yield started


@pytest.fixture(scope="module")
def actors(simpleflow) -> Iterator[Running]:
    """A decider and a worker for whatever the tests start, as in production; yields the worker.

    There is one decider process: the connection that simpleflow 0.36 opens before it forks more is
    shared by them all, so they take each other's replies, and tasks are lost until they time out.
    """
    given = ["--domain", DOMAIN, "--task-list"]
    deciding = ["decider.start", *given, "decisions", "-N", "1", f"{MODULE}.Patient"]
    working = ["worker.start", *given, "activities", "-N", "2", "--heartbeat", "1"]
    with simpleflow.running("decider", *deciding), simpleflow.running("worker", *working) as worker:
        yield worker


@pytest.fixture(scope="module")
def histories(simpleflow, standalone) -> Callable[[str], list[dict[str, Any]]]:
    """Give the history of what `standalone` ran, once it has ended by itself and well."""

    def history(name: str) -> list[dict[str, Any]]:
        assert standalone[name].wait() == 0, standalone[name].written
        [execution] = simpleflow.executions(name)
        return simpleflow.events(execution)

    return history


@pytest.mark.parametrize("name", STANDALONE)
def test_standalone_ends_right(histories, standalone, name):
    """A workflow run by `simpleflow standalone` completes with its result, and the command ends."""
    events = histories(name)
    [completed] = of_type(events, "WorkflowExecutionCompleted")
    assert json.loads(completed["result"]) == RESULTS[name]
    assert f"execution {name} finished" in standalone[name].written
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))


def test_activities_are_scheduled_in_the_order_of_what_they_need(histories):
    """Activity tasks whose results are needed have completed before the one that needs them."""
    events = histories("Basic")
    scheduled = of_type(events, "ActivityTaskScheduled")
    names = Counter(each["activityType"]["name"].rpartition(".")[2] for each in scheduled)
    assert names == {"price": 2, "total": 1}
    completed = [each["result"] for each in of_type(events, "ActivityTaskCompleted")]
    assert completed[-1] == "5"
    assert sorted(completed) == ["2", "3", "5"]
    # The types were not there: simpleflow registers them when a decision fails for that.
    causes = {each["cause"] for each in of_type(events, "ScheduleActivityTaskFailed")}
    assert causes == {"ACTIVITY_TYPE_DOES_NOT_EXIST"}


def test_a_broken_chain_stops(histories):
    """After an activity that failed, the rest of a chain is not scheduled."""
    events = histories("Canvas")
    [failed] = of_type(events, "ActivityTaskFailed")
    assert failed["reason"] == "LookupError: no cake today"
    inputs = [json.loads(each["input"]) for each in of_type(events, "ActivityTaskScheduled")]
    articles = sorted(each["args"][0] for each in inputs if isinstance(each["args"][0], str))
    assert articles == ["cake", "milk", "sugar", "tea"]


def test_children_are_linked_to_their_parent(simpleflow, histories):
    """Each child has one start and one end in its parent, and knows its parent."""
    events = histories("Parent")
    started = of_type(events, "ChildWorkflowExecutionStarted")
    ended = Counter(each["eventType"] for each in events if "ChildWorkflow" in each["eventType"])
    assert ended["ChildWorkflowExecutionStarted"] == 3
    assert ended["ChildWorkflowExecutionCompleted"] == 2
    assert ended["ChildWorkflowExecutionFailed"] == 1
    run_id = simpleflow.executions("Parent")[0]["execution"]["runId"]
    statuses = []
    for child in started:
        [execution] = simpleflow.executions(child["workflowExecution"]["workflowId"])
        statuses.append(execution["closeStatus"])
        assert execution["parent"] == {"workflowId": "Parent", "runId": run_id}
        first = attributes(simpleflow.events(execution)[0])
        assert first["parentInitiatedEventId"] == child["initiatedEventId"]
    assert sorted(statuses) == ["COMPLETED", "COMPLETED", "FAILED"]


def test_signals_name_their_sender(simpleflow, histories):
    """What signaled an execution is told in its history, and the answer in the sender's."""
    events = histories("Signals")
    [told] = [each for each in of_type(events, "WorkflowExecutionSignaled") if "told" in str(each)]
    sender = told["externalWorkflowExecution"]
    assert sender["workflowId"].startswith("workflow-sender-Signals--")
    [execution] = simpleflow.executions(sender["workflowId"])
    initiated = of_type(simpleflow.events(execution), "SignalExternalWorkflowExecutionInitiated")
    assert [each["workflowId"] for each in initiated] == ["Signals"]
    [signaled] = of_type(simpleflow.events(execution), "ExternalWorkflowExecutionSignaled")
    assert signaled["initiatedEventId"] == told["externalInitiatedEventId"]


def test_a_timer_is_canceled_when_another_has_fired(histories):
    """The short timer fires after its second; the long one is canceled, not fired."""
    events = histories("Timers")
    started = {
        attributes(each)["timerId"]: each for each in events if each["eventType"] == "TimerStarted"
    }
    fired = {
        attributes(each)["timerId"]: each for each in events if each["eventType"] == "TimerFired"
    }
    assert [each["timerId"] for each in of_type(events, "TimerCanceled")] == ["long"]
    assert "long" not in fired
    waited = fired["short"]["eventTimestamp"] - started["short"]["eventTimestamp"]
    assert waited.total_seconds() >= 1


def test_markers_are_all_recorded(histories):
    """Each marker is an event, also of the same name, in the order of the decisions."""
    recorded = of_type(histories("Markers"), "MarkerRecorded")
    assert [each["markerName"] for each in recorded] == ["one", "one", "two"]


def test_cancel(simpleflow, actors):
    """A workflow that is asked to cancel is canceled by its decider."""
    simpleflow.start("Patient")
    simpleflow.client.request_cancel_workflow_execution(domain=DOMAIN, workflowId="Patient")
    [execution] = simpleflow.closed("Patient")
    assert execution["closeStatus"] == "CANCELED"
    assert execution["cancelRequested"] is True


def test_a_cancel_request_may_be_ignored(simpleflow, actors):
    """A workflow that does not want to be canceled goes on, and ends by a signal."""
    run_id = simpleflow.start("Stubborn")
    execution = {"execution": {"workflowId": "Stubborn", "runId": run_id}}
    simpleflow.client.request_cancel_workflow_execution(domain=DOMAIN, workflowId="Stubborn")
    # It decides not to: a decision task after the request has been completed.
    simpleflow.await_that(
        lambda: (
            simpleflow.events(execution)[-1]["eventType"] == "DecisionTaskCompleted"
            and of_type(simpleflow.events(execution), "WorkflowExecutionCancelRequested") != []
        )
    )
    described = simpleflow.client.describe_workflow_execution(domain=DOMAIN, **execution)
    assert described["latestExecutionContext"] == '{"waiting_signals":["enough"]}'
    simpleflow.client.signal_workflow_execution(
        domain=DOMAIN, workflowId="Stubborn", signalName="enough", input="{}"
    )
    [closed] = simpleflow.closed("Stubborn")
    assert closed["closeStatus"] == "COMPLETED"


def test_an_activity_is_tried_again(simpleflow, actors, tmp_path):
    """An activity that fails once is scheduled a second time under the same id, and completes."""
    traces = tmp_path / "traces"
    traces.mkdir()
    simpleflow.start("Retrying", str(traces))
    [execution] = simpleflow.closed("Retrying")
    assert execution["closeStatus"] == "COMPLETED"
    events = simpleflow.events(execution)
    ids = {each["activityId"] for each in of_type(events, "ActivityTaskScheduled")}
    assert len(ids) == 1
    [failed] = of_type(events, "ActivityTaskFailed")
    assert failed["reason"] == "ConnectionError: try again"
    assert [each["result"] for each in of_type(events, "ActivityTaskCompleted")] == ["1"]


def test_the_worker_of_a_terminated_execution_is_stopped(simpleflow, actors, tmp_path):
    """A heartbeat after `workflow.terminate` is refused as simpleflow expects: it stops working."""
    simpleflow.start("Abandoned", str(tmp_path))
    simpleflow.await_that((tmp_path / "started").exists)
    simpleflow("workflow.terminate", DOMAIN, "Abandoned")
    [execution] = simpleflow.executions("Abandoned")
    assert execution["closeStatus"] == "TERMINATED"
    simpleflow.await_that(lambda: "killing (KILL) worker" in actors.written)
    assert "heartbeat failed: Unable to send heartbeat" in actors.written


def test_continuing_as_new(simpleflow, actors):
    """Each run is continued by the next, and the last one completes."""
    simpleflow.start("Countdown", 2)
    runs = simpleflow.closed("Countdown")
    statuses = [each["closeStatus"] for each in runs]
    assert statuses == ["CONTINUED_AS_NEW", "CONTINUED_AS_NEW", "COMPLETED"]
    before = [
        attributes(simpleflow.events(each)[0]).get("continuedExecutionRunId") for each in runs
    ]
    assert before == [None, *[each["execution"]["runId"] for each in runs[:-1]]]


def test_a_history_of_more_than_a_page(simpleflow, actors):
    """A decider that has to fetch its history in pages sees all of it."""
    simpleflow.start("ManyMarkers", 1100)
    [execution] = simpleflow.closed("ManyMarkers")
    assert execution["closeStatus"] == "COMPLETED"
    events = simpleflow.events(execution)
    assert len(of_type(events, "MarkerRecorded")) == 1100
    assert of_type(events, "WorkflowExecutionCompleted")[0]["result"] == "1100"


def test_what_its_command_line_shows(simpleflow, histories):
    """`workflow.info`, `.tasks`, `.history` and `.filter` read what has happened."""
    events = histories("Basic")
    # Without its run id, simpleflow 0.36 finds no execution that is closed.
    basic = ("Basic", simpleflow.executions("Basic")[0]["execution"]["runId"])
    info = simpleflow("workflow.info", DOMAIN, *basic)
    assert "simpleflow  basic  1  Basic-" in info
    tasks = simpleflow("workflow.tasks", DOMAIN, *basic)
    assert tasks.count("completed") == 3
    shown = simpleflow(
        "--format", "prettyjson", "workflow.history", "--domain", DOMAIN, "-o", "events", *basic
    )
    assert [each["eventId"] for each in json.loads(shown)] == [each["eventId"] for each in events]
    found = simpleflow(
        "--format", "json", "workflow.filter", DOMAIN, "-s", "closed", "--close-status", "failed"
    )
    assert "workflow-broken-Parent" in found
    assert "Basic" not in found
