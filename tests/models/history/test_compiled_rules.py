"""What a compiled history refuses, how it grows, and how it is shown."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import raw_event
from rich.console import Console
from strategies import raw_histories

from swf.exceptions import InconsistentHistoryError, TransitionError
from swf.models.event import EVENTS, UnknownEvent, event_from, events_from
from swf.models.history import CompiledHistory, History, HistoryBuilder
from swf.models.history.compiled import DECISION_RESULTS

TYPE = ("Work", "1.0")
WIRE_TYPE = {"name": "Work", "version": "1.0"}
LIST = {"name": "default"}
RUN = {"workflowId": "c", "runId": "r"}


def base() -> list[dict[str, Any]]:
    """Return a history in which one of each kind is open, the last decisions being carried out.

    5 and 6 are activity tasks (6 started by 13), 7 a timer, 8 and 9 children (9 started by 14), 10
    and 11 messages, 12 a Lambda task; 18 is the latest DecisionTaskCompleted.
    """
    builder = HistoryBuilder(TYPE).decision()
    builder.activity_task_scheduled("a", TYPE).activity_task_scheduled("b", TYPE)
    builder.timer_started("t", 30)
    builder.start_child_workflow_execution_initiated("c", TYPE)
    builder.start_child_workflow_execution_initiated("d", TYPE)
    builder.signal_external_workflow_execution_initiated("w", "s")
    builder.request_cancel_external_workflow_execution_initiated("w")
    builder.lambda_function_scheduled("l", "fn")
    builder.activity_task_started("b").child_workflow_execution_started("d").decision()
    return builder.raw


def refusal(name: str, /, *, history: list[dict[str, Any]] | None = None, **told: Any) -> str:
    """Append an event that SWF cannot have recorded and return why it is refused.

    Proves by the way that the refusal changes nothing and names the event.
    """
    raws = base() if history is None else history
    compiled = CompiledHistory.of(events_from(raws))
    before = copy.deepcopy(compiled)
    raw = raw_event(len(raws) + 1, name, at=raws[-1]["eventTimestamp"], **told)
    with pytest.raises(InconsistentHistoryError) as caught:
        compiled.append(event_from(raw))
    assert compiled == before
    assert str(caught.value).startswith(f"event {len(raws) + 1} {name}: ")
    return str(caught.value)


DECIDED = {"decisionTaskCompletedEventId": 17}


def test_the_base_of_these_tests_is_consistent() -> None:
    """The history that the refusals start from compiles, with one of each kind open."""
    compiled = CompiledHistory.of(events_from(base()))

    assert compiled.decision_tasks.deciding == 17
    assert len(base()) == 17
    assert all(
        len(held.open) > 0
        for held in (
            compiled.activities,
            compiled.timers,
            compiled.children,
            compiled.externals,
            compiled.lambdas,
        )
    )


@pytest.mark.parametrize(
    ("name", "told", "why"),
    [
        # an end, or a start, of what has not started, or has
        (
            "ActivityTaskCompleted",
            {"scheduledEventId": 5, "startedEventId": 0},
            "ActivityTask 'a' of event 5 is scheduled and cannot become completed",
        ),
        (
            "ActivityTaskStarted",
            {"scheduledEventId": 6},
            "ActivityTask 'b' of event 6 is started and cannot become started",
        ),
        (
            "ActivityTaskCompleted",
            {"scheduledEventId": 6, "startedEventId": 12},
            "is started by started event 13, not 12",
        ),
        (
            "ActivityTaskTimedOut",
            {"scheduledEventId": 6, "startedEventId": 13, "timeoutType": "SCHEDULE_TO_START"},
            "a task that started cannot time out SCHEDULE_TO_START",
        ),
        (
            "ActivityTaskTimedOut",
            {"scheduledEventId": 5, "startedEventId": 0, "timeoutType": "HEARTBEAT"},
            "a task that did not start cannot time out HEARTBEAT",
        ),
        (
            "ActivityTaskCanceled",
            {"scheduledEventId": 6, "startedEventId": 13, "latestCancelRequestedEventId": 7},
            "event 7 is not the latest request to cancel ActivityTask 'b'",
        ),
        (
            "ActivityTaskCanceled",
            {"scheduledEventId": 5, "startedEventId": 0},
            "is scheduled and cannot become canceled",
        ),
        # links to nothing, to another kind, to a later event of the entity
        ("ActivityTaskStarted", {"scheduledEventId": 99}, "links to event 99, with which no"),
        ("ActivityTaskStarted", {"scheduledEventId": 7}, "with which no ActivityTask begins"),
        ("ActivityTaskCompleted", {"scheduledEventId": 13, "startedEventId": 13}, "links to"),
        ("TimerFired", {"timerId": "t", "startedEventId": 5}, "with which no Timer begins"),
        ("LambdaFunctionStarted", {"scheduledEventId": 5}, "with which no LambdaFunction begins"),
        ("DecisionTaskStarted", {"scheduledEventId": 5}, "with which no DecisionTask begins"),
        # two things that disagree
        ("TimerFired", {"timerId": "u", "startedEventId": 7}, "names timer 'u' and links to Timer"),
        (
            "ChildWorkflowExecutionStarted",
            {
                "workflowExecution": {"workflowId": "x", "runId": "r"},
                "workflowType": WIRE_TYPE,
                "initiatedEventId": 8,
            },
            "names workflow id 'x' and links to ChildWorkflowExecution 'c'",
        ),
        (
            "ExternalWorkflowExecutionSignaled",
            {"workflowExecution": {"workflowId": "x", "runId": "r"}, "initiatedEventId": 10},
            "names workflow id 'x' and links to",
        ),
        (
            "ExternalWorkflowExecutionSignaled",
            {"workflowExecution": {"workflowId": "w", "runId": "r"}, "initiatedEventId": 11},
            "is request_cancel_initiated and cannot become signaled",
        ),
        (
            "ChildWorkflowExecutionCompleted",
            {
                "workflowExecution": RUN,
                "workflowType": WIRE_TYPE,
                "initiatedEventId": 8,
                "startedEventId": 14,
            },
            "is start_initiated and cannot become completed",
        ),
        (
            "LambdaFunctionCompleted",
            {"scheduledEventId": 12, "startedEventId": 0},
            "LambdaFunction 'l' of event 12 is scheduled and cannot become completed",
        ),
        (
            "StartChildWorkflowExecutionFailed",
            {
                "workflowType": WIRE_TYPE,
                "workflowId": "c",
                "cause": "WORKFLOW_ALREADY_RUNNING",
                "initiatedEventId": 8,
                **DECIDED,
            },
            "was initiated by another decision task",
        ),
        (
            "SignalExternalWorkflowExecutionFailed",
            {
                "workflowId": "w",
                "cause": "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION",
                "initiatedEventId": 10,
                **DECIDED,
            },
            "was initiated by another decision task",
        ),
        # ids in use, or not
        (
            "ActivityTaskScheduled",
            {"activityType": WIRE_TYPE, "activityId": "a", "taskList": LIST, **DECIDED},
            "ActivityTask 'a' of event 5 is scheduled: its id is in use",
        ),
        (
            "TimerStarted",
            {"timerId": "t", "startToFireTimeout": "1", **DECIDED},
            "Timer 't' of event 7 is started: its id is in use",
        ),
        (
            "LambdaFunctionScheduled",
            {"id": "l", "name": "fn", **DECIDED},
            "its id is in use",
        ),
        (
            "StartTimerFailed",
            {"timerId": "u", "cause": "TIMER_ID_ALREADY_IN_USE", **DECIDED},
            "no open Timer has the id 'u'",
        ),
        (
            "ScheduleActivityTaskFailed",
            {
                "activityType": WIRE_TYPE,
                "activityId": "u",
                "cause": "ACTIVITY_ID_ALREADY_IN_USE",
                **DECIDED,
            },
            "no open ActivityTask has the id 'u'",
        ),
        (
            "CancelTimerFailed",
            {"timerId": "t", "cause": "TIMER_ID_UNKNOWN", **DECIDED},
            "Timer 't' of event 7 is started: its id is known",
        ),
        (
            "RequestCancelActivityTaskFailed",
            {"activityId": "a", "cause": "ACTIVITY_ID_UNKNOWN", **DECIDED},
            "its id is known",
        ),
        (
            "ActivityTaskCancelRequested",
            {"activityId": "u", **DECIDED},
            "no activity task 'u' is open",
        ),
        # decision tasks
        (
            "DecisionTaskStarted",
            {"scheduledEventId": 2},
            "is completed and cannot become started: it is closed",
        ),
        (
            "DecisionTaskCompleted",
            {"scheduledEventId": 2, "startedEventId": 3},
            "is completed and cannot become completed",
        ),
        # what comes of decisions
        (
            "MarkerRecorded",
            {"markerName": "m", "decisionTaskCompletedEventId": 4},
            "names event 4, whose decisions were carried out earlier",
        ),
        (
            "MarkerRecorded",
            {"markerName": "m", "decisionTaskCompletedEventId": 16},
            "names event 16, which is no DecisionTaskCompleted before it",
        ),
        (
            "MarkerRecorded",
            {"markerName": "m", "decisionTaskCompletedEventId": 99},
            "names event 99, which is no DecisionTaskCompleted before it",
        ),
        (
            "CompleteWorkflowExecutionFailed",
            {"cause": "UNHANDLED_DECISION", **DECIDED},
            "UNHANDLED_DECISION, and no decision task waits",
        ),
        # what is not told
        ("ActivityTaskStarted", {}, "it does not tell scheduledEventId"),
        ("WorkflowExecutionSignaled", {"signalName": None}, "it does not tell signalName"),
        # the beginning, again
        (
            "WorkflowExecutionStarted",
            {"childPolicy": "ABANDON", "taskList": LIST, "workflowType": WIRE_TYPE},
            "WorkflowExecution 'Work' of event 1 is started already",
        ),
    ],
)
def test_an_event_that_contradicts_the_history_is_refused(
    name: str, told: dict[str, Any], why: str
) -> None:
    """The refusal names event, entity and state and says why; nothing has changed then."""
    assert why in refusal(name, **told)


def history_with(*events: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the history of `base` with these events after it, at once."""
    raws = base()
    for name, told in events:
        raws.append(raw_event(len(raws) + 1, name, at=raws[-1]["eventTimestamp"], **told))
    return raws


