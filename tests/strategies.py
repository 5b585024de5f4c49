"""Strategies that draw what SWF could have recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from swf.exceptions import InconsistentHistoryError, ValidationError
from swf.models.history import HistoryBuilder

TYPE = ("Type", "1.0")
IDS = ("a", "b", "c")

Step = Callable[[HistoryBuilder, str, Any], object]

_DECIDED: tuple[Step, ...] = (
    lambda b, name, value: b.activity_task_scheduled(name, TYPE, input=value),
    lambda b, name, value: b.activity_task_scheduled(name, TYPE, heartbeat_timeout=30),
    lambda b, name, value: b.schedule_activity_task_failed(name, TYPE),
    lambda b, name, value: b.schedule_activity_task_failed(
        name, TYPE, cause="ACTIVITY_ID_ALREADY_IN_USE"
    ),
    lambda b, name, value: b.activity_task_cancel_requested(name),
    lambda b, name, value: b.request_cancel_activity_task_failed(name),
    lambda b, name, value: b.timer_started(name, 30),
    lambda b, name, value: b.timer_canceled(name),
    lambda b, name, value: b.start_timer_failed(name),
    lambda b, name, value: b.cancel_timer_failed(name),
    lambda b, name, value: b.marker_recorded(name, details=value),
    lambda b, name, value: b.record_marker_failed(name),
    lambda b, name, value: b.start_child_workflow_execution_initiated(name, TYPE, input=value),
    lambda b, name, value: b.start_child_workflow_execution_failed(name, TYPE),
    lambda b, name, value: b.signal_external_workflow_execution_initiated(name, "go"),
    lambda b, name, value: b.request_cancel_external_workflow_execution_initiated(name),
    lambda b, name, value: b.lambda_function_scheduled(name, "f", input="x"),
    lambda b, name, value: b.schedule_lambda_function_failed(name, "f"),
    lambda b, name, value: b.complete_workflow_execution_failed(),
    lambda b, name, value: b.fail_workflow_execution_failed(),
    lambda b, name, value: b.cancel_workflow_execution_failed(),
    lambda b, name, value: b.continue_as_new_workflow_execution_failed(),
)
_HAPPENING: tuple[Step, ...] = (
    lambda b, name, value: b.activity_task_started(name),
    lambda b, name, value: b.activity_task_completed(name, result=value),
    lambda b, name, value: b.activity_task_failed(name, reason="r", details=value),
    lambda b, name, value: b.activity_task_canceled(name),
    lambda b, name, value: b.activity_task_timed_out(name),
    lambda b, name, value: b.activity_task_timed_out(name, "SCHEDULE_TO_START"),
    lambda b, name, value: b.activity_task_timed_out(name, "HEARTBEAT"),
    lambda b, name, value: b.timer_fired(name),
    lambda b, name, value: b.child_workflow_execution_started(name),
    lambda b, name, value: b.start_child_workflow_execution_failed(
        name, cause="WORKFLOW_ALREADY_RUNNING"
    ),
    lambda b, name, value: b.child_workflow_execution_completed(name, result=value),
    lambda b, name, value: b.child_workflow_execution_failed(name, reason="r"),
    lambda b, name, value: b.child_workflow_execution_timed_out(name),
    lambda b, name, value: b.child_workflow_execution_canceled(name, details=value),
    lambda b, name, value: b.child_workflow_execution_terminated(name),
    lambda b, name, value: b.external_workflow_execution_signaled(name),
    lambda b, name, value: b.signal_external_workflow_execution_failed(name),
    lambda b, name, value: b.external_workflow_execution_cancel_requested(name),
    lambda b, name, value: b.request_cancel_external_workflow_execution_failed(name),
    lambda b, name, value: b.lambda_function_started(name),
    lambda b, name, value: b.start_lambda_function_failed(name),
    lambda b, name, value: b.lambda_function_completed(name, result=value),
    lambda b, name, value: b.lambda_function_failed(name, reason="r"),
    lambda b, name, value: b.lambda_function_timed_out(name),
    lambda b, name, value: b.workflow_execution_signaled(name, input=value),
    lambda b, name, value: b.workflow_execution_cancel_requested(),
    lambda b, name, value: b.advance(7),
)
_TASKS: tuple[Step, ...] = (
    lambda b, name, value: b.decision(execution_context=value),
    lambda b, name, value: b.decision_task_started(),
    lambda b, name, value: b.decision_task_completed(),
    lambda b, name, value: b.decision_task_completed(
        task_list=name, task_list_schedule_to_start_timeout=5
    ),
    lambda b, name, value: b.decision_task_timed_out(),
)
_CLOSING: tuple[Step, ...] = (
    lambda b, name, value: b.workflow_execution_completed(result=value),
    lambda b, name, value: b.workflow_execution_failed(reason="r", details=value),
    lambda b, name, value: b.workflow_execution_canceled(details=value),
    lambda b, name, value: b.workflow_execution_continued_as_new(input=value),
    lambda b, name, value: b.workflow_execution_timed_out(),
    lambda b, name, value: b.workflow_execution_terminated(reason="r"),
)

_STEPS = st.tuples(
    st.sampled_from((*_TASKS, *_TASKS, *_TASKS, *_DECIDED, *_DECIDED, *_HAPPENING)),
    st.sampled_from(IDS),
    st.sampled_from((None, "", "text", [1, {"k": "v"}], 0)),
)
_END = st.tuples(st.sampled_from(_CLOSING), st.just("z"), st.none())


@st.composite
def builders(draw: st.DrawFn, max_steps: int = 60) -> HistoryBuilder:
    """Draw a builder after whichever of some random steps SWF could have recorded."""
    builder = HistoryBuilder(TYPE, draw(st.sampled_from((None, "x", {"k": 1}))))
    steps = draw(st.lists(_STEPS, max_size=max_steps))
    steps += draw(st.lists(_END, max_size=2))
    for step, name, value in steps:
        try:
            step(builder, name, value)
        except (InconsistentHistoryError, ValidationError):
            continue  # SWF could not have recorded this now
    return builder


def raw_histories(max_steps: int = 60) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw the raw events of a whole history that SWF could have recorded, open or closed."""
    return builders(max_steps).map(lambda builder: builder.raw)
