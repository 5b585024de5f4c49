"""The transport to an embedded SWF: an engine in this process, or the one that owns its file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import attrs

from swf.clock import Clock
from swf.constants import DEFAULT_REGION
from swf.exceptions import (
    ConnectionFailedError,
    CredentialsError,
    DatabaseLockedError,
    EngineError,
    NotPicklableError,
    SWFError,
)
from swf.fault import Fault, fault_class
from swf.transport.aws import AwsTransport
from swf.transport.base import Transport
from swf.transport.recipe import Recipe
from swf.transport.reply import POLLS
from swf.transport.resource import resource_of
from swf.virtual_clock import VirtualClock, enlist


class Poll(Protocol):
    """A poll that does not wait."""

    def ahead(self) -> None:
        """Have it wait in line for a task."""
        ...

    def take(self) -> dict[str, Any]:
        """Return what it is answered with; raise Fault where SWF refuses."""
        ...


class Door(Protocol):
    """What this transport asks: an engine."""

    def handle(self, operation: str, params: Mapping[str, Any], *, region: str) -> dict[str, Any]:
        """Perform one operation; raise Fault where SWF refuses."""
        ...

    def hand_poll(self, operation: str, params: Mapping[str, Any], *, region: str) -> Poll:
        """Return a poll for the thread that does all."""
        ...

    def task_lists(self, domain: str) -> list[dict[str, Any]]:
        """Return what waits on each task list, and who polls it."""
        ...

    def release(self, *, every: bool = False) -> None:
        """Answer the polls that callers within this process hold, or every one."""
        ...

    @property
    def clock(self) -> Clock:
        """What it takes the time from."""
        ...

    def skip(self) -> bool:
        """Move a clock that can be moved to where something falls due next."""
        ...

    def close(self) -> None:
        """Give the file free."""
        ...


@attrs.frozen
class Endpoint:
    """Where other processes reach the engine of this one, and with which keys."""

    url: str
    access_key: str = attrs.field(repr=False)
    secret_key: str = attrs.field(repr=False)

    def recipe(self, region: str | None = None) -> Recipe:
        """Return what a transport to this endpoint is made from."""
        return Recipe(
            endpoint_url=self.url,
            region=region or DEFAULT_REGION,
            credentials={
                "aws_access_key_id": self.access_key,
                "aws_secret_access_key": self.secret_key,
            },
            credentials_origin="the engine that is served there",
        )


class SharedTransport(AwsTransport):
    """Calls the engine of another process of this machine, over HTTP."""

    __slots__ = ("endpoint",)

    def __init__(self, endpoint: Endpoint, region: str) -> None:
        super().__init__(endpoint.recipe(region))
        self.endpoint = endpoint

    def __reduce__(self) -> tuple[Callable[..., Transport], tuple[Any, ...]]:
        return type(self), (self.endpoint, self._recipe.region)


class LocalTransport(Transport):
    """Calls an engine in this process; where another process owns the file, that one's.

    The engine is opened by the first call. `close()` closes it, for all connections to its place;
    the next call opens it anew (what was in memory is gone then). Pickled, it is a connection to
    this process's engine, which is served over HTTP for that (extra `server`).
    """

    __slots__ = (
        "__weakref__",
        "_elsewhere",
        "_guard",
        "_is_shared",
        "_open",
        "_opened",
        "_region",
        "_share",
        "url",
    )

    def __init__(
        self,
        url: str,
        *,
        region: str | None,
        opener: Callable[[str], Door],
        share: Callable[[str], tuple[str, str, str]],
    ) -> None:
        self.url = url
        self._region = region or DEFAULT_REGION
        self._open = opener
        self._share = share
        self._opened: Door | None = None
        self._elsewhere: SharedTransport | None = None
        self._is_shared = False
        self._guard = threading.Lock()

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation with params that were checked."""
        door = self._door()
        if isinstance(door, SharedTransport):
            return self._sent_to(door, operation, params)
        try:
            return door.handle(operation, params, region=self._region)
        except Fault as fault:
            raise _error(fault, operation, params) from None
        except SWFError as error:
            error.operation = error.operation or operation
            raise

    def task_lists(self, domain: str) -> list[dict[str, Any]]:
        """Return what waits on each task list of a domain, and who polls it.

        No operation of SWF tells that: it is what the embedded one has beside them. See
        `swf.engine.Engine.task_lists`. Raises EngineError where another process owns the engine.
        """
        door = self._door()
        if isinstance(door, SharedTransport):
            raise EngineError(f"{self.url}: is another process's; ask there who polls {domain!r}")
        try:
            return door.task_lists(domain)
        except Fault as fault:
            raise _error(fault, "ListTaskLists", {"domain": domain}) from None

    def by_hand(self) -> Transport:
        """Return a connection for the one thread that does all: its polls never wait.

        Where another process owns the engine, that is this one, and they do.
        """
        door = self._door()
        return self if isinstance(door, SharedTransport) else _ByHand(self, door, self._region)

    def share(self) -> Endpoint:
        """Return where other processes reach the same engine, which is served from now on.

        Raises EngineError where the extra `server` is not installed.
        """
        door = self._door()
        if isinstance(door, SharedTransport):
            return door.endpoint
        try:
            endpoint = Endpoint(*self._share(self.url))
        except ImportError as error:
            raise EngineError(
                f"{self!r} cannot be shared with other processes: the extra `server` is not"
                " installed; run pip install 'swf[server]'"
            ) from error
        self._is_shared = True
        return endpoint

    @property
    def is_within(self) -> bool:
        """Whether only this process can say where the SWF is: it is in it, or found by it."""
        return True

    def release(self) -> None:
        """Have polls come back empty, those of processes that this was shared with too.

        No task is lost by that.
        """
        opened, elsewhere = self._opened, self._elsewhere
        if opened is not None:
            opened.release(every=self._is_shared)
        if elsewhere is not None:
            elsewhere.release()

    @property
    def clock(self) -> Clock:
        """The engine's clock; the machine's where another process owns the engine."""
        return self._door().clock

    def enlist(self, thread: threading.Thread) -> None:
        """Have virtual time wait for a thread that is about to work for this SWF, until it ends."""
        enlist(thread, self.clock)

    def skip(self) -> bool:
        """Move a clock that can be moved to where something falls due next; False without one."""
        return self._door().skip()

    def skip_until(self, reached: Callable[[], bool]) -> bool:
        """Move virtual time on until `reached()`; False where nothing falls due before that.

        Raises what `reached` and appointments with the clock raise.
        """
        clock = self.clock
        return clock.skip_until(reached) if isinstance(clock, VirtualClock) else reached()

    def close(self) -> None:
        """Close the engine, or the connection to the one that owns the file."""
        with self._guard:
            opened, self._opened = self._opened, None
            elsewhere, self._elsewhere = self._elsewhere, None
        if opened is not None:
            opened.close()
        if elsewhere is not None:
            elsewhere.close()

    def _sent_to(
        self, door: SharedTransport, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            return door.send(operation, params)
        except (ConnectionFailedError, CredentialsError):
            # The owner may have gone: the next call finds out whose the file is then.
            self._elsewhere = None
            raise

    def _door(self) -> Door | SharedTransport:
        door = self._elsewhere or self._opened
        if door is not None and not getattr(door, "closed", False):
            return door
        with self._guard:
            try:
                self._opened = self._open(self.url)
            except DatabaseLockedError as error:
                if not (error.address and error.access_key and error.secret_key):
                    raise
                endpoint = Endpoint(error.address, error.access_key, error.secret_key)
                self._elsewhere = SharedTransport(endpoint, self._region)
                return self._elsewhere
            return self._opened

    def __repr__(self) -> str:
        return f"LocalTransport({self.url!r})"

    def __reduce__(self) -> tuple[Callable[..., Transport], tuple[Any, ...]]:
        try:
            endpoint = self.share()
        except SWFError as error:
            raise NotPicklableError(
                f"{self!r} cannot be handed to another process: {error}"
            ) from error
        return SharedTransport, (endpoint, self._region)


class _ByHand(Transport):
    """Calls an engine of this process from the one thread that does all."""

    __slots__ = ("_door", "_local", "_polls", "_region")

    def __init__(self, local: LocalTransport, door: Door, region: str) -> None:
        self._local = local
        self._door = door
        self._region = region
        self._polls: dict[tuple[str, str], tuple[Mapping[str, Any], Poll]] = {}

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Perform one operation with params that were checked; a poll is answered at once."""
        if operation not in POLLS or "nextPageToken" in params:
            return self._local.send(operation, params)
        place = operation, params["taskList"]["name"]
        known, poll = self._polls.get(place, (None, None))
        try:
            if poll is None or known != params:
                poll = self._door.hand_poll(operation, params, region=self._region)
                self._polls[place] = params, poll
            return poll.take()
        except Fault as fault:
            raise _error(fault, operation, params) from None
        except SWFError as error:
            error.operation = error.operation or operation
            raise

    def ahead(self, operation: str, task_list: str) -> None:
        """Have the latest poll of a task list made again, before it is asked for."""
        _, poll = self._polls.get((operation, task_list), (None, None))
        if poll is not None:
            poll.ahead()

    @property
    def clock(self) -> Clock:
        """The engine's clock."""
        return self._local.clock

    @property
    def is_within(self) -> bool:
        """Whether only this process can say where the SWF is: it is in it."""
        return True

    def __repr__(self) -> str:
        return f"{self._local!r}.by_hand()"


def _error(fault: Fault, operation: str, params: Mapping[str, Any]) -> SWFError:
    """Return the error of this package that a fault stands for."""
    kind = fault_class(fault.code, operation, fault.message, fault.status)
    return kind(
        fault.message or f"SWF answered {fault.code}",
        operation=operation,
        resource=resource_of(kind, operation, params),
        fault=fault.code,
    )
