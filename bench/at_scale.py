"""Every kind of call with 100,000 open executions, and on an execution of 20,000 events.

In process, on a file, durability "normal": the cost of a sync would hide what grows. Each call is
made in turn on the large engine and on one that has next to nothing, for replies of the same size.
Executions are drawn by chance from all, and none twice: neither engine has them in its cache.
Beside it: what the process keeps in memory, and how long the large file takes to be opened. Run by
itself it prints every kind of call.

Left out: HTTP, syncs, and calls made at the same time.

    python bench/at_scale.py [--quick] [--json]
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import _given as given
import _sides
from _sides import Bench, Found, row

OPEN = 100_000
EVENTS = 20_000
FEW = 700
CALLS = 120
MOST = 1.3
MEGABYTES = 250
PAGE = 20
COUNTED_MILLISECONDS = 50
RESTART_SECONDS = 2

SIGNAL = {"domain": given.DOMAIN, "workflowId": "long", "signalName": "paid", "input": "{}"}

Params = dict[str, Any]
Prepare = Callable[["Place", int], Params]
"""Returns the request of a call, made where it must be made first."""


class Place:
    """An engine, and how many executions are open there."""

    def __init__(self, engine: Any, executions: int) -> None:
        self.ask = engine.handle
        numbers = range(executions)
        self._drawn = iter(random.Random(1).sample(numbers, min(executions, FEW)))
        self.last: Params = {}
        """What the latest call that was measured was answered with."""

    def some(self) -> str:
        """Return the workflow id of one that was not drawn before."""
        return f"order-{next(self._drawn)}"

    def run(self, workflow_id: str) -> dict[str, str]:
        """Return an open execution as the API names it."""
        request = {
            "domain": given.DOMAIN,
            "startTimeFilter": {"oldestDate": 0},
            "executionFilter": {"workflowId": workflow_id},
        }
        [info] = self.ask("ListOpenWorkflowExecutions", request)["executionInfos"]
        execution: dict[str, str] = info["execution"]
        return execution

    def begin(self, workflow_id: str) -> tuple[str, str]:
        """Start an execution on lists of its own; return the token of its activity task, too."""
        lists = {"name": workflow_id}
        self.ask("StartWorkflowExecution", {**given.started(workflow_id), "taskList": lists})
        return self.decision(lists), workflow_id

    def decision(self, lists: Params) -> str:
        """Return the token of the decision task that waits in a list."""
        task = self.ask("PollForDecisionTask", {**given.DECISION_POLL, "taskList": lists})
        return str(task["taskToken"])

    def work(self, workflow_id: str) -> str:
        """Return the token of an activity task that is under way in a new execution."""
        token, _ = self.begin(workflow_id)
        self.ask("RespondDecisionTaskCompleted", scheduled(token, workflow_id))
        return str(self.ask("PollForActivityTask", polled(workflow_id))["taskToken"])


def scheduled(token: str, task_list: str) -> Params:
    """Return a decision for an activity task in a list of its own."""
    answer = given.scheduled(token, "1")
    [one] = answer["decisions"]
    one["scheduleActivityTaskDecisionAttributes"]["taskList"] = {"name": task_list}
    return answer


def polled(task_list: str) -> Params:
    """Return a poll for activity tasks of a list."""
    return {**given.ACTIVITY_POLL, "taskList": {"name": task_list}}


def calls() -> Iterator[tuple[str, str, Prepare]]:
    """Yield a name for each kind of call, its operation, and what makes its request."""
    domain = {"domain": given.DOMAIN}
    since = {"oldestDate": 0}
    page = {"maximumPageSize": PAGE}
    opened = {**domain, "startTimeFilter": since, **page}
    closed = {**domain, "closeTimeFilter": since, **page}
    kinds = {"registrationStatus": "REGISTERED", **page}
    arn = {"resourceArn": f"arn:aws:swf:us-east-1:123456789012:/domain/{given.DOMAIN}"}

    def always(params: Params) -> Prepare:
        return lambda _place, _number: params

    for operation, params in (
        ("DescribeDomain", {"name": given.DOMAIN}),
        ("ListDomains", kinds),
        ("DescribeWorkflowType", {**domain, "workflowType": given.WORKFLOW}),
        ("ListWorkflowTypes", {**domain, **kinds}),
        ("DescribeActivityType", {**domain, "activityType": given.ACTIVITY}),
        ("ListActivityTypes", {**domain, **kinds}),
        ("ListTagsForResource", arn),
        ("ListOpenWorkflowExecutions", opened),
        ("ListClosedWorkflowExecutions", closed),
        ("CountClosedWorkflowExecutions", {**domain, "closeTimeFilter": since}),
        ("CountPendingActivityTasks", {**domain, "taskList": given.WORK}),
        ("PollForActivityTask", given.ACTIVITY_POLL),
    ):
        yield operation, operation, always(params)
    listing = "ListOpenWorkflowExecutions"
    yield f"{listing}, oldest first", listing, always({**opened, "reverseOrder": True})
    yield f"{listing}, by type", listing, always({**opened, "typeFilter": given.WORKFLOW})
    yield f"{listing}, by tag", listing, always({**opened, "tagFilter": {"tag": "gold"}})
    yield (
        f"{listing}, by workflow id",
        listing,
        lambda place, _: {**opened, "executionFilter": {"workflowId": place.some()}},
    )
    yield (
        "DescribeWorkflowExecution",
        "DescribeWorkflowExecution",
        lambda place, _: {**domain, "execution": place.run(place.some())},
    )
    yield (
        "GetWorkflowExecutionHistory",
        "GetWorkflowExecutionHistory",
        lambda place, _: {**domain, "execution": place.run(place.some()), **page},
    )
    yield "TagResource", "TagResource", always({**arn, "tags": [{"key": "a", "value": "b"}]})
    yield "UntagResource", "UntagResource", always({**arn, "tagKeys": ["a"]})
    yield (
        "RegisterWorkflowType",
        "RegisterWorkflowType",
        lambda _, number: {**domain, "name": "other", "version": str(number)},
    )
    yield (
        "DeprecateWorkflowType",
        "DeprecateWorkflowType",
        lambda _, number: {
            **domain,
            "workflowType": {"name": "other", "version": str(number)},
        },
    )
    yield from _changes(domain)


def _changes(domain: Params) -> Iterator[tuple[str, str, Prepare]]:
    def of_any(**more: str) -> Prepare:
        return lambda place, _: {**domain, "workflowId": place.some(), **more}

    def of_new(place: Place, number: int) -> Params:
        place.begin(f"ending-{number}")
        return {**domain, "workflowId": f"ending-{number}"}

    def decided(place: Place, number: int) -> Params:
        return scheduled(*place.begin(f"deciding-{number}"))

    def waiting(place: Place, number: int) -> Params:
        lists = {"name": f"polled-{number}"}
        place.ask("StartWorkflowExecution", {**given.started(lists["name"]), "taskList": lists})
        return {**given.DECISION_POLL, "taskList": lists}

    def working(name: str, **more: str) -> Prepare:
        return lambda place, number: {"taskToken": place.work(f"{name}-{number}"), **more}

    start, signal = "StartWorkflowExecution", "SignalWorkflowExecution"
    yield start, start, lambda _, number: given.started(f"new-{number}")
    yield signal, signal, of_any(signalName="paid", input="{}")
    cancel = "RequestCancelWorkflowExecution"
    yield cancel, cancel, of_any()
    yield "TerminateWorkflowExecution", "TerminateWorkflowExecution", of_new
    yield (
        "PollForDecisionTask, the longest line",
        "PollForDecisionTask",
        lambda _place, _number: given.DECISION_POLL,
    )
    yield "PollForDecisionTask", "PollForDecisionTask", waiting
    yield "RespondDecisionTaskCompleted", "RespondDecisionTaskCompleted", decided
    beat = "RecordActivityTaskHeartbeat"
    yield beat, beat, working("beating", details="half-way")
    for how, more in (
        ("Completed", {"result": "{}"}),
        ("Failed", {"reason": "no"}),
        ("Canceled", {}),
    ):
        answer = f"RespondActivityTask{how}"
        yield answer, answer, working(how, **more)


def long_calls() -> Iterator[tuple[str, str, Prepare]]:
    """Yield the kinds of call on one execution, which the place names."""
    domain = {"domain": given.DOMAIN}
    lists = {"name": "long"}
    read = "GetWorkflowExecutionHistory"

    def execution(place: Place, _number: int) -> Params:
        return {**domain, "execution": place.run("long")}

    def history(**more: Any) -> Prepare:
        return lambda place, number: {**execution(place, number), "maximumPageSize": PAGE, **more}

    def following(place: Place, number: int) -> Params:
        token = place.ask(read, history()(place, number))["nextPageToken"]
        return history(nextPageToken=token)(place, number)

    def task(**more: Any) -> Prepare:
        def prepare(place: Place, _number: int) -> Params:
            place.ask("SignalWorkflowExecution", SIGNAL)
            return {**domain, "taskList": lists, **more}

        return prepare

    def answer(place: Place, number: int) -> Params:
        place.ask("SignalWorkflowExecution", SIGNAL)
        return scheduled(place.decision(lists), f"long-{number}")

    describe = "DescribeWorkflowExecution"
    yield describe, describe, execution
    yield f"{read}, first page", read, history()
    yield f"{read}, second page", read, following
    yield f"{read}, newest first", read, history(reverseOrder=True)
    yield "SignalWorkflowExecution", "SignalWorkflowExecution", lambda _place, _number: SIGNAL
    polling = "PollForDecisionTask"
    yield f"{polling}, new events only", polling, task(startAtPreviousStartedEvent=True)
    yield f"{polling}, a page", polling, task(maximumPageSize=PAGE)
    respond = "RespondDecisionTaskCompleted"
    yield respond, respond, answer


def fill(count: int, folder: Path) -> Found:
    """Start executions on the file of a folder, one of them with a long history."""
    from _swf import Engine, Loop

    events = EVENTS if count == OPEN else 3 * PAGE
    with Engine.open(f"sqlite:///{folder}/{count}.db?durability=normal") as engine:
        given.register(engine.handle)
        loop = Loop(engine)
        loop.ask("StartWorkflowExecution", {**given.started("long"), "taskList": {"name": "long"}})
        for number in range(count):
            tags = {"tagList": ["gold" if number % 2 else "silver"]}
            loop.ask("StartWorkflowExecution", {**given.started(f"order-{number}"), **tags})
            if number % 256 == 0:
                loop.run()
        for number in range(events - 2):
            loop.ask("SignalWorkflowExecution", SIGNAL)
            if number % 256 == 0:
                loop.run()
        loop.run()
    return {}


def scale(count: int, folder: Path) -> Found:
    """Make every kind of call, so often, on a large file and on one with next to nothing."""
    from _swf import Engine

    for many in (OPEN, FEW):
        subprocess.run(_sides.command(__file__, "fill", many, folder), check=True)
    query = "durability=normal&poll_seconds=0"
    began = time.perf_counter()
    large = Engine.open(f"sqlite:///{folder}/{OPEN}.db?{query}")
    opened = time.perf_counter() - began
    small = Engine.open(f"sqlite:///{folder}/{FEW}.db?{query}")
    with large, small:
        places = (Place(large, OPEN), Place(small, FEW))
        found = {
            "calls": {name: both(places, *call, count) for name, *call in calls()},
            "long": {name: on_long(places, *call, count) for name, *call in long_calls()},
            "count": _counted(places[0]),
            "opened": opened,
        }
        found["megabytes"] = _resident()
        return found


def both(
    places: tuple[Place, ...], operation: str, prepare: Prepare, count: int
) -> tuple[float, float]:
    """Return the median seconds of a call on the large and on the small engine."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(count):
        for index in (0, 1) if number % 2 else (1, 0):
            place = places[index]
            request = prepare(place, number)
            began = time.perf_counter()
            place.last = place.ask(operation, request)
            spent[index].append(time.perf_counter() - began)
    return statistics.median(spent[0]), statistics.median(spent[1])


