"""The domains of an account and region."""

from __future__ import annotations

import pytest

from swf.constants import DEPRECATED, REGISTERED
from swf.exceptions import (
    AccessDeniedFault,
    ValidationError,
    ValidationTypeError,
)
from swf.models import Domain, ModelDiff
from swf.querysets import DomainQuerySet


def test_domains_are_created_found_and_filtered_by_status(connection):
    """Registered ones are listed by default, deprecated ones where they are asked for."""
    queryset = DomainQuerySet(connection=connection)
    queryset.create("test1", description="x", retention_period=60, tags={"a": "b"})
    assert queryset.create("test2").retention_period == 30
    queryset.create("old").deprecate()

    assert queryset.all() == [Domain("test1"), Domain("test2")]
    assert queryset.filter(status=DEPRECATED) == [Domain("old", status=DEPRECATED)]
    assert queryset.filter(registration_status=DEPRECATED).first().name == "old"
    assert [one.name for one in queryset.filter(status=[REGISTERED, DEPRECATED])] == [
        "old",
        "test1",
        "test2",
    ]
    assert queryset.get("test1").tags() == {"a": "b"}


def test_what_is_fetched_is_all_there_is(connection):
    """get() loses nothing, and finds deprecated domains too."""
    queryset = DomainQuerySet(connection=connection)
    queryset.create("shop", description="x", retention_period=60).deprecate()

    found = queryset.get("shop")

    assert (found.status, found.description, found.retention_period) == (DEPRECATED, "x", 60)
    assert found.changes == ModelDiff()
    with pytest.raises(DomainQuerySet.DoesNotExist, match="nope"):
        queryset.get("nope")


def test_get_or_create_tells_which_it_was(connection):
    """The first call registers, the second returns upstream's truth, not its own arguments."""
    queryset = DomainQuerySet(connection=connection)

    created = queryset.get_or_create("shop", description="first", retention_period=3)
    found = queryset.get_or_create("shop", description="second", retention_period=5)

    assert [flag for _, flag in (created, found)] == [True, False]
    assert (found[0].description, found[0].retention_period) == ("first", 3)


def test_get_or_create_survives_a_race(connection, swf_connection):
    """Where somebody else registers in between, theirs is returned."""
    theirs = Domain("shop", description="theirs", connection=swf_connection)
    connection.trouble["RegisterDomain"] = [theirs.save]

    domain, created = DomainQuerySet(connection=connection).get_or_create(
        "shop", description="mine"
    )

    assert (domain.name, domain.description, created) == ("shop", "theirs", False)


def test_errors_of_a_listing_are_ours(connection):
    """What the service answers to a list is raised as it is, at the first reading."""
    connection.trouble["ListDomains"] = AccessDeniedFault("no")
    queryset = DomainQuerySet(connection=connection)

    for read in (list, bool, repr, lambda one: one.count(), lambda one: one.first()):
        with pytest.raises(AccessDeniedFault):
            read(queryset)


def test_bad_arguments_are_refused(connection):
    """A status that SWF does not know, tags that are no mapping, a bad name: nothing is sent."""
    queryset = DomainQuerySet(connection=connection)

    with pytest.raises(ValidationError, match="REGISTERED, DEPRECATED"):
        queryset.filter(status="OPEN")
    with pytest.raises(ValidationTypeError, match="tags"):
        queryset.create("shop", tags=["a"])
    with pytest.raises(ValidationError, match="name"):
        queryset.get("a:b")
    with pytest.raises(TypeError):
        queryset.create("shop", status="DEPRECATED")
    for name in (5, b"shop", ["shop"]):
        with pytest.raises(ValidationTypeError, match="name"):
            queryset.filter(name=name)
    for status in (5, 1.5):
        with pytest.raises(ValidationTypeError, match="REGISTERED, DEPRECATED"):
            queryset.filter(status=status)
    with pytest.raises(ValidationError, match="REGISTERED, DEPRECATED"):
        queryset.filter(status=[])
    with pytest.raises(ValidationError, match="two names of one lookup"):
        queryset.filter(status="REGISTERED", registration_status="DEPRECATED")
    with pytest.raises(ValidationError, match="retention_period"):
        queryset.get_or_create("shop", retention_period="x")
    with pytest.raises(ValidationTypeError, match="tags"):
        queryset.get_or_create("shop", tags=5)
    assert connection.calls == []
