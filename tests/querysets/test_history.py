"""The events of executions, read page by page."""

from __future__ import annotations

import pytest
from overheard import Overheard

from swf.actors import Decider
from swf.exceptions import (
    FieldError,
    ValidationError,
    ValidationTypeError,
    WorkflowExecutionDoesNotExist,
)
from swf.models import Domain, History, WorkflowType
from swf.models.decision import RecordMarker
from swf.querysets import HistoryQuerySet
from swf.testing import connected

COUNT = 250


@pytest.fixture
def long(swf_engine):
    """A connection to an SWF with one execution of 250 events, given in pages of 100."""
    connection = Overheard(connected(swf_engine), page=100)
    shop = Domain("shop", connection=connection)
    shop.save()
    order = WorkflowType(
        shop,
        "order",
        "1",
        task_list="t",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=60,
    )
    order.save()
    execution = order.start_execution("w")
    decider = Decider(shop, "t")
    markers = [RecordMarker(f"m{number}") for number in range(5, COUNT + 1)]
    decider.complete(decider.poll().task_token, markers)
    connection.run_id = execution.run_id
    connection.calls.clear()
    return connection


def history(connection: Overheard) -> HistoryQuerySet:
    """Return the queryset of the histories of a domain."""
    return HistoryQuerySet("shop", connection=connection)


def test_a_history_is_whole_unless_told_otherwise(long):
    """get() follows every page; max_results gives exactly so many."""
    whole = history(long).get("w", long.run_id)

    assert isinstance(whole, History)
    assert [event.id for event in whole] == list(range(1, COUNT + 1))
    assert len(history(long).get("w", long.run_id, max_results=150)) == 150
    newest = history(long).get("w", long.run_id, max_results=3, reverse=True)
    assert [event.id for event in newest] == [250, 249, 248]
    assert len(history(long).get("w", long.run_id, page_size=7)) == COUNT
    assert long.calls[-1][1]["maximumPageSize"] == 7


def test_events_are_read_one_page_at_a_time(long):
    """Iterating asks for a page when it is needed; slices, first and last ask for little."""
    found = history(long).filter(workflow_id="w", run_id=long.run_id)

    reader = iter(found)
    next(reader)
    assert len(long.calls) == 1
    assert [event.name for event in found[:2]] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    assert long.calls[-1][1]["maximumPageSize"] == 2
    assert (found.first().id, found.last().id, found[-2].id) == (1, 250, 249)
    assert found.count() == COUNT
    assert found.filter(name="TimerFired").count() == 0
    assert found.filter(name="MarkerRecorded").first().id == 5


def test_without_run_id_the_latest_run_is_read(long):
    """The run is found by the workflow id."""
    assert len(history(long).get("w")) == COUNT
    assert long.calls[-1][1]["execution"] == {"workflowId": "w", "runId": long.run_id}


def test_an_execution_must_be_named(connection):
    """Events belong to an execution: reading without one says how to name it."""
    with pytest.raises(ValidationError, match="workflow_id"):
        list(history(connection))
    with pytest.raises(FieldError, match="run_id"):
        history(connection).filter(runid="x")


def test_bad_arguments_are_refused(connection):
    """Misspelt event types, wrong types and negative numbers are refused, and nothing is sent."""
    events = history(connection)

    with pytest.raises(ValidationError, match="did you mean DecisionTaskScheduled"):
        events.filter(name="DecisionTaskSheduled")
    with pytest.raises(ValidationError, match="no event type"):
        events.filter(name="x")
    for lookup in ("name", "workflow_id", "run_id"):
        with pytest.raises(ValidationTypeError, match=lookup):
            events.filter(**{lookup: 5})
    with pytest.raises(ValidationTypeError, match="max_results"):
        events.get("w", "run-1", max_results="5")
    with pytest.raises(ValidationError, match="max_results"):
        events.get("w", "run-1", max_results=-1)
    assert connection.calls == []


def test_filters_do_not_count_for_get(long):
    """get() returns the history itself, whatever the queryset was narrowed to."""
    narrowed = history(long).filter(name="TimerFired").reverse()

    assert len(narrowed.get("w", long.run_id)) == COUNT
    assert narrowed.get("w", long.run_id, reverse=True).first.id == COUNT


def test_a_missing_execution_is_its_own_error(connection):
    """What SWF does not know is the execution's DoesNotExist."""
    domain = Domain("shop", connection=connection)
    domain.save()

    with pytest.raises(WorkflowExecutionDoesNotExist, match="w"):
        HistoryQuerySet(domain).get("w", "run-1")
    assert HistoryQuerySet(domain).connection is connection


def test_a_table_of_events_names_them(long):
    """Both views list the first events."""
    table = history(long).filter(workflow_id="w", run_id=long.run_id)._repr_html_()

    assert "MarkerRecorded" in table
    assert "the first 20" in table
