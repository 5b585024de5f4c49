"""Retry policies: which failures are tried again, how often, and after which pauses."""

from __future__ import annotations

import random
from datetime import timedelta
from math import ceil
from typing import Any

import pytest
from flow_harness import Stage
from hypothesis import given
from hypothesis import strategies as st

from swf.clock import ManualClock
from swf.engine import Engine, Options
from swf.engine.turn import Limits
from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow import RetryPolicy, Workflow, activity, errors, futures
from swf.flow.retry import PASSING_CAUSES, TIMEOUT_TYPES
from swf.payload import register
from swf.testing import embedded

policies = st.builds(
    RetryPolicy,
    attempts=st.none() | st.integers(1, 50),
    delay=st.floats(0, 1_000),
    backoff=st.sampled_from(["fixed", "exponential"]),
    factor=st.floats(1, 10),
    max_delay=st.none() | st.floats(0, 10_000),
    jitter=st.floats(0, 1),
    on=st.none() | st.lists(st.sampled_from([KeyError, ValueError, "OSError"]), max_size=2),
    never=st.lists(st.sampled_from([KeyError, "TypeError"]), max_size=2),
    on_timeouts=st.lists(st.sampled_from(TIMEOUT_TYPES), unique=True),
    max_elapsed=st.none() | st.floats(0, 10_000),
)


def failed(error: BaseException = ValueError("x"), **more: Any) -> errors.TaskFailed:  # noqa: B008
    told: dict[str, Any] = {"task": "t", "task_id": "1", "reason": None, "details": None, **more}
    return errors.failure(errors.TaskFailed, error, **told)


def timed_out(timeout_type: str) -> errors.TaskTimedOut:
    return errors.TaskTimedOut("late", timeout_type=timeout_type)


def pause(policy: RetryPolicy, error: BaseException, attempt: int = 1, **more: Any) -> int | None:
    told: dict[str, Any] = {"elapsed": 0.0, "lot": random.Random(1), **more}
    return policy.pause(error, attempt=attempt, **told)


@given(policies)
def test_json(policy: RetryPolicy) -> None:
    """A policy goes through JSON as it is; what is as by default is not told."""
    assert RetryPolicy.from_json(policy.to_json()) == policy
    assert RetryPolicy().to_json() == "{}"


@given(policies, st.integers(1, 100), st.floats(0, 20_000), st.integers())
def test_pause(policy: RetryPolicy, attempt: int, elapsed: float, seed: int) -> None:
    """A pause is whole seconds, at most `max_delay` rounded up, and the same for the same lot."""
    error = failed(OSError("x"))
    told = [
        policy.pause(error, attempt=attempt, elapsed=elapsed, lot=random.Random(seed))
        for _ in range(2)
    ]

    assert told[0] == told[1]
    seconds = told[0]
    if seconds is None:
        return
    assert isinstance(seconds, int)
    assert seconds >= 0
    assert policy.attempts is None or attempt < policy.attempts
    assert policy.max_delay is None or seconds <= ceil(policy.max_delay)
    assert policy.max_elapsed is None or elapsed + seconds < policy.max_elapsed
    assert policy.covers(error)


@given(policies, st.integers(1, 100))
def test_the_last_attempt(policy: RetryPolicy, attempt: int) -> None:
    """After as many attempts as the policy has, no other follows."""
    if policy.attempts is not None and attempt >= policy.attempts:
        assert pause(policy, failed(), attempt) is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RetryPolicy(), [1, 2, None]),
        (RetryPolicy(attempts=None, delay=5, backoff="fixed"), [5, 5, 5, 5]),
        (RetryPolicy(attempts=6, delay=1, factor=3, max_delay=20), [1, 3, 9, 20, 20, None]),
        (RetryPolicy(attempts=3, delay=0.2, backoff="fixed"), [1, 1, None]),
        (RetryPolicy(attempts=3, delay=0), [0, 0, None]),
        (RetryPolicy(attempts=3, delay=timedelta(minutes=1), max_delay=None), [60, 120, None]),
        (RetryPolicy(attempts=1), [None]),
    ],
)
def test_pauses(policy: RetryPolicy, expected: list[int | None]) -> None:
    """The pauses between attempts are the delay, fixed or growing, up to the longest one."""
    assert [pause(policy, failed(), n) for n in range(1, len(expected) + 1)] == expected


