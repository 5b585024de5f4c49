"""A decision task that is assigned is not lost to an error of one page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from canned import CannedTransport
from hypothesis import given
from hypothesis import strategies as st
from overheard import Lost, Trouble
from shops import Shop

from swf.actors import Decider
from swf.exceptions import (
    AccessDeniedFault,
    ConnectionFailedError,
    IncompleteTaskError,
    PollTimeout,
    ReadTimeout,
    ServiceFault,
    ThrottlingFault,
    ValidationFault,
)
from swf.models.decision import RecordMarker
from tests.actors.given import (
    NO_DECISION_TASK,
    InstantClock,
    decision_task,
    events,
)

WHOLE = events(8)


def ids(task: Any) -> list[int]:
    """The ids of the events of a task."""
    return [event.id for event in task.history]


def pages(*cuts: int) -> list[dict[str, Any]]:
    """The replies that together are the decision task of WHOLE, cut before these positions."""
    edges = [0, *cuts, len(WHOLE)]
    made = [
        decision_task(WHOLE[start:end], 8, nextPageToken=str(number))
        for number, (start, end) in enumerate(pairwise(edges), 1)
    ]
    del made[-1]["nextPageToken"]
    return made


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """A shop whose one decision task has a history of eight events; the task before began at 3."""
    execution = shop.start()
    shop.decide(RecordMarker("m"))
    execution.signal("hurry")
    return shop


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9])
def test_however_pages_are_cut(size: int, waiting: Shop) -> None:
    """However SWF cuts its pages, a task has each event once and in order."""
    task = Decider(waiting.domain, "t").poll(maximum_page_size=size)

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    tokens = [params.get("nextPageToken") for _, params in waiting.connection.calls]
    assert len(set(tokens)) == len(tokens) == -(-8 // size)


def test_a_page_is_asked_for_as_the_first_was(waiting: Shop) -> None:
    """The pages of a poll repeat its params, with the token of the page before."""
    Decider(waiting.domain, "u").poll("t", "me", 5)

    (_, first), (_, second) = waiting.connection.calls
    assert second == {**first, "nextPageToken": second["nextPageToken"]}


@pytest.mark.parametrize(
    "error",
    [
        PollTimeout("no answer"),
        ReadTimeout("no answer"),
        ConnectionFailedError("cut"),
        ThrottlingFault("slow"),
        ServiceFault("down"),
        Lost(ConnectionFailedError("cut")),
    ],
    ids=repr,
)
def test_a_page_that_fails_is_asked_for_again(error: Trouble, waiting: Shop) -> None:
    """An error that may pass costs a wait, not the task."""
    waiting.troubled(PollForDecisionTask=[None, error, error])
    clock = InstantClock()

    task = Decider(waiting.domain, "t", clock=clock).poll(maximum_page_size=5)

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(clock.waits) == 2
    assert all(0 < seconds <= 5 for seconds in clock.waits)


def test_a_page_of_nothing_is_a_failed_page() -> None:
    """A further page that looks like an empty poll does not end the task's history."""
    first, second = pages(3)
    connection = CannedTransport(PollForDecisionTask=[first, NO_DECISION_TASK, second])

    task = Decider("d", "t", connection=connection, clock=InstantClock()).poll()

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_page_that_leads_to_itself_is_not_followed_for_ever() -> None:
    """Where pages have no end, the history is read; where that has none either, the token is told.

    The task can still be answered with it.
    """
    endless = {"events": WHOLE, "nextPageToken": "same"}
    connection = CannedTransport(
        PollForDecisionTask=decision_task(WHOLE, 8, nextPageToken="same"),
        GetWorkflowExecutionHistory=endless,
    )

    with pytest.raises(IncompleteTaskError, match="leads back") as caught:
        Decider("d", "t", connection=connection).poll()
    assert caught.value.task_token == "token-1"

    del endless["nextPageToken"]
    connection.replies["GetWorkflowExecutionHistory"] = endless
    assert ids(Decider("d", "t", connection=connection).poll()) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_pages_in_a_circle_are_not_followed_for_ever() -> None:
    """Pages that lead back over others have no end either: the history is read instead."""
    first = decision_task(WHOLE[:3], 8, nextPageToken="a")
    connection = CannedTransport(
        PollForDecisionTask=[
            first,
            decision_task(WHOLE[3:5], 8, nextPageToken="b"),
            decision_task(WHOLE[5:], 8, nextPageToken="a"),
        ],
        GetWorkflowExecutionHistory={"events": WHOLE},
    )

    assert ids(Decider("d", "t", connection=connection).poll()) == [1, 2, 3, 4, 5, 6, 7, 8]


