"""Executions of which only the history is at hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looked_at import TYPE, begun
from shops import Shop
from strategies import raw_histories

from swf.exceptions import ValidationError, WorkflowExecutionDoesNotExist
from swf.insight.recorded import Recorded, recorded
from swf.models import History, HistoryBuilder, WorkflowExecution
from swf.models.decision import CancelTimer, CompleteWorkflowExecution, StartTimer


def text_of(history: History | HistoryBuilder) -> str:
    built = history.build() if isinstance(history, HistoryBuilder) else history
    return built.to_json()


def plainly(execution: WorkflowExecution) -> dict[str, Any]:
    """Return what a description tells, without what a history cannot tell."""
    known = execution.connection.call("DescribeWorkflowExecution", execution._described())
    info = known["executionInfo"]
    return {**known, "executionInfo": {**info, "tagList": info.get("tagList", [])}}


def test_it_is_described_as_swf_describes_it(shop: Shop) -> None:
    """Status, type, times, configuration and counts are those that SWF tells, open and closed."""
    execution = shop.schedule("a", "b")
    execution.signal("go")
    shop.decide(StartTimer("t", 60))
    execution.signal("on")
    shop.decide(CancelTimer("t"), StartTimer("u", 60))

    def again() -> WorkflowExecution:
        return recorded(
            execution.history().to_json(),
            domain="d",
            workflow_id=execution.workflow_id,
            run_id=str(execution.run_id),
        )

    open_, known = again(), plainly(execution)
    known.pop("latestActivityTaskTimestamp", None)
    assert plainly(open_) == known
    execution.signal("end")
    shop.decide(CompleteWorkflowExecution(result="done"))
    closed, known = again(), plainly(execution)
    known.pop("latestActivityTaskTimestamp", None)
    assert plainly(closed) == known
    assert closed.close_status == "COMPLETED"


def test_its_clock_stands_at_the_last_event() -> None:
    """What is due is told as of when the history was recorded."""
    builder = begun().advance(70).workflow_execution_signaled("go")
    execution = recorded(text_of(builder))

    assert execution.connection.clock.now() == builder.build()[-2].timestamp


@given(raw_histories(), st.booleans())
def test_its_history_is_read_page_by_page(raws: list[dict[str, Any]], newest_first: bool) -> None:
    """Pages of any size, in both orders, are the whole of it."""
    execution = Recorded(History.from_raw(raws)).execution

    for size in (1, 3, 1000):
        read = execution.history(maximum_page_size=size, reverse_order=newest_first)
        assert read.raws == (raws[::-1] if newest_first else raws)


def test_a_token_of_another_list_is_refused() -> None:
    """What is no place in it is no token."""
    execution = recorded(text_of(begun()))
    params = {**execution._described(), "nextPageToken": "x"}

    with pytest.raises(ValidationError, match="none of ours"):
        execution.connection.call("GetWorkflowExecutionHistory", params)


def test_there_is_nothing_else_in_it() -> None:
    """Other executions are not there, and nothing can be done with this one."""
    execution = recorded(text_of(begun()), workflow_id="w")

    with pytest.raises(WorkflowExecutionDoesNotExist, match="no SWF behind it"):
        execution.signal("go")
    with pytest.raises(WorkflowExecutionDoesNotExist):
        WorkflowExecution(
            execution.domain, "other", "r", connection=execution.connection
        ).upstream()


def test_events_may_come_newest_first_and_with_times_as_text() -> None:
    """As `aws --output json` and reversed listings have them."""
    told = json.loads(text_of(begun()))["events"]
    told = [{**one, "eventTimestamp": "2026-01-31T12:00:00+01:00"} for one in reversed(told)]
    execution = recorded(json.dumps(told).encode())

    assert [event.id for event in execution.history()] == [1, 2, 3, 4]


def without(*keys: str) -> Callable[[Any], Any]:
    def change(events: Any) -> Any:
        *path, last = keys
        place = events[0]["workflowExecutionStartedEventAttributes"]
        for key in path:
            place = place[key]
        del place[last]
        return events

    return change


def with_input(value: Any) -> Callable[[Any], Any]:
    def change(events: Any) -> Any:
        events[0]["workflowExecutionStartedEventAttributes"]["input"] = value
        return events

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda events: [], "no event"),
        (lambda events: events[1:], "from event 1 on"),
        (lambda events: events[:1] + events[2:], "missing"),
        (lambda events: [*events[:1], *events], "another event|already"),
        (without("workflowType"), "workflow_type: is required"),
        (without("workflowType", "name"), "name: is required"),
        (with_input({"a": 1}), "input: must be a str"),
        (lambda events: [{**events[0], "eventTimestamp": 1e300}], "must be a time"),
        (lambda events: [{"eventId": 1}], "is required"),
        (lambda events: [17], "an event is a mapping"),
        (lambda events: {"events": 17}, "neither a list"),
        (lambda events: "events", "neither a list"),
    ],
)
def test_what_is_no_history_is_refused(change: Callable[[Any], Any], told: str) -> None:
    """What SWF cannot have recorded is told by its place, before anybody looks at it."""
    events = change(json.loads(text_of(begun()))["events"])

    with pytest.raises(ValidationError, match=told):
        recorded(json.dumps(events))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "NaN", "\x00", "[1e999]"])
def test_what_is_no_json_is_refused(text: str) -> None:
    """Whatever a file holds, it is an error in words."""
    with pytest.raises(ValidationError):
        recorded(text)


def test_what_a_newer_swf_tells_is_passed_over() -> None:
    """Members that this release does not know do no harm."""
    events = json.loads(text_of(begun().activity_task_scheduled("a", TYPE)))["events"]
    events[0]["workflowExecutionStartedEventAttributes"]["mood"] = {"good": True}
    events[1]["decisionTaskScheduledEventAttributes"]["mood"] = None

    assert recorded(json.dumps({"events": events})).status == "OPEN"


def test_a_document_may_tell_what_the_execution_is_called() -> None:
    """As `swf server export` does; what is given goes before that."""
    events = json.loads(text_of(begun()))["events"]
    told = {"domain": "shop", "execution": {"workflowId": "order-1", "runId": "r-1"}}
    execution = recorded(json.dumps({**told, "events": events}))
    given_ = recorded(json.dumps({**told, "events": events}), run_id="r-2")
    odd = recorded(json.dumps({"domain": 7, "execution": [], "events": events}))

    assert (execution.domain.name, *execution.key) == ("shop", "order-1", "r-1")
    assert given_.run_id == "r-2"
    assert (odd.domain.name, *odd.key) == ("imported", "imported", "imported")
