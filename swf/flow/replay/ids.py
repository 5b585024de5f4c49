"""Ids of tasks: they follow the order of the program, whatever is ready when."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from swf.rules import without_forbidden

MOST: Final = 256
"""Characters that SWF takes in an id."""


class Scope:
    """Counts what one part of a program submits, each name by itself.

    The root's ids end in `-1`, `-2`…; those of a group, a chain or a spawned strand in its own path
    and then the number: `-1.1`, `-1.2.3`. So no part takes a number from another.
    """

    __slots__ = ("_counts", "_parts", "path")

    def __init__(self, path: str = "") -> None:
        self.path = path
        self._counts: dict[str, int] = {}
        self._parts = 0

    def inner(self) -> Scope:
        """Return the scope of the next part within this one."""
        self._parts += 1
        return Scope(f"{self.path}{self._parts}.")

    def number(self, prefix: str) -> str:
        """Return the id of the next task under this prefix, which may have any characters."""
        prefix = _allowed(prefix)
        count = self._counts.get(prefix, 0) + 1
        self._counts[prefix] = count
        return fitted(f"{prefix}-{self.path}{count}")


@lru_cache(maxsize=1_000)
def _allowed(prefix: str) -> str:
    return without_forbidden(prefix, "_")


def fitted(text: str) -> str:
    """Return an id that SWF takes: of a long one the end, and a digest of all of it."""
    if len(text) <= MOST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: MOST - 82]}-{digest}-{text[-64:]}"


def digest(text: str) -> str:
    """Return what stands for a text in an id."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:20]
