"""Deciders: they read what happened, and say what shall happen next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from swf.actors.core import Actor
from swf.actors.measuring import polled
from swf.actors.outcome import contained
from swf.actors.pages import all_pages
from swf.actors.tasks import DecisionTask
from swf.actors.words import described
from swf.exceptions import IncompleteTaskError, ValidationError
from swf.models.decision.base import Decision, decisions_on_wire
from swf.models.history import History
from swf.models.workflow import WorkflowExecution, WorkflowType
from swf.wire import DurationLike, Wire, duration, duration_text, payload, told


class Decider(Actor):
    """Polls a task list for decision tasks, and answers them with decisions.

    For a loop, subclass it and say in `decide` what to do; then `start()`. Or call `poll` and
    `complete` yourself.
    """

    _hook: ClassVar[str] = "decide"

    def poll(
        self,
        task_list: str | None = None,
        identity: str | None = None,
        maximum_page_size: int | None = None,
        *,
        reverse_order: bool = False,
        start_at_previous_started_event: bool = False,
    ) -> DecisionTask:
        """Return the next decision task, with all pages of its history (PollForDecisionTask).

        It also unpacks as `task_token, history`. `task_list` and `identity` go over the decider's
        own. With `reverse_order` the newest event comes first; with
        `start_at_previous_started_event` the history begins at the decision task before.

        Raises PollTimeout where there was no task for 60 seconds, IncompleteTaskError, with the
        task token, where a task is there and its history cannot be read or is none.
        """
        task_list = self.task_list if task_list is None else task_list
        params = told(
            domain=self.domain.name,
            taskList={"name": task_list},
            identity=self.identity if identity is None else identity,
            maximumPageSize=maximum_page_size,
            reverseOrder=reverse_order or None,
            startAtPreviousStartedEvent=start_at_previous_started_event or None,
        )
        first = polled(self, "PollForDecisionTask", params)
        try:
            pages = all_pages(self.connection, params, first, self._clock)
            return self._task(first, History.from_pages(pages), task_list)
        except (AttributeError, LookupError, TypeError, ValidationError) as error:
            raise IncompleteTaskError(
                f"this is not a task of SWF's: {described(error)}",
                task_token=first["taskToken"],
                operation="PollForDecisionTask",
                resource=repr(self.domain),
            ) from error

    def _task(self, first: Wire, history: History, task_list: str) -> DecisionTask:
        named = first["workflowType"]
        workflow_type = WorkflowType(
            self.domain,
            named["name"],
            named["version"],
            status=None,
            connection=self._connection,
        )
        execution = first["workflowExecution"]
        return DecisionTask(
            task_token=first["taskToken"],
            history=history,
            execution=WorkflowExecution(
                self.domain,
                execution["workflowId"],
                execution["runId"],
                workflow_type=workflow_type,
                connection=self._connection,
            ),
            workflow_type=workflow_type,
            started_event_id=first["startedEventId"],
            previous_started_event_id=first.get("previousStartedEventId", 0),
            task_list=task_list,
        )

    def complete(
        self,
        task_token: str,
        decisions: Iterable[Decision | Wire] | None = None,
        execution_context: Any = None,
        *,
        task_list: str | None = None,
        task_list_schedule_to_start_timeout: DurationLike | None = None,
    ) -> None:
        """Answer a decision task with these decisions, or with none (RespondDecisionTaskCompleted).

        A decision is a Decision or the API's structure. `execution_context` is kept with the
        execution: a str as it is, anything else as JSON. `task_list` is where the execution's
        further decision tasks go; with the time-out, only as long as they find a poller in time.

        Raises ValidationError, naming the place, where a decision or their list is not valid:
        nothing is sent then; and `DecisionTaskDoesNotExist` where the task is closed.
        """
        seconds = duration(
            task_list_schedule_to_start_timeout, "task_list_schedule_to_start_timeout"
        )
        params = told(
            taskToken=task_token,
            decisions=decisions_on_wire(decisions),
            executionContext=payload(execution_context, "execution_context"),
            taskList=None if task_list is None else {"name": task_list},
            taskListScheduleToStartTimeout=duration_text(seconds),
        )
        self.connection.call("RespondDecisionTaskCompleted", params)

    def decide(self, task: DecisionTask) -> Iterable[Decision | Wire] | None:
        """Return what to do now that this has happened: the loop answers the task with it.

        What raises here is logged and told to `on_error`. The task is not answered then: it times
        out, and SWF gives it out again.
        """
        raise NotImplementedError

    def run_once(self) -> None:
        """Poll once, `decide`, and answer.

        Raises PollTimeout where there was no task, and what ends the loop; other errors of the task
        are logged and told to `on_error`.
        """
        try:
            task = self.poll(identity=self._identity())
        except IncompleteTaskError as error:
            self._counts.add({"tasks": 1, "unanswered": 1})
            self._report("a decision task is left to time out", error, None)
            return
        self._counts.add({"tasks": 1})
        try:
            decisions = decisions_on_wire(self.decide(task))
        except BaseException as error:  # noqa: BLE001  (one bad task must not end the loop)
            told = contained(error)
            self._counts.add({"unanswered": 1})
            self._report("no decision was made, the task is left to time out", told, task)
            return
        self._deliver(task, "completed", lambda: self.complete(task.task_token, decisions))
