"""Replays what random programs did: from every prefix, and by runs that are kept, it is the same.

`python -m flow_replays COUNT FIRST`, or `make replays`; each seed stands for itself, so a long form
may be done in parts. `python -m flow_replays --again FILE` replays what was saved by `save`.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from flow_lives import DOMAIN, Answered, Life, Recorded
from flow_programs import AROUND, FORMS
from seeded import live_through, parser_of

from swf.flow import Workflow
from swf.flow.replay.answer import DecisionTask, answer
from swf.flow.replay.matching import BLOCKED
from swf.flow.replay.run import Execution, Run
from swf.testing import Replayer
from swf.wire import Wire

Known = Mapping[str, type[Workflow]]
AGAIN: Final = "make replays COUNT=1 FIRST={seed}"
"""The command that repeats a seed."""

MOST_EVENTS: Final = 20_000
"""How many events a history is taken along from its beginning, all prefixes together."""


def lived(seed: int) -> list[Recorded]:
    """Return what a seed's life recorded, once it was replayed in every way."""
    life = Life(seed)
    found = life.live()
    for one in found:
        replayed(one)
    return found


def replayed(recorded: Recorded, known: Known = FORMS) -> None:
    """Replay an execution from every prefix, kept from task to task, and as a whole."""
    AROUND.look = looked_up(recorded)
    assert not any(is_blocked(event) for event in recorded.events), recorded
    for one in recorded.answers[:: stride(recorded)]:
        AROUND.code = one.code
        made = cold(recorded, one, known)
        same(made, one, "replayed from its first event")
    for one, made in warm(recorded, known):
        same(made, one, "kept since an earlier task")
    whole(recorded, known)


def stride(recorded: Recorded) -> int:
    """Return 1, or more where a history is so long that not every prefix of it is taken."""
    return 1 + sum(one.started_id for one in recorded.answers) // MOST_EVENTS


def cold(recorded: Recorded, answered: Answered, known: Known = FORMS) -> list[Wire]:
    """Return what a fresh run decides at a decision task."""
    run = fresh(recorded, known)
    task = task_of(recorded, answered, recorded.events[: answered.started_id])
    decisions = answer(task, None, lambda: run).decisions
    run.evict()
    return decisions


def warm(recorded: Recorded, known: Known) -> Iterator[tuple[Answered, list[Wire]]]:
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
        made = answer(task, kept, lambda: fresh(recorded, known))
        kept = made.run
        yield one, made.decisions
    if kept is not None:
        kept.evict()


def whole(recorded: Recorded, known: Known) -> None:
    """Take a program of the newest code along all of a history."""
    AROUND.code = 2
    found = Replayer(known.values()).replay(
        recorded.events, workflow_id=recorded.workflow_id, run_id=recorded.run_id
    )
    asked = sum(len(one.decisions) for one in recorded.answers)
    assert found.closed == recorded.closed
    assert found.compared >= asked - len(recorded.answers)  # timers that wake it up are not its own


def fresh(recorded: Recorded, known: Known = FORMS) -> Run:
    cls = known[recorded.form]
    execution = Execution(
        domain=DOMAIN,
        workflow_id=recorded.workflow_id,
        run_id=recorded.run_id,
        name=cls.name,
        version=cls.version,
    )
    return Run(cls(), execution)


def task_of(recorded: Recorded, answered: Answered, events: Sequence[Wire]) -> DecisionTask:
    return DecisionTask(
        task_token="token",
        domain=DOMAIN,
        workflow_id=recorded.workflow_id,
        run_id=recorded.run_id,
        name=recorded.form,
        version="1.0",
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
            value = json.loads(told["details"]).get("value")
            if isinstance(value, list) and len(value) == 2:
                found[value[0]] = value[1]
    return lambda _run_id, number: found.get(number, -1)


# As a command


def save(recorded: Sequence[Recorded], path: Path) -> None:
    """Write down what was recorded, for another process to replay it."""
    path.write_text(json.dumps([attrs.asdict(one) for one in recorded]))


def saved(path: Path) -> list[Recorded]:
    """Return what was written down."""
    return [
        Recorded(**{**told, "answers": [Answered(**one) for one in told["answers"]]})
        for told in json.loads(path.read_text())
    ]


def replayed_life(seed: int) -> int:
    """Live through one seed, and replay it in every way; return how many events it had."""
    logging.disable(logging.CRITICAL)
    return sum(len(one.events) for one in lived(seed))


def main(count: int, first: int) -> int:
    """Live through `count` seeds from `first` on, and replay them; return how many failed."""
    return live_through(replayed_life, count, first, again=AGAIN, what="events")


if __name__ == "__main__":
    parser = parser_of("replays", __doc__)
    parser.add_argument("--again", type=Path)
    given = parser.parse_args()
    if given.again:
        for one in saved(given.again):
            replayed(one)
        sys.exit(0)
    sys.exit(1 if main(given.count, given.first) else 0)
