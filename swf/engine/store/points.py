"""Named places where a crash would hurt most, so that one can be made to happen there."""

from __future__ import annotations

from collections.abc import Callable

hook: Callable[[str], object] | None = None
"""What is called at each place with its name; None, and next to no cost, but in a crash test."""


def reached(name: str) -> None:
    """Tell that a place was reached; its name is `commit.before`, for example."""
    if hook is not None:
        hook(name)
