"""A named place can be watched."""

from __future__ import annotations

import pytest

from swf.engine.store import points


@pytest.fixture
def heard():
    """The names that are reached, in order."""
    names: list[str] = []
    points.hook = names.append
    yield names
    points.hook = None


def test_the_hook_hears_each_name(heard):
    """What is reached is told in order; without a hook nothing happens."""
    points.reached("commit.before")
    points.reached("commit.after")
    points.hook = None
    points.reached("checkpoint.before")

    assert heard == ["commit.before", "commit.after"]
