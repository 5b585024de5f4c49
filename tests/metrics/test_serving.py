"""Metrics over HTTP: where they are, and to whom they are given."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

import swf.metrics
from swf.exceptions import SettingsError
from swf.metrics import CONTENT_TYPE, Family, Registry, collector, serve
from swf.metrics.serving import MOST_CLIENTS


@pytest.fixture
def registry() -> Registry:
    """A registry with a metric of each kind."""
    made = Registry()
    made.counter("c_total", "Any.", ("id",)).add(("a",))
    made.histogram("h", "Any.").observe(3)
    made.gauge("g", "Any.").set(7)
    return made


def asked(port: int, path: str = "/metrics", **headers: str) -> tuple[int, str, str]:
    """Return status, type and body of what is answered to a GET."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    reply = connection.getresponse()
    told = reply.status, reply.getheader("Content-Type", ""), reply.read().decode()
    connection.close()
    return told


def test_metrics_are_served_until_it_is_closed(registry: Registry) -> None:
    """GET /metrics has the text of the registry; once closed, nobody listens."""
    with serve(0, registry=registry) as server:
        assert asked(server.port) == (200, CONTENT_TYPE, registry.render())
        assert server.url == f"http://127.0.0.1:{server.port}/metrics"
        assert asked(server.port, "/elsewhere")[0] == 404

    with pytest.raises(OSError, match="refused"):
        asked(server.port)


def test_only_those_who_name_this_machine_are_answered(registry: Registry) -> None:
    """A page of another site, whose name was made to point here, reads nothing."""
    with serve(0, registry=registry) as server:
        assert asked(server.port, Host="evil.example")[0] == 421
        assert asked(server.port, Host=f"localhost:{server.port}")[0] == 200


def test_others_may_be_let_in(registry: Registry) -> None:
    """Listening on all addresses, any name is answered: that was asked for."""
    with serve(0, "0.0.0.0", registry=registry) as server:
        assert asked(server.port, Host="metrics.example")[0] == 200


def test_clients_that_say_nothing_take_no_more_threads_than_there_may_be(
    registry: Registry,
) -> None:
    """Beyond so many clients at a time one is let go; when others have gone there is room again."""
    with serve(0, registry=registry) as server, ExitStack() as held:
        before = threading.active_count()
        address = ("127.0.0.1", server.port)
        silent = [
            held.enter_context(socket.create_connection(address, 10)) for _ in range(MOST_CLIENTS)
        ]
        with socket.create_connection(address, 10) as beyond:
            assert beyond.recv(1) == b""
        assert threading.active_count() <= before + MOST_CLIENTS

        for one in silent:
            one.close()
        threads = [one for one in threading.enumerate() if "process_request" in one.name]
        for thread in threads:
            thread.join(10)
        assert asked(server.port)[0] == 200


def test_a_client_for_which_no_thread_begins_takes_no_room(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many clients are let go while the machine gives no thread, the next is answered."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with serve(0, registry=registry) as server:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        for _ in range(MOST_CLIENTS + 1):
            with socket.create_connection(("127.0.0.1", server.port), 10) as let_go:
                assert let_go.recv(1) == b""
        monkeypatch.undo()

        assert asked(server.port)[0] == 200


def test_a_port_that_is_taken_is_told(registry: Registry) -> None:
    """Where it cannot listen, the error names the place and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port}: .*another port"):
            serve(port, registry=registry)


@pytest.mark.parametrize("host", ["a..b", "a" * 70])
def test_a_host_that_is_none_is_told(registry: Registry, host: str) -> None:
    """A name that nothing can listen at is told as a port is that is taken."""
    with pytest.raises(SettingsError, match="metrics cannot be served at"):
        serve(0, host, registry=registry)


def test_metrics_that_cannot_be_read_are_told(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a function that tells metrics fails, the reader has a 500, and the log has why."""
    told: list[Family] = []
    registry.collect_with(lambda: [told.pop()])
    with serve(0, registry=registry) as server:
        assert asked(server.port)[0] == 500
        told.append(Family("back", "gauge", "Again."))
        assert "TYPE back gauge" in asked(server.port)[2]

    [record] = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is IndexError


def test_metrics_of_the_process_are_there_unasked() -> None:
    """`swf.metrics.render()` has every metric of the catalogue, before anything has happened."""
    told = {family.name for family in text_string_to_metric_families(swf.metrics.render())}

    assert {"swf_calls", "swf_polls", "swf_activity_start_to_close_seconds"} <= told


def test_prometheus_client_reads_the_same(registry: Registry) -> None:
    """Registered with prometheus-client, the metrics are what they are by themselves."""
    theirs = CollectorRegistry()
    theirs.register(collector(registry))

    def told(text: str) -> list[object]:
        return [(one.name, one.type, one.samples) for one in text_string_to_metric_families(text)]

    assert told(generate_latest(theirs).decode()) == told(registry.render())


def test_without_prometheus_client_it_says_so() -> None:
    """Nothing needs prometheus-client; who asks for the bridge without it is told what to do."""
    code = (
        "import sys, json; sys.modules['prometheus_client'] = None\n"
        "import swf.metrics\n"
        "from swf.exceptions import SettingsError\n"
        "try:\n    swf.metrics.collector()\n"
        "except SettingsError as error:\n    print(json.dumps([str(error), swf.metrics.render()]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    message, text = json.loads(ran.stdout)
    assert "pip install prometheus-client" in message
    assert "swf_calls_total" in text
