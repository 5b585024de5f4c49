"""Pages of executions of which only a history is at hand, and histories to look at."""

from __future__ import annotations

from typing import Any, Final

from browsed import Browser, Seen, seen

from swf.insight.recorded import Recorded
from swf.models import History, HistoryBuilder
from swf.web import application, paths

TYPE: Final = ("charge", "1.4")

EXECUTION: Final = paths.url("d", "executions", "w", "r")
"""The path of the execution that `browser_of` shows."""


def browser_of(history: History | HistoryBuilder) -> Browser:
    """Return a browser of an SWF that holds one execution, of this history."""
    built = history.build() if isinstance(history, HistoryBuilder) else history
    recorded = Recorded(built, domain="d", workflow_id="w", run_id="r")
    return Browser(application(recorded, token=None))


def look(history: History | HistoryBuilder, page: str = "", **query: Any) -> Seen:
    """Return what is seen on a page about the execution of a history, in one line."""
    answer = browser_of(history).get(paths.url("d", "executions", "w", "r", *page.split(), **query))
    assert answer.status == 200, answer.text
    found = seen(answer.text)
    found.text = " ".join(found.text.split())
    return found


def begun(**options: Any) -> HistoryBuilder:
    """Return an execution whose decider is deciding."""
    return HistoryBuilder(("order", "1"), **options).decision()


def long_history(events: int, *, result: str = "{}", **fields: Any) -> HistoryBuilder:
    """Return an execution of about so many events: activities that completed, 50 at a time."""
    builder = HistoryBuilder(("order", "1"), '{"args": [17]}')
    number = 0
    while builder.last_event_id < events:
        builder.decision()
        names = [f"a-{number + place}" for place in range(50)]
        number += 50
        for name in names:
            builder.activity_task_scheduled(name, TYPE, **fields)
        for name in names:
            builder.advance(0.1).activity_task_started(name)
            builder.activity_task_completed(name, result=result)
    return builder
