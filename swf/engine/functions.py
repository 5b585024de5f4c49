"""Lambda functions: Python callables by name, run as AWS Lambda runs Python handlers.

A function gets the event (the task's input, parsed) and a context, in a thread of a pool of its
own. What it returns is the task's result as JSON; what it raises is the task's failure.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import attrs

from swf.clock import Clock
from swf.constants import MAX_DETAILS_LENGTH, MAX_REASON_LENGTH, MAX_RESULT_LENGTH
from swf.exceptions import ValidationError, ValidationTypeError
from swf.wire import sendable

logger = logging.getLogger(__name__)

MAX_NAME_LENGTH: Final = 64
_SHORT: Final = 4_096
"""Characters of a message that stay where all of it is too long, whatever JSON makes of them."""
_ENOUGH_MILLISECONDS: Final = 2**31 - 1


@attrs.frozen
class FunctionContext:
    """What a function may know of its invocation, in the words of AWS Lambda."""

    function_name: str
    aws_request_id: str
    _deadline: datetime | None
    _clock: Clock

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function has before its task times out; 0 once it has."""
        if self._deadline is None:
            return _ENOUGH_MILLISECONDS
        left = self._deadline - self._clock.now()
        return max(0, int(left.total_seconds() * 1000))


Function = Callable[[Any, FunctionContext], Any]
"""Called with the event and the context; what it returns has to be JSON-able."""


@attrs.frozen
class Outcome:
    """How an invocation ended: with a result, or, where `reason` is told, with a failure."""

    result: str | None = None
    reason: str | None = None
    details: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the function raised, or what went in or came out was no JSON."""
        return self.reason is not None


Done = Callable[[Outcome], object]


class Functions:
    """The registered functions, and the threads that run them: at most so many at a time.

    A function that does not return keeps its thread, but never this process from ending.
    """

    def __init__(self, clock: Clock, *, threads: int = 8) -> None:
        self._clock = clock
        self._functions: dict[str, Function] = {}
        self._at_most = threads
        self._changed = threading.Condition()
        self._queue: deque[Callable[[], None]] = deque()
        self._awaited: dict[str, list[Callable[[], None]]] = {}
        """What is to be run once there is a function of the name."""
        self._threads = 0
        self._busy = 0
        self._closed = False

    # The registry

    def register(self, name: str, function: Function) -> None:
        """Have tasks of this name run the function, from the next invocation on.

        Raises ValidationError where the name is not one of 1 to 64 characters.
        """
        if not callable(function):
            raise ValidationTypeError(f"function: must be callable, got {function!r}")
        if not 1 <= len(name) <= MAX_NAME_LENGTH:
            raise ValidationError(f"name: has 1 to {MAX_NAME_LENGTH} characters, got {name!r}")
        with self._changed:
            self._functions[name] = function
            for work in self._awaited.pop(name, ()):
                self._put(work)

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __len__(self) -> int:
        return len(self._functions)

    # Running

    def submit(
        self,
        name: str,
        input: str | None,
        done: Done,
        *,
        request_id: str,
        deadline: datetime | None = None,
    ) -> None:
        """Have a function run soon; `done` is called with its outcome, once, in the same thread.

        Where none of the name is registered it runs as soon as one is. After `close` it is not
        called any more.
        """
        context = FunctionContext(name, request_id, deadline, self._clock)

        def work() -> None:
            outcome = self.invoke(name, input, context)
            if not self._closed:
                done(outcome)

        with self._changed:
            if self._closed:
                return
            if name in self._functions:
                self._put(work)
            else:
                self._awaited.setdefault(name, []).append(work)

    def _put(self, work: Callable[[], None]) -> None:
        """Have a thread take up the work; the caller holds the condition."""
        self._queue.append(work)
        if self._busy + len(self._queue) > self._threads < self._at_most:
            self._threads += 1
            label = f"swf-function-{self._threads}"
            threading.Thread(target=self._run, name=label, daemon=True).start()
        self._changed.notify_all()

    def invoke(self, name: str, input: str | None, context: FunctionContext) -> Outcome:
        """Return how a function ends, having run it in this thread; nothing is raised."""
        function = self._functions.get(name)
        if function is None:
            return failure("ResourceNotFoundException", f"Function not found: {name}")
        try:
            event = None if input is None else json.loads(input)
        except (ValueError, RecursionError) as error:
            return failure("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")
        try:
            returned = function(event, context)
        except BaseException as error:  # noqa: BLE001  (`sys.exit()` ends the function, not us)
            # The first frame is this one, which is none of the function's business.
            frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
            return failure(type(error).__name__, _message(error), frames)
        try:
            result = _json(returned)
        except (TypeError, ValueError, RecursionError) as error:
            return failure("Runtime.MarshalError", f"Unable to marshal response: {error}")
        if len(result) > MAX_RESULT_LENGTH:
            return failure(
                "Function.ResponseSizeTooLarge",
                f"Response payload size ({len(result)} characters) exceeded maximum allowed "
                f"payload size ({MAX_RESULT_LENGTH} characters).",
            )
        return Outcome(result=result)

    @property
    def is_idle(self) -> bool:
        """Whether no function runs, nor is about to."""
        with self._changed:
            return not (self._busy or self._queue)

    def join(self, seconds: float) -> bool:
        """Return True once no function runs or is to be run, False after so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._busy or self._queue), seconds)

    def close(self) -> None:
        """Start nothing more, and tell of no outcome any more; nothing is waited for."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception:
                # The thread is everybody's; who takes the outcome has to see to its own errors.
                logger.exception("an outcome was not taken", extra={"action": "outcome_lost"})
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            if not self._queue:
                self._threads -= 1
                return None
            self._busy += 1
            return self._queue.popleft()


def failure(kind: str, message: str, frames: list[str] | None = None) -> Outcome:
    """Return a failure as AWS Lambda tells it, cut to what SWF takes.

    `details` are JSON: errorMessage, errorType, stackTrace. The outermost frames go first, then
    the end of the message.
    """
    kept = list(frames or ())
    told = {"errorMessage": message, "errorType": kind[:MAX_REASON_LENGTH], "stackTrace": kept}
    details = _json(told)
    while len(details) > MAX_DETAILS_LENGTH and kept:
        del kept[0]
        details = _json(told)
    if len(details) > MAX_DETAILS_LENGTH:
        details = _json({**told, "errorMessage": message[:_SHORT]})
    return Outcome(reason=kind[:MAX_REASON_LENGTH], details=details)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as another:  # noqa: BLE001  (whatever an error's own code does)
        return f"<{type(another).__name__} in str()>"


def _json(value: Any) -> str:
    """Return a value as JSON; raise TypeError, ValueError or RecursionError where it is none."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if sendable(text) else json.dumps(value, allow_nan=False)
