"""An SWF, deciders and workers that are killed again and again, and a judge of what they did."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import attrs
import chaos_work
from chaos_actors import KINDS
from chaos_work import DOMAIN, NOTES
from embedded import ROOT, server_process

import swf
from swf.flow import Handle, Workflow, start
from swf.flow.errors import WorkflowCanceled
from swf.flow.replay.matching import BLOCKED, attributes_of
from swf.flow.replay.run import Execution, Run
from swf.transport import Transport
from swf.wire import Wire

OPEN: Final = 8
"""How many executions are open at a time while there are kills."""

PATIENCE: Final = 120
"""Seconds until all must be closed once nobody is killed any more."""

LEAVE_SECONDS: Final = 60
"""Seconds until all processes must be gone that were told to drain, or lost their parents."""

FROZEN_SECONDS: Final = chaos_work.DECISION_SECONDS + 1

WAYS: Final = {"kill": 5, "kill a child": 4, "term": 2, "freeze": 1}
"""What happens to an actor, and how often."""


# What is run, and what must become of it


@attrs.define
class Case:
    """One execution: what it must come to, and what it needs from outside until then."""

    handle: Handle[Any]
    expected: Any
    activities: int | None
    """How many activities are completed in all of its runs; None where that is open."""
    outside: list[tuple[float, Callable[[], object]]]
    """What is done to it from outside, and when."""

    def tend(self) -> None:
        """Do to it what is due."""
        while self.outside and self.outside[0][0] <= time.monotonic():
            self.outside.pop(0)[1]()

    def check(self) -> None:
        """Fail unless it came to what it must."""
        assert not self.outside, f"{self.handle}: closed too early"
        if self.expected is WorkflowCanceled:
            assert self.handle.status == "CANCELED", (self.handle, self.handle.status)
            return
        found = self.handle.result(timeout=0)
        assert found == self.expected, f"{self.handle}: {found!r} instead of {self.expected!r}"


def cases(rng: random.Random, connection: Transport) -> Iterator[Case]:
    """Start executions of all kinds, in turn, for ever."""
    number = 0
    while True:
        for workflow in rng.sample(chaos_work.ALL, len(chaos_work.ALL)):
            number += 1
            yield case_of(workflow, f"{workflow.name} {number}", rng, connection)


def case_of(
    workflow: type[Workflow], workflow_id: str, rng: random.Random, connection: Transport
) -> Case:
    """Start an execution, and say what must become of it."""
    x, count = rng.randint(0, 99), rng.randint(2, 5)
    handle = start(
        workflow, x, count, workflow_id=workflow_id, domain=DOMAIN, connection=connection
    )
    outside: list[tuple[float, Callable[[], object]]] = []
    now = time.monotonic()
    if workflow is chaos_work.Listens:
        numbers = [rng.randint(1, 9) for _ in range(count)]
        for number in numbers:
            now += rng.uniform(0, 1)
            outside.append((now, lambda number=number: handle.signal("note", number)))
            outside.append((now, lambda: asked(handle, sum(numbers))))
            outside.append((now, lambda number=number: handle.signal("add", number)))
        return Case(handle, [sum(numbers), *numbers], None, outside)
    if workflow is chaos_work.Halted:
        outside.append((now + rng.uniform(0, 6), handle.cancel))
        return Case(handle, WorkflowCanceled, None, outside)
    expected, activities = EXPECTED[workflow](x, count)
    return Case(handle, expected, activities, outside)


def asked(handle: Handle[Any], most: int) -> None:
    """Fail unless a query is answered by a sum that may be."""
    assert 0 <= handle.query("so_far") <= most


EXPECTED: Final[dict[type[Workflow], Callable[[int, int], tuple[Any, int]]]] = {
    chaos_work.Steps: lambda x, count: (x + count, count),
    chaos_work.AsyncSteps: lambda x, count: (sum(x * y for y in range(count)), count + 1),
    chaos_work.Wide: lambda x, count: (sum(x + n + 2 for n in range(count)), 2 * count + 1),
    chaos_work.Stubborn: lambda x, count: (sum(x + n for n in range(count)) + x, count + 1),
    chaos_work.Parent: lambda x, count: (sum(x + n + 2 for n in range(count)) + x, 0),
    chaos_work.Timed: lambda x, count: (x + sum(range(count)), count),
    chaos_work.Effects: lambda x, count: (True, count),
    chaos_work.Generations: lambda x, count: (x + count + 1, count + 1),
    chaos_work.Strands: lambda x, count: ([x + n + 2 for n in range(count)], 2 * count),
}
"""For each kind: the result, and how many activities it completes itself."""


# Who is killed


@attrs.define
class Actor:
    """A process that decides or works, and its children: they are a session of their own."""

    kind: str
    process: subprocess.Popen[bytes]
    is_young: bool = False
    """Whether it was told to drain before it had begun, so that it need not have heeded that."""

    @property
    def session(self) -> int:
        return self.process.pid

    def children(self) -> list[int]:
        return [pid for pid in members({self.session}) if pid != self.session]

    def drain(self) -> None:
        """Tell it to drain."""
        self.is_young = not self.heeds(signal.SIGTERM)
        self.process.terminate()

    def heeds(self, number: signal.Signals) -> bool:
        """Tell whether it does anything of its own when it is sent this signal."""
        told = Path(f"/proc/{self.session}/status").read_text()
        caught = int(told.partition("SigCgt:")[2].split()[0], 16)
        return bool(caught >> (number - 1) & 1)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of them."""
        with suppress(ProcessLookupError):
            os.killpg(self.session, number)


