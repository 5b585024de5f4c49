"""What a history builder records, adds by itself, and refuses."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from raw_events import EVENT_TYPES, attributes_member
from strategies import builders, raw_histories

from swf.clock import ManualClock
from swf.exceptions import InconsistentHistoryError, TransitionError, ValidationError
from swf.models.history import CompiledHistory, History, HistoryBuilder
from swf.models.history.compiled import DECISION_RESULTS
from swf.models.history.entities.base import Entity
from swf.models.history.recording.base import CLOSED_BY_DECISION, NEED_DECISION
from swf.shapes import SHAPES
from swf.validation import violations
from swf.wire import ExecutionKey, snake_case

TYPE = ("Work", "1.0")
CLOSING = CLOSED_BY_DECISION | {"WorkflowExecutionTerminated", "WorkflowExecutionTimedOut"}


def names(builder: HistoryBuilder) -> list[str]:
    """Return the event types recorded so far."""
    return [raw["eventType"] for raw in builder.raw]


def told(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a raw event."""
    return raw[attributes_member(raw["eventType"])]


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_there_is_a_method_for_each_event_type(event_type: str) -> None:
    """Who knows SWF's event types knows the builder: the method has the type's name."""
    method = getattr(HistoryBuilder, snake_case(event_type))

    assert inspect.getdoc(method)
    assert all(
        parameter.kind is not inspect.Parameter.VAR_KEYWORD
        for parameter in inspect.signature(method).parameters.values()
    )


def test_every_event_type_can_be_recorded() -> None:
    """One long life, and one run for each way to end, bring about all 54 types."""
    builder = HistoryBuilder().activity_task("a", TYPE)
    builder.activity_task("b", TYPE, outcome="failed").activity_task("c", TYPE, outcome="timed_out")
    builder.activity_task("d", TYPE, outcome="schedule_failed")
    builder.activity_task("e", TYPE, outcome="scheduled").activity_task_cancel_requested("e")
    builder.request_cancel_activity_task_failed("x").marker_recorded("m").record_marker_failed("m")
    builder.timer("t").timer("t", outcome="canceled").timer("t", outcome="start_failed")
    builder.cancel_timer_failed("u")
    for outcome in ("completed", "failed", "timed_out", "canceled", "terminated", "start_failed"):
        builder.child_workflow_execution("c", TYPE, outcome=outcome)
    builder.external_signal("w", "s").external_signal("w", "s", outcome="failed")
    builder.external_cancel_request("w").external_cancel_request("w", outcome="failed")
    for end in ("completed", "failed", "timed_out", "schedule_failed", "start_failed"):
        builder.lambda_function("l", "fn", outcome=end)
    builder.workflow_execution_signaled("s").workflow_execution_cancel_requested()
    builder.decision_task_started().decision_task_timed_out()
    for verb in ("complete", "fail", "cancel", "continue_as_new"):
        builder.decision_task_started().workflow_execution_signaled("late")
        builder.decision_task_completed()
        getattr(builder, f"{verb}_workflow_execution_failed")()
    seen = set(names(builder))
    for end in ("completed", "failed", "canceled", "continued_as_new", "timed_out", "terminated"):
        last = HistoryBuilder().decision()
        getattr(last, f"workflow_execution_{end}")()
        seen.update(names(last))
        assert last.build().finished

    assert seen == set(EVENT_TYPES)


def check_events(raws: list[dict[str, Any]]) -> None:
    """Raise AssertionError unless ids, times, shapes and the end are as in every history."""
    for index, raw in enumerate(raws):
        assert raw["eventId"] == index + 1
        assert not list(violations(f"{raw['eventType']}EventAttributes", told(raw)))
    for earlier, later in pairwise(raws):
        assert earlier["eventTimestamp"] <= later["eventTimestamp"]
        assert earlier["eventType"] not in CLOSING


