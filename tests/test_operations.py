"""Everything that the API can do can be done through models, querysets and actors."""

from __future__ import annotations

import pytest
from overheard import Overheard

from swf.actors import ActivityWorker, Decider
from swf.exceptions import PollTimeout
from swf.models import ActivityType, Domain, WorkflowExecution, WorkflowType
from swf.models.decision import RequestCancelActivityTask, ScheduleActivityTask
from swf.querysets import (
    ActivityTypeQuerySet,
    DomainQuerySet,
    WorkflowExecutionQuerySet,
    WorkflowTypeQuerySet,
)
from swf.shapes import OPERATIONS


def use_domains(connection: Overheard) -> None:
    domain = Domain("shop", connection=connection)
    domain.save()
    domain.deprecate()
    domain.undeprecate()
    assert domain.exists
    domain.add_tags({"a": "b"})
    assert domain.tags() == {"a": "b"}
    domain.remove_tags(["a"])
    assert domain.count_pending_activity_tasks("work") == 0
    assert domain.count_pending_decision_tasks("orders") == 0
    assert list(DomainQuerySet(connection=connection)) == [domain]


def use_types(connection: Overheard) -> None:
    for kind, queryset in (
        (WorkflowType, WorkflowTypeQuerySet),
        (ActivityType, ActivityTypeQuerySet),
    ):
        made = kind("shop", "old", "1", connection=connection)
        made.save()
        assert made.exists
        made.deprecate()
        made.undeprecate()
        assert list(queryset("shop", connection=connection)) == [made]
        made.deprecate()
        made.delete_permanently()
        assert not made.exists


def order_and_work(connection: Overheard) -> tuple[WorkflowType, ActivityType]:
    order = WorkflowType(
        "shop",
        "order",
        "1",
        task_list="orders",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=60,
        connection=connection,
    )
    work = ActivityType(
        "shop",
        "work",
        "1",
        task_list="work",
        task_heartbeat_timeout=60,
        task_schedule_to_start_timeout=60,
        task_schedule_to_close_timeout=60,
        task_start_to_close_timeout=60,
        connection=connection,
    )
    order.save()
    work.save()
    return order, work


def use_executions(connection: Overheard) -> None:
    order, _ = order_and_work(connection)
    started = order.start_execution("order-1")
    execution = WorkflowExecution("shop", "order-1", started.run_id, connection=connection)
    assert execution.exists
    execution.signal("paid")
    execution.request_cancel()
    assert len(execution.history()) == 4
    executions = WorkflowExecutionQuerySet("shop", connection=connection)
    assert executions.count() == 1
    assert list(executions) == [execution]
    execution.terminate()
    assert list(executions.filter(status="OPEN")) == []


def use_actors(connection: Overheard) -> None:
    execution = WorkflowType("shop", "order", "1", connection=connection).start_execution("order-2")
    decider = Decider("shop", "orders", connection=connection)
    tasks = [ScheduleActivityTask(("work", "1"), f"work-{number}") for number in range(3)]
    decider.complete(decider.poll().task_token, tasks)
    worker = ActivityWorker("shop", "work", connection=connection)
    first, second, third = (worker.poll().task_token for _ in tasks)
    worker.complete(first)
    worker.fail(second)
    decider.complete(decider.poll().task_token, [RequestCancelActivityTask("work-2")])
    assert worker.heartbeat(third).cancel_requested
    worker.cancel(third)
    with pytest.raises(PollTimeout):
        worker.poll()
    states = [str(activity.state) for activity in execution.history().compiled.activities]
    assert states == ["completed", "failed", "canceled"]


def test_all_39_operations_are_reached(connection: Overheard):
    """Between them, the public methods of models, querysets and actors call every operation."""
    for use in (use_domains, use_types, use_executions, use_actors):
        use(connection)

    assert len(OPERATIONS) == 39
    assert set(OPERATIONS) - set(connection.operations()) == set()
