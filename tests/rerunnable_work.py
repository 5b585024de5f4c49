"""The code of activities of the scene, for what runs them again."""

from __future__ import annotations

from swf.flow import activity


@activity.with_attributes(name="examples.basic.increment", version="example")
def increment(x: int) -> int:
    return x + 1


@activity.with_attributes(name="examples.basic.delay", version="example")
async def delay(x: int) -> int:
    return x


@activity.with_attributes(name="examples.basic.double", version="example")
class Double:
    def __init__(self, x: int) -> None:
        self.x = x

    def execute(self) -> int:
        return 2 * self.x
