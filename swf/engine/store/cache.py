"""The states of executions lately used, so that the next call finds them ready."""

from __future__ import annotations

from swf.constants import TimeoutType
from swf.engine.state import ActivityTask, Execution
from swf.engine.store.runs import Runs

Beat = tuple[int | None, str | None]
"""What a heartbeat leaves: the deadline for the next, and its details."""


class Cache:
    """At most so many states; each is as the store has it, or has heartbeats still to be saved."""

    def __init__(self, runs: Runs, at_most: int) -> None:
        self._runs = runs
        self._at_most = at_most
        self._states: dict[int, Execution] = {}
        self._lost: dict[int, dict[int, Beat]] = {}
        """Heartbeats of states that were let go of before they were saved."""
        self.beating: set[int] = set()
        """Runs with heartbeats that are not saved."""

    def get(self, run: int) -> Execution | None:
        """Return the state of a run, loaded where it has to be; None where there is none."""
        state = self._states.pop(run, None) or self._loaded(run)
        if state is not None:
            self._states[run] = state  # the latest used is the last
        return state

    def add(self, execution: Execution) -> None:
        """Keep the state of a new run."""
        self._states[execution.run] = execution

    def drop(self, run: int) -> None:
        """Let go of a state that may not be what the store has; its heartbeats are kept."""
        state = self._states.pop(run, None)
        if state is None or run not in self.beating:
            return
        self._lost[run] = {
            task.event_id: (task.deadlines.get(TimeoutType.HEARTBEAT), task.heartbeat_details)
            for task in state.open.values()
            if isinstance(task, ActivityTask) and task.started_id
        }

    def trim(self) -> None:
        """Let go of the states that have not been used for longest."""
        while len(self._states) > self._at_most:
            run = next(iter(self._states))
            if run in self.beating:
                self._states[run] = self._states.pop(run)
                return
            del self._states[run]

    def __len__(self) -> int:
        return len(self._states)

    def _loaded(self, run: int) -> Execution | None:
        state = self._runs.load(run)
        if state is None:
            self.beating.discard(run)
            self._lost.pop(run, None)
            return None
        for event_id, (deadline, details) in self._lost.pop(run, {}).items():
            task = state.open.get(event_id)
            if isinstance(task, ActivityTask) and task.started_id:
                if deadline is not None:
                    task.deadlines[TimeoutType.HEARTBEAT] = deadline
                task.heartbeat_details = details
                state.touch(task)
        return state
