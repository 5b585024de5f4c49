"""Domains."""

from __future__ import annotations

from datetime import timedelta

import pytest
from canned import CannedTransport
from hypothesis import given
from hypothesis import strategies as st
from overheard import Overheard

from swf.constants import DEPRECATED, REGISTERED
from swf.exceptions import TooManyTagsFault, ValidationError, ValidationTypeError
from swf.models import Domain, ModelDiff
from swf.models.domain import as_domain
from swf.querysets import DomainQuerySet
from swf.testing import connected, embedded


def test_a_domain_is_registered_compared_deprecated_and_taken_back(connection):
    """What is saved is synced; what is changed elsewhere shows; upstream is the truth."""
    domain = Domain("shop", description="orders", retention_period=60, connection=connection)
    assert not domain.exists

    assert domain.save() is None

    assert domain.exists
    assert domain.is_synced
    assert domain.changes == ModelDiff()
    Domain("shop", connection=connection).deprecate()
    assert not domain.is_synced
    assert repr(domain.changes) == "ModelDiff(Difference('status', 'REGISTERED', 'DEPRECATED'))"
    domain = domain.upstream()
    assert (domain.status, domain.changes, domain.is_synced) == (DEPRECATED, ModelDiff(), True)
    domain.undeprecate()
    assert domain.upstream().status == REGISTERED


def test_upstream_loses_nothing(connection):
    """Name, status, description, retention and ARN come back as SWF has them."""
    Domain("shop", description="orders", retention_period="60", connection=connection).save()

    found = Domain("shop", connection=connection).upstream()

    assert (found.name, found.status, found.description) == ("shop", REGISTERED, "orders")
    assert found.retention_period == 60
    assert found.arn.endswith("domain/shop")


def test_what_exists_cannot_be_saved_again(connection):
    """Saving a name that is there raises the model's AlreadyExists and says which."""
    Domain("shop", connection=connection).save()

    with pytest.raises(Domain.AlreadyExists, match="shop") as raised:
        Domain("shop", connection=connection).save()

    assert raised.value.operation == "RegisterDomain"
    assert raised.value.resource == "Domain('shop')"


def test_delete_is_deprecate(connection):
    """No domain can be deleted: delete() deprecates; twice, or of none, is an error."""
    Domain("shop", connection=connection).save()
    Domain("shop", connection=connection).delete()

    assert Domain("shop", connection=connection).upstream().status == DEPRECATED
    with pytest.raises(Domain.Deprecated):
        Domain("shop", connection=connection).delete()
    with pytest.raises(Domain.DoesNotExist):
        Domain("nope", connection=connection).delete()


def test_tags_are_set_read_overwritten_and_removed(connection):
    """Tags given at registration and later are read back by key."""
    domain = Domain("shop", connection=connection)
    domain.save(tags={"team": "a", "stage": "test"})

    domain.add_tags({"team": "b", "cost": ""})
    domain.remove_tags(["stage"])

    assert domain.tags() == {"team": "b", "cost": ""}


def test_tags_use_the_arn_that_is_known(connection):
    """A domain that was told its ARN is not described again to find it."""
    Domain("shop", connection=connection).save(tags={"a": ""})
    domain = Domain("shop", connection=connection).upstream()
    connection.calls.clear()

    assert domain.tags() == {"a": ""}
    assert connection.operations() == ["ListTagsForResource"]


def test_wrong_tags_are_refused_before_anything_is_sent(connection):
    """Tags are a mapping, keys to remove a list: anything else is refused at once."""
    domain = Domain("shop", arn="arn:x", connection=connection)

    with pytest.raises(ValidationTypeError, match="mapping"):
        domain.add_tags([("a", "b")])
    for keys in ("abc", 5):
        with pytest.raises(ValidationTypeError, match="keys"):
            domain.remove_tags(keys)
    with pytest.raises(ValidationError, match="key"):
        domain.add_tags({"": "b"})
    with pytest.raises(ValidationError, match="at most 50"):
        domain.add_tags({str(number): "" for number in range(51)})
    with pytest.raises(ValidationTypeError, match="value"):
        Domain("shop", connection=connection).add_tags({"a": 5})
    assert connection.calls == []


def test_a_domain_has_at_most_50_tags(connection):
    """What is one tag too many together with those that are there is SWF's own refusal."""
    domain = Domain("shop", connection=connection)
    domain.save(tags={str(number): "" for number in range(50)})

    with pytest.raises(TooManyTagsFault):
        domain.add_tags({"one more": ""})

    assert len(domain.tags()) == 50


