"""Workflow types and activity types, which obey the same rules under their own names."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from embedded_harness import (
    ORDER,
    ORDER_VALUES,
    PACK,
    PACK_VALUES,
    ROLE,
    Service,
    Wire,
    complete,
    problem,
    schedule,
    violated,
)


@attrs.frozen
class Kind:
    """One of the two kinds of types."""

    name: str
    member: str
    defaults: Wire

    def __str__(self) -> str:
        return self.name


WORKFLOW = Kind(
    "WorkflowType",
    "workflowType",
    {
        "defaultTaskStartToCloseTimeout": "10",
        "defaultExecutionStartToCloseTimeout": "20",
        "defaultTaskList": {"name": "l"},
        "defaultTaskPriority": "-3",
        "defaultChildPolicy": "REQUEST_CANCEL",
        "defaultLambdaRole": ROLE,
    },
)
ACTIVITY = Kind(
    "ActivityType",
    "activityType",
    {
        "defaultTaskStartToCloseTimeout": "10",
        "defaultTaskHeartbeatTimeout": "NONE",
        "defaultTaskScheduleToStartTimeout": "0",
        "defaultTaskScheduleToCloseTimeout": "99999999",
        "defaultTaskList": {"name": "l"},
        "defaultTaskPriority": "7",
    },
)
NEW = {"name": "new", "version": "v1"}

both = pytest.mark.parametrize("kind", [WORKFLOW, ACTIVITY], ids=str)


def register(service: Service, kind: Kind, key: Wire = NEW, **more: Any) -> Wire:
    """Register a type."""
    return service.ask(f"Register{kind}", **key, **more)


def do(service: Service, kind: Kind, verb: str, key: Wire = NEW) -> Wire:
    """Carry out an operation on a type."""
    return service.ask(f"{verb}{kind}", **{kind.member: key})


def refused(service: Service, kind: Kind, verb: str, key: Wire = NEW) -> tuple[str, str]:
    """Return how an operation on a type is refused."""
    return service.refused(f"{verb}{kind}", **{kind.member: key})


def listed(service: Service, kind: Kind, status: str = "REGISTERED", **more: Any) -> list[Wire]:
    """Return the listed keys."""
    reply = service.ask(f"List{kind}s", registrationStatus=status, **more)
    return [info[kind.member] for info in reply["typeInfos"]]


def in_words(kind: Kind, key: Wire = NEW) -> str:
    """Return a type as SWF's messages name it."""
    return f"{kind}=[name={key['name']}, version={key['version']}]"


@both
def test_a_type_tells_what_it_was_registered_with(kind: Kind, service: Service) -> None:
    """Name, version, description, moment, and the defaults, as they were given."""
    service.clock.advance(1.5)
    assert register(service, kind, description="d", **kind.defaults) == {}
    assert do(service, kind, "Describe") == {
        "typeInfo": {
            kind.member: NEW,
            "status": "REGISTERED",
            "description": "d",
            "creationDate": service.now,
        },
        "configuration": kind.defaults,
    }


@both
def test_defaults_that_were_not_given_are_not_told(kind: Kind, service: Service) -> None:
    """The configuration holds the given defaults only; an empty time-out was not given."""
    register(service, kind, defaultTaskStartToCloseTimeout="")
    described = do(service, kind, "Describe")

    assert described["configuration"] == {}
    assert set(described["typeInfo"]) == {kind.member, "status", "creationDate"}


@both
def test_a_deprecated_type_tells_since_when(kind: Kind, service: Service) -> None:
    """DeprecationDate is there while the type is deprecated, and only then."""
    register(service, kind)
    created = service.now
    service.clock.advance(10)
    assert do(service, kind, "Deprecate") == {}
    assert do(service, kind, "Describe")["typeInfo"] == {
        kind.member: NEW,
        "status": "DEPRECATED",
        "creationDate": created,
        "deprecationDate": service.now,
    }
    assert do(service, kind, "Undeprecate") == {}
    assert do(service, kind, "Describe")["typeInfo"]["status"] == "REGISTERED"


