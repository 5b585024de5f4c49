"""Tasks: values that say what is to be done, with the ids that floto gave them."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError
from graph_drawn import plain_values, tasks
from hypothesis import given
from hypothesis import strategies as st

from swf.flow import RetryPolicy
from swf.graph.errors import GraphError, GraphTypeError
from swf.graph.specs.retry_strategy import InstantRetry
from swf.graph.specs.task import (
    MAX_ID,
    ActivityTask,
    ChildWorkflow,
    Generator,
    Task,
    Timer,
    default_id,
)


def digest(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()[:10]


@pytest.mark.parametrize(
    ("task", "id_"),
    [
        pytest.param(ActivityTask("simple", "v1"), "simple:v1:2be88ca424", id="activity"),
        pytest.param(Generator("g", "2"), "g:2:2be88ca424", id="generator"),
        pytest.param(ChildWorkflow("w", "1"), "w:1:2be88ca424", id="child"),
        pytest.param(
            ActivityTask("a", "1", input={"b": 2, "a": [1.5, None, "é"]}),
            "a:1:" + digest('{"a": [1.5, null, "\\u00e9"], "b": 2}'),
            id="object",
        ),
        pytest.param(ActivityTask("a", "1", input="é"), "a:1:" + digest("é"), id="text, as it is"),
        pytest.param(ActivityTask("a", "1", input=""), "a:1:" + digest(""), id="empty text"),
        pytest.param(ActivityTask("a", "1", input=False), "a:1:" + digest("false"), id="false"),
        pytest.param(
            ActivityTask("a", "1", requires=[Timer("t1", 1), "t2"]),
            "a:1:" + digest("nullt1t2"),
            id="requirements, in order",
        ),
        pytest.param(
            ActivityTask("a", "1", requires=["t", "t"]),
            "a:1:" + digest("nulltt"),
            id="a requirement told twice",
        ),
    ],
)  # fmt: skip
def test_default_id(task: Task, id_: str) -> None:
    """A task that was given no id has its type's, and a digest of its input and requirements."""
    assert task.id_ == id_


@given(plain_values, st.lists(st.text("ab"), max_size=2))
def test_default_id_is_a_digest_of_sorted_json(value: Any, required: list[str]) -> None:
    """Whatever the order of an input's names, the id is the same, and that of its sorted JSON."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)

    assert default_id("n", "v", value, required) == f"n:v:{digest(text + ''.join(required))}"


@pytest.mark.parametrize(
    "task",
    [
        ActivityTask("a", "1", "mine"),
        ActivityTask("a", "1", id_="mine"),
        ActivityTask("a", "1", activity_id="mine", id_="mine"),
        Generator("a", "1", activity_id="mine"),
        ChildWorkflow("a", "1", workflow_id="mine"),
        ChildWorkflow("a", "1", id_="mine"),
        Timer("mine", 1),
    ],
    ids=repr,
)
def test_given_id(task: Task) -> None:
    """A task has the id that it was given, by either of its names."""
    assert task.id_ == "mine"


def test_requirements_are_told_by_task_or_id() -> None:
    """What a task requires is kept as it was given, and known by ids, each once."""
    first = ActivityTask("a", "1")
    task = ActivityTask("b", "1", requires=(one for one in [first, "t", first.id_]))

    assert task.requires == (first, "t", first.id_)
    assert task.required_ids == (first.id_, "t")
    assert ActivityTask("b", "1", requires=None).required_ids == ()


def test_fields() -> None:
    """A task has what it was told, under floto's names."""
    retry = InstantRetry(retries=3)
    task = ActivityTask(
        name="n", version="1", input={"a": (1, 2)}, retry_strategy=retry, task_list="l", domain="d"
    )
    policy = RetryPolicy(attempts=2)
    child = ChildWorkflow("w", "2", input="x", retry_strategy=policy, task_list="c")

    assert (task.name, task.version, task.task_list, task.domain) == ("n", "1", "l", "d")
    assert task.input == {"a": [1, 2]}
    assert task.retry_strategy is retry
    assert (child.workflow_type_name, child.workflow_type_version) == ("w", "2")
    assert (child.input, child.task_list, child.domain) == ("x", "c", None)
    assert child.retry_strategy is policy
    assert Timer(id_="t", delay_in_seconds=1.5, requires=[child]).delay_in_seconds == 1.5
    assert isinstance(Generator("g", "1"), ActivityTask)


def test_input_is_a_copy() -> None:
    """What becomes of a value after a task was made of it changes nothing of the task."""
    value = {"a": [1]}
    task = ActivityTask("a", "1", input=value)
    value["a"].append(2)
    told = task.to_dict()
    told["input"]["a"].append(3)

    assert task.input == {"a": [1]}


