"""Names that were typed wrong: which one was meant."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean …?)` with the known name next to a name; empty where none is near."""
    found = import_module("difflib").get_close_matches(name, sorted(set(known)), n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""
