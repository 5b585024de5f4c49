"""A durable activity step over HTTP, with boto3 as it is: two polls and two answers.

The server is `python -m swf.server` in a process of its own, on a file, durability "full"; a
decider and a worker poll it, each in a thread of one client process. The limit is boto3's own cost:
the same four calls, with the same answers, against a server that has them ready and does nothing
else. The peer is moto's server, which keeps nothing and holds no polls: it is asked by one thread,
call after call, and so is the embedded SWF for comparison. All take one workflow of 400 steps; the
shorter, the faster is moto.

Left out: networks that are slower than the loopback; TLS; signatures, which are not checked.

    python bench/engine_http.py [--quick] [--json]
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import _given as given
import _moto
import _served
import _sides
from _sides import Bench, Found, Timed, median, ratio, row

OF_BOTO3 = 0.6
OF_MOTO = 8
STEPS = 400
ROUNDS = 3

RUN = {"workflowId": "order-1", "runId": "22" + "k" * 32}
STARTED = 1_750_000_000.125


def swf(count: int, folder: Path) -> Found:
    """Take steps on the embedded SWF: a decider and a worker hold their polls."""
    with _served.swf(folder) as server:
        ask = _moto.asking(_moto.client(server.url))
        given.register(ask)
        _moto.polled_steps(ask, 10, "warm")
        worker = threading.Thread(target=_work, args=(server.url, count))
        worker.start()
        decide = _moto.asking(_moto.client(server.url))
        ask("StartWorkflowExecution", given.started("order-1"))
        before = server.cpu
        with Timed() as timed:
            for number in range(count):
                token = decide("PollForDecisionTask", given.DECISION_POLL)["taskToken"]
                decide("RespondDecisionTaskCompleted", given.scheduled(token, str(number)))
            decide("PollForDecisionTask", given.DECISION_POLL)
        worker.join()
        return {**timed.each(count), "server cpu": (server.cpu - before) / count}


def _work(url: str, count: int) -> None:
    ask = _moto.asking(_moto.client(url))
    for _ in range(count):
        token = ask("PollForActivityTask", given.ACTIVITY_POLL)["taskToken"]
        ask("RespondActivityTaskCompleted", given.done(token))


def in_turn(count: int, folder: Path) -> Found:
    """Take steps on the embedded SWF, call after call."""
    with _served.swf(folder) as server:
        ask = _moto.asking(_moto.client(server.url))
        given.register(ask)
        _moto.polled_steps(ask, 10, "warm")
        before = server.cpu
        found = _moto.polled_steps(ask, count, "order-1")
        return {**found, "server cpu": (server.cpu - before) / count}


def canned(count: int, _folder: Path) -> Found:
    """Make the same calls, answered without any work."""
    with _served.canned(replies()) as server:
        ask = _moto.asking(_moto.client(server.url))
        _moto.polled_steps(ask, 10, "warm")
        before = server.cpu
        found = _moto.polled_steps(ask, count, "order-1")
        return {**found, "server cpu": (server.cpu - before) / count}


def moto(count: int, _folder: Path) -> Found:
    """Take steps on moto's server."""
    with _served.moto() as server:
        ask = _moto.asking(_moto.client(server.url))
        given.register(ask)
        return _moto.polled_steps(ask, count, "order-1", poll=_moto.plain_poll())


def replies() -> dict[str, Any]:
    """Return what the embedded SWF answers in a step, made once."""
    token = "ZAAAAAAAAAABAAAAAsKwqVg0M5n1g9s0Yg" + "x" * 8
    told = {"taskToken": token, "workflowExecution": RUN}
    events = [
        ("DecisionTaskStarted", {"identity": "decider-1", "scheduledEventId": 2}),
        ("DecisionTaskCompleted", {"scheduledEventId": 2, "startedEventId": 3}),
        (
            "ActivityTaskScheduled",
            {
                "activityType": given.ACTIVITY,
                "activityId": "1",
                "input": given.INPUT,
                "decisionTaskCompletedEventId": 4,
                "taskList": given.WORK,
                "scheduleToStartTimeout": "NONE",
                "scheduleToCloseTimeout": "3600",
                "startToCloseTimeout": "600",
                "heartbeatTimeout": "NONE",
            },
        ),
        ("ActivityTaskStarted", {"identity": "worker-1", "scheduledEventId": 5}),
        (
            "ActivityTaskCompleted",
            {"result": given.RESULT, "scheduledEventId": 5, "startedEventId": 6},
        ),
        (
            "DecisionTaskScheduled",
            {"taskList": given.DECISIONS, "startToCloseTimeout": "60"},
        ),
        ("DecisionTaskStarted", {"identity": "decider-1", "scheduledEventId": 8}),
    ]
    return {
        "StartWorkflowExecution": {"runId": RUN["runId"]},
        "PollForDecisionTask": {
            **told,
            "startedEventId": 9,
            "previousStartedEventId": 3,
            "workflowType": given.WORKFLOW,
            "events": [
                {
                    "eventId": number,
                    "eventTimestamp": STARTED,
                    "eventType": kind,
                    f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes,
                }
                for number, (kind, attributes) in enumerate(events, 3)
            ],
        },
        "RespondDecisionTaskCompleted": None,
        "PollForActivityTask": {
            **told,
            "startedEventId": 6,
            "activityId": "1",
            "activityType": given.ACTIVITY,
            "input": given.INPUT,
        },
        "RespondActivityTaskCompleted": None,
    }


SIDES = {"swf": swf, "in turn": in_turn, "canned": canned, "moto": moto}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the steps a second beside the limit and the peer, and the CPU of client and server."""
    found = bench.rounds(dict.fromkeys(SIDES, STEPS), ROUNDS)
    ours = found["swf"]
    what = "durable activity step over HTTP, boto3"

    def beside(side: str, name: str, least: float, target: str) -> dict[str, Any]:
        times = ratio(ours, found[side])
        return row(
            what,
            1 / median(ours),
            "steps/s",
            peer=1 / median(found[side]),
            peer_name=name,
            ratio=times,
            target=target,
            reached=times >= least,
        )

    return [
        beside("canned", "boto3 and answers ready made", OF_BOTO3, f">= {OF_BOTO3:.2f} x"),
        beside("moto", "moto's server, nothing kept", OF_MOTO, f">= {OF_MOTO} x"),
        row("  the same by one thread, call after call", 1 / median(found["in turn"]), "steps/s"),
        row("  CPU of the client for the step", median(ours, "cpu") * 1e6, "us"),
        row("  CPU of the server for the step", median(ours, "server cpu") * 1e6, "us"),
    ]


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
