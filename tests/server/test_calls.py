"""Polls that are held: they cost no thread, wake at once, and are withdrawn with their client."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from embedded import ServerProcess, server_process
from raw_http import Connection, Reply, ask, request

ORDER = {"name": "order", "version": "1"}
HELD_SECONDS = 30
PATIENCE_SECONDS = 120
DOMAIN = "shop"
KINDS = {"activity": "PollForActivityTask", "decision": "PollForDecisionTask"}


@pytest.fixture(scope="module")
def patient() -> Iterator[ServerProcess]:
    """A server in memory that holds empty polls longer than any test takes."""
    with server_process(
        "--db", "memory://", "--port", "0", "--poll-seconds", str(HELD_SECONDS)
    ) as running:
        domain = {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"}
        tell(running, "RegisterDomain", domain)
        defaults = {
            "defaultExecutionStartToCloseTimeout": "3600",
            "defaultTaskStartToCloseTimeout": "3600",
            "defaultChildPolicy": "TERMINATE",
        }
        tell(running, "RegisterWorkflowType", {"domain": DOMAIN, **ORDER, **defaults})
        yield running


def tell(server: ServerProcess, operation: str, params: dict[str, Any]) -> Any:
    """Return what an operation answers; fail where it is refused."""
    reply = ask(server.port, request(params, target=operation))
    assert reply.status == 200, reply.body
    return reply.json if reply.body else None


def poll(task_list: str, kind: str = "decision") -> bytes:
    params = {"domain": DOMAIN, "taskList": {"name": task_list}, "identity": task_list}
    return request(params, target=KINDS[kind])


def start(server: ServerProcess, workflow_id: str) -> None:
    """Have a decision task made, in the task list of that name."""
    params = {"domain": DOMAIN, "workflowId": workflow_id, "workflowType": ORDER}
    tell(server, "StartWorkflowExecution", {**params, "taskList": {"name": workflow_id}})


def waiting(server: ServerProcess, task_list: str) -> bool:
    """Whether the engine holds a poll of a task list."""
    reply = ask(server.port, request(method="GET", path=f"/task-lists?domain={DOMAIN}"))
    return any(
        poller["waiting"]
        for line in reply.json["taskLists"]
        if line["taskList"] == task_list
        for poller in line["pollers"]
    )


def until(condition: Any) -> None:
    """Return once a condition holds in the other process; fail where it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def metric(server: ServerProcess, name: str) -> float:
    text = ask(server.port, request(method="GET", path="/metrics")).body.decode()
    [line] = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_a_held_poll_is_answered_when_its_task_is_made(patient):
    """A poll waits until there is a task, and has it then."""
    with Connection(patient.port) as poller:
        poller.send(poll("wakes"))
        until(lambda: waiting(patient, "wakes"))
        start(patient, "wakes")

        task = poller.reply().json

    assert task["workflowExecution"]["workflowId"] == "wakes"
    assert task["taskToken"]


@pytest.mark.parametrize("leave", [Connection.close, Connection.reset])
def test_a_task_never_goes_to_a_closed_connection(patient, leave):
    """Who has gone gets no task: the next to poll does, and nothing has to time out for that."""
    task_list = f"gone {leave.__name__}"
    gone = [Connection(patient.port) for _ in range(3)]
    for connection in gone:
        connection.send(poll(task_list))
    until(lambda: waiting(patient, task_list))
    for connection in gone:
        leave(connection)
    until(lambda: not waiting(patient, task_list))

    start(patient, task_list)
    task = ask(patient.port, poll(task_list)).json

    assert task["workflowExecution"]["workflowId"] == task_list
    assert [event["eventType"] for event in task["events"]] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
    ]


def test_the_first_of_two_gone_lets_the_second_have_it(patient):
    """A poll behind one that was given up moves forward."""
    with Connection(patient.port) as second:
        first = Connection(patient.port)
        first.send(poll("second"))
        until(lambda: waiting(patient, "second"))
        second.send(poll("second"))
        until(lambda: metric(patient, "swf_held_polls") == 2)
        first.close()
        until(lambda: metric(patient, "swf_held_polls") == 1)
        start(patient, "second")

        assert second.reply().json["workflowExecution"]["workflowId"] == "second"


def test_polls_are_served_in_the_order_they_came(patient):
    """First come, first served, over connections of their own."""
    pollers = [Connection(patient.port) for _ in range(5)]
    for held, poller in enumerate(pollers, start=1):
        poller.send(poll("order"))
        until(lambda held=held: metric(patient, "swf_held_polls") == held)
    for number in range(5):
        params = {"domain": DOMAIN, "workflowId": f"o{number}", "workflowType": ORDER}
        tell(patient, "StartWorkflowExecution", {**params, "taskList": {"name": "order"}})

    served = [poller.reply().json["workflowExecution"]["workflowId"] for poller in pollers]
    for poller in pollers:
        poller.close()

    assert served == ["o0", "o1", "o2", "o3", "o4"]


