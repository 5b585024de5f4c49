"""Folding keeps the order of time, and what goes on to scale."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import raw_histories
from timelines import order

from swf.models.history import History
from swf.models.timeline import timeline_of
from swf.models.timeline.folding import GAP, busy_of, scale

moments = st.integers(0, 10**10).map(lambda number: number / 1_000)  # as SWF records them
stretches = st.lists(st.tuples(moments, moments).map(lambda pair: tuple(sorted(pair))), max_size=20)
widths = st.integers(100, 2_000)


@given(moments, widths, st.none() | stretches, st.lists(moments, min_size=2, max_size=20))
def test_time_never_goes_back(
    total: float,
    width: int,
    busy: list[tuple[float, float]] | None,
    asked: list[float],
) -> None:
    """A later moment is never left of an earlier one, and none is out of the picture."""
    made = scale(total, width, busy)

    places = [made.x(moment) for moment in sorted(asked)]

    for one, other in pairwise(places):
        assert one <= other + 1e-6
    assert all(-1e-6 <= place <= width + 1e-3 for place in places)


@given(moments, widths, stretches)
def test_what_goes_on_is_to_scale(
    total: float, width: int, busy: list[tuple[float, float]]
) -> None:
    """Each busy stretch is as wide as it is long, by one scale for all."""
    made = scale(total, width, busy)

    for begin, end in busy:
        begin, end = min(begin, total), min(end, total)
        drawn = made.x(end) - made.x(begin)
        assert drawn == pytest.approx((end - begin) * made.per_second, abs=1e-3)


@given(moments, widths, st.none() | stretches)
def test_pieces_make_up_the_line(
    total: float, width: int, busy: list[tuple[float, float]] | None
) -> None:
    """Pieces follow one another without a hole, in time and on the line, and fill both."""
    pieces = scale(total, width, busy).pieces

    assert (pieces[0].begin, pieces[0].left) == (0, 0)
    assert pieces[-1].end == total
    for one, other in pairwise(pieces):
        assert (one.end, one.right) == (other.begin, other.left)
    if total:
        assert pieces[-1].right == pytest.approx(width)


@given(widths, stretches)
def test_only_idle_stretches_are_folded(width: int, busy: list[tuple[float, float]]) -> None:
    """No folded stretch has anything of a busy one in it, and without busy ones there is none."""
    made = scale(1e7, width, busy)

    for fold in made.folds:
        assert all(end <= fold.begin or fold.end <= begin for begin, end in busy if end > begin)
    assert scale(1e7, width).folds == ()
    assert scale(1e7, width, []).folds == ()


def test_a_long_wait_takes_a_gap() -> None:
    """Ten seconds, a day, ten seconds: the day is as wide as a gap, the rest shares the width."""
    made = scale(86_420, 1_000, [(0, 10), (86_410, 86_420)])

    (fold,) = made.folds
    assert (fold.begin, fold.end, fold.seconds) == (10, 86_410, 86_400)
    assert fold.right - fold.left == GAP
    assert made.x(10) == pytest.approx((1_000 - GAP) / 2)


def test_short_waits_are_left_as_they_are() -> None:
    """A wait that hardly shows beside what goes on is not folded."""
    assert scale(101, 1_000, [(0, 50), (51, 101)]).folds == ()


def test_many_folds_leave_room_for_what_goes_on() -> None:
    """However many waits there are, more than half of the width is for the rest."""
    busy = [(day * 86_400.0, day * 86_400 + 60.0) for day in range(500)]
    made = scale(500 * 86_400, 900, busy)

    folded = sum(fold.right - fold.left for fold in made.folds)
    assert len(made.folds) == 500
    assert folded == pytest.approx(0.4 * 900)


def test_where_nothing_takes_time_short_waits_are_kept() -> None:
    """On a clock that tests move, pauses between attempts show, and the long sleep is folded."""
    made = scale(3_614, 900, [(at, at) for at in (0.0, 2.0, 6.0, 14.0, 3_614.0)])

    (fold,) = made.folds
    assert (fold.begin, fold.end) == (14, 3_614)
    assert made.x(6) - made.x(2) == pytest.approx(2 * (made.x(2) - made.x(0)))


@given(raw_histories())
def test_a_history_is_busy_while_something_is_open(raws: list[dict[str, object]]) -> None:
    """Busy is when a task, a child or a Lambda function is asked for and has not ended."""
    timeline = timeline_of(History(raws))

    busy = list(busy_of(timeline))

    assert len(busy) == sum(
        not one.retry
        for lane in timeline.lanes
        if lane.kind in {"activity", "child", "decisions", "lambda"}
        for one in lane.segments
    )
    assert all(0 <= begin <= end <= timeline.seconds for begin, end in busy)


def test_a_retry_and_a_timer_are_no_work() -> None:
    """The night for which an order sleeps is folded."""
    timeline = timeline_of(order().build())

    (fold,) = scale(timeline.seconds, 900, busy_of(timeline)).folds
    assert fold.seconds == pytest.approx(21_310, abs=1)
