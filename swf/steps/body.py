"""What a step is to those who write one: its body, what it is told, what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from swf.steps.data import Data
from swf.steps.errors import StepsError, StepsTypeError

if TYPE_CHECKING:
    from swf.steps.failing import ExecutionError


class WorkflowStatus(StrEnum):
    """How far a workflow is."""

    RUNNABLE = "RUNNABLE"
    SUSPENDED = "SUSPENDED"
    COMPLETE = "COMPLETE"
    TERMINATED = "TERMINATED"


@attrs.frozen(kw_only=True)
class WorkflowInstance:
    """One execution of a workflow, as its steps and its host see it.

    `id` is the workflow id. What a step sets in `data` is kept when the step has ended. `at` are
    the steps that are at work, `errors` the newest errors; a step is told neither.
    """

    RUNNABLE: ClassVar[WorkflowStatus] = WorkflowStatus.RUNNABLE
    SUSPENDED: ClassVar[WorkflowStatus] = WorkflowStatus.SUSPENDED
    COMPLETE: ClassVar[WorkflowStatus] = WorkflowStatus.COMPLETE
    TERMINATED: ClassVar[WorkflowStatus] = WorkflowStatus.TERMINATED

    id: str
    workflow_definition_id: str
    version: int
    data: Data = attrs.field(factory=Data)
    status: WorkflowStatus = WorkflowStatus.RUNNABLE
    create_time: datetime | None = None
    complete_time: datetime | None = None
    at: tuple[str, ...] = ()
    errors: tuple[ExecutionError, ...] = ()


class ErrorBehavior(IntEnum):
    """What happens when a step raises."""

    RETRY = 0
    SUSPEND = 1
    TERMINATE = 2
    COMPENSATE = 3


@attrs.frozen
class WorkflowStep:
    """A step of a definition, as its body sees it; and the words for what an error leads to."""

    RETRY: ClassVar[ErrorBehavior] = ErrorBehavior.RETRY
    SUSPEND: ClassVar[ErrorBehavior] = ErrorBehavior.SUSPEND
    TERMINATE: ClassVar[ErrorBehavior] = ErrorBehavior.TERMINATE
    COMPENSATE: ClassVar[ErrorBehavior] = ErrorBehavior.COMPENSATE

    id: str
    name: str


@attrs.frozen(kw_only=True)
class ExecutionPointer:
    """One passage of a line of work through a step.

    `context_item` is the item of the `for_each` around it, None outside of one. `retry_count` is
    how often the step has failed there. `event_data` is what came with the event that the step
    waited for, once `event_published`.
    """

    id: str
    step_id: str
    context_item: Any = None
    persistence_data: Any = None
    event_published: bool = False
    event_data: Any = None
    retry_count: int = 0


@attrs.frozen(kw_only=True)
class StepExecutionContext:
    """What a step, and a function of the definition, is told beside its inputs."""

    workflow: WorkflowInstance
    step: WorkflowStep
    execution_pointer: ExecutionPointer

    @property
    def persistence_data(self) -> Any:
        """What the step left for itself when it did not proceed; None at first."""
        return self.execution_pointer.persistence_data

    @property
    def persistenceData(self) -> Any:  # noqa: N802  (a name that programs use)
        """The same as `persistence_data`."""
        return self.execution_pointer.persistence_data

    @property
    def item(self) -> Any:
        """The item of the `for_each` around the step; None outside of one."""
        return self.execution_pointer.context_item


@attrs.frozen(kw_only=True)
class ExecutionResult:
    """What a step answers: whether the chain goes on, and if not, when the step is called again.

    Made by one of the methods; `sleep_for` is in seconds.
    """

    proceed: bool
    outcome_value: Any = None
    persistence_data: Any = None
    sleep_for: float | None = None
    event_name: str | None = None
    event_key: str | None = None
    event_as_of: datetime | None = None
    branch_values: tuple[Any, ...] | None = None

    @classmethod
    def next(cls) -> ExecutionResult:
        """Return: done, and the chain goes on."""
        return cls(proceed=True)

    @classmethod
    def outcome(cls, value: Any) -> ExecutionResult:
        """Return: done with an outcome, by which `when(value)` chooses what follows."""
        return cls(proceed=True, outcome_value=value)

    @classmethod
    def persist(cls, data: Any) -> ExecutionResult:
        """Return: call the step again at once, with this as its `persistence_data`."""
        return cls(proceed=False, persistence_data=data)

    @classmethod
    def sleep(cls, duration: float | timedelta, data: Any = None) -> ExecutionResult:
        """Return: call the step again after so many seconds, with this as `persistence_data`."""
        return cls(
            proceed=False,
            sleep_for=seconds_from(duration, "ExecutionResult.sleep"),
            persistence_data=data,
        )

    @classmethod
    def wait_for_event(
        cls, event_name: str, event_key: object, effective_date: datetime | None = None
    ) -> ExecutionResult:
        """Return: call the step again when an event of this name and key has been published.

        Then `event_published` and `event_data` of its pointer are set. An event from before
        `effective_date` (aware; by default the workflow's start) does not count. Raises
        StepsTypeError for a name that is no text.
        """
        place = "ExecutionResult.wait_for_event"
        if not isinstance(event_name, str) or not event_name:
            raise StepsTypeError(f"{place}: event_name must be a str, got {event_name!r:.80}")
        return cls(
            proceed=False,
            event_name=event_name,
            event_key=event_key_from(event_key, place),
            event_as_of=effective_date_from(effective_date, place),
        )

    @classmethod
    def branch(cls, values: Iterable[Any], data: Any = None) -> ExecutionResult:
        """Return: do what `do(...)` says once for each value, side by side, as its `item`.

        When all have ended the chain goes on; where `data` is given, the step is called again
        first, with it as `persistence_data`. Only a ContainerStepBody may answer so. Raises
        StepsTypeError for what is no list of values.
        """
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise StepsTypeError(f"ExecutionResult.branch: must be a list, got {values!r:.80}")
        return cls(proceed=False, persistence_data=data, branch_values=tuple(values))


class StepBody(ABC):
    """What a step does. Each call is on an instance of its own, made without arguments.

    Inputs are set as attributes before `run`, outputs are read from attributes after it.
    """

    @abstractmethod
    def run(self, context: StepExecutionContext) -> ExecutionResult | None:
        """Do what the step is for, and return what follows; None is `ExecutionResult.next()`.

        What it raises is met as `on_error(...)` says. A step may be called again after a crash:
        what it does must be right when it is done twice.
        """


class ContainerStepBody(StepBody):
    """A step with steps inside, which `do(...)` names: its `run` may return a `branch(...)`."""

    @abstractmethod
    def run(self, context: StepExecutionContext) -> ExecutionResult | None:
        """Return `ExecutionResult.branch(values)` to have the steps inside done for each value."""


@attrs.frozen(kw_only=True)
class CaughtEvent:
    """What `output` of a `wait_for` reads from: the event that came, or that none came in time."""

    event_name: str
    event_key: str
    event_data: Any = None
    timed_out: bool = False


def seconds_from(value: object, place: str) -> float:
    """Return a duration as seconds; raises StepsError, naming the place, for what is none."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise StepsTypeError(f"{place}: must be seconds or a timedelta, got {value!r:.80}")
    if not 0 <= seconds < float("inf"):
        raise StepsError(f"{place}: must be finite and not negative, got {value!r:.80}")
    return seconds


def event_key_from(value: object, place: str) -> str:
    """Return the key of an event as text; raises StepsTypeError for what is no str or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise StepsTypeError(f"{place}: an event's key must be a str or an int, got {value!r:.80}")
    return str(value)


def effective_date_from(value: object, place: str) -> datetime | None:
    """Return an effective date as it is; raises StepsTypeError unless it is aware, or None."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise StepsTypeError(f"{place}: the effective date must be a datetime, got {value!r:.80}")
    if value.utcoffset() is None:
        raise StepsError(
            f"{place}: the effective date must be aware, got {value!r}; "
            "give datetime.now(UTC) rather than datetime.utcnow()"
        )
    return value