def asked(activity_id: str) -> tuple[str, dict[str, Any]]:
    """Return the event of a decision to cancel an activity task."""
    return ("ActivityTaskCancelRequested", {"activityId": activity_id, **DECIDED})


@pytest.mark.parametrize("answer", ["Completed", "Failed"])
def test_only_a_worker_that_has_a_task_answers_it(answer: str) -> None:
    """A task that nobody started is not completed nor failed after a cancel request either."""
    raws = history_with(asked("a"))
    task = CompiledHistory.of(events_from(raws)).activities["a"]

    why = refusal(f"ActivityTask{answer}", history=raws, scheduledEventId=5, startedEventId=0)

    assert f"is cancel_requested and cannot become {answer.lower()}" in why
    assert task.next_states == {"canceled", "cancel_requested", "timed_out"}


def test_a_canceled_task_names_the_latest_request() -> None:
    """Of several requests to cancel a task, the event of its cancellation names the last."""
    raws = history_with(asked("b"), asked("b"))
    canceled = {"scheduledEventId": 6, "startedEventId": 13}

    for wrong in (6, 13, 18):
        why = refusal(
            "ActivityTaskCanceled",
            history=raws,
            latestCancelRequestedEventId=wrong,
            **canceled,
        )
        assert f"event {wrong} is not the latest request to cancel ActivityTask 'b'" in why
    for told in ({"latestCancelRequestedEventId": 19}, {}):
        raw = raw_event(20, "ActivityTaskCanceled", at=2e9, **canceled, **told)
        compiled = CompiledHistory.of(events_from([*raws, raw]))
        assert compiled.activities["b"].state == "canceled"


