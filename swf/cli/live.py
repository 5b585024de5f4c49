"""What happens in an execution that runs in this process, shown meanwhile to who sits before it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from swf.exceptions import DoesNotExistError, SWFError
from swf.flow import get
from swf.flow.handle import Handle
from swf.flow.progress import progress, watched
from swf.flow.replay.ids import fitted
from swf.models import Domain

LOOK_SECONDS = 0.05


class Over(Exception):
    """The execution is not waited for any more."""


def made_up(workflow: type[Any]) -> str:
    """Return a workflow id that is nobody else's."""
    return fitted(f"{workflow.__name__}-{uuid.uuid4().hex[:16]}")


@contextmanager
def shown(domain: Domain, workflow_id: str) -> Generator[None]:
    """Show what happens in an execution of this workflow id, which begins within the block."""
    over = threading.Event()
    thread = threading.Thread(
        target=_show, args=(domain, workflow_id, over), name="swf-progress", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _show(domain: Domain, workflow_id: str, over: threading.Event) -> None:
    """Show all events, those up to the last, too, where the execution is over."""

    def check() -> None:
        if over.is_set():
            raise Over

    try:
        handle = _begun(domain, workflow_id, over)
        with progress(workflow_id) as tell:
            watched(handle, tell, check)
    except (Over, SWFError):  # what is wrong is told by who runs it
        return


def _begun(domain: Domain, workflow_id: str, over: threading.Event) -> Handle[Any]:
    while True:
        try:
            return get(workflow_id, domain=domain, connection=domain.connection)
        except DoesNotExistError:
            if over.wait(LOOK_SECONDS):
                raise Over from None
