"""Programs that do not follow their histories: each difference is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from swf.clock import ManualClock
from swf.engine import Engine
from swf.flow import Canceled, Chain, Decider, Group, Workflow, activity
from swf.flow.errors import NonDeterminismError
from swf.payload import Compress, Encrypt, KeyRing, MemoryStore, Payloads
from swf.testing import Replayer, connected
from swf.wire import Wire

DOMAIN = "d"


@activity
def inc(x: Any) -> Any:
    return x


@activity
def dec(x: Any) -> Any:
    return x


@activity.with_attributes(name=inc.name, version="2.0")
def newer_inc(x: Any) -> Any:
    return x


class Child(Workflow):
    name = "child"

    def run(self, x: Any) -> None: ...


class OtherChild(Workflow):
    name = "other child"

    def run(self, x: Any) -> None: ...


def flow(run: Callable[..., Any], payloads: Payloads | None = None) -> type[Workflow]:
    """Return a workflow that does this."""
    told: dict[str, Any] = {
        "run": run,
        "name": "flow",
        "lambda_role": "arn:aws:iam::123456789012:role/lambda",
    }
    if payloads is not None:
        told["payloads"] = payloads
    return type("Flow", (Workflow,), told)


class Recorder:
    """Runs a program for as many decision tasks as there are at once, and returns its history."""

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        for function in ("f", "g"):
            engine.functions.register(function, lambda event, _: event)
        self.connection = connected(engine)
        self.clock = clock
        self.ids: dict[str, str] = {}
        self.decisions = 0

    def record(self, cls: type[Workflow], *, tasks: int = 1) -> list[Wire]:
        decider = Decider(cls, domain=DOMAIN, connection=self.connection, clock=self.clock)
        decider._registrar.workflows([cls, Child, OtherChild])
        given = cls.payloads.seal(cls.payloads.plain_call((), {}))
        params = {"domain": DOMAIN, "workflowId": "w", "input": given, **cls.attributes({})}
        run_id = self.connection.call("StartWorkflowExecution", params)["runId"]
        self.ids = {"workflow_id": "w", "run_id": run_id}
        try:
            for _ in range(tasks):
                decider.work()
        finally:
            decider.close()
        execution = {"workflowId": "w", "runId": run_id}
        params = {"domain": DOMAIN, "execution": execution}
        pages = self.connection.pages("GetWorkflowExecutionHistory", params)
        return [event for page in pages for event in page["events"]]

    def replay(self, cls: type[Workflow], events: list[Wire]) -> Any:
        return Replayer(cls).replay(events, **self.ids)

    def differ(
        self, before: Callable[..., Any], after: Callable[..., Any], **told: Any
    ) -> NonDeterminismError:
        """Return the error by which a changed program does not follow its history."""
        events = self.record(flow(before, **told))
        assert self.replay(flow(before, **told), events).events == len(events)
        with pytest.raises(NonDeterminismError) as raised:
            self.replay(flow(after, **told), events)
        return raised.value


@pytest.fixture
def recorder(swf_engine: Engine, swf_clock: ManualClock) -> Recorder:
    return Recorder(swf_engine, swf_clock)


def then_wait(*acts: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return a program that does each of these, and then waits for a signal."""

    def run(self: Any) -> Any:
        for act in acts:
            act(self)
        return self.wait_signal("go").result

    return run


Act = Callable[[Any], Any]


def fails(text: str) -> Callable[..., Any]:
    def run(self: Any) -> Any:
        raise ValueError(text)

    return run


