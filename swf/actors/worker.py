"""Activity workers: they do the work of activity tasks, and report its outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ClassVar, Final

from swf.actors.backoff import may_pass
from swf.actors.core import Actor, contained
from swf.actors.heartbeat import Heartbeat, check_interval
from swf.actors.tasks import ActivityTask, HeartbeatReply
from swf.actors.words import described, escaped, shortened, traced
from swf.clock import Clock
from swf.constants import MAX_DETAILS_LENGTH, MAX_REASON_LENGTH, MAX_RESULT_LENGTH, NONE
from swf.exceptions import (
    ActivityCanceled,
    ActivityTaskDoesNotExist,
    PollTimeout,
    ResponseError,
    ValidationError,
    ValidationTypeError,
)
from swf.models.activity import ActivityType
from swf.models.domain import Domain
from swf.models.workflow import WorkflowExecution
from swf.transport import Transport
from swf.wire import TypeKey, Wire, payload, sendable, told

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 60.0
"""Between heartbeats where no time-out asks for them: a cancel request travels by them alone."""

BEATS_PER_TIMEOUT: Final = 3
"""Heartbeats within the type's heartbeat time-out: two may fail before the task is lost."""


class ActivityWorker(Actor):
    """Polls a task list for activity tasks, does their work, and answers them.

    For a loop, subclass it and do the work in `execute`; then `start()`. Or call `poll` and
    `complete`, `fail` or `cancel` yourself.

    `heartbeat_interval` is in seconds. Where it is not given, it is a third of the heartbeat
    time-out that the activity type registered (DescribeActivityType, once per type), or a minute.
    SWF does not tell a worker when a decision gives a task a shorter time-out: give the interval
    then.
    """

    _hook: ClassVar[str] = "execute"

    def __init__(
        self,
        domain: Domain | str,
        task_list: str,
        identity: str | None = None,
        *,
        heartbeat_interval: float | None = None,
        connection: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(domain, task_list, identity=identity, connection=connection, clock=clock)
        if heartbeat_interval is not None:
            check_interval(f"{type(self).__name__}: heartbeat_interval", heartbeat_interval)
        self.heartbeat_interval = heartbeat_interval
        self._intervals: dict[TypeKey, float] = {}

    def poll(self, task_list: str | None = None, identity: str | None = None) -> ActivityTask:
        """Return the next activity task (PollForActivityTask).

        It also unpacks as `task_token, task`. `task_list` and `identity` go over the worker's own.
        Raises PollTimeout where there was no task for 60 seconds, ResponseError where what came is
        none of SWF's tasks.
        """
        polled = self.task_list if task_list is None else task_list
        params = told(
            domain=self.domain.name,
            taskList={"name": polled},
            identity=self.identity if identity is None else identity,
        )
        reply = self.connection.call("PollForActivityTask", params)
        if not reply.get("taskToken"):
            raise PollTimeout(
                f"no activity task on task list {polled!r}",
                operation="PollForActivityTask",
                resource=repr(self.domain),
            )
        try:
            return self._task(reply, polled)
        except (AttributeError, LookupError, TypeError, ValidationError) as error:
            raise ResponseError(
                f"this is not a task of SWF's: {described(error)}",
                operation="PollForActivityTask",
                resource=repr(self.domain),
            ) from error

    def _task(self, reply: Wire, polled: str) -> ActivityTask:
        named, execution = reply["activityType"], reply["workflowExecution"]
        return ActivityTask(
            task_token=reply["taskToken"],
            activity_id=reply["activityId"],
            activity_type=ActivityType(
                self.domain,
                named["name"],
                named["version"],
                status=None,
                connection=self._connection,
            ),
            execution=WorkflowExecution(
                self.domain,
                execution["workflowId"],
                execution["runId"],
                connection=self._connection,
            ),
            input=reply.get("input"),
            started_event_id=reply["startedEventId"],
            task_list=polled,
        )

    def complete(self, task_token: str, result: Any = None) -> bool:
        """Complete an activity task (RespondActivityTaskCompleted) and return True.

        A str is sent as it is, anything else as JSON. A result that cannot be JSON, has a lone
        surrogate or more than 32768 characters fails the task instead, with a reason that says so;
        that is logged, and False returned. Raises `ActivityTaskDoesNotExist` where the task is
        closed.
        """
        try:
            text = _carried(result)
        except ValidationError as error:
            logger.error("an activity task fails for its result: %s", error)  # noqa: TRY400
            self.fail(task_token, reason=str(error))
            return False
        self.connection.call(
            "RespondActivityTaskCompleted", told(taskToken=task_token, result=text)
        )
        return True

    def fail(self, task_token: str, details: Any = None, reason: str | None = None) -> None:
        """Fail an activity task (RespondActivityTaskFailed).

        `details` is sent as it is where it is a str, else as JSON. Of a `reason` of more than 256
        characters the beginning is sent, and an ellipsis. Raises `ActivityTaskDoesNotExist` where
        the task is closed.
        """
        if isinstance(reason, str):
            reason = shortened(reason, MAX_REASON_LENGTH)
        params = told(taskToken=task_token, details=payload(details, "details"), reason=reason)
        self.connection.call("RespondActivityTaskFailed", params)

    def cancel(self, task_token: str, details: Any = None) -> None:
        """Report that an activity task was canceled as requested (RespondActivityTaskCanceled).

        `details` is sent as it is where it is a str, else as JSON. Raises
        `ActivityTaskDoesNotExist` where the task is closed.
        """
        params = told(taskToken=task_token, details=payload(details, "details"))
        self.connection.call("RespondActivityTaskCanceled", params)

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        """Tell SWF, once, that the task is being worked on (RecordActivityTaskHeartbeat).

        `details`, of at most 2048 characters, show in the history if the task times out. Returns
        whether a cancel was requested. Raises `ActivityTaskDoesNotExist` where the task is closed.
        """
        params = told(taskToken=task_token, details=payload(details, "details"))
        reply = self.connection.call("RecordActivityTaskHeartbeat", params)
        return HeartbeatReply(bool(reply.get("cancelRequested")))

    def execute(self, task: ActivityTask, context: Heartbeat) -> Any:
        """Do the work and return its result: the loop completes the task with it.

        Heartbeats are sent meanwhile. `context.heartbeat(details)` gives them details,
        `context.cancel_requested` and `context.lost` say what came back, and
        `context.check_canceled()` raises ActivityCanceled for the loop to answer. What else raises
        here, SystemExit too, fails the task: with the error as the reason and its traceback as the
        details.
        """
        raise NotImplementedError

    def run_once(self) -> None:
        """Poll once, `execute`, and answer.

        Raises PollTimeout where there was no task, and what ends the loop; other errors of the task
        are logged and told to `on_error`.
        """
        task = self.poll(identity=self._identity())
        self._counts.add({"tasks": 1})
        interval = self._interval(task.activity_type)
        with Heartbeat(self, task.task_token, interval=interval, clock=self._clock) as context:
            outcome, send = self._outcome(task, context)
            context.answering()
            self._deliver(task, outcome, _lost if context.lost else send)
        if context.error is not None:
            self._report("heartbeats of an activity task failed", context.error, task)

    def _outcome(self, task: ActivityTask, context: Heartbeat) -> tuple[str, Callable[[], object]]:
        """Do the work; return how it ended, and what sends that."""
        token = task.task_token
        try:
            text = _carried(self.execute(task, context))
        except ActivityCanceled as canceled:
            details = _details(canceled.details)
            return "canceled", lambda: self.cancel(token, details)
        except BaseException as error:  # noqa: BLE001  (whatever it is, the workflow is told)
            self._report("an activity failed", contained(error), task)
            reason, trace = described(error), traced(error)
            return "failed", lambda: self.fail(token, details=trace, reason=reason)
        return "completed", lambda: self.complete(token, text)

    def _interval(self, activity_type: ActivityType) -> float:
        """Return the seconds between heartbeats for tasks of this type."""
        if self.heartbeat_interval is not None:
            return self.heartbeat_interval
        known = self._intervals.get(activity_type.key)
        if known is not None:
            return known
        interval = HEARTBEAT_SECONDS
        try:
            timeout = activity_type.upstream().task_heartbeat_timeout
        except Exception as error:  # noqa: BLE001  (the task is here, and shall be worked on)
            if may_pass(error):
                return interval
            told = described(error)
            logger.info("%s: heartbeats every %.0f s: %s", activity_type, interval, told)
        else:
            if timeout is not None and timeout != NONE:
                interval = min(interval, max(timeout, 1) / BEATS_PER_TIMEOUT)
        self._intervals[activity_type.key] = interval
        return interval


def _lost() -> None:
    raise ActivityTaskDoesNotExist("a heartbeat found that it is closed")


def _carried(result: Any) -> str | None:
    """Return the text that carries a result; raise ValidationError where nothing can."""
    try:
        text = payload(result, "result")
    except ValidationTypeError as error:
        raise ValidationTypeError(f"the result cannot be sent: {error}") from error
    if text is not None and len(text) > MAX_RESULT_LENGTH:
        raise ValidationError(
            f"the result is too large: it has {len(text)} characters, at most {MAX_RESULT_LENGTH} "
            "are allowed"
        )
    if text is not None and not sendable(text):
        raise ValidationError("the result cannot be sent: it is not valid Unicode")
    return text


def _details(details: object) -> str | None:
    """Return the text of details, whatever they are."""
    try:
        text = payload(details, "details")
    except ValidationError:
        text = repr(details)
    return None if text is None else shortened(escaped(text), MAX_DETAILS_LENGTH)
