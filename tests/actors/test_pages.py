"""A decision task that is assigned is not lost to an error of one page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from canned import CannedTransport, pages_of
from hypothesis import given
from hypothesis import strategies as st

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
from tests.actors.given import (
    EXECUTION,
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


@given(st.lists(st.integers(1, 7), max_size=4, unique=True).map(sorted))
def test_however_pages_are_cut(cuts: list[int]) -> None:
    """However SWF cuts its pages, a task has each event once and in order."""
    connection = CannedTransport(PollForDecisionTask=pages(*cuts))

    task = Decider("d", "t", connection=connection).poll()

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    tokens = [params.get("nextPageToken") for _, params in connection.calls]
    assert tokens == [None, *(str(n + 1) for n in range(len(cuts)))]


def test_a_page_is_asked_for_as_the_first_was() -> None:
    """The pages of a poll repeat its params, with the token of the page before."""
    connection = CannedTransport(PollForDecisionTask=pages(3))

    Decider("d", "t", connection=connection).poll("u", "me", 3)

    (_, first), (_, second) = connection.calls
    assert second == {**first, "nextPageToken": "1"}


@pytest.mark.parametrize(
    "error",
    [
        PollTimeout("no answer"),
        ReadTimeout("no answer"),
        ConnectionFailedError("cut"),
        ThrottlingFault("slow"),
        ServiceFault("down"),
    ],
)
def test_a_page_that_fails_is_asked_for_again(error: Exception) -> None:
    """An error that may pass costs a wait, not the task."""
    first, second = pages(3)
    connection = CannedTransport(PollForDecisionTask=[first, error, error, second])
    clock = InstantClock()

    task = Decider("d", "t", connection=connection, clock=clock).poll()

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


def test_the_execution_tells_what_the_poll_does_not() -> None:
    """Where pages of the poll keep failing, the rest is read from the execution's history.

    Events recorded since the task started are not part of it.
    """
    connection = CannedTransport(
        PollForDecisionTask=[pages(3)[0], *[ThrottlingFault("slow")] * 5],
        GetWorkflowExecutionHistory=pages_of("events", events(11), 4),
    )

    task = Decider("d", "t", connection=connection, clock=InstantClock()).poll()

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert task.task_token == "token-1"
    assert connection.operations().count("PollForDecisionTask") == 6
    reads = [params for name, params in connection.calls if name == "GetWorkflowExecutionHistory"]
    assert len(reads) == 3
    assert reads[0] == {"domain": "d", "execution": EXECUTION}


def test_an_expired_page_is_read_from_the_execution_at_once() -> None:
    """A page that SWF refuses is not asked for again: the history is read instead."""
    connection = CannedTransport(
        PollForDecisionTask=[pages(3)[0], ValidationFault("Invalid token")],
        GetWorkflowExecutionHistory=[ThrottlingFault("slow"), {"events": events(8)}],
    )
    clock = InstantClock()

    task = Decider("d", "t", connection=connection, clock=clock).poll()

    assert ids(task) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(clock.waits) == 1


@pytest.mark.parametrize(
    ("newest_first", "from_previous", "expected"),
    [
        (True, False, [8, 7, 6, 5, 4, 3, 2, 1]),
        (False, True, [4, 5, 6, 7, 8]),
        (True, True, [8, 7, 6, 5, 4]),
    ],
)
def test_what_is_read_instead_is_what_was_asked_for(
    newest_first: bool, from_previous: bool, expected: list[int]
) -> None:
    """Order and first event are those of the poll, however the history was read."""
    here = [raw for raw in WHOLE if raw["eventId"] in expected]
    first = (here[::-1] if newest_first else here)[:2]
    connection = CannedTransport(
        PollForDecisionTask=[
            decision_task(first, 8, nextPageToken="1"),
            ValidationFault("Invalid token"),
        ],
        GetWorkflowExecutionHistory=pages_of("events", events(11), 4),
    )

    task = Decider("d", "t", connection=connection).poll(
        reverse_order=newest_first, start_at_previous_started_event=from_previous
    )

    assert ids(task) == expected


def test_a_first_task_has_no_previous_one() -> None:
    """Where there was no decision task before, the history begins at its first event."""
    connection = CannedTransport(
        PollForDecisionTask=[
            decision_task(events(2), 4, nextPageToken="1"),
            ValidationFault("Invalid token"),
        ],
        GetWorkflowExecutionHistory={"events": events(6)},
    )

    task = Decider("d", "t", connection=connection).poll(start_at_previous_started_event=True)

    assert ids(task) == [1, 2, 3, 4]


def test_a_task_that_cannot_be_read_still_has_its_token() -> None:
    """Only where both ways fail is there an error, and it carries the token and both causes."""
    connection = CannedTransport(
        PollForDecisionTask=[pages(3)[0], ValidationFault("Invalid token")],
        GetWorkflowExecutionHistory=AccessDeniedFault("not allowed"),
    )

    with pytest.raises(IncompleteTaskError, match=r"order-1.*not allowed") as caught:
        Decider("d", "t", connection=connection).poll()

    assert caught.value.task_token == "token-1"
    assert isinstance(caught.value.__cause__, ValidationFault)