CHANGED: dict[str, tuple[Act, Act, str, str]] = {
    "activity type": (
        lambda w: w.submit(inc, 1),
        lambda w: w.submit(dec, 1),
        "activityId, activityType differ",
        "test_matching.dec 1.0",
    ),
    "activity version": (
        lambda w: w.submit(inc, 1),
        lambda w: w.submit(newer_inc, 1),
        "(activityType differ)",
        "test_matching.inc 2.0",
    ),
    "activity id": (
        lambda w: w.submit(Group((inc, 1))),
        lambda w: w.submit(inc, 1),
        "(activityId differ)",
        "inc-1",
    ),
    "activity input": (
        lambda w: w.submit(inc, 1),
        lambda w: w.submit(inc, 2),
        "(input differ)",
        '"args":[2]',
    ),
    "timer length": (
        lambda w: w.start_timer(5),
        lambda w: w.start_timer(6),
        "(startToFireTimeout differ)",
        "startToFireTimeout=6",
    ),
    "timer id": (
        lambda w: w.start_timer(5, timer_id="a"),
        lambda w: w.start_timer(5, timer_id="b"),
        "(timerId differ)",
        "timerId=b",
    ),
    "marker name": (
        lambda w: w.record_marker("a", 1),
        lambda w: w.record_marker("b", 1),
        "(markerName differ)",
        "markerName=b",
    ),
    "marker details": (
        lambda w: w.record_marker("a", 1),
        lambda w: w.record_marker("a", 2),
        "(details differ)",
        "details=2",
    ),
    "marker without details": (
        lambda w: w.record_marker("a", 1),
        lambda w: w.record_marker("a"),
        "(details differ)",
        "RecordMarker(markerName=a)",
    ),
    "child type": (
        lambda w: w.submit(Child.with_options(workflow_id="c"), 1),
        lambda w: w.submit(OtherChild.with_options(workflow_id="c"), 1),
        "(workflowType differ)",
        "other child 1.0",
    ),
    "child id": (
        lambda w: w.submit(Child.with_options(workflow_id="c"), 1),
        lambda w: w.submit(Child.with_options(workflow_id="d"), 1),
        "(workflowId differ)",
        "workflowId=d",
    ),
    "child input": (
        lambda w: w.submit(Child, 1),
        lambda w: w.submit(Child, 2),
        "(input differ)",
        '"args":[2]',
    ),
    "lambda name": (
        lambda w: w.call_lambda("f", 1),
        lambda w: w.call_lambda("g", 1),
        "(id, name differ)",
        "name=g",
    ),
    "lambda input": (
        lambda w: w.call_lambda("f", 1),
        lambda w: w.call_lambda("f", 2),
        "(input differ)",
        "input=2",
    ),
    "signal target": (
        lambda w: w.signal("s", workflow_id="a"),
        lambda w: w.signal("s", workflow_id="b"),
        "(workflowId differ)",
        "workflowId=b",
    ),
    "signal to a run": (
        lambda w: w.signal("s", workflow_id="a"),
        lambda w: w.signal("s", workflow_id="a", run_id="r"),
        "(runId differ)",
        "runId=r",
    ),
    "signal name": (
        lambda w: w.signal("s", workflow_id="a"),
        lambda w: w.signal("t", workflow_id="a"),
        "(signalName differ)",
        "signalName=t",
    ),
    "signal input": (
        lambda w: w.signal("s", 1, workflow_id="a"),
        lambda w: w.signal("s", 2, workflow_id="a"),
        "(input differ)",
        '"args":[2]',
    ),
    "target of a request to cancel": (
        lambda w: w.request_cancel("a"),
        lambda w: w.request_cancel("b"),
        "(workflowId differ)",
        "workflowId=b",
    ),
    "kind": (
        lambda w: w.submit(inc, 1),
        lambda w: w.start_timer(1),
        "(the decision type differ)",
        "StartTimer(timerId=timer-1, startToFireTimeout=1)",
    ),
    "order": (
        lambda w: (w.submit(inc, 1), w.start_timer(1)),
        lambda w: (w.start_timer(1), w.submit(inc, 1)),
        "(the decision type differ)",
        "StartTimer(timerId=timer-1, startToFireTimeout=1)",
    ),
}


@pytest.mark.parametrize(("before", "after", "what", "issued"), CHANGED.values(), ids=[*CHANGED])
def test_what_a_program_asks_for_otherwise_is_named(
    recorder: Recorder, before: Act, after: Act, what: str, issued: str
):
    """The error names what differs, both sides, the event, and the line that asks for it now."""
    error = recorder.differ(then_wait(before), then_wait(after))

    assert what in error.message
    assert error.recorded is not None
    assert error.issued is not None
    assert issued in error.issued
    assert error.recorded in error.message
    assert error.issued in error.message
    assert error.event_id == 5
    assert "event 5 of the history" in error.message
    code = after.__code__
    assert error.where == f"{__file__}:{code.co_firstlineno}"
    assert f"at {error.where}" in error.message
    assert "WorkflowExecution('w'" in str(error)