START_FAILED = {"workflowId": "c", "workflowType": WIRE_TYPE, **DECIDED}


@pytest.mark.parametrize(
    ("cause", "initiated", "why"),
    [
        ("WORKFLOW_ALREADY_RUNNING", 0, "comes after an initiated event, not of event 0"),
        ("WORKFLOW_TYPE_DOES_NOT_EXIST", 18, "comes before any, not of event 18"),
        ("OPERATION_NOT_PERMITTED", 18, "comes before any, not of event 18"),
    ],
)
def test_a_start_fails_after_it_was_initiated_for_one_cause_only(
    cause: str, initiated: int, why: str
) -> None:
    """Whether the workflow id is in use shows once the start is initiated, all else before."""
    initiation = {**START_FAILED, "taskList": LIST, "childPolicy": "TERMINATE"}
    raws = history_with(("StartChildWorkflowExecutionInitiated", initiation))

    refused = refusal(
        "StartChildWorkflowExecutionFailed",
        history=raws,
        cause=cause,
        initiatedEventId=initiated,
        **START_FAILED,
    )

    assert f"{cause} {why}" in refused


@pytest.mark.parametrize(
    "other", [{"name": "Other", "version": "1.0"}, {"name": "Work", "version": "2"}]
)
def test_a_child_starts_as_what_it_was_initiated(other: dict[str, str]) -> None:
    """Name and version of a child that starts are those of its initiated event."""
    why = refusal(
        "ChildWorkflowExecutionStarted",
        workflowExecution=RUN,
        workflowType=other,
        initiatedEventId=8,
    )

    assert "ChildWorkflowExecution 'c' of event 8 is of TypeKey(name='Work', version='1.0')" in why


