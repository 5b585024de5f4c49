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


def test_a_repair_does_what_is_left(folder: Path, swf_url: str) -> None:
    """What the earlier run has completed is not done again, unless it is forced."""
    where = ("-d", "TestDomain", "--endpoint-url", swf_url)
    begin = ("standalone", "repairable_work", *where, "-W", "1")

    failed = typed(*begin, "-i", '["a", "b"]', "--workflow-id", "first")
    (folder / "mended").touch()
    repaired = typed(*begin, "--repair", "first")
    once = [(folder / name).read_text() for name in "ab"]
    typed(*begin, "--repair", "first", "--force-activities", r"repairable_work\.count")
    twice = [(folder / name).read_text() for name in "ab"]
    other = typed(*begin, "--repair", "first", "-i", '["c", "b"]')

    assert (failed.exit_code, repaired.exit_code, other.exit_code) == (3, 0, 0)
    assert repaired.stdout == '[\n  "a",\n  "b"\n]\n'
    assert (once, twice) == ([".", "."], ["..", ".."])
    assert (folder / "c").read_text() == "."
    assert (folder / "b").read_text() == ".."


FAMILY = """
from pathlib import Path
from swf.flow import Workflow, activity

@activity
def count(name):
    with Path(name).open("a") as file:
        file.write(".")
    if name == "last" and not Path("mended").exists():
        raise ValueError("not mended")
    return name.upper()

class Child(Workflow):
    def run(self, name):
        return self.submit(count, name).result

class Parent(Workflow):
    def run(self, *names):
        return [self.submit(Child, name).result for name in names]
"""


@pytest.mark.parametrize("words", ["", " "])
def test_a_repair_is_of_a_run(folder: Path, words: str) -> None:
    """No words name no run."""
    ran = typed("standalone", "examples.flow.basic", "--repair", words)

    assert ran.exit_code == 2
    assert "say a workflow id" in ran.stderr


def test_a_repair_does_no_child_again_that_was_completed(folder: Path, swf_url: str) -> None:
    """A child that was completed gives its result at once; one that failed runs again."""
    (folder / "family.py").write_text(FAMILY)
    begin = ("standalone", "-d", "TestDomain", "family.Parent", "--endpoint-url", swf_url)

    failed = typed(*begin, "-W", "1", "-i", '["first", "last"]', "--workflow-id", "one")
    (folder / "mended").touch()
    repaired = typed(*begin, "-W", "1", "--repair", "one", "--workflow-id", "two")
    once = (folder / "first").read_text()
    typed(*begin, "-W", "1", "--repair", "one", "--force-activities", r"family\.Child")

    assert (failed.exit_code, repaired.exit_code) == (3, 0)
    assert repaired.stdout == '[\n  "FIRST",\n  "LAST"\n]\n'
    assert (once, (folder / "first").read_text()) == (".", "..")
    assert (folder / "last").read_text() == "..."


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--force-activities", "x"), "goes with --repair"),
        (("--repair", "one", "--force-activities", "["), "is no regular expression"),
    ],
)
def test_what_cannot_be_forced_is_refused(words: tuple[str, ...], complaint: str) -> None:
    """A pattern without a repair, and what is no pattern, are usage errors."""
    ran = typed("standalone", BASIC, "-d", "x", "--endpoint-url", "memory://", *words)

    assert ran.exit_code == 2
    assert complaint in ran.stderr


def test_it_needs_a_domain() -> None:
    """Without a domain it is a usage error."""
    ran = typed("standalone", BASIC, "--endpoint-url", "memory://")

    assert ran.exit_code == 2
    assert "no domain" in ran.stderr
