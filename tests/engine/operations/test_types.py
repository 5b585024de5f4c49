"""Workflow types and activity types as clients see them, both kinds by the same rules."""

from __future__ import annotations

import re

import pytest
import stored
from hypothesis import given
from hypothesis import strategies as st
from stored import ask, later, pages

from swf.fault import Fault
from swf.shapes import OPERATIONS, SHAPES

KINDS = ("ActivityType", "WorkflowType")
KEYS = st.sets(
    st.tuples(st.sampled_from(["A", "B", "a"]), st.sampled_from(["1", "10", "2"])), max_size=6
)
ORDER = ("Order", "1")


@pytest.fixture
def view():
    with stored.viewed() as made:
        yield made


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def member(kind):
    return kind[0].lower() + kind[1:]


def register(view, kind, key=ORDER, **told):
    name, version = key
    told = {"domain": stored.DOMAIN} | told
    assert ask(view, f"Register{kind}", name=name, version=version, **told) == {}


def act(view, verb, kind, key=ORDER, domain=stored.DOMAIN):
    named = {"name": key[0], "version": key[1]}
    return ask(view, f"{verb}{kind}", domain=domain, **{member(kind): named})


def status(view, kind, key=ORDER):
    return act(view, "Describe", kind, key)["typeInfo"]["status"]


def listed(view, kind, status="REGISTERED", **told):
    reply = ask(view, f"List{kind}s", domain=stored.DOMAIN, registrationStatus=status, **told)
    return keys(reply, kind)


def keys(reply, kind):
    return [tuple(info[member(kind)].values()) for info in reply["typeInfos"]]


def refused(kind, code, words="{kind}=[name=Order, version=1]"):
    message = re.escape(f"{code}: {words.format(kind=kind)}")
    return pytest.raises(Fault, match=f"^{message}$")


class TestOne:
    def test_a_type_is_described_as_it_was_registered(self, view, kind):
        """Every default that can be told comes back as the configuration, and no other."""
        shape = SHAPES[OPERATIONS[f"Register{kind}"]["input"]]["members"]
        defaults = {
            name: "7" for name in shape if name.startswith("default") and name != "defaultTaskList"
        }
        defaults["defaultTaskList"] = {"name": "main"}
        if "defaultChildPolicy" in defaults:
            defaults["defaultChildPolicy"] = "ABANDON"
        register(view, kind, description="told", **defaults)

        assert act(view, "Describe", kind) == {
            "typeInfo": {
                member(kind): {"name": "Order", "version": "1"},
                "status": "REGISTERED",
                "description": "told",
                "creationDate": 1_577_836_800.0,
            },
            "configuration": defaults,
        }

    def test_what_was_not_told_is_left_out(self, view, kind):
        """A type without description and defaults has none in its description."""
        register(view, kind)
        described = act(view, "Describe", kind)

        assert described["configuration"] == {}
        assert "description" not in described["typeInfo"]

    def test_the_kinds_do_not_mix(self, view):
        """An activity type and a workflow type may share name and version."""
        register(view, "ActivityType")
        register(view, "WorkflowType")
        act(view, "Deprecate", "ActivityType")

        assert status(view, "WorkflowType") == "REGISTERED"

    @pytest.mark.parametrize("verb", ["Deprecate", "Undeprecate", "Delete", "Describe"])
    def test_an_unknown_type_is_refused(self, view, kind, verb):
        """The fault names kind, name and version; where the domain is unknown, that one first."""
        register(view, kind, ("Order", "2"))
        with refused(kind, "UnknownResourceFault", "Unknown type: {kind}=[name=Order, version=1]"):
            act(view, verb, kind)
        with refused(kind, "UnknownResourceFault", "Unknown domain: none"):
            act(view, verb, kind, domain="none")

    def test_an_unknown_domain_is_refused(self, view, kind):
        """There are no types to register or to list where there is no domain."""
        with refused(kind, "UnknownResourceFault", "Unknown domain: none"):
            register(view, kind, domain="none")
        with refused(kind, "UnknownResourceFault", "Unknown domain: none"):
            ask(view, f"List{kind}s", domain="none", registrationStatus="REGISTERED")


