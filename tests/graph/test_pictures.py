"""Pictures of graphs: what requires what, what generators made, how far an execution has come."""

from __future__ import annotations

from typing import Any

import pytest
from graph_site import DECISIONS, DOMAIN, WORK, Site

from swf.drawing import Picture
from swf.flow import Handle
from swf.graph import (
    ActivityTask,
    ActivityWorker,
    ChildWorkflow,
    Decider,
    DeciderSpec,
    Generator,
    Timer,
    activity,
    generator,
)
from swf.graph.pictures import picture_of
from swf.graph.specs.task import Task
from swf.graph.workflow import GraphWorkflow
from swf.models.history import HistoryBuilder
from swf.payload import Compress, Payloads


@activity(name="copy", version="9")
def copy() -> str:
    """Return something."""
    return "copied"


@activity(name="count", version="9")
def count() -> int:
    """Return something else."""
    return 3


@activity(name="broken", version="9")
def broken() -> None:
    """Raise."""
    raise ValueError("no")


@generator(name="days", version="9")
def days(context: dict[str, Any]) -> list[Task]:
    """Return a copy and a count for each of two days."""
    made: list[Task] = []
    for day in ("mon", "tue"):
        first = ActivityTask("copy", "9", input=day)
        made += [first, ActivityTask("count", "9", activity_id=f"count {day}", requires=[first])]
    return made


@generator(name="weeks", version="9")
def weeks() -> list[Task]:
    """Return a generator of days, and a task after it."""
    inner = Generator("days", "9", activity_id="days")
    return [inner, ActivityTask("count", "9", activity_id="after", requires=[inner])]


def edges(picture: Picture) -> set[str]:
    """Return the edges by labels: `a > b`, `a .. b` where it is dashed."""
    label = {node.id: node.label for node in picture.nodes}
    return {
        f"{label[edge.source]} {'..' if edge.dashed else '>'} {label[edge.target]}"
        for edge in picture.edges
    }


def states(picture: Picture) -> dict[str, str]:
    """Return the states of nodes by their labels."""
    return {node.label: picture.states.get(node.id, "") for node in picture.nodes}


def task(name: str, *requires: Any, id_: str | None = None) -> ActivityTask:
    """Return a task of version 9, called as its activity is."""
    return ActivityTask(name, "9", activity_id=id_ or name, requires=requires)


def test_a_graph_is_drawn_as_it_is_told() -> None:
    """Each task is a node of its kind, each requirement an edge, in the order of the tasks."""
    copied = ActivityTask("copy", "v1", input="2016-03-01")
    wait = Timer("an hour", 3_600, requires=[copied])
    child = ChildWorkflow("report", "2", requires=[wait])
    tasks = (copied, wait, child, Generator("days", "9", requires=[copied]), task("end", child))
    picture = picture_of(DeciderSpec(domain="d", activity_tasks=tasks))

    assert [(node.label, node.kind, node.detail) for node in picture.nodes] == [
        ("copy", "activity", "2016-03-01"),
        ("an hour", "timer", "1 h"),
        ("report", "child", "version 2"),
        ("days", "generator", "version 9"),
        ("end", "activity", "version 9"),
    ]
    assert edges(picture) == {
        "copy > an hour",
        "an hour > report",
        "copy > days",
        "report > end",
    }
    assert picture.states == {}
    assert picture == picture_of(tasks)


def test_an_id_that_was_chosen_is_the_label() -> None:
    """A task is called by the id that somebody gave it, and its type told beneath."""
    [node] = picture_of([ActivityTask("copy", "9", activity_id="first", input={"a": 1})]).nodes

    assert (node.id, node.label, node.detail) == ("first", "first", "copy")


def test_a_task_of_another_type_is_drawn_by_its_id() -> None:
    """What is no type of this package has its id, and no more that is known."""

    class Own(Task):
        __slots__ = ()

        def __init__(self) -> None:
            self._settle(id_="mine", requires=(), required_ids=())

    [node] = picture_of([Own()]).nodes
    assert (node.label, node.kind, node.detail) == ("mine", "task", None)


def test_an_execution_is_laid_over(site: Site) -> None:
    """What has ended is completed, what a worker has is running, what waits for it is waiting."""
    tasks = [task("copy"), Timer("pause", 60, [task("copy")]), task("count", "pause")]
    site.decider(*tasks)
    site.worker(copy)
    execution = site.start()

    assert set(states(picture_of(tasks, execution)).values()) == {"waiting"}
    site.work()

    found = picture_of(tasks, execution)
    assert states(found) == {"copy": "completed", "pause": "running", "count": "waiting"}
    assert found.title == "flow_1"
    site.advance(60)
    assert states(picture_of(tasks, execution.history()))["pause"] == "completed"


def test_a_handle_is_drawn_by_its_own_payloads(site: Site) -> None:
    """What was compressed or stored is read as the handle reads it; the spec draws itself."""
    spec = site.spec(Generator("days", "9", activity_id="days"))
    payloads = Payloads(codecs=(Compress(threshold=1),))
    decider = Decider(spec, connection=site.connection, payloads=payloads)
    worker = ActivityWorker(
        DOMAIN,
        WORK,
        connection=site.connection,
        activities=[days, copy, count],
        payloads=payloads,
    )
    site.hires(decider)
    site.workers.append(worker)
    site.replays = False
    execution = site.finish(site.start())
    handle: Handle[Any] = Handle(execution, None, payloads)

    assert len(picture_of(spec, handle).nodes) == 5
    assert picture_of(spec, execution, payloads=payloads) == picture_of(spec, handle)
    assert spec.to_svg(handle) == picture_of(spec, handle).to_svg()
    assert spec.to_mermaid(handle) == picture_of(spec, handle).to_mermaid()
    assert spec.to_dot() == picture_of(spec).to_dot()


