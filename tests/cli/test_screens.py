"""The pictures of terminals in the documentation are what commands print today."""

from __future__ import annotations

import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from terminals import ROOT

DRAWER = ROOT / "scripts" / "draw_terminals.py"
PAGE = ROOT / "docs" / "howto" / "screens.md"
FOLDER = ROOT / "docs" / "howto" / "terminals"
KINDS = ("wide", "narrow", "plain", "piped")
SCREENS = ("list", "tree", "doctor", "run", "history")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pictures, drawn anew: each command runs in a process of its own, on a pty or a pipe."""
    folder = tmp_path_factory.mktemp("terminals")
    subprocess.run(
        [sys.executable, str(DRAWER), str(folder)],
        check=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def words(svg: str) -> list[str]:
    """Return the texts of a picture."""
    return [one.text or "" for one in ET.fromstring(svg).iter() if one.tag[-4:] == "text"]


def test_the_pictures_are_what_commands_print(drawn: dict[str, str]) -> None:
    """Drawing them anew would change nothing: `python scripts/draw_terminals.py` writes them."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}

    assert set(kept) == {f"{screen}-{kind}.svg" for screen in SCREENS for kind in KINDS}
    for name, svg in drawn.items():
        assert words(svg) == words(kept[name]), name
    assert drawn == kept


def test_colours_are_on_terminals_that_want_them(drawn: dict[str, str]) -> None:
    """With NO_COLOR and into a pipe no word is in a colour; elsewhere states are."""
    for name, svg in drawn.items():
        classes = {one.get("class") for one in ET.fromstring(svg).iter()}
        coloured = classes & {"red", "green", "cyan"}
        if "history" not in name:  # it has no states
            assert bool(coloured) == name.endswith(("wide.svg", "narrow.svg")), name


def test_they_need_nothing_from_elsewhere(drawn: dict[str, str]) -> None:
    """No script, no font and no address is in a picture; it has a title for who does not see it."""
    for svg in drawn.values():
        assert "<script" not in svg
        assert "@font-face" not in svg
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
        assert "<title>swf " in svg


def test_the_page_shows_them() -> None:
    """Each picture is on the page, with words for those who do not see it."""
    page = PAGE.read_text(encoding="utf-8")

    for path in FOLDER.glob("*.svg"):
        before, found, _ = page.partition(f"](terminals/{path.name})")
        assert found
        assert len(before.rpartition("![")[2]) > 40


def test_a_narrow_terminal_is_kept_to(drawn: dict[str, str]) -> None:
    """No text goes beyond the sixty columns of a narrow terminal."""
    for name, svg in drawn.items():
        if "narrow" in name:
            root = ET.fromstring(svg)
            width = float(root.get("width", "0"))
            for one in root.iter("{http://www.w3.org/2000/svg}text"):
                assert float(one.get("x", 0)) + float(one.get("textLength", 0)) <= width, name
