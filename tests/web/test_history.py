"""The history of an execution, as its page shows it."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from browsed import Browser, seen
from hypothesis import HealthCheck, given, settings
from looked_at import EXECUTION, TYPE, begun, browser_of, long_history, look
from poisons import POISONS, harms
from raw_events import raw_event
from shops import Shop
from strategies import raw_histories
from timelines import attacked, order

from swf.models import History, HistoryBuilder
from swf.models.decision import RecordMarker
from swf.web import paths
from swf.web.narrowing import ORDERS, VIEWS
from swf.web.pages import history

HISTORY = f"{EXECUTION}/history"
MOST = 1_000_000
"""Characters of the longest page."""


def told(page: str) -> list[int]:
    """Return the ids of the events that a page tells of, in its order."""
    return [int(found) for found in re.findall(r'id="event-(\d+)"', page)]


def walked(browser: Browser, path: str) -> list[list[int]]:
    """Return the events of each page, from one to the next."""
    found = []
    while path:
        text = browser.get(path).text
        assert len(text) < MOST
        found.append(told(text))
        later = re.search(r'rel="next" href="([^"]+)"', text)
        path = later[1].replace("&amp;", "&") if later else ""
    return found


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(raw_histories(40))
def test_each_event_is_in_each_view(raws: list[dict[str, Any]]) -> None:
    """Compact, event by event, or as JSON, whatever comes first: nothing is left out."""
    browser = browser_of(History(raws))
    ids = list(range(1, len(raws) + 1))

    for view in VIEWS:
        oldest = told(browser.get(f"{HISTORY}?view={view}").text)
        newest = told(browser.get(f"{HISTORY}?view={view}&order=newest").text)
        assert sorted(oldest) == sorted(newest) == ids
        if view != "compact":
            assert oldest == newest[::-1] == ids


def test_the_compact_view_tells_what_became_of_things() -> None:
    """Signals, timers, markers, children and functions are there as activities are."""
    page = look(order(), "history")

    for words in (
        "activity fetch",
        "timer give-up",
        "child ship",
        "lambda audit-log",
        "signal approve",
        "marker checkpoint",
        "decision task",
        "timed out",
        "CardDeclined",
    ):
        assert words in page.text


def test_attributes_are_told_event_by_event() -> None:
    """Payloads as trees, links as links, durations with their unit; what does not apply is not."""
    builder = begun().activity_task_scheduled("a", TYPE, input='{"amount": 3}', control="plain")
    page = look(builder, "history", view="full")

    assert "schedule to start timeout 300 s" in page.text
    assert "heartbeat timeout NONE" in page.text
    assert "activity type charge 1.4" in page.text
    assert "amount: 3" in page.text
    assert "control plain" in page.text
    assert "parent initiated event id" not in page.text
    assert f"{HISTORY}?event=4&view=full#event-4" in page.links


def test_an_event_is_told_as_the_json_that_it_is() -> None:
    """Nothing is left out of it."""
    builder = begun()
    answer = browser_of(builder).get(f"{HISTORY}?view=json")
    shown = [
        json.loads(seen(one).text) for one in re.findall("<pre.*?</pre>", answer.text, re.DOTALL)
    ]

    assert shown == builder.raw


NARROWED = {
    "family=timer": ("TimerStarted", "TimerFired"),
    "family=-decision": (
        "WorkflowExecutionStarted",
        "TimerStarted",
        "TimerFired",
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskFailed",
    ),
    "family=-decision&view=json&q=declined": ("ActivityTaskFailed",),
    "family=activity&view=full": (
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskFailed",
    ),
    "type=TimerFired&view=json": ("TimerFired",),
    "type=TimerFired": ("TimerStarted", "TimerFired"),
    "errors=1": ("ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskFailed"),
    "errors=1&view=full": ("ActivityTaskFailed",),
    "q=DECLINED": ("ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskFailed"),
    "q=declined&view=full": ("ActivityTaskFailed",),
    "q=nothing+like+it": (),
    "family=other": (),
}
"""What a reader may want of a history, and the types of the events that are told then."""


def told_off() -> HistoryBuilder:
    """Return an execution with a timer that fired, and an activity that failed."""
    builder = begun().activity_task_scheduled("a", TYPE).timer_started("t", 5)
    builder.activity_task_started("a").timer_fired("t")
    return builder.activity_task_failed("a", reason="declined")


@pytest.mark.parametrize("query", NARROWED)
def test_a_history_can_be_narrowed(query: str) -> None:
    """By what events are about, by type, to errors, by text; groups stay whole."""
    text = browser_of(told_off()).get(f"{HISTORY}?{query}").text
    kinds = {raw["eventId"]: raw["eventType"] for raw in told_off().raw}

    assert sorted(kinds[event_id] for event_id in told(text)) == sorted(NARROWED[query])
    assert bool(told(text)) != ("Nothing in this history is like that" in text)


def test_errors_can_come_first() -> None:
    """What failed is on top, all else follows in its order."""
    browser = browser_of(told_off())
    kinds = {raw["eventId"]: raw["eventType"] for raw in told_off().raw}
    compact = told(browser.get(f"{HISTORY}?order=errors").text)
    full = told(browser.get(f"{HISTORY}?order=errors&view=full").text)

    assert [kinds[event_id] for event_id in compact[:3]] == list(NARROWED["errors=1"])
    assert kinds[full[0]] == "ActivityTaskFailed"
    assert full[1:] == sorted(full[1:])
    assert len(compact) == len(full) == len(kinds)


def test_nonsense_narrows_nothing() -> None:
    """What a URL says that makes no sense is no error, and hides nothing."""
    nonsense = "&".join(
        f"{name}=x" for name in ("family", "type", "view", "order", "page", "event")
    )
    text = browser_of(told_off()).get(f"{HISTORY}?{nonsense}").text

    assert len(told(text)) == len(told_off().raw)


@pytest.fixture(scope="module")
def long() -> Browser:
    """A browser of an execution whose history has several pages in each view."""
    return browser_of(long_history(1_200))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("rest", ["", "&errors=1", "&family=activity", "&q=a-1"])
def test_pages_make_up_the_history(long: Browser, view: str, order: str, rest: str) -> None:
    """Each event is on one page, whatever is wanted of them."""
    count = len(json.loads(long.get(f"{EXECUTION}/history.json").text)["events"])
    found = walked(long, f"{HISTORY}?view={view}&order={order}{rest}")

    ids = [event_id for page in found for event_id in page]
    assert len(ids) == len(set(ids))
    if not rest:
        assert sorted(ids) == list(range(1, count + 1))
        assert len(found) > 1


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("order", ["oldest", "newest"])
@pytest.mark.parametrize("event_id", [1, 2, 333, 777, 1_201])
def test_a_link_to_an_event_finds_it(long: Browser, view: str, order: str, event_id: int) -> None:
    """The page that it is on is opened, and the event is marked."""
    text = long.get(f"{HISTORY}?view={view}&order={order}&event={event_id}").text

    assert event_id in told(text)
    assert 'class="' in text
    assert re.search(rf'id="event-{event_id}"[^>]*chosen', text)


@pytest.mark.parametrize("order", ["oldest", "newest"])
@pytest.mark.parametrize("view", ["full", "json"])
def test_an_event_is_found_among_those_that_are_wanted(
    long: Browser, view: str, order: str
) -> None:
    """Its page is that of the narrowed history; on the way, what is not wanted does not count."""
    text = long.get(f"{HISTORY}?view={view}&order={order}&family=activity&event=1002").text
    ids = [raw["eventId"] for raw in long_history(1_200).raw if "ActivityTask" in raw["eventType"]]
    if order == "newest":
        ids.reverse()
    first = ids.index(1_002) // history.EVENTS * history.EVENTS

    assert told(text) == ids[first : first + history.EVENTS]


def test_a_link_to_an_event_that_is_not_there_opens_the_first_page(long: Browser) -> None:
    """No more than that can be done."""
    for view in VIEWS:
        assert 1 in told(long.get(f"{HISTORY}?view={view}&event=999999").text)
        assert told(long.get(f"{HISTORY}?view={view}&page=999999").text)


def test_a_history_is_downloaded_as_the_cli_gives_it(long: Browser) -> None:
    """As a file, which no browser takes for a page; it can be read again."""
    answer = long.get(f"{EXECUTION}/history.json")
    again = History.from_json(answer.text)

    assert answer.headers["content-disposition"] == 'attachment; filename="history-w.json"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].startswith("application/json")
    assert again.raws == long_history(1_200).raw


@pytest.mark.parametrize("name", ['"; x="', "..%2f..%2fetc", "\u202egpj", "…", "a b;c,d\\"])
def test_the_name_of_a_download_is_harmless(shop: Shop, browser: Browser, name: str) -> None:
    """Whatever a workflow id holds, the header stays one, and the file in its folder."""
    run_id = shop.start(name).run_id or ""
    answer = browser.get(f"{paths.url('d', 'executions', name, run_id)}/history.json")

    assert re.fullmatch(
        r'attachment; filename="history-[A-Za-z0-9][A-Za-z0-9._-]*\.json"',
        answer.headers["content-disposition"],
    )


def test_a_part_of_a_long_history_is_read_for_a_page(shop: Shop, browser: Browser) -> None:
    """Of an open execution whose events are shown one by one, no more than lies before them."""
    started = shop.start("order-1")
    for _ in range(25):
        shop.decide(*(RecordMarker("m") for _ in range(100)))
        started.signal("go on")
    path = paths.url("d", "executions", "order-1", started.run_id or "", "history", view="full")

    first, last = told(browser.get(path).text), told(browser.get(f"{path}&order=newest").text)

    reads = shop.connection.operations().count("GetWorkflowExecutionHistory")
    assert first == list(range(1, history.EVENTS + 1))
    assert last == list(range(last[0], last[0] - history.EVENTS, -1))
    assert reads == 4  # of each page: how many events there are, and those


def test_no_page_is_larger_than_a_megabyte() -> None:
    """Payloads of 5 MB in all, of the characters that take most room in a page, are cut short."""
    heavy = long_history(1_000, input='"' * 32_000, result="<>&'" * 8_000)
    browser = browser_of(heavy)

    for view in VIEWS:
        answer = browser.get(f"{HISTORY}?view={view}")
        assert answer.status == 200
        assert len(answer.body) < MOST
    assert "characters more" in browser.get(f"{HISTORY}?view=full").text
    whole = browser.get(f"{HISTORY}?view=json&event=5").text
    assert len(whole) < MOST
    assert seen(whole).text.count('\\"') >= 32_000
    assert len(browser.get(EXECUTION).body) < MOST


def test_trees_have_no_more_room_than_texts() -> None:
    """JSON of very many small values is not told as very many elements."""
    wide = json.dumps({f"k{number}": number for number in range(300)})
    browser = browser_of(long_history(600, input=wide, result=wide))

    for view in VIEWS:
        assert len(browser.get(f"{HISTORY}?view={view}").body) < MOST


def test_events_that_contradict_each_other_are_told_one_by_one() -> None:
    """A history that makes no sense as a whole can still be looked at."""
    raws = begun().raw
    raws.append(raw_event(len(raws) + 1, "TimerFired", timerId="t", startedEventId=77))
    browser = Odd(raws).browser()
    answer = browser.get(HISTORY)

    assert answer.status == 200
    assert "contradict each other" in answer.text
    assert told(answer.text) == list(range(1, len(raws) + 1))
    assert "cannot be read as a whole" in browser.get(EXECUTION).text
    assert "cannot be told" in browser.get(f"{EXECUTION}/pending").text
    assert "cannot be drawn" in browser.get(f"{EXECUTION}/timeline").text


def test_events_that_a_newer_swf_records_are_told_too() -> None:
    """One of an unknown type, with whatever it tells, or nothing at all, is on every page."""
    raws = begun().raw
    time = raws[-1]["eventTimestamp"]
    raws += [
        {"eventId": len(raws) + 1, "eventType": "MoonRose", "eventTimestamp": time},
        raw_event(len(raws) + 2, "MoonSet", at=time, phase={"name": "full", "days": [1, 2]}),
    ]
    browser = Odd(raws).browser()

    for page in ("", "/timeline", "/pending"):
        assert browser.get(EXECUTION + page).status == 200
    for query in ("", "?view=full", "?view=json", "?family=other", "?type=MoonRose", "?q=full"):
        answer = browser.get(HISTORY + query)
        assert answer.status == 200
        assert "MoonSet" in answer.text
    assert "full" in browser.get(f"{HISTORY}?view=full").text


@pytest.mark.parametrize("poison", POISONS)
@pytest.mark.parametrize("query", ["view=json", "view=full&order=newest", "errors=1"])
def test_no_text_of_an_event_acts(query: str, poison: str) -> None:
    """In each view the texts of a history are texts."""
    answer = browser_of(attacked(poison)).get(f"{HISTORY}?{query}")

    assert answer.status == 200
    assert harms(answer.text, scripts=2) == []


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_a_url_acts(long: Browser, poison: str) -> None:
    """What is searched for is told in the form as what was typed."""
    answer = long.get(f"{HISTORY}?q={quote(poison[:2000], errors='surrogatepass')}")

    assert answer.status == 200
    assert harms(answer.text, scripts=2) == []


class Odd:
    """An SWF that tells of one execution what no SWF can have recorded."""

    def __init__(self, raws: list[dict[str, Any]]) -> None:
        self.raws = raws

    def browser(self) -> Browser:
        good = browser_of(HistoryBuilder(("order", "1")))
        connection: Any = good.pages.site.connection
        connection._events = self.raws
        return good
