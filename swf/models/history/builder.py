"""Histories made up for tests: whatever SWF could have recorded, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from swf.clock import ManualClock
from swf.models.decision.fields import TaskListLike, TypeLike
from swf.models.history.history import History
from swf.models.history.recording.activity_task import ActivityTaskRecorder
from swf.models.history.recording.child_workflow_execution import ChildWorkflowExecutionRecorder
from swf.models.history.recording.external_workflow_execution import (
    ExternalWorkflowExecutionRecorder,
)
from swf.models.history.recording.lambda_function import LambdaFunctionRecorder
from swf.models.history.recording.marker import MarkerRecorder
from swf.models.history.recording.timer import TimerRecorder
from swf.models.history.recording.workflow_execution import WorkflowExecutionRecorder, started


class HistoryBuilder(
    WorkflowExecutionRecorder,
    ActivityTaskRecorder,
    TimerRecorder,
    MarkerRecorder,
    ChildWorkflowExecutionRecorder,
    ExternalWorkflowExecutionRecorder,
    LambdaFunctionRecorder,
):
    """A history that tests write event by event, and that SWF could have written.

    There is a method for each event type, named as the type in snake_case, and shorter ones for
    what usually comes together (`decision`, `activity_task`, `timer`, …). Each returns the builder.
    Links between events are found by the ids that people use: of activities, timers, children.

    What SWF records by itself is recorded by itself: DecisionTaskScheduled after whatever calls for
    a decision, ActivityTaskCanceled for a task that is canceled before a worker has it. With
    `automatic=False` that, too, is left to the test.

    The same calls give the same history: time is that of `clock` and moves by `advance` (and to the
    moment when a timer fires or a timeout runs out), run ids are digests.

    Each method raises ValidationError where an argument breaks a rule of the API or names what is
    not in the history, and InconsistentHistoryError (TransitionError) where SWF could not record
    the event now. The builder is then as it was.
    """

    def __init__(
        self,
        workflow_type: TypeLike = ("Workflow", "1.0"),
        input: Any = None,
        *,
        tag_list: Iterable[str] | None = None,
        task_list: TaskListLike = "default",
        clock: ManualClock | None = None,
        automatic: bool = True,
    ) -> None:
        self._begin(
            clock,
            automatic=automatic,
            started=started(workflow_type, input=input, tag_list=tag_list, task_list=task_list),
        )

    @property
    def raw(self) -> list[dict[str, Any]]:
        """The events as the API would give them, for the test to keep."""
        with self._whole():
            self._settle()
        return deepcopy(self._raws)

    def build(self) -> History:
        """Return the history recorded so far."""
        return History.from_raw(self.raw)

    def __len__(self) -> int:
        return len(self._raws)

    def __repr__(self) -> str:
        return f"HistoryBuilder({self._compiled!r})"
