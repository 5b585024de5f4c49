"""The contract of every transport, and the registry of endpoint schemes."""

from __future__ import annotations

import copy
import threading

import pytest
from canned import CannedTransport
from listed import domains

from swf.clock import SystemClock
from swf.exceptions import (
    ResponseError,
    SettingsError,
    ValidationError,
    ValidationTypeError,
)
from swf.transport import schemes
from swf.transport.schemes import factory_for, register_scheme


class TestCall:
    def test_a_checked_request_is_sent_as_it_is(self):
        """What obeys the API's rules reaches the transport, and its reply comes back."""
        transport = CannedTransport(DescribeDomain={"domainInfo": {"name": "d"}})

        assert transport.call("DescribeDomain", {"name": "d"}) == {"domainInfo": {"name": "d"}}
        assert transport.calls == [("DescribeDomain", {"name": "d"})]

    @pytest.mark.parametrize(
        ("operation", "params", "error"),
        [
            ("DescribeDomain", {}, ValidationError),
            ("DescribeDomain", {"name": 7}, ValidationTypeError),
            ("DescribeDomain", {"name": "d", "nmae": "d"}, ValidationTypeError),
            ("DescribeDomains", {"name": "d"}, ValidationError),
            ("DescribeDomain", None, ValidationTypeError),
            (["DescribeDomain"], {"name": "d"}, ValidationTypeError),
        ],
    )
    def test_what_breaks_a_rule_is_not_sent(self, operation, params, error):
        """A request that breaks a rule is refused before anything is sent."""
        transport = CannedTransport(DescribeDomain={})

        with pytest.raises(error):
            transport.call(operation, params)

        assert transport.calls == []


class TestPages:
    def test_each_page_is_asked_for_when_it_is_needed(self):
        """Pages follow the tokens, and none is fetched before the one ahead of it was used."""
        transport = domains("a", "b", "c", page=1)
        params = {"registrationStatus": "REGISTERED"}

        pages = transport.pages("ListDomains", params)
        assert transport.calls == []
        assert [info["name"] for info in next(pages)["domainInfos"]] == ["a"]
        assert len(transport.calls) == 1

        assert [page["domainInfos"][0]["name"] for page in pages] == ["b", "c"]
        tokens = [sent.get("nextPageToken") for _, sent in transport.calls]
        assert tokens[0] is None
        assert len(set(tokens)) == 3
        assert params == {"registrationStatus": "REGISTERED"}

    def test_a_page_that_leads_to_itself_ends_it(self):
        """A server that answers a token with the same token is not asked for ever."""
        transport = CannedTransport(ListWorkflowTypes={"typeInfos": [], "nextPageToken": "a"})
        params = {"domain": "d", "registrationStatus": "REGISTERED"}
        pages = transport.pages("ListWorkflowTypes", params)

        assert next(pages) == next(pages)
        with pytest.raises(ResponseError, match="'a' is followed by itself") as caught:
            next(pages)

        assert caught.value.operation == "ListWorkflowTypes"
        assert caught.value.resource == "Domain('d')"
        assert len(transport.calls) == 2


def test_a_copy_is_the_same_transport():
    """Copying what holds a transport opens no second connection."""
    transport = CannedTransport()

    assert copy.copy(transport) is transport
    assert copy.deepcopy({"held": transport})["held"] is transport


def test_a_transport_is_worth_keeping():
    """A transport that says nothing else is kept as the default connection."""
    assert CannedTransport().usable is True


def test_closing_what_holds_nothing_is_no_matter():
    """Every transport can be closed, twice too."""
    transport = CannedTransport(DescribeDomain={})
    transport.close()
    transport.close()

    assert transport.call("DescribeDomain", {"name": "d"}) == {}


def test_time_that_is_the_machine_s_is_not_skipped():
    """Where no clock can be moved there is nothing to skip, and nobody who holds it."""
    transport = CannedTransport()
    transport.enlist(threading.Thread(target=list))

    assert isinstance(transport.clock, SystemClock)
    assert transport.skip() is False
    assert transport.skip_until(lambda: True) is True
    assert transport.skip_until(lambda: False) is False


class TestSchemes:
    @pytest.mark.parametrize("url", ["ftp://x", "sqlite-not-yet:///x", "localhost:8000", "/path"])
    def test_a_scheme_that_nobody_serves_is_named(self, url):
        """An endpoint URL that nothing serves is refused, with the schemes that are served."""
        with pytest.raises(SettingsError, match="https://") as caught:
            factory_for(url)

        assert repr(url) in str(caught.value)

    def test_a_scheme_can_be_added(self, monkeypatch):
        """What a factory is registered for, it makes."""
        monkeypatch.setattr(schemes, "_FACTORIES", dict(schemes._FACTORIES))
        transport = CannedTransport()

        register_scheme("canned", lambda _recipe: transport)

        assert factory_for("canned://anything")(None) is transport

    def test_no_endpoint_is_aws(self):
        """Without an endpoint URL it is AWS, which is spoken to by https."""
        assert factory_for(None) is factory_for("https://example.com")
