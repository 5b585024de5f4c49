"""Executions as clients see them: listed, counted, described, read from first event to last."""

from __future__ import annotations

import pytest
import stored
from hypothesis import given
from hypothesis import strategies as st
from stored import ask, forget, pages, put_events, put_execution

from swf.exceptions import CorruptEventError
from swf.fault import Fault

EVER = {"oldestDate": 0}
IN_2017 = 1_497_371_587_073
"""A moment in milliseconds whose seconds are no round float."""


@pytest.fixture
def view():
    with stored.viewed() as made:
        yield made


def listed(view, state="Open", **told):
    """Return the run ids that a list has, which are those that its count counts."""
    told = {"domain": stored.DOMAIN} | told
    if not {"startTimeFilter", "closeTimeFilter"} & told.keys():
        told["startTimeFilter"] = EVER
    infos = ask(view, f"List{state}WorkflowExecutions", **told)["executionInfos"]
    told.pop("reverseOrder", None)
    counted = ask(view, f"Count{state}WorkflowExecutions", **told)
    assert counted == {"count": len(infos), "truncated": False}
    return [info["execution"]["runId"] for info in infos]


def closed(view, status="COMPLETED", after=10, **told):
    started_at = told.setdefault("started_at", 0)
    told = {"close_status": status, "closed_at": started_at + after} | told
    return put_execution(view.connection, **told)


class TestInfo:
    def test_an_open_execution(self, view):
        """What was not told, and what has not happened, is left out; a cancel request is not."""
        put_execution(view.connection, workflow_id="w", run_id="r", started_at=IN_2017)
        reply = ask(view, "ListOpenWorkflowExecutions", domain=stored.DOMAIN, startTimeFilter=EVER)

        assert reply == {
            "executionInfos": [
                {
                    "execution": {"workflowId": "w", "runId": "r"},
                    "workflowType": {"name": "Order", "version": "1"},
                    "startTimestamp": 1497371587.073,
                    "executionStatus": "OPEN",
                    "cancelRequested": False,
                }
            ]
        }

    def test_a_closed_child_execution(self, view):
        """A closed execution tells when and how; a child its parent, a tagged one its tags."""
        closed(
            view,
            "TIMED_OUT",
            workflow_id="w",
            run_id="r",
            parent='["p","pr",7]',
            tag_list=["b", "a", "b"],
            cancel_requested=1,
        )
        reply = ask(
            view, "ListClosedWorkflowExecutions", domain=stored.DOMAIN, startTimeFilter=EVER
        )

        assert reply["executionInfos"] == [
            {
                "execution": {"workflowId": "w", "runId": "r"},
                "workflowType": {"name": "Order", "version": "1"},
                "startTimestamp": 0.0,
                "closeTimestamp": 0.01,
                "executionStatus": "CLOSED",
                "closeStatus": "TIMED_OUT",
                "parent": {"workflowId": "p", "runId": "pr"},
                "tagList": ["b", "a", "b"],
                "cancelRequested": True,
            }
        ]


