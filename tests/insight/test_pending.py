"""What an execution waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from strategies import raw_histories

from swf.clock import ManualClock
from swf.exceptions import InconsistentHistoryError
from swf.insight.pending import Pending, pending_count, pending_of
from swf.models import History, HistoryBuilder

TYPE = ("charge", "1.4")


def only(builder: HistoryBuilder) -> Pending:
    """Return the one thing that is open in a history."""
    [found] = pending_of(builder.build())
    return found


def begun() -> HistoryBuilder:
    return HistoryBuilder(("order", "1")).decision()


def test_an_activity_that_nobody_took_waits_for_its_clocks() -> None:
    """Schedule to start and schedule to close run, the nearer one first; it has no worker."""
    builder = begun().activity_task_scheduled("a", TYPE, input="x", task_list="work")

    one = only(builder)

    assert (one.kind, one.name, one.version, one.id) == ("activity", "charge", "1.4", "a")
    assert (one.state, one.identity, one.task_list, one.input) == ("scheduled", None, "work", "x")
    assert [(due.kind, due.seconds) for due in one.dues] == [
        ("SCHEDULE_TO_START", 300),
        ("SCHEDULE_TO_CLOSE", 600),
    ]
    assert one.next_due == one.dues[0]
    assert one.next_due is not None
    assert one.next_due.at == one.scheduled + timedelta(seconds=300)


def test_an_activity_at_work_tells_who_has_it() -> None:
    """The clocks of a start run; when the heartbeat's runs out nobody can tell."""
    builder = begun().activity_task_scheduled("a", TYPE, heartbeat_timeout=30)
    builder.advance(7).activity_task_started("a", identity="worker-3")

    one = only(builder)

    assert one.state == "running"
    assert one.identity == "worker-3"
    assert one.started == one.since == one.scheduled + timedelta(seconds=7)
    assert [(due.kind, due.is_certain) for due in one.dues] == [
        ("HEARTBEAT", False),
        ("START_TO_CLOSE", True),
        ("SCHEDULE_TO_CLOSE", True),
    ]
    assert one.next_due is not None
    assert one.next_due.kind == "START_TO_CLOSE"
    assert one.heartbeat_timeout == 30


def test_clocks_without_end_do_not_run() -> None:
    """What may take for ever has no time-out."""
    endless = dict.fromkeys(
        ("schedule_to_start_timeout", "schedule_to_close_timeout", "start_to_close_timeout"), "NONE"
    )
    one = only(begun().activity_task_scheduled("a", TYPE, **endless))  # type: ignore[arg-type]

    assert one.dues == ()
    assert one.next_due is None
    assert one.heartbeat_timeout is None


def test_a_clock_that_ends_after_all_time_is_not_told() -> None:
    """What is due when no calendar counts any more, is not."""
    end_of_time = ManualClock(datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    builder = HistoryBuilder(("order", "1"), clock=end_of_time).decision()

    assert only(builder.activity_task_scheduled("a", TYPE)).dues == ()


def test_the_attempt_before_tells_why_there_is_another_one() -> None:
    """An activity id that is used again counts attempts, and the last failure is told."""
    builder = begun().activity_task_scheduled("a", TYPE).activity_task_started("a")
    builder.activity_task_failed("a", reason="CardError", details="declined").decision()
    builder.activity_task_scheduled("a", TYPE)

    one = only(builder)

    assert one.attempt == 2
    assert one.failure is not None
    assert (one.failure.words, one.failure.details) == ("failed: CardError", "declined")
    assert one.next_attempt_of is None


def test_a_timer_until_the_next_attempt_says_so() -> None:
    """It tells what failed, and what will be tried again; any other timer does not."""
    builder = begun().activity_task_scheduled("a", TYPE).activity_task_started("a")
    builder.activity_task_failed("a", reason="CardError").decision()
    builder.timer_started("retry-1-a", 5).timer_started("retry-1-b", 6).timer_started("t", 7)

    of_a, of_b, other = pending_of(builder.build())

    assert of_a.next_attempt_of == "a"
    assert of_a.failure is not None
    assert of_a.failure.reason == "CardError"
    assert (of_b.next_attempt_of, of_b.failure) == (None, None)
    assert (other.next_attempt_of, other.failure) == (None, None)
    assert [(due.kind, due.seconds) for due in other.dues] == [("fires", 7)]
    assert other.started is None


def test_children_functions_and_messages_are_pending_too() -> None:
    """A child that runs is told with its run; one that is not, and messages, have no clock."""
    builder = begun().start_child_workflow_execution_initiated("c", TYPE)
    builder.start_child_workflow_execution_initiated("d", TYPE)
    builder.lambda_function_scheduled("l", "resize")
    builder.signal_external_workflow_execution_initiated("other", "wake")
    builder.request_cancel_external_workflow_execution_initiated("other")
    builder.child_workflow_execution_started("c").lambda_function_started("l")

    child, unstarted, function, signal, cancel, *_ = pending_of(builder.build())

    assert (child.kind, child.id, child.name) == ("child", "c", "charge")
    assert child.run_id
    assert [due.kind for due in child.dues] == ["START_TO_CLOSE"]
    assert (unstarted.run_id, unstarted.dues) == (None, ())
    assert (function.kind, function.name, function.version) == ("lambda", "resize", None)
    assert [due.kind for due in function.dues] == ["START_TO_CLOSE"]
    assert (signal.kind, signal.name) == ("message", "signal wake to other")
    assert cancel.name == "cancel request to other"


def test_a_decision_task_is_pending_until_it_is_answered() -> None:
    """One that waits has nobody; one that was taken tells who has it."""
    waits = only(HistoryBuilder(("order", "1")))
    taken = only(HistoryBuilder(("order", "1")).decision_task_started(identity="decider-1"))

    assert (waits.kind, waits.name, waits.started) == ("decision", "decision task", None)
    assert (taken.identity, taken.state) == ("decider-1", "running")


def test_a_cancel_request_is_told() -> None:
    """That somebody asked an activity to cancel is part of its state."""
    builder = begun().activity_task_scheduled("a", TYPE).activity_task_started("a")
    builder.workflow_execution_signaled("stop").decision().activity_task_cancel_requested("a")

    assert only(builder).cancel_requested


def test_an_empty_history_has_nothing_to_tell() -> None:
    """No event, nothing open."""
    assert pending_of(History()) == []


def test_events_that_contradict_each_other_are_refused() -> None:
    """A history that does not begin with its first event is none that can be told."""
    part = begun().build()[2:]

    with pytest.raises(InconsistentHistoryError):
        pending_of(part)


@given(raw_histories())
def test_what_is_open_is_pending(raws: list[dict[str, object]]) -> None:
    """Each open thing is told once, in the order in which it was asked for."""
    history = History(raws)

    found = pending_of(history)

    opened = {one.first_event_id for one in history.compiled.entities if one.is_open}
    told = [one.event_id for one in found]
    assert told == sorted(opened - {1})
    assert pending_count(history) == len(found)
    assert all(one.since >= one.scheduled for one in found)
