"""The botocore clients of one connection: how they are made, and which of them makes which call."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from math import inf
from time import monotonic
from typing import Any, Final
from weakref import WeakValueDictionary

from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import (
    BotoCoreError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoRegionError,
    ProxyConnectionError,
)
from botocore.session import Session

from swf import settings
from swf._version import __version__
from swf.constants import DEFAULT_REGION, LONG_POLL_SECONDS
from swf.exceptions import (
    CredentialsError,
    ResponseError,
    SettingsError,
    ThrottlingFault,
)
from swf.fault import fault_class
from swf.settings import is_loopback
from swf.transport.aws_errors import mapped_errors
from swf.transport.aws_parser import WireParserFactory
from swf.transport.aws_release import may_know, released
from swf.transport.recipe import Recipe
from swf.transport.reply import POLLS, check_reply
from swf.transport.resource import resource_of
from swf.wire import epoch, moment, snake_case

logger = logging.getLogger(__name__)

LOOPBACK_KEYS: Final = {"aws_access_key_id": "loopback", "aws_secret_access_key": "loopback"}
"""The keys for a server on this machine, which asks for a signature and cannot check it."""

CONNECT_SECONDS: Final = 10
"""How long a connection may take to be there."""

MAX_POOL_CONNECTIONS: Final = 50
"""Sockets kept open per client: one for each poller and heartbeater at work at once."""

POLL_READ_SECONDS: Final = LONG_POLL_SECONDS + 15
"""Who hangs up before SWF answers a poll leaves a ghost that swallows a task."""

RELEASE_SECONDS: Final = 1
"""How long polls are let be that were asked to be released: one may have come since."""

SIGNAL_ATTEMPTS: Final = 3
"""How often a signal is sent that SWF refuses for the rate of calls, or that cannot be sent."""

_NEVER_SENT: Final = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)

_HEARTBEAT: Final = "heartbeat"
_POLL: Final = "poll"
_RESPOND: Final = "respond"
_SIGNAL: Final = "signal"
_CONTROL: Final = "control"

_KINDS: Final[Mapping[str, str]] = {
    "PollForActivityTask": _POLL,
    "PollForDecisionTask": _POLL,
    "RecordActivityTaskHeartbeat": _HEARTBEAT,
    "RespondActivityTaskCanceled": _RESPOND,
    "RespondActivityTaskCompleted": _RESPOND,
    "RespondActivityTaskFailed": _RESPOND,
    "RespondDecisionTaskCompleted": _RESPOND,
    "SignalWorkflowExecution": _SIGNAL,
}
"""Which client makes a call; every other operation is *control*."""

_READ_SECONDS: Final = {
    _HEARTBEAT: 5,
    _POLL: POLL_READ_SECONDS,
    _RESPOND: 10,
    _SIGNAL: 20,
    _CONTROL: 20,
}

_ATTEMPTS: Final = {
    _HEARTBEAT: 1,  # the next one says as much, and says it later
    _POLL: 1,  # each poll given up can swallow a task, so it is the poller who polls again
    _RESPOND: 5,
    _SIGNAL: 1,  # it has no id: one that was received and is sent again is two signals
    _CONTROL: 3,
}
"""How often botocore sends a request that fails in a way that may pass."""

_lock = threading.RLock()
# Nobody else holds it while the process forks, so the child finds it free.
os.register_at_fork(
    before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
)
_FILES: Final = (
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
)
"""The files of boto3: the variable that names each, and where it usually is."""

_sessions: WeakValueDictionary[tuple[object, ...], Session] = WeakValueDictionary()


class Clients:
    """The clients of one connection in one process, each made when it is first needed."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._clients: dict[str, Any] = {}
        self._calls: dict[str, Callable[..., dict[str, Any]]] = {}
        self._session: Session | None = None
        self._endpoint_url = recipe.endpoint_url
        self.failed = False
        """Whether a call has failed for want of settings or of credentials."""
        self._polling: list[str] = []  # the identities of the polls that wait
        self._asks_at = -inf  # whether polls can be released is not asked before

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation and return its reply as the wire has it.

        Raises ResponseError for a reply that cannot be SWF's.
        """
        if operation not in POLLS:
            return self._sent(operation, params)
        identity = params.get("identity", "")
        self._polling.append(identity)
        try:
            return self._sent(operation, params)
        finally:
            self._polling.remove(identity)

    def release(self) -> None:
        """Have the polls that wait come back empty, where a server of this package has them.

        Nothing happens elsewhere, nor with a client that was given, nor within a second of the
        last time.
        """
        identities, url = sorted({*self._polling}), self._endpoint_url
        if not identities or not may_know(url):
            return
        if monotonic() >= self._asks_at:
            self._asks_at = monotonic() + RELEASE_SECONDS
            try:
                if not self._released(identities):
                    self._asks_at = inf  # another's server
            except BotoCoreError as error:  # who stops is not to fail by that
                logger.debug("%s: no polls are released: %s", url, error)

    def _released(self, identities: list[str]) -> bool:
        made, session = self._recipe, self._session
        if session is None:
            return False
        keys = made.credentials or LOOPBACK_KEYS
        found = None if made.credentials or _is_bare(made) else session.get_credentials()
        signer = found or Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"])
        region = made.region or session.get_config_variable("region") or DEFAULT_REGION
        return released(str(self._endpoint_url), identities, signer, region)

    def _sent(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with mapped_errors(operation, params, self._endpoint_url):
                call = self._calls.get(operation) or self._bound(operation)
                reply = call(**_timed(params))
        except (CredentialsError, SettingsError):
            self._give_up()
            raise
        request_id = reply.pop("ResponseMetadata", {}).get("RequestId")
        check_reply(operation, reply, params=params, request_id=request_id)
        return reply

    def _bound(self, operation: str) -> Callable[..., dict[str, Any]]:
        kind = _KINDS.get(operation, _CONTROL)
        with _lock:
            call: Callable[..., dict[str, Any]] = getattr(self._client(kind), snake_case(operation))
            if self._recipe.client is not None:
                call = _as_on_the_wire(call, operation)
            self._calls[operation] = call
            return call

    def _client(self, kind: str) -> Any:
        made = self._recipe
        if made.client is not None:
            self._endpoint_url = made.client.meta.endpoint_url
            return made.client
        if kind not in self._clients:
            if self._session is None:
                self._session = session_of(made)
            client = self._clients[kind] = _client_of(self._session, made, kind)
            self._endpoint_url = client.meta.endpoint_url
        return self._clients[kind]

    def _give_up(self) -> None:
        """Let go of what settings and keys that are of no use were read into."""
        self.failed = True
        with _lock:
            session, self._session = self._session, None
            for key in [key for key, one in _sessions.items() if one is session]:
                del _sessions[key]
        self.close()

    def close(self) -> None:
        """Close the sockets of the clients made here; a client that was given stays open."""
        with _lock:
            clients, self._clients, self._calls = self._clients, {}, {}
        for client in clients.values():
            client.close()


def _as_on_the_wire(
    call: Callable[..., dict[str, Any]], operation: str
) -> Callable[..., dict[str, Any]]:
    """Return the method of a client that parses by itself, its replies as the wire has them."""

    def called(**params: Any) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = call(**params)
        except (AttributeError, LookupError, TypeError, RecursionError, UnicodeError) as error:
            # So its parser ends where the answer is not in the form of SWF's.
            raise ResponseError(
                f"the client given could not read the answer: {error!r}",
                operation=operation,
                resource=resource_of(ResponseError, operation, params),
            ) from error
        untimed: dict[str, Any] = _untimed(reply)
        return untimed

    return called


def _untimed(value: Any) -> Any:
    """Return a reply with seconds since the epoch for datetimes."""
    if isinstance(value, dict):
        return {name: _untimed(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_untimed(item) for item in value]
    return epoch(value) if isinstance(value, datetime) else value


def _timed(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return params with aware datetimes for times, which botocore writes at half the cost."""
    return {
        name: {edge: moment(when) for edge, when in value.items()}
        if name in _TIME_FILTERS
        else value
        for name, value in params.items()
    }


