"""What a workflow is called for beside its run, and what becomes of what it raises there."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import Stage
from overheard import Overheard

from swf.engine import Engine
from swf.exceptions import AccessDeniedFault
from swf.flow import Decider, Workflow, activity, errors, start
from swf.testing import connected


@activity
def echo(value: Any) -> Any:
    return value


class Told(Workflow):
    """Notes what it is called for."""

    name = "told"

    def run(self, way: str) -> Any:
        _ = self.submit(echo, 1).result
        if way == "fails":
            raise KeyError("way")
        if way == "waits":
            self.sleep(100)
        if way == "continues":
            self.continue_as_new("completes")
        return way

    calls: list[Any]

    def before_replay(self) -> None:
        self.calls.append("before")

    def after_replay(self) -> None:
        self.calls.append("after")

    def on_completed(self) -> None:
        self.calls.append("completed")

    def on_failure(self, error: BaseException) -> None:
        self.calls.append(f"failure {error!r}")

    def on_canceled(self) -> None:
        self.calls.append("canceled")

    def after_closed(self) -> None:
        self.calls.append("closed")


@pytest.fixture
def calls() -> list[Any]:
    Told.calls = []
    return Told.calls


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("completes", ["before", "after", "before", "after", "completed", "closed"]),
        ("fails", ["before", "after", "before", "after", "failure KeyError('way')", "closed"]),
        (
            "continues",
            ["before", "after"] * 2
            + ["closed"]
            + ["before", "after"] * 2
            + ["completed", "closed"],
        ),
    ],
)
def test_order(stage: Stage, calls: list[Any], way: str, expected: list[Any]) -> None:
    """Hooks are called before and after each decision, and once the execution has been closed."""
    stage.start(Told, way).finish()

    assert calls == expected


def test_canceled(stage: Stage, calls: list[Any]) -> None:
    """A workflow that was canceled is told so."""
    started = stage.start(Told, "waits")
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert calls[-2:] == ["canceled", "closed"]


@pytest.mark.parametrize("error", [ValueError("hook"), SystemExit(1)])
def test_hooks_that_fail_in_the_end(
    stage: Stage, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    """What is raised once the execution is closed is logged, and stops nothing."""

    class Flow(Workflow):
        def run(self) -> int:
            return 1

        def on_completed(self) -> None:
            raise error

        def after_closed(self) -> None:
            raise error

    assert stage.run(Flow) == 1
    assert [one.message for one in caplog.records].count("a hook of a workflow failed") == 2


@pytest.mark.parametrize("hook", ["before_replay", "after_replay", "__init__"])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("hook"),
        SystemExit(1),
        KeyboardInterrupt(),
        errors.Canceled(),
        errors.ContinuedAsNew((), {}),
    ],
)
def test_hooks_that_fail_before(stage: Stage, hook: str, error: BaseException) -> None:
    """What is raised around a decision blocks the execution until it is mended, not the decider."""
    broken = [True]

    def breaks(_: Workflow) -> None:
        if broken:
            raise error

    flow = type("Flow", (Told,), {hook: breaks, "name": "broken", "calls": []})
    stage.may_block = True
    started = stage.start(flow, "completes")
    stage.drive()

    assert started.is_open
    assert started.attributes("MarkerRecorded")[0]["markerName"] == "swf.blocked"
    assert repr(error) in str(stage.decider.troubles[0]) or str(error) in str(
        stage.decider.troubles[0]
    )
    broken.clear()
    assert started.finish().result == "completes"


def test_should_cancel_that_fails(stage: Stage) -> None:
    """What `should_cancel` raises fails the execution: it cannot go on without an answer."""

    class Flow(Workflow):
        def should_cancel(self, cause: str | None) -> bool:
            raise ValueError("hook")

        def run(self) -> None:
            self.sleep(100)

    started = stage.start(Flow)
    stage.drive()
    started.request_cancel()
    stage.drive()

    assert isinstance(started.error, ValueError)
    assert isinstance(started.error, errors.WorkflowFailed)


class Takes(Workflow):
    """Ends at once, and notes that it has."""

    name = "takes"
    calls: list[str]

    def run(self) -> int:
        return 1

    def on_completed(self) -> None:
        self.calls.append("completed")

    def after_closed(self) -> None:
        self.calls.append("closed")


@pytest.fixture
def connection(swf_engine: Engine) -> Overheard:
    """A connection to an SWF in which things happen in between."""
    Takes.calls = []
    return Overheard(connected(swf_engine))


def test_what_was_not_closed_after_all(connection: Overheard) -> None:
    """Where a signal comes before the end is decided, a workflow hears of its end when it is."""
    decider = Decider(Takes, domain="d", connection=connection)
    handle = start(Takes, domain="d", connection=connection)
    connection.trouble["RespondDecisionTaskCompleted"] = [lambda: handle.signal("late")]

    decider.work()
    assert not handle.done
    assert Takes.calls == []
    decider.work()

    assert handle.result(0) == 1
    assert Takes.calls == ["completed", "closed"]
    decider.close()


def test_what_cannot_be_looked_up(connection: Overheard) -> None:
    """Where SWF does not tell whether an execution is closed, it is taken for closed."""
    decider = Decider(Takes, domain="d", connection=connection)
    start(Takes, domain="d", connection=connection)
    connection.trouble["GetWorkflowExecutionHistory"] = AccessDeniedFault("no", operation="G")

    decider.work()

    assert Takes.calls == ["completed", "closed"]
    decider.close()
