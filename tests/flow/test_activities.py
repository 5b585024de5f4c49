"""Activities as they are declared, called and submitted."""

from __future__ import annotations

import pickle
from functools import partial
from typing import Any

import pytest
from flow_harness import Stage

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow import Activity, Workflow, activity, errors
from swf.flow.activities import as_activity, default_name
from swf.payload import Payloads


@activity
def increment(x: int) -> int:
    """Say what it does."""
    return x + 1


@activity.with_attributes(
    name="basic.double",
    version="2",
    task_list="own",
    task_priority=3,
    retry=1,
    start_to_close_timeout=10,
    schedule_to_start_timeout=20,
    schedule_to_close_timeout="30",
    heartbeat_timeout="NONE",
    meta={"binaries": {}},
    description="doubles",
)
def double(x: int) -> int:
    return x * 2


@activity(retry=2)
async def later(x: int) -> int:
    return x


@activity
class Power:
    """Raises a number."""

    def __init__(self, x: int, *, by: int = 2) -> None:
        self.x = x
        self.by = by

    def execute(self) -> int:
        return int(self.x**self.by)


class Shop:
    def __init__(self, name: str) -> None:
        self.name = name

    @activity(name="shop.sell")
    def sell(self, what: str) -> str:
        return f"{self.name} sells {what}"


@activity(name="once", idempotent=True)
def once(value: Any) -> Any:
    return value


@activity(name="named", get_task_id=lambda workflow, order, **_: f"order-{order}")
def named(order: int, note: str = "") -> str:
    return f"{order}{note}"


def test_they_stay_callable() -> None:
    """An activity is called as before: with the plain code's arguments, result and errors."""
    assert increment(1) == 2
    assert increment.callable(x=1) == 2
    assert double(4) == 8
    assert Power(3, by=3).execute() == 27
    assert Shop("corner").sell("tea") == "corner sells tea"
    with pytest.raises(TypeError):
        increment()  # type: ignore[call-arg]


def test_what_is_declared() -> None:
    """Name, version and attributes are those given; the name is else the module's and its own."""
    assert increment.key == (f"{__name__}.increment", "1.0")
    assert increment.__doc__ == increment.description == "Say what it does."
    assert increment.__name__ == "increment"
    assert repr(double) == "Activity('basic.double', '2')"
    told = {
        "task_list": "own",
        "task_priority": 3,
        "start_to_close_timeout": "10",
        "schedule_to_start_timeout": "20",
        "schedule_to_close_timeout": "30",
        "heartbeat_timeout": "NONE",
        "meta": {"binaries": {}},
        "description": "doubles",
    }
    assert {name: getattr(double, name) for name in told} == told
    assert double.retry is not None
    assert double.retry.attempts == 2
    found = as_activity(Power)
    assert found is not None
    assert found.name == f"{__name__}.Power"
    assert as_activity(int) is as_activity(5) is None


def test_subclasses_are_none() -> None:
    """A subclass of an activity's class is no activity until it is declared one."""

    class Cube(Power):
        pass

    assert as_activity(Cube) is None


@pytest.mark.parametrize(
    ("declare", "error", "told"),
    [
        (lambda: activity(5), ValidationTypeError, "function"),
        (lambda: activity(increment), ValidationTypeError, "already"),
        (lambda: activity(staticmethod(len)), ValidationTypeError, "staticmethod"),
        (lambda: activity(type("Bare", (), {})), ValidationTypeError, "execute"),
        (lambda: activity(name="a:b")(len), ValidationError, "name"),
        (lambda: activity(name="")(len), ValidationError, "name"),
        (lambda: activity(name="x" * 257)(len), ValidationError, "name"),
        (lambda: activity(version="a|b")(len), ValidationError, "version"),
        (lambda: activity(task_list="a/b")(len), ValidationError, "task_list"),
        (lambda: activity(task_list=5)(len), ValidationTypeError, "task_list"),
        (lambda: activity(start_to_close_timeout=-1)(len), ValidationError, "timeout"),
        (lambda: activity(heartbeat_timeout="soon")(len), ValidationError, "timeout"),
        (lambda: activity(retry="x")(len), ValidationTypeError, "retry"),
        (lambda: activity(task_priority="high")(len), ValidationTypeError, "task_priority"),
        (lambda: activity(task_priority=2**31)(len), ValidationError, "task_priority"),
        (lambda: increment.with_options(name="x"), ValidationTypeError, "'name'"),
        (lambda: increment.with_options(tsak_list="x"), ValidationTypeError, "'tsak_list'"),
        (lambda: activity(tsak_list="x"), TypeError, "tsak_list"),
    ],
)
def test_what_cannot_be_declared(declare: Any, error: type[Exception], told: str) -> None:
    """A declaration that SWF would refuse, or that means nothing, is refused at once."""
    with pytest.raises(error, match=told):
        declare()


