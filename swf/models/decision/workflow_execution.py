"""The decisions about the workflow execution itself: each of them closes it."""

from __future__ import annotations

import attrs

from swf.models.converting import as_priority, as_seconds, as_tags, as_task_list
from swf.models.decision.base import Decision
from swf.models.decision.fields import as_payload
from swf.wire import Duration


@attrs.frozen(repr=False)
class CompleteWorkflowExecution(Decision):
    """Close the execution as COMPLETED, with its result.

    As with every decision that closes: where something happened since the decision task started,
    SWF records CompleteWorkflowExecutionFailed (UNHANDLED_DECISION) and asks for a decision again.
    """

    result: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)


@attrs.frozen(repr=False)
class FailWorkflowExecution(Decision):
    """Close the execution as FAILED; `reason` has at most 256 characters."""

    reason: str | None = attrs.field(default=None, kw_only=True)
    details: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)


@attrs.frozen(repr=False)
class CancelWorkflowExecution(Decision):
    """Close the execution as CANCELED, whether or not that was requested."""

    details: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)


@attrs.frozen(repr=False)
class ContinueAsNewWorkflowExecution(Decision):
    """Close the execution as CONTINUED_AS_NEW, and start it anew with an empty history.

    The new run has the same workflow id and type, of `workflow_type_version` if that is given. What
    is not given is the type's default.
    """

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
    workflow_type_version: str | None = attrs.field(default=None, kw_only=True)
    lambda_role: str | None = attrs.field(default=None, kw_only=True)