_TIME_FILTERS: Final = frozenset({"closeTimeFilter", "startTimeFilter"})


def session_of(recipe: Recipe) -> Session:
    """Return the session that the recipe names, else the process's own for these credentials.

    Making one costs some 80 ms and 8 MB, so connections share them for as long as one is in use.
    """
    if recipe.session is not None:
        # A boto3 session is a face on a botocore one, which alone has the hook for parsers.
        given: Session = getattr(recipe.session, "_session", recipe.session)
        return given
    key = (os.getpid(), recipe.profile, settings.generation(), *_found_by())
    session = _sessions.get(key)
    if session is None:
        session = _sessions[key] = Session(profile=recipe.profile)
    return session


def _found_by() -> list[tuple[object, ...]]:
    """Return what botocore finds things by, to tell whether it would find others by now."""
    found: list[tuple[object, ...]] = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("AWS_") or name == "HOME"
    )
    for variable, usual in _FILES:
        path = os.path.expanduser(os.environ.get(variable) or usual)  # noqa: PTH111
        try:
            told = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):
            found.append((path,))
        else:
            found.append((path, told.st_mtime_ns, told.st_size))
    return found


def _client_of(session: Session, recipe: Recipe, kind: str) -> Any:
    """Return a new client; the session is left as it was."""
    region = recipe.region or session.get_config_variable("region") or recipe.spare_region
    config = _config(recipe, kind, session)
    keys: Mapping[str, str] = recipe.credentials
    spare = not keys and (_is_bare(recipe) or session.get_credentials() is None)
    client = _created(session, recipe, region, config, LOOPBACK_KEYS if spare else keys)
    if not is_loopback(client.meta.endpoint_url):
        if region is None:
            client.close()
            raise NoRegionError
        if spare:
            client.close()
            client = _created(session, recipe, region, config, keys)
    if kind == _SIGNAL:
        events: Any = client.meta.events
        events.register("needs-retry.swf.SignalWorkflowExecution", _signal_again)
    return client