def check_decision_tasks(raws: list[dict[str, Any]]) -> None:
    """Raise AssertionError unless at most one task waits and one runs, and all is answered for."""
    waiting: int | None = None
    running: int | None = None
    owed = False
    for raw in raws:
        name, attributes = raw["eventType"], told(raw)
        if name == "DecisionTaskScheduled":
            assert waiting is None
            waiting, owed = raw["eventId"], False
        elif name == "DecisionTaskStarted":
            assert (attributes["scheduledEventId"], running) == (waiting, None)
            waiting, running = None, raw["eventId"]
        elif name == "DecisionTaskCompleted":
            assert attributes["startedEventId"] == running
            running = None
        elif name == "DecisionTaskTimedOut":
            waiting, running = (waiting, None) if attributes["startedEventId"] else (None, running)
        assert name not in CLOSED_BY_DECISION or waiting is None
        owed = name not in CLOSING and (owed or (name in NEED_DECISION and waiting is None))
    assert not owed


def check_results(raws: list[dict[str, Any]]) -> None:
    """Raise AssertionError unless results of decisions follow their answer at once."""
    deciding = 0
    for raw in raws:
        name, attributes = raw["eventType"], told(raw)
        if name in DECISION_RESULTS or attributes.get("initiatedEventId") == 0:
            assert attributes["decisionTaskCompletedEventId"] == deciding
        else:
            deciding = raw["eventId"] if name == "DecisionTaskCompleted" else 0


@settings(max_examples=200)
@given(raws=raw_histories())
def test_whatever_is_built_obeys_the_rules_of_the_service(raws: list[dict[str, Any]]) -> None:
    """Ids count up, time does not run back, decisions and their tasks are where SWF has them."""
    check_events(raws)
    check_decision_tasks(raws)
    check_results(raws)

    assert History.from_json(json.dumps(raws)) == History.from_raw(raws)


@settings(max_examples=50)
@given(builder=builders())
def test_a_refused_event_leaves_the_builder_as_it_was(builder: HistoryBuilder) -> None:
    """After a refusal the same history stands, and the builder goes on from there."""
    before, compiled = builder.raw, copy.deepcopy(builder.compiled)
    for refused in (
        lambda: builder.timer_fired("nobody"),
        lambda: builder.marker_recorded("m", details="x" * 32_769),
        lambda: builder.activity_task("a", TYPE, outcome="completed", result="x" * 32_769),
        lambda: builder.decision_task_scheduled(),
    ):
        with pytest.raises((ValidationError, InconsistentHistoryError)):
            refused()

        assert builder.raw == before
        assert builder.compiled == compiled


@settings(max_examples=30)
@given(builder=builders())
def test_what_was_built_earlier_is_the_beginning_of_what_is_built_later(
    builder: HistoryBuilder,
) -> None:
    """Building takes nothing back and changes nothing that was given out."""
    earlier = builder.raw
    if builder.compiled.execution.is_open:
        builder.workflow_execution_signaled("s")

    assert builder.raw[: len(earlier)] == earlier
    earlier[0]["eventType"] = "changed"
    assert builder.raw[0]["eventType"] == "WorkflowExecutionStarted"


def test_the_same_calls_build_the_same_history() -> None:
    """Times and run ids come of the calls alone: nothing is random and nothing is global."""

    def build() -> list[dict[str, Any]]:
        builder = HistoryBuilder(TYPE).child_workflow_execution("c", TYPE)
        builder.external_signal("w", "s").advance(3).decision()
        return builder.workflow_execution_continued_as_new().raw

    assert build() == build()


