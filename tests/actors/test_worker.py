"""Workers do what an activity task asks, and always say how it ended."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from canned import CannedTransport
from overheard import Lost
from shops import HOUR, Shop

from swf.actors import ActivityTask, ActivityWorker, Heartbeat
from swf.actors.words import described
from swf.clock import ManualClock
from swf.exceptions import (
    AccessDeniedFault,
    ActivityCanceled,
    ActivityTaskDoesNotExist,
    ActorError,
    ConnectionFailedError,
    PollTimeout,
    ResponseError,
    ServiceFault,
    ThrottlingFault,
    ValidationError,
    ValidationTypeError,
)
from swf.models import ActivityType, WorkflowExecution
from swf.models.decision import RequestCancelActivityTask, ScheduleActivityTask
from swf.transport import Transport
from tests.actors.given import (
    NO_ACTIVITY_TASK,
    InstantClock,
    SteppedClock,
    UnhurriedClock,
    activity_task,
    then_stop,
)


class Does(ActivityWorker):
    """Does what the test says."""

    def __init__(self, connection: Transport, work: Any, **more: Any) -> None:
        super().__init__(
            "d",
            "t",
            connection=connection,
            **{"heartbeat_interval": 5, "clock": UnhurriedClock(), **more},
        )
        self.work = work
        self.told: list[tuple[Exception, Any]] = []

    def execute(self, task: ActivityTask, context: Heartbeat) -> Any:
        return self.work(task, context)

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))


def raising(error: BaseException) -> Any:
    """Work that raises."""

    def work(task: ActivityTask, context: Heartbeat) -> Any:
        raise error

    return work


# Polling and answering


def test_a_poll_tells_everything_of_the_task(shop: Shop) -> None:
    """A polled task has its token, id, type, execution, input and started id."""
    execution = shop.schedule("charge-1")

    task = ActivityWorker(shop.domain, "t").poll()

    assert task.task_token
    assert task.activity_id == "charge-1"
    assert task.activity_type == ActivityType(shop.domain, "charge", "1")
    assert task.activity_type.connection is shop.connection
    assert task.execution == WorkflowExecution(shop.domain, "order-1", execution.run_id)
    assert task.input == '{"amount":3}'
    assert task.started_event_id == 6


def test_a_task_without_input_has_none(shop: Shop) -> None:
    """Where the decision gave no input, the task has none."""
    shop.schedule("charge-1", input=None)

    assert ActivityWorker(shop.domain, "t").poll().input is None


def test_the_polled_task_list_is_told(shop: Shop) -> None:
    """A task names the task list that was polled, not the worker's own."""
    execution = shop.schedule("charge-1")

    task = ActivityWorker(shop.domain, "slow", "me").poll("t", "you")

    assert task.task_list == "t"
    assert execution.history().last.identity == "you"


def test_a_worker_polls_under_its_identity(shop: Shop) -> None:
    """Task list and identity default to the worker's own, one by one."""
    execution = shop.schedule("charge-1")

    task = ActivityWorker(shop.domain, "slow", "me").poll(task_list="t")

    assert (task.task_list, execution.history().last.identity) == ("t", "me")


def test_an_empty_poll_is_a_poll_time_out(shop: Shop) -> None:
    """Where there was no task, the error says on which task list."""
    with pytest.raises(PollTimeout, match="no activity task on task list 't'"):
        ActivityWorker(shop.domain, "t").poll()


@pytest.mark.parametrize("empty", [{"taskToken": "", "startedEventId": 0}, {}])
def test_an_empty_task_token_is_none(empty: dict[str, Any]) -> None:
    """Where a service says in another way that there was no task, that is understood."""
    worker = ActivityWorker("d", "t", connection=CannedTransport(PollForActivityTask=empty))

    with pytest.raises(PollTimeout, match="no activity task on task list 't'"):
        worker.poll()


