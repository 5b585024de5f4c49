"""The model of the service as botocore has it: what requests are drawn from."""

from __future__ import annotations

from typing import Any, Final

from botocore.loaders import Loader

_SERVICE: Final[dict[str, Any]] = Loader().load_service_model("swf", "service-2")

SHAPES: Final[dict[str, dict[str, Any]]] = _SERVICE["shapes"]
OPERATIONS: Final[dict[str, dict[str, Any]]] = _SERVICE["operations"]


def input_shape(operation: str) -> str:
    """Return the name of the shape of an operation's request."""
    name: str = OPERATIONS[operation]["input"]["shape"]
    return name


def output_shape(operation: str) -> str | None:
    """Return the name of the shape of an operation's reply; None where it has none."""
    output = OPERATIONS[operation].get("output")
    return None if output is None else output["shape"]


def faults(operation: str) -> set[str]:
    """Return the names of the faults that the model lists for an operation."""
    return {error["shape"] for error in OPERATIONS[operation].get("errors", ())}
