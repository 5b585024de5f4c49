"""`swf activity`: tasks of an execution, and answers to them."""

from __future__ import annotations

import json
from typing import Any

from cli_scene import WORKFLOW_ID, Scene
from terminals import typed

DOUBLE = "activity-examples.basic.double-1"


def told(*words: str) -> Any:
    """Return what a command prints as JSON."""
    ran = typed(*words, "-o", "json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_activity_tasks_are_listed_and_described(scene: Scene) -> None:
    """`list` has those scheduled last first, `--open` only what has not ended; `describe` all."""
    scene.start()
    scene.schedule("increment", "double")
    scene.complete(scene.take())

    names = [one["name"] for one in told("activity", "list", WORKFLOW_ID)]
    assert names == ["examples.basic.double", "examples.basic.increment"]
    (still,) = told("activity", "list", WORKFLOW_ID, "--open")
    assert still["id"] == DOUBLE
    described = told("activity", "describe", WORKFLOW_ID, DOUBLE)
    assert (described["state"], described["result"]) == ("scheduled", None)
    unknown = typed("activity", "describe", WORKFLOW_ID, DOUBLE[:-1])
    assert unknown.exit_code == 10
    assert f"(did you mean {DOUBLE!r}?)" in unknown.stderr


def test_a_task_is_answered_by_its_token(scene: Scene) -> None:
    """`complete`, `fail`, `cancel` and `heartbeat` answer a task that somebody holds."""
    scene.start()
    scene.schedule("increment", "double", "delay")

    assert typed("activity", "complete", scene.take(), '{"a": 1}').exit_code == 0
    assert typed("activity", "fail", scene.take(), "broken", "--details", "more").exit_code == 0
    held = scene.take()
    assert told("activity", "heartbeat", held, "--details", "1") == {"cancel_requested": False}
    assert typed("activity", "cancel", held).exit_code == 0

    listed = told("workflow", "tasks", WORKFLOW_ID)
    outcomes = {one["name"].rpartition(".")[2]: one["outcome"] for one in listed}
    assert outcomes["increment"] == '{"a":1}'
    assert "broken" in outcomes["double"]
    states = {one["name"].rpartition(".")[2]: one["state"] for one in listed}
    assert states == {"increment": "completed", "double": "failed", "delay": "canceled"}


def test_an_answer_that_is_no_json_is_refused(scene: Scene) -> None:
    """A result has to be JSON, and the refusal says how a text is said; nothing is sent."""
    scene.start()
    scene.schedule("increment")
    token = scene.take()

    refused = typed("activity", "complete", token, "done")
    assert refused.exit_code == 2
    assert told("activity", "list", WORKFLOW_ID)[0]["state"] == "started"
    assert typed("activity", "complete", token).exit_code == 0
    closed = typed("activity", "complete", token)
    assert closed.exit_code == 10


def test_the_code_of_a_task_is_run_again(scene: Scene) -> None:
    """`activity rerun` prints the result of the code that was named, and changes nothing."""
    scene.start()
    scene.schedule("increment")
    rerun = ("activity", "rerun", WORKFLOW_ID)
    task = "activity-examples.basic.increment-1"

    ran = typed(*rerun, task, "--code", "rerunnable_work")
    assert (ran.stdout, ran.exit_code) == ("2\n", 0)
    assert "runs examples.basic.increment" in ran.stderr
    assert told("activity", "list", WORKFLOW_ID)[0]["state"] == "scheduled"
    assert typed(*rerun, task).exit_code == 2  # code is never found by what a history says
    assert typed(*rerun, task, "--code", "rerunnable_wrok").exit_code == 2


def test_code_of_each_form_is_run_again(scene: Scene) -> None:
    """A coroutine is awaited, a class with `execute` does so, raw text is the one argument."""
    scene.start(input="[]")
    scene.schedule("delay", "double")
    rerun = ("activity", "rerun", WORKFLOW_ID)
    code = ("--code", "rerunnable_work")

    assert typed(*rerun, "activity-examples.basic.delay-1", *code).stdout == "1\n"
    assert typed(*rerun, DOUBLE, *code).stdout == "2\n"
