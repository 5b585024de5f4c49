"""Domains: registering, deprecating, describing, listing; what a deprecated domain refuses."""

from __future__ import annotations

import pytest
from embedded_harness import BARE, DOMAIN, ORDER, PACK, Service, Wire, complete, schedule

ARN = "arn:aws:swf:us-east-1:123456789012:/domain/"


def register(service: Service, name: str, days: str = "1", **more: object) -> Wire:
    """Register another domain."""
    return service.call(
        "RegisterDomain", name=name, workflowExecutionRetentionPeriodInDays=days, **more
    )


def names(service: Service, status: str = "REGISTERED", **more: object) -> list[str]:
    """Return the names of the listed domains."""
    reply = service.call("ListDomains", registrationStatus=status, **more)
    return [info["name"] for info in reply["domainInfos"]]


def test_register_domain_answers_nothing_and_registers(service: Service) -> None:
    """RegisterDomain has no output; the domain then tells what it was given, and an ARN."""
    assert register(service, "d", "3", description="What is sold") == {}
    assert service.call("DescribeDomain", name="d") == {
        "domainInfo": {
            "name": "d",
            "status": "REGISTERED",
            "description": "What is sold",
            "arn": f"{ARN}d",
        },
        "configuration": {"workflowExecutionRetentionPeriodInDays": "3"},
    }


def test_what_was_not_told_is_not_there(service: Service) -> None:
    """A domain registered without description has none, neither described nor listed."""
    register(service, "d")

    info = {"name": "d", "status": "REGISTERED", "arn": f"{ARN}d"}
    assert service.call("DescribeDomain", name="d")["domainInfo"] == info
    assert info in service.call("ListDomains", registrationStatus="REGISTERED")["domainInfos"]


def test_the_arn_names_the_region_of_the_request(service: Service) -> None:
    """One domain serves all regions; its ARN is in the caller's."""
    described = service.engine.handle("DescribeDomain", {"name": DOMAIN}, region="eu-west-1")

    assert described["domainInfo"]["arn"] == f"arn:aws:swf:eu-west-1:123456789012:/domain/{DOMAIN}"


@pytest.mark.parametrize("days", ["0", "1", "90", "NONE"])
def test_retention_is_from_0_to_90_days_or_none(days: str, service: Service) -> None:
    """The period is kept as it was given."""
    register(service, "d", days)

    configuration = service.call("DescribeDomain", name="d")["configuration"]
    assert configuration == {"workflowExecutionRetentionPeriodInDays": days}


@pytest.mark.parametrize("days", ["91", "1000", "-1", "1.5", "abc", "", "none", "123456789"])
def test_other_retention_is_refused(days: str, service: Service) -> None:
    """A period of more than 90 days, or none at all, is no retention."""
    code, _ = service.refusal(
        "RegisterDomain", name="d", workflowExecutionRetentionPeriodInDays=days
    )

    assert code == "ValidationException"


@pytest.mark.parametrize(
    "name",
    [
        "a:b",
        "a/b",
        "a|b",
        "a\x00",
        "a\x1f",
        "a\x7f",
        "a\x9f",
        "arn",
        " a",
        "a ",
        "\ta",
        "",
        "a" * 257,
    ],
)
def test_a_domain_name_obeys_the_identifier_rule(name: str, service: Service) -> None:
    """No colon, slash, bar or control character, not `arn`, no white space around, 1 to 256."""
    code, _ = service.refusal(
        "RegisterDomain", name=name, workflowExecutionRetentionPeriodInDays="1"
    )

    assert code == "ValidationException"


@pytest.mark.parametrize("name", ["a b", "arn2", "ARN", "é", "a.b_c-d", "\U0001f600" * 256])
def test_other_domain_names_are_fine(name: str, service: Service) -> None:
    """What the rule does not forbid is allowed; characters are counted as code points."""
    register(service, name)

    assert name in names(service)


