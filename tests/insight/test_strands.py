"""Where the code of an execution stands at one of its events."""

from __future__ import annotations

from typing import Any

import pytest
import replayed_code as code
from hypothesis import given
from looked_at import TYPE, begun
from strategies import raw_histories

from swf.engine import Engine
from swf.flow.errors import HungProgramError, NonDeterminismError
from swf.insight.strands import MOST_AWAITED, Standing, end_of_answer, standing
from swf.models.history.compiled import DECISION_RESULTS


def seen(events: Any, workflow: Any, **options: Any) -> Standing:
    return standing(events, workflow, domain="d", workflow_id="w", run_id="r", **options)


def waits(found: Standing) -> dict[str, list[tuple[str, int | None]]]:
    return {
        one.name.rpartition(".")[2]: [(item.told, item.event_id) for item in one.awaits]
        for one in found.strands
    }


def line(found: Standing, name: str) -> str:
    """Return the line at which a strand stands."""
    [strand] = [one for one in found.strands if one.name.endswith(name)]
    frame = strand.frames[-1]
    assert frame.file == code.__file__
    return dict(frame.around)[frame.line].strip()


def test_each_strand_is_told_where_it_waits_and_for_what(
    swf_engine: Engine,
) -> None:
    """At the end, and at any event before it: the tasks, their events, the lines of code."""
    handle, _ = code.begun(swf_engine, code.Order, "tea", "cup")
    events = handle.execution.history().raws
    at_start = end_of_answer(events, 4)
    first, last = seen(events[:at_start], code.Order), seen(events, code.Order)

    assert waits(first) == {
        "run": [("Order.total (pending)", None), ("activity-replayed_code.ship-1 (pending)", 5)],
        "total": [
            ("activity-replayed_code.price-1.1 (pending)", 6),
            ("activity-replayed_code.price-1.2 (pending)", 7),
        ],
    }
    assert line(first, "total").startswith("costs = futures.gather(")
    assert waits(last)["total"] == [("timer-1.1 (running)", len(events))]
    assert line(last, "total") == "self.sleep(60)"
    assert line(last, "run") == "return futures.gather(total, shipped)"
    assert not last.closed


def test_before_the_first_answer_nothing_stands_anywhere(swf_engine: Engine) -> None:
    """A program that no decider has begun is shown as it would begin."""
    handle, _ = code.begun(swf_engine, code.Order, "tea")
    first = seen(handle.execution.history().raws[:2], code.Order)

    assert waits(first)["total"] == [("activity-replayed_code.price-1.1 (pending)", None)]


def test_of_a_closed_execution_nothing_stands_anywhere(swf_engine: Engine) -> None:
    """What has ended waits for nothing."""
    handle, _ = code.begun(swf_engine, code.Parent)
    [first] = [one for one in handle.execution.domain.executions() if one.close_status]
    found = seen(first.history().raws, code.Parent)

    assert found.closed
    assert found.strands == ()


def test_code_that_changed_is_told(swf_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program does not follow the events there is nothing to show."""
    handle, _ = code.begun(swf_engine, code.Once)
    monkeypatch.setattr(code.Once, "renamed", "cup")

    with pytest.raises(NonDeterminismError):
        seen(handle.execution.history().raws, code.Once)


def test_code_that_hangs_is_given_up(swf_engine: Engine) -> None:
    """A program that does not wait is interrupted after its patience."""
    builder = begun()

    with pytest.raises(HungProgramError):
        seen(builder.build().raws, code.Hanging, patience_seconds=0.2)


def test_much_that_is_awaited_is_counted(swf_engine: Engine) -> None:
    """Of a wait for many tasks the first are told, and how many more there are."""
    handle, _ = code.begun(swf_engine, code.Order, *map(str, range(30)))
    events = handle.execution.history().raws
    found = seen(events[: end_of_answer(events, 4)], code.Order)
    [total] = [one for one in found.strands if one.name.endswith("total")]

    assert len(total.awaits) == MOST_AWAITED
    assert total.more_awaited == 30 - MOST_AWAITED


@given(raw_histories())
def test_an_answer_ends_with_the_last_of_its_results(raws: list[dict[str, Any]]) -> None:
    """No event after it is a result, all from the answer on are, and it is an end itself."""
    for raw in raws:
        at = raw["eventId"]
        end = end_of_answer(raws, at)
        assert end >= at
        assert end_of_answer(raws, end) == end
        assert all(one["eventType"] in DECISION_RESULTS for one in raws[at:end])


def test_an_event_beside_answers_stands_for_itself() -> None:
    """What is no part of an answer does not reach beyond itself."""
    raws = begun().activity_task_scheduled("a", TYPE).activity_task_started("a").build().raws

    assert [end_of_answer(raws, event_id) for event_id in range(1, 7)] == [1, 2, 3, 5, 5, 6]
