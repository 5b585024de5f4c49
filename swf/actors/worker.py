"""Activity workers: they do the work of activity tasks, and report its outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from swf.actors.backoff import may_pass
from swf.actors.beats import Beats
from swf.actors.core import Actor
from swf.actors.heartbeat import check_interval
from swf.actors.job import Job, Limits, Work, job_of
from swf.actors.loop import Loop
from swf.actors.measuring import Measured, polled
from swf.actors.outcome import Outcome, carried, details_text, failure
from swf.actors.slots import Executes, Isolation, Slots, check_isolation
from swf.actors.stint import Stint
from swf.actors.tasks import ActivityTask, HeartbeatReply
from swf.actors.words import described, ids
from swf.clock import Clock
from swf.constants import MAX_REASON_LENGTH, NONE
from swf.exceptions import (
    ActivityOverdueError,
    ActivityTaskDoesNotExist,
    ResponseError,
    ValidationError,
)
from swf.models.activity import ActivityType
from swf.models.domain import Domain
from swf.models.workflow import WorkflowExecution
from swf.transport import Transport
from swf.wire import ExecutionKey, TypeKey, Wire, payload, shortened, told

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 60.0
"""Between heartbeats where no time-out asks for them: a cancel request travels by them alone."""

BEATS_PER_TIMEOUT: Final = 3
"""Heartbeats within the type's heartbeat time-out: two may fail before the task is lost."""


