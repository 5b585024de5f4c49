"""What each kind of entity learns from its events."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from raw_events import raw_event

from swf.constants import CloseStatus, ExecutionStatus
from swf.exceptions import InconsistentHistoryError, ValidationTypeError
from swf.models.event import events_from
from swf.models.history import CompiledHistory, HistoryBuilder
from swf.models.history.entities.activity_task import ActivityTaskState, CompiledActivityTask
from swf.models.history.entities.base import Entity
from swf.models.history.entities.child_workflow_execution import CompiledChildWorkflowExecution
from swf.models.history.entities.decision_task import CompiledDecisionTask
from swf.models.history.entities.external_workflow_execution import (
    CompiledExternalWorkflowExecution,
)
from swf.models.history.entities.lambda_function import CompiledLambdaFunction
from swf.models.history.entities.marker import CompiledMarker
from swf.models.history.entities.timer import CompiledTimer
from swf.models.history.entities.workflow_execution import (
    CompiledSignal,
    CompiledWorkflowExecution,
)
from swf.wire import ExecutionKey, TypeKey

TYPE = ("Work", "1.0")
KINDS = (
    CompiledWorkflowExecution,
    CompiledDecisionTask,
    CompiledActivityTask,
    CompiledTimer,
    CompiledMarker,
    CompiledChildWorkflowExecution,
    CompiledExternalWorkflowExecution,
    CompiledLambdaFunction,
    CompiledSignal,
)


def compiled(builder: HistoryBuilder) -> CompiledHistory:
    """Compile a built history afresh."""
    return CompiledHistory.of(events_from(builder.raw))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_declares_its_states_and_transitions_completely(kind: type[Entity]) -> None:
    """States are an enum; every transition ends in a declared state; every state can be reached."""
    reached = set(kind.initial).union(*kind.transitions.values())

    assert all(isinstance(state, StrEnum) for state in kind.states)
    assert reached == kind.states == set(type(next(iter(kind.states))))
    assert kind.terminal == {state for state in kind.states if not kind.transitions[state]}
    assert all(isinstance(then, frozenset) for then in kind.transitions.values())


def test_entities_are_told_apart_by_their_links_and_not_by_their_neighbours() -> None:
    """Two activity tasks at once, a signal between and rounds of decisions fold each for itself."""
    builder = HistoryBuilder().decision()
    builder.activity_task_scheduled("a", TYPE).activity_task_scheduled("b", TYPE)
    builder.activity_task_started("b").activity_task_started("a")
    builder.workflow_execution_signaled("hurry")
    builder.activity_task_completed("b", result="B").activity_task_failed("a", reason="A")
    history = compiled(builder.decision())

    assert history.activities["a"].event_ids == (5, 8, 12)
    assert history.activities["b"].event_ids == (6, 7, 11)
    assert history.activities["a"].state == "failed"
    assert history.activities["b"].state == "completed"
    assert [task.state for task in history.decision_tasks] == ["completed", "completed"]


def test_an_activity_task_keeps_all_that_its_events_told() -> None:
    """A completed activity task still knows its input, type, timeouts, worker and times."""
    builder = HistoryBuilder().decision()
    builder.activity_task_scheduled("a", TYPE, input=[1], control="c", task_priority=3)
    builder.advance(2).activity_task_started("a", identity="w1")
    task = compiled(builder.advance(5).activity_task_completed("a", result="r")).activities["a"]

    assert task.as_dict() == {
        "activity_type": TypeKey(*TYPE),
        "input": "[1]",
        "control": "c",
        "task_list": "default",
        "task_priority": 3,
        "schedule_to_start_timeout": 300,
        "schedule_to_close_timeout": 600,
        "start_to_close_timeout": 300,
        "heartbeat_timeout": "NONE",
        "decision_task_completed_event_id": 4,
        "identity": "w1",
        "result": "r",
    }
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    assert task.scheduled_at == begin
    assert task.started_at == begin + timedelta(seconds=2)
    assert task.closed_at == begin + timedelta(seconds=7)
    assert task.duration == timedelta(seconds=7)
    assert (task.first_event_id, task.started_event_id, task.closed_event_id) == (5, 6, 7)
    assert task.last_event_id == 7
    assert task.outcome == "r"
    assert [event.name for event in task.events] == [
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
    ]


def test_an_open_activity_task_knows_nothing_of_its_end() -> None:
    """What has not happened yet is None, and the states that can follow are those declared."""
    task = compiled(HistoryBuilder().activity_task("a", TYPE, outcome="scheduled")).activities["a"]

    assert task.is_open
    assert not task.is_closed
    assert task.started_at is task.closed_at is task.duration is task.outcome is None
    assert task.started_event_id is task.closed_event_id is task.result is None
    assert task.next_states == {
        ActivityTaskState.STARTED,
        ActivityTaskState.CANCEL_REQUESTED,
        ActivityTaskState.TIMED_OUT,
    }


@pytest.mark.parametrize("end", ["completed", "failed", "timed_out", "canceled"])
def test_a_started_activity_task_ends_in_every_way_after_a_cancel_request(end: str) -> None:
    """A worker may ignore a cancel request: every end is open to the task that was asked."""
    builder = HistoryBuilder().activity_task("a", TYPE, outcome="started")
    builder.workflow_execution_signaled("stop").decision().activity_task_cancel_requested("a")
    asked = compiled(builder).activities["a"]
    getattr(builder, f"activity_task_{end}")("a")
    task = compiled(builder).activities["a"]

    assert asked.state is ActivityTaskState.CANCEL_REQUESTED
    assert task.state == end
    assert task.cancel_requested
    assert task.next_states == frozenset()


def test_an_activity_task_that_never_started_is_canceled_at_once() -> None:
    """Its ActivityTaskCanceled says started event 0 and names the request."""
    builder = HistoryBuilder().decision().activity_task_scheduled("a", TYPE)
    task = compiled(builder.activity_task_cancel_requested("a")).activities["a"]

    assert task.state == "canceled"
    assert task.started_at is None
    assert task.events[-1].started_event_id == 0
    assert task.events[-1].latest_cancel_requested_event_id == task.events[-2].id
    assert task.latest_cancel_requested_event_id == 6


@pytest.mark.parametrize(
    ("timeout_type", "outcome"),
    [
        ("SCHEDULE_TO_START", "scheduled"),
        ("SCHEDULE_TO_CLOSE", "scheduled"),
        ("SCHEDULE_TO_CLOSE", "started"),
        ("START_TO_CLOSE", "started"),
    ],
)
def test_an_activity_task_times_out_by_the_clocks_that_run(timeout_type: str, outcome: str) -> None:
    """A task that no worker took can time out too; it stays told which clock it was."""
    builder = HistoryBuilder().activity_task("a", TYPE, outcome=outcome)
    builder.activity_task_timed_out("a", timeout_type, details="last heartbeat")
    task = compiled(builder).activities["a"]

    assert (task.state, task.timeout_type) == ("timed_out", timeout_type)
    assert task.details == "last heartbeat"
    assert task.outcome == timeout_type


def test_an_activity_id_is_used_again_once_its_bearer_is_closed() -> None:
    """Look-up gives the open bearer, else the latest; every attempt stays in reach, in order."""
    builder = HistoryBuilder().activity_task("a", TYPE, outcome="failed", reason="no")
    builder.activity_task("a", TYPE, outcome="started").workflow_execution_signaled("x").decision()
    builder.schedule_activity_task_failed("a", TYPE, cause="ACTIVITY_ID_ALREADY_IN_USE")
    activities = compiled(builder).activities

    assert [task.state for task in activities.attempts("a")] == [
        "failed",
        "started",
        "schedule_failed",
    ]
    assert [task.attempt for task in activities] == [1, 2, 3]
    assert activities["a"] is activities.get_open("a") is activities[1]
    assert activities.open == (activities[1],)
    assert activities.closed == (activities[0], activities[2])
    assert activities.attempts("a")[2].cause == "ACTIVITY_ID_ALREADY_IN_USE"


def test_a_collection_is_read_by_id_and_by_position() -> None:
    """An int and a slice go by the order of first events, a str by id; what is missing is told."""
    builder = HistoryBuilder().decision().marker_recorded("m").marker_recorded("n", details="d")
    markers = compiled(builder).markers

    assert [marker.id for marker in markers] == ["m", "n"]
    assert markers[-1] is markers["n"]
    assert markers[:1] == [markers["m"]]
    assert markers.ids() == ("m", "n")
    assert "m" in markers
    assert markers[0] in markers
    assert "x" not in markers
    assert markers.get("x") is None
    assert markers.attempts("x") == ()
    with pytest.raises(KeyError, match="x"):
        markers["x"]


def test_an_int_is_a_place_in_brackets_and_an_id_elsewhere() -> None:
    """Where ids are ints, `get` and its like go by them and `[…]` does not; no kind is mistaken."""
    builder = HistoryBuilder().decision().marker_recorded("m").workflow_execution_signaled("s")
    history = compiled(builder.decision())
    tasks, markers = history.decision_tasks, history.markers

    assert [task.id for task in tasks] == [2, 7]
    assert tasks[0] is tasks.get(2)
    assert tasks.attempts(7) == (tasks[1],)
    assert 7 in tasks
    assert 0 not in tasks
    assert 0 not in markers
    for wrong in ("2", None, True, {}):
        with pytest.raises(ValidationTypeError, match="DecisionTasks: ids are of int, got"):
            tasks.get(wrong)  # type: ignore[arg-type]
    for read in (markers.get, markers.get_open, markers.attempts):
        with pytest.raises(ValidationTypeError, match="Markers: ids are of str, got 0"):
            read(0)


def test_closing_costs_the_same_in_any_order() -> None:
    """Thousands of messages to one execution are answered newest first as fast as oldest first."""
    builder = HistoryBuilder().decision()
    raws = builder.raw
    sent = {"workflowId": "w", "signalName": "s", "decisionTaskCompletedEventId": 4}
    at = raws[-1]["eventTimestamp"]
    numbers = range(5, 4_005)
    raws += [
        raw_event(number, "SignalExternalWorkflowExecutionInitiated", at=at, **sent)
        for number in numbers
    ]
    spent = []
    for order in (numbers, reversed(numbers)):
        answers = events_from(
            raw_event(
                number,
                "ExternalWorkflowExecutionSignaled",
                at=at,
                workflowExecution={"workflowId": "w", "runId": "r"},
                initiatedEventId=initiated,
            )
            for number, initiated in enumerate(order, 4_005)
        )
        history = CompiledHistory.of(events_from(raws))
        began = time.process_time()
        history.extend(answers)
        spent.append(time.process_time() - began)
        assert not history.externals.open

    assert spent[1] < 10 * spent[0]


def test_markers_of_one_name_are_all_kept() -> None:
    """A marker's name may repeat: each is an entity with its own details; a failed one says why."""
    builder = HistoryBuilder().decision().marker_recorded("m", details=1)
    builder.marker_recorded("m", details=2).record_marker_failed("m")
    markers = compiled(builder).markers

    assert [marker.details for marker in markers.attempts("m")] == ["1", "2", None]
    assert markers["m"].state == "record_failed"
    assert markers["m"].cause == "OPERATION_NOT_PERMITTED"


