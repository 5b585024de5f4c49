"""What explanations name is there: tests that back a promise, numbers that are a limit."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from swf import constants
from swf.shapes import SHAPES

ROOT: Final = Path(__file__).parent.parent
EXPLANATIONS: Final = ROOT / "docs" / "explanation"
SAID: Final = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
"""A test, as pytest has it typed."""


@cache
def names_of_tests(path: str) -> set[str]:
    """Return the tests of a file, those of a class as `Class::test`."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            names = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
            found |= {f"{node.name}::{name}" for name in names}
    return found


def sections(page: str) -> dict[str, str]:
    """Return the sections of an explanation by their headings."""
    text = (EXPLANATIONS / page).read_text(encoding="utf-8")
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("page", sorted(EXPLANATIONS.glob("*.md")), ids=lambda page: page.stem)
def test_every_test_that_a_page_names_is_there(page: Path) -> None:
    """A page names no test that was renamed or is gone."""
    named = SAID.findall(page.read_text(encoding="utf-8"))

    assert [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)] == []


def test_every_promise_names_tests() -> None:
    """Promises are numbered from 1 to 7, and each names three tests or more that back it."""
    promised = {
        title: text for title, text in sections("promises.md").items() if title[0].isdigit()
    }

    assert [int(title.partition(".")[0]) for title in promised] == list(range(1, 8))
    assert [title for title, text in promised.items() if len(SAID.findall(text)) < 3] == []


def test_every_threat_names_tests() -> None:
    """Each threat says what stops it, and names a test that tries it."""
    threats = sections("security.md")
    first = list(threats).index("Threats") + 1
    tried = list(threats.items())[first:]

    assert len(tried) >= 10
    assert [title for title, text in tried if title[-1] != "?" and not SAID.search(text)] == []


def known(name: str) -> Any:
    """Return the number that a page knows by this name."""
    home, _, rest = name.partition(".")
    if home == "constants":
        return getattr(constants, rest)
    if home == "shapes":
        return SHAPES[rest]["max"]
    owner, _, attribute = name.rpartition(".")
    if owner.rpartition(".")[2][0].isupper():
        module, _, owned = owner.rpartition(".")
        found = getattr(import_module(module), owned)
        fields = {one.name: one.default for one in getattr(found, "__attrs_attrs__", ())}
        return fields.get(attribute, getattr(found, attribute, None))
    return getattr(import_module(owner), attribute)


ROWS: Final = [
    cells
    for line in (EXPLANATIONS / "limits.md").read_text(encoding="utf-8").splitlines()
    if len(cells := line.strip("| ").split(" | ")) == 4 and "`" in cells[3]
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_a_limit_is_what_the_page_says(row: list[str]) -> None:
    """Each number of a row is the one that its name stands for, in order."""
    told = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", row[1])]
    names = re.findall(r"`([\w.]+)`", row[3])

    assert told == [known(name) for name in names]


def test_no_limit_is_left_out() -> None:
    """Every limit of the API that has a constant is in the tables, and all of the server's."""
    page = "\n".join(row[3] for row in ROWS)
    ours = [f"constants.{name}" for name in vars(constants) if name.startswith("MAX_")]
    servers = import_module("swf.server.limits")
    theirs = [f"swf.server.limits.{name}" for name in vars(servers) if name.isupper()]
    same = {"MAX_INPUT_LENGTH", "MAX_RESULT_LENGTH", "MAX_DETAILS_LENGTH"}  # as MAX_DATA_LENGTH
    spared = {*(f"constants.{name}" for name in same), "swf.server.limits.DRAIN_SECONDS"}

    assert [name for name in (*ours, *theirs) if name not in page and name not in spared] == []
