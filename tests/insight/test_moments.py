"""How an execution stood at one of its events."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from looked_at import TYPE, begun, long_history
from strategies import raw_histories

from swf.exceptions import InconsistentHistoryError
from swf.insight.moments import MOST, moment_of
from swf.insight.strands import end_of_answer
from swf.models import History, HistoryBuilder


def an_order() -> History:
    """Return a history: two tasks, one of which fails, a signal, a marker, and the end."""
    builder = begun().activity_task_scheduled("a", TYPE).activity_task_scheduled("b", TYPE)
    builder.marker_recorded("noted").advance(5)
    builder.activity_task_started("a").activity_task_completed("a", result="12")
    builder.activity_task_started("b").activity_task_failed("b", reason="no")
    builder.workflow_execution_signaled("go").decision()
    return builder.workflow_execution_completed(result="done").build()


def names(several: Any) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in several]


def test_it_tells_what_was_open_and_what_had_ended() -> None:
    """In the middle: one task open, one ended, nothing of what came later."""
    found = moment_of(an_order(), 9)

    assert (found.event.id, found.event.name, found.event.about) == (
        9,
        "ActivityTaskCompleted",
        "charge",
    )
    assert [one.id for one in found.pending] == ["b"]
    assert [(one.id, one.outcome) for one in found.ended] == [("a", "12")]
    assert found.counts == (("completed", 1),)
    assert [one.name for one in found.markers] == ["noted"]
    assert found.signals == ()
    assert found.closed is None
    assert found.seconds == 5
    assert len(found.history) == 9


def test_it_tells_what_is_new_and_what_was_decided_then() -> None:
    """Between two answers: what came since the one, and what the other led to."""
    history = an_order()
    found = moment_of(history, 12)

    assert names(found.news) == [(event.id, event.name) for event in history if 8 <= event.id <= 12]
    assert found.decided is not None
    assert found.decided.event.name == "DecisionTaskCompleted"
    assert [one.name for one in found.decided.results] == ["WorkflowExecutionCompleted"]
    assert found.decided.count == 1


def test_within_an_answer_it_tells_that_answer() -> None:
    """What it led to so far stands by itself."""
    found = moment_of(an_order(), 6)

    assert names(found.news) == [
        (4, "DecisionTaskCompleted"),
        (5, "ActivityTaskScheduled"),
        (6, "ActivityTaskScheduled"),
    ]


def test_at_the_end_it_is_closed() -> None:
    """After the last event nothing is decided any more, and there is no way on."""
    history = an_order()
    found = moment_of(history, len(history))

    assert found.closed == "completed"
    assert found.decided is None
    assert found.after is None
    assert dict(found.counts) == {"completed": 1, "failed": 1}
    assert [one.name for one in found.signals] == ["go"]


@given(raw_histories())
def test_decisions_are_gone_through_in_order(raws: list[dict[str, Any]]) -> None:
    """From the start, the way on leads through every answer to the end; and back."""
    history = History.from_raw(raws)
    answers = [raw["eventId"] for raw in raws if raw["eventType"] == "DecisionTaskCompleted"]
    way = [1]
    while (after := moment_of(history, way[-1]).after) is not None:
        way.append(after)

    assert way == sorted(set(way))
    assert way[-1] == len(raws)
    assert {end_of_answer(raws, answer) for answer in answers} <= set(way)
    back = [len(raws)]
    while (before := moment_of(history, back[-1]).before) is not None:
        back.append(before)
    assert back[-1] == 1
    assert back[::-1] == way


@pytest.mark.parametrize(("asked", "told"), [(-3, 1), (0, 1), (1, 1), (10**9, 15)])
def test_no_event_is_the_nearest_one(asked: int, told: int) -> None:
    """What is beyond either end is that end."""
    history = an_order()

    assert moment_of(history, asked).event.id == (told if told == 1 else len(history))


def test_much_is_told_in_part() -> None:
    """Of many tasks, events and results some are told, and how many there are."""
    history = long_history(2_000).build()
    found = moment_of(history, len(history) - 1)

    assert len(found.ended) == len(found.news) == MOST
    assert sum(count for _, count in found.counts) > 500
    opening = moment_of(history, 2)
    assert opening.decided is not None
    assert len(opening.decided.results) == opening.decided.count == MOST
    assert moment_of(history, 54).pending_count == 50


def test_what_contradicts_itself_is_refused() -> None:
    """Nothing is told of events that SWF cannot have recorded, nor of none."""
    with pytest.raises(InconsistentHistoryError):
        moment_of(History.from_raw([]), 1)
    with pytest.raises(InconsistentHistoryError):
        moment_of(HistoryBuilder().build()[1:], 1)
