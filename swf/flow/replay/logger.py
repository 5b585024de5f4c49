"""Logging by programs: each line once, however often the program is replayed."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from swf.flow.replay.run import Run

_running: Final[dict[int, Run]] = {}
"""Which run's program runs in which thread."""


def running() -> Run | None:
    """Return the run whose program runs in this thread now."""
    return _running.get(get_ident())


def running_in(thread_id: int) -> tuple[int, int, int] | None:
    """Return how far the program has come that runs in a thread: it changes as it goes on."""
    run = _running.get(thread_id)
    return None if run is None else (id(run), run.last, run.progress)


def set_running(run: Run | None) -> Run | None:
    """Have this be the run whose program runs in this thread; return the one before."""
    here = get_ident()
    before = _running.get(here)
    if run is None:
        _running.pop(here, None)
    else:
        _running[here] = run
    return before


class ReplayLogger(logging.LoggerAdapter[logging.Logger]):
    """The logger of a workflow's module, silent while its run replays; it tells the ids."""

    def __init__(self, run: Run) -> None:
        super().__init__(logging.getLogger(type(run.workflow).__module__))
        self._run = run

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  (logging's own name)
        """Tell whether a record of this level would be logged: never while replaying."""
        return not (self._run.replaying or self._run.scheduler.closed) and super().isEnabledFor(
            level
        )

    def process(
        self, msg: Any, kwargs: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        """Return message and arguments, with workflow id and run id among the extras."""
        execution = self._run.execution
        ids = {"workflow_id": execution.workflow_id, "run_id": execution.run_id}
        return msg, {**kwargs, "extra": {**ids, **(kwargs.get("extra") or {})}}


class ReplayFilter(logging.Filter):
    """Passes no record that a program made while it was replayed; add it to a handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is not one of a replay."""
        run = running()
        return run is None or not (run.replaying or run.scheduler.closed)
