"""How pages learn that what they show has changed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Self
from urllib.parse import quote

import pytest
from browsed import Browser
from shops import Shop

from swf.exceptions import ThrottlingFault
from swf.models import Domain
from swf.web import application, live, paths
from swf.web.app import Pages
from swf.web.live import Watches

LONG = 60.0


class World:
    """What is looked at; each look is counted."""

    def __init__(self) -> None:
        self.state: Any = 0
        self.looks = 0
        self.broken = False
        self.bug = False

    def look(self) -> Any:
        self.looks += 1
        if self.bug:
            raise ZeroDivisionError
        if self.broken:
            raise ThrottlingFault("Rate exceeded")
        return self.state


async def looked(world: World, more: int = 1) -> None:
    """Return once the world was looked at so many times more."""
    until = world.looks + more
    async with asyncio.timeout(LONG):
        while world.looks < until:
            await asyncio.sleep(0)


async def told(stream: AsyncIterator[str]) -> str:
    """Return the next event of a stream; what only says that it is alive is passed over."""
    async with asyncio.timeout(LONG):
        while True:
            text = await anext(stream)
            if "event:" in text:
                return text


def watches(*, beat_seconds: float = LONG) -> Watches:
    return Watches(look_seconds=0.001, slow_seconds=0.001, beat_seconds=beat_seconds)


def run(scene: Callable[[], Any]) -> None:
    asyncio.run(scene())


def test_a_change_is_told_to_all_who_watch_and_looked_for_once() -> None:
    """Two streams of one thing are told of the same change, by the same looks."""

    async def scene() -> None:
        world, hub = World(), watches()
        first, second = hub.stream("x", world.look), hub.stream("x", world.look)
        assert "watching" in await anext(first)
        assert "watching" in await anext(second)
        world.state = 1

        assert await told(first) == await told(second) == "event: changed\ndata: 1\n\n"
        assert len(hub._watches) == 1
        await first.aclose()
        await second.aclose()

    run(scene)


def test_nobody_looks_when_nobody_watches() -> None:
    """The last who leaves ends the looking."""

    async def scene() -> None:
        world, hub = World(), watches()
        stream = hub.stream("x", world.look)
        await anext(stream)
        task = next(iter(hub._watches.values()))._task
        assert task is not None
        await stream.aclose()
        await asyncio.wait([task], timeout=LONG)

        assert task.cancelled()
        assert not hub._watches

    run(scene)


def test_things_are_watched_apart() -> None:
    """Who watches one thing is not told of another."""

    async def scene() -> None:
        one, other, hub = World(), World(), watches()
        first, second = hub.stream("one", one.look), hub.stream("other", other.look)
        await anext(first)
        await anext(second)
        other.state = 1

        assert "changed" in await told(second)
        waiting = asyncio.ensure_future(anext(first))
        await looked(one, 3)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])

    run(scene)


def test_a_look_that_fails_is_tried_again() -> None:
    """Where SWF cannot be asked for a while, what changed meanwhile is told afterwards."""

    async def scene() -> None:
        world, hub = World(), watches()
        stream = hub.stream("x", world.look)
        await anext(stream)
        world.broken = True
        await looked(world, 2)
        world.state, world.broken = 1, False

        assert "changed" in await told(stream)
        await stream.aclose()

    run(scene)


def test_a_look_that_breaks_ends_no_stream(caplog: pytest.LogCaptureFixture) -> None:
    """A bug is told in the log, and what watches goes on."""

    async def scene() -> None:
        world, hub = World(), watches()
        world.bug = True
        stream = hub.stream("x", world.look)
        assert "watching" in await told(stream)
        world.bug = False
        await looked(world, 2)
        world.state = 1

        assert "changed" in await told(stream)
        await stream.aclose()

    run(scene)
    assert "a look cannot be had" in caplog.text


def test_looks_that_hang_do_not_pile_up() -> None:
    """Whoever comes and goes while SWF does not answer leaves so many threads behind, no more."""
    hanging, let_go = threading.Semaphore(0), threading.Event()
    hung: list[int] = []

    def hang() -> None:
        hung.append(1)
        hanging.release()
        let_go.wait(LONG)

    async def scene() -> None:
        hub = watches()
        for number in range(2 * live.LOOKS_AT_ONCE):
            stream = hub.stream(number, hang)
            begun = asyncio.ensure_future(anext(stream))
            if number < live.LOOKS_AT_ONCE:
                assert await asyncio.to_thread(hanging.acquire, timeout=LONG)
            else:
                assert "watching" in await asyncio.wait_for(begun, LONG)
            begun.cancel()
            await asyncio.wait({begun})
            await stream.aclose()
        let_go.set()

    run(scene)
    assert len(hung) == live.LOOKS_AT_ONCE


def test_a_stream_says_now_and_then_that_it_is_alive() -> None:
    """Who left without a word is noticed, since there is something to be sent."""

    async def scene() -> None:
        stream = watches(beat_seconds=0.001).stream("x", World().look)
        await anext(stream)

        assert await anext(stream) == ": still here\n\n"
        await stream.aclose()

    run(scene)


def test_a_stream_begins_once_it_is_known_what_is_there() -> None:
    """Who is told that something is watched misses nothing from then on, however slow SWF is."""

    async def scene() -> None:
        world, hub = World(), watches()
        seen, go_on = threading.Event(), threading.Event()

        def slow() -> Any:
            found = world.look()
            seen.set()
            go_on.wait(LONG)
            return found

        stream = hub.stream("x", slow)
        begun = asyncio.ensure_future(anext(stream))
        await asyncio.to_thread(seen.wait, LONG)
        assert not begun.done()
        world.state = 1
        go_on.set()

        assert "watching" in await asyncio.wait_for(begun, LONG)
        assert "changed" in await told(stream)
        await stream.aclose()

    run(scene)


def test_a_look_that_does_not_end_keeps_no_server_up() -> None:
    """A stream that waits for its first look ends with the server all the same."""

    async def scene() -> None:
        hub, let_go = watches(), threading.Event()
        stream = hub.stream("x", lambda: let_go.wait(LONG))
        begun = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        hub.stop()

        await asyncio.wait_for(begun, LONG)
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), LONG)
        let_go.set()

    run(scene)


def test_streams_end_when_the_server_does() -> None:
    """A server that stops does not wait for pages that are open."""

    async def scene() -> None:
        hub = watches()
        stream = hub.stream("x", World().look)
        await anext(stream)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        hub.stop()

        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(waiting, LONG)
        assert not hub._watches
        late = hub.stream("x", World().look)
        await anext(late)
        with pytest.raises(StopAsyncIteration):
            await anext(late)

    run(scene)


class Listening:
    """One stream of a page's, as a browser reads it."""

    def __init__(self, pages: Pages, url: str) -> None:
        self.pages = pages
        self.url = url
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def __aenter__(self) -> Self:
        path, _, query = self.url.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost")],
        }
        self.task = asyncio.ensure_future(self.pages(scope, self.receive, self.sent.put))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gone.set()
        await asyncio.wait_for(self.task, LONG)

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def next(self) -> Any:
        return await asyncio.wait_for(self.sent.get(), LONG)


