"""What an execution waits for, as its page shows it."""

from __future__ import annotations

import json

from browsed import Browser, seen
from looked_at import EXECUTION, TYPE, begun, browser_of, look
from shops import Shop

from swf.clock import ManualClock
from swf.models import HistoryBuilder
from swf.web import application, paths
from swf.web.pages import pending


def test_an_activity_is_told_with_its_worker_and_its_clocks() -> None:
    """Who has it, since when, on which task list, and which time-out comes first."""
    builder = begun().activity_task_scheduled("a-1", TYPE, task_list="work", heartbeat_timeout=30)
    builder.advance(2).activity_task_started("a-1", identity="worker-3").advance(10)
    page = look(builder, "pending")

    for words in ("runs", "activity", "charge", "1.4", "a-1", "worker-3", "waited 2.0 s before"):
        assert words in page.text
    assert "Next time-out in 5 min" in page.text
    assert "30 s after a heartbeat SWF does not tell when the last one came" in page.text
    assert f"{EXECUTION}/history?event=5#event-5" in page.links


def test_what_is_due_counts_down(shop: Shop, swf_clock: ManualClock) -> None:
    """How long is left is told as of now, for a script to go on counting."""
    execution = shop.schedule("a")
    shop.unheard.call("PollForActivityTask", {"domain": "d", "taskList": {"name": "t"}})
    swf_clock.advance(600)
    path = paths.url("d", "executions", execution.workflow_id, execution.run_id or "", "pending")
    page = seen(Browser(application(shop.unheard, token=None)).get(path).text)

    assert ("data-seconds", "3000.0") in page.attributes
    assert "in 50 min" in page.text
    assert paths.url("d", "task-lists") in page.links


def test_the_last_failure_is_told_with_its_traceback() -> None:
    """Which attempt this is, and why the one before it failed."""
    details = json.dumps(
        {"error": "CardError", "message": "declined", "traceback": "pay.py, line 41"}
    )
    builder = begun().activity_task_scheduled("a", TYPE).activity_task_started("a")
    builder.activity_task_failed("a", reason="CardError: declined", details=details).decision()
    page = look(builder.activity_task_scheduled("a", TYPE, input='{"card": "visa"}'), "pending")

    for words in (
        "waits to be taken",
        "attempt 2",
        "Attempt before",
        "CardError: declined",
        "pay.py, line 41",
        "card: visa",
    ):
        assert words in page.text


def test_a_wait_for_the_next_attempt_is_no_mere_timer() -> None:
    """It says what will be tried again, when, and why."""
    builder = begun().activity_task_scheduled("charge-1", TYPE).activity_task_started("charge-1")
    builder.activity_task_failed("charge-1", reason="CardError").decision()
    page = look(builder.timer_started("retry-1-charge-1", 60), "pending")

    assert "waits for the next attempt timer charge-1" in page.text
    assert "Fires in 1 min" in page.text
    assert "Failed ✕ failed CardError" in page.text


def test_a_child_is_a_link() -> None:
    """To the run that it is, or to its latest where it has not begun."""
    builder = begun().start_child_workflow_execution_initiated("c", TYPE)
    builder.start_child_workflow_execution_initiated("e", TYPE).child_workflow_execution_started(
        "c"
    )
    page = look(builder, "pending")

    begun_run = builder.build().compiled.children["c"].run_id
    assert paths.url("d", "executions", "c", begun_run) in page.links
    assert paths.url("d", "executions", "e", "") in page.links
    assert "about to start" in page.text


def test_messages_and_decision_tasks_are_told_too() -> None:
    """Whatever is open is there; what has no clock says so."""
    builder = begun().signal_external_workflow_execution_initiated("other", "wake")
    page = look(builder.workflow_execution_signaled("s"), "pending")

    assert "on its way message to another execution signal wake to other" in page.text
    assert "waits to be taken decision task" in page.text
    assert "none: it may take as long as the execution" in page.text


def test_where_nothing_is_pending_the_page_says_so() -> None:
    """An open execution may wait for a signal; a closed one for nothing."""
    assert "Nothing is pending" in look(begun(automatic=False), "pending").text
    closed = begun().workflow_execution_completed()
    assert "The execution is closed: nothing is pending" in look(closed, "pending").text


def test_what_a_closed_execution_left_open_is_told_as_that() -> None:
    """It is pending no more."""
    builder = begun().activity_task_scheduled("a", TYPE).workflow_execution_terminated()
    page = look(builder, "pending")

    assert "this is what it left open" in page.text


def test_very_many_are_told_in_part() -> None:
    """As many as SWF lets be open do not make a page too long; how many there are is told."""
    builder = HistoryBuilder(("order", "1")).decision()
    for number in range(1_000):
        builder.activity_task_scheduled(f"a-{number}", TYPE, input='"' * 30_000)
    answer = browser_of(builder).get(f"{EXECUTION}/pending")

    assert f"The first {pending.SHOWN} of 1,000" in answer.text
    assert len(answer.text) < 1_000_000