class TestFilters:
    @pytest.mark.parametrize("state", ["Open", "Closed"])
    @pytest.mark.parametrize("what", ["List", "Count"])
    def test_an_unknown_domain_is_refused(self, view, state, what):
        """There is nothing to list or to count where there is no domain."""
        with pytest.raises(Fault, match="Unknown domain: none"):
            ask(view, f"{what}{state}WorkflowExecutions", domain="none", startTimeFilter=EVER)

    def test_open_and_closed_do_not_mix(self, view):
        """An execution is in the list of its status, in its own domain."""
        put_execution(view.connection, run_id="open")
        closed(view, run_id="closed")
        put_execution(view.connection, domain="other")

        assert listed(view) == ["open"]
        assert listed(view, "Closed") == ["closed"]

    def test_a_deprecated_domain_is_still_seen(self, view):
        """Deprecation hides no execution."""
        put_execution(view.connection, run_id="r")
        ask(view, "DeprecateDomain", name=stored.DOMAIN)

        assert listed(view) == ["r"]

    @pytest.mark.parametrize("state", ["Open", "Closed"])
    def test_bounds_are_included(self, view, state):
        """An execution of the very millisecond of a bound is listed, whatever floats make of it."""
        row = {"close_status": "FAILED", "closed_at": IN_2017} if state == "Closed" else {}
        put_execution(view.connection, run_id="r", started_at=IN_2017, **row)
        exact = IN_2017 / 1000
        for oldest, latest, found in (
            (exact, exact, ["r"]),
            (exact - 5, None, ["r"]),
            (exact + 0.001, None, []),
            (exact + 0.0005, None, []),
            (0, exact - 0.001, []),
            (0, exact - 0.0005, []),
            (0, exact + 0.0005, ["r"]),
        ):
            bounds = {"oldestDate": oldest, **({} if latest is None else {"latestDate": latest})}

            assert listed(view, state, startTimeFilter=bounds) == found

    def test_closed_executions_by_either_time(self, view):
        """The time that is asked for bounds the list, and orders it."""
        closed(view, run_id="long", started_at=1_000, after=9_000)
        closed(view, run_id="short", started_at=2_000, after=3_000)

        assert listed(view, "Closed", startTimeFilter=EVER) == ["short", "long"]
        assert listed(view, "Closed", closeTimeFilter=EVER) == ["long", "short"]
        assert listed(view, "Closed", closeTimeFilter={"oldestDate": 6}) == ["long"]
        assert listed(view, "Closed", startTimeFilter={"oldestDate": 2}) == ["short"]

    @pytest.mark.parametrize("state", ["Open", "Closed"])
    def test_by_workflow_id(self, view, state):
        """A list of one workflow id has its executions only."""
        row = {"close_status": "FAILED", "closed_at": 9} if state == "Closed" else {}
        put_execution(view.connection, workflow_id="w", run_id="r", **row)
        put_execution(view.connection, workflow_id="w2", **row)

        assert listed(view, state, executionFilter={"workflowId": "w"}) == ["r"]

    @pytest.mark.parametrize("state", ["Open", "Closed"])
    def test_by_type(self, view, state):
        """Without a version, or an empty one, any version of the name is listed."""
        row = {"close_status": "FAILED", "closed_at": 9} if state == "Closed" else {}
        for number, version in enumerate(["1", "2", "1"]):
            put_execution(
                view.connection,
                run_id=f"r{number}",
                type_version=version,
                started_at=number,
                **row,
            )
        put_execution(view.connection, type_name="Other", **row)

        assert listed(view, state, typeFilter={"name": "Order"}) == ["r2", "r1", "r0"]
        assert listed(view, state, typeFilter={"name": "Order", "version": ""}) == [
            "r2",
            "r1",
            "r0",
        ]
        assert listed(view, state, typeFilter={"name": "Order", "version": "1"}) == ["r2", "r0"]
        assert listed(view, state, typeFilter={"name": "Order", "version": "3"}) == []

    @pytest.mark.parametrize("state", ["Open", "Closed"])
    def test_by_tag(self, view, state):
        """An execution is listed by any of its tags, once, by the whole tag."""
        row = {"close_status": "FAILED", "closed_at": 9} if state == "Closed" else {}
        put_execution(view.connection, run_id="r", tag_list=["a", "b", "a", ""], **row)
        put_execution(view.connection, tag_list=["ab"], **row)

        assert listed(view, state, tagFilter={"tag": "a"}) == ["r"]
        assert listed(view, state, tagFilter={"tag": "b"}) == ["r"]
        assert listed(view, state, tagFilter={"tag": ""}) == ["r"]
        assert listed(view, state, tagFilter={"tag": "c"}) == []

    @pytest.mark.parametrize("time", ["startTimeFilter", "closeTimeFilter"])
    def test_by_close_status(self, view, time):
        """Each close status has its own list, and all of them have one."""
        statuses = [
            "CANCELED", "COMPLETED", "CONTINUED_AS_NEW", "FAILED", "TERMINATED", "TIMED_OUT",
        ]  # fmt: skip
        for status in statuses:
            closed(view, status, run_id=status)

        for status in statuses:
            assert listed(
                view, "Closed", **{time: EVER}, closeStatusFilter={"status": status}
            ) == [status]  # fmt: skip
        assert sorted(listed(view, "Closed", **{time: EVER})) == statuses


