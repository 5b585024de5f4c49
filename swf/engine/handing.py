"""How a task reaches a poll: taken from its line or handed to who waits, and told in a reply.

Source: PollForDecisionTask, PollForActivityTask.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from swf.constants import MAX_PAGE_SIZE
from swf.engine.call import Call
from swf.engine.faults import invalid_token, limit_exceeded
from swf.engine.page import EventPage
from swf.engine.state import ACTIVITY_TASK, DECISION_TASK, ActivityTask, DecisionTask, Execution
from swf.engine.store import events
from swf.engine.tokens import TaskName
from swf.engine.transitions import activity_task, decision_task

if TYPE_CHECKING:
    from swf.engine.unit import Unit

EMPTY: Final[dict[str, dict[str, Any]]] = {
    DECISION_TASK: {"startedEventId": 0, "previousStartedEventId": 0},
    ACTIVITY_TASK: {"startedEventId": 0},
}
"""What a poll that found nothing is answered with: without a task token."""

_PAGES: Final = "PollForDecisionTask"
"""What page tokens of decision tasks are for."""

POLLED: Final = {"PollForDecisionTask": DECISION_TASK, "PollForActivityTask": ACTIVITY_TASK}
"""The kind of task that each poll asks for."""


@attrs.define(eq=False)
class Served:
    """A poll that was given a task."""

    call: Call
    execution: Execution
    task: DecisionTask | ActivityTask
    started_id: int
    previous_started_id: int
    """The DecisionTaskStarted before this one; of no meaning for activity tasks."""
    waited: bool
    """Whether it was in a line before."""
    reply: dict[str, Any] | None = None


def poll(unit: Unit, call: Call, kind: str) -> dict[str, Any] | None:
    """Give the first task in line to a poll, or have it wait and return None.

    Where polls are not held it is answered at once. Raises Fault where too many wait.
    """
    domain, task_list = call.params["domain"], call.params["taskList"]["name"]
    line = (kind, domain, task_list)
    unit.registry.domain_known(domain)
    unit.waiting.saw(line, call.params.get("identity", ""), unit.now)
    while (found := unit.runs.first_in_line(domain, task_list, kind)) is not None:
        execution = unit.known(found[0])
        task = cast("DecisionTask | ActivityTask", execution.open[found[1]])
        if _hand(unit, execution, task, call, waited=False):
            return None
        # The history was full: the execution is closed now, and nothing of it is in line.
        unit.settle()
    if not unit.poll_milliseconds:
        return dict(EMPTY[kind])
    if unit.waiting.length(line) >= unit.limits.pollers:
        raise limit_exceeded(f"more than {unit.limits.pollers} polls wait on {task_list}")
    unit.waiting.add(call, line, unit.now + unit.poll_milliseconds)
    return None


def serve(unit: Unit) -> None:
    """Hand what may be done now to the polls that wait for it."""
    ready = [
        (-task.priority, task.seq or task.event_id, execution, task)
        for execution in list(unit.touched.values())
        for task in execution.changed.values()
        if isinstance(task, DecisionTask | ActivityTask) and task.waiting
    ]
    if len(ready) > 1:
        ready.sort(key=lambda one: one[0])  # a stable sort: first scheduled, first served
    for _, _, execution, task in ready:
        if execution.open.get(task.event_id) is not task:
            continue  # the history was full when another of its tasks was handed out
        line = (task.kind, execution.domain, task.task_list or "")
        unit.taken = call = unit.waiting.take(line)
        if call is not None and not _hand(unit, execution, task, call, waited=True):
            unit.waiting.put_back(call)
        unit.taken = None


def _hand(
    unit: Unit,
    execution: Execution,
    task: DecisionTask | ActivityTask,
    call: Call,
    *,
    waited: bool,
) -> bool:
    """Start the task for a poll; False where the history had no room for it."""
    identity = call.params.get("identity")
    before = execution.last_started_id
    if isinstance(task, DecisionTask):
        started = unit.act(execution, decision_task.start, task, identity)
    else:
        started = unit.act(execution, activity_task.start, task, identity)
    if started is None:
        return False
    task.inside = call.inside
    unit.served.append(Served(call, execution, task, started.id, before, waited))
    return True


def reply(unit: Unit, served: Served) -> dict[str, Any]:
    """Return what a poll with a task is answered with; its events are in the store by now."""
    execution, task = served.execution, served.task
    told: dict[str, Any] = {
        "taskToken": unit.seal.task_token(task.kind, TaskName(execution.run, task.event_id)),
        "startedEventId": served.started_id,
        "workflowExecution": execution.link.wire(),
    }
    if isinstance(task, DecisionTask):
        told["workflowType"] = _type(execution.workflow_type)
        told["previousStartedEventId"] = execution.answered_started_id
        first = 1
        if served.call.params.get("startAtPreviousStartedEvent"):
            first = served.previous_started_id or 1
        pages = {
            "run": execution.run,
            "task": task.event_id,
            "first": first,
            "last": served.started_id,
            "reverse": bool(served.call.params.get("reverseOrder")),
        }
        position = served.started_id if pages["reverse"] else first
        return {**told, **_page(unit, execution, served.call, pages, position)}
    [row] = _rows(unit, execution, task.event_id, task.event_id, 1, reverse=False)
    scheduled = json.loads(row[3])
    told["activityId"] = task.name
    told["activityType"] = scheduled["activityType"]
    if "input" in scheduled:
        told["input"] = scheduled["input"]
    return told


def next_page(unit: Unit, call: Call) -> dict[str, Any] | None:
    """Return a further page of a decision task; None where the task is closed.

    Raises Fault for a domain that is not registered, and for a token that is none of
    PollForDecisionTask's or belongs to a poll of another domain or task list.
    """
    domain, task_list = call.params["domain"], call.params["taskList"]["name"]
    unit.registry.domain_known(domain)
    pages, position = unit.seal.read_page_token(_PAGES, call.params["nextPageToken"])
    execution = unit.execution(pages["run"])
    task = None if execution is None else execution.open.get(pages["task"])
    if execution is None or not isinstance(task, DecisionTask):
        return None
    if (execution.domain, task.task_list) != (domain, task_list):
        raise invalid_token()
    return {
        "taskToken": unit.seal.task_token(DECISION_TASK, TaskName(execution.run, task.event_id)),
        "startedEventId": task.started_id,
        "workflowExecution": execution.link.wire(),
        "workflowType": _type(execution.workflow_type),
        "previousStartedEventId": execution.answered_started_id,
        **_page(unit, execution, call, pages, position),
    }


def _type(key: Any) -> dict[str, str]:
    return {"name": key.name, "version": key.version}


def _page(
    unit: Unit, execution: Execution, call: Call, pages: dict[str, Any], position: int
) -> dict[str, Any]:
    """Return `events` from a position on, and `nextPageToken` where there are more."""
    size = call.params.get("maximumPageSize") or MAX_PAGE_SIZE
    if pages["reverse"]:
        first, last = max(pages["first"], position - size + 1), position
        following, more = first - 1, first > pages["first"]
    else:
        first, last = position, min(pages["last"], position + size - 1)
        following, more = last + 1, last < pages["last"]
    rows = _rows(unit, execution, first, last, size, reverse=pages["reverse"])
    page: dict[str, Any] = {"events": EventPage(rows)}
    if more:
        page["nextPageToken"] = unit.seal.page_token(_PAGES, [pages, following])
    return page


def _rows(
    unit: Unit, execution: Execution, first: int, last: int, size: int, *, reverse: bool
) -> list[Any]:
    recent = execution.recent
    if recent and recent[0][0] <= first:
        start = first - recent[0][0]
        found = recent[start : start + last - first + 1]
        return found[::-1] if reverse else found
    return events.read(unit.connection, execution.run, first, last, limit=size, reverse=reverse)
