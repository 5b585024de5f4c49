"""Who gets a page, and what browsers are told to do with it."""

from __future__ import annotations

import asyncio

import pytest
from browsed import HOST, Browser, seen
from shops import Shop

from swf.models import Domain
from swf.web import application
from swf.web.guard import HEADERS, POLICY

TOKEN = "a-token-of-this-start"

ALLOWED = (
    "localhost",
    "localhost:8042",
    "LOCALHOST:1",
    "127.0.0.1",
    "127.0.0.1:8042",
    "[::1]",
    "[::1]:8042",
    "swf.internal",
    "swf.internal:80",
)
REFUSED = (
    "",
    "evil.example",
    "evil.example:8042",
    "localhost.evil.example",
    "evil.localhost",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "evil.example@localhost",
    "localhost:8042:1",
    "0.0.0.0",
    "169.254.169.254",
    "swf.internal.evil.example",
    "localhost evil.example",
    "localhost,evil.example",
    "[::2]",
    "xn--loclhost-lza",
)

FROM_HERE = (
    {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"},
    {"origin": f"http://{HOST}"},
    {"sec-fetch-site": "same-origin"},
    {},
)
FROM_ELSEWHERE = (
    {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "null", "sec-fetch-site": "same-origin"},
    {"origin": ""},
    {"origin": "file://"},
    {"origin": "http://localhost"},
    {"origin": "http://localhost:8043"},
    {"origin": "http://127.0.0.1:8042"},
    {"origin": f"http://{HOST}.evil.example"},
    {"origin": f"http://evil.example@{HOST}"},
    {"origin": f"ftp://{HOST}"},
    {"origin": "http://[::1"},
    {"origin": f"http://{HOST} http://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "SAME-ORIGIN"},
    {"sec-fetch-site": ""},
    {"origin": f"http://{HOST}", "sec-fetch-site": "cross-site"},
)


@pytest.fixture
def guarded(shop: Shop) -> Browser:
    """A browser that has not shown the token."""
    hosts = ["swf.internal"]
    return Browser(
        application(shop.connection, token=TOKEN, allowed_hosts=hosts, endpoint="sqlite:///shop.db")
    )


@pytest.mark.parametrize("host", ALLOWED)
def test_pages_are_served_under_the_names_of_the_machine(guarded: Browser, host: str) -> None:
    """A loop-back name, and one that was allowed, is answered, whatever the port."""
    guarded.host = host

    assert guarded.get("/ui/").status == 401


@pytest.mark.parametrize("host", REFUSED)
def test_no_other_name_leads_to_the_pages(guarded: Browser, host: str) -> None:
    """A name that somebody made point to this machine gets nothing, not even with the token."""
    guarded.host = host

    answer = guarded.get(f"/ui/?token={TOKEN}")

    assert answer.status == 421
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", FROM_HERE, ids=str)
def test_forms_of_the_pages_are_taken(browser: Browser, headers: dict[str, str]) -> None:
    """A form that a page of this origin sent, as far as the browser tells, is acted on."""
    body = f"csrf={browser.pages.site.csrf}&type=order:1&workflow_id=w".encode()
    told = {"content-type": "application/x-www-form-urlencoded", **headers}

    assert browser.send("POST", "/ui/d/start", body, told).status == 303


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
def test_forms_of_other_origins_are_refused(
    browser: Browser, shop: Shop, headers: dict[str, str]
) -> None:
    """A form from elsewhere changes nothing, even where it carries the right field."""
    body = f"csrf={browser.pages.site.csrf}&type=order:1&workflow_id=w".encode()
    told = {"content-type": "application/x-www-form-urlencoded", **headers}

    answer = browser.send("POST", "/ui/d/start", body, told)

    assert answer.status == 403
    assert not shop.domain.executions().exists()


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_url(guarded: Browser) -> None:
    """Who shows the token gets a cookie that scripts and other sites never see, and is sent on."""
    answer = guarded.get(f"/ui/d/executions?status=open&token={TOKEN}")

    assert answer.status == 303
    assert answer.headers["location"] == "/ui/d/executions?status=open"
    assert answer.headers["referrer-policy"] == "no-referrer"
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "path=/ui" in told
    assert TOKEN not in told
    assert guarded.get("/ui/d/executions").status == 200


@pytest.mark.parametrize(
    "token", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é", "%00", "%ff"]
)
def test_a_wrong_token_opens_nothing(guarded: Browser, token: str) -> None:
    """Any other token is told to be wrong, and gives no cookie."""
    answer = guarded.get(f"/ui/?token={token}")

    assert answer.status == 401
    assert "That is not the token" in seen(answer.text).text
    assert not guarded.cookies


def test_without_a_token_a_page_asks_for_it(guarded: Browser) -> None:
    """Who has no cookie is told where the token was printed, and sees nothing else."""
    answer = guarded.get("/ui/d/executions")

    assert answer.status == 401
    assert "printed" in seen(answer.text).text
    assert "order" not in answer.text
    assert "shop.db" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/ui/static%2F..%2Fd/executions",
        "/ui%2Fstatic%2Fd/executions",
        "/ui/static/%2e%2e/d/executions",
        "/ui/static/../d/executions",
        "/ui/static/",
        "/ui/static%2Fx",
        "/ui/%73tatic/executions",
        "/ui/static/executions",
        "/ui/static/style.css/",
        "/ui/static/style.css%2f",
        "/ui/static/style%2ecss",
    ],
)
def test_no_spelling_of_a_path_leads_past_the_token(
    guarded: Browser, shop: Shop, path: str
) -> None:
    """What needs no cookie is the files alone, whatever a domain is called."""
    Domain("static", connection=shop.unheard).save()

    assert guarded.get(path).status == 401
    assert guarded.get("/ui/static/style.css").status == 200


