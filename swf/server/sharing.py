"""How an engine of this process is opened to others: served on loop-back, with keys of its own."""

from __future__ import annotations

import secrets
import threading
from typing import Final, NamedTuple

from swf.engine import opened
from swf.server.serving import Served, serve
from swf.server.sigv4 import KeyPair


class Address(NamedTuple):
    """Where an engine is reached, and what requests must be signed with."""

    url: str
    access_key: str
    secret_key: str


_guard: Final = threading.Lock()
_shared: Final[dict[str, tuple[Served, Address]]] = {}


def share(url: str) -> Address:
    """Return where other processes reach the engine that this process has at a URL.

    It is served from the first time on until it is closed; the lock file beside its database tells
    other processes where.
    """
    engine = opened(url)
    name = engine.place.name
    with _guard:
        if name not in _shared:
            key, secret = f"SWF{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30)
            served = serve(engine, keys=KeyPair(key, secret))
            _shared[name] = served, Address(served.url, key, secret)
            engine.on_close(lambda: _stop(name))
            engine.announce(served.url, access_key=key, secret_key=secret)
        return _shared[name][1]


def _stop(name: str) -> None:
    with _guard:
        served, _ = _shared.pop(name)
    served.close()
