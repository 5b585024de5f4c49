"""What the tests of actors start from: replies of polls, and clocks that nobody has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

TIME = 1_577_836_800.0
EXECUTION = {"workflowId": "order-1", "runId": "run-1"}
NO_DECISION_TASK: dict[str, Any] = {"startedEventId": 0, "previousStartedEventId": 0}
NO_ACTIVITY_TASK: dict[str, Any] = {"startedEventId": 0}


class WaitingAlarm:
    """Rings when a wait on its clock is over, in a thread that is named as the heartbeat's."""

    def __init__(self, clock: InstantClock, ring: Callable[[], object]) -> None:
        self._clock = clock
        self._ring = ring
        self._closed = threading.Event()

    def set(self, moment: datetime | None) -> None:
        """Wait for as long as it is until then, and ring."""
        assert moment is not None
        seconds = (moment - self._clock.now()).total_seconds()
        threading.Thread(target=self._run, args=(seconds,), name="heartbeat", daemon=True).start()

    def close(self) -> None:
        """Never ring again."""
        self._closed.set()

    def _run(self, seconds: float) -> None:
        if not self._clock.wait(self._closed, seconds):
            self._clock.passed += seconds
            self._ring()


class InstantClock:
    """Every wait is over at once; `waits` holds how long each would have been."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.passed = 0.0

    def alarm(self, ring: Callable[[], object]) -> WaitingAlarm:
        """An alarm that rings when a wait is over."""
        return WaitingAlarm(self, ring)

    def now(self) -> datetime:
        """A moment."""
        return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return whether the event is set, without waiting for it."""
        self.waits.append(seconds)
        return event.is_set()


class SteppedClock(InstantClock):
    """A wait ends when its event is set, or when the test takes a step."""

    def __init__(self) -> None:
        super().__init__()
        self._steps = threading.Semaphore(0)

    def step(self) -> None:
        """End one wait, now or to come."""
        self._steps.release()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True once the event is set, False once a step was taken."""
        self.waits.append(seconds)
        while not event.is_set():
            if self._steps.acquire(timeout=0.005):
                return event.is_set()
        return True


class UnhurriedClock(InstantClock):
    """No wait ends before its event is set, or long after its test."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True once the event is set."""
        self.waits.append(seconds)
        event.wait(30)
        return True


def event(number: int, name: str, **attributes: Any) -> dict[str, Any]:
    """One raw event."""
    key = f"{name[0].lower()}{name[1:]}EventAttributes"
    return {"eventId": number, "eventType": name, "eventTimestamp": TIME, key: attributes}


def events(count: int) -> list[dict[str, Any]]:
    """The history of an execution in which markers were recorded, decision by decision.

    Every fourth event is a DecisionTaskStarted, which is where a decision task's history ends.
    """
    names = ("MarkerRecorded", "DecisionTaskScheduled", "DecisionTaskStarted")
    made = [event(1, "WorkflowExecutionStarted", taskList={"name": "t"})]
    for number in range(2, count + 1):
        name = names[(number - 2) % 4] if (number - 2) % 4 < 3 else "DecisionTaskCompleted"
        made.append(event(number, name, markerName="m"))
    return made


def decision_task(
    history: list[dict[str, Any]] | None = None, started: int = 4, **more: Any
) -> dict[str, Any]:
    """The reply of a poll that finds a decision task."""
    return {
        "taskToken": "token-1",
        "startedEventId": started,
        "previousStartedEventId": 0,
        "workflowExecution": dict(EXECUTION),
        "workflowType": {"name": "order", "version": "1"},
        "events": events(4) if history is None else history,
        **more,
    }


def activity_task(**more: Any) -> dict[str, Any]:
    """The reply of a poll that finds an activity task."""
    return {
        "taskToken": "token-1",
        "activityId": "charge-1",
        "startedEventId": 6,
        "workflowExecution": dict(EXECUTION),
        "activityType": {"name": "charge", "version": "1"},
        "input": '{"amount":3}',
        **more,
    }


def then_stop(
    actor: Callable[[], Any], reply: Any
) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """A reply that also has the actor stop: it is the last poll."""

    def answer(params: Mapping[str, Any]) -> Any:
        actor().stop()
        if isinstance(reply, BaseException):
            raise reply
        return reply

    return answer
