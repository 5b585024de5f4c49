"""Showing how an execution gets on: live on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final, TextIO

from swf.flow.handle import FIRST_PAUSE, STATUS, Handle, continuation
from swf.flow.replay.matching import attributes_of
from swf.flow.replay.run import seconds_of
from swf.models import WorkflowExecution
from swf.models.views import harmless
from swf.wire import Wire

Tell = Callable[[Iterable[Wire]], None]
"""Shows what these events say, the oldest first; each event is told of once."""

PAGE: Final = 100
"""Events that are asked for at a time."""

SHOWN: Final = 12
"""Lines that stand on a terminal at a time."""

NAMES: Final = ("activityId", "timerId", "workflowId", "markerName", "signalName", "id")
"""Attributes that name what an event is about."""

CAUSES: Final = ("scheduledEventId", "initiatedEventId", "startedEventId")
"""Attributes that lead to the event which has named that."""

_PASSED_OVER: Final = frozenset(
    {"DecisionTaskCompleted", "DecisionTaskScheduled", "DecisionTaskStarted"}
)


class Lines:
    """Words for events: when, what, and which."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self.counts: Counter[str] = Counter()

    def of(self, event: Wire) -> str | None:
        """Return the line of an event; None for one that says nothing to a reader."""
        kind, told = event["eventType"], attributes_of(event)
        name = self._name(told)
        self._names[event["eventId"]] = name
        self.counts[kind] += 1
        if kind in _PASSED_OVER:
            return None
        moment = datetime.fromtimestamp(seconds_of(event["eventTimestamp"]), UTC)
        words = [f"{moment:%H:%M:%S}", kind, name, told.get("reason") or told.get("cause") or ""]
        return harmless(" ".join(word for word in words if word))

    def _name(self, told: Wire) -> str:
        for member in NAMES:
            if member in told:
                return str(told[member])
        for member in CAUSES:
            if told.get(member):
                return self._names.get(told[member], "")
        execution = told.get("workflowExecution") or {}
        return str(execution.get("workflowId", ""))


@contextmanager
def progress(title: str, stream: TextIO | None = None) -> Generator[Tell]:
    """Yield what shows events within the block, on a terminal or in lines, on stderr."""
    shown_on: TextIO = sys.stderr if stream is None else stream
    lines = Lines()
    if not shown_on.isatty():
        yield lambda events: _write(shown_on, lines, events)
        return
    console = import_module("rich.console").Console(file=shown_on)
    shown: deque[str] = deque(maxlen=SHOWN)
    # What is printed meanwhile goes above what is shown, unless it goes somewhere else.
    live_display = import_module("rich.live").Live(
        console=console, auto_refresh=False, redirect_stdout=sys.stdout.isatty()
    )
    with live_display as live:

        def tell(events: Iterable[Wire]) -> None:
            shown.extend(line for line in map(lines.of, events) if line)
            live.update(_panel(title, lines.counts, shown), refresh=True)

        yield tell


def _write(stream: TextIO, lines: Lines, events: Iterable[Wire]) -> None:
    stream.writelines(f"{line}\n" for line in filter(None, map(lines.of, events)))
    stream.flush()


def _panel(title: str, counts: Counter[str], shown: Iterable[str]) -> Any:
    done = counts["ActivityTaskCompleted"]
    failed = counts["ActivityTaskFailed"] + counts["ActivityTaskTimedOut"]
    at_work = counts["ActivityTaskScheduled"] - done - failed - counts["ActivityTaskCanceled"]
    text = import_module("rich.text").Text("\n".join(shown))
    told = f"{done} activities done, {at_work} open, {failed} attempts failed"
    return import_module("rich.panel").Panel(text, title=harmless(title), subtitle=told)


def watched(
    handle: Handle[Any],
    tell: Tell,
    check: Callable[[], None],
    rest: Callable[[float], object] = time.sleep,
) -> Wire:
    """Return the event that closes an execution; tell of all until then.

    Where there is nothing new, `check` is called, which may raise, and `rest` with the seconds
    until the next look.
    """
    execution, last_id, pause = handle.first, 0, FIRST_PAUSE
    while True:
        news = _news(execution, last_id)
        if not news:
            check()
            rest(pause)
            pause = min(pause * 1.5, handle.longest_pause_seconds)
            continue
        tell(news)
        latest, pause = news[-1], FIRST_PAUSE
        if latest["eventType"] in STATUS:
            return latest
        following = continuation(execution, latest)
        execution, last_id = (execution, latest["eventId"]) if following is None else (following, 0)


def _news(execution: WorkflowExecution, last_id: int) -> list[Wire]:
    """Return the events of a run since that one, the oldest first."""
    params = {**execution._described(), "reverseOrder": True, "maximumPageSize": PAGE}
    events: list[Wire] = []
    for page in execution.connection.pages("GetWorkflowExecutionHistory", params):
        events += [event for event in page["events"] if event["eventId"] > last_id]
        if page["events"][-1]["eventId"] <= last_id + 1:
            break
    events.reverse()
    return events
