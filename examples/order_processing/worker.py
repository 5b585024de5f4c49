"""What is done in the shop: the activities, and the worker that does them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from swf.actors import ActivityTask, ActivityWorker, Beats
from swf.models import Domain

from .workflow import WORK

# A failed activity is told to the workflow, which is where this program shows it. Yours would
# rather configure logging.
logging.getLogger("swf").addHandler(logging.NullHandler())


class BankUnreachable(Exception):
    """The bank did not answer: that may pass."""


class CardDeclined(Exception):
    """The bank has answered: no."""


@attrs.frozen
class Job:
    """What an activity is told, and its way to be heard."""

    order: Mapping[str, Any]
    attempt: int
    context: Beats


def reserve_stock(job: Job) -> Any:
    """Put the goods aside."""
    job.context.wait(0.2)
    return {"shelf": "B-12", "items": len(job.order["items"])}


def charge_card(job: Job) -> Any:
    """Have the bank pay, if it can be reached and has a mind to."""
    job.context.wait(0.3)
    if job.order["card"] == "of a slow bank" and job.attempt == 1:
        raise BankUnreachable("no answer within 300 ms")
    if job.order["card"] == "stolen":
        raise CardDeclined("reported stolen")
    return {"paid": job.order["total"]}


def ship_parcel(job: Job) -> Any:
    """Pack item by item; were it to take long, heartbeats would tell how far it got."""
    for number, item in enumerate(job.order["items"], 1):
        job.context.heartbeat({"packed": item, "number": number})
        job.context.check_canceled()
        job.context.wait(0.2)
    return {"tracking": f"TRK-{job.order['id']}"}


def send_receipt(job: Job) -> Any:
    """Thank the customer."""
    job.context.wait(0.1)
    return f"sent to {job.order['customer']}"


ACTIVITIES: Final[Mapping[str, Callable[[Job], Any]]] = {
    "reserve_stock": reserve_stock,
    "charge_card": charge_card,
    "ship_parcel": ship_parcel,
    "send_receipt": send_receipt,
}
"""The code of each activity: nothing else is ever run, whatever a task says."""


class OrderWorker(ActivityWorker):
    """Does the activities of orders."""

    def __init__(self, domain: Domain) -> None:
        super().__init__(domain, WORK)

    def execute(self, task: ActivityTask, context: Beats) -> Any:
        """Do what the task is about, and return its result."""
        given = json.loads(task.input or "{}")
        return ACTIVITIES[task.activity_type.name](Job(given["order"], given["attempt"], context))
