"""How long executions take, and what in them took longest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import Shop

from swf.clock import ManualClock
from swf.insight.durations import Usual, slowest_of, usual_of
from swf.models import Domain, HistoryBuilder, WorkflowExecution
from swf.models.decision import CompleteWorkflowExecution

TYPE = ("charge", "1")


def ran(shop: Shop, clock: ManualClock, name: str, seconds: float) -> WorkflowExecution:
    """Have an execution take so many seconds."""
    execution = shop.start(name)
    clock.advance(seconds)
    shop.decide(CompleteWorkflowExecution())
    return WorkflowExecution(
        Domain("d", connection=shop.connection),
        name,
        execution.run_id,
        connection=shop.connection,
    ).upstream()


def test_the_last_runs_of_the_type_are_what_is_usual(shop: Shop, swf_clock: ManualClock) -> None:
    """Of the closed ones, without the execution itself and without those that are open."""
    for number, seconds in enumerate((9, 1, 5, 7)):
        ran(shop, swf_clock, f"w-{number}", seconds)
    own = ran(shop, swf_clock, "own", 100)
    shop.start("open")

    usual = usual_of(own)

    assert usual.seconds == (1, 5, 7, 9)
    assert usual_of(own, most=2).seconds == (5, 7)
    assert usual.count == 4


@pytest.mark.parametrize(
    ("percent", "seconds"), [(0, 1), (25, 1), (50, 2), (51, 3), (95, 4), (100, 4)]
)
def test_percentiles_are_runs_that_there_were(percent: float, seconds: float) -> None:
    """The time within which so many of them closed."""
    assert Usual((1, 2, 3, 4)).percentile(percent) == seconds


def test_of_no_run_there_is_no_percentile() -> None:
    """There is nothing to compare with."""
    with pytest.raises(ValueError, match="no run"):
        Usual(()).percentile(50)


def test_the_slowest_is_what_ran_longest() -> None:
    """Waiting does not count; what still runs counts until now."""
    builder = HistoryBuilder(("order", "1")).decision()
    builder.activity_task_scheduled("a", TYPE).activity_task_started("a").advance(5)
    builder.activity_task_completed("a").advance(60).decision()
    builder.activity_task_scheduled("waits", TYPE).lambda_function_scheduled("l", "resize")
    builder.lambda_function_started("l")
    history = builder.build()
    assert history.last is not None
    now = history.last.timestamp

    early = slowest_of(history, now=now + timedelta(seconds=4))
    late = slowest_of(history, now=now + timedelta(seconds=6))

    assert early is not None
    assert (early.name, early.id, early.seconds) == ("charge", "a", 5)
    assert late is not None
    assert (late.type, late.name, late.seconds) == ("LambdaFunction", "resize", 6)


def test_where_nothing_started_nothing_is_slow() -> None:
    """No step, no slowest one."""
    history = HistoryBuilder(("order", "1")).build()
    assert history.last is not None

    assert slowest_of(history, now=history.last.timestamp) is None
