"""Undo what was done when a later step fails for good, the newest first.

Prints `flight booked`, `hotel booked`, `hotel canceled`, `flight canceled`, `stayed at home`, and
why: `RuntimeError: no car is left`.
"""

from __future__ import annotations

from typing import Any

from swf.flow import RetryPolicy
from swf.steps import (
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)


def saying(words: str) -> Any:
    """Return a step that prints something."""

    def say(context: StepExecutionContext) -> None:
        print(words)

    return say


def rent_a_car(context: StepExecutionContext) -> None:
    """Fail."""
    raise RuntimeError("no car is left")


class Journey(Workflow):
    """Books all of a journey, or nothing."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Say, for each step, how it is undone."""
        (
            builder.saga(
                lambda journey: (
                    journey.start_with(saying("flight booked"))
                    .compensate_with(saying("flight canceled"))
                    .then(saying("hotel booked"))
                    .compensate_with(saying("hotel canceled"))
                    .then(rent_a_car)
                    .on_error(RetryPolicy(attempts=2, delay=0))
                    .then(saying("journey booked"))
                )
            ).then(saying("stayed at home"))
        )


def main() -> None:
    """Try to book a journey."""
    host = configure_workflow_host()
    host.register_workflow(Journey())
    with host:
        ended = host.wait_for(host.start_workflow("Journey", 1, None), timeout=30)
    print(ended.errors[-1].message)


if __name__ == "__main__":
    main()
