"""Lists, counts and descriptions of executions: what they hold, and what they cost."""

from __future__ import annotations

from itertools import product

import attrs
import pytest
import stored
from hypothesis import given
from hypothesis import strategies as st

from swf.engine.store import visibility
from swf.engine.store.visibility import Position, Query

CLOSE_STATUSES = [
    "COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT", "CONTINUED_AS_NEW",
]  # fmt: skip
NARROWED = {
    "all": {},
    "workflow id": {"workflow_id": "w"},
    "type": {"type_name": "Order"},
    "type and version": {"type_name": "Order", "type_version": "2"},
    "tag": {"tag": "urgent"},
}
QUERIES = {
    **{f"open, {name}": {"is_open": True, **narrowed} for name, narrowed in NARROWED.items()},
    **{
        f"closed by {'close' if by_close else 'start'}, {name}": {
            "is_open": False,
            "by_close": by_close,
            **narrowed,
        }
        for by_close, (name, narrowed) in product(
            (False, True), {**NARROWED, "status": {"close_status": "FAILED"}}.items()
        )
    },
}
queries = pytest.mark.parametrize(
    "narrowed", [pytest.param(one, id=name) for name, one in QUERIES.items()]
)


def query(narrowed, oldest=0, **bounds):
    return Query(domain=stored.DOMAIN, oldest=oldest, **bounds, **narrowed)


def put_many(connection, narrowed, count, at=lambda number: number):
    """Insert executions that all meet a query, each with one beside it that does not."""
    status = None if narrowed["is_open"] else narrowed.get("close_status", "COMPLETED")
    for number in range(count):
        told = {
            "started_at": at(number),
            "type_name": "Order",
            "type_version": narrowed.get("type_version", str(number % 3)),
            "tag_list": ["urgent"],
        }
        closed = {"closed_at": at(number) + 10, "close_status": status} if status else {}
        if "workflow_id" in narrowed and (status or number == 0):
            closed["workflow_id"] = "w"
        stored.put_execution(connection, **told, **closed)
        stored.put_execution(connection, started_at=at(number), type_name="Other")


@pytest.fixture
def connection():
    with stored.database() as made:
        yield made


class TestCost:
    @queries
    @pytest.mark.parametrize("ascending", [False, True])
    @pytest.mark.parametrize("after", [None, Position(5, 5)])
    def test_a_page_is_read_on_an_index(self, connection, narrowed, after, ascending):
        """Whatever is asked for, no statement reads a table through, or sorts."""
        put_many(connection, narrowed, 4)
        asked = query(narrowed)
        plans = stored.plans(
            connection,
            lambda: visibility.listed(connection, asked, 10, after, ascending=ascending),
        )

        assert plans
        assert not [step for plan in plans.values() for step in stored.without_index(plan)]

    @queries
    def test_a_count_is_made_on_an_index(self, connection, narrowed):
        """Whatever is counted, no statement reads a table through, or sorts."""
        put_many(connection, narrowed, 4)
        plans = stored.plans(connection, lambda: visibility.counted(connection, query(narrowed)))

        assert plans
        assert not [step for plan in plans.values() for step in stored.without_index(plan)]

    @queries
    @pytest.mark.parametrize("at", [lambda number: number, lambda _: 7], ids=["spread", "at once"])
    @pytest.mark.parametrize("ascending", [False, True])
    def test_a_page_costs_the_same_among_many(self, narrowed, at, ascending):
        """A page amid 30 executions takes the steps of one amid 1,000, all of one moment or not."""
        costs = []
        for many in (30, 1_000):
            with stored.database() as connection:
                connection.execute("BEGIN")
                put_many(connection, narrowed, many, at)
                asked = query(narrowed)
                before = visibility.listed(connection, asked, many // 2, ascending=ascending)
                after = asked.position(before[-1])

                def page(connection=connection, asked=asked, after=after):
                    return visibility.listed(connection, asked, 5, after, ascending=ascending)

                page()
                costs.append(stored.steps(connection, page))

        assert costs[1] <= 1.1 * costs[0] + 20

    @pytest.mark.parametrize("kind", ["activity_task", "decision_task"])
    def test_pending_tasks_are_counted_on_an_index(self, connection, kind):
        """Counting what waits on a task list reads no task of another."""
        plans = stored.plans(
            connection, lambda: visibility.pending(connection, stored.DOMAIN, "list", kind)
        )

        assert len(plans) == 2
        assert not [step for plan in plans.values() for step in stored.without_index(plan)]

    def test_a_description_is_found_on_the_run_id(self, connection):
        """Describing an execution reads its one row."""
        plans = stored.plans(
            connection, lambda: visibility.described(connection, stored.DOMAIN, "w1", "r1")
        )

        [plan] = plans.values()
        on = "execution_by_run_id (domain=? AND workflow_id=? AND run_id=?)"
        assert plan == [f"SEARCH execution USING INDEX {on}"]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "started_at": st.integers(0, 5),
            "type_name": st.sampled_from(["Order", "Other"]),
            "type_version": st.sampled_from(["1", "2"]),
            "tag_list": st.none() | st.lists(st.sampled_from(["urgent", "late"]), max_size=3),
            "quarantined": st.sampled_from([None, None, None, "why"]),
            "domain": st.sampled_from([stored.DOMAIN, stored.DOMAIN, "other"]),
        },
        optional={
            "closed": st.tuples(
                st.sampled_from(CLOSE_STATUSES), st.integers(0, 5), st.sampled_from(["w", "v"])
            )
        },
    ),
    max_size=12,
)


