"""What is read of JSON that anybody may have written: the first flaw is told by its place."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import pytest
from graph_drawn import graphs, specs
from hypothesis import given
from hypothesis import strategies as st

from swf.graph.errors import GraphError, GraphTypeError
from swf.graph.reading import MAX_DEPTH, MAX_SIZE, MAX_TASKS, spec_from, tasks_from
from swf.graph.specs import DeciderSpec
from swf.graph.specs.task import ActivityTask, Task, Timer

ACTIVITY: dict[str, Any] = {"type": "floto.specs.task.ActivityTask", "name": "a", "version": "1"}
CHILD: dict[str, Any] = {
    "type": "floto.specs.task.ChildWorkflow",
    "workflow_type_name": "w",
    "workflow_type_version": "1",
}
TIMER: dict[str, Any] = {"type": "floto.specs.task.Timer", "id_": "t", "delay_in_seconds": 1}
OWN: dict[str, Any] = {"kind": "activity", "name": "a", "version": "1"}
RETRY: dict[str, Any] = {"type": "floto.specs.retry_strategy.InstantRetry", "retries": 1}
POLICY: dict[str, Any] = {"type": "swf.flow.RetryPolicy"}
SPEC: dict[str, Any] = {"type": "floto.specs.DeciderSpec"}


def nested(depth: int) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value]
    return value


@given(graphs(), st.sampled_from([None, 1]))
def test_tasks_come_back(tasks: list[Task], schema: Any) -> None:
    """Tasks come back from a list of either form."""
    assert tasks_from([task.to_dict(schema=schema) for task in tasks]) == tasks


def test_both_forms_may_be_in_one_list() -> None:
    """Each task of a list says by itself in which form it is."""
    assert tasks_from([OWN, ACTIVITY, {**OWN, "id": "x", "requires": ["t"]}, TIMER]) == [
        ActivityTask("a", "1"),
        ActivityTask("a", "1"),
        ActivityTask("a", "1", "x", ["t"]),
        Timer("t", 1),
    ]


def test_what_is_null_is_not_told() -> None:
    """A member that is null is as one that is not there."""
    nothing = dict.fromkeys(["id_", "requires", "input", "retry_strategy", "task_list", "domain"])

    assert tasks_from([{**ACTIVITY, **nothing}]) == [ActivityTask("a", "1")]


def test_nothing_that_was_given_is_changed() -> None:
    """A value that tasks are read of stays as it was."""
    value = {**SPEC, "activity_tasks": [{**ACTIVITY, "retry_strategy": RETRY, "requires": ["t"]}]}
    text = json.dumps(value)

    spec_from(value)

    assert json.dumps(value) == text


WRONG_TASKS: list[tuple[Any, str]] = [
    (None, "here: must be a list of tasks, got None"),
    ("[]", "here: must be a list of tasks, got '\\[\\]'"),
    ({"0": ACTIVITY}, "here: must be a list of tasks"),
    ([ACTIVITY, "a"], r"here\[1\]: must be a JSON object that tells a task, got 'a'"),
    ([[ACTIVITY]], r"here\[0\]: must be a JSON object that tells a task"),
    ([ActivityTask("a", "1")], r"here\[0\]: must be a JSON object that tells a task"),
    ([{"name": "a", "version": "1"}], r"here\[0\]: type is required: one of floto\.specs\.task"),
    ([{**ACTIVITY, "type": "os.system"}], r"here\[0\]\.type: must be one of .*, got 'os.system'"),
    ([{**ACTIVITY, "type": "swf.flow.Workflow"}], r"here\[0\]\.type: must be one of "),
    ([{**ACTIVITY, "type": None}], r"here\[0\]\.type: must be one of .*, got None"),
    ([{**ACTIVITY, "type": ["ActivityTask"]}], r"here\[0\]\.type: must be one of "),
    ([{**OWN, "kind": "ActivityTask"}], r"here\[0\]\.kind: must be one of activity, generator,"),
    ([{**OWN, "type": "ActivityTask"}], r"here\[0\]: has only the fields id, .*, got 'type'"),
    ([{**OWN, "id_": "x"}], r"here\[0\]: has only the fields id, .*, got 'id_'"),
    ([{**ACTIVITY, "require": []}], r"here\[0\]: has only the fields id_, .*, got 'require'"),
    ([{**ACTIVITY, "__class__": 1}], r"here\[0\]: has only the fields .*, got '__class__'"),
    ([{**ACTIVITY, 5: 1}], r"here\[0\]: has only the fields .*, got 5"),
    ([{**TIMER, "input": 1}], r"here\[0\]: has only the fields .*, got 'input'"),
    ([{**ACTIVITY, "name": None}], r"here\[0\]: name is required"),
    ([{**ACTIVITY, "name": 5}], r"here\[0\]\.name: must be a str, got 5"),
    ([{**ACTIVITY, "name": "a|b"}], r"here\[0\]\.name: must not contain"),
    ([{**ACTIVITY, "version": ""}], r"here\[0\]\.version: has at least 1 character"),
    ([{**ACTIVITY, "id_": ""}], r"here\[0\]\.id_: must have 1 to 1024 characters"),
    ([{**ACTIVITY, "id_": {}}], r"here\[0\]\.id_: must be a str"),
    ([{**ACTIVITY, "task_list": 1}], r"here\[0\]\.task_list: must be a str, got 1"),
    ([{**ACTIVITY, "domain": "a/b"}], r"here\[0\]\.domain: must not contain"),
    ([{**ACTIVITY, "input": {"a": [{1}]}}], r"here\[0\]\.input\['a'\]\[0\]: JSON has no word"),
    ([{**ACTIVITY, "requires": "t"}], r"here\[0\]\.requires: must be a list, got 't'"),
    ([{**ACTIVITY, "requires": {"id_": "t"}}], r"here\[0\]\.requires: must be a list"),
    ([{**ACTIVITY, "requires": ["t", 5]}], r"here\[0\]\.requires\[1\]: must be a str, got 5"),
    ([{**ACTIVITY, "requires": [None]}], r"here\[0\]\.requires\[0\]: must be a str, got None"),
    ([{**ACTIVITY, "requires": [{}]}], r"here\[0\]\.requires\[0\]: must be an id, or an object"),
    ([{**ACTIVITY, "requires": [{"id_": 1}]}], r"here\[0\]\.requires\[0\]\.id_: must be a str"),
    ([{**ACTIVITY, "retry_strategy": 3}], r"here\[0\]\.retry_strategy: must be a JSON object"),
    ([{**ACTIVITY, "retry_strategy": {}}], r"here\[0\]\.retry_strategy: type is required"),
    (
        [{**ACTIVITY, "retry_strategy": {"type": "floto.specs.task.Timer"}}],
        r"here\[0\]\.retry_strategy\.type: must be one of floto\.specs\.retry_strategy",
    ),
    (
        [{**ACTIVITY, "retry_strategy": {**RETRY, "retries": "9"}}],
        r"here\[0\]\.retry_strategy: InstantRetry\.retries: must be an int, got '9'",
    ),
    (
        [{**ACTIVITY, "retry_strategy": {**RETRY, "more": 1}}],
        r"here\[0\]\.retry_strategy: InstantRetry has only the field retries, got 'more'",
    ),
    (
        [{**ACTIVITY, "retry_strategy": {**POLICY, "attempts": -1}}],
        r"here\[0\]\.retry_strategy: RetryPolicy\.attempts: must be at least 1",
    ),
    ([{**OWN, "retry_strategy": RETRY}], r"here\[0\]\.retry_strategy: kind is required"),
    ([{**CHILD, "workflow_type_name": 5}], r"here\[0\]\.workflow_type_name: must be a str"),
    ([{"type": CHILD["type"]}], r"here\[0\]: workflow_type_name is required"),
    ([{**CHILD, "workflow_type_version": None}], r"here\[0\]: workflow_type_version is required"),
    ([{**TIMER, "id_": None}], r"here\[0\]: id_ is required"),
    ([{"kind": "timer", "delay_in_seconds": 1}], r"here\[0\]: id is required"),
    ([{**TIMER, "delay_in_seconds": None}], r"here\[0\]: delay_in_seconds is required"),
    ([{**TIMER, "delay_in_seconds": "1"}], r"here\[0\]\.delay_in_seconds: must be a number"),
    ([{**TIMER, "delay_in_seconds": 10**9}], r"here\[0\]\.delay_in_seconds: must be 0 to"),
]


@pytest.mark.parametrize(("value", "message"), WRONG_TASKS, ids=[one[1] for one in WRONG_TASKS])
@pytest.mark.parametrize("trusted", [False, True], ids=["foreign", "own"])
def test_a_flaw_of_a_task_is_told_by_its_place(value: Any, message: str, trusted: bool) -> None:
    """Whatever is wrong with a list of tasks, place and rule are named; trusted or not."""
    with pytest.raises(GraphError, match=f"^{message}"):
        tasks_from(value, place="here", trusted=trusted)


WRONG_SPECS: list[tuple[Any, str]] = [
    (None, "spec: must be a JSON object, got None"),
    ([], "spec: must be a JSON object"),
    ("[]", "spec: must be a JSON object"),
    ("", "spec: is no JSON: Expecting value"),
    ("{'type': 1}", "spec: is no JSON: Expecting property name"),
    (b"\xff", "spec: is no JSON"),
    ('{"schema": NaN}', "spec: JSON has no NaN"),
    ('{"schema": -Infinity}', "spec: JSON has no -Infinity"),
    (f'{{"schema": {"1" * 5_000}}}', "spec: is no JSON: Exceeds the limit"),
    ('{"schema": 1, "domain": "a", "domain": "b"}', "spec: an object of .* has 'domain' twice"),
    ("[" * 100_000, "spec: is nested too deep; flatten it"),
    ({}, r"spec: type is required: one of floto\.specs\.DeciderSpec"),
    ({"type": "floto.specs.Spec"}, r"spec\.type: must be one of .*, got 'floto\.specs\.Spec'"),
    ({"schema": 2}, "spec.schema: must be 1, the only version that this package knows, got 2"),
    ({"schema": "1"}, "spec.schema: must be 1"),
    ({"schema": True}, "spec.schema: must be 1"),
    ({"schema": 1, "type": "DeciderSpec"}, "spec: has only the fields domain, .*, got 'type'"),
    ({**SPEC, "tasks": []}, "spec: has only the fields domain, .*, got 'tasks'"),
    ({**SPEC, 5: []}, "spec: has only the fields domain, .*, got 5"),
    ({**SPEC, "activity_tasks": {}}, "activity_tasks: must be a list of tasks"),
    ({**SPEC, "activity_tasks": [5]}, r"activity_tasks\[0\]: must be a JSON object"),
    ({**SPEC, "domain": 5}, "domain: must be a str, got 5"),
    ({**SPEC, "task_list": []}, "task_list: must be a str"),
    ({**SPEC, "default_activity_task_list": ""}, "default_activity_task_list: has at least"),
    ({**SPEC, "repeat_workflow": "true"}, "repeat_workflow: must be true or false"),
    ({**SPEC, "terminate_decider_after_completion": 1}, "terminate_decider_after_completion: mu"),
    ({**SPEC, "terminate_workflow_after_completion": 0}, "terminate_workflow_after_completion: m"),
    (
        {**SPEC, "activity_tasks": [{**TIMER, "requires": ["x"]}]},
        r"activity_tasks\[0\]\.requires\[0\]: 't' requires 'x', which is no task of this graph",
    ),
    (
        {**SPEC, "activity_tasks": [{**TIMER, "requires": [{"id_": "t"}]}]},
        r"activity_tasks\[0\]\.requires: these tasks wait for each other: t → t;",
    ),
    (
        {**SPEC, "activity_tasks": [ACTIVITY, OWN]},
        r"activity_tasks\[1\]: another task has the id 'a:1:2be88ca424' already",
    ),
    (
        {**SPEC, "activity_tasks": [{**TIMER, "id_": "a:b"}, {**TIMER, "id_": "a|b"}]},
        r"activity_tasks\[1\]: the ids 'a\|b' and 'a:b' are both 'a\.b' for SWF",
    ),
]


@pytest.mark.parametrize(("value", "message"), WRONG_SPECS, ids=[one[1] for one in WRONG_SPECS])
@pytest.mark.parametrize("trusted", [False, True], ids=["foreign", "own"])
def test_a_flaw_of_a_spec_is_told_by_its_place(value: Any, message: str, trusted: bool) -> None:
    """Whatever is wrong with a spec, place and rule are named; trusted or not."""
    with pytest.raises(GraphError, match=f"^{message}"):
        DeciderSpec.from_json(value, trusted=trusted)


def test_a_wrong_type_is_a_type_error_at_every_place() -> None:
    """What was of the wrong type before it was told by its place is so afterwards."""
    with pytest.raises(GraphTypeError):
        tasks_from([{**ACTIVITY, "name": 5}])
    with pytest.raises(GraphError) as caught:
        tasks_from([{**ACTIVITY, "name": ""}])

    assert not isinstance(caught.value, TypeError)


# Bounds


def test_so_many_tasks_are_read_and_no_more() -> None:
    """A list that is not trusted has at most so many tasks; one that is has as many as it has."""
    few, many = [{**OWN}] * MAX_TASKS, [{**OWN}] * (MAX_TASKS + 1)

    assert len(tasks_from(few)) == MAX_TASKS
    with pytest.raises(GraphError, match="activity_tasks: has at most 25000 tasks, not 25001"):
        tasks_from(many)
    assert len(tasks_from(many, trusted=True)) == MAX_TASKS + 1


def test_so_deep_is_read_and_no_deeper() -> None:
    """What is not trusted is nested so deep at most; the place is told in short."""
    deep = MAX_DEPTH - 2

    assert tasks_from([{**OWN, "input": nested(deep)}])[0].id_
    with pytest.raises(GraphError, match=r"here\[0\]\.input(\[0\])+: is nested deeper than 32"):
        tasks_from([{**OWN, "input": nested(deep + 1)}], place="here")
    assert tasks_from([{**OWN, "input": nested(deep + 1)}], trusted=True)[0].id_


def test_what_is_trusted_has_the_depth_of_payloads() -> None:
    """However deep a value is, it is refused and not followed until Python gives up."""
    for value in (nested(101), nested(sys.getrecursionlimit() * 2)):
        with pytest.raises(GraphError, match="is nested deeper than 100 containers"):
            tasks_from([{**OWN, "input": value}], trusted=True)
        with pytest.raises(GraphError, match="is nested deeper than 32 containers"):
            tasks_from([{**OWN, "input": value}])


def test_a_value_that_contains_itself_is_refused() -> None:
    """A list without end is refused."""
    value: list[Any] = []
    value.append(value)

    with pytest.raises(GraphError, match="is nested deeper than 32 containers"):
        tasks_from(value)
    with pytest.raises(GraphError, match=r"activity_tasks\[0\]: must be a JSON object"):
        tasks_from(value, trusted=True)


@pytest.mark.parametrize(
    "value",
    [
        [{**OWN, "input": "x" * MAX_SIZE}],
        [{**OWN, "input": {"x" * MAX_SIZE: 1}}],
        [{**OWN, "input": [[None] * 1_000] * 2_000}],
    ],
    ids=["a long text", "a long name", "many values"],
)
def test_so_much_is_read_and_no_more(value: Any) -> None:
    """What is not trusted is so large at most, in texts or in values; what is may be larger."""
    with pytest.raises(GraphError, match="here: has at most 10000000 characters; split it"):
        tasks_from(value, place="here")

    assert len(tasks_from(value, trusted=True)) == 1


def test_so_much_text_is_read_and_no_more() -> None:
    """A text that is not trusted is not even looked at where it is too long."""
    text = '{"schema": 1}' + " " * MAX_SIZE

    with pytest.raises(GraphError, match="spec: has at most 10000000 characters, not 10000013"):
        DeciderSpec.from_json(text)

    assert DeciderSpec.from_json(text, trusted=True) == DeciderSpec()


@given(specs, st.data())
def test_any_damage_is_a_graph_error_or_none(spec: DeciderSpec, data: Any) -> None:
    """A spec of which some part became something else is refused as such, or is one."""
    told = spec.to_dict(schema=data.draw(st.sampled_from([None, 1])))
    places = list(parts(told))
    holder, name = data.draw(st.sampled_from(places))
    holder[name] = data.draw(st.sampled_from([None, 0, "", "x", [], {}, [{}], True, 1.5, -1]))

    with contextlib.suppress(GraphError):
        spec = DeciderSpec.from_json(told)

    assert DeciderSpec.from_json(spec.to_json()) == spec


def parts(value: Any) -> Any:
    """Yield each container of a value with each name or place in it."""
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield value, name
            yield from parts(value[name])
