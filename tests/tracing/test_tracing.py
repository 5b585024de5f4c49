"""Traces of workflows: the tree of spans, what carries it, and what never adds to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode
from traced import SEEN, Bare, Failing, Order, Parcel, Site, charge, current

from swf import tracing
from swf.clock import ManualClock
from swf.flow import Handle, Workflow, get, start
from swf.flow.replay.run import Execution, Run
from swf.tracing.spans import Told
from swf.tracing.switch import active, continued
from swf.transport import Transport


@pytest.fixture
def site(swf_connection: Transport, swf_clock: ManualClock) -> Iterator[Site]:
    """A place whose programs are traced."""
    made = Site(swf_connection, swf_clock)
    tracing.instrument(made.provider)
    SEEN.clear()
    yield made
    tracing.uninstrument()
    made.close()


def order(site: Site, *, own: bool = False) -> Handle[Any]:
    """Run an order with a retry, a child and a signal to its end."""
    handle = start(Order, 5, connection=site.connection, **site.place)
    site.settle(own=own)
    handle.signal("approved", "yes")
    site.settle(own=own)
    assert handle.result(0) == [5, "packed", "yes"]
    return handle


def parent(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def inputs(handle: Handle[Any], kind: str, connection: Transport) -> list[Any]:
    """Return the inputs that the events of a kind have."""
    member = f"{kind[0].lower()}{kind[1:]}EventAttributes"
    return [
        raw[member].get("input") for raw in handle.first.history().raws if raw["eventType"] == kind
    ]


def test_a_run_is_one_tree(site: Site) -> None:
    """Start, workflow, decisions, attempts, child and signal are spans of one trace, in order."""
    handle = order(site)

    [begun] = site.spans("swf.start")
    parcel, whole = site.spans("swf.workflow")
    first, second, looked = site.spans("swf.activity")
    assert begun.kind is SpanKind.PRODUCER
    assert (begun.parent, parent(whole)) == (None, begun.context.span_id)
    assert parent(parcel) == whole.context.span_id
    assert {parent(first), parent(second)} == {whole.context.span_id}
    assert parent(looked) == parcel.context.span_id
    runs = {one.attributes["swf.run_id"] for one in site.spans("swf.decision")}
    assert len(runs) == 2
    for one in site.spans("swf.decision"):
        above = whole if one.attributes["swf.run_id"] == handle.run_id else parcel
        assert parent(one) == above.context.span_id
    traces = {one.context.trace_id for one in site.spans() if one.name != "swf.signal"}
    assert traces == {begun.context.trace_id}
    assert whole.start_time <= first.start_time <= first.end_time <= whole.end_time


def test_spans_say_what_they_are_of(site: Site) -> None:
    """Attributes name domain, execution, type, activity and attempt, and what has come of it."""
    handle = order(site)

    first, second, _ = site.spans("swf.activity")
    assert dict(second.attributes) == {
        "messaging.system": "aws_swf",
        "messaging.operation.type": "process",
        "messaging.destination.name": "default",
        "swf.domain": "shop",
        "swf.workflow_id": handle.workflow_id,
        "swf.run_id": handle.run_id,
        "swf.activity_id": first.attributes["swf.activity_id"],
        "swf.activity_type": charge.name,
        "swf.activity_version": "1.0",
        "swf.attempt": 2,
        "swf.outcome": "completed",
    }
    assert first.attributes["swf.outcome"] == "failed"
    [begun] = site.spans("swf.start")
    assert begun.attributes["swf.run_id"] == handle.run_id


def test_an_attempt_is_linked_with_the_one_before(site: Site) -> None:
    """The second attempt of an activity has a link to the first, whose exception is recorded."""
    order(site)

    first, second, _ = site.spans("swf.activity")
    assert first.status.status_code is StatusCode.ERROR
    [recorded] = first.events
    assert recorded.attributes["exception.type"] == "ValueError"
    assert first.links == ()
    assert [link.context.span_id for link in second.links] == [first.context.span_id]


def test_a_decision_is_linked_with_the_signal_it_follows(site: Site) -> None:
    """A signal is a span where it is sent; the decision that sees it links to that."""
    order(site)

    [sent] = site.spans("swf.signal")
    last = site.spans("swf.decision")[-1]
    assert sent.kind is SpanKind.PRODUCER
    assert sent.attributes["swf.signal_name"] == "approved"
    assert [link.context.span_id for link in last.links] == [sent.context.span_id]


class Broken(SpanProcessor):
    """What breaks whenever a span begins or ends."""

    def on_start(self, span: object, parent_context: object = None) -> None:
        """Break."""
        raise RuntimeError("no room for spans")

    def on_end(self, span: object) -> None:
        """Break."""
        raise RuntimeError("nobody takes spans")


def test_what_breaks_in_tracing_breaks_no_work(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Where spans cannot be made, activities and decisions are answered as without; it is told."""
    site.provider.add_span_processor(Broken())

    order(site)

    told = [one for one in caplog.records if one.name == "swf.tracing.spans"]
    assert {str(one.exc_info[1]) for one in told if one.exc_info} >= {"no room for spans"}


