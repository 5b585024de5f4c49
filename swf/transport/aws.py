"""The transport over boto3: Amazon SWF itself, and every server that speaks its protocol.

This package's only way to boto3 and botocore: the modules beside this one whose names begin with
`aws_` import them, and are themselves imported when the first call is made.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from swf.exceptions import NotPicklableError, SettingsError
from swf.settings import is_loopback
from swf.transport.base import Transport
from swf.transport.recipe import Recipe, recipe

if TYPE_CHECKING:
    from swf.transport import aws_client

_lock = threading.Lock()
_forks = itertools.count(1)
_process = 0


def _in_child() -> None:
    """Give up the clients of the parent, whose sockets the child shares."""
    global _process  # noqa: PLW0603
    _process = next(_forks)
    _lock.release()


# Nobody else holds the lock while the process forks, so the child finds it free.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_in_child)


def _loaded() -> type[aws_client.Clients]:
    """Return the half of this transport that imports botocore (some 100 ms)."""
    clients: type[aws_client.Clients] = import_module("swf.transport.aws_client").Clients
    return clients


class AwsTransport(Transport):
    """Calls SWF through botocore: its signing, its retries, its connections.

    Made by `swf.connect`. Its clients are made by the first call, anew after a fork and after
    `close()`.
    """

    __slots__ = ("__weakref__", "_clients", "_recipe")

    def __init__(self, made_from: Recipe) -> None:
        _check_endpoint(made_from.endpoint_url)
        self._recipe = made_from
        self._clients: tuple[int, aws_client.Clients] | None = None

    @property
    def endpoint_url(self) -> str | None:
        """Where the SWF is, as far as it was told; Amazon's where it was not."""
        return self._recipe.endpoint_url

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation with params that were checked."""
        held = self._clients
        if held is None or held[0] != _process:
            held = self._opened()
        return held[1].send(operation, params)

    def _opened(self) -> tuple[int, aws_client.Clients]:
        clients = _loaded()
        with _lock:
            if self._clients is None or self._clients[0] != _process:
                self._clients = (_process, clients(self._recipe))
            return self._clients

    @property
    def usable(self) -> bool:
        """Whether no call has failed for want of settings or of credentials."""
        held = self._clients
        return held is None or not held[1].failed

    def release(self) -> None:
        """Have polls come back empty where a server of this package holds them: none loses a task.

        Amazon SWF has no way to give up a poll, so that nothing happens there.
        """
        held = self._clients
        if held is not None and held[0] == _process:
            held[1].release()

    def close(self) -> None:
        """Let go of the clients and their sockets; a later call makes new ones."""
        held, self._clients = self._clients, None
        if held is not None and held[0] == _process:
            held[1].close()

    def __repr__(self) -> str:
        made = self._recipe
        told = {"endpoint_url": made.endpoint_url, "region": made.region, "profile": made.profile}
        fields = ", ".join(f"{name}={value!r}" for name, value in told.items() if value is not None)
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[Callable[..., Transport], tuple[Any, ...]]:
        made = self._recipe
        if made.private is not None:
            raise NotPicklableError(
                f"{self!r} cannot be pickled: {made.private}; "
                "connect in the process that uses it, or name a profile"
            )
        # A profile goes before keys: handed over beside them, it would sign in their place.
        profile = None if made.credentials else made.profile or _named_to_boto3(made)
        return (_made_again, (made.endpoint_url, made.region, profile, made.config, made.signer))


def _named_to_boto3(made: Recipe) -> str | None:
    # A server on this machine is reached without it.
    return None if is_loopback(made.endpoint_url) else made.profile_of_boto3


def _made_again(
    endpoint_url: str | None, region: str | None, profile: str | None, config: Any, signer: str
) -> AwsTransport:
    """Return the transport of a pickle, which signs as the one that was pickled.

    Raises NotPicklableError where this process finds somebody else to sign.
    """
    found = recipe(profile=profile, config=config)
    if found.signer != signer:
        if not is_loopback(endpoint_url):
            raise NotPicklableError(
                f"the connection signed with {signer}, and in this process it would sign with "
                f"{found.signer}; connect here, or name a profile"
            )
        # A server on this machine cannot check who signs.
        found = Recipe(config=config)
    return AwsTransport(attrs.evolve(found, endpoint_url=endpoint_url, region=region))


def _check_endpoint(endpoint_url: str | None) -> None:
    if endpoint_url is None:
        return
    try:
        parts = urlsplit(endpoint_url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, an address that is none
        usable = False
    if not usable:
        raise SettingsError(f"endpoint_url {endpoint_url!r}: not a URL of a server")
