"""Tasks at work in processes: heard, told, limited, and never in the way of the next."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from canned import CannedTransport
from shops import HOUR, Shop

import swf
from swf.actors import ActivityTask, ActivityWorker, Decider, Isolation, Limits
from swf.actors.computer import Computer
from swf.actors.pool import BIRTHS, default_there
from swf.actors.slots import Slots
from swf.clock import Clock, ManualClock
from swf.exceptions import (
    AccessDeniedFault,
    ActivityFailed,
    ActivityOverdueError,
    ActorError,
    ConnectionFailedError,
    NotPicklableError,
    ProcessEndedError,
    SWFError,
    ValidationError,
)
from swf.models import Domain, WorkflowExecution
from swf.models.decision import RequestCancelActivityTask, ScheduleActivityTask
from swf.transport import Transport
from tests.actors.worked import SECONDS, Charging, Unborn, until, work

FORMS = pytest.mark.parametrize("isolation", ["pool", "process"])


class Worker(ActivityWorker):
    """Has work done in processes; `told` is what it heard of errors."""

    cancel_grace_seconds = 30
    kill_grace_seconds = 5

    def __init__(
        self,
        connection: Transport,
        *,
        work: Any = work,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        clock = clock or ManualClock()
        super().__init__(
            "d", "t", heartbeat_interval=10, connection=connection, work=work, clock=clock
        )
        self.told: list[Exception] = []
        self.given = limits or Limits()

    def limits(self, task: ActivityTask) -> Limits:
        return self.given

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append(error)

    def run(self, isolation: Isolation, tasks: int = 1, threads: int = 1) -> None:
        """See to so many tasks."""
        self.start(isolation=isolation, tasks=tasks, threads=threads, block=False)
        assert self.join(SECONDS)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """In the end, no child process is left, and no thread that looks after one."""
    yield
    assert multiprocessing.active_children() == []
    assert not [one for one in threading.enumerate() if one.name.endswith(" pool")]


def runs(pid: int) -> bool:
    """Whether there is a process of this id that has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition: Callable[[], object]) -> None:
    """Return once the condition holds; other processes make it so in their own time."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def schedule(shop: Shop, *inputs: list[Any]) -> WorkflowExecution:
    """Start an execution with one task for each of these inputs."""
    execution = shop.start()
    shop.decide(
        *(
            ScheduleActivityTask(("charge", "1"), f"charge-{number}", input=json.dumps(given))
            for number, given in enumerate(inputs)
        )
    )
    return execution


def results(execution: WorkflowExecution) -> list[Any]:
    """What the tasks of an execution were completed with."""
    return [json.loads(one.result) for one in execution.history().compiled.activities]


def ended(execution: WorkflowExecution, name: str) -> dict[str, Any]:
    """What the history says of the end of the only task, which was of this kind."""
    [event] = execution.history().filter(name=f"ActivityTask{name}")
    return event.as_dict()


# Computing


def test_a_pool_computes_task_after_task_in_the_same_processes(shop: Shop) -> None:
    """With "pool", the parent polls and answers, and a process is kept for the next task."""
    execution = schedule(shop, *[["process"]] * 4)
    worker = Worker(shop.connection, limits=Limits(start_to_close=HOUR))

    worker.run("pool", tasks=4)

    told = results(execution)
    assert len({pid for pid, *_ in told}) <= 2
    assert os.getpid() not in {pid for pid, *_ in told}
    assert told[0][1:] == ["charge-0", "charge", "1", "d", HOUR]
    assert worker.counts == {"tasks": 4, "answered": 4, "completed": 4}


def test_a_process_computes_one_task(shop: Shop) -> None:
    """With "process", no two tasks share a process."""
    execution = schedule(shop, *[["process"]] * 4)

    Worker(shop.connection).run("process", tasks=4)

    assert len({pid for pid, *_ in results(execution)}) == 4


@FORMS
def test_tasks_are_at_work_side_by_side(isolation: Isolation, shop: Shop, tmp_path: Path) -> None:
    """As many tasks are at work at a time as there are threads that poll."""
    place = tmp_path / "meeting"
    place.mkdir()
    execution = schedule(shop, *[["meet", str(place), 3]] * 3)

    Worker(shop.connection).run(isolation, tasks=3, threads=3)

    assert len(set(results(execution))) == 3


def test_tasks_have_the_main_thread_and_are_not_interrupted(shop: Shop) -> None:
    """Code may handle signals as a program does, and Ctrl-C is the parent's alone."""
    execution = schedule(shop, ["main_thread"])

    Worker(shop.connection).run("pool")

    assert results(execution) == [True]


