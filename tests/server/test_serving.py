"""An engine of this process that others reach over HTTP."""

from __future__ import annotations

import threading

import pytest
from embedded import client_of
from raw_http import Connection, ask, request

from swf.engine import Engine
from swf.exceptions import SettingsError
from swf.server import KeyPair, serve

DOMAIN = {"name": "shared", "workflowExecutionRetentionPeriodInDays": "1"}
POLL = {"domain": "shared", "taskList": {"name": "x"}}
PATIENCE_SECONDS = 120


@pytest.fixture
def engine():
    with Engine.open("memory://shared") as opened:
        yield opened


def port_of(served) -> int:
    return int(served.url.rpartition(":")[2])


def health(port: int):
    return ask(port, request(method="GET", path="/health"))


def test_who_is_inside_and_who_is_outside_see_the_same(engine):
    """What is done through the engine's door is seen over HTTP, and the other way round."""
    with serve(engine) as served:
        engine.handle("RegisterDomain", DOMAIN)
        client = client_of(served.url)
        client.register_activity_type(domain="shared", name="a", version="1")
        told = engine.handle(
            "ListActivityTypes", {"domain": "shared", "registrationStatus": "REGISTERED"}
        )

        assert client.describe_domain(name="shared")["domainInfo"]["name"] == "shared"
        assert [info["activityType"]["name"] for info in told["typeInfos"]] == ["a"]


def test_a_task_made_inside_wakes_a_poll_outside(engine):
    """A poll held over HTTP is answered by a call that another thread of this process makes."""
    engine.handle("RegisterDomain", DOMAIN)
    named = {"domain": "shared", "name": "w", "version": "1"}
    engine.handle("RegisterWorkflowType", named)
    with serve(engine) as served, Connection(port_of(served)) as poller:
        poller.send(request(POLL, target="PollForDecisionTask"))
        while not engine.held_polls:
            assert health(port_of(served)).status == 200
        engine.handle(
            "StartWorkflowExecution",
            {
                "domain": "shared",
                "workflowId": "1",
                "workflowType": {"name": "w", "version": "1"},
                "taskList": {"name": "x"},
                "executionStartToCloseTimeout": "60",
                "taskStartToCloseTimeout": "60",
                "childPolicy": "TERMINATE",
            },
        )

        assert poller.reply().json["workflowExecution"]["workflowId"] == "1"


def test_closing_answers_held_polls_and_leaves_the_engine(engine):
    """Whoever polls is told that there was nothing; the engine goes on for those inside."""
    engine.handle("RegisterDomain", DOMAIN)
    served = serve(engine)
    with Connection(port_of(served)) as poller:
        poller.send(request(POLL, target="PollForActivityTask"))
        while not engine.held_polls:
            assert health(port_of(served)).status == 200

        served.close()

        assert poller.reply().json == {"startedEventId": 0}
    assert engine.held_polls == 0
    assert engine.handle("DescribeDomain", {"name": "shared"})
    with pytest.raises(ConnectionRefusedError):
        Connection(port_of(served))


def test_closing_twice_is_closing(engine):
    """A server that is closed stays closed, and its thread is gone."""
    served = serve(engine)

    served.close()
    served.close()

    assert "swf-server" not in [thread.name for thread in threading.enumerate()]


def test_an_engine_that_is_closed_is_told_as_503():
    """Requests to a server whose engine was closed get 503, which clients try again."""
    engine = Engine.open("memory://closed")
    with serve(engine) as served:
        engine.close()

        reply = ask(port_of(served), request({"name": "x"}, target="DescribeDomain"))

        assert (reply.status, reply.fault) == (503, "ServiceUnavailable")
        assert (health(port_of(served)).status, health(port_of(served)).json) == (
            503,
            {"status": "stopping"},
        )


def test_one_engine_may_be_served_twice(engine):
    """Each server of an engine has a port of its own."""
    with serve(engine) as one, serve(engine, "localhost") as other:
        assert one.url != other.url
        assert health(port_of(one)).status == health(port_of(other)).status == 200
        assert one.url in repr(one)


def test_keys_are_asked_for_where_they_are_given(engine):
    """A server with keys answers those who have them."""
    with serve(engine, keys=KeyPair("ID", "SECRET")) as served:
        signed = client_of(served.url, access_key="ID", secret_key="SECRET")
        assert signed.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []

        reply = ask(port_of(served), request({"registrationStatus": "REGISTERED"}))

        assert reply.fault == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "swf.internal", ""])
def test_without_keys_only_loop_back_is_listened_on(engine, host):
    """What other machines reach is not served without keys."""
    with pytest.raises(SettingsError, match="a key pair must be configured"):
        serve(engine, host)


@pytest.mark.parametrize(
    ("host", "port"), [("swf.internal", 0), ("192.0.2.1", 0), ("127.0.0.1", 70_000)]
)
def test_what_cannot_be_listened_on_is_named(engine, host, port):
    """A name, an address of another machine and a port that is none are refused."""
    with pytest.raises(SettingsError, match=host):
        serve(engine, host, port, keys=KeyPair("ID", "SECRET"))


def test_ipv6_is_spoken(engine):
    """An IPv6 address stands in brackets in the URL."""
    try:
        served = serve(engine, "::1")
    except SettingsError:
        pytest.skip("this machine has no IPv6")
    with served:
        assert served.url.startswith("http://[::1]:")
        assert client_of(served.url).list_domains(registrationStatus="REGISTERED")
