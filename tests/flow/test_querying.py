"""Executions are looked into by a replay of their own, which changes nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest
from flow_team import Adds, Team, Waits, increment
from overheard import Overheard

from swf.exceptions import ValidationError, WorkflowExecutionDoesNotExist
from swf.flow import Workflow, errors, futures, get, query, query_handler, stack, start
from swf.models import WorkflowExecution
from swf.payload import MemoryStore, Payloads

CALLED: list[str] = []


class Answers(Workflow):
    """Answers, and misbehaves."""

    def run(self) -> None:
        self.value = self.submit(increment, 1).result
        _ = self.wait_signal("go").result
        self.logger.warning("past the signal")
        self.value = -1 if not self.patched("newer") else 10
        self.side_effect(CALLED.append, "x")
        self.value = 99
        _ = self.wait_signal("end").result

    @query_handler
    def current(self) -> int:
        return self.value

    @query_handler
    def waits(self) -> Any:
        return self.wait_signal("never").result

    @query_handler
    async def awaits(self) -> Any:
        return await self.sleep(5)

    @query_handler
    def decides(self) -> None:
        self.submit(increment, 1)

    @query_handler
    def publishes(self) -> None:
        self.state = "changed"

    @query_handler
    def fails(self, what: str, *, how: str = "") -> None:
        raise LookupError(what + how)


@pytest.fixture
def team(connection: Overheard) -> Iterator[Team]:
    CALLED.clear()
    made = Team(connection, [Adds, Answers, Waits])
    yield made
    made.close()


def read_only(connection: Overheard, before: int) -> bool:
    """Tell whether all calls since then only read."""
    made = {operation for operation, _ in connection.calls[before:]}
    return made <= {"GetWorkflowExecutionHistory", "DescribeWorkflowExecution"} and bool(made)


def test_a_query_reads_what_the_program_knows(team: Team, connection: Overheard) -> None:
    """A query is answered by the method of its name, with arguments, and only reads."""
    handle = start(Waits, 5, domain=team.domain)
    team.drive()
    handle.signal("add", 2)
    handle.signal("note", "first")
    team.drive()
    before = len(connection.calls)

    assert query(handle, "told") == 7
    assert handle.query("told", more=3) == 10
    assert query(handle, "told", 4) == 11
    assert query(handle, "all notes") == ["first"]
    assert read_only(connection, before)
    handle.signal("add", None)
    team.drive()
    assert handle.result() == 7


def test_a_query_sees_what_nobody_decided_on_yet(team: Team) -> None:
    """What was recorded since the last decision is taken into account."""
    handle = start(Waits, 5, domain=team.domain)
    assert handle.query("told") == 5
    team.drive()
    handle.signal("add", 2)

    assert handle.query("told") == 7


def test_a_closed_execution_is_asked_too(team: Team) -> None:
    """A query works after the end, however that came."""
    done, ended = start(Waits, 5, domain=team.domain), start(Waits, 6, domain=team.domain)
    team.drive()
    done.signal("add", None)
    team.drive()
    ended.terminate()

    assert (done.query("told"), ended.query("told")) == (5, 6)


def test_no_side_effect_happens_for_a_query(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    """Past the last decision a query takes the newer code, is silent, and has no side effect."""
    handle = start(Answers, domain=team.domain)
    team.drive()
    handle.signal("go")

    assert handle.query("current") == 10
    assert (CALLED, caplog.messages) == ([], [])
    team.drive()
    assert (handle.query("current"), CALLED, caplog.messages) == (99, ["x"], ["past the signal"])


def test_nothing_is_stored_for_a_query(team: Team) -> None:
    """What a program would send past its last decision does not go into its store."""
    store = MemoryStore()

    class Stores(Workflow):
        payloads = Payloads(store=store, limit=100)

        def run(self) -> None:
            _ = self.wait_signal("go").result
            self.submit(increment, "x" * 1_000)  # type: ignore[misc]

        @query_handler
        def told(self) -> str:
            return "told"

    team.decider.workflows.add(Stores)
    handle = start(Stores, domain=team.domain)
    team.drive()
    handle.signal("go")

    assert handle.query("told") == "told"
    assert list(store.keys()) == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("waits", "waits for signal 'never'"),
        ("awaits", "decides"),
        ("decides", "decides"),
        ("publishes", "decides"),
    ],
)
def test_a_query_waits_for_nothing_and_decides_nothing(team: Team, name: str, what: str) -> None:
    """A handler that waits or decides fails the query, and the execution goes on as it was."""
    handle = start(Answers, domain=team.domain)
    team.drive()

    with pytest.raises(errors.QueryError, match=f"query '{name}' {what}") as raised:
        handle.query(name)
    assert handle.workflow_id in str(raised.value)
    assert handle.state is None
    assert handle.query("current") == 2


def test_what_a_handler_raises_is_raised(team: Team) -> None:
    """An error of the handler's own comes as it is."""
    handle = start(Answers, domain=team.domain)
    team.drive()

    with pytest.raises(LookupError, match="this way"):
        handle.query("fails", "this ", how="way")


