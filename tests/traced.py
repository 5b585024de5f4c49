"""Programs that are traced, on an SWF in memory, and the spans that come of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from swf.clock import ManualClock
from swf.exceptions import PollTimeout
from swf.flow import Decider, RetryPolicy, Worker, Workflow, activity
from swf.models import Domain
from swf.payload import Payloads
from swf.transport import Transport

SEEN: list[tuple[str, str]] = []
"""Trace and span that each activity saw as the current ones, in hex."""


def current() -> tuple[str, str]:
    """Return trace and span that are the current ones, in hex."""
    told = trace.get_current_span().get_span_context()
    return f"{told.trace_id:032x}", f"{told.span_id:016x}"


@activity(version="1.0", start_to_close_timeout=60, retry=RetryPolicy(attempts=2, delay=0))
def charge(amount: int) -> int:
    """Fail the first time that it is called."""
    SEEN.append(current())
    if activity.context.attempt == 1:
        raise ValueError("the card was refused")
    return amount


@activity(version="1.0", start_to_close_timeout=60)
def look() -> tuple[str, str]:
    """Return the current span."""
    return current()


@activity(version="1.0", start_to_close_timeout=60, payloads=Payloads(raw=True))
def bare(text: str) -> str:
    """Return what bare text it was called with."""
    SEEN.append(current())
    return text


class Parcel(Workflow):
    """Packs: a child."""

    name = "parcel"

    def run(self) -> str:
        """Return where it is."""
        _ = self.submit(look).result
        return "packed"


class Order(Workflow):
    """Charges, has a child pack, and waits for a signal."""

    name = "order"

    def run(self, amount: int) -> list[Any]:
        """Return what came of all."""
        paid = self.submit(charge, amount).result
        parcel = self.submit(Parcel).result
        return [paid, parcel, self.wait_signal("approved").result]


class Bare(Workflow):
    """Takes bare text, as programs in other languages send it."""

    name = "bare"
    payloads = Payloads(raw=True)

    def run(self, text: str) -> str:
        """Return the text."""
        return str(self.submit(bare, text).result)


class Failing(Workflow):
    """Fails."""

    name = "failing"

    def run(self) -> None:
        """Fail."""
        raise LookupError("no such order")


class Site:
    """A decider and a worker that are driven by hand, and what they export."""

    def __init__(self, connection: Transport, clock: ManualClock, **options: Any) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.connection = connection
        self.clock = clock
        self.place: dict[str, Any] = {"domain": Domain("shop", connection=connection)}
        self.decider = self.deciding(**options)
        self.worker = Worker(
            [charge, look, bare], "default", connection=connection, clock=clock, **self.place
        )

    def deciding(self, **options: Any) -> Decider:
        """Return another decider for the same workflows."""
        return Decider(
            [Order, Parcel, Bare, Failing],
            "default",
            connection=self.connection,
            clock=self.clock,
            **self.place,
            **options,
        )

    def settle(self, *, own: bool = False) -> None:
        """Have decider and worker do all there is."""
        steps: tuple[Callable[[], object], ...] = (
            self.decider.work,
            *((lambda: self.decider.work(own=True),) if own else ()),
            self.worker.run_once,
        )
        idle = 0
        while idle < len(steps):
            idle = 0
            for step in steps:
                try:
                    step()
                except PollTimeout:
                    idle += 1
            self.clock.advance(1)

    def spans(self, name: str | None = None) -> list[ReadableSpan]:
        """Return the finished spans, of one name or all."""
        return [
            one for one in self.exporter.get_finished_spans() if name is None or one.name == name
        ]

    def close(self) -> None:
        """End what is held."""
        self.decider.close()