class TestStatus:
    def test_a_key_is_registered_once(self, view, kind):
        """A type is not registered again, nor while it is deprecated."""
        register(view, kind)
        with refused(kind, "TypeAlreadyExistsFault"):
            register(view, kind, description="another")
        act(view, "Deprecate", kind)

        with refused(kind, "TypeAlreadyExistsFault"):
            register(view, kind)

    def test_a_type_is_deprecated_once_and_comes_back_once(self, view, kind):
        """The date of the deprecation is told while it lasts; doing it twice is refused."""
        register(view, kind)
        with refused(kind, "TypeAlreadyExistsFault"):
            act(view, "Undeprecate", kind)
        assert act(later(view, 1.5), "Deprecate", kind) == {}
        info = act(view, "Describe", kind)["typeInfo"]
        assert (info["status"], info["deprecationDate"]) == ("DEPRECATED", 1_577_836_801.5)
        with refused(kind, "TypeDeprecatedFault"):
            act(view, "Deprecate", kind)
        assert act(view, "Undeprecate", kind) == {}

        info = act(view, "Describe", kind)["typeInfo"]
        assert info["status"] == "REGISTERED"
        assert "deprecationDate" not in info

    def test_only_a_deprecated_type_is_deleted(self, view, kind):
        """A deleted type is unknown, and its key may be registered anew with other defaults."""
        register(view, kind, description="old")
        with refused(kind, "TypeNotDeprecatedFault"):
            act(view, "Delete", kind)
        act(view, "Deprecate", kind)
        assert act(view, "Delete", kind) == {}
        with refused(kind, "UnknownResourceFault", "Unknown type: {kind}=[name=Order, version=1]"):
            act(view, "Describe", kind)

        register(later(view, 60), kind)
        info = act(view, "Describe", kind)["typeInfo"]
        assert (info["status"], info["creationDate"]) == ("REGISTERED", 1_577_836_860.0)
        assert "description" not in info


class TestDeprecatedDomain:
    @pytest.fixture
    def deprecated(self, view, kind):
        """A view of a deprecated domain with a type that is so by itself, and one that is not."""
        register(view, kind)
        register(view, kind, ("Own", "1"))
        act(later(view, 1), "Deprecate", kind, ("Own", "1"))
        ask(later(view, 2), "DeprecateDomain", name=stored.DOMAIN)
        return later(view, 3)

    def test_all_types_are_deprecated(self, deprecated, kind):
        """Each is since its own deprecation, or else since that of its domain."""
        described = [
            act(deprecated, "Describe", kind, key)["typeInfo"] for key in (ORDER, ("Own", "1"))
        ]

        assert [info["status"] for info in described] == ["DEPRECATED", "DEPRECATED"]
        assert [info["deprecationDate"] % 60 for info in described] == [2.0, 1.0]
        assert listed(deprecated, kind) == []
        assert listed(deprecated, kind, "DEPRECATED") == [ORDER, ("Own", "1")]

    def test_no_type_is_registered(self, deprecated, kind):
        """A deprecated domain takes no types, as if it were not there."""
        with refused(kind, "UnknownResourceFault", "Unknown domain: orders"):
            register(deprecated, kind, ("New", "1"))

    def test_types_come_back_with_their_domain(self, deprecated, kind):
        """What was deprecated by itself stays so; all else is registered again."""
        ask(deprecated, "UndeprecateDomain", name=stored.DOMAIN)

        assert listed(deprecated, kind) == [ORDER]
        assert listed(deprecated, kind, "DEPRECATED") == [("Own", "1")]

    def test_a_type_is_deprecated_once(self, deprecated, kind):
        """A type that is deprecated with its domain cannot be deprecated, but it can be deleted."""
        with refused(kind, "TypeDeprecatedFault"):
            act(deprecated, "Deprecate", kind)
        assert act(deprecated, "Delete", kind) == {}

        assert listed(deprecated, kind, "DEPRECATED") == [("Own", "1")]

    def test_only_its_own_deprecation_is_taken_back(self, deprecated, kind):
        """What is deprecated with its domain only comes back with that only."""
        with refused(kind, "TypeAlreadyExistsFault"):
            act(deprecated, "Undeprecate", kind)
        act(deprecated, "Undeprecate", kind, ("Own", "1"))
        assert status(deprecated, kind, ("Own", "1")) == "DEPRECATED"
        ask(deprecated, "UndeprecateDomain", name=stored.DOMAIN)

        assert listed(deprecated, kind) == [ORDER, ("Own", "1")]