def test_pauses_of_very_many_attempts() -> None:
    """A policy without end and without a longest pause goes on giving pauses."""
    policy = RetryPolicy(attempts=None, factor=2)

    assert pause(policy, failed(), 100_000) == 300


def test_the_longest_pause() -> None:
    """No pause is longer than an execution may be open."""
    policy = RetryPolicy(attempts=None, factor=1e9, max_delay=None)

    assert pause(policy, failed(), 1_000) == 31_536_000


def test_jitter() -> None:
    """Jitter takes away up to its share of a pause."""
    policy = RetryPolicy(attempts=None, delay=100, backoff="fixed", jitter=0.5)
    told = {
        policy.pause(failed(), attempt=1, elapsed=0, lot=random.Random(seed)) for seed in range(200)
    }

    assert len(told) > 20
    assert min(told) >= 50  # type: ignore[type-var]
    assert max(told) <= 100  # type: ignore[type-var]


class OddError(Exception):
    """An exception of a program's own."""


register(OddError, name="shop.Odd")


@pytest.mark.parametrize(
    ("policy", "error", "covered"),
    [
        (RetryPolicy(), failed(), True),
        (RetryPolicy(on=ValueError), failed(), True),
        (RetryPolicy(on="ValueError"), failed(), True),
        (RetryPolicy(on="builtins.ValueError"), failed(), True),
        (RetryPolicy(on=[KeyError]), failed(), False),
        (RetryPolicy(on=LookupError), failed(KeyError("k")), True),
        (RetryPolicy(on=()), failed(), False),
        (RetryPolicy(never=ValueError), failed(), False),
        (RetryPolicy(on=Exception, never=LookupError), failed(KeyError("k")), False),
        (RetryPolicy(on="Odd"), failed(reason="Odd: x"), True),
        (RetryPolicy(never=["Odd"]), failed(reason="Odd: x"), False),
        (RetryPolicy(on=OddError), failed(OddError()), True),
        (RetryPolicy(on=errors.TaskFailed), failed(), True),
        (RetryPolicy(), timed_out("HEARTBEAT"), True),
        (RetryPolicy(on_timeouts=["HEARTBEAT"]), timed_out("HEARTBEAT"), True),
        (RetryPolicy(on_timeouts=["HEARTBEAT"]), timed_out("START_TO_CLOSE"), False),
        (RetryPolicy(on_timeouts=()), timed_out("START_TO_CLOSE"), False),
        (RetryPolicy(on=errors.TaskTimedOut), timed_out("HEARTBEAT"), True),
        (RetryPolicy(on=TimeoutError), timed_out("HEARTBEAT"), True),
        (RetryPolicy(on=ValueError), timed_out("HEARTBEAT"), False),
        (RetryPolicy(on=ValueError, never=TimeoutError), timed_out("HEARTBEAT"), False),
        (RetryPolicy(), errors.TaskCanceled("x"), False),
        (RetryPolicy(), errors.TaskTerminated("x"), False),
        (RetryPolicy(), errors.ScheduleFailed("x", cause="ACTIVITY_TYPE_DOES_NOT_EXIST"), False),
        *(
            (RetryPolicy(on=KeyError), errors.ScheduleFailed("x", cause=cause), True)
            for cause in sorted(PASSING_CAUSES)
        ),
    ],
)
def test_what_is_tried_again(policy: RetryPolicy, error: BaseException, covered: bool) -> None:
    """A policy says by exception, by name and by time-out what is tried again."""
    assert policy.covers(error) is covered
    assert (pause(policy, error) is not None) is covered


def test_what_says_itself_that_it_is_final() -> None:
    """An error that is `non_retryable` is not tried again."""
    error = OddError("x")
    error.non_retryable = True  # type: ignore[attr-defined]

    assert not RetryPolicy().covers(failed(error))


