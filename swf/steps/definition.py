"""What `build` has built: a workflow as a tree of steps and of what holds steps, unchangeable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import attrs

from swf.flow.retry import RetryPolicy
from swf.steps.body import (
    ContainerStepBody,
    ErrorBehavior,
    StepBody,
    StepExecutionContext,
    effective_date_from,
    event_key_from,
    seconds_from,
)
from swf.steps.errors import StepsTypeError, UnknownStepError

DataFunction = Callable[[Any, StepExecutionContext], Any]
"""A function of the workflow's data and the context: `lambda data, context: data.value1`."""

Duration = float | timedelta | DataFunction
"""Seconds, a timedelta, or a function that returns one of these."""

RETRY_FOR_EVER: Final = RetryPolicy(attempts=None, delay=10, max_delay=300)
"""What WorkflowStep.RETRY means: again after 10 seconds, growing to 5 minutes, for ever."""

Nodes = tuple["Node", ...]
"""What is done one after the other; empty where nothing is."""


@attrs.frozen
class OnError:
    """What a step's error leads to: further attempts first, and then, when they are used up.

    `then` is SUSPEND, TERMINATE or COMPENSATE, never RETRY.
    """

    retry: RetryPolicy | None
    then: ErrorBehavior


@attrs.frozen(kw_only=True)
class Node:
    """One place of a definition.

    `id` is unique in it, the same each time that it is built, and fit to be part of an id of
    SWF's. `on_error` is what an error of its functions leads to; None: they are asked again, for
    ever.
    """

    kind: ClassVar[str]
    id: str
    name: str
    on_error: OnError | None = None

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is inside, each sequence with what it is called there; what is empty is left out."""
        return ()


@attrs.frozen(kw_only=True)
class When:
    """What follows an outcome of a step, before the chain goes on.

    `value` is what the outcome has to be equal to, or a function that returns that. Where several
    match, the first is taken; where none does, the chain just goes on.
    """

    value: Any
    body: Nodes

    def matches(self, outcome: Any, data: Any, context: StepExecutionContext) -> bool:
        """Tell whether the outcome is the one that is meant here."""
        value = self.value(data, context) if callable(self.value) else self.value
        return isinstance(value, bool) == isinstance(outcome, bool) and bool(value == outcome)


@attrs.frozen(kw_only=True)
class RunStep(Node):
    """A step: `body` is its StepBody class, or a plain function of the context.

    `do` is what a ContainerStepBody branches into. A function's inputs are its keyword arguments.
    """

    kind: ClassVar[str] = "step"
    body: type[StepBody] | Callable[..., Any]
    inputs: tuple[tuple[str, DataFunction], ...] = ()
    outputs: tuple[tuple[str, Callable[[Any], Any]], ...] = ()
    on_error: OnError = OnError(RETRY_FOR_EVER, ErrorBehavior.TERMINATE)
    compensate: RunStep | None = None
    whens: tuple[When, ...] = ()
    do: Nodes = ()

    @property
    def is_container(self) -> bool:
        """Whether the body may branch."""
        return isinstance(self.body, type) and issubclass(self.body, ContainerStepBody)

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """The branches of the outcomes, what the step branches into, and its compensation."""
        whens = [(f"when {told(when.value)}", when.body) for when in self.whens]
        undo = (self.compensate,) if self.compensate else ()
        return _inside(*whens, ("do", self.do), ("compensate", undo))

    def inputs_for(self, data: Any, context: StepExecutionContext) -> dict[str, Any]:
        """Return the inputs by name, as they are for this data."""
        return {name: function(data, context) for name, function in self.inputs}


@attrs.frozen(kw_only=True)
class WaitFor(Node):
    """Goes on when an event of this name and key has been published, or after a time-out.

    `outputs` are read from a CaughtEvent. After a time-out, `on_timeout` is done first.
    """

    kind: ClassVar[str] = "wait_for"
    event: str
    key: DataFunction
    effective_date: DataFunction | None = None
    timeout: Duration | None = None
    outputs: tuple[tuple[str, Callable[[Any], Any]], ...] = ()
    on_timeout: Nodes = ()

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is done after a time-out."""
        return _inside(("timeout", self.on_timeout))

    def key_for(self, data: Any, context: StepExecutionContext) -> str:
        """Return the key of the event, as text."""
        return event_key_from(self.key(data, context), f"{self.id}: wait_for")

    def effective_date_for(self, data: Any, context: StepExecutionContext) -> datetime | None:
        """Return from when on an event counts; None: from the start of the workflow."""
        if self.effective_date is None:
            return None
        return effective_date_from(self.effective_date(data, context), f"{self.id}: wait_for")

    def timeout_for(self, data: Any, context: StepExecutionContext) -> float | None:
        """Return after how many seconds the wait ends without an event; None: never."""
        if self.timeout is None:
            return None
        return _seconds(self.timeout, data, context, f"{self.id}: wait_for's timeout")


