"""Tags of domains: set, replaced, taken off, listed; found by the domain's resource name."""

from __future__ import annotations

import pytest
import stored
from stored import ask

from swf.fault import Fault

ARN = f"arn:aws:swf:eu-west-1:123456789012:/domain/{stored.DOMAIN}"


@pytest.fixture
def view():
    with stored.viewed() as made:
        yield made


def tag(view, *keys, value="v", arn=ARN):
    tags = [{"key": key, "value": value} for key in keys]
    assert ask(view, "TagResource", resourceArn=arn, tags=tags) == {}


def listed(view, arn=ARN):
    tags = ask(view, "ListTagsForResource", resourceArn=arn)["tags"]
    return {one["key"]: one["value"] for one in tags}


class TestTags:
    def test_tags_are_added_and_replaced(self, view):
        """A tag of a key that is there takes its place; the others stay."""
        tag(view, "a", "b", value="old")
        tag(view, "b", "c", value="new")

        assert listed(view) == {"a": "old", "b": "new", "c": "new"}

    def test_the_later_of_two_values_counts(self, view):
        """A request with one key twice sets the second value."""
        ask(
            view,
            "TagResource",
            resourceArn=ARN,
            tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}],
        )

        assert listed(view) == {"a": "2"}

    def test_a_tag_without_value_is_an_empty_text(self, view):
        """What was told without a value is listed with an empty one."""
        ask(view, "TagResource", resourceArn=ARN, tags=[{"key": "a"}])

        assert listed(view) == {"a": ""}

    def test_tags_are_taken_off(self, view):
        """A key that the domain does not have is passed over."""
        tag(view, "a", "b")
        assert ask(view, "UntagResource", resourceArn=ARN, tagKeys=["a", "none"]) == {}

        assert listed(view) == {"b": "v"}

    def test_a_domain_has_at_most_fifty(self, view):
        """The fifty-first key is refused and nothing is set; one key's other value is no more."""
        keys = [f"k{number}" for number in range(50)]
        tag(view, *keys)
        with pytest.raises(Fault, match=r"^TooManyTagsFault: arn:.* more than 50 tags$"):
            tag(view, "k0", "more", value="new")
        assert listed(view) == dict.fromkeys(keys, "v")

        tag(view, "k0", value="new")
        assert listed(view)["k0"] == "new"

    def test_a_domain_of_another_has_its_own(self, view):
        """Tags belong to the domain that the resource name tells."""
        ask(view, "RegisterDomain", name="other", workflowExecutionRetentionPeriodInDays="1")
        tag(view, "a")

        assert listed(view, ARN.replace(stored.DOMAIN, "other")) == {}

    def test_a_deprecated_domain_keeps_its_tags(self, view):
        """Tags outlive the deprecation, and can be changed in it."""
        tag(view, "a")
        ask(view, "DeprecateDomain", name=stored.DOMAIN)
        tag(view, "b")

        assert listed(view) == {"a": "v", "b": "v"}


class TestNames:
    @pytest.mark.parametrize(
        "arn", [ARN.replace("eu-west-1", "us-east-2"), ARN.replace("arn:aws:", "arn:aws-cn:")]
    )
    def test_all_regions_share_their_domains(self, view, arn):
        """A resource name of any region and partition names the one domain of that name."""
        tag(view, "a", arn=arn)

        assert listed(view) == {"a": "v"}

    @pytest.mark.parametrize(
        "arn",
        [
            "orders",
            ARN + "2",
            ARN.replace("123456789012", "210987654321"),
            ARN.replace(":swf:", ":s3:"),
            ARN.replace("/domain/orders", "/domain/"),
            "x" + ARN,
        ],
    )
    @pytest.mark.parametrize(
        ("operation", "told"),
        [
            ("TagResource", {"tags": []}),
            ("UntagResource", {"tagKeys": []}),
            ("ListTagsForResource", {}),
        ],
    )
    def test_an_unknown_name_is_refused(self, view, operation, told, arn):
        """What names no domain of this account is an unknown resource, told as it was given."""
        with pytest.raises(Fault) as caught:
            ask(view, operation, resourceArn=arn, **told)

        assert (caught.value.code, caught.value.message) == (
            "UnknownResourceFault",
            f"Unknown resource: {arn}",
        )
