"""1,000 polls held over HTTP: what they keep in memory, which threads, how soon one is answered.

The server is `python -m swf.server` in a process of its own, on a file. Each poll is a connection
that has sent PollForActivityTask and waits. The peer is bare starlette on uvicorn, which holds as
many requests that wait for an event.

Left out: TLS, and what clients keep in memory.

    python bench/held_polls.py [--quick] [--json]
"""

from __future__ import annotations

import json
import selectors
import socket
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import _given as given
import _moto
import _served
import _sides
from _sides import Bench, Found, median, row

POLLS = 1_000
MEGABYTES = 35
WAKE_UP = 5
HEAD = (
    "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "X-Amz-Target: SimpleWorkflowService.PollForActivityTask\r\n"
    "Authorization: AWS4-HMAC-SHA256 Credential=bench/20251101/us-east-1/swf/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0" * 64 + "\r\n"
    "X-Amz-Date: 20251101T120000Z\r\nContent-Length: {length}\r\n\r\n"
)


def request(server: _served.Server) -> bytes:
    """Return a poll as a client sends it."""
    body = json.dumps(given.ACTIVITY_POLL)
    host, port = server.address
    return (HEAD.format(host=f"{host}:{port}", length=len(body)) + body).encode()


def held(server: _served.Server, count: int) -> list[socket.socket]:
    """Return connections that each have sent a poll, once the server has taken them up."""
    sent = request(server)
    connections = []
    for _ in range(count):
        connection = socket.create_connection(server.address)
        connection.sendall(sent)
        connections.append(connection)
    settled(server)
    return connections


def settled(server: _served.Server) -> None:
    """Return when the server has nothing to do."""
    before = -1.0
    while server.cpu != before:
        before = server.cpu
        time.sleep(0.3)


def swf(count: int, folder: Path) -> Found:
    """Hold polls on the embedded SWF, then hand a task to one after another."""
    with _served.swf(folder) as server:
        ask = _moto.asking(_moto.client(server.url))
        given.register(ask)
        _moto.polled_steps(ask, 30, "warm")
        found, connections = _held(server, count)
        ask("StartWorkflowExecution", given.started("order-1"))
        with selectors.DefaultSelector() as waiting:
            for connection in connections:
                waiting.register(connection, selectors.EVENT_READ)
            woken = [_woken(ask, number, waiting) for number in range(50)]
        return {**found, "woken": statistics.median(woken)}


def _woken(ask: given.Ask, number: int, waiting: selectors.BaseSelector) -> float:
    """Return the seconds from the call that makes a task to the answer of the poll that gets it."""
    token = ask("PollForDecisionTask", given.DECISION_POLL)["taskToken"]
    time.sleep(0.005)
    # The answer comes over a connection of its own: whoever waits is woken before the caller.
    began = time.perf_counter()
    ask("RespondDecisionTaskCompleted", given.scheduled(token, str(number)))
    [(key, _)] = waiting.select(10)
    seconds = time.perf_counter() - began
    waiting.unregister(key.fileobj)
    connection = key.fileobj
    assert isinstance(connection, socket.socket)
    body = connection.recv(1 << 16).partition(b"\r\n\r\n")[2]
    ask("RespondActivityTaskCompleted", given.done(json.loads(body)["taskToken"]))
    return seconds


def bare(count: int, _folder: Path) -> Found:
    """Hold requests on starlette and uvicorn alone."""
    with _served.script("_bare.py") as server:
        for _ in range(3):  # it has served before
            for connection in held(server, 20):
                connection.close()
        settled(server)
        return _held(server, count)[0]


def _held(server: _served.Server, count: int) -> tuple[Found, list[socket.socket]]:
    settled(server)
    before = server.status("VmRSS")
    connections = held(server, count)
    megabytes = (server.status("VmRSS") - before) * 1024 / 1e6
    return {"megabytes": megabytes, "threads": server.status("Threads")}, connections


SIDES = {"swf": swf, "bare": bare}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return what held polls cost, beside the peer."""
    found = bench.rounds({"swf": POLLS, "bare": POLLS}, 3)
    ours, peer = (median(found[side], "megabytes") for side in SIDES)
    threads = max(one["threads"] for one in found["swf"])
    woken = median(found["swf"], "woken") * 1000
    return [
        row(
            f"{POLLS:,} held polls over HTTP: memory",
            ours,
            "MB",
            peer=peer,
            peer_name="bare starlette and uvicorn",
            ratio=peer / ours,
            target=f"<= {MEGABYTES} MB",
            reached=ours <= MEGABYTES,
        ),
        row("  threads of the server", threads, "", target="<= 10", reached=threads <= 10),
        row(
            "  wake-up of one of them: median",
            woken,
            "ms",
            target=f"< {WAKE_UP} ms",
            reached=woken < WAKE_UP,
        ),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