@attrs.frozen(kw_only=True)
class ForEach(Node):
    """Does its body once for each item, side by side, or one after the other."""

    kind: ClassVar[str] = "for_each"
    items: DataFunction
    body: Nodes
    parallel: bool = True

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is done for each item."""
        return _inside(("each", self.body))

    def items_for(self, data: Any, context: StepExecutionContext) -> list[Any]:
        """Return the items; raises StepsTypeError where the function returns no list."""
        items = self.items(data, context)
        if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
            raise StepsTypeError(
                f"{self.id}: for_each: the function must return a list, got {items!r:.80}"
            )
        return list(items)


@attrs.frozen(kw_only=True)
class While(Node):
    """Does its body again and again, as long as the predicate holds before."""

    kind: ClassVar[str] = "while"
    predicate: DataFunction
    body: Nodes

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is done as long as the predicate holds."""
        return _inside(("while", self.body))

    def holds(self, data: Any, context: StepExecutionContext) -> bool:
        """Tell whether the body is to be done now."""
        return bool(self.predicate(data, context))


@attrs.frozen(kw_only=True)
class If(Node):
    """Does its body if the predicate holds."""

    kind: ClassVar[str] = "if"
    predicate: DataFunction
    body: Nodes

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is done if the predicate holds."""
        return _inside(("if", self.body))

    def holds(self, data: Any, context: StepExecutionContext) -> bool:
        """Tell whether the body is to be done."""
        return bool(self.predicate(data, context))


@attrs.frozen(kw_only=True)
class Parallel(Node):
    """Does its branches side by side, and goes on when all of them have ended."""

    kind: ClassVar[str] = "parallel"
    branches: tuple[Nodes, ...]

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """The branches, numbered from 1."""
        return _inside(*((str(number), one) for number, one in enumerate(self.branches, 1)))


@attrs.frozen(kw_only=True)
class Delay(Node):
    """Goes on after a time."""

    kind: ClassVar[str] = "delay"
    period: Duration

    def seconds_for(self, data: Any, context: StepExecutionContext) -> float:
        """Return how long to wait, in seconds."""
        return _seconds(self.period, data, context, f"{self.id}: delay")


@attrs.frozen(kw_only=True)
class Schedule(Node):
    """Goes on at once, and does its body, beside the rest, after a time.

    The workflow is complete when that has ended, too.
    """

    kind: ClassVar[str] = "schedule"
    period: Duration
    body: Nodes

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is done after the time."""
        return _inside(("later", self.body))

    def seconds_for(self, data: Any, context: StepExecutionContext) -> float:
        """Return after how many seconds the body begins."""
        return _seconds(self.period, data, context, f"{self.id}: schedule")


@attrs.frozen(kw_only=True)
class Saga(Node):
    """Does its body; when a step of it fails for good, what was done is compensated, newest first.

    Compensated is each step inside that had ended and has a compensation, then the saga itself by
    `compensate`. After that, `on_error` says what follows: further attempts of the whole, then
    SUSPEND or TERMINATE; None: the chain goes on after the saga.
    """

    kind: ClassVar[str] = "saga"
    body: Nodes
    on_error: OnError | None = None
    compensate: RunStep | None = None

    @property
    def parts(self) -> tuple[tuple[str, Nodes], ...]:
        """What is done, and the compensation of it all."""
        undo = (self.compensate,) if self.compensate else ()
        return _inside(("saga", self.body), ("compensate", undo))


@attrs.frozen(kw_only=True)
class Definition:
    """A workflow's definition: what is done, in order, and every step of it by its id.

    `steps` has those in containers and those that compensate, too.
    """

    id: str
    version: int
    body: Nodes
    steps: Mapping[str, RunStep] = attrs.field(eq=False, repr=False)

    def step(self, step_id: str) -> RunStep:
        """Return the step of an id; raises UnknownStepError."""
        try:
            return self.steps[step_id]
        except KeyError:
            raise UnknownStepError(
                f"workflow {self.id!r} version {self.version} has no step {step_id!r}: was it "
                "changed while executions were open? A changed workflow needs a new version()"
            ) from None


def walk(nodes: Nodes) -> Iterator[Node]:
    """Yield nodes and all that is inside of them, in the order of the definition."""
    left = list(reversed(nodes))
    while left:
        node = left.pop()
        yield node
        for _, inside in reversed(node.parts):
            left.extend(reversed(inside))


def told(value: Any) -> str:
    """Return a value of a definition in few words: a function by its name."""
    if callable(value):
        name: str = getattr(value, "__name__", type(value).__name__)
        return name.strip("<>")
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _inside(*parts: tuple[str, Nodes]) -> tuple[tuple[str, Nodes], ...]:
    return tuple(part for part in parts if part[1])


def _seconds(value: Duration, data: Any, context: StepExecutionContext, place: str) -> float:
    return seconds_from(value(data, context) if callable(value) else value, place)
