"""What each task was asked for because of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import replayed_code as code
from replayed_code import price, ship

from swf.engine import Engine
from swf.flow import Chain, Decider, Group, Worker, Workflow, futures, start
from swf.flow.errors import NonDeterminismError
from swf.flow.replay.run import Execution
from swf.insight.causes import causes_of
from swf.models import History
from swf.testing import connected, run_until_idle

Program = Callable[[Workflow], Any]


class Programmed(Workflow):
    """Does what a test says."""

    name = "Programmed"
    version = "1"
    task_list = "work"
    program: Program

    def run(self) -> Any:
        """Do it."""
        return type(self).program(self)


def history_of(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    program: Program,
    between: Callable[[Any], Any] = lambda handle: None,
) -> History:
    """Return the history of a program that was run as far as it comes."""
    monkeypatch.setattr(Programmed, "program", staticmethod(program), raising=False)
    told: dict[str, Any] = {"domain": "d", "connection": connected(engine)}
    decider = Decider([Programmed], "work", **told)
    worker = Worker([price], "work", **told)
    handle = start(Programmed, **told)
    run_until_idle(decider, worker)
    between(handle)
    run_until_idle(decider, worker)
    return handle.execution.history()


def causes(history: History) -> dict[str, list[str]]:
    """Return what comes after what, by what tasks were given."""
    named = Execution(domain="d", workflow_id="w", run_id="r", name="Programmed", version="1")
    found = causes_of(history.raws, Programmed, named)
    return {
        _called(history, event_id): sorted(_called(history, one) for one in several)
        for event_id, several in found.items()
    }


def _called(history: History, event_id: int) -> str:
    """Return what a task was given, in short; of timers and signals the kind."""
    event = history.by_id(event_id)
    if event is None or not hasattr(event, "activity_id"):
        return str(getattr(event, "signal_name", None) or getattr(event, "timer_id", ""))
    [given] = event.load("input")["args"]
    return str(given)


Case = tuple[Program, dict[str, list[str]]]


def one_after_the_other(self: Workflow) -> Any:
    _ = self.submit(price, "a").result
    _ = self.submit(price, "b").result
    return self.submit(price, "c").result


def side_by_side(self: Workflow) -> Any:
    def branch(name: str) -> Any:
        _ = self.submit(price, name + "1").result
        return self.submit(price, name + "2").result

    futures.gather(self.spawn(branch, "a"), self.spawn(branch, "b"))
    return self.submit(price, "c").result


def gathered(self: Workflow) -> Any:
    futures.gather(self.submit(price, name) for name in ("a", "b"))
    return self.submit(price, "c").result


def waited_for_one(self: Workflow) -> Any:
    slow, quick = self.submit(ship, "slow"), self.submit(price, "quick")
    futures.wait(slow, quick, return_when=futures.FIRST_COMPLETED)
    return self.submit(price, "c").result


def given_on(self: Workflow) -> Any:
    return self.submit(price, self.submit(price, "a")).result


def grouped(self: Workflow) -> Any:
    _ = self.submit(Group((price, "a"), (price, "b"))).result
    return self.submit(price, "c").result


def chained(self: Workflow) -> Any:
    return self.submit(Chain((price, "a"), (price, "b"))).result


def any_of(self: Workflow) -> Any:
    _ = (self.submit(price, "a") | self.submit(ship, "b")).result
    return self.submit(price, "c").result


CASES: dict[str, Case] = {
    "one after the other": (one_after_the_other, {"a": [], "b": ["a"], "c": ["b"]}),
    "branches": (
        side_by_side,
        {"a1": [], "b1": [], "a2": ["a1"], "b2": ["b1"], "c": ["a2", "b2"]},
    ),
    "gathered": (gathered, {"a": [], "b": [], "c": ["a", "b"]}),
    "the first that ended": (waited_for_one, {"slow": [], "quick": [], "c": ["quick"]}),
    "given to another": (given_on, {"a": [], "1": ["a"]}),
    "a group": (grouped, {"a": [], "b": [], "c": ["a", "b"]}),
    "a chain": (chained, {"a": [], "b": ["a"]}),
    "any of several": (any_of, {"a": [], "b": [], "c": ["a"]}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_task_comes_after_what_the_code_knew(
    swf_engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Not after whatever had ended by then: after the nearest of what it waited for."""
    program, expected = CASES[name]

    assert causes(history_of(swf_engine, monkeypatch, program)) == expected


def test_a_result_that_was_there_already_counts_when_it_is_looked_at(
    swf_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended unseen is no cause before that."""

    def program(self: Workflow) -> Any:
        first, second = self.submit(price, "a"), self.submit(price, "b")
        _ = second.result
        _ = self.submit(price, "c").result
        _ = first.result
        return self.submit(price, "d").result

    found = causes(history_of(swf_engine, monkeypatch, program))

    assert found["c"] == ["b"]
    assert found["d"] == ["a", "c"]


def test_a_signal_that_was_waited_for_is_a_cause(
    swf_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for then comes after it."""

    def program(self: Workflow) -> Any:
        _ = self.submit(price, "a").result
        _ = self.wait_signal("go").result
        return self.submit(price, "b").result

    history = history_of(swf_engine, monkeypatch, program, lambda handle: handle.signal("go"))

    assert causes(history) == {"a": [], "b": ["a", "go"]}


def test_code_that_does_not_follow_has_no_causes(
    swf_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be those of another execution."""
    handle, _ = code.begun(swf_engine, code.Once)
    monkeypatch.setattr(code.Once, "renamed", "cup")
    named = Execution(domain="d", workflow_id="w", run_id="r", name="Once", version="1")

    with pytest.raises(NonDeterminismError):
        causes_of(handle.execution.history().raws, code.Once, named)
