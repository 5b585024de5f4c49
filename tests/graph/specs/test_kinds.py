"""The types that JSON may name, and the names that the package has."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swf.flow import RetryPolicy
from swf.graph import specs
from swf.graph.errors import GraphError
from swf.graph.reading import tasks_from
from swf.graph.specs.kinds import OWN_RETRIES, OWN_TASKS, RETRIES, TASKS
from swf.graph.specs.retry_strategy import InstantRetry, retry_as_dict
from swf.graph.specs.task import Task


def subclasses(kind: type[Task]) -> Iterator[type[Task]]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_task_has_a_kind() -> None:
    """Each type of task is known by the names that it is written with."""
    ours = [
        kind
        for kind in subclasses(Task)
        if kind.__module__.startswith("swf.") and not inspect.isabstract(kind)
    ]

    assert set(TASKS.values()) == set(OWN_TASKS.values()) == set(ours)
    assert all(TASKS[kind.FLOTO_TYPE] is kind for kind in ours)
    assert all(OWN_TASKS[kind.KIND] is kind for kind in ours)


def test_every_retry_strategy_has_a_kind() -> None:
    """Each retry strategy is known by the names that it is written with."""
    for one in (InstantRetry(1), RetryPolicy()):
        assert retry_as_dict(one, None)["type"] in RETRIES
        assert retry_as_dict(one, 1)["kind"] in OWN_RETRIES


@pytest.mark.parametrize("name", ["mischief.Task", "swf.graph.specs.task.ActivityTask", ""])
def test_a_name_is_no_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A type that nobody listed is refused, and no module is imported in search of it."""
    (tmp_path / "mischief.py").write_text("class Task: ...")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(GraphError, match="must be one of"):
        tasks_from([{"type": name, "name": "a", "version": "1"}])

    assert "mischief" not in sys.modules


def test_what_the_package_offers() -> None:
    """Each name that the package tells is there, and no other is."""
    assert all(getattr(specs, name) is not None for name in dir(specs))
    assert specs.task.ActivityTask is TASKS["ActivityTask"]
    assert specs.retry_strategy.InstantRetry is InstantRetry
    with pytest.raises(AttributeError, match="no attribute 'JSONDecoder'"):
        _ = specs.JSONDecoder  # type: ignore[attr-defined]
