"""The worker of activities, on a real SWF with a real decider."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import flow_work
import pytest
from flow_harness import DOMAIN, Stage, Started
from flow_work import ATTEMPTS, OutOfStock, Till

from swf.actors import ActivityTask, HeartbeatReply, Isolation, Limits
from swf.clock import ManualClock
from swf.exceptions import (
    ActivityOverdueError,
    NotPicklableError,
    PayloadDecodeError,
    PayloadEncodeError,
    PayloadTooLargeError,
    PollTimeout,
    ProcessEndedError,
    RemoteError,
    ValidationError,
    ValidationTypeError,
)
from swf.flow import Activities, ActivityContext, RetryPolicy, Worker, Workflow, activity, errors
from swf.payload import MemoryStore, Payloads

SECONDS = 60
"""How long a test waits for what another thread or process does."""

ALL = [
    *(one for one in vars(flow_work).values() if getattr(one, "key", None)),
    flow_work.Greeting,
    flow_work.Sealed,
    flow_work.OwnContext,
    Till("EUR"),
]


class Noting(Worker):
    """A worker that notes its errors, and tells when a heartbeat was answered."""

    told: list[tuple[Exception, Any]]
    beats: list[Any]
    beaten: threading.Semaphore

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        self.beats.append(details)
        try:
            return super().heartbeat(task_token, details)
        finally:
            self.beaten.release()


class Shop:
    """A stage on which a Worker does the work."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told: list[tuple[Exception, Any]] = []
        self.at_work = self.worker([flow_work.echo])

    def worker(self, activities: Any = ALL, task_list: str = "default", **options: Any) -> Noting:
        """Return a worker, whose errors are noted."""
        stage = self.stage
        options = {"connection": stage.connection, "clock": stage.clock, **options}
        made = Noting(activities, task_list, domain=DOMAIN, **options)
        made.told, made.beats, made.beaten = self.told, [], threading.Semaphore(0)
        return made

    def beat(self, worker: Noting) -> None:
        """Have the time of the next heartbeat come, and wait until it is answered."""
        self.stage.clock.advance(20)
        assert worker.beaten.acquire(timeout=SECONDS)

    def drive(self, worker: Worker) -> None:
        """Have decider and worker do all there is to do at this moment."""
        while any([self.stage.decide(), self.stage.decide(own=True), works(worker)]):
            pass

    def code(self, code: Callable[..., object], *args: Any, **attributes: Any) -> Any:
        """Run code as an activity, whose worker is `self.at_work`."""
        made = activity.with_attributes("code", **attributes)(code)
        self.at_work = self.worker([made])
        return self.run(made, *args, worker=self.at_work)

    def run(self, task: Any, *args: Any, worker: Worker | None = None, **kwargs: Any) -> Any:
        """Run a workflow that submits one activity, and return or raise as that does."""
        started = self.stage.start(once(task), *args, **kwargs)
        self.drive(worker or self.worker())
        return outcome(started)


def works(worker: Worker) -> bool:
    """Have a worker see to one task; return whether there was one."""
    try:
        worker.run_once()
    except PollTimeout:
        return False
    return True


def once(task: Any) -> type[Workflow]:
    """Return a workflow that submits one activity; `met` has the errors that it met."""

    class Once(Workflow):
        name = f"once-{next(numbers)}"
        version = "1"
        task_list = "default"
        met: list[errors.TaskError] = []  # noqa: RUF012

        def run(self, *args: Any, **kwargs: Any) -> Any:
            try:
                return self.submit(task, *args, **kwargs).result
            except errors.TaskError as error:
                self.met.append(error)
                raise

    return Once


numbers = count()


def outcome(started: Started) -> Any:
    """Return the result of an execution, or raise what its program met."""
    for error in vars(started.workflow)["met"]:
        raise error
    return started.result


@pytest.fixture
def shop(stage: Stage) -> Shop:
    """A stage on which a Worker does the work."""
    return Shop(stage)


