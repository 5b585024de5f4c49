"""Wait for what happens elsewhere: an event with a name and a key, and what came with it.

All that wait for the event have it, one that begins to wait later too. A wait may have an end.

Prints `parcel 7: signed by Ada` twice, and `parcel 8: nobody was at home`.
"""

from __future__ import annotations

from typing import Any

from swf.steps import (
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)


def say(context: StepExecutionContext, message: str) -> None:
    """Print a message: a plain function is a step, too."""
    print(message)


def told(data: Any, context: StepExecutionContext) -> str:
    """Return what became of a parcel."""
    return f"parcel {data.parcel}: {data.outcome}"


class Delivery(Workflow):
    """Waits until somebody has signed for a parcel."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Wait for the event of this parcel, and keep who signed."""
        (
            builder.wait_for("signed", lambda data, context: data.parcel)
            .output("outcome", lambda step: f"signed by {step.event_data['by']}")
            .then(say)
            .input("message", told)
        )


class Patience(Workflow):
    """Waits for a second."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Wait, and say so where nobody came."""
        (
            builder.wait_for("signed", lambda data, context: data.parcel, timeout=1).on_timeout(
                lambda late: late.start_with(say).input(
                    "message", lambda data, context: f"parcel {data.parcel}: nobody was at home"
                )
            )
        )


def main() -> None:
    """Have three workflows wait, and publish an event that two of them wait for."""
    host = configure_workflow_host()
    host.register_workflow(Delivery())
    host.register_workflow(Patience())
    with host:
        wids = [host.start_workflow("Delivery", 1, {"parcel": 7}) for _ in range(2)]
        host.publish_event("signed", 7, {"by": "Ada"})
        for wid in wids:
            host.wait_for(wid, timeout=30)
        host.wait_for(host.start_workflow("Patience", 1, {"parcel": 8}), timeout=30)


if __name__ == "__main__":
    main()
