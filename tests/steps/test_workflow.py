"""A workflow's id and version, its definition, and how it is printed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, workflow

import swf.steps
from swf.exceptions import ValidationTypeError
from swf.steps import RetryPolicy, Workflow, WorkflowBuilder, WorkflowStep
from swf.steps.errors import StepsError, StepsTypeError
from swf.steps.workflow import MAX_ID


class Counted(Workflow):
    """Counts how often it is built."""

    def __init__(self) -> None:
        self.times = 0

    def build(self, builder: WorkflowBuilder) -> None:
        self.times += 1
        builder.start_with(Hello)


def test_a_workflow_is_built_once() -> None:
    """`build` is called when the definition is first asked for, and never again."""
    counted = Counted()
    first = counted.definition()

    assert counted.definition() is first
    assert counted.times == 1


def test_a_workflow_is_named_after_its_class() -> None:
    """Where it says nothing, a workflow's id is its class's name, its version 1."""
    assert (Counted().definition().id, Counted().definition().version) == ("Counted", 1)


def test_a_workflow_has_to_be_built() -> None:
    """A workflow without `build` cannot be made."""
    with pytest.raises(TypeError, match="abstract"):
        Workflow()  # type: ignore[abstract]


def hello(b: WorkflowBuilder) -> object:
    return b.start_with(Hello)


@pytest.mark.parametrize("name", ["x", "é" * MAX_ID, "order 7", "a.b-c"])
@pytest.mark.parametrize("version", [0, 1, 20260301])
def test_what_names_a_workflow(name: str, version: int) -> None:
    """Any text that SWF takes in a name, and any number from 0, name a workflow."""
    definition = workflow(hello, id=name, version=version).definition()

    assert (definition.id, definition.version) == (name, version)


@pytest.mark.parametrize(
    ("name", "version", "error", "words"),
    [
        ("", 1, StepsError, r"id\(\): must have 1 to 128 characters"),
        ("x" * 129, 1, StepsError, r"id\(\): must have 1 to 128 characters"),
        ("a:b", 1, StepsError, r"must not contain ':', '/', .*: 'a:b'"),
        (7, 1, StepsTypeError, r"id\(\): must return a str, got 7"),
        ("W", "1", StepsTypeError, r"version\(\): must return an int, got '1'"),
        ("W", True, StepsTypeError, r"version\(\): must return an int, got True"),
        ("W", -1, StepsError, r"version\(\): must not be negative, got -1"),
    ],
)
def test_what_cannot_name_a_workflow(
    name: Any, version: Any, error: type[Exception], words: str
) -> None:
    """An id that SWF refuses, or a version that is no number, is refused before anything else."""
    with pytest.raises(error, match=words):
        workflow(hello, id=name, version=version).definition()


@pytest.mark.parametrize("name", ["id", "version"])
def test_what_names_a_workflow_is_a_method(name: str) -> None:
    """An id or a version that is an attribute is refused with how to write it."""
    odd = type("Odd", (Counted,), {name: 7})

    with pytest.raises(
        StepsTypeError, match=rf"Odd.{name}: must be a method, def {name}\(self\): r"
    ):
        odd().definition()


def inner(error: StepsError) -> Any:
    def build(b: WorkflowBuilder) -> None:
        raise error

    return build


def test_an_error_keeps_what_it_is_about() -> None:
    """An error that tells its resource keeps it; any other gets the workflow's name."""
    with pytest.raises(StepsError, match=r"^elsewhere: x"):
        workflow(inner(StepsError("x", resource="elsewhere"))).definition()
    with pytest.raises(StepsError, match=r"^workflow 'W' version 3: x"):
        workflow(inner(StepsError("x")), version=3).definition()


def items(data: Any, context: Any) -> list[str]:
    return []


def build(b: WorkflowBuilder) -> object:
    return (
        b.on_error(WorkflowStep.SUSPEND)
        .start_with(AddNumbers)
        .input("input1", lambda data, context: 1)
        .output("sum", lambda step: step.output)
        .on_error(RetryPolicy(attempts=5), then=WorkflowStep.TERMINATE)
        .for_each(items, parallel=False)
        .do(hello)
        .while_(lambda data, context: False)
        .do(hello)
        .if_(lambda data, context: False)
        .do(hello)
        .wait_for("paid", items, timeout=60)
        .output("paid", lambda step: step.event_data)
        .parallel()
        .do(hello)
        .join()
        .delay(2.5)
        .schedule(items)
        .do(hello)
        .saga(lambda s: s.start_with(Hello).compensate_with(Goodbye))
        .on_error(WorkflowStep.TERMINATE)
    )


def test_a_definition_is_printed_as_json() -> None:
    """All of a definition is in its JSON, functions by their names."""
    printed = json.loads(workflow(build).to_json())
    body = {node["id"]: node for node in printed.pop("body")}

    assert printed == {"schema": 1, "type": "steps", "id": "W", "version": 1}
    assert body["1-AddNumbers"] == {
        "id": "1-AddNumbers",
        "kind": "step",
        "name": "AddNumbers",
        "body": "chained.AddNumbers",
        "inputs": ["input1"],
        "outputs": ["sum"],
        "on_error": {"retry": {"attempts": 5}, "then": "TERMINATE"},
    }
    assert body["2-for_each"] == {
        "id": "2-for_each",
        "kind": "for_each",
        "name": "for_each",
        "items": "items",
        "parallel": False,
        "inside": [
            {
                "part": "each",
                "body": [
                    {
                        "id": "2-for_each.1-Hello",
                        "kind": "step",
                        "name": "Hello",
                        "body": "chained.Hello",
                        "on_error": {"retry": None, "then": "SUSPEND"},
                    }
                ],
            }
        ],
    }
    assert body["3-while"]["condition"] == body["4-if"]["condition"] == "build.<lambda>"
    assert body["5-wait_for"] == {
        "id": "5-wait_for",
        "kind": "wait_for",
        "name": "wait_for",
        "event": "paid",
        "key": "items",
        "timeout": 60,
        "outputs": ["paid"],
    }
    assert [part["part"] for part in body["6-parallel"]["inside"]] == ["1"]
    assert body["7-delay"]["period"] == 2.5
    assert body["8-schedule"]["period"] == "items"
    assert body["9-saga"]["on_error"] == {"retry": None, "then": "TERMINATE"}
    undo = body["9-saga"]["inside"][0]["body"][0]["inside"][0]
    assert (undo["part"], undo["body"][0]["body"]) == ("compensate", "chained.Goodbye")


def test_the_json_of_a_definition_is_stable() -> None:
    """Built twice, a workflow prints the same."""
    assert workflow(build).to_json() == workflow(build).to_json()


def test_the_package_offers_its_names() -> None:
    """`from swf.steps import *` brings what a program needs, and a name that is not there fails."""
    assert dir(swf.steps) == swf.steps.__all__ == sorted(swf.steps.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        swf.steps.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_what_is_not_told_is_not_printed() -> None:
    """A container that says nothing of its own prints nothing more than its parts."""
    (saga,) = json.loads(workflow(lambda b: b.saga(hello)).to_json())["body"]

    assert set(saga) == {"id", "kind", "name", "inside"}


def test_a_workflow_is_drawn() -> None:
    """The pictures of a workflow show its steps; with an execution, how far that has come."""
    drawn = workflow(hello)

    for picture in (drawn.to_mermaid(), drawn.to_dot(), drawn.to_svg()):
        assert "Hello" in picture
    with pytest.raises(ValidationTypeError, match="execution: must be a WorkflowExecution"):
        drawn.to_svg("w-1")  # type: ignore[arg-type]
