"""The thread that runs programs, and what becomes of those that keep it for themselves."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from contextlib import suppress

import pytest
from overheard import Overheard

from swf.engine import Engine
from swf.exceptions import PollTimeout
from swf.flow import Decider, TaskFailure, Workflow
from swf.flow.errors import HungProgramError
from swf.flow.replay.strands import Interrupted
from swf.flow.replay.thread import ReplayThread
from swf.testing import connected

pytestmark = pytest.mark.skipif(
    sys.gettrace() is not None,
    reason="CPython 3.11 calls no function where it traces lines and another thread has still to"
    " take up what is to be raised in it; test_unmeasured.py runs these tests",
)

LONG = 30
"""Seconds after which a test is given up that waits for another thread."""


@pytest.fixture
def thread():
    """A replay thread of little patience."""
    made = ReplayThread(patience=0.1)
    yield made
    made.close()


def spin() -> None:
    while True:
        pass


def test_everything_is_called_in_one_thread_that_is_not_the_callers(thread: ReplayThread):
    """All calls happen in the same thread; what it calls itself happens there, too."""
    idents = {thread.call(threading.get_ident) for _ in range(3)}
    idents.add(thread.call(lambda: thread.call(threading.get_ident)))

    assert len(idents) == 1
    assert threading.get_ident() not in idents


def test_inline_the_thread_is_the_callers():
    """With `inline` everything is called where it is asked for."""
    thread = ReplayThread(inline=True)

    assert thread.call(threading.get_ident) == threading.get_ident()
    thread.close()


@pytest.mark.parametrize("error", [ValueError("v"), SystemExit(3), KeyboardInterrupt()])
def test_what_is_raised_there_is_raised_to_who_asked(thread: ReplayThread, error: BaseException):
    """An error of any kind is raised to the caller, and the thread goes on."""

    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        thread.call(fail)

    assert raised.value is error
    assert thread.call(lambda: 1) == 1


def test_what_spins_is_interrupted_and_named(
    thread: ReplayThread, caplog: pytest.LogCaptureFixture
):
    """What goes on for ever ends with an error that names the line; its stack is logged."""
    before = thread.call(threading.get_ident)

    with pytest.raises(HungProgramError, match=r"test_thread\.py:\d+"):
        thread.call(spin)

    assert "in spin" in caplog.text
    assert thread.call(threading.get_ident) == before


COLLECTED_MEANWHILE = """
import gc, sys, threading
from swf.flow.errors import HungProgramError
from swf.flow.replay.thread import ReplayThread

def spin():
    while True:
        pass

def looked():
    collects = gc.isenabled()
    gc.disable()
    for _ in range(1_000):
        lost = [threading.local()]
        lost.append(lost)
    kept = [{} for _ in range(100)]
    del kept  # so that the dict to come is one of these
    if collects:
        gc.enable()
    return frames()

frames, sys._current_frames = sys._current_frames, looked
released = threading.Event()
for _ in range(20):
    threading.Thread(target=released.wait).start()
try:
    ReplayThread(patience=0.1).call(spin)
except HungProgramError:
    print("told", gc.isenabled())
