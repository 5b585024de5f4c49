"""Who does the writer's work: always somebody, never two."""

from __future__ import annotations

import threading
import time

import pytest

from swf.engine.call import Call, Waiter
from swf.engine.queue import BATCH_AT_MOST, Queue

PATIENCE_SECONDS = 120


def asked(queue: Queue, operation: str = "x") -> Call:
    """Queue a call and return it once it is answered."""
    waiter = Waiter()
    call = Call(operation, {}, done=waiter.done)
    queue.wait_for(call, waiter)
    return call


def noted(call: Call) -> None:
    """Take an answer."""


def answer(batch: list[Call]) -> None:
    """Answer every call of a batch."""
    for call in batch:
        call.answer()


def test_a_caller_alone_works_for_itself():
    """Without any other caller, the work is done in the caller's own thread."""
    threads = []

    def work(batch: list[Call]) -> None:
        threads.append(threading.current_thread())
        answer(batch)

    asked(Queue(work))

    assert threads == [threading.current_thread()]


def test_what_is_queued_meanwhile_is_one_batch():
    """Calls that come while one is at work are carried out together, in their order."""
    batches: list[list[str]] = []

    def work(batch: list[Call]) -> None:
        batches.append([call.operation for call in batch])
        if len(batches) == 1:
            for name in ("a", "b", "c"):
                assert not queue.submit(Call(name, {}, done=noted))
        answer(batch)

    queue = Queue(work)
    asked(queue, "first")

    assert batches == [["first"], ["a", "b", "c"]]
    assert len(queue) == 0


def test_a_batch_is_bounded():
    """However many calls are queued, one commit takes so many of them."""
    sizes: list[int] = []

    def work(batch: list[Call]) -> None:
        sizes.append(len(batch))
        if len(sizes) == 1:
            for _ in range(BATCH_AT_MOST + 1):
                queue.submit(Call("x", {}, done=noted))
        answer(batch)

    queue = Queue(work)
    asked(queue)

    assert sizes == [1, BATCH_AT_MOST, 1]


def test_a_call_of_the_engine_itself_is_queued_once():
    """What the engine adds while the same is queued already adds nothing."""
    done: list[str] = []

    def work(batch: list[Call]) -> None:
        done.extend(call.operation for call in batch)
        if len(done) == 1:
            queue.add(Call("tick", {}, done=noted))
            queue.add(Call("tick", {}, done=noted))
        answer(batch)

    queue = Queue(work)
    asked(queue)

    assert done == ["x", "tick"]


def test_who_cannot_take_over_is_passed_over():
    """Where the next in the queue cannot do the work, who is at it goes on."""
    done: list[str] = []

    def refuse(_work: object) -> None:
        raise RuntimeError("no thread is left")

    def work(batch: list[Call]) -> None:
        done.extend(call.operation for call in batch)
        if len(done) == 1:
            call = Call("second", {}, done=noted)
            call.promote = refuse
            queue.submit(call)
        answer(batch)

    queue = Queue(work)
    asked(queue, "first")

    assert done == ["first", "second"]


def test_the_next_call_goes_on_where_the_work_was_interrupted_twice():
    """Where also the thread that took over the work is interrupted, the next caller does it."""
    interrupts = [KeyboardInterrupt(), KeyboardInterrupt()]
    left = threading.Event()
    done: list[str] = []

    def work(batch: list[Call]) -> None:
        if interrupts:
            interrupt = interrupts.pop()
            if not interrupts:
                left.set()
            raise interrupt
        done.extend(call.operation for call in batch)
        answer(batch)

    queue = Queue(work)
    with pytest.raises(KeyboardInterrupt):
        asked(queue, "interrupted")
    assert left.wait(PATIENCE_SECONDS)
    end = time.monotonic() + PATIENCE_SECONDS
    while queue._leader is not None and time.monotonic() < end:
        time.sleep(0.001)

    asked(queue, "next")

    assert done == ["interrupted", "next"]


def test_the_next_call_goes_on_where_no_thread_begins(monkeypatch):
    """Where the machine gives no thread to take over, the interrupt comes, and no work is lost."""
    interrupts = [KeyboardInterrupt()]
    done: list[str] = []

    def work(batch: list[Call]) -> None:
        if interrupts:
            raise interrupts.pop()
        done.extend(call.operation for call in batch)
        answer(batch)

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    queue = Queue(work)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(KeyboardInterrupt):
            asked(queue, "interrupted")

    asked(queue, "next")

    assert done == ["interrupted", "next"]


def test_who_is_interrupted_while_another_works_leaves_alone():
    """An interrupt of a caller that only waits changes nothing for the one that works."""
    done: list[str] = []

    class Interrupted(Waiter):
        """Is interrupted while it waits."""

        def wait(self) -> None:
            raise KeyboardInterrupt

    def work(batch: list[Call]) -> None:
        done.extend(call.operation for call in batch)
        if len(done) == 1:
            waiter = Interrupted()
            with pytest.raises(KeyboardInterrupt):
                queue.wait_for(Call("second", {}, done=noted), waiter)
        answer(batch)

    queue = Queue(work)
    asked(queue, "first")

    assert done == ["first", "second"]
    assert len(queue) == 0


def test_who_was_promoted_and_is_no_more_does_nothing():
    """A thread that is told too late to take over finds that somebody else has."""
    worked: list[list[Call]] = []
    queue = Queue(worked.append)

    queue._take_over(Call("late", {}, done=noted))

    assert worked == []
