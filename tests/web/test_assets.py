"""The files that pages are made of."""

from __future__ import annotations

import re

import pytest
from browsed import Browser

from swf.web import paths
from swf.web.assets import FILES

STYLES = [name for name in FILES if name.endswith(".css")]


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_is_sent_once(browser: Browser, name: str) -> None:
    """With its type, and not again to who has it."""
    answer = browser.get(paths.asset(name))
    again = browser.get(paths.asset(name), if_none_match=answer.headers["etag"])

    assert answer.status == 200
    assert answer.body == FILES[name][1]
    assert answer.headers["content-type"].startswith(FILES[name][0])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("name", STYLES)
def test_styles_are_of_one_palette_and_of_nowhere_else(name: str) -> None:
    """Each colour that a style names is one that colours.css has, and nothing is fetched."""
    text = FILES[name][1].decode()
    every = "".join(FILES[one][1].decode() for one in STYLES)
    named = set(re.findall(r"(--[a-z][a-z-]*):", every))

    assert set(re.findall(r"var\((--[a-z-]+)", text)) <= named | {"--fill", "--edge"}
    assert "url(" not in text
    assert "@import" not in text
    assert "</" not in text