def test_the_end_of_an_execution_is_laid_over(site: Site) -> None:
    """A task that failed is drawn so, and what was open then is canceled."""
    tasks = [task("broken"), Timer("long", 9_000), task("count", "broken")]
    site.decider(*tasks)
    site.worker(broken)
    execution = site.start()
    site.work()

    assert states(picture_of(tasks, execution)) == {
        "broken": "failed",
        "long": "canceled",
        "count": "waiting",
    }


def test_what_generators_made_is_drawn(site: Site) -> None:
    """Their tasks hang on them, and what requires them stands below the last of these."""
    tasks = [Generator("days", "9", activity_id="days"), task("count", "days", id_="sum")]
    assert edges(picture_of(tasks)) == {"days > sum"}
    site.decider(*tasks)
    site.worker(days, copy, count)
    execution = site.finish(site.start())

    found = picture_of(tasks, execution)
    assert edges(found) == {
        "days .. copy",
        "copy > count mon",
        "copy > count tue",
        "count mon > sum",
        "count tue > sum",
    }
    assert len(found.nodes) == 6
    assert set(states(found).values()) == {"completed"}


def test_generators_of_generators_are_drawn(site: Site) -> None:
    """What follows a generator whose tasks are generators follows the last of all of them."""
    tasks = [Generator("weeks", "9", activity_id="weeks"), task("count", "weeks", id_="sum")]
    site.decider(*tasks)
    site.worker(weeks, days, copy, count)
    found = picture_of(tasks, site.finish(site.start()))

    assert edges(found) == {
        "weeks .. days",
        "days .. copy",
        "copy > count mon",
        "copy > count tue",
        "count mon > after",
        "count tue > after",
        "after > sum",
    }


def test_a_generator_that_made_nonsense_made_nothing(site: Site) -> None:
    """What the execution refused is not drawn; the execution has failed by it."""

    @activity(name="nonsense", version="9")
    def nonsense() -> list[str]:
        return ["no task"]

    tasks = [Generator("nonsense", "9", activity_id="days"), task("count", "days")]
    site.decider(*tasks)
    site.worker(nonsense)
    execution = site.start()
    site.work()

    found = picture_of(tasks, execution)
    assert len(found.nodes) == 2
    assert states(found)["count"] == "waiting"


def test_a_graph_that_its_input_brought_is_drawn(site: Site) -> None:
    """Without tasks of its own, a picture is of those that are in the execution's input."""
    site.dynamic()
    site.worker(copy, count)
    brought = {"deep": {"activity_tasks": [task("copy"), task("count", "copy")]}}
    execution = site.finish(site.start(input=brought))

    found = picture_of((), execution)
    assert edges(found) == {"copy > count"}
    assert states(found) == {"copy": "completed", "count": "completed"}


def test_a_spec_in_an_input_is_drawn() -> None:
    """The child of a daemon has its spec in its input."""
    spec = DeciderSpec(domain="d", activity_tasks=[task("copy")])
    history = HistoryBuilder(("child_workflow", "v1"), {"decider_spec": spec.to_dict()}).build()
    found = picture_of((), history)

    assert states(found) == {"copy": "waiting"}
    assert found.title == "child_workflow, v1"


@pytest.mark.parametrize("given", [None, '"text"', {"a": {"b": 1}}])
def test_an_input_without_a_graph_draws_nothing(given: Any) -> None:
    """Where nothing brought tasks, there is nothing to draw."""
    assert picture_of((), HistoryBuilder(("flow", "1"), given).build()).nodes == ()


def test_children_are_found_by_their_workflow_ids(site: Site) -> None:
    """A child's state is told under its workflow id, whether somebody chose it or not."""
    tasks = [
        ChildWorkflow("report", "9", workflow_id="chosen", task_list=DECISIONS),
        ChildWorkflow("report", "9", input="x", task_list=DECISIONS),
        ChildWorkflow("report", "9", input="y", requires=["chosen"]),
    ]
    site.decider(*tasks)
    execution = site.start(task_list=DECISIONS)
    site.deciders[0].decider.run_once()

    picture = picture_of(tasks, execution)
    assert [picture.states[one.id_] for one in tasks] == ["running", "running", "waiting"]


def test_what_runs_before_have_done_is_completed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run that continues another, the tasks that are done already are drawn as completed."""
    monkeypatch.setattr(GraphWorkflow, "continue_as_new_at", 12)
    tasks = [
        Generator("days", "9", activity_id="days"),
        Timer("pause", 60, requires=["days"]),
        task("count", "pause"),
    ]
    site.decider(*tasks)
    site.worker(days, copy, count)
    first = site.start()
    latest = site.finish(first)
    assert latest.run_id != first.run_id

    last = picture_of(tasks, latest)
    assert edges(last) == {
        "days .. copy",
        "copy > count mon",
        "copy > count tue",
        "count mon > pause",
        "count tue > pause",
        "pause > count",
    }
    assert set(states(last).values()) == {"completed"}
