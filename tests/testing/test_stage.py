"""The stage for workflows: everything in the test's thread, and in no time."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import staged_work
from staged_work import (
    SEEN,
    WHO,
    Declined,
    Once,
    Order,
    Patient,
    Ship,
    Till,
    charge,
    once,
    pack,
    think,
    where,
)

from swf import settings
from swf.exceptions import ActorError, ValidationTypeError
from swf.flow import Workflow, activity, errors, futures
from swf.flow.handle import Handle
from swf.flow.starting import get, start
from swf.payload import Compress, Payloads
from swf.querysets import DomainQuerySet
from swf.testing import NotStubbedError, Stage, embedded, event_names, flow
from swf.testing.stage import staged
from swf.testing.stage_clock import StageClock

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
DAY = 86_400


@pytest.fixture
def stage(swf_flow: Stage) -> Iterator[Stage]:
    """The stage of the test, on which activities have noted nothing yet."""
    SEEN.clear()
    yield swf_flow
    SEEN.clear()


def passed(stage: Stage) -> float:
    """Return the seconds that have passed since the test began."""
    return (stage.now() - BEGIN).total_seconds()


def test_run_returns_what_the_workflow_returns(stage: Stage) -> None:
    """A workflow runs to its end, its activities for real."""
    assert stage.run(Once, 7) == "charged 7"


def test_run_raises_what_the_workflow_fails_with(stage: Stage) -> None:
    """The failure of a workflow is raised, of the type of the error that began it."""
    with pytest.raises(Declined):
        stage.run(once(staged_work.charge_again), 7)
    assert passed(stage) == 60 + 120


def test_a_workflow_may_have_options(stage: Stage) -> None:
    """What `with_options` says of a workflow holds for an execution on a stage."""
    handle = stage.start(Once.with_options(workflow_id="mine"), 7)

    assert (handle.workflow_id, handle.result()) == ("mine", "charged 7")


def test_nothing_happens_before_somebody_waits(stage: Stage) -> None:
    """An execution that was started stands still until the stage is told to work."""
    handle = stage.start(Order, 7)
    assert event_names(handle.history) == ["WorkflowExecutionStarted"]

    assert stage.work() is True
    assert handle.state == "waits"
    assert stage.work() is False
    assert stage.now() == BEGIN


def test_time_is_skipped_until_the_end(stage: Stage) -> None:
    """A day in which nothing happens passes while a result is waited for."""
    assert stage.run(Order, 7) == "nobody cared"
    assert passed(stage) == DAY


def test_what_is_to_happen_at_a_time_happens_then(stage: Stage) -> None:
    """A signal for a moment arrives at that moment, and the execution goes on from there."""
    handle = stage.start(Order, 7)
    stage.at(3600, lambda: handle.signal("go", "go on"))

    assert handle.result() == "charged 7, go on, shipped it"
    assert passed(stage) == 3660
    (signaled,) = (one for one in handle.history if one.name == "WorkflowExecutionSignaled")
    assert signaled.timestamp == BEGIN + timedelta(hours=1)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda handle: handle.cancel(), errors.WorkflowCanceled),
        (lambda handle: handle.terminate("enough"), errors.WorkflowTerminated),
    ],
    ids=["cancel", "terminate"],
)
def test_an_execution_is_ended_at_a_time(stage: Stage, act: Any, error: type[Exception]) -> None:
    """A cancel and a termination for a moment come at that moment, said as a datetime."""
    handle = stage.start(Order, 7)
    stage.at(BEGIN + timedelta(minutes=5), lambda: act(handle))

    with pytest.raises(error):
        handle.result()
    assert passed(stage) == 300


def test_skip_lets_all_happen_that_falls_due(stage: Stage) -> None:
    """After a skip everything is done up to the very last moment, and nothing beyond it."""
    handle = stage.start(Order, 7)
    stage.skip(DAY - 1)
    assert handle.status == "OPEN"

    stage.clock.skip(1)
    assert (handle.status, passed(stage)) == ("COMPLETED", DAY)


def test_a_wait_for_a_result_may_be_given_up(stage: Stage) -> None:
    """A result that is waited for with a time-out is not waited for longer."""
    handle = stage.start(Order, 7)

    with pytest.raises(errors.ResultTimeout):
        handle.result(timeout=60)
    assert passed(stage) == 60


def test_activities_run_in_the_thread_of_the_test(stage: Stage) -> None:
    """An activity has what belongs to the test's thread and context: a database connection, say."""
    database = sqlite3.connect(":memory:")  # refuses any other thread
    stage.stub(charge, calls=lambda amount: database.execute("SELECT ?", (amount,)).fetchone()[0])
    token = WHO.set("the test")
    try:
        assert stage.run(once(where)) == (threading.get_ident(), "the test")
        assert stage.run(Once, 7) == 7
    finally:
        WHO.reset(token)
        database.close()


