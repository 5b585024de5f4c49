"""Graphs of tasks, lived through once on an embedded SWF, and the decision tasks of that to replay.

What a decider costs is measured on the replies that SWF gave, read as those of AWS are: each with
what is new since the decision before. They are recorded, and not made up: which task comes when,
and where a run continues as new, is what the graph's own deciding has led to.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import _flow

from swf.actors import ActivityWorker
from swf.exceptions import PollTimeout
from swf.flow import Decider
from swf.graph import ActivityTask, DeciderSpec, Generator, graph_workflow
from swf.graph.specs.task import Task
from swf.graph.workflow import GraphWorkflow
from swf.models import Domain
from swf.testing import connected, embedded
from swf.transport.base import Transport

Event = dict[str, Any]

DOMAIN: Final = "bench"
DECISIONS: Final = "decisions"
WORK: Final = "work"
NAMED: Final = ("graph", "1")
IDENTITY: Final = "bench"
WHOLE: Final = 25_000
"""Events of the longest history that SWF keeps: a run that goes on until there is in one piece."""


def lattice(wide: int, deep: int) -> list[Task]:
    """Return tasks in rows; each requires the three that are nearest to it in the row before."""
    tasks: list[Task] = []
    for row in range(deep):
        for at in range(wide):
            near = range(max(0, at - 1), min(wide, at + 2)) if row else ()
            tasks.append(
                ActivityTask(
                    "work",
                    "1",
                    activity_id=f"{row}.{at}",
                    requires=[f"{row - 1}.{one}" for one in near],
                )
            )
    return tasks


def chain(length: int, *, generated: bool = False) -> list[Task]:
    """Return tasks one after the other, perhaps with a generator before them."""
    first: list[Task] = [Generator("make", "1", activity_id="make")] if generated else []
    for number in range(length):
        required = [first[-1].id_] if first else []
        first.append(ActivityTask("work", "1", activity_id=f"{number}", requires=required))
    return first


def workflow(tasks: Sequence[Task], *, continue_at: int | None = None) -> type[GraphWorkflow]:
    """Return the workflow of a graph; it continues as new at so many events, or when it does."""
    spec = DeciderSpec(activity_tasks=tasks, default_activity_task_list=WORK)
    made = graph_workflow(spec, *NAMED, task_list=DECISIONS)
    if continue_at is not None:
        made.continue_as_new_at = continue_at
    return made


class Recorder(Transport):
    """Passes calls on to another transport, and keeps the decision tasks that came by it."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.tasks: list[bytes] = []

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the reply of the other transport."""
        reply = self.inner.call(operation, params)
        if operation == "PollForDecisionTask" and reply.get("taskToken"):
            self.tasks.append(json.dumps(reply, separators=(",", ":")).encode())
        return reply

    @property
    def clock(self) -> Any:
        """The clock of the other transport."""
        return self.inner.clock


class Life:
    """What was lived: the replies to all polls, and how many tasks were done."""

    def __init__(self, tasks: list[bytes], done: int, seconds: float, runs: int) -> None:
        self.tasks = tasks
        self.done = done
        self.seconds = seconds
        self.runs = runs


def lived(made: type[GraphWorkflow]) -> Life:
    """Return what it took to live through a graph, each decision with what one task told."""
    with embedded() as engine:
        connection = connected(engine)
        recorder = Recorder(connection)
        decider = Decider([made], domain=DOMAIN, connection=recorder, cached_runs=1)
        decider._registrar.domain()
        decider._registrar.workflows(decider.workflows)
        domain = Domain(DOMAIN, connection=connection)
        _start(connection)
        worker = ActivityWorker(domain, WORK)
        done, began = 0, time.perf_counter()
        while _decided(decider) or _worked(worker):
            done += _worked(worker)
        seconds = time.perf_counter() - began
        decider.close()
        runs = sum(json.loads(task)["previousStartedEventId"] == 0 for task in recorder.tasks)
        return Life(recorder.tasks, done, seconds, runs)


def _start(connection: Transport) -> None:
    connection.call(
        "StartWorkflowExecution",
        {
            "domain": DOMAIN,
            "workflowId": "bench-1",
            "workflowType": dict(zip(("name", "version"), NAMED, strict=True)),
            "taskList": {"name": DECISIONS},
            "childPolicy": "TERMINATE",
            "executionStartToCloseTimeout": "86400",
            "taskStartToCloseTimeout": "60",
        },
    )


def _decided(decider: Decider) -> bool:
    for own in (True, False):
        try:
            decider.work(own=own)
        except PollTimeout:
            continue
        return True
    return False


def _worked(worker: ActivityWorker) -> bool:
    try:
        task = worker.poll()
    except PollTimeout:
        return False
    worker.complete(task.task_token, "[]" if task.activity_type.name == "make" else "1")
    return True


def spent(tasks: Sequence[bytes], made: type[GraphWorkflow]) -> tuple[list[float], _flow.Given]:
    """Return the CPU seconds of each decision, from the bytes of its task to its answer."""
    given = _flow.Given(tasks)
    decider = Decider([made], domain=DOMAIN, connection=given, cached_runs=1, register=False)
    gc.collect()
    taken = []
    for _ in tasks:
        began = time.process_time()
        decider.work(own=True)
        taken.append(time.process_time() - began)
    decider.close()
    return taken, given


def scheduled(decisions: Sequence[Event]) -> Iterator[str]:
    """Yield the ids of the activities that decisions schedule."""
    for one in decisions:
        told = one.get("scheduleActivityTaskDecisionAttributes")
        if told is not None:
            yield told["activityId"]
