"""Looking at an execution with the code of its workflow, which a process of its own loads.

That code is the reader's, but it may be broken: it has so many seconds, and nothing of ours.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

import attrs

from swf.web.subject import Subject
from swf.wire import Wire

SECONDS: Final = 20.0
"""How long a look may take: Python starts, the code is loaded, the history is replayed."""

PATIENCE: Final = 0.25
"""The share of it that a program may go on for without waiting for anything."""

AT_ONCE: Final = 2
"""Looks at the same time; others wait for their turn."""

TURN_SECONDS: Final = 5.0
"""How long they do: who waits keeps a thread from other pages."""

_TURNS: Final = BoundedSemaphore(AT_ONCE)


@attrs.frozen
class Look:
    """What was found, or why nothing was: its kind, what happened, and what helps."""

    found: Any = None
    kind: str = ""
    told: str = ""
    help: str = ""

    @property
    def failed(self) -> bool:
        """Whether it could not be found out."""
        return bool(self.kind)


NO_CODE: Final = Look(
    kind="NoCode",
    told="These pages do not know the code of any workflow.",
    help="`swf ui --code MODULE` serves them with it. It is replayed read-only: nothing is sent.",
)


def look(
    subject: Subject, wanted: str, events: Sequence[Wire], *, seconds: float = SECONDS
) -> Look:
    """Return what the code of the site finds in an execution that is at the last of these events.

    `wanted` is "stack", "picture" or "place": see `swf.web.replaying`.
    """
    if not subject.site.code:
        return NO_CODE
    execution = subject.execution
    question = {
        "wanted": wanted,
        "code": subject.site.code,
        "domain": subject.domain.name,
        "workflow_id": execution.workflow_id,
        "run_id": execution.run_id,
        "events": events,
        "patience_seconds": seconds * PATIENCE,
        "path": [str(Path.cwd()), *(entry for entry in sys.path if entry)],
    }
    if not _TURNS.acquire(timeout=min(seconds, TURN_SECONDS)):
        return Look(kind="Busy", told="Others are looking.", help="Try again in a moment.")
    try:
        return _asked(json.dumps(question).encode(), seconds)
    finally:
        _TURNS.release()


def _asked(question: bytes, seconds: float) -> Look:
    # The module is our own, and the question goes by standard input.
    with subprocess.Popen(
        [sys.executable, "-m", "swf.web.replaying"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
    ) as process:
        try:
            answer, _ = process.communicate(question, timeout=seconds)
        except subprocess.TimeoutExpired:
            return Look(
                kind="TooSlow",
                told=f"It was not found out within {seconds:g} s.",
                help="Does the module do something when it is imported, or does the workflow loop?",
            )
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # with all that the code has started
    return _read(answer, process.returncode)


def _read(answer: bytes, code: int) -> Look:
    try:
        told = json.loads(answer)
    except ValueError:
        return Look(
            kind="Crashed",
            told=f"The process that looked for it has ended with {code}.",
            help="What does the module do when it is imported?",
        )
    return Look(**told.get("error", {}), found=told.get("found"))
