"""The spec of a decider: its fields, and its JSON in floto's words and in our own."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError
from graph_drawn import specs
from hypothesis import given

from swf.flow import RetryPolicy
from swf.graph.errors import GraphError
from swf.graph.specs import DeciderSpec
from swf.graph.specs.retry_strategy import InstantRetry
from swf.graph.specs.task import ActivityTask, ChildWorkflow, Generator, Timer
from swf.models.history import HistoryBuilder

SIMPLE = """\
{
  "activity_tasks": [
    {
      "id_": "simple_activity:v1:2be88ca424",
      "name": "simple_activity",
      "type": "floto.specs.task.ActivityTask",
      "version": "v1"
    }
  ],
  "default_activity_task_list": "hello_world_atl",
  "domain": "floto_test",
  "repeat_workflow": false,
  "task_list": "simple_decider",
  "terminate_decider_after_completion": true,
  "type": "floto.specs.DeciderSpec"
}"""


def simple(**more: Any) -> DeciderSpec:
    return DeciderSpec(
        domain="floto_test",
        task_list="simple_decider",
        activity_tasks=[ActivityTask(name="simple_activity", version="v1")],
        default_activity_task_list="hello_world_atl",
        **more,
    )


def every_kind() -> DeciderSpec:
    instant, policy = InstantRetry(retries=3), RetryPolicy(attempts=None)
    copied = ActivityTask("copyFile", "1", "copy", input="x", retry_strategy=instant)
    made = Generator("weekDays", "1", "days", input={"from": 1}, domain="d")
    waited = Timer("t:30", 30, requires=[copied])
    child = ChildWorkflow("w", "2", "child", [made, waited], [None], policy, "own")
    last = ActivityTask("sum", "1", "sum", requires=[child, copied.id_])
    return DeciderSpec(activity_tasks=[copied, made, waited, child, last], repeat_workflow=True)


def test_the_json_is_floto_s() -> None:
    """A spec prints as floto prints it, id for id, names sorted."""
    assert simple(terminate_decider_after_completion=True).to_json() == SIMPLE


def test_floto_s_json_is_read() -> None:
    """What floto wrote is the same spec here, by constructor and by text."""
    assert DeciderSpec.from_json(SIMPLE) == simple(terminate_decider_after_completion=True)
    assert DeciderSpec.from_json(json.loads(SIMPLE)).to_json() == SIMPLE
    assert DeciderSpec.from_json(SIMPLE.encode()).to_json() == SIMPLE


@pytest.mark.parametrize(
    "requires",
    [
        ["a:1:2be88ca424"],
        [{"id_": "a:1:2be88ca424"}],
        [{"id_": "a:1:2be88ca424", "type": "floto.specs.task.ActivityTask"}],
        [
            {
                "id_": "a:1:2be88ca424",
                "type": "floto.specs.ActivityTask",
                "name": "a",
                "version": "1",
                "requires": [],
            }
        ],
    ],
    ids=["ids", "objects", "objects with types", "whole tasks"],
)
def test_requirements_are_read_in_every_form(requires: list[Any]) -> None:
    """However floto told a requirement, it is the same."""
    first, second = ActivityTask("a", "1"), Timer("t", 30, ["a:1:2be88ca424"])
    told = DeciderSpec(activity_tasks=[first, second]).to_dict()
    told["activity_tasks"][1]["requires"] = requires

    assert DeciderSpec.from_json(told).activity_tasks == (first, second)


def test_requirements_are_written_in_one_form() -> None:
    """A requirement is written with its type, whether it was told by its task or by its id."""
    first = ActivityTask("a", "1")
    by_task = DeciderSpec(activity_tasks=[first, Timer("t", 30, [first])])
    by_id = DeciderSpec(activity_tasks=[first, Timer("t", 30, [first.id_])])

    assert by_task.to_json() == by_id.to_json()
    assert by_id.to_dict()["activity_tasks"][1]["requires"] == [
        {"id_": first.id_, "type": "floto.specs.task.ActivityTask"}
    ]


@pytest.mark.parametrize("name", ["ActivityTask", "floto.specs.ActivityTask"])
def test_types_are_known_by_their_other_names(name: str) -> None:
    """A type is read by its bare name, and by the path it had in floto's first versions."""
    told = {"type": "DeciderSpec", "activity_tasks": [{"type": name, "name": "a", "version": "1"}]}

    assert DeciderSpec.from_json(told).activity_tasks == (ActivityTask("a", "1"),)


@given(specs)
def test_floto_form_comes_back(spec: DeciderSpec) -> None:
    """From code to floto's JSON and back, nothing is lost; nor from JSON to code and back."""
    again = DeciderSpec.from_json(spec.to_json())

    assert again == spec
    assert again.to_json() == spec.to_json()


@given(specs)
def test_own_form_comes_back(spec: DeciderSpec) -> None:
    """From code to our own JSON and back, nothing is lost; nor from JSON to code and back."""
    again = DeciderSpec.from_json(spec.to_json(schema=1))

    assert again == spec
    assert again.to_json(schema=1) == spec.to_json(schema=1)


@given(specs)
def test_journey(spec: DeciderSpec) -> None:
    """A spec that goes to another process arrives equal."""
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert hash(copy.deepcopy(spec)) == hash(spec)