def test_a_child_keeps_its_name_and_may_change_its_version() -> None:
    """A child that continued as new ends as another version of its type, never as another type."""
    closed = {"workflowExecution": {"workflowId": "d", "runId": "later"}}
    closed |= {"initiatedEventId": 9, "startedEventId": 14}

    why = refusal(
        "ChildWorkflowExecutionCompleted",
        workflowType={"name": "Other", "version": "1.0"},
        **closed,
    )
    raw = raw_event(
        18,
        "ChildWorkflowExecutionCompleted",
        at=2e9,
        workflowType={**WIRE_TYPE, "version": "2"},
        **closed,
    )
    child = CompiledHistory.of(events_from([*base(), raw])).children["d"]

    assert "not TypeKey(name='Other', version='1.0')" in why
    assert (child.state, child.run_id) == ("completed", "later")


@pytest.mark.parametrize(
    ("name", "told", "why"),
    [
        (
            "WorkflowExecutionTimedOut",
            {"timeoutType": "HEARTBEAT", "childPolicy": "TERMINATE"},
            "timeoutType must be one of START_TO_CLOSE, got 'HEARTBEAT'",
        ),
        (
            "ActivityTaskTimedOut",
            {"timeoutType": "BANANA", "scheduledEventId": 5, "startedEventId": 0},
            "timeoutType must be one of START_TO_CLOSE, SCHEDULE_TO_START, SCHEDULE_TO_CLOSE",
        ),
        (
            "StartTimerFailed",
            {"timerId": "u", "cause": "TIMER_ID_UNKNOWN", **DECIDED},
            "cause must be one of TIMER_ID_ALREADY_IN_USE",
        ),
        (
            "WorkflowExecutionTerminated",
            {"childPolicy": "TERMINATE", "cause": "BOREDOM"},
            "cause must be one of CHILD_POLICY_APPLIED",
        ),
        ("WorkflowExecutionTerminated", {"childPolicy": "KEEP"}, "childPolicy must be one of"),
    ],
)
def test_words_are_those_of_the_api(name: str, told: dict[str, Any], why: str) -> None:
    """A timeout type, a cause or a child policy that the event type does not have is refused."""
    assert why in refusal(name, **told)


