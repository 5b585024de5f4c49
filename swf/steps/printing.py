"""A definition as JSON, to be read and compared: functions are told by their names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from swf.steps.definition import (
    Definition,
    Delay,
    ForEach,
    If,
    Node,
    OnError,
    RunStep,
    Saga,
    Schedule,
    WaitFor,
    While,
    told,
)

SCHEMA: Final = 1
"""The version of the form that `as_dict` has."""


def as_json(definition: Definition) -> str:
    """Return `as_dict` as text, its keys sorted."""
    return json.dumps(as_dict(definition), indent=2, sort_keys=True, ensure_ascii=False)


def as_dict(definition: Definition) -> dict[str, Any]:
    """Return a definition as what can be JSON.

    A chain holds functions, so that it does not load back: two that are equal here may still
    compute something else.
    """
    return {
        "schema": SCHEMA,
        "type": "steps",
        "id": definition.id,
        "version": definition.version,
        "body": [_node(node) for node in definition.body],
    }


def _node(node: Node) -> dict[str, Any]:
    printed: dict[str, Any] = {"id": node.id, "kind": node.kind, "name": node.name}
    details = DETAILS[type(node)](node) if type(node) in DETAILS else {}
    printed |= {name: value for name, value in details.items() if value not in (None, [])}
    if node.parts:
        printed["inside"] = [
            {"part": part, "body": [_node(one) for one in nodes]} for part, nodes in node.parts
        ]
    return printed


def _step(step: RunStep) -> Mapping[str, Any]:
    return {
        "body": f"{step.body.__module__}.{_qualified(step.body)}",
        "inputs": [name for name, _ in step.inputs],
        "outputs": [name for name, _ in step.outputs],
        "on_error": _on_error(step.on_error),
    }


def _wait_for(wait: WaitFor) -> Mapping[str, Any]:
    return {
        "event": wait.event,
        "key": _qualified(wait.key),
        "effective_date": _value(wait.effective_date),
        "timeout": _value(wait.timeout),
        "outputs": [name for name, _ in wait.outputs],
    }


def _on_error(on_error: OnError | None) -> Mapping[str, Any] | None:
    if on_error is None:
        return None
    retry = None if on_error.retry is None else json.loads(on_error.retry.to_json())
    return {"retry": retry, "then": on_error.then.name}


def _value(value: Any) -> Any:
    return _qualified(value) if callable(value) else value


def _qualified(function: Any) -> str:
    name: str = getattr(function, "__qualname__", None) or told(function)
    return name.replace("<locals>.", "")


DETAILS: Final[Mapping[type[Node], Callable[[Any], Mapping[str, Any]]]] = {
    RunStep: _step,
    WaitFor: _wait_for,
    ForEach: lambda node: {"items": _qualified(node.items), "parallel": node.parallel},
    While: lambda node: {"condition": _qualified(node.predicate)},
    If: lambda node: {"condition": _qualified(node.predicate)},
    Delay: lambda node: {"period": _value(node.period)},
    Schedule: lambda node: {"period": _value(node.period)},
    Saga: lambda node: {"on_error": _on_error(node.on_error)},
}