@pytest.mark.parametrize(
    "wrong",
    [
        {"attempts": 0},
        {"attempts": 1.5},
        {"attempts": True},
        {"delay": -1},
        {"delay": "soon"},
        {"backoff": "quadratic"},
        {"factor": 0.5},
        {"jitter": 1.1},
        {"jitter": -0.1},
        {"max_delay": -1},
        {"max_delay": True},
        {"max_elapsed": -1},
        {"on_timeouts": ["NEVER"]},
        {"factor": "much"},
        {"jitter": None},
        {"on": [5]},
        {"never": 5},
        {"delay": float("nan")},
        {"max_delay": float("inf")},
    ],
)
def test_what_makes_no_sense(wrong: dict[str, Any]) -> None:
    """What makes no sense is refused, naming the field."""
    (name,) = wrong
    with pytest.raises(ValidationError, match=name):
        RetryPolicy(**wrong)


@pytest.mark.parametrize(
    "text", ["", "[]", "5", '{"attempt": 3}', '{"attempts": 0}', '{"on": 5}', '{"delay": "x"}']
)
def test_json_that_is_no_policy(text: str) -> None:
    """What is no policy in JSON is refused."""
    with pytest.raises(ValidationError, match="RetryPolicy"):
        RetryPolicy.from_json(text)


@pytest.mark.parametrize("value", ["3", True, 1.5, [3]])
def test_retry_that_is_none(value: Any) -> None:
    """`retry` is a policy, or how many further attempts there are."""
    with pytest.raises(ValidationTypeError, match="retry"):
        RetryPolicy.of(value)
    with pytest.raises(ValidationError, match="retry"):
        RetryPolicy.of(-1)


def test_retry_as_a_number() -> None:
    """A number is so many further attempts, at once."""
    assert RetryPolicy.of(0) is RetryPolicy.of(None) is None
    policy = RetryPolicy.of(2)
    assert [pause(policy, failed(), n) for n in (1, 2, 3)] == [0, 0, None]  # type: ignore[arg-type]


@activity
def flaky(until: int) -> str:
    raise NotImplementedError


class Tries(Workflow):
    """Submits one activity, and tells what came of it and when."""

    def run(self, policy: str, until: int) -> Any:
        made = activity(name="flaky", retry=RetryPolicy.from_json(policy))(flaky.callable)
        began = self.now()
        future = self.submit(made, until)
        futures.wait(future)
        return [
            type(future.exception).__name__,
            future._value,
            int((self.now() - began).total_seconds()),
        ]


def test_attempts(stage: Stage) -> None:
    """Attempts share one id, know their number, and stand apart by the policy's pauses."""
    policy = RetryPolicy(attempts=5, delay=10)
    stage.held.add("flaky")
    started = stage.start(Tries, policy.to_json(), 3)
    for attempt in range(1, 4):
        stage.advance(10 * 2 ** (attempt - 1))
        token = stage.take()["taskToken"]
        if attempt < 3:
            stage.fail(token, ValueError("x"))
        else:
            stage.complete(token, "done")
        stage.drive()

    assert started.result[:2] == ["NoneType", "done"]
    assert [call["context"].get("attempt") for call in stage.calls] == [None, 2, 3]
    assert len({call["activityId"] for call in stage.calls}) == 1
    timers = [told["startToFireTimeout"] for told in started.attributes("TimerStarted")]
    assert timers == ["10", "20"]


def test_exhausted(stage: Stage) -> None:
    """After the last attempt its failure is raised: never a silent None."""

    class Flow(Workflow):
        def run(self) -> Any:
            return self.submit(failing.with_options(retry=2)).result

    started = stage.start(Flow).finish()

    assert isinstance(started.error, ValueError)
    assert started.count("ActivityTaskScheduled") == 3


@activity
def failing() -> None:
    raise ValueError("x")


@activity
def steady() -> int:
    return 1


