"""What a run tells the one that continues it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.graph import ActivityTask, Generator, GraphError
from swf.graph.plan import Plan
from swf.graph.progress import Progress, restored


def tasks(count: int) -> list[ActivityTask]:
    """Return a chain, after a generator."""
    made = [Generator("g", "1", activity_id="g")]
    for n in range(count):
        made.append(ActivityTask("a", "1", activity_id=f"t{n}", requires=[made[-1].id_]))
    return made


GROWN = [ActivityTask("a", "1", activity_id=f"new {n}").to_dict() for n in range(3)]


@given(st.integers(0, 40), st.data())
def test_progress_comes_back(count: int, data: st.DataObject):
    """Whatever is done, what is told of it, as JSON, is the same progress of the same plan."""
    plan = Plan(tasks(count))
    done = ["g", *(f"t{n}" for n in range(data.draw(st.integers(0, count))))]
    plan.grow("g", [ActivityTask("a", "1", activity_id=f"new {n}") for n in range(3)])
    for id_ in done:
        plan.done(id_)
    progress = Progress(
        done=tuple(done), results={"g": 1}, grown=(("g", GROWN),), deadlines={"t": 1.5}
    )

    again = Plan(tasks(count))
    found = restored(json.loads(json.dumps(progress.as_value(plan))), again)

    assert found == progress
    assert set(again.tasks) == set(plan.tasks)
    assert again.finished == plan.finished
    assert set(again.ready()) == set(plan.ready())


def test_thousands_of_tasks_are_told_in_short():
    """What is done costs a bit for each task."""
    plan = Plan(tasks(20_000))
    for id_ in list(plan.tasks):
        plan.done(id_)

    told = Progress(done=tuple(plan.tasks), results={}, grown=(), deadlines={}).as_value(plan)

    assert len(json.dumps(told)) < 4_000


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "is of version 2"),
        ({"version": None}, "is of version None"),
        ({"plan": "another"}, "the graph was changed"),
        ({"grown": [["none", []]]}, None),
        ({"grown": [["g", GROWN]]}, "the graph was changed"),
    ],
)
def test_progress_of_another_graph_is_refused(change: dict[str, Any], told: str | None):
    """A graph that was changed, or a later release, is no reason to guess."""
    plan = Plan(tasks(3))
    value = Progress(done=(), results={}, grown=(), deadlines={}).as_value(plan)

    if told is None:
        restored({**value, **change}, Plan(tasks(3)))
        return
    with pytest.raises(GraphError, match=told):
        restored({**value, **change}, Plan(tasks(3)))
