"""What code declares, beside what is registered."""

from __future__ import annotations

import json
from typing import Any

from cli_scene import Scene
from terminals import BASIC, typed

from swf.models import ActivityType, WorkflowType

INCREMENT = "examples.flow.basic.increment"


def told(*words: str, code: int = 0) -> list[dict[str, Any]]:
    """Return what a command prints as JSON."""
    ran = typed(*words, "-o", "json")
    assert ran.exit_code == code, ran.output
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def test_what_is_missing_is_registered(scene: Scene) -> None:
    """`sync` registers what is not there as a worker would; then `diff` finds all the same."""
    assert {row["state"] for row in told("activity-type", "diff", BASIC, code=1)} == {"missing"}

    done = told("activity-type", "sync", BASIC)

    assert {row["state"] for row in done} == {"registered"}
    assert f"{INCREMENT}:example" in {row["type"] for row in done}
    assert {row["state"] for row in told("activity-type", "diff", BASIC)} == {"same"}
    assert {row["state"] for row in told("activity-type", "sync", BASIC)} == {"same"}
    assert ActivityType(scene.domain, INCREMENT, "example").upstream().task_list == "quickstart"


def test_what_differs_is_told_and_left_as_it_is(scene: Scene) -> None:
    """A type that is registered otherwise is shown field by field; the exit code is 1."""
    other = WorkflowType(scene.domain, "other", "1")
    told("workflow-type", "sync", BASIC, code=1)  # its type is there, with other defaults

    rows = told("workflow-type", "diff", BASIC, code=1)
    fields = {row["field"]: (row["declared"], row["registered"]) for row in rows}

    assert {row["state"] for row in rows} == {"differs"}
    assert fields["execution_start_to_close_timeout"][1] == 3600
    assert "have the code say another version" in typed("workflow-type", "sync", BASIC).stderr
    assert not other.exists


def test_a_deprecated_type_is_told(scene: Scene) -> None:
    """What is deprecated is neither the same nor registered anew."""
    told("activity-type", "sync", INCREMENT)
    ActivityType(scene.domain, INCREMENT, "example").deprecate()

    assert told("activity-type", "diff", INCREMENT, code=1)[0]["state"] == "deprecated"
    assert "undeprecate it" in typed("activity-type", "sync", INCREMENT).stderr


def test_code_that_is_not_there_is_refused(scene: Scene) -> None:
    """A module that cannot be found registers nothing."""
    ran = typed("activity-type", "sync", "examples.flow.basics")

    assert ran.exit_code == 2
    assert len(ran.stderr.splitlines()) == 1
    assert scene.domain.exists
