"""What comes along with the package is known, little, and told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent.parent
MOST: Final = 8
"""A ninth dependency wants a record of its decision, and this number changed."""


def project() -> dict[str, Any]:
    """Return what the package says of itself."""
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return told["project"]


def names(requirements: list[str]) -> list[str]:
    """Return the distributions that are asked for."""
    return [re.split(r"[\[<>=! ]", one)[0] for one in requirements]


def test_the_readme_names_what_is_needed() -> None:
    """Who installs the package reads before it what else is installed: that, and no more."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    told = re.search(r"It needs ([\w, -]+?);", readme)

    assert told is not None
    assert re.split(r", | and ", told[1]) == names(project()["dependencies"])
    assert len(project()["dependencies"]) <= MOST


def test_no_requirement_is_of_an_address() -> None:
    """All that is installed comes from the index, none from an address that somebody else has."""
    given = project()
    extras = [one for several in given["optional-dependencies"].values() for one in several]

    assert [one for one in (*given["dependencies"], *extras) if "@" in one or "://" in one] == []


def test_the_audit_lets_nothing_pass_that_it_could_not_look_up() -> None:
    """`make audit` is strict, and no part of what has to work without a network."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    tested = re.search(r"^test: (.*?) ##", makefile, re.MULTILINE)

    assert re.search(r"^\t.*pip_audit --strict ", makefile, re.MULTILINE)
    assert tested is not None
    assert "audit" not in tested[1]
