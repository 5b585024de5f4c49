"""Who comes from another library finds names, differences, a program before and after, and gaps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parent.parent / "docs" / "coming-from"
PAGES: Final = sorted(path for path in FOLDER.glob("*.md") if path.stem != "index")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_what_a_newcomer_asks_for(page: Path) -> None:
    """A program before, which is not run, one after, which is, names, what is missing."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    before, _, after = text.partition("\n## ")[0].partition("fter")

    assert {"What is called what", "What is not here"} <= set(headings)
    assert "<!-- skip: next -->\n```python" in before
    assert re.search(r"```python\n[^>]", after)
    assert "\n>>> " in after
    assert re.search(r"\n\|(---\|){2,3}\n\| ", text)


def test_every_page_is_in_the_list() -> None:
    """The list has each page, and no other."""
    text = (FOLDER / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"\{toctree\}\n:maxdepth: 1\n\n(.*?)\n```", text, re.DOTALL)

    assert listed is not None
    assert sorted(listed[1].split()) == [page.stem for page in PAGES]
