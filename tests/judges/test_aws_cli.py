"""The AWS CLI on our server: what it does by hand, what it prints, what it says of errors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from judges.programs import program, surroundings

RETENTION = ("--workflow-execution-retention-period-in-days", "1")
DEFAULTS = (
    *("--default-task-list", "name=orders"),
    *("--default-task-start-to-close-timeout", "60"),
    *("--default-execution-start-to-close-timeout", "3600"),
    *("--default-child-policy", "TERMINATE"),
)
TYPE = "name=order,version=1"
FROM_THE_BEGINNING = ("--start-time-filter", "oldestDate=2020-01-01T00:00:00Z")


class CommandError(Exception):
    """The CLI ended with this status and message."""


@attrs.frozen
class Aws:
    """`aws swf …` on the shared server, in a domain of the test's own."""

    environment: dict[str, str]
    domain: str

    def __call__(self, *arguments: str) -> str:
        """Return what a command prints; raise CommandError where it fails."""
        ended = subprocess.run(
            [program("aws"), "swf", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if ended.returncode:
            raise CommandError(ended.returncode, ended.stderr.strip())
        return ended.stdout.strip()

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--output", "json"))

    def text(self, *arguments: str) -> list[list[str]]:
        """Return the lines of text output, cut at tabs."""
        return [line.split("\t") for line in self(*arguments, "--output", "text").splitlines()]

    def within(self, command: str, *arguments: str) -> tuple[str, ...]:
        """Return a command on this domain."""
        return (command, "--domain", self.domain, *arguments)


@pytest.fixture(scope="module")
def aws_in(server, tmp_path_factory) -> Callable[[str], Aws]:
    """Make `aws swf` for a domain that may have to be registered first."""
    environment = surroundings(server.url, tmp_path_factory.mktemp("home"))
    return lambda domain: Aws(environment, domain)


@pytest.fixture
def aws(request, client, aws_in) -> Aws:
    """`aws swf` with a registered domain of the test's own, in which there is one workflow type."""
    made = aws_in(request.node.name.replace("[", "-").rstrip("]"))
    client.register_domain(name=made.domain, workflowExecutionRetentionPeriodInDays="1")
    client.register_workflow_type(
        domain=made.domain,
        name="order",
        version="1",
        defaultTaskList={"name": "orders"},
        defaultTaskStartToCloseTimeout="60",
        defaultExecutionStartToCloseTimeout="3600",
        defaultChildPolicy="TERMINATE",
    )
    return made


def test_domains(aws_in):
    """A domain is registered with tags, described, tagged, deprecated and brought back."""
    aws = aws_in("by-hand")
    assert (
        aws("register-domain", "--name", "by-hand", *RETENTION, "--tags", "key=team,value=a") == ""
    )

    described = aws.json("describe-domain", "--name", "by-hand")
    arn = "arn:aws:swf:eu-west-1:123456789012:/domain/by-hand"
    assert described == {
        "domainInfo": {"name": "by-hand", "status": "REGISTERED", "arn": arn},
        "configuration": {"workflowExecutionRetentionPeriodInDays": "1"},
    }
    aws("tag-resource", "--resource-arn", arn, "--tags", "key=stage,value=test")
    aws("untag-resource", "--resource-arn", arn, "--tag-keys", "team")
    tags = aws.json("list-tags-for-resource", "--resource-arn", arn)
    assert tags == {"tags": [{"key": "stage", "value": "test"}]}

    names = ("--query", "domainInfos[].name", "--output", "text")
    aws("deprecate-domain", "--name", "by-hand")
    assert aws("list-domains", "--registration-status", "DEPRECATED", *names) == "by-hand"
    aws("undeprecate-domain", "--name", "by-hand")
    assert "by-hand" in aws("list-domains", "--registration-status", "REGISTERED", *names).split()


def test_types(aws):
    """Types are registered, listed as JSON and as text, deprecated and deleted."""
    register = aws.within("register-workflow-type", "--name", "refund", "--workflow-version", "2")
    aws(*register, *DEFAULTS)
    aws(*aws.within("register-activity-type", "--name", "charge", "--activity-version", "1"))

    described = aws.json(
        *aws.within("describe-workflow-type", "--workflow-type", "name=refund,version=2")
    )
    assert described["configuration"] == {
        "defaultTaskStartToCloseTimeout": "60",
        "defaultExecutionStartToCloseTimeout": "3600",
        "defaultTaskList": {"name": "orders"},
        "defaultChildPolicy": "TERMINATE",
    }
    registered = ("--registration-status", "REGISTERED")
    listed = aws.text(*aws.within("list-workflow-types", *registered))
    assert [line[1:] for line in listed if line[0] == "WORKFLOWTYPE"] == [
        ["order", "1"],
        ["refund", "2"],
    ]
    charge = ("--activity-type", "name=charge,version=1")
    aws(*aws.within("deprecate-activity-type", *charge))
    aws(*aws.within("delete-activity-type", *charge))
    with pytest.raises(CommandError, match=r"ActivityType=\[name=charge, version=1\]"):
        aws(*aws.within("describe-activity-type", *charge))


def test_executions(aws):
    """Executions are started, listed, counted, described, signaled, canceled and terminated."""
    start = aws.within("start-workflow-execution", "--workflow-type", TYPE, "--workflow-id")
    run_id = aws.json(*start, "one", "--tag-list", "vip", "eu", "--input", "42")["runId"]
    aws(*start, "two")

    query = ("--query", "executionInfos[].execution.workflowId", "--output", "text")
    listing = aws.within("list-open-workflow-executions", *FROM_THE_BEGINNING, *query)
    assert aws(*listing).split() == ["two", "one"]
    assert aws(*listing, "--reverse-order").split() == ["one", "two"]
    assert aws(*listing, "--tag-filter", "tag=vip") == "one"
    counted = aws.json(*aws.within("count-open-workflow-executions", *FROM_THE_BEGINNING))
    assert counted == {"count": 2, "truncated": False}
    waiting = aws.json(*aws.within("count-pending-decision-tasks", "--task-list", "name=orders"))
    assert waiting == {"count": 2, "truncated": False}

    one = ("--workflow-id", "one")
    aws(*aws.within("signal-workflow-execution", *one, "--signal-name", "paid", "--input", "now"))
    aws(*aws.within("request-cancel-workflow-execution", *one))
    execution = ("--execution", f"workflowId=one,runId={run_id}")
    described = aws.json(*aws.within("describe-workflow-execution", *execution))
    assert described["executionInfo"]["executionStatus"] == "OPEN"
    assert described["executionInfo"]["cancelRequested"] is True
    assert described["executionInfo"]["tagList"] == ["vip", "eu"]
    assert described["openCounts"]["openDecisionTasks"] == 1

    aws(*aws.within("terminate-workflow-execution", *one, "--reason", "enough"))
    history = aws.within("get-workflow-execution-history", *execution)
    assert aws(*history, "--query", "events[].eventType", "--output", "text").split() == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionTerminated",
    ]
    closed = ("--close-status-filter", "status=TERMINATED")
    listing = aws.within("list-closed-workflow-executions", *FROM_THE_BEGINNING, *closed, *query)
    assert aws(*listing) == "one"
    counting = aws.within("count-closed-workflow-executions", *FROM_THE_BEGINNING, *closed)
    assert aws(*counting, "--query", "count", "--output", "text") == "1"


def test_tasks(aws, client):
    """By the CLI alone an execution is decided, its activity done, and the result seen."""
    client.register_activity_type(domain=aws.domain, name="charge", version="1")
    client.start_workflow_execution(
        domain=aws.domain, workflowId="one", workflowType={"name": "order", "version": "1"}
    )
    decide = aws.within("poll-for-decision-task", "--task-list", "name=orders")
    task = aws.json(*decide, "--identity", "by hand")
    assert [event["eventId"] for event in task["events"]] == [1, 2, 3]
    assert task["previousStartedEventId"] == 0
    schedule = {
        "activityType": {"name": "charge", "version": "1"},
        "activityId": "charge-1",
        "taskList": {"name": "charges"},
        "input": "42",
        **dict.fromkeys(["scheduleToStartTimeout", "scheduleToCloseTimeout"], "60"),
        **dict.fromkeys(["startToCloseTimeout", "heartbeatTimeout"], "NONE"),
    }
    decision = {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": schedule,
    }
    respond = ("respond-decision-task-completed", "--task-token")
    aws(*respond, task["taskToken"], "--decisions", json.dumps([decision]))

    work = aws.json(*aws.within("poll-for-activity-task", "--task-list", "name=charges"))
    assert (work["activityId"], work["input"]) == ("charge-1", "42")
    token = ("--task-token", work["taskToken"])
    beat = aws.json("record-activity-task-heartbeat", *token, "--details", "half")
    assert beat == {"cancelRequested": False}
    aws("respond-activity-task-completed", *token, "--result", "paid")

    task = aws.json(*decide)
    assert task["previousStartedEventId"] == 3
    assert task["events"][-3]["activityTaskCompletedEventAttributes"]["result"] == "paid"
    decision = {"decisionType": "CompleteWorkflowExecution"}
    aws(*respond, task["taskToken"], "--decisions", json.dumps([decision]))
    [closed] = client.list_closed_workflow_executions(
        domain=aws.domain, startTimeFilter={"oldestDate": 0}
    )["executionInfos"]
    assert closed["closeStatus"] == "COMPLETED"

    # The paginator would fill in what an empty poll does not tell.
    empty = aws.json(*decide, "--no-paginate")
    assert empty == {"startedEventId": 0, "previousStartedEventId": 0}
    with pytest.raises(CommandError, match=r"WorkflowExecution=\[workflowId=one"):
        aws("respond-activity-task-completed", *token)


def test_pages(aws, client):
    """The CLI's paginator puts pages together, stops where it is told, and goes on from there."""
    for version in "23456":
        client.register_workflow_type(domain=aws.domain, name="order", version=version)
    listing = aws.within(
        "list-workflow-types", "--registration-status", "REGISTERED", "--page-size", "2"
    )
    versions = ("--query", "typeInfos[].workflowType.version", "--output", "text")
    pages = aws(*listing, *versions).split("\n")
    assert [page.split("\t") for page in pages] == [["1", "2"], ["3", "4"], ["5", "6"]]
    some = aws.json(*listing, "--max-items", "3")
    assert [each["workflowType"]["version"] for each in some["typeInfos"]] == ["1", "2", "3"]
    rest = aws.json(*listing, "--starting-token", some["NextToken"])
    assert [each["workflowType"]["version"] for each in rest["typeInfos"]] == ["4", "5", "6"]

    run_id = client.start_workflow_execution(
        domain=aws.domain, workflowId="one", workflowType={"name": "order", "version": "1"}
    )["runId"]
    for number in range(5):
        client.signal_workflow_execution(
            domain=aws.domain, workflowId="one", signalName=f"number-{number}"
        )
    execution = ("--execution", f"workflowId=one,runId={run_id}", "--page-size", "3")
    history = aws.json(*aws.within("get-workflow-execution-history", *execution))
    assert [event["eventId"] for event in history["events"]] == [1, 2, 3, 4, 5, 6, 7]


TOO_LONG = "x" * 257
UNSATISFIED = "failed to satisfy constraint: Member must have length less than or equal to 256"
REFUSALS = {
    "unknown-domain": (
        "describe-domain --name x",
        "UnknownResourceFault",
        "Unknown domain: x",
    ),
    "unknown-type": (
        "describe-workflow-type --domain {domain} --workflow-type name=x,version=1",
        "UnknownResourceFault",
        "Unknown type: WorkflowType=[name=x, version=1]",
    ),
    "unknown-execution": (
        "signal-workflow-execution --domain {domain} --workflow-id x --signal-name y",
        "UnknownResourceFault",
        "Unknown execution, workflowId = x",
    ),
    "unknown-run": (
        "describe-workflow-execution --domain {domain} --execution workflowId=x,runId=y",
        "UnknownResourceFault",
        "Unknown execution: WorkflowExecution=[workflowId=x, runId=y]",
    ),
    "same-domain": (
        "register-domain --name {domain} --workflow-execution-retention-period-in-days 1",
        "DomainAlreadyExistsFault",
        "{domain}",
    ),
    "same-type": (
        "register-workflow-type --domain {domain} --name order --workflow-version 1",
        "TypeAlreadyExistsFault",
        "WorkflowType=[name=order, version=1]",
    ),
    "not-deprecated": (
        "delete-workflow-type --domain {domain} --workflow-type name=order,version=1",
        "TypeNotDeprecatedFault",
        "WorkflowType=[name=order, version=1]",
    ),
    "foreign-token": (
        "record-activity-task-heartbeat --task-token x",
        "ValidationException",
        "Invalid token",
    ),
    "too-long": (
        f"describe-domain --name {TOO_LONG}",
        "ValidationException",
        f"1 validation error detected: Value '{TOO_LONG}' at 'name' {UNSATISFIED}",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(aws, case):
    """What SWF refuses, the CLI tells in SWF's words, on a command that fails."""
    command, code, message = REFUSALS[case]
    arguments = command.format(domain=aws.domain).split()
    operation = arguments[0].title().replace("-", "")
    told = f"An error occurred ({code}) when calling the {operation} operation: {message}"
    with pytest.raises(CommandError) as raised:
        aws(*arguments)
    assert raised.value.args[1] == told.format(domain=aws.domain)


def test_starting_is_refused(aws, client):
    """A second open run, a type without defaults, and a deprecated type are each told apart."""
    for version in ("bare", "old"):
        client.register_workflow_type(domain=aws.domain, name="order", version=version)
    old = {"name": "order", "version": "old"}
    client.deprecate_workflow_type(domain=aws.domain, workflowType=old)
    client.start_workflow_execution(
        domain=aws.domain, workflowId="1", workflowType={"name": "order", "version": "1"}
    )
    for version, told in {
        "1": "(WorkflowExecutionAlreadyStartedFault)",
        "bare": "(DefaultUndefinedFault)",
        "old": "(TypeDeprecatedFault)",
    }.items():
        start = ("--workflow-id", "1", "--workflow-type", f"name=order,version={version}")
        with pytest.raises(CommandError) as raised:
            aws(*aws.within("start-workflow-execution", *start))
        assert told in raised.value.args[1]
