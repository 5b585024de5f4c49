"""Which names a server answers to.

A web page may have its own name point to this machine; its requests then carry that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

LOOP_BACK: Final = ("localhost", "127.0.0.1", "[::1]")

_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_REMEMBERED: Final = 256


class Hosts:
    """The values of a Host header that are let in: loop-back names, and those given; any port."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset([*LOOP_BACK, *(bracketed(name.lower()) for name in names)])
        self._known: set[bytes] = set()

    def allow(self, host: bytes | None) -> bool:
        """Whether a request that carries this Host header is answered."""
        if host in self._known:
            return True
        if host is None:
            return False
        found = _HOST.fullmatch(host.decode("latin-1").lower())
        if found is None or found["name"] not in self._names:
            return False
        if len(self._known) < _REMEMBERED:
            self._known.add(host)
        return True


def bracketed(host: str) -> str:
    """Return a host as it stands in URLs: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is; None for a name other than localhost."""
    if host == "localhost":
        return ip_address("127.0.0.1")
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_loop_back(host: str) -> bool:
    """Whether what listens on this host is out of other machines' reach."""
    found = address(host)
    return found is not None and found.is_loopback
