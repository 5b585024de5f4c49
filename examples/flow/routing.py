"""Say of single calls where they go and how: task lists, priorities, ids, tags, options.

Prints `gpu, priority 7`, `3 calls, 1 task`, `activity-charge-order-7` and `found by tag: 1`.
"""

from __future__ import annotations

from typing import Any

from swf.flow import Future, Workflow, activity
from swf.models import Domain
from swf.testing import flow


@activity(task_list="cpu", name="render")
def render(frame: int) -> int:
    """Return the frame."""
    return frame


@activity(idempotent=True, name="look up")
def look_up(key: str) -> str:
    """Return what a key stands for: asked once for the same key."""
    return key.upper()


def order_id(workflow: Workflow, order: int) -> str:  # noqa: ARG001
    """Return how the id of the task ends."""
    return f"order-{order}"


@activity(name="charge", get_task_id=order_id)
def charge(order: int) -> int:
    """Charge an order: its number is in the id of the task."""
    return order


class Routing(Workflow):
    """Attributes of a call go over those of the activity; `options` is for all in a block."""

    def run(self) -> None:
        """Submit them all."""
        with self.options(task_list="gpu", task_priority=7):
            frame = self.submit(render, 1)
        keys = [self.submit(look_up, "key") for _ in range(3)]
        order = self.submit(charge.with_options(task_priority=1), 7)
        futures: list[Future[Any]] = [frame, *keys, order]
        for future in futures:
            _ = future.result


def main() -> None:
    """Run it, and look at what it has decided."""
    with flow() as stage:
        handle = stage.start(Routing.with_options(tag_list=["nightly", "video"]))
        handle.result()
        scheduled: list[Any] = [
            event for event in handle.history if event.name == "ActivityTaskScheduled"
        ]
        rendered = scheduled[0]
        print(f"{rendered.task_list}, priority {rendered.task_priority}")
        looked_up = [event for event in scheduled if event.activity_type.name == "look up"]
        print(f"3 calls, {len(looked_up)} task")
        print(scheduled[-1].activity_id)
        domain = Domain(handle.execution.domain.name, connection=stage.connection)
        print(f"found by tag: {domain.executions().filter(tag='video').count()}")


if __name__ == "__main__":
    main()
