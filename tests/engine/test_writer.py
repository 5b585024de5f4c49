"""Calls that share a batch of the writer get an answer each, and one only."""

from __future__ import annotations

import linecache
import sqlite3
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from embedded_harness import DOMAIN, PATIENCE_SECONDS, Service, schedule, timer

from swf.clock import Alarm
from swf.engine import Call, Engine, Options, Place
from swf.engine.engine import WORK
from swf.engine.store import points
from swf.engine.store.registry import RegisteredDomain
from swf.engine.writer import TICK
from swf.fault import Fault


class Silent:
    """An alarm that never rings."""

    def set(self, moment: datetime | None) -> None:
        """Take note of nothing."""

    def close(self) -> None:
        """Stay silent."""


class Pushed:
    """A clock that is moved by hand; its alarms are silent."""

    def __init__(self) -> None:
        self.moment = datetime(2020, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def wait(self, event: object, seconds: float) -> bool:
        return False

    def alarm(self, ring: Callable[[], object]) -> Alarm:
        return Silent()


@pytest.fixture
def clock():
    """A clock that is moved by hand."""
    return Pushed()


@pytest.fixture
def engine(clock):
    """An engine that holds polls for ten seconds."""
    engine = Engine(Place.of("memory://", Options(poll_seconds=10)), clock=clock)
    engine.handle("RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"})
    yield engine
    engine.close()


def poll(answered: list[Call]) -> Call:
    """Return a poll that nothing is there for."""
    params = {"domain": "d", "taskList": {"name": "l"}}
    return Call("PollForActivityTask", params, done=answered.append)


def registration(name: str, answered: list[Call]) -> Call:
    """Return the registration of a domain."""
    params = {"name": name, "workflowExecutionRetentionPeriodInDays": "1"}
    return Call("RegisterDomain", params, done=answered.append)


def together(engine: Engine, *calls: Call) -> None:
    """Have the writer carry out calls in one batch."""

    def queue(_unit: object) -> None:
        # The writer is at work on this one: what comes now is for the next batch.
        for call in calls:
            assert engine._writer.queue.submit(call) is False

    engine.perform(queue)


def test_a_poll_whose_time_is_up_is_answered_though_the_clock_is_looked_at_twice(engine, clock):
    """Two looks at what is due in one batch end a poll, once."""
    answered: list[Call] = []
    engine.begin(poll(answered), lambda work: work())
    assert answered == []
    clock.moment += timedelta(seconds=20)

    looks: list[Call] = []
    together(engine, *(Call(TICK, {}, done=looks.append) for _ in range(2)))

    assert len(looks) == 2
    assert [call.reply for call in answered] == [{"startedEventId": 0}]
    assert engine.held_polls == 0


