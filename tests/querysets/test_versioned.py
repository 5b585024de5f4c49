"""The types of a domain."""

from __future__ import annotations

import pytest

from swf.constants import DEPRECATED
from swf.exceptions import (
    DomainDoesNotExist,
    FieldError,
    MultipleObjectsReturned,
    TypeAlreadyExistsFault,
    ValidationError,
    ValidationTypeError,
)
from swf.models import ActivityType, Domain, ModelDiff, WorkflowType
from swf.querysets import ActivityTypeQuerySet, WorkflowTypeQuerySet

KINDS = [(WorkflowTypeQuerySet, WorkflowType), (ActivityTypeQuerySet, ActivityType)]


@pytest.fixture
def domain(connection):
    """A registered domain."""
    shop = Domain("shop", connection=connection)
    shop.save()
    return shop


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_types_are_listed_by_status(queryset, kind, domain):
    """Registered types are listed; filter(status=DEPRECATED) gives the deprecated ones."""
    types = queryset(domain)
    for name in ("TestType1", "TestType2"):
        types.create(name, "1")
    types.create("DeprecatedType1", "1").deprecate()

    assert repr(types.all()) == f"[{kind.__name__}('TestType1'), {kind.__name__}('TestType2')]"
    assert repr(types.filter(status=DEPRECATED)) == f"[{kind.__name__}('DeprecatedType1')]"
    assert types.filter(registration_status=DEPRECATED).first().status == DEPRECATED
    assert types.filter(status=["REGISTERED", "DEPRECATED"]).count() == 3
    assert all(one.is_synced for one in types)


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_types_are_found_by_name_and_version(queryset, kind, domain):
    """A name lists its versions, and fetches the only one; two of them want a version."""
    types = queryset(domain)
    types.create("order", "1", description="x", task_list="orders")
    types.create("ship", "1")
    types.create("ship", "2")

    assert [one.version for one in types.filter(name="ship")] == ["1", "2"]
    assert [one.name for one in types.filter(version="1")] == ["order", "ship"]
    assert types.filter(name="ship", version="2").count() == 1
    found = types.get("order")
    assert (found.version, found.description, found.task_list) == ("1", "x", "orders")
    assert found.changes == ModelDiff()
    assert types.get("ship", "2").version == "2"
    with pytest.raises(MultipleObjectsReturned, match="ship"):
        types.get("ship")
    for missing in (("ship", "3"), ("nope",)):
        with pytest.raises(queryset.DoesNotExist):
            types.get(*missing)
        with pytest.raises(kind.DoesNotExist):
            types.get(*missing)


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_get_or_create_returns_what_is_registered(queryset, kind, domain):
    """Registered values win over the call's, and the call's count where it registers."""
    types = queryset(domain)

    first, created = types.get_or_create("order", "1", task_start_to_close_timeout=60)
    second, again = types.get_or_create("order", "1", task_start_to_close_timeout=5)

    assert (created, again) == (True, False)
    assert first.task_start_to_close_timeout == second.task_start_to_close_timeout == 60


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_get_or_create_survives_a_race(queryset, kind, domain, swf_connection):
    """Where somebody else registers in between, theirs is returned."""
    theirs = kind("shop", "order", "1", description="theirs", connection=swf_connection)
    domain.connection.trouble[f"Register{kind.__name__}"] = [theirs.save]

    found, created = queryset(domain).get_or_create("order", "1", description="mine")

    assert (found, created) == (theirs, False)
    assert found.description == "theirs"
    assert issubclass(kind.AlreadyExists, TypeAlreadyExistsFault)


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_all_pages_are_read_and_the_filter_is_swfs_own(queryset, kind, domain):
    """A filter by name is sent to SWF, under its parameter, and every page is followed."""
    types = queryset(domain)
    types.create("order", "1")
    for number in range(5):
        types.create("ship", str(number))
    domain.connection.page = 3
    domain.connection.calls.clear()

    found = list(types.filter(name="ship"))

    assert [one.version for one in found] == ["0", "1", "2", "3", "4"]
    first, second = (params for _, params in domain.connection.calls)
    assert first == {"domain": "shop", "name": "ship", "registrationStatus": "REGISTERED"}
    assert second == {**first, "nextPageToken": second["nextPageToken"]}


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_a_listed_type_claims_nothing_it_was_not_told(queryset, kind, domain):
    """A listing tells no defaults, so the model knows none, and is in sync all the same."""
    queryset(domain).create("order", "1", task_list="t", task_start_to_close_timeout=60)

    listed = queryset(domain)[0]

    assert listed.task_list is None
    assert listed.task_start_to_close_timeout is None
    assert listed.is_synced


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_an_unknown_domain_is_our_error(queryset, kind, connection):
    """Listing or creating in a domain that is not there names the domain."""
    types = queryset("nope", connection=connection)

    with pytest.raises(DomainDoesNotExist, match="nope"):
        list(types)
    with pytest.raises(DomainDoesNotExist, match="nope"):
        types.create("order", "1")


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_bad_arguments_are_refused(queryset, kind, connection):
    """A domain of another type, an unknown lookup or field: nothing is sent."""
    with pytest.raises(ValidationTypeError, match="domain"):
        queryset(5)
    with pytest.raises(FieldError, match="known are name, registration_status, status, version"):
        queryset("shop", connection=connection).filter(kind="x")
    with pytest.raises(TypeError):
        queryset("shop", connection=connection).create("n", "1", status="DEPRECATED", foo=1)
    with pytest.raises(ValidationTypeError, match="version"):
        queryset("shop", connection=connection).filter(version=1)
    with pytest.raises(TypeError):
        queryset("shop", connection=connection).get_or_create("n", "1", nonsense=1)
    with pytest.raises(ValidationError, match="task_list"):
        queryset("shop", connection=connection).get_or_create("n", "1", task_list="a:b")
    assert connection.calls == []


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_filters_do_not_count_for_get(queryset, kind, domain):
    """get() looks at the whole domain, whatever the queryset was narrowed to."""
    types = queryset(domain)
    types.create("order", "1")

    assert types.filter(status=DEPRECATED).get("order").version == "1"
    assert types.reverse()[:1].get("order", "1").name == "order"


@pytest.mark.parametrize(("queryset", "kind"), KINDS)
def test_the_connection_reaches_what_is_returned(queryset, kind, domain, swf_connection):
    """A queryset's own connection, else its domain's, is that of its types."""
    of_domain, own = domain.connection, swf_connection
    queryset(domain).create("order", "1")

    assert queryset(domain)[0].connection is of_domain
    assert queryset(domain, connection=own)[0].connection is own
    assert queryset(domain, connection=own)[0].domain.connection is own
    assert queryset("shop", connection=own)[0].domain.connection is own
    assert queryset("shop").using(own)[0].domain.connection is own
    assert queryset(domain).using(own).domain.connection is own
