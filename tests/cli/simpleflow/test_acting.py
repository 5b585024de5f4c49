"""simpleflow's spelling of what starts executions, ends them and runs them again."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from cli_scene import WORKFLOW_ID, Scene
from terminals import BASIC, terminal, typed

import swf
from swf.flow import get

pytestmark = pytest.mark.usefixtures("folder")

WORKFLOW = f"{BASIC}.BasicWorkflow"


def test_a_local_run_prints_what_the_workflow_prints() -> None:
    """`workflow.start --local` prints nothing of its own."""
    ran = typed("workflow.start", "--local", WORKFLOW, "--input", "[1, 0.1]")

    assert (ran.exit_code, ran.stdout) == (0, "(1 + 1) * 2 = 4\n")


@pytest.mark.parametrize(
    "text",
    [
        "[1, 0]",
        '{"args": [1], "kwargs": {"t": 0}}',
        '{"kwargs": {"x": 1, "t": 0}}',
        '{"args": [1, 0], "kwargs": {}}',
    ],
)
def test_each_form_of_input_is_understood(text: str) -> None:
    """Positional arguments, named ones, and both."""
    assert typed("workflow.start", "--local", WORKFLOW, "--input", text).exit_code == 0


def test_three_terminals_finish_a_workflow(folder: Path, swf_url: str) -> None:
    """decider.start, worker.start and workflow.start work together as they always did."""
    where = {"SWF_ENDPOINT_URL": swf_url}
    to = ("--domain", "TestDomain")
    with (
        terminal("decider.start", *to, "--task-list", "test", WORKFLOW, cwd=folder, **where) as one,
        terminal("worker.start", *to, "--task-list", "quickstart", WORKFLOW, cwd=folder, **where),
    ):
        swf.settings.set(endpoint_url=swf_url)
        begun = typed(
            *("workflow.start", *to, "--task-list", "test", WORKFLOW, "-i", "[1, 0]"),
            *("--workflow-id", "basic-1", "--tags", "a,b", "--execution-timeout", "60"),
        )
        workflow_id, run_id = begun.stdout.split()
        handle = get(workflow_id, run_id, domain="TestDomain")
        assert handle.result(timeout=60) == 4
        assert one.interrupt(signal.SIGINT) == 0
    assert workflow_id == "basic-1"
    assert handle.execution.upstream().tag_list == ("a", "b")


def test_the_log_level_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, swf_url: str
) -> None:
    """LOG_LEVEL says how much is told."""
    swf.settings.set(endpoint_url=swf_url)
    told = {}
    for level in ("ERROR", "DEBUG"):
        monkeypatch.setenv("LOG_LEVEL", level)
        typed("workflow.start", "-d", "TestDomain", WORKFLOW, "-i", "[1, 0]")
        ran = typed("decider.start", "-d", "TestDomain", WORKFLOW, "--one-task")
        told[level] = ran.stderr
    assert "INFO swf.actors.core" not in told["ERROR"]
    assert "INFO swf.actors.core" in told["DEBUG"]


def test_an_execution_is_terminated_and_restarted(scene: Scene) -> None:
    """`workflow.restart` starts with the same input and prints the ids; an open one is refused."""
    scene.at(0)
    first = scene.start(tag_list=["blue"])

    refused = typed("workflow.restart", "TestDomain", WORKFLOW_ID)
    assert refused.exit_code == 11
    assert "is open" in refused.stderr
    assert typed("workflow.terminate", "TestDomain", WORKFLOW_ID).exit_code == 0
    ids = typed("workflow.restart", "TestDomain", WORKFLOW_ID).stdout.split()

    again = scene.domain.executions().get(WORKFLOW_ID)
    assert ids == [WORKFLOW_ID, again.run_id]
    assert again.run_id != first.run_id
    assert (again.status, again.tag_list) == ("OPEN", ("blue",))
    assert again.history().first.input == '{"args": [1], "kwargs": {}}'  # type: ignore[union-attr]


def test_an_activity_is_run_again(scene: Scene) -> None:
    """`activity.rerun` runs the code that was named with what the history tells, or with others."""
    scene.at(0)
    scene.start()
    scene.schedule("increment")
    words = ("activity.rerun", "--workflow-id", WORKFLOW_ID, "--code", "rerunnable_work")
    task = "activity-examples.basic.increment-1"

    assert typed(*words, "--activity-id", task).stdout == "2\n"
    assert typed(*words, "--scheduled-id", "5").stdout == "2\n"
    assert typed(*words, "--scheduled-id", "5", "--input", "[41]").stdout == "42\n"
    assert typed(*words).exit_code == 2
    assert typed(*words, "--scheduled-id", "4").exit_code == 10
    refused = typed(*words[:3], "--activity-id", task)
    assert refused.exit_code == 2
    assert "say --code MODULE" in refused.stderr