def polled(shop: Shop) -> tuple[ActivityWorker, str, WorkflowExecution]:
    """A worker, the token of a task that it has polled, and the task's execution."""
    execution = shop.schedule("charge-1")
    worker = ActivityWorker(shop.domain, "t")
    return worker, worker.poll().task_token, execution


def ended(execution: WorkflowExecution, name: str) -> dict[str, Any]:
    """What the history says of the end of the only activity task, which was of this kind."""
    [event] = execution.history().filter(name=f"ActivityTask{name}")
    return event.as_dict()


@pytest.mark.parametrize(
    ("result", "recorded"),
    [("plain", "plain"), ({"a": 1}, '{"a":1}'), ("", ""), (0, "0"), (False, "false")],
)
def test_results(result: Any, recorded: str, shop: Shop) -> None:
    """A str is the result as it is, without quotes; anything else is recorded as JSON."""
    worker, token, execution = polled(shop)

    assert worker.complete(token, result) is True

    assert ended(execution, "Completed")["result"] == recorded


def test_no_result_is_not_recorded(shop: Shop) -> None:
    """Completing without a result tells SWF none."""
    worker, token, execution = polled(shop)

    worker.complete(token)

    assert "result" not in ended(execution, "Completed")


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (
            "x" * 32_769,
            "the result is too large: it has 32769 characters, at most 32768 are allowed",
        ),
        (object(), "the result cannot be sent: result: not JSON-able: "),
        ({"x": float("nan")}, "the result cannot be sent: result: not JSON-able: "),
    ],
)
def test_a_result_that_cannot_be_sent_fails_the_task(
    result: Any, reason: str, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """The workflow is told why there is no result; the caller too, by False and by the log."""
    worker, token, execution = polled(shop)

    assert worker.complete(token, result) is False

    recorded = ended(execution, "Failed")["reason"]
    assert recorded.startswith(reason)
    assert len(recorded) <= 256
    assert reason in caplog.text


def test_a_result_of_just_the_size_is_sent(shop: Shop) -> None:
    """32768 characters are not too many."""
    worker, token, execution = polled(shop)

    assert worker.complete(token, "x" * 32_768)

    assert ended(execution, "Completed")["result"] == "x" * 32_768


def test_details_precede_the_reason(shop: Shop) -> None:
    """`fail` takes details, then reason; details may be any JSON-able value."""
    worker, token, execution = polled(shop)

    worker.fail(token, {"code": 3}, "declined")

    recorded = ended(execution, "Failed")
    assert (recorded["details"], recorded["reason"]) == ('{"code":3}', "declined")


@pytest.mark.parametrize(
    ("reason", "recorded"), [("x" * 257, "x" * 255 + "…"), ("x" * 256, "x" * 256)]
)
def test_a_long_reason_is_cut_to_fit(reason: str, recorded: str, shop: Shop) -> None:
    """However long its reason, a task is failed: SWF is told as much of it as it takes."""
    worker, token, execution = polled(shop)

    worker.fail(token, reason=reason)

    assert ended(execution, "Failed")["reason"] == recorded


def test_a_reason_is_a_text(shop: Shop) -> None:
    """A reason that is no text is refused by name before anything is sent."""
    with pytest.raises(ValidationTypeError, match="reason: must be a str, got 5"):
        ActivityWorker(shop.domain, "t").fail("token", reason=5)  # type: ignore[arg-type]

    assert shop.connection.calls == []


def cancel_requested(
    shop: Shop, execution: WorkflowExecution, activity_id: str = "charge-1"
) -> None:
    """Have a decider ask for the activity to be canceled."""
    execution.signal("stop")
    shop.decide(RequestCancelActivityTask(activity_id))


def test_a_cancel_carries_its_details(shop: Shop) -> None:
    """`cancel` records that the task was canceled, as it had been asked, and the details."""
    worker, token, execution = polled(shop)
    cancel_requested(shop, execution)

    worker.cancel(token, "half done")

    assert ended(execution, "Canceled")["details"] == "half done"


@pytest.mark.parametrize("answer", ["complete", "fail", "cancel", "heartbeat"])
def test_errors_of_an_answer_are_raised(answer: str, shop: Shop) -> None:
    """No answer swallows what SWF says to it."""
    worker, token, _ = polled(shop)
    worker.complete(token)

    with pytest.raises(ActivityTaskDoesNotExist):
        getattr(worker, answer)(token)


def test_a_heartbeat_tells_whether_to_cancel(shop: Shop) -> None:
    """The reply to a heartbeat says whether a cancel was requested; details go with the beat."""
    worker, token, execution = polled(shop)

    assert worker.heartbeat(token).cancel_requested is False
    cancel_requested(shop, execution)
    assert worker.heartbeat(token, {"done": 3}).cancel_requested is True

    assert shop.connection.calls[-1][1]["details"] == '{"done":3}'
    with pytest.raises(ValidationError, match="details: has at most 2048"):
        worker.heartbeat(token, "x" * 2049)


def test_a_task_without_heartbeats_times_out_with_the_last_details(
    shop: Shop, swf_clock: ManualClock
) -> None:
    """Where heartbeats end, SWF records after the heartbeat time-out what the last one told."""
    shop.charge(shop.domain, "2", task_heartbeat_timeout=60).save()
    execution = shop.schedule("charge-1", version="2")
    worker = ActivityWorker(shop.domain, "t")
    token, _ = worker.poll()

    swf_clock.advance(59)
    worker.heartbeat(token, "half")
    swf_clock.advance(59)
    assert execution.history().last.name == "ActivityTaskStarted"
    swf_clock.advance(1)

    timed_out = ended(execution, "TimedOut")
    assert (timed_out["timeout_type"], timed_out["details"]) == ("HEARTBEAT", "half")
    with pytest.raises(ActivityTaskDoesNotExist):
        worker.complete(token)


@pytest.mark.parametrize(
    ("interval", "kind", "words"),
    [
        (0, ValidationError, "must be positive, got 0"),
        (float("nan"), ValidationError, "must be positive, got nan"),
        (float("inf"), ValidationError, "must be at most .* got inf"),
        (1e300, ValidationError, "must be at most"),
        (10**400, ValidationError, "must be at most"),
        ("5", ValidationTypeError, "must be a number of seconds, got '5'"),
        (True, ValidationTypeError, "must be a number of seconds, got True"),
    ],
    ids=str,
)
def test_an_interval_is_a_number_of_seconds(
    interval: Any, kind: type[ValidationError], words: str
) -> None:
    """Heartbeats come at intervals that one can wait for; anything else is refused by name."""
    with pytest.raises(kind, match=f"ActivityWorker: heartbeat_interval: {words}"):
        ActivityWorker("d", "t", heartbeat_interval=interval)


@pytest.mark.parametrize(
    "more",
    [
        {"activityType": {}},
        {"activityType": 5},
        {"activityType": {"name": 5, "version": "1"}},
        {"workflowExecution": None},
    ],
    ids=str,
)
def test_a_task_that_is_none_is_an_error_that_the_loop_goes_on_after(more: dict[str, Any]) -> None:
    """Whatever a task's reply holds, what cannot be read is told of, and the loop polls again."""
    worker: Does
    connection = CannedTransport(
        PollForActivityTask=[activity_task(**more), then_stop(lambda: worker, NO_ACTIVITY_TASK)]
    )
    worker = Does(connection, None, clock=InstantClock())

    worker.start()

    [(error, _)] = worker.told
    assert type(error) is ResponseError
    assert "this is not a task of SWF's" in str(error)


# The loop


def test_the_loop_completes_tasks_with_what_execute_returns(shop: Shop) -> None:
    """Each task's work is done once, and its result sent, until the worker is stopped."""
    execution = shop.schedule("charge-1", "charge-2")
    shop.troubled(PollForActivityTask=[None, lambda: worker.stop()])
    worker = Does(shop.connection, lambda task, context: {"charged": task.activity_id})

    worker.start()

    polled_and_answered = ["PollForActivityTask", "RespondActivityTaskCompleted"]
    assert shop.connection.operations() == polled_and_answered * 2
    activities = execution.history().compiled.activities
    assert [one.result for one in activities] == [
        '{"charged":"charge-1"}',
        '{"charged":"charge-2"}',
    ]
    assert worker.counts == {"tasks": 2, "answered": 2, "completed": 2}


def test_an_exception_fails_the_task_and_the_loop_goes_on(shop: Shop) -> None:
    """The workflow is told type and message as the reason and the traceback as the details."""
    execution = shop.schedule("charge-1")
    shop.troubled(PollForActivityTask=[None, lambda: worker.stop()])
    worker = Does(shop.connection, raising(KeyError("card")))

    worker.start()

    recorded = ended(execution, "Failed")
    assert recorded["reason"] == "KeyError: 'card'"
    assert recorded["details"].startswith("Traceback (most recent call last):")
    assert recorded["details"].endswith("KeyError: 'card'\n")
    assert worker.counts == {"tasks": 1, "answered": 1, "failed": 1, "errors": 1}
    assert worker.told[0][0].args == ("card",)


def test_a_long_error_is_cut_to_fit(shop: Shop) -> None:
    """However long an error's text, the task is failed with as much of it as SWF takes."""
    execution = shop.schedule("charge-1")

    Does(shop.connection, raising(ValueError("é" * 40_000 + "the end"))).run_once()

    recorded = ended(execution, "Failed")
    assert len(recorded["reason"]) == 256
    assert recorded["reason"].startswith("ValueError: ééé")
    assert recorded["reason"].endswith("…")
    assert len(recorded["details"]) == 32_768
    assert recorded["details"].startswith("…")
    assert recorded["details"].endswith("the end\n")


def test_an_error_that_cannot_be_printed_still_fails_the_task() -> None:
    """An error whose message raises, or cannot be UTF-8, is told as well as can be."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    assert described(Mute()) == "Mute: (its message cannot be shown)"
    assert described(ValueError("\ud800")) == "ValueError: \\ud800"
    assert described(ValueError()) == "ValueError"


@pytest.mark.parametrize("result", ["x" * 32_769, object()])
def test_in_the_loop_a_bad_result_fails_the_task(result: Any, shop: Shop) -> None:
    """A result that cannot be sent fails its task with a reason that says why."""
    execution = shop.schedule("charge-1")
    worker = Does(shop.connection, lambda task, context: result)

    worker.run_once()

    assert "the result " in ended(execution, "Failed")["reason"]
    assert worker.counts["failed"] == 1
    assert isinstance(worker.told[0][0], ValidationError)


def test_a_cancel_request_reaches_the_work_and_is_answered(shop: Shop) -> None:
    """What a heartbeat brings stops the code where it asks, and the task is canceled."""
    execution = shop.schedule("charge-1")
    clock = SteppedClock()

    def work(task: ActivityTask, context: Heartbeat) -> None:
        context.check_canceled()
        cancel_requested(shop, execution)
        clock.step()
        assert UnhurriedClock().wait(context._unwanted, 0)
        assert context.cancel_requested
        context.check_canceled({"undone": True})

    worker = Does(shop.connection, work, clock=clock)

    worker.run_once()

    assert shop.connection.operations() == [
        "PollForActivityTask",
        "RecordActivityTaskHeartbeat",
        "RespondActivityTaskCanceled",
    ]
    assert ended(execution, "Canceled")["details"] == '{"undone":true}'
    assert worker.counts == {"tasks": 1, "answered": 1, "canceled": 1}


def canceling(
    shop: Shop, execution: WorkflowExecution, error: ActivityCanceled, activity_id: str = "charge-1"
) -> Any:
    """Work that a decider asks to cancel, and that heeds it in this way."""

    def work(task: ActivityTask, context: Heartbeat) -> Any:
        cancel_requested(shop, execution, activity_id)
        raise error

    return work


@pytest.mark.parametrize(
    ("details", "recorded"),
    [(None, None), ("half", "half"), ("x" * 40_000, "x" * 32_767 + "…"), ({1, 2}, "{1, 2}")],
)
def test_the_work_may_cancel_with_any_details(
    details: Any, recorded: str | None, shop: Shop
) -> None:
    """ActivityCanceled cancels the task whatever its details: those that are no JSON by repr."""
    execution = shop.schedule("charge-1")
    error = ActivityCanceled("stopped", details=details)

    Does(shop.connection, canceling(shop, execution, error)).run_once()

    assert ended(execution, "Canceled").get("details") == recorded


def test_work_may_go_on_after_a_cancel_request(shop: Shop) -> None:
    """An activity that does not ask, or does not care, completes as usual."""
    execution = shop.schedule("charge-1")

    def work(task: ActivityTask, context: Heartbeat) -> str:
        cancel_requested(shop, execution)
        context.beat()
        assert context.cancel_requested
        return "done"

    Does(shop.connection, work).run_once()

    assert ended(execution, "Completed")["result"] == "done"


def test_a_lost_task_is_not_answered(shop: Shop, swf_clock: ManualClock) -> None:
    """When a heartbeat finds the task closed, the code can know and no answer is sent."""
    shop.schedule("charge-1")

    def work(task: ActivityTask, context: Heartbeat) -> None:
        swf_clock.advance(HOUR)
        context.beat()
        assert context.lost
        context.check_canceled()

    worker = Does(shop.connection, work)

    worker.run_once()

    assert shop.connection.operations() == ["PollForActivityTask", "RecordActivityTaskHeartbeat"]
    assert worker.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    assert isinstance(worker.told[0][0], ActivityTaskDoesNotExist)


@pytest.mark.parametrize(
    "error", [ThrottlingFault("slow"), ConnectionFailedError("cut"), ServiceFault("down")]
)
def test_a_failed_heartbeat_does_not_harm_the_work(error: Exception, shop: Shop) -> None:
    """A heartbeat that fails in passing neither ends the beats nor the task nor the loop."""
    shop.schedule("charge-1")
    shop.troubled(RecordActivityTaskHeartbeat=[error])

    def work(task: ActivityTask, context: Heartbeat) -> None:
        context.beat()
        context.beat()

    worker = Does(shop.connection, work)

    worker.run_once()

    assert worker.counts == {"tasks": 1, "answered": 1, "completed": 1}
    assert worker.told == []


def test_heartbeats_that_are_forbidden_are_told_of(shop: Shop) -> None:
    """Heartbeats that keep failing reach `on_error`; the result is sent all the same."""
    shop.schedule("charge-1")
    shop.troubled(RecordActivityTaskHeartbeat=AccessDeniedFault("no"))
    worker = Does(shop.connection, lambda task, context: context.beat())

    worker.run_once()

    assert worker.counts == {"tasks": 1, "answered": 1, "completed": 1, "errors": 1}
    assert isinstance(worker.told[0][0], AccessDeniedFault)


class Delayed(SteppedClock):
    """As one answer is sent again, one heartbeat falls due, and is there before that."""

    def __init__(self, beat_arrived: threading.Semaphore) -> None:
        super().__init__()
        self.beat_arrived = beat_arrived

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if threading.current_thread().name == "heartbeat":
            return super().wait(event, seconds)
        self.step()
        assert self.beat_arrived.acquire(timeout=30)
        return False


def test_heartbeats_go_on_until_the_answer_is_there(shop: Shop) -> None:
    """While a throttled answer waits to be sent again, the task is kept alive by heartbeats."""
    shop.schedule("charge-1")
    arrived = threading.Semaphore(0)
    shop.troubled(
        RecordActivityTaskHeartbeat=arrived.release,
        RespondActivityTaskCompleted=[ThrottlingFault("slow"), ThrottlingFault("slow")],
    )
    worker = Does(shop.connection, lambda task, context: None, clock=Delayed(arrived))

    worker.run_once()

    assert shop.connection.operations()[1:] == [
        "RespondActivityTaskCompleted",
        "RecordActivityTaskHeartbeat",
    ] * 2 + ["RespondActivityTaskCompleted"]
    assert worker.counts["completed"] == 1


@pytest.mark.parametrize(
    ("first", "closed", "count"),
    [
        (ConnectionFailedError("cut"), False, "completed"),
        (Lost(ConnectionFailedError("cut")), False, "presumed"),
        (ConnectionFailedError("cut"), True, "presumed"),
        (ThrottlingFault("slow"), True, "unanswered"),
    ],
)
def test_a_beat_that_meets_the_answer_decides_nothing(
    first: Any, closed: bool, count: str, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Once an answer is on its way, what becomes of it tells whether the task was lost."""
    execution = shop.schedule("charge-1")
    arrived = threading.Semaphore(0)

    def beat() -> None:
        if closed:
            execution.terminate()
        arrived.release()

    shop.troubled(RecordActivityTaskHeartbeat=[beat], RespondActivityTaskCompleted=[first])
    worker = Does(shop.connection, lambda task, context: None, clock=Delayed(arrived))

    worker.run_once()

    assert shop.connection.operations().count("RespondActivityTaskCompleted") == 2
    assert worker.counts[count] == 1
    assert "heartbeat" not in caplog.text


@pytest.mark.parametrize("error", [ServiceFault("408"), ResponseError("HTTP 404, <html>")])
def test_an_answer_outlives_a_stray_reply(error: Exception, shop: Shop) -> None:
    """What a proxy says in SWF's place costs a wait, not the answer."""
    shop.schedule("charge-1")
    shop.troubled(RespondActivityTaskCompleted=[error])
    arrived = threading.Semaphore(1)
    worker = Does(shop.connection, lambda task, context: None, clock=Delayed(arrived))

    worker.run_once()

    assert shop.connection.operations().count("RespondActivityTaskCompleted") == 2
    assert worker.counts["completed"] == 1


def test_a_forbidden_answer_ends_the_loop(shop: Shop) -> None:
    """An answer that the policy forbids is raised by `start`, whose caller can mend it."""
    shop.schedule("charge-1")
    shop.troubled(RespondActivityTaskCompleted=AccessDeniedFault("no"))

    with pytest.raises(AccessDeniedFault):
        Does(shop.connection, lambda task, context: None).start()


def test_no_payload_is_logged_at_info(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """The log names tasks by their ids, and shows neither input, result nor token."""
    execution = shop.schedule("charge-1", input="secret-in")
    shop.troubled(PollForActivityTask=[lambda: worker.stop()])
    seen: list[str] = []

    def work(task: ActivityTask, context: Heartbeat) -> str:
        seen.append(task.task_token)
        return "secret-out"

    worker = Does(shop.connection, work)

    with caplog.at_level(logging.INFO, "swf"):
        worker.start()

    [record] = [one for one in caplog.records if "answered" in one.message]
    assert record.activity_id == "charge-1"  # type: ignore[attr-defined]
    assert record.run_id == execution.run_id  # type: ignore[attr-defined]
    shown = " ".join(str(vars(one)) for one in caplog.records)
    assert "secret" not in shown
    assert seen[0] not in shown


# Heartbeat intervals


@pytest.mark.parametrize(
    ("timeout", "interval"),
    [(30, 10.0), (1, 1 / 3), (0, 1 / 3), (3600, 60.0), ("NONE", 60.0), (None, 60.0)],
)
def test_heartbeats_follow_the_registered_time_out(
    timeout: Any, interval: float, shop: Shop
) -> None:
    """Three heartbeats fit into the type's time-out; without one, there is one a minute."""
    shop.charge(shop.domain, "2", task_heartbeat_timeout=timeout).save()
    shop.start()
    shop.decide(
        *(
            ScheduleActivityTask(("charge", "2"), one, heartbeat_timeout="NONE")
            for one in ("charge-1", "charge-2")
        )
    )
    seen: list[float] = []
    worker = Does(
        shop.connection,
        lambda task, context: seen.append(context.interval),
        heartbeat_interval=None,
    )

    worker.run_once()
    worker.run_once()

    assert seen == [pytest.approx(interval)] * 2
    assert shop.connection.operations().count("DescribeActivityType") == 1


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (AccessDeniedFault("no"), 1),
        (KeyError("typeInfo"), 1),
        (ThrottlingFault("slow"), 2),
        (ResponseError("odd"), 2),
    ],
)
def test_a_type_that_cannot_be_described_is_worked_on(
    error: Exception, asked: int, shop: Shop
) -> None:
    """Where the type cannot be read, a minute is taken; it is asked again if that may help."""
    execution = shop.schedule("charge-1", "charge-2")
    shop.troubled(DescribeActivityType=error)
    worker = Does(
        shop.connection, lambda task, context: str(context.interval), heartbeat_interval=None
    )

    worker.run_once()
    worker.run_once()

    assert shop.connection.operations().count("DescribeActivityType") == asked
    assert [one.result for one in execution.history().compiled.activities] == ["60.0"] * 2


