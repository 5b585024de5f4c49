"""How the work of an activity ends: its failures, attempts within the worker, and hooks."""

from __future__ import annotations

import json
import threading
from typing import Any

import flow_work
import pytest
from flow_harness import DOMAIN, Started
from flow_work import ATTEMPTS, OutOfStock
from flow_workers import Shop, once

from swf.clock import ManualClock
from swf.exceptions import (
    PayloadDecodeError,
    PayloadEncodeError,
    PayloadTooLargeError,
    RemoteError,
    ValidationTypeError,
)
from swf.flow import ActivityContext, RetryPolicy, Worker, activity, errors

# Failures


def test_an_error_reaches_the_workflow_with_type_message_traceback_and_cause(shop: Shop) -> None:
    """What an activity raises is raised in the workflow, and told to `on_error` as it was."""
    with pytest.raises(OutOfStock) as raised:
        shop.run(flow_work.fail, "chained")

    assert isinstance(raised.value, errors.TaskFailed)
    assert raised.value.args == ("tea", 3)
    assert isinstance(raised.value.__cause__, KeyError)
    told = json.loads(raised.value.details or "")
    assert "flow_work.py" in "".join(told["traceback"])
    [(error, task)] = shop.told
    assert type(error) is OutOfStock
    assert error.__traceback__ is not None
    assert task.activity_id == "activity-flow_work.fail-1"


@pytest.mark.parametrize(("kind", "reason"), [("exit", "SystemExit: 3"), ("local", "Local: here")])
def test_an_error_of_a_type_unknown_elsewhere_is_told_by_its_name(
    shop: Shop, kind: str, reason: str
) -> None:
    """What would have ended the worker fails the task, as does a class that nobody else has."""
    with pytest.raises(errors.TaskFailed) as raised:
        shop.run(flow_work.fail, kind)

    assert raised.value.reason == reason
    assert isinstance(raised.value.__cause__, RemoteError)


def test_what_an_activity_says_of_its_failure_is_told_in_its_words(shop: Shop) -> None:
    """ActivityFailed gives reason and details themselves."""
    with pytest.raises(errors.TaskFailed) as raised:
        shop.run(flow_work.fail, "said")

    assert raised.value.reason == "Declined: card"
    assert raised.value.details == '{"code":3}'


@pytest.mark.parametrize(
    ("kind", "says"),
    [("object", "object"), ("lock", "lock"), ("long", "give Payloads a store")],
)
def test_a_result_that_cannot_be_sent_fails_the_task_by_name(
    shop: Shop, kind: str, says: str
) -> None:
    """The failure names the activity, what is wrong with its result, and the way out."""
    with pytest.raises(errors.TaskFailed) as raised:
        shop.run(flow_work.make, kind)

    cause = raised.value.__cause__
    assert isinstance(cause, PayloadEncodeError if kind != "long" else PayloadTooLargeError)
    assert "the result of Activity('flow_work.make', '1.0') cannot be sent" in str(cause)
    assert says in str(cause)


def test_an_activity_that_nobody_gave_to_the_worker_is_never_called(shop: Shop) -> None:
    """A task of another type fails; it says which there are, and how one is given to the worker."""
    with pytest.raises(errors.TaskFailed) as raised:
        shop.run(flow_work.double, 1, worker=shop.worker([flow_work.echo]))

    assert isinstance(raised.value.__cause__, errors.NotRegisteredError)
    assert "give it to Worker(activities=…)" in str(raised.value.__cause__)


def test_a_policy_can_be_about_an_error_of_this_package(shop: Shop) -> None:
    """A worker that does not know an activity is asked again where the policy names that error."""
    policy = RetryPolicy(attempts=3, delay=0, on=(errors.NotRegisteredError,))

    with pytest.raises(errors.TaskFailed):
        shop.run(
            flow_work.double.with_options(retry=policy), 1, worker=shop.worker([flow_work.add])
        )

    assert shop.stage.executions()[0].count("ActivityTaskFailed") == 3


def test_a_policy_can_name_an_error_that_its_program_does_not_know(shop: Shop) -> None:
    """The name in full, as the worker tells it, is enough."""
    policy = RetryPolicy(attempts=2, delay=0, on=("flow_work.Local",))

    with pytest.raises(errors.TaskFailed):
        shop.run(flow_work.fail.with_options(retry=policy), "local")

    assert shop.stage.executions()[0].count("ActivityTaskFailed") == 2


def test_arguments_that_the_code_does_not_take_fail_the_task_once(shop: Shop) -> None:
    """A worker whose activity takes other arguments says so, and no retry is made."""

    @activity(name="flow_work.double", retry=3)
    def double(x: int, y: int) -> int:
        raise AssertionError

    with pytest.raises(errors.TaskFailed) as raised:
        shop.run(double, 1, 2, worker=shop.worker([flow_work.double]))

    assert isinstance(raised.value.__cause__, errors.SignatureError)
    assert "too many positional arguments" in str(raised.value.__cause__)
    assert shop.stage.executions()[0].count("ActivityTaskFailed") == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"$swf":["sealed",1,["nobody"],"eA=="]}',
        '{"args":[1],"context":{"limits":[1]}}',
        '{"args":[1],"context":{"limits":["soon","NONE"]}}',
        '{"args":[{"$swf":["unknown",1]}]}',
    ],
    ids=["codec", "limits", "no number", "type"],
)
def test_an_input_that_cannot_be_read_fails_the_task(shop: Shop, text: str) -> None:
    """What another program wrote, or what lost its codec, fails by a typed error, uncalled."""
    worker = shop.worker([flow_work.echo])
    scheduled(shop, worker, text)

    worker.run_once()

    [(error, _)] = shop.told
    assert isinstance(error, PayloadDecodeError)


