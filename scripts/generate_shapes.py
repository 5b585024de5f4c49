"""Write swf/shapes.py from botocore's model of the service: `make shapes`."""

from __future__ import annotations

import pprint
from pathlib import Path
from typing import Any

import botocore.session

TARGET = Path(__file__).parent.parent / "swf" / "shapes.py"

HEADER = '''\
"""Every shape of the SWF API with its limits, as plain data.

Generated from botocore's model of the service (`make shapes`) and proved equal to it by a test:
importing botocore to read the same facts takes some 140 ms. A structure has `members` (member ->
shape) and `required`; a list has `member` and perhaps `max`; a string perhaps `min`, `max`, `enum`.

Source: API version 2012-01-25.
"""

# ruff: noqa: E501
from __future__ import annotations

from typing import Final, TypedDict


class Shape(TypedDict, total=False):
    """One shape of the API: its kind, and what it consists of or must obey."""

    type: str
    members: dict[str, str]
    required: tuple[str, ...]
    member: str
    min: int
    max: int
    enum: tuple[str, ...]


class Operation(TypedDict):
    """One operation of the API: the shapes of its request and reply, and its modelled faults."""

    input: str
    output: str | None
    errors: tuple[str, ...]

'''


def shape(model: dict[str, Any]) -> dict[str, Any]:
    """Return what the table keeps of one shape of botocore's model."""
    kept: dict[str, Any] = {"type": model["type"]}
    if model["type"] == "structure":
        kept["members"] = {name: ref["shape"] for name, ref in model["members"].items()}
        kept["required"] = tuple(model.get("required", ()))
    if model["type"] == "list":
        kept["member"] = model["member"]["shape"]
    kept.update({key: model[key] for key in ("min", "max") if key in model})
    if "enum" in model:
        kept["enum"] = tuple(model["enum"])
    return kept


def tables() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tables of operations and of shapes as botocore's model has them now."""
    loader = botocore.session.get_session().get_component("data_loader")
    model = loader.load_service_model("swf", "service-2")
    operations = {
        name: {
            "input": operation["input"]["shape"],
            "output": operation.get("output", {}).get("shape"),
            "errors": tuple(error["shape"] for error in operation.get("errors", ())),
        }
        for name, operation in sorted(model["operations"].items())
    }
    faults = {error for operation in operations.values() for error in operation["errors"]}
    shapes = {
        name: shape(value) for name, value in sorted(model["shapes"].items()) if name not in faults
    }
    return operations, shapes


def main() -> None:
    """Write the module anew."""
    operations, shapes = tables()
    text = HEADER
    for name, kind, table in (
        ("OPERATIONS", "Operation", operations),
        ("SHAPES", "Shape", shapes),
    ):
        text += f"\n{name}: Final[dict[str, {kind}]] = "
        text += pprint.pformat(table, width=100, sort_dicts=False, compact=True) + "\n"
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