def released(server: ServerProcess, body: Any, **more: Any) -> Reply:
    """Return what is answered to who gives up polls."""
    return ask(server.port, request(body, path="/release", target=None, **more))


def test_polls_are_given_up_by_identity(patient):
    """Whoever is about to stop has its polls answered as empty; others go on waiting."""
    with Connection(patient.port) as leaving, Connection(patient.port) as staying:
        leaving.send(poll("leaves"))
        staying.send(poll("stays"))
        until(lambda: waiting(patient, "leaves") and waiting(patient, "stays"))

        assert released(patient, {"identities": ["leaves", "nobody"]}).status == 200

        assert leaving.reply().json == {"startedEventId": 0, "previousStartedEventId": 0}
        start(patient, "stays")
        assert staying.reply().json["workflowExecution"]["workflowId"] == "stays"


def test_a_task_that_was_given_is_not_given_up(patient):
    """A poll that just got a task has it, whatever is asked."""
    with Connection(patient.port) as poller:
        poller.send(poll("given"))
        until(lambda: waiting(patient, "given"))
        start(patient, "given")
        assert released(patient, {"identities": ["given"]}).status == 200

        assert poller.reply().json["workflowExecution"]["workflowId"] == "given"


@pytest.mark.parametrize(
    ("body", "more", "status", "fault"),
    [
        ({}, {}, 400, "SerializationException"),
        ({"identities": "leaves"}, {}, 400, "SerializationException"),
        ({"identities": [1]}, {}, 400, "SerializationException"),
        ("[", {}, 400, "SerializationException"),
        ({"identities": []}, {"content_type": "text/plain"}, 415, "UnsupportedMediaTypeException"),
        ({"identities": []}, {"method": "GET"}, 405, "UnknownOperationException"),
        ({"identities": []}, {"host": "evil.example"}, 421, "MisdirectedRequestException"),
    ],
)
def test_what_gives_up_no_polls_is_refused(patient, body, more, status, fault):
    """Only who means it gives polls up: no page of somebody else's, no link, nothing malformed."""
    reply = released(patient, body, **more)

    assert (reply.status, reply.fault) == (status, fault)


def test_many_polls_are_held_without_threads(patient):
    """A thousand polls are held at once while other calls go on; each is answered."""
    before = threads_of(patient)
    pollers = [Connection(patient.port) for _ in range(1_000)]
    try:
        for number, poller in enumerate(pollers):
            poller.send(poll(f"many {number}", "activity" if number % 2 else "decision"))
        until(lambda: metric(patient, "swf_held_polls") == len(pollers))
        assert threads_of(patient) <= before + 2
        start(patient, "many 998")

        assert pollers[998].reply().json["startedEventId"] == 3
    finally:
        for poller in pollers:
            poller.close()
    until(lambda: metric(patient, "swf_held_polls") == 0)


def threads_of(server: ServerProcess) -> int:
    """Return how many threads a server has."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("Threads:")]
    return int(line.split()[1])


def test_a_poll_whose_time_is_up_is_empty(server):
    """A poll that found nothing in its time is answered so, and its connection goes on."""
    params = {"name": "idle", "workflowExecutionRetentionPeriodInDays": "1"}
    with Connection(server.port) as connection:
        connection.ask(request(params, target="RegisterDomain"))
        sent = {"domain": "idle", "taskList": {"name": "x"}}
        decision = connection.ask(request(sent, target=KINDS["decision"]))
        activity = connection.ask(request(sent, target=KINDS["activity"]))

    assert (decision.status, decision.json) == (
        200,
        {"startedEventId": 0, "previousStartedEventId": 0},
    )
    assert (activity.status, activity.json) == (200, {"startedEventId": 0})


def test_concurrent_calls_are_all_answered(patient):
    """Requests that arrive together are each answered with what they asked for."""
    replies: dict[int, list[Reply]] = {}

    def ask_many(number: int) -> None:
        with Connection(patient.port) as connection:
            replies[number] = [
                connection.ask(request({"name": f"no {number} {turn}"}, target="DescribeDomain"))
                for turn in range(20)
            ]

    threads = [threading.Thread(target=ask_many, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    told = {n: [one.json["message"] for one in some] for n, some in replies.items()}
    assert told == {n: [f"Unknown domain: no {n} {turn}" for turn in range(20)] for n in range(8)}
