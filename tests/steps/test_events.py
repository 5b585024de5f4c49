"""Events: an event reaches all who wait for it, once, and those too who come later."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from chained import Goodbye, Hello, workflow
from steps_stage import StepsStage

from swf.models import WorkflowExecution
from swf.payload import MemoryStore, Payloads
from swf.steps import ExecutionResult, StepBody, StepExecutionContext, WorkflowStatus
from swf.steps.errors import StepsError
from swf.steps.events import HUBS, TOLD, EventHub, hub_id
from swf.testing.stage import Stage


@pytest.fixture
def steps(swf_flow: Stage) -> StepsStage:
    """A host on a stage."""
    return StepsStage(swf_flow)


def waits(*, key: str = "k", times: int = 1, **more: Any) -> Any:
    """Return a workflow that waits for `told`, so many times, and captures what comes."""

    def build(b: Any) -> Any:
        place = b.start_with(Hello)
        for number in range(times):
            place = place.wait_for("told", lambda data, context: key, **more).output(
                f"got{number}", lambda step: step.event_data
            )
        return place.then(Goodbye)

    return workflow(build, id=f"Waits{next(NUMBERS)}")


NUMBERS = count(1)

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def hub_of(steps: StepsStage, key: str = "k") -> WorkflowExecution:
    """Return the execution of the hub of `told`."""
    return WorkflowExecution(
        steps.host.domain, hub_id("told", key), connection=steps.host.connection
    )


def book_of(steps: StepsStage, key: str = "k") -> dict[str, int]:
    """Return what the hub of `told` tells of its book."""
    state: dict[str, int] = hub_of(steps, key).state
    return state


def test_an_event_wakes_who_waits_for_its_key(steps: StepsStage) -> None:
    """The workflow that waits for this name and key goes on, with the data; no other does."""
    mine, other = steps.start(waits()), steps.start(waits(key="other"))
    steps.settle()

    steps.host.publish_event("told", "k", {"answer": 42})

    assert steps.host.wait_for(mine).data.got0 == {"answer": 42}
    assert steps.host.status(other).status == WorkflowStatus.RUNNABLE
    assert steps.host.status(other).at == ("2-wait_for",)


def test_an_event_reaches_all_who_wait(steps: StepsStage) -> None:
    """Every workflow that waits for a name and key has the event."""
    chain = waits()
    wids = [steps.start(chain) for _ in range(5)]
    steps.settle()

    steps.host.publish_event("told", "k", 7)

    assert [steps.host.wait_for(wid).data.got0 for wid in wids] == [7] * 5


def test_an_event_reaches_all_waits_of_a_workflow(steps: StepsStage) -> None:
    """Two branches that wait for the same have it both."""
    chain = workflow(
        lambda b: (
            b.parallel()
            .do(lambda one: one.start_with(Hello).wait_for("told", lambda *_: "k"))
            .do(lambda two: two.start_with(Hello).wait_for("told", lambda *_: "k"))
            .join()
        )
    )
    wid = steps.start(chain)
    steps.settle()

    steps.host.publish_event("told", "k")

    assert steps.host.wait_for(wid).status == WorkflowStatus.COMPLETE


def test_an_event_that_came_before_the_wait_is_not_lost(steps: StepsStage) -> None:
    """What was published since the workflow was started reaches its wait, however late that is."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .delay(3_600)
            .wait_for("told", lambda *_: "k")
            .output("got", lambda step: step.event_data)
        )
    )
    wid = steps.start(chain)

    steps.host.publish_event("told", "k", "early")

    assert steps.host.wait_for(wid).data.got == "early"


def test_an_event_from_before_the_workflow_does_not_count(steps: StepsStage) -> None:
    """Unless it asks for that: by default an event counts that was published after the start."""
    steps.host.publish_event("told", "k", "before")
    steps.settle(1)

    wid = steps.start(waits())
    steps.settle(60)

    assert steps.host.status(wid).status == WorkflowStatus.RUNNABLE


def test_the_effective_date_reaches_back(steps: StepsStage) -> None:
    """An event is delivered to one who comes later where it is not older than that one asks for."""
    began = steps.stage.now()
    steps.host.publish_event("told", "k", "too old", effective_date=began - timedelta(days=2))
    steps.host.publish_event("told", "k", "yesterday's", effective_date=began - timedelta(days=1))
    steps.settle(3_600)

    chain = waits(effective_date=lambda data, context: began - timedelta(hours=30))

    assert steps.run(chain).data.got0 == "yesterday's"