@pytest.mark.parametrize(
    ("task", "args", "result"),
    [
        (flow_work.double, (21,), 42),
        (flow_work.add, (1,), 2),
        (flow_work.Greeting, ("Ada",), "Ada in run-1"),
        (flow_work.Sealed, (1,), 2),
        (flow_work.OwnContext, ("mine",), "mine"),
        (Till.price, (3,), "3 EUR"),
        (flow_work.bare, ("as it is",), "as it is"),
    ],
    ids=["def", "async", "class", "frozen", "own context", "method", "bare text"],
)
def test_whatever_an_activity_is_its_result_reaches_the_workflow(
    shop: Shop, task: Any, args: tuple[Any, ...], result: Any
) -> None:
    """Functions, coroutines, classes and methods are called with the arguments of the workflow."""
    assert shop.run(task, *args) == result


@pytest.mark.parametrize("value", [0, False, "", [], {}, 0.0, None, (), b""])
def test_a_result_that_is_false_is_a_result(shop: Shop, value: Any) -> None:
    """Zero, nothing and what is empty come back as what they are."""
    result = shop.run(flow_work.echo, value)

    assert result == value
    assert type(result) is type(value)


def test_an_activity_without_arguments_has_bare_text_only_where_there_is_some(shop: Shop) -> None:
    """No input and no result are None where text is bare."""
    assert shop.run(flow_work.bare) is None
    assert shop.run(flow_work.bare, "none") is None


def test_what_follows_the_work_of_a_class_is_called_after_it(shop: Shop) -> None:
    """`post_execute` is called once the work is done, and does not change the result."""
    flow_work.Greeting.executed.clear()

    assert shop.run(flow_work.Greeting, "Eve") == "Eve in run-1"

    assert flow_work.Greeting.executed == ["Eve"]


def test_the_context_tells_what_the_task_is(shop: Shop) -> None:
    """Names, ids, the input and the number of the attempt stand in the context."""
    told = shop.run(flow_work.told)

    run_id = shop.stage.executions()[0].run_id
    assert told == {
        "name": "flow_work.told",
        "version": "1.0",
        "domain": DOMAIN,
        "task_list": "default",
        "workflow_id": "run-1",
        "run_id": run_id,
        "activity_id": "activity-flow_work.told-1",
        "input": '{"args":[],"kwargs":{}}',
        "attempt": 1,
        "attempt_in_worker": 1,
        "last_heartbeat": None,
        "cancel_requested": False,
        "lost": False,
        "task_token": True,
        "repr": "ActivityContext('flow_work.told', '1.0', 'activity-flow_work.told-1')",
    }


def test_without_a_worker_there_is_no_context(shop: Shop) -> None:
    """An activity that is called directly has none, nor has anything after one was at work."""
    shop.run(flow_work.told)

    with pytest.raises(errors.OutsideWorkflowError, match="a direct call has none"):
        flow_work.told()
    with pytest.raises(errors.OutsideWorkflowError):
        activity.context  # noqa: B018


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


# Heartbeats and cancels


def until(holds: Callable[[], bool]) -> None:
    """Return once something holds, which another thread brings about."""
    tick = threading.Event()
    for _ in range(SECONDS * 100):
        if holds():
            return
        tick.wait(0.01)
    raise AssertionError


def test_the_next_attempt_has_what_the_one_before_told_last(shop: Shop) -> None:
    """After a time-out, the second attempt is told the details of the last heartbeat."""

    def count() -> Any:
        context = activity.context
        if context.attempt == 1:
            context.heartbeat({"done": 2})
            context.heartbeat({"done": 3})
            context.heartbeat()  # does not take back what was told
            shop.beat(shop.at_work)
            context.complete_later()
        return [context.attempt, context.last_heartbeat]

    made = activity.with_attributes("count", retry=1)(count)
    shop.at_work = shop.worker([made])
    started = shop.stage.start(once(made))
    shop.drive(shop.at_work)
    shop.stage.clock.advance(61)
    shop.drive(shop.at_work)

    assert started.result == [2, {"done": 3}]
    assert shop.at_work.beats == ['{"done":3}']


