"""What the code of a task says while it works, and what it is told."""

from __future__ import annotations

import threading
from typing import Any

from swf.constants import MAX_HEARTBEAT_DETAILS_LENGTH
from swf.exceptions import ActivityCanceled, ValidationError
from swf.wire import payload, sendable


class Beats:
    """The code of an activity at work: it tells details, and asks whether it is still wanted.

    Heartbeats themselves are sent by the worker, in whatever thread or process the code runs.
    """

    def __init__(self) -> None:
        self._unwanted = threading.Event()  # canceled, or lost: no one waits for the result
        self._lost = False
        self._canceled = False

    @property
    def cancel_requested(self) -> bool:
        """Whether SWF said that the activity shall be canceled."""
        return self._canceled

    @property
    def lost(self) -> bool:
        """Whether the task is closed: it timed out, or its execution is over."""
        return self._lost

    def heartbeat(self, details: Any = None) -> None:
        """Have the next beat, and all after it, carry these details; SWF is told by that beat.

        A str is carried as it is, anything else as JSON. Raises ValidationError where they are
        longer than 2048 characters or hold a lone surrogate.
        """
        text = payload(details, "details")
        if text is not None and len(text) > MAX_HEARTBEAT_DETAILS_LENGTH:
            raise ValidationError(
                f"details: has at most {MAX_HEARTBEAT_DETAILS_LENGTH} characters, not {len(text)}"
            )
        if text is not None and not sendable(text):
            raise ValidationError("details: must be valid Unicode")
        self._carry(text)

    def check_canceled(self, details: Any = None) -> None:
        """Return unless the work is not wanted any more: then raise ActivityCanceled.

        The worker answers it with RespondActivityTaskCanceled and `details`.
        """
        if self._unwanted.is_set():
            reason = "the task is closed" if self._lost else "a cancel was requested"
            raise ActivityCanceled(reason, details=details)

    def wait(self, seconds: float) -> bool:
        """Return True as soon as the work is not wanted any more, False once `seconds` passed."""
        return self._unwanted.wait(seconds)

    def cancel(self) -> None:
        """Let the code know that a cancel was requested."""
        self._canceled = True
        self._unwanted.set()

    def lose(self) -> None:
        """Let the code know that its task is closed."""
        self._lost = True
        self._unwanted.set()

    def _carry(self, text: str | None) -> None:
        """Take in the details that the next beat shall carry."""
        raise NotImplementedError