def test_pickled() -> None:
    """An activity is pickled by where it is declared."""
    assert pickle.loads(pickle.dumps(increment)) is increment


def test_what_has_no_name() -> None:
    """What has no name of its own can be an activity once it is told one."""
    with pytest.raises(ValidationError, match="name="):
        activity(partial(increment.callable, 5))

    assert activity(name="five")(partial(increment.callable, 5))() == 6


def test_default_name() -> None:
    """The default name is that of the module and of the place in it."""
    assert default_name(Shop.sell.callable) == f"{__name__}.Shop.sell"


def test_attributes_of_the_schedule(stage: Stage) -> None:
    """What is scheduled has the activity's attributes; those of a call are over them."""

    class Flow(Workflow):
        def run(self) -> Any:
            other = double.with_options(task_list="x", task_priority=0, heartbeat_timeout=5)
            return [self.submit(double, 1).result, self.submit(other, 2).result]

    started = stage.start(Flow).finish()
    first, second = started.attributes("ActivityTaskScheduled")

    assert started.result == [2, 4]
    assert (
        first["activityType"] == second["activityType"] == {"name": "basic.double", "version": "2"}
    )
    assert first["taskList"] == {"name": "own"}
    assert first["taskPriority"] == "3"
    assert first["startToCloseTimeout"] == "10"
    assert first["scheduleToStartTimeout"] == "20"
    assert first["scheduleToCloseTimeout"] == "30"
    assert first["heartbeatTimeout"] == "NONE"
    assert second["taskList"] == {"name": "x"}
    assert second["taskPriority"] == "0"
    assert second["heartbeatTimeout"] == "5"
    limits = [call["context"].get("limits") for call in stage.calls]
    assert limits == [None, ["10", "5"]]


def test_task_lists(stage: Stage) -> None:
    """An activity goes to its own task list, else to the workflow's for them, else `default`."""

    class Flow(Workflow):
        activity_task_list = "flows"

        def run(self) -> None:
            self.submit(increment, 1)
            self.submit(double, 1)
            self.sleep(1)

    class Bare(Workflow):
        def run(self) -> None:
            _ = self.submit(increment, 1).result

    told = stage.start(Flow).finish().attributes("ActivityTaskScheduled")
    bare = stage.start(Bare).finish().attributes("ActivityTaskScheduled")

    assert [one["taskList"]["name"] for one in told] == ["flows", "own"]
    assert bare[0]["taskList"]["name"] == "default"


def test_priorities(stage: Stage) -> None:
    """The priority is the call's, else the activity's, else the workflow's, computed or not."""

    class Flow(Workflow):
        base = 7

        @property
        def task_priority(self) -> int:  # type: ignore[override]
            return self.base

        def run(self) -> None:
            for task in (increment, double, increment.with_options(task_priority=-1)):
                self.submit(task, 1)
            self.base = 9
            self.submit(increment, 1)
            self.sleep(1)

    told = stage.start(Flow).finish().attributes("ActivityTaskScheduled")

    assert [one["taskPriority"] for one in told] == ["7", "3", "-1", "9"]


def test_class(stage: Stage) -> None:
    """A class with `execute()` is submitted with what it is made of."""

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(errors.SignatureError):
                self.submit(Power)
            return self.submit(Power, 3, by=self.submit(increment, 2)).result

    assert stage.run(Flow) == 27


def test_method(stage: Stage) -> None:
    """A method is submitted without its instance, which is the worker's."""

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(errors.SignatureError):
                self.submit(Shop.sell)
            return self.submit(Shop.sell, "tea").result  # type: ignore[call-overload]

    stage.held.add("sell")
    started = stage.start(Flow)
    stage.drive()
    stage.complete(stage.take()["taskToken"], "sold")

    assert started.finish().result == "sold"