@pytest.mark.parametrize("task", [ActivityTask("a", "1"), Timer("t", 1)], ids=repr)
def test_tasks_do_not_change(task: Task) -> None:
    """Nothing of a task can be set, or taken away."""
    with pytest.raises(FrozenInstanceError):
        task.id_ = "other"
    with pytest.raises(FrozenInstanceError):
        del task.id_


@given(tasks(), tasks())
def test_equality(one: Task, other: Task) -> None:
    """Tasks are equal if, and only if, they are of one type and say the same."""
    same = type(one) is type(other) and one.to_dict() == other.to_dict()

    assert (one == other) is same
    assert one == copy.copy(one)
    assert one != one.id_
    assert hash(one) == hash(copy.copy(one))


def test_equality_looks_at_ids() -> None:
    """A requirement told by its task is the same as one told by its id."""
    first = ActivityTask("a", "1")

    assert Timer("t", 1, [first]) == Timer("t", 1, [first.id_])
    assert Timer("t", 1, [first]) != Timer("t", 1)
    assert Timer("t", 1) != Timer("t", 2)
    assert ActivityTask("a", "1") != Generator("a", "1")


@given(tasks(st.lists(tasks(), max_size=2).map(list)))
def test_journey(task: Task) -> None:
    """A task that goes to another process arrives equal."""
    assert pickle.loads(pickle.dumps(task)) == task
    assert copy.deepcopy(task) == task


def test_long_chain() -> None:
    """Of a task that ends a chain of thousands, all can be done that can be of one alone."""
    task = ActivityTask("a", "1")
    for _ in range(5_000):
        task = ActivityTask("a", "1", requires=[task])

    assert pickle.loads(pickle.dumps(task)) == task
    assert hash(task) == hash(copy.deepcopy(task))
    assert len(repr(task)) < 200
    assert len(json.dumps(task.to_dict())) < 400


def test_repr() -> None:
    """A task shows its id and what it was told, and its requirements by id."""
    task = ActivityTask("a", "1", "x", requires=[Timer("t", 1)], input=0)

    assert repr(task) == "ActivityTask(id_='x', name='a', version='1', input=0, requires=['t'])"
    assert repr(Timer("t", 1)) == "Timer(id_='t', delay_in_seconds=1)"


@pytest.mark.parametrize(
    ("task", "told"),
    [
        pytest.param(
            ActivityTask("a", "1", "x"),
            {"type": "floto.specs.task.ActivityTask", "id_": "x", "name": "a", "version": "1"},
            id="activity",
        ),
        pytest.param(
            Generator("g", "1", "x", input="", retry_strategy=InstantRetry(2), task_list="l"),
            {
                "type": "floto.specs.task.Generator",
                "id_": "x",
                "name": "g",
                "version": "1",
                "input": "",
                "task_list": "l",
                "retry_strategy": {
                    "type": "floto.specs.retry_strategy.InstantRetry",
                    "retries": 2,
                },
            },
            id="generator",
        ),
        pytest.param(
            ChildWorkflow("w", "1", "x", retry_strategy=RetryPolicy(attempts=5), domain="d"),
            {
                "type": "floto.specs.task.ChildWorkflow",
                "id_": "x",
                "workflow_type_name": "w",
                "workflow_type_version": "1",
                "domain": "d",
                "retry_strategy": {"type": "swf.flow.RetryPolicy", "attempts": 5},
            },
            id="child",
        ),
        pytest.param(
            Timer("t", 30, [ActivityTask("a", "1", "x"), "y"]),
            {
                "type": "floto.specs.task.Timer",
                "id_": "t",
                "delay_in_seconds": 30,
                "requires": [{"id_": "x", "type": "floto.specs.task.ActivityTask"}, "y"],
            },
            id="timer",
        ),
    ],
)
def test_floto_form(task: Task, told: dict[str, Any]) -> None:
    """Floto's form of a task has its words, and nothing of what was not told."""
    assert task.to_dict() == told


def test_floto_form_tells_the_types_that_are_known() -> None:
    """A requirement told by its id is written with its type where that is known."""
    told = Timer("t", 30, ["y", "z"]).to_dict(types={"y": "floto.specs.task.Timer"})

    assert told["requires"] == [{"id_": "y", "type": "floto.specs.task.Timer"}, "z"]


def test_own_form() -> None:
    """The own form of a task names its kind in a word, and its requirements by id."""
    task = ActivityTask("a", "1", "x", [Timer("t", 1)], retry_strategy=InstantRetry(1))

    assert task.to_dict(schema=1) == {
        "kind": "activity",
        "id": "x",
        "name": "a",
        "version": "1",
        "requires": ["t"],
        "retry_strategy": {"kind": "instant", "retries": 1},
    }


