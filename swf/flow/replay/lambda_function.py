"""Lambda functions as a program knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from swf.flow.errors import TaskFailed, TaskTimedOut
from swf.flow.replay.command import Command
from swf.flow.replay.task import Task
from swf.flow.retry import RetryPolicy
from swf.payload import Payloads
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run

BARE = Payloads()
"""How what a function takes and returns travels: plain JSON, which it knows from elsewhere too."""


class LambdaCall(Task):
    """One call of a Lambda function: all its attempts, which share one id."""

    __slots__ = ("timeout",)
    window = "lambdas"

    def __init__(
        self,
        run: Run,
        function: str,
        task_id: str,
        payload: Any,
        *,
        timeout: str | None,
        retry: RetryPolicy | None,
        raises: bool,
    ) -> None:
        super().__init__(run, function, task_id, (payload,), retry=retry, raises=raises)
        self.timeout = timeout

    def made(self) -> Command:
        """Return the ScheduleLambdaFunction of this attempt."""
        attributes: dict[str, Any] = {"id": self.id, "name": self.name}
        if self.timeout is not None:
            attributes["startToCloseTimeout"] = self.timeout
        plain = None if self.args[0] is None else BARE.plain(self.args[0])
        return Command("ScheduleLambdaFunction", attributes, BARE, plain, self)

    def completed(self, told: Wire) -> None:
        """Have its result."""
        error = self.run.attempts.load(BARE, told.get("result"), self.succeeded)
        if error is not None:
            self.end(error)

    def task_failed(self, told: Wire) -> None:
        """Fail as it says."""
        reason = told.get("reason")
        self.failed(
            TaskFailed(
                f"{self.name} failed: {reason}",
                task=self.name,
                task_id=self.id,
                reason=reason,
                details=told.get("details"),
            )
        )

    def timed_out(self, told: Wire) -> None:
        """Fail for its time-out."""
        self.failed(
            TaskTimedOut(
                f"{self.name} timed out",
                task=self.name,
                task_id=self.id,
                timeout_type=told.get("timeoutType", "START_TO_CLOSE"),
            )
        )
