"""Workflows run on another SWF, which is not ours: moto's, as far as that goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from moto_served import moto_served

import swf
from swf.exceptions import PollTimeout
from swf.flow import Decider, Group, Worker, Workflow, activity, start
from swf.flow.errors import WorkflowFailed
from swf.transport import Transport

DOMAIN = "shop"
TASK_LIST = "default"


@activity
def double(x: int) -> int:
    return 2 * x


@activity
def decline(x: int) -> None:
    raise LookupError(f"no {x} here")


class Doubles(Workflow):
    """One activity after the other, then two at a time; of one that fails it makes the best."""

    name = "doubles"

    def run(self, x: int) -> list[int]:
        y = self.submit(double, self.submit(double, x)).result
        try:
            _ = self.submit(decline, y).result
        except LookupError:
            self.record_marker("declined", y)
        return [y, *self.submit(Group((double, y), (double, y + 1))).result]


class Fails(Workflow):
    """Fails as its activity does."""

    name = "fails"

    def run(self, x: int) -> Any:
        return self.submit(decline, x).result


@pytest.fixture
def connection() -> Iterator[Transport]:
    """A connection to a server of moto's in this process."""
    with moto_served() as url:
        made = swf.connect(url, region="eu-west-1")
        yield made
        made.close()


def driven(decider: Decider, worker: Worker, handle: Any) -> None:
    """Have decider and worker do their work until an execution is closed."""
    with suppress(PollTimeout):
        decider.work(own=True)  # that it has a list of its own; no task ever comes there
    while not handle.done:
        worked = [
            poll()
            for kind, poll in (("Decision", decider.work), ("Activity", worker.run_once))
            if pending(decider.connection, kind)
        ]
        assert worked, f"{handle} is open still"


def pending(connection: Transport, kind: str) -> int:
    """Return how many tasks wait: moto holds polls that find none."""
    params = {"domain": DOMAIN, "taskList": {"name": TASK_LIST}}
    count: int = connection.call(f"CountPending{kind}Tasks", params)["count"]
    return count


@pytest.mark.parametrize("cached_runs", [0, 100])
def test_a_workflow_runs_where_tasks_cannot_be_kept_for_its_process(
    connection: Transport, cached_runs: int
) -> None:
    """An SWF that knows no task list of a decider's own has workflows end right all the same."""
    decider = Decider(
        [Doubles, Fails], TASK_LIST, domain=DOMAIN, connection=connection, cached_runs=cached_runs
    )
    worker = Worker([double, decline], TASK_LIST, domain=DOMAIN, connection=connection)

    handle = start(Doubles, 3, workflow_id="w", domain=DOMAIN, connection=connection)
    driven(decider, worker, handle)
    failing = start(Fails, 3, workflow_id="v", domain=DOMAIN, connection=connection)
    driven(decider, worker, failing)

    assert handle.result() == [12, 24, 26]
    with pytest.raises(WorkflowFailed, match="no 3 here") as raised:
        failing.result()
    assert isinstance(raised.value, LookupError)
    assert decider.counts["tasks"] == decider.counts["completed"]
    decider.close()
