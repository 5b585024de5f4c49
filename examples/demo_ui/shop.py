"""The program of the shop: its workflows, and the activities that they are made of."""

# ruff: noqa: ARG001  (what the work is about, which nobody does here)

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from swf.flow import RetryPolicy, Workflow, activity
from swf.graph import ActivityTask, DeciderSpec, graph_workflow
from swf.graph import activity as graph_activity

ORDERS: Final = "orders"
"""The task list of the decider."""

TRIES: Final[Counter[str]] = Counter()
"""How often an order was charged: the bank is a slow one for some."""


class CardDeclinedError(Exception):
    """The bank says no, and will say so again."""


@activity(
    name="reserve",
    version="1",
    task_list="warehouse",
    start_to_close_timeout=600,
    heartbeat_timeout="NONE",
)
def reserve(order: str, article: str, pieces: int) -> dict[str, Any]:
    """Put pieces of an article aside."""
    return {"article": article, "pieces": pieces, "shelf": f"{article[0].upper()}-{pieces:02}"}


@activity(
    name="charge",
    version="1",
    task_list="payments",
    retry=RetryPolicy(attempts=3, delay=40, factor=2, never=(CardDeclinedError,)),
    start_to_close_timeout=120,
    heartbeat_timeout="NONE",
)
def charge(order: str, card: str, total: int) -> str:
    """Charge a card."""
    TRIES[order] += 1
    if card == "stolen":
        raise CardDeclinedError(f"{order}: the card was reported stolen")
    if card == "of a slow bank" and TRIES[order] < 3:
        raise ConnectionError("the bank does not answer")
    return f"receipt {int(order[-4:]) * 7}"


@activity(
    name="pack",
    version="1",
    task_list="warehouse",
    start_to_close_timeout=900,
    heartbeat_timeout="NONE",
)
def pack(order: str, shelves: list[str]) -> str:
    """Pack what was put aside."""
    return f"parcel {int(order[-4:]) + 4_000}"


@activity(
    name="ship",
    version="1",
    task_list="couriers",
    start_to_close_timeout=7_200,
    heartbeat_timeout=120,
    retry=2,
)
def ship(order: str, parcel: str) -> dict[str, Any]:
    """Bring a parcel to the customer."""
    return {"parcel": parcel, "left": "with a neighbour"}


@activity(
    name="send_receipt",
    version="1",
    task_list="mail",
    start_to_close_timeout=60,
    heartbeat_timeout="NONE",
)
def send_receipt(order: str, receipt: str) -> str:
    """Send a receipt by mail."""
    return "sent"


@activity(
    name="refund",
    version="1",
    task_list="refunds",
    start_to_close_timeout=600,
    heartbeat_timeout="NONE",
)
def refund(order: str, total: int) -> str:
    """Give the money back."""
    return "refunded"


@activity(
    name="count",
    version="1",
    task_list="warehouse",
    start_to_close_timeout=600,
    heartbeat_timeout="NONE",
)
def count(shelf: str) -> int:
    """Count what is on a shelf."""
    return len(shelf) * 12


class Order(Workflow):
    """An order, from the shop to the customer."""

    name = "order"
    version = "3"
    task_list = ORDERS
    execution_start_to_close_timeout = 86_400
    description = "Takes an order from the shop to the customer"

    def run(self, order: str, lines: dict[str, int], card: str = "good") -> dict[str, Any]:
        """Reserve, charge, pack, ship; large orders only once somebody has approved them."""
        total = 12 * sum(lines.values())
        if total > 500:
            _ = self.wait_signal("approve", timeout=7_200).result
        reserved = [self.submit(reserve, order, article, n) for article, n in lines.items()]
        paid = self.submit(charge, order, card, total).result
        shelves = [one.result["shelf"] for one in reserved]
        _ = self.start_timer(120, timer_id="may-be-canceled").result
        parcel = self.submit(pack, order, shelves).result
        mailed = self.submit(send_receipt, order, paid)
        shipped: dict[str, Any] = self.submit(ship, order, parcel).result
        return {**shipped, "receipt": paid, "mail": mailed.result}


