"""Threads that run until they are told to drain, and signals that tell them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from swf.actors.loop import Loop
from swf.exceptions import ActorError


class Interrupted(BaseException):
    """What the handler that was there before the loop raises."""


def former(number: int, frame: Any) -> None:
    """The handler of SIGTERM that a program had installed by itself."""
    raise Interrupted(number)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """A SIGTERM that shows where it arrives, and the handlers of the test session afterwards."""
    before = signal.signal(signal.SIGTERM, former)
    yield
    signal.signal(signal.SIGTERM, before)


def send(number: signal.Signals) -> None:
    """Send this process a signal, from whatever thread."""
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_first_signal_drains(number: signal.Signals) -> None:
    """While the loop runs in the main thread, SIGTERM and SIGINT mean to finish and return."""
    finished = []

    def runner(loop: Loop) -> None:
        assert loop.draining.wait(30)
        finished.append(True)

    def signaled(loop: Loop) -> None:
        send(number)
        runner(loop)

    Loop([runner, signaled], "test").run()

    assert finished == [True, True]


def test_a_second_signal_aborts() -> None:
    """A signal to a draining loop does what it would have done without it, at once."""
    released, aborted = threading.Event(), []

    def runner(loop: Loop) -> None:
        loop.aborting.append(lambda: aborted.append(True))
        send(signal.SIGTERM)
        assert loop.draining.wait(30)
        send(signal.SIGTERM)
        released.wait(30)

    with pytest.raises(Interrupted):
        Loop([runner], "test").run()

    released.set()
    assert aborted


def test_a_first_signal_to_a_loop_that_drains_aborts_nothing() -> None:
    """Told to stop already, a loop takes its first signal for the same word, of whatever number."""
    handled, finished = threading.Event(), []

    def runner(loop: Loop) -> None:
        loop.aborting.append(lambda: finished.append(False))
        loop.drain()
        send(signal.SIGTERM)
        send(signal.SIGWINCH)  # of a higher number, it is handled after the other
        assert handled.wait(30)
        finished.append(True)

    before = signal.signal(signal.SIGWINCH, lambda number, frame: handled.set())
    try:
        Loop([runner], "test").run()
    finally:
        signal.signal(signal.SIGWINCH, before)

    assert finished == [True]


def test_any_other_interruption_aborts_too() -> None:
    """Thrown out of its wait, by whatever, a loop leaves nothing running outside."""
    released, aborted = threading.Event(), []

    def interrupt(number: int, frame: Any) -> None:
        raise Interrupted(number)

    def runner(loop: Loop) -> None:
        loop.aborting.append(lambda: aborted.append(True))
        send(signal.SIGUSR1)
        released.wait(30)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with pytest.raises(Interrupted):
            Loop([runner], "test").run()
    finally:
        signal.signal(signal.SIGUSR1, before)
        released.set()

    assert aborted == [True]


def test_handlers_are_restored() -> None:
    """After the loop, signals mean what they meant before."""
    before = signal.getsignal(signal.SIGINT)  # a shell may start the tests with it ignored

    Loop([lambda loop: None], "test").run()

    assert signal.getsignal(signal.SIGTERM) is former
    assert signal.getsignal(signal.SIGINT) is before


def test_handlers_are_restored_after_an_error() -> None:
    """An error that ends the loop leaves no handler behind either."""

    def runner(loop: Loop) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        Loop([runner], "test").run()

    assert signal.getsignal(signal.SIGTERM) is former


def test_elsewhere_than_in_the_main_thread_signals_are_left_alone() -> None:
    """A loop in another thread installs no handler: Python would not let it."""
    seen: list[Any] = []

    def runner(loop: Loop) -> None:
        seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=Loop([runner], "test").run)
    thread.start()
    thread.join(30)

    assert seen == [former]


def test_one_failing_runner_drains_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """The first error ends the loop and is raised; later ones are logged."""
    failed = threading.Event()

    def first(loop: Loop) -> None:
        failed.set()
        raise KeyError("first")

    def second(loop: Loop) -> None:
        assert loop.draining.wait(30)
        raise KeyError("second")

    with pytest.raises(KeyError, match="first"):
        Loop([first, second], "test").run()

    assert failed.is_set()
    assert "second" in caplog.text


def test_joining_takes_no_longer_than_asked() -> None:
    """`join` with a time-out says whether all has drained."""
    let_go = threading.Event()
    loop = Loop([lambda loop: let_go.wait(30) and None] * 2, "test")  # type: ignore[func-returns-value,list-item]
    loop.start()

    assert loop.join(0) is False
    assert loop.alive
    let_go.set()
    assert loop.join(30) is True


def test_threads_are_named() -> None:
    """The threads of a loop can be told apart in a debugger and in a log."""
    names: list[str] = []
    lock = threading.Lock()

    def runner(loop: Loop) -> None:
        with lock:
            names.append(threading.current_thread().name)

    Loop([runner, runner], "Decider('d', 't')").run()

    assert sorted(names) == ["Decider('d', 't') 1", "Decider('d', 't') 2"]


def test_a_thread_that_is_given_up_is_replaced_and_not_awaited() -> None:
    """Another thread takes the runner on; what ends with the loop ends without the one given up."""
    held, let_go, again = threading.Event(), threading.Event(), threading.Event()
    ended: list[str] = []
    mine: list[bool] = []

    def run(loop: Loop) -> None:
        if held.is_set():
            again.set()
            loop.draining.wait(30)
            return
        held.set()
        let_go.wait(30)
        mine.append(loop.has_me)

    loop = Loop([run], "loop")
    loop.ending.append(lambda: ended.append("ended"))
    loop.start()
    assert held.wait(30)
    [first] = loop._runners

    loop.give_up(first)
    assert again.wait(30)
    loop.drain()

    assert loop.join(30)
    assert ended == ["ended"]
    let_go.set()
    first.join(30)
    assert (mine, ended) == ([False], ["ended"])


def test_a_thread_of_another_is_not_given_up() -> None:
    """What is none of the loop's threads changes nothing in it."""
    loop = Loop([], "loop")

    loop.give_up(threading.current_thread())

    assert not loop.alive


def test_a_loop_may_be_told_to_fail() -> None:
    """The first error stands, whoever told of it."""
    loop = Loop([lambda loop: loop.draining.wait(30)], "loop")
    loop.start()
    loop.fail(ValueError("first"))
    loop.fail(ValueError("second"))

    with pytest.raises(ValueError, match="first"):
        loop.join(30)


def until_drained(loop: Loop) -> None:
    """Wait until the loop is told to drain."""
    assert loop.draining.wait(30)


def test_a_loop_that_gets_too_few_threads_leaves_none_at_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the machine gives no further thread, those that have begun are drained, and ended."""
    really, begun = threading.Thread.start, []

    def start(thread: threading.Thread) -> None:
        if len(begun) == 2:
            raise RuntimeError("can't start new thread")
        begun.append(thread)
        really(thread)

    loop = Loop([until_drained] * 3, "few")
    ended = threading.Event()
    loop.ending.append(ended.set)
    monkeypatch.setattr(threading.Thread, "start", start)

    with pytest.raises(ActorError, match=r"few: 2 of its 3 threads begin.*start fewer"):
        loop.start()

    assert loop.join(30)
    assert ended.wait(30)
