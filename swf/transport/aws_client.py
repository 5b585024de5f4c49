"""The botocore clients of one connection: how they are made, and which of them makes which call."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from weakref import WeakValueDictionary

from botocore.config import Config
from botocore.session import Session

from swf._version import __version__
from swf.exceptions import SettingsError
from swf.settings import is_loopback
from swf.transport.aws_errors import mapped_errors, no_region
from swf.transport.aws_parser import WireParserFactory
from swf.transport.recipe import Recipe
from swf.wire import snake_case

LOOPBACK_REGION: Final = "us-east-1"
"""The region of a server on this machine where nothing tells another."""

LOOPBACK_KEYS: Final = {"aws_access_key_id": "loopback", "aws_secret_access_key": "loopback"}
"""The keys for a server on this machine, which asks for a signature and cannot check it."""

MAX_POOL_CONNECTIONS: Final = 50
"""Sockets kept open per client: one for each poller and heartbeater at work at once."""

POLL_READ_SECONDS: Final = 75
"""SWF holds a poll for 60 seconds; who hangs up earlier leaves a ghost that swallows a task."""

_ONCE: Final = {"mode": "standard", "total_max_attempts": 1}

_POLL: Final = "poll"
_RESPOND: Final = "respond"
_SIGNAL: Final = "signal"
_CONTROL: Final = "control"

_KINDS: Final[Mapping[str, str]] = {
    "PollForActivityTask": _POLL,
    "PollForDecisionTask": _POLL,
    "RecordActivityTaskHeartbeat": _RESPOND,
    "RespondActivityTaskCanceled": _RESPOND,
    "RespondActivityTaskCompleted": _RESPOND,
    "RespondActivityTaskFailed": _RESPOND,
    "RespondDecisionTaskCompleted": _RESPOND,
    "SignalWorkflowExecution": _SIGNAL,
}
"""Which client makes a call; every other operation is *control*."""

_TIMING: Final[Mapping[str, dict[str, Any]]] = {
    # botocore would repeat a poll that timed out, and each one given up can swallow a task.
    _POLL: {"read_timeout": POLL_READ_SECONDS, "retries": _ONCE, "tcp_keepalive": True},
    _RESPOND: {
        "read_timeout": 10,
        "retries": {"mode": "standard", "total_max_attempts": 5},
    },
    # A signal has no id of its own: one that was received and is sent again is two signals.
    _SIGNAL: {"read_timeout": 20, "retries": _ONCE},
    _CONTROL: {
        "read_timeout": 20,
        "retries": {"mode": "standard", "total_max_attempts": 3},
    },
}

_lock = threading.RLock()
# Nobody else holds it while the process forks, so the child finds it free.
os.register_at_fork(
    before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
)
_sessions: WeakValueDictionary[tuple[object, ...], Session] = WeakValueDictionary()


class Clients:
    """The clients of one connection in one process, each made when it is first needed."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._clients: dict[str, Any] = {}
        self._calls: dict[str, Callable[..., dict[str, Any]]] = {}
        self._session: Session | None = None

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation and return its reply as the wire has it."""
        with mapped_errors(operation, params, self._recipe.endpoint_url):
            call = self._calls.get(operation) or self._bound(operation)
            reply = call(**params)
        reply.pop("ResponseMetadata", None)
        return reply

    def _bound(self, operation: str) -> Callable[..., dict[str, Any]]:
        kind = _KINDS.get(operation, _CONTROL)
        with _lock:
            call: Callable[..., dict[str, Any]] = getattr(
                self._client(kind), snake_case(operation)
            )
            self._calls[operation] = call
            return call

    def _client(self, kind: str) -> Any:
        made = self._recipe
        if made.client is not None:
            return made.client
        if kind not in self._clients:
            if self._session is None:
                self._session = _session_of(made)
            self._clients[kind] = _client_of(self._session, made, kind)
        return self._clients[kind]

    def close(self) -> None:
        """Close the sockets of the clients made here; a client that was given stays open."""
        with _lock:
            clients, self._clients, self._calls = self._clients, {}, {}
        for client in clients.values():
            client.close()


def _session_of(recipe: Recipe) -> Session:
    """Return the session that the recipe names, else the process's own for these credentials.

    Making one costs some 80 ms and 8 MB, so connections share them for as long as one is in use.
    """
    if recipe.session is not None:
        # A boto3 session is a face on a botocore one, which alone has the hook for parsers.
        return getattr(recipe.session, "_session", recipe.session)
    # What botocore finds by itself it finds by way of these.
    found_by = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("AWS_") or name == "HOME"
    )
    key = (os.getpid(), recipe.profile, *found_by)
    session = _sessions.get(key)
    if session is None:
        session = _sessions[key] = Session(profile=recipe.profile)
    return session


def _client_of(session: Session, recipe: Recipe, kind: str) -> Any:
    """Return a new client; the session is left as it was."""
    keys = dict(recipe.credentials)
    bare = not keys and recipe.profile is None and recipe.session is None
    if bare and is_loopback(recipe.endpoint_url):
        keys = dict(LOOPBACK_KEYS)
    region = recipe.region or session.get_config_variable("region")
    replaced = session.get_component("response_parser_factory")
    session.register_component("response_parser_factory", WireParserFactory(replaced))
    try:
        client = session.create_client(
            "swf",
            region_name=region or LOOPBACK_REGION,
            endpoint_url=recipe.endpoint_url,
            config=_config(recipe, kind),
            **keys,
        )
    except ValueError as error:
        raise SettingsError(f"endpoint_url {recipe.endpoint_url!r}: {error}") from error
    finally:
        session.register_component("response_parser_factory", replaced)
    if region is None and not is_loopback(client.meta.endpoint_url):
        client.close()
        raise no_region()
    return client


def _config(recipe: Recipe, kind: str) -> Config:
    """Return this package's configuration of a client with the caller's laid over it."""
    timing = _TIMING[kind]
    config = Config(
        connect_timeout=10,
        max_pool_connections=MAX_POOL_CONNECTIONS,
        parameter_validation=False,  # `Transport.call` has checked the request
        user_agent_extra=f"swf/{__version__}",
        **timing,
    )
    given = recipe.config
    if given is None:
        return config
    config = config.merge(given)
    if timing["retries"] is _ONCE:
        # No wish for retries can mean to poll or to signal twice.
        config = config.merge(Config(retries=dict(_ONCE)))
    if kind == _POLL and config.read_timeout < POLL_READ_SECONDS:
        config = config.merge(Config(read_timeout=POLL_READ_SECONDS))
    return config