def test_an_impossible_move_of_an_entity_is_a_transition_error() -> None:
    """TransitionError is for states, and says in words which can follow."""
    compiled = CompiledHistory.of(events_from(base()))
    raw = raw_event(18, "ActivityTaskCompleted", at=2e9, scheduledEventId=5, startedEventId=0)

    with pytest.raises(TransitionError) as caught:
        compiled.append(event_from(raw))
    assert str(caught.value) == (
        "event 18 ActivityTaskCompleted: ActivityTask 'a' of event 5 is scheduled and cannot become"
        " completed: only cancel_requested, started, timed_out"
    )
    assert caught.value.resource == "event 18 ActivityTaskCompleted"


def test_an_event_without_attributes_is_refused() -> None:
    """An event whose attributes are missing altogether tells nothing that could be folded."""
    raws = base()
    raw = {"eventId": 18, "eventType": "TimerFired", "eventTimestamp": raws[-1]["eventTimestamp"]}

    with pytest.raises(InconsistentHistoryError, match="it has no timerFiredEventAttributes"):
        CompiledHistory.of(events_from([*raws, raw]))


@pytest.mark.parametrize(
    ("name", "told", "why"),
    [
        ("DecisionTaskStarted", {"scheduledEventId": 19}, "is started and not answered"),
        (
            "DecisionTaskCompleted",
            {"scheduledEventId": 19, "startedEventId": 20},
            "is scheduled and cannot become completed",
        ),
        (
            "DecisionTaskCompleted",
            {"scheduledEventId": 15, "startedEventId": 3},
            "is completed and cannot become completed",
        ),
        (
            "DecisionTaskTimedOut",
            {"scheduledEventId": 19, "startedEventId": 20, "timeoutType": "SCHEDULE_TO_START"},
            "started event 0, not 20",
        ),
        (
            "DecisionTaskTimedOut",
            {"scheduledEventId": 19, "startedEventId": 0, "timeoutType": "START_TO_CLOSE"},
            "is scheduled and cannot time out START_TO_CLOSE",
        ),
        (
            "MarkerRecorded",
            {"markerName": "m", "decisionTaskCompletedEventId": 17},
            "comes before the next DecisionTaskStarted",
        ),
    ],
)
def test_at_most_one_decision_task_runs(name: str, told: dict[str, Any], why: str) -> None:
    """While one runs none is started, and each ends as it began."""
    raws = base()
    at = raws[-1]["eventTimestamp"]
    raws.append(raw_event(18, "WorkflowExecutionSignaled", at=at, signalName="s"))
    raws.append(raw_event(19, "DecisionTaskScheduled", at=at, taskList=LIST))
    if "not answered" in why or "comes before the next" in why:
        raws.append(raw_event(20, "DecisionTaskStarted", at=at, scheduledEventId=19))
        raws.append(raw_event(21, "DecisionTaskScheduled", at=at, taskList=LIST))
        told = {**told, "scheduledEventId": 21} if name == "DecisionTaskStarted" else told

    assert why in refusal(name, history=raws, **told)


def test_what_other_services_schedule_too_often_compiles() -> None:
    """A decision task for every event that calls for one, and a close over them, are folded."""
    builder = HistoryBuilder().decision_task_started().workflow_execution_signaled("late")
    raws = builder.raw
    at = raws[-1]["eventTimestamp"]
    raws.append(raw_event(6, "DecisionTaskScheduled", at=at, taskList=LIST))
    completed = {"scheduledEventId": 2, "startedEventId": 3}
    raws.append(raw_event(7, "DecisionTaskCompleted", at=at, **completed))
    tasks = CompiledHistory.of(events_from(raws)).decision_tasks
    assert [task.state for task in tasks] == ["completed", "scheduled", "scheduled"]
    assert tasks.waiting is tasks[1]

    closing = {"decisionTaskCompletedEventId": 7}
    raws.append(raw_event(8, "WorkflowExecutionCompleted", at=at, **closing))
    closed = CompiledHistory.of(events_from(raws))

    assert closed.execution.close_status == "COMPLETED"
    assert closed.open_counts.decision_tasks == 1


