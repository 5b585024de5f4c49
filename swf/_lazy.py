"""Public names that are imported when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package whose names are imported when they are first used.

    `homes` has, for each name, the module within the package that it is in; a name that is its own
    home is that module. To be hidden from type checkers, which would take every name for a name of
    the package.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = import_module(f"{package}.{home}")
        found = module if home == name else getattr(module, name)
        setattr(sys.modules[package], name, found)  # the next use does not come here
        return found

    return __getattr__
