"""An execution gone through step by step, as its page shows it."""

from __future__ import annotations

import pytest
import replayed_code as code
from browsed import Browser, seen
from looked_at import EXECUTION, TYPE, begun, browser_of, long_history, look
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.engine import Engine
from swf.insight.recorded import Recorded
from swf.models import HistoryBuilder
from swf.testing import connected
from swf.web import application, paths


def an_order() -> HistoryBuilder:
    builder = begun().activity_task_scheduled("a", TYPE).marker_recorded("noted").advance(5)
    builder.activity_task_started("a").activity_task_completed("a", result="12")
    return builder.workflow_execution_signaled("go").decision().workflow_execution_completed()


def test_a_moment_tells_how_it_stood() -> None:
    """What had happened, what was open, what came next; links lead a step on and back."""
    page = look(an_order(), "replay", event=7)

    for words in ("after event 7", "ActivityTaskStarted charge", "5.0 s after the start",
                  "Open then 1", "runs activity charge", "Ended by then nothing", "noted",
                  "What the next answer decided", "WorkflowExecutionCompleted"):  # fmt: skip
        assert words in page.text, words
    for event in (1, 6, 8):
        assert f"{EXECUTION}/replay?event={event}" in page.links
    assert page.values["event"] == "7"


def test_the_last_moment_is_shown_first() -> None:
    """Without an event it is how the execution stands now; what is none is that too."""
    last = look(an_order(), "replay").text

    assert "completed after event 13" in last
    assert "No decision task was answered after this." in last
    assert "closed: no code waited any more" in last
    for event in ("x", "-1", "99999999", ""):
        assert "after event 13" in look(an_order(), "replay", event=event).text


def test_the_first_moment_has_nothing_before_it() -> None:
    """There is no way back from the start."""
    page = look(an_order(), "replay", event=1)

    assert not [link for link in page.links if link.endswith(("event=0", "event=1"))]
    assert "Open then 0 Nothing was open" in page.text


def test_with_its_code_it_tells_where_that_stood(swf_engine: Engine) -> None:
    """The program is replayed up to the moment, and not beyond."""
    handle, _ = code.begun(swf_engine, code.Order, "tea", "cup")
    browser = Browser(application(connected(swf_engine), token=None, code=[code.CODE]))
    path = ("d", "executions", handle.workflow_id, str(handle.run_id), "replay")
    then = seen(browser.get(paths.url(*path, event=5)).text).text
    now = seen(browser.get(paths.url(*path)).text).text

    assert "activity-replayed_code.price-1.2 (pending)" in then
    assert "timer-1.1" not in then
    assert "timer-1.1 (running)" in now


def test_a_contradictory_history_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What SWF cannot have recorded has no moments, and the page says why."""
    recorded = Recorded(an_order().build(), domain="d", workflow_id="w", run_id="r")
    recorded._events = [recorded._events[0], *recorded._events[2:]]
    answer = Browser(application(recorded, token=None)).get(f"{EXECUTION}/replay")

    assert answer.status == 200
    assert "cannot be told how it stood" in answer.text


def test_a_long_history_is_no_long_page() -> None:
    """However much happened, a page is bounded."""
    browser = browser_of(long_history(5_000))
    answer = browser.get(f"{EXECUTION}/replay?event=4000")

    assert answer.status == 200
    assert len(answer.body) < 1_000_000


@pytest.mark.parametrize("poison", POISONS)
def test_nothing_harms_its_readers(shop: Shop, poison: str) -> None:
    """Whatever SWF tells, it is text."""
    execution = shop.schedule("a")
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None))
    named = (execution.workflow_id, str(execution.run_id))
    text = browser.get(paths.url("d", "executions", *named, "replay")).text

    assert not harms(text, scripts=seen(text).tags.count("script"))
    assert seen(text).tags.count("script") <= 2
