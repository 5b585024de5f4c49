"""The first page of an execution, and its timeline."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from browsed import Browser, seen
from hypothesis import HealthCheck, given, settings
from looked_at import EXECUTION, TYPE, begun, browser_of, long_history, look
from poisons import POISONS, Poisoned, harms
from shops import Shop
from strategies import raw_histories
from timelines import attacked, order

from swf.clock import ManualClock
from swf.exceptions import AccessDeniedFault
from swf.insight.recorded import Recorded
from swf.models import History, HistoryBuilder
from swf.models.decision import CompleteWorkflowExecution, ContinueAsNewWorkflowExecution
from swf.web import application, paths
from swf.web.pages import execution

SCRIPTS = 2
"""What all pages share, and what pages about an execution do."""


def at(*names: str, **query: object) -> str:
    return paths.url("d", "executions", *names, **query)


def test_an_execution_is_told_at_a_glance(browser: Browser, shop: Shop) -> None:
    """What it is, since when, with which limits, its input, and how near the quotas it is."""
    started = shop.start("order-1", '{"args": [{"amount": 3}]}')
    page = seen(browser.get(at("order-1", started.run_id or "")).text)

    text = " ".join(page.text.split())
    for words in (
        "order-1",
        started.run_id,
        "open",
        "execution 1 d, decision task 1 h",
        "TERMINATE",
        "amount",
        "2 of 25,000",
        "As it was sent 25 characters",
    ):
        assert words is not None
        assert words in text


def test_why_it_is_stuck_is_on_top_with_what_helps(shop: Shop) -> None:
    """A task list that nobody polls is named, and the command that polls it can be copied."""
    started = shop.start("order-1")
    browser = Browser(application(shop.unheard, token=None))
    page = seen(browser.get(at("order-1", started.run_id or "")).text)

    assert "Why is it stuck?" in page.text
    assert "which nobody polls" in page.text
    assert ("data-copy", "swf decider start MODULE -t t -d d") in page.attributes


def test_an_execution_that_goes_on_says_what_it_waits_for(shop: Shop, browser: Browser) -> None:
    """What is as it should be is no alarm."""
    started = shop.start("order-1")
    shop.decide()
    page = seen(browser.get(at("order-1", started.run_id or "")).text)

    assert "Why is it stuck?" not in page.text
    assert "waits for a signal, or for a child" in page.text


def test_what_is_worth_a_look_is_told_before_it_stops() -> None:
    """An activity that fails again and again is told while it is tried again."""
    builder = begun()
    for _ in range(3):
        builder.activity_task_scheduled("a", TYPE).activity_task_started("a")
        builder.activity_task_failed("a", reason="CardError").decision()
    page = look(builder.timer_started("retry-3-a", 60))

    assert "Worth a look" in page.text
    assert "'a' has failed 3 times, the last time it failed: CardError" in page.text
    assert ("data-copy", "swf workflow tasks w") in page.attributes


def test_why_it_failed_is_told_with_the_activity_that_did() -> None:
    """Its own words, then what failed before it: which attempt, the error, the traceback."""
    details = json.dumps(
        {"error": "CardError", "message": "no", "traceback": ["Traceback:", "  pay.py, line 41"]}
    )
    builder = begun().activity_task_scheduled("charge-1", TYPE).activity_task_started("charge-1")
    builder.activity_task_failed("charge-1", reason="CardError: no", details=details).decision()
    page = look(builder.workflow_execution_failed(reason="the order failed", details="why"))

    assert "Its decider failed it." in page.text
    assert "the order failed" in page.text
    assert "What failed before it: activity charge" in page.text
    assert "CardError: no" in page.text
    assert "pay.py, line 41" in page.text
    assert f"{EXECUTION}/history?event=7#event-7" in page.links


def test_a_time_out_after_all_time_is_not_told() -> None:
    """An execution that was recorded at the end of the calendar is shown all the same."""
    end_of_time = ManualClock(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))

    assert "Times out" not in look(HistoryBuilder(("order", "1"), clock=end_of_time)).text


def test_a_result_is_told_as_a_tree() -> None:
    """What it returned is beside what it was given, each as the values that they are."""
    page = look(begun(input='{"card": "visa"}').workflow_execution_completed(result='{"paid": 3}'))

    assert "Its decider completed it." in page.text
    assert "card" in page.text
    assert "Result" in page.text
    assert "paid" in page.text


def test_runs_lead_to_one_another(browser: Browser, shop: Shop) -> None:
    """A run that was continued leads to the next one, and that one back."""
    first = shop.start("order-1")
    shop.decide(ContinueAsNewWorkflowExecution(input="again"))
    latest = browser.get(at("order-1", ""))
    second = latest.headers["location"]

    assert latest.status == 303
    assert second != at("order-1", first.run_id or "")
    assert at("order-1", first.run_id or "") in seen(browser.get(second).text).links
    assert second in seen(browser.get(at("order-1", first.run_id or "")).text).links


def test_a_child_leads_to_its_parent() -> None:
    """Who started it is a link."""
    raws = begun().raw
    raws[0]["workflowExecutionStartedEventAttributes"] |= {
        "parentWorkflowExecution": {"workflowId": "the-parent", "runId": "run-1"},
        "parentInitiatedEventId": 5,
        "tagList": ["eu"],
    }
    page = look(History(raws))

    assert at("the-parent", "run-1") in page.links
    assert paths.url("d", "executions", tag="eu") in page.links


def test_how_long_others_took_is_beside_how_long_it_takes(
    browser: Browser, shop: Shop, swf_clock: ManualClock
) -> None:
    """From three closed runs of the type on there is something to compare with."""
    for number in range(3):
        shop.start(f"order-{number}")
        swf_clock.advance(10)
        shop.decide(CompleteWorkflowExecution())
    own = shop.start("own")

    assert "Usually takes" in browser.get(at("own", own.run_id or "")).text


def test_without_leave_to_list_others_the_rest_is_told(browser: Browser, shop: Shop) -> None:
    """What is an extra is left out where SWF refuses it."""
    own = shop.start("own")
    shop.troubled(ListClosedWorkflowExecutions=AccessDeniedFault("no"))
    answer = browser.get(at("own", own.run_id or ""))

    assert answer.status == 200
    assert "Usually takes" not in answer.text


def test_what_can_be_done_is_offered(shop: Shop) -> None:
    """An open execution can be signaled; a closed one only started again; read-only, neither."""
    started = shop.start("order-1")
    path = at("order-1", started.run_id or "")

    def offered(read_only: bool) -> set[str]:
        pages = application(shop.connection, token=None, read_only=read_only)
        return set(seen(Browser(pages).get(path).text).links)

    assert {f"{path}/signal", f"{path}/terminate", f"{path}/restart"} <= offered(read_only=False)
    assert not {f"{path}/signal", f"{path}/restart"} & offered(read_only=True)
    shop.decide(CompleteWorkflowExecution())
    closed = offered(read_only=False)
    assert f"{path}/restart" in closed
    assert f"{path}/signal" not in closed


def test_an_open_execution_is_kept_up_to_date(browser: Browser, shop: Shop) -> None:
    """Its page names a stream of changes; that of a closed one has none."""
    path = at("order-1", shop.start("order-1").run_id or "")

    assert ("data-events", f"{path}/events") in seen(browser.get(path).text).attributes
    shop.decide(CompleteWorkflowExecution())
    assert "data-events" not in dict(seen(browser.get(path).text).attributes)


def test_an_execution_that_is_not_there_is_not_found(browser: Browser) -> None:
    """The page says so in words."""
    answer = browser.get(at("nobody", "nothing"))

    assert answer.status == 404
    assert "There is no such execution" in answer.text


@pytest.mark.parametrize("page", ["", "timeline"])
def test_bars_lead_to_their_events(page: str) -> None:
    """Each attempt is a link to where the history tells of it."""
    page_links = look(order(), page).links
    bars = [link for link in page_links if "#event-" in link]

    assert len(bars) > 10
    assert all(re.search(r"history\?event=(\d+)#event-\1$", link) for link in bars)


def test_idle_time_is_folded_until_a_reader_wants_it() -> None:
    """Whether it is, stands in the URL."""
    folded = look(order(), "timeline")
    unfolded = look(order(), "timeline", idle="shown")

    assert "idle, left out" in folded.text
    assert "Show idle time" in folded.text
    assert "idle, left out" not in unfolded.text
    assert "Hide idle time" in unfolded.text


@pytest.fixture(scope="module")
def long() -> Browser:
    """A browser of an execution of more lanes than are drawn at once."""
    return browser_of(long_history(execution.GLANCED_EVENTS + 1))


def test_a_long_timeline_comes_in_pages(long: Browser) -> None:
    """Each lane is on one of them, and each page says which ones it has."""
    path, drawn = f"{EXECUTION}/timeline", []
    while path:
        text = long.get(path).text
        drawn.append(set(re.findall(r"<title>charge[^<]* #(a-\d+|\d+): ", text)))
        later = re.search(r'rel="next" href="([^"]+)"', text)
        path = later[1].replace("&amp;", "&") if later else ""

    assert [len(page) for page in drawn[:2]] == [execution.LANES] * 2
    assert len(set().union(*drawn)) == sum(map(len, drawn)) == 1_000
    assert "lanes 501 to 1,000 of" in long.get(f"{EXECUTION}/timeline?first=500").text
    assert 'rel="prev"' in long.get(f"{EXECUTION}/timeline?first=500").text


@pytest.mark.parametrize("first", ["99999", "-1", "many", "1e3", "٣"])
def test_a_timeline_begins_where_it_can(long: Browser, first: str) -> None:
    """What a URL says that makes no sense is no error."""
    assert long.get(f"{EXECUTION}/timeline?first={quote(first)}").status == 200


def test_the_timeline_of_a_very_long_history_has_its_own_page(long: Browser) -> None:
    """The first page does not wait for it, and says where it is."""
    page = seen(long.get(EXECUTION).text)

    assert "on a page of its own" in page.text
    assert "svg" not in page.tags


def test_the_longest_history_has_all_its_pages() -> None:
    """One of nearly 25,000 events, the most that SWF records, on pages of less than a megabyte."""
    browser = browser_of(long_history(24_500, result='{"charged": true}'))

    for page in ("", "/timeline", "/pending", "/history", "/history?view=full&order=newest"):
        answer = browser.get(EXECUTION + page)
        assert answer.status == 200
        assert len(answer.body) < 1_000_000


def test_an_imported_history_has_the_same_pages(browser: Browser) -> None:
    """It leads to its own events; nothing leads to an SWF that does not have it."""
    recorded = Recorded(order().build())
    key = browser.pages.site.imports.add(recorded.execution, 1)
    path = paths.own(f"imported/{key}")

    for page in ("", "/timeline", "/pending", "/history", "/history?view=full", "/history.json"):
        answer = browser.get(path + page)
        assert answer.status == 200
        if page != "/history.json":
            links = seen(answer.text).links
            assert not [link for link in links if link.startswith("/ui/imported")]
            assert "data-events" not in dict(seen(answer.text).attributes)
    events = [link for link in seen(browser.get(path).text).links if "#event-" in link]
    assert events
    assert all(link.startswith(f"{path}/history?event=") for link in events)


def test_no_markup_of_the_timeline_needs_a_style_of_its_own() -> None:
    """The browser is told to apply none but those of the site's files."""
    page = seen(browser_of(order()).get(EXECUTION).text)

    assert "style" not in page.tags
    assert "style" not in dict(page.attributes)


