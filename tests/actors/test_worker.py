"""Workers do what an activity task asks, and always say how it ended."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from canned import CannedTransport

from swf.actors import ActivityTask, ActivityWorker, Heartbeat
from swf.actors.words import described, shortened
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
from swf.models import ActivityType, Domain, History, WorkflowExecution, WorkflowType
from swf.models.decision import ScheduleActivityTask
from swf.transport import Transport
from tests.actors.given import (
    NO_ACTIVITY_TASK,
    InstantClock,
    SteppedClock,
    UnhurriedClock,
    activity_task,
    then_stop,
)

CANCEL = {"cancelRequested": True}


def described_type(timeout: str | None) -> dict[str, Any]:
    """The description of an activity type with this heartbeat time-out."""
    configuration = {} if timeout is None else {"defaultTaskHeartbeatTimeout": timeout}
    return {
        "typeInfo": {
            "activityType": {"name": "charge", "version": "1"},
            "status": "REGISTERED",
            "creationDate": 0,
        },
        "configuration": configuration,
    }


class Does(ActivityWorker):
    """Does what the test says."""

    def __init__(self, transport: CannedTransport, work: Any, **more: Any) -> None:
        super().__init__(
            "d",
            "t",
            connection=transport,
            **{"heartbeat_interval": 5, "clock": UnhurriedClock(), **more},
        )
        self.work = work
        self.told: list[tuple[Exception, Any]] = []

    def execute(self, task: ActivityTask, context: Heartbeat) -> Any:
        return self.work(task, context)

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))


def polling(**replies: Any) -> CannedTransport:
    """A transport with one activity task."""
    return CannedTransport({"PollForActivityTask": [activity_task()], **replies})


def raising(error: BaseException) -> Any:
    """Work that raises."""

    def work(task: ActivityTask, context: Heartbeat) -> Any:
        raise error

    return work


# Polling and answering


def test_a_poll_tells_everything_of_the_task() -> None:
    """A polled task has its token, id, type, execution, input and started id."""
    domain = Domain("d", connection=polling())

    task = ActivityWorker(domain, "t").poll()

    assert task.task_token == "token-1"
    assert task.activity_id == "charge-1"
    assert task.activity_type == ActivityType(domain, "charge", "1")
    assert task.activity_type.connection is domain.connection
    assert task.execution == WorkflowExecution(domain, "order-1", "run-1")
    assert task.input == '{"amount":3}'
    assert task.started_event_id == 6


def test_a_task_without_input_has_none() -> None:
    """Where the decision gave no input, the task has none."""
    reply = activity_task()
    del reply["input"]

    task = ActivityWorker("d", "t", connection=CannedTransport(PollForActivityTask=reply)).poll()

    assert task.input is None


def test_the_polled_task_list_is_told() -> None:
    """A task names the task list that was polled, not the worker's own."""
    connection = polling()

    task = ActivityWorker("d", "t", "me", connection=connection).poll("fast", "you")

    assert task.task_list == "fast"
    assert connection.calls[0][1] == {
        "domain": "d",
        "taskList": {"name": "fast"},
        "identity": "you",
    }


def test_a_worker_polls_under_its_identity() -> None:
    """The identity that a worker was made with goes with each poll."""
    connection = polling()

    ActivityWorker("d", "t", "me", connection=connection).poll()

    assert connection.calls[0][1]["identity"] == "me"


def test_a_longer_task_list_name_is_passed_as_it_is() -> None:
    """Task list and identity default to the worker's own, one by one."""
    connection = polling()

    task = ActivityWorker("d", "t", "me", connection=connection).poll(task_list="fast")

    assert (task.task_list, connection.calls[0][1]["identity"]) == ("fast", "me")


@pytest.mark.parametrize("empty", [NO_ACTIVITY_TASK, {"taskToken": "", "startedEventId": 0}, {}])
def test_an_empty_poll_is_a_poll_time_out(empty: dict[str, Any]) -> None:
    """Without a task token, or with an empty one, there was no task."""
    worker = ActivityWorker("d", "t", connection=CannedTransport(PollForActivityTask=empty))

    with pytest.raises(PollTimeout, match="no activity task on task list 't'"):
        worker.poll()


