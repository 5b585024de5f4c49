"""What steps, functions, names and times have to be where a chain is written."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from swf.steps.body import StepBody, seconds_from
from swf.steps.definition import Duration, RunStep, Saga, told
from swf.steps.errors import StepsError, StepsTypeError

MAX_NAME: Final = 64
"""So long may be what a node is called in its id."""

Pairs = tuple[tuple[str, Callable[..., Any]], ...]
"""Names of inputs or outputs, each with what computes it."""

OUTSIDE: Final = re.compile(r"[^\w-]+")

OF_DATA: Final = "lambda data, context: data.value"
OF_STEP: Final = "lambda step: step.value"
OF_BUILDER: Final = "lambda b: b.start_with(Step)"


def fitted_name(name: str) -> str:
    """Return a name as it is part of a node's id."""
    return OUTSIDE.sub("_", name).strip("_")[:MAX_NAME] or "step"


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
    if not _takes(step.run, 2):
        raise StepsTypeError(f"{place}: {step.__name__}.run must take the context, and only that")
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


def step_node(step: object, id_of: Callable[[str], str], place: str) -> RunStep:
    """Return the node of a step; raises StepsTypeError for what is none."""
    body = checked_body(step, place)
    name = fitted_name(told(body))
    return RunStep(id=id_of(name), name=name, body=body)


def undo_node(node: RunStep | Saga, step: object, inputs: Mapping[str, Any]) -> RunStep:
    """Return the node of the step that compensates another; raises StepsError for what cannot."""
    place = f"{node.id}: compensate_with"
    if node.compensate is not None:
        raise StepsError(f"{place}: it has {node.compensate.name} already")
    undo = step_node(step, lambda name: f"{node.id}.undo-{name}", place)
    pairs = tuple(
        (name, checked_function(value, 2, f"{place}: {name}", OF_DATA))
        for name, value in inputs.items()
    )
    undo = attrs.evolve(undo, inputs=pairs)
    checked_inputs(undo)
    return undo


def with_pair(
    pairs: Pairs, name: object, function: object, count: int, place: str, like: str
) -> Any:
    """Return pairs of names and functions with one more; raises StepsError for a name twice."""
    told = checked_name(name, place)
    if any(told == other for other, _ in pairs):
        raise StepsError(f"{place}: it is told twice")
    return (*pairs, (told, checked_function(function, count, place, like)))


def checked_duration(value: Duration, place: str) -> Duration:
    """Return a time in seconds, or the function that returns one; raises StepsError for none."""
    if callable(value):
        checked_function(value, 2, place, "lambda data, context: data.seconds")
        return value
    return seconds_from(value, place)


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
