"""Why an execution does not go on, read from its history, and what to type."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import attrs

from swf.flow.holding import held_by
from swf.flow.replay.matching import BLOCKED, attributes_of
from swf.insight.finding import Finding, problem, sound, warning
from swf.models.timeline.words import lasting
from swf.wire import Wire, moment

FRESH_SECONDS: Final = 120
"""How long after its last poll a poller is taken to be there: a poll is held for a minute."""
TIMED_OUT: Final = 3
"""So many decision tasks in a row that time out are no accident."""
SCHEDULES: Final = "swf.schedules"
"""The task list of schedules, which have a decider of their own."""

TaskLists = Sequence[Wire]


@attrs.frozen
class Waiting:
    """A task that is scheduled, or at work."""

    kind: str
    """decision or activity, as who polls is told."""
    name: str
    task_list: str
    since: datetime
    code: str = "MODULE"
    """Where its code is, as far as its name tells: an activity's own begins with its module."""

    def typed(self, domain: str) -> str:
        """Return what starts who takes it, as a shell reads it."""
        if self.task_list.partition("@")[0] == SCHEDULES:
            return f"swf schedule serve -d {shlex.quote(domain)}"
        word = "decider" if self.kind == "decision" else "worker"
        names = (self.code, "-t", self.task_list, "-d", domain)
        return f"swf {word} start {shlex.join(names)}"


class Refused(NamedTuple):
    """A type of which SWF did not start what a decision asked for."""

    member: str
    """What an event calls it: activityType or workflowType."""
    name: str
    version: str

    def way_out(self, cause: str, domain: str) -> str:
        """Return what helps, by the cause that SWF gave."""
        if cause.endswith("_DEPRECATED"):
            kind = self.member.removesuffix("Type")
            names = shlex.join((f"{self.name}:{self.version}", "-d", domain))
            return f"take it back into use: `swf {kind}-type undeprecate {names}`"
        for part, told in _WAYS_OUT.items():
            if part in cause:
                return told
        return "start who registers it: `swf worker start MODULE` or `swf decider start MODULE`"


_WAYS_OUT: Final = {
    "DEFAULT_": "the decider gives what the type has no default for, or a new version has one",
    "_LIMIT_EXCEEDED": "so many may be open at a time: have some of them end first",
    "_RATE_EXCEEDED": "the account starts too many in a short time: the decider tries again later",
    "_ALREADY_": "one of this id is open: the decider takes another id, or waits for its end",
    "OPERATION_NOT_PERMITTED": "an IAM policy has to allow it to who decides",
}
"""What helps where SWF refused something, by a part of its cause."""


@attrs.define
class Told:
    """What a history tells of what its execution waits for."""

    scheduled: dict[int, Wire] = attrs.field(factory=dict)
    """The events with which the tasks begin that nobody has taken."""
    started: dict[int, tuple[Wire, Wire]] = attrs.field(factory=dict)
    """Those of the tasks at work, each with that of its start."""
    timers: dict[str, datetime] = attrs.field(factory=dict)
    refused: dict[Refused, str] = attrs.field(factory=dict)
    blocked: bool = False
    overdue: int = 0

    def take(self, event: Wire) -> None:
        """Take in the next event."""
        kind, told = event["eventType"], attributes_of(event)
        if kind in ("ActivityTaskScheduled", "DecisionTaskScheduled"):
            self.scheduled[event["eventId"]] = event
            self.blocked = self.blocked and kind == "DecisionTaskScheduled"
        elif kind.startswith(("ActivityTask", "DecisionTask")) and "scheduledEventId" in told:
            self._task_went_on(kind, told["scheduledEventId"], event)
        elif kind == "MarkerRecorded":
            self.blocked = told["markerName"] == BLOCKED
        elif kind == "TimerStarted":
            due = timedelta(seconds=int(told["startToFireTimeout"]))
            self.timers[told["timerId"]] = moment(event["eventTimestamp"]) + due
        elif kind in ("TimerFired", "TimerCanceled"):
            self.timers.pop(told["timerId"], None)
        elif kind in _REFUSED:
            named = told[_REFUSED[kind]]
            self.refused[Refused(_REFUSED[kind], named["name"], named["version"])] = told["cause"]

    @property
    def untaken(self) -> list[Waiting]:
        """The tasks that nobody has taken."""
        return [_task(event, event) for event in self.scheduled.values()]

    @property
    def at_work(self) -> list[Waiting]:
        """The tasks that somebody has."""
        return [_task(*events) for events in self.started.values()]

    def _task_went_on(self, kind: str, scheduled_id: int, event: Wire) -> None:
        begun = self.scheduled.pop(scheduled_id, None)
        if kind.endswith("Started") and begun is not None:
            self.started[scheduled_id] = begun, event
        elif not kind.endswith("Started"):
            self.started.pop(scheduled_id, None)
        if kind == "DecisionTaskTimedOut":
            self.overdue += 1
        elif kind == "DecisionTaskCompleted":
            self.overdue = 0
            self.refused.clear()


