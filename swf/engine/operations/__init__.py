"""The operations of the API: one handler for each, in a room for each kind of resource.

READS are answered from what is committed. WRITES and POLLS go to the one writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from swf.engine.operations import (
    activity_tasks,
    decision_tasks,
    domains,
    executions,
    tags,
    types,
    visibility,
)
from swf.engine.unit import Unit
from swf.engine.view import Handler

READS: Final[Mapping[str, Handler]] = {
    **domains.READS,
    **tags.READS,
    **types.READS,
    **visibility.READS,
}

POLLS: Final = frozenset({*activity_tasks.POLLS, *decision_tasks.POLLS})

WRITES: Final[Mapping[str, Callable[[Unit, Any], dict[str, Any] | None]]] = {
    **activity_tasks.POLLS,
    **activity_tasks.WRITES,
    **decision_tasks.POLLS,
    **decision_tasks.WRITES,
    **domains.WRITES,
    **executions.WRITES,
    **tags.WRITES,
    **types.WRITES,
}
"""Everything that the writer carries out, polls among it."""

__all__ = ["POLLS", "READS", "WRITES"]
