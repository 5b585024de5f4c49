"""What every page has, and how its requests are answered."""

from __future__ import annotations

import asyncio
import threading
from http import HTTPStatus

import pytest
from browsed import Browser, seen
from shops import Shop

from swf.models.colours import DARK, LIGHT
from swf.web import application
from swf.web.assets import FILES
from swf.web.site import MAX_WAITING, THREADS

LIST = "/ui/d/executions"
LONG = 60.0


def test_a_page_can_be_read_without_scripts(browser: Browser) -> None:
    """Each page names its language, leads past its navigation, and says where a reader is."""
    page = browser.get(LIST).text

    assert '<html lang="en">' in page
    assert "#main" in seen(page).links
    assert 'aria-current="page"' in page
    assert "<h1>Executions</h1>" in page


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("swf-theme=dark", '<html lang="en" data-theme="dark">'),
        ("swf-theme=light", '<html lang="en" data-theme="light">'),
        ("swf-theme=<script>", '<html lang="en">'),
        ("swf-theme=", '<html lang="en">'),
    ],
)
def test_the_colours_that_a_reader_chose_are_kept(browser: Browser, cookie: str, told: str) -> None:
    """A page begins with the colours of the reader's choice; anything else is none."""
    assert told in browser.get(LIST, cookie=cookie).text


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_a_page_are_there(browser: Browser, name: str) -> None:
    """Each file has its type, and is not sent again where a browser has it."""
    answer = browser.get(f"/ui/static/{name}")

    assert answer.status == 200
    assert answer.headers["content-type"].split(";")[0] in (
        "text/css",
        "text/javascript",
        "image/svg+xml",
    )
    again = browser.get(f"/ui/static/{name}", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_no_other_file_is_there(browser: Browser) -> None:
    """What is no file of a page is not served, however its path is written."""
    for name in ("x.css", "../site.py", "%2e%2e/site.py", "..%2fsite.py", "", "style.css/"):
        assert browser.get(f"/ui/static/{name}").status == 404


def test_the_colours_are_those_of_the_pictures(browser: Browser) -> None:
    """Each state's colours are named, for light screens and for dark ones."""
    sheet = browser.get("/ui/static/colours.css").text

    for palette in (LIGHT, DARK):
        for fill, line in palette.states.values():
            assert fill in sheet
            assert line in sheet


def test_no_file_fetches_from_elsewhere() -> None:
    """Pages work without any other server, and say nothing to one."""
    for name, (_, content) in FILES.items():
        text = content.decode().replace("http://www.w3.org/", "")
        assert "http:" not in text, name
        assert "https:" not in text, name
        assert "innerHTML" not in text, name
        assert "eval(" not in text, name


@pytest.mark.parametrize("url", ["/ui/x/y/z", "/ui/d/nope", "/ui/%ff/executions", "/uix"])
def test_what_is_no_page_is_told_to_be_none(browser: Browser, url: str) -> None:
    """An address that leads nowhere has a page that leads on."""
    answer = browser.get(url)

    assert answer.status == 404
    assert "/ui/?all=1" in seen(answer.text).links


@pytest.mark.parametrize("url", [LIST, "/ui/nope/executions", "/ui/x/y/z"])
def test_a_head_is_answered_as_a_get(browser: Browser, url: str) -> None:
    """Who asks for the headers alone gets the same status."""
    assert browser.send("HEAD", url).status == browser.get(url).status


def test_the_endpoint_is_told(shop: Shop) -> None:
    """A reader sees which SWF a page shows."""
    browser = Browser(application(shop.connection, token=None, endpoint="sqlite:///shop.db"))

    assert "sqlite:///shop.db" in seen(browser.get(LIST).text).text


class Slow:
    """A domain list that nobody answers until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.released = threading.Event()

    def __call__(self) -> None:
        self.asked.release()
        self.released.wait(LONG)


def test_a_slow_swf_stops_neither_files_nor_the_refusals(shop: Shop) -> None:
    """While pages wait for SWF, what needs no SWF is served; too many waiting pages are refused."""
    slow = Slow()
    shop.connection.trouble["ListOpenWorkflowExecutions"] = slow
    browser = Browser(application(shop.connection, token=None))

    async def get(url: str) -> int:
        answer = await browser._sent("GET", url, b"", {})
        return answer.status

    async def scene() -> None:
        held = [asyncio.ensure_future(get(LIST)) for _ in range(THREADS + MAX_WAITING)]
        more = [asyncio.ensure_future(get(LIST)) for _ in range(20)]  # in the same moment
        refused = await asyncio.wait_for(asyncio.gather(*more), LONG)
        assert set(refused) == {HTTPStatus.SERVICE_UNAVAILABLE}
        for _ in range(THREADS):
            await asyncio.to_thread(slow.asked.acquire, timeout=LONG)

        assert await get("/ui/static/style.css") == HTTPStatus.OK
        assert await get("/ui/x/y/z") == HTTPStatus.NOT_FOUND
        assert await get(LIST) == HTTPStatus.SERVICE_UNAVAILABLE
        slow.released.set()
        assert set(await asyncio.wait_for(asyncio.gather(*held), LONG)) == {HTTPStatus.OK}

    asyncio.run(scene())


def test_what_was_done_is_told_once_and_in_our_words(browser: Browser) -> None:
    """A page says what was done where it knows the word for it, and nothing a link makes up."""
    assert "The signal was sent." in browser.get(f"{LIST}?done=signaled").text
    assert "nonsense" not in seen(browser.get(f"{LIST}?done=nonsense").text).text