def test_a_history_begins_with_its_execution_and_a_decision_task() -> None:
    """The first two events are recorded at once, in one moment, as SWF records a start."""
    clock = ManualClock(datetime(2024, 5, 1, tzinfo=UTC))
    builder = HistoryBuilder(TYPE, {"k": 1}, tag_list=["t"], task_list="mine", clock=clock)

    assert builder.raw == [
        {
            "eventId": 1,
            "eventType": "WorkflowExecutionStarted",
            "eventTimestamp": 1714521600.0,
            "workflowExecutionStartedEventAttributes": {
                "workflowType": {"name": "Work", "version": "1.0"},
                "childPolicy": "TERMINATE",
                "executionStartToCloseTimeout": "86400",
                "taskStartToCloseTimeout": "300",
                "parentInitiatedEventId": 0,
                "input": '{"k":1}',
                "tagList": ["t"],
                "taskList": {"name": "mine"},
            },
        },
        {
            "eventId": 2,
            "eventType": "DecisionTaskScheduled",
            "eventTimestamp": 1714521600.0,
            "decisionTaskScheduledEventAttributes": {
                "taskList": {"name": "mine"},
                "startToCloseTimeout": "300",
                "scheduleToStartTimeout": "NONE",
            },
        },
    ]
    assert len(builder) == builder.last_event_id == 2
    assert repr(builder).startswith("HistoryBuilder(CompiledHistory('Work'")


def test_a_built_history_is_a_history() -> None:
    """`build` gives a sequence of typed events that iterates, nests and compiles."""
    history = HistoryBuilder().activity_task("a", TYPE).build()

    assert isinstance(history, History)
    assert len([(one, two) for one in history for two in history]) == len(history) ** 2
    assert history.compiled.activities["a"].state == "completed"


@pytest.mark.parametrize(
    ("value", "text"), [("text", "text"), ("", ""), ({"k": [1]}, '{"k":[1]}'), (0, "0")]
)
def test_payloads_are_texts_as_they_are_and_else_json(value: Any, text: str) -> None:
    """A str is not quoted again, anything else is JSON, an empty text is a text."""
    builder = HistoryBuilder(TYPE, value).activity_task("a", TYPE, input=value, result=value)
    builder.workflow_execution_signaled("s", input=value)
    compiled = builder.compiled

    assert compiled.execution.input == text
    assert compiled.activities["a"].input == text
    assert compiled.activities["a"].result == text
    assert compiled.signals["s"].input == text
    assert "input" not in told(HistoryBuilder(TYPE).raw[0])


def test_several_events_share_the_decision_task_that_waits() -> None:
    """Only the first of them schedules one."""
    builder = HistoryBuilder().decision()
    builder.workflow_execution_signaled("a").workflow_execution_signaled("b")
    builder.workflow_execution_cancel_requested()

    assert names(builder)[4:] == [
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionCancelRequested",
    ]


def test_what_happens_during_a_decision_schedules_the_next_at_once() -> None:
    """The new task lies between the running one's start and its answer."""
    builder = HistoryBuilder().decision_task_started().workflow_execution_signaled("s").decision()

    assert names(builder)[2:] == [
        "DecisionTaskStarted",
        "WorkflowExecutionSignaled",
        "DecisionTaskScheduled",
        "DecisionTaskCompleted",
    ]


def test_refused_decisions_call_for_a_decision_after_their_whole_list() -> None:
    """The decision task comes after the last result of the list, and only once."""
    builder = HistoryBuilder().decision().start_timer_failed("t").cancel_timer_failed("t")
    builder.marker_recorded("m")

    assert names(builder)[4:] == [
        "StartTimerFailed",
        "CancelTimerFailed",
        "MarkerRecorded",
        "DecisionTaskScheduled",
    ]


@pytest.mark.parametrize("automatic", [True, False])
def test_nothing_results_from_a_decision_after_what_came_of_it_later(automatic: bool) -> None:
    """The results of a list stand together: what becomes of one of them comes after them all."""
    builder = HistoryBuilder(automatic=automatic).decision()
    builder.request_cancel_external_workflow_execution_initiated("w")
    builder.request_cancel_external_workflow_execution_failed("w")

    with pytest.raises(ValidationError, match=r"schedule_lambda_function_failed: .* decision\(\)"):
        builder.schedule_lambda_function_failed("l", "f")


