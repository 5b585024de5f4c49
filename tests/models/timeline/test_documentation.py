"""The timeline in the documentation is the one that its code draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from timelines import classed, root_of

ROOT = Path(__file__).parent.parent.parent.parent
PAGE = ROOT / "docs" / "howto" / "notebook.md"
PICTURE = ROOT / "docs" / "howto" / "notebook" / "timeline.svg"


def test_the_timeline_is_what_the_page_draws(tmp_path: Path) -> None:
    """Drawing it anew would change nothing: `python scripts/draw_timeline.py` writes it."""
    drawer = ROOT / "scripts" / "draw_timeline.py"
    subprocess.run([sys.executable, str(drawer), str(tmp_path)], check=True, timeout=60, cwd=ROOT)

    assert (tmp_path / "timeline.svg").read_bytes() == PICTURE.read_bytes()


def test_the_timeline_shows_all_that_the_page_explains() -> None:
    """Each state, a retry, a fold and a diamond are in it, and words for who does not see it."""
    root = root_of(PICTURE.read_text(encoding="utf-8"))
    before, found, _ = PAGE.read_text(encoding="utf-8").partition("](notebook/timeline.svg)")

    for name in ("completed", "failed", "timed_out", "running", "retry", "fold", "dot", "mark"):
        assert classed(root, name), name
    assert found
    assert len(before.rpartition("![")[2]) > 40
