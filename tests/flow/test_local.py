"""A workflow runs to its end within the process, and leaves nothing behind."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from overheard import Overheard

import swf
from swf.engine import Engine, close_all, opened
from swf.exceptions import (
    AccessDeniedFault,
    SettingsError,
    ValidationError,
    WorkflowExecutionAlreadyStartedFault,
)
from swf.flow import Group, Local, Workflow, activity, errors, futures, run
from swf.payload import Compress, Payloads
from swf.testing import connected
from swf.transport import Transport
from swf.virtual_clock import VirtualClock

DAY = 86_400


@activity
def increment(x: int) -> int:
    return x + 1


@activity(task_list="elsewhere", version="2")
def double(x: int) -> int:
    return x * 2


@activity
def whose() -> str:
    return threading.current_thread().name


class Sum(Workflow):
    """`(x + 1) * 2`."""

    task_list = "sums"

    def run(self, x: int) -> int:
        return self.submit(double, self.submit(increment, x)).result


class Family(Workflow):
    """Has children, of another task list, with payloads of their own."""

    class Child(Workflow):
        task_list = "children"
        payloads = Payloads(codecs=(Compress(threshold=0),))

        def run(self, x: int) -> int:
            return self.submit(increment, x).result

    async def run(self, x: int) -> Any:
        return await futures.gather(
            self.submit(self.Child, x), self.submit(self.Child, x + 1), self.submit(increment, x)
        )


class Naps(Workflow):
    """Sleeps for a day, between others' work."""

    def run(self, days: int) -> float:
        began = self.now()
        for _ in range(days):
            self.sleep(DAY)
        return (self.now() - began).total_seconds()


class Fails(Workflow):
    """Fails."""

    def run(self) -> None:
        raise KeyError("nothing")


