"""An activity task as plain data, and what computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from swf.actors.beats import Beats
from swf.actors.tasks import ActivityTask
from swf.exceptions import ValidationError, ValidationTypeError


def _seconds(limits: object, attribute: attrs.Attribute[Any], value: object) -> None:  # noqa: ARG001
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValidationTypeError(
            f"Limits: {attribute.name}: must be a number of seconds, got {value!r}"
        )
    if not value >= 0:
        raise ValidationError(f"Limits: {attribute.name}: must not be negative, got {value!r}")


@attrs.frozen(kw_only=True)
class Limits:
    """For how long a task may be at work, in seconds; None where the worker enforces no limit.

    `start_to_close` counts from when the task was polled, `heartbeat` from the last heartbeat that
    SWF has answered: what the decision gave, and SWF does not tell a worker.
    """

    start_to_close: float | None = attrs.field(default=None, validator=_seconds)
    heartbeat: float | None = attrs.field(default=None, validator=_seconds)

    @property
    def context(self) -> Mapping[str, Any]:
        """What the task's call says beside its arguments; bare text says nothing."""
        return {}


@attrs.frozen(kw_only=True)
class Job:
    """An activity task as what computes it sees it: plain data, in whatever process.

    `input` is the text that the decision gave, None if it gave none; `start_to_close` and
    `heartbeat` are the task's time-outs in seconds, None where the worker does not know them.
    """

    task_token: str = attrs.field(repr=False)
    domain: str
    task_list: str
    workflow_id: str
    run_id: str
    activity_id: str
    name: str
    version: str
    started_event_id: int
    input: str | None = attrs.field(repr=False)
    start_to_close: float | None = None
    heartbeat: float | None = None
    traceparent: str | None = None
    """The span of the task, for a process that has no other way to know it."""


Work = Callable[[Job, Beats], Any]
"""Computes a job and returns its result, a str or what can be JSON.

What it raises fails the task: with `ActivityFailed` in its own words. It can also raise
`ActivityCanceled` and `CompleteLater`. For processes it has to be picklable.
"""


def job_of(task: ActivityTask, domain: str, limits: Limits, traceparent: str | None = None) -> Job:
    """Return the plain data of a task."""
    return Job(
        task_token=task.task_token,
        domain=domain,
        task_list=task.task_list,
        workflow_id=task.execution.workflow_id,
        run_id=task.execution.run_id or "",
        activity_id=task.activity_id,
        name=task.activity_type.name,
        version=task.activity_type.version,
        started_event_id=task.started_event_id,
        input=task.input,
        start_to_close=limits.start_to_close,
        heartbeat=limits.heartbeat,
        traceparent=traceparent,
    )
