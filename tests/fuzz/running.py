"""One seed: an engine on a file of its own, and so many requests to it, judged one by one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs
from fuzz.doors import JSON, HttpDoor, HttpRequest, ask
from fuzz.drawing import Drawer
from fuzz.judge import Answer, complaint
from fuzz.pool import DOMAINS, TYPES, Pool
from fuzz.spoiling import Spoiler

from swf.clock import ManualClock
from swf.engine import Engine, Limits, Options
from swf.engine.tools import check

REQUESTS: Final = 2_500
"""Requests of one seed."""

NARROW: Final = Limits(
    events=60,
    open_activity_tasks=3,
    open_timers=2,
    open_children=2,
    open_executions=25,
)
"""Quotas of every third seed, so low that executions come up against them."""

SETTLING: Final = 3
"""After so many seeds a process has all that it needs."""

MAY_GROW: Final = 128 << 20
"""How many bytes more it may hold after any number of others: what megabytes of text leave split
up in the heap, and no more however long it goes on."""

ADVANCES: Final = (*(0.5, 1, 1, 5, 40, 600) * 8, 90_000)
"""By how many seconds the clock is moved now and then; the last is longer than most time-outs."""

TARGETS: Final = (
    b"SimpleWorkflowService.",
    b"com.amazonaws.swf.service.model.SimpleWorkflowService.",
)


class FuzzFailure(AssertionError):
    """An answer is not as it must be; it tells how to ask again."""


@attrs.define
class Tally:
    """What a number of requests came to."""

    door: int = 0
    http: int = 0
    executions: int = 0
    """How many executions there were at most in one database."""
    outcomes: Counter[str] = attrs.field(factory=Counter)
    """How many replies, and how many faults of each code."""
    replies: Counter[str] = attrs.field(factory=Counter)
    """How many replies of each operation."""
    events: Counter[str] = attrs.field(factory=Counter)
    """How many events of each type the databases held in the end."""

    def add(self, other: Tally) -> None:
        """Count the other's, too."""
        self.door += other.door
        self.http += other.http
        self.executions = max(self.executions, other.executions)
        self.outcomes += other.outcomes
        self.replies += other.replies
        self.events += other.events


