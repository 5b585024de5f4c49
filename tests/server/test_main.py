"""`python -m swf.server`: what it prints, what it refuses, how it stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from embedded import PATIENCE_SECONDS, ROOT, client_of, server_process
from raw_http import Connection, ask, request

import swf
from swf.server import keys

DOMAIN = {"name": "kept", "workflowExecutionRetentionPeriodInDays": "1"}
POLL = {"domain": "kept", "taskList": {"name": "x"}}


def refused(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Return what a server that does not start says; fail where it starts."""
    ended = subprocess.run(
        [sys.executable, "-m", "swf.server", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode in {1, 2}, ended
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr


def held_poll(port: int) -> Connection:
    """Return a connection with a poll on it that the server holds."""
    connection = Connection(port)
    connection.send(request(POLL, target="PollForDecisionTask"))
    while b"swf_held_polls 1" not in ask(port, request(method="GET", path="/metrics")).body:
        pass
    return connection


def test_what_it_prints_is_what_clients_need():
    """The one line on standard output is the environment of an AWS client."""
    with server_process("--db", "memory://", "--port", "0") as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        client = client_of(server.url)
        assert client.list_domains(registrationStatus="REGISTERED")["domainInfos"] == []
        assert server.stop() == 0
        assert server.process.stdout.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(tmp_path, number):
    """A signal ends held polls as empty, closes the file and gives 0; what was done is kept."""
    database = tmp_path / "swf.db"
    with server_process("--db", str(database), "--port", "0") as server:
        assert ask(server.port, request(DOMAIN, target="RegisterDomain")).status == 200
        idle = Connection(server.port)
        with held_poll(server.port) as poller:
            assert server.stop(number) == 0

            reply = poller.reply()
            assert reply.json == {"startedEventId": 0, "previousStartedEventId": 0}
            assert reply.headers["connection"] == "close"
            assert poller.ended
            assert idle.ended
        idle.close()
        with pytest.raises(ConnectionRefusedError):
            Connection(server.port)
    with server_process("--db", f"sqlite:///{database}", "--port", "0") as again:
        described = ask(again.port, request({"name": "kept"}, target="DescribeDomain"))
        assert described.json["domainInfo"]["status"] == "REGISTERED"


def test_a_second_signal_ends_it_at_once():
    """Where something does not end, a second signal does not wait for it."""
    with (
        server_process("--db", "memory://", "--port", "0") as server,
        Connection(server.port) as unfinished,
    ):
        # A request whose body never comes keeps a graceful stop waiting.
        unfinished.send(request(b"", length=100))
        ask(server.port, request({"registrationStatus": "REGISTERED"}))
        server.process.send_signal(signal.SIGTERM)
        while listens(server.port):
            pass

        assert server.stop(signal.SIGTERM) == 128 + signal.SIGTERM


def listens(port: int) -> bool:
    try:
        Connection(port).close()
    except OSError:
        return False
    return True


def test_a_host_that_others_reach_demands_keys():
    """Without keys, nothing but loop-back is listened on; the refusal says what to do."""
    for host in ("0.0.0.0", "::", "10.1.2.3"):
        told = refused("--db", "memory://", "--port", "0", "--host", host)
        assert told.startswith(f"swf.server: host: {host} can be reached from other machines")
        assert told.count("\n") == 1


@pytest.mark.parametrize("where", ["environment", "file"])
def test_with_keys_every_request_must_be_signed(tmp_path, where):
    """With a key pair configured, boto3 with that pair is answered, and nobody else is."""
    environment, arguments = {}, []
    if where == "file":
        path = tmp_path / "keys"
        path.write_text("[swf]\naws_access_key_id=ID\naws_secret_access_key=SECRET\n")
        path.chmod(0o600)
        arguments = ["--key-file", str(path), "--key-profile", "swf"]
    else:
        environment = {keys.ID_VARIABLE: "ID", keys.SECRET_VARIABLE: "SECRET"}
    host = ("--host", "0.0.0.0", "--allowed-host", "swf.internal")
    with server_process(
        "--db", "memory://", "--port", "0", *host, *arguments, environment=environment
    ) as server:
        own = client_of(server.url, access_key="ID", secret_key="SECRET", session_token="any")
        own.register_domain(**DOMAIN)
        assert own.describe_domain(name="kept")["domainInfo"]["status"] == "REGISTERED"
        for pair, code in {
            ("ID", "GUESS"): "InvalidSignatureException",
            ("OTHER", "SECRET"): "UnrecognizedClientException",
        }.items():
            other = client_of(server.url, access_key=pair[0], secret_key=pair[1])
            with pytest.raises(ClientError) as caught:
                other.describe_domain(name="kept")
            assert caught.value.response["Error"]["Code"] == code
        for method, path in (("POST", "/"), ("GET", "/metrics"), ("GET", "/task-lists")):
            reply = ask(server.port, request(method=method, path=path))
            assert (reply.status, reply.fault) == (400, "MissingAuthenticationTokenException")
        named = request(method="GET", path="/health", host="swf.internal:1")
        assert ask(server.port, named).status == 200


def test_a_second_server_is_told_of_the_first(tmp_path):
    """A file has one owner; who comes second hears where it is served."""
    database = str(tmp_path / "swf.db")
    with server_process("--db", database, "--port", "0") as server:
        told = refused("--db", database, "--port", "0")

        assert server.url in told
        assert str(server.process.pid) in told


def test_a_program_that_names_the_file_comes_to_its_server(tmp_path):
    """Who connects to a database that is being served is connected to its server."""
    database = tmp_path / "swf.db"
    with server_process("--db", str(database), "--port", "0") as server:
        connection = swf.connect(f"sqlite:///{database}")
        connection.call("RegisterDomain", DOMAIN)
        connection.close()

        assert ask(server.port, request({"name": "kept"}, target="DescribeDomain")).status == 200


def test_what_cannot_be_served_is_said_in_one_line(tmp_path):
    """Each refusal is a line that names what is wrong."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port} cannot be listened on" in refused(
            "--db", "memory://", "--port", port
        )
    assert "must be from 0 to 3600 seconds" in refused(
        "--db", "memory://", "--port", "0", "--poll-seconds", "-1"
    )
    foreign = tmp_path / "foreign.db"
    foreign.write_text("no database, but a text that is long enough to be looked at" * 99)
    assert str(foreign) in refused("--db", str(foreign), "--port", "0")
    assert "cannot be listened on" in refused("--db", "memory://", "--port", "99999")
    assert "set both" in refused(
        "--db", "memory://", "--port", "0", environment={keys.ID_VARIABLE: "ID"}
    )


@pytest.fixture
def without_extra(tmp_path):
    """The environment of programs that have swf without its extra."""
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError(name='starlette')\n")
    return {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}


def test_without_the_extra_it_says_what_to_install(without_extra):
    """Where starlette is missing, one line says what to install."""
    said = refused("--db", "memory://", "--port", "0", environment=without_extra)

    assert said.startswith("swf.server: serving over HTTP needs starlette and uvicorn")
    assert "pip install 'swf[server]'" in said
    assert said.count("\n") == 1


def test_without_the_extra_its_import_says_what_to_install(without_extra):
    """A program that imports swf.server gets an ImportError that names the extra."""
    program = "try:\n    import swf.server\nexcept ImportError as error:\n    print(error)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **without_extra},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    ).stdout

    assert "pip install 'swf[server]'" in said


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("add", "must be NAME=MODULE:FUNCTION"),
        ("=os:path", "must be NAME=MODULE:FUNCTION"),
        ("add=", "must be NAME=MODULE:FUNCTION"),
        ("add=nowhere:x", "No module named 'nowhere'"),
        ("add=os:nothing", "has no attribute 'nothing'"),
        ("add=os:name", "os:name cannot be called"),
    ],
)
def test_a_function_that_is_none_is_refused(told, why):
    """A Lambda function must be there when the server starts; the refusal says what is wrong."""
    said = refused("--db", "memory://", "--port", "0", "--lambda", told).splitlines()[-1]

    assert f"argument --lambda: {told!r}: " in said
    assert why in said


def test_a_lambda_task_calls_a_function_that_was_named(tmp_path):
    """`--lambda NAME=MODULE:FUNCTION` registers a function for Lambda tasks of that name."""
    Path(tmp_path / "shop_functions.py").write_text(
        "def add(event, context):\n    return sum(event)\n"
    )
    with server_process(
        *("--db", "memory://", "--port", "0", "--lambda", "add=shop_functions:add"),
        environment={"PYTHONPATH": str(tmp_path)},
    ) as server:
        client = client_of(server.url)
        client.register_domain(**DOMAIN)
        client.register_workflow_type(domain="kept", name="w", version="1")
        client.start_workflow_execution(
            domain="kept",
            workflowId="1",
            workflowType={"name": "w", "version": "1"},
            taskList={"name": "x"},
            executionStartToCloseTimeout="60",
            taskStartToCloseTimeout="60",
            childPolicy="TERMINATE",
            lambdaRole="arn:aws:iam::123456789012:role/any",
        )
        task = client.poll_for_decision_task(**POLL)
        attributes = {"id": "1", "name": "add", "input": "[1, 2]"}
        decision = {
            "decisionType": "ScheduleLambdaFunction",
            "scheduleLambdaFunctionDecisionAttributes": attributes,
        }
        client.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[decision])
        event = client.poll_for_decision_task(**POLL)["events"][-1]
        history = client.get_workflow_execution_history(
            domain="kept", execution=task["workflowExecution"]
        )["events"]

    assert event["eventType"] == "DecisionTaskStarted"
    [completed] = [one for one in history if one["eventType"] == "LambdaFunctionCompleted"]
    assert completed["lambdaFunctionCompletedEventAttributes"]["result"] == "3"
