"""Histories that are brought along in files."""

from __future__ import annotations

import json

import pytest
from browsed import Answer, Browser, seen
from looked_at import TYPE, begun
from poisons import POISONS, harms
from shops import Shop

from swf.insight.recorded import recorded
from swf.models import HistoryBuilder
from swf.web import application
from swf.web.imports import Imports
from swf.web.pages import imported

PAGE = "/ui/~import"
VIEWS = ("", "/timeline", "/history", "/pending", "/graph", "/stack", "/replay", "/children",
         "/export", "/export.html")  # fmt: skip


def text_of(builder: HistoryBuilder) -> str:
    return builder.build().to_json()


def send(browser: Browser, content: bytes = b"", **fields: str) -> Answer:
    """Send the form with a file as a browser does."""
    pieces = [
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"csrf": browser.pages.site.csrf, **fields}.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="h.json"'
    pieces.append(f"--X\r\n{head}\r\nContent-Type: application/json\r\n\r\n".encode())
    body = b"".join([*pieces, content, b"\r\n--X--\r\n"])
    told = {"content-type": "multipart/form-data; boundary=X", "sec-fetch-site": "same-origin"}
    return browser.send("POST", PAGE, body, told)


def place(answer: Answer) -> str:
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def test_every_view_shows_an_imported_history(browser: Browser) -> None:
    """A file becomes an execution that all pages show, marked as imported, with no action."""
    text = text_of(begun().activity_task_scheduled("a", TYPE).activity_task_started("a"))
    at = place(send(browser, text.encode(), workflow_id="from a report"))

    for view in VIEWS:
        answer = browser.get(at + view)
        assert answer.status == 200, (view, answer.text)
        assert "from a report" in answer.text
        page = seen(answer.text)
        assert not [link for link in page.links if link.endswith(("/signal", "/terminate"))]
        assert not [link for link in page.links if "://" in link]
    assert "An imported history" in browser.get(at).text


def test_events_of_a_newer_swf_are_shown_in_every_view(browser: Browser) -> None:
    """A type of events that is not known yet is told by its name; without a type there is none."""
    events = json.loads(text_of(begun()))["events"]
    newer = {"eventId": len(events) + 1, "eventTimestamp": 2e9, "eventType": "TeaBrewed"}
    text = json.dumps([*events, {**newer, "teaBrewedEventAttributes": {"leaf": "Assam"}}])
    at = place(send(browser, text.encode()))

    for view in VIEWS:
        assert browser.get(at + view).status == 200, view
    for view in ("/history?view=full", "/export.html"):
        assert "TeaBrewed" in browser.get(at + view).text
        assert "Assam" in browser.get(at + view).text
    refused = send(browser, json.dumps([*events, {**newer, "eventType": ""}]).encode())
    assert refused.status == 400
    assert "eventType" in refused.text


def test_a_text_may_be_pasted(browser: Browser) -> None:
    """Without a file, what was typed counts; the page lists what is held."""
    at = place(browser.submit(PAGE, {"text": text_of(begun())}))

    assert browser.get(at).status == 200
    assert at in seen(browser.get(PAGE).text).links


def test_what_is_exported_can_be_imported(browser: Browser, shop: Shop) -> None:
    """The history that one page sends is the one that the other takes."""
    execution = shop.schedule("a")
    path = f"/ui/d/executions/{execution.workflow_id}/{execution.run_id}/history.json"
    at = place(send(browser, browser.get(path).body))
    again = browser.get(f"{at}/history.json")

    assert json.loads(again.body) == json.loads(browser.get(path).body)


@pytest.mark.parametrize(
    "content", [b"", b"  ", b"\xff\xfe\x00", b"{", b"[1]", b'{"events": 3}', b"[" * 50_000]
)
def test_what_is_no_history_is_refused_in_words(browser: Browser, content: bytes) -> None:
    """The page says why, keeps what was typed, and holds nothing."""
    answer = send(browser, content, workflow_id="my-id")
    page = seen(answer.text)

    assert answer.status == 400
    assert page.values["workflow_id"] == "my-id"
    assert "import-error" in answer.text
    assert browser.pages.site.imports.listed() == []


@pytest.mark.parametrize("field", ["workflow_id", "run_id", "domain"])
def test_ids_that_swf_would_refuse_are_refused(browser: Browser, field: str) -> None:
    """What can be no id is told by its rule."""
    answer = send(browser, text_of(begun()).encode(), **{field: "a:b" * 200})

    assert answer.status == 400


@pytest.mark.parametrize("poison", POISONS)
def test_nothing_in_a_file_harms_its_readers(browser: Browser, poison: str) -> None:
    """A history is as little to be trusted as SWF: in each field of it, on each page."""
    builder = begun().activity_task_scheduled("a", TYPE, input="p").activity_task_started("a")
    events = json.loads(text_of(builder))["events"]
    told = json.dumps(events).replace('"p"', json.dumps(poison))
    for name in ("order", "charge", "worker", "default", '"a"'):
        told = told.replace(f'"{name.strip(chr(34))}"', json.dumps(poison))
    answer = send(browser, told.encode(), workflow_id="w")
    if answer.status != 303:
        assert not harms(answer.text)
        return
    for view in VIEWS:
        page = browser.get(place(answer) + view).text
        if view == "/export.html":
            found = [one for one in harms(page, scripts=0) if one != "<style>"]
        else:
            found = harms(page, scripts=seen(page).tags.count("script"))
            assert seen(page).tags.count("script") <= 2
        assert not found, (view, found)


def test_a_form_from_elsewhere_is_refused(browser: Browser) -> None:
    """Without the field of our own pages nothing is taken, nor from another site."""
    text = text_of(begun())

    assert browser.submit(PAGE, {"text": text, "csrf": "no"}).status == 403
    assert browser.submit(PAGE, {"text": text}, sec_fetch_site="cross-site").status == 403
    assert browser.pages.site.imports.listed() == []


def test_pages_that_are_read_only_import_too(shop: Shop) -> None:
    """It changes nothing in SWF."""
    browser = Browser(application(shop.connection, token=None, read_only=True))

    assert browser.get(place(send(browser, text_of(begun()).encode()))).status == 200


def test_a_file_that_is_too_long_is_refused(browser: Browser) -> None:
    """More than a bound is not even read."""
    assert imported.MOST_BYTES == 20_000_000
    answer = send(browser, b" " * (imported.MOST_BYTES + 1))

    assert answer.status == 413


def test_a_forgotten_history_is_told_as_such(browser: Browser) -> None:
    """A key that is not held any more leads to a page that says what to do."""
    answer = browser.get("/ui/~imported/none/history")

    assert answer.status == 404
    assert "import it again" in answer.text


def test_the_latest_are_held() -> None:
    """Beyond a number, or a size, those go that were not looked at longest; the newest stays."""
    execution = recorded(text_of(begun()))
    held = Imports(most=2, most_bytes=100)
    first, second = held.add(execution, 10), held.add(execution, 10)
    assert held.get(first) is execution
    third = held.add(execution, 10)

    assert held.get(second) is None
    assert [key for key, _ in held.listed()] == [third, first]
    large = held.add(execution, 1_000)
    assert [key for key, _ in held.listed()] == [large]
