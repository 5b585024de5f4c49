"""The first page."""

from __future__ import annotations

import pytest
from browsed import Browser, seen
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.engine import Engine
from swf.models import Domain
from swf.testing import connected
from swf.web import application, paths
from swf.web.pages import domains


def test_the_only_domain_is_shown_at_once(browser: Browser) -> None:
    """Who has one domain is not asked which."""
    assert browser.get("/ui/").headers["location"] == "/ui/d/executions"
    assert browser.get("/ui").headers["location"] == "/ui/"
    assert browser.get("/ui/d").headers["location"] == "/ui/d/executions"


def test_the_domain_of_the_settings_is_shown_first(shop: Shop) -> None:
    """A domain that was told is opened; the others are a click away."""
    Domain("other", connection=shop.unheard).save()
    browser = Browser(application(shop.connection, token=None, domain="other"))

    assert browser.get("/ui/").headers["location"] == "/ui/other/executions"
    assert "/ui/d/executions" in seen(browser.get(paths.url(all=1)).text).links


def test_several_domains_are_listed(browser: Browser, shop: Shop) -> None:
    """Each domain, deprecated ones too, leads to its executions."""
    odd = "a b%2F?#é"
    for name in (odd, "..", "~", "static"):
        Domain(name, connection=shop.unheard).save()
    Domain("..", connection=shop.unheard).deprecate()

    page = seen(browser.get("/ui/").text)

    assert "deprecated" in page.text
    for name in (odd, "..", "~", "static", "d"):
        assert paths.url(name, "executions") in page.links
        assert browser.get(paths.url(name, "executions")).status == 200
        assert browser.follow(paths.url(name)).status == 200


def test_an_swf_without_domains_tells_how_to_make_one(swf_engine: Engine) -> None:
    """Who begins is told with what."""
    browser = Browser(application(connected(swf_engine), token=None))

    assert "swf domain register NAME" in browser.get("/ui/").text


def test_a_long_list_of_domains_is_cut_and_says_so(
    browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page grows without end."""
    monkeypatch.setattr(domains, "LISTED", 1)
    Domain("other", connection=shop.unheard).save()

    assert "There are more than 1." in browser.get("/ui/").text


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_a_domain_does_harm(shop: Shop, poison: str) -> None:
    """Whatever a domain is called, and says of itself, is text."""
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None))

    assert harms(browser.get(paths.url(all=1)).text) == []
