"""The spec of a decider: a graph of tasks, and how executions of it are decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from swf.drawing.states import Execution
from swf.graph.flaws import check_graph
from swf.graph.pictures import picture_of
from swf.graph.reading import spec_from
from swf.graph.specs.kinds import DECIDER_SPEC
from swf.graph.specs.plain import (
    Schema,
    Spec,
    items,
    of_shape_or_none,
    true_or_false,
)
from swf.graph.specs.task import Task


class DeciderSpec(Spec):
    """A graph of tasks, and how a decider decides executions of it.

    `activity_tasks` are the tasks, of whatever type. `task_list` is where decision tasks are;
    `default_activity_task_list` where activities go that have no task list of their own. With
    `repeat_workflow` an execution that completed begins anew; with
    `terminate_decider_after_completion` (`terminate_workflow_after_completion` is the same) its
    decider stops then. Specs are equal if they say the same.

    Raises GraphError, naming place and rule, where the tasks are no graph or a field breaks a rule.
    """

    __slots__ = (
        "activity_tasks",
        "default_activity_task_list",
        "domain",
        "repeat_workflow",
        "task_list",
        "terminate_decider_after_completion",
    )

    domain: str | None
    task_list: str | None
    activity_tasks: tuple[Task, ...]
    default_activity_task_list: str | None
    repeat_workflow: bool
    terminate_decider_after_completion: bool

    def __init__(
        self,
        domain: str | None = None,
        task_list: str | None = None,
        activity_tasks: Iterable[Task] | None = None,
        default_activity_task_list: str | None = None,
        repeat_workflow: bool = False,
        terminate_decider_after_completion: bool = False,
        *,
        terminate_workflow_after_completion: bool = False,
    ) -> None:
        tasks = () if activity_tasks is None else tuple(items(activity_tasks, "activity_tasks"))
        check_graph(tasks, "activity_tasks")
        by_one_name = true_or_false(
            terminate_decider_after_completion, "terminate_decider_after_completion"
        )
        by_other = true_or_false(
            terminate_workflow_after_completion, "terminate_workflow_after_completion"
        )
        self._settle(
            domain=of_shape_or_none(domain, "DomainName", "domain"),
            task_list=of_shape_or_none(task_list, "Name", "task_list"),
            activity_tasks=tasks,
            default_activity_task_list=of_shape_or_none(
                default_activity_task_list, "Name", "default_activity_task_list"
            ),
            repeat_workflow=true_or_false(repeat_workflow, "repeat_workflow"),
            terminate_decider_after_completion=by_one_name or by_other,
        )

    def to_dict(self, *, schema: Schema | None = None) -> dict[str, Any]:
        """Return the plain JSON of this: floto's, or with `schema` this package's own.

        What is None is left out.
        """
        told = {name: getattr(self, name) for name in self.__slots__}
        told = {name: value for name, value in told.items() if value is not None}
        types = {task.id_: task.FLOTO_TYPE for task in self.activity_tasks}
        told["activity_tasks"] = [
            task.to_dict(schema=schema, types=types) for task in self.activity_tasks
        ]
        return told | ({"type": DECIDER_SPEC} if schema is None else {"schema": schema})

    def to_json(self, *, schema: Schema | None = None) -> str:
        """Return the JSON of this, names sorted: floto's, or with `schema` this package's own."""
        return json.dumps(self.to_dict(schema=schema), sort_keys=True, indent=2)

    def to_mermaid(self, execution: Execution | None = None) -> str:
        """Return a picture of the graph as text for Mermaid; with an execution, as far as that is.

        An execution is a WorkflowExecution, a handle, or a history (GetWorkflowExecutionHistory).
        """
        return picture_of(self, execution).to_mermaid()

    def to_dot(self, execution: Execution | None = None) -> str:
        """Return the same picture as text for Graphviz."""
        return picture_of(self, execution).to_dot()

    def to_svg(self, execution: Execution | None = None) -> str:
        """Return the same picture as SVG."""
        return picture_of(self, execution).to_svg()

    @classmethod
    def from_json(
        cls, value: str | bytes | Mapping[str, Any], *, trusted: bool = False
    ) -> DeciderSpec:
        """Return the spec that JSON tells, floto's or this package's own, as text or read already.

        `trusted` lifts the bounds on size, depth and tasks. Raises GraphError, naming the place of
        the first flaw.
        """
        return cls(**spec_from(value, trusted=trusted))

    def _content(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DeciderSpec):
            return NotImplemented
        return self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def __repr__(self) -> str:
        told = {name: getattr(self, name) for name in self.__slots__ if name != "activity_tasks"}
        parts = "".join(f", {name}={value!r}" for name, value in told.items() if value)
        return f"DeciderSpec({len(self.activity_tasks)} tasks{parts})"

    def __reduce__(self) -> tuple[object, ...]:
        return _again, ({name: getattr(self, name) for name in self.__slots__},)


def _again(told: dict[str, Any]) -> DeciderSpec:
    return DeciderSpec(**told)