def canceled(shop: Shop, code: Callable[[], object], **attributes: Any) -> Any:
    """Run a workflow that cancels its activity on a signal; return what came of that."""
    made = activity.with_attributes("code", **attributes)(code)

    class Canceling(Workflow):
        name = "canceling"
        version = "1"
        task_list = "default"

        def run(self) -> Any:
            future = self.submit(made)
            self.wait_signal("stop").result  # noqa: B018
            future.cancel()
            try:
                return future.result
            except errors.TaskCanceled as error:
                return ["canceled", error.details]

    shop.at_work = shop.worker([made])
    started = shop.stage.start(Canceling)
    shop.drive(shop.at_work)
    return started.result


def stop(shop: Shop, context: ActivityContext) -> None:
    """Have the activity at work canceled, and wait until it can know that."""
    shop.stage.executions()[0].signal("stop")
    assert shop.stage.decide(own=True)
    shop.beat(shop.at_work)
    until(lambda: context.cancel_requested)


@pytest.mark.parametrize("retries", [0, 2])
def test_a_heartbeat_ends_an_activity_whose_cancel_was_requested(shop: Shop, retries: int) -> None:
    """`heartbeat` raises ActivityCanceled then: the task is canceled, and nothing is repeated."""

    def work() -> str:
        context = activity.context
        context.heartbeat(1)
        stop(shop, context)
        assert context.wait(10)
        assert not context.lost
        context.heartbeat(2)
        return "not canceled"

    assert canceled(shop, work, retry_in_worker=retries) == ["canceled", None]


def test_what_an_activity_says_to_its_cancel_reaches_the_workflow(shop: Shop) -> None:
    """The details of `check_canceled` are values, as results are."""

    def work() -> None:
        context = activity.context
        context.check_canceled()
        stop(shop, context)
        context.check_canceled({"undone": (1, 2)})

    assert canceled(shop, work) == ["canceled", {"undone": (1, 2)}]


def test_an_activity_is_canceled_even_where_its_words_cannot_be_sent(shop: Shop) -> None:
    """Details that have no text are left out."""

    def work() -> None:
        stop(shop, activity.context)
        activity.context.check_canceled(object())

    assert canceled(shop, work) == ["canceled", None]


def test_a_cancel_may_be_ignored(shop: Shop) -> None:
    """An activity that does not look completes."""

    def work() -> str:
        stop(shop, activity.context)
        return "done"

    assert canceled(shop, work) == "done"


def test_a_cancel_ends_the_pause_between_attempts_in_the_worker(shop: Shop) -> None:
    """No attempt is made any more once a cancel was requested."""
    attempts: list[int] = []

    def work() -> None:
        attempts.append(activity.context.attempt_in_worker)
        stop(shop, activity.context)
        raise ValueError("odd")

    policy = RetryPolicy(attempts=3, delay=30)
    assert canceled(shop, work, retry_in_worker=policy) == ["canceled", None]
    assert attempts == [1]


def test_an_activity_learns_that_its_task_is_closed(shop: Shop) -> None:
    """Where the execution is over, the next heartbeat says so, and nobody is answered."""

    def work() -> None:
        context = activity.context
        shop.stage.executions()[0].terminate()
        shop.beat(shop.at_work)
        until(lambda: context.lost)
        context.heartbeat()

    with pytest.raises(AssertionError, match="WorkflowExecutionTerminated"):
        shop.code(work)

    [(error, _)] = shop.told
    assert "closed" in str(error)


def test_details_of_a_heartbeat_that_are_too_long_are_refused(shop: Shop) -> None:
    """More than SWF takes raises at once, unless there is a store for it."""

    def work() -> None:
        activity.context.heartbeat("x" * 2047)

    with pytest.raises(errors.TaskFailed, match="give Payloads a store"):
        shop.code(work)


def test_long_details_of_a_heartbeat_go_to_the_store(shop: Shop) -> None:
    """With a store, a heartbeat may tell as much as a result."""
    payloads = Payloads(store=MemoryStore())

    def work() -> None:
        activity.context.heartbeat("x" * 10_000)
        shop.beat(shop.at_work)

    shop.code(work, payloads=payloads)

    assert payloads.load(shop.at_work.beats[0]) == "x" * 10_000


