"""The documentation tells the truth: its examples run, and its reference leaves nothing out."""

from __future__ import annotations

import doctest
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from sybil import Document, Example
from sybil.example import SybilFailure
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

import swf
from swf.models.decision import DECISIONS
from swf.shapes import OPERATIONS

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
PAGES: Final = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(path for path in DOCS.rglob("*.md") if "_build" not in path.parts),
    ]
)
FLAGS: Final = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
"""What a page may leave open: run ids and times (`...`), where a line is broken."""

REFERENCE: Final = {
    "swf": "connection",
    "swf.actors": "actors",
    "swf.constants": "constants",
    "swf.drawing": "drawing",
    "swf.engine": "engine",
    "swf.engine.tools": "engine",
    "swf.exceptions": "exceptions",
    "swf.flow": "flow",
    "swf.flow.errors": "flow",
    "swf.flow.futures": "flow",
    "swf.graph": "graph",
    "swf.metrics": "metrics",
    "swf.models": "models",
    "swf.models.decision": "decisions",
    "swf.models.event": "events",
    "swf.models.history": "histories",
    "swf.models.timeline": "timeline",
    "swf.payload": "payloads",
    "swf.querysets": "querysets",
    "swf.schedules": "schedules",
    "swf.server": "server",
    "swf.settings": "settings",
    "swf.steps": "steps",
    "swf.steps.errors": "steps",
    "swf.testing": "testing",
    "swf.testing.plugin": "testing",
    "swf.tracing": "metrics",
    "swf.transport": "connection",
    "swf.web": "web",
}
"""Which page of the reference describes which module."""


def examples(text: str, path: Path | str) -> list[Example]:
    """Return the examples of a page, in order, sharing one namespace."""
    document = Document(text, str(path))
    document.namespace["__name__"] = "__main__"  # as at a prompt
    for parser in (PythonCodeBlockParser(doctest_optionflags=FLAGS), SkipParser()):
        for region in parser(document):
            document.add(region)
    return list(document.examples())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each example of a page runs, in order, and prints what the page shows.

    It does so in a folder with nothing in it, on an SWF that holds nothing and holds no polls, and
    where nothing was measured.
    """
    monkeypatch.chdir(tmp_path)
    swf.metrics.REGISTRY.drain()  # of what others have measured there may be as much as is kept
    swf.settings.set(endpoint_url="memory://?poll_seconds=0")

    for example in examples(page.read_text(encoding="utf-8"), page):
        example.evaluate()


def test_a_wrong_example_is_noticed() -> None:
    """An example that prints something else than its page shows fails."""
    page = "```python\n>>> 1 + 1\n3\n```\n"

    with pytest.raises(SybilFailure, match=r"Got:\s+2"):
        [example.evaluate() for example in examples(page, "made-up.md")]


WITHOUT_EXAMPLES: Final = frozenset({"index.md", "screens.md"})
"""A list, and a page of pictures, which a test of their own keeps true."""


def test_most_pages_are_shown_by_example() -> None:
    """The parser finds the examples: the README, the tutorial and every guide have some."""
    guides = [*(DOCS / "howto").glob("*.md"), *(DOCS / "tutorial").glob("*.md"), ROOT / "README.md"]
    without = [
        path.name
        for path in guides
        if path.name not in WITHOUT_EXAMPLES
        and not examples(path.read_text(encoding="utf-8"), path)
    ]

    assert without == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_gives_up_half_way(page: Path) -> None:
    """What is left out is left out alone: with a reason, all that follows would be, too."""
    assert not re.findall(r"<!-+ *skip: \w+ +[^ -].*", page.read_text(encoding="utf-8"))


READERS: Final = ("tutorial", "howto", "coming-from", "reference", "explanation")
"""The folders whose pages are written for readers: not generated, no records."""


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.parent.name in READERS],
    ids=lambda page: f"{page.parent.name}/{page.stem}",
)
def test_a_page_says_first_what_one_gets(page: Path) -> None:
    """What stands below the title is a sentence, before any code, heading or table."""
    _, _, body = page.read_text(encoding="utf-8").partition("\n")

    assert re.match(r"\s*(?!```)[\w`*\[]", body)


@pytest.mark.parametrize("folder", ["flow", "graph", "steps"])
def test_the_guides_name_every_example(folder: str) -> None:
    """Every program of a layer's examples is in its list of the guides, and no other."""
    text = (DOCS / "howto" / "index.md").read_text(encoding="utf-8")
    table = text.partition(f"| `examples.{folder}.…`")[2].partition("\n\n")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
        for name in re.findall(r"\w+", row)
    }

    assert named == {
        path.stem for path in (ROOT / "examples" / folder).glob("[a-z]*.py") if path.stem[0] != "_"
    }


