"""The worker of activities, on a real SWF with a real decider."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import flow_work
import pytest
from flow_harness import DOMAIN
from flow_work import OutOfStock, Till
from flow_workers import ALL, SECONDS, Noting, Shop, once, outcome, until, works

from swf.actors import ActivityTask, Isolation, Limits
from swf.exceptions import (
    ActivityOverdueError,
    NotPicklableError,
    ProcessEndedError,
    ValidationError,
    ValidationTypeError,
)
from swf.flow import Activities, Worker, activity, errors
from swf.payload import Payloads


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
