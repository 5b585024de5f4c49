"""Runs that go on as new ones: by hand, by checkpoint, and what goes with them."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import Stage

from swf.flow import Workflow, activity, errors, signal_handler
from swf.flow.replay import run as runs


@activity
def echo(value: Any) -> Any:
    return value


def test_by_hand(stage: Stage) -> None:
    """A run ends, and a new one begins with these arguments and the same attributes."""

    class Flow(Workflow):
        tag_list = ("a",)
        task_priority = 3
        execution_start_to_close_timeout = 1_000

        def run(self, left: int, *, told: list[int]) -> Any:
            told = [*told, self.submit(echo, left).result]
            if left:
                self.continue_as_new(left - 1, told=told)
            return [told, self.context.continued_execution_run_id is not None]

    first = stage.start(Flow, 9, told=[])
    last = first.finish()

    assert last.result == [[9, 8, 7, 6, 5, 4, 3, 2, 1, 0], True]
    assert len(stage.executions()) == 10
    (began,) = last.attributes("WorkflowExecutionStarted")
    assert began["tagList"] == ["a"]
    assert began["taskPriority"] == "3"
    assert began["executionStartToCloseTimeout"] == "1000"
    assert began["taskList"] == {"name": "default"}


def test_async_and_beside(stage: Stage) -> None:
    """Each form of a program, and what it spawned or handles signals with, may continue as new."""

    class Async(Workflow):
        async def run(self, left: int) -> str:
            if left:
                await self.sleep(1)
                self.continue_as_new(left - 1)
            return "async"

    class Handles(Workflow):
        @signal_handler
        def again(self) -> None:
            self.continue_as_new(0)

        def run(self, left: int) -> str:
            if left:
                self.sleep(1_000)
            return "handles"

    handles = stage.start(Handles, 1)
    handles.signal("again")

    assert stage.start(Async, 2).finish().result == "async"
    assert handles.finish().result == "handles"


def test_signals_go_with_it(stage: Stage) -> None:
    """Signals that nobody took are there for the new run, before all others, with their keys."""

    class Flow(Workflow):
        def run(self, left: int) -> Any:
            if left:
                _ = self.wait_signal("go").result
                self.continue_as_new(left - 1)
            return [
                self.wait_signal("s", key=2).result,
                self.wait_signal("s").result,
                self.wait_signal("s").result,
            ]

    started = stage.start(Flow, 1)
    started.signal("s", "a", (1,), key=1)
    started.signal("s", "b", key=2)
    started.signal("go")
    stage.drive()
    last = next(one for one in stage.executions() if one.is_open)
    last.signal("s", "c")
    stage.drive()

    assert last.result == ["b", ["a", (1,)], "c"]


def test_no_signal_is_lost_on_the_way(stage: Stage) -> None:
    """What comes after a run has decided to continue is for the next, whoever waits in this one."""

    class Flow(Workflow):
        noted = ""

        @signal_handler
        def note(self, value: str) -> None:
            self.noted = value

        def run(self, left: int) -> Any:
            if left:
                self.wait_signal("s")
                _ = self.wait_signal("go").result
                self.continue_as_new(left - 1)
            return [self.wait_signal("s").result, self.noted]

    started = stage.start(Flow, 1)
    stage.drive()
    started.signal("go")
    started.signal("s", "late")
    started.signal("note", "late, too")

    assert started.finish().result == ["late", "late, too"]


def test_wrong_arguments(stage: Stage) -> None:
    """Arguments that `run` does not take, or that cannot travel, fail the run."""

    class Flow(Workflow):
        def run(self, way: str) -> None:
            if way == "signature":
                self.continue_as_new()
            self.continue_as_new(object())

    assert "SignatureError" in stage.start(Flow, "signature").finish().error.reason  # type: ignore[attr-defined]
    assert "PayloadEncodeError" in stage.start(Flow, "payload").finish().error.reason  # type: ignore[attr-defined]


def test_checkpoint(stage: Stage) -> None:
    """A checkpoint continues as new once the history is long, and does nothing before."""

    class Flow(Workflow):
        continue_as_new_at = 40

        def run(self, done: int) -> Any:
            while done < 30:
                assert not self.should_continue_as_new or done
                done = self.submit(echo, done + 1).result
                self.checkpoint(done)
            return done

    last = stage.start(Flow, 0).finish()

    assert last.result == 30
    lengths = [len(one.events) for one in stage.executions()]
    assert len(lengths) >= 4
    assert all(length < 60 for length in lengths)


def test_a_warning(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history that grows too long is said once, and not again when it is replayed."""
    monkeypatch.setattr(runs, "CONTINUE_AT_EVENTS", 30)

    class Flow(Workflow):
        continue_as_new_at = 30

        def run(self) -> None:
            for index in range(12):
                _ = self.submit(echo, index).result

    started = stage.start(Flow).finish()
    started.replay()

    told = [record.message for record in caplog.records if "25,000" in record.message]
    assert len(told) == 1
    assert started.workflow_id in told[0]


def test_no_warning_before_it_is_time(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What says itself that it continues later is not told before that."""
    monkeypatch.setattr(runs, "CONTINUE_AT_EVENTS", 30)

    class Flow(Workflow):
        continue_as_new_at = 1_000

        def run(self) -> None:
            for index in range(12):
                _ = self.submit(echo, index).result

    stage.start(Flow).finish()

    assert "25,000" not in caplog.text


def test_no_child_continues_its_parent(stage: Stage) -> None:
    """A child that continues as new is one child for its parent: the last run's result is its."""

    class Child(Workflow):
        def run(self, left: int) -> str:
            if left:
                self.continue_as_new(left - 1)
            return "last"

    class Flow(Workflow):
        def run(self) -> Any:
            return self.submit(Child, 2).result

    stage.knows(Child)

    assert stage.run(Flow) == "last"


def test_it_is_no_exception(stage: Stage) -> None:
    """`except Exception` does not stop it."""

    class Flow(Workflow):
        def run(self, left: int) -> Any:
            if not left:
                return "new"
            try:
                self.continue_as_new(0)
            except Exception:  # noqa: BLE001
                return "stopped it"

    assert stage.start(Flow, 1).finish().result == "new"
    assert not issubclass(errors.ContinuedAsNew, Exception)