def test_an_unknown_query_names_those_there_are(team: Team) -> None:
    """A query that the workflow does not answer is refused before anything is read."""
    handle = start(Adds, 1, domain=team.domain)

    with pytest.raises(errors.NotRegisteredError, match="has none"):
        handle.query("told")
    with pytest.raises(errors.NotRegisteredError, match="all notes, told"):
        query(handle, "nothing", workflow=Waits)


def test_a_model_needs_the_class(team: Team) -> None:
    """An execution of which the class is not known is asked with it."""
    handle = start(Waits, 5, domain=team.domain)
    execution = WorkflowExecution(team.domain, handle.workflow_id)

    with pytest.raises(ValidationError, match="workflow"):
        query(execution, "told")
    with pytest.raises(ValidationError, match="workflow"):
        stack(get(handle.workflow_id, domain=team.domain))
    assert query(execution, "told", workflow=Waits) == 5
    with pytest.raises(WorkflowExecutionDoesNotExist):
        query(WorkflowExecution(team.domain, "nobody"), "told", workflow=Waits)


def test_changed_code_is_told(team: Team) -> None:
    """A query of code that does not follow the history says so."""

    class Changed(Workflow):
        name = "adds"

        def run(self, x: int) -> Any:
            return self.submit(increment, x + 1).result

        @query_handler
        def told(self) -> None: ...

    handle = start(Adds, 1, domain=team.domain)
    team.drive()

    with pytest.raises(errors.NonDeterminismError):
        query(handle, "told", workflow=Changed)


# Where it waits


class Several(Workflow):
    """Waits at several places."""

    def run(self) -> None:
        self.spawn(self.aside)
        self.spawn(self.steps)
        _ = futures.gather(self.submit(increment, 1), self.wait_signal("go")).result  # line of run

    async def aside(self) -> None:
        await self.deeper()

    async def deeper(self) -> None:
        await self.sleep(60)  # line of deeper

    def steps(self) -> Generator[Any]:
        yield self.wait_signal("never")  # line of steps


def test_a_stack_tells_where_each_strand_waits(team: Team) -> None:
    """A stack has the program's own lines, down to where each strand waits, and for what."""
    team.decider.workflows.add(Several)
    handle = start(Several, domain=team.domain)
    team.drive()

    waiting = {one.name.rpartition(".")[2]: one for one in stack(handle)}

    assert list(waiting) == ["run", "aside", "steps"]
    assert [line.function.rpartition(".")[2] for line in waiting["aside"].lines] == [
        "aside",
        "deeper",
    ]
    for name, function in (("run", "run"), ("aside", "deeper"), ("steps", "steps")):
        last = waiting[name].lines[-1]
        assert last.source.endswith(f"# line of {function}")
        assert last.file == __file__
    assert waiting["run"].waits_for == "2 futures (pending)"
    assert str(waiting["aside"].waits_for).startswith("timer-")
    assert waiting["steps"].waits_for == "signal 'never' (pending)"
    told = str(waiting["steps"])
    assert told.startswith("Several.steps waits for signal 'never' (pending)\n")
    assert f'File "{__file__}", line ' in told


def test_nothing_of_a_closed_execution_waits(team: Team) -> None:
    """The stack of a closed execution is empty."""
    handle = start(Adds, 1, domain=team.domain)
    team.drive()

    assert handle.stack() == []


def test_before_a_side_effect_a_strand_waits_for_its_turn(team: Team) -> None:
    """A program that is looked at stands before what it has not done yet."""
    handle = start(Answers, domain=team.domain)
    team.drive()
    handle.signal("go")

    [waiting] = stack(handle)
    assert waiting.waits_for is None
    assert "side_effect" in waiting.lines[-1].source
    assert "waits for its turn" in str(waiting)