def scheduled(shop: Shop, worker: Worker, text: str | None, **attributes: str) -> Started:
    """Have an `echo` scheduled with an input as it stands here."""
    worker._registrar.activities(worker.activities)
    started = shop.stage.start(once(flow_work.echo))
    params = {"domain": DOMAIN, "taskList": {"name": "default"}}
    token = shop.stage.connection.call("PollForDecisionTask", params)["taskToken"]
    told = {
        "activityType": {"name": "flow_work.echo", "version": "1.0"},
        "activityId": "1",
        "taskList": {"name": "default"},
        **attributes,
    }
    if text is not None:
        told["input"] = text
    decision = {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": told,
    }
    params = {"taskToken": token, "decisions": [decision]}
    shop.stage.connection.call("RespondDecisionTaskCompleted", params)
    shop.stage.replays = False  # no program has decided this
    return started


def test_text_of_another_program_is_the_one_argument(shop: Shop) -> None:
    """An input that is no call is the argument; a list is all of them."""
    worker = shop.worker([flow_work.echo])
    started = scheduled(shop, worker, "[7]")

    worker.run_once()

    [told] = started.attributes("ActivityTaskCompleted")
    assert told["result"] == "7"


# Attempts in the worker


class HastyClock(ManualClock):
    """A clock that is moved by those who wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.advance(seconds)
        return event.is_set()


def test_a_worker_repeats_attempts_without_an_event(shop: Shop) -> None:
    """With `retry_in_worker`, the history has one start and the result of the last attempt."""
    ATTEMPTS.clear()

    assert shop.run(flow_work.third_time, "value") == 3

    assert ATTEMPTS == [1, 2, 3]
    started = shop.stage.executions()[0]
    assert started.count("ActivityTaskStarted") == 1
    assert started.count("ActivityTaskFailed") == 0


def test_attempts_in_the_worker_end_as_their_policy_says(shop: Shop) -> None:
    """Pauses grow, and no attempt begins after `max_elapsed`; the last error fails the task."""
    ATTEMPTS.clear()
    clock = HastyClock()

    with pytest.raises(ValueError, match="odd"):
        shop.run(
            flow_work.stubborn,
            "value",
            worker=shop.worker([flow_work.stubborn], clock=clock, heartbeat_interval=10_000),
        )

    assert ATTEMPTS == [1, 2, 3]
    assert clock.waits == [10, 20]  # and 40 more would be 70


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        (flow_work.stubborn, "type"),
        (flow_work.stubborn, "signature"),
        (flow_work.third_time, "type"),
    ],
    ids=["never", "non-retryable", "exit"],
)
def test_no_attempt_follows_where_none_could_help(shop: Shop, task: Any, kind: str) -> None:
    """What a policy or an error rules out is raised at once; so is what ends a program."""
    ATTEMPTS.clear()

    with pytest.raises(errors.TaskFailed):
        shop.run(task, kind)

    assert ATTEMPTS == [1]


def test_a_call_cannot_change_how_its_worker_repeats(shop: Shop) -> None:
    """`retry_in_worker` is no option of a call, of which the worker would not hear."""
    with pytest.raises(ValidationTypeError, match="retry_in_worker"):
        flow_work.double.with_options(retry_in_worker=3)


# Hooks


def test_hooks_are_called_around_each_activity(shop: Shop) -> None:
    """Those before get the context, those after the result or the error too, in their order."""
    seen: list[Any] = []

    def before(context: ActivityContext) -> None:
        seen.append(("before", context.name, activity.context is context))

    def after(context: ActivityContext, **outcome: Any) -> None:
        seen.append(("after", context.name, outcome))

    worker = shop.worker(before=[before, before], after=[after])
    shop.run(flow_work.double, 2, worker=worker)
    assert seen == [
        *[("before", "flow_work.double", True)] * 2,
        ("after", "flow_work.double", {"result": 4}),
    ]

    seen.clear()
    with pytest.raises(ValueError, match="odd"):
        shop.run(flow_work.fail, "value", worker=worker)
    assert [type(error) for error in seen[-1][2].values()] == [ValueError]

    seen.clear()
    with pytest.raises(errors.TaskFailed):
        shop.run(flow_work.fail, "said", worker=worker)
    assert list(seen[-1][2]) == ["error"]


def test_a_hook_before_may_refuse_and_one_after_changes_nothing(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """What is raised before fails the activity unseen; what is raised after is logged."""

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("not today")

    assert shop.run(flow_work.double, 2, worker=shop.worker(after=[refuse])) == 4
    assert "what is called after an activity failed" in caplog.text

    with pytest.raises(PermissionError, match="not today"):
        shop.run(flow_work.make, "object", worker=shop.worker(before=[refuse]))


def test_no_hook_is_told_of_an_end_that_is_still_to_come(shop: Shop) -> None:
    """An activity that is left to be completed later has no outcome yet."""
    seen: list[Any] = []
    worker = shop.worker(after=[lambda context, **outcome: seen.append(outcome)])
    shop.stage.start(once(flow_work.approve), "leave")

    shop.drive(worker)

    assert seen == []
    assert worker.counts == {"tasks": 1, "later": 1}