class Unspeakable(Exception):
    """An error that has no text."""

    def __str__(self) -> str:
        """Fail."""
        raise ValueError("no words")


def test_an_error_without_text_ends_its_span(site: Site) -> None:
    """A span ends whatever it ends with, even an error that cannot be told."""
    tracer = active()
    assert tracer is not None
    told = Told(name="swf.activity", run_id="r", event_id=7, parent=None, attributes={})

    tracer.end(tracer.begin(told), "failed", Unspeakable())

    [span] = site.spans("swf.activity")
    assert span.attributes["swf.outcome"] == "failed"
    assert span.status.status_code is StatusCode.ERROR


def test_a_decision_is_linked_with_no_older_signal(site: Site) -> None:
    """Each signal is linked with the one decision that saw it first, however many follow."""
    handle = start(Order, 5, connection=site.connection, **site.place)
    site.settle(own=True)
    for name in ("hurry", "hurry", "approved"):
        handle.signal(name)
        site.settle(own=True)

    linked = [
        [link.context.span_id for link in one.links]
        for one in site.spans("swf.decision")
        if one.links
    ]
    assert linked == [[one.context.span_id] for one in site.spans("swf.signal")]


def test_an_activity_sees_its_span(site: Site) -> None:
    """Where the code of an activity runs, the span of its attempt is the current one."""
    order(site)

    seen = [int(span, 16) for _, span in SEEN]
    assert seen == [one.context.span_id for one in site.spans("swf.activity")[:2]]
    assert not trace.get_current_span().get_span_context().is_valid


def test_a_start_within_a_span_belongs_to_it(site: Site) -> None:
    """Who starts a workflow within a span of theirs finds it in their trace."""
    tracer = site.provider.get_tracer("theirs")
    with tracer.start_as_current_span("request") as request:
        order(site)

    assert {one.context.trace_id for one in site.spans()} == {request.get_span_context().trace_id}


def test_held_runs_and_replayed_ones_have_the_same_spans(
    swf_connection: Transport, swf_clock: ManualClock
) -> None:
    """Whether each decision replays the run or goes on with it, the tree is the same."""

    def names(cached_runs: int) -> list[tuple[str, str]]:
        site = Site(swf_connection, swf_clock, cached_runs=cached_runs)
        tracing.instrument(site.provider)
        try:
            order(site, own=cached_runs > 0)
        finally:
            tracing.uninstrument()
            site.close()
        by_id = {one.context.span_id: one.name for one in site.spans()}
        assert len(by_id) == len(site.spans())
        return sorted((one.name, by_id.get(parent(one) or 0, "")) for one in site.spans())

    assert names(0) == names(10)


def histories(handle: Handle[Any]) -> list[dict[str, Any]]:
    return list(handle.first.history().raws)


def test_a_replay_from_every_prefix_adds_no_span(site: Site) -> None:
    """However much of a history is replayed, and however often, no span is made."""
    handle = order(site)
    raws = histories(handle)
    before = len(site.spans())
    for end in range(1, len(raws) + 1):
        run = replayed(Order, handle, raws[:end])
        run.evict()

    assert len(site.spans()) == before


