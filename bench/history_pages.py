"""A page of 1,000 events, from bytes to typed events, against botocore and simpleflow.

Three figures: reading type, id, time and one attribute of each event; reading every attribute of
each; compiling 25,000 events, with what they and the compiled history keep in memory. The peers are
botocore, to its dictionaries, and simpleflow's event objects over them (where it is installed).
What is counted is CPU (`time.process_time`), all sides in turn; the figure is the median round.
All sides must have seen the same values, or the run fails.

Left out: the network, signing and sending.

    python bench/history_pages.py [--rounds N] [--json]
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import _sides
import botocore.parsers
import botocore.session

from swf.models.event import EVENTS, events_from
from swf.models.history import CompiledHistory, History

try:
    from simpleflow.swf.mapper.models.history import History as SimpleflowHistory
except ImportError:
    SimpleflowHistory = None

PAGE = 1_000
LONGEST = 25_000
START = 1_420_142_400.0

ONE_FIELD = {
    "WorkflowExecutionStarted": "child_policy",
    "DecisionTaskScheduled": "start_to_close_timeout",
    "DecisionTaskStarted": "identity",
    "DecisionTaskCompleted": "started_event_id",
    "MarkerRecorded": "marker_name",
    "ActivityTaskScheduled": "activity_id",
    "ActivityTaskStarted": "scheduled_event_id",
    "ActivityTaskCompleted": "result",
}
"""The attribute that is read of each event where only one is."""


def attributes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield type and attributes of each event of an endless run: rounds of a marker and a task."""
    scheduled = {"taskList": {"name": "orders"}, "startToCloseTimeout": "300"}
    yield (
        "WorkflowExecutionStarted",
        {
            "workflowType": {"name": "process-orders", "version": "2024-05"},
            "taskList": {"name": "orders"},
            "childPolicy": "TERMINATE",
            "input": "{}",
            "parentInitiatedEventId": 0,
        },
    )
    yield "DecisionTaskScheduled", scheduled
    last = 2
    while True:
        number = last // 7
        yield "DecisionTaskStarted", {"scheduledEventId": last, "identity": "decider-1@host"}
        yield "DecisionTaskCompleted", {"scheduledEventId": last, "startedEventId": last + 1}
        yield (
            "MarkerRecorded",
            {
                "markerName": f"checkpoint-{number}",
                "details": json.dumps({"order": number, "note": "n" * 40}),
                "decisionTaskCompletedEventId": last + 2,
            },
        )
        yield (
            "ActivityTaskScheduled",
            {
                "activityType": {"name": "charge-card", "version": "1.4"},
                "activityId": f"charge-{number}",
                "input": json.dumps({"args": [number], "kwargs": {"currency": "EUR" * 9}}),
                "scheduleToStartTimeout": "300",
                "scheduleToCloseTimeout": "600",
                "startToCloseTimeout": "300",
                "heartbeatTimeout": "NONE",
                "taskList": {"name": "payments"},
                "decisionTaskCompletedEventId": last + 2,
            },
        )
        yield "ActivityTaskStarted", {"scheduledEventId": last + 4, "identity": "worker-1@host"}
        yield (
            "ActivityTaskCompleted",
            {
                "scheduledEventId": last + 4,
                "startedEventId": last + 5,
                "result": json.dumps({"charged": True, "receipt": "r" * 40}),
            },
        )
        yield "DecisionTaskScheduled", scheduled
        last += 7


def raw_events(count: int) -> list[dict[str, Any]]:
    """Return the first events of the run as SWF tells them, about a seventh of a second apart."""
    return [
        {
            "eventId": number,
            "eventType": name,
            "eventTimestamp": round(START + number * 0.137, 3),
            f"{name[0].lower()}{name[1:]}EventAttributes": told,
        }
        for number, (name, told) in zip(range(1, count + 1), attributes(), strict=False)
    ]


def page_of(events: list[dict[str, Any]]) -> bytes:
    """Return the body of the reply that carries these events."""
    return json.dumps({"events": events}).encode()


def botocore_parser() -> Callable[[bytes], list[dict[str, Any]]]:
    """Return what turns a body into events as botocore does for its callers."""
    model = botocore.session.get_session().get_service_model("swf")
    shape = model.operation_model("GetWorkflowExecutionHistory").output_shape
    parser = botocore.parsers.create_parser("json")

    def parse(body: bytes) -> list[dict[str, Any]]:
        reply = parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)
        events: list[dict[str, Any]] = reply["events"]
        return events

    return parse


# Each side, as its user would write it. A plan says which attribute of which event is read.


def read_one(body: bytes, plan: list[str]) -> None:
    """Read type, id, time and one attribute of each event."""
    for event, field in zip(events_from(json.loads(body)["events"]), plan, strict=True):
        event.type  # noqa: B018
        event.id  # noqa: B018
        event.timestamp  # noqa: B018
        getattr(event, field)


def read_all(body: bytes, _plan: list[str]) -> None:
    """Read id, time and every attribute of each event."""
    for event in events_from(json.loads(body)["events"]):
        event.id  # noqa: B018
        event.timestamp  # noqa: B018
        for field in event.fields:
            getattr(event, field)


