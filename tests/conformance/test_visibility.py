"""Listing and counting executions by what they are."""

from __future__ import annotations

from typing import Any

import pytest
from embedded_harness import (
    ORDER,
    ORDER_VALUES,
    START,
    Run,
    Service,
    Wire,
    cancel,
    complete,
    continue_as_new,
    fail,
    schedule,
)

OTHER = {"name": "other", "version": "1"}
NEWER = {"name": "order", "version": "2"}
SINCE = {"oldestDate": START}


def listed(service: Service, state: str, **filters: Any) -> list[str]:
    """Return the workflow ids of the listed executions; the count must agree."""
    reply = service.ask(f"List{state}WorkflowExecutions", **filters)
    filters.pop("reverseOrder", None)
    counted = service.ask(f"Count{state}WorkflowExecutions", **filters)
    assert counted == {"count": len(reply["executionInfos"]), "truncated": False}
    return [info["execution"]["workflowId"] for info in reply["executionInfos"]]


@pytest.fixture
def furnished(service: Service) -> Service:
    """Executions a, b, c, d that start one second after the other; a and b are closed later."""
    for key in (OTHER, NEWER):
        service.workflow_type(key, ORDER_VALUES)
    for workflow_id, key, tags in (
        ("a", ORDER, ["x", "y"]),
        ("b", OTHER, ["y"]),
        ("c", NEWER, ["z", "x"]),
        ("d", ORDER, None),
    ):
        service.start(workflow_id, key, **({} if tags is None else {"tagList": tags}))
        service.clock.advance(1)
    return service


def close(service: Service, *workflow_ids: str) -> None:
    """Terminate executions, each one second after the other."""
    for workflow_id in workflow_ids:
        service.ask("TerminateWorkflowExecution", workflowId=workflow_id)
        service.clock.advance(1)


def test_open_executions_are_listed_latest_start_first(furnished: Service) -> None:
    """Descending by start time; ascending in reverse order."""
    assert listed(furnished, "Open", startTimeFilter=SINCE) == ["d", "c", "b", "a"]
    assert listed(furnished, "Open", startTimeFilter=SINCE, reverseOrder=True) == list("abcd")


def test_closed_executions_are_listed_by_the_filtered_time(furnished: Service) -> None:
    """Descending by start or by close, whichever is filtered."""
    close(furnished, "c", "a", "b")

    assert listed(furnished, "Closed", startTimeFilter=SINCE) == ["c", "b", "a"]
    assert listed(furnished, "Closed", closeTimeFilter=SINCE) == ["b", "a", "c"]
    assert listed(furnished, "Closed", closeTimeFilter=SINCE, reverseOrder=True) == ["c", "a", "b"]
    assert listed(furnished, "Open", startTimeFilter=SINCE) == ["d"]


@pytest.mark.parametrize(
    ("oldest", "latest", "found"),
    [
        (0, None, "dcba"),
        (1, None, "dcb"),
        (1.001, None, "dc"),
        (0, 1, "ba"),
        (1, 1, "b"),
        (1.5, 1.6, ""),
        (3, 0, ""),
        (100, None, ""),
    ],
)
def test_bounds_are_inclusive(
    oldest: float, latest: float | None, found: str, furnished: Service
) -> None:
    """From oldestDate to latestDate, both included; without latestDate without end."""
    given = {"oldestDate": START + oldest}
    if latest is not None:
        given["latestDate"] = START + latest

    assert listed(furnished, "Open", startTimeFilter=given) == list(found)


def test_close_times_are_bounded_too(furnished: Service) -> None:
    """CloseTimeFilter is about the moment of the closing event."""
    close(furnished, "a", "b")

    assert listed(furnished, "Closed", closeTimeFilter={"oldestDate": START + 5}) == ["b"]
    bounded = {"oldestDate": START, "latestDate": START + 4}
    assert listed(furnished, "Closed", closeTimeFilter=bounded) == ["a"]


