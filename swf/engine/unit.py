"""One operation at work: the executions it touches, what it asks of others, whom it serves.

A unit lives within the writer's transaction. It loads executions, lets transitions act on them,
carries out the deliveries these leave, hands tasks that may be done to polls that wait for them,
and saves what changed. Nothing of it is visible to anybody before the commit.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

import attrs

from swf.engine import deliveries, handing
from swf.engine.call import Call
from swf.engine.state import Attributes, Execution, LambdaFunction, Parent
from swf.engine.store.cache import Cache
from swf.engine.store.runs import Runs
from swf.engine.transitions import workflow_execution
from swf.engine.turn import ContinueAsNew, Delivery, HistoryFull, RegisteredType, Turn
from swf.engine.view import View
from swf.engine.waiting import Waiting
from swf.wire import TypeKey

P = ParamSpec("P")
T = TypeVar("T")

DAY: Final = 86_400_000
"""Milliseconds."""


def new_run_id() -> str:
    """Return a run id that no run has: letters, digits, `-` and `_`."""
    return f"22{secrets.token_urlsafe(24)}"


@attrs.frozen
class Invocation:
    """A Lambda function to be called for a task."""

    run: int
    task: LambdaFunction
    input: str | None


@attrs.define(kw_only=True, eq=False)
class Unit(View):
    """One operation of the writer; what it serves and starts is for the time after the commit."""

    cache: Cache
    runs: Runs
    waiting: Waiting
    functions: Callable[[str], bool]
    """Whether a Lambda function of this name is registered."""
    poll_milliseconds: float
    call: Call | None = None
    """The request at work; None where it is the engine's own work."""
    touched: dict[int, Execution] = attrs.field(factory=dict)
    served: list[handing.Served] = attrs.field(factory=list)
    """The polls that were given a task."""
    taken: Call | None = None
    """The poll that is just being given one."""
    to_invoke: list[Invocation] = attrs.field(factory=list)
    """The Lambda functions to call once the commit is done."""
    saved: list[int] = attrs.field(factory=list)
    """Runs whose every change is in the store."""
    beats: list[int] = attrs.field(factory=list)
    """Runs with a heartbeat that is not."""
    due: int | None = None
    """The earliest deadline among what was saved."""
    _asked: deque[tuple[Execution, Delivery]] = attrs.field(factory=deque)

    @property
    def caller(self) -> Call:
        """The request at work, in the handler of one."""
        return cast("Call", self.call)

    # What lies outside an execution

    def workflow_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        """Return a registered workflow type."""
        return self.registry.workflow_type(domain, key)

    def activity_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        """Return a registered activity type."""
        return self.registry.activity_type(domain, key)

    def open_executions(self, domain: str) -> int:
        """Return how many executions are open."""
        return self.runs.open_count(domain)

    def has_function(self, name: str) -> bool:
        """Tell whether a Lambda function of this name is registered."""
        return self.functions(name)

    # Executions

    def execution(self, run: int) -> Execution | None:
        """Return the state of a run, as this unit has left it; None where there is none."""
        found = self.touched.get(run)
        if found is None:
            found = self.cache.get(run)
            if found is not None:
                self.touched[run] = found
        return found

    def known(self, run: int) -> Execution:
        """Return the state of a run that a row of the store is about."""
        found = self.execution(run)
        if found is None:
            raise LookupError(f"there is no run {run}, but what is open in it")
        return found

    def open_execution(
        self, domain: str, workflow_id: str, run_id: str | None = None
    ) -> Execution | None:
        """Return the open run of a workflow id, if it has the run id where one is given."""
        run = self.runs.open_run(domain, workflow_id)
        found = None if run is None else self.execution(run)
        if found is None or not found.is_open:
            # What this unit has started is not in the store yet.
            found = next(
                (
                    one
                    for one in self.touched.values()
                    if one.is_open and one.workflow_id == workflow_id and one.domain == domain
                ),
                None,
            )
        return found if found is None or not run_id or found.run_id == run_id else None

    def run_of_parent(self, domain: str, parent: Parent) -> Execution | None:
        """Return the execution that started a child; None where it is forgotten or closed."""
        return self.open_execution(domain, parent.workflow_id, parent.run_id)

    def start(
        self, domain: str, workflow_id: str, attributes: Attributes, run_id: str | None = None
    ) -> Execution:
        """Start a run with the attributes of its WorkflowExecutionStarted."""
        execution = workflow_execution.new(
            self.runs.next_run(),
            domain,
            workflow_id,
            run_id or new_run_id(),
            attributes,
            self.now,
        )
        self.cache.add(execution)
        self.touched[execution.run] = execution
        self.act(execution, workflow_execution.start, attributes)
        return execution

    def act(
        self,
        execution: Execution,
        transition: Callable[Concatenate[Turn, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """Let a transition act on an execution and take up what it asks of others.

        A history that is full closes the execution; the result is None then.
        """
        turn = Turn(execution, self.now, self)
        result: T | None = None
        try:
            result = transition(turn, *args, **kwargs)
        except HistoryFull:
            workflow_execution.terminate(turn, None, "EVENT_LIMIT_EXCEEDED")
        for delivery in turn.deliveries:
            if isinstance(delivery, ContinueAsNew):
                # At once: a child of the same decisions may be asked for under the same id.
                self._asked.appendleft((execution, delivery))
            else:
                self._asked.append((execution, delivery))
        return result

    def invoke(self, execution: Execution, task: LambdaFunction, input: str | None) -> None:
        """Have the function of a started task called once all this is committed."""
        self.to_invoke.append(Invocation(execution.run, task, input))

    # The end of the operation

    def deliver(self) -> None:
        """Carry out what executions asked of others so far, and what that leads to."""
        while self._asked:
            source, delivery = self._asked.popleft()
            deliveries.carry_out(self, source, delivery)

    def settle(self) -> None:
        """Carry out all deliveries, serve waiting polls, and save what changed."""
        self.deliver()
        if len(self.waiting):
            handing.serve(self)
            while self._asked:  # a full history has closed an execution
                self.deliver()
                handing.serve(self)
        for execution in self.touched.values():
            if execution.unsaved or (execution.changed and not self._beats(execution.run)):
                self._save(execution)
        for served in self.served:
            if served.reply is None:
                served.reply = handing.reply(self, served)

    def _save(self, execution: Execution) -> None:
        closed = not execution.is_open and execution.saved in (None, (None, False), (None, True))
        due = self.runs.save(execution)
        self.saved.append(execution.run)
        if due is not None and (self.due is None or due < self.due):
            self.due = due
        if closed:
            self._retain(execution)

    def _retain(self, execution: Execution) -> None:
        """Have a closed execution forgotten when its domain says so."""
        domain = self.registry.domain_known(execution.domain)
        days = 0 if domain.retention == "NONE" else int(domain.retention)
        due = (execution.closed_at or self.now) + days * DAY
        self.runs.schedule_purge(execution.run, due)
        if self.due is None or due < self.due:
            self.due = due

    def _beats(self, run: int) -> bool:
        return run in self.beats or run in self.cache.beating

    def save_heartbeats(self) -> None:
        """Save what heartbeats changed and no commit has saved since."""
        for run in list(self.cache.beating):
            execution = self.execution(run)
            if execution is None:
                self.cache.beating.discard(run)
            else:
                self._save(execution)

    def abandon(self) -> None:
        """Let go of every state that this unit touched: it may not be what the store has."""
        for run in self.touched:
            self.cache.drop(run)
        self.registry.forget()
        self.runs.forget()
        for served in self.served:
            if served.waited:
                self.waiting.put_back(served.call)
        if self.taken is not None:
            self.waiting.put_back(self.taken)
            self.taken = None
        if self.call is not None:
            self.waiting.withdraw(self.call)
        for left in (self.served, self.to_invoke, self.saved, self.beats):
            left.clear()

    @property
    def result(self) -> Any:
        """What the unit's own poll was given; None where it waits."""
        return next((one.reply for one in self.served if one.call is self.call), None)