class Round:
    """The requests of one seed."""

    def __init__(self, seed: int, path: Path) -> None:
        self.seed = seed
        self.step = 0
        self.random = Random(f"swf-{seed}")
        self.pool = Pool(self.random)
        self.drawer = Drawer(self.random, self.pool)
        self.spoiler = Spoiler(self.random)
        self.tally = Tally()
        self.clock = ManualClock()
        self.path = path
        self._open()
        self._furnish()

    def _open(self) -> None:
        url = f"sqlite:///{self.path}?durability=normal&poll_seconds=0"
        options = Options(limits=NARROW) if self.seed % 3 == 0 else None
        self.engine = Engine.open(url, clock=self.clock, options=options)
        self.http = HttpDoor(self.engine)
        # Another connection's data_version moves with every commit that changed something.
        self.watcher = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)

    def close(self) -> None:
        """Give the file free."""
        self.watcher.close()
        self.http.close()
        self.engine.close()

    def _furnish(self) -> None:
        """Register what requests are about; `bare` types have no defaults."""
        for domain in DOMAINS:
            retention = {"workflowExecutionRetentionPeriodInDays": "30"}
            self.engine.handle("RegisterDomain", {"name": domain, **retention})
            for name, version in TYPES:
                key = {"domain": domain, "name": name, "version": version}
                named = name != "bare"
                self.engine.handle("RegisterWorkflowType", {**key, **(_WORKFLOW if named else {})})
                self.engine.handle("RegisterActivityType", {**key, **(_ACTIVITY if named else {})})

    def run(self, requests: int) -> Tally:
        """Send requests and judge the answers; raise FuzzFailure for the first that is wrong."""
        for self.step in range(requests):
            if self.step == requests // 2:
                self._is_sound()
                self.close()
                self.clock.advance(self.random.choice(ADVANCES))
                self._open()
            if self.random.random() < 0.03:
                self.clock.advance(self.random.choice(ADVANCES))
            operation, params = self.drawer.request()
            if self.random.random() < 0.6:
                self._at_the_door(operation, params)
            else:
                self._over_http(operation, params)
        self._still_works()
        self._is_sound()
        counted = self.watcher.execute("SELECT type, count(*) FROM event GROUP BY type")
        self.tally.events.update(dict(counted.fetchall()))
        return self.tally

    def _at_the_door(self, operation: Any, params: Any) -> None:
        if self.random.random() < 0.3:
            operation, params = self.spoiler.spoilt(operation, params, within=True)
        self.tally.door += 1
        self._judge(operation, params, lambda: ask(self.engine, operation, params))

    def _over_http(self, operation: Any, params: Any) -> None:
        if self.random.random() < 0.2:
            operation, params = self.spoiler.spoilt(operation, params, within=False)
        body = self.spoiler.encoded(params)
        if self.random.random() < 0.2:
            body = self.spoiler.spoilt_bytes(body)
        request = self._around(operation, body)
        self.tally.http += 1
        self._judge(operation, params, lambda: self.http.ask(request), request)

    def _around(self, operation: str, body: bytes) -> HttpRequest:
        """Return a request of this body, seldom with something wrong around it."""
        target = self.random.choice(TARGETS) + operation.encode()
        request = HttpRequest(target, body, pieces=self.random.choice((1, 1, 1, 3)))
        if self.random.random() > 0.04:
            return request
        return attrs.evolve(
            request,
            **self.random.choice(
                (
                    {"target": None},
                    {"target": operation.encode()},
                    {"target": b"\xff\x00" * 200},
                    {"target": target + b"," + target},
                    {"content_type": None},
                    {"content_type": b"text/plain"},
                    {"content_type": JSON + b"; charset=UTF-8"},
                    {"method": "PUT"},
                    {"host": b"elsewhere.example"},
                    {"host": b""},
                )
            ),
        )

    def _judge(self, operation: Any, params: Any, asked: Any, request: Any = None) -> None:
        """Ask, and look at the answer and at what it left behind."""
        before = self._version()
        try:
            answer: Answer = asked()
            changed = answer.refused and self._version() != before
            if changed:
                # Something may have come due in between; a second time nothing does.
                before = self._version()
                answer = asked()
                changed = answer.refused and self._version() != before
            wrong = self._complaint(operation, answer, request)
        except Exception as error:
            raise self._failure(operation, params, request, repr(error)) from error
        if changed:
            raise self._failure(operation, params, request, "refused, and the database has changed")
        if wrong is not None:
            raise self._failure(operation, params, request, wrong)
        self._count(operation, answer)
        if not answer.refused:
            self.pool.learn(operation, params, answer.reply)
        elif "Unknown" in answer.message and isinstance(params, dict):
            self.pool.forget(params.get("taskToken"))

    def _complaint(self, operation: Any, answer: Answer, request: Any) -> str | None:
        if request is None:
            return complaint(operation, answer)
        if request.method != "POST":
            return None if answer.status == 405 else f"PUT was answered {answer.status}"
        if answer.status == 200 and request.target not in [
            target + operation.encode() for target in TARGETS
        ]:
            return "a request without a known target was answered"
        return complaint(operation, answer, over_http=True)

    def _version(self) -> int:
        version: int = self.watcher.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _count(self, operation: Any, answer: Answer) -> None:
        self.tally.outcomes[answer.code or "OK"] += 1
        if not answer.refused:
            self.tally.replies[operation] += 1

    def _is_sound(self) -> None:
        """Find every history whole, and all that is stored beside the events told by them."""
        report = check(self.engine)
        self.tally.executions = max(self.tally.executions, report.executions)
        if not report.sound:
            raise self._failure("(check)", {}, None, f"what it stored is not sound: {report}")

    def _still_works(self) -> None:
        """Take a new execution from its start to its end."""
        name, task_list = f"canary-{self.seed}", {"name": "canary"}
        known = {"domain": name}
        steps: tuple[tuple[str, dict[str, Any]], ...] = (
            ("RegisterDomain", {"name": name, "workflowExecutionRetentionPeriodInDays": "1"}),
            ("RegisterWorkflowType", {**known, "name": "w", "version": "1", **_WORKFLOW}),
            (
                "StartWorkflowExecution",
                {
                    **known,
                    "workflowId": "w",
                    "workflowType": {"name": "w", "version": "1"},
                    "taskList": task_list,
                },
            ),
            ("PollForDecisionTask", {**known, "taskList": task_list}),
        )
        for operation, params in steps:
            reply = self.engine.handle(operation, params)
        decisions = [{"decisionType": "CompleteWorkflowExecution"}]
        answer = {"taskToken": reply["taskToken"], "decisions": decisions}
        self.engine.handle("RespondDecisionTaskCompleted", answer)
        count = {**known, "closeTimeFilter": {"oldestDate": 0}}
        if self.engine.handle("CountClosedWorkflowExecutions", count)["count"] != 1:
            raise self._failure("CountClosedWorkflowExecutions", count, None, "it works no more")

    def _failure(self, operation: Any, params: Any, request: Any, wrong: str) -> FuzzFailure:
        sent = f"{request!r:.3000}\n  drawn as " if request is not None else ""
        return FuzzFailure(
            f"{wrong}\n  asked: {sent}{operation!r:.300} {_shown(params):.3000}\n"
            f"  repeat: make fuzz FROM={self.seed} REQUESTS={REQUESTS} (step {self.step})"
        )