def simpleflow_reader(
    parse: Callable[[bytes], list[dict[str, Any]]],
) -> Callable[[bytes, list[str]], None]:
    """Return what reads the same as `read_one` of simpleflow's events."""

    def read(body: bytes, plan: list[str]) -> None:
        for event, field in zip(SimpleflowHistory.from_event_list(parse(body)), plan, strict=True):
            event.type  # noqa: B018
            event.id  # noqa: B018
            event.timestamp  # noqa: B018
            getattr(event, field)

    return read


def check_equal(
    body: bytes, plan: list[str], parse: Callable[[bytes], list[dict[str, Any]]]
) -> None:
    """Fail unless all sides see the same events."""
    ours, parsed = events_from(json.loads(body)["events"]), parse(body)
    assert ours == events_from(parsed), "botocore sees other events"
    assert all(type(event) is EVENTS[raw["eventType"]] for event, raw in zip(ours, parsed))  # noqa: B905
    if SimpleflowHistory is None:
        return
    theirs = SimpleflowHistory.from_event_list(parsed)
    for event, other, field in zip(ours, theirs, plan, strict=True):
        assert (event.id, event.timestamp) == (other.id, other.timestamp)
        mine, their = getattr(event, field), getattr(other, field)
        if field == "start_to_close_timeout":
            their = int(their)  # the one field of the plan that the peer leaves undecoded
        assert mine == their, f"simpleflow sees another {field} of event {event.id}"


def medians(
    sides: dict[str, Callable[[bytes, list[str]], object]],
    body: bytes,
    plan: list[str],
    rounds: int,
) -> dict[str, float]:
    """Return the median CPU of each side in milliseconds; the sides take turns.

    In its turn a side runs twice, and the second run counts: the first leaves the caches and the
    allocator as a program has them that reads one page after another.
    """
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            gc.collect()
            side(body, plan)
            began = time.process_time()
            side(body, plan)
            spent[name].append(time.process_time() - began)
    return {name: statistics.median(times) * 1e3 for name, times in spent.items()}


def compile_microseconds(rounds: int) -> float:
    """Return the median CPU of compiling one event of the longest history there is."""
    events = list(History(raw_events(LONGEST)))
    spent = []
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        CompiledHistory.of(events)
        spent.append(time.process_time() - began)
    return statistics.median(spent) / LONGEST * 1e6


def kept_megabytes() -> float:
    """Return what the longest history keeps once it was read from its pages and compiled."""
    events = raw_events(LONGEST)
    bodies = [page_of(events[at : at + PAGE]) for at in range(0, LONGEST, PAGE)]
    del events
    History.from_pages([json.loads(bodies[0])]).compile()  # the classes are loaded
    gc.collect()
    tracemalloc.start()
    history = History.from_pages(json.loads(body) for body in bodies)
    compiled = history.compiled
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(compiled) == len(history) == LONGEST
    return kept / 1e6


def row(what: str, ours: float, peer: float | None, peer_name: str, least: float) -> dict[str, Any]:
    """Return one line of the table; where the peer is missing, so is the ratio."""
    ratio = None if peer is None else peer / ours
    return {
        "what": what,
        "ours": round(ours, 3),
        "peer": None if peer is None else round(peer, 3),
        "peer_name": peer_name,
        "unit": "ms",
        "ratio": ratio,
        "target": f">= {least:g} x",
        "missed": ratio is not None and ratio < least,
    }


def limit(what: str, ours: float, unit: str, most: float) -> dict[str, Any]:
    """Return one line of the table for a figure that has a limit and no peer."""
    return {
        "what": what,
        "ours": round(ours, 2),
        "peer": None,
        "peer_name": None,
        "unit": unit,
        "ratio": None,
        "target": f"< {most:g} {unit}",
        "missed": ours >= most,
    }


def measure(rounds: int) -> list[dict[str, Any]]:
    """Return every figure."""
    events = raw_events(PAGE)
    body, plan = page_of(events), [ONE_FIELD[event["eventType"]] for event in events]
    parse = botocore_parser()
    check_equal(body, plan, parse)
    sides: dict[str, Callable[[bytes, list[str]], object]] = {
        "one": read_one,
        "all": read_all,
        "botocore": lambda body, _plan: parse(body),
    }
    if SimpleflowHistory is not None:
        sides["simpleflow"] = simpleflow_reader(parse)
    found = medians(sides, body, plan, rounds)
    one, every = "1,000 events, 4 values of each", "1,000 events, every value of each"
    return [
        row(one, found["one"], found["botocore"], "botocore, to dictionaries", 8),
        row(one, found["one"], found.get("simpleflow"), "simpleflow, to objects", 12),
        row(every, found["all"], found["botocore"], "botocore, to dictionaries", 2),
        limit("compile 25,000 events, each", compile_microseconds(5), "µs", 12),
        limit("25,000 events, raw and compiled, kept", kept_megabytes(), "MB", 60),
    ]


def main() -> int:
    """Print the figures; the status is 1 where a target is missed."""
    parser = _sides.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    if options.quick:
        options.rounds = 3
    rows = measure(options.rounds)
    if SimpleflowHistory is None:
        print(
            "!!! simpleflow is NOT installed: its row has no figure (make bench)", file=sys.stderr
        )
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        for found in rows:
            beside = (
                f"{found['peer']} {found['unit']} {found['peer_name']}: {found['ratio']:.1f} x"
                if found["ratio"]
                else ""
            )
            print(f"{found['what']}: {found['ours']} {found['unit']}  {beside}  {found['target']}")
    return int(any(found["missed"] for found in rows))


if __name__ == "__main__":
    sys.exit(main())