def test_an_execution_can_close_in_a_list_with_a_refused_decision() -> None:
    """What failed earlier in the list does not keep the execution open, and nothing follows."""
    builder = HistoryBuilder().decision().start_timer_failed("t").workflow_execution_completed()

    assert names(builder)[4:] == ["StartTimerFailed", "WorkflowExecutionCompleted"]


def test_a_task_canceled_before_its_start_is_canceled_after_the_list() -> None:
    """ActivityTaskCanceled follows the results of all decisions, once for two requests."""
    builder = HistoryBuilder().decision().activity_task_scheduled("a", TYPE)
    builder.activity_task_cancel_requested("a").activity_task_cancel_requested("a")
    builder.marker_recorded("m")

    assert names(builder)[4:] == [
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "ActivityTaskCancelRequested",
        "MarkerRecorded",
        "ActivityTaskCanceled",
        "DecisionTaskScheduled",
    ]
    assert told(builder.raw[8])["latestCancelRequestedEventId"] == 7


def test_results_of_decisions_follow_their_answer_at_once() -> None:
    """Once anything else happened, a result needs a decision of its own, and the error says so."""
    builder = HistoryBuilder().decision().activity_task_scheduled("a", TYPE)
    builder.activity_task_started("a")

    with pytest.raises(ValidationError, match=r"marker_recorded: .* call decision\(\) first"):
        builder.marker_recorded("m")
    with pytest.raises(ValidationError, match="not after event 2 DecisionTaskScheduled"):
        HistoryBuilder().timer_started("t")


def test_no_decision_is_made_without_a_cause() -> None:
    """SWF schedules no decision task where nothing happened, and nothing to answer is an error."""
    builder = HistoryBuilder().decision()

    with pytest.raises(ValidationError, match="nothing happened that calls for a decision"):
        builder.decision()
    with pytest.raises(ValidationError, match="no decision task is started"):
        builder.decision_task_completed()
    with pytest.raises(ValidationError, match="no decision task is open"):
        builder.decision_task_timed_out()


def test_by_hand_everything_is_left_to_the_test() -> None:
    """With automatic=False no decision task and no cancellation comes by itself."""
    builder = HistoryBuilder(automatic=False)
    assert names(builder) == ["WorkflowExecutionStarted"]

    builder.decision_task_scheduled(task_list="other", start_to_close_timeout=5, task_priority=2)
    builder.decision().activity_task_scheduled("a", TYPE).activity_task_cancel_requested("a")
    builder.activity_task_canceled("a").decision()

    assert names(builder)[1:] == [
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
        "ActivityTaskScheduled",
        "ActivityTaskCancelRequested",
        "ActivityTaskCanceled",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
    ]
    assert told(builder.raw[1]) == {
        "taskList": {"name": "other"},
        "startToCloseTimeout": "5",
        "scheduleToStartTimeout": "NONE",
        "taskPriority": "2",
    }
    with pytest.raises(ValidationError, match="automatic=False"):
        HistoryBuilder().decision_task_scheduled()


def test_time_moves_by_hand_and_to_what_falls_due() -> None:
    """`advance` moves the clock; a timer or a timeout moves it to its moment, never back."""
    clock = ManualClock()
    begin = clock.now()
    builder = HistoryBuilder(clock=clock).timer("t", 30)
    assert clock.now() == begin + timedelta(seconds=30)

    builder.activity_task("a", TYPE, outcome="scheduled").advance(1_000)
    builder.activity_task_timed_out("a", "SCHEDULE_TO_START")
    assert builder.compiled.activities["a"].duration == timedelta(seconds=1_000)

    clock.advance(5)
    builder.workflow_execution_timed_out()
    assert builder.compiled.execution.duration == timedelta(days=1)


