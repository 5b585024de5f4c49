"""Pollers in processes of their own: started, drained, replaced, and never left behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shops import Shop

import swf
from swf.actors import Actor, Decider
from swf.actors.processes import portable
from swf.exceptions import AccessDeniedFault, ActorError, NotPicklableError
from swf.models import Domain
from swf.models.decision import ScheduleActivityTask
from swf.transport import default_connection
from tests.actors.given import InstantClock
from tests.actors.spawned import Charging, LeapingClock, Overrun, Spawned, StillClock, Unborn

SECONDS = 60


def until(condition: Callable[[], object]) -> None:
    """Return once the condition holds; other processes make it so in their own time."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def pids(folder: Path) -> list[int]:
    """The ids of the processes that have polled."""
    return [int(mark.name) for mark in folder.iterdir()]


def runs(pid: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for marks; in the end, no child process is left."""
    made = tmp_path / "pids"
    made.mkdir()
    yield made
    assert multiprocessing.active_children() == []


def test_children_poll_and_drain(folder: Path) -> None:
    """As many processes poll as were asked for; `stop` drains them and their counts come in."""
    actor = Spawned(folder, "idle")
    actor.start(processes=2, threads=2, block=False)
    until(lambda: len(pids(folder)) == 2)
    assert os.getpid() not in pids(folder)

    actor.stop()

    assert actor.join(SECONDS) is True
    assert actor.counts["polls"] >= 2
    assert not any(map(runs, pids(folder)))


def test_what_ends_a_child_is_raised_here(folder: Path) -> None:
    """An error that will not pass travels from the child to the caller of `start`."""
    with pytest.raises(AccessDeniedFault, match="PollForDecisionTask: no"):
        Spawned(folder, "denied").start(processes=2)


def test_an_error_that_cannot_travel_is_told_in_words(folder: Path) -> None:
    """An error that cannot be pickled is raised as one that says its type and message."""
    with pytest.raises(ActorError, match="Unportable: <function"):
        Spawned(folder, "unportable").start(processes=1)


def test_a_child_that_dies_is_replaced(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A task that kills its process ends neither the others nor the loop."""
    actor = Spawned(folder, "crash")
    actor.start(processes=1, block=False)

    until(lambda: len(pids(folder)) == 2)
    actor.stop()

    assert actor.join(SECONDS)
    assert actor.counts["processes_replaced"] == 1
    assert "exit code -9" in caplog.text


def test_a_child_whose_threads_are_all_lost_is_replaced(folder: Path) -> None:
    """A process in which activities hold too many threads ends, and another takes its place."""
    worker = Overrun(folder)
    worker.start(processes=1, block=False)

    until(lambda: len(pids(folder)) == 2)
    worker.stop()

    assert worker.join(SECONDS)
    assert worker.counts["processes_replaced"] == 1


def test_a_child_that_never_begins_is_an_error(folder: Path) -> None:
    """Where a process cannot even start there is no point in another."""
    with pytest.raises(ActorError, match=r"ended before it had begun \(exit code 3\)"):
        Unborn(folder, "idle").start(processes=1)


def test_an_actor_that_cannot_travel_is_an_error(folder: Path) -> None:
    """An actor that cannot be pickled starts no process."""
    actor = Spawned(folder, "idle")
    actor.link = lambda: None  # type: ignore[attr-defined]

    with pytest.raises(
        ActorError, match=r"Spawned\('d', 'idle'\) cannot be sent.*: .*<lambda>"
    ) as it:
        actor.start(processes=1)

    assert it.value.__cause__ is not None
    assert pids(folder) == []


def test_a_class_that_cannot_be_imported_is_an_error(folder: Path) -> None:
    """A class that another process would not find, and a lock, keep an actor here."""

    class Local(Spawned):
        pass

    locked = Spawned(folder, "idle")
    locked.lock = threading.Lock()  # type: ignore[attr-defined]
    for actor in (Local(folder, "idle"), locked):
        with pytest.raises(ActorError, match="cannot be sent to another process"):
            actor.start(processes=1)

    assert pids(folder) == []


def test_a_connection_of_this_process_alone_is_an_error(folder: Path) -> None:
    """Keys that another process would not find are not smuggled there."""

    class Private(InstantClock):
        def __reduce__(self) -> str:
            raise NotPicklableError("its keys came from this process alone")

    actor = Spawned(folder, "idle")
    actor._clock = Private()

    with pytest.raises(NotPicklableError, match="this process alone"):
        actor.start(processes=1)


@pytest.mark.parametrize("place", ["memory://", "sqlite:///{}/swf.db"])
@pytest.mark.parametrize("by_settings", [True, False], ids=["settings", "connection"])
def test_children_work_for_the_swf_of_this_process(
    place: str, by_settings: bool, tmp_path: Path
) -> None:
    """An SWF in this process hands its tasks to child processes, and is the default one there.

    Polls that children hold do not keep `stop` waiting.
    """
    connection = swf.connect(place.format(tmp_path))
    if by_settings:
        swf.settings.set(endpoint_url=place.format(tmp_path))
        connection = default_connection()
    domain = Domain("d", connection=None if by_settings else connection)
    for model in (domain, Shop.order(domain), Shop.charge(domain)):
        model.save()
    execution = Shop.order(domain).start_execution("order-1")
    decider = Decider(domain, "t")
    tasks = [ScheduleActivityTask(("charge", "1"), f"charge-{number}") for number in range(4)]
    decider.complete(decider.poll().task_token, tasks)
    worker = Charging(domain, "t")

    worker.start(processes=2, block=False)
    until(lambda: not execution.upstream().open_counts.activity_tasks)
    began = time.monotonic()
    worker.stop()

    assert worker.join(SECONDS)
    assert time.monotonic() - began < 40, "a poll is held for 50 seconds"
    assert worker.counts["completed"] == 4
    results = [json.loads(one.result) for one in execution.history().compiled.activities]
    assert {tuple(domains) for _, domains in results} == {("d",)}
    assert os.getpid() not in {pid for pid, _ in results}


@pytest.mark.parametrize(("clock", "grows"), [(LeapingClock(), False), (StillClock(), True)])
def test_only_ends_in_short_order_delay_the_next_process(
    folder: Path, clock: StillClock, grows: bool
) -> None:
    """A process that dies is replaced at once; pauses grow after those that had not run long."""
    actor = Spawned(folder, "die", clock)
    actor.start(processes=1, block=False)
    until(lambda: actor.counts.get("processes_replaced", 0) >= 4)
    actor.stop()
    assert actor.join(SECONDS)

    if grows:
        assert 0.5 <= clock.waits[0] <= 1
        assert clock.waits[2] > 1
    else:
        assert clock.waits == []


def test_a_child_is_seen_to_be_dead_while_its_own_child_lives(folder: Path) -> None:
    """A process that a task has forked keeps nobody from replacing the one that died."""
    actor = Spawned(folder, "fork")
    actor.start(processes=1, block=False)

    until(lambda: actor.counts.get("processes_replaced"))
    [forked] = [int(mark.name) for mark in folder.parent.glob("forked/*")]
    assert runs(forked)
    os.kill(forked, signal.SIGKILL)
    actor.stop()

    assert actor.join(SECONDS)


def test_a_child_that_drains_takes_its_first_signal_for_the_same_word(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever tells parent and children to end lets the children finish what they are at."""
    actor = Spawned(folder, "work")
    actor.start(processes=1, block=False)
    until(lambda: pids(folder))
    actor.stop()
    [child] = pids(folder)
    until(lambda: (folder.parent / "draining").exists())

    os.kill(child, signal.SIGTERM)
    (folder.parent / "signaled").touch()

    assert actor.join(SECONDS)
    assert actor.counts == {"polls": 1, "finished": 1}
    assert caplog.text == ""


def test_a_child_that_dies_while_it_drains_is_told_of(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What a draining process was at when it died is not lost in silence."""
    actor = Spawned(folder, "work")
    actor.start(processes=1, block=False)
    until(lambda: pids(folder))
    actor.stop()
    [child] = pids(folder)
    until(lambda: (folder.parent / "draining").exists())

    os.kill(child, signal.SIGKILL)

    assert actor.join(SECONDS)
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert record.getMessage().endswith("ended before it had drained (exit code -9)")


def test_programs_that_a_child_starts_heed_ctrl_c(folder: Path) -> None:
    """A child process does not end by SIGINT; what its tasks start does, as ever."""
    actor = Spawned(folder, "interrupted")
    actor.start(processes=1, block=False)
    until(lambda: (folder.parent / "interrupted").exists())
    actor.stop()

    assert actor.join(SECONDS)
    assert (folder.parent / "interrupted").read_text() == str(-signal.SIGINT)
    assert len(pids(folder)) == 1


def test_portable_errors_travel_as_they_are() -> None:
    """An error that can be pickled is not changed."""
    error = AccessDeniedFault("no", operation="X")

    assert portable(error) is error


PROGRAM = """
import sys
from pathlib import Path
from tests.actors.spawned import Endless, Spawned

if __name__ == "__main__":
    kind = Endless if sys.argv[2] == "endless" else Spawned
    actor = kind(Path(sys.argv[1]), "idle")
    actor.start(processes=2, block=sys.argv[2] != "leave")
    if sys.argv[2] == "leave":
        while len(list(Path(sys.argv[1]).iterdir())) < 2:
            pass
    else:
        print("drained", actor.counts["polls"] > 0)
"""


@pytest.fixture
def program(folder: Path, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a program that runs an actor in two processes, in a session of its own."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    started: list[subprocess.Popen[str]] = []

    def start(mode: str) -> subprocess.Popen[str]:
        root = Path(__file__).parents[2]
        started.append(
            subprocess.Popen(
                [sys.executable, str(script), str(folder), mode],
                env={**os.environ, "PYTHONPATH": str(root)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.communicate(timeout=SECONDS)
        until(lambda: not any(map(runs, pids(folder))))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_parent_and_children(
    program: Callable[[str], subprocess.Popen[str]], folder: Path, number: signal.Signals
) -> None:
    """One signal to the whole group, as a terminal sends it, ends all in good order."""
    started = program("block")
    until(lambda: len(pids(folder)) == 2)

    if number is signal.SIGINT:
        os.killpg(started.pid, number)
    else:
        started.send_signal(number)

    output, errors = started.communicate(timeout=SECONDS)
    assert (started.returncode, output.strip()) == (0, "drained True"), errors


def test_children_do_not_outlive_their_parent(
    program: Callable[[str], subprocess.Popen[str]], folder: Path
) -> None:
    """When the parent is killed, its children drain by themselves."""
    started = program("block")
    until(lambda: len(pids(folder)) == 2)

    started.kill()

    started.wait(SECONDS)
    until(lambda: not any(map(runs, pids(folder))))


def test_work_without_end_does_not_outlive_its_parent_for_long(
    program: Callable[[str], subprocess.Popen[str]], folder: Path
) -> None:
    """A child whose parent is killed has some time to drain, and no more."""
    started = program("endless")
    until(lambda: len(pids(folder)) == 2)

    started.kill()

    started.wait(SECONDS)
    until(lambda: not any(map(runs, pids(folder))))


def test_a_program_may_simply_end(
    program: Callable[[str], subprocess.Popen[str]], folder: Path
) -> None:
    """A program that ends without `stop` takes its children with it."""
    started = program("leave")

    _, errors = started.communicate(timeout=SECONDS)

    assert started.returncode == 0, errors
    until(lambda: not any(map(runs, pids(folder))))


def test_a_single_child_may_be_told_to_end(folder: Path) -> None:
    """SIGTERM to one child drains it; another takes its place."""
    actor = Spawned(folder, "idle")
    actor.start(processes=1, block=False)
    until(lambda: len(pids(folder)) == 1)
    [first] = pids(folder)

    os.kill(first, signal.SIGTERM)

    until(lambda: len(pids(folder)) == 2)
    actor.stop()
    assert actor.join(SECONDS)
    assert actor.counts["processes_replaced"] == 1


def test_a_second_signal_kills_children(
    program: Callable[[str], subprocess.Popen[str]], folder: Path
) -> None:
    """A signal to a draining parent ends it and its children at once."""
    started = program("block")
    until(lambda: len(pids(folder)) == 2)
    for pid in pids(folder):
        os.kill(pid, signal.SIGSTOP)  # so that they cannot drain

    # Signals of one kind that come together are one, so it may take more than two.
    until(lambda: started.send_signal(signal.SIGTERM) or started.poll() is not None)

    assert started.returncode == -signal.SIGTERM
    until(lambda: not any(map(runs, pids(folder))))


def test_every_process_has_its_identity(folder: Path) -> None:
    """An actor's identity in the loop differs from process to process."""
    assert Actor("d", "t")._identity().split(":")[-2] == str(os.getpid())
