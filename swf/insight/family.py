"""Whom an execution belongs to: who started it, what it started, the runs before it and after."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import attrs

from swf.exceptions import InconsistentHistoryError, SWFError
from swf.insight.edges import first_event, last_event
from swf.models import History, WorkflowExecution
from swf.models.event import Event
from swf.models.history.entities.child_workflow_execution import CompiledChildWorkflowExecution
from swf.models.states import State, state_of
from swf.wire import ExecutionKey, TypeKey

MOST_PARENTS: Final = 20
MOST_RUNS: Final = 25
"""Runs that are looked for before an execution, and as many after it."""

MOST_HISTORIES: Final = 20
"""Histories that are read for the children of children."""

MOST_CHILDREN: Final = 50
"""Children of one parent that are told."""


@attrs.frozen
class Relative:
    """An execution that belongs to another one; what SWF does not know any more is None."""

    key: ExecutionKey
    type: TypeKey | None
    status: str | None
    begun: datetime | None
    ended: datetime | None


@attrs.define
class Branch:
    """A child as its parent's history tells it, with its own children below.

    `more` counts children that are not told. `is_whole` is False where nobody looked for any.
    """

    key: ExecutionKey
    type: TypeKey | None
    state: State
    word: str
    begun: datetime
    ended: datetime | None
    event_id: int
    below: list[Branch] = attrs.field(factory=list)
    more: int = 0
    is_whole: bool = False


@attrs.frozen
class Family:
    """The relatives of an execution: `parents` the outermost first, `runs` in order, itself too.

    `earlier` and `later` say whether there are runs beyond those; `unread` is how many children's
    histories were not read.
    """

    parents: tuple[Relative, ...]
    runs: tuple[Relative, ...]
    earlier: bool
    later: bool
    below: tuple[Branch, ...]
    more: int
    unread: int


def family_of(execution: WorkflowExecution, history: History) -> Family:
    """Return the relatives of an execution, a bounded number of them.

    Raises InconsistentHistoryError where the events of its own history contradict each other
    (DescribeWorkflowExecution, GetWorkflowExecutionHistory).
    """
    earlier, before = _before(execution, history)
    later, after = _after(execution, history)
    tree = _Tree(execution)
    below, more = tree.grown(history)
    return Family(
        parents=tuple(reversed(_parents(execution))),
        runs=(*reversed(before), _relative(execution), *after),
        earlier=earlier,
        later=later,
        below=tuple(below),
        more=more,
        unread=tree.unread,
    )


def _relative(execution: WorkflowExecution) -> Relative:
    named = execution.workflow_type
    return Relative(
        execution.key,
        None if named is None else named.key,
        execution.close_status or execution.status,
        execution.start_timestamp,
        execution.close_timestamp,
    )


def _described(near: WorkflowExecution, key: ExecutionKey) -> WorkflowExecution:
    """Return what SWF knows of an execution; what is told without it, where that is nothing."""
    named = WorkflowExecution(near.domain, key.workflow_id, key.run_id, connection=near.connection)
    try:
        return named.upstream()
    except SWFError:
        return named


def _parents(execution: WorkflowExecution) -> list[Relative]:
    found: list[Relative] = []
    parent = execution.parent
    while parent is not None and len(found) < MOST_PARENTS:
        known = _described(execution, parent.key)
        found.append(_relative(known))
        parent = known.parent
    return found


def _before(execution: WorkflowExecution, history: History) -> tuple[bool, list[Relative]]:
    """Return whether there are runs before these, and the runs that an execution continues."""
    run_id = history.compiled.execution.continued_execution_run_id
    found: list[Relative] = []
    while run_id and len(found) < MOST_RUNS:
        known = _described(execution, ExecutionKey(execution.workflow_id, run_id))
        found.append(_relative(known))
        run_id = _told(known, first_event, "continued_execution_run_id")
    return bool(run_id), found


def _after(execution: WorkflowExecution, history: History) -> tuple[bool, list[Relative]]:
    """Return whether there are runs after these, and the runs that continue an execution."""
    run_id = getattr(history.last, "new_execution_run_id", None)
    found: list[Relative] = []
    while run_id and len(found) < MOST_RUNS:
        known = _described(execution, ExecutionKey(execution.workflow_id, run_id))
        found.append(_relative(known))
        is_closed = known.close_status is not None
        run_id = _told(known, last_event, "new_execution_run_id") if is_closed else None
    return bool(run_id), found


def _told(
    execution: WorkflowExecution, read: Callable[[WorkflowExecution], Event | None], field: str
) -> str | None:
    """Return what an event of a run tells; None for a run that SWF knows nothing of."""
    if execution.status is None:
        return None
    try:
        found: str | None = getattr(read(execution), field, None)
    except SWFError:
        return None
    return found


class _Tree:
    """Reads the children of children, those that are near first."""

    def __init__(self, root: WorkflowExecution) -> None:
        self._root = root
        self._left = MOST_HISTORIES
        self.unread = 0

    def grown(self, history: History) -> tuple[list[Branch], int]:
        """Return the children in a history with all that is below them, and how many are more."""
        below, more = _children(history)
        to_do = deque(below)
        while to_do:
            branch = to_do.popleft()
            if branch.key.run_id is None:
                branch.is_whole = True
            elif not self._left:
                self.unread += 1
            else:
                self._left -= 1
                self._read(branch)
                to_do.extend(branch.below)
        return below, more

    def _read(self, branch: Branch) -> None:
        """Put what a child's history tells below it; of an open one, that of its latest run."""
        run_id = branch.key.run_id if branch.ended is not None else None
        named = WorkflowExecution(
            self._root.domain, branch.key.workflow_id, run_id, connection=self._root.connection
        )
        try:
            known = named if run_id is not None else named.upstream()
            branch.below, branch.more = _children(known.history())
        except (SWFError, InconsistentHistoryError):
            return
        branch.key, branch.is_whole = known.key, True


def _children(history: History) -> tuple[list[Branch], int]:
    children: Any = history.compiled.children
    return [_branch(one) for one in children[:MOST_CHILDREN]], max(0, len(children) - MOST_CHILDREN)


def _branch(child: CompiledChildWorkflowExecution) -> Branch:
    return Branch(
        key=child.workflow_execution,
        type=child.workflow_type,
        state=state_of(child),
        word=child.state.value.replace("_", " "),
        begun=child.scheduled_at,
        ended=child.closed_at,
        event_id=child.first_event_id,
    )