def replayed(workflow: type[Workflow], handle: Handle[Any], raws: list[dict[str, Any]]) -> Run:
    """Return a run that was taken through events."""
    told = Execution(
        domain="shop",
        workflow_id=handle.workflow_id,
        run_id=handle.run_id,
        name=workflow.name,
        version=workflow.version,
    )
    run = Run(workflow(), told)
    run.feed(raws, None)
    return run


def test_a_traced_history_replays_without_tracing(site: Site) -> None:
    """What a traced program has done is what an untraced one asks for, and the other way round."""
    traced = order(site)
    tracing.uninstrument()
    plain = order(site)
    replayed(Order, traced, histories(traced)).evict()

    tracing.instrument(site.provider)
    replayed(Order, plain, histories(plain)).evict()


def test_the_wire_of_untraced_programs_is_as_ever(site: Site) -> None:
    """Without tracing, no input says anything of a trace."""
    tracing.uninstrument()
    handle = order(site)

    raws = json.dumps(histories(handle))
    assert "traceparent" not in raws
    assert inputs(handle, "ActivityTaskScheduled", site.connection) == [
        '{"args":[5],"kwargs":{}}',
        '{"args":[5],"context":{"attempt":2},"kwargs":{}}',
    ]
    assert site.spans() == []


def test_inputs_carry_the_trace(site: Site) -> None:
    """Traced, the context of each call has a W3C traceparent, and of a retry the link."""
    handle = order(site)

    [begun] = site.spans("swf.start")
    [told] = inputs(handle, "WorkflowExecutionStarted", site.connection)
    trace_id, span_id = f"{begun.context.trace_id:032x}", f"{begun.context.span_id:016x}"
    assert json.loads(told)["context"] == {"traceparent": f"00-{trace_id}-{span_id}-01"}
    first, second = map(json.loads, inputs(handle, "ActivityTaskScheduled", site.connection))
    assert set(first["context"]) == {"traceparent"}
    assert set(second["context"]) == {"attempt", "traceparent", "tracelink"}


def test_bare_text_is_carried_by_a_tag(site: Site) -> None:
    """An input that is bare text stays as it is: a tag of the execution says the trace."""
    handle = start(Bare, "hello", connection=site.connection, **site.place)
    site.settle()

    assert handle.result(0) == "hello"
    [begun] = site.spans("swf.start")
    [whole] = site.spans("swf.workflow")
    assert parent(whole) == begun.context.span_id
    started = histories(handle)[0]["workflowExecutionStartedEventAttributes"]
    assert started["input"] == "hello"
    assert [tag.partition("=")[0] for tag in started["tagList"]] == ["traceparent"]
    assert inputs(handle, "ActivityTaskScheduled", site.connection) == ["hello"]


def test_a_failed_workflow_records_its_exception(site: Site) -> None:
    """The span of an execution that fails has the error, and so has its last decision."""
    start(Failing, connection=site.connection, **site.place)
    site.settle()

    [whole] = site.spans("swf.workflow")
    [decision] = site.spans("swf.decision")
    for one in (whole, decision):
        assert one.status.status_code is StatusCode.ERROR
        assert one.events[0].attributes["exception.message"] == "no such order"
    assert whole.attributes["swf.outcome"] == "failed"


def test_an_execution_that_nobody_traced_begins_a_trace(site: Site) -> None:
    """Started untraced, its spans are a trace of their own, the same from every process."""
    tracing.uninstrument()
    start(Parcel, connection=site.connection, **site.place)
    tracing.instrument(site.provider)
    site.settle()

    [whole] = site.spans("swf.workflow")
    assert whole.parent is None
    assert {one.context.trace_id for one in site.spans()} == {whole.context.trace_id}
    assert {parent(one) for one in site.spans() if one is not whole} == {whole.context.span_id}


