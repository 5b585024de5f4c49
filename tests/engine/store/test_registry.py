"""Domains and types as rows: what is known of them, what is kept in memory, what a page costs."""

from __future__ import annotations

import pytest
import stored

from swf.engine.faults import ACTIVITY_TYPE, WORKFLOW_TYPE
from swf.engine.store.registry import (
    DomainQuery,
    RegisteredDomain,
    Registration,
    Registry,
    TypeQuery,
)
from swf.engine.turn import RegisteredType
from swf.fault import Fault
from swf.wire import TypeKey

KEY = TypeKey("Order", "1")


def domain(name="orders", deprecated_at=None):
    return RegisteredDomain(name, None, "30", 5, deprecated_at)


def registration(key=KEY, kind=WORKFLOW_TYPE, deprecated_at=None):
    return Registration(kind, key, "told", {"defaultChildPolicy": "ABANDON"}, 6, deprecated_at)


@pytest.fixture
def connection():
    with stored.database() as made:
        yield made


@pytest.fixture(params=[False, True], ids=["reader", "writer"])
def registry(connection, request):
    """A registry of either kind: what is kept in memory must not be told apart."""
    return Registry(connection, caching=request.param)


class TestDomains:
    def test_a_domain_is_found_as_it_was_added(self, registry):
        """Name, description, retention and times come back; another name finds nothing."""
        registry.add_domain(domain())

        assert registry.domain("orders") == registry.domain("orders") == domain()
        assert registry.domain("other") is None

    def test_an_unknown_domain_is_refused(self, registry):
        """Where a domain has to be there, the fault names it in the service's words."""
        with pytest.raises(Fault, match="UnknownResourceFault: Unknown domain: other"):
            registry.domain_known("other")

    def test_a_deprecation_is_seen_at_once(self, registry):
        """What was looked up before does not hide that a domain was deprecated, or came back."""
        registry.add_domain(domain())
        assert not registry.domain_known("orders").deprecated

        registry.deprecate_domain("orders", 9)
        assert registry.domain_known("orders").deprecated_at == 9

        registry.deprecate_domain("orders", None)
        assert not registry.domain_known("orders").deprecated


class TestTypes:
    def test_a_type_is_of_its_domain_and_kind(self, registry):
        """One key may name a workflow type, an activity type, and others in other domains."""
        registry.add_domain(domain())
        registry.add_type("orders", registration())
        found = RegisteredType(KEY, deprecated=False, defaults={"defaultChildPolicy": "ABANDON"})

        assert registry.workflow_type("orders", KEY) == found
        assert registry.workflow_type("orders", KEY) == found
        assert registry.activity_type("orders", KEY) is None
        assert registry.workflow_type("other", KEY) is None
        assert registry.registration("orders", WORKFLOW_TYPE, KEY) == registration()

    def test_a_type_goes_with_its_domain(self, registry):
        """A deprecated domain deprecates its types, also those looked up before, and no longer."""
        registry.add_domain(domain())
        registry.add_type("orders", registration(kind=ACTIVITY_TYPE))
        assert not registry.activity_type("orders", KEY).deprecated

        registry.deprecate_domain("orders", 9)
        assert registry.activity_type("orders", KEY).deprecated

        registry.deprecate_domain("orders", None)
        assert not registry.activity_type("orders", KEY).deprecated

    def test_a_type_is_deprecated_by_itself(self, registry):
        """Its own deprecation is seen at once, and when it is taken back."""
        registry.add_domain(domain())
        registry.add_type("orders", registration())
        assert not registry.workflow_type("orders", KEY).deprecated

        registry.deprecate_type("orders", WORKFLOW_TYPE, KEY, 9)
        assert registry.workflow_type("orders", KEY).deprecated

        registry.deprecate_type("orders", WORKFLOW_TYPE, KEY, None)
        assert not registry.workflow_type("orders", KEY).deprecated

    def test_a_deleted_type_is_gone_at_once(self, registry):
        """What was looked up before does not outlive the type."""
        registry.add_domain(domain())
        registry.add_type("orders", registration())
        assert registry.workflow_type("orders", KEY) is not None

        registry.delete_type("orders", WORKFLOW_TYPE, KEY)
        assert registry.workflow_type("orders", KEY) is None


class TestCaching:
    def test_a_writer_looks_up_once(self, connection):
        """Once found, a domain and a type cost no statement."""
        registry = Registry(connection, caching=True)
        registry.add_domain(domain())
        registry.add_type("orders", registration())

        def look_up():
            registry.domain("orders")
            registry.workflow_type("orders", KEY)

        assert stored.plans(connection, look_up)
        assert not stored.plans(connection, look_up)

    def test_what_was_rolled_back_is_forgotten(self, connection):
        """After a rollback, and being told so, a registry knows what the database knows."""
        registry = Registry(connection, caching=True)
        connection.execute("BEGIN")
        registry.add_domain(domain())
        registry.add_type("orders", registration())
        assert registry.domain("orders")
        assert registry.workflow_type("orders", KEY)
        connection.rollback()
        registry.forget()

        assert registry.domain("orders") is None
        assert registry.workflow_type("orders", KEY) is None

    def test_memory_is_bounded(self, connection):
        """However many types are looked up, only so many are kept, and all are found."""
        registry = Registry(connection, caching=True)
        registry.add_domain(domain())
        keys = [TypeKey("Order", str(number)) for number in range(10_002)]
        for key in keys:
            registry.add_type("orders", registration(key))

        assert all(registry.workflow_type("orders", key) for key in keys)
        assert len(registry._types) == 2


class TestPages:
    @pytest.mark.parametrize("after", [None, "n3"])
    @pytest.mark.parametrize("reverse", [False, True])
    @pytest.mark.parametrize("deprecated", [False, True])
    def test_domains_are_read_on_an_index(self, connection, deprecated, reverse, after):
        """A page of domains sorts nothing and passes over no domain of the other status."""
        registry = Registry(connection)
        query = DomainQuery(deprecated, after, reverse)
        plans = stored.plans(connection, lambda: registry.domains(query, 5))

        assert len(plans) == 1
        assert not [step for plan in plans.values() for step in stored.without_index(plan)]

    @pytest.mark.parametrize("name", [None, "Order"])
    @pytest.mark.parametrize("after", [None, KEY])
    @pytest.mark.parametrize("reverse", [False, True])
    @pytest.mark.parametrize("deprecated", [None, False, True])
    def test_types_are_read_on_an_index(self, connection, deprecated, reverse, after, name):
        """A page of types sorts nothing and passes over no type of the other status."""
        registry = Registry(connection)
        query = TypeQuery("orders", WORKFLOW_TYPE, deprecated, name, after, reverse)
        plans = stored.plans(connection, lambda: registry.types(query, 5))

        assert len(plans) == 1
        assert not [step for plan in plans.values() for step in stored.without_index(plan)]

    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_page_of_types_costs_the_same_among_many(self, connection, reverse):
        """Ten types among others cost what ten types alone cost, at the end of the list too."""
        registry = Registry(connection)
        costs = []
        for many in (30, 3_000):
            for number in range(many):
                key = TypeKey(f"T{number:05}", "1")
                if registry.registration("orders", WORKFLOW_TYPE, key) is None:
                    registry.add_type("orders", registration(key, deprecated_at=number % 2 or None))
            after = TypeKey(f"T{12 if reverse else many - 12:05}", "1")
            query = TypeQuery("orders", WORKFLOW_TYPE, False, None, after, reverse)
            costs.append(stored.steps(connection, lambda query=query: registry.types(query, 5)))

        assert costs[0] == costs[1]
