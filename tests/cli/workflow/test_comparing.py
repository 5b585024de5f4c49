"""Two executions side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_scene import WORKFLOW_ID, Scene, scheduled, timer
from terminals import typed


def told(*words: str | Path, code: int) -> dict[str, Any]:
    """Return what `workflow diff` prints as JSON."""
    ran = typed("workflow", "diff", *words, "-o", "json")
    assert ran.exit_code == code, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def played(scene: Scene, workflow_id: str, result: str = "2", **options: Any) -> None:
    """Have an execution of one activity, which fails once."""
    scene.start(workflow_id, **options)
    scene.decide(scheduled("increment", "a"), timer("pause", 60))
    scene.fail(scene.take(), "ValueError")
    scene.decide(scheduled("increment", "a"))
    scene.complete(scene.take(), result)
    scene.close(result)


def test_alike_is_exit_code_0(scene: Scene) -> None:
    """Two executions of the same input that went alike do not differ, whoever took how long."""
    played(scene, "one")
    scene.at(500)
    played(scene, "other")

    found = told("one", "other", code=0)

    assert (found["equal"], found["differences"], found["parting"]) == (True, [], None)
    assert typed("workflow", "diff", "one", "one").exit_code == 0


def test_each_difference_is_told(scene: Scene) -> None:
    """Input, result, the tasks that ended otherwise, and those that only one has, are rows."""
    played(scene, "one")
    scene.start("other", input='{"args": [7], "kwargs": {}}')
    scene.decide(scheduled("increment", "a"))
    scene.complete(scene.take(), "8")
    scene.decide(scheduled("double", "b"))

    found = told("one", "other", code=1)
    rows = {(row["what"], row["field"]): (row["a"], row["b"]) for row in found["differences"]}

    assert rows["execution", "state"] == ("completed", "started")
    assert rows["execution", "input"][1] == '{"args": [7], "kwargs": {}}'
    assert rows["activity a", "attempts"] == (2, 1)
    assert rows["activity a", "result"] == ("2", "8")
    assert rows["activity b", "only in one"] == (None, "scheduled")
    assert rows["timer pause", "only in one"] == ("started", None)
    assert found["parting"]["event_id_a"] == 1
    assert found["parting"]["a"].startswith("WorkflowExecutionStarted input=")


def test_the_first_event_that_differs_is_shown(scene: Scene) -> None:
    """Beside the rows, a table ends with where the histories part."""
    played(scene, "one", "2")
    played(scene, "other", "3")

    lines = typed("workflow", "diff", "one", "other").stdout.splitlines()

    assert lines[0].split() == ["what", "field", "a:", "one", "b:", "other"]
    assert lines[-1].split("  ")[0] == "first event"
    assert "ActivityTaskCompleted a result=2" in lines[-1]
    assert "ActivityTaskCompleted a result=3" in lines[-1]


def test_how_long_tasks_ran_counts_where_asked_for(scene: Scene) -> None:
    """Durations differ only with `--times`."""
    for workflow_id, seconds in (("one", 1), ("other", 5)):
        scene.start(workflow_id)
        scene.schedule("increment")
        token = scene.take()
        scene.clock.advance(seconds)
        scene.complete(token)
        scene.close()

    told("one", "other", code=0)
    (row,) = told("one", "other", "--times", code=1)["differences"]
    assert (row["field"], row["a"], row["b"]) == ("ran_seconds", 1.0, 5.0)


def test_runs_and_files_are_sides_as_well(scene: Scene, tmp_path: Path) -> None:
    """A side is a workflow id, one with a run id behind a slash, or a history in a file."""
    scene.play()
    run_id = next(iter(scene.domain.executions())).run_id
    file = tmp_path / "one.json"
    typed("workflow", "export", WORKFLOW_ID, "--to", file)

    assert told(f"{WORKFLOW_ID}/{run_id}", "--file", file, code=0)["equal"]
    assert told("--file", file, "--file", file, code=0)["equal"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 2, "say two: workflow ids, or --file; 0 given"),
        ((WORKFLOW_ID,), 2, "1 given"),
        ((WORKFLOW_ID, "basic-example-143872227"), 10, "(did you mean"),
        ((WORKFLOW_ID, "--file", "none.json"), 10, "there is no such file"),
        ((WORKFLOW_ID, "--file", __file__), 2, "--file"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    scene: Scene, words: tuple[str, ...], code: int, message: str
) -> None:
    """What is wrong with a side is told in one line."""
    scene.begin()

    ran = typed("workflow", "diff", *words)

    assert ran.exit_code == code, ran.output
    assert message in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
