"""A workflow runs on any endpoint with processes of its own, which end with it."""

from __future__ import annotations

import io
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flow_alone
import pytest
from embedded import server_process

from swf.actors import Actor
from swf.exceptions import ActorError, ValidationError
from swf.flow import Decider, Standalone, Worker, Workflow, activity, errors, get
from swf.flow.spawned import known_to
from swf.models import Domain
from swf.transport import Transport, connect


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """In the end no process is left."""
    yield
    assert multiprocessing.active_children() == []


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Transport]:
    """An SWF on a file, in this process."""
    made = connect(f"sqlite:///{tmp_path}/alone.db")
    yield made
    made.close()


def test_deciders_and_workers_are_processes_of_their_own(connection: Transport) -> None:
    """Decisions and activities happen elsewhere, children's too, and each change is shown."""
    stream = io.StringIO()

    alone = Standalone(connection=connection, workers=1, threads=1, stream=stream)

    doubled, worked, decided, whole = alone.run(flow_alone.Whole, 21)

    assert doubled == 42
    assert len({worked, decided, os.getpid()}) == 3
    assert whole == decided
    shown = stream.getvalue()
    assert shown.count("WorkflowExecutionCompleted") == 2  # that of the child, and its own
    assert "StartChildWorkflowExecutionInitiated" in shown


def test_it_runs_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By itself it connects as everything does, to a server for one, and so do its processes."""
    with server_process("--db", "memory://", "--port", "0") as server:
        monkeypatch.setenv("SWF_ENDPOINT_URL", server.url)
        made = flow_alone.Counts.with_options(workflow_id="w")

        assert Standalone(workers=1, drain_seconds=0).run(made, 2) == 0
        assert get("w").result() == 0
    shown = capsys.readouterr().err
    assert shown.count("WorkflowExecutionStarted") == 3  # it has continued as new
    assert shown.count("WorkflowExecutionCompleted") == 1


def test_failures_come_back(connection: Transport) -> None:
    """What an activity raised in a process is raised here, of its own type."""
    with pytest.raises(LookupError, match="refused") as raised:
        Standalone(connection=connection, workers=1, quiet=True).run(flow_alone.Refused)
    assert isinstance(raised.value, errors.WorkflowFailed)


def test_actors_are_made_by_the_classes_that_are_given(connection: Transport) -> None:
    """What is given instead of Decider and Worker is called as they are; what it makes works."""
    made: list[Actor] = []

    def decider(*args: Any, **told: Any) -> Decider:
        one = Decider(*args, **told)
        made.append(one)
        return one

    def worker(*args: Any, **told: Any) -> Worker:
        one = Worker(*args, **told)
        made.append(one)
        return one

    alone = Standalone(
        connection=connection, workers=1, quiet=True, decider_class=decider, worker_class=worker
    )
    with pytest.raises(errors.WorkflowFailed):
        alone.run(flow_alone.Refused)

    assert [type(one) for one in made] == [Decider, Worker]


def test_a_script_is_its_own_module(tmp_path: Path) -> None:
    """Activities and workflows of the main module are found by the processes of it."""
    done = subprocess.run(
        [sys.executable, flow_alone.__file__, f"sqlite:///{tmp_path}/x.db"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("42\n", 0), done.stderr
    assert "flow_alone.Half" in done.stderr


def test_it_knows_what_the_module_has_by_name() -> None:
    """Known are the workflows and activities of the module and of modules that it imports."""
    workflows, activities = known_to(flow_alone.Whole)

    assert {flow_alone.Whole, flow_alone.Half, flow_alone.Refused} <= set(workflows)
    names = {one.name for one in activities}
    assert {"flow_alone.process", "flow_work.double"} <= names


@activity
def unknown_elsewhere() -> None: ...


def test_more_can_be_named(connection: Transport) -> None:
    """Activities and workflows beyond those of the module are given by name."""
    made = Standalone(
        connection=connection, activities=[unknown_elsewhere], workflows=[flow_alone.Half]
    )

    decider, worker = made._actors(flow_alone.Whole, Domain("d"), "t")
    assert unknown_elsewhere in set(worker.activities)
    assert flow_alone.Half in set(decider.workflows)


def test_what_cannot_be_sent_to_a_process_is_refused(connection: Transport) -> None:
    """A workflow that no other process can import is refused, and nothing is started."""

    class Local(Workflow):
        def run(self) -> None: ...

    with pytest.raises(ActorError, match="cannot be sent to another process"):
        Standalone(connection=connection, quiet=True).run(Local)


@pytest.mark.parametrize("options", [{"deciders": 0}, {"workers": True}])
def test_there_are_processes_of_each_kind(connection: Transport, options: dict[str, Any]) -> None:
    """At least one process decides, and one works."""
    with pytest.raises(ValidationError, match="must be 1 or more"):
        Standalone(connection=connection, quiet=True, **options).run(flow_alone.Refused)
