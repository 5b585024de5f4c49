"""How long executions usually take, remembered: pages that are kept up to date ask often."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from swf.exceptions import SWFError
from swf.insight.durations import Usual, usual_of
from swf.models import WorkflowExecution
from swf.web.lately import MOST, Lately

logger = logging.getLogger(__name__)

FRESH: Final = timedelta(minutes=1)
"""How long what SWF said is taken for true."""


class Usuals:
    """What was said lately of executions; any thread may ask."""

    def __init__(self, *, most: int = MOST) -> None:
        self._said: Lately[Usual | None] = Lately(FRESH, most=most)

    def of(self, execution: WorkflowExecution) -> Usual | None:
        """Return how long others of an execution's type took; None where SWF does not say.

        It is an extra: a page can do without (ListClosedWorkflowExecutions, once in a minute).
        """
        name = (execution.connection, execution.domain.name, *execution.key)
        now = execution.connection.clock.now()
        return self._said.said(name, now, lambda: _asked(execution))


def _asked(execution: WorkflowExecution) -> Usual | None:
    try:
        return usual_of(execution)
    except SWFError as error:
        logger.debug("executions of the type cannot be listed: %s", error)
        return None
