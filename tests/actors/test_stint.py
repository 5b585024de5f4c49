"""Limits of tasks that are at work in the worker's own threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from shops import HOUR, Shop

from swf.actors import ActivityTask, ActivityWorker, Beats, Job, Limits
from swf.actors.slots import LOST_SLOTS
from swf.clock import ManualClock, SystemClock
from swf.exceptions import (
    AccessDeniedFault,
    ActivityCanceled,
    ActivityFailed,
    ActivityOverdueError,
    ActivityTaskDoesNotExist,
    CompleteLater,
    ConnectionFailedError,
    SlotsLostError,
    ThrottlingFault,
    ValidationError,
)
from swf.models import WorkflowExecution
from swf.models.decision import RequestCancelActivityTask
from swf.transport import Transport

SECONDS = 120


class Hanging(ActivityWorker):
    """Works until the test lets it; its clock is the test's."""

    def __init__(self, connection: Transport, limits: Limits | None = None, **more: Any) -> None:
        super().__init__(
            "d",
            "t",
            connection=connection,
            **{"clock": ManualClock(), "heartbeat_interval": 5, **more},
        )
        self.given = limits
        self.at_work = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.contexts: list[Beats] = []
        self.threads: list[threading.Thread] = []
        self.told: list[Exception] = []

    def limits(self, task: ActivityTask) -> Limits:
        return self.given or Limits()

    def execute(self, task: ActivityTask, context: Beats) -> Any:
        self.contexts.append(context)
        self.threads.append(threading.current_thread())
        self.at_work.release()
        assert self.let_go.wait(SECONDS)
        return "done"

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append(error)

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self._clock, ManualClock)
        return self._clock

    def working(self) -> None:
        """Return once a task is at work."""
        assert self.at_work.acquire(timeout=SECONDS)

    def overdue(self) -> None:
        """Have the task at work run past its limit; return once it was answered."""
        before = [thread for thread in threading.enumerate() if thread.name == "overdue"]
        self.clock.advance(5)
        for thread in threading.enumerate():
            if thread.name == "overdue" and thread not in before:
                thread.join(SECONDS)


@pytest.fixture(autouse=True)
def nothing_hangs() -> Iterator[None]:
    """In the end, no thread of a worker is left."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith(("Hanging", "Gated")):
            thread.join(SECONDS)


def failed(execution: WorkflowExecution) -> list[str]:
    """The reasons for which tasks of an execution have failed."""
    return [event.reason for event in execution.history().filter(name="ActivityTaskFailed")]


def test_an_overdue_task_is_failed_and_its_slot_replaced(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Past start-to-close the workflow is told, another thread polls, and the log has it."""
    execution = shop.schedule("charge-1", "charge-2")
    worker = Hanging(shop.connection, Limits(start_to_close=5))
    worker.start(tasks=2, block=False)
    worker.working()
    worker.overdue()
    worker.working()

    worker.let_go.set()

    assert worker.join(SECONDS)
    worker.threads[0].join(SECONDS)
    [reason] = failed(execution)
    assert reason.startswith("ActivityOverdueError: START_TO_CLOSE: at work for more than 5 s; no")
    assert worker.counts == {
        "tasks": 2,
        "answered": 2,
        "failed": 1,
        "completed": 1,
        "errors": 1,
        "lost_slots": 1,
    }
    assert worker.threads[0] is not worker.threads[1]
    assert worker.contexts[0].lost
    assert isinstance(worker.told[0], ActivityOverdueError)
    assert "overdue activities hold 1 of its threads" in caplog.text
    assert "too late to be answered" in caplog.text


def test_a_task_within_its_limit_is_answered_as_ever(shop: Shop) -> None:
    """A limit that has not passed changes nothing, and does not count once the task is answered."""
    execution = shop.schedule("charge-1")
    worker = Hanging(shop.connection, Limits(start_to_close=5, heartbeat=100))
    worker.start(tasks=1, block=False)
    worker.working()
    worker.clock.advance(4.9)
    worker.let_go.set()
    assert worker.join(SECONDS)

    worker.clock.advance(HOUR)

    assert worker.counts == {"tasks": 1, "answered": 1, "completed": 1}
    assert failed(execution) == []