def test_nobody_has_an_event_twice(steps: StepsStage) -> None:
    """Two waits for the same, one after the other, take two events, in their order."""
    wid = steps.start(waits(times=2))
    steps.settle()
    steps.host.publish_event("told", "k", 1)
    steps.settle(60)
    between = steps.host.status(wid)
    steps.host.publish_event("told", "k", 2)

    ended = steps.host.wait_for(wid)

    assert between.at == ("3-wait_for",)
    assert (ended.data.got0, ended.data.got1) == (1, 2)


def test_no_event_is_lost_between_two_waits(steps: StepsStage) -> None:
    """Events that come while nobody waits are kept, and taken one after the other."""
    wid = steps.start(waits(times=3))
    for number in range(3):
        steps.host.publish_event("told", "k", number)

    ended = steps.host.wait_for(wid)

    assert [ended.data.got0, ended.data.got1, ended.data.got2] == [0, 1, 2]


class Asks(StepBody):
    """Waits for an event by its own result."""

    def __init__(self) -> None:
        self.got: Any = None

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        if not context.execution_pointer.event_published:
            return ExecutionResult.wait_for_event("told", "k")
        self.got = context.execution_pointer.event_data
        return ExecutionResult.next()


def test_a_step_may_wait_for_an_event(steps: StepsStage) -> None:
    """A step that returns `wait_for_event` is called again with the event's data."""
    wid = steps.start(workflow(lambda b: b.start_with(Asks).output("got", lambda step: step.got)))
    steps.settle()

    steps.host.publish_event("told", "k", "come")

    assert steps.host.wait_for(wid).data.got == "come"


def test_a_wait_has_an_end(steps: StepsStage) -> None:
    """After its time-out the chain goes on by `on_timeout`, and no hub knows of the wait."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .wait_for("told", lambda *_: "k", timeout=timedelta(minutes=5))
            .output("late", lambda step: step.timed_out)
            .on_timeout(lambda late: late.start_with(Asks).output("got", lambda step: step.got))
        )
    )
    before = steps.stage.now()
    wid = steps.start(chain)
    steps.settle(301)
    waiting = book_of(steps)
    steps.host.publish_event("told", "k", "at last")

    ended = steps.host.wait_for(wid)

    assert (ended.data.late, ended.data.got) == (True, "at last")
    assert waiting == {"events": 0, "subscriptions": 1, "dropped": 0}
    assert steps.stage.now() - before == timedelta(seconds=301)


def test_a_late_event_leaves_a_closed_workflow_alone(steps: StepsStage) -> None:
    """Who was terminated from elsewhere is told of an event in vain; the others have it."""
    chain = waits()
    gone, there = steps.start(chain), steps.start(chain)
    steps.settle()
    steps.host._handle(gone).terminate()

    steps.host.publish_event("told", "k", 1)

    assert steps.host.wait_for(there).data.got0 == 1
    assert book_of(steps) == {"events": 1, "subscriptions": 0, "dropped": 0}


def test_who_is_terminated_waits_no_more(steps: StepsStage) -> None:
    """`terminate_workflow`, and a failure, take back what was waited for."""
    wid = steps.start(waits())
    steps.settle()
    before = book_of(steps)

    steps.host.terminate_workflow(wid, "enough")
    steps.settle()

    assert (before["subscriptions"], book_of(steps)["subscriptions"]) == (1, 0)
    assert steps.host.status(wid).status == WorkflowStatus.TERMINATED


def test_events_are_kept_for_seven_days(steps: StepsStage) -> None:
    """An event that is older than that is dropped when the next one comes."""
    steps.host.publish_event("told", "k", "old")
    steps.settle(8 * 86_400)
    steps.host.publish_event("told", "k", "new")
    steps.settle()

    assert book_of(steps) == {"events": 1, "subscriptions": 0, "dropped": 0}


def test_a_hub_tells_what_it_had_to_drop(
    steps: StepsStage, caplog: pytest.LogCaptureFixture
) -> None:
    """Where there is no room for all events, the oldest are dropped, and it is told."""
    with caplog.at_level(logging.WARNING, "swf.steps"):
        for number in range(5):
            steps.host.publish_event("told", "k", f"{number}" * 8_000)
            steps.settle()

    assert book_of(steps) == {"events": 2, "subscriptions": 0, "dropped": 3}
    assert "no room" in caplog.text


def test_with_a_store_there_is_more_room(swf_flow: Stage) -> None:
    """A hub whose payloads have a store keeps more."""
    steps = StepsStage(swf_flow, payloads=Payloads(store=MemoryStore()))
    for number in range(5):
        steps.host.publish_event("told", "k", f"{number}" * 30_000)

    chain = waits(times=5, effective_date=lambda data, context: BEGINNING)

    ended = steps.run(chain)

    assert [len(getattr(ended.data, f"got{number}")) for number in range(5)] == [30_000] * 5


def test_a_hub_with_no_room_for_a_wait_says_so(
    steps: StepsStage, caplog: pytest.LogCaptureFixture
) -> None:
    """A wait that finds no room is an error of its workflow, and tried again."""
    long_key = "k" * 20_000
    first = steps.start(waits(key=long_key))
    steps.settle()
    second = steps.start(waits(key=long_key))
    with caplog.at_level(logging.WARNING, "swf.steps"):
        steps.settle(5)
    refused = steps.host.status(second)
    steps.host.publish_event("told", long_key, "x")

    assert "no room to wait" in refused.errors[0].message
    assert steps.host.wait_for(first).data.got0 == "x"
    assert steps.host.wait_for(second).status == WorkflowStatus.COMPLETE


@pytest.mark.parametrize(
    "told",
    [
        {},
        7,
        None,
        {"op": "explode"},
        {"op": "publish", "name": "told"},
        {"op": "subscribe", "id": 1, "to": 2, "name": 3, "key": 4, "as_of": "x", "after": 0},
        {"op": "subscribe", "id": 1, "to": 2, "name": 3, "key": 4, "as_of": 0, "after": 1e999},
    ],
)
def test_what_is_no_message_is_passed_over(
    steps: StepsStage, told: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A hub is told all kinds of things by signals; what it does not understand harms nobody."""
    wid = steps.start(waits())
    steps.settle()
    with caplog.at_level(logging.WARNING, "swf.steps"):
        steps.host._hubs.tell(hub_id("told", "k"), told)
        steps.settle()
    steps.host.publish_event("told", "k", 1)

    assert "passes over" in caplog.text
    assert steps.host.wait_for(wid).data.got0 == 1


