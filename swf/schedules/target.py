"""What a schedule starts: a workflow that is known by its name only, with text for input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from swf.flow import errors
from swf.flow.declaration import Ordered
from swf.flow.workflow import Workflow
from swf.payload import Payloads
from swf.schedules.spec import ScheduleSpec

NOT_STARTED: Final = "NOT_STARTED"

_STATUS: Final[Mapping[type[BaseException], str]] = {
    errors.WorkflowTimedOut: "TIMED_OUT",
    errors.WorkflowCanceled: "CANCELED",
    errors.WorkflowTerminated: "TERMINATED",
    errors.ScheduleFailed: NOT_STARTED,
}


class Target(Workflow):
    """A workflow of whatever code: its input and its result are bare text."""

    payloads = Payloads(raw=True)
    raises_on_failure = False
    is_elsewhere = True

    def run(self, text: str | None = None) -> None:
        """Be run by whoever decides for it."""
        raise NotImplementedError


_OPTIONS: Final = (
    "child_policy",
    "execution_start_to_close_timeout",
    "lambda_role",
    "task_list",
    "task_priority",
    "task_start_to_close_timeout",
)


def target(spec: ScheduleSpec, workflow_id: str) -> Ordered:
    """Return what is submitted to have a run of a schedule started under this workflow id."""
    name, _, version = spec.workflow.partition(":")
    named: dict[str, object] = {"name": name, "version": version, "__doc__": Target.__doc__}
    cls: type[Target] = type("Target", (Target,), named)
    told = {name: getattr(spec, name) for name in _OPTIONS}
    given = {name: value for name, value in told.items() if value is not None}
    return cls.with_options(workflow_id=workflow_id, tag_list=list(spec.tag_list), **given)


def ending(error: BaseException | None) -> str:
    """Return how a run has ended, by what its future says."""
    if error is None:
        return "COMPLETED"
    return next((word for kind, word in _STATUS.items() if isinstance(error, kind)), "FAILED")


def cause(error: BaseException | None) -> str | None:
    """Return why a run could not be started, or failed, in a few words; None where it did not."""
    if error is None:
        return None
    told = getattr(error, "cause", None) or str(error) or type(error).__name__
    return " ".join(str(told).split())[:200]
