"""The engines of this process: one for each place."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Final

from swf.engine.engine import Engine
from swf.engine.options import Place
from swf.exceptions import SettingsError

_engines: Final[dict[str, Engine]] = {}
_guard = threading.Lock()


def opened(url: str) -> Engine:
    """Return this process's engine at a URL, opened where it has to be; it is closed at exit.

    Raises SettingsError where the engine there is set up otherwise than the URL says, and what
    `Engine.open` raises.
    """
    place = Place.of(url)
    with _guard:
        engine = _engines.get(place.name)
        if engine is None or engine.closed:
            engine = _engines[place.name] = Engine(place)
        elif engine.place.options != place.options:
            raise SettingsError(
                f"endpoint_url {url!r}: {place.name} is open with other options; "
                "name the same everywhere, or close it first"
            )
        return engine


def _close_all() -> None:
    for engine in list(_engines.values()):
        engine.close()


def _forget() -> None:
    """Own nothing in a forked child: the engines are the parent's."""
    global _guard  # noqa: PLW0603
    _guard = threading.Lock()
    _engines.clear()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget)