def test_timers_fire_are_canceled_and_are_used_again() -> None:
    """A timer is open from its start to its end, and its id is free again after that."""
    builder = HistoryBuilder().timer("t", 30).timer("t", 60, outcome="canceled")
    builder.timer_started("t", 90, control="c")
    timers = compiled(builder).timers

    assert [timer.state for timer in timers] == ["fired", "canceled", "started"]
    assert timers["t"].start_to_fire_timeout == 90
    assert timers["t"].control == "c"
    assert timers[0].duration == timedelta(seconds=30)
    assert timers["t"].started_at == timers["t"].scheduled_at


def test_refused_decisions_are_kept_with_what_they_are_about() -> None:
    """A refused cancellation joins the entity of its id, or is one of its own if there is none."""
    builder = HistoryBuilder().timer("t", 0).activity_task("a", TYPE).decision()
    builder.cancel_timer_failed("t").cancel_timer_failed("u")
    builder.request_cancel_activity_task_failed("a").request_cancel_activity_task_failed("b")
    builder.start_timer_failed("v").activity_task_scheduled("b", TYPE)
    history = compiled(builder)

    assert history.timers["t"].state == "fired"
    assert [event.cause for event in history.timers["t"].failed_cancellations] == [
        "TIMER_ID_UNKNOWN"
    ]
    assert history.timers["t"].closed_event_id < history.timers["t"].last_event_id
    assert (history.timers["u"].state, history.timers["u"].cause) == (
        "cancel_failed",
        "TIMER_ID_UNKNOWN",
    )
    assert history.timers["v"].state == "start_failed"
    assert history.activities["a"].state == "completed"
    assert len(history.activities["a"].failed_cancel_requests) == 1
    assert [task.state for task in history.activities.attempts("b")] == [
        "request_cancel_failed",
        "scheduled",
    ]


