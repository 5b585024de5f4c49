"""SWFs that list what a test says: each one an engine of its own, closed by `close_all`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import attrs
from overheard import Overheard

from swf.clock import ManualClock
from swf.engine import Engine, Options, adopt
from swf.models import Domain, WorkflowExecution, WorkflowType
from swf.models.decision import (
    CancelWorkflowExecution,
    CompleteWorkflowExecution,
    FailWorkflowExecution,
)
from swf.testing import connected

STARTED = 1_700_000_000.5
OPEN_SECONDS = 0.5
"""How long a closed execution was open."""

_CLOSING = {
    "COMPLETED": CompleteWorkflowExecution(),
    "FAILED": FailWorkflowExecution(),
    "CANCELED": CancelWorkflowExecution(),
}
_count = 0


def served(*, page: int | None = None) -> tuple[Engine, Overheard]:
    """Return a new SWF, and a connection to it on which calls are overheard."""
    global _count
    _count += 1
    clock = ManualClock(datetime.fromtimestamp(STARTED - 1_000, UTC))
    options = Options(poll_seconds=0)
    engine = Engine.open(f"memory://listed-{_count}", clock=clock, options=options)
    adopt(engine)
    return engine, Overheard(connected(engine), page=page)


def domains(*names: str, page: int | None = 2) -> Overheard:
    """Return an SWF that has domains of these names, and lists them in pages."""
    _, connection = served(page=page)
    for name in names:
        Domain(name, connection=connection).save()
    connection.calls.clear()
    return connection


@attrs.frozen
class Run:
    """An execution that there is to be; `name` is the test's own for it, `status` how it closed."""

    workflow_id: str
    name: str = "run-1"
    started: float = attrs.field(default=STARTED, kw_only=True)
    status: str | None = attrs.field(default=None, kw_only=True)
    tags: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    version: str = attrs.field(default="1", kw_only=True)


def executions(runs: Iterable[Run] = (), *, page: int | None = 2) -> Overheard:
    """Return an SWF whose domain `shop` has these executions of type `order`.

    `connection.names` has the names that the test gave them by run id.
    """
    engine, connection = served(page=page)
    shop = Domain("shop", connection=connection)
    shop.save()
    orders = {version: _order(shop, version) for version in ("1", "2")}
    closing: list[tuple[float, Run, WorkflowExecution]] = []
    for run in sorted(runs, key=lambda one: (one.started, one.status is None)):
        _close(engine, shop, [one for one in closing if one[0] <= run.started])
        closing = [one for one in closing if one[0] > run.started]
        _advance(engine, run.started)
        execution = orders[run.version].start_execution(
            run.workflow_id, task_list=f"list-{len(connection.names)}", tag_list=run.tags
        )
        connection.names[execution.run_id] = run.name
        if run.status is not None:
            closing.append((run.started + OPEN_SECONDS, run, execution))
    _close(engine, shop, closing)
    connection.calls.clear()
    return connection


def _order(shop: Domain, version: str) -> WorkflowType:
    made = WorkflowType(
        shop,
        "order",
        version,
        child_policy="TERMINATE",
        execution_start_to_close_timeout=31_536_000,
        task_start_to_close_timeout="NONE",
    )
    made.save()
    return made


def _advance(engine: Engine, moment: float) -> None:
    clock = engine.clock
    assert isinstance(clock, ManualClock)
    clock.advance(max(0.0, moment - clock.now().timestamp()))


def _close(
    engine: Engine, shop: Domain, closing: Iterable[tuple[float, Run, WorkflowExecution]]
) -> None:
    for moment, run, execution in closing:
        _advance(engine, moment)
        assert run.status is not None
        if run.status == "TERMINATED":
            execution.terminate()
            continue
        polled = {"domain": "shop", "taskList": {"name": execution.task_list}}
        task = engine.handle("PollForDecisionTask", polled)
        answer = {"taskToken": task["taskToken"], "decisions": [_CLOSING[run.status].to_wire()]}
        engine.handle("RespondDecisionTaskCompleted", answer)
