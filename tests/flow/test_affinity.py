"""A run's decision tasks go to the process that holds it; where that is gone, to any other."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flow_team import increment
from overheard import Lost, Overheard

from swf.clock import ManualClock, SystemClock
from swf.engine import Engine
from swf.exceptions import PollTimeout, ReadTimeout
from swf.flow import Decider, Handle, Worker, Workflow, start
from swf.flow.registering import Registrar
from swf.flow.replay.answer import Answer, DecisionTask
from swf.testing import connected
from swf.wire import Wire

DOMAIN = "d"
TASK_LIST = "default"
READ = "GetWorkflowExecutionHistory"

BEGUN: list[str] = []
"""The workflow id of each run that has begun, replays included."""

ENDED: list[str] = []
"""The workflow id of each run that has ended, or was given up."""


class Climbs(Workflow):
    """Adds one so many times."""

    name = "climbs"

    def run(self, steps: int) -> int:
        BEGUN.append(self.context.workflow_id)
        x = 0
        try:
            for _ in range(steps):
                x = self.submit(increment, x).result
        finally:
            ENDED.append(self.context.workflow_id)
        return x


class Noting(Decider):
    """A decider that notes what it polls and answers; `meanwhile` is done before an answer goes."""

    tasks: list[DecisionTask]
    meanwhile: Callable[[], object] | None = None

    def _polled(self, *, own: bool) -> DecisionTask:
        task = super()._polled(own=own)
        self.__dict__.setdefault("tasks", []).append(task)
        return task

    def on_answer(self, made: Answer) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()


class HastyClock(SystemClock):
    """A clock on which every wait is over at once."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.is_set()


class Busy(Overheard):
    """A connection on which `afterwards` is done between an answer's arrival and its reply."""

    afterwards: Callable[[], object] | None = None

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        reply = super().send(operation, params)
        if operation == "RespondDecisionTaskCompleted":
            afterwards, self.afterwards = self.afterwards, None
            if afterwards is not None:
                afterwards()
        return reply


class Place:
    """An SWF with a worker, and as many deciders as a test asks for."""

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        self.clock = clock
        self.connection = Overheard(connected(engine))
        self.worker = Worker([increment], TASK_LIST, domain=DOMAIN, connection=self.connection)
        Registrar(self.worker).domain()
        self.deciders: list[Noting] = []

    def decider(self, **more: Any) -> Noting:
        connection = Busy(self.connection.connection)
        made = Noting([Climbs], TASK_LIST, domain=DOMAIN, connection=connection, **more)
        made.tasks = []
        found(lambda: made.work(own=True))  # a list is one's own from the first poll on
        self.deciders.append(made)
        return made

    def start(self, steps: int, workflow_id: str = "w") -> Handle[int]:
        return start(
            Climbs, steps, workflow_id=workflow_id, domain=DOMAIN, connection=self.connection
        )

    def events(self, handle: Handle[Any], kind: str) -> list[Wire]:
        """Return the attributes of the events of a type."""
        params = {
            "domain": DOMAIN,
            "execution": {"workflowId": handle.workflow_id, "runId": handle.run_id},
        }
        member = f"{kind[0].lower()}{kind[1:]}EventAttributes"
        pages = self.connection.pages(READ, params)
        return [one[member] for page in pages for one in page["events"] if one["eventType"] == kind]


@pytest.fixture
def place(swf_engine: Engine, swf_clock: ManualClock) -> Iterator[Place]:
    """An SWF that holds nothing; its deciders end with the test."""
    BEGUN.clear()
    ENDED.clear()
    made = Place(swf_engine, swf_clock)
    yield made
    for decider in made.deciders:
        decider.close()


def found(poll: Callable[[], object]) -> bool:
    """Tell whether a poll found a task."""
    try:
        poll()
    except PollTimeout:
        return False
    return True


def drive(place: Place, *deciders: Decider) -> None:
    """Have worker and deciders do all that there is to do."""
    polls: list[Callable[[], object]] = [place.worker.run_once]
    for decider in deciders:
        polls += [decider.work, lambda decider=decider: decider.work(own=True)]
    while any(found(poll) for poll in polls):
        pass


def operations(decider: Decider) -> list[str]:
    connection = decider.connection
    assert isinstance(connection, Overheard)
    return connection.operations()