def test_a_cancellation_that_names_no_timer_is_kept() -> None:
    """Some services leave the timer id out of CancelTimerFailed: it is an entity without id."""
    raws = HistoryBuilder().decision().raw
    raws.append(
        raw_event(
            5,
            "CancelTimerFailed",
            at=raws[-1]["eventTimestamp"],
            cause="TIMER_ID_UNKNOWN",
            decisionTaskCompletedEventId=4,
        )
    )
    timers = CompiledHistory.of(events_from(raws)).timers

    assert (timers[0].id, timers[0].state) == ("", "cancel_failed")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("completed", {"result": "r"}),
        ("failed", {"reason": "no", "details": "d"}),
        ("timed_out", {"timeout_type": "START_TO_CLOSE"}),
        ("canceled", {"details": "d"}),
        ("terminated", {}),
        ("started", {}),
    ],
)
def test_a_child_execution_ends_in_every_way(outcome: str, told: dict[str, str]) -> None:
    """A child goes from initiated over started to its end and keeps what each of them told."""
    builder = HistoryBuilder().child_workflow_execution(
        "c", TYPE, outcome=outcome, input="i", result="r", reason="no", details="d"
    )
    child = compiled(builder).children["c"]

    assert child.state == outcome
    assert child.as_dict() == {
        "workflow_id": "c",
        "workflow_type": TypeKey(*TYPE),
        "input": "i",
        "task_list": "default",
        "child_policy": "TERMINATE",
        "execution_start_to_close_timeout": 3600,
        "task_start_to_close_timeout": 300,
        "decision_task_completed_event_id": 4,
        **told,
    }
    assert child.workflow_execution == ExecutionKey("c", child.run_id)
    assert child.run_id


