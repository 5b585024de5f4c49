"""Replays what random programs did: from every prefix, and by runs that are kept, it is the same.

`python -m flow_replays COUNT FIRST`, or `make replays`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from flow_lives import DOMAIN, Answered, Life, Recorded
from flow_programs import AROUND, FORMS

from swf.flow.replay.answer import Task, answer
from swf.flow.replay.matching import BLOCKED
from swf.flow.replay.run import Execution, Run
from swf.wire import Wire


def lived(seed: int) -> list[Recorded]:
    """Return what a seed's life recorded, once it was replayed in every way."""
    life = Life(seed)
    found = life.live()
    for one in found:
        replayed(one)
    return found


def replayed(recorded: Recorded) -> None:
    """Replay an execution from every prefix, kept from task to task, and as a whole."""
    AROUND.look = looked_up(recorded)
    assert not any(is_blocked(event) for event in recorded.events), recorded
    for one in recorded.answers:
        AROUND.code = one.code
        made = cold(recorded, one)
        same(made, one, "replayed from its first event")
    for one, made in warm(recorded):
        same(made, one, "kept since an earlier task")
    whole(recorded)


def cold(recorded: Recorded, answered: Answered) -> list[Wire]:
    """Return what a fresh run decides at a decision task."""
    run = fresh(recorded)
    task = task_of(recorded, answered, recorded.events[: answered.started_id])
    decisions = answer(task, None, lambda: run).decisions
    run.evict()
    return decisions


def warm(recorded: Recorded) -> Iterator[tuple[Answered, list[Wire]]]:
    """Yield what runs decide that are kept from each task to the next."""
    kept: Run | None = None
    code = None
    for one in recorded.answers:
        AROUND.code = one.code
        if kept is not None and code != one.code:
            kept.evict()
            kept = None
        code = one.code
        since = 0 if kept is None else one.previous_id - 1
        task = task_of(recorded, one, recorded.events[since : one.started_id])
        made = answer(task, kept, lambda: fresh(recorded))
        kept = made.run
        yield one, made.decisions
    if kept is not None:
        kept.evict()


def whole(recorded: Recorded) -> None:
    """Take a fresh run of today's code along all of a history."""
    AROUND.code = 2
    run = fresh(recorded)
    try:
        run.feed(recorded.events, None)
    finally:
        run.evict()
    assert run.last == len(recorded.events)


def fresh(recorded: Recorded) -> Run:
    cls = FORMS[recorded.form]
    execution = Execution(
        domain=DOMAIN,
        workflow_id=recorded.workflow_id,
        run_id=recorded.run_id,
        name=cls.name,
        version=cls.version,
    )
    return Run(cls(), execution)


def task_of(recorded: Recorded, answered: Answered, events: Sequence[Wire]) -> Task:
    return Task(
        task_token="token",
        domain=DOMAIN,
        workflow_id=recorded.workflow_id,
        run_id=recorded.run_id,
        name=recorded.form,
        version=FORMS[recorded.form].version,
        started_event_id=answered.started_id,
        previous_started_event_id=answered.previous_id,
        events=events,
        read=lambda: recorded.events[: answered.started_id],
        task_list="list",
    )


def same(made: list[Wire], answered: Answered, how: str) -> None:
    """Fail where a replay decides otherwise."""
    if made == answered.decisions:
        return
    was, now = untraced(answered.decisions), untraced(made)
    for index in range(max(len(was), len(now))):
        pair = [one[index : index + 1] for one in (was, now)]
        if pair[0] != pair[1]:
            raise AssertionError(
                f"{answered.run_id}, decision task {answered.started_id}, {how}: decision {index}"
                f" of {len(answered.decisions)} was {pair[0]}, now it is {pair[1]} of {len(made)}"
            )


def untraced(decisions: list[Wire]) -> list[Wire]:
    """Return decisions without tracebacks: what failed live has more frames than its replay."""
    made = copy.deepcopy(decisions)
    for decision in made:
        told = decision.get("failWorkflowExecutionDecisionAttributes", {})
        if told.get("details"):
            told["details"] = {**json.loads(told["details"]), "traceback": None}
    return made


def is_blocked(event: Wire) -> bool:
    told = event.get("markerRecordedEventAttributes")
    return told is not None and told["markerName"] == BLOCKED


def looked_up(recorded: Recorded) -> Any:
    """Return what tells a side effect what the history will say of it."""
    found: dict[int, int] = {}
    for event in recorded.events:
        told = event.get("markerRecordedEventAttributes", {})
        if told.get("markerName", "").startswith("swf.result"):
            number, value = json.loads(told["details"])["value"]
            found[number] = value
    return lambda _run_id, number: found.get(number, -1)
