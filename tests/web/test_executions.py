"""The list of executions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from browsed import Browser, seen
from hypothesis import given
from hypothesis import strategies as st
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.clock import ManualClock
from swf.exceptions import AccessDeniedFault, ThrottlingFault
from swf.models import Domain, WorkflowExecution
from swf.web import application, paths
from swf.web.pages import executions
from swf.web.pages.executions import LOOKED_THROUGH, SHOWN, Cursor

LIST = "/ui/d/executions"


def start(shop: Shop, *names: str, **options: object) -> list[WorkflowExecution]:
    kind = Shop.order(Domain("d", connection=shop.unheard))
    return [kind.start_execution(name, **options) for name in names]  # type: ignore[arg-type]


def listed(browser: Browser, **query: object) -> list[str]:
    """Return the workflow ids of one page of the list."""
    return [name for name, _ in rows(browser.get(paths.url("d", "executions", **query)).text)]


def rows(page: str) -> Iterator[tuple[str, str]]:
    """Yield workflow id and run id of each execution that a page links."""
    for link in seen(page).links:
        parts = urlsplit(link).path.split("/")
        if len(parts) == 6 and parts[3] == "executions":
            yield paths.name_of(parts[4]), paths.name_of(parts[5])


def walked(browser: Browser, url: str) -> list[list[str]]:
    """Return the workflow ids of each page, from one to the next."""
    found = []
    while url:
        page = browser.get(url).text
        found.append([name for name, _ in rows(page)])
        later = [link for link in seen(page).links if "page=" in link]
        url = later[0] if later else ""
    return found


def test_an_empty_domain_says_that_it_is_empty(browser: Browser) -> None:
    """Where nothing was started yet, the page says so."""
    page = seen(browser.get(LIST).text)

    assert "No execution was started in this domain yet" in page.text
    assert "0 open" in page.text


def test_the_latest_execution_comes_first(
    browser: Browser, shop: Shop, swf_clock: ManualClock
) -> None:
    """Open and closed executions stand in one list, in the order in which they were started."""
    for name in ("first", "second", "third"):
        start(shop, name)
        swf_clock.advance(1)
    shop.domain.executions().latest("second").terminate()

    assert listed(browser) == ["third", "second", "first"]
    assert listed(browser, status="open") == ["third", "first"]
    assert listed(browser, status="terminated") == ["second"]


@pytest.mark.parametrize("step", [0, 0.001, 1])
@pytest.mark.parametrize("number", [0, 1, SHOWN, SHOWN + 1, 2 * SHOWN, 2 * SHOWN + 3])
def test_the_pages_hold_each_execution_once(
    browser: Browser, shop: Shop, swf_clock: ManualClock, number: int, step: float
) -> None:
    """However many are started at one moment, each execution is on one page, and on one only."""
    names = [f"w{index}" for index in range(number)]
    for name in names:
        start(shop, name)
        swf_clock.advance(step)

    pages = walked(browser, LIST)

    assert [name for page in pages for name in page] == names[::-1]
    assert all(len(page) <= SHOWN for page in pages)
    assert len(pages) == max(1, -(-number // SHOWN))


def test_the_pages_keep_the_filters(browser: Browser, shop: Shop, swf_clock: ManualClock) -> None:
    """The next page is of the same executions that the first one is of."""
    for index in range(2 * SHOWN + 10):
        start(shop, f"w{index}", tag_list=["even" if index % 2 == 0 else "odd"])
        swf_clock.advance(1)

    pages = walked(browser, paths.url("d", "executions", tag="even", status="open"))

    assert [len(page) for page in pages] == [SHOWN, 5]
    assert all(int(name[1:]) % 2 == 0 for page in pages for name in page)


def test_a_page_can_be_left_when_its_execution_is_gone(
    browser: Browser, shop: Shop, swf_clock: ManualClock
) -> None:
    """Where the run that a page begins after is no longer there, what was started then is shown."""
    start(shop, "earlier")
    swf_clock.advance(1)
    start(shop, "w")
    at = shop.domain.executions().latest("w").start_timestamp
    assert at is not None

    assert listed(browser, page=Cursor(at, "gone")) == ["w", "earlier"]
    assert listed(browser, page=Cursor(at + timedelta(1), "gone")) == ["w", "earlier"]


@pytest.mark.parametrize("page", ["x", "", "-", "1-", "9" * 40, "1e5-x", "-5-r", "٣-x"])
def test_a_page_that_is_none_is_the_first_or_an_empty_one(browser: Browser, page: str) -> None:
    """Whatever a URL says of the page, it is no error of the server."""
    assert browser.get(paths.url("d", "executions", page=page)).status == 200


@given(st.datetimes(datetime(1971, 1, 1), timezones=st.just(UTC)), st.text())  # noqa: DTZ001
def test_where_a_page_begins_stands_in_its_url(at: datetime, run_id: str) -> None:
    """What a URL says of where a page begins is read to the millisecond."""
    cursor = Cursor(at.replace(microsecond=at.microsecond // 1000 * 1000), run_id)

    assert Cursor.read(str(cursor)) == cursor


def test_each_filter_narrows_the_list(browser: Browser, shop: Shop, swf_clock: ManualClock) -> None:
    """Every filter lets through what it names, alone and with others."""
    swf_clock.advance(12 * 3_600)
    start(shop, "a", tag_list=["eu"])
    swf_clock.advance(14 * 3_600)
    start(shop, "b", tag_list=["eu", "vip"])
    start(shop, "c")[0].terminate()

    assert listed(browser, id="b") == ["b"]
    assert set(listed(browser, tag="eu")) == {"a", "b"}
    assert set(listed(browser, type="order")) == {"a", "b", "c"}
    assert set(listed(browser, type="order:1")) == {"a", "b", "c"}
    assert listed(browser, type="order:2") == []
    assert listed(browser, type="nope") == []
    assert set(listed(browser, since="2020-01-02")) == {"b", "c"}
    assert listed(browser, until="2020-01-01") == ["a"]
    assert listed(browser, since="12h") == []
    assert set(listed(browser, until="12h")) == {"a", "b", "c"}
    assert listed(browser, status="closed") == ["c"]
    assert listed(browser, status="completed") == []
    assert listed(browser, q="VIP") == ["b"]
    assert listed(browser, q="terminated", type="order") == ["c"]
    assert listed(browser, tag="eu", type="order:1", id="a") == ["a"]
    assert listed(browser, tag="vip", type="order:2") == []


def test_what_is_compared_here_is_told(browser: Browser, shop: Shop) -> None:
    """Where SWF could not be asked for everything, the page says what was looked through."""
    start(shop, "a", "b", tag_list=["eu"])

    assert "compared here" not in browser.get(f"{LIST}?tag=eu&status=open").text
    page = seen(browser.get(f"{LIST}?tag=eu&q=b").text)
    assert "compared here, with 2 executions" in page.text
    assert "open" not in page.text.split("Executions")[2].split("Status")[0]


def test_looking_through_has_an_end(
    browser: Browser, shop: Shop, swf_clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page looks through so many executions at most, says so, and goes on from there."""
    assert LOOKED_THROUGH > SHOWN
    monkeypatch.setattr(executions, "LOOKED_THROUGH", 10)
    for index in range(25):
        start(shop, f"number {index}")
        swf_clock.advance(1)

    pages = walked(browser, f"{LIST}?q=number%203")

    assert pages == [[], [], ["number 3"]]
    assert "there are earlier ones" in browser.get(f"{LIST}?q=number%203").text


