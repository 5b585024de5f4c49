"""The events of executions, read page by page."""

from __future__ import annotations

import pytest
from canned import CannedTransport, pages_of
from replies import STARTED, execution_info

from swf.exceptions import (
    FieldError,
    ValidationError,
    ValidationTypeError,
    WorkflowExecutionDoesNotExist,
)
from swf.models import Domain, History
from swf.querysets import HistoryQuerySet


def marker(number: int) -> dict:
    """Return the raw event of a marker."""
    return {
        "eventId": number,
        "eventType": "MarkerRecorded",
        "eventTimestamp": STARTED + number,
        "markerRecordedEventAttributes": {
            "markerName": f"m{number}",
            "decisionTaskCompletedEventId": 4,
        },
    }


def events(count: int = 250, page: int = 100) -> CannedTransport:
    """Return a service with one execution of so many events."""
    return CannedTransport(
        GetWorkflowExecutionHistory=pages_of("events", map(marker, range(1, count + 1)), page),
        ListOpenWorkflowExecutions={"executionInfos": [execution_info("w", "run-9")]},
    )


def history(connection: CannedTransport) -> HistoryQuerySet:
    """Return the queryset of the histories of a domain."""
    return HistoryQuerySet("shop", connection=connection)


def test_a_history_is_whole_unless_told_otherwise():
    """get() follows every page; max_results gives exactly so many."""
    connection = events()

    whole = history(connection).get("w", "run-1")

    assert isinstance(whole, History)
    assert [event.id for event in whole] == list(range(1, 251))
    assert len(history(connection).get("w", "run-1", max_results=150)) == 150
    newest = history(connection).get("w", "run-1", max_results=3, reverse=True)
    assert [event.id for event in newest] == [250, 249, 248]
    assert len(history(connection).get("w", "run-1", page_size=7)) == 250
    assert connection.calls[-1][1]["maximumPageSize"] == 7


def test_events_are_read_one_page_at_a_time():
    """Iterating asks for a page when it is needed; slices, first and last ask for little."""
    connection = events()
    found = history(connection).filter(workflow_id="w", run_id="run-1")

    reader = iter(found)
    next(reader)
    assert len(connection.calls) == 1
    assert [event.marker_name for event in found[:2]] == ["m1", "m2"]
    assert connection.calls[-1][1]["maximumPageSize"] == 2
    assert (found.first().id, found.last().id, found[-2].id) == (1, 250, 249)
    assert found.count() == 250
    assert found.filter(name="TimerFired").count() == 0
    assert found.filter(name="MarkerRecorded").first().id == 1


def test_without_run_id_the_latest_run_is_read():
    """The run is found by the workflow id."""
    connection = events()

    assert len(history(connection).get("w")) == 250
    assert connection.calls[-1][1]["execution"] == {"workflowId": "w", "runId": "run-9"}


def test_an_execution_must_be_named():
    """Events belong to an execution: reading without one says how to name it."""
    with pytest.raises(ValidationError, match="workflow_id"):
        list(history(CannedTransport()))
    with pytest.raises(FieldError, match="run_id"):
        history(CannedTransport()).filter(runid="x")


def test_bad_arguments_are_refused():
    """Misspelt event types, wrong types and negative numbers are refused, and nothing is sent."""
    connection = CannedTransport()
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


def test_filters_do_not_count_for_get():
    """get() returns the history itself, whatever the queryset was narrowed to."""
    narrowed = history(events()).filter(name="TimerFired").reverse()

    assert len(narrowed.get("w", "run-1")) == 250
    assert narrowed.get("w", "run-1", reverse=True).first.id == 250


def test_a_missing_execution_is_its_own_error(connection):
    """What SWF does not know is the execution's DoesNotExist."""
    domain = Domain("shop", connection=connection)
    domain.save()

    with pytest.raises(WorkflowExecutionDoesNotExist, match="w"):
        HistoryQuerySet(domain).get("w", "run-1")
    assert HistoryQuerySet(domain).connection is connection


def test_a_table_of_events_names_them():
    """Both views list the first events."""
    table = history(events()).filter(workflow_id="w", run_id="run-1")._repr_html_()

    assert "MarkerRecorded" in table
    assert "the first 20" in table
