"""What a server has counted, in Prometheus' text format, and what waits on its task lists."""

from __future__ import annotations

import re

from raw_http import ask, request

from swf.server.metering import Meter

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[A-Za-z]+"(,[a-z]+="[A-Za-z]+")*\})? [0-9.e+-]+')


def test_every_line_is_prometheus():
    """Each line is a comment or a sample, each metric is told once and has a type."""
    meter = Meter()
    meter.answered("StartTimer", "OK", 0.25)
    meter.answered("StartTimer", "OK", 0.5)
    meter.answered("StartTimer", "ValidationException", 0.25)
    meter.held = 3

    text = meter.text({"commits": 7})

    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in samples), samples
    assert samples[:4] == [
        'swf_answers_total{operation="StartTimer",code="OK"} 2',
        'swf_answers_total{operation="StartTimer",code="ValidationException"} 1',
        'swf_answer_seconds_sum{operation="StartTimer"} 1.000000',
        'swf_answer_seconds_count{operation="StartTimer"} 3',
    ]
    assert "swf_held_polls 3" in samples
    assert "swf_engine_commits_total 7" in samples
    types = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types))
    assert text.endswith("\n")


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