@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("page", ["", "/timeline", "/pending", "/history", "/history?view=full"])
def test_no_text_of_a_history_acts(page: str, poison: str) -> None:
    """Names, ids, inputs, reasons and details are shown as the texts that they are."""
    answer = browser_of(attacked(poison)).get(EXECUTION + page)

    assert answer.status == 200
    assert harms(answer.text, scripts=SCRIPTS) == []


class PoisonedButNamed(Poisoned):
    """Leaves alone what names the execution: SWF refuses to tell of any other."""

    def _spoilt(self, value: Any, key: str = "") -> Any:
        return value if key in ("workflowId", "runId") else super()._spoilt(value, key)


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_a_description_acts(shop: Shop, poison: str) -> None:
    """Whatever SWF tells of an execution is shown as text."""
    path = at("order-1", shop.start("order-1").run_id or "")
    answer = Browser(application(PoisonedButNamed(shop.unheard, poison), token=None)).get(path)

    assert answer.status == 200
    assert harms(answer.text, scripts=SCRIPTS) == []


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(raw_histories(40))
def test_every_history_has_all_its_pages(raws: list[dict[str, Any]]) -> None:
    """Whatever SWF can have recorded is shown on each page, and does no harm there."""
    browser = browser_of(History(raws))

    for page in ("", "/timeline", "/pending", "/history", "/history?view=full&order=newest"):
        answer = browser.get(EXECUTION + page)
        assert answer.status == 200
        assert harms(answer.text, scripts=SCRIPTS) == []