def with_closing(drawn):
    """Return the columns of an execution that was drawn."""
    closed = drawn.get("closed")
    row = {name: value for name, value in drawn.items() if name != "closed"}
    if closed is not None:
        status, after, workflow_id = closed
        row |= {
            "close_status": status,
            "closed_at": row["started_at"] + after,
            "workflow_id": workflow_id,
        }
    return row


def meets(asked, row):
    """Tell in plain words whether an execution is asked for."""
    time = row.get("closed_at") if asked.by_close else row["started_at"]
    return (
        row["domain"] == asked.domain
        and row["quarantined"] is None
        and (row.get("close_status") is None) is asked.is_open
        and asked.oldest <= time <= asked.latest
        and asked.workflow_id in (None, row.get("workflow_id"))
        and asked.type_name in (None, row["type_name"])
        and asked.type_version in (None, row["type_version"])
        and asked.close_status in (None, row.get("close_status"))
        and (asked.tag is None or asked.tag in (row["tag_list"] or ()))
    )


class TestContent:
    @given(
        drawn=ROWS,
        narrowed=st.sampled_from(list(QUERIES.values())),
        oldest=st.integers(0, 6),
        latest=st.integers(0, 11),
        size=st.integers(0, 13),
        ascending=st.booleans(),
    )
    def test_lists_and_counts_agree_with_a_plain_search(
        self, drawn, narrowed, oldest, latest, size, ascending
    ):
        """A list holds what meets the query, by time and then by run; a count is its length."""
        asked = query(narrowed, oldest=oldest, latest=latest)
        rows = [with_closing(one) for one in drawn]
        with stored.database() as connection:
            for row in rows:
                stored.put_execution(connection, **row)
            found = visibility.listed(connection, asked, size, ascending=ascending)
            count = visibility.counted(connection, asked)

        wanted = sorted(
            (
                (row["closed_at"] if asked.by_close else row["started_at"], run)
                for run, row in enumerate(rows, 1)
                if meets(asked, row)
            ),
            reverse=not ascending,
        )
        assert [asked.position(one) for one in found] == wanted[:size]
        assert (count, count.truncated) == (len(wanted), False)

    def test_the_open_run_of_a_workflow_id(self, connection):
        """A workflow id has one open run, which its closed ones do not hide."""
        stored.put_execution(connection, workflow_id="w", close_status="FAILED", closed_at=1)
        run = stored.put_execution(connection, workflow_id="w")
        [found] = visibility.listed(connection, query({"is_open": True, "workflow_id": "w"}), 10)

        assert (found.run, found.close_status) == (run, None)

    def test_a_quarantined_run_holds_no_workflow_id(self, connection):
        """Another run may be open beside an open one that is quarantined."""
        stored.put_execution(connection, workflow_id="w", quarantined="why")
        run = stored.put_execution(connection, workflow_id="w")
        found = visibility.listed(connection, query({"is_open": True}), 10)

        assert [one.run for one in found] == [run]


