"""The Python way into Amazon SWF (Simple Workflow Service).

Models and querysets (`swf.models`, `swf.querysets`) manage what SWF stores; histories and events
(`swf.models`) tell what happened; deciders and workers (`swf.actors`) make things happen. Where to
connect is told by `swf.settings` or by `swf.connect(…)`. What deciders and workers measure is in
`swf.metrics`, and `swf.tracing` has them make spans. Importing connects to nothing and reads no
settings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from swf import _lazy
from swf._version import __version__
from swf.models import relations
from swf.transport import schemes

if TYPE_CHECKING:
    from swf import (
        actors,
        constants,
        exceptions,
        metrics,
        models,
        querysets,
        settings,
        tracing,
    )
    from swf.transport import Transport, connect
    from swf.transport.recipe import Recipe

_HOMES = {
    "actors": "actors",
    "connect": "transport",
    "constants": "constants",
    "exceptions": "exceptions",
    "metrics": "metrics",
    "models": "models",
    "querysets": "querysets",
    "settings": "settings",
    "tracing": "tracing",
}

__all__ = [
    "__version__",
    "actors",
    "connect",
    "constants",
    "exceptions",
    "metrics",
    "models",
    "querysets",
    "settings",
    "tracing",
]


def _opened(url: str) -> Any:
    return import_module("swf.engine").opened(url)


def _shared(url: str) -> Any:
    return import_module("swf.server.sharing").share(url)


def _embedded(recipe: Recipe) -> Transport:
    """Return the transport to an embedded SWF: only here are the two sides of the door in view."""
    transport: Transport = import_module("swf.transport.local").LocalTransport(
        recipe.endpoint_url,
        region=recipe.region,
        opener=_opened,
        share=_shared,
    )
    return transport


schemes.register_scheme("memory", _embedded)
schemes.register_scheme("sqlite", _embedded)
relations.load_with(lambda: import_module("swf.querysets"))


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
