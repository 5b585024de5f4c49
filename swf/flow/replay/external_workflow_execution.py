"""Signals and cancel requests that a program sends to other executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from swf.flow.replay.command import Command
from swf.flow.replay.task import Task
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


class ExternalCall(Task):
    """One message to another execution; its result is None, once it was delivered."""

    __slots__ = ("run_id", "workflow_id")

    def __init__(
        self,
        run: Run,
        name: str,
        workflow_id: str,
        run_id: str | None,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(run, name, f"{name} to {workflow_id}", args, kwargs)
        self.workflow_id = workflow_id
        self.run_id = run_id

    def target(self) -> dict[str, Any]:
        """Return the attributes that say to whom."""
        return {
            "workflowId": self.workflow_id,
            **({"runId": self.run_id} if self.run_id is not None else {}),
        }

    def cancel(self) -> bool:
        """Return False: what was said cannot be taken back."""
        return False

    def delivered(self, told: Wire) -> None:
        """End: it has arrived."""
        self.succeeded(None)


class SignalCall(ExternalCall):
    """One signal to another execution."""

    __slots__ = ("key", "signal_name")

    def __init__(
        self,
        run: Run,
        signal_name: str,
        workflow_id: str,
        run_id: str | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        key: Any,
    ) -> None:
        super().__init__(run, f"signal {signal_name!r}", workflow_id, run_id, args, kwargs)
        self.signal_name = signal_name
        self.key = key

    def made(self) -> Command:
        """Return the SignalExternalWorkflowExecution."""
        payloads = self.run.payloads
        attributes = {**self.target(), "signalName": self.signal_name}
        plain = None
        context = self.run.notes.carried()
        if self.key is not None:
            context["key"] = self.key
        if self.args or self.kwargs or context:
            plain = payloads.plain_call(self.args, self.kwargs, context or None)
        return Command("SignalExternalWorkflowExecution", attributes, payloads, plain, self)


class CancelCall(ExternalCall):
    """One request to another execution to cancel."""

    __slots__ = ()

    def made(self) -> Command:
        """Return the RequestCancelExternalWorkflowExecution."""
        return Command(
            "RequestCancelExternalWorkflowExecution", self.target(), self.run.payloads, None, self
        )