class TestCounts:
    @pytest.mark.parametrize(
        ("many", "count"), [(10_000, (10_000, False)), (10_001, (10_000, True))]
    )
    @pytest.mark.parametrize("narrowed", [{}, {"type_name": "Order"}], ids=["all", "type"])
    def test_counts_are_exact_up_to_ten_thousand(self, connection, many, count, narrowed):
        """One more is told as ten thousand and truncated, however many indexes they are in."""
        connection.execute("BEGIN")
        for number in range(many):
            status = CLOSE_STATUSES[number % 6]
            version = str(number % 4)
            stored.put_execution(connection, closed_at=0, close_status=status, type_version=version)
        found = visibility.counted(connection, query({"is_open": False, **narrowed}))

        assert (found, found.truncated) == count

    def test_pending_tasks_are_those_not_started(self, connection):
        """Tasks that may be handed out count, and those that wait for another to end."""
        shared = {
            "name": "", "domain": stored.DOMAIN, "priority": 0, "seq": 0, "inside": 0,
            "deadlines": "{}", "facts": "{}", "kind": "decision_task", "task_list": "list",
        }  # fmt: skip
        rows = [
            {"waiting": 1, "started_id": 0},
            {"waiting": 0, "started_id": 0},
            {"waiting": 0, "started_id": 9},
            {"waiting": 1, "started_id": 0, "task_list": "other"},
            {"waiting": 1, "started_id": 0, "kind": "activity_task"},
            {"waiting": 1, "started_id": 0, "domain": "other"},
            {"waiting": 0, "started_id": 0, "kind": "timer", "task_list": None},
        ]
        for event_id, row in enumerate(rows, 1):
            stored.put(connection, "entity", run=1, event_id=event_id, **(shared | row))

        def pending(kind):
            return visibility.pending(connection, stored.DOMAIN, "list", kind)

        assert (pending("decision_task"), pending("activity_task")) == (2, 1)
        assert not pending("decision_task").truncated


class TestDescription:
    def test_a_description_has_every_column(self, connection):
        """What a list shows and what only a description shows come from one row."""
        run = stored.put_execution(
            connection, workflow_id="w", run_id="r", lambda_role="role", last_event_id=4
        )
        listed, details = visibility.described(connection, stored.DOMAIN, "w", "r")

        assert (listed.run, listed.type_name, listed.close_status) == (run, "Order", None)
        assert (details.lambda_role, details.last_event_id) == ("role", 4)

    @pytest.mark.parametrize(
        "key", [("other", "w", "r"), (stored.DOMAIN, "v", "r"), (stored.DOMAIN, "w", "s")]
    )
    def test_an_execution_is_found_by_all_of_its_key(self, connection, key):
        """Another domain, workflow id or run id is another execution."""
        stored.put_execution(connection, workflow_id="w", run_id="r")

        assert visibility.described(connection, *key) is None

    def test_a_quarantined_execution_is_not_there(self, connection):
        """No client sees it, though its rows are kept."""
        stored.put_execution(connection, workflow_id="w", run_id="r", quarantined="why")

        assert visibility.described(connection, stored.DOMAIN, "w", "r") is None

    def test_queries_are_values(self):
        """A query can be changed into another, and compared."""
        asked = query({"is_open": True})

        assert attrs.evolve(asked, is_open=False) == query({"is_open": False})
