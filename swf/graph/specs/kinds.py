"""The types that JSON may name: these, and none that is looked up by a path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from swf.graph.errors import GraphError
from swf.graph.specs.plain import refused
from swf.graph.specs.retry_strategy import (
    INSTANT_RETRY,
    RETRY_POLICY,
    Retry,
    instant_retry_from,
    retry_policy_from,
)
from swf.graph.specs.task import ActivityTask, ChildWorkflow, Generator, Task, Timer

_T = TypeVar("_T")

DECIDER_SPEC: Final = "floto.specs.DeciderSpec"

_TASKS: Final = (ActivityTask, Generator, ChildWorkflow, Timer)

TASKS: Final[Mapping[str, type[Task]]] = {
    name: task
    for task in _TASKS
    for name in (task.FLOTO_TYPE, f"floto.specs.{task.__name__}", task.__name__)
}
"""Tasks by the name that floto's JSON has for them as `type`, of any of its versions."""

OWN_TASKS: Final[Mapping[str, type[Task]]] = {task.KIND: task for task in _TASKS}
"""Tasks by the name that this package's own JSON has for them as `kind`."""

_Reader = Callable[[Mapping[str, Any], str], Retry]

RETRIES: Final[Mapping[str, _Reader]] = {
    INSTANT_RETRY: instant_retry_from,
    "InstantRetry": instant_retry_from,
    RETRY_POLICY: retry_policy_from,
    "RetryPolicy": retry_policy_from,
}
"""What reads a retry strategy, by the name that floto's JSON has for it."""

OWN_RETRIES: Final[Mapping[str, _Reader]] = {
    "instant": instant_retry_from,
    "policy": retry_policy_from,
}
"""What reads a retry strategy, by the name that this package's own JSON has for it."""

SPECS: Final[Mapping[str, str]] = dict.fromkeys((DECIDER_SPEC, "DeciderSpec"), DECIDER_SPEC)
"""The names of the spec of a decider."""


def known(told: Mapping[str, Any], member: str, kinds: Mapping[str, _T], place: str) -> _T:
    """Return what the name in a member stands for; raises GraphError for one that is unknown."""
    if member not in told:
        raise GraphError(f"{place}: {member} is required: one of {', '.join(kinds)}")
    name = told[member]
    if not isinstance(name, str) or name not in kinds:
        refused(f"{place}.{member}", f"must be one of {', '.join(kinds)}", name)
    return kinds[name]
