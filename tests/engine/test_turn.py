"""What transitions share: durations as moments, members that were told, a history's room."""

from __future__ import annotations

import pytest
from transition_harness import Run, World

from swf.engine.turn import HistoryFull, Limits, Turn, after, deadlines, given


@pytest.mark.parametrize(
    ("seconds", "moment"), [("0", 1_000), ("2", 3_000), (2, 3_000), ("NONE", None), (None, None)]
)
def test_a_duration_ends_at_a_moment(seconds, moment):
    """The moment is that many seconds later in milliseconds; NONE and nothing have none."""
    assert after(1_000, seconds) == moment


def test_only_deadlines_that_there_are_count():
    """A clock that never runs out is no deadline."""
    assert deadlines(FIRE=5, HEARTBEAT=None) == {"FIRE": 5}


def test_members_that_were_told():
    """Empty text was told, None was not, and other members are left out."""
    assert given({"a": "", "b": None, "c": 1}, "a", "b", "d") == {"a": ""}


def test_the_last_place_is_for_the_close():
    """Where one event still fits, HistoryFull refuses all but the close, and records nothing."""
    run = Run(World(limits=Limits(events=4)))
    run.take()

    with pytest.raises(HistoryFull):
        run.act(Turn.record, "MarkerRecorded", {"markerName": "m"})

    assert run.recorded == []
    assert run.execution.last_event_id == 3