def test_a_child_execution_can_fail_to_start_in_two_ways() -> None:
    """Without an initiated event the failure is an entity of its own; else it ends that one."""
    builder = HistoryBuilder().child_workflow_execution("c", TYPE, outcome="started").decision()
    builder.start_child_workflow_execution_failed("d", TYPE)
    builder.child_workflow_execution(
        "c", TYPE, outcome="start_failed", cause="WORKFLOW_ALREADY_RUNNING"
    )
    children = compiled(builder).children

    assert children["d"].state == "start_failed"
    assert children["d"].cause == "WORKFLOW_TYPE_DOES_NOT_EXIST"
    assert children["d"].event_ids == (children["d"].first_event_id,)
    assert children["d"].run_id is None
    running, refused = children.attempts("c")
    assert children["c"] is running
    assert refused.state == "start_failed"
    assert len(refused.events) == 2


def test_a_child_that_continued_as_new_is_known_by_its_last_run() -> None:
    """The run id is that of the latest event that tells one."""
    builder = HistoryBuilder().child_workflow_execution("c", TYPE, outcome="started")
    raws = builder.raw
    closing = raw_event(
        len(raws) + 1,
        "ChildWorkflowExecutionCompleted",
        at=raws[-1]["eventTimestamp"],
        workflowExecution={"workflowId": "c", "runId": "later"},
        workflowType={"name": "Work", "version": "1.0"},
        initiatedEventId=5,
        startedEventId=6,
    )
    child = CompiledHistory.of(events_from([*raws, closing])).children["c"]

    assert child.run_id == "later"