def test_a_worker_that_executes_travels_itself() -> None:
    """Without a `work`, the worker is sent to the processes, and its `execute` called there."""
    connection = swf.connect("memory://")
    domain = Domain("d", connection=connection)
    for model in (domain, Shop.order(domain), Shop.charge(domain)):
        model.save()
    execution = Shop.order(domain).start_execution("order-1")
    decider = Decider(domain, "t")
    decider.complete(decider.poll().task_token, [ScheduleActivityTask(("charge", "1"), "charge-1")])
    worker = Charging(domain, "t")

    worker.start(isolation="pool", tasks=1, block=False)

    assert worker.join(SECONDS)
    [(pid, *told)] = results(execution)
    assert pid != os.getpid()
    assert told == ["charge-1", "charge", execution.run_id]


def test_the_swf_of_this_process_is_the_default_one_in_the_others() -> None:
    """Code in a process reaches the embedded SWF of its parent without being told where it is."""
    with swf.settings.override(endpoint_url="memory://shared"):
        domain = Domain("d")
        for model in (domain, Shop.order(domain), Shop.charge(domain)):
            model.save()
        execution = Shop.order(domain).start_execution("order-1")
        decider = Decider(domain, "t")
        task = ScheduleActivityTask(("charge", "1"), "charge-1", input='["domains"]')
        decider.complete(decider.poll().task_token, [task])
        worker = ActivityWorker(domain, "t", work=work)

        worker.start(isolation="pool", tasks=1, block=False)

        assert worker.join(SECONDS)
        assert results(execution) == [["d"]]


