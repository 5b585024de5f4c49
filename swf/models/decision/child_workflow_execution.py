"""The decision about child workflow executions."""

from __future__ import annotations

import attrs

from swf.models.converting import as_priority, as_seconds, as_tags, as_task_list
from swf.models.decision.base import Decision
from swf.models.decision.fields import as_payload, as_workflow_type
from swf.wire import Duration, TypeKey


@attrs.frozen(repr=False)
class StartChildWorkflowExecution(Decision):
    """Start another execution, whose fate this one is told.

    What is not given is the default that the workflow type was registered with; where there is none
    either, SWF records StartChildWorkflowExecutionFailed.
    """

    workflow_type: TypeKey = attrs.field(converter=as_workflow_type)
    workflow_id: str
    control: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    input: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    execution_start_to_close_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )
    task_list: str | None = attrs.field(default=None, kw_only=True, converter=as_task_list)
    task_priority: int | None = attrs.field(default=None, kw_only=True, converter=as_priority)
    task_start_to_close_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )
    child_policy: str | None = attrs.field(default=None, kw_only=True)
    tag_list: tuple[str, ...] | None = attrs.field(default=None, kw_only=True, converter=as_tags)
    lambda_role: str | None = attrs.field(default=None, kw_only=True)
