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
_adopted: Final[set[Engine]] = set()
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
            _let_go_of_closed()
            engine = _engines[place.name] = Engine(place)
        elif engine.place.options != place.options and engine not in _adopted:
            raise SettingsError(
                f"endpoint_url {url!r}: {place.name} is open with other options; "
                "name the same everywhere, or close it first"
            )
        return engine


def adopt(engine: Engine) -> None:
    """Have `opened` return this engine for its place, however it is set up, until it is closed.

    Raises SettingsError where another is open there.
    """
    with _guard:
        there = _engines.get(engine.place.name)
        if there is not None and there is not engine and not there.closed:
            raise SettingsError(f"{engine.place.name} is open already; close it first")
        _let_go_of_closed()
        _engines[engine.place.name] = engine
        _adopted.add(engine)
    engine.on_close(lambda: _adopted.discard(engine))


def close_all() -> None:
    """Close the engines that `opened` returns; the next call for a place opens it anew."""
    for engine in list(_engines.values()):
        engine.close()


def _let_go_of_closed() -> None:
    """Keep no engine in memory for having been open once: tests have one each."""
    for name in [name for name, engine in _engines.items() if engine.closed]:
        del _engines[name]


def _forget() -> None:
    """Own nothing in a forked child: the engines are the parent's."""
    global _guard  # noqa: PLW0603
    _guard = threading.Lock()
    _engines.clear()
    _adopted.clear()


atexit.register(close_all)
os.register_at_fork(after_in_child=_forget)
