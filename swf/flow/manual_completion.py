"""Answers to activities that are completed by others than their workers: people, say."""

from __future__ import annotations

from typing import Any

from swf.actors import HeartbeatReply
from swf.core import ConnectedSWFObject
from swf.exceptions import ValidationTypeError
from swf.flow.activity_context import heartbeat_text
from swf.payload import Payloads, dump_failure
from swf.transport import Transport
from swf.wire import told


class ManualCompletion(ConnectedSWFObject):
    """Answers tasks by their tokens, in any process: of activities that left with `complete_later`.

    `payloads` is how the values of these activities travel. Each method raises DoesNotExistError
    where the task is closed: answered, timed out, or its execution over.
    """

    def __init__(
        self, payloads: Payloads | None = None, *, connection: Transport | None = None
    ) -> None:
        self.payloads = payloads or Payloads()
        self._connection = connection

    def complete(self, task_token: str, result: Any = None) -> None:
        """Complete the task with a result (RespondActivityTaskCompleted).

        Raises as `Payloads.dump` for a result that cannot be sent; the task is open then.
        """
        params = told(taskToken=task_token, result=self.payloads.dump(result))
        self.connection.call("RespondActivityTaskCompleted", params)

    def fail(self, task_token: str, error: BaseException) -> None:
        """Fail the task: the workflow meets this error (RespondActivityTaskFailed).

        Raises ValidationTypeError for what is no exception; the task is open then.
        """
        if not isinstance(error, BaseException):
            raise ValidationTypeError(
                f"ManualCompletion.fail: error: must be an exception, got {error!r:.80}"
            )
        reason, details = dump_failure(self.payloads, error)
        params = told(taskToken=task_token, reason=reason, details=details)
        self.connection.call("RespondActivityTaskFailed", params)

    def cancel(self, task_token: str, details: Any = None) -> None:
        """Answer that the task was canceled, as requested (RespondActivityTaskCanceled).

        Raises as `Payloads.dump` for details that cannot be sent; the task is open then.
        """
        text = None if details is None else self.payloads.dump(details)
        self.connection.call(
            "RespondActivityTaskCanceled", told(taskToken=task_token, details=text)
        )

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        """Tell that the task is seen to (RecordActivityTaskHeartbeat); return what SWF answers.

        Raises PayloadTooLargeError for details of more than 2048 characters without a store.
        """
        text = None if details is None else heartbeat_text(self.payloads, details)
        params = told(taskToken=task_token, details=text)
        reply = self.connection.call("RecordActivityTaskHeartbeat", params)
        return HeartbeatReply(bool(reply.get("cancelRequested")))