def test_one_more_is_named(recorder: Recorder):
    """What a program asks for in addition is named with its line, and the answer that lacks it."""
    acts: list[Act] = [lambda w: w.submit(inc, 1), lambda w: w.start_timer(9)]
    error = recorder.differ(then_wait(acts[0]), then_wait(*acts))

    assert error.recorded is None
    assert error.issued == "StartTimer(timerId=timer-1, startToFireTimeout=9)"
    assert error.event_id == 4
    assert error.where == f"{__file__}:{acts[1].__code__.co_firstlineno}"


def test_one_fewer_is_named(recorder: Recorder):
    """What a program does not ask for any more is named, with the line where it waits instead."""
    after = then_wait(lambda w: w.submit(inc, 1))
    error = recorder.differ(
        then_wait(lambda w: w.submit(inc, 1), lambda w: w.start_timer(9)), after
    )

    assert error.recorded == "TimerStarted(timerId=timer-1, startToFireTimeout=9)"
    assert error.issued is None
    assert error.event_id == 6
    assert error.where == f"{__file__}:{after.__code__.co_firstlineno + 3}"
    assert f"and waits at {error.where}" in error.message


def as_new(self: Any, *args: Any) -> Any:
    self.continue_as_new(*args)


CLOSED: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, str]] = {
    "result": (lambda self: 1, lambda self: 2, "result=1", "result=2"),
    "result of none": (lambda self: 1, lambda self: None, "result=1", "Execution()"),
    "failure": (fails("a"), fails("b"), "ValueError: a", "ValueError: b"),
    "failure in place of a result": (lambda self: 1, fails("b"), "Completed", "Fail"),
    "result in place of a failure": (fails("a"), lambda self: 1, "Failed", "Complete"),
    "input of the next run": (
        lambda self, x=0: as_new(self, 1),
        lambda self, x=0: as_new(self, 2),
        '"args":[1]',
        '"args":[2]',
    ),
    "no end": (lambda self: 1, then_wait(), "Completed", ""),
}


@pytest.mark.parametrize(("before", "after", "recorded", "issued"), CLOSED.values(), ids=[*CLOSED])
def test_an_end_of_another_kind_is_named(
    recorder: Recorder,
    before: Callable[..., Any],
    after: Callable[..., Any],
    recorded: str,
    issued: str,
):
    """How an execution was closed, and with what, is compared as all else."""
    error = recorder.differ(before, after)

    assert recorded in str(error.recorded)
    assert issued in str(error.issued)
    assert error.event_id == 5


def test_a_cancel_with_other_details_is_named(recorder: Recorder, swf_engine: Engine):
    """What a canceled program tells of it is compared."""

    def canceled(details: str) -> Callable[..., Any]:
        def run(self: Any) -> None:
            try:
                _ = self.wait_signal("go").result
            except Canceled:
                raise Canceled(details) from None

        return run

    connection = connected(swf_engine)
    cls = flow(canceled("a"))
    recorder.record(cls)
    connection.call("RequestCancelWorkflowExecution", {"domain": DOMAIN, "workflowId": "w"})
    decider = Decider(cls, domain=DOMAIN, connection=connection, clock=recorder.clock)
    decider.work()
    decider.close()
    execution = {"workflowId": "w", "runId": recorder.ids["run_id"]}
    params = {"domain": DOMAIN, "execution": execution}
    events = connection.call("GetWorkflowExecutionHistory", params)["events"]
    assert recorder.replay(cls, events).closed == "WorkflowExecutionCanceled"

    with pytest.raises(NonDeterminismError, match=r"details differ"):
        recorder.replay(flow(canceled("b")), events)


