"""The calls that wait for the writer, and who does its work.

There is no thread for it. Whoever calls while nobody writes does the writer's work, for himself and
for all that have queued meanwhile; then the next in the queue takes over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from swf.engine.call import Call

logger = logging.getLogger(__name__)

BATCH_AT_MOST: Final = 256
"""How many calls share a commit at most."""


class Queue:
    """Calls in the order in which they came; `work` carries out a batch of them.

    Exactly one thread works while any call is queued.
    """

    def __init__(self, work: Callable[[list[Call]], None]) -> None:
        self._work = work
        self._calls: list[Call] = []
        self._led = False
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._calls)

    def submit(self, call: Call) -> bool:
        """Queue a call; return whether the caller has to do the writer's work (`lead`)."""
        with self._guard:
            self._calls.append(call)
            if self._led:
                return False
            self._led = True
            return True

    def add(self, call: Call) -> None:
        """Queue a call of the engine itself, from within the work; one of a kind is enough."""
        with self._guard:
            if not any(queued.operation == call.operation for queued in self._calls):
                self._calls.append(call)

    def lead(self, *, on: bool = True) -> None:
        """Do the writer's work: until nothing is left, or (not `on`) until another takes over."""
        while True:
            with self._guard:
                batch = self._calls[:BATCH_AT_MOST]
                del self._calls[:BATCH_AT_MOST]
                if not batch:
                    self._led = False
                    return
            try:
                self._work(batch)
            except BaseException:
                # Whoever was interrupted leaves the work to the others.
                self._hand_over(stop=True)
                raise
            if not on and self._hand_over():
                return

    def lead_once(self) -> None:
        """Do the writer's work until another call's thread can take over."""
        self.lead(on=False)

    def _hand_over(self, *, stop: bool = False) -> bool:
        """Have another call's thread go on; return whether there is one. Or else stop."""
        with self._guard:
            successor = next((call for call in self._calls if call.promote is not None), None)
            if successor is None:
                self._led = self._led and not stop
                return False
        try:
            if successor.promote is not None:
                successor.promote(self.lead_once)
        except Exception:
            logger.exception("a call could not take over the writer's work")
            return False
        return True
