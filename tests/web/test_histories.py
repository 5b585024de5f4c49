"""Histories that are kept between pages."""

from __future__ import annotations

import pytest
from looked_at import long_history
from shops import Shop

from swf.clock import ManualClock
from swf.exceptions import ThrottlingFault
from swf.insight.recorded import Recorded
from swf.models import Domain, History, WorkflowExecution
from swf.models.decision import CompleteWorkflowExecution, RecordMarker
from swf.models.timeline import Timeline, timeline_of
from swf.web.histories import FRESH, Histories, last_event_id, stretch

READ = "GetWorkflowExecutionHistory"


def heard(shop: Shop, name: str = "order-1") -> WorkflowExecution:
    """Return an execution that is read over the connection that is overheard."""
    run_id = shop.start(name).run_id
    domain = Domain("d", connection=shop.connection)
    return WorkflowExecution(domain, name, run_id, connection=shop.connection)


def reads(shop: Shop) -> int:
    return shop.connection.operations().count(READ)


def test_a_closed_history_is_read_once(shop: Shop) -> None:
    """Nothing follows in it, so nothing is asked."""
    execution = heard(shop)
    shop.decide(CompleteWorkflowExecution())
    histories = Histories()
    first = histories.of(execution)

    assert histories.of(execution) is first
    assert reads(shop) == 1
    assert histories.kept(execution) is first


def test_nothing_is_kept_of_what_cannot_be_read(shop: Shop) -> None:
    """However many histories SWF refuses: no more have a place here than are kept."""
    shop.troubled(**{READ: ThrottlingFault("Rate exceeded")})
    histories = Histories(most=2)
    for number in range(5):
        with pytest.raises(ThrottlingFault):
            histories.of(heard(shop, f"order-{number}"))

    assert len(histories._kept) <= 2


def test_of_an_open_history_only_what_is_new_is_read(shop: Shop) -> None:
    """Its newest events are asked for; one given out before does not grow."""
    execution = heard(shop)
    histories = Histories()
    first = histories.of(execution)
    same = histories.of(execution)
    shop.decide(RecordMarker("m"))
    grown = histories.of(execution)

    assert same is first
    assert len(first) == 2
    assert grown == execution.history()
    assert [one["maximumPageSize"] for one in shop.connection.params(READ)[1:3]] == [FRESH] * 2
    assert histories.kept(execution) is None


def test_however_much_is_new_all_of_it_is_told(shop: Shop) -> None:
    """More new events than a first look brings are fetched page by page."""
    execution = heard(shop)
    histories = Histories()
    histories.of(execution)
    for _ in range(FRESH // 20):
        shop.decide(*(RecordMarker("m") for _ in range(30)))
        execution.signal("go on")

    grown = histories.of(execution)

    assert len(grown) > FRESH
    assert grown == execution.history()


def test_what_was_not_looked_at_longest_is_let_go(shop: Shop) -> None:
    """So many histories are kept, and so many events; the last one, however long."""
    shops = [heard(shop, f"order-{number}") for number in range(3)]
    for _ in shops:
        shop.decide(CompleteWorkflowExecution())
    few, short = Histories(most=2), Histories(most_events=1)
    for execution in shops:
        few.of(execution)
        short.of(execution)

    assert [few.kept(one) is not None for one in shops] == [False, True, True]
    assert [short.kept(one) is not None for one in shops] == [False, False, True]


def test_a_record_is_not_taken_for_the_execution_whose_names_it_has(shop: Shop) -> None:
    """What names an execution is also where it is read from."""
    execution = heard(shop)
    record = Recorded(
        long_history(20).build(),
        domain="d",
        workflow_id=execution.workflow_id,
        run_id=execution.run_id or "",
    )
    histories = Histories()

    assert histories.of(execution) != histories.of(record.execution)


def test_a_timeline_is_that_of_the_history_until_now(shop: Shop, swf_clock: ManualClock) -> None:
    """It is made once, goes on as time does, and is made anew once there are new events."""
    run_id = shop.start("order-1").run_id
    domain = Domain("d", connection=shop.unheard)
    execution = WorkflowExecution(domain, "order-1", run_id, connection=shop.unheard)
    histories = Histories()

    def drawn() -> tuple[Timeline, Timeline]:
        history = histories.of(execution)
        return (
            histories.timeline_of(execution, history),
            timeline_of(history, now=swf_clock.now()),
        )

    first, as_made_anew = drawn()
    assert first == as_made_anew
    swf_clock.advance(60)
    later, as_made_anew = drawn()
    assert later == as_made_anew
    assert later.lanes is first.lanes
    shop.decide(CompleteWorkflowExecution())
    done, as_made_anew = drawn()
    assert done == as_made_anew
    assert done.finished


def test_the_timeline_of_a_history_from_before_is_its_own(shop: Shop) -> None:
    """Who still has an older history gets the timeline of that one."""
    execution = heard(shop)
    histories = Histories()
    older = histories.of(execution)
    shop.decide(RecordMarker("m"))
    newer = histories.of(execution)

    assert len(histories.timeline_of(execution, older).lanes) == 2
    assert len(histories.timeline_of(execution, newer).lanes) == 3


def recorded(events: int) -> tuple[Recorded, History]:
    history = long_history(events).build()
    return Recorded(history), history


def test_a_stretch_is_the_events_with_these_ids() -> None:
    """Whichever end of the history is nearer."""
    record, history = recorded(3_000)
    count = len(history)

    for first, last in ((1, 5), (100, 300), (1_490, 1_510), (count - 3, count), (1, count)):
        found = stretch(record.execution, first, last, count)
        assert [event.id for event in found] == list(range(first, last + 1))
    assert stretch(record.execution, 1, 0, 0) == []
    assert last_event_id(record.execution) == count


def test_no_more_pages_are_read_than_lie_before_a_stretch(shop: Shop) -> None:
    """The first and the last events of a long history are one page away."""
    execution = heard(shop)
    for _ in range(25):
        shop.decide(*(RecordMarker("m") for _ in range(100)))
        execution.signal("go on")
    count = last_event_id(execution)
    assert count > 2_500
    before = reads(shop)

    stretch(execution, 1, 200, count)
    stretch(execution, count - 199, count, count)

    assert reads(shop) - before == 2
