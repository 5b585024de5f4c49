"""What workflow types and activity types have in common."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from swf.constants import DEPRECATED
from swf.exceptions import (
    DomainDoesNotExist,
    TypeNotDeprecatedFault,
    ValidationError,
    ValidationTypeError,
)
from swf.models import ActivityType, Domain, ModelDiff, WorkflowType

KINDS = [WorkflowType, ActivityType]

ALL_OF_A_WORKFLOW = {
    "description": "ships orders",
    "task_list": "orders",
    "task_priority": -5,
    "child_policy": "ABANDON",
    "execution_start_to_close_timeout": 3600,
    "task_start_to_close_timeout": "NONE",
    "lambda_role": "arn:aws:iam::1:role/x",
}
ALL_OF_AN_ACTIVITY = {
    "description": "ships one",
    "task_list": "shipping",
    "task_priority": 7,
    "task_heartbeat_timeout": 30,
    "task_schedule_to_close_timeout": "NONE",
    "task_schedule_to_start_timeout": 0,
    "task_start_to_close_timeout": 60,
}


@pytest.fixture
def domain(connection):
    """A registered domain."""
    shop = Domain("shop", connection=connection)
    shop.save()
    return shop


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_lives_its_whole_life(kind, domain):
    """A type is saved, synced, deprecated, taken back, always as upstream says."""
    made = kind(domain, "order", "1", description="x", task_list="orders")
    assert not made.exists

    made.save()

    assert made.exists
    assert made.is_synced
    assert made.changes == ModelDiff()
    assert made.upstream().changes == ModelDiff()
    kind(domain, "order", "1").delete()
    assert repr(made.changes) == "ModelDiff(Difference('status', 'REGISTERED', 'DEPRECATED'))"
    with pytest.raises(kind.Deprecated):
        made.deprecate()
    made.undeprecate()
    assert made.is_synced
    with pytest.raises(kind.AlreadyExists):
        made.undeprecate()
    with pytest.raises(kind.AlreadyExists, match="order"):
        made.save()


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_with_no_defaults_registers_none(kind, domain):
    """What a type was not told is not sent, not even as an empty or a made-up default."""
    made = kind(domain, "order", "1")

    made.save()

    assert domain.connection.calls[-1][1] == {"domain": "shop", "name": "order", "version": "1"}
    described = domain.connection.call(
        f"Describe{kind.__name__}",
        {
            "domain": "shop",
            f"{kind.__name__[0].lower()}{kind.__name__[1:]}": {"name": "order", "version": "1"},
        },
    )
    assert described["configuration"] == {}


@pytest.mark.parametrize(
    ("kind", "fields"), [(WorkflowType, ALL_OF_A_WORKFLOW), (ActivityType, ALL_OF_AN_ACTIVITY)]
)
def test_every_default_travels_there_and_back(kind, fields, domain, swf_clock):
    """All that can be registered is sent under the API's names, and read back as it was."""
    made = kind(domain, "order", "1", **fields)

    made.save()

    found = made.upstream()
    assert {name: getattr(found, name) for name in fields} == fields
    assert made.changes == ModelDiff()
    [sent] = domain.connection.params(f"Register{kind.__name__}")
    assert len([key for key in sent if key.startswith("default")]) == len(fields) - 1
    assert found.creation_date == swf_clock.now()


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_in_an_unknown_domain_does_not_exist(kind, connection):
    """Asking is answered with no; doing raises, and says that it is the domain."""
    made = kind(Domain("nope", connection=connection), "order", "1")

    assert not made.exists
    assert not made.is_synced
    with pytest.raises(DomainDoesNotExist, match="nope"):
        made.save()


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_type_is_named_as_such(kind, domain):
    """The error says that the type is missing, not the domain, and which."""
    with pytest.raises(kind.DoesNotExist, match="order") as raised:
        kind(domain, "order", "1").deprecate()

    assert raised.value.resource == f"{kind.__name__}('order', '1')"
    assert not isinstance(raised.value, DomainDoesNotExist)


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_deprecated_type_is_deleted(kind, domain):
    """Deletion for good is refused while a type is registered; then its name is free again."""
    made = kind(domain, "order", "1", description="first")
    made.save()

    with pytest.raises(TypeNotDeprecatedFault):
        made.delete_permanently()
    made.deprecate()
    made.delete_permanently()

    assert not made.exists
    kind(domain, "order", "1", description="second").save()
    assert made.upstream().description == "second"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("name", ""),
        ("name", "a/b"),
        ("version", "x" * 65),
        ("status", "GONE"),
        ("description", 5),
        ("task_list", "x\n"),
        ("task_priority", 2**31),
        ("task_priority", "high"),
        ("task_priority", 1.5),
        ("task_priority", True),
        ("task_priority", " 1_0 "),
        ("task_list", {"nam": "x"}),
        ("task_start_to_close_timeout", -1),
        ("task_start_to_close_timeout", timedelta(milliseconds=5)),
        ("task_start_to_close_timeout", "100000000"),
        ("domain", 5),
    ],
)
def test_bad_values_are_refused_when_the_model_is_made(kind, argument, value):
    """A value that SWF would refuse is refused at once, by name."""
    with pytest.raises(ValidationError, match=argument):
        kind(**{"domain": "shop", "name": "order", "version": "1", argument: value})


