"""The demo of the pages has in it what there is to be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from examples.demo_ui.__main__ import MONDAY, opened
from examples.demo_ui.day import Day
from swf.engine import Engine
from swf.models import WorkflowExecution


@pytest.fixture
def shop() -> Iterator[tuple[Engine, Day]]:
    """The shop after three hours."""
    with opened(MONDAY) as found:
        yield found


def statuses(day: Day) -> dict[str, str]:
    """Return how the latest run of each execution is."""
    found = {}
    for one in day.domain.executions():
        found.setdefault(one.workflow_id, one.close_status or one.status)
    return found


def test_the_shop_has_executions_of_all_kinds(shop: tuple[Engine, Day]) -> None:
    """Some are on their way, some stuck, and some ended in each of the ways that there are."""
    _, day = shop
    found = statuses(day)

    assert found["order-1040"] == "COMPLETED"  # at its third attempt
    assert found["order-1043"] == "CANCELED"
    assert found["order-1044"] == "TERMINATED"
    assert found["order-1046"] == "FAILED"
    assert found["order-1048"] == "OPEN"  # its courier was lost
    assert found["refund-1042"] == "OPEN"  # nobody gives money back
    assert found["points-of-ada"] == "OPEN"  # the program was changed
    assert found["catalogue-tuesday"] == "OPEN"
    kinds = Counter(one.close_status or one.status for one in day.domain.executions())
    assert kinds["CONTINUED_AS_NEW"] >= 3


def test_it_is_the_same_each_time(shop: tuple[Engine, Day]) -> None:
    """What happens, and when, does not hang on the machine or the hour."""
    _, day = shop
    before = statuses(day)
    lengths = {one: len(execution(day, one).history()) for one in ("order-1048", "stock")}

    with opened(MONDAY + timedelta(days=1)) as (_, again):
        assert statuses(again) == {
            name.replace("20260302", "20260303"): status for name, status in before.items()
        }
        assert lengths == {one: len(execution(again, one).history()) for one in lengths}


def execution(day: Day, workflow_id: str) -> WorkflowExecution:
    """Return the latest run of an execution."""
    return day.domain.executions().filter(workflow_id=workflow_id)[0]


def test_the_shop_goes_on(shop: tuple[Engine, Day]) -> None:
    """Hours later orders that were on their way have arrived, and what is stuck is so still."""
    _, day = shop
    day.until(day.clock.now() + timedelta(hours=2))
    found = statuses(day)

    assert found["order-1048"] == "COMPLETED"
    assert found["order-1052"] == "COMPLETED"
    assert found["refund-1042"] == "OPEN"