def test_time_outs(stage: Stage) -> None:
    """A time-out is tried again where the policy says so; the next attempt knows the last beat."""

    class Flow(Workflow):
        def run(self) -> Any:
            policy = RetryPolicy(attempts=3, delay=0, on_timeouts=["HEARTBEAT"])
            future = self.submit(
                steady.with_options(retry=policy, heartbeat_timeout=10, start_to_close_timeout=100)
            )
            futures.wait(future)
            error: Any = future.exception
            return [error.timeout_type, error.details]

    stage.held.add("steady")
    started = stage.start(Flow)
    stage.drive()
    assert stage.beat(stage.take()["taskToken"], {"at": 7}) is False
    stage.advance(11)
    token = stage.take()["taskToken"]
    for _ in range(11):
        stage.beat(token, {"at": 8})
        stage.advance(9)
    stage.advance(2)

    assert started.finish().result == ["START_TO_CLOSE", {"at": 8}]
    assert [call["context"].get("heartbeat") for call in stage.calls] == [None, '{"at":7}']


def test_elapsed(stage: Stage) -> None:
    """No attempt begins more than `max_elapsed` seconds after the first was asked for."""

    class Flow(Workflow):
        def run(self) -> Any:
            policy = RetryPolicy(attempts=None, delay=10, backoff="fixed", max_elapsed=35)
            began = self.now()
            futures.wait(self.submit(failing.with_options(retry=policy)))
            return (self.now() - began).total_seconds()

    started = stage.start(Flow).finish()

    assert started.result == 30
    assert started.count("ActivityTaskScheduled") == 4


@pytest.mark.parametrize("policy", [None, 5, RetryPolicy(attempts=None)])
def test_final_causes(swf_engine: Engine, swf_clock: Any, policy: Any) -> None:
    """What SWF refuses for good fails at once, whatever the policy, and says what to do."""

    class Flow(Workflow):
        def run(self) -> Any:
            error: Any = self.submit(steady.with_options(retry=policy)).exception
            return [error.cause, str(error)]

    stage = Stage(swf_engine, swf_clock, register=False)
    started = stage.start(Flow).finish()
    cause, told = started.result
    stage.close()

    assert cause == "ACTIVITY_TYPE_DOES_NOT_EXIST"
    assert "regist" in told
    assert started.count("ScheduleActivityTaskFailed") == 1


def test_throttled(swf_clock: ManualClock) -> None:
    """A schedule that is refused for now is repeated after growing pauses; that is no attempt."""

    class Flow(Workflow):
        def run(self) -> Any:
            patient = steady.with_options(retry=1, heartbeat_timeout="NONE")
            return futures.gather(self.submit(patient) for _ in range(3))

    options = Options(poll_seconds=0, limits=Limits(open_activity_tasks=2))
    with embedded(clock=swf_clock, options=options) as engine:
        stage = Stage(engine, swf_clock)
        stage.held.add("steady")
        started = stage.start(Flow)
        stage.advance(40)
        for _ in range(2):
            stage.complete(stage.take()["taskToken"], 1)
        stage.advance(100)
        stage.fail(stage.take()["taskToken"], ValueError("once"))
        stage.drive()
        stage.complete(stage.take()["taskToken"], 1)
        stage.drive()
        stage.close()

        assert started.result == [1, 1, 1]
        assert stage.calls[-1]["context"]["attempt"] == 2
        pauses = [int(told["startToFireTimeout"]) for told in started.attributes("TimerStarted")]
        assert len(pauses) == started.count("ScheduleActivityTaskFailed") >= 3
        assert max(pauses) > min(pauses)


def test_jitter_replays_alike(stage: Stage) -> None:
    """The pauses of a policy with jitter are the same on every replay, other for other runs."""

    class Flow(Workflow):
        def run(self) -> None:
            policy = RetryPolicy(attempts=4, delay=1_000, jitter=1, max_delay=None)
            futures.wait(self.submit(failing.with_options(retry=policy)))

    told = []
    for _ in range(2):
        started = stage.start(Flow).finish()
        started.replay()
        told.append([t["startToFireTimeout"] for t in started.attributes("TimerStarted")])

    assert told[0] != told[1]
    assert len(told[0]) == 3
