"""The decisions about other executions of the domain, children or not."""

from __future__ import annotations

import attrs

from swf.exceptions import ValidationError
from swf.models.decision.base import Decision
from swf.models.decision.fields import ExecutionLike, as_payload, as_workflow_id


@attrs.frozen(repr=False)
class _ToExecution(Decision):
    """A decision that is about the execution of this workflow id.

    `workflow_id` may be the execution itself, a model or a key: its run id is then taken as well.
    """

    workflow_id: str = attrs.field(converter=as_workflow_id)
    run_id: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Take workflow id and run id out of an execution, then refuse what SWF would refuse."""
        target: object = self.workflow_id
        if isinstance(target, ExecutionLike):
            if self.run_id not in (None, target.run_id):
                raise ValidationError(
                    f"{type(self).__name__}.run_id: is that of {target!r}, got {self.run_id!r}"
                )
            object.__setattr__(self, "workflow_id", target.workflow_id)
            object.__setattr__(self, "run_id", target.run_id)
        Decision.__attrs_post_init__(self)


@attrs.frozen(repr=False)
class SignalExternalWorkflowExecution(_ToExecution):
    """Record a signal in the history of another execution of the domain.

    Without run id it is the open run. `workflow_id` may be a model or a key of the execution.
    """

    signal_name: str
    input: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    control: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)


@attrs.frozen(repr=False)
class RequestCancelExternalWorkflowExecution(_ToExecution):
    """Ask another execution of the domain to cancel itself; its decider decides.

    Without run id it is the open run. `workflow_id` may be a model or a key of the execution.
    """

    control: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