NOT_JSON = object()


@pytest.mark.parametrize(
    ("kind", "told", "message"),
    [
        (ActivityTask, {"name": ""}, "ActivityTask.name: has at least 1 character, got ''"),
        (ActivityTask, {"name": 5}, "ActivityTask.name: must be a str, got 5"),
        (ActivityTask, {"name": "a:b"}, "ActivityTask.name: must not contain ':'"),
        (Generator, {"name": None}, "Generator.name: must be a str"),
        (ActivityTask, {"version": "v" * 65}, "ActivityTask.version: has at most 64 characters"),
        (ActivityTask, {"task_list": ""}, "ActivityTask.task_list: has at least 1 character"),
        (ActivityTask, {"domain": 1}, "ActivityTask.domain: must be a str, got 1"),
        (ActivityTask, {"activity_id": ""}, f"ActivityTask.activity_id: must have 1 to {MAX_ID}"),
        (ActivityTask, {"activity_id": "x" * 1025}, "ActivityTask.activity_id: must have 1 to"),
        (ActivityTask, {"id_": 7}, "ActivityTask.id_: must be a str, got 7"),
        (ActivityTask, {"id_": "\ud800"}, "ActivityTask.id_: must be valid Unicode"),
        (ActivityTask, {"id_": "a", "activity_id": "b"}, "'b' and id_ 'a' are two ids; give one"),
        (ActivityTask, {"requires": "t"}, "ActivityTask.requires: must be a list, got 't'"),
        (ActivityTask, {"requires": 5}, "ActivityTask.requires: must be a list, got 5"),
        (ActivityTask, {"requires": {"t": 1}}, "ActivityTask.requires: must be a list"),
        (ActivityTask, {"requires": ["t", 5]}, r"ActivityTask.requires\[1\]: must be a task or"),
        (ActivityTask, {"requires": [""]}, r"ActivityTask.requires\[0\]: must have 1 to"),
        (ActivityTask, {"input": NOT_JSON}, "ActivityTask.input: JSON has no word for a object"),
        (ActivityTask, {"retry_strategy": 3}, "ActivityTask.retry_strategy: must be an Instant"),
        (ChildWorkflow, {"workflow_type_name": "arn"}, "ChildWorkflow.workflow_type_name: must"),
        (ChildWorkflow, {"workflow_type_version": 1}, "ChildWorkflow.workflow_type_version: must"),
        (ChildWorkflow, {"workflow_id": 1}, "ChildWorkflow.workflow_id: must be a str"),
        (ChildWorkflow, {"input": {1: 2}}, "ChildWorkflow.input: the names of a JSON object"),
        (ChildWorkflow, {"retry_strategy": "x"}, "ChildWorkflow.retry_strategy: must be"),
        (Timer, {"id_": None}, "Timer.id_: must be a str, got None"),
        (Timer, {"delay_in_seconds": "30"}, "Timer.delay_in_seconds: must be a number of seconds"),
        (Timer, {"delay_in_seconds": True}, "Timer.delay_in_seconds: must be a number of seconds"),
        (Timer, {"delay_in_seconds": -1}, "Timer.delay_in_seconds: must be 0 to 99999999, got -1"),
        (Timer, {"delay_in_seconds": float("nan")}, "Timer.delay_in_seconds: must be 0 to"),
        (Timer, {"delay_in_seconds": 1e8}, "Timer.delay_in_seconds: must be 0 to"),
        (Timer, {"requires": [None]}, r"Timer.requires\[0\]: must be a task or the id of one"),
    ],
)
def test_what_breaks_a_rule_is_refused(
    kind: type[Task], told: dict[str, Any], message: str
) -> None:
    """A task that breaks a rule is not made: field, rule and value are named."""
    right: dict[type[Task], dict[str, Any]] = {
        ActivityTask: {"name": "a", "version": "1"},
        Generator: {"name": "a", "version": "1"},
        ChildWorkflow: {"workflow_type_name": "w", "workflow_type_version": "1"},
        Timer: {"id_": "t", "delay_in_seconds": 1},
    }

    with pytest.raises(GraphError, match=message):
        kind(**{**right[kind], **told})


def test_a_task_is_of_some_type() -> None:
    """There is no task that is none of activity, generator, child workflow and timer."""
    with pytest.raises(TypeError, match="abstract class Task"):
        Task()  # type: ignore[abstract]


def test_wrong_types_are_type_errors() -> None:
    """What is of the wrong type is a TypeError, what has the wrong value a ValueError only."""
    with pytest.raises(TypeError) as caught:
        ActivityTask(5, "1")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1 character") as other:
        ActivityTask("", "1")

    assert isinstance(caught.value, GraphTypeError)
    assert not isinstance(other.value, TypeError)