def test_messages_to_other_executions_reach_them_or_fail() -> None:
    """Signals and cancel requests are told apart, and each comes to its own success or failure."""
    builder = HistoryBuilder().external_signal("w", "go", run_id="r1", input="i")
    builder.external_signal("w", "stop", outcome="failed").external_cancel_request("w")
    builder.external_cancel_request("v", outcome="failed").decision()
    builder.signal_external_workflow_execution_initiated("w", "again", control="c")
    externals = compiled(builder).externals

    assert [message.state for message in externals] == [
        "signaled",
        "signal_failed",
        "cancel_requested",
        "request_cancel_failed",
        "signal_initiated",
    ]
    assert [message.signal_name for message in externals.signals] == ["go", "stop", "again"]
    assert [message.id for message in externals.cancel_requests] == ["w", "v"]
    assert externals[0].workflow_execution == ExecutionKey("w", "r1")
    assert externals[1].cause == "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"
    assert externals[1].run_id is None
    assert externals.open == (externals[4],)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("completed", {"result": "r"}),
        ("failed", {"reason": "no", "details": "d"}),
        ("timed_out", {"timeout_type": "START_TO_CLOSE"}),
        ("start_failed", {"cause": "ASSUME_ROLE_FAILED"}),
        ("started", {}),
    ],
)
def test_a_lambda_task_ends_in_every_way(outcome: str, told: dict[str, str]) -> None:
    """A Lambda task keeps its function, input and timeout to its end."""
    builder = HistoryBuilder().lambda_function(
        "l", "fn", outcome=outcome, input="i", result="r", reason="no", details="d"
    )
    task = compiled(builder).lambdas["l"]

    assert task.state == outcome
    assert task.as_dict() == {
        "function_id": "l",
        "function_name": "fn",
        "input": "i",
        "start_to_close_timeout": 900,
        "decision_task_completed_event_id": 4,
        **told,
    }


def test_a_lambda_task_that_could_not_be_had_is_kept() -> None:
    """One that was not scheduled, or whose failed start names no task, is an entity of its own."""
    builder = HistoryBuilder().lambda_function("l", "fn", outcome="schedule_failed")
    raws = builder.raw
    raws.append(
        raw_event(
            len(raws) + 1,
            "StartLambdaFunctionFailed",
            at=raws[-1]["eventTimestamp"],
            cause="ASSUME_ROLE_FAILED",
            message="no role",
        )
    )
    lambdas = CompiledHistory.of(events_from(raws)).lambdas

    assert [(task.id, task.state) for task in lambdas] == [
        ("l", "schedule_failed"),
        ("", "start_failed"),
    ]
    assert lambdas[1].message == "no role"


def test_signals_received_are_all_kept_in_order() -> None:
    """A later signal of a name does not replace the earlier one; the sender stays known."""
    builder = HistoryBuilder().workflow_execution_signaled("s", input=1)
    builder.workflow_execution_signaled("other")
    builder.workflow_execution_signaled(
        "s", input=2, external_workflow_execution=("w", "r"), external_initiated_event_id=9
    )
    signals = compiled(builder).signals

    assert [signal.input for signal in signals.attempts("s")] == ["1", "2"]
    assert [signal.id for signal in signals] == ["s", "other", "s"]
    assert signals["s"].external_workflow_execution == ExecutionKey("w", "r")
    assert signals["s"].external_initiated_event_id == 9
    assert signals["s"].state == "signaled"


