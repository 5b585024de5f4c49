"""What a server counts, and what its engine tells when it is asked, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from swf.engine import Engine, TaskListLoad
from swf.metrics import Family, Registry, Sample

_ENGINE: Final = {
    "calls": "Calls that came to the engine's writer.",
    "commits": "Commits that changed something.",
    "faults": "Calls that the writer refused.",
    "due": "Time-outs and timers that came due.",
    "events": "Events that were recorded in histories.",
}
"""What the engine counts, in words."""


class Meter:
    """Counts answers by operation and fault, the seconds they took, and the polls that are held."""

    def __init__(self, engine: Engine) -> None:
        self.registry = Registry()
        self._answers = self.registry.counter(
            "swf_answers_total",
            "Requests answered, by operation and fault.",
            ("operation", "code"),
        )
        self._seconds = self.registry.histogram(
            "swf_answer_seconds",
            "Time from request to answer; polls include their wait.",
            ("operation",),
        )
        self.held = self.registry.gauge("swf_held_polls", "Polls that wait for a task.")
        self.gone = self.registry.counter(
            "swf_gone_clients_total", "Clients that left before they were answered."
        )
        self.held.set(0)
        self.gone.add(number=0)
        self.registry.collect_with(lambda: _told_by(engine))

    def answered(self, operation: str, code: str, seconds: float) -> None:
        """Count one answer; `code` is the fault's name, or OK."""
        self._answers.add((operation, code))
        self._seconds.observe(seconds, (operation,))


def _told_by(engine: Engine) -> Iterator[Family]:
    """Yield what an engine has done since it was opened, and what waits in it now."""
    for name, value in attrs.asdict(engine.stats).items():
        yield Family(f"swf_engine_{name}_total", "counter", _ENGINE[name], (Sample(value),))
    load = engine.load()
    yield Family(
        "swf_open_executions",
        "gauge",
        "Executions that are open.",
        tuple(Sample(count, (("domain", domain),)) for domain, count in load.open_executions),
    )
    yield Family(
        "swf_pending_tasks",
        "gauge",
        "Tasks that wait for a poller, by task list and kind (activity, decision).",
        tuple(Sample(one.pending, _labels(one)) for one in load.task_lists),
    )
    yield Family(
        "swf_pollers",
        "gauge",
        "Polls that wait for a task, by task list and kind.",
        tuple(Sample(one.pollers, _labels(one)) for one in load.task_lists),
    )


def _labels(one: TaskListLoad) -> tuple[tuple[str, str], ...]:
    return (("domain", one.domain), ("task_list", one.name), ("kind", one.kind))