def test_what_a_task_prints_and_logs_goes_where_the_parents_does(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    """Output of a task is there as soon as its outcome is."""
    schedule(shop, ["say"])

    Worker(shop.connection).run("pool")

    output, errors = capfd.readouterr()
    assert output == "printed by the task\n"
    assert errors == "logged by the task\n"


# Poison


@pytest.mark.parametrize(
    ("given", "reason", "kind"),
    [
        (["fail", "exit"], "SystemExit: 3", ActorError),
        (["fail", "ctrl-c"], "KeyboardInterrupt", ActorError),
        (["fail", "memory"], "MemoryError: much", MemoryError),
        (["fail", "value"], "ValueError: odd", ValueError),
        (["fail", "swf"], "SWFError: Op: words", SWFError),
        (["fail", "unreadable"], "Unreadable: one", ActorError),
        (["fail", "local"], "Local: here", ActorError),
        (["fail", "said"], "Declined: card", ActivityFailed),
        (["recurse"], "RecursionError: maximum recursion depth", RecursionError),
        (["bad_result", "large"], "ValidationError: the result is too large", ValidationError),
        (["bad_result", "object"], "ValidationTypeError: the result cannot", ValidationError),
        (["bad_result", "thread"], "ValidationTypeError: the result cannot", ValidationError),
        (["nothing of the kind"], "KeyError: 'nothing of the kind'", KeyError),
        ([], "ValueError: not enough values", ValueError),
    ],
    ids=str,
)
def test_poisoned_tasks_fail_and_the_same_process_goes_on(
    given: list[Any], reason: str, kind: type[Exception], shop: Shop
) -> None:
    """Whatever the code of a task raises or returns, its task fails and the next one is done."""
    execution = schedule(shop, given, ["process"])
    worker = Worker(shop.connection)

    worker.run("pool", tasks=2)

    failed = ended(execution, "Failed")
    assert failed["reason"].startswith(reason)
    assert failed["details"]
    assert worker.counts == {"tasks": 2, "answered": 2, "failed": 1, "completed": 1, "errors": 1}
    assert type(worker.told[0]) is kind or issubclass(type(worker.told[0]), kind)


def test_the_parents_log_has_the_traceback_of_the_child(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Who reads the log of the worker sees the line of the task that failed."""
    schedule(shop, ["fail", "value"])

    Worker(shop.connection).run("pool")

    assert "worked.py" in caplog.text
    assert "ValueError: odd" in caplog.text


# Crashes


@FORMS
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["die", signal.SIGKILL], "ProcessEndedError: the process ended by SIGKILL"),
        (["die", signal.SIGSEGV], "ProcessEndedError: the process ended by SIGSEGV"),
        (["die", signal.SIGRTMIN + 3], f"ProcessEndedError: the process ended by signal {37}"),
        (["leave", 3], "ProcessEndedError: the process ended with exit code 3"),
        (["leave", 0], "ProcessEndedError: the process ended with exit code 0"),
    ],
    ids=str,
)
def test_a_process_that_ends_fails_its_task_at_once(
    isolation: Isolation, given: list[Any], reason: str, shop: Shop
) -> None:
    """The workflow is told by which signal or code, and another process does the next task."""
    execution = schedule(shop, given, ["process"])
    worker = Worker(shop.connection)

    worker.run(isolation, tasks=2)

    assert ended(execution, "Failed")["reason"] == reason
    assert isinstance(worker.told[0], ProcessEndedError)
    assert worker.counts["completed"] == 1
    assert worker.counts["processes_replaced"] == 1


def test_a_process_is_seen_to_be_dead_while_a_fork_of_it_lives(shop: Shop, tmp_path: Path) -> None:
    """Whom a task has forked neither hides its end nor outlives it."""
    execution = schedule(shop, ["fork_and_die", str(tmp_path / "forked")])

    Worker(shop.connection).run("pool")

    assert ended(execution, "Failed")["reason"].endswith("ended by SIGKILL")
    wait_for(lambda: not runs(json.loads((tmp_path / "forked").read_text())))


def spare(worker: Worker, count: int) -> list[int]:
    """The processes that wait for a task, once there are so many."""
    pool = worker._slots.pool
    assert pool is not None
    wait_for(lambda: list(pool._states.values()).count("idle") == count)
    return [computer.pid for computer in list(pool._states)]


def more(shop: Shop, execution: WorkflowExecution, *inputs: list[Any]) -> None:
    """Schedule more tasks."""
    execution.signal("more")
    shop.decide(
        *(
            ScheduleActivityTask(("charge", "1"), f"more-{number}", input=json.dumps(given))
            for number, given in enumerate(inputs)
        )
    )


def test_an_idle_process_that_ends_is_replaced(shop: Shop) -> None:
    """What kills a process that has no task costs no task."""
    execution = schedule(shop, ["process"])
    worker = Worker(shop.connection)
    worker.start(isolation="pool", block=False)
    wait_for(lambda: worker.counts.get("completed") == 1)
    before = spare(worker, 2)

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: worker.counts.get("processes_replaced") == 2)
    after = spare(worker, 2)
    more(shop, execution, ["process"])
    wait_for(lambda: worker.counts.get("completed") == 2)
    worker.stop()

    assert worker.join(SECONDS)
    assert "failed" not in worker.counts
    assert not set(before) & set(after)


def test_idle_processes_may_be_killed_as_often_as_may_be(shop: Shop) -> None:
    """Processes that had begun well are replaced again and again, with no task in between."""
    execution = schedule(shop, ["process"])
    worker = Worker(shop.connection)
    worker._slots = Slots(repr(worker), worker._clock, setback_seconds=0.01)
    worker.start(isolation="pool", block=False)
    wait_for(lambda: worker.counts.get("completed") == 1)

    for killed in range(2, BIRTHS + 3, 2):
        for pid in spare(worker, 2):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda killed=killed: worker.counts.get("processes_replaced") == killed)
    more(shop, execution, ["process"])
    wait_for(lambda: worker.counts.get("completed") == 2)
    worker.stop()

    assert worker.join(SECONDS)
    assert worker.counts["processes_replaced"] > BIRTHS
    assert "failed" not in worker.counts


def test_another_process_is_ready_when_one_ends(shop: Shop) -> None:
    """The pool has a process to spare: the task after a crash waits for none to start."""
    execution = schedule(shop, ["process"])
    worker = Worker(shop.connection)
    worker.start(isolation="pool", block=False)
    wait_for(lambda: worker.counts.get("completed") == 1)
    before = spare(worker, 2)

    more(shop, execution, ["die", signal.SIGKILL], ["process"])
    wait_for(lambda: worker.counts.get("completed") == 2)
    worker.stop()

    assert worker.join(SECONDS)
    last = execution.history().compiled.activities["more-1"].result
    assert json.loads(last)[0] in before


def test_a_process_that_talks_nonsense_fails_its_task(shop: Shop) -> None:
    """What nobody can read on the line of a process ends that, and the next task is done."""
    execution = schedule(shop, ["babble"], ["process"])
    worker = Worker(shop.connection)

    worker.run("pool", tasks=2)

    reason = "ProcessEndedError: the process told what nobody can read"
    assert ended(execution, "Failed")["reason"].startswith(reason)
    assert worker.counts["completed"] == 1


# Beginning


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("exit", "ended with exit code 3 before it had begun"),
        ("raise", "read there: ValueError: not"),
    ],
)
@FORMS
def test_work_that_no_process_can_read_ends_the_loop(
    isolation: Isolation, how: str, words: str, shop: Shop
) -> None:
    """Where no process can begin, no task is taken, and the caller told why."""
    schedule(shop, ["process"])
    worker = Worker(shop.connection, work=Unborn(how))

    with pytest.raises(ActorError, match=words):
        worker.start(isolation=isolation)

    assert "PollForActivityTask" not in shop.connection.operations()


def test_a_process_that_is_killed_at_birth_is_tried_again(shop: Shop, tmp_path: Path) -> None:
    """What the kernel kills for want of memory may live when it is started again."""
    execution = schedule(shop, [])

    Worker(shop.connection, work=Unborn("killed once", str(tmp_path))).run("pool")

    assert ended(execution, "Completed")["result"] == "born"


def test_processes_that_are_always_killed_at_birth_end_the_loop(shop: Shop, tmp_path: Path) -> None:
    """After a few that died before they began there is no point in another."""
    worker = Worker(shop.connection, work=Unborn("always killed", str(tmp_path)))
    worker._slots = Slots(repr(worker), worker._clock, setback_seconds=0.01)

    with pytest.raises(ActorError, match="ended by SIGKILL before it had begun"):
        worker.start(isolation="pool")


@pytest.mark.parametrize("unfit", [lambda job, beats: None, threading.Lock()])
def test_work_that_cannot_travel_does_not_start(unfit: Any, shop: Shop) -> None:
    """Work that cannot be pickled is refused where it is started; nothing is polled."""
    worker = Worker(shop.connection, work=unfit)

    with pytest.raises(ActorError, match=r"Worker\('d', 't'\) cannot be sent to another process"):
        worker.start(isolation="pool")

    assert not worker.running
    assert shop.connection.operations() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"isolation": "fork"},
            "isolation: must be one of 'thread', 'pool', 'process', got 'fork'",
        ),
        ({"isolation": "pool", "processes": 2}, "isolation: processes that poll by themselves do"),
        ({"tasks": 1, "processes": 2}, "tasks: processes that poll by themselves do not count"),
        ({"tasks": 0}, "tasks: must be at least 1, got 0"),
        ({"tasks": True}, "tasks: must be an int, got True"),
    ],
    ids=str,
)
def test_forms_that_exclude_each_other_are_refused(
    arguments: dict[str, Any], words: str, shop: Shop
) -> None:
    """What cannot be started as asked is refused by name."""
    with pytest.raises(ValidationError, match=f"Worker.start: {words}"):
        Worker(shop.connection).start(**arguments)


# Heartbeats and cancels


def test_details_go_up_and_cancels_come_down_at_once(shop: Shop, tmp_path: Path) -> None:
    """The parent's beat carries what the code told; the code hears of a cancel when SWF says so."""
    execution = schedule(shop, ["beat", str(tmp_path)])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock)
    worker.start(isolation="pool", tasks=1, block=False)

    def details() -> list[str | None]:
        clock.advance(10)
        return [one.get("details") for one in shop.connection.params("RecordActivityTaskHeartbeat")]

    wait_for(lambda: '{"done":1}' in details())
    execution.signal("stop")
    shop.decide(RequestCancelActivityTask("charge-0"))
    wait_for(lambda: details() and worker.join(0))

    assert ended(execution, "Canceled")["details"] == '{"undone":[true,false]}'


def test_bad_details_are_refused_where_they_are_given(shop: Shop) -> None:
    """Details that are too long are an error of the code that gives them, in a process too."""
    execution = schedule(shop, ["bad_details"])

    Worker(shop.connection).run("pool")

    assert "at most 2048" in ended(execution, "Completed")["result"]


def test_code_may_complete_after_a_cancel_request(shop: Shop, tmp_path: Path) -> None:
    """Within the grace period, a result is a result."""
    execution = schedule(shop, ["stubborn", str(tmp_path)])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock)
    worker.start(isolation="pool", tasks=1, block=False)
    until(tmp_path / "told")
    execution.signal("stop")
    shop.decide(RequestCancelActivityTask("charge-0"))

    clock.advance(10)

    assert worker.join(SECONDS)
    assert ended(execution, "Completed")["result"] == "canceled True"