def test_the_builder_records_no_decision_task_too_many() -> None:
    """What SWF would not record while a decision task waits, the builder refuses."""
    builder = HistoryBuilder(automatic=False).decision_task_scheduled()
    before = builder.raw

    with pytest.raises(TransitionError, match="DecisionTask 2 of event 2 waits already"):
        builder.decision_task_scheduled()
    assert builder.raw == before
    late = HistoryBuilder().decision_task_started().workflow_execution_signaled("late")
    late.decision_task_completed()
    with pytest.raises(TransitionError, match="cannot be closed by a decision while"):
        late.workflow_execution_completed()


@pytest.mark.parametrize("name", ["MarkerRecorded", "WorkflowExecutionSignaled", "SomethingNew"])
def test_nothing_follows_the_closing_event(name: str) -> None:
    """A closed execution gains no event, of whatever type."""
    raws = HistoryBuilder().workflow_execution_terminated().raw

    why = refusal(name, history=raws, signalName="s")
    assert "is terminated: nothing follows" in why


def test_event_ids_count_up_one_by_one() -> None:
    """A gap, a repetition and a history that begins elsewhere are refused, each in own words."""
    events = events_from(base())
    compiled = CompiledHistory.of(events[:5])

    with pytest.raises(InconsistentHistoryError, match=r"events are missing before it: .* is 6"):
        compiled.append(events[6])
    with pytest.raises(InconsistentHistoryError, match="folded already: the next event is 6"):
        compiled.append(events[4])
    with pytest.raises(InconsistentHistoryError, match="fetch the whole of it"):
        CompiledHistory.of(events[3:])
    with pytest.raises(InconsistentHistoryError, match="in ascending order"):
        CompiledHistory.of(reversed(events))


def test_a_slice_of_a_history_does_not_compile_and_says_what_to_do() -> None:
    """A part of a history is not taken for the whole."""
    history = History(base())

    with pytest.raises(InconsistentHistoryError, match="append a part of it to what compiled"):
        _ = history[4:].compiled


def test_a_history_begins_with_the_start_of_its_execution() -> None:
    """Event 1 is WorkflowExecutionStarted."""
    raw = raw_event(1, "WorkflowExecutionSignaled", signalName="s")

    with pytest.raises(InconsistentHistoryError, match="begins with WorkflowExecutionStarted"):
        CompiledHistory.of(events_from([raw]))


def test_a_lone_event_of_the_execution_is_about_the_execution() -> None:
    """One cancel request among others' events moves the execution and nothing else."""
    builder = HistoryBuilder().activity_task("a", TYPE, outcome="started")
    builder.workflow_execution_cancel_requested().activity_task_completed("a")
    compiled = CompiledHistory.of(events_from(builder.raw))

    assert compiled.execution.event_ids == (1, 7)
    assert compiled.execution.state == "cancel_requested"
    assert compiled.activities["a"].event_ids == (5, 6, 9)


def test_time_does_not_run_backwards() -> None:
    """An event older than the one before it is refused; one of the same moment is not."""
    raws = base()
    older = raw_event(18, "WorkflowExecutionSignaled", at=1.0, signalName="s")

    with pytest.raises(
        InconsistentHistoryError, match=r"1970-01-01 .* before event 17: 2020-01-01"
    ):
        CompiledHistory.of(events_from([*raws, older]))


def test_numbers_and_datetimes_are_one_time() -> None:
    """A history may carry its times as numbers, as datetimes, or mixed."""
    raws = base()
    moments = [
        {**raw, "eventTimestamp": datetime.fromtimestamp(raw["eventTimestamp"], UTC)}
        if raw["eventId"] % 2
        else raw
        for raw in raws
    ]
    older = raw_event(18, "WorkflowExecutionSignaled", at=datetime(1999, 1, 1, tzinfo=UTC))
    older["workflowExecutionSignaledEventAttributes"]["signalName"] = "s"

    assert CompiledHistory.of(events_from(moments)) == CompiledHistory.of(events_from(raws))
    with pytest.raises(InconsistentHistoryError, match="before event 17"):
        CompiledHistory.of(events_from([*raws, older]))