MAY_CHANGE: dict[str, tuple[Act, Act]] = {
    "time-outs": (
        lambda w: w.submit(inc.with_options(start_to_close_timeout=5, heartbeat_timeout=4), 1),
        lambda w: w.submit(inc.with_options(schedule_to_close_timeout=50), 1),
    ),
    "task lists": (
        lambda w: w.submit(inc.with_options(task_list="a"), 1),
        lambda w: w.submit(inc.with_options(task_list="b"), 1),
    ),
    "priorities": (
        lambda w: w.submit(inc.with_options(task_priority=1), 1),
        lambda w: w.submit(inc, 1),
    ),
    "retries": (
        lambda w: w.submit(inc.with_options(retry=3), 1),
        lambda w: w.submit(inc, 1),
    ),
    "a child's options": (
        lambda w: w.submit(
            Child.with_options(tag_list=["t"], child_policy="ABANDON", task_list="b"), 1
        ),
        lambda w: w.submit(Child, 1),
    ),
    "a timer's control": (
        lambda w: w.start_timer(1, control="a"),
        lambda w: w.start_timer(1),
    ),
    "how a group is written": (
        lambda w: w.submit(Group((inc, 1))),
        lambda w: w.submit(Chain((inc, 1))),
    ),
    "what is only said": (lambda w: w.logger.info("a"), lambda w: None),
    "the state": (lambda w: setattr(w, "state", 1), lambda w: setattr(w, "state", 2)),
}


@pytest.mark.parametrize(("before", "after"), MAY_CHANGE.values(), ids=[*MAY_CHANGE])
def test_what_may_change_is_no_difference(recorder: Recorder, before: Act, after: Act):
    """Options of what is asked for are no part of its identity: they may change at any time."""
    events = recorder.record(flow(then_wait(before)))

    assert recorder.replay(flow(then_wait(after)), events).events == len(events)


def ring(current: str, *ids: str) -> KeyRing:
    return KeyRing(current, {one: one.encode() * 16 for one in ids})


STORE = MemoryStore()
SEALED = {
    "compressed": lambda: Payloads(codecs=(Compress(threshold=1),)),
    "encrypted": lambda: Payloads(codecs=(Encrypt(ring("k1", "k1")),)),
    "both": lambda: Payloads(codecs=(Compress(threshold=1), Encrypt(ring("k1", "k1")))),
    "stored": lambda: Payloads(store=STORE, limit=500),
    "stored and encrypted": lambda: Payloads(
        codecs=(Encrypt(ring("k1", "k1")),), store=STORE, limit=500
    ),
}


@pytest.mark.parametrize("make", SEALED.values(), ids=[*SEALED])
@pytest.mark.parametrize("length", [10, 3_000])
def test_sealed_payloads_are_compared_by_what_is_in_them(
    recorder: Recorder, make: Callable[[], Payloads], length: int
):
    """No alarm where the same is sealed anew; one where anything else is within."""

    def asks(text: str) -> Callable[..., Any]:
        return then_wait(
            lambda w: w.submit(inc, text),
            lambda w: w.submit(Child, text),
            lambda w: w.record_marker("m", text),
        )

    same, other = "a" * length, "a" * (length - 1) + "b"
    events = recorder.record(flow(asks(same), make()))
    assert recorder.replay(flow(asks(same), make()), events).compared == 3

    with pytest.raises(NonDeterminismError, match=r"\(input differ\)"):
        recorder.replay(flow(asks(other), make()), events)


@pytest.mark.parametrize("length", [10, 3_000])
def test_a_rotated_key_is_no_difference(recorder: Recorder, length: int):
    """What an older key has sealed is compared by that key, while the ring has it."""

    def asks(text: str) -> Callable[..., Any]:
        return then_wait(lambda w: w.submit(inc, text))

    def sealed(keys: KeyRing) -> Payloads:
        return Payloads(codecs=(Encrypt(keys),), store=STORE, limit=500)

    events = recorder.record(flow(asks("a" * length), sealed(ring("k1", "k1"))))
    rotated = sealed(ring("k2", "k1", "k2"))

    assert recorder.replay(flow(asks("a" * length), rotated), events).compared == 1
    with pytest.raises(NonDeterminismError):
        recorder.replay(flow(asks("b" * length), rotated), events)


def test_a_difference_of_secrets_tells_no_secret(recorder: Recorder):
    """The error of a difference, which goes into the history, shows nothing that is encrypted."""
    error = recorder.differ(
        then_wait(lambda w: w.submit(inc, "secret-a")),
        then_wait(lambda w: w.submit(inc, "secret-b")),
        payloads=SEALED["encrypted"](),
    )

    assert "secret" not in str(error)
    assert "input=(encrypted)" in str(error.issued)
    assert "input=(encrypted)" in str(error.recorded)
