"""Payloads that may not be had: what failed once when a program ran fails on every replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swf.exceptions import PayloadDecodeError, PayloadError, PayloadStoreError, PayloadTypeError
from swf.flow.replay import closing, matching
from swf.flow.replay.command import Command
from swf.payload import Call, Payloads, load_failure

if TYPE_CHECKING:
    from swf.flow.replay.run import Run


class Attempts:
    """Reads and seals the payloads of a run; what fails is recorded as a marker.

    Each attempt has a number, which is the same on every replay.
    """

    __slots__ = ("_count", "_run")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._count = 0

    def seal(self, command: Command) -> PayloadError | None:
        """Have the payload of a command in the form in which it is sent; return why it cannot be.

        What is in the history was sealed when it was sent.
        """
        if command.plain is None:
            return None
        run = self._run
        if not run.is_live:
            if not run.ahead.failures:
                self._count += 1
                return None
            return self._made(f"send:{command.decision_type}", _nothing)[1]
        return self._made(f"send:{command.decision_type}", command.seal)[1]

    def load(
        self, payloads: Payloads, text: str | None, then: Callable[[Any], object]
    ) -> PayloadError | None:
        """Hand a recorded payload to `then`; return why it cannot be read, where that is so."""
        if text is None:
            then(None)
            return None
        if self._run.ahead.failures:
            value, error = self._made("load", payloads.load, text)
            if error is None:
                then(value)
            return error
        self._count += 1
        try:
            value = payloads.load(text)
        except PayloadError as error:
            return self._failed("load", error)
        then(value)
        return None

    def load_call(
        self, text: str | None, then: Callable[[Call], object], *, or_bare: bool = False
    ) -> PayloadError | None:
        """Hand a recorded call to `then`; return why it cannot be read, where that is so.

        With `or_bare` a text that stands for no call is the one argument of it.
        """
        call, error = self._made("load", self._call_or_bare if or_bare else self._call, text)
        if error is None:
            then(call)
        return error

    def readable(self, payloads: Payloads, text: str | None) -> Any:
        """Return a recorded payload, decoded where that is possible, else as it is."""
        if text is None:
            return None
        value, error = self._made("read", payloads.load, text)
        return value if error is None else text

    def failure(self, payloads: Payloads, reason: str | None, details: str | None) -> BaseException:
        """Return the error that a recorded failure tells of; its reason alone where it is lost."""
        if details is None:
            return load_failure(payloads, reason, None)
        _, error = self._made("failure", payloads.open, details)
        if error is None:
            return load_failure(payloads, reason, details)
        lost = load_failure(payloads, reason, None)
        lost.__cause__ = error
        return lost

    def _call(self, text: str | None) -> Call:
        payloads = self._run.payloads
        return payloads.parse_call(payloads.open(text))

    def _call_or_bare(self, text: str | None) -> Call:
        payloads = self._run.payloads
        plain = payloads.open(text)
        try:
            return payloads.parse_call(plain)
        except PayloadTypeError:
            raise
        except PayloadDecodeError:
            return Call((plain,))

    def _made(
        self, what: str, action: Callable[..., Any], *args: Any
    ) -> tuple[Any, PayloadError | None]:
        """Return what an action returns, or why it failed, now or when it was tried first."""
        run = self._run
        self._count += 1
        if run.ahead.failures:
            name = f"{matching.FAILURE}{self._count}:{what}"
            is_there, details = run.recorded(name)
            if is_there:
                error = closing.read_failure(details)
                run.queue.append(closing.failure_marker(run, name, error))
                return None, error
        try:
            return action(*args), None
        except PayloadError as error:
            return None, self._failed(what, error)

    def _failed(self, what: str, error: PayloadError) -> PayloadError:
        """Return the error of what cannot be had, which is recorded where it happens first."""
        run = self._run
        if run.is_live:
            name = f"{matching.FAILURE}{self._count}:{what}"
            marker = closing.failure_marker(run, name, error)
            run.queue.append(marker)
            # As a replay will have it: a program may look at its class, or its cause.
            return closing.read_failure(marker.plain)
        if type(error) is PayloadStoreError:
            raise error  # it went well when it was recorded: another replay may have it again
        return error


def _nothing() -> None:
    """Do nothing."""
