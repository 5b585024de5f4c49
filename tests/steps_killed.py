"""A host that is killed again and again: `python -m steps_killed URL LOG KIND WHEN NUMBER`.

Each life is a fork of this process: a host on the file, which ends itself by SIGKILL around its
NUMBER-th answer of a KIND, an operation: `before` it is sent, or `after` it was acknowledged. The
next life goes on, until the workflow is complete. Steps write their names to the log. How it ended,
and how many lives that took, is printed as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, Final

from overheard import Overheard

import swf
from swf.steps import StepBody, StepExecutionContext, Workflow, configure_workflow_host
from swf.steps.crew import HostDecider

MOST_LIVES: Final = 60
ONE = ("first", "second", "third", "last")
ITEMS = ("a", "b")
ROUNDS = 2

HostDecider.sticky_seconds = 1


class Doomed(Overheard):
    """A connection whose process is killed around one of its answers."""

    def __init__(
        self, connection: swf.transport.Transport, kind: str, when: str, number: int
    ) -> None:
        super().__init__(connection)
        self.kind = kind
        self.when = when
        self.left = number

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Pass a call on; around the one that was chosen, end it all."""
        self.left -= operation == self.kind
        is_it = operation == self.kind and not self.left
        if is_it and self.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        reply = super().send(operation, params)
        if is_it:
            os.kill(os.getpid(), signal.SIGKILL)
        return reply


def noted(name: str) -> Any:
    """Return a step that writes to the log that it was done."""

    def note(context: StepExecutionContext) -> None:
        word = name if context.item is None else f"{name} {context.item}"
        log = os.open(context.workflow.data.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(log, f"{word}\n".encode())
        os.close(log)

    return note


class Round(StepBody):
    """Counts one more."""

    def __init__(self) -> None:
        self.n = 0

    def run(self, context: StepExecutionContext) -> None:
        """Count."""
        self.n += 1
        noted(f"round {self.n}")(context)


class Chain(Workflow):
    """A bit of everything."""

    def build(self, builder: Any) -> None:
        """Build it."""
        (
            builder.start_with(noted(ONE[0]))
            .wait_for("go", lambda data, context: data.key)
            .output("said", lambda step: step.event_data)
            .then(noted(ONE[1]))
            .while_(lambda data, context: data.n < ROUNDS)
            .do(
                lambda do: (
                    do.start_with(Round)
                    .input("n", lambda data, context: data.n)
                    .output("n", lambda step: step.n)
                )
            )
            .for_each(lambda data, context: list(ITEMS))
            .do(lambda each: each.start_with(noted("item")))
            .then(noted(ONE[2]))
            .then(noted(ONE[3]))
        )


def live(url: str, log: str, wid: str | None, *doom: Any) -> str:
    """Start the workflow, or go on with it: return its id at once, or when it is complete."""
    there = swf.connect(url)
    connection = there if wid is None else Doomed(there, *doom)
    host = configure_workflow_host(connection=connection)
    host.register_workflow(Chain())
    if wid is None:
        wid = host.start_workflow("Chain", 1, {"log": log, "key": "k", "n": 0})
        host.publish_event("go", "k", "go on")
        return wid
    host.start()
    ended = host.wait_for(wid, 60)
    print(json.dumps({"status": ended.status, "n": ended.data.n, "said": ended.data.said}))
    host.stop()
    there.close()
    return wid


def main(url: str, log: str, kind: str, when: str, number: str) -> None:
    """Have one life after the other."""
    reading, writing = os.pipe()
    wid: str | None = None
    for life in range(MOST_LIVES):
        child = os.fork()
        if not child:
            told = live(url, log, wid, kind, when, int(number))
            if wid is None:
                os.write(writing, told.encode())
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if wid is None:
            wid = os.read(reading, 1_000).decode()
        elif not status:
            print(json.dumps({"lives": life}))
            return
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
