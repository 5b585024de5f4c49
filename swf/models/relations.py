"""How a model finds what belongs to it: querysets register here, models ask here.

A queryset knows its models, so no model may import a queryset: this registry is the way back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Relation = Callable[..., Any]

_RELATIONS: Final[dict[str, Relation]] = {}
_LOADERS: Final[list[Callable[[], object]]] = []


def register(name: str, relation: Relation) -> None:
    """Make `relation(domain)` the answer to `related(name)`."""
    _RELATIONS[name] = relation


def load_with(loader: Callable[[], object]) -> None:
    """Have `loader` called before the first relation is asked for: it registers them."""
    _LOADERS.append(loader)


def related(name: str) -> Relation:
    """Return the relation that was registered under this name."""
    if name not in _RELATIONS:
        for loader in _LOADERS:
            loader()
    return _RELATIONS[name]
