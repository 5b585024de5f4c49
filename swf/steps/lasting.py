"""Has a program that came to its end last, while its host has something to do."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Callable
from typing import Final

from swf.actors.words import described
from swf.exceptions import SWFError
from swf.flow.starting import Place
from swf.steps.events import EventHub
from swf.wire import Wire

logger = logging.getLogger(__name__)

FIRST_LOOK: Final = 0.01
LONGEST_LOOK: Final = 0.5
"""Seconds from one look at what goes on to the next."""


class Lasting:
    """From now until `end`, the program does not exit before its host may be stopped.

    To an SWF of this process nobody else gives work: the host goes on until nothing is at work, and
    no timer runs. To one elsewhere others may: the host goes on until it is stopped or interrupted.
    A program that an error has ended does not last, nor does one whose host has ended by itself.
    """

    def __init__(
        self, place: Place, *, running: Callable[[], bool], stop: Callable[[], object]
    ) -> None:
        self._place = place
        self._running = running
        self._stop = stop
        self._over = threading.Event()
        atexit.register(self.last)

    def end(self) -> None:
        """Have the program exit when it will."""
        self._over.set()
        atexit.unregister(self.last)

    def last(self) -> None:
        """Return when the host may be stopped, and stop it."""
        look = FIRST_LOOK
        try:
            while not (self._is_done() or self._over.wait(look)):
                look = min(look * 1.5, LONGEST_LOOK)
        except KeyboardInterrupt:
            logger.info("the host is stopped: interrupted")
        try:
            self._stop()
        except Exception as error:  # noqa: BLE001  (nobody is left who could catch it)
            logger.warning("the host had ended before: %s", described(error))

    def _is_done(self) -> bool:
        if hasattr(sys, "last_value") or not self._running():
            return True
        try:
            return self._place.connection.is_within and is_at_rest(self._place)
        except SWFError as error:
            logger.warning("nobody can tell what is still at work: %s", error)
            return True


def is_at_rest(place: Place) -> bool:
    """Tell whether no execution of a domain has anything under way.

    Each open one is looked at (ListOpenWorkflowExecutions, DescribeWorkflowExecution).
    """
    call = place.connection.call
    told = {"domain": place.domain.name, "startTimeFilter": {"oldestDate": 0}}
    for page in place.connection.pages("ListOpenWorkflowExecutions", told):
        for info in page["executionInfos"]:
            asked = {"domain": place.domain.name, "execution": info["execution"]}
            if _is_busy(call("DescribeWorkflowExecution", asked)):
                return False
    return True


def _is_busy(described: Wire) -> bool:
    counts = described["openCounts"]
    timers: int = counts["openTimers"]
    if described["executionInfo"]["workflowType"]["name"] == EventHub.name:
        timers = 0  # that of its renewal, in months
    return bool(counts["openActivityTasks"] or counts["openDecisionTasks"] or timers)
