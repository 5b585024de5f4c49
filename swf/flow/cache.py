"""Runs that wait for their next decision task: so many of them, the longest unused goes first."""

from __future__ import annotations

from collections import OrderedDict

from swf.flow.replay.run import Run


class Cache:
    """Suspended runs by run id, at most `most`; belongs to the thread that runs them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def take(self, run_id: str) -> Run | None:
        """Return a run and keep it no longer: it comes back when its answer was acknowledged."""
        return self._runs.pop(run_id, None)

    def put(self, run: Run) -> None:
        """Keep a run; where there is no room, the one that waits the longest is ended.

        Where the same execution was taken on meanwhile, by another run, the one behind is ended.
        """
        run_id = run.execution.run_id
        other = self._runs.pop(run_id, run)
        kept, behind = (run, other) if run.started_id >= other.started_id else (other, run)
        self._runs[run_id] = kept
        if behind is not kept:
            behind.evict()
        while len(self._runs) > self.most:
            _, oldest = self._runs.popitem(last=False)
            oldest.evict()

    def clear(self) -> None:
        """End all runs."""
        while self._runs:
            self._runs.popitem(last=False)[1].evict()

    def __len__(self) -> int:
        return len(self._runs)
