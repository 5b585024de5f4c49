"""What a server has counted, in Prometheus' text format, and what waits on its task lists."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families
from raw_http import ask, request

from swf.engine import Call, Options
from swf.server.metering import Meter
from swf.testing import embedded


def families(text):
    """Return what Prometheus' own parser makes of a text, by name."""
    return {family.name: family for family in text_string_to_metric_families(text)}


def test_every_line_is_prometheus(swf_engine):
    """What is counted comes out as counters, gauges and histograms that add up."""
    meter = Meter(swf_engine)
    meter.answered("StartTimer", "OK", 0.25)
    meter.answered("StartTimer", "OK", 0.5)
    meter.answered("StartTimer", "ValidationException", 0.25)
    meter.held.set(3)

    text = meter.registry.render()

    told = families(text)
    assert [(one.labels, one.value) for one in told["swf_answers"].samples] == [
        ({"operation": "StartTimer", "code": "OK"}, 2),
        ({"operation": "StartTimer", "code": "ValidationException"}, 1),
    ]
    seconds = {one.name: one.value for one in told["swf_answer_seconds"].samples[-2:]}
    assert seconds == {"swf_answer_seconds_sum": 1.0, "swf_answer_seconds_count": 3}
    assert told["swf_held_polls"].samples[0].value == 3
    assert told["swf_gone_clients"].samples[0].value == 0
    types = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types))
    assert text.endswith("\n")


@pytest.fixture
def waiting_engine():
    """An SWF in memory that holds polls."""
    with embedded(options=Options(poll_seconds=50)) as engine:
        yield engine


def test_the_engine_tells_what_waits(waiting_engine):
    """Open executions, events, and for each task list tasks and polls are told as they are now."""
    swf_engine = waiting_engine
    swf_engine.handle(
        "RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}
    )
    order = {"name": "order", "version": "1"}
    swf_engine.handle("RegisterWorkflowType", {"domain": "d", **order})
    started = {
        "domain": "d",
        "workflowType": order,
        "taskList": {"name": "deciders"},
        "executionStartToCloseTimeout": "60",
        "taskStartToCloseTimeout": "60",
        "childPolicy": "TERMINATE",
    }
    for number in range(2):
        swf_engine.handle("StartWorkflowExecution", {**started, "workflowId": str(number)})
    workers = {"domain": "d", "taskList": {"name": "workers"}}
    poll = Call("PollForActivityTask", workers, done=lambda call: None)
    swf_engine.begin(poll, lambda function: function())

    told = families(Meter(swf_engine).registry.render())

    def values(name):
        return {tuple(one.labels.values()): one.value for one in told[name].samples}

    assert values("swf_open_executions") == {("d",): 2}
    assert values("swf_pending_tasks") == {
        ("d", "deciders", "decision"): 2,
        ("d", "workers", "activity"): 0,
    }
    assert values("swf_pollers") == {
        ("d", "deciders", "decision"): 0,
        ("d", "workers", "activity"): 1,
    }
    assert values("swf_engine_events") == {(): 4}
    swf_engine.withdraw(poll)


def test_answers_are_counted(server):
    """Replies and faults are counted by operation; what names no operation is one kind."""

    def counted(labels: str) -> int:
        text = ask(server.port, request(method="GET", path="/metrics")).body.decode()
        found = re.search(rf"swf_answers_total\{{{labels}\}} (\d+)", text)
        return int(found[1]) if found else 0

    unknown = 'operation="DescribeDomain",code="UnknownResourceFault"'
    none = 'operation="none",code="UnknownOperationException"'
    before = counted(unknown), counted(none)
    ask(server.port, request({"name": "absent"}, target="DescribeDomain"))
    for number in range(3):
        ask(server.port, request(target=f"Unknown{number}"))

    assert (counted(unknown), counted(none)) == (before[0] + 1, before[1] + 3)


def test_metrics_are_text(server):
    """GET /metrics is what Prometheus expects, and counts the engine's commits too."""
    reply = ask(server.port, request(method="GET", path="/metrics"))

    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"swf_engine_commits_total " in reply.body


def test_task_lists_tell_who_waits_for_what(server):
    """GET /task-lists has the backlog and the pollers of each list of a domain."""
    port = server.port
    domain = {"name": "lists", "workflowExecutionRetentionPeriodInDays": "1"}
    order = {"name": "order", "version": "1"}
    ask(port, request(domain, target="RegisterDomain"))
    ask(port, request({"domain": "lists", **order}, target="RegisterWorkflowType"))
    started = {
        "domain": "lists",
        "workflowId": "1",
        "workflowType": order,
        "taskList": {"name": "deciders"},
        "executionStartToCloseTimeout": "60",
        "taskStartToCloseTimeout": "60",
        "childPolicy": "TERMINATE",
    }
    assert ask(port, request(started, target="StartWorkflowExecution")).status == 200
    poll = {"domain": "lists", "taskList": {"name": "workers"}, "identity": "me"}
    ask(port, request(poll, target="PollForActivityTask"))

    told = ask(port, request(method="GET", path="/task-lists?domain=lists"))

    lists = {one["taskList"]: one for one in told.json["taskLists"]}
    assert (lists["deciders"]["kind"], lists["deciders"]["backlog"]) == ("decision", 1)
    [poller] = lists["workers"]["pollers"]
    assert (poller["identity"], poller["waiting"]) == ("me", False)


def test_task_lists_of_no_domain_are_refused(server):
    """Without a domain, or with an unknown one, there is a fault in SWF's words."""
    for query, named in (("", ""), ("?domain=absent", "absent")):
        reply = ask(server.port, request(method="GET", path=f"/task-lists{query}"))

        assert (reply.status, reply.fault) == (400, "UnknownResourceFault")
        assert reply.json["message"] == f"Unknown domain: {named}"