@both
def test_a_type_is_registered_once(kind: Kind, service: Service) -> None:
    """A second registration is refused by the type, also while it is deprecated."""
    register(service, kind)
    refusal = ("TypeAlreadyExistsFault", in_words(kind))

    assert service.refused(f"Register{kind}", **NEW) == refusal
    do(service, kind, "Deprecate")
    assert service.refused(f"Register{kind}", **NEW) == refusal


@both
def test_versions_are_types_of_their_own(kind: Kind, service: Service) -> None:
    """The same name may be registered in any number of versions."""
    register(service, kind)
    register(service, kind, {"name": "new", "version": "v2"})
    do(service, kind, "Deprecate")

    assert listed(service, kind, name="new") == [{"name": "new", "version": "v2"}]


@both
def test_a_type_is_deprecated_once_and_undeprecated_once(kind: Kind, service: Service) -> None:
    """Each of the two refuses a type that is already so."""
    register(service, kind)

    assert refused(service, kind, "Undeprecate") == ("TypeAlreadyExistsFault", in_words(kind))
    do(service, kind, "Deprecate")
    assert refused(service, kind, "Deprecate") == ("TypeDeprecatedFault", in_words(kind))


@both
@pytest.mark.parametrize("verb", ["Deprecate", "Undeprecate", "Delete", "Describe"])
def test_an_unknown_type_is_named(verb: str, kind: Kind, service: Service) -> None:
    """What is not registered is an unknown resource."""
    assert refused(service, kind, verb) == (
        "UnknownResourceFault",
        f"Unknown type: {in_words(kind)}",
    )


@both
@pytest.mark.parametrize("verb", ["Register", "Deprecate", "Undeprecate", "Delete", "Describe"])
def test_an_unknown_domain_comes_first(verb: str, kind: Kind, service: Service) -> None:
    """The domain is looked for before the type."""
    key = NEW if verb == "Register" else {kind.member: NEW}

    assert service.refusal(f"{verb}{kind}", domain="no", **key) == (
        "UnknownResourceFault",
        "Unknown domain: no",
    )


@both
def test_types_are_listed_by_name_and_version(kind: Kind, service: Service) -> None:
    """Ascending by name, then by version; reversed on demand; by exact name and by status."""
    keys = [{"name": name, "version": version} for name, version in ("b2", "b1", "a9")]
    for key in keys:
        register(service, kind, key)
    do(service, kind, "Deprecate", keys[0])
    known = [key for key in listed(service, kind) if key["name"] in "ab"]

    assert known == [keys[2], keys[1]]
    assert listed(service, kind, "DEPRECATED") == [keys[0]]
    assert listed(service, kind, name="b") == [keys[1]]
    assert listed(service, kind, name="B") == []
    everything = listed(service, kind)
    assert listed(service, kind, reverseOrder=True) == everything[::-1]


@both
def test_a_listed_type_is_told_as_it_is_described(kind: Kind, service: Service) -> None:
    """TypeInfo is the same in a list and in a description."""
    register(service, kind, description="d")
    reply = service.ask(f"List{kind}s", registrationStatus="REGISTERED", name="new")

    assert reply == {"typeInfos": [do(service, kind, "Describe")["typeInfo"]]}


@both
def test_only_a_deprecated_type_can_be_deleted(kind: Kind, service: Service) -> None:
    """Deleting a registered type is refused by the type."""
    register(service, kind)

    assert refused(service, kind, "Delete") == ("TypeNotDeprecatedFault", in_words(kind))
    do(service, kind, "Deprecate")
    assert do(service, kind, "Delete") == {}
    assert refused(service, kind, "Describe")[0] == "UnknownResourceFault"
    assert listed(service, kind, "DEPRECATED") == []


@both
def test_a_deleted_type_may_be_registered_anew(kind: Kind, service: Service) -> None:
    """Name and version are free again, and nothing of the old type is left."""
    register(service, kind, **kind.defaults)
    do(service, kind, "Deprecate")
    do(service, kind, "Delete")
    register(service, kind)

    assert do(service, kind, "Describe")["configuration"] == {}