def test_what_has_no_end_never_runs_out() -> None:
    """A timeout of NONE cannot time out, and a timer must have an end."""
    builder = HistoryBuilder().activity_task("a", TYPE, outcome="started")

    with pytest.raises(
        ValidationError, match=r"HEARTBEAT timeout of .* is NONE: it never runs out"
    ):
        builder.activity_task_timed_out("a", "HEARTBEAT")
    with pytest.raises(ValidationError, match="a timer has an end"):
        HistoryBuilder().decision().timer_started("t", "NONE")
    with pytest.raises(ValidationError, match=r"SCHEDULE_TO_START timeout of .* is NONE"):
        HistoryBuilder().decision_task_timed_out()


def test_a_task_list_given_by_an_answer_holds_for_later_decision_tasks() -> None:
    """Without a timeout it holds for good; with one until a task on it times out."""
    lasting = HistoryBuilder().decision_task_started().decision_task_completed(task_list="mine")
    lasting.workflow_execution_signaled("s").decision_task_started().decision_task_timed_out()
    brief = (
        HistoryBuilder()
        .decision_task_started()
        .decision_task_completed(task_list="mine", task_list_schedule_to_start_timeout=5)
    )
    brief.workflow_execution_signaled("s").decision_task_timed_out()

    def lists(builder: HistoryBuilder) -> list[str]:
        return [task.task_list for task in builder.compiled.decision_tasks]

    assert lists(lasting) == ["default", "mine", "mine"]
    assert lists(brief) == ["default", "mine", "default"]
    assert brief.compiled.decision_tasks[1].duration == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda b: b.activity_task_started("x"), "activity_task_started: activity_id: .* 'x'"),
        (lambda b: b.activity_task_completed("x"), "activity_task_completed: activity_id"),
        (lambda b: b.timer_fired("x"), "timer_fired: timer_id: .* 'x'"),
        (lambda b: b.child_workflow_execution_started("x"), "workflow_id: .* 'x'"),
        (lambda b: b.external_workflow_execution_signaled("x"), "workflow_id: .* 'x'"),
        (lambda b: b.lambda_function_started("x"), "function_id: .* 'x'"),
        (lambda b: b.timer_started("a:b"), "timer_started: timer_id: must not contain"),
        (lambda b: b.timer_started("t", -1), "start_to_fire_timeout: .* not negative"),
        (lambda b: b.marker_recorded(""), "marker_recorded: marker_name: has at least 1"),
        (lambda b: b.marker_recorded(5), "marker_recorded: marker_name: must be a str"),
        (lambda b: b.start_timer_failed("t", cause="BAD"), "cause: must be one of"),
        (lambda b: b.activity_task_scheduled("a", "T"), "activity_type: must be an ActivityType"),
        (lambda b: b.start_child_workflow_execution_failed("c"), "workflow_type: is required"),
        (lambda b: b.workflow_execution_signaled("s", input=object()), "signaled: input: not JSON"),
        (
            lambda b: b.workflow_execution_signaled("s", external_workflow_execution="w"),
            "external_workflow_execution: must be a mapping",
        ),
        (lambda b: b.activity_task("a", TYPE, outcome="lost"), "activity_task: outcome: .* 'lost'"),
        (lambda b: b.timer("t", outcome="lost"), "timer: outcome: must be one of started, fired"),
        (lambda b: b.lambda_function("l", "f", outcome="lost"), "lambda_function: outcome"),
        (lambda b: b.child_workflow_execution("c", TYPE, outcome="lost"), "outcome"),
        (lambda b: b.external_signal("w", "s", outcome="lost"), "external_signal: outcome"),
        (lambda b: b.external_cancel_request("w", outcome="lost"), "external_cancel_request"),
    ],
)
def test_an_argument_that_breaks_a_rule_is_named(
    call: Callable[[HistoryBuilder], object], why: str
) -> None:
    """What the API does not allow, or what is not in the history, is refused."""
    builder = HistoryBuilder().decision()
    before = builder.raw

    with pytest.raises(ValidationError, match=why):
        call(builder)
    assert builder.raw == before


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda b: b.activity_task_completed("a"), "is completed and cannot become completed"),
        (lambda b: b.activity_task_started("a"), "is completed and cannot become started"),
        (lambda b: b.timer_fired("t"), "is fired and cannot become fired"),
        (lambda b: b.child_workflow_execution_completed("c"), "cannot become completed"),
        (lambda b: b.external_workflow_execution_signaled("w"), "cannot become signaled"),
        (lambda b: b.external_workflow_execution_cancel_requested("w"), "cannot become"),
        (
            lambda b: (
                b.decision().activity_task_scheduled("d", TYPE).activity_task_scheduled("d", TYPE)
            ),
            "its id is in use",
        ),
        (
            lambda b: (
                b.decision_task_started()
                .workflow_execution_signaled("late")
                .decision_task_completed()
                .workflow_execution_completed()
            ),
            "UNHANDLED_DECISION",
        ),
    ],
)
def test_an_event_that_swf_could_not_record_now_is_refused(
    call: Callable[[HistoryBuilder], object], why: str
) -> None:
    """An end without a start, a second end, a close over news: each is a TransitionError."""
    builder = HistoryBuilder().activity_task("a", TYPE).timer("t").external_signal("w", "s")
    builder.child_workflow_execution("c", TYPE)

    with pytest.raises(TransitionError, match=why):
        call(builder)


