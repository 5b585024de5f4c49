"""The decision about AWS Lambda functions."""

from __future__ import annotations

import attrs

from swf.models.converting import as_seconds
from swf.models.decision.base import Decision
from swf.models.decision.fields import as_payload
from swf.wire import Duration


@attrs.frozen(repr=False)
class ScheduleLambdaFunction(Decision):
    """Record LambdaFunctionScheduled: SWF calls the function, in the execution's lambda role.

    `id` names the call among the open ones of the execution, `name` the function. `input` should be
    JSON; `start_to_close_timeout` is 1 to 900 seconds.
    """

    id: str
    name: str
    control: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    input: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
    start_to_close_timeout: Duration | None = attrs.field(
        default=None, kw_only=True, converter=as_seconds
    )
