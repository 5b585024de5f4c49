"""What deciders, workers, heartbeats and connections measure while they do their work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from traced import Failing, Order, Site, charge

import swf
from swf import metrics
from swf.actors import ActivityTask, ActivityWorker, Heartbeat, HeartbeatReply
from swf.clock import ManualClock
from swf.exceptions import ActivityTaskDoesNotExist, PollTimeout, ServiceFault, ThrottlingFault
from swf.flow import Decider, Workflow, start
from swf.models import Domain
from swf.transport import Transport

Numbers = dict[tuple[str, tuple[str, ...]], float]


def numbers() -> Numbers:
    """Return every sample of this process, by name and label values."""
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(metrics.render())
        for one in family.samples
    }


@pytest.fixture
def change() -> Iterator[Callable[..., float]]:
    """Return by how much a sample has changed since the test began."""
    metrics.REGISTRY.drain()  # what others have measured, in thousands of lines
    before = numbers()

    def changed(name: str, *labels: str) -> float:
        return numbers().get((name, labels), 0) - before.get((name, labels), 0)

    return changed


@pytest.fixture
def site(swf_connection: Transport, swf_clock: ManualClock) -> Iterator[Site]:
    """A decider and a worker, driven by hand."""
    made = Site(swf_connection, swf_clock)
    yield made
    made.close()


def ordered(site: Site, *, own: bool = False) -> None:
    """Run an order to its end."""
    handle = start(Order, 5, connection=site.connection, **site.place)
    site.settle(own=own)
    handle.signal("approved")
    site.settle(own=own)
    assert handle.done


def test_tasks_are_measured_where_they_are_done(site: Site, change: Callable[..., float]) -> None:
    """Waits, durations, lengths of histories and ends are counted under their type and outcome."""
    ordered(site)

    here = ("shop", "default")
    seconds = "swf_activity_start_to_close_seconds_count"
    assert change(seconds, *here, charge.name, "failed") == 1
    assert change(seconds, *here, charge.name, "completed") == 1
    assert change("swf_activity_schedule_to_start_seconds_count", *here, charge.name) == 2
    assert change("swf_failures_total", *here, charge.name, "activity", "ValueError") == 1
    assert change("swf_retries_total", *here, "task") == 1
    decisions = change("swf_decision_start_to_close_seconds_count", *here, "order", "completed")
    assert decisions == change("swf_decision_schedule_to_start_seconds_count", *here, "order")
    assert decisions == change("swf_history_events_count", *here, "order") > 3
    workflows = "swf_workflow_start_to_close_seconds"
    assert change(f"{workflows}_count", *here, "order", "completed") == 1
    assert change(f"{workflows}_sum", *here, "order", "completed") >= 1
    assert change("swf_polls_total", *here, "decision", "answered") >= decisions
    assert change("swf_polls_total", *here, "activity", "empty") >= 1


@pytest.mark.parametrize("is_held", [False, True])
def test_runs_that_are_held_are_told_from_replayed_ones(
    site: Site, change: Callable[..., float], *, is_held: bool
) -> None:
    """A decision of a run that is suspended here is a hit and warm; a later cold one is a miss."""
    site.decider.cached_runs = 1_000 if is_held else 0
    site.decider._equip()
    ordered(site, own=is_held)

    hits, misses = (
        change(f"swf_cache_{what}_total", "shop", "default") for what in ("hits", "misses")
    )
    warm = change("swf_replay_seconds_count", "shop", "default", "order", "warm")
    assert (hits > 0, misses > 0, warm > 0) == (is_held, not is_held, is_held)


def test_what_is_replayed_from_a_history_read_for_it_is_measured(
    site: Site, change: Callable[..., float]
) -> None:
    """An execution whose run was given up, and whose task brought the latest events, is timed."""
    site.decider.cached_runs = 1
    site.decider._equip()
    handles = [start(Order, 5, connection=site.connection, **site.place) for _ in range(3)]
    site.settle(own=True)
    for handle in handles:
        handle.signal("approved")
    site.settle(own=True)

    assert change("swf_cache_misses_total", "shop", "default") > 0
    labels = ("shop", "default", "order", "completed")
    assert change("swf_workflow_start_to_close_seconds_count", *labels) == 3
    waits = change("swf_activity_schedule_to_start_seconds_count", "shop", "default", charge.name)
    assert waits == 6


@pytest.mark.parametrize("is_held", [True, False])
def test_the_wait_of_an_activity_that_a_replay_finds_open_is_measured_once(
    site: Site, change: Callable[..., float], *, is_held: bool
) -> None:
    """It is the time from its schedule to its start, whichever deciders have its run meanwhile."""
    handle = start(Order, 5, connection=site.connection, **site.place)
    site.decider.work()
    site.clock.advance(7)
    other = site.deciding(cached_runs=1_000 if is_held else 0)
    for decider in (site.decider, other):
        handle.signal("approved")
        decider.work()
    site.clock.advance(3)
    site.worker.run_once()
    other.work()
    handle.signal("approved")
    other.work()
    other.close()

    labels = ("shop", "default", charge.name)
    counted, waited = (
        change(f"swf_activity_schedule_to_start_seconds_{what}", *labels)
        for what in ("count", "sum")
    )
    assert (counted, waited) == (1, 10)


def test_workflows_that_fail_are_counted_by_reason(
    site: Site, change: Callable[..., float]
) -> None:
    """A failure is counted by the class of the error, and the execution as failed."""
    start(Failing, connection=site.connection, **site.place)
    site.settle()

    labels = ("shop", "default", "failing")
    assert change("swf_failures_total", *labels, "workflow", "LookupError") == 1
    assert change("swf_workflow_start_to_close_seconds_count", *labels, "failed") == 1


class Unknown(Workflow):
    """A workflow that the decider does not know."""

    name = "unknown"

    def run(self) -> None:
        """Do nothing."""


def test_blocked_executions_are_counted(site: Site, change: Callable[..., float]) -> None:
    """A decision task that a decider cannot go on with is counted with the reason."""
    start(Unknown, task_list="default", connection=site.connection, **site.place)
    site.decider.work()

    labels = ("shop", "default", "unknown")
    assert change("swf_blocked_total", *labels, "NotRegisteredError") == 1
    assert change("swf_decision_start_to_close_seconds_count", *labels, "blocked") == 1
    assert change("swf_replay_seconds_count", *labels, "cold") == 0


def test_activities_that_time_out_are_counted_by_the_decider(
    site: Site, change: Callable[..., float]
) -> None:
    """No worker may know of a time-out, so the decider that reads of it counts it."""
    start(Order, 5, connection=site.connection, **site.place)
    site.decider.work()
    site.worker.poll()
    site.clock.advance(61)
    site.decider.work()

    found = [
        labels
        for (name, labels), _ in numbers().items()
        if name == "swf_failures_total" and labels[-1] == "HEARTBEAT"
    ]
    assert [change("swf_failures_total", *labels) for labels in found] == [1]


class Refusing(Transport):
    """A transport whose calls end in an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        raise self.error


