"""Pages are for everybody: judged by axe, read without scripts, and on a telephone."""

from __future__ import annotations

import re
from typing import Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import visiting
from playwright.sync_api import Browser, Page, expect

PAGES: Final = (
    "/ui/?all=1",
    "/ui/shop/executions",
    "/ui/shop/executions?status=failed",
    "/ui/shop/task-lists",
    "/ui/shop/types",
    "/ui/shop/types/workflow/order/3",
    "/ui/shop/start",
    "/ui/~import",
)

OF_EXECUTIONS: Final = (
    ("order-1048", ""),
    ("order-1046", ""),
    ("points-of-ada", ""),
    ("refund-1042", ""),
    ("order-1040", "timeline"),
    ("order-1040", "history"),
    ("order-1040", "history?view=full"),
    ("order-1040", "history?view=json"),
    ("order-1048", "pending"),
    ("catalogue-tuesday", "graph"),
    ("order-1048", "stack"),
    ("points-of-ada", "stack"),
    ("order-1048", "replay?event=12"),
    ("stock", "children"),
    ("prices", "children"),
    ("order-1048", "export"),
    ("order-1048", "terminate"),
    ("order-1048", "signal"),
)


@pytest.fixture(scope="module")
def paths(chromium: Browser, shop_url: str) -> tuple[str, ...]:
    """The path of each page."""
    with visiting(chromium, shop_url) as visit:
        return (
            *PAGES,
            *(visit.path_of(one, *filter(None, [page])) for one, page in OF_EXECUTIONS),
        )


def serious(page: Page, options: dict[str, object] | None = None) -> list[str]:
    """Return the flaws that axe calls serious or critical."""
    told = {"resultTypes": ["violations"], **(options or {})}
    found = Axe().run(page, options=told).response["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    ("scheme", "options"), [("light", None), ("dark", {"runOnly": ["color-contrast"]})]
)
def test_axe_finds_nothing_serious(
    chromium: Browser,
    shop_url: str,
    paths: tuple[str, ...],
    scheme: Literal["light", "dark"],
    options: dict[str, object] | None,
) -> None:
    """No page has a flaw that axe calls serious or critical, nor has its dark look."""
    with visiting(chromium, shop_url, color_scheme=scheme) as visit:
        flaws = [flaw for path in paths for flaw in serious(visit.go(path), options)]
    assert flaws == []


def test_the_page_of_who_has_no_token_is_for_everybody(chromium: Browser, shop_url: str) -> None:
    """The page that asks for the token has no flaw either."""
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(shop_url.partition("?")[0])
        assert serious(page) == []
    finally:
        context.close()


def test_no_page_scrolls_sideways_on_a_telephone(
    chromium: Browser, shop_url: str, paths: tuple[str, ...]
) -> None:
    """Wide parts scroll within the page, the page itself does not."""
    wide = []
    with visiting(chromium, shop_url) as visit:
        for path in paths:
            page = visit.go(path)
            for width in (390, 320):
                page.set_viewport_size({"width": width, "height": 844})
                measured = page.evaluate("document.documentElement.scrollWidth")
                if measured > width:
                    wide.append((path, width, measured))
    assert wide == []


def test_every_page_is_read_without_scripts(
    chromium: Browser, shop_url: str, paths: tuple[str, ...]
) -> None:
    """Without JavaScript each page has its heading and its contents; nothing asks for scripts."""
    with visiting(chromium, shop_url, java_script_enabled=False) as visit:
        for path in paths:
            page = visit.go(path)
            assert page.locator("h1").count() == 1, path
            assert len(page.locator("main").inner_text()) > 60, path
            for hidden in ("#theme", "#keys", "[data-copy]"):
                assert page.locator(hidden).locator("visible=true").count() == 0, path


def test_acting_takes_no_scripts(chromium: Browser, shop_url: str) -> None:
    """Without JavaScript lists are narrowed, moments chosen, and executions terminated."""
    with visiting(chromium, shop_url, java_script_enabled=False) as visit:
        page = visit.go("/ui/shop/executions")
        page.get_by_label("Status").select_option("terminated")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#list a[data-row]")).to_have_text(["order-1044"])

        visit.execution("order-1048", "replay?event=12")
        page.get_by_role("link", name="Event ▶").click()
        page.wait_for_url("**event=13")

        visit.execution("audit-sunday", "terminate")
        page.get_by_label("Reason").fill("no auditor")
        page.locator("input[name=sure]").check()
        page.get_by_role("button", name="Terminate").click()
        expect(page.locator("#why")).to_contain_text("no auditor")


def test_colours_are_the_readers_choice(chromium: Browser, shop_url: str) -> None:
    """The choice outlives the page, from its first moment on."""
    with visiting(chromium, shop_url, color_scheme="light") as visit:
        page = visit.go("/ui/shop/executions")
        page.get_by_role("button", name="Dark colours").click()
        visit.go("/ui/shop/types")

        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 200