def test_a_run_is_decided_where_it_is_held_from_what_is_new_alone(place: Place) -> None:
    """After its first decision a run's tasks come to its own decider, with the new events only."""
    decider, other = place.decider(), place.decider()
    handle = place.start(30)
    decider.work()

    while not handle.done:
        place.worker.run_once()
        assert not found(other.work)
        decider.work(own=True)

    assert handle.result(0) == 30
    assert BEGUN == ["w"]
    sizes = [len(task.events) for task in decider.tasks]
    assert len(sizes) == 31
    assert set(sizes[1:]) == {7}  # from one DecisionTaskStarted to the next
    assert READ not in operations(decider)


def test_where_the_process_is_gone_another_takes_over(place: Place) -> None:
    """A task waits ten seconds for the process that holds its run; then any other may have it."""
    gone, other = place.decider(), place.decider()
    handle = place.start(2)
    gone.work()
    place.worker.run_once()
    assert not found(other.work)

    place.clock.advance(9)
    assert not found(other.work)
    place.clock.advance(1)
    drive(place, other)

    assert handle.result(0) == 2
    assert BEGUN == ["w", "w"]
    [late] = place.events(handle, "DecisionTaskTimedOut")
    assert late["timeoutType"] == "SCHEDULE_TO_START"


def test_the_time_that_a_task_waits_can_be_set(place: Place) -> None:
    """`sticky_seconds` is how long a task waits for the process that holds its run."""
    decider = place.decider()
    decider.sticky_seconds = 3
    handle = place.start(1)

    decider.work()

    [answered] = place.events(handle, "DecisionTaskCompleted")
    assert answered["taskListScheduleToStartTimeout"] == "3"


def test_a_decider_that_drains_gives_its_runs_back(place: Place) -> None:
    """What a draining decider answers goes on, at once, on the task list that all poll."""
    draining, other = place.decider(), place.decider()
    handle = place.start(2)
    draining.work()
    place.worker.run_once()
    draining.meanwhile = draining.stop

    draining.start()

    place.worker.run_once()
    other.work()
    assert handle.result(0) == 2
    first, second, _ = place.events(handle, "DecisionTaskCompleted")
    assert first["taskList"] == {"name": draining.own_task_list}
    assert second["taskList"] == {"name": TASK_LIST}
    assert "taskListScheduleToStartTimeout" not in second
    assert place.events(handle, "DecisionTaskTimedOut") == []


def test_a_decider_that_holds_no_runs_asks_for_no_list_of_its_own(place: Place) -> None:
    """With `cached_runs=0` all tasks stay on the task list that all poll, and runs replay."""
    decider = place.decider(cached_runs=0)
    handle = place.start(3)

    drive(place, decider)

    assert handle.result(0) == 3
    assert BEGUN == ["w"] * 4
    assert all("taskList" not in one for one in place.events(handle, "DecisionTaskCompleted"))


def test_the_run_that_was_longest_unused_is_given_up_first(place: Place) -> None:
    """No more runs are held than `cached_runs`; one that was given up is replayed when needed."""
    decider = place.decider(cached_runs=2)
    handles = [place.start(2, name) for name in "abc"]
    decider.work()  # a
    decider.work()  # b
    place.worker.run_once()
    decider.work(own=True)  # a again, so that b is unused for longest
    assert ENDED == []
    decider.work()  # c
    assert not found(lambda: decider.work(own=True))  # takes note of c's answer

    place.worker.run_once()  # b's
    decider.work(own=True)

    assert ENDED[0] == "b"
    assert BEGUN == ["a", "b", "c", "b"]
    drive(place, decider)
    assert [handle.result(0) for handle in handles] == [2, 2, 2]


def test_a_run_that_was_given_up_reads_its_history(place: Place) -> None:
    """A task with the new events only, of a run that is not held any more, is read in full."""
    decider = place.decider(cached_runs=1)
    first, second = place.start(2, "a"), place.start(2, "b")
    decider.work()
    decider.work()

    drive(place, decider)

    assert (first.result(0), second.result(0)) == (2, 2)
    assert READ in operations(decider)


