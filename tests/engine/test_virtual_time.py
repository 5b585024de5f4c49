"""An SWF in virtual time: nothing that works, or is about to, is ever overtaken by the clock."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from swf.actors import ActivityWorker, Actor, Decider, Limits
from swf.engine import Call, Engine, Options
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.models.decision import CompleteWorkflowExecution, ScheduleActivityTask, StartTimer
from swf.testing import ManualClock, VirtualClock, connected, embedded
from swf.transport import Transport
from swf.virtual_clock import Standing

HOUR = 3_600
TIGHT = 2
"""Seconds until a task times out that time has not been held for."""

TIME_OUTS = (
    "task_schedule_to_start_timeout",
    "task_start_to_close_timeout",
    "task_schedule_to_close_timeout",
    "task_heartbeat_timeout",
)

UNEVENTFUL = {
    "WorkflowExecutionStarted",
    "DecisionTaskScheduled",
    "DecisionTaskStarted",
    "DecisionTaskCompleted",
    "ActivityTaskScheduled",
    "ActivityTaskStarted",
    "ActivityTaskCompleted",
    "TimerStarted",
    "TimerFired",
    "WorkflowExecutionSignaled",
    "WorkflowExecutionCompleted",
}


class Ordering(Decider):
    """Two activities at once, an hour's pause, another activity: and it is complete."""

    def decide(self, task: Any) -> list[Any]:
        seen = task.history.compiled
        work(task.execution.workflow_id, 2)
        if "a" not in seen.activities:
            return [ScheduleActivityTask(("charge", "1"), one) for one in "ab"]
        if any(one.is_open for one in seen.activities):
            return []
        if "pause" not in seen.timers:
            return [StartTimer("pause", HOUR)]
        if seen.timers["pause"].is_open:
            return []
        if "c" not in seen.activities:
            return [ScheduleActivityTask(("charge", "1"), "c")]
        return [CompleteWorkflowExecution()]


class Charging(ActivityWorker):
    """Takes some time of the machine's, and none of the clock's."""

    def execute(self, task: Any, context: Any) -> str:
        work(task.execution.workflow_id + task.activity_id, 4)
        return "paid"


def work(seed: str, milliseconds: float) -> None:
    """Compute, or wait for something outside, for so many milliseconds at most."""
    lot = random.Random(seed)
    end = monotonic() + lot.uniform(0, milliseconds / 1000)
    if lot.random() < 0.5:
        threading.Event().wait(end - monotonic())
    while monotonic() < end:
        pass


def shop(connection: Transport, **time_outs: Any) -> WorkflowType:
    """Return a registered workflow type; its activities have these time-outs, or tight ones."""
    domain = Domain("d", connection=connection)
    domain.save()
    tight = dict.fromkeys(TIME_OUTS, TIGHT)
    ActivityType(domain, "charge", "1", task_list="t", **{**tight, **time_outs}).save()
    order = WorkflowType(
        domain,
        "order",
        "1",
        task_list="t",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=10 * HOUR,
        task_start_to_close_timeout=TIGHT,
    )
    order.save()
    return order


@contextmanager
def at_work(engine: Engine, *actors: Actor, threads: int = 1) -> Iterator[None]:
    """Have the actors run within the block, each in so many threads."""
    for actor in actors:
        actor.start(threads=threads, block=False)
    try:
        yield
    finally:
        for actor in actors:
            actor.stop()
        for actor in actors:
            assert actor.join(10)


def closed(*executions: WorkflowExecution) -> bool:
    return all(one.upstream().status == "CLOSED" for one in executions)


@pytest.fixture
def engine(swf_virtual_clock: VirtualClock, swf_engine: Engine) -> Engine:
    """An SWF in virtual time."""
    return swf_engine


