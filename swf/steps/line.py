"""A sequence while it is being built: what stands in it, and what it cannot take."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs

from swf.flow.retry import RetryPolicy
from swf.steps.body import ErrorBehavior, StepBody
from swf.steps.definition import RETRY_FOR_EVER, Node, Nodes, OnError, RunStep
from swf.steps.errors import StepsError, StepsTypeError

MAX_DEPTH: Final = 50
"""So deep may containers stand in one another."""

MAX_PREFIX: Final = 120
MAX_NAME: Final = 64
"""So long may be the two parts of a node's id: where it stands, and what it is called."""

OUTSIDE: Final = re.compile(r"[^\w-]+")


@attrs.frozen
class Asked:
    """What `on_error` was given; `then` is None where it is left to the place."""

    retry: RetryPolicy | None
    then: ErrorBehavior | None

    def at(self, *, compensates: bool) -> OnError:
        """Return what it comes to at a place where compensation is, or is not, what follows."""
        last = ErrorBehavior.COMPENSATE if compensates else ErrorBehavior.TERMINATE
        return OnError(self.retry, last if self.then is None else self.then)


FOR_EVER: Final = Asked(RETRY_FOR_EVER, None)
AT_ONCE: Final = Asked(None, None)


@attrs.define(kw_only=True, eq=False)
class Line:
    """The nodes of one sequence so far, `asked` what `on_error` said of each.

    `open` tells what is still missing after a call that is only half of something, such as
    `for_each(...)` without its `do(...)`; nothing else may be added meanwhile.
    """

    prefix: str = ""
    depth: int = 0
    in_saga: bool = False
    default: Asked | None = None
    nodes: list[Node] = attrs.field(factory=list)
    asked: dict[str, Asked] = attrs.field(factory=dict)
    open: str | None = None
    closed: bool = False

    def id_of(self, name: str) -> str:
        """Return the id of the next node, of what is called so."""
        return f"{self.prefix}{len(self.nodes) + 1}-{name}"

    def add(self, node: Node) -> int:
        """Append a node; return the place after it."""
        self.nodes.append(node)
        return len(self.nodes)

    def check_next(self, place: int, call: str) -> None:
        """Raise StepsError unless a call on a builder of this place may add what comes next."""
        here = self.nodes[place - 1].id if place else self.prefix.rstrip(".") or "the beginning"
        if self.closed:
            raise StepsError(
                f"{here}: {call}: the sequence is built already; a builder is used inside of the "
                "function that gets it only"
            )
        if self.open:
            raise StepsError(f"{self.open}, before {call}")
        if len(self.nodes) > place:
            raise StepsError(
                f"{here}: {call}: {self.nodes[place].id} follows here already; what shall happen "
                "side by side goes into parallel().do(...).do(...).join()"
            )

    def inside(self, path: str, *, place: str, in_saga: bool = False) -> Line:
        """Return the line of a sequence within this one."""
        if self.depth == MAX_DEPTH:
            raise StepsError(f"{place}: containers stand deeper in one another than {MAX_DEPTH}")
        return Line(
            prefix=_short(f"{path}."),
            depth=self.depth + 1,
            in_saga=self.in_saga or in_saga,
            default=_in_saga(self.default) if in_saga else self.default,
        )

    def finish(self) -> Nodes:
        """Return the nodes for good, each step with what its errors lead to."""
        if self.open:
            raise StepsError(f"{self.open}, and the sequence ends there")
        self.closed = True
        return tuple(self._finished(index) for index in range(len(self.nodes)))

    def _finished(self, index: int) -> Node:
        node = self.nodes[index]
        if not isinstance(node, RunStep):
            return node
        checked_inputs(node)
        if node.is_container and not node.do:
            raise StepsError(f"{node.id}: {node.name} is a ContainerStepBody and needs a do(...)")
        compensates = self.in_saga or node.compensate is not None
        implied = AT_ONCE if node.compensate else FOR_EVER
        on_error = (self.asked.get(node.id) or self.default or implied).at(compensates=compensates)
        if on_error.then is ErrorBehavior.COMPENSATE and not compensates:
            raise StepsError(
                f"{node.id}: on_error(COMPENSATE): there is nothing to compensate with; add "
                "compensate_with(...), or put the step into a saga(...)"
            )
        return attrs.evolve(node, on_error=on_error)


def _in_saga(default: Asked | None) -> Asked:
    """Return what holds in a saga where a step says nothing: compensation, after any attempts."""
    return AT_ONCE if default is None else Asked(default.retry, None)


