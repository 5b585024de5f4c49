"""Do the same for each item of a list: side by side, or one after the other.

Prints `apples, figs, pears`, `first apples`, `then figs`.
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

PEELED: list[str] = []


class Peel(StepBody):
    """Peels its item."""

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        """Note it; several are at work at the same time."""
        PEELED.append(context.execution_pointer.context_item)
        return ExecutionResult.next()


def say(context: StepExecutionContext) -> None:
    """Print what has been peeled, in the order of the alphabet."""
    print(*sorted(PEELED), sep=", ")


def tell(context: StepExecutionContext, word: str) -> None:
    """Print a word and the item."""
    print(word, context.item)


class Salad(Workflow):
    """Peels all fruit at once, and then says what is there; tells two of them in order."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Chain it."""
        (
            builder.for_each(lambda data, context: data.fruit)
            .do(lambda each: each.start_with(Peel))
            .then(say)
            .for_each(lambda data, context: data.fruit[:2], parallel=False)
            .do(
                lambda each: each.start_with(tell).input(
                    "word",
                    lambda data, context: "first" if context.item == data.fruit[0] else "then",
                )
            )
        )


def main() -> None:
    """Make a salad."""
    PEELED.clear()
    host = configure_workflow_host()
    host.register_workflow(Salad())
    with host:
        fruit = ["apples", "figs", "pears"]
        host.wait_for(host.start_workflow("Salad", 1, {"fruit": fruit}), timeout=30)


if __name__ == "__main__":
    main()
