"""A handle brings the result of an execution, whatever its runs, and reaches it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flow_team import DOMAIN, Adds, Continues, Fails, Team, Waits
from overheard import Overheard

from swf.clock import ManualClock
from swf.engine import Engine
from swf.exceptions import (
    AccessDeniedFault,
    ConnectionFailedError,
    PayloadTooLargeError,
    RemoteError,
    ThrottlingFault,
    ValidationError,
    WorkflowExecutionDoesNotExist,
)
from swf.flow import Handle, Workflow, errors, get, start
from swf.flow.handle import LOOK_ATTEMPTS
from swf.models import Domain, History, WorkflowExecution
from swf.payload import Payloads
from swf.testing import connected
from swf.virtual_clock import VirtualClock


class Sleeps(Workflow):
    """Sleeps so long."""

    def run(self, seconds: int) -> str:
        self.sleep(seconds)
        return "slept"


class Foreign(Workflow):
    """Fails by an error that nobody else knows."""

    def run(self) -> None:
        class Unknown(Exception):
            pass

        raise Unknown("strange")


WORKFLOWS = [Adds, Continues, Fails, Foreign, Sleeps, Waits]


@pytest.fixture
def team(connection: Overheard) -> Iterator[Team]:
    made = Team(connection, WORKFLOWS)
    yield made
    made.close()


def closed_as(handle: Handle[Any]) -> tuple[type[BaseException], str]:
    with pytest.raises(errors.TaskError) as raised:
        handle.result()
    return type(raised.value), handle.status


# How it ended


def test_a_failure_is_of_the_original_type_too(team: Team) -> None:
    """A failed execution raises an error that is both WorkflowFailed and what was raised."""
    handle = start(Fails, "out of stock", domain=team.domain)
    team.drive()

    with pytest.raises(ValueError, match="out of stock") as raised:
        handle.result()
    assert isinstance(raised.value, errors.WorkflowFailed)
    assert (raised.value.task, raised.value.task_id) == ("fails", handle.workflow_id)
    assert handle.status == "FAILED"


def test_an_unknown_error_is_the_cause(team: Team) -> None:
    """An error of a type that is not known here is told of as the cause of a WorkflowFailed."""
    handle = start(Foreign, domain=team.domain)
    team.drive()

    with pytest.raises(errors.WorkflowFailed, match="strange") as raised:
        handle.result()
    assert isinstance(raised.value.__cause__, RemoteError)


def test_canceled_terminated_timed_out(team: Team, swf_clock: ManualClock) -> None:
    """Each other way to close an execution has its error and its status."""
    canceled, terminated = (start(Waits, domain=team.domain) for _ in range(2))
    late = start(
        Waits.with_options(execution_start_to_close_timeout=60, workflow_id="late"),
        domain=team.domain,
    )
    team.drive()

    canceled.cancel()
    terminated.terminate("enough", "is enough")
    team.drive()
    swf_clock.advance(60)

    assert closed_as(canceled) == (errors.WorkflowCanceled, "CANCELED")
    assert closed_as(terminated) == (errors.WorkflowTerminated, "TERMINATED")
    assert closed_as(late) == (errors.WorkflowTimedOut, "TIMED_OUT")
    with pytest.raises(errors.WorkflowTerminated, match="enough: is enough"):
        terminated.result()


def test_details_of_a_cancel_are_decoded_where_they_can_be(team: Team) -> None:
    """What a canceled workflow says comes back as it was; a stranger's text as it is."""

    class Says(Workflow):
        def run(self) -> None:
            try:
                _ = self.wait_signal("never").result
            except errors.Canceled:
                raise errors.Canceled({"left": 3}) from None

    team.decider.workflows.add(Says)
    ours = start(Says, domain=team.domain)
    theirs = start(Waits.with_options(task_list="elsewhere"), domain=team.domain)
    team.drive()
    ours.cancel()
    team.drive()
    token = team.domain.connection.call(
        "PollForDecisionTask", {"domain": DOMAIN, "taskList": {"name": "elsewhere"}}
    )["taskToken"]
    team.domain.connection.call(
        "RespondDecisionTaskCompleted",
        {
            "taskToken": token,
            "decisions": [
                {
                    "decisionType": "CancelWorkflowExecution",
                    "cancelWorkflowExecutionDecisionAttributes": {"details": "just {so"},
                }
            ],
        },
    )

    for handle, details in ((ours, {"left": 3}), (theirs, "just {so")):
        with pytest.raises(errors.WorkflowCanceled) as raised:
            handle.result()
        assert raised.value.details == details