@FORMS
def test_code_that_does_not_heed_a_cancel_is_ended(
    isolation: Isolation, shop: Shop, tmp_path: Path
) -> None:
    """After the grace period the process is ended with all it has started: the task is canceled."""
    execution = schedule(shop, ["hang", str(tmp_path), True], ["process"])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock)
    worker.start(isolation=isolation, tasks=2, block=False)
    until(tmp_path / "hanging")
    execution.signal("stop")
    shop.decide(RequestCancelActivityTask("charge-0"))
    clock.advance(10)
    wait_for(lambda: worker._slots.deadlines._open and len(worker._slots.deadlines._open) == 1)

    clock.advance(worker.cancel_grace_seconds)

    assert worker.join(SECONDS)
    ended(execution, "Canceled")
    wait_for(lambda: not any(map(runs, json.loads((tmp_path / "hanging").read_text()))))
    assert worker.counts == {"tasks": 2, "answered": 2, "canceled": 1, "completed": 1}


def test_code_whose_task_is_closed_is_ended_and_not_answered(shop: Shop, tmp_path: Path) -> None:
    """When a heartbeat finds the task closed, nobody waits for the process."""
    execution = schedule(shop, ["hang", str(tmp_path), True])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock)
    worker.start(isolation="pool", tasks=1, block=False)
    until(tmp_path / "hanging")
    execution.terminate()
    clock.advance(10)
    wait_for(lambda: worker._slots.deadlines._open)

    clock.advance(worker.cancel_grace_seconds)

    assert worker.join(SECONDS)
    assert worker.counts == {"tasks": 1, "unanswered": 1, "errors": 1}


