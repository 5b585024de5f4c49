"""The first and the last event of an execution."""

from __future__ import annotations

from shops import Shop

from swf.insight.edges import first_event, last_event
from swf.models import Domain, WorkflowExecution


def test_an_end_of_a_history_is_one_call(shop: Shop) -> None:
    """However long a history is, its first and its last event are read by one call each."""
    begun = Shop.order(Domain("d", connection=shop.unheard)).start_execution("w", [1])
    for number in range(5):
        begun.signal(f"s{number}")
    execution = WorkflowExecution(shop.domain, "w", begun.run_id)

    first, last = first_event(execution), last_event(execution)

    assert (first and first.id, last and last.id) == (1, 7)
    assert [operation for operation, _ in shop.connection.calls] == [
        "GetWorkflowExecutionHistory"
    ] * 2