class WaitsForEver(Workflow):
    """Waits for a signal that nobody sends."""

    def run(self) -> None:
        _ = self.wait_signal("never").result


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each run all its threads have ended."""
    before = set(threading.enumerate())
    yield
    assert {one.name for one in set(threading.enumerate()) - before} == set()


HOWS = [Local(), Local(virtual_time=True)]


@pytest.fixture(params=HOWS, ids=["in real time", "in virtual time"])
def local(request: pytest.FixtureRequest) -> Local:
    """Both ways to run in memory."""
    made: Local = request.param
    return made


def test_run_returns_what_the_workflow_returns(local: Local) -> None:
    """A run needs nothing but the class: activities are those it submits, on whatever list."""
    assert local.run(Sum, 1) == 4
    assert local.run(Sum, x=2) == 6


def test_run_by_itself_is_in_memory() -> None:
    """`run` asks nobody where to run, not even settings that say so."""
    with swf.settings.override(endpoint_url="http://127.0.0.1:1"):
        assert run(Sum, 3) == 8


def test_children_run_too(local: Local) -> None:
    """Children run in the same process, each with the payloads of its class."""
    assert local.run(Family, 1) == [2, 3, 2]


def test_a_failure_is_raised(local: Local) -> None:
    """The failure of the workflow is the failure of the run, of the type that was raised."""
    with pytest.raises(KeyError, match="nothing") as raised:
        local.run(Fails)
    assert isinstance(raised.value, errors.WorkflowFailed)


def test_arguments_are_checked_first() -> None:
    """Nothing is opened for arguments that the workflow does not take."""
    with pytest.raises(errors.SignatureError):
        Local(url="sqlite:////nowhere/at/all.db").run(Sum)


def test_what_goes_wrong_in_the_decider_ends_the_run(local: Local) -> None:
    """An execution that cannot go on fails with the reason, instead of waiting to be mended."""

    class Awkward(Workflow):
        def run(self) -> None: ...

        def before_replay(self) -> None:
            raise RuntimeError("a hook failed")

    with pytest.raises(RuntimeError, match="a hook failed"):
        local.run(Awkward)


def test_continued_runs_are_one(local: Local) -> None:
    """A workflow that continues as new returns what its last run returns."""

    class Counts(Workflow):
        def run(self, left: int, total: int = 0) -> int:
            if left:
                self.continue_as_new(left - 1, self.submit(increment, total).result)
            return total

    assert local.run(Counts, 3) == 3


def test_groups_run_at_once() -> None:
    """In real time as many activities are at work as there are workers, and no more."""
    all_here = threading.Barrier(4, timeout=30)

    @activity
    def meet(number: int) -> int:
        all_here.wait()
        return number

    class Meets(Workflow):
        def run(self) -> list[int]:
            return [one.result for one in self.map(meet, range(8))]

    assert Local(workers=4).run(Meets) == list(range(8))


def test_one_worker_does_one_thing_at_a_time() -> None:
    """With one worker all activities run in one thread."""

    class Asks(Workflow):
        def run(self) -> list[str]:
            return [one.result for one in [self.submit(whose) for _ in range(6)]]

    assert len(set(Local(workers=1).run(Asks))) == 1


# Virtual time


def test_virtual_time_waits_for_nothing() -> None:
    """Days of timers pass in no time, and the program sees them pass."""
    began = time.monotonic()

    assert Local(virtual_time=True).run(Naps, 30) >= 30 * DAY
    assert time.monotonic() - began < 30


def test_activities_take_no_time() -> None:
    """In virtual time an activity that waits on its context goes on at once."""

    @activity(retry_in_worker=swf.flow.RetryPolicy(attempts=3, delay=DAY))
    def pauses() -> int:
        activity.context.wait(DAY)
        if activity.context.attempt_in_worker < 3:
            raise OSError("not yet")
        return activity.context.attempt_in_worker

    class Pauses(Workflow):
        def run(self) -> Any:
            return self.submit(pauses).result

    assert Local(virtual_time=True).run(Pauses) == 3


def test_retries_wait_in_virtual_time() -> None:
    """The pauses of a retry policy pass in no time."""
    tried: list[int] = []

    @activity(retry=swf.flow.RetryPolicy(attempts=4, delay=3_600))
    def fragile() -> int:
        tried.append(1)
        if len(tried) < 4:
            raise OSError("not yet")
        return len(tried)

    class Retries(Workflow):
        def run(self) -> int:
            return self.submit(fragile).result

    assert Local(virtual_time=True).run(Retries) == 4


def test_what_can_never_end_is_told_with_where_it_waits() -> None:
    """In virtual time a run for which nothing can happen any more says where it stands."""
    with pytest.raises(errors.StuckError, match="signal 'never'") as raised:
        Local(virtual_time=True).run(WaitsForEver)
    assert "wait_signal" in str(raised.value)


def test_a_time_out_of_the_execution_is_its_end() -> None:
    """An execution that times out ends the run."""
    made = WaitsForEver.with_options(execution_start_to_close_timeout=1)
    for local in HOWS:
        with pytest.raises(errors.WorkflowTimedOut):
            local.run(made)


# Where


def test_a_file_keeps_what_was_run(tmp_path: Path) -> None:
    """With a URL the run is kept there, under the workflow id that was asked for."""
    url = f"sqlite:///{tmp_path}/kept.db"
    local = Local(url=url, domain="kept")

    assert local.run(Sum.with_options(workflow_id="w"), 1) == 4
    assert local.run(Sum.with_options(workflow_id="w"), 2) == 6
    with swf.settings.override(endpoint_url=url):
        assert swf.flow.get("w", domain="kept").result() == 6
        close_all()
    with sqlite3.connect(tmp_path / "kept.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_virtual_time_is_for_memory_only(tmp_path: Path) -> None:
    """A file cannot be on a clock that begins anew each time."""
    with pytest.raises(SettingsError, match="clock=virtual"):
        Local(url=f"sqlite:///{tmp_path}/x.db", virtual_time=True).run(Sum, 1)


def test_a_connection_is_left_as_it_is(swf_engine: Engine) -> None:
    """An SWF that was given is used, and open afterwards; a taken workflow id is refused."""
    local = Local(connection=connected(swf_engine), domain="d")

    assert local.run(Sum, 1) == 4
    swf.flow.start(WaitsForEver, workflow_id="taken", domain="d", connection=local.connection)
    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        local.run(WaitsForEver.with_options(workflow_id="taken"))
    assert local.run(Sum, 2) == 6


def test_a_connection_in_virtual_time_skips_too(
    swf_connection: Transport, swf_virtual_clock: VirtualClock
) -> None:
    """On a given SWF whose clock skips, idle time is skipped while it runs."""
    began = swf_virtual_clock.now()

    assert Local(connection=swf_connection).run(Naps, 2) >= 2 * DAY
    assert (swf_virtual_clock.now() - began).total_seconds() >= 2 * DAY
    with pytest.raises(errors.StuckError, match="signal 'never'"):
        Local(connection=swf_connection).run(WaitsForEver)


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 0},
        {"workers": True},
        {"workers": "many"},
        {"url": "memory://", "connection": "swf_connection"},
        {"virtual_time": True, "connection": "swf_connection"},
    ],
)
def test_options_that_cannot_be_are_refused(
    options: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    """What is no number of workers, and two places at once, are refused by name."""
    if "connection" in options:
        options = {**options, "connection": request.getfixturevalue(options["connection"])}
    with pytest.raises(ValidationError, match=r"workers|connection"):
        Local(**options)


# Its end


@pytest.mark.parametrize("where", ["workflow", "activity"])
def test_ctrl_c_ends_a_run(local: Local, where: str) -> None:
    """An interrupt is raised where the run was called, and is no failure of the workflow's."""
    interrupted, released = threading.Event(), threading.Event()

    def interrupt() -> None:
        main = threading.main_thread().ident
        if main is not None and not interrupted.is_set():
            interrupted.set()
            signal.pthread_kill(main, signal.SIGINT)

    @activity
    def interrupts() -> None:
        interrupt()
        released.wait(30)

    class Interrupted(Workflow):
        def run(self) -> None:
            if where == "activity":
                self.submit(interrupts)
            else:
                interrupt()
            _ = self.wait_signal("never").result

    timer = threading.Timer(0.3, released.set)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        local.run(Interrupted)
    timer.join()


