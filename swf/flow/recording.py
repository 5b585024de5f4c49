"""Functions that a workflow calls and that no replay may repeat: run once, then recorded."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar, overload

from swf.exceptions import ValidationTypeError
from swf.flow.replay.logger import running
from swf.flow.replay.marker import once
from swf.payload import Payloads

P = ParamSpec("P")
T = TypeVar("T")


@overload
def nondeterministic(function: Callable[P, T], /) -> Callable[P, T]: ...


@overload
def nondeterministic(
    function: None = None, /, *, payloads: Payloads | None = None
) -> Callable[[Callable[P, T]], Callable[P, T]]: ...


def nondeterministic(
    function: Callable[P, T] | None = None, /, *, payloads: Payloads | None = None
) -> Callable[P, T] | Callable[[Callable[P, T]], Callable[P, T]]:
    """Have a function run once for each call that a workflow makes of it, and its result recorded.

    Replays read that, whatever it is, None and other falsy results too; what it raised is raised
    again. `payloads` is how the result travels, the workflow's own where none is given: with a
    store it may be long. Outside of workflows the function is as it was.

    For what is quick and has no need of an activity. It may run again where the decision that
    recorded it was not delivered. Raises ValidationTypeError for an `async def`.
    """
    if function is None:
        return functools.partial(_recorded, payloads=payloads)
    return _recorded(function, payloads)


cached = nondeterministic


def _recorded(function: Callable[P, T], payloads: Payloads | None) -> Callable[P, T]:
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise ValidationTypeError(
            f"nondeterministic: must be a plain function, got {function!r}; for what waits, declare"
            " an @activity"
        )
    name = getattr(function, "__qualname__", repr(function)).rpartition(".")[2]

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        run = running()
        if run is None:
            return function(*args, **kwargs)
        result: T = once(run, name, lambda: function(*args, **kwargs), payloads)
        return result

    return called
