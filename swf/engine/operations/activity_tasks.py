"""PollForActivityTask, RecordActivityTaskHeartbeat and the three answers to an activity task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from swf.engine import handing
from swf.engine.faults import unknown_activity
from swf.engine.operations.tasks import Handler, started_task
from swf.engine.state import ACTIVITY_TASK, ActivityTask, Execution
from swf.engine.transitions import activity_task
from swf.engine.unit import Unit
from swf.wire import Wire


def poll(unit: Unit, _request: Wire) -> dict[str, Any] | None:
    """PollForActivityTask: the first task in line, or a wait."""
    return handing.poll(unit, unit.caller, ACTIVITY_TASK)


def heartbeat(unit: Unit, request: Wire) -> dict[str, Any]:
    """RecordActivityTaskHeartbeat: the worker lives, and hears whether it shall give way.

    It is saved with the next change of the execution, or within a second: a crash before may lose
    it.
    """
    execution, task = _started(unit, request)
    canceled = activity_task.heartbeat(execution, task, request.get("details"), unit.now)
    execution.touch(task)
    unit.beats.append(execution.run)
    return {"cancelRequested": canceled}


def respond_completed(unit: Unit, request: Wire) -> None:
    """RespondActivityTaskCompleted: the task is done, with a result."""
    execution, task = _started(unit, request)
    unit.act(execution, activity_task.complete, task, request)


def respond_failed(unit: Unit, request: Wire) -> None:
    """RespondActivityTaskFailed: the task failed, for a reason and with details."""
    execution, task = _started(unit, request)
    unit.act(execution, activity_task.fail, task, request)


def respond_canceled(unit: Unit, request: Wire) -> None:
    """RespondActivityTaskCanceled: the worker gave way, with details."""
    execution, task = _started(unit, request)
    unit.act(execution, activity_task.cancel, task, request)


def _started(unit: Unit, request: Wire) -> tuple[Execution, ActivityTask]:
    return started_task(unit, ACTIVITY_TASK, request["taskToken"], unknown_activity)


POLLS: Final[Mapping[str, Handler]] = {"PollForActivityTask": poll}
WRITES: Final[Mapping[str, Handler]] = {
    "RecordActivityTaskHeartbeat": heartbeat,
    "RespondActivityTaskCanceled": respond_canceled,
    "RespondActivityTaskCompleted": respond_completed,
    "RespondActivityTaskFailed": respond_failed,
}