class TestPages:
    @pytest.mark.parametrize("state", ["Open", "Closed"])
    def test_the_latest_come_first(self, view, state):
        """Those of one millisecond are ordered by when they were recorded; all can be turned."""
        for number, at in enumerate([5, 7, 5]):
            row = {"close_status": "FAILED", "closed_at": at} if state == "Closed" else {}
            put_execution(view.connection, run_id=f"r{number}", started_at=at, **row)

        assert listed(view, state) == ["r1", "r2", "r0"]
        assert listed(view, state, reverseOrder=True) == ["r0", "r2", "r1"]

    @given(
        first=st.lists(st.integers(0, 4), max_size=8),
        more=st.lists(
            st.tuples(st.lists(st.integers(0, 4), max_size=3), st.integers(0, 8)), max_size=4
        ),
        size=st.integers(1, 4),
        reverse=st.booleans(),
        by_close=st.booleans(),
        narrowed=st.sampled_from(
            [{}, {"typeFilter": {"name": "Order"}}, {"tagFilter": {"tag": "urgent"}}]
        ),
    )
    def test_pages_neither_skip_nor_repeat(self, first, more, size, reverse, by_close, narrowed):
        """Whatever is recorded or purged meanwhile, what stays is listed once, in order."""
        gone: set[int] = set()
        with stored.viewed() as view:

            def add(times):
                return {
                    closed(
                        view,
                        "FAILED" if at % 2 else "COMPLETED",
                        started_at=at,
                        after=at,
                        run_id=f"{at}",
                        workflow_id=f"w{number}.{len(there)}",
                        type_version=str(number % 2),
                        tag_list=["urgent"],
                    )
                    for number, at in enumerate(times)
                }

            there: set[int] = set()
            there |= add(first)
            stay = set(there)
            coming = iter(more)

            def change():
                added, purged = next(coming, ([], 0))
                there.update(add(added))
                forget(view.connection, purged)
                gone.add(purged)

            replies = pages(
                view,
                "ListClosedWorkflowExecutions",
                size,
                change,
                domain=stored.DOMAIN,
                reverseOrder=reverse,
                **{"closeTimeFilter" if by_close else "startTimeFilter": EVER},
                **narrowed,
            )
            infos = [reply["executionInfos"] for reply in replies]
            seen = [(info["startTimestamp"], info["execution"]["workflowId"])
                    for page in infos for info in page]  # fmt: skip
            times = [at for at, _ in seen]
            kept = view.connection.execute("SELECT run, workflow_id FROM execution").fetchall()

        assert times == sorted(times, reverse=not reverse)
        names = [workflow_id for _, workflow_id in seen]
        assert len(set(names)) == len(names)
        assert {name for run, name in kept if run in stay - gone} <= set(names)
        assert all(len(page) == size for page in infos[:-1])


class TestPending:
    @pytest.mark.parametrize(
        ("operation", "kind"),
        [
            ("CountPendingActivityTasks", "activity_task"),
            ("CountPendingDecisionTasks", "decision_task"),
        ],
    )
    def test_tasks_that_wait_are_counted(self, view, operation, kind):
        """Each kind has its own line on a task list; one that nobody knows is empty."""
        for event_id in (1, 2):
            stored.put(
                view.connection, "entity", run=1, event_id=event_id, kind=kind, name="a",
                domain=stored.DOMAIN, task_list="list", priority=0, seq=event_id, waiting=1,
                started_id=0, inside=0, deadlines="{}", facts="{}",
            )  # fmt: skip

        def count(task_list):
            return ask(view, operation, domain=stored.DOMAIN, taskList={"name": task_list})

        assert count("list") == {"count": 2, "truncated": False}
        assert count("other") == {"count": 0, "truncated": False}
        with pytest.raises(Fault, match="Unknown domain: none"):
            ask(view, operation, domain="none", taskList={"name": "list"})


