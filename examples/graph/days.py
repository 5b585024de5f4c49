"""A generator makes two tasks for each working day; what requires it requires all of them.

    python -m examples.graph.days

Prints `46 orders on 8 days`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import swf
from swf import flow
from swf.graph import (
    ActivityTask,
    ActivityWorker,
    Decider,
    DeciderSpec,
    Generator,
    InstantRetry,
    activity,
    generator,
)
from swf.graph.api import Swf

DOMAIN = "days"


@generator(name="working days", version="1")
def working_days(context: dict[str, Any]) -> list[ActivityTask]:
    """Return a task that fetches, and one that counts, for each working day."""
    first, last = (date.fromisoformat(context["workflow"][name]) for name in ("first", "last"))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [task for day in days if day.weekday() < 5 for task in tasks_of(day)]


def tasks_of(day: date) -> list[ActivityTask]:
    """Return the tasks of one day."""
    retry = InstantRetry(retries=3)
    fetch = ActivityTask("fetch", "1", input=day.isoformat(), retry_strategy=retry)
    count = ActivityTask("count", "1", requires=[fetch], retry_strategy=retry)
    return [fetch, count]


@activity(name="fetch", version="1")
def fetch(context: dict[str, Any]) -> str:
    """Fetch the orders of a day, and say where they are."""
    return f"/orders/{context['activity_task']}.json"


@activity(name="count", version="1")
def count(context: dict[str, Any]) -> int:
    """Count the orders at the place that the required task has told."""
    (place,) = context.values()
    return int(place[-7:-5])


@activity(name="sum up", version="1")
def sum_up(context: dict[str, Any]) -> str:
    """Sum up what was counted."""
    counted = [value for id_, value in context.items() if id_.startswith("count:")]
    return f"{sum(counted)} orders on {len(counted)} days"


DAYS = Generator("working days", "1")
SPEC = DeciderSpec(
    DOMAIN,
    "decisions",
    [DAYS, ActivityTask("sum up", "1", activity_id="total", requires=[DAYS])],
    default_activity_task_list="work",
)


def main(url: str = "memory://") -> None:
    """Run the graph there."""
    connection = swf.connect(url)
    decider = Decider(SPEC, connection=connection)
    worker = ActivityWorker(DOMAIN, "work", connection=connection)
    decider.run(separate_process=True)
    worker.run(block=False)
    Swf(connection=connection).start_workflow_execution(
        domain=DOMAIN,
        workflow_type_name="orders",
        workflow_type_version="1",
        workflow_id="orders",
        task_list="decisions",
        input={"first": "2024-05-01", "last": "2024-05-10"},
    )

    print(flow.get("orders", domain=DOMAIN, connection=connection).result()["total"])
    decider.stop()
    worker.terminate_worker()
    decider.join()
    worker.join()
    connection.close()


if __name__ == "__main__":
    main()