def in_time(work: Callable[[], object]) -> bool:
    """Tell whether something returns at all."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    return not thread.is_alive()


@pytest.fixture
def service():
    """An engine in memory."""
    service = Service("memory://", options=Options(poll_seconds=0))
    yield service
    service.close()


def test_what_was_due_when_a_commit_failed_is_done_when_one_succeeds(service, monkeypatch):
    """A timer that could not be written as fired fires as soon as it can be."""
    run = service.begun(timer())
    failures = [sqlite3.OperationalError("database or disk is full")] * 3

    def fail(name: str) -> None:
        if name == "commit.before" and failures:
            raise failures.pop()

    monkeypatch.setattr(points, "hook", fail)
    service.clock.advance(10)
    assert "TimerFired" not in [kind for kind, _ in run.history()]
    service.clock.advance(5)

    assert [kind for kind, _ in run.history()].count("TimerFired") == 1
    assert failures == []
    service.verify()


def test_callers_are_refused_though_what_is_due_cannot_be_done_either(tmp_path):
    """While another program has the file locked, nobody waits for what is due: 503 it is."""
    path = tmp_path / "swf.db"
    service = Service(f"sqlite:///{path}", options=Options(poll_seconds=0))
    service.begun(timer())
    service.engine._store.writer.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    faults: list[Fault] = []

    def ask() -> None:
        try:
            service.engine.handle(
                "SignalWorkflowExecution",
                {"domain": DOMAIN, "workflowId": "w", "signalName": "s"},
            )
        except Fault as fault:
            faults.append(fault)

    assert in_time(lambda: service.clock.advance(11))
    assert in_time(ask)
    assert [fault.status for fault in faults] == [503]

    other.close()
    service.clock.advance(1)
    assert service.engine.stats.due == 1
    service.verify()
    service.close()


def interrupted(line: int, work: Callable[[], object]) -> bool:
    """Interrupt some work of the engine at its so many-th line; tell whether there was one."""
    passed = 0

    def trace(frame, event, _argument):
        nonlocal passed
        where = frame.f_code.co_filename
        if "/swf/engine/" not in where:
            return None
        # Where a `with` ends it is told as a line too, but nothing can interrupt there.
        if event == "line" and not linecache.getline(where, frame.f_lineno).lstrip().startswith(
            "with "
        ):
            passed += 1
            if passed == line:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return passed >= line


def test_an_interrupt_at_any_line_leaves_engine_and_history_whole():
    """Wherever a caller is interrupted, the others are answered, and nothing is there by half."""
    line, was_interrupted = 1, True
    while was_interrupted:
        service = Service("memory://", options=Options(poll_seconds=0))
        service.begun(schedule(), schedule("another"))
        token = service.activity_task()["taskToken"]
        answer = {"taskToken": token, "result": "r"}
        was_interrupted = interrupted(
            line,
            lambda answer=answer, service=service: service.engine.handle(
                "RespondActivityTaskCompleted", answer
            ),
        )
        assert in_time(lambda service=service: service.activity_task()), f"line {line}"
        service.verify()
        assert in_time(service.close), f"line {line}"
        line += 3
    assert line > 200


def test_the_others_are_answered_where_the_writer_is_interrupted(engine):
    """Calls that share the batch of an interrupted caller are carried out, once each."""
    answered: list[Call] = []
    told = threading.Event()

    def done(call: Call) -> None:
        answered.append(call)
        told.set()

    name = "another"
    params = {"name": name, "workflowExecutionRetentionPeriodInDays": "1"}
    other = Call("RegisterDomain", params, done=done)
    begun = [KeyboardInterrupt()]

    def interrupt(_unit: object) -> None:
        engine._writer.queue.submit(other)
        raise begun.pop()

    with pytest.raises(KeyboardInterrupt):
        engine.perform(interrupt)

    assert told.wait(PATIENCE_SECONDS)
    assert [(call.fault, call.reply) for call in answered] == [(None, None)]
    assert engine.handle("DescribeDomain", {"name": name})["domainInfo"]["name"] == name


def test_nobody_is_told_before_the_commit(engine, monkeypatch):
    """Of a batch, granted or refused, each hears of its outcome when the disk has it."""
    answered: list[Call] = []
    told: list[int] = []
    monkeypatch.setattr(points, "hook", lambda _name: told.append(len(answered)))

    together(engine, registration("one", answered), registration("one", answered))

    assert [call.fault and call.fault.code for call in answered] == [
        None,
        "DomainAlreadyExistsFault",
    ]
    assert set(told) == {0}


def test_what_fails_half_way_in_a_batch_undoes_its_own_writes_alone(engine):
    """What a call wrote before it failed is not there; what the others of its batch did is."""
    answered: list[Call] = []

    def half(unit) -> None:
        unit.registry.add_domain(RegisteredDomain("half", None, "1", 0, None))
        raise ValueError("no")

    failing = Call(WORK, {"work": half}, done=answered.append)

    together(engine, registration("one", answered), failing, registration("two", answered))

    assert [call.fault and call.fault.status for call in answered] == [None, 500, None]
    listed = engine.handle("ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]
    assert [domain["name"] for domain in listed] == ["d", "one", "two"]


def test_a_poll_is_put_back_where_the_task_it_was_to_have_cannot_be_started(engine):
    """A poll that was taken out of its line for nothing waits on."""
    answered: list[Call] = []
    waiting = poll(answered)
    engine.begin(waiting, lambda work: work())

    def take(unit) -> None:
        unit.taken = unit.waiting.take(waiting.line)
        raise ValueError("no")

    with pytest.raises(Fault):
        engine.perform(take)

    assert engine.held_polls == 1
    assert engine._writer.waiting.take(waiting.line) is waiting


def test_a_poll_that_meets_the_engine_as_it_closes_is_not_held(engine):
    """Who came in just before the door closed is told so, though nothing comes any more."""
    answered: list[Call] = []
    engine.begin(poll(answered), lambda work: work())
    engine.close()
    late = poll(answered)
    assert engine._writer.queue.submit(late)
    engine._writer.queue.lead()

    first, second = answered
    assert (first.reply, first.fault) == ({"startedEventId": 0}, None)
    assert second is late
    assert second.fault is not None
    assert second.fault.status == 503
    assert engine.held_polls == 0
