"""A program that came to its end lasts while its host has something to do."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from chained import Hello, workflow
from embedded import server_process
from overheard import Overheard

from swf.clock import SystemClock
from swf.engine import Options
from swf.exceptions import ConnectionFailedError
from swf.flow.starting import Place
from swf.models import Domain
from swf.steps import configure_workflow_host
from swf.steps.lasting import Lasting
from swf.testing import connected, embedded
from swf.transport import Transport

ROOT = Path(__file__).parents[2]

PROGRAM = """
from swf.steps import *

class Hello(StepBody):
    def run(self, context):
        print("Hello world", flush=True)

class Goodbye(StepBody):
    def run(self, context):
        print("Goodbye", flush=True)
        return ExecutionResult.next()

class MyWorkflow(Workflow):
    def build(self, builder):
        {build}

host = configure_workflow_host({where})
host.register_workflow(MyWorkflow())
host.start()
wid = host.start_workflow("MyWorkflow", 1, None)
{then}
"""


def started(build: str, then: str = "", where: str = "") -> subprocess.Popen[str]:
    """Return a program that starts a workflow and comes to its end."""
    text = textwrap.dedent(PROGRAM).format(build=build, then=then, where=where)
    return subprocess.Popen(
        [sys.executable, "-c", text],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Near(Overheard):
    """A connection to an SWF of this process."""

    is_within = True


LONG = 120
"""Seconds after which something has gone wrong."""

CHAIN = "builder.start_with(Hello).delay(1).then(Goodbye)"


def test_a_program_ends_when_its_workflows_have() -> None:
    """What was started is done, though the program waits for nothing."""
    printed, errors = started(CHAIN).communicate(timeout=LONG)

    assert (printed, errors) == ("Hello world\nGoodbye\n", "")


def test_a_program_does_not_wait_for_what_nobody_can_send() -> None:
    """A workflow in memory that waits for an event, for ever, does not hold the program."""
    build = "builder.start_with(Hello).wait_for('e', lambda data, context: 'k').then(Goodbye)"

    assert started(build).communicate(timeout=LONG) == ("Hello world\n", "")


def test_an_event_that_was_published_is_waited_for() -> None:
    """What is on its way when a program comes to its end arrives."""
    build = "builder.wait_for('e', lambda data, context: 'k').then(Goodbye)"

    program = started(build, then="host.publish_event('e', 'k')")

    assert program.communicate(timeout=LONG) == ("Goodbye\n", "")


def test_a_program_that_fails_ends() -> None:
    """An error that nobody caught ends the program, whatever is at work."""
    program = started(CHAIN.replace("delay(1)", "delay(3600)"), then="raise ValueError('oh')")

    _, errors = program.communicate(timeout=LONG)

    assert program.returncode == 1
    assert errors.endswith("ValueError: oh\n")


def test_a_program_with_an_swf_elsewhere_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that others may give work to works until it is interrupted."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with server_process("--db", "memory://", "--port", "0", "--poll-seconds", "1") as server:
        build = "builder.start_with(Hello).then(Goodbye)"
        program = started(build, where=repr(server.url))
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(2)]
        ended = select.select([program.stdout], [], [], 0.5)[0]
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=LONG)

    assert lines == ["Hello world\n", "Goodbye\n"]
    assert ended == []
    assert program.returncode == 0


def test_what_is_in_a_file_is_done_too(tmp_path: Path) -> None:
    """A program with a file of its own ends when all is at rest, and what waits is kept."""
    where = repr(f"sqlite:///{tmp_path}/steps.db")

    assert started(CHAIN, where=where).communicate(timeout=LONG) == ("Hello world\nGoodbye\n", "")


def test_a_program_ends_where_nobody_can_tell_what_is_at_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An SWF that does not answer any more holds no program."""
    with embedded(clock=SystemClock(), options=Options()) as engine:
        host = configure_workflow_host(connection=connected(engine))
        host.register_workflow(workflow(lambda b: b.start_with(Hello).delay(3_600)))
        host.start_workflow("W")
        deaf = Near(connected(engine), ListOpenWorkflowExecutions=ConnectionFailedError("gone"))
        stopped: list[str] = []
        lasting = Lasting(
            Place(host.domain, deaf), running=lambda: True, stop=lambda: stopped.append("it")
        )
        lasting.last()
        lasting.end()

    assert stopped == ["it"]
    assert "nobody can tell" in caplog.text


def test_a_program_ends_where_its_host_has_ended() -> None:
    """A host that something has ended holds no program, whatever is at work elsewhere."""
    with embedded(clock=SystemClock(), options=Options()) as engine:
        host = configure_workflow_host(connection=connected(engine))
        host.register_workflow(workflow(lambda b: b.start_with(Hello).delay(3_600)))
        host.start_workflow("W")
        stopped: list[str] = []
        lasting = Lasting(
            Place(host.domain, connected(engine)),
            running=lambda: False,
            stop=lambda: stopped.append("it"),
        )
        lasting.last()
        lasting.end()

    assert stopped == ["it"]


@pytest.mark.parametrize("error", [ConnectionFailedError("gone"), ValueError("a bug")], ids=str)
def test_what_ended_a_host_is_told_at_the_end_of_the_program(
    swf_connection: Transport, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Whatever `stop` raises there, a bug or not, is a line in the log: nobody could catch it."""

    def stop() -> None:
        raise error

    place = Place(Domain("steps"), swf_connection)
    lasting = Lasting(place, running=lambda: False, stop=stop)
    lasting.last()
    lasting.end()

    assert f"the host had ended before: {type(error).__name__}: {error}" in caplog.text
