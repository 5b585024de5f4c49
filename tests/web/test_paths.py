"""Where pages are."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.web import paths

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", ".", "..", "~", "~~", "~import", "/", "%2F", "a/../b", "?", "#", "\x00", "%", "..;"]
)


@given(name=NAMES)
def test_every_name_is_one_part_of_a_path_and_comes_back(name: str) -> None:
    """Whatever a name holds, its part of a path is one part, and stands for that name alone."""
    part = paths.segment(name)

    assert part
    assert part.isascii()
    assert "/" not in part
    assert part not in (".", "..")
    assert not {"?", "#", "%2e", "%2E"} & {part, *part}
    assert paths.name_of(part) == name


@given(names=st.lists(NAMES, min_size=1, max_size=4), value=NAMES)
def test_a_url_holds_its_names_and_its_query(names: list[str], value: str) -> None:
    """What a URL was made of can be read from it; what is empty is not in its query."""
    parts = urlsplit(paths.url(*names, q=value, nothing=None, empty=""))

    root, *found = parts.path.removeprefix("/").split("/")
    assert f"/{root}" == paths.ROOT
    assert [paths.name_of(part) for part in found] == names
    assert parse_qs(parts.query) == ({"q": [value]} if value else {})


@given(name=NAMES)
def test_no_name_of_swf_is_taken_for_a_page_of_ours(name: str) -> None:
    """A domain of any name has another path than the pages that belong to no domain."""
    assert paths.url(name) not in (paths.own("import"), paths.url())


@pytest.mark.parametrize("part", ["%ff", "%c3", "%ed%a0%80"])
def test_what_is_no_text_stands_for_no_name(part: str) -> None:
    """A part that is no UTF-8 is refused."""
    with pytest.raises(ValueError, match="utf-8"):
        paths.name_of(part)


def test_a_text_that_cannot_be_sent_is_no_error_in_a_url() -> None:
    """A page that shows what SWF should never have taken can still be linked."""
    assert paths.url("\ud800", q="\ud800") == "/ui/%ED%A0%80?q=%ED%A0%80"
