"""The reference names every metric, with its kind, its labels and its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swf.engine import Engine, Options
from swf.metrics import REGISTRY, Family
from swf.server.metering import Meter
from swf.testing import embedded

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "metrics.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.*) \|$", re.MULTILINE)

ROWS = {name: (kind, labels, words) for name, kind, labels, words in ROW.findall(PAGE.read_text())}


def told(family: Family) -> tuple[str, str]:
    return family.kind, family.help


def of_clients() -> list[Family]:
    return [one for one in REGISTRY.families() if one.name.startswith("swf_")]


def of_servers() -> list[Family]:
    with embedded(options=Options(poll_seconds=0)) as engine:
        return Meter(engine).registry.families()


def test_the_reference_has_every_metric_and_no_other() -> None:
    """Each metric has its row, with its kind and its help; no row is of a metric that is none."""
    families = [*of_clients(), *of_servers()]

    assert {one.name: told(one) for one in families} == {
        name: (kind, words) for name, (kind, _, words) in ROWS.items()
    }


@pytest.mark.parametrize("name", [one.name for one in of_clients()])
def test_the_reference_has_the_labels(name: str) -> None:
    """The row of a metric names its labels in their order."""
    labels = REGISTRY._metrics[name].labels

    assert ROWS[name][1] == ", ".join(f"`{label}`" for label in labels)


@pytest.mark.parametrize("family", of_clients(), ids=lambda family: family.name)
def test_names_say_the_kind(family: Family) -> None:
    """A counter ends in _total, a time in _seconds."""
    assert family.name.endswith("_total") == (family.kind == "counter")


def test_engines_are_watched_without_a_domain(swf_engine: Engine) -> None:
    """An SWF that holds nothing has nothing open and nothing that waits."""
    load = swf_engine.load()

    assert (load.open_executions, load.task_lists) == ((), ())
