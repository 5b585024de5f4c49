"""Stubs: each call of an activity or a child ends as the test says, and is noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staged_work import Declined, Once, Order, Ship, Till, Wrap, charge, charge_again, once, pack

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow import RetryPolicy, Workflow, activity, errors
from swf.testing import Stage, Stub, event_names, flow

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
DAY = 86_400


def passed(stage: Stage) -> float:
    """Return the seconds that have passed since the test began."""
    return (stage.now() - BEGIN).total_seconds()


@pytest.fixture
def stage(swf_flow: Stage) -> Stage:
    """The stage of the test, on which no activity runs for real."""
    swf_flow.strict = True
    return swf_flow


@pytest.mark.parametrize(
    ("ends", "result"),
    [
        ({}, None),
        ({"returns": 0}, 0),
        ({"returns": None}, None),
        ({"calls": lambda amount: amount + 1}, 8),
        ({"returns": "later", "takes": timedelta(minutes=1)}, "later"),
    ],
    ids=["nothing", "falsy", "None", "function", "later"],
)
def test_a_stub_returns_what_it_is_told(stage: Stage, ends: Any, result: Any) -> None:
    """An activity with a stub returns what the stub says, None without a word."""
    stage.stub(charge, **ends)

    assert stage.run(Once, 7) == result
    assert passed(stage) == (60 if "takes" in ends else 0)


@pytest.mark.parametrize("error", [Declined("no"), Declined], ids=["instance", "class"])
def test_a_stub_raises_what_it_is_told(stage: Stage, error: Any) -> None:
    """An activity fails with the error of its stub, each time, as the real one would."""
    charging = stage.stub(charge_again, raises=error)

    for _ in range(2):
        with pytest.raises(Declined):
            stage.run(once(charge_again), 7)
    assert [one.attempt for one in charging.calls] == [1, 2, 3, 1, 2, 3]


def test_calls_are_noted(stage: Stage) -> None:
    """A stub knows with what it was called, in which attempt, when, and for which task."""
    wrapping = stage.stub(Wrap)
    stage.at(60, lambda: stage.run(once(Wrap), "a box", color="blue"))
    stage.skip(60)

    (call,) = wrapping.calls
    assert (call.args, call.kwargs) == (("a box",), {"color": "blue"})
    assert (call.attempt, call.time) == (1, BEGIN + timedelta(minutes=1))
    assert call.task_id == "activity-staged_work.Wrap-1"
    assert repr(wrapping) == "Stub('staged_work.Wrap', calls=1)"


def test_calls_end_one_after_the_other(stage: Stage) -> None:
    """What follows a number of calls is told by `then`; a retry is another call."""
    stage.stub(charge_again, raises=Declined, times=2).then(returns="paid")

    assert stage.run(once(charge_again), 7) == "paid"
    assert passed(stage) == 60 + 120


class Repeating(Workflow):
    """Charges so often."""

    name = "repeating"
    version = "1"

    def run(self, times: int) -> list[Any]:
        """Return how each charge ended, in order."""
        ended: list[Any] = []
        for _ in range(times):
            charging = self.submit(charge, 1)
            try:
                ended.append(charging.result)
            except errors.TaskFailed:
                ended.append("failed")
        return ended


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.none() | st.integers()), min_size=1, max_size=4),
    st.integers(1, 9),
)
def test_the_last_outcome_is_that_of_all_further_calls(told: Any, times: int) -> None:
    """Outcomes are used up in order, each for so many calls; the last one is never used up."""
    with flow() as stage:
        stub: Stub | None = None
        expected: list[Any] = []
        for number, value in told:
            ends: Any = {"raises": Declined} if value is None else {"returns": value}
            if stub is None:
                stub = stage.stub(charge, times=number, **ends)
            else:
                stub.then(times=number, **ends)
            expected += [("failed" if value is None else value)] * number
        expected += [expected[-1]] * times

        assert stage.run(Repeating, times) == expected[:times]


@pytest.mark.parametrize(
    ("task", "args", "result"),
    [
        (Wrap, ("it",), "stubbed"),
        (Till.price, (3,), "stubbed"),
        (Till("EUR").price, (3,), "stubbed"),
        (charge.with_options(task_priority=3), (7,), "stubbed"),
    ],
    ids=["class", "method", "bound method", "options"],
)
def test_whatever_an_activity_is_it_may_have_a_stub(
    stage: Stage, task: Any, args: tuple[Any, ...], result: str
) -> None:
    """Functions, classes and methods are stood in for, with whatever options they are called."""

    class Submits(Once):
        name = "submits"

    Submits.task = task
    stage.stub(task, returns=result)
    assert stage.run(Submits, *args) == result


def test_a_stub_takes_what_the_activity_takes(stage: Stage) -> None:
    """Arguments that the real activity would not take are refused for the stub, too."""
    charging = stage.stub(charge)

    with pytest.raises(errors.WorkflowFailed, match="SignatureError"):
        stage.run(Once, 7, currency="EUR")
    assert charging.calls == []


def test_a_stub_may_be_replaced(stage: Stage) -> None:
    """The stub that was told last is the one that counts, for executions that are open too."""
    handle = stage.start(once(charge_again), 7)
    first = stage.stub(charge_again, raises=Declined)
    stage.skip(1)
    second = stage.stub(charge_again, returns="paid")

    assert handle.result() == "paid"
    assert (len(first.calls), len(second.calls)) == (1, 1)


def test_what_takes_longer_than_it_may_times_out(stage: Stage) -> None:
    """A stub that takes longer than its start-to-close time-out meets that, not the heartbeat's."""
    stage.stub(charge, takes=601)

    with pytest.raises(errors.WorkflowFailed, match="START_TO_CLOSE"):
        stage.run(Once, 7)
    assert passed(stage) == 600
    stage.skip(60)  # the stub comes to its end, and nobody hears of it


