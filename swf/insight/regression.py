"""A recorded history as a test: the code of today has to follow it."""

from __future__ import annotations

from typing import Final

from swf.exceptions import ValidationError
from swf.models import History

_TEST: Final = '''"""The code of today follows what was recorded of {workflow_id} before."""

from swf.models import History
from swf.testing import Replayer

import {module}

HISTORY = History.from_json(
    {history!r}
)


def test_the_history_is_followed() -> None:
    """Each decision that was recorded is the one that the code makes."""
    replayer = Replayer([{module}.{name}])
    replayer.replay(HISTORY, workflow_id={id!r}, run_id={run_id!r})
'''


def as_pytest(history: History, *, workflow_id: str, run_id: str, module: str, name: str) -> str:
    """Return the source of a test for pytest that replays a history with the class of a workflow.

    Raises ValidationError where module and name are no names of Python.
    """
    for told in (module, name):
        if not all(part.isidentifier() for part in told.split(".")):
            raise ValidationError(f"as_pytest: {told!r:.80} is no name of Python")
    return _TEST.format(
        module=module,
        name=name,
        history=history.to_json(),
        workflow_id=ascii(workflow_id)[1:-1].replace('"', "'"),
        id=workflow_id,
        run_id=run_id,
    )
