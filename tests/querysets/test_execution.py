"""The workflow executions of a domain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import listed
import pytest
from canned import CannedTransport
from hypothesis import given
from hypothesis import strategies as st
from listed import STARTED, Run
from replies import execution_info

from swf.constants import CLOSED, COMPLETED, FAILED, OPEN
from swf.exceptions import FieldError, ValidationError, ValidationTypeError
from swf.models import Domain, WorkflowExecution, WorkflowType
from swf.querysets import WorkflowExecutionQuerySet

OLDEST = {"oldestDate": 0.0}


def opened(workflow_id, name="run-1", **more):
    """Return an execution that is to be open."""
    return Run(workflow_id, name, **more)


def closed(workflow_id, name="run-1", *, status="COMPLETED", **more):
    """Return an execution that is to be closed."""
    return Run(workflow_id, name, status=status, **more)


def service(runs=(), page=2):
    """Return an SWF with these executions, listed in pages."""
    return listed.executions(runs, page=page)


def unfiltered(found, close_status=None):
    """Return a service that lists these, open or else closed, whatever it is asked."""
    closing = {} if close_status is None else {"closeStatus": close_status}
    infos = [{**one, **closing} for one in found]
    opened, closed = ([], infos) if closing else (infos, [])
    return CannedTransport(
        ListOpenWorkflowExecutions={"executionInfos": opened},
        ListClosedWorkflowExecutions={"executionInfos": closed},
    )


def sent(queryset, operation="ListClosedWorkflowExecutions"):
    """Return the params that reading the queryset sends to an operation."""
    list(queryset)
    return [params for name, params in queryset.connection.calls if name == operation][-1]


def executions(connection=None):
    """Return the queryset of a domain's executions over a connection."""
    return WorkflowExecutionQuerySet("shop", connection=connection or service())


def ids(found):
    """Return the workflow ids of executions."""
    return [one.workflow_id for one in found]


def names(found):
    """Return what the test calls these executions."""
    return [one.connection.names[one.run_id] for one in found]


def test_real_executions_are_listed_open_and_closed(connection):
    """Started ones are open, ended ones closed, both are all, and filters find them."""
    domain = Domain("shop", connection=connection)
    domain.save()
    order = WorkflowType(
        domain,
        "order",
        "1",
        task_list="orders",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=60,
    )
    order.save()
    first = order.start_execution("order-1", tag_list=["eu"])
    second = order.start_execution("order-2")
    second.terminate()

    found = WorkflowExecutionQuerySet(domain)

    assert sorted(ids(found.all())) == ["order-1", "order-2"]
    assert found.filter(status=OPEN) == [first]
    assert found.filter(status=CLOSED) == [second]
    assert found.filter(workflow_id="order-1") == [first]
    assert found.filter(tag="eu") == [first]
    assert found.filter(workflow_type=order).exists()
    assert not found.filter(workflow_type=("nope", "1")).exists()
    assert found.latest("order-1") == first
    assert WorkflowExecution(domain, "order-2").exists
    assert found.get("order-2").close_status == "TERMINATED"
    assert found.get("order-1", first.run_id).open_counts.decision_tasks == 1


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=9),
    st.integers(1, 3),
    st.booleans(),
)
def test_open_and_closed_are_merged_in_one_order(given_executions, page, backwards):
    """Whatever the pages, both listings come as one, by start time, nothing lost or twice."""
    every = [
        (closed if is_closed else opened)(f"w{number}", started=STARTED + at)
        for number, (at, is_closed) in enumerate(given_executions)
    ]
    found = executions(service(every, page))
    found = found.reverse() if backwards else found

    listed = list(found)

    times = [one.start_timestamp for one in listed]
    assert times == sorted(times, reverse=not backwards)
    assert sorted(ids(listed)) == sorted(one.workflow_id for one in every)
    found.connection.close()


def test_an_execution_that_closes_while_listed_is_given_once():
    """Listed open and then closed, it is one execution."""
    connection = service([opened("w")])
    [execution] = executions(connection)
    connection.trouble["ListClosedWorkflowExecutions"] = [execution.terminate]

    [found] = executions(connection)

    assert found.upstream().close_status == "TERMINATED"


def test_open_ones_are_asked_for_first():
    """Asked in this order, an execution that closes in between is listed twice and not lost."""
    connection = service()

    list(executions(connection))

    assert connection.operations() == [
        "ListOpenWorkflowExecutions",
        "ListClosedWorkflowExecutions",
    ]