def run_seed(seed: int, requests: int = REQUESTS) -> Tally:
    """Send the requests of one seed to an engine of their own, and return what they came to."""
    with TemporaryDirectory(prefix="swf-fuzz-") as directory:
        one = Round(seed, Path(directory) / "swf.db")
        try:
            return one.run(requests)
        finally:
            one.close()


def fuzz(seeds: Sequence[int], tell: Callable[[int, Tally], object] = lambda *_: None) -> Tally:
    """Send the requests of these seeds, in turn, and return what they came to.

    Raises FuzzFailure for an answer that is wrong, and where the process grows from seed to seed.
    """
    total = Tally()
    settled = 0
    for number, seed in enumerate(seeds):
        tally = run_seed(seed)
        total.add(tally)
        tell(seed, tally)
        if number < SETTLING:
            settled = resident_bytes()
        elif resident_bytes() - settled > MAY_GROW:
            raise FuzzFailure(f"seed {seed}: grown by {resident_bytes() - settled} bytes")
    return total


def resident_bytes() -> int:
    """Return how much memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def _shown(params: Any) -> str:
    try:
        return repr(params)
    except (RecursionError, ValueError) as error:  # an endless int, or one deep as a well
        return f"<{type(params).__name__} that cannot be shown: {error}>"


_WORKFLOW: Final = {
    "defaultTaskList": {"name": "list-a"},
    "defaultExecutionStartToCloseTimeout": "86400",
    "defaultTaskStartToCloseTimeout": "3600",
    "defaultChildPolicy": "TERMINATE",
    "defaultLambdaRole": "arn:aws:iam::123456789012:role/r",
}
_ACTIVITY: Final = {
    "defaultTaskList": {"name": "list-a"},
    "defaultTaskScheduleToStartTimeout": "3600",
    "defaultTaskScheduleToCloseTimeout": "7200",
    "defaultTaskStartToCloseTimeout": "3600",
    "defaultTaskHeartbeatTimeout": "NONE",
}
