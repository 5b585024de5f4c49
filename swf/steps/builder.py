"""How a chain of steps is written: each call adds to it, and returns where to go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, Self, TypeVar, cast, overload

import attrs

from swf.flow.retry import RetryPolicy
from swf.steps.behavior import asked
from swf.steps.body import (
    CaughtEvent,
    ContainerStepBody,
    ErrorBehavior,
    StepBody,
    StepExecutionContext,
)
from swf.steps.checking import (
    OF_BUILDER,
    OF_DATA,
    OF_STEP,
    checked_duration,
    checked_function,
    checked_name,
    step_node,
    undo_node,
    with_pair,
)
from swf.steps.definition import (
    DataFunction,
    Definition,
    Delay,
    Duration,
    ForEach,
    If,
    Node,
    Nodes,
    Parallel,
    RunStep,
    Saga,
    Schedule,
    WaitFor,
    When,
    While,
    told,
    walk,
)
from swf.steps.draft import Draft
from swf.steps.errors import StepsError
from swf.steps.function import FunctionStep
from swf.steps.spot import Half, Spot

S = TypeVar("S", bound=StepBody)
T = TypeVar("T", bound=StepBody)
N = TypeVar("N", bound=Node)
C = TypeVar("C", bound=ContainerStepBody)

Function = Callable[..., Any]
"""A plain function as a step: it takes the context, and what `input(...)` names as keywords."""

OfContext = Callable[[StepExecutionContext], Any]
"""The same without inputs: a checker knows what a lambda is given."""

Inside = Callable[["WorkflowBuilder"], object]
"""What `do` takes: a function that builds the sequence inside, `lambda b: b.start_with(X)`."""


class Adding(Spot):
    """A place where something may be added that is no step: a wait, or what holds steps."""

    def _start(self, name: str, call: str) -> str:
        """Return the id of what is to be added here, once that may be."""
        self._draft.check_next(self._at, call)
        return self._draft.id_of(name)

    def _step(self, step: object, call: str) -> Any:
        self._draft.check_next(self._at, f"{call}(...)")
        node = step_node(step, self._draft.id_of, f"{self._here}: {call}")
        return StepBuilder(self._draft, self._draft.add(node))

    def wait_for(
        self,
        event_name: str,
        event_key: DataFunction,
        effective_date: DataFunction | None = None,
        *,
        timeout: Duration | None = None,
    ) -> WaitBuilder:
        """Add: go on when an event of this name and key has been published.

        An event from before `effective_date` does not count: by default one from before the
        workflow's start. After `timeout` (seconds, a timedelta, or a function that returns one) the
        chain goes on without an event.
        """
        node_id = self._start("wait_for", f"wait_for({event_name!r})")
        if effective_date is not None:
            checked_function(effective_date, 2, f"{node_id}: effective_date", OF_DATA)
        node = WaitFor(
            id=node_id,
            name="wait_for",
            event=checked_name(event_name, f"{node_id}: event_name"),
            key=checked_function(event_key, 2, f"{node_id}: event_key", OF_DATA),
            effective_date=effective_date,
            timeout=None if timeout is None else checked_duration(timeout, f"{node_id}: timeout"),
        )
        return WaitBuilder(self._draft, self._draft.add(node))

    def delay(self, period: Duration) -> ChainBuilder:
        """Add: go on after a time: seconds, a timedelta, or a function that returns one."""
        node_id = self._start("delay", "delay(...)")
        node = Delay(id=node_id, name="delay", period=checked_duration(period, f"{node_id}: delay"))
        return ChainBuilder(self._draft, self._draft.add(node))

    def for_each(self, items: DataFunction, *, parallel: bool = True) -> ContainerBuilder:
        """Begin what is done once for each item of a list: side by side, or in order.

        Inside, `context.item` is the item.
        """
        node_id = self._start("for_each", "for_each(...)")
        checked_function(items, 2, f"{node_id}: for_each", "lambda data, context: data.items")
        return ContainerBuilder(
            self._draft,
            node_id,
            "for_each",
            lambda body: ForEach(
                id=node_id, name="for_each", items=items, body=body, parallel=parallel
            ),
        )

    def while_(self, condition: DataFunction) -> ContainerBuilder:
        """Begin what is done again and again, as long as the condition holds before."""
        node_id = self._start("while", "while_(...)")
        checked_function(condition, 2, f"{node_id}: while_", OF_DATA)
        return ContainerBuilder(
            self._draft,
            node_id,
            "while_",
            lambda body: While(id=node_id, name="while", predicate=condition, body=body),
        )

    def if_(self, condition: DataFunction) -> ContainerBuilder:
        """Begin what is done if the condition holds."""
        node_id = self._start("if", "if_(...)")
        checked_function(condition, 2, f"{node_id}: if_", OF_DATA)
        return ContainerBuilder(
            self._draft,
            node_id,
            "if_",
            lambda body: If(id=node_id, name="if", predicate=condition, body=body),
        )

    def schedule(self, period: Duration) -> ContainerBuilder:
        """Begin what is done after a time, beside what follows here at once."""
        node_id = self._start("schedule", "schedule(...)")
        checked = checked_duration(period, f"{node_id}: schedule")
        return ContainerBuilder(
            self._draft,
            node_id,
            "schedule",
            lambda body: Schedule(id=node_id, name="schedule", period=checked, body=body),
        )

    def parallel(self) -> ParallelBuilder:
        """Begin branches that are done side by side: each a `do(...)`, then `join()`."""
        return ParallelBuilder(self._draft, self._start("parallel", "parallel()"))

    def saga(self, inside: Inside) -> SagaBuilder:
        """Add steps that are compensated, newest first, when one of them fails for good."""
        node_id = self._start("saga", "saga(...)")
        body = _inside(self._draft, inside, node_id, f"{node_id}: saga", in_saga=True)
        return SagaBuilder(self._draft, self._draft.add(Saga(id=node_id, name="saga", body=body)))


class WorkflowBuilder(Adding):
    """The beginning of a sequence: of a workflow's, or of one inside a container."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft, 0)

    @overload
    def start_with(  # pyright: ignore[reportOverlappingOverload]  (a class is callable, too)
        self, step: type[S]
    ) -> StepBuilder[S]: ...
    @overload
    def start_with(self, step: OfContext) -> StepBuilder[FunctionStep]: ...
    @overload
    def start_with(self, step: Function) -> StepBuilder[FunctionStep]: ...
    def start_with(self, step: object) -> Any:
        """Add the first step: a StepBody class, or a function of the context."""
        return self._step(step, "start_with")

    def on_error(
        self,
        behavior: RetryPolicy | ErrorBehavior,
        *,
        retry_interval: float | timedelta | None = None,
        then: ErrorBehavior | None = None,
    ) -> Self:
        """Say what an error leads to in each step of the sequence that does not say it itself.

        As in `StepBuilder.on_error`; it holds for what is inside of the sequence's containers, too,
        and for the functions of containers, waits and delays, which else are asked for ever.
        """
        self._draft.check_next(0, "on_error(...)")
        self._draft.default = asked(behavior, retry_interval, then, f"{self._here}: on_error")
        return self