def test_other_threads_use_the_context_that_they_are_given(shop: Shop) -> None:
    """A thread has no context of its own; `asyncio.to_thread` has the activity's."""

    def work() -> list[object]:
        seen: list[object] = []
        context = activity.context

        def look() -> None:
            seen.append(context.activity_id)
            with pytest.raises(errors.OutsideWorkflowError, match="hand it to the threads"):
                _ = activity.context

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return seen

    async def wait() -> str:
        return await asyncio.to_thread(lambda: activity.context.activity_id)

    assert shop.code(work) == ["activity-code-1"]
    assert shop.code(wait) == "activity-code-1"


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


# What a worker is


def test_a_worker_polls_the_task_list_that_its_activities_have() -> None:
    """They name one or none, which is `default`; where they name several it has to be given."""
    one = flow_work.double.with_options(task_list="one")
    two = flow_work.add.with_options(task_list="two")

    assert Worker([one], domain=DOMAIN).task_list == "one"
    assert Worker(flow_work.echo, domain=DOMAIN).task_list == "default"
    assert Worker([one, two], "three", domain=DOMAIN).task_list == "three"
    with pytest.raises(
        ValidationError, match="task_list: must be given, the activities have default, one"
    ):
        Worker([one, flow_work.add], domain=DOMAIN)
    with pytest.raises(ValidationError, match="have none"):
        Worker([], domain=DOMAIN)


def test_a_worker_takes_modules_objects_and_registries() -> None:
    """All activities of a module, and those of an object, are known by their names."""
    module = Worker(flow_work, domain=DOMAIN)
    object_ = Worker(Till("EUR"), domain=DOMAIN)
    registry = Worker(Activities([flow_work.double]), domain=DOMAIN)

    assert "flow_work.Greeting" in {one.name for one in module.activities}
    assert [one.name for one in object_.activities] == ["flow_work.Till.price"]
    assert [one.name for one in registry.activities] == ["flow_work.double"]


def test_a_method_needs_its_object() -> None:
    """A method of a class is refused with the way out; the same object may be given twice."""
    with pytest.raises(ValidationTypeError, match="give an instance of its class"):
        Worker([Till.price], domain=DOMAIN)

    till = Till("EUR")
    assert len(Worker([till, till], domain=DOMAIN).activities) == 1


def test_types_are_registered_when_they_are_first_needed(shop: Shop) -> None:
    """The first poll registers them, an activity that is added later before the next one."""
    worker = shop.worker([flow_work.double])
    assert not works(worker)
    worker.activities.add(flow_work.add)
    assert not works(worker)

    params = {"domain": DOMAIN, "registrationStatus": "REGISTERED"}
    infos = shop.stage.connection.call("ListActivityTypes", params)["typeInfos"]
    assert [info["activityType"]["name"] for info in infos] == ["flow_work.add", "flow_work.double"]


def test_a_worker_registers_nothing_where_it_shall_not(shop: Shop) -> None:
    """With `register=False`, types are somebody else's."""
    assert not works(shop.worker(register=False))

    params = {"domain": DOMAIN, "registrationStatus": "REGISTERED"}
    assert shop.stage.connection.call("ListActivityTypes", params)["typeInfos"] == []


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        ({}, (3600, 60)),
        ({"start_to_close_timeout": 5}, (5, 60)),
        ({"heartbeat_timeout": "NONE"}, (3600, None)),
        ({"start_to_close_timeout": "NONE", "heartbeat_timeout": 7}, (None, 7)),
    ],
)
def test_the_worker_knows_the_time_outs_that_a_call_was_given(
    shop: Shop, options: Mapping[str, Any], limits: tuple[Any, Any]
) -> None:
    """They are the call's where it has its own, else those of the activity."""
    worker = shop.worker()
    shop.stage.start(once(flow_work.double.with_options(**options)), 1)
    shop.stage.decide()

    told = worker.limits(worker.poll())

    assert (told.start_to_close, told.heartbeat) == limits


