"""Killing engines, and judging what is left of them by what their clients were told.

The clients' log is the only witness: each call is in it before it is made, and its answer after it
was given. What was acknowledged must be there; what was refused must not; of what was neither, all
or nothing.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
from crash_server import DOMAIN, EXTRA, digest

from swf.engine import Engine
from swf.engine.store.migration import newest
from swf.engine.tools import check

Events = list[dict[str, Any]]
Histories = dict[tuple[str, str], Events]
"""(workflow id, run id) -> its events."""

PLACES = (
    "commit.before",
    "commit.after",
    "group.before",
    "checkpoint.before",
    "checkpoint.after",
    "backup.before",
    "backup.copied",
    "backup.after",
    "opening",
    "anywhere",
)
"""Where an engine is killed: at a named place, while it is opened, or at any moment at all."""

MIGRATION_POINTS = (
    "backup.before",
    "backup.copied",
    "backup.after",
    "migrate.before",
    "migrate.applied",
    "migrate.after",
)
"""The named places on the way of a migration."""

KILLED = -signal.SIGKILL


class Butcher:
    """The server of doomed processes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("crash_server.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, **job: Any) -> int:
        """Have a child do a job and return its exit status, negative where a signal ended it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the server."""
        self._process.communicate()


@attrs.define
class Log:
    """What the clients asked, and what they were told."""

    asked: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    granted: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    refused: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def read(cls, path: Path) -> Log:
        """Read a log."""
        return cls.of(path.read_text() if path.exists() else "")

    @classmethod
    def of(cls, text: str) -> Log:
        """Read what a log says; the last line may be cut off where its writer was killed."""
        log = cls()
        for line in map(json.loads, text.split("\n")[:-1]):
            if "ok" in line:
                log.granted[line["token"]] = line["ok"]
            elif "fault" in line:
                log.refused[line["token"]] = line["fault"]
                assert line["fault"] in {
                    "UnknownResourceFault",
                    "WorkflowExecutionAlreadyStartedFault",
                }, line
            else:
                log.asked[line["token"]] = line
        return log


_MEMBER = {
    "WorkflowExecutionStarted": "input",
    "WorkflowExecutionSignaled": "signalName",
    "WorkflowExecutionTerminated": "reason",
    "DecisionTaskStarted": "identity",
    "DecisionTaskCompleted": "executionContext",
    "ActivityTaskStarted": "identity",
    "ActivityTaskCompleted": "result",
    "ActivityTaskFailed": "details",
}
"""Where an event of this type carries the token of the call that caused it."""

_EVENT = {
    "start": "WorkflowExecutionStarted",
    "signal": "WorkflowExecutionSignaled",
    "terminate": "WorkflowExecutionTerminated",
    "poll_decision": "DecisionTaskStarted",
    "decide": "DecisionTaskCompleted",
    "poll_activity": "ActivityTaskStarted",
    "complete": "ActivityTaskCompleted",
    "fail": "ActivityTaskFailed",
}
"""What a call of this kind records."""


@attrs.define
class Judge:
    """Holds what is found in a database against the log."""

    log: Log
    histories: Histories
    types: set[str]
    _by_token: dict[tuple[str, str], list[tuple[tuple[str, str], int]]] = attrs.field(
        init=False, factory=lambda: defaultdict(list)
    )

    def judge(self) -> None:
        """Assert that nothing acknowledged is lost, and nothing is half there."""
        for run, events in self.histories.items():
            for index, event in enumerate(events):
                assert event["eventId"] == index + 1
                member = _MEMBER.get(event["eventType"])
                if member:
                    token = of(event).get(member)
                    self._by_token[event["eventType"], token].append((run, index))
        for token, asked in self.log.asked.items():
            self._judge(token, asked)
        for run, events in self.histories.items():
            self._judge_links(run, events)

    def _judge(self, token: str, asked: dict[str, Any]) -> None:
        kind = asked["kind"]
        if kind == "heartbeat":
            return  # these alone may be lost
        if kind == "register":
            found = int(token in self.types)
        else:
            places = self._by_token.get((_EVENT[kind], token), [])
            if kind == "start":  # a child and a next run have inputs of their own
                places = [one for one in places if one[0][0] == token]
            elif kind == "signal":  # the same signal from another execution has a source
                places = [one for one in places if not self._source(one)]
            found = len(places)
            for run, index in places:
                self._judge_whole(kind, asked, self.histories[run], index)
        told = self.log.granted.get(token)
        if told is not None:
            expected = 1 if told.get("task", 1) else 0  # an empty poll took nothing
            assert found == expected, f"{kind} {token} was granted, and is there {found} times"
            self._judge_reply(kind, token, told)
        elif token in self.log.refused:
            assert found == 0, f"{kind} {token} was refused, and is there"
        else:
            assert found <= 1, f"{kind} {token} is there {found} times"

    def _source(self, place: tuple[tuple[str, str], int]) -> bool:
        run, index = place
        return "externalWorkflowExecution" in of(self.histories[run][index])

    def _judge_whole(self, kind: str, asked: dict[str, Any], events: Events, index: int) -> None:
        """Assert that a call which is there is there with all that it causes."""
        if kind == "start":
            assert events[1]["eventType"] == "DecisionTaskScheduled"
        if kind == "decide":
            decided = index + 1
            results = [
                event["eventId"]
                for event in events
                if of(event).get("decisionTaskCompletedEventId") == decided
                and of(event).get("initiatedEventId", 0) == 0
            ]
            assert results == list(range(decided + 1, decided + 1 + asked["decisions"])), asked

    def _judge_reply(self, kind: str, token: str, told: dict[str, Any]) -> None:
        """Assert that what a client was shown is what is there."""
        if kind == "start":
            assert (token, told["runId"]) in self.histories
        if kind.startswith("poll") and told["task"]:
            events = self.histories[told["workflowId"], told["runId"]]
            assert of(events[told["task"] - 1])["identity"] == token
            if kind == "poll_decision":
                assert told["events"] == told["task"]
                assert digest(events[: told["events"]]) == told["digest"]

    def _judge_links(self, run: tuple[str, str], events: Events) -> None:
        """Assert that what two executions know of each other is the same."""
        parent = of(events[0]).get("parentWorkflowExecution")
        if parent:
            initiated = of(events[0])["parentInitiatedEventId"]
            other = self.histories[parent["workflowId"], parent["runId"]]
            assert other[initiated - 1]["eventType"] == "StartChildWorkflowExecutionInitiated"
        for event in events:
            told = of(event)
            if event["eventType"] == "ChildWorkflowExecutionStarted":
                child = told["workflowExecution"]
                assert (child["workflowId"], child["runId"]) in self.histories
            if event["eventType"] == "WorkflowExecutionContinuedAsNew":
                assert (run[0], told["newExecutionRunId"]) in self.histories
            if event["eventType"] == "ExternalWorkflowExecutionSignaled":
                target = told["workflowExecution"]
                heard = self.histories[target["workflowId"], target["runId"]]
                assert any(
                    of(one).get("externalInitiatedEventId") == told["initiatedEventId"]
                    and of(one)["externalWorkflowExecution"]["runId"] == run[1]
                    for one in heard
                    if one["eventType"] == "WorkflowExecutionSignaled"
                )
            if event["eventType"] in {
                "StartChildWorkflowExecutionInitiated",
                "SignalExternalWorkflowExecutionInitiated",
            }:
                assert any(of(one).get("initiatedEventId") == event["eventId"] for one in events)


def of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an event."""
    kind = event["eventType"]
    attributes: dict[str, Any] = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
    return attributes


def pages(engine: Engine, operation: str, member: str, **params: Any) -> Iterator[Any]:
    """Yield what an operation lists."""
    while True:
        reply = engine.handle(operation, {"domain": DOMAIN, **params})
        yield from reply[member]
        if "nextPageToken" not in reply:
            return
        params["nextPageToken"] = reply["nextPageToken"]


def histories(engine: Engine) -> Histories:
    """Return every history of the domain, read through the engine's door."""
    found = {}
    for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
        since = {"startTimeFilter": {"oldestDate": 0.0}}
        for info in pages(engine, operation, "executionInfos", **since):
            execution = info["execution"]
            events = pages(engine, "GetWorkflowExecutionHistory", "events", execution=execution)
            found[execution["workflowId"], execution["runId"]] = list(events)
    return found


def types(engine: Engine) -> set[str]:
    """Return the names of the activity types of the domain."""
    listed = pages(engine, "ListActivityTypes", "typeInfos", registrationStatus="REGISTERED")
    return {info["activityType"]["name"] for info in listed}


def is_furnished(engine: Engine) -> bool:
    """Tell whether the domain is there: the engine may have been killed before it was."""
    domains = engine.handle("ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]
    return any(domain["name"] == DOMAIN for domain in domains)


def judge(path: Path, log: Log) -> Histories:
    """Open a database, hold it against a log, and return its histories."""
    with Engine.open(f"sqlite:///{path}?poll_seconds=0") as engine:
        known = is_furnished(engine)
        found = histories(engine) if known else {}
        Judge(log, found, types(engine) if known else set()).judge()
    return found


@attrs.define
class Victim:
    """A database whose engine is killed again and again, and judged each time."""

    butcher: Butcher
    folder: Path
    seed: int
    before: Histories = attrs.field(factory=dict)
    kills: int = 0

    @property
    def path(self) -> Path:
        """The database."""
        return self.folder / "engine.db"

    @property
    def copy(self) -> Path:
        """Where backups of it go."""
        return self.folder / "copy.db"

    @property
    def log(self) -> Path:
        """What its clients were told."""
        return self.folder / "clients.log"

    def kill(self, place: str) -> bool:
        """Hammer the engine until it is killed at a place, and judge; return whether it was."""
        self.kills += 1
        self.drop_cut_line()
        rng = random.Random(f"{self.seed}/{self.kills}/{place}")
        job: dict[str, Any] = {
            "work": "hammer",
            "path": str(self.path),
            "log": str(self.log),
            "seed": f"{self.seed}.{self.kills}",
            "threads": rng.choice((1, 2, 4, 6)),
            "seconds": 2.0,
        }
        if place == "anywhere":
            job["kill_after"] = rng.uniform(0.0, 0.2)
        elif place == "opening":
            job |= _of_opening(rng, fresh=not self.path.exists())
        else:
            job |= {"point": place, "nth": int(rng.triangular(1, 100, 1))}
        if place == "group.before":
            job |= {"threads": 4, "nth": rng.randint(1, 20)}
        elif place.startswith("checkpoint"):
            # The log is brought home after some hundred commits, and when the engine is closed.
            job |= {"nth": 1, "seconds": rng.choice((0.05, 0.1, 1.0))}
        elif place.startswith("backup"):
            job |= {"backup": str(self.copy), "nth": rng.randint(1, 3)}
        status = self.butcher.run(**job)
        assert status in (KILLED, 0), f"the child ended with status {status}"
        self.judge()
        return status == KILLED

    def drop_cut_line(self) -> None:
        """Take off what was cut off in the log, before the next that is killed goes on with it."""
        if self.log.exists():
            whole, _, cut = self.log.read_bytes().rpartition(b"\n")
            if cut:
                self.log.write_bytes(whole + b"\n" if whole else b"")

    def judge(self) -> None:
        """Assert that what is left is sound and holds all that was acknowledged."""
        if self.path.exists() and has_tables(self.path):
            report = check(self.path)
            assert report.sound, str(report)
        if self.copy.exists():
            report = check(self.copy)
            assert report.sound, str(report)
        found = judge(self.path, Log.read(self.log))
        for run, events in self.before.items():
            assert found[run][: len(events)] == events, f"the history of {run} was changed"
        self.before = found

    def kill_migration(self, point: str) -> bool:
        """Kill a migration of a copy at a place, and judge what is left; return whether it was."""
        self.kills += 1
        copy = self.folder / "migrated.db"
        for old in self.folder.glob("migrated.db*"):
            old.unlink()
        with (
            closing(sqlite3.connect(self.path)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        events = rows(copy)
        job = {"work": "migrate", "path": str(copy)}
        status = self.butcher.run(**job, point=point, nth=1)
        assert version(copy) in (newest(), EXTRA.number)
        assert rows(copy) == events
        for kept in self.folder.glob("migrated.db.*.bak"):
            assert rows(kept) == events
            assert version(kept) == newest()
        if version(copy) == newest():
            assert self.butcher.run(**job) == 0
        assert version(copy) == EXTRA.number
        assert rows(copy) == events
        return status == KILLED


def _of_opening(rng: random.Random, *, fresh: bool) -> dict[str, Any]:
    """Return where a child dies while it opens the file: a new one is migrated first of all."""
    points = ["commit.before", "commit.after"]
    if fresh:
        points += ["migrate.before", "migrate.applied", "migrate.after"]
    return {"point": rng.choice(points), "nth": 1}


def has_tables(path: Path) -> bool:
    """Tell whether a file was migrated before its engine was killed."""
    return version(path) > 0


def version(path: Path) -> int:
    """Return the format that a file is in."""
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute("PRAGMA user_version").fetchone()
        (sound,) = connection.execute("PRAGMA quick_check").fetchone()
        assert sound == "ok", sound
        return int(number)


def rows(path: Path) -> list[Any]:
    """Return all events of a file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM event ORDER BY run, id").fetchall()