@pytest.mark.parametrize(
    ("result", "sent"),
    [("plain", "plain"), ({"a": 1}, '{"a":1}'), ("", ""), (0, "0"), (False, "false")],
)
def test_results(result: Any, sent: str) -> None:
    """A str is the result as it is, without quotes; anything else is sent as JSON."""
    connection = CannedTransport(RespondActivityTaskCompleted={})

    done = ActivityWorker("d", "t", connection=connection).complete("token", result)

    assert done is True
    assert connection.calls == [
        ("RespondActivityTaskCompleted", {"taskToken": "token", "result": sent})
    ]


def test_no_result_is_not_sent() -> None:
    """Completing without a result tells SWF none."""
    connection = CannedTransport(RespondActivityTaskCompleted={})

    ActivityWorker("d", "t", connection=connection).complete("token")

    assert connection.calls[0][1] == {"taskToken": "token"}


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
    result: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The workflow is told why there is no result; the caller too, by False and by the log."""
    connection = CannedTransport(RespondActivityTaskFailed={})

    done = ActivityWorker("d", "t", connection=connection).complete("token", result)

    assert done is False
    [(operation, params)] = connection.calls
    assert operation == "RespondActivityTaskFailed"
    assert params["reason"].startswith(reason)
    assert len(params["reason"]) <= 256
    assert reason in caplog.text


def test_a_result_of_just_the_size_is_sent() -> None:
    """32768 characters are not too many."""
    connection = CannedTransport(RespondActivityTaskCompleted={})

    assert ActivityWorker("d", "t", connection=connection).complete("token", "x" * 32_768)


def test_details_precede_the_reason() -> None:
    """`fail` takes details, then reason; details may be any JSON-able value."""
    connection = CannedTransport(RespondActivityTaskFailed={})

    ActivityWorker("d", "t", connection=connection).fail("token", {"code": 3}, "declined")

    assert connection.calls[0][1] == {
        "taskToken": "token",
        "details": '{"code":3}',
        "reason": "declined",
    }


def test_a_long_reason_is_cut_to_fit() -> None:
    """However long its reason, a task is failed: SWF is told as much of it as it takes."""
    connection = CannedTransport(RespondActivityTaskFailed={})
    worker = ActivityWorker("d", "t", connection=connection)

    worker.fail("token", reason="x" * 257)
    worker.fail("token", reason="x" * 256)

    assert [params["reason"] for _, params in connection.calls] == ["x" * 255 + "…", "x" * 256]


def test_a_reason_is_a_text() -> None:
    """A reason that is no text is refused by name before anything is sent."""
    worker = ActivityWorker("d", "t", connection=CannedTransport())

    with pytest.raises(ValidationTypeError, match="reason: must be a str, got 5"):
        worker.fail("token", reason=5)  # type: ignore[arg-type]


def test_a_cancel_carries_its_details() -> None:
    """`cancel` answers RespondActivityTaskCanceled with the details it is given."""
    connection = CannedTransport(RespondActivityTaskCanceled={})

    ActivityWorker("d", "t", connection=connection).cancel("token", "half done")

    assert connection.calls == [
        ("RespondActivityTaskCanceled", {"taskToken": "token", "details": "half done"})
    ]


@pytest.mark.parametrize("answer", ["complete", "fail", "cancel", "heartbeat"])
def test_errors_of_an_answer_are_raised(answer: str) -> None:
    """No answer swallows what SWF says to it."""
    gone = ActivityTaskDoesNotExist("gone")
    connection = CannedTransport(
        RespondActivityTaskCompleted=gone,
        RespondActivityTaskFailed=gone,
        RespondActivityTaskCanceled=gone,
        RecordActivityTaskHeartbeat=gone,
    )

    with pytest.raises(ActivityTaskDoesNotExist):
        getattr(ActivityWorker("d", "t", connection=connection), answer)("token")


def test_a_heartbeat_tells_whether_to_cancel() -> None:
    """The reply to a heartbeat says whether a cancel was requested; details go with the beat."""
    connection = CannedTransport(RecordActivityTaskHeartbeat=[{"cancelRequested": False}, CANCEL])
    worker = ActivityWorker("d", "t", connection=connection)

    assert worker.heartbeat("token").cancel_requested is False
    assert worker.heartbeat("token", {"done": 3}).cancel_requested is True
    assert connection.calls[1][1] == {"taskToken": "token", "details": '{"done":3}'}
    with pytest.raises(ValidationError, match="details: has at most 2048"):
        worker.heartbeat("token", "x" * 2049)


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


def test_the_loop_completes_tasks_with_what_execute_returns() -> None:
    """Each task's work is done once, and its result sent, until the worker is stopped."""
    worker: Does
    connection = CannedTransport(
        PollForActivityTask=[activity_task(), then_stop(lambda: worker, activity_task())],
        RespondActivityTaskCompleted={},
    )
    worker = Does(connection, lambda task, context: {"charged": task.activity_id})

    worker.start()

    assert connection.operations() == ["PollForActivityTask", "RespondActivityTaskCompleted"] * 2
    assert connection.calls[1][1]["result"] == '{"charged":"charge-1"}'
    assert worker.counts == {"tasks": 2, "answered": 2, "completed": 2}