def test_heartbeats_go_on_while_code_holds_pythons_lock(shop: Shop, tmp_path: Path) -> None:
    """The parent beats: nothing that the code does keeps it from that."""
    execution = schedule(shop, ["hang", str(tmp_path), True])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock)
    worker.start(isolation="pool", tasks=1, block=False)
    until(tmp_path / "hanging")

    def beaten() -> int:
        clock.advance(10)
        return shop.connection.operations().count("RecordActivityTaskHeartbeat")

    wait_for(lambda: beaten() >= 3)
    execution.terminate()
    wait_for(lambda: beaten() and worker.join(0))

    assert worker.counts["tasks"] == 1


# Time-outs


@FORMS
def test_a_process_past_its_time_out_is_ended(
    isolation: Isolation, shop: Shop, tmp_path: Path
) -> None:
    """Past start-to-close the process and what it has started are ended, and the task failed."""
    execution = schedule(shop, ["hang", str(tmp_path), True], ["process"])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock, limits=Limits(start_to_close=5))
    worker.start(isolation=isolation, tasks=2, block=False)
    until(tmp_path / "hanging")

    clock.advance(5)

    assert worker.join(SECONDS)
    assert ended(execution, "Failed")["reason"] == (
        "ActivityOverdueError: START_TO_CLOSE: at work for more than 5 s; its process is ended"
    )
    wait_for(lambda: not any(map(runs, json.loads((tmp_path / "hanging").read_text()))))
    assert isinstance(worker.told[0], ActivityOverdueError)
    assert worker.counts["completed"] == 1


