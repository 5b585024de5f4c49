"""What an execution was started with."""

from __future__ import annotations

import pytest
from shops import Shop

from swf.insight.starting import input_of, started_again, started_with
from swf.models import Domain, WorkflowExecution


def test_an_execution_is_started_like_another(shop: Shop) -> None:
    """What is started again has all that the first one was started with, under the same id."""
    domain = Domain("d", connection=shop.unheard)
    first = Shop.order(domain).start_execution(
        "w",
        [1],
        task_list="other",
        task_priority=3,
        child_policy="ABANDON",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout="NONE",
        tag_list=["a"],
    )
    first.terminate()

    again = started_again(first.upstream())

    assert again.workflow_id == "w"
    assert again.run_id != first.run_id
    assert started_with(again.upstream()) == started_with(first.upstream())
    assert started_with(again.upstream())["input"] == "[1]"


def test_an_execution_without_an_input_has_none(shop: Shop) -> None:
    """Nothing is made up for what was not given."""
    execution = Shop.order(Domain("d", connection=shop.unheard)).start_execution("w")

    assert input_of(execution) is None
    assert "input" not in started_with(execution.upstream())


def test_what_is_open_is_not_started_again_under_its_id(shop: Shop) -> None:
    """There is one open execution of a workflow id; another id will do."""
    execution = Shop.order(Domain("d", connection=shop.unheard)).start_execution("w").upstream()

    with pytest.raises(WorkflowExecution.AlreadyExists):
        started_again(execution)
    assert started_again(execution, "other").workflow_id == "other"
