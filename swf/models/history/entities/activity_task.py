"""Activity tasks, folded from their events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from swf.constants import TimeoutType
from swf.models.event.activity_task import (
    ActivityTaskCanceled,
    ActivityTaskCancelRequested,
    ActivityTaskCompleted,
    ActivityTaskFailed,
    ActivityTaskScheduled,
    ActivityTaskStarted,
    ActivityTaskTimedOut,
    RequestCancelActivityTaskFailed,
    ScheduleActivityTaskFailed,
)
from swf.models.history.entities.base import (
    Entities,
    Entity,
    Fold,
    by_closed,
    by_first,
    by_started,
    refused,
)
from swf.wire import Duration, TypeKey


class ActivityTaskState(StrEnum):
    """Where an activity task is, by the last event that moved it."""

    SCHEDULED = "scheduled"
    SCHEDULE_FAILED = "schedule_failed"
    STARTED = "started"
    CANCEL_REQUESTED = "cancel_requested"
    REQUEST_CANCEL_FAILED = "request_cancel_failed"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"


_S = ActivityTaskState
_ENDS: Final = frozenset({_S.COMPLETED, _S.FAILED, _S.TIMED_OUT, _S.CANCELED})
_ANSWERS: Final = frozenset({_S.COMPLETED, _S.FAILED})


class CompiledActivityTask(Entity[ActivityTaskState]):
    """One activity task, named by its activity id.

    One that could not be scheduled is an entity of its own; so is a cancel request for an id that
    no activity ever had.
    """

    __slots__ = ()
    type = "ActivityTask"
    initial: ClassVar[frozenset[StrEnum]] = frozenset(
        {_S.SCHEDULED, _S.SCHEDULE_FAILED, _S.REQUEST_CANCEL_FAILED}
    )
    transitions: ClassVar[Mapping[ActivityTaskState, frozenset[ActivityTaskState]]] = {
        _S.SCHEDULED: frozenset({_S.STARTED, _S.CANCEL_REQUESTED, _S.TIMED_OUT}),
        # A worker may answer that it canceled without having been asked to.
        _S.STARTED: _ENDS | {_S.CANCEL_REQUESTED},
        # One that had not started does not start any more.
        _S.CANCEL_REQUESTED: _ENDS | {_S.CANCEL_REQUESTED},
        **dict.fromkeys(
            (*sorted(_ENDS), _S.SCHEDULE_FAILED, _S.REQUEST_CANCEL_FAILED), frozenset()
        ),
    }

    activity_type: TypeKey | None = by_first()
    input: str | None = by_first()
    control: str | None = by_first()
    task_list: str | None = by_first()
    task_priority: int | None = by_first()
    schedule_to_start_timeout: Duration | None = by_first()
    schedule_to_close_timeout: Duration | None = by_first()
    start_to_close_timeout: Duration | None = by_first()
    heartbeat_timeout: Duration | None = by_first()
    decision_task_completed_event_id: int | None = by_first()
    identity: str | None = by_started()
    result: str | None = by_closed()
    reason: str | None = by_closed()
    details: str | None = by_closed()
    timeout_type: str | None = by_closed()
    cause: str | None = by_closed()

    @property
    def next_states(self) -> frozenset[ActivityTaskState]:
        """The states that it can go to from here: completed or failed only where it started."""
        return self.transitions[self._state] - (_ANSWERS if self._started is None else frozenset())

    @property
    def cancel_requested(self) -> bool:
        """Whether the decider asked to cancel it, however it ended then."""
        return self.latest_cancel_requested_event_id is not None

    @property
    def latest_cancel_requested_event_id(self) -> int | None:
        """The id of the latest request to cancel it, if there was one."""
        asked = [one for one in self._events if isinstance(one, ActivityTaskCancelRequested)]
        return asked[-1].id if asked else None

    @property
    def failed_cancel_requests(self) -> tuple[RequestCancelActivityTaskFailed, ...]:
        """The requests to cancel it that were refused."""
        return tuple(
            event for event in self._events if isinstance(event, RequestCancelActivityTaskFailed)
        )


class ActivityTasks(Entities[CompiledActivityTask]):
    """The activity tasks of a history."""

    __slots__ = ()

    def _scheduled(self, event: ActivityTaskScheduled) -> CompiledActivityTask:
        return self._add_unique(event.activity_id, event, _S.SCHEDULED)

    def _schedule_failed(self, event: ScheduleActivityTaskFailed) -> CompiledActivityTask:
        in_use = event.cause == "ACTIVITY_ID_ALREADY_IN_USE"
        return self._not_added(event.activity_id, event, in_use, _S.SCHEDULE_FAILED)

    def _started(self, event: ActivityTaskStarted) -> CompiledActivityTask:
        return self._start(self._linked(event, event.scheduled_event_id), event, _S.STARTED)

    def _completed(self, event: ActivityTaskCompleted) -> CompiledActivityTask:
        return self._close(event, _S.COMPLETED)

    def _failed(self, event: ActivityTaskFailed) -> CompiledActivityTask:
        return self._close(event, _S.FAILED)

    def _timed_out(self, event: ActivityTaskTimedOut) -> CompiledActivityTask:
        kind = event.timeout_type
        wants_start = kind in (TimeoutType.START_TO_CLOSE, TimeoutType.HEARTBEAT)
        if event.raw[event.attributes_key].get("startedEventId") is None:
            wants_start = kind == TimeoutType.START_TO_CLOSE  # see `tolerances`
        if event.started_event_id and kind == TimeoutType.SCHEDULE_TO_START:
            raise refused(event, "a task that started cannot time out SCHEDULE_TO_START")
        if wants_start and not event.started_event_id:
            raise refused(event, f"a task that did not start cannot time out {kind}")
        return self._close(event, _S.TIMED_OUT)

    def _canceled(self, event: ActivityTaskCanceled) -> CompiledActivityTask:
        task = self._linked(event, event.scheduled_event_id)
        asked = event.latest_cancel_requested_event_id
        if asked and asked != task.latest_cancel_requested_event_id:
            raise refused(event, f"event {asked} is not the latest request to cancel {task}")
        return self._close(event, _S.CANCELED)

    def _close(
        self,
        event: ActivityTaskCompleted
        | ActivityTaskFailed
        | ActivityTaskTimedOut
        | ActivityTaskCanceled,
        state: ActivityTaskState,
    ) -> CompiledActivityTask:
        task = self._linked(event, event.scheduled_event_id)
        task.check(event, state)
        self._same_start(event, task, event.started_event_id)
        return self._move(task, event, state)

    def _cancel_requested(self, event: ActivityTaskCancelRequested) -> CompiledActivityTask:
        task = self.get_open(event.activity_id)
        if task is None:
            raise refused(event, f"no activity task {event.activity_id!r} is open")
        task.check(event, _S.CANCEL_REQUESTED)
        return self._move(task, event, _S.CANCEL_REQUESTED)

    def _request_cancel_failed(
        self, event: RequestCancelActivityTaskFailed
    ) -> CompiledActivityTask:
        unknown = event.cause == "ACTIVITY_ID_UNKNOWN"
        return self._about_bearer(event.activity_id, event, unknown, _S.REQUEST_CANCEL_FAILED)

    folds: ClassVar[Mapping[str, Fold]] = {
        "ActivityTaskScheduled": _scheduled,
        "ScheduleActivityTaskFailed": _schedule_failed,
        "ActivityTaskStarted": _started,
        "ActivityTaskCompleted": _completed,
        "ActivityTaskFailed": _failed,
        "ActivityTaskTimedOut": _timed_out,
        "ActivityTaskCanceled": _canceled,
        "ActivityTaskCancelRequested": _cancel_requested,
        "RequestCancelActivityTaskFailed": _request_cancel_failed,
    }