def test_a_process_that_ignores_sigterm_is_killed(shop: Shop, tmp_path: Path) -> None:
    """Between SIGTERM and SIGKILL lies the grace period, and nothing comes after that."""
    execution = schedule(shop, ["hang", str(tmp_path), False])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock, limits=Limits(start_to_close=5))
    worker.start(isolation="pool", tasks=1, block=False)
    until(tmp_path / "hanging")
    clock.advance(5)
    until(tmp_path / "termed")

    clock.advance(worker.kill_grace_seconds)

    assert worker.join(SECONDS)
    assert ended(execution, "Failed")["reason"].startswith("ActivityOverdueError")


def test_where_swf_timed_the_task_out_first_the_log_says_so(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture, swf_clock: ManualClock
) -> None:
    """Who was first to end an overdue task is told, and is no error of the answer."""
    execution = schedule(shop, ["hang", str(tmp_path), True])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock, limits=Limits(start_to_close=HOUR))
    with caplog.at_level("INFO", "swf"):
        worker.start(isolation="pool", tasks=1, block=False)
        until(tmp_path / "hanging")
        swf_clock.advance(HOUR)

        clock.advance(HOUR)

        assert worker.join(SECONDS)
    assert ended(execution, "TimedOut")["timeout_type"] == "START_TO_CLOSE"
    assert "SWF has timed out the task by itself" in caplog.text
    assert worker.counts["unanswered"] == 1


