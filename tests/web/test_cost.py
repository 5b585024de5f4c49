"""What pages cost where calls are counted: Amazon's SWF throttles who asks too often."""

from __future__ import annotations

from typing import Final

from browsed import Browser
from overheard import Overheard
from shops import Shop

from swf.clock import Clock, ManualClock
from swf.web import application, paths

ONE: Final = "an execution"
GET: Final = "GetWorkflowExecutionHistory"

COSTS: Final = {
    "/ui/?all=1": (2, 2),
    "/ui/d/executions": (4, 4),
    "/ui/d/executions?status=open": (2, 2),
    "/ui/d/executions?q=x": (2, 2),
    "/ui/d/types": (4, 4),
    "/ui/d/types/workflow/order/1": (1, 1),
    "/ui/d/task-lists": (22, 0),
    "/ui/d/start": (1, 1),
    f"{ONE}": (4, 2),
    f"{ONE}/timeline": (3, 2),
    f"{ONE}/history": (3, 2),
    f"{ONE}/history?view=full": (3, 3),
    f"{ONE}/history?view=full&page=4": (3, 3),
    f"{ONE}/pending": (3, 2),
    f"{ONE}/graph": (3, 2),
    f"{ONE}/replay": (3, 2),
    f"{ONE}/children": (3, 2),
    f"{ONE}/export": (1, 1),
    f"{ONE}/export.html": (3, 2),
    f"{ONE}/history.json": (3, 2),
    f"{ONE}/terminate": (1, 1),
}
"""How many calls a page makes when it is opened first, and again: of an execution of 1,502 events,
among thirty that are open."""


def a_busy_shop(shop: Shop) -> str:
    """Return the path of an execution of 1,502 events, among thirty that are open."""
    for number in range(29):
        shop.start(f"order-{number}")
    execution = shop.start("long")
    for _ in range(1_500):
        execution.signal("more")
    return paths.url("d", "executions", execution.workflow_id, str(execution.run_id))


def test_each_page_makes_few_calls(shop: Shop) -> None:
    """What SWF said is not asked for again; a page of a history does not read all of it."""
    path = a_busy_shop(shop)
    found = {}
    for page in COSTS:
        browser = Browser(application(shop.connection, token=None))
        costs = []
        for _ in range(2):
            shop.connection.calls.clear()
            assert browser.get(page.replace(ONE, path)).status == 200, page
            costs.append(len(shop.connection.calls))
        found[page] = tuple(costs)

    assert found == COSTS


class Timed(Overheard):
    """An SWF that lives by the clock of a test."""

    @property
    def clock(self) -> Clock:
        return self.connection.clock


def test_task_lists_are_inferred_again_after_half_a_minute(
    shop: Shop, swf_clock: ManualClock
) -> None:
    """What was inferred is shown for some time, to all; then it is asked for anew."""
    shop.start()
    shop.connection = Timed(shop.unheard)
    browser = Browser(application(shop.connection, token=None))
    browser.get("/ui/d/task-lists")
    shop.connection.calls.clear()

    assert browser.get("/ui/d/task-lists").status == 200
    assert not shop.connection.calls
    swf_clock.advance(30)
    assert browser.get("/ui/d/task-lists").status == 200
    assert shop.connection.params(GET)