def test_what_is_not_sampled_makes_no_span(
    swf_connection: Transport, swf_clock: ManualClock
) -> None:
    """The sampler's word at the start holds for all that comes of it."""
    site = Site(swf_connection, swf_clock)
    site.provider.sampler = ALWAYS_OFF
    tracing.instrument(site.provider)
    try:
        order(site)
    finally:
        tracing.uninstrument()
        site.close()

    assert site.spans() == []


def test_a_process_that_computes_sees_the_span(site: Site) -> None:
    """Where activities run in processes of a pool, the span of the attempt is the current one."""
    start(Parcel, connection=site.connection, **site.place)
    site.decider.work()
    site.worker.start(tasks=1, isolation="pool")
    site.decider.work()

    [looked] = site.spans("swf.activity")
    [whole] = site.spans("swf.workflow")
    assert whole.attributes["swf.outcome"] == "completed"
    [told] = [
        raw["activityTaskCompletedEventAttributes"]["result"]
        for raw in handle_of(whole, site).first.history().raws
        if raw["eventType"] == "ActivityTaskCompleted"
    ]
    assert f"{looked.context.span_id:016x}" in told
    assert f"{looked.context.trace_id:032x}" in told


def handle_of(span: ReadableSpan, site: Site) -> Handle[Any]:
    """Return the execution that a span is of."""
    told = span.attributes
    run_id = str(told["swf.run_id"])
    return get(str(told["swf.workflow_id"]), run_id, connection=site.connection, **site.place)


def test_another_provider_makes_ids_of_its_own(
    swf_connection: Transport, swf_clock: ManualClock
) -> None:
    """Where the provider is not of the SDK, programs run all the same."""
    site = Site(swf_connection, swf_clock)
    tracing.instrument(trace.NoOpTracerProvider())
    try:
        order(site)
    finally:
        tracing.uninstrument()
        site.close()

    assert site.spans() == []


def test_a_span_of_elsewhere_is_current_within_a_block() -> None:
    """What is told of a span by text is the current one within the block, and not after it."""
    told = f"00-{'a' * 32}-{'b' * 16}-01"
    with continued(told):
        assert current() == ("a" * 32, "b" * 16)
    with continued(None), continued("nonsense"):
        assert current() == ("0" * 32, "0" * 16)


class Looking(Transport):
    """A transport that notes whether instrumentation is suppressed while it sends."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.hidden: dict[str, bool] = {}

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        key = otel_context._SUPPRESS_INSTRUMENTATION_KEY
        told = {bool(otel_context.get_value(one)) for one in (key, "suppress_instrumentation")}
        [self.hidden[operation]] = told
        return self.inner.send(operation, params)


def test_polls_are_no_spans_of_botocore(swf_connection: Transport, swf_clock: ManualClock) -> None:
    """While a poll is out, whoever instruments HTTP clients is asked to look away; else not."""
    looking = Looking(swf_connection)
    site = Site(looking, swf_clock)
    tracing.instrument(site.provider)
    try:
        order(site)
    finally:
        tracing.uninstrument()
        site.close()

    polls = {name for name, hidden in looking.hidden.items() if hidden}
    assert polls == {"PollForActivityTask", "PollForDecisionTask"}


def test_without_opentelemetry_everything_works() -> None:
    """Where the extra is not installed, programs run; `instrument` says what to install."""
    code = """
import sys
sys.modules["opentelemetry"] = None
import swf
from swf import tracing
from swf.exceptions import SettingsError
from swf.flow import Workflow, run
from swf.tracing.spans import Told
from swf.tracing.switch import active, continued

class W(Workflow):
    name = "w"
    def run(self, x):
        return x + 1

try:
    tracing.instrument()
except SettingsError as error:
    print(error)
with continued("00-" + "1" * 32 + "-" + "2" * 16 + "-01"):
    print(run(W, 1))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert ran.stdout.splitlines() == [
        "tracing needs opentelemetry-api: pip install 'swf[otel]'",
        "2",
    ]


def test_importing_it_imports_no_opentelemetry() -> None:
    """Who does not ask for traces does not pay for them."""
    code = "import sys, swf.flow, swf.tracing; print('opentelemetry' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert ran.stdout.strip() == "False"
