"""How values look on a page."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape
from poisons import POISONS, harms

from swf.constants import CloseStatus, RegistrationStatus
from swf.web import words
from swf.web.site import ENVIRONMENT


@given(text=st.text() | st.sampled_from(POISONS))
def test_what_is_shown_can_be_sent_and_moves_nothing(text: str) -> None:
    """Shown text is UTF-8, and neither controls a terminal nor turns the direction of text."""
    told = words.shown(text)

    assert told.encode().decode() == told
    assert not harms(escape(told), scripts=0)


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"])))
def test_what_is_harmless_is_shown_as_it_is(text: str) -> None:
    """Printable text loses nothing."""
    assert words.shown(text) == text


@pytest.mark.parametrize("poison", POISONS)
def test_templates_escape_all_that_they_are_given(poison: str) -> None:
    """A value in a template is text in its page, in an attribute as well as outside."""
    template = ENVIRONMENT.from_string('<p title="{{ it }}">{{ it }} {{ it|cut(9) }}</p>')

    page = template.render(it=poison)

    assert not harms(page, scripts=0)
    assert page.count("<") <= 4


def test_markup_of_ours_stays_markup() -> None:
    """What was made as markup is not escaped again, and nothing is nothing."""
    assert words.shown(Markup("<b>")) == "<b>"
    assert words.shown(None) == ""


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, ""),
        (0, "0 ms"),
        (0.0004, "0 ms"),
        (0.45, "450 ms"),
        (1, "1.0 s"),
        (9.96, "10.0 s"),
        (10, "10 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3601, "1 h"),
        (3660, "1 h 1 min"),
        (86_400 * 400 + 7_200, "400 d 2 h"),
        (-0.5, "-500 ms"),
        (-90, "-1 min 30 s"),
    ],
)
def test_spans_are_told_in_two_units_at_most(seconds: float | None, told: str) -> None:
    """A length of time is short enough for a table, and never off by more than its last unit."""
    assert words.span(seconds) == told


def test_moments_are_told_in_utc() -> None:
    """A time is the same on every reader's screen, to the second, with the rest in its title."""
    at = datetime(2026, 1, 31, 12, 0, 0, 123456, timezone(timedelta(hours=2)))

    assert words.moment(at) == (
        '<time datetime="2026-01-31T10:00:00.123456+00:00" '
        'title="2026-01-31 10:00:00.123+00:00">2026-01-31 10:00:00</time>'
    )
    assert "datetime" not in words.moment(None)


@pytest.mark.parametrize("word", ["OPEN", *CloseStatus, *RegistrationStatus])
def test_each_status_has_a_shape_and_a_word(word: str) -> None:
    """No status of SWF is told by its colour alone."""
    state, shape, told = words.STATUSES[word]

    assert state
    assert shape
    assert told in words.status(word)


@pytest.mark.parametrize("word", [None, "", "NEW_ONE", "<b>"])
def test_a_status_not_known_here_is_told_in_its_own_words(word: str | None) -> None:
    """What SWF may come to say is shown all the same."""
    assert escape((word or "unknown").lower()) in words.status(word)


@given(text=st.text(max_size=300), length=st.integers(2, 100))
def test_a_text_that_was_cut_is_whole_in_its_title(text: str, length: int) -> None:
    """What does not fit ends in a sign that it does not, and can be read all the same."""
    told = words.shown(text)
    cut = words.cut(text, length)

    if len(told) <= length:
        assert cut == escape(told)
    else:
        assert str(escape(told[: length - 1])) + "…" in cut
        assert f'title="{escape(told)}"' in cut


@given(text=st.text(st.characters(codec="utf-8")))
def test_what_was_typed_is_put_back_as_it_was(text: str) -> None:
    """A form that comes back with an error holds what was typed, to the letter."""
    assert words.typed(text).unescape() == text
    assert words.textarea(text) == "\n" + words.typed(text)


@pytest.mark.parametrize(
    ("text", "can"),
    [("", True), ("a\tb\nc é \u202e", True), ("a\r\nb", False), ("\x00", False), ("\ud800", False)],
)
def test_what_a_form_would_change_is_known(text: str, can: bool) -> None:
    """A text that a browser would send back otherwise is never put into a field."""
    assert words.can_be_typed(text) is can


def test_names_in_commands_are_words_of_a_shell() -> None:
    """A command that is shown to be copied does no more than it says, whatever a name holds."""
    assert words.shell("shop") == "shop"
    assert words.shell("$(rm -rf ~)'") == "'$(rm -rf ~)'\"'\"''"
