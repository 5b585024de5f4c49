"""Deciders poll whole histories and answer with valid decisions only."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from canned import CannedTransport
from overheard import Lost, Trouble
from shops import HOUR, Shop

from swf.actors import Decider, DecisionTask
from swf.clock import ManualClock
from swf.exceptions import (
    AccessDeniedFault,
    ActorError,
    ConnectionFailedError,
    DecisionTaskDoesNotExist,
    DoesNotExistError,
    IncompleteTaskError,
    PollTimeout,
    ThrottlingFault,
    ValidationError,
    ValidationFault,
    ValidationTypeError,
)
from swf.models import WorkflowExecution, WorkflowType
from swf.models.decision import CompleteWorkflowExecution, Decision, RecordMarker, StartTimer
from swf.transport import Transport
from tests.actors.given import NO_DECISION_TASK, InstantClock, decision_task, events, then_stop

TIMER = StartTimer("t", 1)


class Starts(Decider):
    """Decides to start a timer, or raises what it is told to."""

    error: Exception | None = None
    decisions: Any = (TIMER,)

    def __init__(self, connection: Transport, clock: Any = None) -> None:
        super().__init__("d", "t", connection=connection, clock=clock or InstantClock())
        self.told: list[tuple[Exception, DecisionTask | None]] = []

    def decide(self, task: DecisionTask) -> Iterable[Decision]:
        if self.error is not None:
            raise self.error
        return self.decisions  # type: ignore[no-any-return]

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))


# Polling


def test_a_poll_tells_everything_of_the_task(shop: Shop) -> None:
    """A polled task has its token, history, execution, type and both started ids."""
    execution = shop.start()
    shop.decide(RecordMarker("m"))
    execution.signal("hurry")

    task = Decider(shop.domain, "t").poll()

    assert task.task_token
    assert task.history == execution.history()
    assert task.execution == WorkflowExecution(shop.domain, "order-1", execution.run_id)
    assert task.workflow_type == WorkflowType(shop.domain, "order", "1")
    assert (task.started_event_id, task.previous_started_event_id) == (8, 3)
    assert task.task_list == "t"


def test_what_a_poll_returns_keeps_the_connection(shop: Shop) -> None:
    """Models of a polled task talk to the SWF that the task came from."""
    shop.start()

    task = Decider("d", "t", connection=shop.connection).poll()

    assert task.execution.connection is shop.connection
    assert task.workflow_type.connection is shop.connection


def test_a_domain_brings_its_connection(shop: Shop) -> None:
    """Without a connection of its own, an actor uses its domain's."""
    shop.start()

    decider = Decider(shop.domain, "t")

    assert decider.connection is shop.connection
    assert decider.poll().execution.connection is shop.connection


def test_arguments_of_a_poll_have_their_positions(shop: Shop) -> None:
    """Task list, identity and page size may be given by position, in this order."""
    execution = shop.start()

    task = Decider(shop.domain, "other").poll("t", "me", 50)

    assert task.task_list == "t"
    assert shop.connection.params("PollForDecisionTask")[0] == {
        "domain": "d",
        "taskList": {"name": "t"},
        "identity": "me",
        "maximumPageSize": 50,
    }
    assert execution.history().last.identity == "me"


def test_only_what_is_asked_for_is_sent(shop: Shop) -> None:
    """A plain poll tells SWF the domain and the task list, nothing else."""
    shop.start()

    Decider(shop.domain, "t").poll()

    assert shop.connection.calls[0][1] == {"domain": "d", "taskList": {"name": "t"}}


def test_a_partial_history_can_be_asked_for(shop: Shop) -> None:
    """A history may come newest first, or from the previous decision task on only."""
    execution = shop.start()
    shop.decide()
    execution.signal("hurry")

    task = Decider(shop.domain, "t").poll(reverse_order=True, start_at_previous_started_event=True)

    assert [event.id for event in task.history] == [7, 6, 5, 4, 3]


