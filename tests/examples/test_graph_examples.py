"""Each example of the graph layer prints what it says that it prints."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

EXAMPLES: Final = Path(__file__).parents[2] / "examples/graph"

CIRCLE: Final = (
    "GraphError: activity_tasks[0].requires: these tasks wait for each other: a → b → a;"
    " take one of these requirements away"
)
REFUSED: Final = (
    "a signal was refused: spec.type: must be one of floto.specs.DeciderSpec, DeciderSpec,"
    " got 'os.system': {'decider_spec': {'type': 'os.system'}}"
)

PRINTED: Final = {
    "child": ["{'report': 'tested: built app 2'}"],
    "daemon": ["{'copy': 'a.txt was copied'}", "{'copy': 'b.txt was copied'}", REFUSED],
    "dag": ["{'cells': 6}", "True"],
    "days": ["46 orders on 8 days"],
    "dynamic": ["{'greet Ada': 'Hello Ada!', 'greet Bob': 'Hello Bob!'}", CIRCLE],
    "hello_world": ["Hello Ada!", "{'greet:v1:2be88ca424': 'Hello Ada!'}"],
    "timers": ["reminded after 1 day", "closed after 7 days"],
}


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What an example prints is what its docstring promises."""
    import_module(f"examples.graph.{name}").main()

    assert capsys.readouterr().out.splitlines() == PRINTED[name]


def test_every_example_is_run() -> None:
    """No example is forgotten here."""
    assert {path.stem for path in EXAMPLES.glob("[a-z]*.py")} == set(PRINTED)


def test_the_first_example_runs_on_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a file the same program prints the same, and its execution is there afterwards."""
    url = f"sqlite:///{tmp_path}/hello.db"

    import_module("examples.graph.hello_world").main(url)

    assert capsys.readouterr().out.splitlines() == PRINTED["hello_world"]
    assert (tmp_path / "hello.db").exists()
