"""What SWF refuses before it looks at anything: requests against the shapes of its own model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from swf.shapes import OPERATIONS, SHAPES

CLOSING = ("Complete", "Fail", "Cancel", "ContinueAsNew")
EMPTY_IS_ABSENT = ("DurationInSecondsOptional", "PageToken", "WorkflowRunIdOptional")
IDENTIFIERS = ("ActivityId", "DomainName", "Name", "TimerId", "Version", "WorkflowId")
FILTERS = ("executionFilter", "typeFilter", "tagFilter", "closeStatusFilter")


class Refused(Exception):
    """A fault: its code, and its message where SWF's words for it are known, else None."""

    def __init__(self, code: str, message: str | None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def cleaned(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the request without what counts as absent: nulls, unknown members, some empty texts.

    Raises Refused where a value is of another JSON type than its shape.
    """
    found: dict[str, Any] = clean(OPERATIONS[operation]["input"], params)
    return found


JSON = {"structure": dict, "list": list, "string": str, "boolean": bool, "timestamp": (int, float)}


def clean(shape: str, value: Any) -> Any:
    described = SHAPES[shape]
    if not isinstance(value, JSON.get(described["type"], int)):
        raise Refused("SerializationException", None)
    if described["type"] == "structure":
        members = described["members"]
        return {
            name: clean(members[name], item)
            for name, item in value.items()
            if name in members
            and item is not None
            and not (item == "" and members[name] in EMPTY_IS_ABSENT)
        }
    if described["type"] == "list":
        return [clean(described["member"], item) for item in value if item is not None]
    return value


def refuse_invalid(operation: str, request: dict[str, Any]) -> None:
    """Raise Refused unless a clean request keeps to its shapes and to the rules between members."""
    found = list(violations(OPERATIONS[operation]["input"], request, ""))
    if found:
        several = "s" if len(found) > 1 else ""
        text = f"{len(found)} validation error{several} detected: {'; '.join(found)}"
        raise Refused("ValidationException", None if "\0" in text else text)
    decisions = request.get("decisions", ())
    for decision in decisions[:-1]:
        if decision["decisionType"] in [f"{name}WorkflowExecution" for name in CLOSING]:
            raise Refused("ValidationException", "Close must be last decision in list")
    if "Closed" in operation or "Open" in operation:
        refuse_filters(request, closed="Closed" in operation)


def refuse_filters(request: dict[str, Any], *, closed: bool) -> None:
    if closed and "startTimeFilter" in request and "closeTimeFilter" in request:
        message = "Cannot specify both a startTimeFilter and a closeTimeFilter"
        raise Refused("ValidationException", message)
    if closed and "startTimeFilter" not in request and "closeTimeFilter" not in request:
        raise Refused("ValidationException", "Must specify time filter")
    if sum(name in request for name in FILTERS) > 1:
        raise Refused("ValidationException", None)


def violations(shape: str, value: Any, path: str) -> Iterator[str]:
    """Yield what is wrong in SWF's words; one with a NUL where those are not known."""
    described = SHAPES[shape]
    if described["type"] == "structure":
        yield from in_structure(shape, value, path)
    elif described["type"] == "list":
        if len(value) > described.get("max", len(value)):
            yield broken(path, "\0", "Member must have length less than or equal to")
        for index, item in enumerate(value):
            yield from violations(described["member"], item, f"{path}.{index + 1}.member")
    elif "enum" in described:
        if value not in described["enum"]:
            words = ", ".join(described["enum"])
            yield broken(path, value, f"Member must satisfy enum value set: [{words}]")
    elif described["type"] == "string":
        yield from in_text(shape, value, path)
    elif described["type"] == "integer" and not 0 <= value <= described.get("max", value):
        yield broken(path, "\0", "Member must have value")


def broken(path: str, value: str, rule: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {rule}"


def in_structure(shape: str, value: dict[str, Any], path: str) -> Iterator[str]:
    described = SHAPES[shape]
    if shape == "Decision" and value.get("decisionType") in SHAPES["DecisionType"]["enum"]:
        kind = value["decisionType"]
        value = {f"{kind[0].lower()}{kind[1:]}DecisionAttributes": {}, **value}
    for name, item_shape in described["members"].items():
        place = f"{path}.{name}".lstrip(".")
        if name in value:
            found = list(violations(item_shape, value[name], place))
            yield from found or ([] if member_rule(shape, name, value[name]) else ["\0"])
        elif name in described["required"]:
            yield (f"Value null at '{place}' failed to satisfy constraint: Member must not be null")


def member_rule(structure: str, name: str, value: Any) -> bool:
    """Tell whether a value keeps to what the API says in prose about this one member."""
    if name == "executionStartToCloseTimeout" and structure == "StartWorkflowExecutionInput":
        return value != "NONE" and int(value) <= 31_536_000
    if name == "defaultExecutionStartToCloseTimeout":
        return value != "NONE" and int(value) <= 31_536_000
    if name == "startToFireTimeout":
        return bool(value != "NONE")
    if name == "startToCloseTimeout" and structure.startswith("ScheduleLambda"):
        return value != "NONE" and 1 <= int(value) <= 900
    return True


def in_text(shape: str, value: str, path: str) -> Iterator[str]:
    described = SHAPES[shape]
    least, most = described.get("min", 0), described.get("max", 10**9)
    if len(value) > most:
        yield broken(path, value, f"Member must have length less than or equal to {most}")
    elif len(value) < least:
        yield broken(path, value, f"Member must have length greater than or equal to {least}")
    elif not shape_rule(shape, value):
        yield "\0"


def shape_rule(shape: str, value: str) -> bool:
    """Tell whether a text keeps to what the API says in prose about texts of this shape."""
    if shape in IDENTIFIERS:
        return value != "arn" and not re.search(r"[:/|\x00-\x1f\x7f-\x9f]", value)
    if shape.startswith("DurationInSeconds"):
        return bool(re.fullmatch("[0-9]{1,8}|NONE", value))
    if shape == "DurationInDays":
        return bool(re.fullmatch("[0-8]?[0-9]|90|NONE", value))
    return shape != "TaskPriority" or bool(re.fullmatch("-?[0-9]{1,9}", value))