def test_an_activity_without_end_does_not_hold_a_run(caplog: pytest.LogCaptureFixture) -> None:
    """What is still at work when the workflow has ended is waited for so long, and told of."""
    begun, released, ended = (threading.Event() for _ in range(3))

    @activity
    def lasts() -> None:
        begun.set()
        released.wait(30)
        ended.set()

    class Leaves(Workflow):
        def run(self) -> str:
            self.submit(lasts)
            self.submit(await_begin).result  # noqa: B018
            return "left"

    @activity
    def await_begin() -> None:
        begun.wait(30)

    before = set(threading.enumerate())

    assert Local(drain_seconds=0.01).run(Leaves) == "left"
    assert "activities are at work still" in caplog.text
    released.set()
    ended.wait(30)
    for thread in set(threading.enumerate()) - before:
        thread.join(30)


def test_a_decider_that_cannot_go_on_ends_the_run(swf_engine: Engine) -> None:
    """An error that ends the decider's loop is raised, instead of waiting for ever."""
    connection = Overheard(connected(swf_engine))
    connection.trouble["PollForDecisionTask"] = AccessDeniedFault("no")

    with pytest.raises(AccessDeniedFault):
        Local(connection=connection).run(Sum, 1)


def test_workers_end_with_a_decider_that_cannot_go_on(swf_engine: Engine) -> None:
    """Nobody polls any more for a run that an error has ended, on a connection that goes on."""
    connection = Overheard(connected(swf_engine))
    connection.trouble["RespondDecisionTaskCompleted"] = [None, AccessDeniedFault("no")]
    before = set(threading.enumerate())

    with pytest.raises(AccessDeniedFault):
        Local(connection=connection).run(Sum, 1)

    left = [one.name for one in set(threading.enumerate()) - before]
    assert [name for name in left if name.startswith("Crew")] == []
    assert swf_engine.held_polls == 0


