"""Markers, and what is run once and then read from them."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import Stage

from swf.exceptions import PayloadEncodeError, PayloadTooLargeError, RemoteError, ValidationError
from swf.flow import Workflow, activity, cached, errors, nondeterministic
from swf.payload import MemoryStore, Payloads


@activity
def echo(value: Any) -> Any:
    return value


def test_markers(stage: Stage) -> None:
    """`list_markers` tells the latest of each name, or all, each with its details decoded."""

    class Flow(Workflow):
        def run(self) -> Any:
            self.record_marker("m", {"a": (1, 2)})
            self.record_marker("n")
            _ = self.submit(echo, 1).result
            told = self.record_marker("m", "last")
            latest, every = self.list_markers(), self.list_markers(all=True)
            assert told == latest[0]
            return [[(one.name, one.details) for one in some] for some in (latest, every)]

    started = stage.start(Flow).finish()

    assert started.result == [
        [("m", "last"), ("n", None)],
        [("m", {"a": (1, 2)}), ("n", None), ("m", "last")],
    ]


def test_the_same_marker(stage: Stage) -> None:
    """A marker is recorded once for the same name and details."""

    class Flow(Workflow):
        def run(self) -> bool:
            first = self.record_marker("m", 1)
            _ = self.submit(echo, 1).result
            return self.record_marker("m", 1) is first

    started = stage.start(Flow).finish()

    assert started.result is True
    assert started.count("MarkerRecorded") == 1


@pytest.mark.parametrize(
    ("name", "details", "error"),
    [
        ("", 1, ValidationError),
        ("x" * 257, 1, ValidationError),
        ("swf.mine", 1, ValidationError),
        ("m", object(), PayloadEncodeError),
        ("m", "x" * 40_000, PayloadTooLargeError),
    ],
)
def test_a_marker_that_cannot_be(
    stage: Stage, name: str, details: Any, error: type[Exception]
) -> None:
    """A marker that cannot be recorded is refused where it is asked for, and the run goes on."""

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(error):
                self.record_marker(name, details)
            return [self.submit(echo, 1).result, self.list_markers()]

    assert stage.run(Flow) == [1, []]


@pytest.mark.parametrize("value", [None, 0, False, "", [], {"a": (1,)}, 5])
@pytest.mark.parametrize("decorate", [nondeterministic, cached, cached(payloads=Payloads())])
def test_run_once(stage: Stage, value: Any, decorate: Any) -> None:
    """A decorated function runs once for each call of a workflow; replays have what it returned."""
    calls: list[Any] = []

    @decorate
    def function(given: Any, *, more: int) -> Any:
        calls.append((given, more))
        return given

    class Flow(Workflow):
        def run(self) -> Any:
            first = function(value, more=1)
            _ = self.submit(echo, 1).result
            return [first, function(value, more=2)]

    started = stage.start(Flow).finish()
    started.replay()

    assert started.result == [value, value]
    assert calls == [(value, 1), (value, 2)]
    assert started.count("MarkerRecorded") == 2


def test_outside_a_workflow() -> None:
    """Outside of workflows a decorated function is as it was."""

    @nondeterministic
    def function(x: int) -> Any:
        """Say what it does."""
        return x, object

    assert function(5) == (5, object)
    assert function.__doc__ == "Say what it does."


def test_coroutines_are_refused() -> None:
    """What waits is an activity's work."""

    async def waits() -> None: ...

    with pytest.raises(TypeError, match="activity"):
        nondeterministic(waits)
    with pytest.raises(TypeError, match="function"):
        nondeterministic()(5)  # type: ignore[arg-type]


class OddError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "known"), [(KeyError("k"), KeyError), (OddError("odd"), RemoteError)]
)
def test_failure_once(stage: Stage, error: Exception, known: type[Exception]) -> None:
    """What a function raised is recorded, and raised as the same on every replay."""
    calls: list[str] = []

    @nondeterministic
    def breaks() -> None:
        calls.append("called")
        raise error

    class Flow(Workflow):
        def run(self) -> Any:
            try:
                breaks()
            except known as caught:
                told = str(caught)
            _ = self.submit(echo, 1).result
            return told

    started = stage.start(Flow).finish()
    started.replay()

    assert calls == ["called"]
    assert str(error) in started.result


def test_recorded_within_recorded(stage: Stage) -> None:
    """A decorated function that another one calls is part of that."""

    @cached
    def inner() -> int:
        return 20

    @cached
    def outer() -> int:
        return inner() + inner()

    class Flow(Workflow):
        def run(self) -> int:
            return outer() + inner() + self.side_effect(inner)

    started = stage.start(Flow).finish()

    assert started.result == 80
    assert started.count("MarkerRecorded") == 3


def test_what_is_recorded_decides_nothing(stage: Stage) -> None:
    """A function that runs once can neither submit nor wait: a replay would not."""

    class Flow(Workflow):
        def run(self, *, waits: bool) -> None:
            timer = self.start_timer(1)
            self.side_effect(lambda: timer.result if waits else self.submit(echo, 1))

    told = [stage.start(Flow, waits=waits).finish().error for waits in (True, False)]

    assert ["OutsideWorkflowError" in str(told[0].reason), "submit nothing" in str(told[1])] == [  # type: ignore[attr-defined]
        True,
        True,
    ]


def test_long_result(stage: Stage) -> None:
    """With a store a recorded result may be long; without one it is refused, and replays alike."""
    store = Payloads(store=MemoryStore())

    @cached(payloads=store)
    def long() -> str:
        return "x" * 40_000

    class Flow(Workflow):
        def run(self) -> Any:
            stored = len(long())
            try:
                self.side_effect(lambda: "x" * 40_000)
            except PayloadTooLargeError as error:
                _ = self.submit(echo, 1).result
                return [stored, str(error)]

    stored, told = stage.run(Flow)

    assert stored == 40_000
    assert "store=" in told


def test_recorded_of_bare_text(stage: Stage) -> None:
    """What is recorded has a form of its own where all else is bare text."""

    class Flow(Workflow):
        payloads = Payloads(raw=True)

        def run(self, given: str) -> str:
            return given + str(self.side_effect(lambda: [1]))

    assert stage.run(Flow, "x") == "x[1]"


def test_patched(stage: Stage) -> None:
    """A new run follows the changed code, and goes on doing so."""

    class Flow(Workflow):
        def run(self) -> Any:
            first = self.patched("new")
            _ = self.submit(echo, 1).result
            return [first, self.patched("new")]

    started = stage.start(Flow).finish()

    assert started.result == [True, True]
    assert started.count("MarkerRecorded") == 1


def test_errors_name_themselves() -> None:
    """An error of a program is one of ours and a RuntimeError."""
    assert issubclass(errors.ProgramError, RuntimeError)