class ChainBuilder(Adding):
    """A place after something: the chain goes on here."""

    @overload
    def then(  # pyright: ignore[reportOverlappingOverload]  (a class is callable, too)
        self, step: type[T]
    ) -> StepBuilder[T]: ...
    @overload
    def then(self, step: OfContext) -> StepBuilder[FunctionStep]: ...
    @overload
    def then(self, step: Function) -> StepBuilder[FunctionStep]: ...
    def then(self, step: object) -> Any:
        """Add the next step: a StepBody class, or a function of the context."""
        return self._step(step, "then")


class Telling(ChainBuilder, Generic[N]):
    """A place after a node about which more may be said, until the next one is added."""

    def _node(self, call: str) -> N:
        self._draft.check_next(self._at, f"{call}(...)")
        return cast("N", self._draft.nodes[self._at - 1])

    def _now(self, node: N) -> Self:
        self._draft.nodes[self._at - 1] = node
        return self


class StepBuilder(Telling[RunStep], Generic[S]):
    """The place after a step, about which more may be said here."""

    def input(self, name: str, value: DataFunction) -> Self:
        """Have an attribute of the step set before it runs: `lambda data, context: data.value`.

        For a step that is a plain function, it is a keyword argument.
        """
        node = self._node("input")
        place = f"{node.id}: input({name!r})"
        inputs = with_pair(node.inputs, name, value, 2, place, OF_DATA)
        return self._now(attrs.evolve(node, inputs=inputs))

    def output(self, name: str, value: Callable[[S], Any]) -> Self:
        """Have a field of the workflow's data set once the step has proceeded.

        `value` is a function of the step: `lambda step: step.output`.
        """
        node = self._node("output")
        place = f"{node.id}: output({name!r})"
        outputs = with_pair(node.outputs, name, value, 1, place, OF_STEP)
        return self._now(attrs.evolve(node, outputs=outputs))

    def on_error(
        self,
        behavior: RetryPolicy | ErrorBehavior,
        *,
        retry_interval: float | timedelta | None = None,
        then: ErrorBehavior | None = None,
    ) -> Self:
        """Say what it leads to when the step raises, or its worker is lost.

        A RetryPolicy, or `WorkflowStep.RETRY` with a `retry_interval` in seconds, tries again;
        `then` says what follows the last attempt. SUSPEND waits for `resume_workflow`, TERMINATE
        ends the workflow, COMPENSATE does what `compensate_with` names, or undoes the saga around
        the step. By default a step is tried again for ever; in a saga, and with `compensate_with`,
        it is compensated at once.
        """
        node = self._node("on_error")
        place = f"{node.id}: on_error"
        self._draft.asked[node.id] = asked(behavior, retry_interval, then, place)
        return self

    def compensate_with(self, step: type[StepBody] | Function, **inputs: DataFunction) -> Self:
        """Name the step that undoes this one, and what it is given: `sum=lambda data, context: …`.

        It is done when this step fails for good, and when a later one of the same saga does.
        """
        node = self._node("compensate_with")
        return self._now(attrs.evolve(node, compensate=undo_node(node, step, inputs)))

    def when(self, value: Any) -> WhenBuilder[S]:
        """Begin what follows an outcome: one equal to `value`, or to what that function returns.

        After it the chain goes on, as it does after an outcome that no `when` names.
        """
        node = self._node("when")
        if callable(value):
            checked_function(value, 2, f"{node.id}: when", OF_DATA)
        return WhenBuilder(self._draft, self._at, value, self)

    def do(self: StepBuilder[C], inside: Inside) -> StepBuilder[C]:
        """Build what a ContainerStepBody does for each value that it branches into.

        Raises StepsError after a step of another kind, and where it was said already.
        """
        node = self._node("do")
        if not node.is_container:
            raise StepsError(
                f"{node.id}: do: {node.name} holds no steps; do(...) follows for_each, while_, "
                "if_, parallel, schedule or when, or a step that is a ContainerStepBody"
            )
        if node.do:
            raise StepsError(f"{node.id}: do: it has its do(...) already")
        body = _inside(self._draft, inside, node.id, f"{node.id}: do")
        return self._now(attrs.evolve(node, do=body))


