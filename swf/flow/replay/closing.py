"""How a run begins and ends: its input, its cancel, and the decision that closes it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from swf import exceptions
from swf.constants import MAX_REASON_LENGTH
from swf.exceptions import PayloadEncodeError, PayloadError, SWFError
from swf.flow.errors import (
    Canceled,
    ContinuedAsNew,
    FailExecution,
    ProgramError,
    ScheduleFailed,
    SignatureError,
    TaskError,
)
from swf.flow.replay import matching
from swf.flow.replay.arguments import futures_in
from swf.flow.replay.command import Command
from swf.flow.replay.signals import CARRIED
from swf.flow.replay.strands import Interrupted, Strand
from swf.flow.replay.task import Task
from swf.flow.replay.timer import TimerCall
from swf.payload import dump_failure
from swf.validation import CLOSING
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run

logger = logging.getLogger(__name__)

GRACE: Final = f"{matching.OWN}grace"


def start(run: Run) -> None:
    """Begin the program with the input of the execution."""

    def then(call: Any) -> None:
        run.notes.begin(run.execution.run_id, call.context, run.started)
        run.signals.bring(call.context.get(CARRIED) or [])
        workflow = run.workflow
        try:
            workflow.prepare()
            workflow.check_arguments(call.args, call.kwargs)
        except Exception as error:  # noqa: BLE001  (what makes ready is the program's)
            run.fail(error)
            return
        run.main = run.scheduler.spawn(workflow.run, call.args, call.kwargs, run.scope)

    error = run.attempts.load_call(run.started.get("input"), then)
    if error is not None:
        run.fail(error)


def main_ended(run: Run, strand: Strand, error: BaseException | None) -> None:
    """Decide how the execution is to be closed, now that its program has come to its end."""
    if run.closing is not None:
        return
    if error is None:
        # The future of the strand is resolved right after this: read it when it is asked for.
        run.closing = lambda: _completed(run, strand.future.result)
    elif isinstance(error, ContinuedAsNew):
        run.signals.are_for_next = True
        run.closing = lambda: _continued(run, error)
    elif isinstance(error, Canceled) and run.cancel_requested:
        run.closing = lambda: _canceled(run, error)
    else:
        fail(run, error)


def strand_ended(run: Run, strand: Strand, error: BaseException | None) -> None:
    """Take note of how a line of the program has ended, and of what that means for the run."""
    if strand is run.main or isinstance(error, ContinuedAsNew):
        main_ended(run, strand, error)
    elif strand in run.watched:
        run.watched.discard(strand)
        if error is not None and not isinstance(error, Canceled):
            fail(run, error)
    elif error is not None:
        run.failures.append(strand.future)


def end_turn(run: Run) -> None:
    """Have what closes the execution be asked for last, when nothing is to be waited for.

    A program that waits for what can never come fails.
    """
    if not run.tasks and _is_stuck(run):
        fail(
            run,
            ProgramError(
                "the program waits, and nothing is under way that it could wait for: no task,"
                " no timer, no signal"
            ),
        )
    if run.closing is None or not may_close(run):
        return
    if run.queue and run.queue[-1].decision_type in CLOSING:
        return
    command = run.closing()
    error = run.attempts.seal(command)
    if error is not None:
        fail(run, error)
        command = run.closing()
    run.queue.append(command)


def _is_stuck(run: Run) -> bool:
    """Tell whether nothing would take on a program that has no task under way."""
    if run.closing is not None or run.main is None:
        return False
    going = run.queue or run.signals.waiters or run.signals.handlers
    return not going and not run.is_closed


def fail(run: Run, error: BaseException) -> None:
    """Have the execution fail with this error."""
    run.error = error
    run.signals.are_for_next = False
    if not run.replaying:
        logger.warning("%s fails: %r", run.execution, error)
    run.closing = lambda: _failed(run, error)


def may_close(run: Run) -> bool:
    """Tell whether nothing is left to be waited for: of a cancel, what it was asked to cancel."""
    run.being_canceled = [future for future in run.being_canceled if not future.done]
    return not (run.being_canceled and run.is_in_grace)


def cancel_requested(run: Run, event: Wire) -> None:
    """Have everything that is open canceled, and Canceled raised where the program waits.

    Unless its `should_cancel` says no. What is submitted from then on is not canceled.
    """
    told = event["workflowExecutionCancelRequestedEventAttributes"]
    if run.closing is not None or run.cancel_requested:
        return
    try:
        if not run.workflow.should_cancel(told.get("cause")):
            return
    except Exception as error:  # noqa: BLE001  (the hook is the program's)
        run.fail(error)
        return
    run.cancel_requested = True
    for strand in list(run.scheduler.strands):
        strand.interrupt(Canceled())
    for task in list(run.tasks):
        if task.cancel() and not task.future.done:
            run.being_canceled.append(task.future)
    grace = run.workflow.cancel_grace
    if run.being_canceled and grace:
        timer = TimerCall(run, GRACE, grace)
        run.is_in_grace = True
        timer.submit()._when_done(lambda _: _grace_ended(run))


def _grace_ended(run: Run) -> None:
    run.is_in_grace = False


def refused(run: Run, command: Command, told: Wire) -> None:
    """Take note that SWF did not close the execution.

    Where something has happened meanwhile, the same is decided again, after that was seen.
    """
    cause = told.get("cause", "UNKNOWN")
    if cause == "UNHANDLED_DECISION":
        return
    run.closing = None
    message = f"{command.decision_type} was refused: {cause}"
    fail(run, ScheduleFailed(message, task=command.decision_type, cause=cause))


def on_task_failure(run: Run, task: Task, error: TaskError) -> None:
    """Ask the workflow's `on_task_failure` what a failure means, and have it so."""
    try:
        decided = run.workflow.failure_decided(task, error)
    except Interrupted:
        raise  # to who waits for the program
    except BaseException as problem:  # noqa: BLE001  (the hook is the program's)
        run.fail(problem)
        decided = None
    if decided is None:
        task.end(error)
    else:
        decided.apply(run, task, error)


