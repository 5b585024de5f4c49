"""Choose what is done: by a condition on the data, or by the outcome of a step.

Prints `too heavy: by ship`, `urgent: by air`, `by lorry`.
"""

from __future__ import annotations

from typing import Any

from swf.steps import (
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)


def urgency(context: StepExecutionContext) -> str:
    """Return how urgent it is; what a function returns is the outcome of its step."""
    return "urgent" if context.workflow.data.days < 2 else "not urgent"


def saying(words: str) -> Any:
    """Return a step that prints something."""

    def say(context: StepExecutionContext) -> None:
        print(words)

    return say


class Parcel(Workflow):
    """Says how a parcel travels."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Ask the weight, else a step."""
        (
            builder.if_(lambda data, context: data.kilos > 100)
            .do(lambda do: do.start_with(saying("too heavy: by ship")))
            .if_(lambda data, context: data.kilos <= 100)
            .do(
                lambda do: (
                    do.start_with(urgency)
                    .when("urgent")
                    .do(lambda do: do.start_with(saying("urgent: by air")))
                    .when("not urgent")
                    .do(lambda do: do.start_with(saying("by lorry")))
                )
            )
        )


def main() -> None:
    """Send three parcels, one after the other."""
    host = configure_workflow_host()
    host.register_workflow(Parcel())
    with host:
        for kilos, days in ((500, 1), (5, 1), (5, 10)):
            wid = host.start_workflow("Parcel", 1, {"kilos": kilos, "days": days})
            host.wait_for(wid, timeout=30)


if __name__ == "__main__":
    main()