@pytest.mark.parametrize(
    "cookie", ["", "x", "a=b;;==", '"', "swf-ui-8042", "é", "\x01=1", "a=b; ;=c"]
)
def test_a_made_up_cookie_opens_nothing(guarded: Browser, cookie: str) -> None:
    """A cookie of the right name with another value is no cookie, nor is one that is broken."""
    assert guarded.get("/ui/", cookie=f"swf-ui-8042={cookie}").status == 401
    assert guarded.get("/ui/", cookie=cookie).status == 401


def test_servers_on_two_ports_keep_their_cookies_apart(shop: Shop) -> None:
    """A browser that goes to two servers of a machine needs no new token for the first one."""
    first = Browser(application(shop.connection, token="1"), host="localhost:1")
    first.follow("/ui/?token=1")
    second = Browser(application(shop.connection, token="2"), host="localhost:2")
    second.cookies = first.cookies
    second.follow("/ui/?token=2")

    assert first.get("/ui/d/executions").status == second.get("/ui/d/executions").status == 200


def test_a_form_without_the_cookie_is_refused(guarded: Browser, shop: Shop) -> None:
    """Not even the token in the URL lets a form through."""
    fields = {"type": "order:1", "workflow_id": "w"}

    assert guarded.submit("/ui/d/start", fields).status == 401
    assert guarded.submit(f"/ui/d/start?token={TOKEN}", fields).status == 401
    assert not shop.domain.executions().exists()


def test_what_one_start_gave_opens_no_other(guarded: Browser, shop: Shop) -> None:
    """A cookie and a field are of one start: who had an earlier one's, or guesses, has nothing."""
    guarded.get(f"/ui/?token={TOKEN}")
    later = Browser(application(shop.connection, token=TOKEN, endpoint="sqlite:///shop.db"))

    assert later.pages.site.csrf != guarded.pages.site.csrf
    assert min(len(later.pages.site.csrf), *map(len, guarded.cookies.values())) >= 32
    later.cookies |= guarded.cookies
    assert later.get("/ui/d/executions").status == 401