FILTERS: list[tuple[Wire, str]] = [
    ({"executionFilter": {"workflowId": "b"}}, "b"),
    ({"executionFilter": {"workflowId": "nobody"}}, ""),
    ({"typeFilter": {"name": "order"}}, "dca"),
    ({"typeFilter": {"name": "order", "version": "1"}}, "da"),
    ({"typeFilter": {"name": "order", "version": "2"}}, "c"),
    ({"typeFilter": {"name": "order", "version": ""}}, "dca"),
    ({"typeFilter": {"name": "order", "version": "3"}}, ""),
    ({"tagFilter": {"tag": "x"}}, "ca"),
    ({"tagFilter": {"tag": "y"}}, "ba"),
    ({"tagFilter": {"tag": "X"}}, ""),
]
each_filter = pytest.mark.parametrize(
    ("given", "found"), FILTERS, ids=[str(given) for given, _ in FILTERS]
)


@each_filter
def test_open_executions_are_filtered(given: Wire, found: str, furnished: Service) -> None:
    """By workflow id, by type in one version or all, by any of the tags."""
    assert listed(furnished, "Open", startTimeFilter=SINCE, **given) == list(found)
    assert listed(furnished, "Closed", startTimeFilter=SINCE, **given) == []


@each_filter
@pytest.mark.parametrize("time", ["startTimeFilter", "closeTimeFilter"])
def test_closed_executions_are_filtered(
    time: str, given: Wire, found: str, furnished: Service
) -> None:
    """By the same filters, in the order of the filtered time."""
    close(furnished, "a", "b", "c", "d")

    assert listed(furnished, "Closed", **{time: SINCE}, **given) == list(found)
    assert listed(furnished, "Open", startTimeFilter=SINCE, **given) == []


def test_closed_executions_are_filtered_by_close_status(service: Service) -> None:
    """Each of the six statuses finds its own."""
    for workflow_id, end in (
        ("COMPLETED", complete()),
        ("FAILED", fail()),
        ("CANCELED", cancel()),
        ("CONTINUED_AS_NEW", continue_as_new(taskList={"name": "elsewhere"})),
    ):
        service.begun(end, workflow_id=workflow_id)
    service.start("TERMINATED").terminate()
    service.start("TIMED_OUT", executionStartToCloseTimeout="1")
    service.clock.advance(1)

    for status in (
        "COMPLETED",
        "FAILED",
        "CANCELED",
        "CONTINUED_AS_NEW",
        "TERMINATED",
        "TIMED_OUT",
    ):
        given = {"closeStatusFilter": {"status": status}}
        assert listed(service, "Closed", startTimeFilter=SINCE, **given) == [status]
        assert listed(service, "Closed", closeTimeFilter=SINCE, **given) == [status]


def test_a_listed_execution_is_told_as_it_is_described(furnished: Service) -> None:
    """ExecutionInfo is the same in a list and in a description, open and closed."""
    for state in ("Open", "Closed"):
        reply = furnished.ask(f"List{state}WorkflowExecutions", startTimeFilter=SINCE)
        assert set(reply) == {"executionInfos"}
        for info in reply["executionInfos"]:
            execution = info["execution"]
            run = Run(furnished, execution["workflowId"], execution["runId"])
            assert run.describe()["executionInfo"] == info
        if state == "Open":
            close(furnished, "a", "b", "c", "d")


@pytest.mark.parametrize("verb", ["List", "Count"])
def test_exactly_one_time_filter_for_closed_executions(verb: str, service: Service) -> None:
    """Both are refused, none is refused, each in SWF's words."""
    operation = f"{verb}ClosedWorkflowExecutions"
    both = {"startTimeFilter": SINCE, "closeTimeFilter": SINCE}

    assert service.refused(operation, **both) == (
        "ValidationException",
        "Cannot specify both a startTimeFilter and a closeTimeFilter",
    )
    assert service.refused(operation) == ("ValidationException", "Must specify time filter")


