"""In a notebook executions and histories show when they did what, and never fail to show."""

from __future__ import annotations

import pytest
from raw_events import raw_event
from shops import Shop
from timelines import ATTACKS, TYPE, attacked, order

from swf.clock import ManualClock
from swf.models import History, HistoryBuilder, WorkflowExecution
from swf.models.timeline.notebook import LANES


def test_a_history_shows_its_timeline_over_its_table() -> None:
    """The type, how it stands, how long it took and how many events there are, then the lanes."""
    html = order().build()._repr_html_()

    history = order().build()
    heading = f"<strong>process-orders 2024-05</strong> · open · 6 h · {len(history)} events"
    assert heading in html
    assert html.index("<svg") < html.index("<details>") < html.index("<table")
    assert "charge(1, visa)" in html


def test_a_closed_execution_says_how_it_ended() -> None:
    """Its outcome is in the heading."""
    history = order().workflow_execution_terminated(reason="too late").build()

    assert "· terminated: too late · 6 h ·" in history._repr_html_()


def test_a_compiled_history_shows_the_same_over_its_own_table() -> None:
    """The picture is one, the tables differ."""
    history = order().build()
    whole, compiled = history._repr_html_(), history.compiled._repr_html_()

    assert whole.partition("<details>")[0] == compiled.partition("<details>")[0]
    assert "<th>attempts</th>" in compiled


def test_a_part_of_a_history_shows_its_table() -> None:
    """What has no timeline is shown as before."""
    history = order().build()[5:9]

    assert history._repr_html_().startswith("<table>")
    assert History().compiled._repr_html_().startswith("<table>")


def test_a_broken_history_shows_its_table() -> None:
    """Whatever the events lack, there is something to look at."""
    raw = raw_event(1, "WorkflowExecutionStarted", workflowType=5)

    assert History([raw])._repr_html_().startswith("<table>")


def test_one_event_is_one_event() -> None:
    """The heading counts as people do."""
    history = HistoryBuilder(TYPE).build()

    assert "2 events" in history._repr_html_()
    assert "· 1 event<" in history[:1]._repr_html_()


def test_a_long_history_shows_some_lanes_and_says_so() -> None:
    """A notebook is not filled by one cell."""
    built = HistoryBuilder(TYPE).decision()
    for number in range(LANES + 7):
        built.activity_task_scheduled(f"a{number}", TYPE)

    assert "… 7 more" in built.build()._repr_html_()


@pytest.mark.parametrize("text", ATTACKS)
def test_what_swf_told_cannot_act_in_a_notebook(text: str) -> None:
    """Markup in any field of any event is text."""
    html = attacked(text)._repr_html_()

    assert "<svg" in html
    assert "<script" not in html
    assert "<img" not in html


def test_an_execution_shows_its_history_until_now(shop: Shop, swf_clock: ManualClock) -> None:
    """Its ids come first; what is open goes on until the clock of its SWF."""
    execution = shop.schedule("a")
    swf_clock.advance(90)

    html = execution._repr_html_()

    heading = html.partition("</p>")[0]
    assert f"<strong>order-1 {execution.run_id}</strong> · order 1 · open · 90 s" in heading
    assert "5 events" in heading
    assert "<th>field</th>" in html.partition("<details>")[2]
    assert "waits 90 s" in html


def test_an_execution_without_run_id_is_found(shop: Shop) -> None:
    """The run that is open is shown."""
    shop.start()

    html = WorkflowExecution(shop.domain, "order-1", connection=shop.connection)._repr_html_()

    assert "<strong>order-1</strong>" in html
    assert "<svg" in html


def test_an_execution_that_is_not_there_says_so(shop: Shop) -> None:
    """What cannot be fetched is told in a line beneath the table, and nothing is raised."""
    html = WorkflowExecution(shop.domain, "none", "r", connection=shop.connection)._repr_html_()

    assert html.startswith("<table>")
    assert "Its history cannot be shown: " in html
    assert "Unknown execution" in html


def test_an_error_cannot_act_in_a_notebook(shop: Shop) -> None:
    """What an error says is text too, and not much of it."""
    connection = shop.troubled(
        GetWorkflowExecutionHistory=RuntimeError(f"<script>\x1b[2J{'x' * 999}")
    )

    html = WorkflowExecution(shop.domain, "w", "r", connection=connection)._repr_html_()

    assert "&lt;script&gt;\\x1b[2J" in html
    assert "x" * 300 not in html


def test_of_a_long_execution_the_beginning_is_fetched(shop: Shop) -> None:
    """Three pages at most are asked for, and the heading says that there is more."""
    execution = shop.start()
    for number in range(9):
        execution.signal("go", number)
    shop.connection.page = 2
    asked = WorkflowExecution(shop.domain, "order-1", execution.run_id, connection=shop.connection)
    before = len(shop.connection.calls)

    html = asked._repr_html_()

    assert len(shop.connection.calls) - before == 3
    assert "its first 6 events" in html
