"""The JSON Schema that is published says what is written and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from graph_drawn import specs
from hypothesis import given
from jsonschema import Draft202012Validator

from swf.flow import RetryPolicy
from swf.graph.errors import GraphError
from swf.graph.reading import SPEC_FIELDS
from swf.graph.specs import DeciderSpec, json_schema
from swf.graph.specs.kinds import OWN_RETRIES, OWN_TASKS

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "graph.schema.json"

VALIDATOR = Draft202012Validator(json_schema())


def test_the_published_schema_is_current() -> None:
    """The schema in the documentation is the one that the package tells.

    To renew it, write `json.dumps(json_schema(), indent=2)` there.
    """
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema()


def test_the_schema_is_one() -> None:
    """What is published is a JSON Schema."""
    Draft202012Validator.check_schema(json_schema())


@given(specs)
def test_what_is_written_follows_the_schema(spec: DeciderSpec) -> None:
    """Whatever a spec says, its JSON is as the schema tells."""
    VALIDATOR.validate(json.loads(spec.to_json(schema=1)))


def test_the_schema_has_every_field() -> None:
    """The schema knows each field that is read, and no other."""
    schema = json_schema()
    kinds = {name: schema["$defs"][name]["properties"] for name in OWN_TASKS}
    retries = {one["properties"]["kind"]["const"]: one for one in strategies(schema)}
    policy = {field.name for field in attrs.fields(RetryPolicy)}

    alias = "terminate_workflow_after_completion"
    assert {*schema["properties"], alias} == {*SPEC_FIELDS, "schema"}
    for name, kind in OWN_TASKS.items():
        assert set(kinds[name]) == {"kind", "id", "requires", *kind.FIELDS}
    assert set(retries) == set(OWN_RETRIES)
    assert set(retries["policy"]["properties"]) == {"kind", *policy}


def strategies(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = schema["$defs"]["retry_strategy"]["oneOf"]
    return found


TASK = {"kind": "activity", "name": "a", "version": "1"}


@pytest.mark.parametrize(
    "told",
    [
        [],
        {"activity_tasks": []},
        {"schema": 2},
        {"schema": True},
        {"schema": 1, "more": 1},
        {"schema": 1, "domain": ""},
        {"schema": 1, "domain": "a:b"},
        {"schema": 1, "task_list": "x" * 257},
        {"schema": 1, "task_list": "arn"},
        {"schema": 1, "repeat_workflow": 1},
        {"schema": 1, "activity_tasks": {}},
        {"schema": 1, "activity_tasks": ["a"]},
        {"schema": 1, "activity_tasks": [{"name": "a", "version": "1"}]},
        {"schema": 1, "activity_tasks": [{**TASK, "kind": "os.system"}]},
        {"schema": 1, "activity_tasks": [{**TASK, "id": ""}]},
        {"schema": 1, "activity_tasks": [{**TASK, "id_": "x"}]},
        {"schema": 1, "activity_tasks": [{**TASK, "version": "v" * 65}]},
        {"schema": 1, "activity_tasks": [{**TASK, "requires": "x"}]},
        {"schema": 1, "activity_tasks": [{**TASK, "retry_strategy": {"kind": "instant"}}]},
        {"schema": 1, "activity_tasks": [{**TASK, "retry_strategy": {"kind": "other"}}]},
        {
            "schema": 1,
            "activity_tasks": [{**TASK, "retry_strategy": {"kind": "policy", "factor": 0}}],
        },
        {"schema": 1, "activity_tasks": [{"kind": "timer", "id": "t"}]},
        {"schema": 1, "activity_tasks": [{"kind": "timer", "delay_in_seconds": 1}]},
        {"schema": 1, "activity_tasks": [{"kind": "timer", "id": "t", "delay_in_seconds": -1}]},
        {"schema": 1, "activity_tasks": [{"kind": "child_workflow", "name": "w", "version": "1"}]},
    ],
    ids=str,
)
def test_what_breaks_the_schema_is_refused(told: Any) -> None:
    """What does not follow the schema is not read either."""
    assert not VALIDATOR.is_valid(told)
    with pytest.raises(GraphError):
        DeciderSpec.from_json(told)