def test_the_task_lists_are_those_of_the_program(stage: Stage) -> None:
    """Whatever task list a program names is served, and stands in the history as in production."""
    handle = stage.start(Order, 7)
    stage.at(1, lambda: handle.signal("go", "!"))
    handle.result()
    stage.run(once(pack), 1)

    tasks = {
        raw[member]["taskList"]["name"]
        for execution in stage.executions()
        for raw in execution.history().raws
        for member in raw
        if "taskList" in (raw[member] if isinstance(raw[member], dict) else ())
    }
    assert tasks == {"orders", "default", "packers", "shippers"}


class Several(Workflow):
    """Has several activities at once."""

    name = "several"
    version = "1"
    task: Any = pack

    def run(self, *seconds: int) -> int:
        """Return how many there were."""
        return len(futures.wait(*self.map(type(self).task, seconds)))


@pytest.mark.parametrize("task", [pack, think], ids=["def", "async def"])
def test_activities_that_wait_go_on_side_by_side(stage: Stage, task: Any) -> None:
    """Activities that wait on the clock do so together, and end in the order of time."""
    stage.run(type("Several", (Several,), {"task": task, "name": "several"}), 300, 100, 200, 100)

    assert SEEN == [100, 100, 200, 300]
    assert passed(stage) == 300


def test_an_activity_that_waits_goes_on_beating(stage: Stage) -> None:
    """An activity may wait longer than its heartbeat time-out: its heartbeats are sent."""
    handle = stage.start(once(pack), 3600)
    handle.result()

    assert passed(stage) == 3600
    assert "ActivityTaskTimedOut" not in event_names(handle.history)


class Impatient(Workflow):
    """Cancels an activity after a second."""

    name = "impatient"
    version = "1"

    def run(self, seconds: int) -> Any:
        """Return what the activity said to that."""
        packing = self.submit(pack, seconds)
        self.sleep(1)
        packing.cancel()
        futures.wait(packing, return_when=futures.ALL_COMPLETED)
        return packing.exception.details


@activity(heartbeat_timeout="NONE", start_to_close_timeout="NONE")
def sleep(seconds: int) -> bool:
    """Wait so long; return whether anybody wanted to have it end before."""
    return activity.context.wait(seconds)


