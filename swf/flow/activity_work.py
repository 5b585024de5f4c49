"""What computes the tasks of activities: from the text of a call to the text of its result."""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from swf.actors import Beats, Job, Limits
from swf.clock import Clock
from swf.constants import NONE
from swf.exceptions import (
    ActivityCanceled,
    ActivityFailed,
    CompleteLater,
    PayloadDecodeError,
    PayloadError,
)
from swf.flow.activities import Activity
from swf.flow.activity_context import ActivityContext, at_work
from swf.flow.registry import Activities
from swf.flow.retry import RetryPolicy
from swf.payload import Call, Payloads, dump_failure

logger = logging.getLogger(__name__)

Hook = Callable[..., object]


class FailureTold(ActivityFailed):
    """An activity failed with an error, its cause; reason and details tell it in full."""


@attrs.frozen(kw_only=True)
class Opened(Limits):
    """A call that was found, read and checked, and for how long it may be at work."""

    activity: Activity[..., Any]
    payloads: Payloads
    call: Call

    @property
    def context(self) -> Mapping[str, Any]:
        """What the call says beside its arguments."""
        return self.call.context


@attrs.frozen
class ActivityWork:
    """Computes the tasks of these activities, in any thread or process; returns results as text.

    `payloads` is for activities that have none of their own. Each of `before` is called with the
    context before an activity, each of `after` with the context and `result=` or `error=` after it.
    """

    activities: Activities
    payloads: Payloads
    clock: Clock
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()

    def __call__(self, job: Job, beats: Beats) -> str | None:
        """Compute a job; raises FailureTold for whatever went wrong."""
        return self.compute(self.opened(job.name, job.version, job.input), job, beats)

    def opened(self, name: str, version: str, text: str | None) -> Opened:
        """Return the call that an input is, with the activity that takes it.

        Raises FailureTold: by a NotRegisteredError, a PayloadError or a SignatureError.
        """
        payloads = self.payloads
        try:
            activity = self.activities.get(name, version)
            payloads = activity.payloads or payloads
            call = payloads.parse_call(payloads.open(text))
            activity.bind(call.args, call.kwargs)
            limits = _limits(activity, call)
        except Exception as error:
            raise failure_told(payloads, error) from error
        return Opened(activity=activity, payloads=payloads, call=call, **limits)

    def compute(self, opened: Opened, job: Job, beats: Beats) -> str | None:
        """Do the work of a call; return the text of its result.

        Raises FailureTold; CompleteLater, ActivityCanceled and ActivityFailed where the code does.
        """
        context = ActivityContext(job, beats, opened.payloads, opened.call)
        token = at_work.set(context)
        try:
            return self._computed(opened, context)
        finally:
            at_work.reset(token)

    def _computed(self, opened: Opened, context: ActivityContext) -> str | None:
        payloads = opened.payloads
        try:
            for hook in self.before:
                hook(context)
            result = self._result(opened, context)
            text = _sent(opened, result)
        except (CompleteLater, KeyboardInterrupt):  # it goes on elsewhere; somebody ends the worker
            raise
        except ActivityCanceled as canceled:
            self._tell(context, error=canceled)
            details = _details(payloads, canceled.details)
            raise ActivityCanceled(canceled.message, details=details) from canceled
        except ActivityFailed as error:
            self._tell(context, error=error)
            raise
        except BaseException as error:
            self._tell(context, error=error)
            raise failure_told(payloads, error) from error
        self._tell(context, result=result)
        return text

    def _result(self, opened: Opened, context: ActivityContext) -> Any:
        policy = opened.activity.retry_in_worker
        if policy is None:
            return _called(opened, context)
        begun, lot = self.clock.now(), random.Random()  # noqa: S311  (no secret: a pause)
        while True:
            try:
                return _called(opened, context)
            except (CompleteLater, ActivityCanceled):
                raise
            except Exception as error:
                elapsed = (self.clock.now() - begun).total_seconds()
                attempt = context.attempt_in_worker
                pause = policy.pause(error, attempt=attempt, elapsed=elapsed, lot=lot)
                if pause is None:
                    raise
                _log_retry(context, pause, error, policy)
            context.wait(pause)
            context.check_canceled()
            context.attempt_in_worker += 1

    def _tell(self, context: ActivityContext, **outcome: Any) -> None:
        """Tell what comes after how it went; what that raises is logged, and changes nothing."""
        for hook in self.after:
            try:
                hook(context, **outcome)
            except Exception:
                logger.exception("what is called after an activity failed: %r", hook)


def failure_told(payloads: Payloads, error: BaseException) -> FailureTold:
    """Return the failure that tells of an error all that its workflow can be told."""
    reason, details = dump_failure(payloads, error)
    return FailureTold(reason, details=details)


def _called(opened: Opened, context: ActivityContext) -> Any:
    code, call = opened.activity.callable, opened.call
    made = code(*call.args, **call.kwargs)
    if isinstance(code, type):
        return _executed(made, context)
    return awaited(made)


def _executed(made: Any, context: ActivityContext) -> Any:
    """Have an instance of an activity that is a class do its work."""
    if "context" not in getattr(made, "__dict__", ()):  # it may have one of its own
        try:
            made.context = context
        except AttributeError:  # frozen, or with slots: `activity.context` is the same
            logger.debug("%r does not take its context", made)
    result = awaited(made.execute())
    post_execute = getattr(made, "post_execute", None)
    if post_execute is not None:
        awaited(post_execute())
    return result


def awaited(result: Any) -> Any:
    """Return what a call returned; of one that is `async def`, what it returns in the end."""
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _sent(opened: Opened, result: Any) -> str | None:
    try:
        return opened.payloads.dump(result)
    except PayloadError as error:
        told = f"the result of {opened.activity!r} cannot be sent: {error}"
        raise type(error)(told) from error


def _details(payloads: Payloads, details: Any) -> str | None:
    """Return the text of what a canceled activity says; without it, it is canceled all the same."""
    if details is None:
        return None
    try:
        return payloads.dump(details)
    except PayloadError as error:
        logger.warning("the details of a canceled activity cannot be sent: %s", error)
        return None


_LIMITS: Final = ("start_to_close", "heartbeat")


def _limits(activity: Activity[..., Any], call: Call) -> dict[str, float | None]:
    """Return for how long a call may be at work: as it says itself, else as its activity does."""
    told = call.context.get("limits")
    if told is None:
        told = (activity.start_to_close_timeout, activity.heartbeat_timeout)
    try:
        return {
            name: None if text is None or text == NONE else float(text)
            for name, text in zip(_LIMITS, told, strict=True)
        }
    except (TypeError, ValueError) as error:
        raise PayloadDecodeError(
            f"the input of {activity!r} has no such limits: {told!r}"
        ) from error


def _log_retry(context: ActivityContext, pause: int, error: Exception, policy: RetryPolicy) -> None:
    logger.warning(
        "%r: attempt %d of %s failed, the next one follows in %d s",
        context,
        context.attempt_in_worker,
        policy.attempts or "any number",
        pause,
        exc_info=error,
    )
