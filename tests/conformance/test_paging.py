"""Pages: cut by size, continued by tokens that name a position, never an offset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from embedded_harness import (
    DECIDERS,
    DOMAIN,
    NO_DECISION_TASK,
    ORDER,
    Run,
    Service,
    Wire,
    complete,
    marker,
)

INVALID = ("ValidationException", "Invalid token")
ALWAYS = {"startTimeFilter": {"oldestDate": 0}}


def pages(service: Service, operation: str, **params: Any) -> Iterator[Wire]:
    """Yield the replies to a request, page by page."""
    tokens = set()
    while True:
        reply = service.call(operation, **params)
        yield reply
        if "nextPageToken" not in reply:
            return
        assert len(reply["nextPageToken"]) <= 2_048
        assert reply["nextPageToken"] not in tokens, "a token is repeated"
        tokens.add(reply["nextPageToken"])
        params["nextPageToken"] = reply["nextPageToken"]


def _domains(service: Service) -> tuple[str, str, Wire]:
    for number in range(6):
        service.call(
            "RegisterDomain", name=f"d{number}", workflowExecutionRetentionPeriodInDays="1"
        )
    return "ListDomains", "domainInfos", {"registrationStatus": "REGISTERED"}


def _types(kind: str) -> Callable[[Service], tuple[str, str, Wire]]:
    def made(service: Service) -> tuple[str, str, Wire]:
        for number in range(5):
            key = {"name": f"t{number // 2}", "version": str(number % 2)}
            service.ask(f"Register{kind}Type", **key)
        listed = {"domain": DOMAIN, "registrationStatus": "REGISTERED"}
        return f"List{kind}Types", "typeInfos", listed

    return made


def _open(service: Service) -> tuple[str, str, Wire]:
    for number in range(7):
        service.start(str(number))
        if number % 2:
            service.clock.advance(1)
    return "ListOpenWorkflowExecutions", "executionInfos", {"domain": DOMAIN, **ALWAYS}


def _closed(filtered: str) -> Callable[[Service], tuple[str, str, Wire]]:
    def made(service: Service) -> tuple[str, str, Wire]:
        for number in range(7):
            service.start(str(number))
        for number in (3, 1, 2, 0, 6, 5, 4):
            service.ask("TerminateWorkflowExecution", workflowId=str(number))
            if number % 2:
                service.clock.advance(1)
        given = {"domain": DOMAIN, filtered: {"oldestDate": 0}}
        return "ListClosedWorkflowExecutions", "executionInfos", given

    return made


def _history(service: Service) -> tuple[str, str, Wire]:
    run = service.begun(*[marker()] * 3)
    return "GetWorkflowExecutionHistory", "events", {"domain": DOMAIN, "execution": run.execution}


LISTS: list[tuple[str, Callable[[Service], tuple[str, str, Wire]]]] = [
    ("ListDomains", _domains),
    ("ListWorkflowTypes", _types("Workflow")),
    ("ListActivityTypes", _types("Activity")),
    ("ListOpenWorkflowExecutions", _open),
    ("ListClosedWorkflowExecutions-start", _closed("startTimeFilter")),
    ("ListClosedWorkflowExecutions-close", _closed("closeTimeFilter")),
    ("GetWorkflowExecutionHistory", _history),
]
each = pytest.mark.parametrize("make", [make for _, make in LISTS], ids=[name for name, _ in LISTS])


@each
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 1_000])
@pytest.mark.parametrize("reverse", [False, True])
def test_pages_together_are_the_whole(
    reverse: bool, size: int, make: Callable[[Service], tuple[str, str, Wire]], service: Service
) -> None:
    """However large a page is, each item is told once and in order; tokens are all different."""
    operation, member, params = make(service)
    whole = service.call(operation, **params)
    assert set(whole) == {member}
    items = whole[member]
    assert len(items) >= 7
    if reverse:
        params["reverseOrder"] = True
        assert service.call(operation, **params)[member] == items[::-1]
        items = items[::-1]

    found = list(pages(service, operation, **params, maximumPageSize=size))
    assert [item for page in found for item in page[member]] == items
    assert all(len(page[member]) == size for page in found[:-1])
    assert 0 < len(found[-1][member]) <= size


@each
def test_size_zero_means_the_most(
    make: Callable[[Service], tuple[str, str, Wire]], service: Service
) -> None:
    """A page size of 0 is none at all: pages of 1,000."""
    operation, _, params = make(service)

    assert service.call(operation, **params, maximumPageSize=0) == service.call(operation, **params)


@each
def test_an_empty_token_is_none(
    make: Callable[[Service], tuple[str, str, Wire]], service: Service
) -> None:
    """An empty nextPageToken asks for the first page."""
    operation, _, params = make(service)

    assert service.call(operation, **params, nextPageToken="") == service.call(operation, **params)


@each
@pytest.mark.parametrize("token", ["x", "AAAA", "\u00e9", "0", " ", "=" * 2_048])
def test_a_token_of_nobody_is_refused(
    token: str, make: Callable[[Service], tuple[str, str, Wire]], service: Service
) -> None:
    """What was never given is `Invalid token`."""
    operation, _, params = make(service)

    assert service.refusal(operation, **params, nextPageToken=token) == INVALID


@each
def test_a_token_of_another_list_is_refused(
    make: Callable[[Service], tuple[str, str, Wire]], service: Service
) -> None:
    """A token belongs to the request that it continues."""
    operation, _, params = make(service)
    token = service.call(operation, **params, maximumPageSize=1)["nextPageToken"]
    service.call("RegisterDomain", name="else", workflowExecutionRetentionPeriodInDays="1")
    others = [
        ("ListDomains", {"registrationStatus": "DEPRECATED"}),
        ("ListWorkflowTypes", {"domain": "else", "registrationStatus": "REGISTERED"}),
    ]

    for other, given in others:
        assert service.refusal(other, **given, nextPageToken=token) == INVALID


def test_what_is_added_between_pages_neither_skips_nor_repeats(service: Service) -> None:
    """A token is the position of the last item told, whatever was put before it."""
    _domains(service)
    first = service.call("ListDomains", registrationStatus="REGISTERED", maximumPageSize=3)
    service.call("RegisterDomain", name="a", workflowExecutionRetentionPeriodInDays="1")
    service.call("DeprecateDomain", name="d1")
    rest = service.call(
        "ListDomains",
        registrationStatus="REGISTERED",
        maximumPageSize=10,
        nextPageToken=first["nextPageToken"],
    )

    names = [info["name"] for page in (first, rest) for info in page["domainInfos"]]
    assert names == ["d0", "d1", "d2", "d3", "d4", "d5", DOMAIN]


def test_executions_that_come_and_go_between_pages(service: Service) -> None:
    """New ones stand before the position, closed ones leave: the others are told once."""
    _open(service)
    first = service.ask("ListOpenWorkflowExecutions", **ALWAYS, maximumPageSize=3)
    service.clock.advance(1)
    service.start("new")
    service.ask("TerminateWorkflowExecution", workflowId="6")
    rest = service.ask("ListOpenWorkflowExecutions", **ALWAYS, nextPageToken=first["nextPageToken"])

    found = [
        info["execution"]["workflowId"] for page in (first, rest) for info in page["executionInfos"]
    ]
    assert sorted(found) == list("0123456")


def test_events_that_come_between_pages_are_told(service: Service) -> None:
    """A history is read to its end, wherever that is by then."""
    run = service.begun()
    first = service.ask("GetWorkflowExecutionHistory", execution=run.execution, maximumPageSize=3)
    run.signal()
    rest = service.ask(
        "GetWorkflowExecutionHistory",
        execution=run.execution,
        nextPageToken=first["nextPageToken"],
    )

    assert [event["eventId"] for event in rest["events"]] == [4, 5, 6]


def test_a_page_has_at_most_1000_events(service: Service) -> None:
    """Without a size a page has 1,000 items, and a token for more."""
    run = service.begun(*[marker()] * 1_500)
    reply = service.ask("GetWorkflowExecutionHistory", execution=run.execution)

    assert len(reply["events"]) == 1_000
    assert len(run.raw()) == 1_504


# The pages of a decision task


def test_every_page_of_a_task_repeats_what_the_task_is(service: Service) -> None:
    """taskToken, ids, execution and type stand on each page; no page is another task."""
    run = service.begun(*[marker()] * 10)
    run.signal()
    first = run.decision_task(maximumPageSize=4)
    found = [first]
    while "nextPageToken" in found[-1]:
        found.append(
            service.decision_task(maximumPageSize=4, nextPageToken=found[-1]["nextPageToken"])
        )

    told = {name: value for name, value in first.items() if name not in ("events", "nextPageToken")}
    assert len(found) == 5
    for page in found:
        assert {
            name: value for name, value in page.items() if name not in ("events", "nextPageToken")
        } == told
    events = [event for page in found for event in page["events"]]
    assert events == run.raw()
    assert run.types().count("DecisionTaskStarted") == 2


def test_the_pages_of_a_task_die_with_it(service: Service) -> None:
    """Once the task is answered or timed out, its pages tell no task any more."""
    run = service.start()
    task = run.decision_task(maximumPageSize=1)
    run.answer(task)
    run.signal()
    following = run.decision_task(maximumPageSize=1)
    service.clock.advance(60)
    for token in (task["nextPageToken"], following["nextPageToken"]):
        assert service.decision_task(nextPageToken=token) == NO_DECISION_TASK


def test_the_tokens_of_tasks_and_histories_are_apart(service: Service) -> None:
    """Neither operation takes the other's tokens."""
    run = service.start()
    task = run.decision_task(maximumPageSize=1)
    page = service.ask("GetWorkflowExecutionHistory", execution=run.execution, maximumPageSize=1)

    assert (
        service.refused(
            "PollForDecisionTask", taskList=DECIDERS, nextPageToken=page["nextPageToken"]
        )
        == INVALID
    )
    assert (
        service.refused(
            "GetWorkflowExecutionHistory",
            execution=run.execution,
            nextPageToken=task["nextPageToken"],
        )
        == INVALID
    )