def test_an_activity_without_heartbeat_time_out_does_not_beat(stage: Stage) -> None:
    """An activity of which no heartbeat is expected waits for years at once."""
    assert stage.run(once(sleep), 3 * 365 * DAY // 4) is False
    assert passed(stage) == 3 * 365 * DAY // 4


def test_an_activity_may_close_what_waits_for_a_worker(stage: Stage) -> None:
    """A task that is gone when its turn comes is passed over."""
    others: list[Handle[Any]] = []

    @activity
    def terminate() -> None:
        others.pop().terminate()

    handle = stage.start(once(terminate))
    other = stage.start(once(terminate))
    others.append(other)

    assert handle.result() is None
    assert other.status == "TERMINATED"


def test_an_activity_may_close_what_waits_for_a_decision(stage: Stage) -> None:
    """A decision that is gone when its turn comes is passed over."""
    others: list[Handle[Any]] = []

    @activity
    def terminate() -> None:
        others.pop().terminate()

    class Parent(Workflow):
        name = "parent"
        version = "1"

        def run(self) -> None:
            self.submit(Ship, "it").started.result  # noqa: B018

    handle = stage.start(once(terminate))
    others.append(stage.start(Parent))
    parent = others[0]

    assert handle.result() is None
    assert parent.status == "TERMINATED"


def test_a_cancel_reaches_an_activity_at_once(stage: Stage) -> None:
    """An activity that waits is told of its cancel at the moment at which it is requested."""
    assert stage.run(Impatient, 3600) == "unpacked"
    assert passed(stage) == 1


def test_a_workflow_may_be_waited_for_in_an_activity(stage: Stage) -> None:
    """An activity, and an appointment, may wait for the result of another execution."""

    @activity
    def ship(thing: str) -> str:
        return stage.run(Ship, thing)

    stage.at(1, lambda: SEEN.append(stage.run(Once, 1)))
    assert stage.run(once(ship), "it") == "shipped it"
    assert SEEN == ["charged 1"]


def test_a_test_in_an_event_loop_has_a_stage(stage: Stage) -> None:
    """A test that is a coroutine runs workflows whose activities are coroutines."""

    async def test() -> Any:
        return stage.run(once(think), 5), asyncio.get_running_loop()

    result, loop = asyncio.run(test())
    assert (result, loop.is_closed()) == (5, True)


def test_pauses_of_a_worker_take_no_time(stage: Stage) -> None:
    """Attempts that the worker makes itself are a pause apart on the clock of the stage."""
    tries: list[datetime] = []

    @activity(retry_in_worker=2)
    def flaky() -> int:
        tries.append(stage.now())
        activity.context.wait(10)
        if len(tries) < 3:
            raise Declined
        return len(tries)

    assert stage.run(once(flaky)) == 3
    assert [(one - BEGIN).total_seconds() for one in tries] == [0, 10, 20]


def test_what_ends_a_program_ends_the_test(stage: Stage) -> None:
    """Ctrl-C while an activity works is the test's, and no failure of the activity's."""
    stage.replays = False

    @activity
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage.run(once(interrupted))


def test_a_program_that_names_no_connection_is_led_to_the_stage(stage: Stage) -> None:
    """Code under test that starts workflows by itself does so on the stage, in its domain."""
    stage.knows(Once)
    handle = start(Once, 7, workflow_id="here")

    assert handle.result() == "charged 7"
    assert get("here").result() == "charged 7"
    assert DomainQuerySet().all() == [stage.domain]


def test_a_stage_is_in_the_domain_that_is_named() -> None:
    """The domain of a stage is the one given, else that of the settings, else `default`."""
    with flow(domain="shop") as stage:
        assert start(Once, 7).execution.domain.name == stage.domain.name == "shop"
    with settings.override(domain="store"), flow() as stage:
        assert stage.domain.name == "store"
    with flow() as stage:
        assert stage.domain.name == "default"


def test_a_stage_may_be_told_what_it_cannot_see(stage: Stage) -> None:
    """Instances with methods for activities, activities, and modules are made known by hand."""
    with pytest.raises(errors.TaskFailed, match="NotRegisteredError"):
        stage.run(once(Till.price), 3)
    stage.knows(Till("EUR"), charge)
    assert stage.run(once(Till.price), 3) == "3 EUR"

    stage.knows(staged_work)
    assert start(Ship, "it").result() == "shipped it"


def test_what_is_no_workflow_and_no_activity_is_refused(stage: Stage) -> None:
    """A stage is told only of what it can run."""
    with pytest.raises(ValidationTypeError, match="no workflow, no activity"):
        stage.knows(object())
    with pytest.raises(ValidationTypeError, match="Workflow class"):
        stage.start(charge)  # type: ignore[call-overload]


def test_values_travel_as_their_workflow_says(stage: Stage) -> None:
    """Activities without payloads of their own have those of the workflow that submits them."""

    class Compressed(Once):
        name = "compressed"
        version = "1"
        payloads = Payloads(codecs=(Compress(threshold=1),))

    handle = stage.start(Compressed, "7" * 500)
    failing = stage.start(
        type("F", (Compressed,), {"task": staged_work.charge_again, "name": "f"}), 7
    )

    assert handle.result() == "charged " + "7" * 500
    with pytest.raises(Declined):
        failing.result()
    results = [raw for raw in handle.history.raws if raw["eventType"] == "ActivityTaskCompleted"]
    assert "charged" not in results[0]["activityTaskCompletedEventAttributes"]["result"]


def test_lambda_functions_are_those_registered(stage: Stage) -> None:
    """A Lambda task runs the function that is registered with the stage."""

    class Doubles(Workflow):
        name = "doubles"
        version = "1"
        lambda_role = "arn:aws:iam::123456789012:role/anybody"

        def run(self, x: int) -> int:
            doubled: int = self.call_lambda("double", x).result
            return doubled

    stage.functions.register("double", lambda event, context: 2 * event)
    assert stage.run(Doubles, 21) == 42


class Guessing(Workflow):
    """Is not the same each time it is replayed."""

    name = "guessing"
    version = "1"
    made = 0

    def run(self) -> None:
        """Wait so long as nobody else."""
        type(self).made += 1
        self.sleep(type(self).made)


def test_a_program_that_would_not_replay_fails_the_test() -> None:
    """All that was run is replayed from its history at the end, by a fresh instance."""
    with pytest.raises(errors.NonDeterminismError, match="StartTimer"), flow() as stage:
        stage.run(Guessing)


def test_the_replay_may_be_switched_off() -> None:
    """Nothing is replayed where that is not wanted."""
    with flow(replay=False) as stage:
        stage.run(Guessing)
    with flow() as stage:
        stage.run(Guessing)
        stage.replays = False


def test_a_test_that_fails_fails_with_its_own_error() -> None:
    """Nothing is replayed after a block that raised."""
    with pytest.raises(AssertionError, match="None"), flow() as stage:
        assert stage.run(Guessing) is not None, "None"


def test_what_no_program_decided_is_not_replayed() -> None:
    """An execution that was failed because nobody knew its type does not fail the test again."""
    with flow() as stage:
        with pytest.raises(errors.WorkflowFailed, match="NotRegisteredError"):
            start(Once, 7).result()
        stage.knows(Once)  # known since


def test_what_was_never_decided_is_not_replayed() -> None:
    """An execution that nobody waited for, of a type that nobody knows, does not fail the test."""
    with flow():
        start(Once, 7)


def test_an_activity_without_stub_fails_its_workflow_at_once() -> None:
    """On a strict stage an activity without a stub is an error, whatever becomes of it."""
    with flow(strict=True) as stage:
        with pytest.raises(NotStubbedError, match="charge_again"):
            stage.run(Patient)
        assert stage.now() == BEGIN

        stage.stub(staged_work.charge_again, returns="paid")
        assert stage.run(Patient) == "paid"

        stage.strict = False
        assert stage.strict is False
        assert stage.run(Once, 7) == "charged 7"


def test_executions_are_all_there_were(stage: Stage) -> None:
    """Children and continued runs are among the executions, the oldest first."""

    class Counting(Workflow):
        name = "counting"
        version = "1"

        def run(self, n: int) -> int:
            self.sleep(1)
            if n:
                self.continue_as_new(n - 1)
            return self.submit(Ship, "it").attempt if n else 0

    stage.run(Counting.with_options(workflow_id="counting"), 2)
    handle = stage.start(Order, 7)
    handle.signal("go")
    handle.result()

    ids = [one.workflow_id for one in stage.executions()]
    assert ids[:4] == ["counting", "counting", "counting", handle.workflow_id]
    assert len(ids) == 5


def test_what_has_no_end_is_given_up(stage: Stage) -> None:
    """A program that goes on for ever without time passing is an error, and no hang."""

    class Forever(Workflow):
        name = "forever"
        version = "1"

        def run(self) -> None:
            self.continue_as_new()

    stage.at_most = 50
    with pytest.raises(ActorError, match="no end"):
        stage.run(Forever)


def test_activities_at_work_end_with_the_stage() -> None:
    """An activity that waits when the test ends is ended there, its `finally` included, unheard."""
    ended: list[str] = []

    @activity
    def patient() -> None:
        try:
            activity.context.wait(3600)
        finally:
            ended.append("here")

    with flow() as stage:
        handle = stage.start(once(patient))
        stage.skip(60)
        assert ended == []
        assert event_names(handle.history)[-1] == "ActivityTaskStarted"
    assert ended == ["here"]


def test_only_the_thread_of_the_test_moves_time(stage: Stage) -> None:
    """Whoever waits in another thread is told so, and waits for nothing."""
    handle = stage.start(Order, 7)
    found: list[BaseException] = []

    def wait() -> None:
        try:
            handle.result()
        except ActorError as error:
            found.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(10)
    assert "thread" in str(found[0])
    with pytest.raises(ActorError, match="skipping"):
        stage.clock.skipping()


def test_other_threads_may_wait_on_the_clock(stage: Stage) -> None:
    """A thread that waits on the clock goes on once the test has skipped so much time."""
    over = threading.Event()
    thread = threading.Thread(target=lambda: stage.clock.wait(threading.Event(), 60) or over.set())
    stage.connection.enlist(thread)
    thread.start()

    stage.skip(61)
    thread.join(10)
    assert over.is_set()


def test_a_stage_needs_its_own_clock() -> None:
    """A stage is made on an SWF whose clock does the work, and on no other."""
    with embedded() as engine, pytest.raises(ValidationTypeError, match="StageClock"):
        staged(engine).__enter__()


def test_the_clock_may_begin_when_it_likes() -> None:
    """A clock of a stage tells the time that it was given, and moves without a stage too."""
    clock = StageClock(datetime(2030, 6, 1, tzinfo=UTC))
    rung: list[datetime] = []
    clock.at(30, lambda: rung.append(clock.now()))

    clock.skip(60)
    assert rung == [datetime(2030, 6, 1, 0, 0, 30, tzinfo=UTC)]


def test_a_history_is_told_by_its_names(stage: Stage) -> None:
    """The names of events are in order, and those of decision tasks are left out."""
    handle = stage.start(Once, 7)
    handle.result()

    assert event_names(handle.history) == [
        "WorkflowExecutionStarted",
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "WorkflowExecutionCompleted",
    ]


def test_the_fixtures_of_one_test_are_one_swf(
    swf_flow: Stage, swf_engine: Any, swf_clock: Any, swf_virtual_clock: Any
) -> None:
    """The stage, the engine and the clocks that a test asks for belong together."""
    assert swf_flow.engine is swf_engine
    assert swf_flow.clock is swf_clock is swf_virtual_clock
