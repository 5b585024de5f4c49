"""What an execution did because of what."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from looked_at import TYPE, begun, long_history
from strategies import raw_histories

from swf.exceptions import InconsistentHistoryError
from swf.insight import dependencies
from swf.insight.dependencies import END, START, Drawn, dependencies_of
from swf.models import History, HistoryBuilder


def drawn(builder: HistoryBuilder) -> Drawn:
    return dependencies_of(builder.build(), "w")


def edges(found: Drawn) -> set[tuple[str, str]]:
    """Return the edges by the last words of the ids of their ends."""
    return {(one.source.split()[-1], one.target.split()[-1]) for one in found.picture.edges}


def done(builder: HistoryBuilder, *names: str) -> HistoryBuilder:
    for name in names:
        builder.activity_task_started(name).activity_task_completed(name)
    return builder


def asked(builder: HistoryBuilder, *names: str) -> HistoryBuilder:
    for name in names:
        builder.activity_task_scheduled(name, TYPE)
    return builder


def test_tasks_come_after_what_had_ended() -> None:
    """Two side by side, and one that was decided when both were done."""
    builder = done(asked(begun(), "a", "b"), "a").decision()
    builder = asked(done(builder, "b").decision(), "c")

    assert edges(drawn(builder)) == {(START, "a"), (START, "b"), ("a", "c"), ("b", "c")}


def test_what_was_followed_before_is_followed_no_more() -> None:
    """A task comes after what ended since the last that was decided, not after all before it."""
    builder = asked(done(asked(begun(), "a"), "a").decision(), "b")
    builder = asked(done(builder, "b").decision(), "c")

    assert edges(drawn(builder)) == {(START, "a"), ("a", "b"), ("b", "c")}


def test_a_closed_execution_has_an_end() -> None:
    """It comes after what nothing else came of, in the state that the execution has."""
    builder = done(asked(begun(), "a"), "a").decision().workflow_execution_failed(reason="no")
    found = drawn(builder)

    assert edges(found) == {(START, "a"), ("a", END)}
    assert found.picture.states[END] == "failed"
    assert found.event_ids[END] == builder.last_event_id
    assert edges(drawn(begun().workflow_execution_completed())) == {(START, END)}


def test_attempts_at_one_task_are_one_node() -> None:
    """A retry is no task; its pauses, whose timers have the name of the task, are none either."""
    builder = asked(begun(), "a").activity_task_started("a")
    builder.activity_task_failed("a", reason="no").decision()
    builder.timer_started("retry-1-a", 10).advance(10).timer_fired("retry-1-a").decision()
    between = drawn(builder)
    builder = asked(done(asked(builder, "a"), "a").decision(), "b")
    found = drawn(builder)

    assert between.picture.states["activity a"] == "scheduled"
    assert [node.id for node in found.picture.nodes] == [START, "activity a", "activity b"]
    assert found.picture.nodes[1].detail == "version 1.4 \u00b7 2 attempts"
    assert edges(found) == {(START, "a"), ("a", "b")}
    assert found.event_ids["activity a"] == 5


def test_timers_children_functions_and_signals_are_drawn() -> None:
    """Each has the shape of its kind; what a task was given tells it from others."""
    builder = begun().timer_started("nap-3", 90)
    builder.start_child_workflow_execution_initiated("kid", ("child", "2"))
    builder.lambda_function_scheduled("f", "resize", input='{"args": [7]}')
    builder.workflow_execution_signaled("go").decision()
    builder.activity_task_scheduled("a", TYPE, input='{"args": ["tea"], "kwargs": {}}')
    nodes = {node.kind: node for node in drawn(builder).picture.nodes}

    assert nodes.keys() == {"start", "timer", "child", "task", "event", "activity"}
    assert (nodes["timer"].label, nodes["timer"].detail) == ("nap", "90 s")
    assert (nodes["child"].label, nodes["child"].detail) == ("child", "version 2")
    assert nodes["task"].label == "resize"
    assert nodes["event"].label == "go"
    assert nodes["activity"].detail == "tea"
    assert ("5", "a") not in edges(drawn(builder))
    assert any(target == "a" for _, target in edges(drawn(builder)))


def test_causes_go_before_what_is_read_off() -> None:
    """What is known of the code is drawn; what it does not know comes after the start."""
    builder = done(asked(begun(), "a", "b"), "a").decision()
    builder = asked(done(builder, "b").decision(), "c", "d").workflow_execution_completed()
    first = {task.id: task.first_event_id for task in builder.compiled.activities}
    causes = {first["c"]: [first["b"], 10_000], first["b"]: [first["d"]]}
    found = dependencies_of(builder.build(), "w", causes)

    assert edges(found) == {
        (START, "a"),
        (START, "b"),
        (START, "d"),
        ("b", "c"),
        ("a", END),
        ("c", END),
        ("d", END),
    }


def test_what_the_framework_times_for_itself_is_not_drawn() -> None:
    """A timer by which a decider goes on with what one answer had no room for is no task."""
    builder = begun().timer_started("swf.wake-up-1", 0).timer_fired("swf.wake-up-1").decision()

    assert [node.id for node in drawn(builder).picture.nodes] == [START]


def test_what_a_closed_execution_left_open_is_canceled() -> None:
    """Nothing goes on in it."""
    builder = asked(begun(), "a").workflow_execution_signaled("go").decision()
    found = drawn(builder.workflow_execution_completed())

    assert found.picture.states["activity a"] == "canceled"


@given(raw_histories())
def test_any_history_has_a_picture_without_a_circle(raws: list[dict[str, Any]]) -> None:
    """Each line leads to what began later, and each node but the start has an event."""
    found = dependencies_of(History.from_raw(raws), "w")
    places = {node.id: place for place, node in enumerate(found.picture.nodes)}

    assert found.event_ids.keys() == places.keys()
    for edge in found.picture.edges:
        assert places[edge.source] < places[edge.target]
    assert found.left_out == 0


def test_the_tasks_beyond_a_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not more are looked at than a picture could show."""
    monkeypatch.setattr(dependencies, "MOST", 20)
    found = dependencies_of(long_history(200).build(), "w")

    assert len(found.picture.nodes) == 21
    assert found.left_out == 80


def test_what_contradicts_itself_is_refused() -> None:
    """There is no picture of what SWF cannot have recorded."""
    with pytest.raises(InconsistentHistoryError):
        dependencies_of(History.from_raw([]), "w")
