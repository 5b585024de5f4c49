"""Deciders poll whole histories and answer with valid decisions only."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from canned import CannedTransport

from swf.actors import Decider, DecisionTask
from swf.exceptions import (
    AccessDeniedFault,
    ActorError,
    ConnectionFailedError,
    DecisionTaskDoesNotExist,
    IncompleteTaskError,
    PollTimeout,
    ThrottlingFault,
    ValidationError,
    ValidationFault,
    ValidationTypeError,
)
from swf.models import Domain, History, WorkflowExecution, WorkflowType
from swf.models.decision import CompleteWorkflowExecution, Decision, RecordMarker, StartTimer
from swf.transport import Transport
from tests.actors.given import NO_DECISION_TASK, InstantClock, decision_task, events, then_stop

TIMER = StartTimer("t", 1)


class Starts(Decider):
    """Decides to start a timer, or raises what it is told to."""

    error: Exception | None = None
    decisions: Any = (TIMER,)

    def __init__(self, transport: CannedTransport, clock: Any = None) -> None:
        super().__init__("d", "t", connection=transport, clock=clock or InstantClock())
        self.told: list[tuple[Exception, DecisionTask | None]] = []

    def decide(self, task: DecisionTask) -> Iterable[Decision]:
        if self.error is not None:
            raise self.error
        return self.decisions  # type: ignore[no-any-return]

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))


def polling(**replies: Any) -> CannedTransport:
    """A transport with one decision task."""
    return CannedTransport({"PollForDecisionTask": [decision_task()], **replies})


# Polling


def test_a_poll_tells_everything_of_the_task() -> None:
    """A polled task has its token, history, execution, type and both started ids."""
    connection = CannedTransport(
        PollForDecisionTask=decision_task(events(8), 8, previousStartedEventId=4)
    )
    domain = Domain("d")

    task = Decider(domain, "t", connection=connection).poll()

    assert task.task_token == "token-1"
    assert task.history == History(events(8))
    assert task.execution == WorkflowExecution(domain, "order-1", "run-1")
    assert task.workflow_type == WorkflowType(domain, "order", "1")
    assert (task.started_event_id, task.previous_started_event_id) == (8, 4)
    assert task.task_list == "t"


def test_what_a_poll_returns_keeps_the_connection() -> None:
    """Models of a polled task talk to the SWF that the task came from."""
    connection = polling()

    task = Decider("d", "t", connection=connection).poll()

    assert task.execution.connection is connection
    assert task.workflow_type.connection is connection


def test_a_domain_brings_its_connection() -> None:
    """Without a connection of its own, an actor uses its domain's."""
    connection = polling()

    decider = Decider(Domain("d", connection=connection), "t")

    assert decider.connection is connection
    assert decider.poll().execution.connection is connection


def test_arguments_of_a_poll_have_their_positions() -> None:
    """Task list, identity and page size may be given by position, in this order."""
    connection = polling()

    task = Decider("d", "t", connection=connection).poll("other", "me", 50)

    assert task.task_list == "other"
    assert connection.calls == [
        (
            "PollForDecisionTask",
            {
                "domain": "d",
                "taskList": {"name": "other"},
                "identity": "me",
                "maximumPageSize": 50,
            },
        )
    ]


def test_only_what_is_asked_for_is_sent() -> None:
    """A plain poll tells SWF the domain and the task list, nothing else."""
    connection = polling()

    Decider("d", "t", connection=connection).poll()

    assert connection.calls[0][1] == {"domain": "d", "taskList": {"name": "t"}}


def test_a_partial_history_can_be_asked_for() -> None:
    """A history may come newest first, or from the previous decision task on only."""
    connection = CannedTransport(PollForDecisionTask=decision_task(events(8)[:3:-1], 8))

    task = Decider("d", "t", connection=connection).poll(
        reverse_order=True, start_at_previous_started_event=True
    )

    assert [event.id for event in task.history] == [8, 7, 6, 5]
    assert connection.calls[0][1]["reverseOrder"] is True
    assert connection.calls[0][1]["startAtPreviousStartedEvent"] is True


@pytest.mark.parametrize("empty", [NO_DECISION_TASK, {**NO_DECISION_TASK, "taskToken": ""}, {}])
def test_an_empty_poll_is_a_poll_time_out(empty: dict[str, Any]) -> None:
    """Without a task token, or with an empty one, there was no task."""
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=empty))

    with pytest.raises(PollTimeout, match="no decision task on task list 't'"):
        decider.poll()


