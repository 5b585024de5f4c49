"""Write a workflow as `async def`, or as a generator; the activities may be `async def`, too.

Prints `3 pages, 30 words` twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

from swf.flow import Local, Workflow, activity, futures


@activity
async def count_words(page: int) -> int:
    """Return how many words a page has."""
    await asyncio.sleep(0)  # an activity does its I/O as it likes
    return page * 5


class Asynchronous(Workflow):
    """Awaits what it submits."""

    async def run(self, pages: int) -> str:
        """Return how many words so many pages have."""
        await self.sleep(60)
        counts = await futures.gather(self.submit(count_words, page + 1) for page in range(pages))
        return f"{pages} pages, {sum(counts)} words"


class Generating(Workflow):
    """Yields what it submits."""

    def run(self, pages: int) -> Generator[Any, Any, str]:
        """Return how many words so many pages have."""
        yield self.sleep(60)
        counts = yield [self.submit(count_words, page + 1) for page in range(pages)]
        return f"{pages} pages, {sum(counts)} words"


def main() -> None:
    """Run both."""
    run = Local(virtual_time=True).run
    print(run(Asynchronous, 3))
    print(run(Generating, 3))


if __name__ == "__main__":
    main()
