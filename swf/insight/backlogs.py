"""What waits on the task lists of a domain, and who takes it: told by the SWF, or inferred.

Amazon's SWF has no list of task lists and does not tell who polls. There it is inferred from what
happened of late in executions that are open: a task that was taken tells by whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any, Final

import attrs

from swf.constants import OPEN
from swf.flow.replay.matching import attributes_of
from swf.insight import pollers
from swf.insight.edges import latest_events
from swf.insight.stuck import FRESH_SECONDS
from swf.models import Domain
from swf.wire import Count, Wire, moment

KINDS: Final = ("decision", "activity")
"""The kinds of tasks; each has its own pollers of a task list."""

EXECUTIONS: Final = 20
"""Open executions that are looked at where pollers are inferred; each costs a call."""

EVENTS: Final = 200
"""The latest events of each that are looked at."""

PATIENCE_SECONDS: Final = 60
"""How long a task waits before it is taken for a sign that nobody polls, where that is inferred."""

LISTS: Final = 25
"""Task lists whose tasks are counted where they are inferred; each costs two calls."""


@attrs.frozen
class Poller:
    """Who polls, or once took a task; `waits` is whether it holds a poll now, None not told."""

    identity: str
    last_seen: datetime
    waits: bool | None = None


@attrs.frozen
class Backlog:
    """The tasks of one kind that wait on a task list, since when the first does, and who polls."""

    kind: str
    task_list: str
    tasks: Count
    oldest: datetime | None = None
    pollers: tuple[Poller, ...] = ()
    is_told: bool = True
    """Whether the SWF told who polls."""

    def attended(self, now: datetime) -> bool:
        """Whether somebody polls, as far as is known."""
        return any(
            one.waits or (now - one.last_seen).total_seconds() < FRESH_SECONDS
            for one in self.pollers
        )

    def abandoned_since(self, now: datetime) -> datetime | None:
        """Return since when tasks wait that nobody polls for; None where that is not so.

        Where pollers are inferred, a task that came just now proves nothing.
        """
        if not self.tasks or self.attended(now):
            return None
        if not self.is_told and (now - (self.oldest or now)).total_seconds() < PATIENCE_SECONDS:
            return None
        return max([one.last_seen for one in self.pollers], default=self.oldest or now)


@attrs.frozen
class Backlogs:
    """The backlogs of a domain, by task list and kind.

    `inferred_from` is from how many executions they were inferred; None where the SWF told.
    """

    each: tuple[Backlog, ...]
    inferred_from: int | None = None

    def abandoned(self, now: datetime) -> list[tuple[Backlog, datetime]]:
        """Return the backlogs that nobody sees to, each with since when."""
        since = [(one, one.abandoned_since(now)) for one in self.each]
        return [(one, at) for one, at in since if at is not None]

    @property
    def task_lists(self) -> list[tuple[str, Backlog | None, Backlog | None]]:
        """Each task list with its decision tasks and its activity tasks; None is not known of."""
        known = {(one.task_list, one.kind): one for one in self.each}
        names = sorted({one.task_list for one in self.each})
        return [
            (name, known.get((name, "decision")), known.get((name, "activity"))) for name in names
        ]


def backlogs_of(domain: Domain) -> Backlogs:
    """Return what waits on the task lists of a domain, and who takes it.

    Raises DomainDoesNotExist for an unknown domain.
    """
    return told_of(domain) or _inferred(domain)


def told_of(domain: Domain) -> Backlogs | None:
    """Return what the SWF itself tells of task lists; None where it does not, as Amazon's.

    Raises DomainDoesNotExist for an unknown domain.
    """
    found = pollers.task_lists(domain.connection, domain.name)
    return None if found is None else Backlogs(tuple(_told(one) for one in found))


def _told(item: Wire) -> Backlog:
    oldest = item["oldest"]
    return Backlog(
        kind=item["kind"],
        task_list=item["taskList"],
        tasks=Count(item["backlog"]),
        oldest=None if oldest is None else moment(oldest),
        pollers=tuple(
            Poller(str(one["identity"] or ""), moment(one["lastSeen"]), one["waiting"])
            for one in item["pollers"]
        ),
    )


@attrs.define
class _Seen:
    """What events tell of one kind of task on one task list."""

    untaken: list[datetime] = attrs.field(factory=list)
    pollers: dict[str, datetime] = attrs.field(factory=dict)


def _inferred(domain: Domain) -> Backlogs:
    seen: dict[tuple[str, str], _Seen] = {}
    looked = 0
    for execution in islice(domain.executions().filter(status=OPEN)[:EXECUTIONS], EXECUTIONS):
        looked += 1
        _look(latest_events(execution, EVENTS), seen)
    each = []
    for (task_list, kind), one in sorted(seen.items())[: 2 * LISTS]:
        count = (
            domain.count_pending_decision_tasks
            if kind == "decision"
            else domain.count_pending_activity_tasks
        )
        each.append(
            Backlog(
                kind,
                task_list,
                count(task_list),
                min(one.untaken, default=None),
                tuple(Poller(identity, at) for identity, at in sorted(one.pollers.items())),
                is_told=False,
            )
        )
    return Backlogs(tuple(each), looked)


def _look(events: Iterable[Wire], seen: dict[tuple[str, str], _Seen]) -> None:
    scheduled: dict[int, tuple[_Seen, datetime]] = {}
    for event in events:
        kind, told = event["eventType"], attributes_of(event)
        at = moment(event["eventTimestamp"])
        if kind in ("DecisionTaskScheduled", "ActivityTaskScheduled"):
            of = "decision" if kind.startswith("Decision") else "activity"
            one = seen.setdefault((told["taskList"]["name"], of), _Seen())
            scheduled[event["eventId"]] = one, at
        elif kind in ("DecisionTaskStarted", "ActivityTaskStarted"):
            _taken(scheduled.pop(told["scheduledEventId"], None), told, at)
        elif kind.startswith(("DecisionTask", "ActivityTask")):
            scheduled.pop(told.get("scheduledEventId", 0), None)
    for one, at in scheduled.values():
        one.untaken.append(at)


def _taken(task: tuple[_Seen, datetime] | None, told: Any, at: datetime) -> None:
    if task is not None:
        identity = told.get("identity") or ""
        known = task[0].pollers
        known[identity] = max(at, known.get(identity, at))
