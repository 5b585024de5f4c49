"""Where the code of an execution stands at one of its events, found out by replaying it."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, Final

import attrs

from swf.flow import querying
from swf.flow.canvas import GroupFuture
from swf.flow.future import Future, Several
from swf.flow.replay.run import Execution, Run
from swf.flow.replay.strands import Strand
from swf.flow.replay.task import Task
from swf.flow.replay.thread import ReplayThread
from swf.flow.workflow import Workflow
from swf.models.history.compiled import DECISION_RESULTS
from swf.models.history.history import CLOSING
from swf.wire import Wire

AROUND: Final = 3
"""Lines of source before a line and after it that are told with it."""

MOST_STRANDS: Final = 40
MOST_FRAMES: Final = 12
MOST_AWAITED: Final = 20
LONGEST_LINE: Final = 240


@attrs.frozen
class Frame:
    """A line of a program's own code with what is around it, as (number, text); no variables."""

    file: str
    line: int
    function: str
    around: tuple[tuple[int, str], ...]


@attrs.frozen
class Awaited:
    """What a strand waits for; `event_id` is that of the event which began it, None before."""

    told: str
    event_id: int | None


@attrs.frozen
class StrandSeen:
    """One line of execution of a program, where it waits; its frames are the outermost first."""

    name: str
    awaits: tuple[Awaited, ...]
    more_awaited: int
    frames: tuple[Frame, ...]


@attrs.frozen
class Standing:
    """Where the strands of a program stand once it has seen the events up to `event_id`."""

    event_id: int
    closed: bool
    strands: tuple[StrandSeen, ...]
    more_strands: int


def end_of_answer(events: Sequence[Wire], event_id: int) -> int:
    """Return the id of the last event that was recorded with this one.

    What a decision task's answer leads to is recorded all at once: a program cannot stand between.
    """
    last = event_id
    while last < len(events) and events[last]["eventType"] in DECISION_RESULTS:
        last += 1
    if last == len(events):
        return last
    kind = events[event_id - 1]["eventType"]
    return last if kind == "DecisionTaskCompleted" or kind in DECISION_RESULTS else event_id


def standing(
    events: Sequence[Wire],
    workflow: type[Workflow],
    *,
    domain: str,
    workflow_id: str,
    run_id: str,
    patience_seconds: float = 10.0,
) -> Standing:
    """Return where a program stands after these events, all from the first on; nothing is sent.

    Raises NonDeterminismError where it does not follow them, HungProgramError where it does not
    wait for anything for so long.
    """
    named = Execution(
        domain=domain,
        workflow_id=workflow_id,
        run_id=run_id,
        name=workflow.name,
        version=workflow.version,
    )
    last = events[-1]
    if last["eventType"] in CLOSING:
        return Standing(last["eventId"], True, (), 0)

    def seen() -> Standing:
        with querying.replayed(Run(workflow(), named), events) as run:
            strands = [] if run.is_closed else list(run.scheduler.strands)
            return Standing(
                last["eventId"],
                run.is_closed,
                tuple(map(_seen, strands[:MOST_STRANDS])),
                max(0, len(strands) - MOST_STRANDS),
            )

    replay = ReplayThread(patience=patience_seconds)
    try:
        return replay.call(seen)
    finally:
        replay.close()


def _seen(strand: Strand) -> StrandSeen:
    awaits = list(_awaited(strand.waits_for))
    return StrandSeen(
        strand.name,
        tuple(awaits[:MOST_AWAITED]),
        max(0, len(awaits) - MOST_AWAITED),
        tuple(map(_frame, strand.frames()[-MOST_FRAMES:])),
    )


def _awaited(future: Future[Any] | None) -> Iterator[Awaited]:
    """Yield what is behind a future that is not done: several, where it is of several."""
    if future is None or future.done:
        return
    behind: Any = future if isinstance(future, GroupFuture) else future._task
    if isinstance(behind, Several | GroupFuture):
        for one in behind.futures:
            yield from _awaited(one)
    elif isinstance(behind, Task):
        pause = behind.pause
        at_work = behind if pause is None else pause
        state = "waits to be tried again" if pause is not None else future.state.lower()
        yield Awaited(f"{behind.id} ({state})", at_work.scheduled_id or None)
    elif behind is not None:
        yield Awaited(f"{behind!r} ({future.state.lower()})", None)


def _frame(frame: FrameType) -> Frame:
    code, line = frame.f_code, frame.f_lineno
    file = code.co_filename
    first, last = max(1, line - AROUND), line + AROUND
    around = [(number, linecache.getline(file, number)) for number in range(first, last + 1)]
    return Frame(
        file,
        line,
        code.co_qualname,
        tuple((number, text.rstrip()[:LONGEST_LINE]) for number, text in around if text),
    )