def test_an_error_of_the_first_page_is_the_typed_one() -> None:
    """What the transport raises for a poll reaches the caller unchanged."""
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=ThrottlingFault()))

    with pytest.raises(ThrottlingFault):
        decider.poll()


def test_a_first_task_need_not_tell_the_previous_one() -> None:
    """Where no decision task was answered before, its event id is 0."""
    reply = decision_task()
    del reply["previousStartedEventId"]
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=reply))

    assert decider.poll().previous_started_event_id == 0


def test_bad_arguments_of_a_poll_are_refused_before_it() -> None:
    """A page size or a name that SWF would refuse is not sent."""
    connection = polling()
    decider = Decider("d", "t", connection=connection)

    with pytest.raises(ValidationError, match="maximum_page_size: must be from 0 to 1000"):
        decider.poll(maximum_page_size=1001)
    with pytest.raises(ValidationError, match=r"task_list\.name"):
        decider.poll("a:b")
    with pytest.raises(ValidationError, match="identity"):
        decider.poll(identity="x" * 257)
    assert connection.calls == []


# Answering


def test_a_task_may_be_answered_with_no_decision() -> None:
    """Left out, the decisions are an empty list."""
    connection = CannedTransport(RespondDecisionTaskCompleted={})

    Decider("d", "t", connection=connection).complete("token")

    assert connection.calls == [
        ("RespondDecisionTaskCompleted", {"taskToken": "token", "decisions": []})
    ]


def test_an_answer_carries_everything_the_api_knows() -> None:
    """Decisions as objects or structures, the context and the next task list are sent."""
    connection = CannedTransport(RespondDecisionTaskCompleted={})

    Decider("d", "t", connection=connection).complete(
        "token",
        [TIMER, CompleteWorkflowExecution().to_wire()],
        {"step": 2},
        task_list="mine",
        task_list_schedule_to_start_timeout=5,
    )

    assert connection.calls[0][1] == {
        "taskToken": "token",
        "decisions": [TIMER.to_wire(), CompleteWorkflowExecution().to_wire()],
        "executionContext": '{"step":2}',
        "taskList": {"name": "mine"},
        "taskListScheduleToStartTimeout": "5",
    }


@pytest.mark.parametrize(
    ("decisions", "kind", "message"),
    [
        ([CompleteWorkflowExecution(), TIMER], ValidationError, r"decisions\[0\]: closes"),
        ([{"decisionType": "StartTimers"}], ValidationError, r"decisions\[0\].decision_type"),
        ([3], ValidationTypeError, r"decisions\[0\]: must be a Decision"),
        (TIMER, ValidationTypeError, "decisions: must be a list"),
        ([RecordMarker("m", details="x" * 32_768)] * 33, ValidationError, "1048576 bytes"),
    ],
)
def test_nothing_is_sent_that_is_not_valid(
    decisions: Any, kind: type[ValidationError], message: str
) -> None:
    """A list with an invalid decision is refused as a whole before anything is sent."""
    connection = CannedTransport(RespondDecisionTaskCompleted={})

    with pytest.raises(kind, match=message):
        Decider("d", "t", connection=connection).complete("token", decisions)

    assert connection.calls == []


def test_a_closed_task_is_its_own_error() -> None:
    """Answering a closed decision task raises the class that says so."""
    connection = CannedTransport(RespondDecisionTaskCompleted=DecisionTaskDoesNotExist("gone"))

    with pytest.raises(DecisionTaskDoesNotExist):
        Decider("d", "t", connection=connection).complete("token")


# The loop


def test_the_loop_answers_with_what_was_decided() -> None:
    """Each task is decided once and answered once, until the decider is stopped."""
    decider: Starts
    connection = CannedTransport(
        PollForDecisionTask=[decision_task(), then_stop(lambda: decider, decision_task())],
        RespondDecisionTaskCompleted={},
    )
    decider = Starts(connection)

    decider.start()

    assert connection.operations() == ["PollForDecisionTask", "RespondDecisionTaskCompleted"] * 2
    assert connection.calls[1][1]["decisions"] == [TIMER.to_wire()]
    assert decider.counts == {"tasks": 2, "answered": 2, "completed": 2}


