"""A decider reads long histories page by page, and refuses what makes no sense."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flow_team import Waits, increment
from overheard import Overheard

from swf.engine import Engine
from swf.exceptions import AccessDeniedFault, UnknownResourceFault, ValidationError, ValidationFault
from swf.flow import Decider, Handle, Workflow, start
from swf.flow.registering import Registrar
from swf.flow.replay.thread import ReplayThread
from swf.testing import connected

DOMAIN = "d"
TASK_LIST = "default"
SIGNALS = 1_100
"""More than a page has events."""


class Elsewhere(Workflow):
    """A workflow with a task list of its own."""

    name = "elsewhere"
    task_list = "elsewhere"

    def run(self) -> int:
        return self.submit(increment, 1).result


@pytest.fixture
def connection(swf_engine: Engine) -> Overheard:
    """A connection on which calls may go wrong, to an SWF that holds nothing."""
    return Overheard(connected(swf_engine))


@pytest.fixture
def decider(connection: Overheard) -> Iterator[Decider]:
    """A decider that a test drives by hand."""
    made = Decider(Waits, TASK_LIST, domain=DOMAIN, connection=connection)
    yield made
    made.close()


def signaled(connection: Overheard, times: int) -> Handle[int]:
    """Start an execution and send it so many ones, and then the end."""
    handle = start(Waits, workflow_id="w", domain=DOMAIN, connection=connection)
    for _ in range(times):
        handle.signal("add", 1)
    handle.signal("add", None)
    return handle


def test_a_history_of_several_pages_is_one_task(connection: Overheard, decider: Decider) -> None:
    """All pages of a decision task are read before the program is taken on."""
    handle = signaled(connection, SIGNALS)

    decider.work()

    assert handle.result(0) == SIGNALS
    assert connection.operations().count("PollForDecisionTask") == 2


def test_a_history_that_is_read_later_comes_in_pages_too(
    connection: Overheard, decider: Decider
) -> None:
    """Where a run is not held, its history is read up to the task, whatever has happened since."""
    decider.own_task_list = TASK_LIST
    handle = start(Waits, 3, workflow_id="w", domain=DOMAIN, connection=connection)
    decider.work(own=True)
    other = Decider(Waits, TASK_LIST, domain=DOMAIN, connection=connection)
    other.own_task_list = TASK_LIST
    handle.signal("add", 4)
    connection.page = 3
    connection.trouble["GetWorkflowExecutionHistory"] = [
        lambda: [handle.signal("add", number) for number in (5, 6, 7, None)]
    ]

    other.work(own=True)
    assert not handle.done
    other.work(own=True)

    assert handle.result(0) == 25
    other.close()


def test_a_history_that_takes_long_to_read_is_no_program_that_hangs(
    connection: Overheard, decider: Decider
) -> None:
    """However long SWF takes to hand out a history, its execution is not blocked by that."""
    decider.own_task_list = TASK_LIST
    handle = start(Waits, workflow_id="w", domain=DOMAIN, connection=connection)
    decider.work(own=True)
    other = Decider(Waits, TASK_LIST, domain=DOMAIN, connection=connection)
    other._replay = ReplayThread(patience=0.5)
    handle.signal("add", None)
    never = threading.Event()
    connection.trouble["GetWorkflowExecutionHistory"] = [lambda: never.wait(1.2)]
    other.own_task_list = TASK_LIST

    other.work(own=True)

    assert handle.result(0) == 0
    assert other.counts == {"tasks": 1, "answered": 1, "completed": 1}
    other.close()


def test_a_task_whose_history_cannot_be_read_is_left_to_time_out(
    connection: Overheard, decider: Decider
) -> None:
    """Where a further page is refused, nothing is answered, and that is told."""
    signaled(connection, SIGNALS)
    gone = AccessDeniedFault("no more pages", operation="PollForDecisionTask")
    connection.trouble["PollForDecisionTask"] = [None, gone]
    connection.trouble["GetWorkflowExecutionHistory"] = gone

    decider.work()

    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    assert "RespondDecisionTaskCompleted" not in connection.operations()


@pytest.mark.parametrize("error", [ValidationFault, UnknownResourceFault])
def test_an_answer_that_is_refused_twice_is_given_up(
    connection: Overheard, decider: Decider, error: Any
) -> None:
    """Where not even the reason why it is blocked is taken, the task times out."""
    signaled(connection, 1)
    connection.trouble["RespondDecisionTaskCompleted"] = error("no", operation="R")

    decider.work()

    assert decider.counts["unanswered"] == 1
    assert "answered" not in decider.counts


def test_a_decider_polls_the_list_that_its_workflows_have(connection: Overheard) -> None:
    """Without `task_list` it is the one that all workflows name; where there are two, it must be.

    So must be how many runs are held at most.
    """
    assert Decider(Elsewhere, domain=DOMAIN, connection=connection).task_list == "elsewhere"
    with pytest.raises(ValidationError, match=r"must be given, .* name default, elsewhere"):
        Decider([Elsewhere, Waits], domain=DOMAIN, connection=connection)
    for runs in (-1, True):
        with pytest.raises(ValidationError, match="cached_runs: must be 0 or more"):
            Decider(Waits, domain=DOMAIN, connection=connection, cached_runs=runs)


def test_types_are_registered_once(connection: Overheard, decider: Decider) -> None:
    """Domain and types are registered on demand; what is there already is no error."""
    for _ in range(2):
        again = Registrar(decider)
        again.workflows([Waits])
        again.workflows([Waits])
        again.activities([increment])

    assert connection.operations() == [
        "RegisterWorkflowType",
        "RegisterDomain",
        "RegisterWorkflowType",
        "RegisterActivityType",
        "RegisterWorkflowType",
        "RegisterActivityType",
    ]
