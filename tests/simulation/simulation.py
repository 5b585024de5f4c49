"""One simulated life of an SWF: clients, deciders and workers by chance, on time that is made up.

Everything follows from the seed, so a failure can be had again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import attrs
from random_requests import TASK_LISTS, Requests, beginnings
from simulation.observer import Observer, Run, attributes_of
from simulation.world import Asked, World

Wire = dict[str, Any]

STEPS = 90
ADVANCES = (0, 0.5, 0.5, 1, 1, 3, 3, 10, 60, 700)
LASTING, FLEETING = "shop", "bank"
KINDS = ("Decision", "Activity")
PLACES = [(domain, name) for domain in (LASTING, FLEETING) for name in TASK_LISTS]
REFUSALS = frozenset({"UnknownResourceFault", "ValidationException"})
ENOUGH = 60
"""Rounds in which every execution that can be completed is."""

LONGEST = 4_100
"""Seconds after which every execution of these programs has timed out."""


class Lively(Requests):
    """Requests that mostly succeed, so that executions live for some time."""

    durations = ("0", "5", "30", "300", "NONE")
    lifetimes = ("400", "4000", "4000")
    workflow_types = (*[("order", "1")] * 6, ("lambda", "1"), ("bare", "1"))
    activity_types = (*[("pack", "1")] * 6, ("bare", "1"))


@attrs.define
class Held:
    """A task that some actor was given, and the life of the engine that gave it."""

    kind: str
    token: str
    domain: str
    workflow_id: str
    run_id: str
    scheduled_id: int
    inside: bool
    life: int


@attrs.define
class Waiting:
    """A poll that waits for its answer."""

    asked: Asked
    kind: str


class Simulation:
    """A world, who acts in it, and who watches."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = Random(seed)
        self.world = World(self.random, folder)
        self.observer = Observer(self.world, (LASTING, FLEETING), (FLEETING,))
        self.held: list[Held] = []
        self.answered: list[Held] = []
        self.waiting: list[Waiting] = []
        self.handed_out: set[tuple[str, int]] = set()
        self.lives = 0
        self.actions: tuple[Callable[[], None], ...] = (
            *(self.poll,) * 16,
            *(self.answer,) * 8,
            *(self.start,) * 4,
            *(self.control,) * 2,
            *(self.advance,) * 3,
            self.answer_again,
            self.lose,
            self.withdraw,
            self.several,
            self.end,
        )
        for domain, days in ((LASTING, "90"), (FLEETING, "0")):
            for operation, params in beginnings(domain, days):
                self.world.ask(operation, params)

    def run(self) -> None:
        """Live through all of it, and then let everything come to its end."""
        try:
            for step in range(STEPS):
                self.random.choice(self.actions)()
                self.collect()
                self.observer.look(thoroughly=step % 8 == 0)
                self.check_idle()
            self.drain()
        finally:
            self.world.close()

    # Who acts

    def requests(self) -> Lively:
        keys = [run.key for run in self.observer.open_runs]
        return Lively(self.random, [(workflow_id, run_id) for _, workflow_id, run_id in keys])

    def client(self, request: tuple[str, Wire]) -> None:
        asked = self.world.begin(*request)
        assert asked.answers == 1
        assert asked.fault is None or asked.fault in (
            "UnknownResourceFault",
            "WorkflowExecutionAlreadyStartedFault",
            "TypeDeprecatedFault",
            "DefaultUndefinedFault",
        ), f"{request}: {asked.call.fault}"

    def start(self) -> None:
        """A client starts an execution, or tries to."""
        self.client(self.requests().start())

    def control(self) -> None:
        """A client signals, cancels or terminates."""
        self.client(self.requests().control())

    def advance(self) -> None:
        """Time passes."""
        self.world.advance(self.random.choice(ADVANCES))

    def poll(self) -> None:
        """A decider or a worker asks for a task."""
        kind = self.random.choice(KINDS)
        operation, params = self.requests().poll(kind)
        for member in ("maximumPageSize", "reverseOrder", "startAtPreviousStartedEvent"):
            params.pop(member, None)
        some = [
            (run.domain, task) for run in self.observer.open_runs for task in waiting_in(run, kind)
        ]
        if some and self.random.randrange(8):
            params["domain"], task = self.random.choice(some)
            params["taskList"] = {"name": task.task_list}
        there = self.tasks_waiting(kind, params["domain"], params["taskList"]["name"])
        asked = self.world.begin(operation, params, inside=bool(self.random.randrange(2)))
        if asked.answers == 0:
            # A history that is full ends its execution, and by its policy perhaps others.
            assert not there or self.some_full(params["domain"]), (
                f"{params} waits, and there is {there}"
            )
            self.waiting.append(Waiting(asked, kind))
        else:
            assert asked.fault is None, asked.call.fault
            given = self.take(asked, kind)
            right = bool(there) == bool(given) or self.some_full(params["domain"])
            assert right, f"got {given}, and there waited {there}"
            if given and self.random.randrange(2):
                self.collect()
                self.observer.look(thoroughly=False)
                self.respond(self.held.pop())

    def take(self, asked: Asked, kind: str) -> Held | None:
        """Take what a poll was given; nobody was given it before."""
        reply = asked.reply
        if "taskToken" not in reply:
            assert reply["startedEventId"] == 0
            return None
        execution = reply["workflowExecution"]
        once = (execution["runId"], reply["startedEventId"])
        assert once not in self.handed_out, f"{once} was handed out twice"
        self.handed_out.add(once)
        held = Held(
            kind=kind,
            token=reply["taskToken"],
            domain=asked.params["domain"],
            workflow_id=execution["workflowId"],
            run_id=execution["runId"],
            scheduled_id=self.scheduled_id(asked, reply),
            inside=asked.call.inside,
            life=self.lives,
        )
        self.held.append(held)
        return held

    def scheduled_id(self, asked: Asked, reply: Wire) -> int:
        """Return the event that scheduled what a poll was given."""
        execution = {"domain": asked.params["domain"], "execution": reply["workflowExecution"]}
        told = self.world.begin("GetWorkflowExecutionHistory", execution)
        if told.fault is not None:
            return 0  # it is closed already, and nothing is kept of it
        started = told.reply["events"][reply["startedEventId"] - 1]
        found: int = attributes_of(started)["scheduledEventId"]
        return found

    def answer(self) -> None:
        """Some actor answers what it holds, perhaps late."""
        if self.held:
            index = -1 - self.random.randrange(min(len(self.held), 3))
            self.respond(self.held.pop(index))

    def answer_again(self) -> None:
        """An actor repeats an answer, since it heard nothing."""
        if self.answered:
            self.respond(self.random.choice(self.answered))

    def respond(self, held: Held) -> None:
        """Answer a task: SWF takes it where the task is still started, and only there."""
        operation, params = self.response(held)
        valid = self.is_started(held)
        asked = self.world.begin(operation, params, inside=held.inside)
        assert asked.answers == 1
        if valid:
            assert asked.fault is None, f"{held}: {asked.call.fault}"
            if operation == "RecordActivityTaskHeartbeat":
                self.held.append(held)
        else:
            assert asked.fault in REFUSALS, f"{held} was answered twice, or too late"
        self.answered = [*self.answered[-5:], held]

    def response(self, held: Held) -> tuple[str, Wire]:
        made = self.requests()
        if held.kind == "Decision":
            return made.decided(held.token)
        return made.answer(held.token)

    def lose(self) -> None:
        """An actor forgets what it holds, and never answers."""
        if self.held:
            self.held.pop(self.random.randrange(len(self.held)))

    def withdraw(self) -> None:
        """A client that waits for a task goes away."""
        if self.waiting:
            gone = self.waiting.pop(self.random.randrange(len(self.waiting)))
            self.world.engine.withdraw(gone.asked.call)

    def several(self) -> None:
        """Calls come at the same time."""
        made = self.requests()
        requests = [self.random.choice((made.start, made.control))() for _ in range(3)]
        tasks, self.held = self.held[-2:], self.held[:-2]
        requests += [self.response(held) for held in tasks]
        self.random.shuffle(requests)
        for asked in self.world.together(requests):
            assert asked.answers == 1

    def end(self) -> None:
        """The engine is stopped, or dies, and is started again."""
        manner = self.random.choice(("restart", "crash", "crash while it commits"))
        if manner == "restart":
            self.world.restart()
        elif manner == "crash":
            self.world.crash(None)
        else:
            made = self.requests()
            maker = self.random.choice((made.start, made.control))
            request = maker()
            if self.held:
                request = self.response(self.held[-1])
            self.world.crash(request)
        self.lives += 1
        for poll in self.waiting:
            if manner == "restart":
                assert poll.asked.answers == 1, "a poll was left without an answer"
        self.waiting.clear()
        self.observer.look_at_everything()

    # What is known of tasks

    def collect(self) -> None:
        """Take what waiting polls were given meanwhile; no task waits beside a waiting poll."""
        for poll in self.waiting:
            if poll.asked.answers:
                assert poll.asked.fault is None
                self.take(poll.asked, poll.kind)
        self.waiting = [poll for poll in self.waiting if not poll.asked.answers]

    def check_idle(self) -> None:
        """No task that could be handed out waits beside a poll that waits for it."""
        for poll in self.waiting:
            params = poll.asked.params
            there = self.tasks_waiting(poll.kind, params["domain"], params["taskList"]["name"])
            assert not there, f"{params} waits beside {there}"

    def tasks_waiting(self, kind: str, domain: str, task_list: str) -> list[Any]:
        """Return the tasks that may be handed out now, as the histories tell."""
        found: list[Any] = []
        for run in self.observer.open_runs:
            if run.domain == domain and not self.is_full(run):
                found += waiting_in(run, kind)
        return [task for task in found if task.task_list == task_list]

    def is_full(self, run: Run) -> bool:
        """Tell whether only the closing event still has room, so that a start closes the run."""
        return len(run.history) + 1 >= self.world.options.limits.events

    def some_full(self, domain: str) -> bool:
        """Tell whether an open history of a domain is full."""
        return any(run.domain == domain and self.is_full(run) for run in self.observer.open_runs)

    def is_started(self, held: Held) -> bool:
        """Tell whether an actor still has a task, as the history tells."""
        run = self.observer.runs.get((held.domain, held.workflow_id, held.run_id))
        if run is None or run.closed or not held.scheduled_id:
            return False
        entity = run.history.compiled.entity_of(held.scheduled_id)
        started = entity is not None and entity.state in ("started", "cancel_requested")
        if started and held.inside:
            assert held.life == self.lives, f"{held} outlived the process of its poller"
        return started

    # The end

    def drain(self) -> None:
        """Let everything come to its end: nothing may be stuck."""
        for poll in self.waiting:
            self.world.engine.withdraw(poll.asked.call)
        self.waiting.clear()
        self.complete_all()
        self.world.advance(LONGEST)
        self.observer.look()
        left = [run.key for run in self.observer.open_runs]
        assert left == [], f"{left} do not end"
        self.observer.look_at_everything()
        self.observer.check_deeds()

    def complete_all(self) -> None:
        """Wake every execution and complete it; none but those that a lost decider holds stay."""
        self.world.advance(301)
        self.observer.look()
        for run in self.observer.open_runs:
            domain, workflow_id, _ = run.key
            named = {"domain": domain, "workflowId": workflow_id}
            if run.history.compiled.decision_tasks[0].start_to_close_timeout == 0:
                # Its tasks time out before anybody can answer them.
                self.world.begin("TerminateWorkflowExecution", named)
            else:
                self.world.begin("SignalWorkflowExecution", {**named, "signalName": "end"})
        complete = {"decisionType": "CompleteWorkflowExecution"}
        for _ in range(ENOUGH):
            decided = [self.decide_next(domain, name, complete) for domain, name in PLACES]
            if not any(decided):
                break
        self.observer.look()
        for run in self.observer.open_runs:
            assert run.history.compiled.decision_tasks.running, f"{run.key} cannot be completed"

    def decide_next(self, domain: str, task_list: str, decision: Wire) -> bool:
        """Answer the next decision task of a task list with one decision, if there is one."""
        polled = {"domain": domain, "taskList": {"name": task_list}}
        asked = self.world.begin("PollForDecisionTask", polled)
        if not asked.answers:
            self.world.engine.withdraw(asked.call)
            return False
        if "taskToken" not in asked.reply:
            return False
        answer = {"taskToken": asked.reply["taskToken"], "decisions": [decision]}
        self.world.begin("RespondDecisionTaskCompleted", answer)
        return True


def waiting_in(run: Run, kind: str) -> list[Any]:
    """Return the tasks of a run that may be handed out."""
    compiled = run.history.compiled
    if kind == "Decision":
        tasks = compiled.decision_tasks
        return [] if tasks.running or tasks.waiting is None else [tasks.waiting]
    return [task for task in compiled.activities if task.state == "scheduled"]
