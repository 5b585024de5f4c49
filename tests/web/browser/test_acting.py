"""A reader acts on executions in a real browser: by mouse, by keys alone, and as a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from chromium import Visit
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from serving import Handler, listening


def test_an_execution_is_started_and_seen_by_who_looks(visit: Visit) -> None:
    """Who looks at the list sees a new execution without a reload, from the stream of changes."""
    watched = visit.go("/ui/shop/executions")
    expect(watched.locator("#live")).to_be_visible()

    page = visit.go("/ui/shop/start", visit.opened())
    page.get_by_label("Type").fill("refund:1")
    page.get_by_label("Workflow id").fill("refund-by-hand")
    page.get_by_label("Input", exact=True).fill('{"args": ["order-1040", 12], "kwargs": {}}')
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_role("status")).to_contain_text("was started")
    expect(page.locator("h1")).to_contain_text("refund-by-hand")
    expect(watched.locator("#list")).to_contain_text("refund-by-hand")


def test_one_like_another_is_started(visit: Visit) -> None:
    """The form is filled in with type, input and tags of the one that it shall be like."""
    page = visit.execution("order-1046")

    page.get_by_role("link", name="Start one like it").click()
    expect(page.get_by_label("Type")).to_have_value("order:3")
    assert "watch" in page.get_by_label("Input", exact=True).input_value()
    page.get_by_label("Workflow id").fill("order-1046-again")
    page.get_by_role("button", name="Start").click()

    expect(page.locator("h1")).to_contain_text("order-1046-again")
    expect(page.locator("#facts")).to_contain_text("mallory")


def test_what_was_typed_is_kept_where_it_is_refused(visit: Visit) -> None:
    """A type that does not exist is told beside the form, which holds all that was typed."""
    page = visit.go("/ui/shop/start")
    page.get_by_label("Type").fill("no-such-type:9")
    page.get_by_label("Workflow id").fill("kept")
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_role("alert")).to_contain_text("no-such-type")
    expect(page.get_by_label("Workflow id")).to_have_value("kept")
    visit.complaints[:] = [one for one in visit.complaints if "400" not in one and "404" not in one]


def test_a_signal_is_sent(visit: Visit) -> None:
    """Name and input of a signal are in the history afterwards."""
    page = visit.execution("order-1049")

    page.get_by_role("link", name="Signal", exact=True).click()
    page.get_by_label("Name").fill("approve")
    page.get_by_label("Input").fill('"by hand"')
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("status")).to_contain_text("signal was sent")
    visit.execution("order-1049", "history")
    expect(page.locator("#history")).to_contain_text("approve")


def test_a_cancel_is_requested(visit: Visit) -> None:
    """Only who is sure asks an execution to cancel; the list tells that it was."""
    page = visit.execution("refund-1037", "cancel")
    page.get_by_role("button").filter(has_text="ancel").click()
    assert page.url.endswith("/cancel")  # the browser asks for the box to be ticked

    page.locator("input[name=sure]").check()
    page.get_by_role("button").filter(has_text="ancel").click()

    expect(page.get_by_role("status")).to_contain_text("asked to cancel")


def test_an_execution_is_restarted(visit: Visit) -> None:
    """What is closed is started again, with the same id and input, in a new run."""
    path = visit.path_of("order-1039")
    page = visit.go(f"{path}/restart")
    if page.locator("input[name=sure]").count():
        page.locator("input[name=sure]").check()
    page.locator("main form button").click()

    expect(page.get_by_role("status")).to_contain_text("started again")
    expect(page.locator("h1")).to_contain_text("open")
    assert path not in page.url


# By keys alone


def to(page: Page, wanted: str, *, most: int = 80) -> None:
    """Press Tab until what has the focus matches a selector."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


def gone(page: Page, key: str, url: str) -> None:
    """Go elsewhere by `g` and a key: soon enough after it, which a busy machine may miss."""
    for _ in range(10):
        page.wait_for_load_state()
        page.keyboard.press("g")
        page.keyboard.press(key)
        with suppress(PlaywrightTimeoutError):
            page.wait_for_url(url, timeout=10_000)
            return
    raise AssertionError(f"g {key} does not lead to {url}: it is {page.url}")


