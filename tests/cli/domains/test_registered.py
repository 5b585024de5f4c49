"""`swf workflow-type` and `swf activity-type`."""

from __future__ import annotations

import json

import pytest
from cli_scene import Scene
from terminals import typed

KINDS = ("workflow-type", "activity-type")


@pytest.mark.parametrize("noun", KINDS)
def test_a_type_goes_through_its_life(scene: Scene, noun: str) -> None:
    """A type is registered, described, deprecated, taken back, and deleted for good."""
    timeout = ("--task-start-to-close-timeout", "60")
    registered = typed(
        noun, "register", "mine:1", "--task-list", "here", "--description", "My own.", *timeout
    )
    assert registered.exit_code == 0
    described = json.loads(typed(noun, "describe", "mine", "-o", "json").stdout)
    assert described["id"] == "mine:1"
    assert described["task_list"] == "here"
    assert described["task_start_to_close_timeout"] == 60
    assert typed(noun, "register", "mine:1").exit_code == 11

    assert typed(noun, "delete", "mine:1").exit_code == 1
    assert typed(noun, "deprecate", "mine").exit_code == 0
    assert typed(noun, "list", "--name", "mine", "-o", "id").stdout == ""
    assert typed(noun, "list", "-s", "deprecated", "-o", "id").stdout == "mine:1\n"
    assert typed(noun, "undeprecate", "mine:1").exit_code == 0
    assert typed(noun, "list", "--name", "mine", "-o", "id").stdout == "mine:1\n"
    assert typed(noun, "deprecate", "mine").exit_code == 0
    assert typed(noun, "delete", "mine:1").exit_code == 0
    assert typed(noun, "list", "-s", "all", "--name", "mine", "-o", "id").stdout == ""


@pytest.mark.parametrize("noun", KINDS)
def test_a_name_that_is_not_enough_is_refused(scene: Scene, noun: str) -> None:
    """A type needs a version to be registered, and one of several has to be said."""
    assert typed(noun, "register", "mine").exit_code == 2
    for version in ("1", "2"):
        typed(noun, "register", f"mine:{version}")

    several = typed(noun, "describe", "mine")
    assert several.exit_code == 2
    assert "1, 2; say mine:VERSION" in several.stderr


def test_an_unknown_type_is_put_right(scene: Scene) -> None:
    """The nearest type is suggested, by name or by name and version."""
    ran = typed("workflow-type", "describe", "basik")
    assert ran.exit_code == 10
    assert "(did you mean 'basic'?)" in ran.stderr
    wrong = typed("activity-type", "describe", "examples.basic.double:exampl")
    assert "(did you mean 'examples.basic.double:example'?)" in wrong.stderr


def test_a_type_without_defaults_is_told_of(scene: Scene) -> None:
    """A type that registers no task list is described without one."""
    typed("workflow-type", "register", "bare:1")

    described = json.loads(typed("workflow-type", "describe", "bare", "-o", "json").stdout)
    assert "task_list" not in described
