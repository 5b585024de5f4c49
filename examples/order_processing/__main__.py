"""Process some orders, from the registration of types to the histories: `make demo`.

SWF itself runs in this process and keeps everything in the file `orders.db` of the current folder.
Kill the program half-way, even with -9, and start it again: it goes on where it was. Once all
orders are closed, the next run takes new ones. An argument, or SWF_ENDPOINT_URL, names another
file, or any other SWF.

Ends with 0 once every order is closed as it should be, with 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

import swf
from swf.actors import Actor
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType

from .report import Report
from .worker import OrderWorker
from .workflow import OrderDecider, activity_types, workflow_type

DATABASE: Final = "orders.db"

SECONDS: Final = 90
"""How long the orders may take together."""

ORDERS: Final[tuple[Mapping[str, Any], ...]] = (
    {"customer": "Ada", "card": "of a slow bank", "items": ["tea", "cup"]},
    {"customer": "Grace", "card": "good", "items": ["chess set"]},
    {"customer": "Mallory", "card": "stolen", "items": ["ring", "watch"]},
)
"""What customers order, day by day the same."""

EXPECTED: Final = {"Ada": "COMPLETED", "Grace": "COMPLETED", "Mallory": "FAILED"}
"""How their orders should end."""


def register(report: Report, shop: Domain) -> WorkflowType:
    """Register the domain and the types, those that are not there yet."""
    report.section("Registration, through models")
    report.shown(f"shop = Domain({shop.name!r}, …)")
    report.shown("shop.exists", shop.exists)
    order = workflow_type(shop)
    registered: list[Domain | WorkflowType | ActivityType] = [shop, order, *activity_types(shop)]
    for model in registered:
        if not model.exists:
            model.save()
    report.shown("shop.save(), order.save(), …")
    report.shown("shop.exists", shop.exists)
    report.shown("shop.activities()")
    report.types(shop.activities())
    return order


def change_behind(report: Report, shop: Domain, url: str) -> None:
    """Have the domain changed over another connection, and the model find out."""
    report.section("A change behind the model's back")
    if shop.is_synced:
        Domain(shop.name, connection=swf.connect(url)).deprecate()
        report.shown("elsewhere: Domain(…).deprecate()")
    report.shown("shop.is_synced", shop.is_synced)
    report.shown("shop.changes", shop.changes)
    if not shop.changes:
        raise RuntimeError("the change was not seen")
    shop.undeprecate()
    report.shown("shop.undeprecate()")
    report.shown("shop.is_synced, shop.changes", (shop.is_synced, shop.changes))


def orders_at_hand(report: Report, order: WorkflowType) -> dict[str, WorkflowExecution]:
    """Return the executions of a day's orders by customer: the day left unfinished, or the next.

    What was started before goes on by itself: SWF has it.
    """
    report.section("Three orders, one decider, one worker")
    known = {one.workflow_id: one for one in order.domain.executions()}
    closed = {one.workflow_id for one in known.values() if one.status == "CLOSED"}
    day = next(day for day in count(1) if not closed.issuperset(ids_of(day).values()))
    executions = {}
    for one in ORDERS:
        customer = one["customer"]
        workflow_id = ids_of(day)[customer]
        if workflow_id in known:
            report.note(f"{workflow_id} is here already: it goes on where it was")
            executions[customer] = known[workflow_id]
        else:
            executions[customer] = order.start_execution(
                workflow_id,
                {**one, "id": f"{day}-{customer}", "total": 12 * len(one["items"])},
                tag_list=[f"day {day}", customer],
            )
    return executions


def ids_of(day: int) -> dict[str, str]:
    """Return the workflow ids of a day's orders by customer."""
    return {one["customer"]: f"order-{day}-{one['customer'].lower()}" for one in ORDERS}


@contextmanager
def running(*actors: Actor) -> Generator[None]:
    """Have the actors poll and work in threads, until the block ends."""
    try:
        for actor in actors:
            actor.start(threads=2, block=False)
        yield
    finally:
        for actor in actors:
            actor.stop()
        for actor in actors:
            actor.join()  # raises what ended it, if anything did


def process(report: Report, shop: Domain, executions: Mapping[str, WorkflowExecution]) -> None:
    """Return once all orders are closed."""
    decider, worker = OrderDecider(shop, report.decided), OrderWorker(shop)
    deadline = time.monotonic() + SECONDS
    with running(decider, worker):
        while any(one.upstream().status == "OPEN" for one in executions.values()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"orders are open after {SECONDS} seconds")
            if not (decider.running and worker.running):
                return  # the end of the block raises why
            time.sleep(0.1)
    report.console.print()
    report.shown("decider.counts", decider.counts)
    report.shown("worker.counts", worker.counts)


def show(report: Report, shop: Domain, executions: Mapping[str, WorkflowExecution]) -> None:
    """Show how the orders ended, and the history of the first of them."""
    first = executions["Ada"].upstream()
    day = (first.tag_list or ("",))[0]
    report.section("The executions, through a queryset")
    report.shown(f"shop.executions().filter(status='CLOSED', tag={day!r})")
    closed = sorted(
        shop.executions().filter(status="CLOSED", tag=day), key=lambda one: one.workflow_id
    )
    report.executions(closed)
    ended = {(one.tag_list or ("", ""))[1]: one.close_status for one in closed}
    if ended != EXPECTED:
        raise RuntimeError(f"the orders ended otherwise than expected: {ended}")

    report.section(f"The compiled history of {first.workflow_id}")
    history = first.history()
    report.shown("history = execution.history()", history)
    report.shown("history.finished", history.finished)
    report.shown("history.compiled")
    report.history(history.compiled)


def run(report: Report, url: str) -> None:
    """Do it all."""
    report.note(f"swf {swf.__version__}: orders are processed on {url}")
    swf.settings.set(endpoint_url=url)
    shop = Domain("order-processing", description="Orders of the demo", retention_period=7)
    order = register(report, shop)
    change_behind(report, shop, url)
    executions = orders_at_hand(report, order)
    process(report, shop, executions)
    show(report, shop, executions)


def main() -> int:
    """Return the exit status of the program."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.order_processing", description="Process some orders on SWF."
    )
    parser.add_argument(
        "swf",
        nargs="?",
        default=os.environ.get("SWF_ENDPOINT_URL", DATABASE),
        help="the file that SWF keeps everything in, or an endpoint URL: sqlite:///FILE, memory://,"
        " https://… (default: %(default)s)",
    )
    given: str = parser.parse_args().swf
    report = Report()
    try:
        run(report, given if "://" in given else f"sqlite:///{given}")
    except KeyboardInterrupt:
        report.failure(KeyboardInterrupt("interrupted; started again, it goes on"))
        return 130
    except Exception as error:  # noqa: BLE001  (whatever it is, it is shown and told by the status)
        report.failure(error)
        return 1
    report.end("All orders are processed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