@pytest.mark.parametrize(
    ("argument", "value", "rule"),
    [
        ("name", "", "at least 1"),
        ("name", "x" * 257, "at most 256"),
        ("name", "a:b", "must not contain"),
        ("name", "arn", "nor be 'arn'"),
        ("name", 5, "must be a str"),
        ("name", None, "must be a str"),
        ("status", "OPEN", "REGISTERED, DEPRECATED"),
        ("description", "x" * 1025, "at most 1024"),
        ("retention_period", 91, "0 to 90"),
        ("retention_period", -1, "not negative"),
        ("retention_period", "9" * 5000, "digits or 'NONE'"),
        ("retention_period", "soon", "digits or 'NONE'"),
        ("retention_period", 1.5, "int, a str, a timedelta"),
        ("retention_period", True, "int, a str, a timedelta"),
        ("retention_period", timedelta(hours=5), "whole number of days"),
    ],
)
def test_bad_values_are_refused_by_name_and_rule(argument, value, rule):
    """A value that SWF would refuse is refused when the model is made, naming argument and rule."""
    with pytest.raises(ValidationError, match=argument) as raised:
        Domain(**{"name": "shop", argument: value})

    assert rule in str(raised.value)


def test_every_bad_value_is_named_at_once():
    """One error tells of all arguments that are wrong, and of what model."""
    with pytest.raises(ValidationError, match=r"^Domain: .*name.*; .*retention_period"):
        Domain("a:b", retention_period="soon")


@given(st.integers(0, 90))
def test_a_retention_period_is_the_same_in_every_spelling(days):
    """int, str and timedelta mean the same number of days."""
    spellings = (days, str(days), timedelta(days=days))

    assert {Domain("d", retention_period=one).retention_period for one in spellings} == {days}


def test_unlimited_and_unknown_retention_are_not_the_same(connection):
    """NONE is a value; None means not told, and registers thirty days."""
    for name, period in (("a", "NONE"), ("b", 0), ("c", None)):
        Domain(name, retention_period=period, connection=connection).save()

    found = [Domain(name, connection=connection).upstream().retention_period for name in "abc"]
    assert found == ["NONE", 0, 30]
    assert Domain("c").retention_period is None


def test_what_was_not_told_is_not_sent(connection):
    """An absent description is left out; an empty one is sent."""
    Domain("a", connection=connection).save()
    Domain("b", description="", connection=connection).save()

    assert ["description" in params for _, params in connection.calls] == [False, True]
    found = [Domain(name, connection=connection).upstream().description for name in "ab"]
    assert found == [None, ""]


def test_a_listed_domain_claims_nothing_it_was_not_told(connection):
    """A listing tells no retention period, so the model does not know one."""
    Domain("shop", retention_period=5, connection=connection).save()

    [listed] = DomainQuerySet(connection=connection)

    assert (listed.retention_period, listed.description) == (None, None)
    assert listed.status == REGISTERED


def test_pending_tasks_are_counted(shop):
    """The two counts of waiting tasks tell how many wait, and that all were counted."""
    shop.schedule("a", "b", "c")
    shop.start("order-2")

    activities = shop.domain.count_pending_activity_tasks("t")

    assert (activities, activities.truncated) == (3, False)
    assert shop.domain.count_pending_decision_tasks("t") == 1
    assert shop.domain.count_pending_decision_tasks("other") == 0


def test_a_count_tells_that_it_was_cut_off():
    """Where SWF stops counting, the count says so."""
    connection = CannedTransport(CountPendingActivityTasks={"count": 3, "truncated": True})

    assert Domain("shop", connection=connection).count_pending_activity_tasks("t").truncated


def test_relations_keep_the_connection(connection):
    """Types and executions found through a domain are asked for over the domain's connection."""
    domain = Domain("shop", connection=connection)
    domain.save()

    assert domain.workflows() == []
    assert domain.activities() == []
    assert domain.executions() == []
    assert domain.workflows().connection is connection


def test_a_domain_is_given_as_model_or_name():
    """Where a domain is wanted, its name will do, and nothing else."""
    assert as_domain("shop") == Domain("shop")
    with pytest.raises(ValidationTypeError, match="domain"):
        as_domain(5)


def test_domains_of_two_connections_do_not_mix(connection):
    """Each model asks where it was told to ask."""
    with embedded() as another:
        there = Overheard(connected(another))
        Domain("shop", description="here", connection=connection).save()
        Domain("shop", description="there", connection=there).save()

        found = [
            Domain("shop", connection=one).upstream().upstream() for one in (connection, there)
        ]

    assert [one.description for one in found] == ["here", "there"]
    assert len(connection.calls) == len(there.calls) == 3
