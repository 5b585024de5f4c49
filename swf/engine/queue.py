"""The calls that wait for the writer, and who does its work.

There is no thread for it. Whoever calls while nobody writes does the writer's work, for himself and
for all that have queued meanwhile; then the next in the queue takes over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from swf.engine.call import Call, Waiter

logger = logging.getLogger(__name__)

BATCH_AT_MOST: Final = 256
"""How many calls share a commit at most."""


class Queue:
    """Calls in the order in which they came; `work` carries out a batch of them.

    Exactly one thread works while any call is queued. Where that is interrupted (KeyboardInterrupt
    may come at any moment), `work` is called again with the batch that it was at.
    """

    def __init__(
        self, work: Callable[[list[Call]], None], rested: Callable[[], object] = lambda: None
    ) -> None:
        self._work = work
        self.rested = rested
        """Called whenever nothing is left to do."""
        self._calls: list[Call] = []
        self._batch: list[Call] = []
        """What is at work."""
        self._leader: object = None
        """The call whose thread works, or who else does."""
        self._promoted: Call | None = None
        """The call whose thread is to take over, and has not yet."""
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def is_idle(self) -> bool:
        """Whether no call waits, and nobody works."""
        with self._guard:
            return self._leader is None and not self._calls

    def submit(self, call: Call) -> bool:
        """Queue a call; return whether the caller has to do the writer's work (`lead`)."""
        with self._guard:
            self._calls.append(call)
            if self._leader is not None:
                return False
            self._leader = call
            return True

    def wait_for(self, call: Call, waiter: Waiter) -> None:
        """Queue a call and return once it is answered, having worked meanwhile where need be.

        Whoever is interrupted leaves the work to others, and the call as one that has gone.
        """
        call.promote = waiter.promote
        try:
            if self.submit(call):
                self.lead_once()
            waiter.wait()
        except BaseException:
            call.gone = True
            self._leave(call)
            raise

    def add(self, call: Call) -> None:
        """Queue a call of the engine itself, from within the work; one of a kind is enough."""
        with self._guard:
            if not any(queued.operation == call.operation for queued in self._calls):
                self._calls.append(call)

    def lead(self, *, on: bool = True) -> None:
        """Do the writer's work: until nothing is left, or (not `on`) until another takes over."""
        while True:
            with self._guard:
                if not self._batch:
                    # In one go: an interrupt between the two would have calls lost, or done twice.
                    self._batch, self._calls = (
                        self._calls[:BATCH_AT_MOST],
                        self._calls[BATCH_AT_MOST:],
                    )
                if not self._batch:
                    self._leader = None
                    break
            self._work(self._batch)
            self._batch = []
            if not on and self._hand_over():
                return
        self.rested()

    def lead_once(self) -> None:
        """Do the writer's work until another call's thread can take over."""
        self.lead(on=False)

    def _hand_over(self) -> bool:
        """Have another call's thread go on; return whether there is one."""
        with self._guard:
            successor = next((call for call in self._calls if call.promote is not None), None)
            if successor is None or successor.promote is None:
                return False
            self._promoted, promote = successor, successor.promote
        try:
            promote(lambda: self._take_over(successor))
        except Exception:
            logger.exception("a call could not take over the writer's work")
            self._promoted = None
            return False
        return True

    def _take_over(self, successor: Call) -> None:
        with self._guard:
            if self._promoted is not successor:
                return  # who was to hand over was interrupted, and somebody else goes on
            self._promoted, self._leader = None, successor
        self.lead_once()

    def _leave(self, call: Call) -> None:
        """See that the work goes on though the thread of this call does not."""
        with self._guard:
            call.promote = None
            if call is not self._leader and call is not self._promoted:
                return
            self._promoted, self._leader = None, self
        try:
            threading.Thread(target=self._lead_on, name="swf-writer", daemon=True).start()
        except RuntimeError as error:
            logger.warning("the next call goes on with the writer's work: %s", error)
            with self._guard:
                self._leader = None

    def _lead_on(self) -> None:
        """Do the work that an interrupted thread left, in a thread that none is meant to stop."""
        try:
            self.lead()
        except BaseException:
            logger.exception("the writer's work was interrupted; the next call goes on with it")
            with self._guard:
                self._leader = None