def test_a_group_is_a_task_as_any_other(local: Local) -> None:
    """Groups and their activities run as they do elsewhere."""

    class Grouped(Workflow):
        def run(self) -> Any:
            return self.submit(Group((increment, 1), (double, 2))).result

    assert local.run(Grouped) == [2, 4]


@pytest.mark.parametrize("virtual_time", [False, True])
def test_functions_are_called_around_each_activity(virtual_time: bool) -> None:
    """`before` and `after` are called as a worker calls them, in threads or by hand."""
    told: list[Any] = []
    here = Local(
        virtual_time=virtual_time,
        before=[lambda context: told.append(context.name)],
        after=[lambda context, result: told.append(result)],
    )

    assert here.run(Sum, 1) == 4
    assert told == [increment.name, 2, double.name, 4]


others: list[threading.Thread] = []


@activity
def passed_over(url: str) -> bool:
    """Return whether somebody else can move the clock while this is at work."""
    moved = threading.Event()

    def move() -> None:
        swf.connect(url).skip()
        moved.set()

    others.append(threading.Thread(target=move))
    others[-1].start()
    return moved.wait(0.1)


class PassedOver(Workflow):
    def run(self, url: str) -> bool:
        return self.submit(passed_over, url).result


def test_virtual_time_waits_for_what_a_run_is_at() -> None:
    """Whoever has the clock skip waits for an activity that is at work, or it would time out."""
    url = "memory://at-work?clock=virtual"

    assert not Local(url=url).run(PassedOver, url)
    others.pop().join(60)


# By hand, polls are made ahead


@activity
def commits(url: str) -> int:
    return opened(url).stats.commits


class Chain(Workflow):
    """Counts the commits at each of its steps, one after another."""

    def run(self, url: str, steps: int) -> list[int]:
        return [self.submit(commits, url).result for _ in range(steps)]


def test_a_step_in_virtual_time_is_two_commits() -> None:
    """Once decider and worker have polled, a step of a chain commits its two answers alone."""
    url = "memory://commits?clock=virtual"

    counted = Local(url=url).run(Chain, url, 6)

    assert [after - before for before, after in pairwise(counted[1:])] == [2] * 4


@activity
def recorded(url: str) -> list[str]:
    """Return the types of the events that the one execution has so far."""
    connection, domain = swf.connect(url), {"domain": "default"}
    [info] = connection.call(
        "ListOpenWorkflowExecutions", {**domain, "startTimeFilter": {"oldestDate": 0}}
    )["executionInfos"]
    asked = {**domain, "execution": info["execution"]}
    events = connection.call("GetWorkflowExecutionHistory", asked)["events"]
    return [event["eventType"] for event in events]


def test_an_url_may_ask_for_virtual_time_itself() -> None:
    """Where nobody moves the clock but the run, it comes to the end of its pauses all the same."""
    assert Local(url="memory://naps?clock=virtual").run(Naps, 3) == 3 * DAY


class Fan(Workflow):
    """Three at once, then one."""

    def run(self, url: str) -> list[str]:
        for one in [self.submit(increment, one) for one in range(3)]:
            assert one.result
        return self.submit(recorded, url).result


def test_what_is_ordered_together_is_decided_on_together() -> None:
    """No decision task is taken ahead while activities of the one before are to be done."""
    url = "memory://together?clock=virtual"

    seen = Local(url=url).run(Fan, url)

    decided = [f"DecisionTask{how}" for how in ("Scheduled", "Started", "Completed")]
    done = ["ActivityTaskStarted", "ActivityTaskCompleted"]
    assert seen == [
        "WorkflowExecutionStarted",
        *decided,
        *["ActivityTaskScheduled"] * 3,
        *done,
        "DecisionTaskScheduled",
        *(done * 2),
        *decided[1:],
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
    ]