def test_the_execution_keeps_what_it_was_started_with() -> None:
    """Input, tags, timeouts, policy, parent and earlier run are those of the first event."""
    builder = HistoryBuilder.workflow_execution_started(
        TYPE,
        input={"k": 1},
        tag_list=["t1", "t2"],
        task_list="lists",
        task_priority=-5,
        child_policy="ABANDON",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout="NONE",
        lambda_role="arn:role",
        parent_workflow_execution=("p", "pr"),
        parent_initiated_event_id=7,
        continued_execution_run_id="before",
    )
    execution = compiled(builder).execution

    assert execution.as_dict() == {
        "workflow_type": TypeKey(*TYPE),
        "input": '{"k":1}',
        "tag_list": ("t1", "t2"),
        "task_list": "lists",
        "task_priority": -5,
        "child_policy": "ABANDON",
        "execution_start_to_close_timeout": 60,
        "task_start_to_close_timeout": "NONE",
        "lambda_role": "arn:role",
        "parent_workflow_execution": ExecutionKey("p", "pr"),
        "parent_initiated_event_id": 7,
        "continued_execution_run_id": "before",
    }
    assert execution.parent == ExecutionKey("p", "pr")
    assert execution.status is ExecutionStatus.OPEN
    assert execution.close_status is None
    assert execution.started_at == execution.scheduled_at


@pytest.mark.parametrize("close_status", list(CloseStatus))
def test_the_execution_closes_in_six_ways(close_status: CloseStatus) -> None:
    """The close status is the API's, and a request to cancel stays known after the end."""
    builder = HistoryBuilder().workflow_execution_cancel_requested().decision()
    getattr(builder, f"workflow_execution_{close_status.value.lower()}")()
    execution = compiled(builder).execution

    assert execution.close_status is close_status
    assert execution.status is ExecutionStatus.CLOSED
    assert execution.state == close_status.value.lower()
    assert execution.next_states == frozenset()
    assert execution.cancel_requested
    assert len(execution.cancel_requests) == 1


def test_an_execution_tells_how_it_closed() -> None:
    """Result, reason, details, cause and the new run are kept beside what it was started with."""
    done = HistoryBuilder(input="i").decision().workflow_execution_completed(result=[1])
    failed = HistoryBuilder().decision().workflow_execution_failed(reason="no", details="d")
    killed = HistoryBuilder().workflow_execution_terminated(reason="enough")
    renewed = HistoryBuilder(TYPE).decision()
    renewed.workflow_execution_continued_as_new(input="n", new_execution_run_id="next")

    assert compiled(done).execution.result == "[1]"
    assert compiled(done).execution.input == "i"
    assert compiled(failed).execution.reason == "no"
    assert compiled(failed).execution.details == "d"
    assert compiled(killed).execution.cause == "OPERATOR_INITIATED"
    assert compiled(renewed).execution.new_execution_run_id == "next"
    assert compiled(renewed).execution.input is None


def test_a_refused_close_leaves_the_execution_open() -> None:
    """Decisions to close that failed are listed, and change no state."""
    builder = HistoryBuilder().decision_task_started().workflow_execution_signaled("late")
    builder.decision_task_completed().complete_workflow_execution_failed()
    execution = compiled(builder).execution

    assert execution.state == "started"
    assert [event.cause for event in execution.failed_close_decisions] == ["UNHANDLED_DECISION"]
    assert execution.is_open


def test_a_decision_task_may_be_scheduled_while_another_runs() -> None:
    """What happens during a decision is for the next, which waits until the first is answered."""
    builder = HistoryBuilder().decision_task_started().workflow_execution_signaled("s")
    during = compiled(builder).decision_tasks
    after = compiled(builder.decision_task_completed(execution_context="c")).decision_tasks

    assert during.running is during[0]
    assert during.waiting is during[1]
    assert (after.running, after.waiting) == (None, after[1])
    assert after.deciding == 6
    assert after.previous_started_event_id == 3
    assert after[0].execution_context == "c"
    assert after[0].identity == "decider"
    assert after[0].timeout_type is None
    assert after.get(2) is after[0]


