"""What users of other command lines for SWF complain of is not so here: the rules, one by one.

Others are proved where they belong: closed executions are found without a run id, histories are
printed whole, `--header` counts everywhere (`test_simpleflow`); a newcomer is led
(`test_newcomer`); nobody polls (`test_doctor`); data is there after a restart (`test_server`).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import click
import pytest
from cli_scene import DOMAIN, WORKFLOW_ID, Scene
from terminals import BASIC, PATIENCE_SECONDS, terminal, typed

WHOLE = """
from swf.flow import Workflow, activity

tries = []

@activity(retry=1)
def shaky():
    tries.append(1)
    if len(tries) < 2:
        raise ValueError("not yet")
    return "steady"

@activity(start_to_close_timeout=1, raises_on_failure=False)
def endless():
    import time
    time.sleep(1.5)

class Child(Workflow):
    def run(self, x):
        return x + 1

class Whole(Workflow):
    def run(self, round=1):
        if round == 1:
            self.continue_as_new(2)
        self.start_timer(1, timer_id="short").result
        self.signal("go", 5)
        got = self.wait_signal("go").result
        late = self.submit(endless)
        child = self.submit(Child, 1).result
        steady = self.submit(shaky).result
        return [child, steady, late.result, got is not None]
"""


def test_a_local_run_has_all_that_a_workflow_may_have(folder: Path) -> None:
    """Children, timers, signals, retries, time-outs and continuing as new work locally."""
    (folder / "whole.py").write_text(WHOLE)

    ran = typed("run", "whole.Whole")

    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout) == [2, "steady", None, True]
    assert typed("workflow.start", "--local", "whole.Whole").exit_code == 0


@pytest.mark.parametrize("command", [("list",), ("count",), ("info", WORKFLOW_ID)])
def test_the_domain_is_told_in_one_way(
    scene: Scene, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-d` may stand before a command or after it, and SWF_DOMAIN stands for it, all alike."""
    scene.begin()
    told = typed("workflow", *command)
    monkeypatch.delenv("SWF_DOMAIN")

    assert told.exit_code == 0
    assert typed("workflow", *command).exit_code == 2
    for words in (
        ("-d", DOMAIN, "workflow", *command),
        ("workflow", *command, "-d", DOMAIN),
        ("workflow", *command, "--domain", DOMAIN),
    ):
        assert typed(*words).stdout == told.stdout


def test_columns_are_chosen_and_sorted(scene: Scene) -> None:
    """`--query` picks, sorts and cuts what is listed, in every format."""
    scene.play()
    tasks = ("workflow", "tasks", WORKFLOW_ID, "--query", "sort_by(@, &name)[:2].[name, state]")

    assert typed(*tasks, "-o", "csv").stdout == (
        "examples.basic.delay,completed\nexamples.basic.double,completed\n"
    )
    drawn = typed(*tasks, "-o", "table", "--color", "always").stdout
    assert [line.split() for line in click.unstyle(drawn).splitlines()] == [
        ["examples.basic.delay", "completed"],
        ["examples.basic.double", "completed"],
    ]
    named = ("workflow", "tasks", WORKFLOW_ID, "--query", "[].{activity: name}", "-o", "csv")
    assert typed(*named).stdout.splitlines()[:2] == ["activity", "examples.basic.double"]
    assert json.loads(typed(*tasks, "-o", "json").stdout)[1] == [
        "examples.basic.double",
        "completed",
    ]


@pytest.mark.parametrize("word", ["0", "false", "no", "off"])
def test_a_word_for_no_means_no(folder: Path, swf_url: str, word: str) -> None:
    """What is switched off, by whichever word, is off."""
    ran = typed(
        *("standalone", BASIC, "-i", "[1, 0]", "-d", "shop", "--endpoint-url", swf_url),
        *("-W", "1", "--display-status", word),
    )

    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "4\n", "")


def test_a_process_that_dies_is_replaced_at_once(folder: Path, swf_url: str) -> None:
    """A child that is killed has a successor right away, and a stop takes no pause either."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    with terminal("decider", "start", BASIC, "-N", "1", "-vv", *where, cwd=folder) as decider:
        begun = _begin(swf_url, "one")
        decider.await_text(f"{begun}: decides")
        child = _child_of(decider.process.pid)
        os.kill(child, signal.SIGKILL)
        decider.await_text(f"process {child} ended (exit code -9); another starts in 0.0 s")
        later = _begin(swf_url, "two")
        decider.await_text(f"{later}: decides")
        asked = time.monotonic()
        assert decider.interrupt() == 0
    assert time.monotonic() - asked < PATIENCE_SECONDS / 4


def test_what_polls_outlives_an_endpoint_that_is_away(folder: Path) -> None:
    """Nobody there is a line now and then, with what it was, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = ("-d", "shop", "--endpoint-url", f"http://127.0.0.1:{port}")
    ran = typed("workflow", "list", *where)

    assert ran.exit_code == 14
    assert ran.stderr.count("\n") == 1
    assert "Traceback" not in ran.stderr


def test_the_error_of_a_decision_is_shown(scene: Scene, folder: Path) -> None:
    """A program that cannot go on is told of by the doctor and the tree, with its error."""
    (folder / "broken.py").write_text(
        "from swf.flow import Workflow\n"
        "class Broken(Workflow):\n"
        "    name, version, task_list = 'basic', 'example', 'quickstart'\n"
        "    def run(self, *args, **kwargs):\n"
        "        self.start_timer(1).result\n"
    )
    scene.at(0)
    scene.start()
    scene.schedule("increment")
    scene.complete(scene.take())
    from_now = typed("workflow", "replay", WORKFLOW_ID, "--code", "broken")

    assert from_now.exit_code == 15
    assert "Traceback" not in from_now.stderr
    assert "increment" in from_now.stdout + from_now.stderr


def test_nothing_is_imported_by_a_name_that_came_from_swf(scene: Scene, folder: Path) -> None:
    """A module that a history names is run only where the command line names it, too."""
    (folder / "examples.py").write_text("raise SystemExit('imported')\n")
    scene.at(0)
    scene.start()
    scene.schedule("increment")

    ran = typed("activity.rerun", "--workflow-id", WORKFLOW_ID, "--scheduled-id", "5")

    assert ran.exit_code == 2
    assert "imported" not in ran.stdout


def _begin(url: str, workflow_id: str) -> str:
    words = ("workflow.start", BASIC, "-i", "[1, 0]", "--workflow-id", workflow_id)
    assert typed(*words, "-d", "shop", "--endpoint-url", url).exit_code == 0
    return workflow_id


def _child_of(parent: int) -> int:
    """Return the process that a command has spawned to poll."""
    for listed in Path("/proc").glob(f"{parent}/task/*/children"):
        for child in map(int, listed.read_text().split()):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    raise AssertionError(f"process {parent} has no child that polls")