def describe(view, workflow_id="w", run_id="r", domain=stored.DOMAIN):
    execution = {"workflowId": workflow_id, "runId": run_id}
    return ask(view, "DescribeWorkflowExecution", domain=domain, execution=execution)


class TestDescription:
    def test_of_an_execution_that_has_just_started(self, view):
        """What never happened is left out; nothing is open but what is said to be."""
        put_execution(view.connection, workflow_id="w", run_id="r")

        assert describe(view) == {
            "executionInfo": {
                "execution": {"workflowId": "w", "runId": "r"},
                "workflowType": {"name": "Order", "version": "1"},
                "startTimestamp": 0.0,
                "executionStatus": "OPEN",
                "cancelRequested": False,
            },
            "executionConfiguration": {
                "taskStartToCloseTimeout": "30",
                "executionStartToCloseTimeout": "3600",
                "taskList": {"name": "deciders"},
                "childPolicy": "TERMINATE",
            },
            "openCounts": {
                "openActivityTasks": 0,
                "openDecisionTasks": 0,
                "openTimers": 0,
                "openChildWorkflowExecutions": 0,
                "openLambdaFunctions": 0,
            },
        }

    def test_of_an_execution_that_has_everything(self, view):
        """Two open decision tasks count as one; a closed execution keeps its counts."""
        closed(
            view,
            "CANCELED",
            workflow_id="w",
            run_id="r",
            task_priority="-3",
            lambda_role="arn:role",
            latest_activity_at=IN_2017,
            execution_context="",
            override="sticky",
            cancel_requested=1,
            open_counts='{"workflow_execution":1,"activity_task":2,"decision_task":2,"timer":3,'
            '"child_workflow_execution":4,"lambda_function":5}',
        )
        described = describe(view)

        assert described["executionConfiguration"] == {
            "taskStartToCloseTimeout": "30",
            "executionStartToCloseTimeout": "3600",
            "taskList": {"name": "deciders"},
            "taskPriority": "-3",
            "childPolicy": "TERMINATE",
            "lambdaRole": "arn:role",
        }
        assert described["openCounts"] == {
            "openActivityTasks": 2,
            "openDecisionTasks": 1,
            "openTimers": 3,
            "openChildWorkflowExecutions": 4,
            "openLambdaFunctions": 5,
        }
        assert described["latestActivityTaskTimestamp"] == 1497371587.073
        assert described["latestExecutionContext"] == ""
        assert described["executionInfo"]["cancelRequested"] is True

    def test_is_the_same_as_in_a_list(self, view):
        """A list shows of an execution what its description begins with."""
        closed(view, workflow_id="w", run_id="r", tag_list=["a"])
        reply = ask(
            view, "ListClosedWorkflowExecutions", domain=stored.DOMAIN, closeTimeFilter=EVER
        )

        assert reply["executionInfos"] == [describe(view)["executionInfo"]]


class TestUnknown:
    @pytest.mark.parametrize(
        "operation", ["DescribeWorkflowExecution", "GetWorkflowExecutionHistory"]
    )
    @pytest.mark.parametrize(
        ("named", "words"),
        [
            ({"run_id": "s"}, "Unknown execution: WorkflowExecution=[workflowId=w, runId=s]"),
            ({"workflow_id": "v"}, "Unknown execution: WorkflowExecution=[workflowId=v, runId=r]"),
            ({"domain": "none"}, "Unknown domain: none"),
            (
                {"workflow_id": "q", "run_id": "q"},
                "Unknown execution: WorkflowExecution=[workflowId=q, runId=q]",
            ),
        ],
        ids=["run", "workflow id", "domain", "quarantined"],
    )
    def test_an_unknown_execution_is_refused(self, view, operation, named, words):
        """What is not there, or quarantined, is told by workflow id and run id; a domain first."""
        put_execution(view.connection, workflow_id="w", run_id="r")
        put_execution(view.connection, workflow_id="q", run_id="q", quarantined="why")
        told = {"domain": stored.DOMAIN, "workflow_id": "w", "run_id": "r"} | named
        execution = {"workflowId": told["workflow_id"], "runId": told["run_id"]}
        with pytest.raises(Fault) as caught:
            ask(view, operation, domain=told["domain"], execution=execution)

        assert (caught.value.code, caught.value.message) == ("UnknownResourceFault", words)