def _completed(run: Run, value: Any) -> Command:
    try:
        plain = None if value is None else run.payloads.plain(value)
        return Command("CompleteWorkflowExecution", {}, run.payloads, plain)
    except PayloadError as error:
        told = "the workflow returned a future: return its `.result`"
        return _failing(run, PayloadEncodeError(told) if futures_in(value) else error)


def _continued(run: Run, ended: ContinuedAsNew) -> Command:
    context = run.notes.carried()
    if run.signals.kept:
        context[CARRIED] = run.signals.carried()
    try:
        run.workflow.check_arguments(ended.call_args, ended.call_kwargs)
        plain = run.payloads.plain_call(ended.call_args, ended.call_kwargs, context or None)
        attributes = run.workflow.continue_attributes(run.started, ended.options)
        return Command("ContinueAsNewWorkflowExecution", attributes, run.payloads, plain)
    except (PayloadError, SignatureError) as error:
        return _failing(run, error)


def _canceled(run: Run, error: Canceled) -> Command:
    try:
        plain = None if error.details is None else run.payloads.plain(error.details)
        return Command("CancelWorkflowExecution", {}, run.payloads, plain)
    except PayloadError as problem:
        return _failing(run, problem)


def _failing(run: Run, error: BaseException) -> Command:
    fail(run, error)
    return _failed(run, error)


def _failed(run: Run, error: BaseException) -> Command:
    reason, details = _words(run, error)
    made = Command("FailWorkflowExecution", {"reason": reason}, run.payloads, details)
    made.sealed, made.is_sealed = details, True  # the details of a failure are sealed as they are
    return made


def _words(run: Run, error: BaseException) -> tuple[str, str | None]:
    """Return the reason and the details of a failure: its own, where it has some that fit."""
    if isinstance(error, FailExecution):
        try:
            details = None if error.details is None else run.payloads.dump(error.details)
        except PayloadError as problem:
            problem.__cause__ = error
            return dump_failure(run.payloads, problem)
        return error.reason[:MAX_REASON_LENGTH], details
    return dump_failure(run.payloads, error)


def failure_marker(run: Run, name: str, error: SWFError) -> Command:
    """Return the marker by which a failure of ours replays alike."""
    told = json.dumps([type(error).__name__, error.message], ensure_ascii=False)
    return Command("RecordMarker", {"markerName": name}, run.payloads, told)


def read_failure(details: str | None) -> PayloadError:
    """Return the error that such a marker tells of."""
    name, message = json.loads(details or '["PayloadError", ""]')
    kind: Any = getattr(exceptions, name, PayloadError)
    error: PayloadError = kind(message)
    return error


Closing = Callable[[], Command]
"""What makes the decision that closes an execution, each time it is to be sent."""