def test_a_domain_is_registered_once(service: Service) -> None:
    """A second registration is refused by the name, also while the domain is deprecated."""
    refusal = ("DomainAlreadyExistsFault", DOMAIN)
    again: Wire = {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"}

    assert service.refusal("RegisterDomain", **again) == refusal
    service.call("DeprecateDomain", name=DOMAIN)
    assert service.refusal("RegisterDomain", **again) == refusal


def test_a_domain_is_deprecated_once_and_undeprecated_once(service: Service) -> None:
    """Each of the two refuses a domain that is already so."""
    assert service.refusal("UndeprecateDomain", name=DOMAIN) == ("DomainAlreadyExistsFault", DOMAIN)
    assert service.call("DeprecateDomain", name=DOMAIN) == {}
    assert service.call("DescribeDomain", name=DOMAIN)["domainInfo"]["status"] == "DEPRECATED"
    assert service.refusal("DeprecateDomain", name=DOMAIN) == ("DomainDeprecatedFault", DOMAIN)
    assert service.call("UndeprecateDomain", name=DOMAIN) == {}
    assert service.call("DescribeDomain", name=DOMAIN)["domainInfo"]["status"] == "REGISTERED"


@pytest.mark.parametrize("operation", ["DeprecateDomain", "UndeprecateDomain", "DescribeDomain"])
def test_an_unknown_domain_is_named(operation: str, service: Service) -> None:
    """What is not registered is an unknown resource."""
    assert service.refusal(operation, name="no") == ("UnknownResourceFault", "Unknown domain: no")


def test_domains_are_listed_by_name(service: Service) -> None:
    """Ascending by name; descending in reverse order; by status."""
    for name in ("b", "c", "a"):
        register(service, name)
    service.call("DeprecateDomain", name="c")

    assert names(service) == ["a", "b", DOMAIN]
    assert names(service, reverseOrder=True) == [DOMAIN, "b", "a"]
    assert names(service, "DEPRECATED") == ["c"]


# A deprecated domain


def test_a_deprecated_domain_starts_nothing(service: Service) -> None:
    """Its types are deprecated with it: StartWorkflowExecution is refused by the type."""
    service.call("DeprecateDomain", name=DOMAIN)

    assert service.refused("StartWorkflowExecution", workflowId="w", workflowType=ORDER) == (
        "TypeDeprecatedFault",
        "WorkflowType=[name=order, version=1]",
    )


@pytest.mark.parametrize("operation", ["RegisterWorkflowType", "RegisterActivityType"])
def test_a_deprecated_domain_registers_no_types(operation: str, service: Service) -> None:
    """For new types a deprecated domain is no domain."""
    service.call("DeprecateDomain", name=DOMAIN)

    assert service.refused(operation, name="new", version="1") == (
        "UnknownResourceFault",
        f"Unknown domain: {DOMAIN}",
    )


def test_open_executions_of_a_deprecated_domain_go_on(service: Service) -> None:
    """What was scheduled is worked on, signals arrive, decisions are taken, all is visible."""
    run = service.begun(schedule())
    service.call("DeprecateDomain", name=DOMAIN)
    run.signal()
    service.work(result="r")
    run.decide(complete())

    assert run.close_status == "COMPLETED"
    found = service.ask("ListClosedWorkflowExecutions", startTimeFilter={"oldestDate": 0})
    assert [info["execution"] for info in found["executionInfos"]] == [run.execution]


def test_children_and_activities_are_refused_by_cause_in_a_deprecated_domain(
    service: Service,
) -> None:
    """Decisions that would create anything get the cause that the type is deprecated."""
    run = service.start()
    task = run.decision_task()
    service.call("DeprecateDomain", name=DOMAIN)
    from_decisions = run.answer(
        task,
        schedule(),
        {
            "decisionType": "StartChildWorkflowExecution",
            "startChildWorkflowExecutionDecisionAttributes": {
                "workflowId": "c",
                "workflowType": ORDER,
            },
        },
    )

    assert [attributes.get("cause") for _, attributes in from_decisions] == [
        "ACTIVITY_TYPE_DEPRECATED",
        "WORKFLOW_TYPE_DEPRECATED",
        None,
    ]


def test_types_are_deprecated_and_come_back_with_their_domain(service: Service) -> None:
    """Undeprecating a domain restores exactly the types that were not deprecated themselves."""
    service.ask("DeprecateWorkflowType", workflowType=BARE)
    service.call("DeprecateDomain", name=DOMAIN)
    assert _statuses(service) == ("DEPRECATED", "DEPRECATED", "DEPRECATED")

    service.call("UndeprecateDomain", name=DOMAIN)
    assert _statuses(service) == ("REGISTERED", "DEPRECATED", "REGISTERED")


def _statuses(service: Service) -> tuple[str, str, str]:
    """Return the status of ORDER, BARE and PACK; descriptions and lists must agree."""
    found = []
    for kind, key in (("Workflow", ORDER), ("Workflow", BARE), ("Activity", PACK)):
        member = f"{kind.lower()}Type"
        told = service.ask(f"Describe{kind}Type", **{member: key})["typeInfo"]["status"]
        listed = service.ask(f"List{kind}Types", registrationStatus=told)["typeInfos"]
        assert key in [info[member] for info in listed]
        found.append(told)
    return found[0], found[1], found[2]


def test_executions_of_one_domain_are_closed_to_every_other(service: Service) -> None:
    """A workflow id, a task list and a run belong to their domain."""
    register(service, "other")
    run = service.start()

    assert service.refusal(
        "DescribeWorkflowExecution", domain="other", execution=run.execution
    ) == (
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId=w, runId={run.run_id}]",
    )
    polled = service.call("PollForDecisionTask", domain="other", taskList={"name": "deciders"})
    assert "taskToken" not in polled
