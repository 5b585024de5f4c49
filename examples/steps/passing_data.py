"""Steps are black boxes: what they are given, and what becomes of what they have, says the chain.

Prints `12 at 2.5 each make 30.0`.
"""

from __future__ import annotations

from swf.steps import (
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)


class Multiply(StepBody):
    """Multiplies its inputs."""

    def __init__(self) -> None:
        self.amount = 0
        self.price = 0.0
        self.total = 0.0

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        """Have the total."""
        self.total = self.amount * self.price
        return ExecutionResult.next()


class Say(StepBody):
    """Prints its message."""

    def __init__(self) -> None:
        self.message = ""

    def run(self, context: StepExecutionContext) -> None:
        """Print it."""
        print(self.message)


class Order:
    """The data of the workflow: any object will do, its attributes are the fields."""

    def __init__(self, eggs: int, each: float) -> None:
        self.eggs = eggs
        self.each = each
        self.sum = 0.0


class Bill(Workflow):
    """Reckons what an order costs, and says it."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Chain the steps, and say where data goes."""
        (
            builder.start_with(Multiply)
            .input("amount", lambda data, context: data.eggs)
            .input("price", lambda data, context: data.each)
            .output("sum", lambda step: step.total)
            .then(Say)
            .input(
                "message",
                lambda data, context: f"{data.eggs} at {data.each} each make {data.sum}",
            )
        )


def main() -> None:
    """Run it with an order."""
    host = configure_workflow_host()
    host.register_workflow(Bill())
    with host:
        host.wait_for(host.start_workflow("Bill", 1, Order(12, 2.5)), timeout=30)


if __name__ == "__main__":
    main()
