"""One decider or worker that is there to be killed: `python -m chaos_actors KIND URL`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Final

import chaos_work

import swf
from swf.flow import Decider, Worker
from swf.transport import Transport


class Hasty(Decider):
    """A decider whose runs others may take soon."""

    sticky_seconds = 2
    orphan_seconds = 20


def decider(connection: Transport, **more: Any) -> Decider:
    """Return a decider of all workflows."""
    return Hasty(chaos_work.ALL, domain=chaos_work.DOMAIN, connection=connection, **more)


def worker(connection: Transport) -> Worker:
    """Return a worker of all activities."""
    return Worker(chaos_work.ACTIVITIES, domain=chaos_work.DOMAIN, connection=connection)


KINDS: Final[dict[str, Callable[[Transport], None]]] = {
    "decider": lambda there: decider(there).start(threads=2),
    "decider of many": lambda there: decider(there).start(processes=2),
    "forgetful decider": lambda there: decider(there, cached_runs=2).start(),
    "worker": lambda there: worker(there).start(threads=4),
    "pool": lambda there: worker(there).start(threads=3, isolation="pool"),
    "worker of many": lambda there: worker(there).start(processes=2, threads=2),
    "fresh": lambda there: worker(there).start(isolation="process"),
}
"""What there is, by name: each works until it is told to drain."""

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(name)s %(message)s")
    KINDS[sys.argv[1]](swf.connect(sys.argv[2]))
