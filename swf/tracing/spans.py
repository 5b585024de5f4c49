"""Makes spans with the ids that they have to have.

What breaks in a provider, sampler or exporter is logged, and costs its span: nothing that is traced
fails for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final

import attrs

from swf._version import __version__
from swf.tracing.context import Place, span_id, trace_id

logger = logging.getLogger(__name__)

SYSTEM: Final = {"messaging.system": "aws_swf"}

LOST: Final = "a span is lost, or a part of it"

_SUPPRESSED: Final = "suppress_instrumentation"


@attrs.define
class Sent:
    """What is being sent: `told` is its `traceparent`, None where there is no trace."""

    told: str | None
    span: Any = None

    @property
    def context(self) -> dict[str, Any] | None:
        """What a call says beside its arguments; None where that is nothing."""
        return None if self.told is None else {"traceparent": self.told}

    def note(self, name: str, value: str) -> None:
        """Have the span say this, too."""
        if self.span is not None:
            self.span.set_attribute(name, value)


@attrs.frozen(kw_only=True)
class Told:
    """A span to be made: `event_id` is that of the event of the run that it begins with.

    Times are in nanoseconds since the epoch; None is now.
    """

    name: str
    run_id: str
    event_id: int
    parent: Place | None
    attributes: dict[str, Any]
    began: int | None = None
    links: tuple[Place, ...] = ()
    consumes: bool = False
    """Whether something that was sent for is begun with it."""


class Tracing:
    """Makes spans by a provider of OpenTelemetry's."""

    def __init__(self, trace: Any, context: Any, provider: Any) -> None:
        self._trace = trace
        self._context = context
        self._ids: _Ids | None = None
        self._tracer = provider.get_tracer("swf", __version__)
        if hasattr(self._tracer, "id_generator"):  # it is the SDK's, and this scope's alone
            self._ids = self._tracer.id_generator = _Ids(self._tracer.id_generator)

    def of_run(self, run_id: str, parent: Place | None) -> Place:
        """Return the span of a run: in the trace that it was started in, else in one of its own."""
        if parent is not None:
            return parent.beside(run_id, 1)
        place = Place(trace_id(run_id), span_id(run_id, 1))
        sampler = getattr(self._tracer, "sampler", None)
        if sampler is not None:
            with _contained():
                result = sampler.should_sample(None, place.trace_id, "swf.workflow")
                place = attrs.evolve(place, flags=int(result.decision.is_sampled()))
        return place

    def begin(self, told: Told) -> Any:
        """Return a new span, which is not the current one; somebody has to `end` it."""
        kinds = self._trace.SpanKind
        links = [self._trace.Link(self._span_context(one)) for one in told.links]
        if self._ids is not None:
            self._ids.expect(trace_id(told.run_id), span_id(told.run_id, told.event_id))
        try:
            return self._begun(
                told.name,
                context=self._around(told.parent),
                kind=kinds.CONSUMER if told.consumes else kinds.INTERNAL,
                attributes=SYSTEM | told.attributes,
                links=links,
                start_time=told.began,
            )
        finally:
            if self._ids is not None:
                self._ids.expect(0, 0)

    def _begun(self, name: str, **options: Any) -> Any:
        """Return a new span, one that records nothing where it cannot be made."""
        try:
            return self._tracer.start_span(name, **options)
        except Exception:
            logger.exception(LOST)
            return self._trace.INVALID_SPAN

    def end(
        self,
        span: Any,
        outcome: str,
        error: BaseException | None = None,
        *,
        ended: int | None = None,
    ) -> None:
        """End a span with the outcome, and with the error that it ended with."""
        span.set_attribute("swf.outcome", outcome)
        self._end(span, error, ended)

    def _end(self, span: Any, error: BaseException | None, ended: int | None = None) -> None:
        if error is not None:
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, _text_of(error)))
            with _contained():
                span.record_exception(error, timestamp=ended)
        with _contained():
            span.end(ended)

    def place_of(self, span: Any) -> Place | None:
        """Return a span as others refer to it; None for one that is none."""
        told = span.get_span_context()
        if not told.is_valid:
            return None
        return Place(told.trace_id, told.span_id, int(told.trace_flags) & 1)

    @contextmanager
    def sending(self, name: str, attributes: dict[str, Any]) -> Generator[Sent]:
        """Within the block, a span of what is sent is the current one."""
        producer = self._trace.SpanKind.PRODUCER
        span = self._begun(name, kind=producer, attributes=SYSTEM | attributes)
        place, failed = self.place_of(span), None
        try:
            with self.using(span):
                yield Sent(None if place is None else str(place), span)
        except Exception as error:
            failed = error
            raise
        finally:
            self._end(span, failed)

    @contextmanager
    def using(self, span: Any) -> Generator[None]:
        """Within the block, this span is the current one; it does not end with it."""
        with self._trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield

    @contextmanager
    def within(self, place: Place) -> Generator[None]:
        """Within the block, a span that is made elsewhere is the current one."""
        token = self._context.attach(self._around(place))
        try:
            yield
        finally:
            self._context.detach(token)

    @contextmanager
    def unseen(self) -> Generator[None]:
        """Within the block, what instruments botocore and HTTP clients makes no spans."""
        hidden = self._context.set_value(_SUPPRESSED, True)
        for key in ("_SUPPRESS_INSTRUMENTATION_KEY", "_SUPPRESS_HTTP_INSTRUMENTATION_KEY"):
            named = getattr(self._context, key, None)
            if named is not None:
                hidden = self._context.set_value(named, True, hidden)
        token = self._context.attach(hidden)
        try:
            yield
        finally:
            self._context.detach(token)

    def _around(self, place: Place | None) -> Any:
        """Return a context in which a span is the current one, or none is."""
        empty = self._context.Context()
        if place is None:
            return empty
        span = self._trace.NonRecordingSpan(self._span_context(place))
        return self._trace.set_span_in_context(span, empty)

    def _span_context(self, place: Place) -> Any:
        flags = self._trace.TraceFlags(place.flags)
        return self._trace.SpanContext(
            place.trace_id, place.span_id, is_remote=True, trace_flags=flags
        )


class _Ids(threading.local):
    """Gives the next span of a thread the ids that are expected; others have random ones."""

    def __init__(self, others: Any) -> None:
        self._others = others
        self.expect(0, 0)

    def expect(self, trace: int, span: int) -> None:
        """Have the next span have these ids, 0 for random ones."""
        self._trace, self._span = trace, span

    def generate_trace_id(self) -> int:
        """Return the id of a trace."""
        return self._trace or int(self._others.generate_trace_id())

    def generate_span_id(self) -> int:
        """Return the id of a span."""
        return self._span or int(self._others.generate_span_id())

    def is_trace_id_random(self) -> bool:
        """Tell whether trace ids are random; one made of a run id is not."""
        return not self._trace and bool(getattr(self._others, "is_trace_id_random", bool)())


def links_of(told: Iterable[Place | None]) -> tuple[Place, ...]:
    """Return those that are spans."""
    return tuple(one for one in told if one is not None)


@contextmanager
def _contained() -> Generator[None]:
    """Log what breaks in the block, which ends there."""
    try:
        yield
    except Exception:
        logger.exception(LOST)


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  (an error in an error's message)
        return type(error).__name__
