"""What has happened in the shop: some hours on a clock of its own, and whatever comes after.

Nobody sleeps here: work takes as long as `TAKES` says, on the clock of the SWF.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zlib import crc32

from swf import schedules
from swf.engine import Engine
from swf.exceptions import DoesNotExistError
from swf.flow import Activity, Decider, ManualCompletion, Workflow, start
from swf.models import Domain
from swf.schedules import ScheduleSpec, ScheduleWorkflow
from swf.testing import VirtualClock, connected, run_until_idle

from . import shop

DOMAIN: Final = "shop"

MINUTE: Final = 60

LASTS: Final = 180 * MINUTE
"""How long the shop has been open when somebody looks."""

WORKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "warehouse": ("ada@warehouse-1", "grace@warehouse-2"),
    "payments": ("bank-gateway@pay-1",),
    "couriers": ("van-3@couriers", "bike-7@couriers", "van-9@couriers"),
    "mail": ("postman@mail-1",),
    "imports": ("importer@batch-1", "importer@batch-2"),
}
"""Who works on which task list, each on one task at a time. Nobody gives money back."""

TAKES: Final[Mapping[str, int]] = {
    "reserve": 25,
    "charge": 18,
    "pack": 140,
    "ship": 1_500,
    "send_receipt": 6,
    "count": 45,
    "catalogue.read": 240,
    "catalogue.merge": 90,
    "catalogue.publish": 30,
}
"""Seconds, give and take a third."""

LOST: Final = ("order-1047", "order-1048")
"""Orders with which a courier is not heard of any more: another has to bring them."""

BACK_AFTER: Final = 1_000
"""Seconds after which such a courier is there again."""

BEAT: Final = 50
"""Seconds between heartbeats."""

BEATS: Final = ("ship", "catalogue.read", "catalogue.merge")
"""Activities that tell of themselves meanwhile."""

CODE: Final[Mapping[str, Callable[..., Any]]] = {
    **{one.name: one.callable for one in vars(shop).values() if isinstance(one, Activity)},
    "catalogue.read": shop.read_catalogue,
    "catalogue.merge": shop.merge,
    "catalogue.publish": shop.publish,
}
"""The code of each activity."""


class PointsBefore(Workflow):
    """The points of a customer, as they were added up before the program was changed."""

    name = shop.Points.name
    version = shop.Points.version
    task_list = shop.ORDERS
    execution_start_to_close_timeout = 30 * 86_400

    def run(self, customer: str) -> int:
        """Add up, wait, add up."""
        first = self.submit(shop.count, f"bought by {customer}").result
        _ = self.start_timer(9_600, timer_id="more-may-come").result
        return first + self.submit(shop.count, f"later by {customer}").result


ALWAYS: Final = (
    shop.Order,
    shop.Refund,
    shop.Inventory,
    shop.Report,
    shop.Prices,
    shop.Catalogue,
)


class Day:
    """The domain `shop` on an engine with a VirtualClock, and all who work there."""

    def __init__(self, engine: Engine, clock: VirtualClock) -> None:
        self.clock = clock
        self.connection = connected(engine)
        self.domain = Domain(
            DOMAIN, description="A small shop", retention_period=30, connection=self.connection
        )
        self.domain.save()
        self.begun = clock.now()
        shop.TRIES.clear()
        self.manual = ManualCompletion(connection=self.connection)
        self.busy: set[str] = set()
        self.lost: set[str] = set()
        self.decider = self._decider((*ALWAYS, PointsBefore), shop.ORDERS, "decider-1@orders")
        self.auditor: Decider | None = self._decider((shop.Audit,), "audits", "auditor@office")
        self.scheduler = self._decider(
            (ScheduleWorkflow,), ScheduleWorkflow.task_list, "scheduler@office"
        )
        for minute, happens in self.plan():
            clock.at(self.begun + timedelta(minutes=minute), happens)

    def _decider(self, workflows: Any, task_list: str, identity: str) -> Decider:
        return Decider(
            workflows,
            task_list,
            domain=self.domain,
            connection=self.connection,
            identity=identity,
            clock=self.clock,
        )

    # What happens by itself

    def until(self, moment: datetime) -> None:
        """Have all happen that happens until a moment."""
        self.clock.at(moment, _nothing)
        self.work()
        while self.clock.now() < moment:
            self.clock.step()
            self.work()

    def work(self) -> None:
        """Have all who are there look for tasks, and take those that there are."""
        actors = [one for one in (self.decider, self.auditor, self.scheduler) if one is not None]
        while run_until_idle(*actors) + self._taken():
            pass

    def _taken(self) -> int:
        """Have every worker who has nothing to do look for a task; return how many found one."""
        found = 0
        for task_list, names in WORKERS.items():
            for name in names:
                if name not in self.busy:
                    found += self._take(task_list, name)
        return found

    def _take(self, task_list: str, worker: str) -> bool:
        polled = {"domain": DOMAIN, "taskList": {"name": task_list}, "identity": worker}
        task = self.connection.call("PollForActivityTask", polled)
        token = task.get("taskToken")
        if not token:
            return False
        self.busy.add(worker)
        name = task["activityType"]["name"]
        order = task["workflowExecution"]["workflowId"]
        if order in LOST and name == "ship" and order not in self.lost:
            self.lost.add(order)
            self.clock.at(BACK_AFTER, lambda: self.busy.discard(worker))
            return True
        seconds = _seconds(name, task["activityId"] + order)
        if name in BEATS:
            for beat in range(BEAT, seconds, BEAT):
                self.clock.at(beat, partial(self._beat, token, beat / seconds))
        self.clock.at(seconds, lambda: self._answer(worker, task))
        return True

    def _beat(self, token: str, part: float) -> None:
        _told(lambda: self.manual.heartbeat(token, {"done": f"{part:.0%}"}))

    def _answer(self, worker: str, task: Mapping[str, Any]) -> None:
        """Do the work of a task, whose time has passed already, and answer."""
        self.busy.discard(worker)
        token = task["taskToken"]
        told = json.loads(task.get("input") or "{}")
        args = told.get("args", [told])
        try:
            result = CODE[task["activityType"]["name"]](*args)
        except Exception as error:  # noqa: BLE001  (whatever it is, the workflow is told)
            raised = error
            _told(lambda: self.manual.fail(token, raised))
        else:
            _told(lambda: self.manual.complete(token, result))

    # What people do

    def plan(self) -> Iterator[tuple[float, Callable[[], object]]]:
        """Yield what people do, and the minute of the day at which they do it."""
        yield 1, self._have_schedule
        yield 2, self._start(shop.Prices, "prices")
        yield 3, self._start(shop.Catalogue, "catalogue-monday", {"day": "Monday"})
        yield 4, self._start(PointsBefore, "points-of-ada", "Ada", tags=["ada"])
        yield 160, self._change_program
        for number, minute, customer, lines, card in ORDERED:
            order = f"order-{number}"
            yield (
                minute,
                self._start(shop.Order, order, order, lines, card, tags=[customer, "web"]),
            )
        yield 12, self._start(shop.Audit, "audit-saturday", "Saturday")
        yield 40, self._start(shop.Report, "stock", ["tea-house", "kiln", "bindery", "attic"])
        yield 52, lambda: self._execution("order-1041").signal("approve", "by the owner")
        yield 70, lambda: self._execution("order-1043").request_cancel()
        yield (
            75,
            lambda: self._execution("order-1044").terminate(
                reason="ordered twice", details="the same as order-1042"
            ),
        )
        yield 130, self._close_audits
        yield 131, self._start(shop.Audit, "audit-sunday", "Sunday")
        yield 150, self._start(shop.Points, "points-of-grace", "Grace", tags=["grace"])
        yield 158, self._start(shop.Refund, "refund-1042", "order-1042", 36, tags=["grace"])
        yield 166, self._start(shop.Refund, "refund-1037", "order-1037", 24, tags=["ada"])
        yield 170, self._start(shop.Catalogue, "catalogue-tuesday", {"day": "Tuesday"})

    def _start(
        self, workflow: Any, workflow_id: str, *args: Any, tags: list[str] | None = None
    ) -> Callable[[], object]:
        def begin() -> None:
            ordered = workflow.with_options(workflow_id=workflow_id, tag_list=tags or [])
            start(ordered, *args, domain=self.domain, connection=self.connection)

        return begin

    def _execution(self, workflow_id: str) -> Any:
        return next(iter(self.domain.executions().filter(status="OPEN", workflow_id=workflow_id)))

    def _have_schedule(self) -> None:
        """Have the stock of the attic counted every forty minutes."""
        self._start(shop.Inventory, "inventory-cellar", "cellar", 3)()
        spec = ScheduleSpec(
            cron="@every 40m",
            workflow=shop.Inventory,
            input=schedules.call("attic", 2),
            note="The attic is small",
        )
        schedules.create("attic", spec, domain=self.domain, connection=self.connection)

    def _change_program(self) -> None:
        """Have the decider begin anew, with a program that is not what it was."""
        self.decider.close()
        self.decider = self._decider((*ALWAYS, shop.Points), shop.ORDERS, "decider-2@orders")

    def _close_audits(self) -> None:
        """Have the auditor go home."""
        assert self.auditor is not None  # noqa: S101  (it happens once)
        self.auditor.close()
        self.auditor = None


ORDERED: Final[tuple[tuple[int, float, str, Mapping[str, int], str], ...]] = (
    (1037, 5, "ada", {"tea": 2}, "good"),
    (1038, 14, "grace", {"chess set": 1}, "good"),
    (1039, 22, "mallory", {"ring": 1, "watch": 2}, "stolen"),
    (1040, 31, "ada", {"tea": 1, "cup": 4, "pot": 1}, "of a slow bank"),
    (1041, 38, "emmy", {"bookcase": 50}, "good"),
    (1042, 55, "grace", {"cup": 3}, "good"),
    (1043, 61, "barbara", {"bookcase": 60}, "good"),
    (1044, 64, "grace", {"cup": 3}, "good"),
    (1045, 97, "sophie", {"lamp": 2, "shade": 2}, "good"),
    (1046, 118, "mallory", {"watch": 1}, "stolen"),
    (1047, 141, "emmy", {"tea": 6, "pot": 1}, "of a slow bank"),
    (1048, 152, "barbara", {"chess set": 2}, "good"),
    (1049, 163, "sophie", {"bookcase": 48}, "good"),
    (1050, 171, "ada", {"tea": 2, "cup": 2}, "good"),
    (1051, 176, "emmy", {"lamp": 1}, "of a slow bank"),
    (1052, 179.5, "grace", {"cup": 6, "pot": 1}, "good"),
)
"""Orders: number, minute, customer, what is ordered, and the card."""


def _seconds(name: str, what: str) -> int:
    """Return how long something takes: always the same for the same."""
    usual = TAKES[name]
    return max(1, usual * (200 + crc32(what.encode()) % 201 - 100) // 200)


def _told(tell: Callable[[], object]) -> None:
    """Tell SWF something about a task, unless that is over by now."""
    with suppress(DoesNotExistError):
        tell()


def _nothing() -> None:
    """Have a moment come."""