def test_no_decisions_are_an_answer_too() -> None:
    """A decider that returns None answers its task with no decisions."""
    connection = polling(RespondDecisionTaskCompleted={})
    decider = Starts(connection)
    decider.decisions = None

    decider.run_once()

    assert connection.calls[1][1]["decisions"] == []


def test_a_failing_decider_leaves_the_task_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    """An error in `decide` is logged and told; its task is not answered, the next one is polled."""
    decider: Starts
    connection = CannedTransport(
        PollForDecisionTask=[decision_task(), then_stop(lambda: decider, NO_DECISION_TASK)]
    )
    decider = Starts(connection)
    decider.error = KeyError("bug")

    with caplog.at_level(logging.INFO, "swf"):
        decider.start()

    assert connection.operations() == ["PollForDecisionTask"] * 2
    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    [(error, task)] = decider.told
    assert error is decider.error
    assert task is not None
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.exc_info
    assert record.workflow_id == "order-1"  # type: ignore[attr-defined]


def test_an_error_in_a_generator_is_an_error_of_decide() -> None:
    """Decisions may be yielded; what raises meanwhile leaves the task unanswered."""

    class Yields(Starts):
        def decide(self, task: DecisionTask) -> Iterable[Decision]:
            yield TIMER
            raise KeyError("bug")

    connection = polling()
    decider = Yields(connection)

    decider.run_once()

    assert connection.operations() == ["PollForDecisionTask"]
    assert decider.counts["unanswered"] == 1


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_a_decider_that_would_end_the_program_leaves_the_task_and_goes_on(
    error: BaseException,
) -> None:
    """A `decide` that exits is told of like any other error, and the next task is polled."""

    class Ends(Starts):
        def decide(self, task: DecisionTask) -> Iterable[Decision]:
            raise error

    decider: Ends
    connection = CannedTransport(
        PollForDecisionTask=[decision_task(), then_stop(lambda: decider, NO_DECISION_TASK)]
    )
    decider = Ends(connection)

    decider.start()

    assert connection.operations() == ["PollForDecisionTask"] * 2
    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    [(told, _)] = decider.told
    assert isinstance(told, ActorError)
    assert told.__cause__ is error


def test_ctrl_c_while_deciding_in_the_main_thread_is_obeyed() -> None:
    """Ctrl-C while a task is decided by hand ends that, and the task is not answered."""

    class Interrupted(Starts):
        def decide(self, task: DecisionTask) -> Iterable[Decision]:
            raise KeyboardInterrupt

    connection = polling()
    with pytest.raises(KeyboardInterrupt):
        Interrupted(connection).run_once()

    assert connection.operations() == ["PollForDecisionTask"]


def test_invalid_decisions_do_not_end_the_loop() -> None:
    """Decisions that break a rule are told of, not sent, and not fatal."""
    connection = polling()
    decider = Starts(connection)
    decider.decisions = [CompleteWorkflowExecution(), TIMER]

    decider.run_once()

    assert connection.operations() == ["PollForDecisionTask"]
    assert isinstance(decider.told[0][0], ValidationError)


def test_an_answer_is_sent_again_while_the_error_may_pass() -> None:
    """Throttling, broken connections and the like delay an answer; they do not drop it."""
    connection = polling(
        RespondDecisionTaskCompleted=[ThrottlingFault("slow"), ConnectionFailedError("cut"), {}]
    )
    clock = InstantClock()
    decider = Starts(connection, clock)

    decider.run_once()

    assert connection.operations().count("RespondDecisionTaskCompleted") == 3
    assert len(clock.waits) == 2
    assert decider.counts == {"tasks": 1, "answered": 1, "completed": 1, "retries": 2}


def test_an_answer_whose_reply_was_lost_is_presumed_given(caplog: pytest.LogCaptureFixture) -> None:
    """A task found closed after an unclear failure was probably closed by our own answer."""
    connection = polling(
        RespondDecisionTaskCompleted=[
            ConnectionFailedError("cut"),
            DecisionTaskDoesNotExist("gone"),
        ]
    )
    decider = Starts(connection)

    decider.run_once()

    assert decider.counts == {"tasks": 1, "presumed": 1, "retries": 1}
    assert "probably by the answer" in caplog.text