def test_an_event_of_an_unknown_type_keeps_its_place() -> None:
    """A type that SWF began to record later hides nothing: it is of no entity."""
    raws = base()
    at = raws[-1]["eventTimestamp"]
    raws.append(raw_event(18, "SomethingNew", at=at, what="ever"))
    raws.append(raw_event(19, "WorkflowExecutionSignaled", at=at, signalName="s"))
    compiled = CompiledHistory.of(events_from(raws))

    assert isinstance(event_from(raws[17]), UnknownEvent)
    assert compiled.entity_of(18) is None
    assert compiled.entity_of(19) is compiled.signals["s"]


def test_known_events_are_passed_over_where_a_page_overlaps() -> None:
    """`extend` takes the part of a history that a poll gives, from the previous start on."""
    events = events_from(base())
    compiled = CompiledHistory.of(events[:16])

    compiled.extend(events[2:])

    assert compiled == CompiledHistory.of(events)


def test_a_page_of_another_history_is_noticed() -> None:
    """An event that differs from the one folded under its id is refused and named."""
    compiled = CompiledHistory.of(events_from(base()))
    other = HistoryBuilder(("Other", "1.0")).build()

    with pytest.raises(InconsistentHistoryError, match="another event was folded under its id"):
        compiled.extend(other)


@given(raws=raw_histories(), data=st.data())
def test_a_history_compiles_alike_at_once_and_bit_by_bit(
    raws: list[dict[str, Any]], data: st.DataObject
) -> None:
    """However a history is cut, feeding the rest gives what compiling the whole gives."""
    events = events_from(raws)
    cut = data.draw(st.integers(0, len(events)))
    compiled = CompiledHistory.of(events[:cut])
    whole = CompiledHistory.of(events)

    assert (compiled == whole) == (cut == len(events))
    compiled.extend(events[data.draw(st.integers(0, cut)) :])

    assert compiled == whole
    assert compiled.as_table() == whole.as_table()


@given(raws=raw_histories())
def test_every_event_is_folded_once_and_links_hold(raws: list[dict[str, Any]]) -> None:
    """Each event is in exactly one entity, which is in a declared state and knows its links."""
    compiled = CompiledHistory.of(events_from(raws))
    folded = [number for entity in compiled.entities for number in entity.event_ids]

    assert sorted(folded) == [raw["eventId"] for raw in raws]
    for entity in compiled.entities:
        assert entity.state in entity.states
        assert entity.is_closed == (entity.state in entity.terminal)
        assert all(compiled.entity_of(number) is entity for number in entity.event_ids)
    for event in events_from(raws):
        for field, linked in event.links.items():
            owner = compiled.entity_of(linked)
            if field != "decision_task_completed_event_id":
                assert owner is compiled.entity_of(event.id)
            else:
                assert owner in compiled.decision_tasks


