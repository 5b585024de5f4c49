"""Strategies that draw tasks, graphs of them, and specs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from swf.flow import RetryPolicy
from swf.graph.flaws import wire_id
from swf.graph.specs import DeciderSpec
from swf.graph.specs.retry_strategy import InstantRetry
from swf.graph.specs.task import ActivityTask, ChildWorkflow, Generator, Task, Timer

texts = st.text('aB0 "\\{é\n\u2028😀', max_size=4)
names = st.text("abcXYZ-_. é", min_size=1, max_size=8)
ids = st.text("ab:/| \n-é", min_size=1, max_size=5)

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)  # fmt: skip

retry_strategies = (
    st.none()
    | st.builds(InstantRetry, st.integers(0, 9))
    | st.builds(
        RetryPolicy,
        attempts=st.none() | st.integers(1, 9),
        delay=st.floats(0, 100),
        backoff=st.sampled_from(["fixed", "exponential"]),
        on=st.none() | st.lists(st.sampled_from(["KeyError", "OSError"]), max_size=2),
        never=st.lists(st.sampled_from(["KeyError"]), max_size=1),
        max_elapsed=st.none() | st.floats(0, 100),
    )
)

_elsewhere: dict[str, Any] = {
    "input": plain_values,
    "retry_strategy": retry_strategies,
    "task_list": st.none() | names,
    "domain": st.none() | names,
    "id_": st.none() | ids,
}


def tasks(requires: st.SearchStrategy[list[Task | str]] | None = None) -> st.SearchStrategy[Task]:
    """Draw a task of any type that requires what is drawn for it."""
    required = st.just([]) if requires is None else requires
    return st.one_of(
        *(
            st.builds(kind, names, names, requires=required, **_elsewhere)
            for kind in (ActivityTask, Generator, ChildWorkflow)
        ),
        st.builds(Timer, ids, st.integers(0, 999) | st.floats(0, 999), required),
    )


@st.composite
def graphs(draw: st.DrawFn, most: int = 5) -> list[Task]:
    """Draw tasks that are a graph, each requiring some before it, told by object or by id."""
    found: list[Task] = []
    on_the_wire: set[str] = set()
    for _ in range(draw(st.integers(0, most))):
        ways = [way for task in found for way in (task, task.id_)]
        required = st.lists(st.sampled_from(ways), max_size=3) if ways else None
        task = draw(tasks(required))
        if wire_id(task.id_) not in on_the_wire:
            on_the_wire.add(wire_id(task.id_))
            found.append(task)
    order = draw(st.permutations(found))
    return list(order)


specs = st.builds(
    DeciderSpec,
    domain=st.none() | names,
    task_list=st.none() | names,
    activity_tasks=graphs(most=4),
    default_activity_task_list=st.none() | names,
    repeat_workflow=st.booleans(),
    terminate_decider_after_completion=st.booleans(),
)