@pytest.mark.parametrize("seed", range(5))
def test_deciders_that_share_a_list_share_its_runs(place: Place, seed: int) -> None:
    """Whoever takes which task, and whoever is gone for a while, all runs end right."""
    rng = random.Random(seed)
    deciders = [place.decider(cached_runs=rng.choice((0, 1, 3, 1000))) for _ in range(3)]
    steps = [rng.randint(1, 6) for _ in range(8)]
    handles = [place.start(each, f"w{number}") for number, each in enumerate(steps)]

    for _ in range(2_000):
        decider = rng.choice(deciders)
        found(
            rng.choice(
                (decider.work, lambda one=decider: one.work(own=True), place.worker.run_once)
            )
        )
        if rng.random() < 0.05:
            place.clock.advance(rng.choice((1, 5, 10)))
        if all(handle.done for handle in handles):
            break

    assert [handle.result(0) for handle in handles] == steps


def test_an_answer_that_comes_too_late_changes_nothing(place: Place) -> None:
    """A run whose answer SWF refuses is given up: its next task is replayed, nothing is twice."""
    decider = place.decider()
    handle = place.start(3)
    decider.work()
    place.worker.run_once()
    decider.meanwhile = lambda: place.clock.advance(31)

    decider.work(own=True)

    assert decider.counts["unanswered"] == 1
    assert BEGUN == ["w"]
    assert ENDED == ["w"]
    drive(place, decider)
    assert handle.result(0) == 3
    assert BEGUN == ["w", "w"]
    ids = [one["activityId"] for one in place.events(handle, "ActivityTaskScheduled")]
    assert len(ids) == len(set(ids)) == 3


def test_a_run_is_replayed_where_nobody_knows_whether_its_answer_arrived(place: Place) -> None:
    """An answer whose reply was lost is sent again; the run goes on, by its history."""
    decider = place.decider(clock=HastyClock())
    connection = decider.connection
    assert isinstance(connection, Overheard)
    lost = Lost(ReadTimeout("lost"))
    connection.trouble["RespondDecisionTaskCompleted"] = [lost]
    handle = place.start(2)

    decider.work()

    assert decider.counts["presumed"] == 1
    drive(place, decider)
    assert handle.result(0) == 2
    ids = [one["activityId"] for one in place.events(handle, "ActivityTaskScheduled")]
    assert len(ids) == len(set(ids)) == 2


def test_events_before_a_task_that_nobody_answered_are_read(place: Place) -> None:
    """Where a task was lost, the next begins after it: what is missing in between is read."""
    decider = place.decider()
    decider.own_task_list = decider.task_list  # so that one lost there comes again there
    handle = place.start(3)
    decider.work(own=True)
    place.worker.run_once()
    poll = {"domain": DOMAIN, "taskList": {"name": TASK_LIST}}
    assert place.connection.call("PollForDecisionTask", poll)["taskToken"]
    place.clock.advance(31)
    assert READ not in operations(decider)

    decider.work(own=True)

    assert decider.tasks[-1].events[0]["eventType"] == "DecisionTaskStarted"
    assert operations(decider).count(READ) == 1
    drive(place, decider)
    assert handle.result(0) == 3
    assert BEGUN == ["w"]  # it went on where it was


def test_a_run_that_others_decided_for_meanwhile_is_not_gone_on_with(place: Place) -> None:
    """A run that is held here, and was taken on elsewhere, is replayed when its task comes here."""
    first, second = place.decider(), place.decider()
    handle = place.start(3)
    first.work()
    place.worker.run_once()
    place.clock.advance(10)
    second.work()
    place.worker.run_once()
    place.clock.advance(10)

    first.work()

    assert BEGUN == ["w", "w", "w"]
    drive(place, first)
    assert handle.result(0) == 3


def test_a_task_may_come_before_the_reply_to_the_answer_before(place: Place) -> None:
    """Where the next task is faster than a reply, its run is the one that is kept, and goes on."""
    decider = place.decider()
    connection = decider.connection
    assert isinstance(connection, Busy)
    handle = place.start(3)

    def overtake() -> None:
        place.worker.run_once()
        decider.work(own=True)

    connection.afterwards = overtake
    decider.work()
    assert BEGUN == ["w", "w"]
    place.worker.run_once()
    decider.work(own=True)

    assert ENDED == ["w"]  # the run that was behind
    drive(place, decider)
    assert handle.result(0) == 3
    assert BEGUN == ["w", "w"]
