"""Code of workflows that pages replay: what waits, what hangs, what no longer fits its history."""

from __future__ import annotations

from typing import Any, Final

from swf.actors import Actor
from swf.engine import Engine
from swf.flow import Decider, Worker, Workflow, activity, futures, start
from swf.flow.handle import Handle
from swf.graph import DeciderSpec, graph_workflow
from swf.graph import Timer as GraphTimer
from swf.steps import ExecutionResult, StepBody, WorkflowBuilder
from swf.steps import Workflow as Steps
from swf.testing import connected, run_until_idle

CODE: Final = "replayed_code"


@activity(task_list="work")
def price(item: str) -> int:
    """Return what an item costs."""
    return len(item)


@activity(task_list="nobody")
def ship(item: str) -> str:
    """Ship an item; nobody does."""
    return item


class Order(Workflow):
    """Asks for prices in a strand of its own, and ships meanwhile."""

    name = "Order"
    version = "1"
    task_list = "work"

    def run(self, *items: str) -> Any:
        """Wait for all of it."""
        print("this must not be taken for an answer")
        total = self.spawn(self.total, items)
        shipped = self.submit(ship, items[0])
        return futures.gather(total, shipped)

    def total(self, items: tuple[str, ...]) -> int:
        """Return what the items cost, and wait for somebody to pay."""
        costs = futures.gather(self.submit(price, item) for item in items)
        self.sleep(60)
        futures.wait(self.wait_signal("paid", timeout=3600))
        return sum(costs)


class Parent(Workflow):
    """Starts a child, and continues as new before that."""

    name = "Parent"
    version = "1"
    task_list = "work"

    def run(self, again: int = 1) -> Any:
        """Go on once more, then wait for a child."""
        if again:
            self.continue_as_new(again - 1)
        return self.submit(Order, "tea").result


class Grandparent(Workflow):
    """Starts a parent."""

    name = "Grandparent"
    version = "1"
    task_list = "work"

    def run(self) -> Any:
        """Wait for a child that has one."""
        return self.submit(Parent).result


class Hanging(Workflow):
    """Does what its history says, and then never waits again."""

    name = "Hanging"
    version = "1"
    task_list = "work"
    hangs = True

    def run(self) -> None:
        """Go round and round."""
        while self.hangs:
            pass


class Once(Workflow):
    """Was another one when its executions began."""

    name = "Once"
    version = "1"
    task_list = "work"
    renamed = "tea"

    def run(self) -> Any:
        """Ship something, or wait."""
        return self.submit(ship, "tea").result if self.renamed == "tea" else self.sleep(7)


class Hello(StepBody):
    """Says hello."""

    def run(self, context: Any) -> ExecutionResult:
        """Go on."""
        return ExecutionResult.next()


class Chain(Steps):
    """A chain of one step."""

    def build(self, builder: WorkflowBuilder) -> object:
        """Write the chain."""
        return builder.start_with(Hello)


CHAIN = Chain()


class Broken(Steps):
    """Cannot even be asked what it is called."""

    def version(self) -> int:
        """Return no number."""
        return 1 // 0

    def build(self, builder: WorkflowBuilder) -> object:
        """Write nothing."""
        return builder


class Kept:
    """Holds what not everybody is to meet."""

    broken = Broken()


del Broken

Drawn = graph_workflow(
    DeciderSpec(activity_tasks=[GraphTimer(id_="pause", delay_in_seconds=60)]), "Drawn", "1"
)


def begun(engine: Engine, workflow: Any, *args: Any) -> tuple[Handle[Any], tuple[Actor, Actor]]:
    """Return an execution that came as far as it could, and who works for it."""
    told = {"domain": "d", "connection": connected(engine)}
    known = {Order, Parent, Once, workflow}
    decider = Decider(list(known), "work", **told)
    worker = Worker([price], "work", **told)
    handle = start(workflow, *args, task_list="work", **told)
    run_until_idle(decider, worker)
    return handle, (decider, worker)
