"""What a poll brings: one typed object for each kind of task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from swf.models.activity import ActivityType
from swf.models.history import History
from swf.models.workflow import WorkflowExecution, WorkflowType


@attrs.frozen(kw_only=True, eq=False)
class DecisionTask:
    """A decision task: the history of an execution that waits for decisions.

    Unpacks as `task_token, history`. `history` has every page, newest event first if that was asked
    for. `previous_started_event_id` is that of the last decision task that was answered, 0 if none
    was; `task_list` is the one that was polled.
    """

    task_token: str = attrs.field(repr=False)
    history: History
    execution: WorkflowExecution
    workflow_type: WorkflowType
    started_event_id: int
    previous_started_event_id: int
    task_list: str

    @property
    def token(self) -> str:
        """The task token, in short."""
        return self.task_token

    @property
    def new_events(self) -> History:
        """The events since the last decision task that was answered, in the history's order."""
        return self.history.filter(id__gt=self.previous_started_event_id)

    def __iter__(self) -> Iterator[Any]:
        return iter((self.task_token, self.history))


@attrs.frozen(kw_only=True)
class ActivityTask:
    """An activity task: work to do, and to answer under its token.

    Unpacks as `task_token, task`. `input` is the text that the decision gave, None if it gave none;
    `task_list` is the one that was polled.
    """

    task_token: str = attrs.field(repr=False)
    activity_id: str
    activity_type: ActivityType
    execution: WorkflowExecution
    input: str | None = attrs.field(repr=False)
    started_event_id: int
    task_list: str

    @property
    def token(self) -> str:
        """The task token, in short."""
        return self.task_token

    def __iter__(self) -> Iterator[Any]:
        return iter((self.task_token, self))


@attrs.frozen
class HeartbeatReply:
    """What SWF answers to a heartbeat: whether the task shall be canceled.

    Ask `cancel_requested`; `reply["cancelRequested"]`, the API's own spelling, is the same.
    """

    cancel_requested: bool

    def __getitem__(self, member: str) -> bool:
        if member != "cancelRequested":
            raise KeyError(member)
        return self.cancel_requested

    def __bool__(self) -> bool:
        # `if worker.heartbeat(token)` could mean two opposite things.
        raise TypeError("a HeartbeatReply is neither true nor false: ask its cancel_requested")
