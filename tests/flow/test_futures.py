"""Waiting for several futures: all, the first, the first that failed, as they come."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from flow_harness import Stage

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow import Future, Workflow, activity, errors, futures


@activity
def echo(value: Any) -> Any:
    return value


@activity
def fail(message: str) -> None:
    raise ValueError(message)


@activity
def keyed(value: Any) -> Any:
    return value


@activity(name="quiet", raises_on_failure=False)
def quiet(message: str) -> None:
    raise ValueError(message)


def test_constants() -> None:
    """The states and the ways to wait are in `futures`, under the names of the standard library."""
    names = ("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED", "PENDING", "RUNNING")

    assert all(getattr(futures, name) == name for name in names)
    assert futures.Future is Future


def test_wait_for_all(stage: Stage) -> None:
    """`wait` returns once all have ended, raises nothing, and takes futures and lists of them."""

    class Flow(Workflow):
        def run(self) -> Any:
            good, bad = self.submit(echo, 1), self.submit(fail, "no")
            done, not_done = futures.wait(good, [bad])
            return [done == [good, bad], not_done, bad.exception is not None]

    assert stage.run(Flow) == [True, [], True]


def test_wait_for_nothing(stage: Stage) -> None:
    """To wait for no future is done at once."""

    class Flow(Workflow):
        async def run(self) -> Any:
            done, not_done = await futures.wait([])
            return [done, not_done, await futures.gather(), list(futures.as_completed())]

    assert stage.run(Flow) == [[], [], [], []]


def test_wait_for_the_first(stage: Stage) -> None:
    """With FIRST_COMPLETED the wait is over when one has ended."""

    class Flow(Workflow):
        def run(self) -> Any:
            slow, fast = self.start_timer(50), self.start_timer(5)
            done, not_done = futures.wait(slow, fast, return_when=futures.FIRST_COMPLETED)
            return [done == [fast], not_done == [slow]]

    assert stage.run(Flow) == [True, True]


def test_wait_for_the_first_failure(stage: Stage) -> None:
    """With FIRST_EXCEPTION the wait is over when one has failed, or all have ended."""

    class Flow(Workflow):
        def run(self, message: str) -> Any:
            good, slow = self.submit(echo, 1), self.start_timer(50)
            other = self.submit(fail, message) if message else self.submit(echo, 2)
            done, not_done = futures.wait(good, slow, other, return_when=futures.FIRST_EXCEPTION)
            return [len(done), not_done == [slow]]

    assert stage.run(Flow, "x")[1] is True
    assert stage.run(Flow, "") == [3, False]


def test_wait_wrongly(stage: Stage) -> None:
    """What is no future, or no way to wait, is refused."""

    class Flow(Workflow):
        def run(self) -> Any:
            uses: list[Callable[[], Any]] = [
                lambda: futures.wait(5),  # type: ignore[arg-type]
                lambda: futures.wait([], return_when="SOME"),  # type: ignore[arg-type]
                lambda: futures.any_of(),
            ]
            found = []
            for use in uses:
                try:
                    use()
                except ValidationError as error:
                    found.append(type(error))
            assert found == [ValidationTypeError, ValidationError, ValidationError]

    stage.run(Flow)


def test_gather(stage: Stage) -> None:
    """`gather` gives the results in the order of the futures: at once in a plain function."""

    class Plain(Workflow):
        def run(self) -> Any:
            return futures.gather(self.submit(echo, 1), [self.submit(echo, x) for x in (2, 3)])

    class Async(Workflow):
        async def run(self) -> Any:
            return await futures.gather(self.submit(echo, 1), self.submit(echo, 2))

    assert stage.run(Plain) == [1, 2, 3]
    assert stage.run(Async) == [1, 2]


def test_gather_failures(stage: Stage) -> None:
    """The first failure is raised, or, where that is asked for, is among the results."""

    class Flow(Workflow):
        def run(self) -> Any:
            asked = [self.submit(echo, 1), self.submit(fail, "no"), self.start_timer(50)]
            try:
                futures.gather(asked)
            except ValueError as error:
                assert asked[2].pending or asked[2].running
                one, two, three = futures.gather(asked, return_exceptions=True)
                return [str(error), one, str(two), three]

    assert stage.run(Flow) == ["no", 1, "no", None]


def test_gather_of_what_does_not_raise(stage: Stage) -> None:
    """Where a failure is not to be raised, the result is None in all that is made of it."""

    class Flow(Workflow):
        async def run(self) -> Any:
            asked = [self.submit(quiet, "x"), self.submit(echo, 1)]
            together = asked[0] & asked[1]
            first = await futures.any_of(self.submit(quiet, "x"))
            return [
                await futures.gather(asked),
                await together,
                first,
                self.submit(quiet, "").result,
            ]

    assert stage.run(Flow) == [[None, 1], [None, 1], None, None]


def test_any_of(stage: Stage) -> None:
    """`any_of`, or `|`, ends as the first that ends: with its result, or its failure."""

    class Flow(Workflow):
        def run(self) -> Any:
            slow = self.start_timer(50)
            first = futures.any_of(slow, self.submit(echo, "fast")).result
            try:
                _ = (slow | self.submit(fail, "bad")).result
            except ValueError as error:
                return [first, str(error), slow.done]

    assert stage.run(Flow) == ["fast", "bad", False]


def test_both(stage: Stage) -> None:
    """`&` is a future of both results."""

    class Flow(Workflow):
        def run(self) -> Any:
            return (self.submit(echo, 1) & self.submit(echo, 2)).result

    assert stage.run(Flow) == [1, 2]


@pytest.mark.parametrize("form", ["plain", "async"])
def test_as_completed(stage: Stage, form: str) -> None:
    """`as_completed` yields futures as they end, whatever the order in which they are given."""

    class Plain(Workflow):
        def run(self) -> Any:
            timers = {self.start_timer(seconds): seconds for seconds in (30, 10, 20)}
            return [timers[timer] for timer in futures.as_completed(timers)]

    class Async(Workflow):
        async def run(self) -> Any:
            timers = {self.start_timer(seconds): seconds for seconds in (30, 10, 20)}
            return [timers[timer] for timer in futures.as_completed(timers)]

    assert stage.run(Plain if form == "plain" else Async) == [10, 20, 30]


def test_as_completed_of_the_same_twice(stage: Stage) -> None:
    """A future that is given twice is yielded twice, those that are done already at once."""

    class Flow(Workflow):
        def run(self) -> Any:
            one, two = self.submit(echo, 1), self.submit(echo, 2)
            _ = two.result
            timer = self.start_timer(10)
            return [future.result for future in futures.as_completed(timer, two, one, two)]

    assert stage.run(Flow) == [2, 1, 2, None]


def test_what_goes_on_keeps_nothing_of_waits_that_are_over(stage: Stage) -> None:
    """However often it is waited for, a future knows only of those who wait for it now."""

    class Flow(Workflow):
        def run(self) -> Any:
            long = self.start_timer(1_000)
            for seconds in range(1, 6):
                short = self.start_timer(seconds)
                futures.wait(long, short, return_when=futures.FIRST_COMPLETED)
            waits = self.spawn(lambda: futures.wait(long))
            self.sleep(1)
            waits.cancel()
            futures.wait(waits)
            return len(long._callbacks or [])

    assert stage.run(Flow) == 0


def test_cancel_of_several(stage: Stage) -> None:
    """To cancel what was made of several cancels each of them."""

    class Flow(Workflow):
        def run(self) -> Any:
            timers = [self.start_timer(50), self.start_timer(60)]
            either = futures.any_of(timers)
            assert either.cancel()
            assert not either.cancel()
            return [either.cancelled, [timer.cancelled for timer in timers], repr(timers[0])]

    started = stage.start(Flow).finish()

    assert started.result == [True, [True, True], "<Future of timer-1: cancelled>"]


def test_ready_or_blocked(stage: Stage) -> None:
    """What depends on some of several futures goes on once those have ended, and waits else."""

    class Flow(Workflow):
        def run(self) -> Any:
            a1, a2, a3 = (self.start_timer(seconds) for seconds in (40, 10, 20))
            while not (a3.finished and (a1.finished or a2.finished)):
                futures.wait([f for f in (a1, a2, a3) if not f.done], return_when="FIRST_COMPLETED")
            return [a1.finished, a2.finished, a3.finished]

    assert stage.run(Flow) == [False, True, True]


def test_a_failure_nobody_looked_at(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """A failure that no program looked at is logged when the execution closes; a cancel is none."""

    class Flow(Workflow):
        def run(self) -> None:
            failed, timer, spawned = (
                self.submit(fail, "unseen"),
                self.start_timer(50),
                self.spawn(self.path),
            )
            self.sleep(1)
            timer.cancel()
            assert failed.done
            assert spawned.done

        def path(self) -> None:
            raise KeyError("unseen too")

    stage.run(Flow)

    told = [record.message for record in caplog.records if "nobody looked" in record.message]
    assert len(told) == 2
    assert not any("timer" in one for one in told)


def test_outside(stage: Stage) -> None:
    """A future that is not done can be waited for by its own workflow only."""
    kept: list[Future[Any]] = []

    class Flow(Workflow):
        def run(self) -> None:
            kept.append(self.start_timer(5))
            self.sleep(10)

    started = stage.start(Flow)
    stage.decide()
    with pytest.raises(errors.OutsideWorkflowError, match="not done"):
        _ = kept[0].result
    started.finish()

    assert kept[0].result is None


def test_many_in_a_row(stage: Stage) -> None:
    """However many futures end by each other, the program goes on, whichever way the first ends."""

    class Flow(Workflow):
        def run(self) -> Any:
            told = []
            for first in (self.submit(echo, 1), self.submit(fail, "no")):
                later = [self.submit(echo, 2) for _ in range(10)]
                futures.wait(later)
                timer = self.start_timer(5)
                last: Any = futures.any_of(timer, timer)
                for _ in range(1_500):
                    last = last & later[0]
                last = last & first
                told.append(type(last.exception).__name__)
            return told

    assert stage.run(Flow) == ["NoneType", "ValueError"]


def test_an_error_that_is_raised_often(stage: Stage) -> None:
    """However often an error is raised, its traceback tells of the last time only."""

    class Flow(Workflow):
        def run(self) -> Any:
            failed = self.submit(fail, "no")
            lengths = []
            for _ in range(3):
                with pytest.raises(ValueError, match="no") as raised:
                    _ = failed.result
                lengths.append(len(traceback.extract_tb(raised.tb)))
            return len(set(lengths))

    assert stage.run(Flow) == 1


def test_nothing_waits_while_others_are_told(stage: Stage) -> None:
    """What is called when a future ends cannot wait for another: it fails, and nothing stops."""

    class Flow(Workflow):
        def run(self) -> Any:
            timer = self.start_timer(50)
            made = keyed.with_options(get_task_id=lambda *_: str(timer.result))
            first = self.spawn(lambda: 1)
            second = self.submit(made, first)
            third = self.submit(echo, first)
            return [type(second.exception).__name__, third.result]

    assert stage.run(Flow) == ["OutsideWorkflowError", 1]