@pytest.mark.parametrize("empty", [{**NO_DECISION_TASK, "taskToken": ""}, {}])
def test_an_empty_task_token_is_none(empty: dict[str, Any]) -> None:
    """Where a service says in another way that there was no task, that is understood."""
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=empty))

    with pytest.raises(PollTimeout, match="no decision task on task list 't'"):
        decider.poll()


def test_an_empty_poll_is_a_poll_time_out(shop: Shop) -> None:
    """Where there was no task, the error says on which task list."""
    with pytest.raises(PollTimeout, match="no decision task on task list 't'"):
        Decider(shop.domain, "t").poll()


def test_an_error_of_the_first_page_is_the_typed_one(shop: Shop) -> None:
    """What the transport raises for a poll reaches the caller unchanged."""
    shop.troubled(PollForDecisionTask=ThrottlingFault())

    with pytest.raises(ThrottlingFault):
        Decider(shop.domain, "t").poll()


def test_a_first_task_need_not_tell_the_previous_one() -> None:
    """Where a service leaves out that no decision task was answered before, that id is 0."""
    reply = decision_task()
    del reply["previousStartedEventId"]
    decider = Decider("d", "t", connection=CannedTransport(PollForDecisionTask=reply))

    assert decider.poll().previous_started_event_id == 0


def test_bad_arguments_of_a_poll_are_refused_before_it(shop: Shop) -> None:
    """A page size or a name that SWF would refuse is not sent."""
    decider = Decider(shop.domain, "t")

    with pytest.raises(ValidationError, match="maximum_page_size: must be from 0 to 1000"):
        decider.poll(maximum_page_size=1001)
    with pytest.raises(ValidationError, match=r"task_list\.name"):
        decider.poll("a:b")
    with pytest.raises(ValidationError, match="identity"):
        decider.poll(identity="x" * 257)
    assert shop.connection.calls == []


# Answering


def test_a_task_may_be_answered_with_no_decision(shop: Shop) -> None:
    """Left out, the decisions are an empty list."""
    execution = shop.start()
    decider = Decider(shop.domain, "t")

    decider.complete(decider.poll().task_token)

    assert shop.connection.params("RespondDecisionTaskCompleted")[0]["decisions"] == []
    assert execution.history().last.name == "DecisionTaskCompleted"


def test_an_answer_carries_everything_the_api_knows(shop: Shop) -> None:
    """Decisions as objects or structures, the context and the next task list are recorded."""
    execution = shop.start()
    decider = Decider(shop.domain, "t")

    decider.complete(
        decider.poll().task_token,
        [TIMER, RecordMarker("m").to_wire()],
        {"step": 2},
        task_list="mine",
        task_list_schedule_to_start_timeout=5,
    )
    execution.signal("hurry")

    completed, timer, marker, _, scheduled = execution.history()[3:]
    assert completed.execution_context == '{"step":2}'
    assert (timer.name, timer.timer_id) == ("TimerStarted", "t")
    assert (marker.name, marker.marker_name) == ("MarkerRecorded", "m")
    assert (scheduled.task_list, scheduled.schedule_to_start_timeout) == ("mine", 5)


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
    decisions: Any, kind: type[ValidationError], message: str, shop: Shop
) -> None:
    """A list with an invalid decision is refused as a whole before anything is sent."""
    with pytest.raises(kind, match=message):
        Decider(shop.domain, "t").complete("token", decisions)

    assert shop.connection.calls == []


def test_a_closed_task_is_its_own_error(shop: Shop) -> None:
    """Answering a closed decision task raises the class that says so."""
    shop.start()
    decider = Decider(shop.domain, "t")
    token, _ = decider.poll()
    decider.complete(token)

    with pytest.raises(DecisionTaskDoesNotExist):
        decider.complete(token)


# The loop


