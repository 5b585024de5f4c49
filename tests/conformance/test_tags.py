"""Tags of domains."""

from __future__ import annotations

import pytest
from embedded_harness import DOMAIN, Service, Wire

ARN = f"arn:aws:swf:us-east-1:123456789012:/domain/{DOMAIN}"


def tags(service: Service, arn: str = ARN) -> dict[str, str]:
    """Return the tags of a domain."""
    reply = service.call("ListTagsForResource", resourceArn=arn)
    assert set(reply) == {"tags"}
    assert all(set(tag) == {"key", "value"} for tag in reply["tags"])
    return {tag["key"]: tag["value"] for tag in reply["tags"]}


def tag(service: Service, **told: str) -> Wire:
    """Tag the domain."""
    given = [{"key": key, "value": value} for key, value in told.items()]
    return service.call("TagResource", resourceArn=ARN, tags=given)


def test_a_domain_without_tags_has_none(service: Service) -> None:
    """The list is there, and empty."""
    assert service.call("ListTagsForResource", resourceArn=ARN) == {"tags": []}


def test_tags_are_put_and_taken_away(service: Service) -> None:
    """TagResource overwrites by key; UntagResource takes keys, unknown ones too."""
    assert tag(service, a="1", b="2") == {}
    assert tag(service, b="3", c="4") == {}
    assert tags(service) == {"a": "1", "b": "3", "c": "4"}
    assert service.call("UntagResource", resourceArn=ARN, tagKeys=["a", "unheard"]) == {}
    assert tags(service) == {"b": "3", "c": "4"}


def test_a_tag_without_value_has_an_empty_one(service: Service) -> None:
    """The value of a tag may be left out."""
    service.call("TagResource", resourceArn=ARN, tags=[{"key": "a"}])

    assert tags(service) == {"a": ""}


def test_a_domain_may_be_registered_with_tags(service: Service) -> None:
    """RegisterDomain takes tags."""
    service.call(
        "RegisterDomain",
        name="d",
        workflowExecutionRetentionPeriodInDays="1",
        tags=[{"key": "a", "value": "1"}],
    )

    assert tags(service, ARN.replace(DOMAIN, "d")) == {"a": "1"}


def test_a_domain_has_at_most_50_tags(service: Service) -> None:
    """One more is TooManyTagsFault, by what there would be in the end; nothing is changed."""
    tag(service, **{f"k{number}": "v" for number in range(50)})
    assert len(tags(service)) == 50
    tag(service, k1="w")
    refused = service.fault("TagResource", resourceArn=ARN, tags=[{"key": "new"}])
    assert refused.code == "TooManyTagsFault"
    assert len(tags(service)) == 50
    assert tags(service)["k1"] == "w"


def test_more_than_50_tags_at_registration_are_refused(service: Service) -> None:
    """TooManyTagsFault, and the domain is not registered."""
    many = [{"key": str(number)} for number in range(51)]
    refused = service.fault(
        "RegisterDomain", name="d", workflowExecutionRetentionPeriodInDays="1", tags=many
    )

    assert refused.code == "TooManyTagsFault"
    assert service.refusal("DescribeDomain", name="d")[0] == "UnknownResourceFault"


@pytest.mark.parametrize("name", ["no", "arn"])
@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("ListTagsForResource", {}),
        ("TagResource", {"tags": [{"key": "a"}]}),
        ("UntagResource", {"tagKeys": ["a"]}),
    ],
)
def test_an_unknown_resource_has_no_tags(
    operation: str, members: Wire, name: str, service: Service
) -> None:
    """An ARN of no domain is an unknown resource."""
    arn = "nonsense" if name == "arn" else ARN.replace(DOMAIN, name)
    code, _ = service.refusal(operation, resourceArn=arn, **members)

    assert code == "UnknownResourceFault"


@pytest.mark.parametrize(
    "bad",
    [
        {"key": ""},
        {"key": "k" * 129},
        {"key": "k", "value": "v" * 257},
        {"key": "a,b"},
        {"key": "k", "value": "<v>"},
        {"value": "v"},
    ],
    ids=str,
)
def test_tags_obey_the_rules(bad: Wire, service: Service) -> None:
    """Keys have 1 to 128 characters, values up to 256, both of a fixed set of characters."""
    refused = service.fault("TagResource", resourceArn=ARN, tags=[bad])

    assert refused.code == "ValidationException"
    assert tags(service) == {}


def test_letters_of_all_languages_are_allowed(service: Service) -> None:
    """Letters, digits, white space and _ . : / = + - @."""
    tag(service, **{"clé été_1.:/=+-@": "значение 値"})

    assert tags(service) == {"clé été_1.:/=+-@": "значение 値"}


def test_tags_stay_while_a_domain_is_deprecated(service: Service) -> None:
    """Deprecating changes nothing about tags."""
    tag(service, a="1")
    service.call("DeprecateDomain", name=DOMAIN)

    assert tags(service) == {"a": "1"}