def test_an_exception_fails_the_task_and_the_loop_goes_on() -> None:
    """The workflow is told type and message as the reason and the traceback as the details."""
    worker: Does
    connection = CannedTransport(
        PollForActivityTask=[activity_task(), then_stop(lambda: worker, NO_ACTIVITY_TASK)],
        RespondActivityTaskFailed={},
    )
    worker = Does(connection, raising(KeyError("card")))

    worker.start()

    params = connection.calls[1][1]
    assert params["reason"] == "KeyError: 'card'"
    assert params["details"].startswith("Traceback (most recent call last):")
    assert params["details"].endswith("KeyError: 'card'\n")
    assert worker.counts == {"tasks": 1, "answered": 1, "failed": 1, "errors": 1}
    assert worker.told[0][0].args == ("card",)


def test_a_long_error_is_cut_to_fit() -> None:
    """However long an error's text, the task is failed with as much of it as SWF takes."""
    connection = polling(RespondActivityTaskFailed={})

    Does(connection, raising(ValueError("é" * 40_000 + "the end"))).run_once()

    params = connection.calls[1][1]
    assert len(params["reason"]) == 256
    assert params["reason"].startswith("ValueError: ééé")
    assert params["reason"].endswith("…")
    assert len(params["details"]) == 32_768
    assert params["details"].startswith("…")
    assert params["details"].endswith("the end\n")


