"""Whom an execution belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import replayed_code as code
from looked_at import begun
from shops import Shop

from swf.engine import Engine
from swf.exceptions import ConnectionFailedError
from swf.insight import family
from swf.insight.family import Family, family_of
from swf.insight.recorded import Recorded
from swf.models import Domain, WorkflowExecution
from swf.testing import connected
from swf.transport import Transport


def relatives(execution: WorkflowExecution) -> Family:
    known = execution.upstream()
    return family_of(known, known.history())


def test_a_child_knows_its_parent_and_a_parent_its_child(swf_engine: Engine) -> None:
    """Each is told with its type and how it stands, from both sides."""
    handle, _ = code.begun(swf_engine, code.Parent, 0)
    [child] = relatives(handle.execution).below

    assert child.type is not None
    assert (child.type.name, child.state, child.word) == ("Order", "running", "started")
    assert child.is_whole
    below = WorkflowExecution(handle.execution.domain, *child.key, connection=connected(swf_engine))
    [parent] = relatives(below).parents
    assert parent.key == handle.execution.key
    assert parent.type is not None
    assert (parent.type.name, parent.status) == ("Parent", "OPEN")


def test_runs_that_continue_each_other_are_told_in_order(swf_engine: Engine) -> None:
    """From any of them, those before it and after it, each with its status."""
    handle, _ = code.begun(swf_engine, code.Parent, 2)
    runs = sorted(handle.execution.domain.executions().filter(workflow_id=handle.workflow_id),
                  key=lambda one: one.close_status or "")  # fmt: skip
    assert len(runs) == 3
    told = [relatives(one).runs for one in runs]

    for chain in told:
        assert [one.status for one in chain] == ["CONTINUED_AS_NEW", "CONTINUED_AS_NEW", "OPEN"]
        assert {one.key.run_id for one in chain} == {one.run_id for one in runs}
    assert told[0] == told[1] == told[2]


def test_who_is_alone_has_no_relatives(shop: Shop) -> None:
    """It is its only run."""
    found = relatives(shop.start())

    assert (found.parents, found.below, found.earlier, found.later) == ((), (), False, False)
    assert len(found.runs) == 1


def test_what_is_open_is_read_at_its_latest_run(swf_engine: Engine) -> None:
    """The children of a child that was continued as new are found."""
    connection = connected(swf_engine)
    handle, actors = code.begun(swf_engine, code.Grandparent)
    del connection, actors
    [child] = relatives(handle.execution).below

    assert [one.type.name for one in child.below if one.type] == ["Order"]


def test_bounds_are_kept_and_told(swf_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs, children and histories beyond a number are not looked for, and that is said."""
    monkeypatch.setattr(family, "MOST_RUNS", 1)
    monkeypatch.setattr(family, "MOST_CHILDREN", 1)
    monkeypatch.setattr(family, "MOST_HISTORIES", 0)
    handle, _ = code.begun(swf_engine, code.Parent, 2)
    last = WorkflowExecution(
        handle.execution.domain, handle.workflow_id, connection=connected(swf_engine)
    )
    found = relatives(last)

    assert found.earlier
    assert len(found.runs) == 2
    assert found.unread == 1
    [begun_first] = [
        one
        for one in handle.execution.domain.executions().filter(workflow_id=handle.workflow_id)
        if one.history().compiled.execution.continued_execution_run_id is None
    ]
    first = relatives(begun_first)
    assert first.later
    assert len(first.runs) == 2
    builder = begun()
    for name in ("a", "b", "c"):
        builder.start_child_workflow_execution_initiated(name, ("child", "1"))
    wide = relatives(Recorded(builder.build()).execution)
    assert (len(wide.below), wide.more) == (1, 2)
    assert wide.below[0].is_whole


class Forgetful(Transport):
    """Knows one execution alone."""

    def __init__(self, connection: Transport, run_id: str) -> None:
        self.connection = connection
        self.run_id = run_id

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if params.get("execution", {}).get("runId") != self.run_id:
            raise ConnectionFailedError("gone")
        return self.connection.send(operation, params)


def test_what_swf_does_not_know_any_more_is_told_by_its_ids(swf_engine: Engine) -> None:
    """Relatives that were forgotten have no status, and no relatives."""
    handle, _ = code.begun(swf_engine, code.Parent, 1)
    latest = WorkflowExecution(
        Domain("d"), handle.workflow_id, connection=connected(swf_engine)
    ).upstream()
    for known in (latest, handle.execution.upstream()):
        alone = Forgetful(connected(swf_engine), str(known.run_id))
        found = relatives(
            WorkflowExecution(Domain("d", connection=alone), *known.key, connection=alone)
        )
        assert {one.status for one in found.runs} == {known.close_status or "OPEN", None}
        assert [one.is_whole for one in found.below] == [False] * len(found.below)
