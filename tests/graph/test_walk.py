"""How a run goes through its graph, and goes on in another run where it grows long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swf.flow.errors import WorkflowCanceled, WorkflowFailed
from swf.flow.replay.run import Execution, Run
from swf.graph import (
    ActivityTask,
    DeciderSpec,
    Generator,
    GraphWorkflow,
    Timer,
    activity,
    generator,
    graph_workflow,
)
from swf.graph.scheduling import TaskActivity
from swf.models import WorkflowExecution
from swf.payload import MemoryStore, Payloads
from swf.testing import Replayer, Stage, event_names, flow
from swf.testing.replaying import _told

CLOSE = 3
"""Events by which a run is closed."""

numbers = count()


@activity(name="step", version="w")
def step(context: dict[str, Any]) -> int:
    """Return one more than the greatest result that it is told."""
    return max((one for one in context.values() if isinstance(one, int)), default=0) + 1


@activity(name="wide", version="w")
def wide(context: dict[str, Any]) -> list[str]:
    """Return the ids of the results that it is told."""
    return sorted(context)


@generator(name="several", version="w")
def several(context: dict[str, Any]) -> list[ActivityTask]:
    """Return a chain of so many tasks."""
    told = context["activity_task"]
    length, prefix = told if isinstance(told, list) else (told, "made")
    return chain(length, prefix)


def task(id_: str, *requires: Any, name: str = "step", **options: Any) -> ActivityTask:
    """Return a task of this module's activities."""
    return ActivityTask(name, "w", activity_id=id_, requires=requires, **options)


def chain(length: int, prefix: str = "s") -> list[ActivityTask]:
    """Return tasks of which each requires the one before."""
    return [task(f"{prefix}{n}", *([f"{prefix}{n - 1}"] if n else [])) for n in range(length)]


def graph(
    *tasks: Any, at: int = 20_000, most: int = 1_000, payloads: Payloads | None = None
) -> type[GraphWorkflow]:
    """Return the workflow of these tasks; its history may have `at` events."""
    name = f"walked {next(numbers)}"
    made = graph_workflow(DeciderSpec(activity_tasks=tasks), name, "1", payloads=payloads)
    told = {"continue_as_new_at": at, "max_open_activities": most, "name": name}
    return type("Walked", (made,), told)


def lengths(stage: Stage) -> list[int]:
    """Return the lengths of all histories."""
    return [len(one.history()) for one in stage.executions()]


def test_a_long_graph_continues_as_new(swf_flow: Stage):
    """Where its history would grow too long, a run goes on in another one, and nothing is lost."""
    tasks = chain(60)

    assert swf_flow.run(graph(*tasks, at=60)) == {"s59": 60}
    assert len(swf_flow.executions()) > 5
    assert max(lengths(swf_flow)) <= 60 + CLOSE
    scheduled = [
        event.raw["activityTaskScheduledEventAttributes"]["activityId"]
        for one in swf_flow.executions()
        for event in one.history()
        if event.name == "ActivityTaskScheduled"
    ]
    assert sorted(scheduled) == sorted(one.id_ for one in tasks)


def test_what_is_open_ends_before_a_run_continues(swf_flow: Stage):
    """No activity is dropped: a run continues as new when none of its tasks is open."""
    tasks = [task(f"t{n}") for n in range(300)]

    result = swf_flow.run(graph(*tasks, at=600))

    assert result == {f"t{n}": 1 for n in range(300)}
    for one in swf_flow.executions():
        names = event_names(one.history())
        assert names.count("ActivityTaskScheduled") == names.count("ActivityTaskCompleted")
        assert len(one.history()) <= 600 + CLOSE


def test_so_many_are_open_at_once(swf_flow: Stage):
    """Of more tasks than may be open, each begins when there is room."""
    tasks = [task(f"t{n}") for n in range(25)]

    swf_flow.run(graph(*tasks, most=10))

    history = swf_flow.executions()[0].history()
    open_, highest = 0, 0
    for name in event_names(history):
        open_ += (name == "ActivityTaskScheduled") - (name == "ActivityTaskCompleted")
        highest = max(highest, open_)
    assert highest == 10


def test_the_shortest_run_goes_one_task_further(swf_flow: Stage):
    """However short histories may be, each run begins a task, and the graph comes to its end."""
    assert swf_flow.run(graph(*chain(5), at=1)) == {"s4": 5}
    assert len(swf_flow.executions()) == 5


def test_results_that_are_needed_are_carried(swf_flow: Stage):
    """A run is told the results that its tasks require and those that are the graph's alone."""
    tasks = [task("early"), *chain(30), task("last", "early", "s29", name="wide")]

    assert swf_flow.run(graph(*tasks, at=60)) == {"last": ["early", "s29"]}
    told = swf_flow.executions()[-1].history()[0]
    sent = Payloads().load(told.raw["workflowExecutionStartedEventAttributes"]["input"])
    carried = sent["args"][1]["results"]
    assert len(carried) == 2
    assert "early" in carried


