"""`swf task-list`: what waits."""

from __future__ import annotations

import json

from cli_scene import Scene
from terminals import typed


def test_what_waits_is_counted(scene: Scene) -> None:
    """Task lists that types name are listed, others are described by name."""
    scene.start()
    scene.schedule("increment", "double")
    scene.start("other", task_list="aside")

    assert json.loads(typed("task-list", "list", "-o", "json").stdout) == [
        {"task_list": "quickstart", "decision_tasks": 0, "activity_tasks": 2}
    ]
    lines = typed("task-list", "describe", "aside", "nobody").stdout.splitlines()
    assert [line.split() for line in lines[1:]] == [["aside", "1", "0"], ["nobody", "0", "0"]]


def test_a_type_without_a_task_list_is_passed_over(scene: Scene) -> None:
    """Only lists that are named are listed."""
    typed("activity-type", "register", "bare:1")

    assert typed("task-list", "list", "-o", "id").stdout == "quickstart\n"