def test_a_hub_goes_on_as_a_new_run(steps: StepsStage) -> None:
    """Events and waits outlive the run of a hub in which they came."""
    waiting = steps.start(waits(key="k"))
    steps.settle()
    steps.renewing_at(30)
    for number in range(30):
        steps.host.publish_event("told", "k", number)
        steps.settle(1)

    late = steps.start(waits(key="k", times=2, effective_date=lambda data, context: BEGINNING))

    assert steps.host.wait_for(waiting).data.got0 == 0
    assert steps.host.wait_for(late).data.got1 == 1
    assert steps.runs(hub_id("told", "k")) > 3


def test_a_hub_outlives_the_year_of_an_execution(steps: StepsStage) -> None:
    """SWF ends every execution after a year: a hub goes on as a new run before that."""
    steps.host.publish_event("told", "k", 1)
    steps.settle()
    began = hub_of(steps).upstream().start_timestamp

    steps.settle(400 * 86_400)

    hub = hub_of(steps).upstream()
    assert began is not None
    assert hub.status == "OPEN"
    assert hub.start_timestamp == began + timedelta(days=300)


def test_a_hub_that_was_terminated_is_started_again(steps: StepsStage) -> None:
    """Who waits, or publishes, starts the hub where there is none; events are numbered on."""
    wid = steps.start(waits(times=2))
    steps.settle()
    steps.host.publish_event("told", "k", 1)
    steps.settle(1)
    hub_of(steps).terminate()
    steps.host.publish_event("told", "k", 2)
    steps.settle(1)

    # It was told of the second wait before it was terminated: that is lost with it.
    assert steps.host.status(wid).data.got0 == 1
    assert book_of(steps)["events"] == 1


def test_hubs_share_the_events() -> None:
    """Name and key decide which hub an event belongs to, and all hubs have some."""
    hubs = {hub_id("order", str(number)) for number in range(1_000)}

    assert len(hubs) == HUBS
    assert hub_id("ab", "c") != hub_id("a", "bc")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("", "k"), "event_name"),
        ((7, "k"), "event_name"),
        (("e", None), "key"),
        (("e", "k", None, "2020"), "effective date"),
        (
            (
                "e",
                "k",
                None,
                datetime(2020, 1, 1),  # noqa: DTZ001
            ),
            "aware",
        ),
    ],
)
def test_what_is_no_event_is_refused(steps: StepsStage, given: Any, words: str) -> None:
    """Nothing is sent of an event that has no name, no key or no real date."""
    with pytest.raises(StepsError, match=words):
        steps.host.publish_event(*given)

    assert steps.stage.executions() == []


def test_signal_names_are_the_hubs_own() -> None:
    """What hubs are told, and their type, are under names that are the package's."""
    assert TOLD.startswith("swf.steps.")
    assert EventHub.name.startswith("swf.steps.")