def test_what_loses_its_worker_times_out(stage: Stage) -> None:
    """A stub that times out beats no more; the next attempt knows what it told last."""
    stage.strict = False
    told: list[Any] = []

    @activity(retry=1)
    def count() -> str:
        raise AssertionError("not for real")

    def resume() -> str:
        told.append((activity.context.attempt, activity.context.last_heartbeat))
        return "counted"

    counting = stage.stub(count, heartbeat={"at": 5}, times_out=True, takes=30)
    counting.then(calls=resume)
    handle = stage.start(once(count))

    assert handle.result() == "counted"
    assert told == [(2, {"at": 5})]
    (timed_out,) = (one for one in handle.history if one.name == "ActivityTaskTimedOut")
    assert timed_out.timeout_type == "HEARTBEAT"
    assert passed(stage) == 60


class Impatient(Workflow):
    """Cancels an activity after a minute."""

    name = "impatient"
    version = "1"

    def run(self) -> str:
        """Return how it ended."""
        charging = self.submit(charge, 7)
        self.sleep(60)
        charging.cancel()
        try:
            return charging.result
        except errors.TaskCanceled:
            return "canceled"


@pytest.mark.parametrize("ends", [{"cancels": True}, {"takes": 599}], ids=["cancels", "takes"])
def test_a_stub_heeds_its_cancel(stage: Stage, ends: Any) -> None:
    """A stub that is at work is canceled as soon as its workflow wants that."""
    stage.stub(charge, **ends)

    assert stage.run(Impatient) == "canceled"
    assert passed(stage) == 60


def test_a_stub_that_nobody_cancels_times_out(stage: Stage) -> None:
    """A stub that waits for its cancel has time-outs, as anything has."""
    stage.stub(charge, cancels=True)

    with pytest.raises(errors.WorkflowFailed, match="START_TO_CLOSE"):
        stage.run(Once, 7)


# Children


def started(stage: Stage) -> Any:
    """Return a handle of an order that was told to go on, and so ships."""
    stage.stub(charge, returns="charged")
    handle = stage.start(Order, 7)
    handle.signal("go", "!")
    return handle


