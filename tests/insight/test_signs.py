"""Signs that an execution is not well."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from looked_at import TYPE, begun
from strategies import raw_histories

from swf.constants import MAX_DATA_LENGTH
from swf.insight.finding import Finding
from swf.insight.meters import meters_of
from swf.insight.signs import signs
from swf.models import History, HistoryBuilder


def found(builder: HistoryBuilder, after: float = 0) -> list[Finding]:
    """Return the signs so many seconds after the last event."""
    history = builder.build()
    assert history.last is not None
    now = history.last.timestamp + timedelta(seconds=after)
    return list(signs("w", history, meters=meters_of(history), now=now))


def test_an_execution_that_is_well_has_no_signs() -> None:
    """Nothing near a limit, nothing that fails, nobody who sleeps."""
    assert found(begun().activity_task_scheduled("a", TYPE)) == []


def test_a_quota_that_is_near_is_told_with_what_happens_there() -> None:
    """From four fifths on it is a warning, at the limit a problem."""
    near = begun(input="x" * int(MAX_DATA_LENGTH * 0.9))
    at = begun(input="x" * MAX_DATA_LENGTH)

    [warned], [trouble] = found(near), found(at)
    assert (warned.state, trouble.state) == ("warning", "problem")
    assert "32,768 of 32,768" in trouble.told
    assert "is refused" in warned.told


def failing(times: int) -> HistoryBuilder:
    """Return an execution with an activity that was tried so often, and waits to be tried again."""
    builder = begun()
    for number in range(times):
        builder.activity_task_scheduled("a", TYPE).activity_task_started("a")
        builder.activity_task_failed("a", reason=f"E{number}").decision()
    return builder


def test_what_fails_again_and_again_is_told() -> None:
    """Three times are no accident, whether it waits to be tried or is tried."""
    few = failing(2).timer_started("retry-2-a", 5)
    waits = failing(3).timer_started("retry-3-a", 5)
    tried = failing(4).activity_task_scheduled("a", TYPE)

    assert found(few) == []
    assert [one.told for one in found(waits)] == [
        "'a' has failed 3 times, the last time it failed: E2"
    ]
    assert [one.told for one in found(tried)] == [
        "'a' has failed 4 times, the last time it failed: E3"
    ]
    assert found(tried)[0].type == "see its attempts: `swf workflow tasks w`"


def test_failures_before_a_success_do_not_count() -> None:
    """What went well since is well."""
    builder = failing(3).activity_task_scheduled("a", TYPE).activity_task_started("a")
    builder.activity_task_completed("a").decision().activity_task_scheduled("a", TYPE)

    assert found(builder) == []


def test_a_decider_that_sleeps_is_told() -> None:
    """One that has had a decision task for a minute is slow, or gone."""
    builder = HistoryBuilder(("order", "1")).decision_task_started(identity="decider-1")

    assert found(builder, after=59) == []
    assert [one.told for one in found(builder, after=75)] == [
        "decider 'decider-1' has had its decision task for 75 s: it is slow, or gone"
    ]


def test_a_time_out_that_is_near_is_told() -> None:
    """When a tenth of an execution's time is left."""
    limit = begun().build().compiled.execution.execution_start_to_close_timeout
    assert isinstance(limit, int)

    assert found(begun(), after=limit * 0.89) == []
    [sign] = found(begun(), after=limit * 0.95)
    assert sign.told.startswith("it times out in")


@given(raw_histories())
def test_no_history_is_too_odd(raws: list[dict[str, object]]) -> None:
    """Whatever SWF can have recorded can be looked at."""
    history = History(raws)
    assert history.last is not None
    now: datetime = history.last.timestamp

    assert all(one.state != "ok" for one in signs("w", history, meters=meters_of(history), now=now))