def test_a_child_policy_is_one_of_three():
    """A policy that SWF does not know is refused with those it knows."""
    with pytest.raises(ValidationError, match="TERMINATE, REQUEST_CANCEL, ABANDON"):
        WorkflowType("shop", "order", "1", child_policy="KILL")


def test_an_execution_without_end_cannot_be_registered(connection):
    """NONE is refused where SWF wants a number, before anything is sent."""
    made = WorkflowType(
        "shop", "order", "1", execution_start_to_close_timeout="NONE", connection=connection
    )

    with pytest.raises(ValidationError, match=r"execution_start_to_close_timeout.*not 'NONE'"):
        made.save()
    assert connection.calls == []


@pytest.mark.parametrize("kind", KINDS)
def test_priorities_and_task_lists_are_taken_as_the_api_writes_them(kind):
    """A priority may be a numeral, a task list the API's structure."""
    made = kind("d", "n", "1", task_priority="-5", task_list={"name": "orders"})

    assert (made.task_priority, made.task_list) == (-5, "orders")


@pytest.mark.parametrize("kind", KINDS)
def test_the_domain_asks_where_the_type_asks(kind, connection, swf_connection):
    """A type with a connection of its own has a domain with the same connection."""
    for domain in ("shop", Domain("shop"), Domain("shop", connection=swf_connection)):
        assert kind(domain, "n", "1", connection=connection).domain.connection is connection


@pytest.mark.parametrize("kind", KINDS)
def test_durations_are_one_value_in_every_spelling(kind):
    """Seconds as int, str or timedelta make equal models."""
    made = {
        kind("d", "n", "1", task_start_to_close_timeout=one).task_start_to_close_timeout
        for one in (90, "90", timedelta(seconds=90))
    }

    assert made == {90}


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_prints_its_name_and_tells_its_version(kind):
    """The repr is the short form of lists, str tells the version too, key is both."""
    made = kind("shop", "order", "1")

    assert repr(made) == f"{kind.__name__}('order')"
    assert str(made) == f"{kind.__name__}('order', '1')"
    assert made.key == ("order", "1")


def test_a_deprecated_type_tells_since_when(domain, swf_clock):
    """Dates of the registration are aware and in UTC; an absent one is None."""
    ship = ActivityType(domain, "ship", "1")
    ship.save()
    swf_clock.advance(60)
    ship.deprecate()

    [listed] = domain.activities(status=DEPRECATED)

    assert listed.deprecation_date - listed.creation_date == timedelta(seconds=60)
    assert listed.creation_date.tzinfo is UTC
    assert ActivityType("shop", "ship", "1").creation_date is None


def test_a_type_asks_where_its_domain_asks(connection):
    """Without a connection of its own a type uses its domain's."""
    assert WorkflowType(Domain("d", connection=connection), "n", "1").connection is connection
    with pytest.raises(ValidationTypeError):
        WorkflowType("d", "n", "1", connection=5)