EXECUTION = {"domain": stored.DOMAIN, "execution": {"workflowId": "w", "runId": "r"}}


def history(view, **told):
    return ask(view, "GetWorkflowExecutionHistory", **EXECUTION, **told)


def ids(reply):
    return [event["eventId"] for event in reply["events"]]


class TestHistory:
    def test_an_event_is_told_as_it_was_recorded(self, view):
        """Id, type and time, and the attributes under the name of the type."""
        run = put_execution(view.connection, workflow_id="w", run_id="r")
        put_events(view.connection, run, 1, 1)

        assert history(view) == {
            "events": [
                {
                    "eventId": 1,
                    "eventType": "MarkerRecorded",
                    "eventTimestamp": 1.001,
                    "markerRecordedEventAttributes": {"markerName": "m1"},
                }
            ]
        }

    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_full_last_page_has_no_token(self, view, reverse):
        """Where the events are exactly used up there is nothing more to ask for."""
        run = put_execution(view.connection, workflow_id="w", run_id="r")
        put_events(view.connection, run, 1, 4)

        assert "nextPageToken" not in history(view, maximumPageSize=4, reverseOrder=reverse)
        sizes = [
            len(reply["events"])
            for reply in pages(
                view, "GetWorkflowExecutionHistory", 2, reverseOrder=reverse, **EXECUTION
            )
        ]
        assert sizes == [2, 2]

    @given(
        first=st.integers(1, 9),
        more=st.lists(st.integers(0, 3), max_size=4),
        size=st.integers(1, 4),
        reverse=st.booleans(),
    )
    def test_pages_are_the_history(self, first, more, size, reverse):
        """Page by page come all events; those recorded meanwhile too, unless they are past."""
        with stored.viewed() as view:
            run = put_execution(view.connection, workflow_id="w", run_id="r")
            put_events(view.connection, run, 1, first)
            last = first
            coming = iter(more)

            def append():
                nonlocal last
                added = next(coming, 0)
                put_events(view.connection, run, last + 1, last + added)
                last += added

            replies = list(
                pages(
                    view,
                    "GetWorkflowExecutionHistory",
                    size,
                    append,
                    reverseOrder=reverse,
                    **EXECUTION,
                )
            )

        seen = [event_id for reply in replies for event_id in ids(reply)]
        assert seen == (list(range(first, 0, -1)) if reverse else list(range(1, last + 1)))
        assert all(len(reply["events"]) == size for reply in replies[:-1])

    def test_a_damaged_history_is_not_shown(self, view):
        """An event that is not as it was recorded is an error of ours, and no reply."""
        run = put_execution(view.connection, workflow_id="w", run_id="r")
        put_events(view.connection, run, 1, 3)
        view.connection.execute("DELETE FROM event WHERE id = 3")

        with pytest.raises(CorruptEventError, match="event 3 of run 1: it is missing"):
            history(view)

    def test_a_page_costs_the_same_in_a_long_history(self, view):
        """Amid 2,000 events a page takes the steps of one amid 20."""
        costs = []
        for last, workflow_id in ((20, "short"), (2_000, "long")):
            run = put_execution(view.connection, workflow_id=workflow_id, run_id="r")
            put_events(view.connection, run, 1, last)
            told = {
                "domain": stored.DOMAIN,
                "execution": {"workflowId": workflow_id, "runId": "r"},
                "maximumPageSize": 5,
            }
            more = ask(view, "GetWorkflowExecutionHistory", **told)["nextPageToken"]

            def page(told=told, more=more):
                ask(view, "GetWorkflowExecutionHistory", **told, nextPageToken=more)

            page()
            costs.append(stored.steps(view.connection, page))

        assert costs[0] == costs[1]
