"""The JSON Schema of this package's own JSON of a graph."""

from __future__ import annotations

from typing import Any, Final

from swf.flow.retry import TIMEOUT_TYPES
from swf.graph.specs.task import MAX_DELAY, MAX_ID
from swf.shapes import SHAPES

_Schema = dict[str, Any]

_IDENTIFIER: Final = "^[^:/|\\u0000-\\u001f\\u007f-\\u009f]*$"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `DeciderSpec.to_json(schema=1)` writes.

    A schema cannot say that the tasks are a graph: that no id is there twice, that each requirement
    is one of the tasks, and that none requires itself.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A graph of tasks for Amazon SWF, version 1",
        **_object(
            {
                "schema": {"const": 1},
                "domain": _name("DomainName", "The domain of its executions."),
                "task_list": _name("Name", "The task list of its decision tasks."),
                "default_activity_task_list": _name(
                    "Name", "The task list of activities that name none."
                ),
                "repeat_workflow": {
                    "type": "boolean",
                    "description": "Whether an execution that completed begins anew.",
                },
                "terminate_decider_after_completion": {
                    "type": "boolean",
                    "description": "Whether the decider stops once an execution completed.",
                },
                "activity_tasks": {
                    "type": "array",
                    "items": {"oneOf": [_ref(name) for name in _tasks()]},
                },
            },
            required=["schema"],
        ),
        "$defs": {
            **_tasks(),
            "id": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_ID,
                "description": "Names the task within its graph.",
            },
            "requires": {
                "type": "array",
                "items": _ref("id"),
                "description": "The ids of the tasks that are done before this one begins.",
            },
            "retry_strategy": {"oneOf": [_instant(), _policy()]},
        },
    }


def _tasks() -> dict[str, _Schema]:
    name, version = _name("Name", "The name of the type."), _name("Version", "Its version.")
    return {
        "activity": _task("activity", {"name": name, "version": version}, _done_elsewhere()),
        "generator": _task("generator", {"name": name, "version": version}, _done_elsewhere()),
        "child_workflow": _task(
            "child_workflow",
            {"workflow_type_name": name, "workflow_type_version": version},
            _done_elsewhere(),
        ),
        "timer": _task(
            "timer",
            {
                "id": _ref("id"),
                "delay_in_seconds": {"type": "number", "minimum": 0, "maximum": MAX_DELAY},
            },
            {},
        ),
    }


def _task(kind: str, required: dict[str, _Schema], optional: dict[str, _Schema]) -> _Schema:
    parts = {"kind": {"const": kind}, "id": _ref("id"), "requires": _ref("requires")}
    return _object({**parts, **required, **optional}, required=["kind", *required])


def _done_elsewhere() -> dict[str, _Schema]:
    return {
        "input": {"description": "Any JSON."},
        "retry_strategy": _ref("retry_strategy"),
        "task_list": _name("Name", "The task list where it is done."),
        "domain": _name("DomainName", "Told, and without effect."),
    }


def _instant() -> _Schema:
    return _object(
        {"kind": {"const": "instant"}, "retries": {"type": "integer", "minimum": 0}},
        required=["kind", "retries"],
    )


def _policy() -> _Schema:
    names: _Schema = {"type": "array", "items": {"type": "string"}}
    seconds: _Schema = {"type": "number", "minimum": 0}
    return _object(
        {
            "kind": {"const": "policy"},
            "attempts": {"type": ["integer", "null"], "minimum": 1},
            "delay": seconds,
            "backoff": {"enum": ["fixed", "exponential"]},
            "factor": {"type": "number", "minimum": 1},
            "max_delay": {"type": ["number", "null"], "minimum": 0},
            "jitter": {"type": "number", "minimum": 0, "maximum": 1},
            "on": {"type": ["array", "null"], "items": {"type": "string"}},
            "never": names,
            "on_timeouts": {"type": "array", "items": {"enum": list(TIMEOUT_TYPES)}},
            "max_elapsed": {"type": ["number", "null"], "minimum": 0},
        },
        required=["kind"],
    )


def _name(shape: str, description: str) -> _Schema:
    bounds = {"minLength": SHAPES[shape]["min"], "maxLength": SHAPES[shape]["max"]}
    told: _Schema = {"type": "string", **bounds, "pattern": _IDENTIFIER, "not": {"const": "arn"}}
    return {**told, "description": description}


def _object(properties: dict[str, _Schema], *, required: list[str]) -> _Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/$defs/{name}"}