def test_a_decision_task_times_out_started_or_not() -> None:
    """An unanswered task times out START_TO_CLOSE, one never taken SCHEDULE_TO_START."""
    builder = HistoryBuilder().decision_task_started().decision_task_timed_out()
    builder.decision_task_started().workflow_execution_signaled("s").decision_task_completed(
        task_list="mine", task_list_schedule_to_start_timeout=5
    )
    builder.decision().workflow_execution_signaled("s").workflow_execution_signaled("s")
    builder.decision_task_started().workflow_execution_signaled("s")
    history = compiled(builder.decision_task_timed_out())

    assert [task.timeout_type for task in history.decision_tasks.closed] == [
        "START_TO_CLOSE",
        None,
        None,
        "START_TO_CLOSE",
    ]
    unstarted = HistoryBuilder().decision_task_started().workflow_execution_signaled("s")
    unstarted.decision_task_completed(task_list="mine", task_list_schedule_to_start_timeout=5)
    unstarted.decision().workflow_execution_signaled("s").decision_task_timed_out()
    task = compiled(unstarted).decision_tasks[-2]
    assert (task.state, task.timeout_type, task.task_list) == (
        "timed_out",
        "SCHEDULE_TO_START",
        "mine",
    )
    assert task.completed is None
    assert task.execution_context is None
    assert compiled(unstarted).decision_tasks.waiting.task_list == "default"


def test_the_latest_execution_context_is_the_last_one_given() -> None:
    """An answer without a context leaves the earlier one; the empty text is a context."""
    builder = HistoryBuilder().decision(execution_context="one").workflow_execution_signaled("s")
    assert compiled(builder.decision()).latest_execution_context == "one"

    builder.workflow_execution_signaled("s").decision(execution_context="")
    assert compiled(builder).latest_execution_context == ""
    assert compiled(HistoryBuilder()).latest_execution_context is None


def test_open_counts_are_those_of_the_service() -> None:
    """Each kind is counted while open, decision tasks at most once; closing resets nothing."""
    builder = HistoryBuilder().decision()
    builder.activity_task_scheduled("a", TYPE).activity_task_scheduled("b", TYPE)
    builder.timer_started("t").start_child_workflow_execution_initiated("c", TYPE)
    builder.lambda_function_scheduled("l", "fn").activity_task_started("a")
    builder.activity_task_completed("a").decision_task_started().workflow_execution_signaled("s")
    builder.workflow_execution_terminated()
    counts = compiled(builder).open_counts

    assert counts.activity_tasks == 1
    assert counts.decision_tasks == 1
    assert counts.timers == 1
    assert counts.child_workflow_executions == 1
    assert counts.lambda_functions == 1


def test_an_event_leads_to_its_entity() -> None:
    """`entity_of` gives what an event is about, and None for one that is not folded."""
    history = compiled(HistoryBuilder().activity_task("a", TYPE))

    assert history.entity_of(6) is history.activities["a"]
    assert history.entity_of(1) is history.execution
    assert history.entity_of(0) is None
    assert history.entity_of(99) is None


def test_entities_are_listed_in_the_order_of_their_first_events() -> None:
    """All kinds together come as the history began to tell of them."""
    history = compiled(HistoryBuilder().activity_task("a", TYPE).timer("t"))

    firsts = [entity.first_event_id for entity in history.entities]
    assert firsts == sorted(firsts)
    assert {entity.type for entity in history.entities} == {
        "WorkflowExecution",
        "DecisionTask",
        "ActivityTask",
        "Timer",
    }


def test_an_entity_is_read_only_and_shows_what_it_is() -> None:
    """A field cannot be set from outside; the repr tells id, state and events."""
    task = compiled(HistoryBuilder().activity_task("a", TYPE)).activities["a"]

    with pytest.raises(AttributeError):
        task.result = "other"
    with pytest.raises(AttributeError):
        task.state = "failed"
    assert repr(task) == "CompiledActivityTask('a', state='completed', events=[5, 6, 7])"
    assert str(task) == "ActivityTask 'a' of event 5"
    assert repr(compiled(HistoryBuilder().activity_task("a", TYPE)).activities).startswith(
        "ActivityTasks([CompiledActivityTask("
    )


def test_an_empty_history_compiles_to_nothing() -> None:
    """Without events there are no entities, and asking for the execution is a clear error."""
    history = CompiledHistory.of([])

    assert len(history) == history.last_event_id == 0
    assert history.entities == ()
    assert repr(history) == "CompiledHistory()"
    with pytest.raises(InconsistentHistoryError, match="no execution"):
        _ = history.execution