class Refund(Workflow):
    """Money that a customer gets back."""

    name = "refund"
    version = "1"
    task_list = ORDERS
    execution_start_to_close_timeout = 7 * 86_400
    description = "Gives a customer the money back"

    def run(self, order: str, total: int) -> str:
        """Give it back."""
        return self.submit(refund, order, total).result


class Inventory(Workflow):
    """All shelves of a house, counted."""

    name = "inventory"
    version = "1"
    task_list = ORDERS
    execution_start_to_close_timeout = 3_600
    description = "Counts what is on the shelves of one house"

    def run(self, house: str, shelves: int) -> int:
        """Count every shelf."""
        counted = [self.submit(count, f"{house}-{number}") for number in range(1, shelves + 1)]
        return sum(one.result for one in counted)


class Report(Workflow):
    """The stock of all houses."""

    name = "stock-report"
    version = "2"
    task_list = ORDERS
    execution_start_to_close_timeout = 6 * 3_600
    description = "Has the stock of all houses counted, each by a child"

    def run(self, houses: list[str]) -> dict[str, int]:
        """Count each house by an execution of its own."""
        children = {
            house: self.submit(
                Inventory.with_options(workflow_id=f"inventory-{house}"), house, 2 + len(house) % 3
            )
            for house in houses
        }
        return {house: child.result for house, child in children.items()}


class Prices(Workflow):
    """Prices, looked at again and again, with a new run for every few times."""

    name = "price-watch"
    version = "1"
    task_list = ORDERS
    execution_start_to_close_timeout = 86_400
    description = "Looks at the prices of others every quarter of an hour"

    def run(self, run: int = 1) -> None:
        """Look twice, and go on in a new run."""
        for _ in range(2):
            _ = self.submit(count, f"prices-{run}").result
            _ = self.start_timer(900, timer_id="next-look").result
        self.continue_as_new(run + 1)


class Points(Workflow):
    """The points of a customer; those begun before the change of the program cannot go on so."""

    name = "loyalty-points"
    version = "1"
    task_list = ORDERS
    execution_start_to_close_timeout = 30 * 86_400
    description = "Adds up the points of a customer"

    def run(self, customer: str) -> int:
        """Tell the customer, and add up."""
        _ = self.submit(send_receipt, customer, "points").result
        return self.submit(count, f"bought by {customer}").result


class Audit(Workflow):
    """A look through the books, by a decider that has gone home."""

    name = "audit"
    version = "1"
    task_list = "audits"
    execution_start_to_close_timeout = 86_400
    description = "Looks through the books of a day"

    def run(self, day: str) -> int:
        """Count the pages."""
        return self.submit(count, f"book of {day}").result


@graph_activity(name="catalogue.read", version="1")
def read_catalogue(context: dict[str, Any]) -> int:
    """Read what a supplier offers."""
    return 1_204


@graph_activity(name="catalogue.merge", version="1")
def merge(context: dict[str, Any]) -> int:
    """Have one catalogue of all."""
    return 3_377


@graph_activity(name="catalogue.publish", version="1")
def publish(context: dict[str, Any]) -> str:
    """Have the shop offer it."""
    return "published"


def catalogue() -> DeciderSpec:
    """Return the graph of the catalogue's tasks."""
    read = [
        ActivityTask("catalogue.read", "1", activity_id=f"read-{name}", task_list="imports")
        for name in ("tea-house", "kiln", "bindery")
    ]

    def after(name: str, activity_id: str, *requires: ActivityTask) -> ActivityTask:
        return ActivityTask(
            f"catalogue.{name}",
            "1",
            activity_id=activity_id,
            task_list="imports",
            requires=list(requires),
        )

    merged = after("merge", "merge", *read)
    prices, pictures = after("read", "prices", merged), after("read", "pictures", merged)
    published = after("publish", "publish", prices, pictures)
    told = after("publish", "tell-customers", published)
    return DeciderSpec(activity_tasks=[*read, merged, prices, pictures, published, told])


Catalogue: Final = graph_workflow(catalogue(), "catalogue", "1", task_list=ORDERS)
"""The catalogue is a graph: three suppliers are read, merged, priced, pictured, published."""