def members(sessions: set[int]) -> list[int]:
    """Return the processes that live in these sessions."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            _, _, rest = (entry / "stat").read_text().rpartition(")")
            state, _, _, session = rest.split()[:4]
            if int(session) in sessions and state not in "ZX":
                found.append(int(entry.name))
    return found


@attrs.define
class Arena:
    """An SWF on a file, with actors of all kinds at work on it."""

    folder: Path
    url: str
    rng: random.Random
    actors: list[Actor] = attrs.field(factory=list)
    sessions: set[int] = attrs.field(factory=set)
    leaving: list[Actor] = attrs.field(factory=list)
    """Those who were told to drain."""
    frozen: list[tuple[float, Actor]] = attrs.field(factory=list)
    died: Counter[str] = attrs.field(factory=Counter)

    def spawn(self, kind: str) -> None:
        """Have one more actor at work."""
        with (self.folder / f"{kind}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "chaos_actors", kind, self.url],
                env={
                    **os.environ,
                    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
                    NOTES: str(self.folder),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.actors.append(Actor(kind, process))
        self.sessions.add(process.pid)

    def strike(self) -> None:
        """Do something to an actor, by lot, and have another in its place."""
        way = self.rng.choices([*WAYS], [*WAYS.values()])[0]
        actor = self.rng.choice(self.actors)
        if way == "freeze" and not self.is_frozen(actor):
            actor.send(signal.SIGSTOP)
            self.frozen.append((time.monotonic() + FROZEN_SECONDS, actor))
            self.died[f"{actor.kind}: frozen"] += 1
            return
        children = actor.children()
        if way == "kill a child" and children:
            with suppress(ProcessLookupError):
                os.kill(self.rng.choice(children), signal.SIGKILL)
            self.died[f"{actor.kind}: a child killed"] += 1
            return
        self.actors.remove(actor)
        if way == "term" and not self.is_frozen(actor):
            actor.drain()
            self.leaving.append(actor)
            self.died[f"{actor.kind}: told to drain"] += 1
        else:
            actor.process.kill()
            actor.process.wait()
            self.died[f"{actor.kind}: killed"] += 1
        self.spawn(actor.kind)

    def is_frozen(self, actor: Actor) -> bool:
        return any(one is actor for _, one in self.frozen)

    def thaw(self, *, all_of_them: bool = False) -> None:
        """Have those go on who were frozen for long enough."""
        now = time.monotonic()
        for until, actor in list(self.frozen):
            if until <= now or all_of_them:
                actor.send(signal.SIGCONT)
                self.frozen.remove((until, actor))

    def leave(self) -> None:
        """Have all drain; fail where one does not in good order, or leaves somebody behind."""
        self.thaw(all_of_them=True)
        for actor in self.actors:
            actor.drain()
        until = time.monotonic() + LEAVE_SECONDS
        for actor in [*self.leaving, *self.actors]:
            status = actor.process.wait(max(0, until - time.monotonic()))
            right = status == 0 or (actor.is_young and status == -signal.SIGTERM)
            assert right, f"{actor.kind} ended with status {status}"
        while left := members(self.sessions):
            assert time.monotonic() < until, f"processes are left: {left}"
            time.sleep(0.1)

    def end(self) -> None:
        """End all at once."""
        for pid in members(self.sessions):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for actor in [*self.actors, *self.leaving]:
            actor.process.wait()


# The round, and the judgement


@attrs.frozen
class Told:
    """What came of a round."""

    died: Counter[str]
    executions: int
    events: int
    attempts: int
    longest_gap: float
    """Seconds, at most, for which an execution stood still that should have gone on."""


def round_of(folder: Path, seed: int, kills: int) -> Told:
    """Kill so many actors under load, then wait until all is done, and judge it."""
    rng = random.Random(seed)
    with ExitStack() as stack:
        given = ("--db", str(folder / "swf.db"), "--port", "0", "--poll-seconds", "2")
        server = stack.enter_context(server_process(*given))
        connection = swf.connect(server.url)
        stack.callback(connection.close)
        arena = Arena(folder, server.url, rng)
        stack.callback(arena.end)
        for kind in KINDS:
            arena.spawn(kind)
        found = fought(arena, cases(rng, connection), kills)
        arena.leave()
        return judged(folder, connection, found, arena.died)


def fought(arena: Arena, source: Iterator[Case], kills: int) -> list[Case]:
    """Kill so many, with executions open all the while; return them once all are closed."""
    found: list[Case] = []
    still_open: list[Case] = []
    strikes, next_one = 0, time.monotonic() + 2
    give_up = float("inf")
    while strikes < kills or still_open:
        now = time.monotonic()
        assert now < give_up, f"still open: {[one.handle for one in still_open]}"
        arena.thaw()
        if strikes == kills:
            give_up = min(give_up, now + PATIENCE)
        else:
            if len(still_open) < OPEN:
                case = next(source)
                still_open.append(case)
                found.append(case)
            if now >= next_one:
                arena.strike()
                strikes += 1
                next_one = now + arena.rng.uniform(0.1, 0.9)
        for case in list(still_open):
            case.tend()
            if case.handle.done:
                case.check()
                still_open.remove(case)
        time.sleep(0.02)
    return found


def judged(folder: Path, connection: Transport, found: list[Case], died: Counter[str]) -> Told:
    """Fail where a history is not as it must be; else tell what came of it all."""
    attempts = Counter((folder / "attempts").read_text().splitlines())
    executions = executions_of(connection)
    completed: Counter[str] = Counter()
    events, gap = 0, 0.0
    for name, execution, info in executions:
        params = {"domain": DOMAIN, "execution": execution}
        pages = connection.pages("GetWorkflowExecutionHistory", params)
        history = [event for page in pages for event in page["events"]]
        where = f"{execution['workflowId']}, {execution['runId']}"
        replayed(name, execution, history)
        completed[execution["workflowId"]] += decided_once(where, history)
        at_least_once(where, execution["runId"], history, attempts)
        events += len(history)
        gap = max(gap, longest_gap(history))
        assert info["executionStatus"] == "CLOSED"
    for case in found:
        if case.activities is not None:
            number = completed[case.handle.workflow_id]
            assert number == case.activities, f"{case.handle}: {number} activities"
    return Told(died, len(executions), events, attempts.total(), gap)


def executions_of(connection: Transport) -> list[tuple[str, Wire, Wire]]:
    """Return type and id of all executions, children and continued ones as well."""
    found = []
    for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
        params = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
        for page in connection.pages(operation, params):
            found += page["executionInfos"]
    return [(info["workflowType"]["name"], info["execution"], info) for info in found]


def replayed(name: str, execution: Wire, history: list[Wire]) -> None:
    """Fail unless a fresh run follows a history."""
    [workflow] = [one for one in chaos_work.ALL if one.name == name]
    run = Run(
        workflow(),
        Execution(
            domain=DOMAIN,
            workflow_id=execution["workflowId"],
            run_id=execution["runId"],
            name=name,
            version=workflow.version,
        ),
    )
    try:
        run.feed(history, None)
    finally:
        run.evict()
    assert run.last == len(history)


MADE: Final = {
    "ActivityTaskScheduled": "activityId",
    "TimerStarted": "timerId",
    "StartChildWorkflowExecutionInitiated": "workflowId",
}
"""What a decision makes, and what it is known by."""

LATE: Final = {"ACTIVITY_ID_UNKNOWN", "TIMER_ID_UNKNOWN", "UNHANDLED_DECISION"}
"""Why a decision may come too late: something happened while it was made."""

ANEW: Final = {"ActivityTaskFailed", "ActivityTaskTimedOut"}


def decided_once(where: str, history: list[Wire]) -> int:
    """Fail where something was decided twice; return how many activities were completed.

    What was made once may be made again only where it is an activity that has failed.
    """
    made: dict[tuple[str, str], int] = {}
    ended: dict[int, str] = {}
    markers: set[tuple[Any, ...]] = set()
    for event in history:
        kind, told = event["eventType"], attributes_of(event)
        if kind.startswith("ActivityTask") and "scheduledEventId" in told:
            ended[told["scheduledEventId"]] = kind
        if kind in MADE:
            key = (kind, told[MADE[kind]])
            before = made.get(key)
            again = before is None or ended.get(before) in ANEW
            assert again, f"{where}: event {event['eventId']} makes {key[1]} again: {before}"
            made[key] = event["eventId"]
        if kind == "MarkerRecorded":
            mark = (told["markerName"], told.get("details"))
            assert mark not in markers, f"{where}: {mark} is recorded twice"
            assert mark[0] != BLOCKED, f"{where}: {mark[1]}"
            markers.add(mark)
        if told.get("cause") not in (None, *LATE):
            raise AssertionError(f"{where}: {event}")
    return sum(kind == "ActivityTaskCompleted" for kind in ended.values())


def at_least_once(where: str, run_id: str, history: list[Wire], attempts: Counter[str]) -> None:
    """Fail where an activity is completed that nobody has attempted."""
    ids = {
        event["eventId"]: attributes_of(event)["activityId"]
        for event in history
        if event["eventType"] == "ActivityTaskScheduled"
    }
    for event in history:
        if event["eventType"] == "ActivityTaskCompleted":
            activity_id = ids[attributes_of(event)["scheduledEventId"]]
            assert attempts[f"{run_id} {activity_id}"], f"{where}: {activity_id} was not attempted"


WAITED_FOR: Final = {"TimerFired", "WorkflowExecutionSignaled", "WorkflowExecutionCancelRequested"}
"""Events that come when they come."""


def longest_gap(history: list[Wire]) -> float:
    """Return how long it took at most until something followed, where it was due at once."""
    return max(
        event["eventTimestamp"] - before["eventTimestamp"]
        for before, event in pairwise(history)
        if event["eventType"] not in WAITED_FOR
    )