def test_an_error_that_cannot_be_printed_still_fails_the_task() -> None:
    """An error whose message raises, or cannot be UTF-8, is told as well as can be."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    assert described(Mute()) == "Mute: (its message cannot be shown)"
    assert described(ValueError("\ud800")) == "ValueError: \\ud800"
    assert described(ValueError()) == "ValueError"


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", "abc"), ("abcd", "ab…"), ("", ""), ("abcdef", "ab…")]
)
def test_shortened(text: str, expected: str) -> None:
    """A text that is too long ends in an ellipsis, within its bound."""
    assert shortened(text, 3) == expected


@pytest.mark.parametrize("result", ["x" * 32_769, object()])
def test_in_the_loop_a_bad_result_fails_the_task(result: Any) -> None:
    """A result that cannot be sent fails its task with a reason that says why."""
    connection = polling(RespondActivityTaskFailed={})
    worker = Does(connection, lambda task, context: result)

    worker.run_once()

    assert "the result " in connection.calls[1][1]["reason"]
    assert worker.counts["failed"] == 1
    assert isinstance(worker.told[0][0], ValidationError)


def test_a_cancel_request_reaches_the_work_and_is_answered() -> None:
    """What a heartbeat brings stops the code where it asks, and the task is canceled."""
    connection = polling(RecordActivityTaskHeartbeat=CANCEL, RespondActivityTaskCanceled={})
    clock = SteppedClock()

    def work(task: ActivityTask, context: Heartbeat) -> None:
        context.check_canceled()
        clock.step()
        assert UnhurriedClock().wait(context._unwanted, 0)
        assert context.cancel_requested
        context.check_canceled({"undone": True})

    worker = Does(connection, work, clock=clock)

    worker.run_once()

    assert connection.operations() == [
        "PollForActivityTask",
        "RecordActivityTaskHeartbeat",
        "RespondActivityTaskCanceled",
    ]
    assert connection.calls[2][1]["details"] == '{"undone":true}'
    assert worker.counts == {"tasks": 1, "answered": 1, "canceled": 1}


@pytest.mark.parametrize(
    ("details", "sent"), [(None, None), ("half", "half"), ("x" * 40_000, "x" * 32_767 + "…")]
)
def test_the_work_may_cancel_with_any_details(details: Any, sent: str | None) -> None:
    """ActivityCanceled cancels the task whatever its details are like."""
    connection = polling(RespondActivityTaskCanceled={})

    Does(connection, raising(ActivityCanceled("stopped", details=details))).run_once()

    assert connection.calls[1][1].get("details") == sent


def test_details_that_are_not_json_are_told_by_their_repr() -> None:
    """Details that cannot be JSON do not keep a task from being canceled."""
    connection = polling(RespondActivityTaskCanceled={})

    Does(connection, raising(ActivityCanceled(details={1, 2}))).run_once()

    assert connection.calls[1][1]["details"] == "{1, 2}"


def test_work_may_go_on_after_a_cancel_request() -> None:
    """An activity that does not ask, or does not care, completes as usual."""
    connection = polling(RecordActivityTaskHeartbeat=CANCEL, RespondActivityTaskCompleted={})

    def work(task: ActivityTask, context: Heartbeat) -> str:
        context.beat()
        return "done"

    Does(connection, work).run_once()

    assert connection.operations()[-1] == "RespondActivityTaskCompleted"


def test_a_lost_task_is_not_answered() -> None:
    """When a heartbeat finds the task closed, the code can know and no answer is sent."""
    connection = polling(RecordActivityTaskHeartbeat=ActivityTaskDoesNotExist("timed out"))

    def work(task: ActivityTask, context: Heartbeat) -> None:
        context.beat()
        assert context.lost
        context.check_canceled()

    worker = Does(connection, work)

    worker.run_once()

    assert connection.operations() == ["PollForActivityTask", "RecordActivityTaskHeartbeat"]
    assert worker.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    assert isinstance(worker.told[0][0], ActivityTaskDoesNotExist)


@pytest.mark.parametrize(
    "error", [ThrottlingFault("slow"), ConnectionFailedError("cut"), ServiceFault("down")]
)
def test_a_failed_heartbeat_does_not_harm_the_work(error: Exception) -> None:
    """A heartbeat that fails in passing neither ends the beats nor the task nor the loop."""
    connection = polling(
        RecordActivityTaskHeartbeat=[error, {"cancelRequested": False}],
        RespondActivityTaskCompleted={},
    )

    def work(task: ActivityTask, context: Heartbeat) -> None:
        context.beat()
        context.beat()

    worker = Does(connection, work)

    worker.run_once()

    assert worker.counts == {"tasks": 1, "answered": 1, "completed": 1}
    assert worker.told == []


def test_heartbeats_that_are_forbidden_are_told_of() -> None:
    """Heartbeats that keep failing reach `on_error`; the result is sent all the same."""
    connection = polling(
        RecordActivityTaskHeartbeat=AccessDeniedFault("no"), RespondActivityTaskCompleted={}
    )
    worker = Does(connection, lambda task, context: context.beat())

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


def test_heartbeats_go_on_until_the_answer_is_there() -> None:
    """While a throttled answer waits to be sent again, the task is kept alive by heartbeats."""
    arrived = threading.Semaphore(0)

    def beat(params: Any) -> Any:
        arrived.release()
        return {"cancelRequested": False}

    connection = polling(
        RecordActivityTaskHeartbeat=beat,
        RespondActivityTaskCompleted=[ThrottlingFault("slow"), ThrottlingFault("slow"), {}],
    )
    worker = Does(connection, lambda task, context: None, clock=Delayed(arrived))

    worker.run_once()

    assert connection.operations()[1:] == [
        "RespondActivityTaskCompleted",
        "RecordActivityTaskHeartbeat",
    ] * 2 + ["RespondActivityTaskCompleted"]
    assert worker.counts["completed"] == 1


@pytest.mark.parametrize(
    ("first", "then", "count"),
    [
        (ConnectionFailedError("cut"), {}, "completed"),
        (ConnectionFailedError("cut"), ActivityTaskDoesNotExist("closed"), "presumed"),
        (ThrottlingFault("slow"), ActivityTaskDoesNotExist("closed"), "unanswered"),
    ],
)
def test_a_beat_that_meets_the_answer_decides_nothing(
    first: Exception, then: Any, count: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Once an answer is on its way, what becomes of it tells whether the task was lost."""
    arrived = threading.Semaphore(0)

    def beat(params: Any) -> Any:
        arrived.release()
        raise ActivityTaskDoesNotExist("closed")

    connection = polling(
        RecordActivityTaskHeartbeat=beat, RespondActivityTaskCompleted=[first, then]
    )
    worker = Does(connection, lambda task, context: None, clock=Delayed(arrived))

    worker.run_once()

    assert connection.operations().count("RespondActivityTaskCompleted") == 2
    assert worker.counts[count] == 1
    assert "heartbeat" not in caplog.text