class ActivityWorker(Actor):
    """Polls a task list for activity tasks, does their work, and answers them.

    For a loop, subclass it and do the work in `execute`, or give the callable `work` that does it;
    then `start()`. Or call `poll` and `complete`, `fail` or `cancel` yourself.

    `heartbeat_interval` is in seconds. Where it is not given, it is a third of the heartbeat
    time-out that the activity type registered (DescribeActivityType, once per type), or a minute.
    SWF does not tell a worker when a decision gives a task a shorter time-out: give the interval
    then.
    """

    cancel_grace_seconds: float = 30.0
    """How long code in a process has to heed that its work is not wanted; then it is ended."""

    kill_grace_seconds: float = 5.0
    """How long a process that is ended has from SIGTERM to SIGKILL."""

    _hook: ClassVar[str] = "execute"

    def __init__(
        self,
        domain: Domain | str,
        task_list: str,
        identity: str | None = None,
        *,
        heartbeat_interval: float | None = None,
        work: Work | None = None,
        connection: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(domain, task_list, identity=identity, connection=connection, clock=clock)
        if heartbeat_interval is not None:
            check_interval(f"{type(self).__name__}: heartbeat_interval", heartbeat_interval)
        self.heartbeat_interval = heartbeat_interval
        self._intervals: dict[TypeKey, float] = {}
        self._types: dict[TypeKey, ActivityType] = {}
        self._isolation: Isolation = "thread"
        self._slots = Slots(repr(self), self._clock)
        self._work = work

    def poll(self, task_list: str | None = None, identity: str | None = None) -> ActivityTask:
        """Return the next activity task (PollForActivityTask).

        It also unpacks as `task_token, task`. `task_list` and `identity` go over the worker's own.
        Raises PollTimeout where there was no task for 60 seconds, ResponseError where what came is
        none of SWF's tasks.
        """
        task_list = self.task_list if task_list is None else task_list
        params = told(
            domain=self.domain.name,
            taskList={"name": task_list},
            identity=self.identity if identity is None else identity,
        )
        reply = polled(self, "PollForActivityTask", params)
        try:
            return self._task(reply, task_list)
        except (AttributeError, LookupError, TypeError, ValidationError) as error:
            raise ResponseError(
                f"this is not a task of SWF's: {described(error)}",
                operation="PollForActivityTask",
                resource=repr(self.domain),
            ) from error

    def _task(self, reply: Wire, polled: str) -> ActivityTask:
        named, execution = reply["activityType"], reply["workflowExecution"]
        return self._made(
            task_token=reply["taskToken"],
            activity_id=reply["activityId"],
            named=TypeKey(named["name"], named["version"]),
            execution=ExecutionKey(execution["workflowId"], execution["runId"]),
            input=reply.get("input"),
            started_event_id=reply["startedEventId"],
            task_list=polled,
        )

    def task_of(self, job: Job) -> ActivityTask:
        """Return the task whose plain data this is, in a process that has nothing else of it."""
        return self._made(
            task_token=job.task_token,
            activity_id=job.activity_id,
            named=TypeKey(job.name, job.version),
            execution=ExecutionKey(job.workflow_id, job.run_id),
            input=job.input,
            started_event_id=job.started_event_id,
            task_list=job.task_list,
        )

    def _made(self, *, named: TypeKey, execution: ExecutionKey, **plain: Any) -> ActivityTask:
        connection = self._connection
        activity_type = self._types.get(named)
        if activity_type is None:
            activity_type = ActivityType(self.domain, *named, status=None, connection=connection)
            self._types[named] = activity_type
        return ActivityTask(
            activity_type=activity_type,
            execution=WorkflowExecution._trusted(
                connection, domain=activity_type.domain, **execution._asdict()
            ),
            **plain,
        )

    def complete(self, task_token: str, result: Any = None) -> bool:
        """Complete an activity task (RespondActivityTaskCompleted) and return True.

        A str is sent as it is, anything else as JSON. A result that cannot be JSON, has a lone
        surrogate or more than 32768 characters fails the task instead, with a reason that says so;
        that is logged, and False returned. Raises `ActivityTaskDoesNotExist` where the task is
        closed.
        """
        try:
            text = carried(result)
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
        characters, and of details of more than 32768, the beginning is sent, and an ellipsis.
        Raises `ActivityTaskDoesNotExist` where the task is closed.
        """
        if isinstance(reason, str):
            reason = shortened(reason, MAX_REASON_LENGTH)
        params = told(taskToken=task_token, details=details_text(details), reason=reason)
        self.connection.call("RespondActivityTaskFailed", params)

    def cancel(self, task_token: str, details: Any = None) -> None:
        """Report that an activity task was canceled as requested (RespondActivityTaskCanceled).

        `details` is sent as it is where it is a str, else as JSON, and shortened as by `fail`.
        Raises `ActivityTaskDoesNotExist` where the task is closed.
        """
        params = told(taskToken=task_token, details=details_text(details))
        self.connection.call("RespondActivityTaskCanceled", params)

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        """Tell SWF, once, that the task is being worked on (RecordActivityTaskHeartbeat).

        `details`, of at most 2048 characters, show in the history if the task times out. Returns
        whether a cancel was requested. Raises `ActivityTaskDoesNotExist` where the task is closed.
        """
        params = told(taskToken=task_token, details=payload(details, "details"))
        reply = self.connection.call("RecordActivityTaskHeartbeat", params)
        return HeartbeatReply(bool(reply.get("cancelRequested")))

    def execute(self, task: ActivityTask, context: Beats) -> Any:
        """Do the work and return its result: the loop completes the task with it.

        Heartbeats are sent meanwhile. `context.heartbeat(details)` gives them details,
        `context.cancel_requested` and `context.lost` say what came back, and
        `context.check_canceled()` raises ActivityCanceled for the loop to answer. CompleteLater
        leaves the answer to others. What else raises here, SystemExit too, fails the task: with the
        error as the reason and its traceback as the details, or with what ActivityFailed says.
        """
        raise NotImplementedError

    def limits(self, task: ActivityTask) -> Limits:  # noqa: ARG002
        """Return for how long a task may be at work: without limits, unless a subclass knows them.

        SWF tells no worker what a decision gave. What raises here fails the task.
        """
        return Limits()

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
        isolation: Isolation = "thread",
    ) -> None:
        """Poll and work until `stop()` is called, or until so many `tasks` have been seen to.

        Each of `threads` polls by itself, and has one task at work at a time. With `isolation`
        "thread" it does the work, with "pool" one of as many child processes that are kept, with
        "process" a new one for each task. The worker, or its `work`, is pickled for them (`spawn`),
        so it and its class must be picklable and the main module importable. They compute only:
        polls, heartbeats and answers are this process's.

        With `processes`, so many child processes poll and do all by themselves instead. See
        `Actor.start` for `block`, and for what is raised.
        """
        check_isolation(type(self).__name__, isolation, processes)
        self._check_start(threads, processes, tasks)
        self._isolation = isolation
        super().start(threads=threads, processes=processes, tasks=tasks, block=block)

    def run_once(self) -> None:
        """Poll once, have the work done, and answer.

        Raises PollTimeout where there was no task, and what ends the loop; other errors of the task
        are logged and told to `on_error`.
        """
        pool = self._slots.pool
        if pool is not None:
            pool.await_ready()  # before a task is taken that nobody could compute
        task = self.poll(identity=self._identity())
        self._counts.add({"tasks": 1})
        if logger.isEnabledFor(logging.DEBUG):
            workflow_id = task.execution.workflow_id
            logger.debug("%s: begins %s", workflow_id, task.activity_id, extra=ids(task))
        measured = Measured(self, task)
        try:
            limits = self.limits(task)
            measured.begin(limits.context)
            stint = Stint(self, task, limits, pool, measured)
        except BaseException as error:  # noqa: BLE001  (whatever it is, the workflow is told)
            self._settle(task, failure(error), lost=False, measured=measured)
        else:
            stint.run()

    def _prepare(self, loop: Loop, threads: int) -> None:
        count = self._counts.add
        isolation = self._isolation
        work = self._work or Executes(self)
        self._slots.prepare(loop, self, work, threads=threads, isolation=isolation, count=count)

    def _check_hooks(self, hooks: Sequence[str]) -> None:
        if self._work is None:
            super()._check_hooks(hooks)

    def _compute(self, task: ActivityTask, limits: Limits, context: Beats) -> Any:
        """Do the work of a task in this thread."""
        if self._work is None:
            return self.execute(task, context)
        return self._work(job_of(task, self.domain.name, limits), context)

    def _settle(
        self, task: ActivityTask, outcome: Outcome, *, lost: bool, measured: Measured
    ) -> None:
        """Answer a task, and tell of the error that it ended with."""
        try:
            self._answered(task, outcome, lost=lost)
        finally:
            measured.ended(outcome)

    def _answered(self, task: ActivityTask, outcome: Outcome, *, lost: bool) -> None:
        token, text, reason = task.task_token, outcome.text, outcome.reason
        if outcome.error is not None:
            self._report("an activity failed", outcome.error, task)
        if outcome.kind == "later":
            self._counts.add({"later": 1})
            logger.info("task left to be answered by its token", extra=ids(task))
            return
        answers: dict[str, Callable[[], object]] = {
            "completed": lambda: self.complete(token, text),
            "canceled": lambda: self.cancel(token, text),
            "failed": lambda: self.fail(token, details=text, reason=reason),
        }
        overdue = isinstance(outcome.error, ActivityOverdueError)
        self._deliver(
            task,
            outcome.kind,
            _lost if lost else answers[outcome.kind],
            if_closed="SWF has timed out the task by itself" if overdue else None,
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_slots": None, "_isolation": "thread", "_types": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._slots = Slots(repr(self), self._clock)

    def _interval(self, activity_type: ActivityType, timeout_seconds: float | None) -> float:
        """Return the seconds between heartbeats for tasks of this type, or of this time-out."""
        if self.heartbeat_interval is not None:
            return self.heartbeat_interval
        if timeout_seconds is not None:
            return min(HEARTBEAT_SECONDS, max(timeout_seconds, 1) / BEATS_PER_TIMEOUT)
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
