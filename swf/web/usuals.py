"""How long executions usually take, remembered: pages that are kept up to date ask often."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from swf.exceptions import SWFError
from swf.insight.durations import Usual, usual_of
from swf.models import WorkflowExecution

logger = logging.getLogger(__name__)

FRESH: Final = timedelta(minutes=1)
"""How long what SWF said is taken for true."""

MOST: Final = 200
"""Executions of which that is remembered."""


class Usuals:
    """What was said lately of executions; any thread may ask."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._said: OrderedDict[object, tuple[datetime, Usual | None]] = OrderedDict()
        self._guard = Lock()

    def of(self, execution: WorkflowExecution) -> Usual | None:
        """Return how long others of an execution's type took; None where SWF does not say.

        It is an extra: a page can do without (ListClosedWorkflowExecutions, once in a minute).
        """
        name = (execution.connection, execution.domain.name, *execution.key)
        now = execution.connection.clock.now()
        with self._guard:
            said = self._said.get(name)
        if said is not None and timedelta() <= now - said[0] < FRESH:
            return said[1]
        usual = _asked(execution)
        with self._guard:
            self._said[name] = (now, usual)
            self._said.move_to_end(name)
            while len(self._said) > self._most:
                self._said.popitem(last=False)
        return usual


def _asked(execution: WorkflowExecution) -> Usual | None:
    try:
        return usual_of(execution)
    except SWFError as error:
        logger.debug("executions of the type cannot be listed: %s", error)
        return None