released.set()
"""


def test_garbage_is_not_collected_while_threads_are_looked_at():
    """What local data of threads is garbage by then does not hold the process up for ever."""
    command = [sys.executable, "-c", COLLECTED_MEANWHILE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == "told True\n", done.stderr


def test_what_takes_long_and_is_waited_for_is_not_interrupted():
    """A call that has to wait for its turn is not taken for one that hangs."""
    thread = ReplayThread(patience=0.4)
    entered, go = threading.Event(), threading.Event()
    first = threading.Thread(target=lambda: thread.call(lambda: (entered.set(), go.wait(LONG))))
    first.start()
    assert entered.wait(LONG)
    go_on = threading.Timer(0.25, go.set)
    go_on.start()

    assert thread.call(lambda: 2) == 2
    first.join(LONG)
    thread.close()


def test_what_waits_for_swf_has_all_the_time_it_needs(thread: ReplayThread):
    """Nobody is impatient while what is called says that it waits for SWF; afterwards they are."""
    never = threading.Event()

    def reads() -> bool:
        with thread.unwatched():
            return never.wait(0.5)

    def reads_and_spins() -> None:
        reads()
        spin()

    assert thread.call(reads) is False
    with pytest.raises(HungProgramError):
        thread.call(reads_and_spins)
    with thread.unwatched():  # in another thread there is no job to be watched
        assert thread.call(lambda: 1) == 1


def test_a_thread_that_cannot_be_interrupted_is_given_up(
    thread: ReplayThread, caplog: pytest.LogCaptureFixture
):
    """Where a call blocks for good, another thread takes up what is asked next."""
    before = thread.call(threading.get_ident)
    released = threading.Lock()
    released.acquire()

    with pytest.raises(HungProgramError):
        thread.call(released.acquire)

    assert "its thread is lost" in caplog.text
    assert thread.call(threading.get_ident) != before
    released.release()


def test_a_thread_that_was_given_up_takes_up_nothing_more(thread: ReplayThread):
    """Let go at last, it ends, also where nothing has taken its place any more."""
    given_up = thread.call(threading.current_thread)
    released = threading.Lock()
    released.acquire()
    with pytest.raises(HungProgramError):
        thread.call(released.acquire)

    thread.close()
    released.release()

    given_up.join(LONG)
    assert not given_up.is_alive()
    assert thread.call(lambda: 4) == 4


def test_a_new_thread_may_be_at_work_before_who_began_it_goes_on(
    thread: ReplayThread, monkeypatch: pytest.MonkeyPatch
):
    """What waits for the new thread calls there what it likes, however soon that has begun."""
    released, called = threading.Lock(), threading.Event()
    released.acquire()
    really = threading.Thread.start

    def start(one: threading.Thread) -> None:
        really(one)
        called.wait(0.5)

    def nested() -> int:
        try:
            return thread.call(lambda: 5)
        finally:
            called.set()

    def hang() -> None:
        waiting.start()
        monkeypatch.setattr(threading.Thread, "start", start)
        released.acquire()

    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(thread.call(nested)))
    with pytest.raises(HungProgramError):
        thread.call(hang)
    waiting.join(LONG)
    released.release()

    assert found == [5]


def test_where_no_thread_begins_the_next_call_tries_again(
    thread: ReplayThread, monkeypatch: pytest.MonkeyPatch
):
    """A machine that gives no thread is told of to who asked, and to nobody after."""

    def refuse(one: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="start new thread"):
            thread.call(lambda: 1)

    assert thread.call(lambda: 2) == 2


def test_what_swallows_the_interrupt_is_interrupted_again(thread: ReplayThread):
    """A program that catches everything is interrupted until it has caught too much."""
    caught = []

    def stubborn() -> None:
        while len(caught) < 2:
            try:
                spin()
            except BaseException as error:  # noqa: BLE001  (that is what is tried)
                caught.append(error)

    thread.call(stubborn)

    assert [type(one) for one in caught] == [Interrupted, Interrupted]


def test_the_thread_ends_when_it_is_closed(thread: ReplayThread):
    """Nothing is left of it once it is closed; asked again, it begins anew."""
    before = thread.call(threading.current_thread)

    thread.close()

    assert not before.is_alive()
    assert thread.call(lambda: 3) == 3


class Flow(Workflow):
    """Goes on for ever while `AT_WORK` says so, in one place or another."""

    name = "flow"
    task_list = "hang"

    def run(self, where: str) -> str:
        if where == "eager" and AT_WORK.is_set():
            spin()
        if where == "stubborn":
            while AT_WORK.is_set():
                with suppress(Exception):  # programs do that
                    spin()
        if where == "blocks" and AT_WORK.is_set():
            with BLOCK:
                pass
        if where == "hook":
            timers = [self.start_timer(1, timer_id="same") for _ in range(2)]
            _ = timers[1].exception
        if where == "parked":
            try:
                _ = self.wait_signal("go").result
            finally:
                if AT_WORK.is_set():
                    spin()
        return "done"

    def on_task_failure(self, failure: TaskFailure) -> None:
        if AT_WORK.is_set():
            spin()


AT_WORK = threading.Event()
BLOCK = threading.Lock()


class Hasty(Decider):
    """A decider of little patience."""

    patience_seconds = 0.3

    def on_error(self, error: Exception, task: object) -> None:
        ERRORS.append(error)


ERRORS: list[Exception] = []


@pytest.fixture
def decider(swf_engine: Engine, swf_clock):
    """A decider that holds no program for long."""
    connection = Overheard(connected(swf_engine))
    made = Hasty(Flow, domain="d", connection=connection, clock=swf_clock)
    made._registrar.workflows([Flow])
    AT_WORK.set()
    ERRORS.clear()
    yield made
    AT_WORK.clear()
    made.close()


def start(decider: Decider, workflow_id: str, where: str) -> None:
    given = Flow.payloads.plain_call((where,), {})
    params = {"domain": "d", "workflowId": workflow_id, "input": given, **Flow.attributes({})}
    decider.connection.call("StartWorkflowExecution", params)


def answers(decider: Decider) -> list[list[str]]:
    connection = decider.connection
    assert isinstance(connection, Overheard)
    return [
        [decision["decisionType"] for decision in params["decisions"]]
        for params in connection.params("RespondDecisionTaskCompleted")
    ]


@pytest.mark.parametrize("where", ["eager", "stubborn", "blocks"])
def test_a_program_that_hangs_blocks_its_own_execution_only(
    decider: Hasty, where: str, swf_clock, caplog: pytest.LogCaptureFixture
):
    """Its execution waits with a marker that says why, until it is mended; others go on."""
    caplog.set_level(logging.CRITICAL)
    if where == "blocks":
        BLOCK.acquire()
    start(decider, "bad", where)
    start(decider, "good", "")

    decider.work()
    decider.work()

    assert answers(decider) == [["RecordMarker", "StartTimer"], ["CompleteWorkflowExecution"]]
    assert [type(error) for error in ERRORS] == [HungProgramError]
    AT_WORK.clear()
    if where == "blocks":
        BLOCK.release()
    swf_clock.advance(60)
    decider.work()
    assert answers(decider)[-1] == ["CompleteWorkflowExecution"]


def test_a_hook_that_hangs_blocks_its_execution_too(decider: Hasty, swf_clock):
    """Asked what a failure means, a program that hangs does not fail by that: it waits as well."""
    start(decider, "bad", "hook")

    decider.work()
    decider.work()

    assert answers(decider)[1] == ["RecordMarker", "StartTimer"]
    assert [type(error) for error in ERRORS] == [HungProgramError]
    AT_WORK.clear()
    swf_clock.advance(60)
    decider.work()
    assert answers(decider)[-1] == ["CompleteWorkflowExecution"]


def test_runs_of_a_lost_thread_are_replayed_in_the_new_one(decider: Hasty, swf_clock):
    """What a lost thread held is of no use to the next one, which replays it."""
    AT_WORK.clear()
    start(decider, "kept", "parked")
    decider.work()
    AT_WORK.set()
    BLOCK.acquire()
    start(decider, "bad", "blocks")
    decider.work()
    AT_WORK.clear()
    params = {"domain": "d", "workflowId": "kept", "signalName": "go"}
    decider.connection.call("SignalWorkflowExecution", params)

    swf_clock.advance(1)
    for own in (False, True):
        with suppress(PollTimeout):  # it is on one of both lists
            decider.work(own=own)

    assert answers(decider)[-1] == ["CompleteWorkflowExecution"]
    BLOCK.release()


def test_what_hangs_while_it_is_ended_is_reported(decider: Hasty):
    """A `finally` that goes on for ever does not keep the decider from being closed."""
    start(decider, "parked", "parked")
    decider.work()

    decider.close()

    assert [type(error) for error in ERRORS] == [HungProgramError]
