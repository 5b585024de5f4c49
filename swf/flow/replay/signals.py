"""Signals of a run: kept in order, each handed out once."""

from __future__ import annotations

import inspect
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import attrs

from swf.exceptions import PayloadStoreError, SWFError, ValidationTypeError
from swf.flow.errors import SignatureError, TaskCanceled, TaskTimedOut
from swf.flow.future import Future
from swf.flow.replay.timer import TimerCall
from swf.payload import Call
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.flow.replay.run import Run

logger = logging.getLogger(__name__)

CARRIED: Final = "signals"
"""Where the input of a run that continues another has the signals that nobody took there."""


@attrs.frozen
class Signal:
    """One signal as it arrived."""

    name: str
    key: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def value(self) -> Any:
        """What was sent: the argument where there is one, None where none, else all of them."""
        if self.kwargs:
            return {"args": list(self.args), "kwargs": self.kwargs}
        if len(self.args) == 1:
            return self.args[0]
        return list(self.args) if self.args else None

    def as_value(self) -> dict[str, Any]:
        """Return what a run hands on to the one that continues it."""
        told = {"name": self.name, "args": list(self.args), "kwargs": self.kwargs}
        return told if self.key is None else {**told, "key": self.key}


def _misfit(handler: Callable[..., Any], signal: Signal) -> SignatureError | None:
    """Return why a handler cannot be called with what was sent; None where it can."""
    signature = inspect.signature(handler)
    try:
        signature.bind(*signal.args, **signal.kwargs)
    except TypeError as error:
        return SignatureError(f"its handler takes {signature}: {error}")
    return None


def _check_name(where: str, name: object) -> None:
    """Refuse what no signal can be called: it would be waited for in vain."""
    if name is not None and not isinstance(name, str):
        raise ValidationTypeError(f"{where}: name: must be a str, got {name!r}")


class Waiter:
    """One wait for a signal: it takes the first that fits."""

    __slots__ = ("future", "key", "name", "signals", "timer")

    def __init__(self, signals: Signals, name: str | None, key: Any) -> None:
        self.signals = signals
        self.name = name
        self.key = key
        self.timer: TimerCall | None = None
        self.future: Future[Any] = Future(signals.run.scheduler, self)

    def takes(self, signal: Signal) -> bool:
        """Tell whether this is a signal it waits for."""
        return self.name in (None, signal.name) and self.key in (None, signal.key)

    def take(self, signal: Signal) -> None:
        """End with this signal."""
        if self.timer is not None:
            self.timer.cancel()
        self.future._resolve(signal.value)

    def cancel(self) -> bool:
        """Wait no longer."""
        self.signals.waiters.remove(self)
        if self.timer is not None:
            self.timer.cancel()
        told = f"the wait for {self!r} was canceled"
        self.future._fail(TaskCanceled(told, task=repr(self)))
        return True

    def time_out(self, timer: Future[Any]) -> None:
        """End without a signal."""
        if timer.cancelled or self.future.done:
            return
        self.signals.waiters.remove(self)
        if timer._error is not None:
            self.future._fail(timer._error)
            return
        message = f"no {self!r} came in time"
        self.future._fail(TaskTimedOut(message, task=repr(self), timeout_type="SIGNAL"))

    def __repr__(self) -> str:
        key = "" if self.key is None else f" with key {self.key!r}"
        return f"signal {self.name!r}{key}"


class Signals:
    """What signals came and were not taken, and who waits for which."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.kept: deque[Signal] = deque()
        self.are_for_next = False  # the run is being continued by another
        self.waiters: list[Waiter] = []
        self.handlers: dict[str, Callable[..., Any]] = {}

    def bring(self, carried: list[dict[str, Any]]) -> None:
        """Keep the signals that the run before has handed on, before all others."""
        for told in carried:
            self.take(
                Signal(told["name"], told.get("key"), tuple(told["args"]), dict(told["kwargs"]))
            )

    def receive(self, event: Wire) -> None:
        """Hand a signal to its handler, else to the first who waits for such, else keep it."""
        told = event["workflowExecutionSignaledEventAttributes"]
        name = told["signalName"]
        run = self.run

        def then(call: Call) -> None:
            if not run.replaying:
                run.notes.signaled(call.context)
            self.take(Signal(name, call.context.get("key"), call.args, call.kwargs))

        error = run.attempts.load_call(told.get("input"), then, or_bare=True)
        if type(error) is PayloadStoreError:
            raise error  # it is there, and shall be read once the store is back
        if error is not None:
            self._drop(name, error)

    def _drop(self, name: str, error: SWFError) -> None:
        """Pass over what somebody sent: that is no reason for the program to end."""
        if self.run.is_live:
            logger.error("%s: signal %r is dropped: %s", self.run.execution, name, error)

    def take(self, signal: Signal) -> None:
        """Have a signal go where it belongs."""
        if self.are_for_next:
            self.kept.append(signal)
            return
        handler = self.handlers.get(signal.name)
        if handler is not None:
            run = self.run
            error = _misfit(handler, signal)
            if error is not None:
                self._drop(signal.name, error)
                return
            strand = run.scheduler.spawn(handler, signal.args, signal.kwargs, run.scope.inner())
            run.watch(strand)
            return
        for index, waiter in enumerate(self.waiters):
            if waiter.takes(signal):
                del self.waiters[index]
                waiter.take(signal)
                return
        self.kept.append(signal)

    def wait(self, name: str | None, key: Any, timeout: int | None) -> Future[Any]:
        """Return a future of the next signal of this name and key that nobody took."""
        _check_name("wait_signal", name)
        waiter = Waiter(self, name, key)
        for signal in self.kept:
            if waiter.takes(signal):
                self.kept.remove(signal)
                waiter.take(signal)
                return waiter.future
        self.waiters.append(waiter)
        if timeout is not None:
            timer_id = self.run.current_scope.number(f"signal-{name or 'any'}")
            waiter.timer = TimerCall(self.run, timer_id, timeout)
            waiter.timer.submit()._when_done(waiter.time_out)
        return waiter.future

    def handle(self, name: str, handler: Callable[..., Any]) -> None:
        """Have a function called for each signal of this name, those that came already included."""
        _check_name("on_signal", name)
        self.handlers[name] = handler
        early = [signal for signal in self.kept if signal.name == name]
        for signal in early:
            self.kept.remove(signal)
            self.take(signal)

    def carried(self) -> list[dict[str, Any]]:
        """Return the signals that nobody took, for the run that continues this one."""
        return [signal.as_value() for signal in self.kept]