def test_the_loop_does_not_wait_for_a_lost_thread(shop: Shop) -> None:
    """A worker that is stopped has drained when all but the lost threads have."""
    shop.schedule("charge-1")
    worker = Hanging(shop.connection, Limits(start_to_close=5))
    worker.start(block=False)
    worker.working()
    worker.stop()
    assert worker.join(0.01) is False

    worker.overdue()

    assert worker.join(SECONDS)
    worker.let_go.set()


def test_a_task_that_swf_timed_out_first_is_no_error(
    shop: Shop, swf_clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Where SWF was first, the log says so and the answer is no error."""
    shop.schedule("charge-1")
    worker = Hanging(shop.connection, Limits(start_to_close=5))
    with caplog.at_level("INFO", "swf"):
        worker.start(tasks=1, block=False)
        worker.working()
        swf_clock.advance(HOUR)
        worker.overdue()
        worker.let_go.set()
        assert worker.join(SECONDS)

    assert "SWF has timed out the task by itself" in caplog.text
    assert not [one for one in worker.told if isinstance(one, ActivityTaskDoesNotExist)]
    assert worker.counts["unanswered"] == 1


def test_too_many_lost_threads_end_the_loop(shop: Shop) -> None:
    """A worker whose threads are all held says so, so that its process is replaced."""
    shop.schedule(*(f"charge-{number}" for number in range(LOST_SLOTS + 1)))
    worker = Hanging(shop.connection, Limits(start_to_close=5))
    worker.start(block=False)
    for _ in range(LOST_SLOTS + 1):
        worker.working()
        worker.overdue()

    with pytest.raises(SlotsLostError, match=f"hold {LOST_SLOTS + 1} threads; processes can be"):
        worker.join(SECONDS)
    assert worker.counts["lost_slots"] == LOST_SLOTS + 1
    worker.let_go.set()


def test_threads_that_came_back_are_not_lost_any_more(shop: Shop) -> None:
    """Only what is held at the same time counts against the worker."""
    names = [f"charge-{number}" for number in range(LOST_SLOTS + 3)]
    shop.schedule(*names)
    gates = {name: threading.Event() for name in names}

    class Gated(Hanging):
        def execute(self, task: ActivityTask, context: Beats) -> Any:
            self.threads.append(threading.current_thread())
            self.at_work.release()
            assert gates[task.activity_id].wait(SECONDS)

    worker = Gated(shop.connection, Limits(start_to_close=5))
    worker.start(tasks=len(names), block=False)
    for number, name in enumerate(names):
        worker.working()
        worker.overdue()
        gates[name].set()
        worker.threads[number].join(SECONDS)

    assert worker.join(SECONDS)
    assert worker.counts["lost_slots"] == len(names)


def test_by_hand_an_overdue_task_is_answered_too(shop: Shop) -> None:
    """Without a loop there is no thread to replace, and the task is failed all the same."""
    execution = shop.schedule("charge-1")
    worker = Hanging(shop.connection, Limits(start_to_close=5))
    thread = threading.Thread(target=worker.run_once)
    thread.start()
    worker.working()
    worker.overdue()

    assert len(failed(execution)) == 1
    worker.let_go.set()
    thread.join(SECONDS)


def test_an_overdue_task_that_may_not_be_answered_ends_the_loop(shop: Shop) -> None:
    """What no task would fare better with ends the loop from wherever it is met."""
    shop.schedule("charge-1")
    shop.troubled(RespondActivityTaskFailed=AccessDeniedFault("no"))
    worker = Hanging(shop.connection, Limits(start_to_close=5))
    worker.start(block=False)
    worker.working()
    worker.overdue()

    with pytest.raises(AccessDeniedFault):
        worker.join(SECONDS)
    worker.let_go.set()


def test_where_no_heartbeat_goes_through_the_task_is_lost(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """After the heartbeat time-out the code is told, its thread kept, and nothing answered."""
    shop.schedule("charge-1")
    shop.troubled(RecordActivityTaskHeartbeat=ConnectionFailedError("cut"))
    worker = Hanging(shop.connection, Limits(heartbeat=30))
    worker.start(tasks=1, block=False)
    worker.working()
    worker.clock.advance(29)
    assert not worker.contexts[0].lost

    worker.clock.advance(1)

    assert worker.contexts[0].lost
    with pytest.raises(ActivityCanceled, match="closed"):
        worker.contexts[0].check_canceled()
    worker.let_go.set()
    assert worker.join(SECONDS)
    assert "no heartbeat went through for 30 s" in caplog.text
    assert worker.counts == {"tasks": 1, "unanswered": 1, "errors": 1}


class AwaitedClock(ManualClock):
    """Lets the test know of each wait that begins, before the clock can be moved past it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = threading.Semaphore(0)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        with self._moved:
            self.waited.release()
            return super().wait(event, seconds)


def test_heartbeats_that_go_through_keep_a_task(shop: Shop) -> None:
    """The heartbeat limit counts from the last beat that SWF answered."""
    shop.schedule("charge-1")
    clock = AwaitedClock()
    worker = Hanging(shop.connection, Limits(heartbeat=30), heartbeat_interval=None, clock=clock)
    worker.start(tasks=1, block=False)
    worker.working()

    for _ in range(6):
        clock.advance(10)
        assert clock.waited.acquire(timeout=SECONDS)  # the beat was answered: the next is awaited

    assert shop.connection.operations().count("RecordActivityTaskHeartbeat") == 6
    assert not worker.contexts[0].lost
    worker.let_go.set()
    assert worker.join(SECONDS)
    assert worker.counts["completed"] == 1


@pytest.mark.parametrize(("heartbeat", "interval"), [(30, 10), (0, 1 / 3), (1000, 60)])
def test_heartbeats_follow_the_limit_that_is_known(
    heartbeat: float, interval: float, shop: Shop
) -> None:
    """Where a worker knows the task's time-out, SWF is not asked for the type's."""
    shop.schedule("charge-1")
    worker = Hanging(shop.connection, heartbeat_interval=None)

    assert worker._interval(shop.charge(shop.domain), heartbeat) == pytest.approx(interval)
    assert shop.connection.operations() == []


def test_beats_arrive_while_python_code_is_busy(shop: Shop) -> None:
    """Code that computes in a thread without a pause holds up no heartbeat."""
    shop.schedule("charge-1")
    arrived = threading.Semaphore(0)
    shop.troubled(RecordActivityTaskHeartbeat=arrived.release)

    def busy(job: Job, beats: Beats) -> None:
        for _ in range(3):
            while not arrived.acquire(blocking=False):
                pass

    worker = ActivityWorker(
        "d",
        "t",
        work=busy,
        connection=shop.connection,
        heartbeat_interval=0.01,
        clock=SystemClock(),
    )
    worker.run_once()

    assert worker.counts["completed"] == 1


def test_tasks_are_counted_out(shop: Shop) -> None:
    """A worker for so many tasks polls for no more of them, however many threads it has."""
    shop.schedule(*(f"charge-{number}" for number in range(5)))
    worker = Hanging(shop.connection)
    worker.let_go.set()

    worker.start(threads=3, tasks=4)

    assert worker.counts["completed"] == 4
    assert shop.connection.operations().count("PollForActivityTask") == 4


def test_an_error_of_a_poll_costs_no_task(shop: Shop) -> None:
    """A poll that failed, or found nothing, is not one of the tasks that were asked for."""
    shop.schedule("charge-1")
    shop.troubled(PollForActivityTask=[ThrottlingFault("slow"), None])
    worker = Hanging(shop.connection, clock=SystemClock())
    worker.let_go.set()

    worker.start(tasks=1)

    assert worker.counts == {"tasks": 1, "answered": 1, "completed": 1, "retries": 1}


# Work given as a callable


def test_a_callable_may_do_the_work(shop: Shop) -> None:
    """A worker needs no subclass: `work` gets the plain data of the task, and its beats."""
    execution = shop.schedule("charge-1")
    seen: list[Job] = []

    def work(job: Job, beats: Beats) -> str:
        seen.append(job)
        beats.check_canceled()
        return "charged"

    ActivityWorker("d", "t", work=work, connection=shop.connection).start(tasks=1)

    [job] = seen
    assert (job.domain, job.task_list, job.workflow_id) == ("d", "t", "order-1")
    assert (job.run_id, job.activity_id) == (execution.run_id, "charge-1")
    assert (job.name, job.version, job.input) == ("charge", "1", '{"amount":3}')
    assert job.started_event_id == 6
    assert job.task_token not in repr(job)
    assert execution.history().compiled.activities["charge-1"].result == "charged"


def test_the_answer_may_be_left_to_others(shop: Shop) -> None:
    """Who has the token answers a task that its code leaves open; no beat is sent for it."""
    execution = shop.schedule("charge-1")
    tokens: list[str] = []

    def work(job: Job, beats: Beats) -> None:
        tokens.append(job.task_token)
        raise CompleteLater

    worker = ActivityWorker("d", "t", work=work, connection=shop.connection)
    worker.start(tasks=1)
    assert worker.counts == {"tasks": 1, "later": 1}
    elsewhere = ActivityWorker(shop.domain, "any")

    assert elsewhere.heartbeat(tokens[0]).cancel_requested is False
    assert elsewhere.complete(tokens[0], "by hand")

    assert execution.history().compiled.activities["charge-1"].result == "by hand"


@pytest.mark.parametrize(
    ("error", "reason", "details"),
    [
        (ActivityFailed("Declined: card", details='{"code":3}'), "Declined: card", '{"code":3}'),
        (ActivityFailed("x" * 300, details="y" * 40_000), "x" * 255 + "…", "y" * 32_767 + "…"),
        (ActivityFailed("\ud800"), "\\ud800", None),
    ],
    ids=["short", "long", "not Unicode"],
)
def test_code_may_say_itself_how_it_failed(
    error: ActivityFailed, reason: str, details: str | None, shop: Shop
) -> None:
    """ActivityFailed is told to SWF in its own words, as many of them as it takes."""
    execution = shop.schedule("charge-1")

    def work(job: Job, beats: Beats) -> None:
        raise error

    ActivityWorker("d", "t", work=work, connection=shop.connection).run_once()

    [event] = execution.history().filter(name="ActivityTaskFailed")
    assert (event.reason, event.details) == (reason, details)


@pytest.mark.parametrize("answer", ["fail", "cancel"])
def test_long_details_of_an_answer_are_shortened(answer: str, shop: Shop) -> None:
    """Details that SWF would not take are cut to fit: the answer matters more."""
    execution = shop.schedule("charge-1")
    worker = ActivityWorker(shop.domain, "t")
    token = worker.poll().task_token
    if answer == "cancel":
        execution.signal("stop")
        shop.decide(RequestCancelActivityTask("charge-1"))

    getattr(worker, answer)(token, details="x" * 40_000)

    [event] = [
        one
        for one in execution.history()
        if one.name in {"ActivityTaskFailed", "ActivityTaskCanceled"}
    ]
    assert event.details == "x" * 32_767 + "…"


def test_limits_that_cannot_be_told_fail_the_task(shop: Shop) -> None:
    """Whatever a subclass does to know the limits of a task, its error is the task's."""
    execution = shop.schedule("charge-1")

    class Unsure(Hanging):
        def limits(self, task: ActivityTask) -> Limits:
            raise KeyError("input")

    worker = Unsure(shop.connection)
    worker.run_once()

    assert failed(execution) == ["KeyError: 'input'"]
    assert worker.counts == {"tasks": 1, "answered": 1, "failed": 1, "errors": 1}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"start_to_close": -1}, "Limits: start_to_close: must not be negative, got -1"),
        ({"heartbeat": float("nan")}, "Limits: heartbeat: must not be negative, got nan"),
        ({"heartbeat": "30"}, "Limits: heartbeat: must be a number of seconds, got '30'"),
        ({"start_to_close": True}, "Limits: start_to_close: must be a number of seconds, got True"),
    ],
    ids=str,
)
def test_limits_are_seconds(limits: dict[str, Any], words: str) -> None:
    """What is no time to wait for is refused by name."""
    with pytest.raises(ValidationError, match=words):
        Limits(**limits)