def test_whatever_works_is_never_overtaken(engine, swf_connection, swf_clock):
    """Of two hundred workflows on a few threads, all with tight time-outs, nothing times out.

    More than that: no time passes at all between the events that actors bring about. From an
    activity's scheduling to its completion, through lines of tasks that wait for a thread, the
    clock stands; only the timer takes its hour, to the millisecond.
    """
    order = shop(swf_connection)
    decider = Ordering("d", "t", connection=swf_connection, clock=swf_clock)
    worker = Charging("d", "t", connection=swf_connection, clock=swf_clock)
    executions = []

    def start(number: int) -> None:
        executions.append(order.start_execution(f"order-{number}"))

    for number in range(200):
        swf_clock.at(number // 3 * 40, lambda number=number: start(number))
    with at_work(engine, decider, worker, threads=3):
        assert swf_connection.skip_until(lambda: len(executions) == 200 and closed(*executions))

    for number, execution in enumerate(executions):
        events = list(execution.history())
        assert {event.name for event in events} <= UNEVENTFUL
        begun = number // 3 * 40
        for event in events:
            passed = (event.timestamp - ManualClock().now()).total_seconds() - begun
            assert passed in ({0, HOUR} if event.name != "TimerFired" else {HOUR}), event


def test_the_same_in_the_background(engine, swf_connection, swf_clock):
    """With `skipping()` the clock is moved by a thread of its own, as carefully."""
    order = shop(swf_connection)
    decider = Ordering("d", "t", connection=swf_connection, clock=swf_clock)
    worker = Charging("d", "t", connection=swf_connection, clock=swf_clock)

    with at_work(engine, decider, worker, threads=2), swf_clock.skipping():
        executions = [order.start_execution(f"order-{number}") for number in range(50)]
        until = monotonic() + 120
        while not closed(*executions):
            assert monotonic() < until
            sleep(0.01)

    for execution in executions:
        assert {event.name for event in execution.history()} <= UNEVENTFUL


class Slow(ActivityWorker):
    """Takes half an hour of the clock's."""

    def execute(self, task: Any, context: Any) -> str:
        return "canceled" if context.wait(HOUR / 2) else "paid"


def test_an_activity_may_take_virtual_time(engine, swf_connection, swf_clock):
    """An activity that waits on the clock takes so long, beating meanwhile; it is not timed out."""
    order = shop(
        swf_connection,
        task_start_to_close_timeout=HOUR,
        task_schedule_to_close_timeout=HOUR,
        task_schedule_to_start_timeout=HOUR,
        task_heartbeat_timeout=60,
    )
    decider = Ordering("d", "t", connection=swf_connection, clock=swf_clock)
    worker = Slow("d", "t", connection=swf_connection, clock=swf_clock)

    with at_work(engine, decider, worker, threads=2):
        execution = order.start_execution("order-1")
        assert swf_connection.skip_until(lambda: closed(execution))

    seen = execution.history().compiled
    assert [str(one.state) for one in seen.activities] == ["completed"] * 3
    assert (swf_clock.now() - ManualClock().now()).total_seconds() == 2 * HOUR


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that begin beside an activity take a while to get anywhere."""
    run = threading.Thread.run

    def runs(thread: threading.Thread) -> None:
        if thread.name in ("heartbeat", "overdue"):
            sleep(0.05)
        run(thread)

    monkeypatch.setattr(threading.Thread, "run", runs)


@pytest.mark.usefixtures("late")
def test_a_beat_that_is_due_holds_time(engine, swf_connection, swf_clock):
    """Time stands from when the first beat is due until the thread that sends it has sent it."""
    test_an_activity_may_take_virtual_time(engine, swf_connection, swf_clock)


@pytest.mark.usefixtures("late")
def test_an_overdue_activity_holds_time_until_it_is_answered(engine, swf_connection, swf_clock):
    """Past a limit of the worker's own, its task is failed then, and not timed out by SWF later."""

    class Limited(Slow):
        def limits(self, task: Any) -> Limits:
            return Limits(start_to_close=60)

    order = shop(swf_connection, **dict.fromkeys(TIME_OUTS, HOUR))
    decider = Ordering("d", "t", connection=swf_connection, clock=swf_clock)
    worker = Limited("d", "t", connection=swf_connection, clock=swf_clock)

    with at_work(engine, decider, worker, threads=2):
        execution = order.start_execution("order-1")
        assert swf_connection.skip_until(lambda: closed(execution))

    told = [(event.timestamp - ManualClock().now(), event) for event in execution.history()]
    failed = [passed for passed, event in told if event.name == "ActivityTaskFailed"]
    assert [passed.total_seconds() for passed in failed] == [60, 60, HOUR + 120]


def test_a_running_activity_holds_time_until_the_test_moves_it(engine, swf_connection, swf_clock):
    """What works in the machine's time is timed out by `advance` alone."""
    order = shop(swf_connection, task_heartbeat_timeout="NONE")
    began, go_on = threading.Event(), threading.Event()

    class Stuck(ActivityWorker):
        def execute(self, task: Any, context: Any) -> str:
            began.set()
            go_on.wait(10)
            return "late"

    class Once(Decider):
        def decide(self, task: Any) -> list[Any]:
            seen = task.history.compiled
            if not seen.activities:
                return [ScheduleActivityTask(("charge", "1"), "a")]
            return [CompleteWorkflowExecution(result=str(seen.activities["a"].state))]

    decider = Once("d", "t", connection=swf_connection, clock=swf_clock)
    worker = Stuck("d", "t", connection=swf_connection, clock=swf_clock)
    with at_work(engine, decider, worker):
        execution = order.start_execution("order-1")
        with swf_clock.skipping():
            assert began.wait(10)
            assert not go_on.wait(0.05)
            assert swf_clock.now() == ManualClock().now()
        swf_clock.advance(TIGHT)
        go_on.set()
        assert swf_connection.skip_until(lambda: closed(execution))

    assert execution.history().last.result == "timed_out"


def test_what_nobody_polls_for_times_out(engine, swf_connection, swf_clock):
    """A task in a line without pollers holds nothing: its time-outs come, in order."""
    order = shop(swf_connection)
    execution = order.start_execution("order-1")

    assert swf_connection.skip()

    assert closed(execution)
    assert execution.upstream().close_status == "TIMED_OUT"
    assert (swf_clock.now() - ManualClock().now()).total_seconds() == 10 * HOUR


def test_nothing_is_forgotten_by_skipping(engine, swf_connection, swf_clock):
    """No step leads to where closed executions are forgotten: nobody waits for that."""
    execution = shop(swf_connection).start_execution("order-1")
    execution.terminate()

    assert not swf_connection.skip()
    assert closed(execution)
    assert swf_clock.now() == ManualClock().now()


def test_a_held_poll_is_no_deadline(engine, swf_connection, swf_clock):
    """However long time is skipped, a poll waits for a task, and ends where it is released."""
    order = shop(swf_connection)
    decider = Ordering("d", "t", connection=swf_connection, clock=swf_clock)

    with at_work(engine, decider):
        swf_clock.skip(1_000 * HOUR)
        assert engine.held_polls == 1
        assert decider.counts == {}
        execution = order.start_execution("order-1")
        swf_clock.skip(1)
        assert execution.history().last.name == "ActivityTaskScheduled"
    assert engine.held_polls == 0


def test_a_function_that_runs_holds_time(engine, swf_connection, swf_clock):
    """A Lambda task is not timed out while its function runs."""
    began, go_on = threading.Event(), threading.Event()

    def function(event: Any, context: Any) -> str:
        began.set()
        go_on.wait(10)
        return "done"

    engine.functions.register("f", function)
    shop(swf_connection)
    start = {
        "domain": "d",
        "workflowId": "w",
        "workflowType": {"name": "order", "version": "1"},
        "lambdaRole": "arn:aws:iam::123456789012:role/r",
    }
    run_id = swf_connection.call("StartWorkflowExecution", start)["runId"]
    task = engine.handle("PollForDecisionTask", {"domain": "d", "taskList": {"name": "t"}})
    invoke = {"id": "f-1", "name": "f", "startToCloseTimeout": str(TIGHT)}
    decision = {
        "decisionType": "ScheduleLambdaFunction",
        "scheduleLambdaFunctionDecisionAttributes": invoke,
    }
    answer = {"taskToken": task["taskToken"], "decisions": [decision]}
    engine.handle("RespondDecisionTaskCompleted", answer)

    with swf_clock.skipping():
        assert began.wait(10)
        assert not go_on.wait(0.05)
        assert swf_clock.now() == ManualClock().now()
        go_on.set()
        assert engine.functions.join(10)

    execution = WorkflowExecution("d", "w", run_id, connection=swf_connection)
    assert "LambdaFunctionCompleted" in [event.name for event in execution.history()]


def test_a_call_at_work_holds_time(engine, swf_connection, swf_clock):
    """From when a call is taken up until its thread has done the writer's work, time stands."""
    execution = shop(swf_connection).start_execution("order-1")
    signal = {"domain": "d", "workflowId": "order-1", "signalName": "hurry"}
    postponed: list[Any] = []
    engine.begin(Call("SignalWorkflowExecution", signal, done=lambda call: None), postponed.append)
    stepping = threading.Thread(target=swf_clock.step)
    stepping.start()
    stepping.join(0.05)

    assert stepping.is_alive()
    assert swf_clock.now() == ManualClock().now()
    [work] = postponed
    work()
    stepping.join(10)

    assert [event.name for event in execution.history()][-2:] == [
        "WorkflowExecutionSignaled",
        "WorkflowExecutionTimedOut",
    ]


def test_nothing_happens_in_an_swf_while_the_clock_moves(engine, swf_connection, swf_clock):
    """A call that comes while the clock decides happens after it was moved, never in between."""
    execution = shop(swf_connection).start_execution("order-1")
    signaling = threading.Thread(target=execution.signal, args=("hurry",))
    done: list[bool] = []

    @contextmanager
    def looked_at_last() -> Iterator[Standing]:
        if not done:
            signaling.start()
            signaling.join(0.05)
            done.append(not signaling.is_alive())
        yield Standing(is_still=True)

    swf_clock.attend(looked_at_last)
    swf_clock.at(60, lambda: signaling.join(10))
    assert swf_clock.step()

    assert done == [False]
    told = {event.name: event.timestamp for event in execution.history()}
    assert (told["WorkflowExecutionSignaled"] - ManualClock().now()).total_seconds() == 60


def test_signals_come_at_given_times(engine, swf_connection, swf_clock):
    """What is to happen at a moment comes after what SWF has due then, and all that leads to."""

    class Patient(Decider):
        def decide(self, task: Any) -> list[Any]:
            seen = task.history.compiled
            if not seen.timers:
                return [StartTimer("pause", 60)]
            return [CompleteWorkflowExecution()] if len(seen.signals) == 2 else []

    order = shop(swf_connection)
    decider = Patient("d", "t", connection=swf_connection, clock=swf_clock)
    with at_work(engine, decider):
        execution = order.start_execution("order-1")
        for seconds in (60, 30):
            swf_clock.at(seconds, lambda seconds=seconds: execution.signal(f"at-{seconds}"))
        swf_clock.skip(60)

    told = [event for event in execution.history() if not event.name.startswith("DecisionTask")]
    assert [event.name for event in told] == [
        "WorkflowExecutionStarted",
        "TimerStarted",
        "WorkflowExecutionSignaled",
        "TimerFired",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionCompleted",
    ]
    begun = told[0].timestamp
    assert [(event.timestamp - begun).seconds for event in told] == [0, 0, 30, 60, 60, 60]
    # What the timer has led to is over when the signal comes.
    assert execution.history()[-6].name == "DecisionTaskCompleted"


# The single-threaded form


def test_a_manual_clock_can_be_taken_to_the_next_deadline():
    """`Engine.skip` moves what can be moved to where something falls due, and there only."""
    with embedded() as engine:
        connection = connected(engine)
        execution = shop(connection).start_execution("order-1")

        assert engine.skip()
        assert engine.clock.now() - ManualClock().now() == timedelta(hours=10)
        assert closed(execution)
        assert not engine.skip()


def test_the_machine_s_clock_cannot_be_moved():
    """Real time is not skipped."""
    with Engine.open("memory://real", options=Options(poll_seconds=0)) as engine:
        shop(connected(engine)).start_execution("order-1")

        assert engine.skip() is False


def test_a_closed_engine_holds_no_time(swf_virtual_clock):
    """After an SWF is closed the clock goes on without it."""
    with embedded(clock=swf_virtual_clock) as engine:
        shop(connected(engine)).start_execution("order-1")
    with embedded(clock=swf_virtual_clock) as other:
        shop(connected(other)).start_execution("order-1")

        assert swf_virtual_clock.step()
    assert not swf_virtual_clock.step()
