"""The pages as an application."""

from __future__ import annotations

from pathlib import Path

from browsed import Browser, seen
from shops import Shop

import swf
from swf.web import Pages, application


def test_an_application_holds_nothing_when_it_is_closed(shop: Shop) -> None:
    """What is told to stop, and closed, can be closed again."""
    pages = application(shop.connection, token=None)
    assert isinstance(pages, Pages)
    assert Browser(pages).get("/ui/d/executions").status == 200

    pages.close()
    pages.close()


def test_a_page_says_why_there_is_nothing(browser: Browser) -> None:
    """Where it is known why a page is not there, that is told rather than a guess."""
    answer = browser.get("/ui/~imported/none")

    assert answer.status == 404
    assert "import it again" in answer.text


def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """Where not even the SWF's clock can be had, there is a page that says what is wrong."""
    (tmp_path / "notes.db").write_text("No database at all, but a text of some length. " * 100)
    connection = swf.connect(f"sqlite:///{tmp_path}/notes.db")

    answer = Browser(application(connection, token=None)).get("/ui/d/executions")

    assert answer.status == 502
    assert "The database cannot be used" in seen(answer.text).text
    assert "notes.db" in answer.text


def test_code_and_endpoint_are_known_to_the_site(shop: Shop) -> None:
    """What an application was told is what its pages go by."""
    pages = application(shop.connection, token=None, code=["a", "b"], domain="d", read_only=True)

    assert pages.site.code == ("a", "b")
    assert pages.site.domain == "d"
    assert pages.site.read_only
