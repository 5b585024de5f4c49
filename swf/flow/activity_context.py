"""What an activity at work knows of its task, and says while it works."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NoReturn

import attrs

from swf.constants import MAX_HEARTBEAT_DETAILS_LENGTH
from swf.exceptions import CompleteLater
from swf.flow.errors import OutsideWorkflowError

if TYPE_CHECKING:
    from swf.actors import Beats, Job
    from swf.payload import Call, Payloads


class ActivityContext:
    """The task that an activity is at work on; `activity.context` is it, where the code runs.

    Coroutines and `asyncio.to_thread` have it too. A thread that the activity starts has not: take
    the object there, any thread may use it. Heartbeats are sent all the while, by the worker.
    """

    __slots__ = ("_beats", "_call", "_job", "_payloads", "attempt_in_worker")

    def __init__(self, job: Job, beats: Beats, payloads: Payloads, call: Call) -> None:
        self._job = job
        self._beats = beats
        self._payloads = payloads
        self._call = call
        self.attempt_in_worker = 1

    @property
    def name(self) -> str:
        """The name of the activity type."""
        return self._job.name

    @property
    def version(self) -> str:
        """The version of the activity type."""
        return self._job.version

    @property
    def domain(self) -> str:
        """The name of the domain."""
        return self._job.domain

    @property
    def task_list(self) -> str:
        """The task list that the task came from."""
        return self._job.task_list

    @property
    def workflow_id(self) -> str:
        """The id of the workflow execution that scheduled the task."""
        return self._job.workflow_id

    @property
    def run_id(self) -> str:
        """The run id of that execution."""
        return self._job.run_id

    @property
    def activity_id(self) -> str:
        """The id of the task in its execution: the same in all its attempts."""
        return self._job.activity_id

    @property
    def task_token(self) -> str:
        """What answers the task from anywhere else: see `complete_later`."""
        return self._job.task_token

    @property
    def input(self) -> str | None:
        """The input as SWF has it."""
        return self._job.input

    @property
    def attempt(self) -> int:
        """The number of this attempt of the workflow's, from 1 on.

        `attempt_in_worker` is the one of `retry_in_worker`, from 1 on.
        """
        attempt: int = self._call.context.get("attempt", 1)
        return attempt

    @property
    def last_heartbeat(self) -> Any:
        """What the attempt before this one, which timed out, told last; None where it told nothing.

        Raises as `Payloads.load` where it cannot be read.
        """
        return self._payloads.load(self._call.context.get("heartbeat"))

    @property
    def cancel_requested(self) -> bool:
        """Whether the workflow wants the task canceled."""
        return self._beats.cancel_requested

    @property
    def lost(self) -> bool:
        """Whether the task is closed: it timed out, or its execution is over."""
        return self._beats.lost

    def heartbeat(self, details: Any = None) -> None:
        """Have the next heartbeat, and all after it, carry these details, unless they are None.

        The next attempt has them as `last_heartbeat`. Raises ActivityCanceled where the task is not
        wanted any more; PayloadEncodeError for what has no text, PayloadTooLargeError where that
        has more than 2048 characters and `payloads` has no store.
        """
        if details is not None:
            self._beats.heartbeat(heartbeat_text(self._payloads, details))
        self._beats.check_canceled()

    def check_canceled(self, details: Any = None) -> None:
        """Return unless the task is not wanted any more: then raise ActivityCanceled.

        Uncaught, it has the task answered as canceled, with these details.
        """
        self._beats.check_canceled(details)

    def wait(self, seconds: float) -> bool:
        """Return True as soon as the task is not wanted any more, False once `seconds` passed."""
        return self._beats.wait(seconds)

    def complete_later(self) -> NoReturn:
        """Leave the task open, for a ManualCompletion with its `task_token` to answer.

        Raises CompleteLater, which is not to be caught. The worker sends no heartbeat any more;
        SWF's time-outs go on.
        """
        raise CompleteLater

    def __repr__(self) -> str:
        return f"ActivityContext({self.name!r}, {self.version!r}, {self.activity_id!r})"


at_work: Final[ContextVar[ActivityContext]] = ContextVar("swf.flow.activity")
"""The context of the activity that this thread, or this coroutine, is at work on."""


def current() -> ActivityContext:
    """Return the context of the activity at work; raises OutsideWorkflowError where there is none.

    There is none in a thread that the activity has started.
    """
    try:
        return at_work.get()
    except LookupError:
        raise OutsideWorkflowError(
            "activity.context: no activity is at work here: a worker makes the context, a direct"
            " call has none; hand it to the threads that an activity starts"
        ) from None


def heartbeat_text(payloads: Payloads, details: Any) -> str | None:
    """Return what a heartbeat carries for these details; raises as `Payloads.dump`."""
    limit = min(payloads.limit, MAX_HEARTBEAT_DETAILS_LENGTH)
    return attrs.evolve(payloads, limit=limit).dump(details)
