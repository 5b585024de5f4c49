"""Which client makes which call, how it waits, and how often it sends."""

from __future__ import annotations

import threading
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.session import Session
from serving import Answer, answering, fault, reply

import swf
from swf.exceptions import ConnectionFailedError, ServiceFault, ThrottlingFault
from swf.shapes import OPERATIONS
from swf.transport import aws_client, connect
from swf.transport.recipe import Recipe
from swf.wire import snake_case

TASK = {"domain": "d", "taskList": {"name": "t"}}
SIGNAL = {"domain": "d", "workflowId": "w", "signalName": "s"}
DOMAIN = {"name": "d"}


def config_of(kind: str, given: Config | None = None) -> Config:
    return aws_client._config(Recipe(config=given), kind, Session())


def test_every_operation_has_a_method():
    """Each operation of the API is a method of botocore's client under its name in snake_case."""
    client = boto3.client(
        "swf", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    names = {snake_case(operation): operation for operation in OPERATIONS}

    assert client.meta.method_to_api_mapping == names
    client.close()


@pytest.mark.parametrize(
    ("kind", "seconds", "attempts"),
    [
        ("poll", 75, 1),
        ("heartbeat", 5, 1),
        ("respond", 10, 5),
        ("signal", 20, 1),
        ("control", 20, 3),
    ],
)
def test_each_kind_of_call_has_its_own_patience(kind, seconds, attempts):
    """A poll outlasts SWF's 60 seconds and is sent once, as are a signal and a heartbeat."""
    config = config_of(kind)

    assert config.read_timeout == seconds
    assert config.retries == {"mode": "standard", "total_max_attempts": attempts}
    assert config.max_pool_connections >= 50
    assert config.parameter_validation is False


def test_a_config_goes_over_the_own_one():
    """What the caller's Config tells is in effect; what it does not tell stays."""
    given = Config(read_timeout=3, max_pool_connections=7, retries={"total_max_attempts": 9})

    config = config_of("control", given)

    assert (config.read_timeout, config.max_pool_connections) == (3, 7)
    assert config.retries["total_max_attempts"] == 9
    assert config.connect_timeout == aws_client.CONNECT_SECONDS
    assert given.connect_timeout == Config().connect_timeout


def test_no_config_can_make_a_ghost_of_a_poll():
    """A caller's Config can lengthen a poll's wait; it cannot cut it short nor repeat the poll."""
    retries = {"mode": "standard", "total_max_attempts": 9}

    config = config_of("poll", Config(read_timeout=3, retries=retries))
    longer = config_of("poll", Config(read_timeout=90))

    assert config.read_timeout == 75
    assert longer.read_timeout == 90
    assert config.retries["total_max_attempts"] == 1
    for kind in ("signal", "heartbeat"):
        assert config_of(kind, Config(retries=retries)).retries["total_max_attempts"] == 1


class TestSending:
    @pytest.mark.parametrize(
        ("operation", "params", "times"),
        [
            ("DescribeDomain", DOMAIN, 3),
            ("RecordActivityTaskHeartbeat", {"taskToken": "t"}, 1),
            ("PollForDecisionTask", TASK, 1),
            ("PollForActivityTask", TASK, 1),
            ("SignalWorkflowExecution", SIGNAL, 1),
        ],
    )
    def test_a_failure_of_the_server_is_met_by_kind(self, operation, params, times):
        """After HTTP 500 a request is sent as often as its kind allows; some are sent once."""
        with answering(Answer(500, b"")) as server, pytest.raises(ServiceFault):
            connect(server.url).call(operation, params)

        assert server.operations() == [operation] * times

    @pytest.mark.parametrize("operation", ["PollForActivityTask", "SignalWorkflowExecution"])
    def test_what_may_have_been_received_is_not_sent_again(self, operation):
        """A poll or a signal whose connection broke after it was sent is not sent again."""
        params = SIGNAL if operation.startswith("Signal") else TASK
        with answering(Answer(drop=True)) as server, pytest.raises(ConnectionFailedError):
            connect(server.url).call(operation, params)

        assert server.operations() == [operation]

    @pytest.mark.parametrize(
        "throttled", [fault("ThrottlingException", "Rate exceeded"), Answer(429, b"")]
    )
    def test_a_signal_that_was_refused_for_its_rate_is_sent_again(self, monkeypatch, throttled):
        """Throttling means that a signal was not taken, so it may be sent again."""
        monkeypatch.setattr(aws_client.random, "uniform", lambda *_: 0)
        with answering(throttled, throttled, reply()) as server:
            assert connect(server.url).call("SignalWorkflowExecution", SIGNAL) == {}

        assert len(server.requests) == 3

    def test_a_signal_is_not_tried_for_ever(self, monkeypatch):
        """A signal that is refused each time is given up after its attempts."""
        monkeypatch.setattr(aws_client.random, "uniform", lambda *_: 0)
        throttled = fault("ThrottlingException", "Rate exceeded")
        with answering(throttled) as server, pytest.raises(ThrottlingFault):
            connect(server.url).call("SignalWorkflowExecution", SIGNAL)

        assert len(server.requests) == aws_client.SIGNAL_ATTEMPTS

    def test_a_signal_that_could_not_be_sent_is_sent_again(self, monkeypatch):
        """Where no connection came about nothing was received: the wait grows, then it ends."""
        waits: list[tuple[float, float]] = []
        monkeypatch.setattr(aws_client.random, "uniform", lambda *range_: waits.append(range_) or 0)
        with pytest.raises(ConnectionFailedError):
            connect("http://127.0.0.1:1").call("SignalWorkflowExecution", SIGNAL)

        assert waits == [(0, 1), (0, 2)]

    def test_the_package_names_itself(self):
        """Each request tells the service which package and version sends it."""
        with answering() as server:
            connect(server.url).call("DeprecateDomain", DOMAIN)
            named = Config(user_agent_appid="orders")
            connect(server.url, config=named).call("DeprecateDomain", DOMAIN)

        own, with_id = [request.headers["user-agent"] for request in server.requests]
        assert own.startswith("Botocore/")
        assert own.endswith(f"swf/{swf.__version__}")
        assert "app/orders" in with_id

    def test_times_are_sent_in_seconds(self):
        """A time of a filter arrives as the number of seconds it was given as."""
        params = {"domain": "d", "startTimeFilter": {"oldestDate": 1_500_000_000.0}}
        with answering(reply(executionInfos=[])) as server:
            connect(server.url).call("ListOpenWorkflowExecutions", params)

        assert server.requests[0].params == params

    def test_one_connection_serves_call_after_call(self):
        """Calls of a kind share a socket, so only the first pays for it."""
        with answering() as server:
            connection = connect(server.url)
            for _ in range(3):
                connection.call("DeprecateDomain", DOMAIN)

        assert len({request.port for request in server.requests}) == 1

    def test_calls_of_two_kinds_have_each_their_client(self):
        """A poll does not take the socket of a description: both are of one connection."""
        with answering(reply(domainInfo={}, configuration={})) as server:
            connection = connect(server.url)
            for _ in range(2):
                connection.call("DescribeDomain", DOMAIN)
                connection.call("PollForDecisionTask", TASK)

        first, second, *again = [request.port for request in server.requests]
        assert again == [first, second]
        assert first != second

    def test_a_closed_connection_opens_again(self):
        """After `close()` a call works, over a new socket."""
        with answering() as server:
            connection = connect(server.url)
            connection.close()
            connection.call("DeprecateDomain", DOMAIN)
            connection.close()
            connection.call("DeprecateDomain", DOMAIN)

        assert len({request.port for request in server.requests}) == 2

    def test_threads_share_a_connection(self):
        """Threads that call at once, the first call too, each get their own answer."""
        with answering(reply(n=1)) as server:
            connection, start, found = connect(server.url), threading.Barrier(12), []

            def call() -> None:
                start.wait(10)
                found.append(connection.call("DeprecateDomain", DOMAIN))
                found.append(connection.call("UndeprecateDomain", DOMAIN))

            threads = [threading.Thread(target=call) for _ in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)

        assert found == [{"n": 1}] * 24


def session_of(**fields: str) -> Session:
    return aws_client.session_of(Recipe(**fields))


def test_connections_of_one_process_share_a_session():
    """A second connection does not load botocore's data again."""
    session = session_of()

    assert session_of(endpoint_url="http://127.0.0.1:1") is session
    assert session_of(profile="other") is not session


def test_a_session_sees_the_environment_it_was_made_in(monkeypatch, tmp_path):
    """Where boto3 would look elsewhere by now, another session is made."""
    session = session_of()

    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    assert session_of() is not session


@pytest.mark.parametrize(
    ("variable", "name"),
    [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_session_sees_the_files_it_was_made_of(monkeypatch, tmp_path, variable, name, named):
    """A file of boto3's that was written since, wherever it is, makes another session."""
    path = Path.home() / ".aws" / name
    if named:
        path = tmp_path / name
        monkeypatch.setenv(variable, str(path))
    path.parent.mkdir(exist_ok=True)
    sessions = [session_of()]
    for text in ("[default]\n", "[default]\nregion=eu-west-1\n"):
        path.write_text(text, encoding="utf-8")
        sessions += [session_of(), session_of()]

    first, second, again, third, _ = sessions
    assert again is second
    assert len({id(one) for one in (first, second, third)}) == 3


def test_a_session_is_of_the_settings_it_was_made_under():
    """What is set, or forgotten, makes another session: nothing stale outlives `clear()`."""
    session = session_of()

    swf.settings.clear()

    assert session_of() is not session