@pytest.mark.parametrize("field", ["", "x", "é", "\udcff"])
def test_a_form_without_the_field_of_ours_is_refused(
    browser: Browser, shop: Shop, field: str
) -> None:
    """A form that does not carry what our forms carry changes nothing, and says what to do."""
    given = {
        "type": "order:1",
        "workflow_id": "w",
        "csrf": field.encode("utf-8", "replace").decode(),
    }

    answer = browser.submit("/ui/d/start", given)

    assert answer.status == 403
    assert "reload the page" in answer.text
    assert not shop.domain.executions().exists()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_other_methods_are_refused(browser: Browser, method: str) -> None:
    """Nothing but GET, HEAD and POST is answered; no other site is allowed anything."""
    answer = browser.send(method, "/ui/d/executions")

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_form_sent_to_a_page_is_refused(browser: Browser) -> None:
    """A page that is read takes no form, and says so in words."""
    answer = browser.submit("/ui/d/executions")

    assert answer.status == 405
    assert "there to be read" in answer.text


@pytest.mark.parametrize(
    "url",
    ["/ui/", "/ui/d/executions", "/ui/nope/executions", "/ui/x/y/z", "/ui/static/style.css", "/ui"],
)
def test_every_answer_carries_what_keeps_browsers_from_harm(browser: Browser, url: str) -> None:
    """Pages, errors and files are framed, sniffed and scripted by nobody."""
    answer = browser.get(url)

    assert answer.headers["content-security-policy"] == POLICY
    assert HEADERS.keys() <= answer.headers.keys()
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_policy_lets_nothing_run_but_files_of_ours() -> None:
    """No style, script, frame, base or address but this server's own, and no script from text."""
    allowed = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))

    assert {name for name, whom in allowed.items() if whom == "'none'"} == {
        "default-src",
        "base-uri",
        "frame-ancestors",
    }
    assert {name for name, whom in allowed.items() if whom == "'self'"} == {
        "script-src",
        "style-src",
        "connect-src",
        "form-action",
    }
    assert allowed["img-src"] == "'self' data:"
    assert allowed["require-trusted-types-for"] == "'script'"
    assert len(allowed) == 9


def test_refusals_carry_it_too(guarded: Browser) -> None:
    """What is answered before any page is made has the same headers."""
    for answer in (guarded.get("/ui/"), guarded.send("PUT", "/ui/"), guarded.get("/ui/", host="x")):
        assert answer.headers["content-security-policy"] == POLICY


def test_no_page_has_style_or_script_of_its_own(browser: Browser, shop: Shop) -> None:
    """Nothing in a page asks for what its policy forbids."""
    execution = Shop.order(shop.domain).start_execution("w")
    named = f"/ui/d/executions/w/{execution.run_id}"
    for url in ("/ui/d/executions", "/ui/d/start", "/ui/d/types", f"{named}/terminate"):
        page = seen(browser.get(url).text)

        assert "style" not in page.tags
        assert not [name for name, _ in page.attributes if name == "style" or name[:2] == "on"]
        assert browser.get(url).text.count("<script") == 1


def test_a_path_of_two_slashes_leads_nowhere_else(guarded: Browser) -> None:
    """Who comes with the token to a path that looks like a host is not sent to that host."""
    answer = guarded.get(f"/ui/?token={TOKEN}")
    assert answer.status == 303
    guarded.cookies.clear()

    sent = asyncio.run(guarded._sent("GET", f"http://x//evil.example/?token={TOKEN}", b"", {}))

    assert sent.headers["location"] == "/evil.example/"


def test_only_http_is_spoken(guarded: Browser) -> None:
    """What is no HTTP request is refused by an error that says so."""
    with pytest.raises(RuntimeError, match="websocket"):
        asyncio.run(guarded.pages({"type": "websocket"}, None, None))  # type: ignore[arg-type]