def test_nothing_can_be_recorded_after_the_end() -> None:
    """A closed execution gains no event from the builder either."""
    builder = HistoryBuilder().workflow_execution_terminated()

    with pytest.raises(TransitionError, match="is terminated: nothing follows"):
        builder.workflow_execution_signaled("s")
    assert builder.build().finished


def test_messages_to_one_execution_arrive_in_order() -> None:
    """Of two signals on their way the first arrives first, and a cancel request is not a signal."""
    builder = HistoryBuilder().decision()
    builder.request_cancel_external_workflow_execution_initiated("w")
    builder.signal_external_workflow_execution_initiated("w", "one", run_id="r")
    builder.signal_external_workflow_execution_initiated("w", "two")
    builder.external_workflow_execution_signaled("w")
    builder.signal_external_workflow_execution_failed("w")
    builder.external_workflow_execution_cancel_requested("w", run_id="other")
    states = {message.first_event_id: message for message in builder.compiled.externals}

    assert [message.state for message in states.values()] == [
        "cancel_requested",
        "signaled",
        "signal_failed",
    ]
    assert states[5].run_id == "other"
    assert states[6].run_id == "r"


def test_children_of_one_workflow_id_are_told_apart() -> None:
    """The one initiated first starts; the other is refused as already running, and ends alone."""
    builder = HistoryBuilder().decision()
    builder.start_child_workflow_execution_initiated("c", TYPE)
    builder.start_child_workflow_execution_initiated("c", TYPE, control="second")
    builder.child_workflow_execution_started("c", run_id="r1")
    builder.start_child_workflow_execution_failed("c", cause="WORKFLOW_ALREADY_RUNNING")
    builder.child_workflow_execution_completed("c", result="done")
    first, second = builder.compiled.children.attempts("c")

    assert (first.state, first.run_id, first.result) == ("completed", "r1", "done")
    assert (second.state, second.cause) == ("start_failed", "WORKFLOW_ALREADY_RUNNING")
    assert told(second.events[-1].raw)["control"] == "second"
    assert told(second.events[-1].raw)["decisionTaskCompletedEventId"] == 4