@pytest.mark.parametrize("before", [[], [ThrottlingFault("slow")]])
def test_a_task_closed_by_others_is_reported(before: list[Exception]) -> None:
    """A task that is closed though no answer can have reached SWF was lost, and that is told."""
    connection = polling(
        RespondDecisionTaskCompleted=[*before, DecisionTaskDoesNotExist("timed out")]
    )
    decider = Starts(connection)

    decider.run_once()

    assert isinstance(decider.told[0][0], DecisionTaskDoesNotExist)
    assert decider.counts["unanswered"] == 1


def test_an_answer_is_given_up_at_last() -> None:
    """After a bounded number of attempts the error is told, and the loop goes on."""
    connection = polling(RespondDecisionTaskCompleted=ThrottlingFault("slow"))
    clock = InstantClock()
    decider = Starts(connection, clock)

    decider.run_once()

    assert connection.operations().count("RespondDecisionTaskCompleted") == 12
    assert len(clock.waits) == 11
    assert 60 < sum(clock.waits) < 300
    assert isinstance(decider.told[-1][0], ThrottlingFault)


def test_what_no_task_would_fare_better_with_ends_the_loop() -> None:
    """An answer that the policy forbids is told of, and raised by `start`."""
    connection = polling(RespondDecisionTaskCompleted=AccessDeniedFault("no"))
    decider = Starts(connection)

    with pytest.raises(AccessDeniedFault):
        decider.start()

    assert decider.counts["unanswered"] == 1


BROKEN = [*events(3), {"eventId": "4"}]


@pytest.mark.parametrize(
    "more",
    [
        {"events": BROKEN},
        {"events": None},
        {"events": [5]},
        {"events": [{"eventId": []}]},
        {"workflowType": {}},
        {"workflowExecution": {"workflowId": 5, "runId": "r"}},
        {"workflowExecution": None},
    ],
    ids=str,
)
def test_a_task_that_is_none_keeps_its_token_and_does_not_end_the_loop(
    more: dict[str, Any],
) -> None:
    """Whatever a task's reply holds, what cannot be read is told of, and the token with it."""
    decider: Starts
    connection = CannedTransport(
        PollForDecisionTask=[
            decision_task(**more),
            decision_task(**more),
            then_stop(lambda: decider, NO_DECISION_TASK),
        ]
    )
    decider = Starts(connection)

    with pytest.raises(IncompleteTaskError, match="not a task of SWF's") as caught:
        decider.poll()
    assert caught.value.task_token == "token-1"

    decider.start()
    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}


def test_a_history_of_no_events_is_none() -> None:
    """Where poll and history both bring what is no event, the task is incomplete."""
    connection = CannedTransport(
        PollForDecisionTask=[decision_task(nextPageToken="2"), ValidationFault("expired")],
        GetWorkflowExecutionHistory={"events": [{}]},
    )

    with pytest.raises(IncompleteTaskError, match="KeyError: 'eventId'"):
        Starts(connection).poll()


def test_a_task_without_history_does_not_end_the_loop() -> None:
    """A task whose history cannot be read is told of and left to time out."""
    first = decision_task(events(3), 8, nextPageToken="2")
    connection = CannedTransport(
        PollForDecisionTask=[first, *[ThrottlingFault("slow")] * 5],
        GetWorkflowExecutionHistory=AccessDeniedFault("no"),
    )
    decider = Starts(connection)

    decider.run_once()

    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    assert getattr(decider.told[0][0], "task_token") == "token-1"  # noqa: B009


# Against a service


def test_a_workflow_runs_to_its_end(connection: Transport) -> None:
    """Against a real service a decider completes an execution, whose history says so."""
    domain = Domain("d", connection=connection)
    domain.save()
    order = WorkflowType(
        domain,
        "order",
        "1",
        task_list="t",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=60,
    )
    order.save()
    execution = order.start_execution("order-1", {"amount": 3})

    class Completes(Decider):
        def decide(self, task: DecisionTask) -> list[Decision]:
            self.stop()
            return [RecordMarker("seen"), CompleteWorkflowExecution(result=[1])]

    Completes(domain, "t").start()

    history = execution.history()
    assert history.finished
    assert [event.name for event in history][-2:] == [
        "MarkerRecorded",
        "WorkflowExecutionCompleted",
    ]
    with pytest.raises(PollTimeout):
        Decider(domain, "t").poll()
    with pytest.raises(PollTimeout):
        Decider(domain, "t").poll(task_list="empty")
