"""Deciders and workers in threads and in processes of their own: begun, replaced, ended."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import greenlet
import pytest
from chaos_judge import members
from embedded import ROOT

from swf.clock import SystemClock
from swf.engine import Options
from swf.flow import Decider, Worker, Workflow, activity, start
from swf.testing import connected, embedded
from swf.transport import Transport

SECONDS = 60
DOMAIN = "d"
TASK_LIST = "default"
ENDED: list[int] = []


@activity
def increment(x: int) -> int:
    return x + 1


class Sums(Workflow):
    """Adds one, step by step."""

    name = "sums"

    def run(self, x: int, steps: int = 2) -> int:
        for _ in range(steps):
            x = self.submit(increment, x).result
        return x


class Sleeps(Workflow):
    """Waits for a signal."""

    name = "sleeps"

    def run(self, x: int) -> int:
        try:
            return self.wait_signal("go").result
        finally:
            ENDED.append(x)


@pytest.fixture
def connection() -> Iterator[Transport]:
    """A connection to an SWF in memory that lives in real time and holds polls."""
    with embedded(clock=SystemClock(), options=Options(poll_seconds=5)) as engine:
        yield connected(engine)


def decider(connection: Transport, **more: Any) -> Decider:
    return Decider([Sums, Sleeps], TASK_LIST, domain=DOMAIN, connection=connection, **more)


def worker(connection: Transport) -> Worker:
    return Worker([increment], TASK_LIST, domain=DOMAIN, connection=connection)


def until(reached: Callable[[], object]) -> None:
    """Return once it is so."""
    deadline = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def others(gone: int) -> list[int]:
    """Return the child processes but this one."""
    return [one.pid for one in multiprocessing.active_children() if one.pid != gone]


def replay_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "swf-replay"}


def greenlets() -> int:
    """Return how many greenlets wait in the middle of what they run."""
    gc.collect()
    return sum(
        isinstance(one, greenlet.greenlet) and one.gr_frame is not None for one in gc.get_objects()
    )


def test_many_threads_decide_and_work_together(connection: Transport) -> None:
    """However many threads poll, programs run in one, and all of them end right."""
    others = replay_threads()
    deciding, working = decider(connection), worker(connection)
    deciding.start(threads=6, block=False)
    working.start(threads=6, block=False)

    handles = [start(Sums, x, 4, domain=DOMAIN, connection=connection) for x in range(30)]
    results = [handle.result(SECONDS) for handle in handles]

    assert results == [x + 4 for x in range(30)]
    assert len(replay_threads() - others) == 1
    for actor in (deciding, working):
        actor.stop()
        assert actor.join(SECONDS)
    assert deciding.counts["tasks"] == deciding.counts["completed"]
    deciding.close()


def test_a_decider_can_be_stopped_and_started_again(connection: Transport) -> None:
    """`stop` ends the polls, `join` waits for that; started again, it goes on with its runs."""
    deciding = decider(connection)
    handle = start(Sleeps, 1, domain=DOMAIN, connection=connection)
    deciding.start(block=False)
    assert deciding.running
    until(lambda: deciding.counts.get("answered"))

    deciding.stop()
    assert deciding.join(SECONDS)
    assert not deciding.running
    assert ENDED == []

    deciding.start(block=False)
    handle.signal("go", 7)
    assert handle.result(SECONDS) == 7
    assert ENDED == [1]
    deciding.stop()
    deciding.join()
    deciding.close()


def test_a_closed_decider_leaves_nothing_behind(connection: Transport) -> None:
    """`close` ends the runs that are held, and the thread that ran them."""
    before, others = greenlets(), replay_threads()
    deciding = decider(connection)
    for x in range(5):
        start(Sleeps, x, domain=DOMAIN, connection=connection)
    for _ in range(5):
        deciding.work()
    assert greenlets() > before

    deciding.close()

    assert sorted(ENDED) == [0, 1, 2, 3, 4]
    assert greenlets() == before
    assert replay_threads() <= others


def test_a_process_that_dies_is_replaced_at_once(connection: Transport) -> None:
    """Within a tenth of a second another process is started; executions go on."""
    deciding = decider(connection)
    found: list[float] = []
    while len(found) < 3 and not (found and min(found) < 0.1):  # machines are busy at times
        deciding.start(processes=1, block=False)
        until(multiprocessing.active_children)
        [child] = multiprocessing.active_children()
        handle = start(Sums, 1, 0, domain=DOMAIN, connection=connection)
        assert handle.result(SECONDS) == 1
        began = time.monotonic()
        os.kill(child.pid, signal.SIGKILL)
        until(partial(others, child.pid))
        found.append(time.monotonic() - began)
        handle = start(Sums, 2, 0, domain=DOMAIN, connection=connection)
        assert handle.result(SECONDS) == 2
        deciding.stop()
        assert deciding.join(SECONDS)
        assert deciding.counts["processes_replaced"] == 1
    assert min(found) < 0.1


def test_a_process_that_is_killed_at_birth_is_replaced_too(connection: Transport) -> None:
    """A child that is killed before it has begun tells nothing about the next one."""
    deciding = decider(connection)
    deciding.start(processes=1, block=False)
    until(multiprocessing.active_children)
    [child] = multiprocessing.active_children()

    os.kill(child.pid, signal.SIGKILL)

    handle = start(Sums, 1, 0, domain=DOMAIN, connection=connection)
    assert handle.result(SECONDS) == 1
    deciding.stop()
    assert deciding.join(SECONDS)
    assert deciding.counts["processes_replaced"] == 1


PROGRAM = """
import json
import os
import sys

