"""Look at workflows, and stop, resume or end them.

Prints `SUSPENDED: ConnectionError: the printer is off`, `COMPLETE`, `TERMINATED`.
"""

from __future__ import annotations

import threading

from swf.steps import (
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    WorkflowHost,
    WorkflowInstance,
    WorkflowStatus,
    WorkflowStep,
    configure_workflow_host,
)

PRINTER_IS_ON = threading.Event()


def print_letter(context: StepExecutionContext) -> None:
    """Fail until somebody has switched the printer on."""
    if not PRINTER_IS_ON.is_set():
        raise ConnectionError("the printer is off")


class Letter(Workflow):
    """Prints a letter; where that fails, somebody is to have a look."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Suspend on errors."""
        builder.start_with(print_letter).on_error(WorkflowStep.SUSPEND)


class Answer(Workflow):
    """Waits for an answer to the letter, for ever."""

    def build(self, builder: WorkflowBuilder) -> None:
        """Wait."""
        builder.wait_for("answer", lambda data, context: "letter")


def suspended(host: WorkflowHost, wid: str) -> WorkflowInstance:
    """Return how a workflow stands, as soon as it is suspended."""
    while (told := host.status(wid)).status != WorkflowStatus.SUSPENDED:
        threading.Event().wait(0.01)
    return told


def main() -> None:
    """Print a letter, with a little help, and wait for no answer."""
    PRINTER_IS_ON.clear()
    host = configure_workflow_host()
    host.register_workflow(Letter())
    host.register_workflow(Answer())
    with host:
        wid = host.start_workflow("Letter", 1, None)
        told = suspended(host, wid)
        print(f"{told.status}: {told.errors[0].message}")
        PRINTER_IS_ON.set()
        host.resume_workflow(wid)
        print(host.wait_for(wid, timeout=30).status)
        waiting = host.start_workflow("Answer", 1, None)
        host.terminate_workflow(waiting, "nobody writes letters")
        print(host.status(waiting).status)


if __name__ == "__main__":
    main()