@pytest.mark.parametrize(
    ("error", "outcome", "throttled"),
    [
        (ThrottlingFault("too fast", fault="ThrottlingException"), "ThrottlingException", 1),
        (ServiceFault("broken"), "ServiceFault", 0),
        (RuntimeError("a bug"), "interrupted", 0),
    ],
)
def test_calls_are_counted_by_what_came_of_them(
    change: Callable[..., float], error: Exception, outcome: str, throttled: int
) -> None:
    """Each call is counted with its fault or error; one refused for the rate as throttled, too."""
    connection = Refusing(error)
    with pytest.raises(type(error)):
        connection.call("ListDomains", {"registrationStatus": "REGISTERED"})

    assert change("swf_calls_total", "ListDomains", outcome) == 1
    assert change("swf_throttles_total", "ListDomains") == throttled
    assert change("swf_call_seconds_count", "ListDomains") == 1


def test_failed_polls_and_retries_are_counted(change: Callable[..., float]) -> None:
    """A poll that fails by what passes is counted as failed, and as tried again."""

    class Twice(Decider):
        def run_once(self) -> None:
            try:
                super().run_once()
            finally:
                self.stop()

    connection = Refusing(ThrottlingFault("too fast", fault="ThrottlingException"))
    decider = Twice([Order], "default", domain=Domain("d", connection=connection), register=False)
    decider.start()
    decider.close()

    assert change("swf_polls_total", "d", "default", "decision", "failed") >= 1
    assert change("swf_retries_total", "d", "default", "poll") >= 1


class Beating:
    """Answers heartbeats as it is told to."""

    def __init__(self, answer: HeartbeatReply | Exception) -> None:
        self.answer = answer

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HeartbeatReply(cancel_requested=False), "answered"),
        (HeartbeatReply(cancel_requested=True), "cancel_requested"),
        (ActivityTaskDoesNotExist("closed"), "lost"),
        (ServiceFault("broken"), "failed"),
    ],
)
def test_heartbeats_are_counted(
    change: Callable[..., float], answer: HeartbeatReply | Exception, outcome: str
) -> None:
    """A heartbeat is counted by what SWF answered."""
    Heartbeat(Beating(answer), "token", interval=60).beat()

    assert change("swf_heartbeats_total", outcome) == 1


class Late(ManualClock):
    """A clock whose first wait lasts two seconds longer than it should; the next are over."""

    waits = 0

    def wait(self, event: Any, seconds: float) -> bool:
        self.waits += 1
        if self.waits > 1:
            return True
        self.advance(seconds + 2)
        return False


def test_lateness_of_heartbeats_is_measured(change: Callable[..., float]) -> None:
    """How much later than its interval a heartbeat goes out is measured, in seconds."""
    sender = Beating(HeartbeatReply(cancel_requested=False))
    with Heartbeat(sender, "token", interval=60, clock=Late()) as beating:
        assert beating._thread is not None
        beating._thread.join(10)

    assert change("swf_heartbeat_lateness_seconds_count") == 1
    assert change("swf_heartbeat_lateness_seconds_sum") == 2


class Base(ActivityWorker):
    """A worker of the base class."""

    def execute(self, task: ActivityTask, context: Any) -> str:
        """Fail."""
        raise OSError("no disk")


def test_workers_of_ones_own_are_measured_too(site: Site, change: Callable[..., float]) -> None:
    """A subclass of the base worker measures what it does, without doing anything for it."""
    start(Order, 5, connection=site.connection, **site.place)
    site.decider.work()
    worker = Base("shop", "default", connection=site.connection, clock=site.clock)
    worker.run_once()
    with pytest.raises(PollTimeout):
        worker.poll()

    found = [
        labels
        for (name, labels) in numbers()
        if name == "swf_failures_total" and labels[-1] == "OSError"
    ]
    assert [change("swf_failures_total", *labels) for labels in found] == [1]


def test_metrics_are_there_by_the_package_name() -> None:
    """`swf.metrics` needs no import of its own."""
    assert swf.metrics is metrics