def test_own_form() -> None:
    """Our own JSON has a version, kinds in a word, and requirements by id."""
    assert every_kind().to_dict(schema=1) == {
        "schema": 1,
        "repeat_workflow": True,
        "terminate_decider_after_completion": False,
        "activity_tasks": [
            {
                "kind": "activity",
                "id": "copy",
                "name": "copyFile",
                "version": "1",
                "input": "x",
                "retry_strategy": {"kind": "instant", "retries": 3},
            },
            {
                "kind": "generator",
                "id": "days",
                "name": "weekDays",
                "version": "1",
                "input": {"from": 1},
                "domain": "d",
            },
            {
                "kind": "timer",
                "id": "t:30",
                "delay_in_seconds": 30,
                "requires": ["copy"],
            },
            {
                "kind": "child_workflow",
                "id": "child",
                "workflow_type_name": "w",
                "workflow_type_version": "2",
                "requires": ["days", "t:30"],
                "input": [None],
                "retry_strategy": {"kind": "policy", "attempts": None},
                "task_list": "own",
            },
            {
                "kind": "activity",
                "id": "sum",
                "name": "sum",
                "version": "1",
                "requires": ["child", "copy"],
            },
        ],
    }


def test_terminate_has_two_names() -> None:
    """The decider stops after completion if either name of that says so, in code and in JSON."""
    one = simple(terminate_decider_after_completion=True)
    other = simple(terminate_workflow_after_completion=True)
    told = json.loads(SIMPLE)
    told["terminate_workflow_after_completion"] = told.pop("terminate_decider_after_completion")

    assert one == other == DeciderSpec.from_json(told)
    assert one.terminate_decider_after_completion
    assert not simple().terminate_decider_after_completion


def test_by_default() -> None:
    """A spec of which nothing is told has no tasks, runs once, and its decider goes on."""
    spec = DeciderSpec()

    assert spec.activity_tasks == ()
    assert (spec.domain, spec.task_list, spec.default_activity_task_list) == (None, None, None)
    assert not spec.repeat_workflow
    assert DeciderSpec.from_json({"schema": 1}) == spec
    assert DeciderSpec.from_json({"schema": 1, "activity_tasks": None, "domain": None}) == spec


def test_specs_do_not_change() -> None:
    """Nothing of a spec can be set, and a list that it was made of is no part of it."""
    tasks = [ActivityTask("a", "1")]
    spec = DeciderSpec(activity_tasks=tasks)
    tasks.clear()

    assert len(spec.activity_tasks) == 1
    with pytest.raises(FrozenInstanceError):
        spec.domain = "other"


def test_equality() -> None:
    """Specs are equal if they say the same, and are no other thing."""
    assert simple() == simple()
    assert simple() != simple(repeat_workflow=True)
    assert simple() != SIMPLE


def test_repr() -> None:
    """A spec shows how many tasks it has, and what else it was told."""
    shown = repr(simple(repeat_workflow=True))

    assert shown.startswith("DeciderSpec(1 tasks, ")
    assert "domain='floto_test'" in shown
    assert "repeat_workflow=True" in shown


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"domain": ""}, "domain: has at least 1 character, got ''"),
        ({"task_list": 5}, "task_list: must be a str, got 5"),
        ({"default_activity_task_list": "a/b"}, "default_activity_task_list: must not contain"),
        ({"repeat_workflow": "no"}, "repeat_workflow: must be true or false, got 'no'"),
        ({"terminate_decider_after_completion": 1}, "terminate_decider_after_completion: must be"),
        ({"terminate_workflow_after_completion": None}, "terminate_workflow_after_completion: mus"),
        ({"activity_tasks": 5}, "activity_tasks: must be a list, got 5"),
        ({"activity_tasks": "tasks"}, "activity_tasks: must be a list, got 'tasks'"),
        ({"activity_tasks": [Timer("t", 1), {"id_": "x"}]}, r"activity_tasks\[1\]: must be a task"),
        (
            {"activity_tasks": [Timer("t", 1, [ActivityTask("a", "1", "x")])]},
            r"activity_tasks\[0\]\.requires\[0\]: 't' requires 'x', which is no task of this graph",
        ),
        (
            {"activity_tasks": [ActivityTask("a", "1"), ActivityTask("a", "1")]},
            r"activity_tasks\[1\]: another task has the id 'a:1:2be88ca424' already; .*_id=",
        ),
    ],
)
def test_a_flaw_is_refused_at_once(told: dict[str, Any], message: str) -> None:
    """A spec with a flaw is not made: place and rule are named."""
    with pytest.raises(GraphError, match=message):
        DeciderSpec(**told)


def test_a_spec_can_be_drawn() -> None:
    """A spec draws itself in each language, and with an execution as far as that has come."""
    spec = DeciderSpec(activity_tasks=[ActivityTask("first", "1", "a"), Timer("t", 5, ["a"])])
    builder = HistoryBuilder().decision_task_started().decision_task_completed()
    builder.activity_task_scheduled("a", ("first", "1")).activity_task_started("a")
    history = builder.build()

    for draw in (spec.to_mermaid, spec.to_dot, spec.to_svg):
        assert "first" in draw()
        assert "running" in draw(history).lower()
        assert draw() != draw(history)
