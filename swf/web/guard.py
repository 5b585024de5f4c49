"""Who may have a page, and what a browser may do with it.

Pages are for who started the server: it prints a token, which a browser exchanges for a cookie.
Other sites, and names that were made to point here, get nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from swf.hosts import Hosts
from swf.web import assets, paths
from swf.web.site import Site

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Inner = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)

HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    # Without any, browsers would not even tell this server which page a form came from.
    "referrer-policy": "same-origin",
}
"""What each answer carries, unless it says otherwise itself."""

_METHODS: Final = ("GET", "HEAD", "POST")
_FILES: Final = frozenset(map(paths.asset, assets.FILES))
"""What needs no cookie: it is the same for everybody."""

_TOKEN: Final = "token"  # noqa: S105  (the name of a parameter)


class Guard:
    """Hands on the requests that may be answered; answers the others itself.

    Without a `token`, whoever reaches the server may have the pages.
    """

    def __init__(self, inner: Inner, site: Site, *, hosts: Hosts, token: str | None) -> None:
        self._inner = inner
        self._site = site
        self._hosts = hosts
        self._token = token
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            raise RuntimeError(f"only HTTP is spoken here, not {scope['type']}")
        request = Request(scope, receive)
        told = self._refusal(request) or self._exchange(request)
        if told is not None:
            await told(scope, receive, _with_headers(send))
            return
        await self._inner({**scope, "path": _path(request)}, receive, _with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        """Return the answer to who may not ask at all."""
        if not self._hosts.allow(request.headers.get("host", "").encode("latin-1")):
            return PlainTextResponse(
                "These pages are not served under that name; see --allowed-host\n", 421
            )
        if request.method not in _METHODS:
            return PlainTextResponse(
                "Pages are read and forms are sent; there is nothing else to do\n",
                405,
                {"allow": ", ".join(_METHODS)},
            )
        if request.method == "POST" and not is_from_here(request):
            return PlainTextResponse("Another site sent that form\n", 403)
        return None

    def _exchange(self, request: Request) -> Response | None:
        """Return the answer to who has no cookie yet; None where nothing is to be said."""
        if self._token is None or _path(request) in _FILES:
            return None
        query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in query if name == _TOKEN), None)
        if given is not None and _same(given.strip(), self._token) and request.method != "POST":
            rest = urlencode([(name, value) for name, value in query if name != _TOKEN])
            return self._admitted(request, f"?{rest}" if rest else "")
        if _same(_cookie(request, cookie_name(request)), self._session):
            return None
        return self._site.render(
            request, "token.html", status=401, was_wrong=given is not None, domain=None
        )

    def _admitted(self, request: Request, query: str) -> Response:
        """Return the answer that gives a browser its cookie, and takes the token out of the URL."""
        # A path that begins with two slashes would name another host.
        bare = "/" + _path(request).lstrip("/\\")
        answer = RedirectResponse(f"{bare}{query}", 303, {"referrer-policy": "no-referrer"})
        answer.set_cookie(
            cookie_name(request),
            self._session,
            path=paths.ROOT,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer


def _path(request: Request) -> str:
    """Return the path as it was sent: names may hold slashes, so it is decoded part by part."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.partition(b"?")[0].decode("ascii", "replace")


def is_from_here(request: Request) -> bool:
    """Whether a form was sent by one of our own pages, as far as the browser tells."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True  # the cookie, which other sites cannot have sent, and the form's field remain
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc == request.headers.get("host")


def cookie_name(request: Request) -> str:
    """Return the name of the cookie: browsers do not tell the ports of a host apart."""
    host = request.headers.get("host", "")
    port = host.rpartition(":")[2]
    return f"swf-ui-{port if port.isdigit() else 80}"


def _cookie(request: Request, name: str) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _same(given: str, wanted: str) -> bool:
    return compare_digest(given.encode(errors="replace"), wanted.encode())


def _with_headers(send: Send) -> Send:
    """Return a `send` that adds what every answer carries."""

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            added = {"cache-control": "no-store", **HEADERS}
            message["headers"] = [
                *message["headers"],
                *(
                    (name.encode(), value.encode())
                    for name, value in added.items()
                    if name.encode() not in there
                ),
            ]
        await send(message)

    return send_more