def test_an_activity_that_is_overdue_is_given_up(shop: Shop) -> None:
    """Past its time-out the thread is lost, and a late result goes nowhere."""

    def work() -> str:
        shop.stage.clock.advance(5)
        until(lambda: shop.at_work.counts.get("unanswered") == 1)
        return "late"

    with pytest.raises(errors.TaskTimedOut):
        shop.code(work, start_to_close_timeout=5)

    assert shop.at_work.counts == {"tasks": 1, "lost_slots": 1, "unanswered": 1, "errors": 1}
    [(error, _)] = shop.told
    assert isinstance(error, ActivityOverdueError)


def test_a_subclass_may_have_limits_of_its_own(shop: Shop) -> None:
    """What `limits` returns counts, whatever the call says."""

    class Patient(Noting):
        def limits(self, task: ActivityTask) -> Limits:
            return Limits()

    worker = Patient(ALL, "default", domain=DOMAIN, connection=shop.stage.connection)
    worker.told = shop.told

    assert shop.run(flow_work.double, 4, worker=worker) == 8


def test_ctrl_c_ends_the_worker_and_not_the_task(shop: Shop) -> None:
    """A KeyboardInterrupt in the main thread is raised; another worker gets the task in time."""

    @activity(name="interrupted")
    def interrupted() -> None:
        raise KeyboardInterrupt

    started = shop.stage.start(once(interrupted))
    shop.stage.decide()

    with pytest.raises(KeyboardInterrupt):
        shop.worker([interrupted]).run_once()

    assert started.count("ActivityTaskFailed") == 0


# Threads and processes


@pytest.mark.parametrize("isolation", ["thread", "pool", "process"])
def test_activities_run_where_their_worker_says(shop: Shop, isolation: Isolation) -> None:
    """In its threads or in processes, results, contexts and errors reach the workflow alike."""
    worker = shop.worker(isolation=isolation)
    tasks: list[tuple[Any, tuple[Any, ...]]] = [
        (flow_work.process, ()),
        (flow_work.add, (20, 22)),
        (flow_work.Greeting, ("Ada",)),
        (Till.price, (3,)),
        (flow_work.told, ()),
        (flow_work.fail, ("chained",)),
        (flow_work.third_time, ("value",)),
        (flow_work.echo, (0,)),
    ]
    started = [shop.stage.start(once(task), *args) for task, args in tasks]
    while shop.stage.decide():
        pass
    worker.start(tasks=len(tasks), threads=1, block=False)
    assert worker.join(SECONDS)
    while shop.stage.decide() or shop.stage.decide(own=True):
        pass

    where, total, greeting, price, told, failed, third, zero = started
    assert (where.result == os.getpid()) is (isolation == "thread")
    assert total.result == 42
    assert greeting.result == "Ada in run-3"
    assert price.result == "3 EUR"
    assert told.result["activity_id"] == "activity-flow_work.told-1"
    with pytest.raises(OutOfStock) as raised:
        outcome(failed)
    assert isinstance(raised.value.__cause__, KeyError)
    assert third.result == 3
    assert zero.result == 0
    [(error, _)] = shop.told
    assert type(error) is OutOfStock
    assert worker.counts["completed"] == 7


def test_a_process_that_dies_fails_its_task_by_the_name_of_the_signal(shop: Shop) -> None:
    """The workflow meets a ProcessEndedError, and the worker goes on."""
    worker = shop.worker(isolation="pool")
    started = [shop.stage.start(once(flow_work.die)), shop.stage.start(once(flow_work.double), 2)]
    while shop.stage.decide():
        pass
    worker.start(tasks=2, block=False)
    assert worker.join(SECONDS)
    while shop.stage.decide() or shop.stage.decide(own=True):
        pass

    with pytest.raises(errors.TaskFailed) as raised:
        outcome(started[0])
    assert isinstance(raised.value.__cause__, ProcessEndedError)
    assert "SIGKILL" in str(raised.value.__cause__)
    assert started[1].result == 4


