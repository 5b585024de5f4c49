"""Wait for people and for other programs: signals with a key and a time-out, and tasks of people.

Prints `order 1: paid 12`, `order 2: given up`, and `approved by Ada`.
"""

from __future__ import annotations

import threading

from swf.clock import SystemClock
from swf.flow import (
    Decider,
    Local,
    ManualCompletion,
    Worker,
    Workflow,
    activity,
    errors,
    futures,
    start,
)
from swf.testing import connected, embedded


class Payments(Workflow):
    """Each order waits for its own payment, at most a day."""

    def run(self) -> list[str]:
        """Return what became of two orders."""
        orders = [self.spawn(self.order, number) for number in (1, 2)]
        self.signal("paid", 12, key=1)  # from outside it is `handle.signal("paid", 12, key=1)`
        told: list[str] = futures.gather(orders)
        return told

    def order(self, number: int) -> str:
        """Wait for the payment of one order."""
        try:
            amount = self.wait_signal("paid", key=number, timeout=86_400).result
        except errors.TaskTimedOut:
            return f"order {number}: given up"
        return f"order {number}: paid {amount}"


class Desk:
    """Where people find what they have to approve."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.asked = threading.Event()

    @activity
    def approve(self, amount: int) -> str:
        """Leave the task to whoever finds its token."""
        del amount
        self.tokens.append(activity.context.task_token)
        self.asked.set()
        activity.context.complete_later()


class Approval(Workflow):
    """Waits for a person, as long as that takes."""

    def run(self, amount: int) -> str:
        """Return who approved, or why nobody has to any more."""
        approval = self.submit(Desk.approve, amount)
        self.on_signal("withdraw", approval.cancel)
        try:
            return f"approved by {approval.result}"
        except errors.TaskCanceled:
            return "withdrawn"


def approved(amount: int) -> str:
    """Have a workflow wait for a person, who answers from another thread."""
    desk = Desk()
    with embedded(clock=SystemClock()) as engine:
        connection = connected(engine)
        decider = Decider([Approval], domain="office", connection=connection)
        worker = Worker(desk, domain="office", connection=connection)
        handle = start(Approval, amount, domain="office", connection=connection)
        for actor in (decider, worker):
            actor.start(block=False)
        desk.asked.wait(30)
        # This may be another program, days later: all that it needs is the token.
        ManualCompletion(connection=connection).complete(desk.tokens[0], "Ada")
        result = handle.result(timeout=30)
        for actor in (decider, worker):
            actor.stop()
            actor.join()
        return result


def main() -> None:
    """Run both."""
    print(*Local(virtual_time=True).run(Payments), sep="\n")
    print(approved(500))


if __name__ == "__main__":
    main()
