"""Functions as activities of graphs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from swf import flow
from swf.flow.errors import NotRegisteredError
from swf.graph import ActivityTask, Generator, Timer, activity, generator
from swf.graph import declared as module
from swf.graph.declared import GraphActivities, all_declared, declared, declared_of
from swf.graph.errors import GraphError, GraphTypeError


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What a test declares is forgotten."""
    before = dict(module._DECLARED)
    yield
    module._DECLARED.clear()
    module._DECLARED.update(before)


def test_a_function_stays_what_it_is():
    """A declared function is returned as it was: it can be called, and tested."""

    def double(context: Any) -> Any:
        return 2 * context["n"]

    assert activity(name="double", version="1")(double) is double
    assert double({"n": 2}) == 4


def test_the_context_is_for_those_that_ask():
    """A function with a parameter `context` is given it, any other is called without."""

    @activity("asks", "1")
    def asks(context: Any) -> Any:
        return context

    @activity("asks not", "1")
    def asks_not() -> str:
        return "called"

    @activity("may ask", "1")
    def may_ask(*, context: Any = None, other: int = 3) -> Any:
        return (context, other)

    assert declared("asks", "1").perform({"a": 1}) == {"a": 1}
    assert declared("asks", "1").perform() == {}
    assert declared("asks not", "1").perform({"a": 1}) == "called"
    assert declared("may ask", "1").perform({"a": 1}) == ({"a": 1}, 3)


def test_a_function_that_needs_more_is_refused():
    """A parameter that nobody would fill is refused where it is declared."""
    with pytest.raises(GraphTypeError, match="it takes 'x': read it from the context"):
        activity("wrong", "1")(lambda x: x)


@pytest.mark.parametrize("target", [3, int, flow.activity(lambda: None)])
def test_only_functions_are_declared(target: Any):
    """What is no function is refused where it is declared."""
    with pytest.raises(GraphTypeError, match="@activity: must be put on a function"):
        activity("wrong", "1")(target)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "", "version": "1"}, "activity.name"),
        ({"name": "a", "version": 1}, "activity.version"),
        ({"name": "a", "version": "1", "domain": "a/b"}, "activity.domain"),
    ],
)
def test_what_swf_would_refuse_is_refused(given: Any, told: str):
    """A name, version or domain that SWF would not take is refused at once."""
    with pytest.raises(GraphError, match=told):
        activity(**given)


def test_the_later_declaration_counts(caplog: pytest.LogCaptureFixture):
    """A function declared again replaces the one before; from another place, with a warning."""

    def one() -> int:
        return 1

    def two() -> int:
        return 2

    activity("again", "1")(one)
    activity("again", "1")(one)
    assert not caplog.records
    activity("again", "1")(two)

    assert declared("again", "1").perform() == 2
    assert "is declared again" in caplog.text


def test_a_function_that_is_given_is_known_whatever_else_has_its_name():
    """A worker that is given a function does that, and not what was declared after it."""

    def one() -> int:
        return 1

    activity("again", "1")(one)
    activity("again", "1")(one)
    activity("again", "1")(lambda: 2)

    assert GraphActivities([one], 60).get("again", "1")() == 1


def test_a_domain_has_its_own():
    """What is declared for a domain goes before what is declared for all, and only there."""
    activity("here", "1")(lambda: "all")
    activity("here", "1", domain="mine")(lambda: "mine")
    activity("mine alone", "1", domain="mine")(lambda: "mine")

    assert declared("here", "1", "mine").perform() == "mine"
    assert declared("here", "1", "other").perform() == "all"
    mine = {one.name: one.domain for one in all_declared("mine")}
    assert mine["here"] == mine["mine alone"] == "mine"
    assert "mine alone" not in {one.name for one in all_declared("other")}


def test_what_was_not_declared_is_told():
    """A name that nobody declared is an error that says how to declare it."""
    with pytest.raises(NotRegisteredError, match="put @activity"):
        declared("never", "1")


def test_a_generator_returns_the_json_of_its_tasks():
    """A generator's tasks, of any kind, travel as their JSON."""
    tasks = [ActivityTask("a", "1"), Generator("g", "1", activity_id="g"), Timer("t", 3)]
    generator("tasks", "1")(lambda: tasks)
    generator("none", "1")(lambda: ())

    assert declared("tasks", "1").perform() == [one.to_dict() for one in tasks]
    assert declared("none", "1").perform() == []


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (None, "must return a list of tasks, got a NoneType"),
        ({"a": 1}, "must return a list of tasks, got a dict"),
        ([Timer("t", 3), "no task"], r"\[1\] is a str"),
    ],
)
def test_a_generator_that_returns_anything_else_fails(result: Any, told: str):
    """Each item is looked at: a list of what is not a task is an error, by its type."""
    generator("wrong", "1")(lambda: result)

    with pytest.raises(GraphTypeError, match=told):
        declared("wrong", "1").perform()


def test_coroutines_are_activities_too():
    """An `async def` is declared as any function is, a generator too."""

    @generator("later", "1")
    async def later(context: Any) -> Any:
        await asyncio.sleep(0)
        return [Timer("t", context["n"])]

    made = declared("later", "1").perform({"n": 3})

    assert asyncio.run(made) == [Timer("t", 3).to_dict()]


def test_a_worker_knows_functions_modules_and_activities_of_flow():
    """What is given to a worker may be a declared function, or whatever the flow layer takes."""

    @activity("function", "1")
    def function() -> None:
        """Do something."""

    @flow.activity(name="of flow", version="1")
    def of_flow(context: Any) -> Any:
        return context

    inside = ModuleType("inside")
    inside.of_flow = of_flow.with_options(retry=3)  # type: ignore[attr-defined]

    known = GraphActivities([function, inside], 300)

    assert {one.key for one in known} == {("function", "1"), ("of flow", "1")}
    assert known.get("function", "1").description == "Do something."
    assert declared_of(of_flow) == []


def test_a_worker_is_told_what_it_does_not_know():
    """What is no activity is refused; a task of an unknown type fails, and says what to do."""
    known = GraphActivities([], 300)

    with pytest.raises(GraphTypeError, match="is no activity; put @activity"):
        known.add(lambda: None)
    with pytest.raises(NotRegisteredError, match="which knows none: put @activity"):
        known.get("never", "1")


def test_what_comes_later_is_known_too():
    """A worker that knows what is declared knows what was declared since, when it looks again."""
    known = GraphActivities([], 300)
    activity("new", "1")(lambda: 1)
    known.know_declared("any")

    assert known.get("new", "1").callable() == 1