class WaitBuilder(Telling[WaitFor]):
    """The place after a `wait_for`, about which more may be said here."""

    def input(self, name: str, value: DataFunction) -> Self:
        """Tell the wait's `event_key` or `effective_date` here instead of in the call.

        Raises StepsError for any other name.
        """
        node = self._node("input")
        place = f"{node.id}: input({name!r})"
        checked_function(value, 2, place, OF_DATA)
        if name == "event_key":
            return self._now(attrs.evolve(node, key=value))
        if name == "effective_date":
            return self._now(attrs.evolve(node, effective_date=value))
        raise StepsError(f"{place}: a wait has the inputs event_key and effective_date")

    def output(self, name: str, value: Callable[[CaughtEvent], Any]) -> Self:
        """Have a field of the workflow's data set when the wait ends, also by its time-out.

        `value` is a function of what was caught: `lambda step: step.event_data`.
        """
        node = self._node("output")
        place = f"{node.id}: output({name!r})"
        like = "lambda step: step.event_data"
        outputs = with_pair(node.outputs, name, value, 1, place, like)
        return self._now(attrs.evolve(node, outputs=outputs))

    def on_timeout(self, inside: Inside) -> Self:
        """Build what is done after the time-out, before the chain goes on.

        Raises StepsError where the wait has no time-out, and where it was said already.
        """
        node = self._node("on_timeout")
        place = f"{node.id}: on_timeout"
        if node.timeout is None:
            raise StepsError(f"{place}: the wait has no timeout=")
        if node.on_timeout:
            raise StepsError(f"{place}: it has its on_timeout(...) already")
        body = _inside(self._draft, inside, f"{node.id}.timeout", place)
        return self._now(attrs.evolve(node, on_timeout=body))


