"""The replayer: whether code follows what was recorded, wherever that comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flow_scenes import Scene

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import PayloadStoreError, ValidationError
from swf.flow import Workflow, activity
from swf.flow.errors import NonDeterminismError, NotRegisteredError
from swf.models import Domain, History, WorkflowExecution
from swf.models.history import HistoryBuilder
from swf.payload import MemoryStore, Payloads
from swf.testing import Replayer, connected


@activity
def add(a: int, b: int) -> int:
    return a + b


LOOKED: list[int] = []


class Sums(Workflow):
    name = "sums"

    def run(self, numbers: list[int]) -> int:
        total = self.side_effect(lambda: LOOKED.append(1) or 0)
        for number in numbers:
            total = self.submit(add, total, number).result
        return total


class SumsBackwards(Workflow):
    name = "sums"

    def run(self, numbers: list[int]) -> int:
        total = self.side_effect(lambda: 0)
        for number in reversed(numbers):
            total = self.submit(add, total, number).result
        return total


@pytest.fixture
def scene(swf_engine: Engine, swf_clock: ManualClock) -> Iterator[Scene]:
    made = Scene(swf_engine, swf_clock)
    yield made
    made.close()


@pytest.fixture
def half(scene: Scene) -> Scene:
    """A sum of which the first half is done."""
    LOOKED.clear()
    scene.begin(Sums, [1, 2])
    scene.decide()
    scene.complete(1)
    scene.decide()
    return scene


@pytest.fixture
def done(half: Scene) -> Scene:
    """A sum that is done."""
    half.complete(3)
    half.decide()
    return half


def execution(scene: Scene) -> WorkflowExecution:
    domain = Domain("lives", connection=connected(scene.engine))
    return WorkflowExecution(domain, "scene", scene.run_id)


def test_an_execution_that_is_closed_is_followed_to_its_end(done: Scene):
    """The report tells whose history it is, how long, what was compared, and how it was closed."""
    found = Replayer(Sums).replay(execution(done))

    assert (found.workflow_id, found.run_id) == ("scene", done.run_id)
    assert (found.name, found.version) == ("sums", "1.0")
    assert found.events == len(done.events)
    assert found.compared == 4
    assert found.closed == "WorkflowExecutionCompleted"
    assert found.waiting == ()
    assert LOOKED == [1]  # nothing is looked at again


def test_an_execution_that_is_open_tells_where_it_waits(half: Scene):
    """The report names the line and what is waited for."""
    found = Replayer([Sums]).replay(execution(half))

    assert found.closed is None
    (strand,) = found.waiting
    assert f"activity-{add.name}-2" in str(strand.waits_for)
    assert strand.lines[-1].source == "total = self.submit(add, total, number).result"


def test_what_was_decided_at_each_task_is_told_for_golden_tests(done: Scene):
    """Decisions are the API's structures, with payloads as they were before they were sealed."""
    found = Replayer(Sums).replay(execution(done))

    assert [[decision["decisionType"] for decision in one.decisions] for one in found.decided] == [
        ["RecordMarker", "ScheduleActivityTask"],
        ["ScheduleActivityTask"],
        ["CompleteWorkflowExecution"],
    ]
    assert [one.started_event_id for one in found.decided] == [
        event["eventId"] for event in done.events if event["eventType"] == "DecisionTaskStarted"
    ]
    told = found.decided[1].decisions[0]["scheduleActivityTaskDecisionAttributes"]
    assert told["activityId"] == f"activity-{add.name}-2"
    assert json.loads(told["input"])["args"] == [1, 2]


@pytest.mark.parametrize("times", ["numbers", "ISO texts"])
@pytest.mark.parametrize("form", ["path", "str", "text", "events", "history", "newest first"])
def test_histories_come_from_files_and_from_elsewhere(
    done: Scene, tmp_path: Path, form: str, times: str
):
    """Files of ours and of the AWS CLI, their text, models and raw events are all the same."""
    events = done.events
    if times == "ISO texts":
        for event in events:
            moment = datetime.fromtimestamp(event["eventTimestamp"], UTC)
            event["eventTimestamp"] = moment.isoformat()
    path = tmp_path / "history.json"
    path.write_text(json.dumps({"events": events}))
    source: Any = {
        "path": path,
        "str": str(path),
        "text": path.read_text(),
        "events": done.events,
        "history": History.from_json(path),
        "newest first": done.events[::-1],
    }[form]

    found = Replayer(Sums).replay(source)

    assert found.compared == 4
    assert (found.workflow_id, found.run_id) == ("unknown", "unknown")


def test_a_program_that_differs_is_refused_with_both_sides(done: Scene):
    """NonDeterminismError is raised as it is, with the event and the line."""
    with pytest.raises(NonDeterminismError) as raised:
        Replayer(SumsBackwards).replay(execution(done))

    error = raised.value
    assert "[0,1]" in str(error.recorded)
    assert "[0,2]" in str(error.issued)
    assert error.event_id == 6
    assert str(error.where).startswith(__file__)


