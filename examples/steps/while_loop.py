"""Go round as long as a condition holds, which is asked before each round.

However many rounds there are, the workflow's history does not grow for ever: it continues as new by
itself.

Prints `3`, `2`, `1`, `lift-off`.
"""

from __future__ import annotations

from swf.steps import (
    StepBody,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)


class CountDown(StepBody):
    """Prints its number, and has the next one."""

    def __init__(self) -> None:
        self.number = 0
        self.next = 0

    def run(self, context: StepExecutionContext) -> None:
        """Count."""
        print(self.number)
        self.next = self.number - 1


def lift_off(context: StepExecutionContext) -> None:
    """Print that."""
    print("lift-off")


class Launch(Workflow):
    """Counts down from the data's `number`."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Loop, then go on."""
        (
            builder.while_(lambda data, context: data.number > 0)
            .do(
                lambda do: (
                    do.start_with(CountDown)
                    .input("number", lambda data, context: data.number)
                    .output("number", lambda step: step.next)
                )
            )
            .then(lift_off)
        )


def main() -> None:
    """Count from three."""
    host = configure_workflow_host()
    host.register_workflow(Launch())
    with host:
        host.wait_for(host.start_workflow("Launch", 1, {"number": 3}), timeout=30)


if __name__ == "__main__":
    main()
