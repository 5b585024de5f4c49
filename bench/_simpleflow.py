"""simpleflow's decider, from the bytes of a history to decisions; its requests are left out.

And its local executor, which calls activities one after another and has neither timers nor retries.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import _flow
from _sides import Found, Timed


class Replayer:
    """The program of steps as simpleflow runs it: the same ids, inputs and results."""

    def __init__(self) -> None:
        program = _program()
        import botocore.parsers
        import botocore.session
        from simpleflow.swf.executor import Executor
        from simpleflow.swf.mapper.models.domain import Domain
        from simpleflow.swf.mapper.models.history import History
        from simpleflow.swf.mapper.responses import Response

        model = botocore.session.get_session().get_service_model("swf")
        self._shape = model.operation_model("PollForDecisionTask").output_shape
        self._parser = botocore.parsers.create_parser("json")
        self._executor = Executor(Domain(_flow.DOMAIN), program)
        self._history, self._response = History, Response

    def decisions(self, bodies: Sequence[bytes]) -> list[dict[str, Any]]:
        """Return the decisions that answer a task of these pages."""
        events: list[dict[str, Any]] = []
        for body in bodies:
            reply = {"status_code": 200, "headers": {}, "body": body}
            events += self._parser.parse(reply, self._shape)["events"]
        history = self._history.from_event_list(events)
        task = self._response(token="token", history=history, execution=None)
        made = self._executor.replay(task, decref_workflow=False)
        return json.loads(json.dumps(made.decisions))


def _program() -> type:
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    from simpleflow import Workflow, activity

    logging.getLogger("simpleflow").setLevel(logging.ERROR)
    name, version = _flow.ACTIVITY
    increment = activity.with_attributes(name=name, version=version, task_list="workers")(
        _increment
    )

    class IncrementOften(Workflow):
        name, version = _flow.WORKFLOW
        task_list = "deciders"

        def run(self, times: int) -> int:
            value = 0
            for _ in range(times):
                value = self.submit(increment, value).result
            return value

    return IncrementOften


def locally(count: int, _folder: Path) -> Found:
    """Run the program by simpleflow's local executor, which keeps nothing."""
    program = _program()
    from simpleflow.local.executor import Executor

    Executor(program).run({"args": [20]})
    with Timed() as timed:
        result = Executor(program).run({"args": [count]})
    assert result == count
    return timed.each(count)


def _increment(value: int) -> int:
    return value + 1