def test_generated_tasks_are_carried(swf_flow: Stage):
    """What generators made before is part of the graph in the runs after."""
    made = Generator("several", "w", activity_id="maker", input=30)

    result = swf_flow.run(graph(made, task("last", made, name="wide"), at=60))

    assert result == {"last": sorted(f"made{n}" for n in range(30))}
    assert len(swf_flow.executions()) > 2


def test_timers_keep_their_time_over_runs(swf_flow: Stage):
    """A timer that is open when a run continues fires when it would have fired in that run."""
    tasks = [Timer("day", 86_400), *chain(30), Timer("hour", 3_600, requires=["s5"])]
    swf_flow.stub(TaskActivityStub, returns=1, takes=60)
    begun = swf_flow.now()

    swf_flow.run(graph(*tasks, at=60))

    assert (swf_flow.now() - begun).total_seconds() == 86_400
    started = [
        (event.raw["timerStartedEventAttributes"]["timerId"], event.timestamp)
        for one in swf_flow.executions()
        for event in one.history()
        if event.name == "TimerStarted"
    ]
    assert len(started) > 2
    fired = [
        (event.timestamp - begun).total_seconds()
        for one in swf_flow.executions()
        for event in one.history()
        if event.name == "TimerFired"
    ]
    assert fired == [6 * 60 + 3_600, 86_400]


TaskActivityStub = TaskActivity(step, name="step", version="w")


def test_a_graph_that_was_changed_is_not_gone_on_with(swf_flow: Stage):
    """A run that is told of another graph's progress fails, and says what to do."""
    progress = {
        "version": 1,
        "plan": "of another graph",
        "done": "",
        "results": {},
        "grown": [],
        "deadlines": {},
    }

    with pytest.raises(WorkflowFailed, match="the graph was changed"):
        swf_flow.run(graph(*chain(2)), None, progress)
    with pytest.raises(WorkflowFailed, match="of version 2"):
        swf_flow.run(graph(*chain(2)), None, {**progress, "version": 2})


def test_long_payloads_are_compressed_without_a_store(swf_flow: Stage):
    """A generator's tasks, of more text than SWF takes, travel compressed by default."""
    made = Generator("several", "w", activity_id="maker", input=400)

    result = swf_flow.run(graph(made, task("last", made, name="wide"), at=900))

    assert len(result["last"]) == 400
    texts = [
        event.raw["activityTaskCompletedEventAttributes"]["result"]
        for one in swf_flow.executions()
        for event in one.history()
        if event.name == "ActivityTaskCompleted"
    ]
    assert max(map(len, texts)) < 32_768
    assert sum(text.startswith('{"$swf"') for text in texts) == 1


def test_long_payloads_go_to_a_store(swf_flow: Stage):
    """With a store, what is longer than its limit is there, and the history has a reference."""
    made = Generator("several", "w", activity_id="maker", input=100)
    payloads = Payloads(store=MemoryStore(), limit=2_000)

    result = swf_flow.run(graph(made, task("last", made, name="wide"), at=300, payloads=payloads))

    assert len(result["last"]) == 100
    assert len(swf_flow.executions()) > 1


def test_a_graph_that_is_canceled_begins_nothing_more(swf_flow: Stage):
    """A request to cancel cancels what is open; what that would have made ready never begins."""
    swf_flow.stub(TaskActivityStub, returns=1, takes=600)
    handle = swf_flow.start(graph(Timer("day", 86_400), *chain(3)))
    swf_flow.at(60, handle.cancel)

    with pytest.raises(WorkflowCanceled):
        handle.result()

    names = event_names(handle.history)
    assert names.count("ActivityTaskScheduled") == 1
    assert names.count("TimerCanceled") >= 1


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("no list", "must be a list of tasks"),
        ([{"type": "floto.specs.task.Task"}], "[0].type"),
        ([task("x", "unknown").to_dict()], "requires 'unknown'"),
        ([task("maker").to_dict()], "another task has the id 'maker'"),
    ],
)
def test_a_generator_with_a_flaw_fails_its_graph(swf_flow: Stage, result: Any, told: str):
    """What a generator returns is trusted with nothing: a flaw is a failure of the generator."""
    made = Generator("several", "w", activity_id="maker")
    swf_flow.stub(TaskActivity(several, name="several", version="w"), returns=result)

    with pytest.raises(WorkflowFailed) as caught:
        swf_flow.run(graph(made))

    assert caught.value.reason == "task_failed"
    details = Payloads().load(caught.value.details)
    assert list(details) == ["maker"]
    assert told in details["maker"]


def test_what_swf_refuses_is_a_failure(swf_flow: Stage):
    """A task that SWF would not begin fails the graph with SWF's word, and none hangs."""
    spec = graph(task("a"))

    class Deprecated(spec):  # type: ignore[valid-type, misc]
        name = "deprecated"

    swf_flow.run(spec)
    swf_flow.domain.activities().get("step", "w").deprecate()

    with pytest.raises(WorkflowFailed) as caught:
        swf_flow.run(Deprecated)

    assert "ACTIVITY_TYPE_DEPRECATED" in Payloads().load(caught.value.details)["a"]


