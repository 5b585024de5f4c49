"""A browser as far as a server sees one: it keeps cookies, and follows where it is sent."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import attrs

from swf.web import Pages

HOST = "localhost:8042"

_APART = frozenset({"button", "dd", "dt", "li", "option", "p", "td", "th"})
"""Elements that stand apart from what comes before them."""


@attrs.frozen
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@attrs.define
class Browser:
    """Asks an ASGI application; sends the headers that browsers send, unless told otherwise."""

    pages: Pages
    host: str = HOST
    cookies: dict[str, str] = attrs.field(factory=dict)

    def get(self, url: str, **headers: str) -> Answer:
        return self.send("GET", url, headers=headers)

    def follow(self, url: str) -> Answer:
        """Return what is there in the end; the answer on the way must be redirections."""
        answer = self.get(url)
        while answer.status in (302, 303, 307):
            answer = self.get(answer.headers["location"])
        return answer

    def submit(self, url: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a form as a page of the same origin does, with the field that forms carry."""
        body = urlencode({"csrf": self.pages.site.csrf, **(fields or {})}, errors="surrogatepass")
        told = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"http://{self.host}",
            "sec-fetch-site": "same-origin",
            **headers,
        }
        return self.send("POST", url, body.encode(), told)

    def send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        breaks_off: bool = False,
    ) -> Answer:
        return asyncio.run(self._sent(method, url, body, headers or {}, breaks_off=breaks_off))

    async def _sent(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        *,
        breaks_off: bool = False,
    ) -> Answer:
        parts = urlsplit(url)
        told: dict[str, str] = {
            "host": self.host,
            **{key.replace("_", "-"): value for key, value in headers.items()},
        }
        if self.cookies:
            told["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            told.setdefault("content-length", str(len(body)))
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "server": ("127.0.0.1", 8042),
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [
                (key.lower().encode(), value.encode("latin-1")) for key, value in told.items()
            ],
        }
        sent: list[Any] = []
        coming = [{"type": "http.request", "body": body, "more_body": breaks_off}]

        async def receive() -> Any:
            if not coming and not breaks_off:
                await asyncio.Event().wait()  # it stays until it has the answer
            return coming.pop() if coming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.pages(scope, receive, send)
        return self._answer(sent)

    def _answer(self, sent: list[Any]) -> Answer:
        begun, *pieces = sent
        for name, value in begun["headers"]:
            if name == b"set-cookie":
                for morsel in SimpleCookie(value.decode()).values():
                    self.cookies[morsel.key] = morsel.value
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in begun["headers"]
        }
        body = b"".join(piece.get("body", b"") for piece in pieces)
        return Answer(begun["status"], headers, body)


@attrs.define
class Seen:
    """What of a page a person sees, and what a browser would do with it."""

    text: str = ""
    tags: list[str] = attrs.field(factory=list)
    links: list[str] = attrs.field(factory=list)
    attributes: list[tuple[str, str]] = attrs.field(factory=list)
    values: dict[str, str] = attrs.field(factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        self.seen.tags.append(tag)
        self.seen.text += " " if tag in _APART else ""
        self.seen.attributes += told.items()
        if tag == "a":
            self.seen.links.append(told["href"])
        if tag in ("input", "button") and "name" in told:
            self.seen.values[told["name"]] = told.get("value", "")

    def handle_data(self, data: str) -> None:
        self.seen.text += data


def seen(page: str) -> Seen:
    """Return what is seen of a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.seen
