"""An execution as a picture, as its page shows it."""

from __future__ import annotations

import json

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


def fan(count: int) -> HistoryBuilder:
    builder = begun()
    for number in range(count):
        builder.activity_task_scheduled(f"a-{number}", TYPE)
    return builder


def test_tasks_are_drawn_and_lead_to_their_events() -> None:
    """Each node is a link to the event that the task began with."""
    builder = fan(2).activity_task_started("a-0").activity_task_completed("a-0").decision()
    page = look(builder.activity_task_scheduled("b", ("ship", "2")), "graph")

    assert "ship" in page.text
    assert "Read from the history" in page.text
    for event_id in (1, 5, 6, 12):
        assert f"{EXECUTION}/history?event={event_id}#event-{event_id}" in page.links


def test_equal_tasks_are_one_unless_every_one_is_asked_for() -> None:
    """A fan is folded, and unfolded by a link."""
    folded = look(fan(30), "graph")
    unfolded = look(fan(30), "graph", every=1)

    assert "charge \u00d7 30" in folded.text
    assert f"{EXECUTION}/graph?every=1" in folded.links
    assert "\u00d7" not in unfolded.text
    assert f"{EXECUTION}/graph" in unfolded.links


def test_one_failure_among_many_is_where_the_link_leads() -> None:
    """A node of many leads to the worst of them."""
    builder = fan(9).activity_task_started("a-4").activity_task_failed("a-4", reason="no")
    page = look(builder, "graph")

    assert "1 failed, 8 scheduled" in page.text
    assert f"{EXECUTION}/history?event=9#event-9" in page.links


def test_there_is_no_style_in_the_page() -> None:
    """The picture is drawn by classes: the page's policy allows nothing else."""
    text = browser_of(fan(3)).get(f"{EXECUTION}/graph").text

    assert "<style" not in text
    assert "style=" not in text
    assert "swf-picture" in text


def test_a_graph_that_the_input_brought_is_drawn() -> None:
    """What has not begun is drawn, too."""
    tasks = [
        {"kind": "activity", "id": "cook", "name": "cook", "version": "1"},
        {"kind": "activity", "id": "eat", "name": "eat", "version": "1", "requires": ["cook"]},
    ]
    told = json.dumps({"args": [{"activity_tasks": tasks}], "kwargs": {}})
    page = look(HistoryBuilder(("any", "1"), told), "graph")

    assert "Its graph came with its input." in page.text
    assert "cook" in page.text
    assert "eat" in page.text


@pytest.mark.parametrize(
    ("workflow", "words"), [(("Drawn", "1"), "pause"), (("Chain", "1"), "Hello")]
)
def test_what_the_code_has_as_a_picture_is_drawn(workflow: tuple[str, str], words: str) -> None:
    """Graphs and chains of steps, as far as the execution has come."""
    recorded = Recorded(HistoryBuilder(workflow).build(), domain="d", workflow_id="w", run_id="r")
    browser = Browser(application(recorded, token=None, code=[code.CODE, f"{code.CODE}.Drawn"]))
    page = seen(browser.get(f"{EXECUTION}/graph").text)

    assert "As its code has it." in page.text
    assert words in page.text


def test_ordinary_code_is_replayed_for_what_came_of_what(swf_engine: Engine) -> None:
    """What a task really waited for is drawn, where the code is at hand."""
    handle, _ = code.begun(swf_engine, code.Order, "tea")
    path = paths.url("d", "executions", handle.workflow_id, str(handle.run_id), "graph")
    known = application(connected(swf_engine), token=None, code=[code.CODE])
    unknown = application(connected(swf_engine), token=None, code=["json"])

    assert "Found out by replaying its code" in Browser(known).get(path).text
    assert "Read from the history" in Browser(unknown).get(path).text
    assert "Its code could not be used for that: NotRegisteredError" in (
        Browser(unknown).get(path).text
    )


def test_a_picture_of_more_than_can_be_read_is_a_stretch_of_it() -> None:
    """What is left out is counted, and the page stays short."""
    text = browser_of(long_history(6_000)).get(f"{EXECUTION}/graph?every=1").text

    assert "There are more tasks than can be read in a picture" in text
    assert len(text) < 1_000_000


def test_more_tasks_than_are_looked_at_are_counted() -> None:
    """The page says how many of them it shows."""
    assert "The first 2,001 of " in look(long_history(10_000), "graph").text


def test_a_contradictory_history_is_told() -> None:
    """What SWF cannot have recorded has no picture, and the page says why."""
    recorded = Recorded(fan(2).build(), domain="d", workflow_id="w", run_id="r")
    recorded._events = [recorded._events[0], *recorded._events[2:]]
    answer = Browser(application(recorded, token=None)).get(f"{EXECUTION}/graph")

    assert answer.status == 200
    assert "It cannot be drawn" in answer.text


@pytest.mark.parametrize("poison", POISONS)
def test_nothing_harms_its_readers(shop: Shop, poison: str) -> None:
    """Whatever SWF tells, it is text."""
    execution = shop.schedule("a")
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None))
    named = (execution.workflow_id, str(execution.run_id))
    text = browser.get(paths.url("d", "executions", *named, "graph")).text

    assert not harms(text)