def test_what_runs_goes_on_without_its_types(service: Service) -> None:
    """Executions and tasks that are there do not need their types any more."""
    run = service.begun(schedule())
    for kind, key in ((WORKFLOW, ORDER), (ACTIVITY, PACK)):
        do(service, kind, "Deprecate", key)
        do(service, kind, "Delete", key)
    task = service.work()
    run.decide(complete())

    assert task["activityType"] == PACK
    assert run.describe()["executionInfo"]["workflowType"] == ORDER
    assert run.close_status == "COMPLETED"


def test_a_deprecated_workflow_type_starts_nothing(service: Service) -> None:
    """StartWorkflowExecution of a deprecated type is refused by the type."""
    do(service, WORKFLOW, "Deprecate", ORDER)

    assert service.refused("StartWorkflowExecution", workflowId="w", workflowType=ORDER) == (
        "TypeDeprecatedFault",
        in_words(WORKFLOW, ORDER),
    )


@both
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", "a:b"),
        ("name", "arn"),
        ("name", "n" * 257),
        ("name", ""),
        ("version", "1/2"),
        ("version", "v" * 65),
        ("version", ""),
        ("version", "arn"),
        ("description", "d" * 1_025),
        ("defaultTaskStartToCloseTimeout", "abc"),
        ("defaultTaskStartToCloseTimeout", "-1"),
        ("defaultTaskStartToCloseTimeout", "1.5"),
        ("defaultTaskStartToCloseTimeout", "123456789"),
        ("defaultTaskStartToCloseTimeout", "none"),
        ("defaultTaskStartToCloseTimeout", "\u0661"),
        ("defaultTaskList", {"name": "a|b"}),
        ("defaultTaskList", {"name": " a"}),
        ("defaultTaskList", {"name": ""}),
        ("defaultTaskList", {}),
        ("defaultTaskPriority", "1.0"),
        ("defaultTaskPriority", "2147483648"),
        ("defaultTaskPriority", "-2147483649"),
    ],
)
def test_a_registration_obeys_the_rules(
    member: str, value: Any, kind: Kind, service: Service
) -> None:
    """Identifiers, lengths, durations and priorities are checked."""
    code, _ = service.refused(f"Register{kind}", **{**NEW, member: value})

    assert code == "ValidationException"
    assert listed(service, kind, name="new") == []


@pytest.mark.parametrize("value", ["NONE", "31536001", "99999999"])
def test_the_default_execution_timeout_is_at_most_a_year(value: str, service: Service) -> None:
    """NONE and more than a year are refused."""
    code, _ = service.refused(
        "RegisterWorkflowType", **NEW, defaultExecutionStartToCloseTimeout=value
    )

    assert code == "ValidationException"


def test_a_year_and_nothing_are_allowed_for_executions(service: Service) -> None:
    """31,536,000 seconds is the most, "0" the least."""
    for version, value in (("1", "31536000"), ("2", "0")):
        key = {"name": "new", "version": version}
        register(service, WORKFLOW, key, defaultExecutionStartToCloseTimeout=value)
        configuration = do(service, WORKFLOW, "Describe", key)["configuration"]
        assert configuration == {"defaultExecutionStartToCloseTimeout": value}


def test_a_role_and_a_policy_obey_the_model(service: Service) -> None:
    """A child policy is one of three words."""
    refusal = service.refused("RegisterWorkflowType", **NEW, defaultChildPolicy="KEEP")

    rule = "satisfy enum value set: [TERMINATE, REQUEST_CANCEL, ABANDON]"
    assert refusal == violated(problem("KEEP", "defaultChildPolicy", rule))


def test_the_furnished_types_have_every_default() -> None:
    """The rest of the suite relies on types that leave nothing undefined."""
    assert len(ORDER_VALUES) == 4
    assert len(PACK_VALUES) == 5
