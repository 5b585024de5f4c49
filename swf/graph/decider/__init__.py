"""What decides for graphs: of one spec, of the tasks in an input, or of what signals bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.graph.decider.daemon import Daemon
    from swf.graph.decider.decider import Decider, DynamicDecider

_HOMES = {"Daemon": "daemon", "Decider": "decider", "DynamicDecider": "decider"}

__all__ = ["Daemon", "Decider", "DynamicDecider"]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