@pytest.mark.parametrize("given", [{"domain": "other"}, {"taskList": {"name": "other"}}])
def test_the_pages_of_a_task_are_for_its_own_polls(given: Wire, service: Service) -> None:
    """A poll of another domain or task list cannot go on with them."""
    service.call("RegisterDomain", name="other", workflowExecutionRetentionPeriodInDays="1")
    task = service.start().decision_task(maximumPageSize=1)
    polled = {"domain": DOMAIN, "taskList": DECIDERS, "nextPageToken": task["nextPageToken"]}

    refused = service.fault("PollForDecisionTask", **{**polled, **given})
    assert (refused.code, refused.message) == INVALID
    refused = service.fault("PollForDecisionTask", **{**polled, "domain": "none"})
    assert (refused.code, refused.message) == ("UnknownResourceFault", "Unknown domain: none")


def test_a_token_of_one_history_does_not_open_another(service: Service) -> None:
    """The execution belongs to the request that a token continues."""
    run, other = service.begun(workflow_id="a"), service.begun(complete(), workflow_id="b")
    page = service.ask("GetWorkflowExecutionHistory", execution=run.execution, maximumPageSize=1)

    assert (
        service.refused(
            "GetWorkflowExecutionHistory",
            execution=other.execution,
            nextPageToken=page["nextPageToken"],
        )
        == INVALID
    )
    assert Run(service, "a", run.run_id).last_id() == 4
    assert ORDER["name"] == "order"
