"""A timeline tells all that a history tells of, in lanes by id, and never goes back in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_events import raw_event
from strategies import builders, raw_histories
from timelines import ATTACKS, TYPE, attacked, order

from swf.exceptions import InconsistentHistoryError, ValidationError
from swf.models.history import History, HistoryBuilder
from swf.models.timeline import KINDS, Lane, Segment, Timeline, timeline_of


def lane(timeline: Timeline, label: str) -> Lane:
    """Return the lane of this label."""
    return next(one for one in timeline.lanes if one.label == label)


def only(timeline: Timeline, label: str) -> Segment:
    """Return the one attempt in the lane of this label."""
    (segment,) = lane(timeline, label).segments
    return segment


@given(raw_histories())
def test_every_entity_is_one_attempt_in_one_lane(raws: list[dict[str, object]]) -> None:
    """Nothing that a history tells of is left out, and nothing is told twice."""
    history = History(raws)

    timeline = timeline_of(history)

    told = [one.event_ids for each in timeline.lanes for one in each.segments]
    assert sorted(told) == sorted(
        (one.first_event_id, one.last_event_id) for one in history.compiled.entities
    )
    assert {each.kind for each in timeline.lanes} <= set(KINDS)


@given(builders(), st.floats(-1e4, 1e6))
def test_lengths_are_never_negative(builder: HistoryBuilder, later: float) -> None:
    """Whatever `now` is, each attempt begins, starts and ends in order, within the timeline."""
    history = builder.build()
    now = history[-1].timestamp + timedelta(seconds=later)

    timeline = timeline_of(history, now=now)

    assert timeline.begin <= timeline.end
    assert timeline.finished is history.finished
    for each in timeline.lanes:
        for one in each.segments:
            moments = (timeline.begin, one.begin, one.started, one.end, timeline.end)
            told = [moment for moment in moments if moment is not None]
            assert told == sorted(told)
            assert (one.end is None) <= (not timeline.finished)


@given(raw_histories(), st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=60))
def test_clocks_may_go_back(raws: list[dict[str, object]], steps: list[int]) -> None:
    """A history of clocks that disagree is shown as though they had stood still."""
    skewed = [
        {**raw, "eventTimestamp": 1e9 + sum(steps[: index + 1])} for index, raw in enumerate(raws)
    ]

    timeline = timeline_of(History(skewed))

    for each in timeline.lanes:
        for one in each.segments:
            assert timeline.begin <= one.begin <= (one.started or one.begin)
            assert (one.started or one.begin) <= (one.end or timeline.end) <= timeline.end


@given(raw_histories())
def test_lanes_come_in_order(raws: list[dict[str, object]]) -> None:
    """The execution, its decision tasks, then the others as they were first told of."""
    timeline = timeline_of(History(raws).reversed)

    assert [each.kind for each in timeline.lanes[:2]] == ["execution", "decisions"]
    assert timeline.others == timeline.lanes[2:]
    firsts = [each.segments[0].event_ids[0] for each in timeline.lanes[2:]]
    assert firsts == sorted(firsts)
    for each in timeline.lanes:
        for one, other in pairwise(each.segments):
            assert one.event_ids[0] < other.event_ids[0]


@given(raw_histories())
def test_labels_of_a_kind_differ(raws: list[dict[str, object]]) -> None:
    """No two lanes of a kind are called the same, though all be of one type."""
    labels = [(each.kind, each.label) for each in timeline_of(History(raws)).lanes]

    assert len(labels) == len(set(labels))


def test_attempts_and_the_waits_between_them_are_one_lane() -> None:
    """What is tried again under its id stays where it is, the timer before the next try too."""
    first, wait, second = lane(timeline_of(order().build()), "charge(1, visa)").segments

    assert [first.state, wait.state, second.state] == ["failed", "completed", "completed"]
    assert [first.retry, wait.retry, second.retry] == [False, True, False]
    assert [first.attempt, second.attempt] == [1, 2]
    assert first.words == "failed: CardDeclined"
    assert first.end == wait.begin
    assert wait.end == second.begin


def test_a_timer_named_like_a_retry_of_nothing_is_a_timer() -> None:
    """Only the id of what was asked for takes a timer into its lane."""
    built = HistoryBuilder(TYPE).decision().timer_started("retry-1-nothing", 3)

    assert lane(timeline_of(built.build()), "retry-1-nothing").kind == "timer"


def test_waiting_and_running_are_told_apart() -> None:
    """A task waits from when it was scheduled to when it started, and runs from then on."""
    timeline = timeline_of(order().build())
    done = only(timeline, "charge(0, visa)")
    late = only(timeline, "charge(2, visa)")

    assert (done.waited_seconds, done.ran_seconds) == (pytest.approx(0.4), pytest.approx(2.7))
    assert (late.waited_seconds, late.ran_seconds) == (None, None)
    assert (late.state, late.words) == ("timed_out", "timed out: SCHEDULE_TO_START")
    assert only(timeline, "execution").ran_seconds is None


def test_timers_tell_when_they_are_due() -> None:
    """An open timer tells when it will fire; one too far away for a date does not."""
    timeline = timeline_of(order().build())
    timer = only(timeline, "give-up")

    assert timer.due == timer.begin + timedelta(days=1)
    assert (timer.started, timer.end, timer.state) == (None, None, "running")
    far = raw_event(
        5, "TimerStarted", at=2.5e11, timerId="t", startToFireTimeout="99999999",
        decisionTaskCompletedEventId=4,
    )  # fmt: skip
    raws = [{**raw, "eventTimestamp": 2.5e11} for raw in HistoryBuilder(TYPE).decision().raw]
    late = timeline_of(History([*raws[:4], {**far, "eventTimestamp": 2.534e11}]))
    assert only(late, "t").due is None


def test_what_a_closed_execution_left_open_ended_with_it() -> None:
    """Of an execution that is closed nothing goes on."""
    built = HistoryBuilder(TYPE).decision().timer_started("t", 90).advance(5)
    timeline = timeline_of(built.workflow_execution_terminated(reason="enough").build())

    timer = only(timeline, "t")
    assert (timer.state, timer.end) == ("canceled", timeline.end)
    assert timeline.finished
    assert (timeline.state, timeline.words) == ("failed", "terminated: enough")


def test_an_open_execution_goes_on_until_now() -> None:
    """By default now is the last event; a time before that does not shorten it."""
    history = HistoryBuilder(TYPE).advance(5).decision().build()
    last = history[-1].timestamp

    assert timeline_of(history).end == last
    assert timeline_of(history, now=last + timedelta(hours=1)).end == last + timedelta(hours=1)
    assert timeline_of(history, now=datetime(1999, 1, 1, tzinfo=UTC)).end == last


def test_a_naive_now_is_refused() -> None:
    """A time of no zone could be any."""
    with pytest.raises(ValidationError, match="aware"):
        timeline_of(HistoryBuilder(TYPE).build(), now=datetime(2020, 1, 1))  # noqa: DTZ001


def test_a_part_of_a_history_has_no_timeline() -> None:
    """Without its first event, or any, a history tells of no execution."""
    history = order().build()

    with pytest.raises(InconsistentHistoryError, match="from event 1 on"):
        timeline_of(history[3:])
    with pytest.raises(InconsistentHistoryError, match="empty"):
        timeline_of(History())


def test_lanes_tell_all_that_is_known_of_them() -> None:
    """Kind, id, type, version, task list and input; a long input is cut."""
    built = HistoryBuilder(TYPE).decision()
    built.activity_task_scheduled("a", TYPE, input="x" * 500, task_list="fast")

    about = lane(timeline_of(built.build()), "charge").about

    assert about == (f"activity a; type charge, version 1.4; task list fast; input {'x' * 160}…")


def test_equal_names_are_told_apart_by_what_their_ids_add() -> None:
    """Arguments come first; where they are equal too, the rest of the id does it."""
    built = HistoryBuilder(TYPE).decision()
    for name in ("charge-1", "charge-2", "else"):
        built.activity_task_scheduled(name, TYPE, input={"args": [5]})
    built.activity_task_scheduled("d", TYPE, input={"args": [6]})

    labels = [each.label for each in timeline_of(built.build()).lanes if each.kind == "activity"]

    assert labels == ["charge(5) #1", "charge(5) #2", "charge(5) #else", "charge(6)"]


def test_messages_to_others_are_told_by_what_they_say_and_to_whom() -> None:
    """A signal and a cancel request to one execution are two lanes."""
    built = HistoryBuilder(TYPE).decision()
    built.signal_external_workflow_execution_initiated("w", "go")
    built.request_cancel_external_workflow_execution_initiated("w")

    labels = [each.label for each in timeline_of(built.build()).lanes if each.kind == "external"]

    assert labels == ["signal go → w", "cancel → w"]


@pytest.mark.parametrize("text", ATTACKS)
def test_texts_of_a_timeline_cannot_act(text: str) -> None:
    """Controls of terminals and of the direction of writing are spelled out."""
    timeline = timeline_of(attacked(text))

    told = [timeline.name, timeline.words]
    told += [each.label + each.about for each in timeline.lanes]
    told += [one.words for each in timeline.lanes for one in each.segments]
    assert all(one.isprintable() for one in told)
