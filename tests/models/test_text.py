"""Texts in pictures are of one line, harmless, and about as wide as is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.models.text import cut, plain, width


@given(st.text())
def test_plain_text_is_printable_and_of_one_line(text: str) -> None:
    """Nothing is left that acts on a terminal or turns the text; spaces are single."""
    shown = plain(text)

    assert "\n" not in shown
    assert "  " not in shown
    assert shown == shown.strip()
    assert plain(shown) == shown
    assert shown.encode().decode() == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("copyFile", "copyFile"),
        (" two\n\tlines ", "two lines"),
        ("Größe 数", "Größe 数"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_acts_is_spelled_out(text: str, shown: str) -> None:
    """A control is shown as Python writes it; all else as it is."""
    assert plain(text) == shown


@given(st.text(), st.integers(4, 50))
def test_cut_text_keeps_both_ends(text: str, most: int) -> None:
    """A text is at most so long; where it was longer, the middle is what is missing."""
    shown = cut(text, most)

    assert len(shown) <= most
    assert text.startswith(shown.partition("…")[0]) or "…" in text
    if len(text) <= most:
        assert shown == text


def test_width_is_told_by_letters() -> None:
    """Wide letters count for more than narrow ones, and other scripts for more than both."""
    assert width("iii", 10) < width("aaa", 10) < width("AAA", 10) < width("MMM", 10)
    assert width("数", 10) > width("M", 10)
    assert width("", 10) == 0
    assert width("ab", 20) == 2 * width("ab", 10)
