"""A server of processes that are made to die.

Importing an engine takes longer than killing one, so this process imports it once and forks a
child for each job, a line of JSON on its standard input. The child hammers an engine on a file, and
writes to a log what it asks and what it was answered, until it is killed: by itself at the n-th
arrival at a named place, or from outside after some time. How it ended is a line on the standard
output.
"""

from __future__ import annotations

import faulthandler
import itertools
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zlib import crc32

from swf.engine import Engine
from swf.engine.store import points
from swf.engine.store.database import open_writer
from swf.engine.store.migration import Migration, bundled, migrate, newest
from swf.engine.tools import backup
from swf.fault import Fault

DOMAIN = "crash"
TYPE = {"name": "t", "version": "1"}
OPEN_AT_MOST = 4
"""Executions that a thread has open before it starts no more."""

HANGS_AFTER_SECONDS = 30

LAST_SECONDS = 0.01
"""How long whoever was answered too early has to log it, before the process dies."""

EXTRA = Migration(
    newest() + 1, "CREATE TABLE extra (x TEXT) STRICT; UPDATE meta SET value = value;"
)
"""A migration that the package does not have yet."""


def digest(events: list[dict[str, Any]]) -> int:
    """Return a number that tells two beginnings of histories apart."""
    return crc32(json.dumps(events, sort_keys=True).encode())


class Hammer:
    """One thread's work: it asks, and logs the question before and the answer after."""

    def __init__(self, engine: Engine, job: dict[str, Any], number: int, log: int) -> None:
        self.engine = engine
        self.random = random.Random(f"{job['seed']}/{number}")
        self.prefix = f"{job['seed']}.{number}"
        self.tokens = itertools.count()
        self.log = log
        self.lines = {"name": f"l{number // 2}"}
        self.mine: list[tuple[str, str]] = []
        self.until = time.monotonic() + job["seconds"]

    def run(self) -> None:
        """Hammer until the time is up."""
        self.register()
        acts = self.acts()
        while time.monotonic() < self.until:
            self.random.choice(acts)()

    def acts(self) -> list[Callable[[], None]]:
        """Return what there is to do, each as often as it is likely."""
        often = [self.start, self.signal, self.decide, self.decide, self.work, self.work]
        return [*often * 6, self.register, self.terminate, self.work_badly]

    def tell(self, **facts: Any) -> None:
        os.write(self.log, json.dumps(facts).encode() + b"\n")

    def token(self) -> str:
        return f"{self.prefix}.{next(self.tokens)}"

    def ask(
        self,
        kind: str,
        token: str,
        operation: str,
        params: dict[str, Any],
        facts: Callable[[Any], dict[str, Any]] = lambda _reply: {},
        **known: Any,
    ) -> Any:
        """Return the reply, or None where it is a fault; both are logged, and that it was asked."""
        self.tell(token=token, kind=kind, **known)
        try:
            reply = self.engine.handle(operation, {"domain": DOMAIN, **params})
        except Fault as fault:
            self.tell(token=token, fault=fault.code, message=fault.message)
            return None
        self.tell(token=token, ok=facts(reply))
        return reply

    def register(self) -> None:
        token = self.token()
        self.ask("register", token, "RegisterActivityType", {"name": token, "version": "1"})

    def start(self) -> None:
        if len(self.mine) >= OPEN_AT_MOST:
            self.mine.pop(0)
        token = self.token()
        reply = self.ask(
            "start",
            token,
            "StartWorkflowExecution",
            {
                "workflowId": token,
                "workflowType": TYPE,
                "taskList": self.lines,
                "input": token,
                "tagList": [token],
            },
            lambda reply: {"runId": reply["runId"]},
        )
        if reply is not None:
            self.mine.append((token, reply["runId"]))

    def target(self) -> tuple[str, str]:
        return self.random.choice(self.mine) if self.mine else ("nobody", "none")

    def signal(self) -> None:
        workflow_id, run_id = self.target()
        token = self.token()
        params = {"workflowId": workflow_id, "runId": run_id, "signalName": token}
        self.ask("signal", token, "SignalWorkflowExecution", params)

    def terminate(self) -> None:
        workflow_id, run_id = self.target()
        token = self.token()
        params = {"workflowId": workflow_id, "runId": run_id, "reason": token}
        self.ask("terminate", token, "TerminateWorkflowExecution", params)

    def decide(self) -> None:
        token = self.token()
        task = self.ask(
            "poll_decision",
            token,
            "PollForDecisionTask",
            {"taskList": self.lines, "identity": token},
            lambda reply: {
                "task": reply["startedEventId"],
                "events": len(reply.get("events", ())),
                "digest": digest(reply.get("events", [])),
                **reply.get("workflowExecution", {}),
            },
        )
        if not task or "taskToken" not in task:
            return
        token = self.token()
        decisions = self.decisions(token)
        self.ask(
            "decide",
            token,
            "RespondDecisionTaskCompleted",
            {"taskToken": task["taskToken"], "decisions": decisions, "executionContext": token},
            decisions=len(decisions),
        )

    def decisions(self, token: str) -> list[dict[str, Any]]:
        marker = decision("RecordMarker", markerName=token)
        timer = decision("StartTimer", timerId=token, startToFireTimeout="0")
        activity = decision(
            "ScheduleActivityTask",
            activityId=token,
            activityType={"name": f"{self.prefix}.0", "version": "1"},
            taskList=self.lines,
            **dict.fromkeys(
                ("scheduleToStartTimeout", "scheduleToCloseTimeout", "startToCloseTimeout"), "600"
            ),
            heartbeatTimeout="NONE",
        )
        child = decision(
            "StartChildWorkflowExecution",
            workflowId=f"child-{token}",
            workflowType=TYPE,
            taskList=self.lines,
        )
        other = decision(
            "SignalExternalWorkflowExecution", workflowId=self.target()[0], signalName=token
        )
        chance = self.random.random()
        if chance < 0.5:
            return [marker, activity, timer]
        if chance < 0.65:
            return [child, marker]
        if chance < 0.8:
            return [other, activity]
        if chance < 0.85:
            return [marker, decision("ContinueAsNewWorkflowExecution", input=token)]
        return [marker, decision("CompleteWorkflowExecution", result=token)]

    def work(self, *, badly: bool = False) -> None:
        token = self.token()
        task = self.ask(
            "poll_activity",
            token,
            "PollForActivityTask",
            {"taskList": self.lines, "identity": token},
            lambda reply: {"task": reply["startedEventId"], **reply.get("workflowExecution", {})},
        )
        if not task or "taskToken" not in task:
            return
        token = self.token()
        told = {"taskToken": task["taskToken"]}
        if badly:
            self.ask("fail", token, "RespondActivityTaskFailed", {**told, "details": token})
        else:
            beat = {**told, "details": token}
            self.ask("heartbeat", f"{token}/beat", "RecordActivityTaskHeartbeat", beat)
            self.ask("complete", token, "RespondActivityTaskCompleted", {**told, "result": token})

    def work_badly(self) -> None:
        self.work(badly=True)


