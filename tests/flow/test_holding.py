"""What an open execution waits for is told to those who wait for it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from swf.engine import Engine
from swf.flow import Decider, Workflow, activity, start
from swf.flow.errors import OutsideWorkflowError, ResultTimeout
from swf.flow.holding import held_by
from swf.testing import connected, run_until_idle


@activity(name="saw", task_list="sawmill")
def saw(log: int) -> int:
    """Saw a log."""
    return log


class Sawing(Workflow):
    """Saws some logs."""

    def run(self, logs: int) -> int:
        """Return how many there were."""
        return len([future.result for future in self.map(saw, range(logs))])


class Changed(Workflow):
    """Is another program than the one that began."""

    name = Sawing.name
    version = Sawing.version

    def run(self, logs: int) -> None:
        """Wait, which its history knows nothing of."""
        self.sleep(logs)


class Threaded(Workflow):
    """Submits from a thread of its own."""

    def run(self) -> str:
        """Return what that came to."""
        told: list[Any] = []

        def other() -> None:
            try:
                self.submit(saw, 1)
            except OutsideWorkflowError as error:
                told.append(str(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return str(told[0])


def test_who_waits_in_vain_hears_what_nobody_has_taken(swf_engine: Engine) -> None:
    """A wait that ends without a result names the tasks that wait, and their task lists."""
    connection = connected(swf_engine)
    handle = start(Sawing, 5, domain="d", connection=connection)

    with pytest.raises(ResultTimeout, match="decision task from task list 'default'"):
        handle.result(timeout=0)

    run_until_idle(Decider([Sawing], domain="d", connection=connection))
    with pytest.raises(ResultTimeout, match=r"activity 'saw' from task list 'sawmill'.*2 more"):
        handle.result(timeout=0)


def test_who_waits_in_vain_hears_why_a_program_cannot_go_on(swf_engine: Engine) -> None:
    """A wait for a blocked execution says what blocks it; what goes on again is not blocked."""
    connection = connected(swf_engine)
    handle = start(Sawing, 1, domain="d", connection=connection)
    run_until_idle(Decider([Sawing], domain="d", connection=connection))
    handle.signal("wake up")
    run_until_idle(Decider([Changed], domain="d", connection=connection))

    with pytest.raises(ResultTimeout, match="it cannot go on: NonDeterminismError"):
        handle.result(timeout=0)


def test_what_only_waits_for_time_is_held_by_nothing(swf_engine: Engine) -> None:
    """Nothing is said of an execution that has nothing to be taken."""
    connection = connected(swf_engine)
    handle = start(Changed, 60, domain="d", connection=connection)
    run_until_idle(Decider([Changed], domain="d", connection=connection))

    assert held_by(handle.history.raws) == ""


def test_a_workflow_is_one_thread(swf_engine: Engine) -> None:
    """What another thread submits is refused: when it does so, no replay could tell."""
    connection = connected(swf_engine)
    handle = start(Threaded, domain="d", connection=connection)
    run_until_idle(Decider([Threaded], domain="d", connection=connection))

    assert "self.spawn" in handle.result(timeout=0)
