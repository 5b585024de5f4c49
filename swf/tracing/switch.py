"""Whether there is tracing in this process: one name to look at, None where there is not."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from swf.exceptions import SettingsError
from swf.tracing.context import Place, parsed
from swf.tracing.spans import Sent, Tracing

_active: Tracing | None = None


def instrument(tracer_provider: Any = None) -> None:
    """Have spans made from now on, by this provider; the global one where none is given.

    It is that of this process alone: call it where modules are imported, and child processes that
    poll have it too. Set the global provider before. Raises SettingsError where opentelemetry-api
    is not installed (extra `otel`).
    """
    global _active  # noqa: PLW0603
    try:
        trace = import_module("opentelemetry.trace")
        context = import_module("opentelemetry.context")
    except ImportError as error:
        raise SettingsError("tracing needs opentelemetry-api: pip install 'swf[otel]'") from error
    _active = Tracing(trace, context, tracer_provider or trace.get_tracer_provider())


def uninstrument() -> None:
    """Have no spans made any more."""
    global _active  # noqa: PLW0603
    _active = None


def active() -> Tracing | None:
    """Return what makes spans; None where nothing does."""
    return _active


@contextmanager
def sending(name: str, attributes: dict[str, Any]) -> Generator[Sent]:
    """Within the block, something is sent to an execution; a span of that name tells of it."""
    tracing = _active
    if tracing is None:
        yield Sent(None)
    else:
        with tracing.sending(name, attributes) as sent:
            yield sent


@contextmanager
def continued(told: str | None) -> Generator[None]:
    """Within the block, this span of another process is the current one; None changes nothing.

    Spans are made of it by whatever makes spans here, whether `instrument` was called or not.
    """
    place: Place | None = parsed(told)
    if place is None:
        yield
        return
    try:
        trace = import_module("opentelemetry.trace")
        context = import_module("opentelemetry.context")
    except ImportError:
        yield
        return
    with Tracing(trace, context, trace.NoOpTracerProvider()).within(place):
        yield