def test_nothing_that_is_retained_is_hidden():
    """Without a bound of the caller's the listing goes back as far as SWF does."""
    assert sent(executions()) == {"domain": "shop", "startTimeFilter": OLDEST}


@pytest.mark.parametrize(
    ("lookups", "expected"),
    [
        ({"workflow_id": "w"}, {"executionFilter": {"workflowId": "w"}}),
        ({"tag": "eu"}, {"tagFilter": {"tag": "eu"}}),
        ({"workflow_type": ("n", "1")}, {"typeFilter": {"name": "n", "version": "1"}}),
        ({"workflow_type": "n"}, {"typeFilter": {"name": "n"}}),
        (
            {"workflow_type": WorkflowType("d", "n", "2")},
            {"typeFilter": {"name": "n", "version": "2"}},
        ),
        (
            {"workflow_type_name": "n", "workflow_type_version": "1"},
            {"typeFilter": {"name": "n", "version": "1"}},
        ),
        ({"close_status": FAILED}, {"closeStatusFilter": {"status": "FAILED"}}),
    ],
)
def test_a_filter_is_swfs_own_where_it_has_one(lookups, expected):
    """One filter is sent as the API spells it."""
    params = sent(executions().filter(**lookups))

    assert params == {"domain": "shop", "startTimeFilter": OLDEST, **expected}


def test_filters_that_swf_cannot_combine_are_combined_here():
    """SWF is asked for one, the others are compared on what it lists."""
    connection = service(
        [
            closed("a", "1", tags=("eu",), status="FAILED"),
            closed("a", "2", tags=("us",), status="FAILED", started=STARTED + 10),
            closed("a", "3", tags=("eu",), started=STARTED + 20),
        ]
    )

    found = executions(connection).filter(
        workflow_id="a", tag="eu", close_status="FAILED", workflow_type=("order", "1")
    )

    assert names(found) == ["1"]
    params = connection.calls[-1][1]
    assert [name for name in params if name.endswith("Filter")] == [
        "startTimeFilter",
        "executionFilter",
    ]
    assert found.count() == 1
    assert "CountClosedWorkflowExecutions" not in connection.operations()


def test_a_version_without_a_name_is_compared_here():
    """A lookup that SWF has no filter for is not ignored."""
    connection = service([opened("a"), opened("b", version="2")])

    found = executions(connection).filter(workflow_type_version="2")

    assert ids(found) == ["b"]
    assert found.count() == 1


def test_filters_that_a_server_ignores_are_applied_all_the_same():
    """Not every SWF-compatible server filters: the answer is right even so."""
    connection = unfiltered([execution_info("a"), execution_info("b", tagList=["eu"])])

    assert ids(executions(connection).filter(workflow_id="b")) == ["b"]
    assert ids(executions(connection).filter(tag="eu")) == ["b"]
    assert ids(executions(connection).filter(workflow_type="nope")) == []


def test_counts_are_swfs_own():
    """Open, closed and both are counted by the Count operations."""
    connection = service([opened("a"), closed("b"), closed("c")])
    found = executions(connection)

    assert found.count() == 3
    assert not found.count().truncated
    assert found.filter(status=OPEN).count() == 1
    assert found.filter(status=CLOSED, workflow_id="b").count() == 1
    assert not any(name.startswith("List") for name in connection.operations())
    assert connection.calls[-1] == (
        "CountClosedWorkflowExecutions",
        {
            "domain": "shop",
            "startTimeFilter": OLDEST,
            "executionFilter": {"workflowId": "b"},
        },
    )


