"""Process some orders, from the registration of types to the histories: `make demo`.

Ends with 0 once every order is closed as it should be, with 1 otherwise. With `--endpoint-url`, or
SWF_ENDPOINT_URL, the orders are processed on that service, in a domain of their own, which is
deprecated in the end; without, on a moto server that is started for the purpose.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import swf
from swf.actors import Actor
from swf.models import Domain, WorkflowExecution, WorkflowType

from .report import Report
from .service import service
from .worker import OrderWorker
from .workflow import OrderDecider, activity_types, workflow_type

SECONDS: Final = 90
"""How long the orders may take together."""

ORDERS: Final[tuple[Mapping[str, Any], ...]] = (
    {"id": "1001", "customer": "Ada", "card": "of a slow bank", "items": ["tea", "cup"]},
    {"id": "1002", "customer": "Grace", "card": "good", "items": ["chess set"]},
    {"id": "1003", "customer": "Mallory", "card": "stolen", "items": ["ring", "watch"]},
)

EXPECTED: Final = {"order-1001": "COMPLETED", "order-1002": "COMPLETED", "order-1003": "FAILED"}
"""How the orders should end."""


def register(report: Report, domain: Domain) -> WorkflowType:
    """Register the domain and the types."""
    report.section("Registration, through models")
    report.shown(f"shop = Domain({domain.name!r}, …)")
    report.shown("shop.exists", domain.exists)
    domain.save()
    report.shown("shop.save()")
    report.shown("shop.exists", domain.exists)
    order = workflow_type(domain)
    order.save()
    report.shown("order.save(); order.exists", order.exists)
    for one in activity_types(domain):
        one.save()
    report.shown("shop.activities()")
    report.types(domain.activities())
    return order


def change_behind(report: Report, domain: Domain, url: str) -> None:
    """Have the domain changed over another connection, and the model find out."""
    report.section("A change behind the model's back")
    report.shown("shop.is_synced, shop.changes", (domain.is_synced, domain.changes))
    other = Domain(domain.name, connection=swf.connect(url))
    other.deprecate()
    report.shown("elsewhere: Domain(…).deprecate()")
    report.shown("shop.is_synced", domain.is_synced)
    report.shown("shop.changes", domain.changes)
    if not domain.changes:
        raise RuntimeError("the change was not seen")
    domain.undeprecate()
    report.shown("shop.undeprecate()")
    report.shown("shop.is_synced, shop.changes", (domain.is_synced, domain.changes))


@contextmanager
def running(*actors: Actor) -> Generator[None]:
    """Let the actors drain at the end of the block, however it ends."""
    try:
        yield
    finally:
        for actor in actors:
            actor.stop()
        for actor in actors:
            actor.join()


def process(report: Report, domain: Domain, order: WorkflowType) -> list[WorkflowExecution]:
    """Start the orders, have them processed, and return their executions."""
    report.section("Three orders, one decider, one worker in a process of its own")
    decider, worker = OrderDecider(domain, report.decided), OrderWorker(domain)
    with running(decider, worker):
        worker.start(processes=1, block=False)
        decider.start(block=False)
        executions = [
            order.start_execution(
                f"order-{one['id']}",
                {**one, "total": 12 * len(one["items"])},
                tag_list=[one["customer"]],
            )
            for one in ORDERS
        ]
        deadline = time.monotonic() + SECONDS
        while domain.executions().filter(status="OPEN").exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"orders are open after {SECONDS} seconds")
            for actor in (decider, worker):
                if not actor.running:
                    actor.join()  # raises what ended it
            time.sleep(0.25)
    report.console.print()
    report.shown("decider.counts", decider.counts)
    report.shown("worker.counts", worker.counts)
    return executions


def show(report: Report, domain: Domain, order: WorkflowType, first: WorkflowExecution) -> None:
    """Show the executions, and the history of the first of them."""
    report.section("The executions, through a queryset")
    found = domain.executions().filter(status="CLOSED", workflow_type=order)
    report.shown("shop.executions().filter(status='CLOSED', workflow_type=order)")
    closed = sorted(found, key=lambda one: one.workflow_id)
    report.executions(closed)
    ended = {one.workflow_id: one.close_status for one in closed}
    if ended != EXPECTED:
        raise RuntimeError(f"the orders ended otherwise than expected: {ended}")

    report.section(f"The compiled history of {first.workflow_id}")
    history = first.history()
    report.shown("history = execution.history()", history)
    report.shown("history.finished", history.finished)
    report.shown("history.compiled")
    report.history(history.compiled)


def run(report: Report, endpoint_url: str | None) -> None:
    """Do it all."""
    report.note(f"swf {swf.__version__}: orders are processed on a service that speaks SWF")
    with service(endpoint_url) as (url, words):
        report.note(f"the service is at {url} ({words})")
        domain = Domain(
            f"shop-{uuid.uuid4().hex[:6]}",
            description="Orders of the demo",
            retention_period=7,
            connection=swf.connect(url),
        )
        order = register(report, domain)
        try:
            change_behind(report, domain, url)
            executions = process(report, domain, order)
            show(report, domain, order, executions[0])
        finally:
            if endpoint_url:
                domain.deprecate()


def main() -> int:
    """Return the exit status of the program."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.order_processing", description="Process some orders on SWF."
    )
    parser.add_argument(
        "--endpoint-url",
        default=os.environ.get("SWF_ENDPOINT_URL"),
        help="a service that speaks SWF; without it, a moto server is started",
    )
    endpoint_url = parser.parse_args().endpoint_url
    report = Report()
    try:
        run(report, endpoint_url)
    except KeyboardInterrupt:
        report.failure(KeyboardInterrupt("interrupted"))
        return 130
    except Exception as error:  # noqa: BLE001  (whatever it is, it is shown and told by the status)
        report.failure(error)
        return 1
    report.end("All orders are processed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
