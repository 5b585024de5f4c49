"""The command lines of simpleflow's introduction, typed into shells, each a process of its own."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from terminals import PATIENCE_SECONDS, ROOT, terminal

BASIC = """
import time
from swf.flow import Workflow, activity, futures

@activity.with_attributes(task_list='quickstart', version='example')
def increment(x):
    return x + 1

@activity.with_attributes(task_list='quickstart', version='example')
def double(x):
    return x * 2

@activity.with_attributes(task_list='quickstart', version='example')
def delay(t, x):
    time.sleep(t)
    return x

class BasicWorkflow(Workflow):
    name = 'basic'
    version = 'example'
    task_list = 'example'

    def run(self, x, t=0.1):
        y = self.submit(increment, x)
        yy = self.submit(delay, t, y)
        z = self.submit(double, y)

        print('({x} + 1) * 2 = {result}'.format(x=x, result=z.result))
        futures.wait(yy, z)
        return z.result
"""
"""Its program, with other import lines and the syntax of Python 3; the pause is a shorter one."""

WORKFLOW = "examples.basic.BasicWorkflow"
TO = "--domain TestDomain"
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"
MINUTE = r"\d{4}-\d\d-\d\d \d\d:\d\d"
SECONDS = r"\d+\.\d\d"

Shell = Callable[[str], str]


@pytest.fixture(params=["served", "embedded"])
def shell(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """What types a line in the folder of the program, on an SWF of a server or of a file."""
    (folder / "examples").mkdir()
    (folder / "examples" / "basic.py").write_text(BASIC)
    if request.param == "served":
        monkeypatch.setenv("SWF_ENDPOINT_URL", request.getfixturevalue("swf_url"))
    else:
        monkeypatch.setenv("SWF_ENDPOINT_URL", f"sqlite:///{folder}/swf.db")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def typed(line: str) -> str:
        script = f'swf() {{ {shlex.quote(sys.executable)} -m swf "$@"; }}; {line}'
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert ran.returncode == 0, f"$ {line}\n{ran.stdout}{ran.stderr}"
        return ran.stdout

    return typed


def cells(line: str) -> list[str]:
    return re.split(r" {2,}", line)


@pytest.mark.parametrize("shell", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    "text", ["[1, 0.1]", '{"args": [1], "kwargs": {}}', '{"kwargs": {"x": 1}}', "1"]
)
def test_a_local_run(shell: Shell, text: str) -> None:
    """`workflow.start --local` prints what the program prints, for each form of --input."""
    line = f"swf workflow.start --local {WORKFLOW} --input {shlex.quote(text)}"

    assert shell(line) == "(1 + 1) * 2 = 4\n"


def test_a_standalone_run(shell: Shell) -> None:
    """`standalone` has decider, workers and start in one; the result is what it prints."""
    printed = shell(f"swf standalone {TO} {WORKFLOW} --input '[1, 0.1]'")

    assert printed.splitlines()[-1] == "4"
    listed = shell("swf workflow.list TestDomain --status closed")
    assert cells(listed.strip())[1:] == ["basic", "CLOSED"]


def test_the_whole_overview(shell: Shell, folder: Path) -> None:
    """A decider and a worker in terminals of their own, and every command that looks at it."""
    where = (*TO.split(), "--task-list")
    decider = ("decider.start", *where, "test", WORKFLOW)
    with terminal(*decider, cwd=folder, LOG_LEVEL="DEBUG") as deciding:
        deciding.await_text("starts with")
        begun = shell(f"swf workflow.start {TO} --task-list test --input '[1]' {WORKFLOW}")
        workflow_id, run_id = begun.split()
        named = f"TestDomain {workflow_id}"
        deciding.await_text("task answered")

        assert shell("swf workflow.list TestDomain") == f"{workflow_id}  basic  OPEN\n"
        header, task = shell(f"swf --header workflow.tasks {named}").splitlines()
        assert cells(header) == ["Tasks", "Last State", "Last State Time", "Scheduled Time"]
        assert re.fullmatch(rf"examples\.basic\.increment  scheduled   {MOMENT}  {MOMENT}", task)

        with terminal("worker.start", *where, "quickstart", WORKFLOW, cwd=folder):
            assert shell(f"swf workflow result -d {named}") == "4\n"
        told = deciding.text
        assert deciding.interrupt() == 0
    assert f" DEBUG swf.flow.decider: {workflow_id}: decides ScheduleActivityTask\n" in told
    assert f"{workflow_id}: decides CompleteWorkflowExecution\n" in told

    tasks = shell(f"swf --header workflow.tasks {named} {run_id} --nb-tasks 3").splitlines()
    assert [cells(one)[:2] for one in tasks[1:]] == [
        [f"examples.basic.{name}", "completed"] for name in ("double", "delay", "increment")
    ]
    header, info = map(cells, shell(f"swf --header workflow.info {named}").splitlines())
    assert header == [
        *("domain", "workflow_type.name", "workflow_type.version", "task_list", "workflow_id"),
        *("run_id", "tag_list", "execution_time", "input"),
    ]
    assert info[:7] == ["TestDomain", "basic", "example", "test", workflow_id, run_id, "-"]
    assert re.fullmatch(SECONDS, info[7])
    assert info[8] == "{'args': [1], 'kwargs': {}}"

    header, *profile = shell(f"swf --header workflow.profile {named}").splitlines()
    assert cells(header) == [
        *("Task", "Last State", "Scheduled", "Time Scheduled", "Start", "Time Running", "End"),
        "Percentage of total time",
    ]
    row = (
        rf"activity-examples\.basic\.(\w+)-1 +completed +{MINUTE} +{SECONDS} +{MINUTE}"
        rf" +{SECONDS} +{MINUTE} +{SECONDS}"
    )
    names = [found[1] for one in profile if (found := re.fullmatch(row, one))]
    assert sorted(names) == ["delay", "double", "increment"]
    assert json.loads(shell(f"swf --format json workflow.info {named}"))[0]["input"] == {
        "args": [1],
        "kwargs": {},
    }