def test_a_sum_of_counts_is_cut_off_where_one_of_them_is():
    """Where SWF stopped counting closed executions, the count of all of them says so."""
    connection = CannedTransport(
        CountOpenWorkflowExecutions={"count": 1, "truncated": False},
        CountClosedWorkflowExecutions={"count": 2, "truncated": True},
    )
    found = executions(connection)

    assert (found.count(), found.count().truncated) == (3, True)
    assert not found.filter(status=OPEN).count().truncated


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (NOON, NOON),
        (NOON.astimezone(timezone(timedelta(hours=5))), NOON),
        ("2026-01-31T12:00:00Z", NOON),
        ("2026-01-31T13:00:00+01:00", NOON),
        ("2026-01-31T12:00:00", NOON),
        (date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("20260131", datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_a_time_can_be_said_in_many_ways(bound, expected):
    """Aware datetimes, dates and ISO strings mean the same moment, UTC where none is said."""
    params = sent(executions().filter(start_oldest_date=bound))

    assert params["startTimeFilter"] == {"oldestDate": expected.timestamp()}


@pytest.mark.parametrize("ago", [3, 3.0, timedelta(days=3)])
def test_a_time_can_be_said_as_how_long_ago(ago):
    """A number of days, or a timedelta, counts back from now: for every one of the bounds."""
    then = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    for lookup in ("start_oldest_date", "oldest_date", "start_latest_date", "latest_date"):
        found = sent(executions().filter(**{lookup: ago}))["startTimeFilter"]
        key = "oldestDate" if "oldest" in lookup else "latestDate"
        assert abs(found[key] - then) < 60
    for lookup in ("close_oldest_date", "close_latest_date"):
        found = sent(executions().filter(**{lookup: ago}))["closeTimeFilter"]
        assert abs(found["oldestDate" if "oldest" in lookup else "latestDate"] - then) < 60


def test_a_day_is_meant_from_its_first_to_its_last_moment():
    """A date as the latest bound includes that whole day."""
    day = date(2026, 1, 31)

    found = sent(executions().filter(close_oldest_date=day, close_latest_date=day))

    window = found["closeTimeFilter"]
    assert window["oldestDate"] == datetime(2026, 1, 31, tzinfo=UTC).timestamp()
    assert 86_399 < window["latestDate"] - window["oldestDate"] < 86_401


def test_close_times_ask_for_closed_executions_only():
    """With a close time, SWF is asked by close time, and no open execution is listed."""
    connection = service([opened("open"), closed("closed")])

    found = executions(connection).filter(close_latest_date=NOON)

    assert ids(found) == ["closed"]
    assert connection.operations() == ["ListClosedWorkflowExecutions"]
    assert connection.calls[0][1]["closeTimeFilter"]["oldestDate"] == 0.0


def test_start_and_close_times_together_are_both_respected():
    """SWF takes one of them; the other is compared here."""
    connection = service([closed("early", started=STARTED - 100), closed("late")])
    moment = datetime.fromtimestamp(STARTED, UTC)

    found = executions(connection).filter(
        start_oldest_date=moment,
        start_latest_date=moment + timedelta(1),
        close_latest_date=moment + timedelta(1),
    )

    assert ids(found) == ["late"]
    assert found.count() == 1
    by_start = found.order_by("-start_timestamp")
    assert ids(by_start.filter(close_oldest_date=moment + timedelta(1) / 2)) == []
    window = connection.calls[-1][1]["startTimeFilter"]
    assert window["latestDate"] - window["oldestDate"] == 86_400


def test_an_execution_that_nobody_says_when_it_closed_passes_no_close_time():
    """Where a server leaves out the close time, comparing it is no error and lets nothing pass."""
    unsaid = unfiltered([execution_info("w")], close_status="COMPLETED")
    found = executions(unsaid).filter(close_oldest_date=NOON, close_latest_date=NOON)

    assert ids(found.order_by("-start_timestamp")) == []


def test_order_is_by_start_or_close_time():
    """Each direction of the two orders that SWF has; by close time means closed ones."""
    connection = service([closed("closed"), opened("open", started=STARTED + 1)])
    found = executions(connection)

    assert ids(found.order_by("-start_timestamp")) == ["open", "closed"]
    assert "reverseOrder" not in connection.calls[-1][1]
    assert ids(found.order_by("start_timestamp")) == ["closed", "open"]
    assert connection.calls[-1][1]["reverseOrder"] is True
    assert ids(found.order_by("-close_timestamp")) == ["closed"]
    assert connection.calls[-1][1]["closeTimeFilter"] == OLDEST
    with pytest.raises(FieldError, match="close_timestamp"):
        found.order_by("workflow_id")


@pytest.mark.parametrize(
    ("lookups", "kind", "rule"),
    [
        ({"statuss": OPEN}, FieldError, "did you mean 'status'"),
        ({"status": "RUNNING"}, ValidationError, "OPEN, CLOSED"),
        ({"close_status": "DONE"}, ValidationError, "COMPLETED, FAILED"),
        ({"status": OPEN, "close_status": COMPLETED}, ValidationError, "open execution"),
        ({"status": OPEN, "close_oldest_date": 3}, ValidationError, "open execution"),
        ({"workflow_type": "n", "workflow_type_name": "n"}, ValidationError, "not both"),
        ({"workflow_type": 5}, ValidationTypeError, "workflow_type"),
        ({"workflow_type": ("n", "1", "2")}, ValidationTypeError, "workflow_type"),
        ({"workflow_type": ("n", 1)}, ValidationTypeError, "workflow_type"),
        ({"workflow_id": 5}, ValidationTypeError, "workflow_id"),
        ({"tag": 5}, ValidationTypeError, "tag"),
        ({"status": 5}, ValidationTypeError, "status"),
        ({"close_status": 5}, ValidationTypeError, "close_status"),
        ({"close_status": ["FAILED", "TIMED_OUT"]}, ValidationTypeError, "close_status"),
        ({"close_status": ""}, ValidationError, "close_status"),
        ({"oldest_date": 1, "start_oldest_date": 2}, ValidationError, "two names"),
        ({"start_oldest_date": 10**6}, ValidationError, "no such time"),
        ({"start_oldest_date": timedelta.max}, ValidationError, "no such time"),
        ({"start_oldest_date": float("nan")}, ValidationError, "no such time"),
        ({"start_oldest_date": "2026-05"}, ValidationError, "must name a day"),
        ({"start_oldest_date": -1}, ValidationError, "how long ago"),
        ({"start_oldest_date": timedelta(days=-1)}, ValidationError, "how long ago"),
        ({"start_oldest_date": datetime(2026, 1, 1)}, ValidationError, "aware"),  # noqa: DTZ001
        ({"start_oldest_date": "yesterday"}, ValidationError, "not an ISO"),
        ({"start_oldest_date": True}, ValidationTypeError, "start_oldest_date"),
        ({"start_oldest_date": []}, ValidationTypeError, "start_oldest_date"),
        ({"start_oldest_date": 1, "start_latest_date": 2}, ValidationError, "is after"),
        ({"close_oldest_date": 1, "close_latest_date": 2}, ValidationError, "is after"),
    ],
)
def test_a_lookup_that_makes_no_sense_is_refused_at_once(lookups, kind, rule, connection):
    """Unknown, mistyped and contradictory lookups are errors, before anything is sent."""
    with pytest.raises(kind, match=rule):
        executions(connection).filter(**lookups)
    assert connection.calls == []


def test_the_open_run_is_the_latest():
    """latest() returns the open run, else the one started last, else raises."""
    before = [closed("w", "1"), closed("w", "2", started=STARTED + 1)]
    now = opened("w", "3", started=STARTED + 2)

    assert names([executions(service([*before, now])).latest("w")]) == ["3"]
    assert names([executions(service(before)).latest("w")]) == ["2"]
    with pytest.raises(WorkflowExecution.DoesNotExist, match="no open or retained run") as raised:
        executions(service()).latest("w")
    assert raised.value.resource == "WorkflowExecution('w')"


def test_latest_does_not_trust_the_order_or_the_filter_of_a_server():
    """Other executions listed, oldest first, do not hide the latest run of this id."""
    listed = [
        execution_info("other", "0", started=STARTED - 5),
        execution_info("w", "1"),
        execution_info("w", "2", started=STARTED + 1),
    ]

    assert executions(unfiltered(listed, close_status="COMPLETED")).latest("w").run_id == "2"


@pytest.mark.parametrize("workflow_id", [None, 5, "", "a:b"])
def test_the_latest_run_of_nothing_is_refused(workflow_id, connection):
    """What is no workflow id names no run, and nothing is sent for it."""
    with pytest.raises(ValidationError, match="workflow_id"):
        executions(connection).latest(workflow_id)
    assert connection.calls == []


def test_filters_and_order_do_not_count_for_latest():
    """Whatever the queryset was narrowed to, latest() looks at the whole domain."""
    found = executions(service([closed("w", "1"), opened("w", "2", started=STARTED + 1)]))

    for narrowed in (
        found.reverse(),
        found.order_by("start_timestamp"),
        found.filter(close_status="FAILED"),
        found[:1],
    ):
        assert names([narrowed.latest("w")]) == ["2"]


def test_filters_given_one_after_another_all_hold():
    """Tags add up, bounds tighten, statuses narrow, and a contradiction leaves nothing."""
    connection = service([closed("both", tags=("a", "b")), closed("b", tags=("b",))])
    found = executions(connection)

    assert ids(found.filter(tag="a").filter(tag="b")) == ["both"]
    assert found.filter(tag="a").filter(tag="b").count() == 1
    assert found.filter(workflow_id="x").filter(workflow_id="y") == []
    assert found.filter(status=OPEN).filter(status=CLOSED) == []
    assert found.filter(status=[OPEN, CLOSED]).filter(status=CLOSED).count() == 2
    narrow = found.filter(oldest_date=NOON, latest_date=NOON + timedelta(5))
    window = sent(
        narrow.filter(
            oldest_date=NOON - timedelta(1), latest_date=NOON + timedelta(9), status=CLOSED
        )
    )
    assert window["startTimeFilter"] == {
        "oldestDate": NOON.timestamp(),
        "latestDate": (NOON + timedelta(5)).timestamp(),
    }


def test_a_small_question_asks_little():
    """What SWF filters by itself is asked for in pages no larger than what is wanted."""
    connection = service([opened("w")], page=100)
    found = executions(connection).filter(status=OPEN, workflow_id="w")

    assert found.exists()
    assert connection.calls[-1][1]["maximumPageSize"] == 1
    list(found[:7])
    assert connection.calls[-1][1]["maximumPageSize"] == 7
    list(found.filter(workflow_type_version="1")[:7])
    assert "maximumPageSize" not in connection.calls[-1][1]


def test_a_server_that_does_not_filter_is_asked_for_all():
    """Where the first item is not what was asked for, small pages would hide what is."""
    every = [execution_info(f"w{number}") for number in range(5)]
    connection = CannedTransport(
        ListOpenWorkflowExecutions=lambda params: {
            "executionInfos": every[: params.get("maximumPageSize")]
        }
    )

    assert executions(connection).filter(status=OPEN, workflow_id="w3").first().workflow_id == "w3"
    assert len(connection.calls) == 2


def test_contradictions_are_refused_in_one_filter_and_empty_in_two(connection):
    """What one call contradicts itself in is a mistake; two filters may well leave nothing."""
    found = executions(connection)

    assert found.filter(latest_date=9).filter(oldest_date=3) == []
    assert found.filter(status=OPEN).filter(close_status="FAILED") == []
    with pytest.raises(ValidationError, match=r"filter: .* is after"):
        found.filter(latest_date=9, oldest_date=3)
    with pytest.raises(ValidationError, match="order_by: an open execution"):
        found.filter(status=OPEN).order_by("close_timestamp")


def test_times_begin_with_1970():
    """An older bound lets everything through, a bound before it that lets nothing is refused."""
    assert sent(executions().filter(oldest_date=date(1960, 1, 1)))["startTimeFilter"] == OLDEST
    with pytest.raises(ValidationError, match="start_latest_date: SWF counts from 1970"):
        executions().filter(latest_date=date(1960, 1, 1))


def test_bounds_let_nothing_more_through():
    """SWF counts milliseconds: an oldest bound is rounded up to one, a latest one down."""
    fine = NOON + timedelta(microseconds=1)

    window = sent(executions().filter(oldest_date=fine, latest_date=fine + timedelta(1)))

    assert window["startTimeFilter"]["oldestDate"] == NOON.timestamp() + 0.001
    assert window["startTimeFilter"]["latestDate"] == NOON.timestamp() + 86_400
    day = sent(executions().filter(latest_date=date(2026, 1, 31)))["startTimeFilter"]
    assert day["latestDate"] == datetime(2026, 1, 31, 23, 59, 59, 999_000, UTC).timestamp()


def test_get_describes_the_run_that_is_named():
    """With run id one call describes it; without, the latest run is found first."""
    connection = service([closed("w", "1"), closed("w", "2", started=STARTED + 1)])
    first = next(run_id for run_id, name in connection.names.items() if name == "1")

    assert names([executions(connection).get("w", first)]) == ["1"]
    assert connection.operations() == ["DescribeWorkflowExecution"]
    assert names([executions(connection).get("w")]) == ["2"]
    with pytest.raises(ValidationError, match="workflow_id"):
        executions(connection).get("a:b")


def test_listing_asks_nothing_for_each_execution():
    """The types of listed executions are in the listing: no call for each of them."""
    connection = service([opened(f"w{number}") for number in range(9)], page=100)

    assert {one.workflow_type.name for one in executions(connection).filter(status=OPEN)} == {
        "order"
    }
    assert len(connection.calls) == 1


def test_a_table_of_executions_is_worth_looking_at():
    """The table shows what people look for, in columns of few words."""
    connection = service([closed("w", tags=("eu",))])

    table = executions(connection)._repr_html_()

    [run_id] = connection.names
    for shown in ("workflow id", "order 1", "COMPLETED", "2023-11-14 22:13:20", "eu", run_id):
        assert shown in table