def fitted_name(name: str) -> str:
    """Return a name as it is part of a node's id."""
    return OUTSIDE.sub("_", name).strip("_")[:MAX_NAME] or "step"


def _short(prefix: str) -> str:
    if len(prefix) <= MAX_PREFIX:
        return prefix
    return f"{hashlib.sha256(prefix.encode()).hexdigest()[:20]}."


def checked_body(step: object, place: str) -> type[StepBody] | Callable[..., Any]:
    """Return a step as it is; raises StepsTypeError for what is none."""
    if not isinstance(step, type):
        return _checked_function(step, place)
    if not issubclass(step, StepBody):
        raise StepsTypeError(f"{place}: a step's class must be a StepBody, got {step.__name__}")
    missing = getattr(step, "__abstractmethods__", None)
    if missing:
        raise StepsTypeError(f"{place}: {step.__name__} has no {', '.join(sorted(missing))}()")
    if step.__init__ is not object.__init__ and not _takes(step, 0):
        raise StepsTypeError(
            f"{place}: {step.__name__} must be made without arguments; what it needs is given by "
            "input(...)"
        )
    return step


def _checked_function(step: object, place: str) -> Callable[..., Any]:
    if isinstance(step, StepBody):
        raise StepsTypeError(
            f"{place}: give the class {type(step).__name__}, not an instance: each call is on an "
            "instance of its own"
        )
    if not callable(step):
        raise StepsTypeError(
            f"{place}: a step must be a StepBody class or a function of the context, "
            f"got {step!r:.80}"
        )
    return step


def checked_function(function: object, count: int, place: str, like: str) -> Any:
    """Return a function as it is; raises StepsTypeError unless it takes so many arguments."""
    if not callable(function) or isinstance(function, type) or not _takes(function, count):
        raise StepsTypeError(f"{place}: must be a function such as {like}, got {function!r:.80}")
    return function


def checked_name(name: object, place: str) -> str:
    """Return a name of an input or an output; raises StepsTypeError for what is none."""
    if not isinstance(name, str):
        raise StepsTypeError(f"{place}: the name must be a str, got {name!r:.80}")
    if not name:
        raise StepsError(f"{place}: the name must not be empty")
    return name


def checked_inputs(step: RunStep) -> None:
    """Raise StepsError unless a plain function takes the inputs that its step has."""
    if isinstance(step.body, type):
        return
    names = {name: None for name, _ in step.inputs}
    if not _takes(step.body, 1, names):
        told = ", ".join(["context", *names])
        raise StepsError(f"{step.id}: {step.name} cannot be called with ({told})")


def asked(
    behavior: object, retry_interval: float | timedelta | None, then: object, place: str
) -> Asked:
    """Return what `on_error` is given, checked."""
    after = None if then is None else _behavior(then, place)
    if after is ErrorBehavior.RETRY:
        raise StepsError(f"{place}: then: RETRY is no end; give SUSPEND, TERMINATE or COMPENSATE")
    if isinstance(behavior, RetryPolicy):
        if retry_interval is not None:
            raise StepsError(f"{place}: a RetryPolicy has its delay itself, not a retry_interval")
        return Asked(behavior, after)
    kind = _behavior(behavior, place)
    if kind is ErrorBehavior.RETRY:
        return Asked(_every(retry_interval, place), after)
    if retry_interval is not None or after is not None:
        raise StepsError(f"{place}: {kind.name} takes neither retry_interval nor then")
    return Asked(None, kind)


def _behavior(value: object, place: str) -> ErrorBehavior:
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return ErrorBehavior(value)
        except ValueError:
            pass
    raise StepsTypeError(
        f"{place}: must be a RetryPolicy or WorkflowStep.RETRY, SUSPEND, TERMINATE or COMPENSATE, "
        f"got {value!r:.80}"
    )


def _every(interval: float | timedelta | None, place: str) -> RetryPolicy:
    if interval is None:
        return RETRY_FOR_EVER
    try:
        return RetryPolicy(attempts=None, delay=interval, backoff="fixed", max_delay=None)
    except ValueError as error:
        raise StepsError(f"{place}: retry_interval: {error}") from error


def _takes(function: Callable[..., Any], count: int, names: dict[str, None] | None = None) -> bool:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # written in C, and says nothing of itself
        return True
    try:
        signature.bind(*[None] * count, **(names or {}))
    except TypeError:
        return False
    return True
