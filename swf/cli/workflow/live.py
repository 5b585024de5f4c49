"""What happens in an execution, shown meanwhile to who waits for it at a terminal."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from swf.cli import output
from swf.cli.asked import Asked
from swf.cli.workflow import trees
from swf.exceptions import DoesNotExistError, SWFError
from swf.flow import get
from swf.flow.handle import Handle
from swf.flow.progress import Tell, progress, watched
from swf.flow.replay.ids import fitted
from swf.models import Domain, History, WorkflowExecution
from swf.wire import Wire

LOOK_SECONDS: Final = 0.05
"""Between two looks for an execution that is to begin."""

EARLIER: Final = timedelta(seconds=5)
"""How far the clocks of here and of the SWF may be apart."""


class Over(Exception):
    """The execution is not waited for any more."""


def made_up(workflow: type[Any]) -> str:
    """Return a workflow id that is nobody else's."""
    return fitted(f"{workflow.__name__}-{uuid.uuid4().hex[:16]}")


@contextmanager
def shown(
    domain: Domain, workflow_id: str, run_id: str | None = None, *, asked: Asked | None = None
) -> Generator[None]:
    """Show on stderr, within the block, what happens in an execution; it may begin there first.

    This is for whatever waits for an execution: start it or have it start in the block, and wait
    there. On a terminal its tree grows in place: tasks with attempts, timers that count down, and
    what it waits for; finished tasks are counted where the screen is too short, lines are cut where
    it is too narrow. Elsewhere each event is a line; who wants silence there asks
    `output.is_watched()`. Nothing is raised from it, and the block is not held up.

        with live.shown(domain, workflow_id):
            result = alone.run(ordered, *args)
    """
    over = threading.Event()
    thread = threading.Thread(
        target=_show,
        args=(domain, workflow_id, run_id, over, asked or Asked()),
        name="swf-progress",
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _show(
    domain: Domain, workflow_id: str, run_id: str | None, over: threading.Event, asked: Asked
) -> None:
    """Show all that happens, up to the last event, too, where the execution is over."""

    def check() -> None:
        if over.is_set():
            raise Over

    try:
        handle = _begun(domain, workflow_id, run_id, over)
        drawn = output.is_watched()
        with _growing(handle.first, asked) if drawn else progress(workflow_id) as tell:
            watched(handle, tell, check, over.wait)
    except (Over, SWFError):  # what is wrong is told by who runs it
        return


def _begun(
    domain: Domain, workflow_id: str, run_id: str | None, over: threading.Event
) -> Handle[Any]:
    since = domain.connection.clock.now() - EARLIER
    while True:
        with suppress(DoesNotExistError):
            handle = get(workflow_id, run_id, domain=domain, connection=domain.connection)
            if run_id is not None or not _is_earlier(handle.first, since):
                return handle
        if over.wait(LOOK_SECONDS):
            raise Over


def _is_earlier(execution: WorkflowExecution, since: datetime) -> bool:
    """Return whether it is a closed run that had the workflow id before."""
    started = execution.start_timestamp
    return execution.status == "CLOSED" and started is not None and started < since


@contextmanager
def _growing(execution: WorkflowExecution, asked: Asked) -> Generator[Tell]:
    """Yield what takes events in, whose tree is drawn on stderr until the block ends."""
    tree = Growing(execution)
    console = import_module("rich.console").Console(
        file=sys.stderr, no_color=output.is_colourless(asked), highlight=False
    )
    # What is printed meanwhile goes above the tree, unless it goes somewhere else.
    display = trees.live(console, tree.picture, redirect_stdout=sys.stdout.isatty())
    with display:

        def tell(events: Iterable[Wire]) -> None:
            tree.take(events)
            display.refresh()

        yield tell


class Growing:
    """The tree of an execution, and of the runs that continue it, while events come in."""

    def __init__(self, execution: WorkflowExecution) -> None:
        self._first = execution
        self._events: list[Wire] = []
        self._seen: trees.Seen | None = None

    def take(self, events: Iterable[Wire]) -> None:
        """Take further events in; a first event is another run's."""
        for event in events:
            if event["eventId"] == 1:
                self._events = []
            self._events.append(event)
        if self._events:
            # Put in its place as a whole: it is drawn by another thread.
            self._seen = trees.Seen.of(self._first, History.from_raw(self._events))

    def lines(self) -> list[str]:
        """Return the lines of the tree as it is now, as many as the terminal has room for."""
        return [] if self._seen is None else trees.screen(self._seen)

    def picture(self) -> Any:
        """Return the tree as rich draws it."""
        return trees.picture(self.lines())
