"""Pages for people beside SWF's API."""

from __future__ import annotations

from typing import Any

import pytest
from embedded import client_of
from raw_http import ask, request

from swf.engine import Engine
from swf.server import KeyPair
from swf.server.app import Application
from swf.server.listening import listen
from swf.server.serving import Served

DOMAIN = {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}


class Pages:
    """Answers each request with its path; knows whether it was told to stop."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-length", str(len(scope["raw_path"])).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": scope["raw_path"]})

    def stop(self) -> None:
        self.told.append("stop")

    def close(self) -> None:
        self.told.append("close")


@pytest.fixture
def engine():
    with Engine.open("memory://with-pages") as opened:
        opened.handle("RegisterDomain", DOMAIN)
        yield opened


def served(engine: Engine, pages: Pages | None, keys: KeyPair | None = None) -> Served:
    application = Application(engine, pages=pages, keys=keys)
    return Served(application, listen("127.0.0.1", 0), request_seconds=30)


def get(server: Served, path: str, method: str = "GET"):
    return ask(int(server.url.rpartition(":")[2]), request(method=method, path=path))


def test_what_is_below_ui_is_left_to_the_pages(engine):
    """Pages have their own part of the paths, as they were written; the rest is as without."""
    with served(engine, Pages()) as server:
        assert get(server, "/ui/a%2Fb/c?d").body == b"/ui/a%2Fb/c"
        assert get(server, "/ui").body == b"/ui"
        assert get(server, "/uix").status == 404
        assert get(server, "/health").status == 200
        assert get(server, "/task-lists?domain=d").status == 200
        assert client_of(server.url).describe_domain(name="d")["domainInfo"]["name"] == "d"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_at_the_endpoint_is_led_to_the_pages(engine, method):
    """Who opens the server's URL in a browser sees its pages; calls are no different."""
    with served(engine, Pages()) as server:
        answer = get(server, "/", method)

        assert answer.status == 307
        assert answer.headers["location"] == "/ui/"


def test_without_pages_the_endpoint_takes_calls_only(engine):
    """A server that has no pages says so, as ever."""
    with served(engine, None) as server:
        assert get(server, "/").status == 405
        assert get(server, "/ui/").status == 404


def test_pages_know_by_themselves_who_may_have_them(engine):
    """Browsers do not sign: where calls must be signed, pages need not be."""
    with served(engine, Pages(), KeyPair("key", "secret")) as server:
        assert get(server, "/ui/").status == 200
        assert "MissingAuthenticationToken" in get(server, "/task-lists?domain=d").body.decode()


@pytest.mark.parametrize("path", ["/metrics", "/task-lists?domain=d", "/no", "/health/..", "//"])
def test_what_an_operator_looks_at_has_to_be_signed_for(engine, path):
    """With a key pair, whoever does not sign learns that the server is up, and no more."""
    with served(engine, None, KeyPair("key", "secret")) as server:
        refused = get(server, path)
        assert (refused.status, refused.fault) == (400, "MissingAuthenticationTokenException")
        assert get(server, "/health").json == {"status": "ok"}


def test_pages_end_with_their_server(engine):
    """A server that stops tells its pages to, and waits until nothing works for them."""
    pages = Pages()

    served(engine, pages).close()

    assert pages.told == ["stop", "close"]
