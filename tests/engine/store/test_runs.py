"""Lines of tasks in the store: what is remembered of them is what they are."""

import pytest

from swf.engine import Call, Engine
from swf.engine.state import ACTIVITY_TASK, DECISION_TASK

DOMAIN = "d"
POLL = {"domain": DOMAIN, "taskList": {"name": "deciders"}}


@pytest.fixture
def engine():
    with Engine.open("memory://test-runs?poll_seconds=0") as opened:
        opened.handle(
            "RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"}
        )
        opened.handle(
            "RegisterWorkflowType",
            {
                "domain": DOMAIN,
                "name": "w",
                "version": "1",
                "defaultTaskList": {"name": "deciders"},
                "defaultChildPolicy": "TERMINATE",
                "defaultTaskStartToCloseTimeout": "10",
                "defaultExecutionStartToCloseTimeout": "100",
            },
        )
        yield opened


def start(engine, workflow_id):
    request = {"domain": DOMAIN, "workflowId": workflow_id}
    engine.handle(
        "StartWorkflowExecution", {**request, "workflowType": {"name": "w", "version": "1"}}
    )


def known_empty(engine, kind=DECISION_TASK):
    return engine._store.runs.known_empty(DOMAIN, "deciders", kind)


def test_a_line_is_empty_until_something_waits_in_it(engine):
    """A poll that finds nothing need not look again until a task comes into its line."""
    assert not known_empty(engine)
    assert not engine.handle("PollForDecisionTask", POLL).get("taskToken")
    assert known_empty(engine)
    start(engine, "x")
    assert not known_empty(engine)
    assert engine.handle("PollForDecisionTask", POLL)["workflowExecution"]["workflowId"] == "x"


def test_lines_of_the_two_kinds_are_two(engine):
    """A task list that no decision task waits in may have activity tasks, and is looked at."""
    engine.handle("PollForDecisionTask", POLL)

    assert known_empty(engine)
    assert not known_empty(engine, ACTIVITY_TASK)


def test_a_poll_of_an_empty_line_takes_no_transaction(engine):
    """Waiting costs the file nothing: neither a transaction nor a look."""
    engine.handle("PollForDecisionTask", POLL)
    seen = []
    engine._store.writer.set_trace_callback(seen.append)
    engine.handle("PollForDecisionTask", POLL)

    assert seen == []


def test_what_a_rollback_brings_back_is_found(engine):
    """A line that was emptied by what is then undone has its task again."""
    start(engine, "x")
    runs, writer = engine._store.runs, engine._store.writer
    writer.execute("BEGIN")
    writer.execute("UPDATE entity SET waiting = 0")
    assert runs.first_in_line(DOMAIN, "deciders", DECISION_TASK) is None
    writer.execute("ROLLBACK")
    engine._writer.unit().abandon()

    assert runs.first_in_line(DOMAIN, "deciders", DECISION_TASK) is not None


def test_a_heartbeat_that_is_refused_undoes_nothing_of_its_batch(engine):
    """What shares the batch with a refused heartbeat is saved, and answered."""
    work, calls = [], []
    params = {"domain": DOMAIN, "workflowId": "x", "workflowType": {"name": "w", "version": "1"}}
    for operation, given in (
        ("StartWorkflowExecution", params),
        ("RecordActivityTaskHeartbeat", {"taskToken": "none"}),
        ("PollForDecisionTask", POLL),
    ):
        engine.begin(Call(operation, given, done=calls.append), work.append)
    while work:
        work.pop(0)()

    started, refused, polled = calls
    assert started.reply["runId"]
    assert refused.fault.type.endswith("ValidationException")
    assert polled.reply["taskToken"]


def test_as_many_lines_are_remembered_as_is_bearable(engine):
    """Whoever polls ever new task lists does not fill the memory."""
    runs = engine._store.runs
    for number in range(10_050):
        runs.first_in_line(DOMAIN, str(number), DECISION_TASK)

    assert runs.known_empty(DOMAIN, "10049", DECISION_TASK)
    assert not runs.known_empty(DOMAIN, "0", DECISION_TASK)