def test_a_task_without_heartbeats_for_too_long_is_lost(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no heartbeat goes through, SWF times the task out: its process is ended."""
    schedule(shop, ["hang", str(tmp_path), True])
    shop.troubled(RecordActivityTaskHeartbeat=ConnectionFailedError("cut"))
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock, limits=Limits(heartbeat=30))
    worker.start(isolation="pool", tasks=1, block=False)
    until(tmp_path / "hanging")

    clock.advance(30)
    clock.advance(worker.cancel_grace_seconds)

    assert worker.join(SECONDS)
    assert "no heartbeat went through for 30 s" in caplog.text
    assert worker.counts["unanswered"] == 1


def test_a_task_may_be_overdue_before_a_process_is_there(shop: Shop, tmp_path: Path) -> None:
    """The time that a task waits for a process counts: its code is not begun for nothing."""
    folder = tmp_path / "births"
    folder.mkdir()
    execution = shop.schedule("charge-0", "charge-1")
    clock = ManualClock()
    late = Unborn("late", str(folder))
    shop.troubled(PollForActivityTask=threading.Barrier(2).wait)  # one process is ready for both
    worker = Worker(shop.connection, work=late, clock=clock, limits=Limits(start_to_close=5))
    worker.start(isolation="pool", tasks=2, threads=2, block=False)
    wait_for(lambda: worker.counts.get("tasks") == 2)
    wait_for(lambda: len(worker._slots.deadlines._open) == 4)
    wait_for(lambda: list(tmp_path.glob("charge-*")))

    clock.advance(5)
    (tmp_path / "go").touch()

    assert worker.join(SECONDS)
    assert worker.counts["failed"] == 2
    assert len(list(tmp_path.glob("charge-*"))) == 1
    assert len(execution.history().filter(name="ActivityTaskFailed")) == 2


# Draining and ending


@FORMS
def test_stopping_lets_tasks_come_to_their_end(
    isolation: Isolation, shop: Shop, tmp_path: Path
) -> None:
    """What is at work when the worker is stopped is finished and answered."""
    execution = schedule(shop, ["stubborn", str(tmp_path)])
    clock = ManualClock()
    worker = Worker(shop.connection, clock=clock)
    worker.start(isolation=isolation, block=False)
    until(tmp_path / "told")
    worker.stop()
    assert worker.join(0.05) is False
    execution.signal("stop")
    shop.decide(RequestCancelActivityTask("charge-0"))

    clock.advance(10)

    assert worker.join(SECONDS)
    assert ended(execution, "Completed")["result"] == "canceled True"


def test_a_process_that_does_not_end_by_itself_is_killed(shop: Shop) -> None:
    """Threads that a task has left behind keep no process after the grace period."""
    execution = schedule(shop, ["idle_thread"])
    worker = Worker(shop.connection)
    worker.kill_grace_seconds = 0.1

    worker.run("pool")

    [pid] = results(execution)
    assert not runs(pid)


def test_a_forbidden_answer_ends_the_loop_and_its_processes(shop: Shop) -> None:
    """What no task fares better with is raised, and no process is left."""
    schedule(shop, ["process"])
    shop.troubled(RespondActivityTaskCompleted=AccessDeniedFault("no"))

    with pytest.raises(AccessDeniedFault):
        Worker(shop.connection).run("pool")


def test_what_is_aborted_is_left_to_time_out(shop: Shop, tmp_path: Path) -> None:
    """Who ends a worker at once, as a second signal does, has it answer nothing."""
    schedule(shop, ["hang", str(tmp_path), False])
    worker = Worker(shop.connection)
    worker.start(isolation="pool", block=False)
    until(tmp_path / "hanging")
    assert worker._loop is not None

    worker._loop.abort()

    assert worker.join(SECONDS)
    assert worker.counts == {"tasks": 1}
    wait_for(lambda: not any(map(runs, json.loads((tmp_path / "hanging").read_text()))))


class Private(CannedTransport):
    """A connection to an SWF in this process that cannot be handed over."""

    @property
    def is_within(self) -> bool:
        return True

    def __reduce__(self) -> str:
        raise NotPicklableError("install the extra `server`")


def test_a_connection_that_cannot_be_handed_over_says_why_when_it_is_used() -> None:
    """Code that asks SWF nothing needs no connection; what asks it is told what is missing."""
    there = pickle.loads(pickle.dumps(default_there(Private())))

    with pytest.raises(NotPicklableError, match="ListDomains: install the extra `server`"):
        there.call("ListDomains", {"registrationStatus": "REGISTERED"})


def test_a_connection_that_is_not_of_this_process_is_not_handed_over() -> None:
    """Another process finds an SWF that is elsewhere as this one does: by its settings."""
    assert default_there(CannedTransport()) is None


def test_what_keeps_a_worker_from_travelling_is_told_in_its_own_words() -> None:
    """A worker whose connection belongs to this process alone says what to install."""
    worker = Charging("d", "t", connection=Private())

    with pytest.raises(NotPicklableError, match="install the extra `server`"):
        worker.start(isolation="pool")


def test_a_job_for_a_process_that_is_dead_was_not_given() -> None:
    """Who hands a job to a process that has ended learns that it has not got it."""
    computer = Computer(pickle.dumps(work), None, "dead")
    computer.await_ready()
    computer.kill()
    wait_for(lambda: not computer.alive)

    assert computer.hand_over("a job") is False  # type: ignore[arg-type]
    computer.order("cancel")
    assert computer.ended() == "ended by SIGKILL"
    computer.bury()


def test_an_answer_is_left_to_others(shop: Shop) -> None:
    """Code that says so is not answered for; its token completes the task from anywhere."""
    execution = schedule(shop, ["fail", "later"])
    worker = Worker(shop.connection)
    worker.run("pool")
    assert worker.counts == {"tasks": 1, "later": 1}
    [started] = execution.history().filter(name="ActivityTaskStarted")
    assert execution.history().last == started


PROGRAM = """
import sys
from tests.actors.worked import work
from swf.actors import ActivityWorker, Decider
from swf.models import Domain
from swf.models.decision import ScheduleActivityTask
from shops import Shop
import json
import swf

if __name__ == "__main__":
    swf.settings.set(endpoint_url="memory://")
    domain = Domain("d")
    for model in (domain, Shop.order(domain), Shop.charge(domain)):
        model.save()
    Shop.order(domain).start_execution("order-1")
    decider = Decider(domain, "t")
    given = json.dumps(["hang", sys.argv[1], True])
    task = ScheduleActivityTask(("charge", "1"), "charge-1", input=given)
    decider.complete(decider.poll().task_token, [task])
    worker = ActivityWorker(domain, "t", work=work)
    worker.start(isolation=sys.argv[2], block=sys.argv[3] == "block")
    if sys.argv[3] == "leave":
        from pathlib import Path
        from tests.actors.worked import until
        until(Path(sys.argv[1]) / "hanging")
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a program whose worker has a task that holds Python's lock in a process."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    started: list[subprocess.Popen[bytes]] = []

    def start(isolation: str, mode: str) -> subprocess.Popen[bytes]:
        root = Path(__file__).parents[2]
        started.append(
            subprocess.Popen(
                [sys.executable, str(script), str(tmp_path), isolation, mode],
                env={**os.environ, "PYTHONPATH": f"{root}:{root / 'tests'}"},
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait(SECONDS)


@FORMS
def test_no_task_outlives_a_program_that_is_killed(
    isolation: str, program: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Code that holds Python's lock, and what it has started, ends with the parent all the same."""
    started = program(isolation, "block")
    until(tmp_path / "hanging")

    started.kill()

    wait_for(lambda: not any(map(runs, json.loads((tmp_path / "hanging").read_text()))))


def test_no_task_outlives_a_program_that_ends(
    program: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """A program that ends without `stop` takes its processes with it."""
    started = program("pool", "leave")

    assert started.wait(SECONDS) == 0
    wait_for(lambda: not any(map(runs, json.loads((tmp_path / "hanging").read_text()))))


def signaled_ends(started: subprocess.Popen[bytes]) -> bool:
    """Send SIGTERM, and tell whether the program ends before the next may be sent."""
    started.send_signal(signal.SIGTERM)
    try:
        started.wait(1)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_a_second_signal_ends_all_at_once(
    program: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """The first SIGTERM drains, the next ends the program and what it has at work."""
    started = program("pool", "block")
    until(tmp_path / "hanging")

    wait_for(lambda: signaled_ends(started))

    assert started.returncode == -signal.SIGTERM
    wait_for(lambda: not any(map(runs, json.loads((tmp_path / "hanging").read_text()))))