def test_a_token_that_is_no_token_is_refused(shop: Shop) -> None:
    """What is no task token is refused by name before anything is sent."""
    with pytest.raises(ValidationTypeError, match="task_token: must be a str"):
        ActivityWorker(shop.domain, "t").complete(3)  # type: ignore[arg-type]

    assert shop.connection.calls == []


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), KeyboardInterrupt()], ids=repr)
def test_work_that_would_end_the_program_fails_its_task(error: BaseException, shop: Shop) -> None:
    """An activity that exits fails its task like any other error, and the loop goes on."""
    execution = shop.schedule("charge-1")
    shop.troubled(PollForActivityTask=[None, lambda: worker.stop()])
    worker = Does(shop.connection, raising(error))

    worker.start()

    recorded = ended(execution, "Failed")
    assert recorded["reason"] == described(error)
    assert type(error).__name__ in recorded["details"]
    assert worker.counts == {"tasks": 1, "answered": 1, "failed": 1, "errors": 1}
    [(told, _)] = worker.told
    assert isinstance(told, ActorError)
    assert told.__cause__ is error


def test_an_exit_is_a_failure_in_the_main_thread_too(shop: Shop) -> None:
    """Polled once by hand, a task whose work exits is failed."""
    execution = shop.schedule("charge-1")

    Does(shop.connection, raising(SystemExit("over"))).run_once()

    assert ended(execution, "Failed")["reason"] == "SystemExit: over"


def test_ctrl_c_in_the_main_thread_is_obeyed(shop: Shop) -> None:
    """Ctrl-C while a task is worked on by hand ends that, and the task is not answered."""
    shop.schedule("charge-1")

    with pytest.raises(KeyboardInterrupt):
        Does(shop.connection, raising(KeyboardInterrupt())).run_once()

    assert shop.connection.operations() == ["PollForActivityTask"]


def test_texts_that_cannot_be_utf_8_are_no_poison(shop: Shop) -> None:
    """A result that UTF-8 cannot say fails the task; details are escaped."""
    execution = shop.schedule("charge-1", "charge-2")
    worker = Does(shop.connection, lambda task, context: {"name": "\ud800"})
    worker.run_once()
    error = ActivityCanceled(details="half \ud800")
    worker.work = canceling(shop, execution, error, "charge-2")
    worker.run_once()

    assert ended(execution, "Failed")["reason"] == (
        "ValidationError: the result cannot be sent: it is not valid Unicode"
    )
    assert ended(execution, "Canceled")["details"] == "half \\ud800"
