"""What a graph of tasks is told by: tasks, retry strategies, and the spec of a decider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.graph.specs import retry_strategy, task
    from swf.graph.specs.decider_spec import DeciderSpec
    from swf.graph.specs.schema import json_schema

_HOMES = {
    "DeciderSpec": "decider_spec",
    "json_schema": "schema",
    "retry_strategy": "retry_strategy",
    "task": "task",
}

__all__ = ["DeciderSpec", "json_schema", "retry_strategy", "task"]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