def test_continued_runs_are_one_execution(team: Team) -> None:
    """result, signals, status and history follow an execution from run to run."""
    handle = start(Continues, 3, [], domain=team.domain)
    seen = set()
    for _ in range(3):
        team.drive()
        handle.signal("go", "on")
        team.drive()
        seen.add(handle.execution.run_id)
        assert not handle.done
    handle.signal("go", "stop")
    team.drive()

    assert handle.result() == [3, 2, 1]
    assert len(seen) == 3
    assert handle.run_id not in seen
    assert handle.history.finished
    assert get(handle.workflow_id, handle.run_id, domain=team.domain).result() == [3, 2, 1]


def test_what_is_sent_finds_the_run_that_is_open(team: Team) -> None:
    """A signal or a cancel reaches the run of now, although the handle has not seen it yet."""
    handle = start(Continues, 3, [], domain=team.domain)
    team.drive()
    again = get(handle.workflow_id, handle.run_id, workflow=Continues, domain=team.domain)
    again.signal("go", "on")
    team.drive()

    handle.signal("go", "stop")
    team.drive()
    assert handle.result() == [3]


# Waiting


def test_the_wait_for_a_result_may_end_without(team: Team) -> None:
    """After `timeout` seconds result raises, and the execution goes on."""
    handle = start(Adds, 1, domain=team.domain)

    with pytest.raises(errors.ResultTimeout, match=r"0\.02 seconds") as raised:
        handle.result(timeout=0.02)
    assert isinstance(raised.value, TimeoutError)
    with pytest.raises(errors.ResultTimeout):
        handle.result(timeout=0)
    team.drive()
    assert handle.result(timeout=0) == 2


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_a_timeout_is_not_negative(team: Team, timeout: float) -> None:
    """A time to wait that is none is refused."""
    with pytest.raises(ValidationError, match="timeout"):
        start(Adds, 1, domain=team.domain).result(timeout=timeout)


def test_a_result_is_awaited_while_others_work(team: Team) -> None:
    """`result` returns once somebody has brought the execution to its end."""
    handle = start(Adds, 1, domain=team.domain)
    driving = threading.Timer(0.03, team.drive)
    driving.start()

    assert handle.result(timeout=30) == 2
    driving.join()  # it polls once more, after the result


def test_what_passes_does_not_end_the_wait(connection: Overheard, team: Team) -> None:
    """A throttled look is made again; one that is not allowed ends the wait."""
    handle = start(Adds, 1, domain=team.domain)
    team.drive()

    connection.trouble["GetWorkflowExecutionHistory"] = [ThrottlingFault("slow"), *[None] * 2]
    assert handle.result() == 2
    connection.trouble["GetWorkflowExecutionHistory"] = AccessDeniedFault("no")
    with pytest.raises(AccessDeniedFault):
        handle.result()


def test_what_does_not_pass_ends_the_wait(connection: Overheard, team: Team) -> None:
    """An SWF that cannot be reached for long is no reason to wait for ever."""
    handle = start(Adds, 1, domain=team.domain)
    handle.longest_pause_seconds = 0.001
    connection.trouble["GetWorkflowExecutionHistory"] = ConnectionFailedError("gone")
    before = len(connection.calls)

    with pytest.raises(ConnectionFailedError):
        handle.result()
    assert len(connection.calls) - before == LOOK_ATTEMPTS


# In virtual time


@pytest.fixture
def virtual(swf_virtual_clock: VirtualClock, swf_engine: Engine) -> Iterator[Team]:
    """A team at work in threads, on a clock that skips."""
    made = Team(connected(swf_engine), WORKFLOWS)
    start(Adds, 1, domain=made.domain)  # registers the domain
    made.decider.start(block=False)
    yield made
    made.decider.stop()
    made.decider.join()
    made.close()