def on_long(
    places: tuple[Place, ...], operation: str, prepare: Prepare, count: int
) -> tuple[float, float]:
    """Do the same with the long execution; its decision task is answered each time."""

    def settled(place: Place, number: int) -> Params:
        token = place.last.get("taskToken")
        while token:
            place.ask("RespondDecisionTaskCompleted", {"taskToken": token})
            token = place.ask("PollForDecisionTask", poll).get("taskToken")
        place.last = place.ask("PollForDecisionTask", poll)
        return settled(place, number) if place.last.get("taskToken") else prepare(place, number)

    poll = {"domain": given.DOMAIN, "taskList": {"name": "long"}, "maximumPageSize": 1}
    return both(places, operation, settled, count // 2)


def _counted(place: Place) -> dict[str, float]:
    """Return the seconds of the counts, which end at a bound."""
    domain = {"domain": given.DOMAIN}
    spent = {}
    for operation, params in (
        ("CountOpenWorkflowExecutions", {**domain, "startTimeFilter": {"oldestDate": 0}}),
        ("CountPendingDecisionTasks", {**domain, "taskList": given.DECISIONS}),
    ):
        times = []
        for _ in range(11):
            began = time.perf_counter()
            place.ask(operation, params)
            times.append(time.perf_counter() - began)
        spent[operation] = statistics.median(times)
    return spent


def _resident() -> float:
    told = Path("/proc/self/status").read_text()
    return int(told.split("VmRSS:")[1].split()[0]) * 1024 / 1e6


SIDES = {"scale": scale, "fill": fill}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return the kind of call that suffers most, the memory, and the time to open the file."""
    found = bench.once("scale", CALLS)
    made = []
    for member, where in (
        ("calls", f"with {OPEN:,} open executions"),
        ("long", f"on an execution of {EVENTS:,} events"),
    ):
        ratios = {name: large / small for name, (large, small) in found[member].items()}
        worst = max(ratios, key=lambda name: ratios[name])
        for name in sorted(ratios, key=lambda name: ratios[name], reverse=True):
            large, small = found[member][name]
            made.append(
                row(
                    f"{where}: {name}" if name != worst else f"{where}, the worst call",
                    large * 1e6,
                    "us",
                    peer=small * 1e6,
                    peer_name="next to nothing",
                    ratio=ratios[name],
                    target=f"<= {MOST} x",
                    reached=ratios[name] <= MOST,
                )
                | {"detail": name != worst, "note": name if name == worst else None}
            )
    for operation, seconds in found["count"].items():
        made.append(
            row(
                f"with {OPEN:,} open executions: {operation}, up to its bound",
                seconds * 1000,
                "ms",
                target=f"<= {COUNTED_MILLISECONDS} ms",
                reached=seconds * 1000 <= COUNTED_MILLISECONDS,
            )
        )
    megabytes, opened = found["megabytes"], found["opened"]
    made.append(
        row(
            f"resident memory with {OPEN:,} open executions, after all these calls",
            megabytes,
            "MB",
            target=f"<= {MEGABYTES} MB",
            reached=megabytes <= MEGABYTES,
        )
    )
    made.append(
        row(
            f"opening a file with {OPEN:,} open executions",
            opened,
            "s",
            target=f"<= {RESTART_SECONDS} s",
            reached=opened <= RESTART_SECONDS,
        )
    )
    return made


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