def test_keys_alone_suffice(visit: Visit) -> None:
    """Without a mouse: start, find, open, move in the timeline, terminate with a reason."""
    page = visit.go("/ui/shop/types")
    keys = page.keyboard

    gone(page, "e", "**/executions")
    to(page, 'main a.button[href$="/start"]')
    keys.press("Enter")
    page.wait_for_url("**/start")
    to(page, "#type")
    keys.type("order:3")
    keys.press("Tab")
    keys.type("by-keys")
    to(page, "#input")
    keys.type('{"args": ["order-2000", {"tea": 1}], "kwargs": {}}')
    to(page, "main form button")
    keys.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("was started")

    gone(page, "e", "**/executions")
    keys.press("/")
    keys.type("order-1048")
    keys.press("Enter")
    page.wait_for_url("**q=order-1048*")
    keys.press("j")
    expect(page.locator("a[data-row]").first).to_be_focused()
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("order-1048")
    page.wait_for_load_state()

    to(page, ".timeline a.bar")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(page.locator(".bar-words")).to_contain_text("reserve")
    keys.press("Enter")
    page.wait_for_url("**/history**")
    keys.press("1")
    expect(page.locator("nav.tabs a[aria-current]")).to_have_text("Overview")

    to(page, 'nav.actions a[href$="/terminate"]')
    keys.press("Enter")
    page.wait_for_url("**/terminate")
    to(page, "#reason")
    keys.type("ordered by mistake")
    to(page, "input[name=sure]")
    keys.press("Space")
    to(page, "main form button")
    keys.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("was terminated")
    expect(page.locator("#why")).to_contain_text("ordered by mistake")


def test_help_and_skipping_are_reached_by_keys(visit: Visit) -> None:
    """The first Tab skips to the content, `?` tells all keys, and Escape puts that away."""
    page = visit.go("/ui/shop/executions")

    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#help")).to_be_hidden()


# Strangers


@contextmanager
def stranger(html: str) -> Iterator[str]:
    """Yield the address of a server of somebody else's, which answers with a page."""

    class Form(Handler):
        def answer(self) -> None:
            self.reply(200, html.encode(), Content_Type="text/html; charset=utf-8")

    with listening(Form) as url:
        yield url


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_form_of_another_origin_is_refused(visit: Visit, name: str) -> None:
    """A page of another port or host cannot act, even where it knows all that a form carries."""
    path = visit.path_of("refund-1042")
    csrf = visit.go(f"{path}/terminate").locator("input[name=csrf]").get_attribute("value")
    form = (
        f'<form method="post" action="{visit.origin}{path}/terminate">'
        f'<input name="csrf" value="{csrf}"><input name="sure" value="yes">'
        "<button>Win a prize</button></form>"
    )

    with stranger(form) as url:
        page = visit.opened()
        page.goto(url.replace("127.0.0.1", name))
        with page.expect_response(lambda one: one.request.method == "POST") as answered:
            page.get_by_role("button").click()

    assert answered.value.status == 403
    visit.execution("refund-1042")
    expect(visit.page.locator("h1")).to_contain_text("open")
    visit.complaints.clear()  # of what was refused, and of an icon that is not there


def test_no_other_page_may_frame_or_read(visit: Visit) -> None:
    """In another page's frame nothing is shown, and what it fetches it cannot read."""
    html = f'<iframe src="{visit.origin}/ui/shop/executions"></iframe>'
    with stranger(html) as url:
        page = visit.opened()
        page.goto(url)
        read = page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then(() => 'read', () => 'refused')",
            f"{visit.origin}/ui/shop/executions",
        )
        shown = page.frames[-1].url

    assert read == "refused"
    assert shown.startswith("chrome-error:")
    visit.complaints.clear()


def test_nobody_without_the_token_sees_anything(visit: Visit) -> None:
    """Another browser is asked for the token, on every page, and shown nothing else."""
    context = visit.context.browser.new_context()  # type: ignore[union-attr]
    try:
        page = context.new_page()
        answer = page.goto(f"{visit.origin}/ui/shop/executions")
        assert answer is not None
        assert answer.status == 401
        assert "order-1040" not in page.content()
        page.locator("input[name=token]").fill(visit.url.partition("token=")[2])
        page.locator("main form button").click()
        expect(page.locator("#list")).to_contain_text("order-1040")
        assert "token" not in page.url
    finally:
        context.close()


def test_what_looks_like_markup_is_text(visit: Visit) -> None:
    """Scripts in ids, tags, inputs, reasons are shown as they were typed, and nothing runs."""
    evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    dialogs: list[str] = []
    visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page = visit.go("/ui/shop/start")
    page.get_by_label("Type").fill("order:3")
    page.get_by_label("Workflow id").fill("evil <img src=x onerror=alert(3)>")  # no slash
    page.get_by_label("Input", exact=True).fill(f'{{"args": ["{evil[2:]}"]}}')
    page.locator("details.more summary").click()
    page.get_by_label("Tags").fill(evil)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("h1")).to_contain_text("<img src=x onerror=alert(3)>")
    expect(page.locator("#facts")).to_contain_text(evil)
    path = page.url.partition("?")[0].removeprefix(visit.origin)

    for tab in ("timeline", "history", "pending", "graph", "replay", "children", "export"):
        visit.go(f"{path}/{tab}")
    visit.go(f"{path}/terminate")
    page.get_by_label("Reason").fill(evil)
    page.locator("input[name=sure]").check()
    page.get_by_role("button", name="Terminate").click()
    expect(page.locator("#why")).to_contain_text(evil)
    visit.go("/ui/shop/executions")

    expect(page.locator("#list")).to_contain_text("onerror=alert(3)")
    assert dialogs == []