@pytest.mark.parametrize("error", [ServiceFault("408"), ResponseError("HTTP 404, <html>")])
def test_an_answer_outlives_a_stray_reply(error: Exception) -> None:
    """What a proxy says in SWF's place costs a wait, not the answer."""
    arrived = threading.Semaphore(1)
    connection = polling(
        RecordActivityTaskHeartbeat={"cancelRequested": False},
        RespondActivityTaskCompleted=[error, {}],
    )
    worker = Does(connection, lambda task, context: None, clock=Delayed(arrived))

    worker.run_once()

    assert connection.operations().count("RespondActivityTaskCompleted") == 2
    assert worker.counts["completed"] == 1


def test_a_forbidden_answer_ends_the_loop() -> None:
    """An answer that the policy forbids is raised by `start`, whose caller can mend it."""
    connection = polling(RespondActivityTaskCompleted=AccessDeniedFault("no"))

    with pytest.raises(AccessDeniedFault):
        Does(connection, lambda task, context: None).start()


def test_no_payload_is_logged_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """The log names tasks by their ids, and shows neither input, result nor token."""
    worker: Does
    connection = CannedTransport(
        PollForActivityTask=then_stop(lambda: worker, activity_task(input="secret-in")),
        RespondActivityTaskCompleted={},
    )
    worker = Does(connection, lambda task, context: "secret-out")

    with caplog.at_level(logging.INFO, "swf"):
        worker.start()

    [record] = [one for one in caplog.records if "answered" in one.message]
    assert record.activity_id == "charge-1"  # type: ignore[attr-defined]
    assert record.run_id == "run-1"  # type: ignore[attr-defined]
    shown = " ".join(str(vars(one)) for one in caplog.records)
    assert "secret" not in shown
    assert "token-1" not in shown


# Heartbeat intervals


@pytest.mark.parametrize(
    ("timeout", "interval"),
    [("30", 10.0), ("1", 1 / 3), ("0", 1 / 3), ("3600", 60.0), ("NONE", 60.0), (None, 60.0)],
)
def test_heartbeats_follow_the_registered_time_out(timeout: str | None, interval: float) -> None:
    """Three heartbeats fit into the type's time-out; without one, there is one a minute."""
    connection = CannedTransport(
        PollForActivityTask=activity_task(),
        DescribeActivityType=described_type(timeout),
        RespondActivityTaskCompleted={},
    )
    seen: list[float] = []
    worker = Does(
        connection, lambda task, context: seen.append(context.interval), heartbeat_interval=None
    )

    worker.run_once()
    worker.run_once()

    assert seen == [pytest.approx(interval)] * 2
    assert connection.operations().count("DescribeActivityType") == 1


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (AccessDeniedFault("no"), 1),
        (KeyError("typeInfo"), 1),
        (ThrottlingFault("slow"), 2),
        (ResponseError("odd"), 2),
    ],
)
def test_a_type_that_cannot_be_described_is_worked_on(error: Exception, asked: int) -> None:
    """Where the type cannot be read, a minute is taken; it is asked again if that may help."""
    connection = CannedTransport(
        PollForActivityTask=activity_task(),
        DescribeActivityType=error,
        RespondActivityTaskCompleted={},
    )
    worker = Does(connection, lambda task, context: str(context.interval), heartbeat_interval=None)

    worker.run_once()
    worker.run_once()

    assert connection.operations().count("DescribeActivityType") == asked
    assert connection.calls[-1][1]["result"] == "60.0"


# Against a service