class SagaBuilder(Telling[Saga]):
    """The place after a saga, about which more may be said here."""

    def on_error(
        self,
        behavior: RetryPolicy | ErrorBehavior,
        *,
        retry_interval: float | timedelta | None = None,
        then: ErrorBehavior | None = None,
    ) -> Self:
        """Say what follows once the saga was compensated; by default the chain goes on.

        A RetryPolicy, or RETRY, does the whole saga again; SUSPEND and TERMINATE are as for a step.
        Raises StepsError for COMPENSATE, which a saga does in any case.
        """
        node = self._node("on_error")
        place = f"{node.id}: on_error"
        what = asked(behavior, retry_interval, then, place)
        if what.then is ErrorBehavior.COMPENSATE:
            raise StepsError(f"{place}: a saga is compensated in any case; say what follows that")
        return self._now(attrs.evolve(node, on_error=what.at(compensates=False)))

    def compensate_with(self, step: type[StepBody] | Function, **inputs: DataFunction) -> Self:
        """Name the step that is done last when the saga is compensated, and what it is given."""
        node = self._node("compensate_with")
        return self._now(attrs.evolve(node, compensate=undo_node(node, step, inputs)))


class ContainerBuilder(Half):
    """The place after a container's beginning: `do(...)` says what it holds."""

    def __init__(
        self, draft: Draft, node_id: str, call: str, make: Callable[[Nodes], Node]
    ) -> None:
        super().__init__(draft, len(draft.nodes), node_id, f"{call}(...) needs a do(...) after it")
        self._make = make

    def do(self, inside: Inside) -> ChainBuilder:
        """Build what is inside: `do(lambda b: b.start_with(X).then(Y))`."""
        self._check("do(...)")
        body = _inside(self._draft, inside, self._id, f"{self._id}: do")
        self._draft.open = None
        return ChainBuilder(self._draft, self._draft.add(self._make(body)))


class ParallelBuilder(Half):
    """The place after `parallel()` or one of its branches."""

    def __init__(self, draft: Draft, node_id: str) -> None:
        super().__init__(
            draft, len(draft.nodes), node_id, "parallel() needs do(...), once a branch, and join()"
        )
        self._branches: list[Nodes] = []

    def do(self, inside: Inside) -> Self:
        """Build one more branch."""
        self._check("do(...)")
        path = f"{self._id}.{len(self._branches) + 1}"
        self._branches.append(_inside(self._draft, inside, path, f"{path}: do"))
        return self

    def join(self) -> ChainBuilder:
        """Go on when all branches have ended; raises StepsError where there is none."""
        self._check("join()")
        if not self._branches:
            raise StepsError(f"{self._id}: join: there is no branch; add do(...) for each")
        self._draft.open = None
        node = Parallel(id=self._id, name="parallel", branches=tuple(self._branches))
        return ChainBuilder(self._draft, self._draft.add(node))


class WhenBuilder(Half, Generic[S]):
    """The place after `when(...)`: `do(...)` says what follows that outcome."""

    def __init__(self, draft: Draft, at: int, value: Any, step: StepBuilder[S]) -> None:
        node_id = draft.nodes[at - 1].id
        super().__init__(draft, at, node_id, f"when({told(value)}) needs a do(...) after it")
        self._value = value
        self._step = step

    def do(self, inside: Inside) -> StepBuilder[S]:
        """Build what follows the outcome; further outcomes may come after it."""
        self._check("do(...)")
        node = cast("RunStep", self._draft.nodes[self._at - 1])
        path = f"{node.id}.when{len(node.whens) + 1}"
        body = _inside(self._draft, inside, path, f"{path}: do")
        self._draft.open = None
        whens = (*node.whens, When(value=self._value, body=body))
        self._draft.nodes[self._at - 1] = attrs.evolve(node, whens=whens)
        return self._step


def built(
    definition_id: str, version: int, build: Callable[[WorkflowBuilder], object]
) -> Definition:
    """Return what a function builds, as a definition; raises StepsError, naming the place."""
    draft = Draft()
    build(WorkflowBuilder(draft))
    body = draft.finish()
    if not body:
        raise StepsError("build: nothing was built; begin with builder.start_with(Step)")
    steps = {node.id: node for node in walk(body) if isinstance(node, RunStep)}
    return Definition(id=definition_id, version=version, body=body, steps=steps)


def _inside(draft: Draft, inside: Inside, path: str, place: str, *, in_saga: bool = False) -> Nodes:
    checked_function(inside, 1, place, OF_BUILDER)
    inner, before = draft.inside(path, place=place, in_saga=in_saga), len(draft.nodes)
    inside(WorkflowBuilder(inner))
    if len(draft.nodes) != before:
        raise StepsError(f"{place}: its function used another builder than the one it is given")
    body = inner.finish()
    if not body:
        raise StepsError(
            f"{place}: nothing was built; its function must begin with start_with on the builder "
            f"that it is given: {OF_BUILDER}"
        )
    return body