def test_activities_travel_to_other_processes_by_name() -> None:
    """Functions, classes, methods and options arrive as what they are; the registry is whole."""
    quick = flow_work.double.with_options(start_to_close_timeout=5, payloads=Payloads(limit=9))
    given = Activities([quick, flow_work.Greeting, Till("EUR").price, flow_work.add])

    sent: Activities = pickle.loads(pickle.dumps(given))

    found = {one.name: one for one in sent}
    assert found["flow_work.add"] is flow_work.add
    assert found["flow_work.Greeting"].callable is flow_work.Greeting
    assert found["flow_work.Till.price"](3) == "3 EUR"
    assert found["flow_work.double"].start_to_close_timeout == "5"
    assert found["flow_work.double"].payloads == Payloads(limit=9)


def test_a_method_travels_with_its_options() -> None:
    """An object's activity with options has both in another process."""
    sent = pickle.loads(pickle.dumps(Till("EUR").price.with_options(heartbeat_timeout=9)))

    assert sent(3) == "3 EUR"
    assert sent.heartbeat_timeout == "9"


def test_an_activity_that_no_module_has_stays_in_its_process(shop: Shop) -> None:
    """One that is declared in a function cannot be sent; that is said before a task is polled."""

    @activity
    def local() -> None:
        raise AssertionError

    renamed = activity(name="other")(flow_work.double.callable)
    for one in (local, renamed):
        with pytest.raises(NotPicklableError, match="at the top of a module"):
            pickle.dumps(one)
    with pytest.raises(NotPicklableError, match="at the top of a module"):
        shop.worker([local], isolation="pool").start(tasks=1)


def test_a_worker_can_be_sent_to_the_processes_that_poll() -> None:
    """What belongs to one process is made anew there."""
    worker = Worker(flow_work, domain=DOMAIN, isolation="thread", payloads=Payloads(raw=True))

    sent: Worker = pickle.loads(pickle.dumps(worker))

    assert {one.key for one in sent.activities} == {one.key for one in worker.activities}
    assert sent.payloads == Payloads(raw=True)
    assert sent._registrar._owner is sent


def test_processes_that_poll_and_processes_that_compute_are_not_mixed(shop: Shop) -> None:
    """A worker of isolated activities refuses to be started with processes that poll."""
    with pytest.raises(ValidationError, match="leave out one of both"):
        shop.worker(isolation="pool").start(processes=2)
    with pytest.raises(ValidationError, match="isolation: must be one of"):
        shop.worker().start(isolation="cloud")  # type: ignore[arg-type]


PROGRAM = """
import os

from swf.flow import Decider, Worker, Workflow, activity
from swf.testing import connected, embedded, run_until_idle


@activity
def where():
    return [os.getpid(), where.name]


class Where(Workflow):
    name = "where"
    version = "1"
    task_list = "t"

    def run(self):
        return self.submit(where).result


if __name__ == "__main__":
    with embedded() as engine:
        connection = connected(engine)
        decider = Decider([Where], domain="d", connection=connection)
        worker = Worker([where], domain="d", connection=connection, isolation="pool")
        decider._registrar.workflows([Where])
        connection.call(
            "StartWorkflowExecution",
            {"domain": "d", "workflowId": "1", "workflowType": {"name": "where", "version": "1"}},
        )
        decider.work()
        worker.start(tasks=1)
        decider.work()
        decider.close()
        [info] = connection.call(
            "ListClosedWorkflowExecutions", {"domain": "d", "startTimeFilter": {"oldestDate": 0}}
        )["executionInfos"]
        execution = {"domain": "d", "execution": info["execution"]}
        events = connection.call("GetWorkflowExecutionHistory", execution)["events"]
        told = events[-1]["workflowExecutionCompletedEventAttributes"]["result"]
        print(os.getpid(), told)
"""


def test_activities_of_the_program_itself_run_in_processes(tmp_path: Path) -> None:
    """A child process finds what the main module declares, by the name that it has there."""
    program = tmp_path / "shopping.py"
    program.write_text(PROGRAM)

    ran = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=SECONDS, check=False
    )

    assert ran.returncode == 0, ran.stderr
    parent, told = ran.stdout.split(" ", 1)
    child, name = json.loads(told)
    assert child != int(parent)
    assert name == "shopping.where"
