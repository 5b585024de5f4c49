"""A program of which the types are what they should be: checkers of types find nothing to say."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, assert_type

from swf.flow import Chain, Future, Group, Workflow, activity, futures


@activity
def increment(x: int) -> int:
    return x + 1


@activity(retry=3)
def join(x: int, text: str = "") -> str:
    return text * x


@activity
async def later(x: int) -> float:
    return x / 2


@activity
def three(a: int, b: str, c: bytes) -> bytes:
    return c


@activity
def optional(x: int | None) -> list[int]:
    return [x or 0]


@activity
class Power:
    def __init__(self, x: int) -> None:
        self.x = x

    def execute(self) -> int:
        return self.x


class Child(Workflow):
    def run(self, x: int) -> int:
        return x


class Flow(Workflow):
    def run(self) -> int:
        one = self.submit(increment, 1)
        assert_type(one, Future[int])
        two = self.submit(increment, one)
        assert_type(two.result, int)
        assert_type(self.submit(join, one, "x"), Future[str])
        assert_type(self.submit(join, 1, self.submit(join, 1)), Future[str])
        assert_type(self.submit(join, one), Future[str])
        assert_type(self.submit(join, x=1, text="x"), Future[str])
        assert_type(self.submit(three, one, "b", b"c"), Future[bytes])
        assert_type(self.submit(three, 1, b="b", c=b"c"), Future[bytes])
        assert_type(self.submit(optional, None), Future[list[int]])
        assert_type(self.submit(optional, one), Future[list[int]])
        assert_type(self.submit(Power, 5), Future[int])
        assert_type(increment(1), int)
        assert_type(self.submit(increment.with_options(task_list="x"), 1), Future[int])
        self.submit(Child, one).signal("s")
        self.submit(Child.with_options(workflow_id="x"), 1)
        self.submit(Group((increment, 1)))
        self.submit(Chain((increment, 1)))
        futures.wait(one, [two])
        return one.result + two.result


class Async(Workflow):
    async def run(self) -> int:
        assert_type(await self.submit(increment, 1), int)
        x = await self.submit(later, 1)
        assert_type(x, float)
        return 1


class Yields(Workflow):
    def run(self) -> Generator[Any, Any, int]:
        x: int = yield self.submit(increment, 1)
        return x
