"""Heartbeats go on beside the work, whatever happens to one of them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from swf.actors import Heartbeat, HeartbeatReply
from swf.actors.deadlines import Deadlines
from swf.clock import ManualClock
from swf.exceptions import (
    AccessDeniedFault,
    ActivityCanceled,
    ActivityTaskDoesNotExist,
    ConnectionFailedError,
    ThrottlingFault,
    ValidationError,
    ValidationTypeError,
)
from tests.actors.given import InstantClock, SteppedClock, UnhurriedClock


class Beats:
    """Takes heartbeats: answers each as the test says, and tells when it was there."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.details: list[Any] = []
        self.threads: set[str] = set()
        self.arrived = threading.Semaphore(0)

    def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
        assert task_token == "token"
        self.details.append(details)
        self.threads.add(threading.current_thread().name)
        answer = self.answers.pop(0) if self.answers else False
        self.arrived.release()
        if isinstance(answer, Exception):
            raise answer
        return HeartbeatReply(answer)

    def await_one(self) -> None:
        """Return when one more heartbeat has arrived."""
        assert self.arrived.acquire(timeout=30)


def test_beats_come_in_a_thread_of_their_own_and_end_with_the_block() -> None:
    """A beat follows each interval; leaving the block ends them and their thread."""
    beats, clock = Beats(), SteppedClock()

    with Heartbeat(beats, "token", interval=7, clock=clock) as beat:
        for _ in range(3):
            clock.step()
            beats.await_one()

    assert len(beats.details) == 3
    assert beats.threads == {"heartbeat"}
    assert set(clock.waits) == {7}
    assert not beat._thread.is_alive()


def test_no_beat_is_sent_before_an_interval_has_passed() -> None:
    """Short work costs no heartbeat."""
    beats = Beats()

    with Heartbeat(beats, "token", interval=7, clock=UnhurriedClock()):
        pass

    assert beats.details == []


def test_the_system_clock_is_the_default() -> None:
    """Without a clock of its own, intervals are real seconds."""
    beats = Beats()

    with Heartbeat(beats, "token", interval=0.01):
        beats.await_one()
        beats.await_one()

    assert len(beats.details) >= 2


def test_a_beat_carries_the_latest_details() -> None:
    """Details go with the next beat and with all after it, until others are given."""
    beats, clock = Beats(), SteppedClock()

    with Heartbeat(beats, "token", interval=7, clock=clock) as beat:
        for details in (None, "first", {"done": 2}):
            if details:
                beat.heartbeat(details)
            clock.step()
            beats.await_one()
        clock.step()
        beats.await_one()

    assert beats.details == [None, "first", '{"done":2}', '{"done":2}']


def test_bad_details_are_refused_where_they_are_given() -> None:
    """Details that SWF would not take raise in the code that gives them, not in the thread."""
    beat = Heartbeat(Beats(), "token", interval=7)

    with pytest.raises(ValidationError, match="details: has at most 2048 characters, not 2049"):
        beat.heartbeat("x" * 2049)
    with pytest.raises(ValidationError, match="details: must be valid Unicode"):
        beat.heartbeat("\ud800")
    with pytest.raises(ValidationTypeError, match="details: not JSON-able"):
        beat.heartbeat(object())


@pytest.mark.parametrize(
    "error",
    [ThrottlingFault("slow"), ConnectionFailedError("cut"), AccessDeniedFault("no"), KeyError("?")],
)
def test_no_error_ends_the_beats(error: Exception) -> None:
    """After an error of any kind the next beat is sent."""
    beats, clock = Beats(error, False), SteppedClock()

    with Heartbeat(beats, "token", interval=7, clock=clock) as beat:
        for _ in range(2):
            clock.step()
            beats.await_one()

    assert len(beats.details) == 2
    assert not beat.lost
    assert not beat.cancel_requested


