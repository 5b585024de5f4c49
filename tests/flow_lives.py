"""One life of a few random programs: deciders and workers by chance, on time that is made up.

Everything follows from the seed. What each decision task was answered with is written down, to be
compared with what a replay decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any, Final

import attrs
import flow_programs
from flow_programs import AROUND, FORMS, NAMES, TASK_LIST, Author

from swf.clock import ManualClock
from swf.engine import Limits, Options
from swf.exceptions import PollTimeout, SWFError
from swf.flow import Decider
from swf.models.history.history import CLOSING
from swf.payload import Payloads, dump_failure
from swf.testing import connected, embedded
from swf.transport import Transport
from swf.wire import Wire

DOMAIN: Final = "lives"
STEPS: Final = 60
ROUNDS: Final = 300
PAYLOADS: Final = Payloads()
ADVANCES: Final = (0, 0.5, 1, 1, 3, 10, 35, 100)
PASSING: Final = ("SWF did not take the answer", "is closed", "did not take")


class Lost(SWFError):
    """A reply that did not arrive."""


@attrs.define
class Answered:
    """What a decision task was answered with, by how new a code."""

    run_id: str
    started_id: int
    previous_id: int
    decisions: list[Wire]
    code: int


@attrs.define
class Recorded:
    """One execution: which program, its events, and how its decision tasks were answered."""

    workflow_id: str
    run_id: str
    form: str
    events: list[Wire]
    answers: list[Answered]

    @property
    def closed(self) -> str | None:
        """The type of the event that closed it; None of an open one."""
        last: str = self.events[-1]["eventType"]
        return last if last in CLOSING else None


class Meddled(Transport):
    """A connection on which things happen between a decision task and its answer."""

    def __init__(self, inner: Transport, life: Life) -> None:
        self.inner = inner
        self.life = life

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        life = self.life
        if operation == "PollForDecisionTask":
            pages = life.random.choice((None, 1, 3, 50))
            params = {**params, **({"maximumPageSize": pages} if pages else {})}
            reply = self.inner.send(operation, params)
            if reply.get("taskToken"):
                life.polled[reply["taskToken"]] = reply
            return reply
        if operation == "RespondDecisionTaskCompleted":
            return self.answered(params)
        return self.inner.send(operation, params)

    def answered(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Have things happen, then pass an answer on; lose the reply now and then."""
        life = self.life
        life.meanwhile()
        if life.random.random() < 0.03:
            raise Lost("the answer never left")
        reply = self.inner.send("RespondDecisionTaskCompleted", params)
        life.note(params)
        if life.random.random() < 0.03:
            raise Lost("the reply was lost")
        return reply


class Watched(Decider):
    """A decider whose errors a life gets to know."""

    life: Life

    def on_error(self, error: Exception, task: Any) -> None:
        self.life.troubles.append(error)