_REFUSED: Final = {
    "ScheduleActivityTaskFailed": "activityType",
    "StartChildWorkflowExecutionFailed": "workflowType",
}


def _task(scheduled: Wire, latest: Wire) -> Waiting:
    """Return a task of the event with which it begins, and since when it is what it is."""
    told, at = attributes_of(scheduled), moment(latest["eventTimestamp"])
    task_list: str = told["taskList"]["name"]
    if scheduled["eventType"] == "DecisionTaskScheduled":
        return Waiting("decision", "its decision task", task_list, at)
    name: str = told["activityType"]["name"]
    module = name.rpartition(".")[0]
    is_named = all(part.isidentifier() for part in module.split("."))
    return Waiting(
        "activity", f"activity {name!r}", task_list, at, module if is_named else "MODULE"
    )


def findings(
    about: str,
    events: Iterable[Wire],
    *,
    now: datetime,
    domain: str,
    task_lists: TaskLists | None,
    patience: float,
) -> Iterator[Finding]:
    """Yield what keeps an execution from going on; that it waits for what will come, where it does.

    `task_lists` is who polls what, None where nobody can tell. A task that has not waited for
    `patience` seconds is no news, unless nobody polls its list.
    """
    events = list(events)
    told = Told()
    for event in events:
        told.take(event)
    found = [
        *_of_program(about, told, events, domain),
        *_of_tasks(about, told, now, domain, task_lists, patience),
    ]
    yield from found or [sound(about, _waits_for(told, now))]


def _of_program(about: str, told: Told, events: Sequence[Wire], domain: str) -> Iterator[Finding]:
    if told.blocked:
        yield problem(
            about,
            held_by(events).partition("; nobody")[0],
            "have a decider run the code that it began with: `swf decider start MODULE`",
        )
    for kind, cause in told.refused.items():
        refused = f"SWF refused {kind.name} {kind.version}: {cause}"
        yield problem(about, refused, kind.way_out(cause, domain))
    if told.overdue >= TIMED_OUT:
        yield problem(
            about,
            f"its last {told.overdue} decision tasks timed out: no decider answers them",
            "see the log of the decider: `LOG_LEVEL=DEBUG swf decider start MODULE`",
        )


def _of_tasks(
    about: str,
    told: Told,
    now: datetime,
    domain: str,
    task_lists: TaskLists | None,
    patience: float,
) -> Iterator[Finding]:
    for task in told.untaken:
        waited = (now - task.since).total_seconds()
        way_out = f"`{task.typed(domain)}`"
        waits = f"{task.name} has waited {lasting(waited)} on task list {task.task_list!r}"
        pollers = polled_by(task_lists or (), task.kind, task.task_list, now)
        if task_lists is not None and not pollers:
            yield problem(
                about, f"{waits}, which nobody polls{_polled(task_lists, task.kind, now)}", way_out
            )
        elif waited < patience:
            continue
        elif pollers:
            busy = ", ".join(pollers)
            yield warning(about, f"{waits}, whose pollers are busy: {busy}", f"more: {way_out}")
        else:
            yield warning(about, f"{waits}: it seems that nobody polls it", way_out)


def _polled(task_lists: TaskLists, kind: str, now: datetime) -> str:
    """Return which task lists are polled, in words: the one that is meant may be among them."""
    names = [one["taskList"] for one in task_lists if one["kind"] == kind]
    polled = [repr(name) for name in names if polled_by(task_lists, kind, name, now)]
    return f"; {kind} tasks are polled from {', '.join(polled)}" if polled else ""


def polled_by(task_lists: TaskLists, kind: str, task_list: str, now: datetime) -> list[str]:
    """Return the identities of those that poll a task list."""
    return [
        str(poller["identity"])
        for one in task_lists
        if (one["kind"], one["taskList"]) == (kind, task_list)
        for poller in one["pollers"]
        if poller["waiting"] or now.timestamp() - poller["lastSeen"] < FRESH_SECONDS
    ]


def _passed(begin: datetime, end: datetime) -> str:
    return lasting(max(0.0, (end - begin).total_seconds()))


def _waits_for(told: Told, now: datetime) -> str:
    waits: list[str] = [
        f"{task.name}, at work for {_passed(task.since, now)}" for task in told.at_work
    ]
    waits += [f"timer {name!r}, due in {_passed(now, due)}" for name, due in told.timers.items()]
    waits += [f"{task.name}, scheduled just now" for task in told.untaken]
    return f"waits for {'; '.join(waits)}" if waits else "waits for a signal, or for a child"