def _is_bare(recipe: Recipe) -> bool:
    """Tell whether nothing but a server on this machine is named: no keys are looked for then."""
    return recipe.profile is None and recipe.session is None and is_loopback(recipe.endpoint_url)


def _created(
    session: Session, recipe: Recipe, region: str | None, config: Any, keys: Mapping[str, Any]
) -> Any:
    replaced = session.get_component("response_parser_factory")
    session.register_component("response_parser_factory", WireParserFactory(replaced))
    try:
        return session.create_client(
            "swf",
            region_name=region or DEFAULT_REGION,
            endpoint_url=recipe.endpoint_url,
            config=config,
            **keys,
        )
    except BotoCoreError:
        raise  # some of them are ValueErrors too
    except ValueError as error:
        raise SettingsError(f"endpoint_url {recipe.endpoint_url!r}: {error}") from error
    finally:
        session.register_component("response_parser_factory", replaced)


def _signal_again(
    attempts: int, response: Any = None, caught_exception: Any = None, **_: Any
) -> float | None:
    """Tell botocore the seconds to wait before it sends a signal again; None is not again.

    Only a signal that SWF certainly did not take is sent again.
    """
    if attempts >= SIGNAL_ATTEMPTS:
        return None
    if caught_exception is not None:
        taken = not isinstance(caught_exception, _NEVER_SENT)
    else:
        fault, status = response[1].get("Error", {}).get("Code", ""), response[0].status_code
        kind = fault_class(fault, "SignalWorkflowExecution", status=status)
        taken = kind is not ThrottlingFault
    return None if taken else random.uniform(0, 2 ** (attempts - 1))  # noqa: S311


def _config(recipe: Recipe, kind: str, session: Session) -> Any:
    """Return this package's configuration of a client with the caller's laid over it."""
    own = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=_READ_SECONDS[kind],
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS[kind]},
        max_pool_connections=MAX_POOL_CONNECTIONS,
        parameter_validation=False,  # `Transport.call` has checked the request
        tcp_keepalive=True,  # or a gateway on the way forgets a poll that waits
        user_agent_extra=f"swf/{__version__}",
    )
    config: Any = own if recipe.config is None else own.merge(recipe.config)
    if not (config.user_agent_appid or session.get_config_variable("user_agent_appid")):
        # One that is given is not put together twice for every call, a tenth of the cost of it.
        config = Config(user_agent=session.user_agent()).merge(config)
    if recipe.config is None:
        return config
    if _ATTEMPTS[kind] == 1:
        # No wish for retries can mean to poll or to signal twice, or to hold up the next heartbeat.
        config = config.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
    if kind == _POLL and config.read_timeout < POLL_READ_SECONDS:
        config = config.merge(Config(read_timeout=POLL_READ_SECONDS))
    return config
