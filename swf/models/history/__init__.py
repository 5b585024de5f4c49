"""The history of a workflow execution: as a sequence of events, and compiled into what they mean.

`History` is the sequence, `CompiledHistory` what its events say of each entity, `HistoryBuilder`
writes valid histories for tests.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from swf.models.history.builder import HistoryBuilder
    from swf.models.history.compiled import CompiledHistory
    from swf.models.history.history import History

_HOMES: Final = {
    "CompiledHistory": "compiled",
    "History": "history",
    "HistoryBuilder": "builder",
}

__all__ = ["CompiledHistory", "History", "HistoryBuilder"]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)

    def __getattr__(name: str) -> Any:
        """Import a class when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return __all__