def test_idempotent(stage: Stage) -> None:
    """An idempotent activity is scheduled once for the same arguments, futures among them too."""

    class Flow(Workflow):
        def run(self) -> Any:
            pending = self.submit(increment, 1)
            asked = [self.submit(once, value) for value in (2, [1], 2, [1], pending, "2")]
            return [one.result for one in asked]

    started = stage.start(Flow).finish()

    assert started.result == [2, [1], 2, [1], 2, "2"]
    assert [call["activityType"]["name"] for call in stage.calls].count("once") == 3


def test_idempotent_by_a_failed_future(stage: Stage) -> None:
    """What would be idempotent fails with the argument that failed."""

    @activity(name="fails")
    def fails() -> None:
        raise KeyError("k")

    class Flow(Workflow):
        def run(self) -> Any:
            return type(self.submit(once, [self.submit(fails)]).exception).__name__

    assert stage.run(Flow) == "KeyError"


def test_own_ids(stage: Stage) -> None:
    """An id of the program's own is the end of the activity id, shared by who gives the same."""

    class Flow(Workflow):
        def run(self) -> Any:
            asked = [
                self.submit(named, order, note="!") for order in (5, self.submit(increment, 6), 5)
            ]
            return [one.result for one in asked]

    started = stage.start(Flow).finish()

    assert started.result == ["5!", "7!", "5!"]
    ids = {call["activityId"] for call in stage.calls if call["activityType"]["name"] == "named"}
    assert ids == {"activity-named-order-5", "activity-named-order-7"}


@pytest.mark.parametrize("ending", ["x" * 300, "x" * 256])
def test_long_ids(stage: Stage, ending: str) -> None:
    """An id that is too long is shortened, and stays one for each ending."""
    made = activity(name="long", get_task_id=lambda _, end: ending + end)(increment.callable)
    made = made.with_options(get_task_id=lambda _, x: f"{ending}{x}")

    class Flow(Workflow):
        def run(self) -> Any:
            return [self.submit(made, x).result for x in (1, 2, 1)]

    started = stage.start(Flow).finish()

    assert started.result == [2, 3, 2]
    ids = [call["activityId"] for call in stage.calls]
    assert len(set(ids)) == 2
    assert all(len(one) <= 256 for one in ids)


def test_ids_that_cannot_be(stage: Stage) -> None:
    """An id with characters that SWF refuses fails the future, and names them."""
    made = increment.with_options(get_task_id=lambda _, x: f"a:{x}")

    class Flow(Workflow):
        def run(self) -> Any:
            error = self.submit(made, 1).exception
            return [type(error).__name__, str(error)]

    name, told = stage.run(Flow)

    assert name == "ValidationError"
    assert "activity_id" in told or "activityId" in told


def test_id_that_fails(stage: Stage) -> None:
    """What `get_task_id` raises is raised at submit; where it had to wait, it is the future's."""
    made = increment.with_options(get_task_id=lambda _, x: 1 // 0)

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(ZeroDivisionError):
                self.submit(made, 1)
            return type(self.submit(made, self.submit(increment, 1)).exception).__name__

    assert stage.run(Flow) == "ZeroDivisionError"


def test_payloads(stage: Stage) -> None:
    """An activity may have a form of its own in which its values travel."""
    bare = activity(name="bare", payloads=Payloads(raw=True))(lambda text: text.upper())

    class Flow(Workflow):
        def run(self) -> Any:
            wrong = self.submit(bare, 5)
            return [self.submit(bare, "text").result, type(wrong.exception).__name__]

    started = stage.start(Flow).finish()

    assert started.result == ["TEXT", "PayloadEncodeError"]
    assert started.attributes("ActivityTaskScheduled")[0]["input"] == "text"
    assert started.attributes("ActivityTaskCompleted")[0]["result"] == "TEXT"


def test_without_a_decorator(stage: Stage) -> None:
    """An activity whose code is elsewhere is named, and submitted like any other."""

    def code(x: int) -> int:
        return x * 3

    elsewhere = Activity(code, name="elsewhere", version="7")

    class Flow(Workflow):
        def run(self) -> Any:
            return self.submit(elsewhere, 2).result

    assert stage.run(Flow) == 6
