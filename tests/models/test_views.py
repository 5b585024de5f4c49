"""How models look in a terminal and in a notebook."""

from __future__ import annotations

import io
import re

import pytest
from replies import execution_info
from rich.console import Console

from swf.models import Domain, ModelDiff, WorkflowExecution, WorkflowType, views

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[bold]markup[/bold]",
    "\x1b[31mred\x1b[0m\x07",
    "\u202eright to left",
    "\x9b2J",
]


def printed(renderable: object, width: int = 100) -> str:
    """Return what rich prints on a plain terminal of this width."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(renderable)
    return console.file.getvalue()


def test_a_model_shows_what_it_was_told_and_no_more():
    """A table of fields has those that were told."""
    shown = printed(Domain("shop", retention_period=60))

    assert "Domain('shop')" in shown
    assert re.search(r"retention_period\s+│ 60", shown)
    assert "description" not in shown


def test_models_within_other_things_are_short():
    """In a list, a dict or another object, rich shows a model as repr does."""
    domain = Domain("shop", description="x")
    kind = WorkflowType(domain, "order", "1")

    assert printed([domain, kind]) == "[Domain('shop'), WorkflowType('order')]\n"
    assert printed({"e": WorkflowExecution("shop", "w", "r")}).strip() == (
        "{'e': WorkflowExecution('w', 'r')}"
    )
    diff = ModelDiff(("status", "REGISTERED", "DEPRECATED"))
    assert printed(diff).strip() == repr(diff)


@pytest.mark.parametrize("text", NASTY)
def test_what_came_from_elsewhere_cannot_act(text):
    """Markup, tags and control characters are shown and do nothing, in both views."""
    domain = Domain("shop", description=text)

    html, shown = domain._repr_html_(), printed(domain)

    assert "<script" not in html
    assert "<img" not in html
    for output in (html, shown):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", output)
    if text.startswith("[bold]"):
        assert text in shown


def test_values_are_shown_in_words():
    """Times to the second, lists by comma, mappings by key."""
    listed = WorkflowExecution._from_wire(
        execution_info("order-1", tagList=["a", "b"]), Domain("shop"), None
    )

    shown = printed(listed)

    assert "2023-11-14 22:13:20+00:00" in shown
    assert "a, b" in shown
    assert views.harmless({"a": 1}) == "a=1"


def test_every_row_of_a_table_is_shown_on_a_narrow_terminal():
    """Long values fold; nothing is cut off."""
    shown = printed(WorkflowType("shop", "n" * 60, "1"), width=40)

    assert shown.count("n" * 10) >= 2
    assert "…" not in shown
