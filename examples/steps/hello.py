"""A chain of two steps: one that returns nothing, and one that says that the chain goes on.

Prints `The kettle is on`, `Tea is ready`.
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


class Boil(StepBody):
    """Boils water."""

    def run(self, context: StepExecutionContext) -> None:
        """Print that."""
        print("The kettle is on")


class Brew(StepBody):
    """Makes tea."""

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        """Print that, and go on."""
        print("Tea is ready")
        return ExecutionResult.next()


class Tea(Workflow):
    """Boils water, then makes tea."""

    def id(self) -> str:
        """Return what `start_workflow` calls it."""
        return "Tea"

    def version(self) -> int:
        """Return the version: one that is changed while some run gets another."""
        return 1

    def build(self, builder: WorkflowBuilder) -> None:
        """Chain the steps."""
        builder.start_with(Boil).then(Brew)


def main() -> None:
    """Run it, and wait for its end."""
    host = configure_workflow_host()
    host.register_workflow(Tea())
    host.start()
    wid = host.start_workflow("Tea", 1, None)
    host.wait_for(wid, timeout=30)
    host.stop()


if __name__ == "__main__":
    main()