@pytest.mark.parametrize(
    "query",
    [
        {"status": "closd"},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"id": "a/b"},
        {"id": "x" * 300},
        {"tag": "\x00"},
        {"type": "x" * 300},
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_told(browser: Browser, query: dict[str, str]) -> None:
    """What cannot be asked is told beside the filters, which keep what was typed."""
    answer = browser.get(paths.url("d", "executions", **query))

    assert answer.status in (200, 400)
    if answer.status == 400:
        assert 'class="error"' in answer.text
    page = seen(answer.text)
    for name, value in query.items():
        if name in page.values and value.isprintable():
            assert page.values[name] == value


def test_an_unknown_domain_is_told_with_those_near_it(browser: Browser, shop: Shop) -> None:
    """A domain that was mistyped leads to the one that was meant."""
    Domain("shop-orders", connection=shop.unheard).save()

    answer = browser.get("/ui/shop-order/executions")

    assert answer.status == 404
    assert "/ui/shop-orders" in seen(answer.text).links
    assert "swf domain register" in answer.text


def test_counts_stand_beside_the_list(browser: Browser, shop: Shop) -> None:
    """How many there are is told, of the same filters."""
    start(shop, "a", "b", "c", tag_list=["eu"])
    shop.domain.executions().latest("a").terminate()

    assert "2 open" in browser.get(LIST).text
    assert "1 closed" in browser.get(LIST).text
    page = browser.get(f"{LIST}?status=open&tag=eu").text
    assert "2 open" in page
    assert "closed</a>" not in page
    assert "1 terminated" in browser.get(f"{LIST}?status=terminated").text


def test_a_count_that_swf_cut_off_is_told_to_be_more(shop: Shop) -> None:
    """Where SWF stops counting, the number has a plus."""

    class Many(Poisoned):
        def send(self, operation, params):
            if operation.startswith("Count"):
                return {"count": 1000, "truncated": True}
            return self.connection.send(operation, params)

    browser = Browser(application(Many(shop.connection, ""), token=None))

    assert "1,000+ open" in browser.get(LIST).text


@pytest.mark.parametrize("error", [ThrottlingFault("Rate exceeded"), AccessDeniedFault("no")])
def test_a_list_without_its_counts_is_a_list(
    browser: Browser, shop: Shop, error: Exception
) -> None:
    """Where SWF does not count, by policy or for now, the executions are shown all the same."""
    start(shop, "a")
    shop.connection.trouble["CountOpenWorkflowExecutions"] = error

    assert listed(browser) == ["a"]
    assert "1 open" not in browser.get(LIST).text


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_swf_does_harm_in_the_list(shop: Shop, poison: str) -> None:
    """Whatever ids, types, tags and statuses hold, the list shows it as text."""
    start(shop, "a", "b", tag_list=["t"])
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None, endpoint=poison))

    answer = browser.get(LIST)

    assert answer.status == 200
    assert harms(answer.text) == []


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_in_a_url_does_harm(browser: Browser, shop: Shop, poison: str) -> None:
    """Whatever a link to the list has in its query, or as its domain, comes back as text."""
    start(shop, "a")
    for field in ("status", "type", "id", "tag", "since", "until", "q", "page", "done"):
        assert harms(browser.get(paths.url("d", "executions", **{field: poison[:2000]})).text) == []
    answer = browser.get(paths.url(poison[:2000], "executions"))

    assert answer.status in (400, 404)
    assert harms(answer.text) == []


