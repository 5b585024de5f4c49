"""Do different things at the same time, and go on when all are done; and do one thing later.

Prints `toast and eggs`, `eaten`, `washed up`.
"""

from __future__ import annotations

import threading

from swf.steps import (
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)

AT_ONCE = threading.Barrier(2)
EATEN = threading.Event()


def toast(context: StepExecutionContext) -> None:
    """Make toast, while somebody fries eggs."""
    AT_ONCE.wait(30)
    context.workflow.data.toast = "toast"


def fry(context: StepExecutionContext) -> None:
    """Fry eggs, while somebody makes toast."""
    AT_ONCE.wait(30)
    context.workflow.data.eggs = "eggs"


def serve(context: StepExecutionContext) -> None:
    """Print what there is; what steps at work at the same time have set is all there."""
    data = context.workflow.data
    print(f"{data.toast} and {data.eggs}")


def eat(context: StepExecutionContext) -> None:
    """Print that, and let the dishes go."""
    print("eaten")
    EATEN.set()


def wash_up(context: StepExecutionContext) -> None:
    """Print that, once nobody needs the dishes any more."""
    EATEN.wait(30)
    print("washed up")


class Breakfast(Workflow):
    """Makes breakfast, and washes up a second later, whatever is done meanwhile."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Have two branches, join them, and have something done later."""
        (
            builder.parallel()
            .do(lambda one: one.start_with(toast))
            .do(lambda two: two.start_with(fry))
            .join()
            .then(serve)
            .schedule(1)
            .do(lambda later: later.start_with(wash_up))
            .then(eat)
        )


def main() -> None:
    """Have breakfast."""
    EATEN.clear()
    host = configure_workflow_host()
    host.register_workflow(Breakfast())
    with host:
        host.wait_for(host.start_workflow("Breakfast", 1, None), timeout=30)


if __name__ == "__main__":
    main()