@pytest.mark.parametrize(
    ("operation", "filters"),
    [
        ("ListOpenWorkflowExecutions", ["executionFilter", "typeFilter"]),
        ("CountOpenWorkflowExecutions", ["typeFilter", "tagFilter"]),
        ("ListClosedWorkflowExecutions", ["executionFilter", "closeStatusFilter"]),
        ("CountClosedWorkflowExecutions", ["closeStatusFilter", "tagFilter"]),
        ("ListClosedWorkflowExecutions", ["typeFilter", "tagFilter", "executionFilter"]),
    ],
)
def test_at_most_one_other_filter(operation: str, filters: list[str], service: Service) -> None:
    """Filters exclude each other, and the message tells which were given."""
    values = {
        "executionFilter": {"workflowId": "w"},
        "typeFilter": {"name": "order"},
        "tagFilter": {"tag": "x"},
        "closeStatusFilter": {"status": "FAILED"},
    }
    code, message = service.refused(
        operation, startTimeFilter=SINCE, **{name: values[name] for name in filters}
    )

    assert code == "ValidationException"
    assert message.startswith("Cannot specify more than one exclusive filters in the same query: [")
    assert all(name in message for name in filters)


def test_an_open_listing_needs_its_start_time_filter(service: Service) -> None:
    """StartTimeFilter and its oldestDate are required."""
    for given, where in (({}, "startTimeFilter"), ({"startTimeFilter": {}}, "oldestDate")):
        code, message = service.refused("ListOpenWorkflowExecutions", **given)
        assert code == "ValidationException"
        assert where in message
        assert "Member must not be null" in message


def test_times_of_filters_may_be_whole_numbers(furnished: Service) -> None:
    """A client may send an integer of seconds."""
    assert listed(furnished, "Open", startTimeFilter={"oldestDate": int(START) + 2}) == ["d", "c"]


def test_times_of_filters_may_lie_before_the_epoch(furnished: Service) -> None:
    """A client may ask for all there is by the earliest moment that a calendar has."""
    for oldest in (-1, -62_135_596_800):
        since = {"oldestDate": oldest}
        assert listed(furnished, "Open", startTimeFilter=since) == ["d", "c", "b", "a"]
        assert listed(furnished, "Open", startTimeFilter={**since, "latestDate": -0.5}) == []


def test_what_happened_is_seen_at_once(service: Service) -> None:
    """Listing is consistent: an execution is listed open, then closed, without delay."""
    run = service.start()
    assert listed(service, "Open", startTimeFilter=SINCE) == ["w"]
    run.terminate()
    assert listed(service, "Open", startTimeFilter=SINCE) == []
    assert listed(service, "Closed", closeTimeFilter=SINCE) == ["w"]


def test_several_runs_of_one_workflow_id_are_listed(service: Service) -> None:
    """Closed runs are listed one by one, each with its run id."""
    runs = [service.begun(complete()) for _ in range(3)]
    given = {"executionFilter": {"workflowId": "w"}}
    reply = service.ask("ListClosedWorkflowExecutions", startTimeFilter=SINCE, **given)

    found = {info["execution"]["runId"] for info in reply["executionInfos"]}
    assert found == {run.run_id for run in runs}


def test_a_tag_given_twice_lists_an_execution_once(service: Service) -> None:
    """Tags may repeat; the execution is one."""
    service.start(tagList=["x", "x"])

    assert listed(service, "Open", startTimeFilter=SINCE, tagFilter={"tag": "x"}) == ["w"]


def test_counts_are_exact_up_to_10000(service: Service) -> None:
    """What is more is told as 10,000, truncated."""
    run = service.start()
    scheduled = 0
    for number in range(11):
        other = service.start(str(number), taskList={"name": "counted"})
        count = 1_000 if number < 10 else 1
        other.decide(*[schedule(str(place)) for place in range(count)], task_list="counted")
        scheduled += count
        counted = service.ask("CountPendingActivityTasks", taskList={"name": "workers"})
        assert counted == {"count": min(scheduled, 10_000), "truncated": scheduled > 10_000}

    assert run.last_id() == 2
