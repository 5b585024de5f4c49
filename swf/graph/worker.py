"""The worker of a graph's activities, in floto's words."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from math import inf
from typing import Any, Final

import attrs

from swf import flow
from swf.actors import ActivityTask, Limits
from swf.constants import NONE
from swf.graph.api import Swf
from swf.graph.converter import graph_payloads
from swf.graph.declared import HEARTBEAT_TIMEOUT_SECONDS, GraphActivities
from swf.graph.errors import GraphError
from swf.models import ActivityType, Domain
from swf.payload import Payloads
from swf.transport import Transport

DEFAULT_HEARTBEAT_SECONDS: Final = 90


class ActivityWorker:
    """Does the work of the activities that were declared in this program.

    Without `activities` it knows all that were declared, by `@activity` or `@generator`, when `run`
    is called. `heartbeat_in_seconds` (or `task_heartbeat_in_seconds`, which is the same) is the
    longest time between heartbeats, 90 where none is given; it beats oftener where the type of a
    task asks for it, and once a minute at least. 0 sends none. `payloads` has the store and the
    codecs that the decider has too. Where to connect is `connection`, or that of `swf`.
    """

    def __init__(
        self,
        domain: Domain | str | None = None,
        task_list: str | None = None,
        swf: Swf | None = None,
        heartbeat_in_seconds: float | None = None,
        task_heartbeat_in_seconds: float | None = None,
        identity: str | None = None,
        *,
        connection: Transport | None = None,
        activities: Iterable[Any] | None = None,
        payloads: Payloads | None = None,
    ) -> None:
        if task_list is None:
            raise GraphError("ActivityWorker: task_list: must be given: the one that it polls")
        seconds = _heartbeat(heartbeat_in_seconds, task_heartbeat_in_seconds)
        self.heartbeat_in_seconds = seconds
        self._knows_declared = activities is None
        timeout = HEARTBEAT_TIMEOUT_SECONDS if seconds else NONE  # of types that are not there yet
        self._activities = GraphActivities(activities or (), timeout)
        self.worker = _Worker(
            self._activities,
            task_list,
            domain=domain,
            connection=connection or (swf.connection if swf is not None else None),
            identity=identity,
            payloads=graph_payloads(payloads),
        )
        self.worker.beat_seconds = seconds

    @property
    def domain(self) -> str:
        """The name of the domain that it works in."""
        return self.worker.domain.name

    @property
    def task_list(self) -> str:
        """The task list that it polls."""
        return self.worker.task_list

    def run(self, *, threads: int = 1, block: bool = True) -> None:
        """Poll and work until `terminate_worker()`; without `block` return at once.

        Each of `threads` works on one task at a time.
        """
        self._prepare()
        self.worker.start(threads=threads, block=block)

    def run_once(self) -> None:
        """Poll once, do the work and answer; raises PollTimeout where there was no task."""
        self._prepare()
        self.worker.run_once()

    def terminate_worker(self) -> None:
        """Poll no more; what is at work is brought to its end, and `run` returns then."""
        self.worker.stop()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until all is at its end, at most `timeout` seconds; return whether it is."""
        return self.worker.join(timeout)

    def _prepare(self) -> None:
        if self._knows_declared:
            self._activities.know_declared(self.domain)

    def __repr__(self) -> str:
        return f"ActivityWorker({self.domain!r}, {self.task_list!r})"


class _Worker(flow.Worker):
    """Beats as often as it was told to, and oftener where the type of a task asks for it.

    What a type allows is what was registered of it: by its owner, most often, and not from here.
    """

    beat_seconds: float = DEFAULT_HEARTBEAT_SECONDS

    def limits(self, task: ActivityTask) -> Limits:
        """Return that a task may be at work for as long as SWF lets it."""
        return attrs.evolve(super().limits(task), start_to_close=None, heartbeat=None)

    def _interval(self, activity_type: ActivityType, timeout_seconds: float | None) -> float:
        if not self.beat_seconds:
            return threading.TIMEOUT_MAX
        return min(self.beat_seconds, super()._interval(activity_type, timeout_seconds))


def _heartbeat(given: float | None, other: float | None) -> float:
    """Return the seconds between heartbeats, told by either of two names."""
    if given is not None and other is not None and given != other:
        raise GraphError(
            f"ActivityWorker: heartbeat_in_seconds {given!r} and task_heartbeat_in_seconds"
            f" {other!r} are the same; give one"
        )
    told = other if given is None else given
    if told is None:
        return DEFAULT_HEARTBEAT_SECONDS
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < inf:
        raise GraphError(
            f"ActivityWorker: heartbeat_in_seconds: must be 0 or more seconds, got {told!r}"
        )
    return told
