"""How the code of a task ended, as the texts that SWF is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Literal

import attrs

from swf.actors.words import described, traced
from swf.constants import MAX_DETAILS_LENGTH, MAX_REASON_LENGTH, MAX_RESULT_LENGTH
from swf.exceptions import (
    ActivityCanceled,
    ActivityFailed,
    ActorError,
    CompleteLater,
    ValidationError,
    ValidationTypeError,
)
from swf.wire import escaped, payload, sendable, shortened


@attrs.frozen
class Outcome:
    """How a task ended: completed with a result, canceled with details, failed with both.

    `later` means that it has not ended: somebody else answers it. `error` is what the worker logs
    and tells `on_error`.
    """

    kind: Literal["completed", "failed", "canceled", "later"]
    text: str | None = None
    reason: str | None = None
    error: Exception | None = attrs.field(default=None, eq=False)


def outcome_of(compute: Callable[[], Any], *, ctrl_c: bool = True) -> Outcome:
    """Return how the code of a task ended, whatever it returned or raised.

    With `ctrl_c`, a KeyboardInterrupt in the main thread is that of a terminal, and raised again.
    """
    try:
        return Outcome("completed", carried(compute()))
    except CompleteLater:
        return Outcome("later")
    except ActivityCanceled as canceled:
        return Outcome("canceled", details_text(canceled.details))
    except BaseException as error:  # noqa: BLE001  (whatever it is, the workflow is told)
        return failure(error, ctrl_c=ctrl_c)


def failure(error: BaseException, *, ctrl_c: bool = True) -> Outcome:
    """Return the failure that an error stands for.

    The error is the reason and its traceback the details, unless it says itself what they are.
    """
    if isinstance(error, ActivityFailed):
        reason, details = error.reason, details_text(error.details)
    else:
        reason, details = described(error), traced(error)
    reason = shortened(escaped(reason), MAX_REASON_LENGTH)
    return Outcome("failed", details, reason, contained(error, ctrl_c=ctrl_c))


def contained(error: BaseException, *, ctrl_c: bool = True) -> Exception:
    """Return the error that a task ended with, as one that the loop may go on after.

    What would have ended the program, `sys.exit()` say, is the cause of an ActorError. Ctrl-C alone
    is raised again where it arrives: in the main thread.
    """
    if isinstance(error, Exception):
        return error
    in_main = threading.current_thread() is threading.main_thread()
    if ctrl_c and in_main and isinstance(error, KeyboardInterrupt):
        raise error
    ended = described(error)
    held = ActorError(f"the code of a task would have ended the program by {ended}")
    held.__cause__ = error
    return held


def carried(result: Any) -> str | None:
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


def details_text(details: object) -> str | None:
    """Return the text of details, whatever they are, with as much of it as SWF takes."""
    try:
        text = payload(details, "details")
    except Exception:  # noqa: BLE001  (a task is not left unanswered for its details)
        text = _shown(details)
    return None if text is None else shortened(escaped(text), MAX_DETAILS_LENGTH)


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001  (an error in a value's repr)
        return f"(a {type(value).__name__} that cannot be shown)"