def test_links_and_run_ids_are_of_the_right_type() -> None:
    """Every id that links is that of a real event, every run id a text that the API allows."""
    builder = HistoryBuilder().child_workflow_execution("c", TYPE).workflow_execution_signaled("s")
    builder.decision().workflow_execution_continued_as_new(workflow_type_version="2.0", input=[1])
    history = builder.build()
    closing = history.last

    assert closing.workflow_type == ("Workflow", "2.0")
    assert closing.task_list == "default"
    assert isinstance(closing.new_execution_run_id, str)
    assert closing.decision_task_completed_event_id in {
        event.id for event in history.filter(name="DecisionTaskCompleted")
    }
    assert len(history.compiled.children["c"].run_id) <= SHAPES["WorkflowRunId"]["max"]


@pytest.mark.parametrize(
    ("record", "kept", "outcomes"),
    [
        (
            lambda b, end: b.activity_task("x", TYPE, outcome=end, result="r", reason="n"),
            lambda c: c.activities["x"],
            ["scheduled", "started", "completed", "failed", "timed_out", "canceled"],
        ),
        (
            lambda b, end: b.timer("x", 5, outcome=end),
            lambda c: c.timers["x"],
            ["started", "fired", "canceled", "start_failed"],
        ),
        (
            lambda b, end: b.lambda_function("x", "fn", outcome=end),
            lambda c: c.lambdas["x"],
            ["scheduled", "started", "completed", "failed", "timed_out", "schedule_failed"],
        ),
        (
            lambda b, end: b.child_workflow_execution("x", TYPE, outcome=end),
            lambda c: c.children["x"],
            ["start_initiated", "start_failed", "started", "completed", "canceled", "terminated"],
        ),
    ],
)
def test_a_short_form_gets_as_far_as_its_outcome(
    record: Callable[[HistoryBuilder, str], object],
    kept: Callable[[CompiledHistory], Entity],
    outcomes: list[str],
) -> None:
    """The entity is then in the state that the outcome is named for."""
    for outcome in outcomes:
        builder = HistoryBuilder()
        record(builder, outcome)

        assert kept(builder.compiled).state == outcome


def test_messages_can_be_left_on_their_way() -> None:
    """An outcome of initiated records the decision's event and nothing more."""
    builder = HistoryBuilder().decision().external_signal("w", "s", outcome="initiated")
    builder.external_cancel_request("w", outcome="initiated")

    assert [message.is_open for message in builder.compiled.externals] == [True, True]


def test_an_execution_is_given_in_any_form() -> None:
    """A key, a pair and the API's own structure name the same sender."""
    forms = (ExecutionKey("w", "r"), ("w", "r"), {"workflowId": "w", "runId": "r"}, Run())
    for form in forms:
        builder = HistoryBuilder().workflow_execution_signaled(
            "s", external_workflow_execution=form
        )

        assert builder.compiled.signals["s"].external_workflow_execution == ("w", "r")


class Run:
    """What has a workflow id and a run id, as the model of an execution has."""

    workflow_id = "w"
    run_id = "r"


def test_a_child_without_end_can_time_out_all_the_same() -> None:
    """SWF ends every execution after a year: a child's NONE does not keep it from timing out."""
    builder = (
        HistoryBuilder()
        .decision()
        .start_child_workflow_execution_initiated(
            "c", TYPE, execution_start_to_close_timeout="NONE"
        )
    )
    builder.child_workflow_execution_started("c").child_workflow_execution_timed_out("c")

    assert builder.compiled.children["c"].state == "timed_out"


def test_a_copy_goes_its_own_way() -> None:
    """What is recorded in a copy of a builder, shallow or deep, is not recorded in the builder."""
    builder = HistoryBuilder().decision()

    for copied in (copy.copy(builder), copy.deepcopy(builder)):
        assert copied.raw == builder.raw
        before = builder.raw
        copied.advance(5).activity_task("a", ("ship", "1"))
        assert builder.raw == before
        assert copied.build().compiled.activities["a"].state == "completed"
    assert builder.activity_task("b", ("ship", "1")).build().compiled.activities["b"].is_closed