@given(st.integers(1, 8), st.integers(0, 8))
def test_pages_that_overlap_give_each_event_once(end: int, start: int) -> None:
    """An event that two pages have is once in the history."""
    start = min(start, end)
    pages_ = [decision_task(WHOLE[:end], 8, nextPageToken="a"), decision_task(WHOLE[start:], 8)]
    connection = CannedTransport(PollForDecisionTask=pages_)

    assert ids(Decider("d", "t", connection=connection).poll()) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_execution_tells_what_the_poll_does_not(waiting: Shop) -> None:
    """Where pages of the poll keep failing, the rest is read from the execution's history.

    Events recorded since the task started are not part of it.
    """
    [execution] = waiting.domain.executions()
    waiting.troubled(
        PollForDecisionTask=[None, *[ThrottlingFault("slow")] * 5],
        GetWorkflowExecutionHistory=[lambda: execution.signal("meanwhile")],
    )
    waiting.connection.calls.clear()

    task = Decider(waiting.domain, "t", clock=InstantClock()).poll(maximum_page_size=3)

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert task.task_token
    assert waiting.connection.operations().count("PollForDecisionTask") == 6
    reads = waiting.connection.params("GetWorkflowExecutionHistory")
    assert len(reads) > 1
    assert reads[0]["execution"] == {"workflowId": "order-1", "runId": execution.run_id}
    assert len(execution.history()) == 10


def test_a_page_that_is_refused_is_read_from_the_execution_at_once(waiting: Shop) -> None:
    """A page that SWF refuses is not asked for again: the history is read instead."""
    waiting.troubled(
        PollForDecisionTask=[None, ValidationFault("expired")],
        GetWorkflowExecutionHistory=[ThrottlingFault("slow")],
    )
    clock = InstantClock()

    task = Decider(waiting.domain, "t", clock=clock).poll(maximum_page_size=5)

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(clock.waits) == 1


@pytest.mark.parametrize(
    ("newest_first", "from_previous", "expected"),
    [
        (False, False, [1, 2, 3, 4, 5, 6, 7, 8]),
        (True, False, [8, 7, 6, 5, 4, 3, 2, 1]),
        (False, True, [3, 4, 5, 6, 7, 8]),
        (True, True, [8, 7, 6, 5, 4, 3]),
    ],
)
@pytest.mark.parametrize("trouble", [[], [None, ValidationFault("expired")]], ids=["", "refused"])
def test_what_is_read_instead_is_what_was_asked_for(
    newest_first: bool,
    from_previous: bool,
    expected: list[int],
    trouble: list[Trouble],
    waiting: Shop,
) -> None:
    """Order and first event are those of the poll, however the history was read."""
    waiting.troubled(PollForDecisionTask=list(trouble))

    task = Decider(waiting.domain, "t").poll(
        maximum_page_size=2,
        reverse_order=newest_first,
        start_at_previous_started_event=from_previous,
    )

    assert ids(task) == expected
    read = bool(waiting.connection.params("GetWorkflowExecutionHistory"))
    assert read is bool(trouble)


def test_a_first_task_has_no_previous_one(shop: Shop) -> None:
    """Where there was no decision task before, the history begins at its first event."""
    shop.start()
    shop.troubled(PollForDecisionTask=[None, ValidationFault("expired")])

    task = Decider(shop.domain, "t").poll(maximum_page_size=2, start_at_previous_started_event=True)

    assert ids(task) == [1, 2, 3]
    assert shop.connection.params("GetWorkflowExecutionHistory")


def test_a_task_that_cannot_be_read_still_has_its_token(waiting: Shop) -> None:
    """Only where both ways fail is there an error, and it carries the token and both causes."""
    waiting.troubled(
        PollForDecisionTask=[None, ValidationFault("expired")],
        GetWorkflowExecutionHistory=AccessDeniedFault("not allowed"),
    )
    decider = Decider(waiting.domain, "t")

    with pytest.raises(IncompleteTaskError, match=r"order-1.*not allowed") as caught:
        decider.poll(maximum_page_size=5)

    assert isinstance(caught.value.__cause__, ValidationFault)
    decider.complete(str(caught.value.task_token))
    assert waiting.connection.operations()[-1] == "RespondDecisionTaskCompleted"
