"""Wait: between two steps, or within one, which is called again with what it left for itself.

No thread waits meanwhile, and a host that is restarted goes on.

Prints `asked 1 times`, `asked 2 times`, `asked 3 times`, `answered after 2 seconds or more`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from swf.steps import (
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    configure_workflow_host,
)


class Ask(StepBody):
    """Asks three times, half a second apart: SWF's timers count whole seconds."""

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        """Ask once more, and sleep or go on."""
        asked = (context.persistence_data or 0) + 1
        print(f"asked {asked} times")
        if asked == 3:
            return ExecutionResult.next()
        if asked == 2:
            return ExecutionResult.persist(asked)  # at once
        return ExecutionResult.sleep(0.5, asked)


def answer(context: StepExecutionContext) -> None:
    """Print how long it took."""
    began = context.workflow.data.began
    seconds = (datetime.now(UTC) - began).total_seconds()
    print(f"answered after 2 seconds {'or more' if seconds >= 2 else '?'}")


class Question(Workflow):
    """Asks, waits, and answers."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Have a delay between the steps."""
        builder.start_with(Ask).delay(timedelta(seconds=1)).then(answer)


def main() -> None:
    """Ask."""
    host = configure_workflow_host()
    host.register_workflow(Question())
    with host:
        data = {"began": datetime.now(UTC)}
        host.wait_for(host.start_workflow("Question", 1, data), timeout=30)


if __name__ == "__main__":
    main()