class Life:
    """An SWF, programs on it, and who works for them."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.clock = ManualClock()
        self.polled: dict[str, Wire] = {}
        self.answers: dict[tuple[str, int], Answered] = {}
        self.troubles: list[Exception] = []
        self.held: list[Wire] = []
        self.cached = self.random.choice((0, 1, 1000, 1000))
        self.several = self.random.choice((1, 1, 2, 3))
        self.deciders: list[Watched] = []
        AROUND.code = 0

    def live(self) -> list[Recorded]:
        """Live through all of it; return what was recorded of each execution."""
        random = self.random
        options = Options(
            poll_seconds=0,
            limits=Limits(
                open_activity_tasks=random.choice((20, 1000, 1000)),
                open_timers=random.choice((10, 1000, 1000)),
                open_children=random.choice((1, 1000)),
            ),
        )
        AROUND.look = lambda _run_id, _number: random.randint(0, 99)
        with seeded(random), embedded(clock=self.clock, options=options) as engine:
            self.engine = engine
            engine.functions.register("double", lambda event, _: [event, event])
            engine.functions.register("broken", lambda _, __: 1 / 0)
            self.connection = connected(engine)
            self.decide_anew()
            try:
                self.begin()
                for _ in range(STEPS):
                    self.step()
                self.come_to_an_end()
                return self.recorded()
            finally:
                for decider in self.deciders:
                    decider.close()

    def begin(self) -> None:
        author = Author(self.random)
        for number in range(self.random.choice((1, 1, 2))):
            form = FORMS[self.random.choice([*FORMS])]
            self.deciders[-1]._registrar.workflows(FORMS.values())
            given = form.payloads.plain_call((author.program(),), {})
            params = {"domain": DOMAIN, "workflowId": f"life-{number}", "input": given}
            self.call("StartWorkflowExecution", {**params, **form.attributes({})})

    def decide_anew(self) -> None:
        """Have new deciders, with newer code perhaps; those before are gone with all they held."""
        while self.deciders:
            self.deciders.pop().close()
            AROUND.code = min(2, AROUND.code + self.random.choice((0, 0, 1)))
        for _ in range(self.several):
            self.deciders.append(self.decider())

    def decider(self) -> Watched:
        decider = Watched(
            list(FORMS.values()),
            TASK_LIST,
            domain=DOMAIN,
            connection=Meddled(self.connection, self),
            clock=self.clock,
            cached_runs=self.cached,
        )
        decider.life = self
        return decider

    # What happens

    def step(self) -> None:
        kind = self.random.choice(_STEPS)
        getattr(self, kind)()

    def decide(self) -> bool:
        return self.decided(own=False)

    def decide_own(self) -> bool:
        return self.decided(own=True)

    def decided(self, *, own: bool) -> bool:
        try:
            self.random.choice(self.deciders).work(own=own)
        except PollTimeout:
            return False
        return True

    def all_decide_own(self) -> list[bool]:
        return [self.decide_own() for _ in range(2 * self.several)]

    def forget(self) -> None:
        """Have the decider lose the runs that it holds."""
        decider = self.random.choice(self.deciders)
        decider._replay.call(decider._cache.clear)

    def work(self) -> bool:
        """Take an activity task."""
        params = {"domain": DOMAIN, "taskList": {"name": TASK_LIST}}
        task = self.call("PollForActivityTask", params)
        if not task.get("taskToken"):
            return False
        self.held.append(task)
        return True

    def answer(self) -> bool:
        """Answer an activity task, in whatever way."""
        if not self.held:
            return False
        random = self.random
        task = self.held.pop(random.randrange(len(self.held)))
        token = {"taskToken": task["taskToken"]}
        how = random.choice((*("complete",) * 6, *_ENDS * 2, "garble"))
        if how == "complete":
            value = random.choice((0, 1, None, "", [1, 2], {"a": 1}, random.randint(0, 99)))
            self.call("RespondActivityTaskCompleted", {**token, "result": PAYLOADS.dump(value)})
        elif how == "fail":
            error = random.choice((flow_programs.Unlucky("bad"), ValueError("v"), KeyError("k")))
            reason, details = dump_failure(PAYLOADS, error)
            self.call("RespondActivityTaskFailed", {**token, "reason": reason, "details": details})
        elif how == "cancel":
            self.call("RespondActivityTaskCanceled", {**token, "details": PAYLOADS.dump("gone")})
        elif how == "garble":
            garbled = random.choice(('{"$swf":["sealed",9]}', '{"$swf":["what",1]}', "{no JSON"))
            self.call("RespondActivityTaskCompleted", {**token, "result": garbled})
        elif how == "beat":
            self.call("RecordActivityTaskHeartbeat", {**token, "details": PAYLOADS.dump([1])})
            self.held.append(task)
        return True

    def signal(self) -> None:
        key = self.random.choice((None, 1, "k"))
        context = None if key is None else {"key": key}
        values = [self.random.randint(0, 9) for _ in range(self.random.randint(0, 2))]
        given = PAYLOADS.plain_call(values, {}, context)
        name = self.random.choice(NAMES)
        self.to_any("SignalWorkflowExecution", {"signalName": name, "input": given})

    def request_cancel(self) -> None:
        if self.random.random() < 0.06:
            self.to_any("RequestCancelWorkflowExecution", {})

    def terminate_child(self) -> None:
        if self.random.random() < 0.06:
            self.to_any("TerminateWorkflowExecution", {}, prefix="life-0--")

    def to_any(self, operation: str, params: Wire, prefix: str = "") -> None:
        found = [
            info["execution"]["workflowId"]
            for info in self.listed("Open")
            if info["execution"]["workflowId"].startswith(prefix)
        ]
        if found:
            workflow_id = self.random.choice(sorted(found))
            self.call(operation, {"domain": DOMAIN, "workflowId": workflow_id, **params})

    def advance(self) -> None:
        self.clock.advance(self.random.choice(ADVANCES))
        self.rest()

    def meanwhile(self) -> None:
        """Have things happen between a decision task and its answer."""
        for _ in range(self.random.choice((0, 0, 1, 2, 4))):
            getattr(self, self.random.choice(_MEANWHILE))()

    def note(self, params: Mapping[str, Any]) -> None:
        """Write down what a decision task was answered with."""
        task = self.polled[params["taskToken"]]
        run_id, started_id = task["workflowExecution"]["runId"], task["startedEventId"]
        self.answers[run_id, started_id] = Answered(
            run_id,
            started_id,
            task.get("previousStartedEventId", 0),
            params.get("decisions", []),
            AROUND.code,
        )

    def come_to_an_end(self) -> None:
        """Do all there is to do until nothing is open."""
        for _ in range(ROUNDS):
            while any([self.decide(), *self.all_decide_own(), self.work(), self.answer()]):
                pass
            if not self.listed("Open"):
                return
            self.clock.advance(self.random.choice((1, 20, 40)))
            self.rest()
        raise AssertionError(f"still open: {self.listed('Open')}; {self.troubles}")

    # SWF

    def call(self, operation: str, params: Wire) -> Wire:
        """Return SWF's reply, {} where it refuses; functions have come to their end."""
        try:
            reply = self.connection.call(operation, params)
        except SWFError:
            reply = {}
        self.rest()
        return reply

    def rest(self) -> None:
        assert self.engine.functions.join(30)

    def listed(self, which: str) -> list[Wire]:
        params = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
        pages = self.connection.pages(f"List{which}WorkflowExecutions", params)
        return [info for page in pages for info in page["executionInfos"]]

    def recorded(self) -> list[Recorded]:
        found = []
        for info in self.listed("Closed"):
            execution = info["execution"]
            params = {"domain": DOMAIN, "execution": execution}
            pages = self.connection.pages("GetWorkflowExecutionHistory", params)
            run_id = execution["runId"]
            found.append(
                Recorded(
                    workflow_id=execution["workflowId"],
                    run_id=run_id,
                    form=info["workflowType"]["name"],
                    events=[event for page in pages for event in page["events"]],
                    answers=sorted(
                        (one for one in self.answers.values() if one.run_id == run_id),
                        key=lambda one: one.started_id,
                    ),
                )
            )
        return found


_ENDS: Final = ("fail", "cancel", "beat", "leave")
_STEPS: Final = (
    *("decide",) * 8,
    *("decide_own",) * 8,
    *("work", "answer", "answer") * 4,
    *("signal",) * 2,
    *("advance",) * 3,
    *("request_cancel", "terminate_child", "forget", "decide_anew"),
)
_MEANWHILE: Final = (
    *("work", "answer", "answer", "signal", "signal", "request_cancel") * 2,
    *("advance", "terminate_child"),
)


@contextmanager
def seeded(random: Random) -> Generator[None]:
    """Within the block, what is meant to be unguessable follows from the lot."""
    before: Callable[..., str] = secrets.token_urlsafe
    secrets.token_urlsafe = lambda size=32: f"{random.getrandbits(8 * size):x}"[:size]
    try:
        yield
    finally:
        secrets.token_urlsafe = before
