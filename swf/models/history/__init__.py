"""The history of a workflow execution: as a sequence of events, and compiled into what they mean.

`History` is the sequence, `CompiledHistory` what its events say of each entity, `HistoryBuilder`
writes valid histories for tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from swf import _lazy

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
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