TUTORIAL: Final = DOCS / "tutorial" / "ordinary-python.md"
ENOUGH: Final = 60
"""Seconds within which a program of the tutorial has come to where it is waited for."""


def test_the_program_of_the_tutorial_survives_a_kill(tmp_path: Path) -> None:
    """Killed once the card is charged and started again, it ships, and charges no card twice."""
    text = TUTORIAL.read_text(encoding="utf-8")
    program = "".join(re.findall(r"```python\n(# orders\.py\n.*?)```", text, re.DOTALL))
    (tmp_path / "orders.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "orders.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run: dict[str, Any] = {"cwd": tmp_path, "env": environment, "text": True}

    while True:
        with subprocess.Popen(command, stdout=subprocess.PIPE, **run) as first:
            assert first.stdout is not None
            seen = [first.stdout.readline(), first.stdout.readline()]
            await_event(tmp_path / "orders.db", "ActivityTaskCompleted")
            first.kill()
        if not has_event(tmp_path / "orders.db", "TimerFired"):
            break
        for path in tmp_path.glob("orders.db*"):  # we were too slow: five seconds had passed
            path.unlink()
    again = subprocess.run(command, capture_output=True, timeout=ENOUGH, check=True, **run)

    assert "".join(seen) + "Killed\n" in text
    assert f"Killed\n$ python orders.py\n{again.stdout}```" in text


def await_event(database: Path, event_type: str) -> None:
    """Return once an event of this type is in a database that another process has."""
    until = time.monotonic() + ENOUGH
    while not has_event(database, event_type):
        assert time.monotonic() < until, f"there is no {event_type}"
        threading.Event().wait(0.01)


def has_event(database: Path, event_type: str) -> bool:
    """Tell whether an event of this type is in a database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as found:
        told = found.execute("SELECT 1 FROM event WHERE type = ?", [event_type])
        return told.fetchone() is not None


def test_the_policies_name_what_there_is() -> None:
    """IAM policies of the guide permit operations and decisions of SWF's, and nothing else."""
    text = (DOCS / "howto" / "iam.md").read_text(encoding="utf-8")
    policies = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    statements = [one for policy in policies for one in policy["Statement"]]
    actions = {
        action.removeprefix("swf:")
        for one in statements
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    named = set(re.findall(r"`swf:([A-Z]\w+)`", text))

    assert len(policies) == 4
    assert actions | named <= set(OPERATIONS) | set(DECISIONS)
    assert set(DECISIONS) - {"ScheduleLambdaFunction"} <= actions | named
    assert all(one["Resource"].endswith(":/domain/shop") for one in statements)


def public_names(module: str) -> list[str]:
    """Return what a module offers: its `__all__`, or else what it defines without underscore."""
    found = import_module(module)
    names = getattr(found, "__all__", None)
    if names is None:
        names = [
            name
            for name, value in vars(found).items()
            if not name.startswith("_")
            and (name.isupper() or getattr(value, "__module__", None) == module)
        ]
    return [name for name in names if not name.startswith("_")]


@pytest.mark.parametrize("module", REFERENCE)
def test_the_reference_leaves_no_public_name_out(module: str) -> None:
    """Every public name of a module is on its page of the reference, by name or as a member."""
    text = (DOCS / "reference" / f"{REFERENCE[module]}.md").read_text(encoding="utf-8")
    whole = set(re.findall(r"automodule:: ([\w.]+)", text))

    missing = [
        name
        for name in public_names(module)
        if not re.search(rf"\b{name}\b", text)
        and getattr(getattr(import_module(module), name), "__module__", module) not in whole
    ]
    assert missing == []


def test_the_readme_begins_with_the_two_commands() -> None:
    """Who has just cloned the project reads first what shows it and what checks it."""
    code = re.findall(
        r"```\w*\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )

    assert [line.split("#")[0].strip() for line in code[0].splitlines()][:2] == [
        "make demo",
        "make test",
    ]


def test_the_changelog_tells_of_this_version() -> None:
    """The version of the package has its heading in the changelog."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(rf"^## \[{re.escape(swf.__version__)}\]", text, re.MULTILINE)


RECORDS: Final = sorted((DOCS / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_says_why_what_and_what_follows(record: Path) -> None:
    """A decision is recorded with its context and its consequences."""
    headings = re.findall(r"^## (.*)$", record.read_text(encoding="utf-8"), re.MULTILINE)

    assert headings == ["Context", "Decision", "Consequences"]


def test_the_records_are_numbered_without_a_gap() -> None:
    """Records are numbered from 1; a record that is superseded stays."""
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))
    assert RECORDS
