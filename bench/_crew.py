"""A decider and a worker on a file, durable in full, and the executions that they are given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import _flow

from swf.flow import Decider, Worker, start
from swf.transport import Transport, connect


class Crew:
    """The threads of a decider and a worker; `closed` is released for each execution that ends."""

    def __init__(self, connection: Transport, *, deciders: int, workers: int) -> None:
        self.closed = threading.Semaphore(0)
        self._connection = connection
        closed = self.closed

        class Telling(Decider):
            """A decider that tells at once what it has closed."""

            def on_closed(self, *_: str) -> None:
                closed.release()

        self._decider = Telling([_flow.IncrementOften], domain=_flow.DOMAIN, connection=connection)
        self._worker = Worker([_flow.increment], domain=_flow.DOMAIN, connection=connection)
        self._decider.start(threads=deciders, block=False)
        self._worker.start(threads=workers, block=False)

    def start(self, workflow_id: str, steps: int) -> Any:
        """Start an execution; return its handle."""
        workflow = _flow.IncrementOften
        return start(
            workflow,
            steps,
            workflow_id=workflow_id,
            domain=_flow.DOMAIN,
            connection=self._connection,
        )

    def stop(self) -> None:
        """Have the threads end."""
        for actor in (self._decider, self._worker):
            actor.stop()
        for actor in (self._decider, self._worker):
            actor.join()
        self._decider.close()


@contextmanager
def crew(folder: Path, *, deciders: int, workers: int) -> Iterator[Crew]:
    """Yield a crew that is at work."""
    connection = connect(f"sqlite:///{folder}/swf.db?durability=full")
    made = Crew(connection, deciders=deciders, workers=workers)
    yield made
    made.stop()
    connection.close()