def decision(kind: str, **attributes: Any) -> dict[str, Any]:
    """Return a decision in the wire's form."""
    return {
        "decisionType": kind,
        f"{kind[0].lower()}{kind[1:]}DecisionAttributes": attributes,
    }


def furnish(engine: Engine) -> None:
    """Register what the hammers need, unless it is there."""
    requests = {
        "RegisterDomain": {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "90"},
        "RegisterWorkflowType": {
            "domain": DOMAIN,
            **TYPE,
            "defaultTaskList": {"name": "l0"},
            "defaultTaskStartToCloseTimeout": "60",
            "defaultExecutionStartToCloseTimeout": "86400",
            "defaultChildPolicy": "TERMINATE",
        },
    }
    for operation, params in requests.items():
        try:
            engine.handle(operation, params)
        except Fault as fault:
            if "AlreadyExists" not in fault.code:
                raise


def hammered(job: dict[str, Any]) -> None:
    """Hammer an engine with so many threads at a time, and close it if it comes to that."""
    engine = Engine.open(f"sqlite:///{job['path']}?poll_seconds=0.01")
    furnish(engine)
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    hammers = [Hammer(engine, job, number, log) for number in range(job["threads"])]
    threads = [threading.Thread(target=hammer.run) for hammer in hammers]
    for thread in threads:
        thread.start()
    while job.get("backup") and time.monotonic() < hammers[0].until:
        backup(engine, job["backup"])
    for thread in threads:
        thread.join()
    engine.close()


def migrated(job: dict[str, Any]) -> None:
    """Migrate a file one step further than this package knows."""
    path = Path(job["path"])
    with closing(open_writer(path)) as connection:
        migrate(connection, path, [*bundled(), EXTRA])


def die_at(point: str, nth: int) -> None:
    """Have this process killed at its n-th arrival at a place, as `kill -9` kills."""
    arrivals = itertools.count(1)

    def hook(name: str) -> None:
        if name == point and next(arrivals) == nth:
            time.sleep(LAST_SECONDS)
            os.kill(os.getpid(), signal.SIGKILL)

    points.hook = hook


def child(job: dict[str, Any]) -> None:
    """Do a job, and end without any of what ends a process in good order."""
    status = 1
    # A child that hangs tells where, and fails its test.
    faulthandler.dump_traceback_later(HANGS_AFTER_SECONDS, exit=True)
    try:
        if job.get("point"):
            die_at(job["point"], job["nth"])
        {"hammer": hammered, "migrate": migrated}[job["work"]](job)
        status = 0
    except BaseException:  # noqa: BLE001  (whatever it is, its last words are its traceback)
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    """Fork a child for each line, kill it in time where asked to, and tell how it ended."""
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(job)
        if job.get("kill_after"):
            time.sleep(job["kill_after"])
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