class TestList:
    def test_a_list_has_the_types_of_one_status(self, view, kind):
        """Each is listed as it is described, in the list of its status."""
        register(view, kind, description="told")
        register(view, kind, ("Other", "1"))
        act(view, "Deprecate", kind)
        reply = ask(view, f"List{kind}s", domain=stored.DOMAIN, registrationStatus="DEPRECATED")

        assert reply == {"typeInfos": [act(view, "Describe", kind)["typeInfo"]]}
        assert listed(view, kind) == [("Other", "1")]

    def test_a_name_is_met_exactly(self, view, kind):
        """A list of one name has its versions, and no type whose name merely begins so."""
        for key in [("Order", "2"), ("Order", "1"), ("Orders", "1"), ("order", "1")]:
            register(view, kind, key)

        assert listed(view, kind, name="Order") == [("Order", "1"), ("Order", "2")]
        assert listed(view, kind, name="Ord") == []

    def test_the_longest_names_make_tokens_that_are_taken_back(self, view, kind):
        """A token is at most 2,048 characters long, whatever the names of a page end with."""
        longest = ("\U0001f600" * 256, "\U0001f600" * 63)
        for last in "ab":
            register(view, kind, (longest[0], longest[1] + last))
        told = {"domain": stored.DOMAIN, "registrationStatus": "REGISTERED"}
        replies = list(pages(view, f"List{kind}s", 1, **told))

        assert [len(reply["typeInfos"]) for reply in replies] == [1, 1]
        assert len(replies[0]["nextPageToken"]) > 1_000

    @given(
        kind=st.sampled_from(KINDS),
        first=KEYS,
        more=st.lists(KEYS, max_size=3),
        size=st.integers(1, 3),
        reverse=st.booleans(),
        name=st.none() | st.just("A"),
        closed=st.booleans(),
        own=st.booleans(),
    )
    def test_pages_neither_skip_nor_repeat(
        self, kind, first, more, size, reverse, name, closed, own
    ):
        """Whatever is registered between pages, each type that stays is listed once, in order."""
        with stored.viewed() as view:
            there: set[tuple[str, str]] = set()

            def add(added):
                for key in added - there:
                    register(view, kind, key)
                    if own:
                        act(view, "Deprecate", kind, key)
                there.update(added)

            add(first)
            if closed:
                ask(view, "DeprecateDomain", name=stored.DOMAIN)
            coming = iter(() if closed else more)
            replies = list(
                pages(
                    view,
                    f"List{kind}s",
                    size,
                    lambda: add(next(coming, set())),
                    domain=stored.DOMAIN,
                    registrationStatus="DEPRECATED" if own or closed else "REGISTERED",
                    reverseOrder=reverse,
                    **({} if name is None else {"name": name}),
                )
            )

        seen = [key for reply in replies for key in keys(reply, kind)]
        assert seen == sorted(set(seen), reverse=reverse)
        assert {key for key in first if name in (None, key[0])} <= set(seen) <= there
        assert all(len(reply["typeInfos"]) == size for reply in replies[:-1])