def test_a_long_error_is_told_in_short(swf_flow: Stage):
    """However long errors are, the failure of a graph has room for them."""
    swf_flow.stub(TaskActivityStub, raises=ValueError("x" * 5_000))

    with pytest.raises(WorkflowFailed) as caught:
        swf_flow.run(graph(*(task(f"t{n}") for n in range(20))))

    details = Payloads().load(caught.value.details)
    assert len(details) >= 1
    assert all(len(one) <= 1_000 for one in details.values())


def test_a_context_that_cannot_be_sent_is_a_failure(swf_flow: Stage):
    """What is too long for SWF, and has no store to go to, fails its task, on each replay."""
    tasks = [task("short", input=1), task("long", input="x" * 500), task("never", "long")]

    with pytest.raises(WorkflowFailed) as caught:
        swf_flow.run(graph(*tasks, payloads=Payloads(limit=400)))

    details = Payloads().load(caught.value.details)
    assert list(details) == ["long"]
    assert "give Payloads a store=" in details["long"]


@pytest.mark.parametrize("error", [Exception(), KeyError()])
def test_an_error_without_words_is_told_by_its_type(swf_flow: Stage, error: Exception):
    """There is always something told of a failure."""
    swf_flow.stub(TaskActivityStub, raises=error)

    with pytest.raises(WorkflowFailed) as caught:
        swf_flow.run(graph(task("t")))

    assert Payloads().load(caught.value.details) == {"t": type(error).__name__}


@st.composite
def graphs(draw: st.DrawFn) -> list[Any]:
    """Return tasks of which each may require any before."""
    count = draw(st.integers(1, 12))
    tasks: list[Any] = []
    for n in range(count):
        requires = draw(
            st.lists(st.sampled_from(tasks), max_size=3, unique=True) if tasks else st.just([])
        )
        kind = draw(st.sampled_from(["activity", "activity", "timer", "generator"]))
        if kind == "timer":
            tasks.append(Timer(f"t{n}", draw(st.integers(0, 100)), requires=requires))
        elif kind == "generator":
            made = [draw(st.integers(0, 3)), f"g{n} made "]
            tasks.append(
                Generator("several", "w", activity_id=f"g{n}", requires=requires, input=made)
            )
        else:
            tasks.append(task(f"a{n}", *requires))
    return tasks


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(graphs(), st.integers(20, 80), st.integers(1, 4))
def test_any_graph_is_gone_through_once(tasks: list[Any], at: int, most: int):
    """Whatever a graph is, each task of it is done once, after all that it requires.

    A timer that fires while its run continues as new fires in the next one, too, at once.
    """
    with flow() as stage:
        stage.run(graph(*tasks, at=at, most=most))

        order = list(ends(stage.executions()))

    timers = {one.id_ for one in tasks if isinstance(one, Timer)}
    made = {one.id_: made_by(one) for one in tasks}
    expected = [*(one.id_ for one in tasks), *(id_ for ids in made.values() for id_ in ids)]
    assert sorted(set(order)) == sorted(expected)
    once = [id_ for id_ in order if id_ not in timers]
    assert len(once) == len(set(once))
    for one in tasks:
        for required in one.required_ids:
            for before in (required, *made[required]):
                assert order.index(before) < order.index(one.id_)


def made_by(one: Any) -> list[str]:
    """Return the ids of what a task makes, if it is a generator."""
    if not isinstance(one, Generator):
        return []
    length, prefix = one.input
    return [f"{prefix}{n}" for n in range(length)]


def ends(executions: list[WorkflowExecution]) -> Iterator[str]:
    """Yield the ids of what has ended, in order."""
    for one in executions:
        begun: dict[int, str] = {}
        for event in one.history():
            told = next(value for name, value in event.raw.items() if name.endswith("Attributes"))
            if event.name in ("ActivityTaskScheduled", "TimerStarted"):
                begun[event.id] = told.get("activityId") or told.get("timerId")
            elif event.name == "ActivityTaskCompleted":
                yield begun[told["scheduledEventId"]]
            elif event.name == "TimerFired":
                yield begun[told["startedEventId"]]


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_every_prefix_of_a_history_decides_what_follows(tasks: list[Any]):
    """From any prefix of its history, a graph decides what the history goes on to say."""
    with flow() as stage:
        cls = graph(*tasks)
        stage.run(cls)
        events = stage.executions()[0].history().raws
        whole = Replayer([cls]).replay(events, workflow_id="w", run_id="r").decided
        for one in whole:
            assert decided(cls, events, one.started_event_id) == list(one.decisions)


def decided(cls: type[GraphWorkflow], events: list[Any], started_id: int) -> list[Any]:
    """Return what a fresh run asks for that is told the history up to a decision task."""
    execution = Execution(domain="d", workflow_id="w", run_id="r", name=cls.name, version="1")
    run = Run(cls(), execution)
    run.feed([event for event in events if event["eventId"] <= started_id], started_id)
    asked = [_told(command) for command in run.queue]
    run.evict()
    return asked