@given(raws=raw_histories(), data=st.data())
def test_a_history_with_an_event_taken_out_is_refused(
    raws: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Unless it was the last, a missing event shows, and leaves what came before it compiled."""
    gone = data.draw(st.integers(0, max(0, len(raws) - 2)))
    compiled = CompiledHistory()
    if len(raws) < 2:
        return
    with pytest.raises(InconsistentHistoryError):
        compiled.extend(events_from(raws[:gone] + raws[gone + 1 :]))

    assert compiled == CompiledHistory.of(events_from(raws[:gone]))


@settings(max_examples=30)
@given(raws=raw_histories())
def test_copies_are_equal_and_go_their_own_way(raws: list[dict[str, Any]]) -> None:
    """Copied, deep-copied and pickled ones are equal, and what one learns the others do not."""
    compiled = CompiledHistory.of(events_from(raws[:-1]))
    copies = [
        copy.copy(compiled),
        copy.deepcopy(compiled),
        pickle.loads(pickle.dumps(compiled)),
    ]
    assert all(one == compiled for one in copies)

    compiled.append(event_from(raws[-1]))

    assert all(one != compiled for one in copies)
    assert compiled != raws
    with pytest.raises(TypeError):
        hash(compiled)


def test_entities_compare_by_kind_state_and_events() -> None:
    """Entities of two compilations of one history are equal; unlike ones are not."""
    raws = HistoryBuilder().activity_task("a", TYPE).timer("a").raw
    one, two = (CompiledHistory.of(events_from(raws)) for _ in range(2))

    assert one.activities["a"] == two.activities["a"]
    assert one.activities == two.activities
    assert one.activities["a"] != one.timers["a"]
    assert one.activities != one.timers
    assert one.activities["a"] != "a"
    assert one.activities != ["a"]
    assert pickle.loads(pickle.dumps(one.activities["a"])) == one.activities["a"]


def test_decision_results_are_the_types_that_name_the_answer() -> None:
    """Every type with a decisionTaskCompletedEventId is a result, but for three deliveries."""
    naming = {
        name for name, kind in EVENTS.items() if "decision_task_completed_event_id" in kind.fields
    }

    assert naming - DECISION_RESULTS == {
        "RequestCancelExternalWorkflowExecutionFailed",
        "SignalExternalWorkflowExecutionFailed",
        "StartChildWorkflowExecutionFailed",
    }
    assert naming >= DECISION_RESULTS


def test_a_table_has_a_row_for_each_entity() -> None:
    """A row tells kind, id, state, times, duration, attempts and outcome."""
    builder = HistoryBuilder(("Order", "1.0")).activity_task("pay", TYPE, outcome="timed_out")
    builder.activity_task("pay", TYPE, result="ok")
    rows = builder.build().compiled.as_table()
    row = rows[-2]

    assert [(one.entity, one.id) for one in rows] == [
        ("WorkflowExecution", "Order"),
        ("DecisionTask", 2),
        ("ActivityTask", "pay"),
        ("DecisionTask", 8),
        ("ActivityTask", "pay"),
        ("DecisionTask", 14),
    ]
    assert (row.state, row.attempts, row.outcome) == ("completed", 2, "ok")
    assert rows[2].duration.total_seconds() == 300
    assert rows[-1].closed is rows[-1].duration is None


def test_it_is_shown_as_a_table_by_rich() -> None:
    """The terminal shows title, rows, short times, the date of another day, and long text cut."""
    builder = HistoryBuilder(("Order", "1.0")).activity_task("pay", TYPE, result="x" * 200)
    builder.timer("nap", 86_400)
    console = Console(file=StringIO(), width=240)
    console.print(builder.build().compiled)
    shown = console.file.getvalue()

    assert "Order: started, begun 2020-01-01 (UTC)" in shown
    assert "00:00:00.000" in shown
    assert "2020-01-02 00:00:00.000" in shown
    assert "86400.000 s" in shown
    assert "x" * 77 + "..." in shown
    assert "x" * 78 not in shown


def test_a_notebook_gets_escaped_html() -> None:
    """Nothing that a history tells acts in the page that shows it."""
    builder = HistoryBuilder(("<b>Order", "1.0")).decision().marker_recorded("<script>")
    shown = builder.build().compiled._repr_html_()

    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<caption>&lt;b&gt;Order" in shown
    assert "<caption>empty history" in CompiledHistory()._repr_html_()


def test_the_repr_tells_state_and_counts() -> None:
    """What is not there is not counted."""
    compiled = HistoryBuilder(("Order", "1.0")).activity_task("a", TYPE).build().compiled

    assert repr(compiled) == (
        "CompiledHistory('Order', state='started', events=8, decision_tasks=2, activities=1)"
    )


def test_compiling_does_not_import_rich() -> None:
    """Rich is for showing: a program that only compiles does not pay for it."""
    program = (
        "import sys\n"
        "from swf.models.history import HistoryBuilder\n"
        "HistoryBuilder().build().compiled\n"
        "sys.exit('rich' in sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