def test_who_may_only_read_is_offered_nothing_else(shop: Shop) -> None:
    """A site that is read-only says so, and has no link to what changes something."""
    start(shop, "a")
    browser = Browser(application(shop.connection, token=None, read_only=True))

    page = seen(browser.get(LIST).text)

    assert "read-only" in page.text
    assert not [link for link in page.links if link.endswith("/start")]


def test_the_list_costs_a_handful_of_calls(browser: Browser, shop: Shop) -> None:
    """However many executions there are, a page asks SWF for four things."""
    start(shop, *(f"w{index}" for index in range(120)))
    shop.connection.calls.clear()

    browser.get(LIST)

    assert [operation for operation, _ in shop.connection.calls] == [
        "ListOpenWorkflowExecutions",
        "ListClosedWorkflowExecutions",
        "CountOpenWorkflowExecutions",
        "CountClosedWorkflowExecutions",
    ]


def test_a_list_begins_with_what_nobody_polls(shop: Shop, swf_clock: ManualClock) -> None:
    """Why nothing goes on stands where one looks first, as far as the SWF tells who polls."""
    start(shop, "a")
    for index in range(3):
        start(shop, f"w{index}", task_list=f"list-{index}")
    browser = Browser(application(shop.unheard, token=None))

    text = " ".join(seen(browser.get(LIST).text).text.split())
    for name in ("list-0", "list-1", "list-2"):
        assert f"Nothing polls {name} for decision tasks since" in text
        params = {"domain": "d", "taskList": {"name": name}}
        shop.unheard.call("PollForDecisionTask", params)
    assert "1 more task lists have tasks" in text

    text = " ".join(seen(browser.get(LIST).text).text.split())
    assert text.count("Nothing polls") == 1
    assert "Nothing polls t for decision tasks since" in text


def test_the_url_of_the_stream_has_the_filters(browser: Browser) -> None:
    """What a page is told of is what it shows."""
    told = dict(seen(browser.get(f"{LIST}?tag=eu&page=1-x").text).attributes)["data-events"]

    assert urlsplit(told).path == f"{LIST}/events"
    assert parse_qs(urlsplit(told).query) == {"tag": ["eu"]}
