"""What a server counts, as Prometheus reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_ENGINE: Final = {
    "calls": "Calls that came to the engine's writer.",
    "commits": "Commits that changed something.",
    "faults": "Calls that the writer refused.",
    "due": "Time-outs and timers that came due.",
}
"""What the engine counts, in words."""


class Meter:
    """Counts answers by operation and fault, the seconds they took, and the polls that are held."""

    def __init__(self) -> None:
        self._answers: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self.held = 0
        """Polls that wait for a task."""
        self.gone = 0
        """Clients that closed their connection before they were answered."""

    def answered(self, operation: str, code: str, seconds: float) -> None:
        """Count one answer; `code` is the fault's name, or OK."""
        self._answers[operation, code] += 1
        self._seconds[operation] += seconds

    def text(self, engine: Mapping[str, float]) -> str:
        """Return all counts, with those of the engine, in Prometheus' text format."""
        return "\n".join(self._lines(engine)) + "\n"

    def _lines(self, engine: Mapping[str, float]) -> Iterator[str]:
        yield "# HELP swf_answers_total Requests answered, by operation and fault."
        yield "# TYPE swf_answers_total counter"
        for (operation, code), count in sorted(self._answers.items()):
            yield f'swf_answers_total{{operation="{operation}",code="{code}"}} {count}'
        yield "# HELP swf_answer_seconds Time from request to answer; polls include their wait."
        yield "# TYPE swf_answer_seconds summary"
        counts: defaultdict[str, int] = defaultdict(int)
        for (operation, _), count in self._answers.items():
            counts[operation] += count
        for operation, seconds in sorted(self._seconds.items()):
            yield f'swf_answer_seconds_sum{{operation="{operation}"}} {seconds:.6f}'
            yield f'swf_answer_seconds_count{{operation="{operation}"}} {counts[operation]}'
        yield "# HELP swf_held_polls Polls that wait for a task."
        yield "# TYPE swf_held_polls gauge"
        yield f"swf_held_polls {self.held}"
        yield "# HELP swf_gone_clients_total Clients that left before they were answered."
        yield "# TYPE swf_gone_clients_total counter"
        yield f"swf_gone_clients_total {self.gone}"
        for name, value in engine.items():
            yield f"# HELP swf_engine_{name}_total {_ENGINE[name]}"
            yield f"# TYPE swf_engine_{name}_total counter"
            yield f"swf_engine_{name}_total {value}"