def shown(shop: Shop) -> Pages:
    return application(shop.unheard, token=None, look_seconds=0.001)


STREAMS = (
    "/ui/d/executions/events",
    "/ui/d/executions/events?tag=eu&q=x",
    "/ui/d/task-lists/events",
)


@pytest.mark.parametrize("url", STREAMS)
def test_a_list_is_told_of_what_begins(shop: Shop, url: str) -> None:
    """A page of executions, or of task lists, hears of a new execution that belongs to it."""

    async def scene() -> None:
        async with Listening(shown(shop), url) as stream:
            begun = await stream.next()
            assert (b"content-type", b"text/event-stream; charset=utf-8") in begun["headers"]
            await stream.next()
            Shop.order(Domain("d", connection=shop.unheard)).start_execution("x", tag_list=["eu"])

            assert b"changed" in (await stream.next())["body"]

    run(scene)


def test_an_execution_is_told_of_its_events(shop: Shop) -> None:
    """The page of an execution hears of each new event, and of the end."""
    kind = Shop.order(Domain("d", connection=shop.unheard))
    execution = kind.start_execution("w %/é".replace("/", ""))
    assert execution.run_id is not None
    url = paths.url("d", "executions", execution.workflow_id, execution.run_id, "events")

    async def scene() -> None:
        async with Listening(shown(shop), url) as stream:
            await stream.next()
            await stream.next()
            execution.signal("s")
            assert b"changed" in (await stream.next())["body"]
            execution.terminate()
            assert b"changed" in (await stream.next())["body"]

    run(scene)


def test_a_stream_of_nothing_stays_silent(shop: Shop) -> None:
    """What is not there does not change; the stream is no error, and ends with its page."""

    async def scene() -> None:
        async with Listening(shown(shop), "/ui/nope/executions/events") as stream:
            await stream.next()
            assert b"watching" in (await stream.next())["body"]

    run(scene)


def test_so_many_pages_are_kept_up_to_date(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused a stream, until another has gone."""
    monkeypatch.setattr(live, "STREAMS", 1)
    pages = shown(shop)

    async def scene() -> None:
        async with Listening(pages, STREAMS[0]) as first:
            assert (await first.next())["status"] == 200
            await first.next()
            async with Listening(pages, STREAMS[1]) as second:
                assert (await second.next())["status"] == 503
        async with Listening(pages, STREAMS[1]) as third:
            assert (await third.next())["status"] == 200

    run(scene)


def test_a_stream_needs_the_cookie_too(shop: Shop) -> None:
    """Who may not have the page may not have its stream."""
    browser = Browser(application(shop.unheard, token="t"))

    assert browser.get(STREAMS[0]).status == 401


@pytest.mark.parametrize("name", ["x" * 300, "a\x00b", "a:b", "arn", "%ff", "\ud800"], ids=ascii)
@pytest.mark.parametrize(
    "path", ["/executions/events", "/executions/{}/{}/events", "/task-lists/events"]
)
def test_there_is_no_stream_of_what_has_no_name(shop: Shop, path: str, name: str) -> None:
    """What nothing in SWF can be called is not there: nobody looks for it."""
    browser = Browser(application(shop.unheard, token=None))
    named = quote(name, safe="%", errors="surrogatepass")

    assert browser.get(f"/ui/{named}{path.format(named, named)}").status == 404
