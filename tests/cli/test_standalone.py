"""`swf standalone`: a workflow with processes of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminals import BASIC, typed

import swf
from swf.models import WorkflowExecution

pytestmark = pytest.mark.usefixtures("folder")


def test_a_workflow_runs_with_processes_of_its_own(swf_url: str) -> None:
    """Its result is on stdout, what happens on stderr, and the execution is as was asked."""
    ran = typed(
        *("standalone", "--domain", "TestDomain", f"{BASIC}.BasicWorkflow"),
        *("--input", "[1, 0.1]", "--endpoint-url", swf_url),
        *("--workflow-id", "one", "--tags", "a, b", "--execution-timeout", "60", "-W", "1"),
    )
    connection = swf.connect(swf_url)
    [execution] = connection.call(
        "ListClosedWorkflowExecutions",
        {"domain": "TestDomain", "startTimeFilter": {"oldestDate": 0}},
    )["executionInfos"]

    assert ran.exit_code == 0
    assert ran.stdout == "4\n"
    assert "ActivityTaskCompleted activity-examples.flow.basic.double-1" in ran.stderr
    assert execution["tagList"] == ["a", "b"]
    named = execution["execution"]
    one = WorkflowExecution(
        "TestDomain", named["workflowId"], named["runId"], connection=connection
    )
    assert one.workflow_id == "one"
    assert one.upstream().execution_start_to_close_timeout == 60


def test_a_failure_is_told_by_the_exit_code(folder: Path, swf_url: str) -> None:
    """A workflow that fails ends the command with 3, and one line; more is shown where asked."""
    (folder / "failing_flow.py").write_text(
        "from swf.flow import Workflow\n"
        "class Fails(Workflow):\n"
        "    def run(self):\n"
        "        raise ValueError('no belt')\n"
    )
    ran = typed(
        *("standalone", "-d", "TestDomain", "failing_flow", "--endpoint-url", swf_url),
        *("--display-status", "false", "-W", "1"),
    )

    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert ran.stderr == "Error: FAILED: no belt\n"


def test_it_needs_a_domain() -> None:
    """Without a domain it is a usage error."""
    ran = typed("standalone", BASIC, "--endpoint-url", "memory://")

    assert ran.exit_code == 2
    assert "no domain" in ran.stderr
