"""The pages of types."""

from __future__ import annotations

import pytest
from browsed import Browser, seen
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.models import Domain
from swf.web import application, paths
from swf.web.pages import types


def test_types_of_both_kinds_are_listed(browser: Browser, shop: Shop) -> None:
    """Registered and deprecated types stand in the list, each with a page of its own."""
    shop.charge(Domain("d", connection=shop.unheard), "2").save()
    shop.domain.activities().get("charge", "2").deprecate()

    page = seen(browser.get("/ui/d/types").text)

    assert "/ui/d/types/workflow/order/1" in page.links
    assert "/ui/d/types/activity/charge/1" in page.links
    assert "/ui/d/types/activity/charge/2" in page.links
    assert page.text.count("deprecated") == 1


def test_a_domain_without_types_says_so(browser: Browser, shop: Shop) -> None:
    """Where nothing is registered, the page says so, of both kinds."""
    Domain("empty", connection=shop.unheard).save()

    assert browser.get("/ui/empty/types").text.count("None is registered.") == 2


def test_a_workflow_type_tells_its_defaults(browser: Browser) -> None:
    """The page of a type has what it says, and leads to its executions."""
    page = seen(browser.get("/ui/d/types/workflow/order/1").text)

    text = " ".join(page.text.split())
    assert "An execution may take 86,400 s (1 d)" in text
    assert "Child policy TERMINATE" in text
    assert "Priority" not in text
    assert paths.url("d", "executions", type="order:1") in page.links
    assert paths.url("d", "start", type="order:1") in page.links


def test_an_activity_type_tells_its_defaults(browser: Browser, shop: Shop) -> None:
    """What a type leaves open is told to be open, and why there is no list of its tasks."""
    Domain("d", connection=shop.unheard).activities().create(
        "bare", "1", task_start_to_close_timeout=30, description="Does <b>."
    )

    text = " ".join(seen(browser.get("/ui/d/types/activity/bare/1").text).text.split())

    assert "A task may take, once begun 30 s" in text
    assert "Task list none: it has to be said each time" in text
    assert "Does <b>." in text
    assert "NONE" in browser.get("/ui/d/types/activity/charge/1").text


def test_a_deprecated_type_cannot_be_started_from_its_page(browser: Browser, shop: Shop) -> None:
    """Nothing is offered that SWF would refuse."""
    shop.domain.workflows().get("order", "1").deprecate()

    page = seen(browser.get("/ui/d/types/workflow/order/1").text)

    assert "Deprecated" in page.text
    assert not [link for link in page.links if "/start" in link]


@pytest.mark.parametrize(
    "path",
    ["workflow/order/2", "workflow/nope/1", "activity/order/1", "thing/order/1", "workflow/order"],
)
def test_what_is_no_type_is_not_found(browser: Browser, path: str) -> None:
    """A type that is not there, and a kind that there is not, are told not to be there."""
    assert browser.get(f"/ui/d/types/{path}").status == 404


def test_a_long_list_is_cut_and_says_so(
    browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page grows without end."""
    monkeypatch.setattr(types, "LISTED", 1)
    shop.charge(Domain("d", connection=shop.unheard), "2").save()

    assert "There are more than 1;" in browser.get("/ui/d/types").text


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_a_type_does_harm(shop: Shop, poison: str) -> None:
    """Whatever a type is called, and says of itself, is text."""
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None))

    for path in ("/ui/d/types", "/ui/d/types/workflow/order/1", "/ui/d/types/activity/charge/1"):
        answer = browser.get(path)
        assert answer.status == 200
        assert harms(answer.text) == []