class Draws(Workflow):
    name = "draws"

    def run(self) -> None:
        _ = self.submit(add, self.random(), 0).result


def test_ids_that_a_history_does_not_tell_are_asked_for(scene: Scene):
    """Where a program depends on the ids of its execution, the error says how to give them."""
    scene.begin(Draws)
    scene.decide()
    replayer = Replayer(Draws)

    with pytest.raises(NonDeterminismError, match="give workflow_id= and run_id="):
        replayer.replay(scene.events)

    found = replayer.replay(scene.events, workflow_id="scene", run_id=scene.run_id)
    assert found.compared == 1


def test_a_history_of_another_program_is_a_difference(scene: Scene):
    """What another program has recorded is named as it is, beside what this one asks for."""
    builder = HistoryBuilder(workflow_type=("sums", "1.0"), input="[1, 2]")
    events = builder.raw[:1]
    foreign = {
        "activityId": "task-1",
        "activityType": {"name": "other.task", "version": "3"},
        "taskList": {"name": "x"},
        "input": "<xml/>",
        "decisionTaskCompletedEventId": 4,
    }
    at = events[0]["eventTimestamp"]
    tasks = {"taskList": {"name": "x"}, "startToCloseTimeout": "10"}
    events += [
        {"eventId": 2, "eventType": "DecisionTaskScheduled", "eventTimestamp": at,
         "decisionTaskScheduledEventAttributes": tasks},
        {"eventId": 3, "eventType": "DecisionTaskStarted", "eventTimestamp": at,
         "decisionTaskStartedEventAttributes": {"scheduledEventId": 2}},
        {"eventId": 4, "eventType": "DecisionTaskCompleted", "eventTimestamp": at,
         "decisionTaskCompletedEventAttributes": {"scheduledEventId": 2, "startedEventId": 3}},
        {"eventId": 5, "eventType": "ActivityTaskScheduled", "eventTimestamp": at,
         "activityTaskScheduledEventAttributes": foreign},
    ]  # fmt: skip

    with pytest.raises(NonDeterminismError, match="event 5 of the history is") as raised:
        Replayer(Sums).replay(events)

    assert "activityId=task-1, activityType=other.task 3" in str(raised.value.recorded)
    assert "input=<xml/>" in str(raised.value.recorded)


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (slice(0, 0), "begins with WorkflowExecutionStarted"),
        (slice(1, None), "event 1 is missing"),
    ],
)
def test_what_is_no_whole_history_is_refused(done: Scene, cut: slice, message: str):
    """A history without its first event, or with a gap, is no history; the message says so."""
    with pytest.raises(ValidationError, match=message):
        Replayer(Sums).replay(done.events[cut])

    gap = [event for event in done.events if event["eventId"] != 5]
    with pytest.raises(ValidationError, match="event 5 is missing"):
        Replayer(Sums).replay(gap)


def test_a_workflow_that_nobody_told_of_is_named(done: Scene):
    """The type of the history, and those that are known, are in the error."""
    with pytest.raises(NotRegisteredError, match=r"'sums'.*it knows draws 1.0"):
        Replayer(Draws).replay(execution(done))


def test_all_of_several_are_tried(done: Scene, tmp_path: Path):
    """Each that is not followed is told of in the end, with where it came from."""
    path = tmp_path / "history.json"
    path.write_text(json.dumps({"events": done.events}))

    found = Replayer(Sums).replay_all([path, execution(done)])
    assert [one.compared for one in found] == [4, 4]

    with pytest.raises(ExceptionGroup, match="2 of 2 histories are not followed") as raised:
        Replayer(SumsBackwards).replay_all([path, execution(done)])

    assert [type(error) for error in raised.value.exceptions] == [NonDeterminismError] * 2
    assert "history.json" in raised.value.exceptions[0].__notes__[0]


class Kept(Workflow):
    name = "kept"
    payloads = Payloads(store=MemoryStore(), limit=100)

    def run(self, text: str) -> None:
        _ = self.submit(add, len(text), 0).result


class KeptElsewhere(Kept):
    name = "kept"
    payloads = Payloads(limit=100)


def test_what_keeps_a_program_from_being_replayed_is_raised(scene: Scene):
    """A store that is not there is no difference of the program: the error is the store's."""
    scene.begin(Kept, "x" * 1_000)
    scene.decide()

    assert Replayer(Kept).replay(execution(scene)).compared == 1
    with pytest.raises(PayloadStoreError):
        Replayer(KeptElsewhere).replay(execution(scene))


def test_a_cut_answer_is_told_of_once(scene: Scene):
    """What did not fit into an answer belongs to the decision task that it was asked for at."""

    class Many(Workflow):
        name = "many"

        def run(self) -> None:
            self.starmap(add, [(number, 0) for number in range(120)])
            _ = self.wait_signal("go").result

    scene.begin(Many)
    scene.decide()
    scene.decide()

    found = Replayer(Many).replay(execution(scene))

    assert [len(one.decisions) for one in found.decided] == [120, 0]
    assert found.compared == 120
