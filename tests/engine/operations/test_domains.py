"""Domains as clients see them: registered once, deprecated and back, listed by name."""

from __future__ import annotations

import pytest
import stored
from hypothesis import given
from hypothesis import strategies as st
from stored import ask, later, pages

from swf.fault import Fault

NAMES = st.sets(st.sampled_from([f"d{number}" for number in range(12)]), max_size=8)


@pytest.fixture
def view():
    with stored.database() as connection:
        yield stored.view(connection)


def register(view, name="orders", days="30", **told):
    assert ask(
        view, "RegisterDomain", name=name, workflowExecutionRetentionPeriodInDays=days, **told
    ) == {}  # fmt: skip


def names(reply):
    return [info["name"] for info in reply["domainInfos"]]


class TestOne:
    def test_a_domain_is_described_as_it_was_registered(self, view):
        """Name, description, retention come back, with the status and the resource name."""
        register(view, days="007", description="what is bought")

        assert ask(view, "DescribeDomain", name="orders") == {
            "domainInfo": {
                "name": "orders",
                "status": "REGISTERED",
                "description": "what is bought",
                "arn": "arn:aws:swf:eu-west-1:123456789012:/domain/orders",
            },
            "configuration": {"workflowExecutionRetentionPeriodInDays": "007"},
        }

    def test_what_was_not_told_is_left_out(self, view):
        """A domain without description has none in its description."""
        register(view)

        assert "description" not in ask(view, "DescribeDomain", name="orders")["domainInfo"]

    def test_tags_come_with_a_domain(self, view):
        """The tags that a domain is registered with are its tags."""
        register(view, tags=[{"key": "team", "value": "shop"}, {"key": "bare"}])
        arn = ask(view, "DescribeDomain", name="orders")["domainInfo"]["arn"]

        assert ask(view, "ListTagsForResource", resourceArn=arn) == {
            "tags": [{"key": "bare", "value": ""}, {"key": "team", "value": "shop"}]
        }

    def test_too_many_tags_register_nothing(self, view):
        """A domain has at most 50 tags; one more is refused, and no domain is there."""
        tags = [{"key": str(number)} for number in range(51)]
        with pytest.raises(Fault, match="TooManyTagsFault"):
            register(view, tags=tags)
        with pytest.raises(Fault, match="Unknown domain: orders"):
            ask(view, "DescribeDomain", name="orders")

        register(view, tags=tags[:50])

    @pytest.mark.parametrize(
        "operation", ["DeprecateDomain", "UndeprecateDomain", "DescribeDomain"]
    )
    def test_an_unknown_domain_is_refused(self, view, operation):
        """Whatever is asked of a domain that is not there, the fault names it."""
        with pytest.raises(Fault, match=r"^UnknownResourceFault: Unknown domain: orders$"):
            ask(view, operation, name="orders")


class TestStatus:
    def test_a_name_is_registered_once(self, view):
        """A domain is not registered again, nor while it is deprecated; the fault is its name."""
        register(view)
        with pytest.raises(Fault, match=r"^DomainAlreadyExistsFault: orders$"):
            register(view)
        ask(view, "DeprecateDomain", name="orders")

        with pytest.raises(Fault, match=r"^DomainAlreadyExistsFault: orders$"):
            register(view)

    def test_a_domain_is_deprecated_once_and_comes_back_once(self, view):
        """Deprecating a deprecated domain is refused, as is undeprecating a registered one."""
        register(view)
        with pytest.raises(Fault, match=r"^DomainAlreadyExistsFault: orders$"):
            ask(view, "UndeprecateDomain", name="orders")
        assert ask(view, "DeprecateDomain", name="orders") == {}
        assert ask(view, "DescribeDomain", name="orders")["domainInfo"]["status"] == "DEPRECATED"
        with pytest.raises(Fault, match=r"^DomainDeprecatedFault: orders$"):
            ask(view, "DeprecateDomain", name="orders")
        assert ask(view, "UndeprecateDomain", name="orders") == {}

        assert ask(view, "DescribeDomain", name="orders")["domainInfo"]["status"] == "REGISTERED"


class TestList:
    def test_a_list_has_the_domains_of_one_status(self, view):
        """Registered and deprecated domains are in different lists, each as it is described."""
        register(view, "b")
        register(view, "a")
        register(view, "c")
        ask(later(view, 5), "DeprecateDomain", name="b")

        assert names(ask(view, "ListDomains", registrationStatus="REGISTERED")) == ["a", "c"]
        [info] = ask(view, "ListDomains", registrationStatus="DEPRECATED")["domainInfos"]
        assert info == ask(view, "DescribeDomain", name="b")["domainInfo"]

    @given(
        first=NAMES,
        more=st.lists(NAMES, max_size=3),
        size=st.integers(1, 4),
        reverse=st.booleans(),
        deprecated=st.booleans(),
    )
    def test_pages_neither_skip_nor_repeat(self, first, more, size, reverse, deprecated):
        """Whatever is registered between pages, each domain that stays is listed once, in order."""
        with stored.database() as connection:
            view = stored.view(connection)
            there: set[str] = set()

            def add(added):
                for name in added - there:
                    register(view, name)
                    if deprecated:
                        ask(view, "DeprecateDomain", name=name)
                there.update(added)

            add(first)
            coming = iter(more)
            status = "DEPRECATED" if deprecated else "REGISTERED"
            replies = list(
                pages(
                    view,
                    "ListDomains",
                    size,
                    lambda: add(next(coming, set())),
                    registrationStatus=status,
                    reverseOrder=reverse,
                )
            )

        seen = [name for reply in replies for name in names(reply)]
        assert seen == sorted(set(seen), reverse=reverse)
        assert first <= set(seen) <= there
        assert all(len(reply["domainInfos"]) == size for reply in replies[:-1])

    def test_a_full_last_page_has_no_token(self, view):
        """A token promises more: where the last page is exactly full there is none."""
        for name in "abcd":
            register(view, name)

        assert [len(names(reply)) for reply in pages(
            view, "ListDomains", 2, registrationStatus="REGISTERED"
        )] == [2, 2]  # fmt: skip