def test_a_workflow_may_have_a_stub(stage: Stage) -> None:
    """A child with a stub returns what the stub says, in the time that it says."""
    shipping = stage.stub(Ship, returns="by sea", takes=1800)
    handle = started(stage)

    assert handle.result() == "charged, !, by sea"
    assert passed(stage) == 1800
    (call,) = shipping.calls
    assert (call.args, call.kwargs, call.attempt, call.time) == (("it",), {}, 1, BEGIN)
    assert call.task_id.startswith(handle.workflow_id)


def test_a_child_fails_as_its_stub_says(stage: Stage) -> None:
    """A child with a stub fails with the error of the stub, at each attempt."""
    shipping = stage.stub(Ship.with_options(retry=1), raises=Declined("no"))
    shipping.then(calls=lambda thing: f"{thing} by air")

    class Ships(Workflow):
        name = "ships"
        version = "1"

        def run(self) -> list[str]:
            again = Ship.with_options(retry=RetryPolicy(attempts=2))
            done = [self.submit(again, "one").result]
            return [*done, self.submit(Ship, "two").result]

    assert stage.run(Ships) == ["one by air", "two by air"]
    assert [one.attempt for one in shipping.calls] == [1, 2, 1]


def test_a_child_that_never_ends_times_out(stage: Stage) -> None:
    """A child whose stub times out is open until its own time-out, whatever is requested."""
    stage.stub(Ship, times_out=True)
    handle = started(stage)
    stage.work()
    (shipping,) = (one for one in stage.executions() if one.workflow_id != handle.workflow_id)
    shipping.request_cancel()

    with pytest.raises(errors.WorkflowFailed, match="START_TO_CLOSE"):
        handle.result()
    assert passed(stage) == 3600


def test_a_child_waits_for_its_cancel(stage: Stage) -> None:
    """A child whose stub cancels is open until somebody cancels it."""
    stage.stub(Ship, cancels=True)
    handle = started(stage)
    stage.at(60, handle.cancel)

    with pytest.raises(errors.WorkflowCanceled):
        handle.result()
    assert passed(stage) == 60
    closed = {event_names(one.history())[-1] for one in stage.executions()}
    assert closed == {"WorkflowExecutionCanceled"}


def test_a_child_is_canceled_in_the_middle(stage: Stage) -> None:
    """A child whose stub takes its time is canceled as any other is."""
    stage.stub(Ship, takes=1800)
    handle = started(stage)
    stage.at(60, handle.cancel)

    with pytest.raises(errors.WorkflowCanceled):
        handle.result()
    assert passed(stage) == 60


# What is no stub


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ({"returns": 1, "raises": Declined}, "returns and raises"),
        ({"calls": len, "cancels": True}, "calls and cancels"),
        ({"cancels": True, "takes": 3}, "until it is canceled"),
        ({"times": 0}, "at least 1"),
        ({"takes": "NONE"}, "seconds or a timedelta"),
        ({"takes": -1}, "not negative"),
        ({"return_value": 1}, "'return_value' is no outcome"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_outcomes_that_no_call_has_are_refused(stage: Stage, ends: Any, words: str) -> None:
    """What excludes each other, or is nothing at all, is refused where it is told."""
    with pytest.raises(ValidationError, match=words):
        stage.stub(charge, **ends)
    charging = stage.stub(charge, returns="first")
    with pytest.raises(ValidationError, match=words):
        charging.then(**ends)
    assert stage.run(Once, 7) == "first"


def test_only_activities_and_workflows_have_stubs(stage: Stage) -> None:
    """What no workflow submits has no stub, and a workflow no heartbeat."""
    with pytest.raises(ValidationTypeError, match="no activity and no workflow"):
        stage.stub(len)
    with pytest.raises(ValidationError, match="Ship is no activity"):
        stage.stub(Ship, heartbeat=1)


def test_what_has_no_stub_runs_for_real() -> None:
    """A stub stands in for one activity; the others run as ever."""
    with flow() as stage:
        stage.stub(pack)
        assert stage.run(Once, 7) == "charged 7"
