"""Runs along their histories: cut answers, refused ends, lost runs, and what is left of them."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from flow_scenes import Scene

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import PayloadTooLargeError
from swf.flow import Canceled, Workflow, activity
from swf.flow.errors import NonDeterminismError
from swf.testing import Replayer


@activity
def work(x: Any = None) -> Any:
    return x


@pytest.fixture
def scene(swf_engine: Engine, swf_clock: ManualClock) -> Iterator[Scene]:
    """A scene; what has happened on it is replayed in the end."""
    made = Scene(swf_engine, swf_clock)
    yield made
    made.close()
    if not [error for error in made.errors if isinstance(error, NonDeterminismError)]:
        made.replay()


def names(decisions: list[Any]) -> list[str]:
    return [decision["decisionType"] for decision in decisions]


# Answers that are cut


class Many(Workflow):
    name = "many"

    def run(self, count: int) -> Any:
        futures = self.map(work, range(count))
        return sum(future.result for future in futures)


def test_what_does_not_fit_into_one_answer_follows_with_the_next(scene: Scene):
    """250 activities in one turn are three answers, and each prefix is replayed alike."""
    scene.begin(Many, 250)

    sizes = [len(scene.decide()) for _ in range(3)]

    assert sizes == [100, 100, 52]
    assert scene.types().count("ActivityTaskScheduled") == 250
    for number in range(250):
        scene.complete(number)
    scene.rest()
    assert scene.result == sum(range(250))


def test_a_lost_run_goes_on_with_the_rest_of_a_cut_answer(scene: Scene):
    """Where the decider is gone after the first of three answers, others send the rest of them."""
    scene.begin(Many, 250)
    scene.decide()
    scene.lose()
    scene.decide()
    scene.lose()
    scene.decide()

    told = [event.get("activityTaskScheduledEventAttributes") for event in scene.events]
    ids = [one["activityId"] for one in told if one]
    assert ids == [f"activity-{work.name}-{number}" for number in range(1, 251)]


class Heavy(Workflow):
    name = "heavy"

    def run(self) -> None:
        self.map(work, ["x" * 30_000] * 50)
        _ = self.wait_signal("go").result


def test_an_answer_is_cut_by_its_weight_too(scene: Scene):
    """Fifty payloads of 30,000 characters are two answers: SWF takes a million bytes in one."""
    scene.begin(Heavy)

    first, second = scene.decide(), scene.decide()

    assert names(first)[-1] == "StartTimer"
    assert 25 <= len(first) - 1 <= 32
    assert len(first) - 1 + len(second) == 50


class ChangesItsMind(Workflow):
    """Cancels what it has asked for, before that was sent."""

    name = "changes its mind"

    def run(self) -> list[str]:
        futures = self.map(work, range(150))
        timers = [self.start_timer(60) for _ in range(3)]
        _ = self.wait_signal("never mind").result
        canceled = [futures[120].cancel(), timers[1].cancel(), futures[5].cancel()]
        _ = self.wait_signal("go").result
        return [str(one) for one in canceled] + [futures[120].state, timers[1].state]


@pytest.mark.parametrize("lost", [False, True])
def test_what_was_not_sent_yet_can_be_canceled(scene: Scene, lost: bool):
    """It is not sent then, and nothing else is: what was sent is asked to be canceled."""
    scene.begin(ChangesItsMind)
    scene.decide(meanwhile=lambda: scene.signal("never mind"))
    if lost:
        scene.lose()

    second = scene.decide()

    told = [decision.get("scheduleActivityTaskDecisionAttributes") for decision in second]
    ids = [one["activityId"].rpartition("-")[2] for one in told if one]
    assert ids == [str(number) for number in range(100, 151) if number != 121]
    assert names(second)[-3:] == ["StartTimer", "StartTimer", "RequestCancelActivityTask"]
    scene.signal("go")
    scene.rest()
    assert scene.result == ["True", "True", "True", "CANCELLED", "CANCELLED"]


SEEN: list[str] = []


class BeyondTheCut(Workflow):
    """Comes to all that is recorded, after more than one answer can hold."""

    name = "beyond the cut"

    def run(self) -> list[Any]:
        self.map(work, range(120))
        seen: list[Any] = [self.patched("change"), self.side_effect(lambda: SEEN.append("x") or 0)]
        self.record_marker("m", 1)
        try:
            self.record_marker("big", "x" * 40_000)
        except PayloadTooLargeError as error:
            seen.append(type(error).__name__)
        future = self.submit(work, "x" * 40_000)
        seen.append(type(future.exception).__name__)
        self.submit(work, "last")
        _ = self.wait_signal("go").result
        return seen


@pytest.mark.parametrize("lost", [False, True])
def test_what_is_recorded_beyond_a_cut_is_the_same_for_who_takes_over(scene: Scene, lost: bool):
    """Patches, side effects, markers and failures that were not sent are found anew, and alike."""
    SEEN.clear()
    scene.begin(BeyondTheCut)
    scene.decide()
    if lost:
        scene.lose()
    scene.decide()
    scene.signal("go")
    scene.rest()

    assert scene.result == [True, 0, "PayloadTooLargeError", "PayloadTooLargeError"]
    assert len(SEEN) == 1 + lost
    assert not scene.errors


class OldCode(Workflow):
    """What `NewCode` was before the change."""

    name = "code"

    def run(self) -> str:
        self.map(work, range(120))
        _ = self.wait_signal("go").result
        return "old"


class NewCode(Workflow):
    name = "code"

    def run(self) -> str:
        before = self.patched("at the beginning")
        self.map(work, range(120))
        after = self.patched("in the end")
        _ = self.wait_signal("go").result
        return f"new: {before}, {after}"


def test_a_change_within_a_cut_answer_is_followed_from_where_nothing_is_recorded(scene: Scene):
    """A place that was passed before the change stays old; one in the part not sent yet is new."""
    scene.begin(OldCode)
    scene.decide()
    scene.use(NewCode)
    scene.decide()
    scene.signal("go")
    scene.decide()

    assert scene.result == "new: False, True"
    # Prefixes recorded by the old code are no prefixes of the new one's life.
    scene.connection.answers.clear()


class EndsBeyondTheCut(Workflow):
    """Ends with more asked for than one answer can hold; a handler asks for more."""

    name = "ends beyond the cut"

    def run(self) -> str:
        self.on_signal("more", lambda *_: self.record_marker("handled"))
        self.map(work, range(150))
        return "end"


@pytest.mark.parametrize("lost", [False, True])
def test_what_comes_before_an_end_is_sent_goes_before_it(scene: Scene, lost: bool):
    """The decision that closes an execution is the last one, whatever is asked for meanwhile."""
    scene.begin(EndsBeyondTheCut)
    scene.decide(meanwhile=lambda: scene.signal("more"))
    if lost:
        scene.lose()

    second = scene.decide()

    assert names(second)[-2:] == ["RecordMarker", "CompleteWorkflowExecution"]
    assert names(second).count("CompleteWorkflowExecution") == 1
    assert scene.result == "end"


# Ends that are refused


class Handles(Workflow):
    name = "handles"

    def run(self) -> list[str]:
        seen: list[str] = []
        self.on_signal("late", lambda word: seen.append(word))
        _ = self.submit(work).result
        return seen


@pytest.mark.parametrize("lost", [False, True])
def test_a_refused_end_is_decided_again_once_the_signal_was_seen(scene: Scene, lost: bool):
    """What arrived while the end was decided is handled, and the same end is decided again."""
    scene.begin(Handles)
    scene.decide()
    scene.complete()

    first = scene.decide(meanwhile=lambda: scene.signal("late", "a"))
    if lost:
        scene.lose()
    second = scene.decide(meanwhile=lambda: scene.signal("late", "b"))
    third = scene.decide()

    assert names(first) == names(second) == names(third) == ["CompleteWorkflowExecution"]
    assert scene.types().count("CompleteWorkflowExecutionFailed") == 2
    assert scene.result == ["a", "b"]


class Fails(Workflow):
    name = "fails"

    def run(self) -> None:
        raise ValueError("as it must")


def test_a_refused_failure_is_decided_again(scene: Scene):
    """A program that has failed fails all the same, with the same reason."""
    scene.begin(Fails)

    first = scene.decide(meanwhile=lambda: scene.signal("late"))
    second = scene.decide()

    told = [one[0]["failWorkflowExecutionDecisionAttributes"]["reason"] for one in (first, second)]
    assert told == ["ValueError: as it must"] * 2


# Decision tasks that are lost


class Counts(Workflow):
    name = "counts"

    def run(self) -> list[Any]:
        found = []
        while len(found) < 3:
            found.append((self.wait_signal("n").result, self.now().timestamp()))
        return [value for value, _ in found] + [len({moment for _, moment in found})]


def test_decision_tasks_that_timed_out_merge_into_the_next(scene: Scene):
    """What they told is seen at once, when one is answered, and at its time."""
    scene.begin(Counts)
    scene.decide()
    scene.signal("n", 1)
    scene.decide(meanwhile=lambda: scene.clock.advance(31))
    scene.signal("n", 2)
    scene.decide(meanwhile=lambda: scene.clock.advance(31))
    scene.signal("n", 3)
    scene.rest()

    assert [event["eventType"] for event in scene.events].count("DecisionTaskTimedOut") == 2
    assert scene.result == [1, 2, 3, 1]


def test_a_gap_in_what_a_kept_run_was_told_is_read(scene: Scene):
    """A kept run that missed a decision task gets all events, and goes on where it was."""
    scene.begin(Many, 2)
    scene.decide()
    decider = scene.decider
    assert decider is not None
    decider._replay.call(decider._keep_answered)
    kept = next(iter(decider._cache._runs.values()))
    events = scene.events
    scene.complete(1)
    # As where SWF tells only what came after a task that timed out.
    tail = [event for event in scene.events if event["eventId"] > events[-1]["eventId"] + 1]
    assert tail
    scene.connection.operations.clear()
    sent = scene.connection.send

    def shortened(operation: str, params: Any) -> Any:
        reply = sent(operation, params)
        if operation == "PollForDecisionTask" and reply.get("taskToken"):
            return {**reply, "events": reply["events"][-2:]}
        return reply

    scene.connection.send = shortened  # type: ignore[method-assign]

    scene.decide()

    assert "GetWorkflowExecutionHistory" in scene.connection.operations
    assert kept.last == scene.connection.answers[-1].started_id
    scene.connection.send = sent  # type: ignore[method-assign]
    scene.complete(2)
    scene.rest()
    assert scene.result == 3


# Runs that are ended


class Cleans(Workflow):
    name = "cleans"

    def run(self) -> str:
        spawned = self.spawn(self.other)
        try:
            _ = self.wait_signal("go").result
        finally:
            CLEANED.append("main")
            self.submit(work, "cleanup")
            self.record_marker("cleanup")
            self.state = "cleanup"
            CLEANED.append(self.side_effect(lambda: "side effect"))
        return str(spawned.result)

    async def other(self) -> str:
        try:
            return str(await self.wait_signal("never"))
        finally:
            CLEANED.append("other")
            await self.sleep(5)
            CLEANED.append("after sleep")


CLEANED: list[str] = []


def test_an_ended_run_cleans_up_and_decides_nothing(scene: Scene):
    """`finally` blocks run where a run is ended; nothing they ask for is sent, or takes effect."""
    CLEANED.clear()
    scene.begin(Cleans)
    scene.decide()
    before = scene.events

    scene.lose()

    assert CLEANED == ["main", "other"]
    assert scene.events == before
    scene.signal("go")
    assert names(scene.decide())[0] == "ScheduleActivityTask"


class Stubborn(Workflow):
    """Does not let itself be ended."""

    name = "stubborn"

    def run(self) -> None:
        for _ in range(20):
            try:
                _ = self.wait_signal("go").result
            except BaseException as error:  # noqa: BLE001  (that is what is tried)
                CLEANED.append(type(error).__name__)


def test_a_run_that_catches_its_end_is_ended_again(scene: Scene):
    """As often as it tries to go on: it waits for nothing any more."""
    CLEANED.clear()
    scene.begin(Stubborn)
    scene.decide()

    scene.lose()

    assert CLEANED == ["GreenletExit"] * 20


def test_nothing_is_left_of_a_run_that_was_ended(scene: Scene):
    """Its workflow, its strands and their stacks are collected."""
    scene.begin(Cleans)
    scene.decide()
    decider = scene.decider
    assert decider is not None
    decider._replay.call(decider._keep_answered)
    (kept,) = decider._cache._runs.values()
    alive = [weakref.ref(kept.workflow), *(weakref.ref(one) for one in kept.scheduler.strands)]
    assert len(alive) == 3
    del kept
    thread = decider._replay.call(threading.current_thread)

    decider._replay.call(decider._clear)
    decider._replay.call(gc.collect)

    assert [one() for one in alive] == [None] * 3
    scene.close()
    assert not thread.is_alive()


class Says(Workflow):
    name = "says"

    def run(self) -> None:
        for _ in range(3):
            print("again")
            _ = self.wait_signal("n").result


@pytest.mark.parametrize(("cached", "times"), [(1_000, 3), (0, 6)])
def test_a_run_that_is_kept_repeats_nothing(
    scene: Scene, cached: int, times: int, capsys: pytest.CaptureFixture[str]
):
    """What a program prints is printed once where its run is kept, and by each replay otherwise."""
    scene.begin(Says, cached_runs=cached)
    scene.decide()
    for number in range(2):
        scene.signal("n", number)
        scene.decide()

    assert capsys.readouterr().out.count("again") == times
    capsys.readouterr()


# Code that is changed


class Before(Workflow):
    name = "changing"

    def run(self) -> list[Any]:
        _ = self.wait_signal("one").result
        _ = self.wait_signal("two").result
        return ["before"]


class After(Workflow):
    name = "changing"

    def run(self) -> list[Any]:
        first = self.patched("change")
        _ = self.wait_signal("one").result
        again = self.patched("change")
        if self.patched("other"):
            _ = self.submit(work, 1).result
        _ = self.wait_signal("two").result
        return [first, again]


def test_a_run_that_passed_a_place_before_the_change_stays_with_the_old_code(scene: Scene):
    """`patched` is False there for good, at each place of the name; True where a name is new."""
    scene.begin(Before)
    scene.decide()
    scene.signal("one")
    scene.use(After)
    second = scene.decide()
    assert names(second) == ["RecordMarker", "ScheduleActivityTask"]
    scene.lose()
    scene.complete()
    scene.signal("two")
    scene.rest()

    assert scene.result == [False, False]
    scene.connection.answers.clear()  # the first was the old code's


class Removed(Workflow):
    name = "changing"

    def run(self) -> list[Any]:
        _ = self.wait_signal("one").result
        _ = self.submit(work, 1).result
        _ = self.wait_signal("two").result
        return ["removed"]


def test_a_patch_may_be_taken_out_once_all_runs_have_it(scene: Scene):
    """A recorded change that the code does not ask for any more is no difference."""
    scene.begin(After)
    scene.decide()
    scene.signal("one")
    scene.decide()
    scene.use(Removed)
    scene.complete()
    scene.signal("two")
    scene.rest()

    assert scene.result == ["removed"]
    assert not scene.errors
    scene.connection.answers.clear()


def test_a_change_without_patch_blocks_the_run_until_it_is_taken_back(scene: Scene):
    """The execution waits, with a marker that says why, and goes on with the code it had."""
    scene.begin(After)
    scene.decide()
    scene.signal("one")
    scene.decide()
    scene.complete()
    scene.use(Before)
    assert names(scene.decide()) == ["RecordMarker", "StartTimer"]
    assert [type(error) for error in scene.errors] == [NonDeterminismError]
    scene.use(After)
    scene.signal("two")
    scene.rest()

    assert scene.result == [True, True]
    assert Replayer(After).replay(scene.events, workflow_id="scene", run_id=scene.run_id).closed


# What happens once


class Once(Workflow):
    name = "once"

    def run(self) -> list[Any]:
        found: list[Any] = []
        for value in (None, 0, False, "", []):
            found.append(self.side_effect(self.look, value))
            _ = self.wait_signal("n").result
        return found

    def look(self, value: Any) -> Any:
        SEEN.append(repr(value))
        return value


@pytest.mark.parametrize("cached", [1_000, 0])
def test_a_side_effect_happens_once_whatever_it_returns(scene: Scene, cached: int):
    """Falsy values too are recorded, and read on every replay."""
    SEEN.clear()
    scene.begin(Once, cached_runs=cached)
    scene.decide()
    for number in range(5):
        scene.signal("n", number)
        scene.decide()

    assert SEEN == ["None", "0", "False", "''", "[]"]
    assert scene.result == [None, 0, False, "", []]


class Remembers(Workflow):
    """Keeps what it sees in its instance."""

    name = "remembers"
    task_list = "default"

    def prepare(self) -> None:
        super().prepare()
        self.seen: list[str] = []

    def run(self, word: str) -> list[str]:
        self.seen.append(word)
        _ = self.wait_signal("go").result
        return self.seen


def test_runs_of_one_class_share_nothing(swf_engine: Engine, swf_clock: ManualClock):
    """Each execution has an instance of its own, and each replay as well."""
    scene = Scene(swf_engine, swf_clock)
    scene.begin(Remembers, "first")
    scene.decide()
    first = scene.run_id
    connection, cls = scene.connection, scene.cls
    given = cls.payloads.plain_call(("second",), {})
    params = {"domain": "lives", "workflowId": "other", "input": given, **cls.attributes({})}
    connection.call("StartWorkflowExecution", params)
    scene.decide()
    scene.signal("go")
    scene.decide()

    assert scene.run_id == first
    assert scene.result == ["first"]
    scene.close()


class Canceling(Workflow):
    name = "canceling"

    async def run(self) -> str:
        try:
            await self.submit(work)
        except Canceled:
            await self.submit(work, "cleanup")
            return "clean"
        return "done"


@pytest.mark.parametrize("lost", [False, True])
def test_a_cancel_that_arrives_while_it_is_decided_is_seen_next(scene: Scene, lost: bool):
    """Canceled is raised where the program waits, in the turn after; its cleanup goes on."""
    scene.begin(Canceling)
    first = scene.decide(meanwhile=scene.request_cancel)
    if lost:
        scene.lose()
    second = scene.decide()

    assert names(first) == ["ScheduleActivityTask"]
    assert {"RequestCancelActivityTask", "ScheduleActivityTask"} <= set(names(second))
    scene.complete()
    scene.rest()
    assert scene.result == "clean"