def test_an_error_that_will_not_pass_is_kept_until_a_beat_succeeds() -> None:
    """Code and worker can see that beats fail for a reason of their own."""
    error = AccessDeniedFault("no")
    beat = Heartbeat(Beats(error, ThrottlingFault("slow"), False), "token", interval=7)

    beat.beat()
    assert beat.error is error
    beat.beat()
    assert beat.error is error
    beat.beat()
    assert beat.error is None


def test_a_cancel_request_is_surfaced_and_stays() -> None:
    """Once requested, a cancel shows, ends waits, and raises where the code asks for that."""
    beat = Heartbeat(Beats(False, True, False), "token", interval=7, clock=InstantClock())

    beat.beat()
    assert not beat.cancel_requested
    assert beat.wait(5) is False
    beat.check_canceled()

    beat.beat()
    beat.beat()
    assert beat.cancel_requested
    assert not beat.lost
    assert beat.wait(5) is True
    with pytest.raises(ActivityCanceled, match="a cancel was requested") as caught:
        beat.check_canceled(["undone"])
    assert caught.value.details == ["undone"]


def test_a_closed_task_ends_the_beats() -> None:
    """When SWF says that the task is closed, the code can know, and nothing more is sent."""
    beats, clock = Beats(ActivityTaskDoesNotExist("timed out")), SteppedClock()

    with Heartbeat(beats, "token", interval=7, clock=clock) as beat:
        clock.step()
        beats.await_one()
        beat._thread.join(30)

        assert not beat._thread.is_alive()
        assert beat.lost
        assert beat.wait(1000) is True
        with pytest.raises(ActivityCanceled, match="the task is closed"):
            beat.check_canceled()

    assert len(beats.details) == 1


def test_a_beat_that_meets_our_own_answer_is_no_loss() -> None:
    """A beat that was on its way when the task was answered finds it closed, as it should."""
    beat = Heartbeat(Beats(ActivityTaskDoesNotExist("done")), "token", interval=7)
    beat.finish()

    beat.beat()

    assert not beat.lost


def test_a_beat_that_hangs_holds_up_nobody() -> None:
    """Leaving the block does not wait for a beat whose call does not come back."""
    let_go = threading.Event()

    class Hanging(Beats):
        def heartbeat(self, task_token: str, details: Any = None) -> HeartbeatReply:
            super().heartbeat(task_token, details)
            assert let_go.wait(30)
            raise ConnectionFailedError("hung up")

    beats, clock = Hanging(), SteppedClock()
    with Heartbeat(beats, "token", interval=7, clock=clock) as beat:
        clock.step()
        beats.await_one()

    assert beat._thread.is_alive()
    let_go.set()
    beat._thread.join(30)
    assert not beat._thread.is_alive()
    assert len(beats.details) == 1


def test_while_the_answer_is_on_its_way_beats_go_on_and_find_no_loss() -> None:
    """A beat that finds the task closed by its answer ends the beats and tells of no loss."""
    beats, clock = Beats(False, ActivityTaskDoesNotExist("done")), SteppedClock()

    with Heartbeat(beats, "token", interval=7, clock=clock) as beat:
        beat.answering()
        for _ in range(2):
            clock.step()
            beats.await_one()
        beat._thread.join(30)

        assert not beat._thread.is_alive()
        assert not beat.lost


def test_beats_go_on_where_no_thread_begins_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program at its end gets no more threads: what watches deadlines beats then."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    beats, clock = Beats(), ManualClock()
    deadlines = Deadlines(clock)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    with Heartbeat(beats, "token", interval=7, clock=clock, deadlines=deadlines):
        for _ in range(3):
            clock.advance(7)
        assert len(beats.details) == 3
    clock.advance(70)

    assert len(beats.details) == 3
    deadlines.close()


@pytest.mark.parametrize(
    ("interval", "kind"), [(-1, ValidationError), (None, ValidationTypeError)], ids=str
)
def test_an_interval_is_a_number_of_seconds(interval: Any, kind: type[ValidationError]) -> None:
    """Beats cannot come at intervals of nothing."""
    with pytest.raises(kind, match=f"Heartbeat: interval: must be .* got {interval}"):
        Heartbeat(Beats(), "token", interval=interval)
