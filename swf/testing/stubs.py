"""Stand-ins for activities and child workflows: how each call of them ends, and what they saw."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypedDict, Unpack, cast

import attrs
from greenlet import getcurrent

from swf.exceptions import CompleteLater, ValidationError, ValidationTypeError
from swf.flow import activity
from swf.flow.activities import Activity
from swf.flow.errors import Canceled
from swf.flow.workflow import Workflow
from swf.payload import register
from swf.testing.stage_clock import AtWork, beat
from swf.wire import DurationLike, duration

if TYPE_CHECKING:
    from swf.flow.activity_context import ActivityContext

UNTOLD: Final[Any] = object()
"""What was not given; None may be a result."""

FOREVER: Final = 36_500 * 86_400
"""Seconds after which nobody waits any more."""

NEVER: Final = "swf.never"
"""The signal that a child waits for which does not end by itself."""


@register
class NotStubbedError(AssertionError):
    """A workflow submits an activity that has no stub, on a stage where each is to have one."""


@attrs.frozen(kw_only=True)
class StubbedCall:
    """One call of a stub, as the worker was given it; `attempt` counts from 1, `time` is UTC.

    `task_id` is the activity id, or the workflow id of a child.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    attempt: int
    time: datetime
    task_id: str


def _seconds(takes: DurationLike) -> int:
    seconds = duration(takes, "stub: takes")
    if not isinstance(seconds, int):
        raise ValidationTypeError(f"stub: takes: must be seconds or a timedelta, got {takes!r}")
    return seconds


@attrs.frozen(kw_only=True)
class Outcome:
    """How calls of a stub end, `times` of them; see `Stage.stub`."""

    returns: Any = UNTOLD
    raises: BaseException | type[BaseException] | None = None
    calls: Callable[..., Any] | None = None
    takes: int = attrs.field(default=0, converter=_seconds)
    times_out: bool = False
    cancels: bool = False
    heartbeat: Any = UNTOLD
    times: int = 1

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        told = {
            "returns": self.returns is not UNTOLD,
            "raises": self.raises is not None,
            "calls": self.calls is not None,
            "times_out": self.times_out,
            "cancels": self.cancels,
        }
        names = [name for name, is_told in told.items() if is_told]
        if len(names) > 1:
            raise ValidationError(
                f"stub: {' and '.join(names)}: one call has one of them; use then() for the next"
            )
        if self.cancels and self.takes:
            raise ValidationError("stub: takes: one that cancels goes on until it is canceled")
        if self.times < 1:
            raise ValidationError(f"stub: times: must be at least 1, got {self.times!r}")

    def value(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Return the result of a call, or raise its error."""
        if self.raises is not None:
            error = self.raises() if isinstance(self.raises, type) else self.raises
            raise error.with_traceback(None)
        if self.calls is not None:
            return self.calls(*args, **kwargs)
        return None if self.returns is UNTOLD else self.returns


class Ends(TypedDict, total=False):
    """How a call of a stub ends: the arguments of `Stage.stub`."""

    returns: Any
    raises: BaseException | type[BaseException]
    calls: Callable[..., Any]
    takes: DurationLike
    times_out: bool
    cancels: bool
    heartbeat: Any
    times: int


class Stub:
    """Stands in for an activity or a workflow on a stage; `calls` are those it had, in order."""

    def __init__(self, name: str, first: Outcome, now: Callable[[], datetime]) -> None:
        self.name = name
        self.calls: list[StubbedCall] = []
        self._now = now
        self._outcomes = [first]
        self._of_runs: dict[str, tuple[Outcome, list[Any]]] = {}

    def then(self, **ends: Unpack[Ends]) -> Self:
        """Have the calls after those before end like this: see `Stage.stub`. Returns itself."""
        self._outcomes.append(outcome(ends))
        return self

    def _met(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], attempt: int, task_id: str
    ) -> Outcome:
        """Take note of a call, and return how it ends; the last outcome is that of all further."""
        number = len(self.calls)
        time = self._now()
        self.calls.append(
            StubbedCall(args=args, kwargs=kwargs, attempt=attempt, time=time, task_id=task_id)
        )
        for one in self._outcomes:
            number -= one.times
            if number < 0:
                return one
        return self._outcomes[-1]

    # As an activity

    def standing_in(self, real: Activity[..., Any]) -> Activity[..., Any]:
        """Return an activity like another in attributes and signature, but this stub."""

        @functools.wraps(real.callable, updated=())
        def code(*args: Any, **kwargs: Any) -> Any:
            return self._worked(activity.context, args, kwargs)

        return attrs.evolve(real, callable=code)

    def _worked(
        self, context: ActivityContext, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        ends = self._met(args, kwargs, context.attempt, context.activity_id)
        if ends.heartbeat is not UNTOLD:
            context.heartbeat(ends.heartbeat)
            beat(cast("AtWork", getcurrent()))
        if ends.cancels or ends.takes:
            context.wait(FOREVER if ends.cancels else ends.takes)
            if context.lost:
                raise CompleteLater  # there is nobody who could be answered
            context.check_canceled()
        if ends.times_out:
            raise CompleteLater
        return ends.value(args, kwargs)

    # As a workflow

    def standing_in_for(self, real: type[Workflow]) -> type[Workflow]:
        """Return a workflow like another in attributes and signature, but this stub."""

        @functools.wraps(real.run)
        def run(self_: Workflow, *args: Any, **kwargs: Any) -> Any:
            return self._decided(self_, args, kwargs)

        told = {name: getattr(real, name) for name in ("__module__", "__qualname__")}
        told.update(name=real.name, version=real.version, run=run)
        made: type[Workflow] = type(real.__name__, (real,), told)
        return made

    def _decided(self, workflow: Workflow, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Be the program of one run; on replay, it ends as it did before."""
        execution = workflow._run.execution
        if execution.run_id not in self._of_runs:
            attempt = 1 + sum(one.task_id == execution.workflow_id for one in self.calls)
            ends = self._met(args, kwargs, attempt, execution.workflow_id)
            self._of_runs[execution.run_id] = ends, []
        ends, values = self._of_runs[execution.run_id]
        if ends.takes:
            _ = workflow.start_timer(ends.takes).result
        if ends.times_out or ends.cancels:
            _wait_for_ever(workflow, heeds=ends.cancels)
        if not values:
            values.append(ends.value(args, kwargs))
        return values[0]

    def __repr__(self) -> str:
        return f"Stub({self.name!r}, calls={len(self.calls)})"


def _wait_for_ever(workflow: Workflow, *, heeds: bool) -> NoReturn:
    while True:
        try:
            _ = workflow.wait_signal(NEVER).result
        except Canceled:
            if heeds:
                raise


def outcome(ends: Ends) -> Outcome:
    """Return the outcome that these arguments of `Stage.stub` mean."""
    unknown = sorted(ends.keys() - Ends.__annotations__.keys())
    if unknown:
        known = ", ".join(Ends.__annotations__)
        raise ValidationTypeError(f"stub: {unknown[0]!r} is no outcome; there are {known}")
    return Outcome(**ends)
