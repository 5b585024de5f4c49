"""`swf task-list`: what waits, and for whom."""

from __future__ import annotations

import json

import pytest
from cli_scene import Scene
from terminals import typed

from swf.cli.domains.task_list import row


def test_what_waits_is_counted(scene: Scene) -> None:
    """Task lists with tasks or types are listed, others are described by name."""
    scene.at(0)
    scene.start()
    scene.schedule("increment", "double")
    scene.start("other", task_list="aside")
    typed("activity-type", "register", "rare:1", "--task-list", "rare")

    lines = typed("task-list", "list", "--no-header").stdout.splitlines()
    assert [line.split()[:5:2] for line in lines] == [
        ["aside", "0", "0"],
        ["quickstart", "1", "0"],
        ["rare", "0", "0"],
    ]
    (quick, nobody) = json.loads(
        typed("task-list", "describe", "quickstart", "nobody", "-o", "json").stdout
    )
    assert (quick["decision_tasks"], quick["activity_tasks"]) == (0, 2)
    assert quick["oldest"] == "2015-08-04T23:04:33+00:00"
    assert (nobody["decision_tasks"], nobody["oldest"], nobody["pollers"]) == (0, None, [])


def test_who_polls_is_told_where_it_can_be(scene: Scene) -> None:
    """The embedded SWF tells who has polled a list; of another it is not made up."""
    scene.at(0)
    scene.start()
    polled = {"domain": "TestDomain", "taskList": {"name": "quickstart"}, "identity": "me"}
    scene.connection.call("PollForDecisionTask", polled)

    (quick,) = json.loads(typed("task-list", "describe", "quickstart", "-o", "json").stdout)
    assert (quick["deciders"], quick["workers"], quick["pollers"]) == (1, 0, ["me"])
    elsewhere = row(scene.domain, "quickstart", None)
    assert (elsewhere["deciders"], elsewhere["workers"], elsewhere["pollers"]) == (None,) * 3


def test_a_type_without_a_task_list_is_passed_over(scene: Scene) -> None:
    """Only lists that are named are listed."""
    typed("activity-type", "register", "bare:1")

    assert typed("task-list", "list", "-o", "id").stdout == "quickstart\n"


@pytest.mark.parametrize("verb", ["list", "describe"])
def test_an_unknown_domain_is_told(scene: Scene, verb: str) -> None:
    """A domain that is not there is exit code 10."""
    words = ("x",) if verb == "describe" else ()
    assert typed("task-list", verb, *words, "-d", "nowhere").exit_code == 10
