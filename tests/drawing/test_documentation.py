"""The pictures in the documentation are those that its code draws."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pictured import seen

ROOT = Path(__file__).parent.parent.parent
DRAWER = ROOT / "scripts" / "draw_pictures.py"
FOLDER = ROOT / "docs" / "howto" / "pictures"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pictures, drawn anew by a process of its own: what a page declares is declared there."""
    folder = tmp_path_factory.mktemp("pictures")
    subprocess.run(
        [sys.executable, str(DRAWER), str(folder)],
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_pictures_are_what_the_page_draws(drawn: dict[str, str]) -> None:
    """Drawing them anew would change nothing: `python scripts/draw_pictures.py` writes them."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}

    assert drawn == kept


def test_the_pictures_show_executions_under_way(drawn: dict[str, str]) -> None:
    """A graph and a chain, each with what is done, what is at work and what waits."""
    assert set(drawn) == {"graph.svg", "chain.svg"}
    for svg in drawn.values():
        classes = {one for node in seen(svg) for one in node.classes}
        assert {"completed", "running", "waiting"} <= classes


def test_the_page_shows_them() -> None:
    """Each picture is on the page, with words for those who do not see it."""
    page = (ROOT / "docs" / "howto" / "pictures.md").read_text(encoding="utf-8")

    for path in FOLDER.glob("*.svg"):
        before, found, _ = page.partition(f"](pictures/{path.name})")
        assert found
        assert len(before.rpartition("![")[2]) > 40