import swf
from swf.flow import Decider, Worker, Workflow, activity, start


@activity
def where(x):
    return [os.getpid(), x + 1]


class Where(Workflow):
    def run(self, x):
        decided = self.side_effect(os.getpid)
        return [Where.name, where.name, decided, *self.submit(where, x).result]


if __name__ == "__main__":
    connection = swf.connect(sys.argv[1])
    decider = Decider(Where, domain="d", connection=connection)
    worker = Worker([where], domain="d", connection=connection)
    if len(sys.argv) > 2:
        print("up", flush=True)
        {"decider": decider, "worker": worker}[sys.argv[2]].start(processes=2)
        print("drained", flush=True)
    else:
        decider.start(processes=2, block=False)
        worker.start(processes=2, block=False)
        handles = [start(Where, x, domain="d", connection=connection) for x in range(8)]
        print(json.dumps([os.getpid(), [handle.result(60) for handle in handles]]))
        for actor in (decider, worker):
            actor.stop()
            actor.join()
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Runs a program that declares workflow and activity itself, in a session of its own."""
    path = tmp_path / "wherever.py"
    path.write_text(PROGRAM)
    begun: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        begun.append(
            subprocess.Popen(
                [sys.executable, str(path), *arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        return begun[-1]

    yield run
    for one in begun:
        with suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGKILL)
        one.communicate(timeout=SECONDS)


def test_what_a_program_declares_itself_runs_in_processes(
    program: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Workflows and activities of the main module run in child processes, by the file's name."""
    run = program(f"sqlite:///{tmp_path}/swf.db")

    output, errors = run.communicate(timeout=SECONDS)

    assert run.returncode == 0, errors
    parent, results = json.loads(output)
    for x, (workflow, task, decided, worked, result) in enumerate(results):
        assert (workflow, task, result) == ("wherever.Where", "wherever.where", x + 1)
        assert len({parent, decided, worked}) == 3
    until = time.monotonic() + SECONDS
    while members({run.pid}):  # what watches over shared resources goes a moment after its program
        assert time.monotonic() < until


@pytest.mark.parametrize("kind", ["decider", "worker"])
def test_a_signal_drains_all_processes(
    program: Callable[..., subprocess.Popen[str]], swf_url: str, kind: str
) -> None:
    """SIGTERM has a decider, or a worker, and its processes end in good order."""
    run = program(swf_url, kind)
    until(lambda: len(members({run.pid})) >= 3)

    run.terminate()

    output, errors = run.communicate(timeout=SECONDS)
    assert (run.returncode, output.split()) == (0, ["up", "drained"]), errors
    until(lambda: members({run.pid}) == [])


@pytest.mark.parametrize("kind", ["decider", "worker"])
def test_processes_do_not_outlive_the_one_that_began_them(
    program: Callable[..., subprocess.Popen[str]], swf_url: str, kind: str
) -> None:
    """Where a decider, or a worker, is killed, its processes end by themselves."""
    run = program(swf_url, kind)
    until(lambda: len(members({run.pid})) >= 3)

    run.kill()

    until(lambda: members({run.pid}) == [])


@pytest.fixture(autouse=True)
def cleared() -> None:
    """Each test begins with nothing noted."""
    ENDED.clear()