def test_virtual_time_moves_while_a_result_is_awaited(
    virtual: Team, swf_virtual_clock: VirtualClock
) -> None:
    """A day of an execution's sleep takes no time, and is over when its result is there."""
    began = swf_virtual_clock.now()

    assert start(Sleeps, 86_400, domain=virtual.domain).result() == "slept"
    assert (swf_virtual_clock.now() - began).total_seconds() >= 86_400


def test_virtual_time_stops_at_the_timeout(virtual: Team, swf_virtual_clock: VirtualClock) -> None:
    """A wait for a result in virtual time ends right when it says."""
    began = swf_virtual_clock.now()

    with pytest.raises(errors.ResultTimeout):
        start(Sleeps, 86_400, domain=virtual.domain).result(timeout=100)
    assert (swf_virtual_clock.now() - began).total_seconds() == 100


@pytest.mark.parametrize("workflow", [Waits, None])
def test_what_never_ends_in_virtual_time_is_told(
    virtual: Team, workflow: type[Waits] | None
) -> None:
    """A result that can never come is told at once, with the place where the class is known."""
    started = start(Waits, domain=virtual.domain)
    handle: Handle[Any] = get(started.workflow_id, workflow=workflow, domain=virtual.domain)

    with pytest.raises(errors.StuckError) as raised:
        handle.result()
    assert ("wait_signal" in str(raised.value)) == (workflow is not None)


# Reaching it


def test_signals_bring_arguments_and_keys(team: Team) -> None:
    """A signal has the arguments it was sent with, and is found by its key."""

    class Hears(Workflow):
        def run(self) -> list[Any]:
            mine = self.wait_signal("said", key=7).result
            other = self.wait_signal("said").result
            return [mine, other]

    team.decider.workflows.add(Hears)
    handle = start(Hears, domain=team.domain)
    team.drive()
    handle.signal("said", 1, word="other")
    handle.signal("said", "mine", key=7)
    team.drive()

    assert handle.result() == ["mine", {"args": [1], "kwargs": {"word": "other"}}]


def test_a_signal_that_cannot_travel_is_not_sent(team: Team, connection: Overheard) -> None:
    """Arguments of a signal are checked before anything is sent."""
    handle = start(Waits, domain=team.domain)
    before = len(connection.calls)

    with pytest.raises(PayloadTooLargeError):
        handle.signal("add", "x" * 40_000)
    assert len(connection.calls) == before


def test_nothing_reaches_what_is_closed(team: Team) -> None:
    """Signal, cancel and terminate of a closed execution raise that there is none."""
    handle = start(Adds, 1, domain=team.domain)
    team.drive()

    with pytest.raises(WorkflowExecutionDoesNotExist):
        handle.signal("x")
    with pytest.raises(WorkflowExecutionDoesNotExist):
        handle.cancel()
    with pytest.raises(WorkflowExecutionDoesNotExist):
        handle.terminate()


def test_state_is_seen_from_outside(team: Team) -> None:
    """What a workflow publishes is read by its handle and by the model; None before that."""
    handle = start(Adds, 1, times=2, domain=team.domain)
    execution = WorkflowExecution(team.domain, handle.workflow_id, handle.run_id)

    assert (handle.state, execution.state) == (None, None)
    team.drive()
    assert (handle.state, execution.state) == ({"x": 3}, {"x": 3})


def test_history_is_the_whole_of_it(team: Team) -> None:
    """A handle has the history of its run as the models have it."""
    handle = start(Adds, 1, domain=team.domain)
    team.drive()

    assert isinstance(handle.history, History)
    assert handle.history[0].name == "WorkflowExecutionStarted"
    assert handle.history.finished


def test_handles_are_compared_by_what_they_are_of(team: Team) -> None:
    """Handles of one run are equal and hash alike; of another run, and to other things, not."""
    one, other = start(Adds, 1, domain=team.domain), start(Adds, 1, domain=team.domain)
    again: Handle[Any] = Handle(
        WorkflowExecution(Domain(DOMAIN), one.workflow_id, one.run_id), None, Payloads()
    )

    assert one == again
    assert hash(one) == hash(again)
    assert one not in (other, one.workflow_id)
    assert repr(one) == f"Handle({one.workflow_id!r}, {one.run_id!r})"
