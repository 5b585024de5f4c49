"""Lines of work beside each other: branches, items, and what is scheduled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from swf.flow import futures
from swf.flow.future import Future
from swf.steps.failing import TerminatedError
from swf.steps.position import Line, Place

if TYPE_CHECKING:
    from swf.steps.running import StepsRun

MOST: Final = 500
"""How many items are at work side by side, at most: the next begins when one ends."""

Work = Callable[[Line], object]
"""What a line does."""


class Beside:
    """The lines of one run that work beside its first; `others` is how many do now."""

    def __init__(self, run: StepsRun) -> None:
        self.run = run
        self.others = 0
        self._scheduled: list[Future[Any]] = []

    def branches(self, works: Sequence[Work], line: Line) -> None:
        """Have all of these done side by side; return when all have ended."""
        lines = [line.beside() for _ in works]
        self._join([self._begun(work, one) for work, one in zip(works, lines, strict=True)])
        for one in lines:
            line.had.join(one.had)

    def each(
        self, node_id: str, items: Iterable[Any], work: Work, line: Line, state: dict[str, Any]
    ) -> None:
        """Have work done once for each item, side by side; return when all have ended.

        When it is time for another run no further item begins, and that has those that are left:
        it finds them, beside `state`, at the node.
        """
        left = deque(items)
        failed: list[BaseException] = []
        may_drain = False

        def drain(_: Line) -> None:
            while left and not failed and not (may_drain and self.run.wants_renewal):
                one = line.beside(item=left.popleft())
                try:
                    work(one)
                except BaseException as error:
                    failed.append(error)
                    raise
                line.had.join(one.had)

        while left:
            self.run.breathe(line, Place(node_id, {**state, "left": list(left)}))
            may_drain = line.path is not None and not self.others
            self._join([self._begun(drain, line) for _ in range(min(MOST, len(left)))])

    def schedule(self, work: Work, line: Line) -> None:
        """Have work done beside all that follows; the run ends where it fails for good."""
        begun = self._begun(work, line.beside(undo=None))
        begun._when_done(self.run.line_ended)
        self._scheduled.append(begun)

    def join_scheduled(self) -> None:
        """Return when all has ended that was scheduled, by what was scheduled too."""
        while self._scheduled:
            lines, self._scheduled = self._scheduled, []
            self._join(lines)

    def _begun(self, work: Work, line: Line) -> Future[Any]:
        """Have work done by another line, which begins when this one waits."""
        self.others += 1

        def worked() -> None:
            try:
                work(line)
            finally:
                self.others -= 1

        return self.run.spawn(worked)

    def _join(self, lines: Sequence[Future[Any]]) -> None:
        """Return when all lines have ended; raise what the first one of those that failed did.

        What ends the workflow is raised at once.
        """
        left = list(lines)
        while left:
            done, left = futures.wait(left, return_when=futures.FIRST_EXCEPTION)
            for one in done:
                if isinstance(one.exception, TerminatedError):
                    raise one.exception
        for one in lines:
            _ = one.result
