"""The Python way into Amazon SWF (Simple Workflow Service).

Models and querysets (`swf.models`, `swf.querysets`) manage what SWF stores; histories and events
(`swf.models`) tell what happened; deciders and workers (`swf.actors`) make things happen. Where to
connect is told by `swf.settings` or by `swf.connect(…)`. Importing connects to nothing and reads
no settings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from swf import _lazy
from swf._version import __version__
from swf.models import relations

if TYPE_CHECKING:
    from swf import actors, constants, exceptions, models, querysets, settings
    from swf.transport import connect

_HOMES = {
    "actors": "actors",
    "connect": "transport",
    "constants": "constants",
    "exceptions": "exceptions",
    "models": "models",
    "querysets": "querysets",
    "settings": "settings",
}

__all__ = [
    "__version__",
    "actors",
    "connect",
    "constants",
    "exceptions",
    "models",
    "querysets",
    "settings",
]


relations.load_with(lambda: import_module("swf.querysets"))


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
