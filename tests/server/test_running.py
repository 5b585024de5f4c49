"""Work is done by the loop's thread, and by others as long as it has to wait."""

from __future__ import annotations

import asyncio
import threading

import pytest

from swf.server.running import SLOW_SECONDS, Runner


async def done_in(runner: Runner, work=lambda: None) -> threading.Thread:
    """Return the thread that did the work."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[threading.Thread] = loop.create_future()

    def noted() -> None:
        work()
        loop.call_soon_threadsafe(future.set_result, threading.current_thread())

    runner.run(noted)
    return await asyncio.wait_for(future, 20)


def wait_for_a_disk() -> None:
    threading.Event().wait(SLOW_SECONDS * 20)


def test_quick_work_is_done_by_the_loop():
    """Work that waits for nothing needs no other thread."""

    async def run() -> None:
        runner = Runner(asyncio.get_running_loop())
        assert await done_in(runner) is threading.current_thread()
        runner.close()

    asyncio.run(run())


def test_work_that_waits_is_done_elsewhere_until_it_is_quick_again():
    """A slow disk keeps the loop waiting once; a disk that got faster brings work back."""

    async def run() -> None:
        runner = Runner(asyncio.get_running_loop())
        assert await done_in(runner, wait_for_a_disk) is threading.current_thread()
        assert await done_in(runner, wait_for_a_disk) is not threading.current_thread()
        for _ in range(100):
            if await done_in(runner) is threading.current_thread():
                break
        else:
            pytest.fail("the loop never got its work back")
        runner.close()

    asyncio.run(run())


def test_work_of_one_turn_is_begun_before_any_is_done():
    """What arrives together is queued together, so that it shares a commit."""
    told = []

    async def run() -> None:
        runner = Runner(asyncio.get_running_loop())
        for number in range(3):
            runner.run(lambda number=number: told.append(f"done {number}"))
            told.append(f"begun {number}")
        await asyncio.sleep(0)
        runner.close()

    asyncio.run(run())

    assert told == ["begun 0", "begun 1", "begun 2", "done 0", "done 1", "done 2"]


def test_work_may_come_from_any_thread():
    """What another thread asks for is done by the loop."""

    async def run() -> None:
        runner = Runner(asyncio.get_running_loop())
        done = asyncio.Event()
        threads = []

        def work() -> None:
            threads.append(threading.current_thread())
            done.set()

        await asyncio.to_thread(runner.run, work)
        await asyncio.wait_for(done.wait(), 20)
        called = asyncio.Event()
        await asyncio.to_thread(runner.call, lambda event: event.set(), called)
        await asyncio.wait_for(called.wait(), 20)
        assert threads == [threading.current_thread()]
        runner.close()

    asyncio.run(run())