@pytest.fixture
def scheduled(connection: Transport) -> Domain:
    """A domain with one scheduled activity task on task list `work`."""
    domain = Domain("d", connection=connection)
    domain.save()
    seconds = {"task_heartbeat_timeout": 60, "task_start_to_close_timeout": 60}
    charge = ActivityType(
        domain,
        "charge",
        "1",
        task_schedule_to_start_timeout=60,
        task_schedule_to_close_timeout=60,
        **seconds,  # type: ignore[arg-type]
    )
    charge.save()
    order = WorkflowType(
        domain,
        "order",
        "1",
        task_list="decide",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=60,
    )
    order.save()
    order.start_execution("order-1")
    connection.call(
        "RespondDecisionTaskCompleted",
        {
            "taskToken": connection.call(
                "PollForDecisionTask", {"domain": "d", "taskList": {"name": "decide"}}
            )["taskToken"],
            "decisions": [
                ScheduleActivityTask(charge, "charge-1", task_list="work", input=[3]).to_wire()
            ],
        },
    )
    return domain


def recorded(domain: Domain, name: str) -> History:
    """The events of this name in the history of the only execution."""
    [execution] = domain.executions()
    return execution.history().filter(name=name)


def test_a_task_is_done_and_completed(scheduled: Domain) -> None:
    """Against a real service a worker is given the task, beats, and completes it."""

    class Charges(ActivityWorker):
        def execute(self, task: ActivityTask, context: Heartbeat) -> Any:
            assert task.input == "[3]"
            context.heartbeat("half")
            context.beat()
            assert not context.cancel_requested
            self.stop()
            return {"charged": True}

    Charges(scheduled, "work").start()

    [completed] = recorded(scheduled, "ActivityTaskCompleted")
    assert completed.as_dict()["result"] == '{"charged":true}'


def test_a_result_too_large_fails_the_task_of_a_service(scheduled: Domain) -> None:
    """The history of the execution says why there is no result."""
    worker = ActivityWorker(scheduled, "work", "me")
    token, _ = worker.poll()

    assert worker.complete(token, "x" * 32_769) is False

    [failed] = recorded(scheduled, "ActivityTaskFailed")
    assert failed.as_dict()["reason"].startswith("the result is too large")
    [started] = recorded(scheduled, "ActivityTaskStarted")
    assert started.as_dict()["identity"] == "me"


def test_a_token_that_is_no_token_is_refused() -> None:
    """What is no task token is refused by name before anything is sent."""
    with pytest.raises(ValidationTypeError, match="task_token: must be a str"):
        ActivityWorker("d", "t", connection=CannedTransport()).complete(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), KeyboardInterrupt()], ids=repr)
def test_work_that_would_end_the_program_fails_its_task(error: BaseException) -> None:
    """An activity that exits fails its task like any other error, and the loop goes on."""
    worker: Does
    connection = CannedTransport(
        PollForActivityTask=[activity_task(), then_stop(lambda: worker, NO_ACTIVITY_TASK)],
        RespondActivityTaskFailed={},
    )
    worker = Does(connection, raising(error))

    worker.start()

    params = connection.calls[1][1]
    assert params["reason"] == described(error)
    assert type(error).__name__ in params["details"]
    assert worker.counts == {"tasks": 1, "answered": 1, "failed": 1, "errors": 1}
    [(told, _)] = worker.told
    assert isinstance(told, ActorError)
    assert told.__cause__ is error


def test_an_exit_is_a_failure_in_the_main_thread_too() -> None:
    """Polled once by hand, a task whose work exits is failed."""
    connection = polling(RespondActivityTaskFailed={})

    Does(connection, raising(SystemExit("over"))).run_once()

    assert connection.calls[1][1]["reason"] == "SystemExit: over"


def test_ctrl_c_in_the_main_thread_is_obeyed() -> None:
    """Ctrl-C while a task is worked on by hand ends that, and the task is not answered."""
    connection = polling()

    with pytest.raises(KeyboardInterrupt):
        Does(connection, raising(KeyboardInterrupt())).run_once()

    assert connection.operations() == ["PollForActivityTask"]


def test_texts_that_cannot_be_utf_8_are_no_poison() -> None:
    """A result that UTF-8 cannot say fails the task; details are escaped."""
    connection = polling(RespondActivityTaskFailed={}, RespondActivityTaskCanceled={})
    connection.replies["PollForActivityTask"] = [activity_task(), activity_task()]

    worker = Does(connection, lambda task, context: {"name": "\ud800"})
    worker.run_once()
    worker.work = raising(ActivityCanceled(details="half \ud800"))
    worker.run_once()

    failed, canceled = connection.calls[1][1], connection.calls[3][1]
    assert failed["reason"] == (
        "ValidationError: the result cannot be sent: it is not valid Unicode"
    )
    assert canceled["details"] == "half \\ud800"
