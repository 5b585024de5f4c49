"""What a command line asked for beside its own arguments."""

from __future__ import annotations

from typing import Final

TYPED: Final = "swf.settings"
"""The key of a context's `meta` under which are the settings that were typed, for completion."""


class Asked:
    """How to show what is found; None is what the command itself finds best."""

    # Not by attrs, which takes longer to import than all the rest of `swf --help`.
    __slots__ = ("color", "header", "output", "query", "verbosity")

    def __init__(self) -> None:
        self.output: str | None = None
        self.query: str | None = None
        self.header: bool | None = None
        self.color: str = "auto"
        self.verbosity: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nothing but data and errors is to be told."""
        return self.verbosity < 0