def test_the_loop_answers_with_what_was_decided(shop: Shop) -> None:
    """Each task is decided once and answered once, until the decider is stopped."""
    executions = [shop.start("order-1"), shop.start("order-2")]
    decider = Starts(shop.troubled(PollForDecisionTask=[None, lambda: decider.stop()]))

    decider.start()

    polled_and_answered = ["PollForDecisionTask", "RespondDecisionTaskCompleted"]
    assert shop.connection.operations() == polled_and_answered * 2
    assert [one.history().last.name for one in executions] == ["TimerStarted"] * 2
    assert decider.counts == {"tasks": 2, "answered": 2, "completed": 2}


def test_no_decisions_are_an_answer_too(shop: Shop) -> None:
    """A decider that returns None answers its task with no decisions."""
    execution = shop.start()
    decider = Starts(shop.connection)
    decider.decisions = None

    decider.run_once()

    assert execution.history().last.name == "DecisionTaskCompleted"


def test_a_failing_decider_leaves_the_task_and_goes_on(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """An error in `decide` is logged and told; its task is not answered, the next one is polled."""
    execution = shop.start()
    decider = Starts(shop.troubled(PollForDecisionTask=[None, lambda: decider.stop()]))
    decider.error = KeyError("bug")

    with caplog.at_level(logging.INFO, "swf"):
        decider.start()

    assert shop.connection.operations() == ["PollForDecisionTask"] * 2
    assert execution.history().last.name == "DecisionTaskStarted"
    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    [(error, task)] = decider.told
    assert error is decider.error
    assert task is not None
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.exc_info
    assert record.workflow_id == "order-1"  # type: ignore[attr-defined]


def test_what_a_failing_decider_has_left_times_out_and_comes_again(
    shop: Shop, swf_clock: ManualClock
) -> None:
    """A task that was left unanswered is given out again after its time-out, and decided then."""
    execution = shop.start()
    decider = Starts(shop.connection)
    decider.error = KeyError("bug")
    decider.run_once()
    decider.error = None

    swf_clock.advance(HOUR - 1)
    with pytest.raises(PollTimeout):
        decider.run_once()
    swf_clock.advance(1)
    decider.run_once()

    assert [event.name for event in execution.history()][2:] == [
        "DecisionTaskStarted",
        "DecisionTaskTimedOut",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
        "TimerStarted",
    ]


def test_an_error_in_a_generator_is_an_error_of_decide(shop: Shop) -> None:
    """Decisions may be yielded; what raises meanwhile leaves the task unanswered."""

    class Yields(Starts):
        def decide(self, task: DecisionTask) -> Iterable[Decision]:
            yield TIMER
            raise KeyError("bug")

    shop.start()
    decider = Yields(shop.connection)

    decider.run_once()

    assert shop.connection.operations() == ["PollForDecisionTask"]
    assert decider.counts["unanswered"] == 1


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_a_decider_that_would_end_the_program_leaves_the_task_and_goes_on(
    error: BaseException, shop: Shop
) -> None:
    """A `decide` that exits is told of like any other error, and the next task is polled."""

    class Ends(Starts):
        def decide(self, task: DecisionTask) -> Iterable[Decision]:
            raise error

    shop.start()
    decider = Ends(shop.troubled(PollForDecisionTask=[None, lambda: decider.stop()]))

    decider.start()

    assert shop.connection.operations() == ["PollForDecisionTask"] * 2
    assert decider.counts == {"tasks": 1, "unanswered": 1, "errors": 1}
    [(told, _)] = decider.told
    assert isinstance(told, ActorError)
    assert told.__cause__ is error


def test_ctrl_c_while_deciding_in_the_main_thread_is_obeyed(shop: Shop) -> None:
    """Ctrl-C while a task is decided by hand ends that, and the task is not answered."""

    class Interrupted(Starts):
        def decide(self, task: DecisionTask) -> Iterable[Decision]:
            raise KeyboardInterrupt

    shop.start()
    with pytest.raises(KeyboardInterrupt):
        Interrupted(shop.connection).run_once()

    assert shop.connection.operations() == ["PollForDecisionTask"]


def test_invalid_decisions_do_not_end_the_loop(shop: Shop) -> None:
    """Decisions that break a rule are told of, not sent, and not fatal."""
    shop.start()
    decider = Starts(shop.connection)
    decider.decisions = [CompleteWorkflowExecution(), TIMER]

    decider.run_once()

    assert shop.connection.operations() == ["PollForDecisionTask"]
    assert isinstance(decider.told[0][0], ValidationError)


def test_an_answer_is_sent_again_while_the_error_may_pass(shop: Shop) -> None:
    """Throttling, broken connections and the like delay an answer; they do not drop it."""
    execution = shop.start()
    clock = InstantClock()
    troubles: list[Trouble] = [ThrottlingFault("slow"), ConnectionFailedError("cut")]
    decider = Starts(shop.troubled(RespondDecisionTaskCompleted=troubles), clock)

    decider.run_once()

    assert shop.connection.operations().count("RespondDecisionTaskCompleted") == 3
    assert execution.history().last.name == "TimerStarted"
    assert len(clock.waits) == 2
    assert decider.counts == {"tasks": 1, "answered": 1, "completed": 1, "retries": 2}


def test_an_answer_whose_reply_was_lost_is_presumed_given(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """A task found closed after an unclear failure was probably closed by our own answer."""
    execution = shop.start()
    lost = Lost(ConnectionFailedError("cut"))
    decider = Starts(shop.troubled(RespondDecisionTaskCompleted=[lost]))

    decider.run_once()

    assert decider.counts == {"tasks": 1, "presumed": 1, "retries": 1}
    assert "probably by the answer" in caplog.text
    assert [event.name for event in execution.history()].count("TimerStarted") == 1


@pytest.mark.parametrize("before", [[], [ThrottlingFault("slow")]])
def test_a_task_closed_by_others_is_reported(
    before: list[Trouble], shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """That others have closed the execution is one line; `on_error` is told what SWF said."""
    execution = shop.start()
    shop.troubled(RespondDecisionTaskCompleted=[*before, execution.terminate])
    decider = Starts(shop.connection)

    decider.run_once()

    assert isinstance(decider.told[0][0], DoesNotExistError)
    assert decider.counts["unanswered"] == 1
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.getMessage().startswith("the execution is closed, so SWF did not take the answer")
    assert record.exc_info is None


def test_an_answer_is_given_up_at_last(shop: Shop) -> None:
    """After a bounded number of attempts the error is told, and the loop goes on."""
    shop.start()
    clock = InstantClock()
    decider = Starts(shop.troubled(RespondDecisionTaskCompleted=ThrottlingFault("slow")), clock)

    decider.run_once()

    assert shop.connection.operations().count("RespondDecisionTaskCompleted") == 12
    assert len(clock.waits) == 11
    assert 60 < sum(clock.waits) < 300
    assert isinstance(decider.told[-1][0], ThrottlingFault)


def test_what_no_task_would_fare_better_with_ends_the_loop(shop: Shop) -> None:
    """An answer that the policy forbids is told of, and raised by `start`."""
    shop.start()
    decider = Starts(shop.troubled(RespondDecisionTaskCompleted=AccessDeniedFault("no")))

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


def test_a_workflow_runs_to_its_end(shop: Shop) -> None:
    """A decider completes an execution, whose history says so; then there is nothing to decide."""
    execution = shop.start(input={"amount": 3})

    class Completes(Decider):
        def decide(self, task: DecisionTask) -> list[Decision]:
            self.stop()
            return [RecordMarker("seen"), CompleteWorkflowExecution(result=[1])]

    Completes(shop.domain, "t").start()

    history = execution.history()
    assert history.finished
    assert [event.name for event in history][-2:] == [
        "MarkerRecorded",
        "WorkflowExecutionCompleted",
    ]
    with pytest.raises(PollTimeout):
        Decider(shop.domain, "t").poll()
    with pytest.raises(PollTimeout):
        Decider(shop.domain, "t").poll(task_list="empty")
