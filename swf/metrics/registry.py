"""Counters, gauges and histograms with labels, and the registry that they belong to."""

from __future__ import annotations

import os
import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from math import inf, isfinite
from typing import ClassVar, Final, TypeVar

from swf.exceptions import ValidationError
from swf.metrics.exposition import Family, Kind, Sample, number_text, text_of

SECONDS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
    *(300.0, 1800.0, 3600.0, 21600.0, 86400.0, 604800.0),
)
"""The upper bounds of what is measured in seconds: a reply takes milliseconds, a workflow days."""

MOST_SERIES: Final = 500
"""So many sets of label values a metric has; what comes beyond is counted under OTHER."""

OTHER: Final = "(other)"

Labels = tuple[str, ...]
"""The values of a metric's labels, in the order of their names."""

Values = dict[str, dict[Labels, list[float]]]
"""What was counted: by metric and labels. Of a histogram: each bucket by itself, then the sum."""

_NAME: Final = re.compile(r"(?!__)[a-z_][a-z0-9_]*")
_lock: Final = threading.RLock()
"""Held for less than a microsecond at a time, so that one is enough for all metrics.

A signal handler or a finalizer that counts may run in the thread that holds it.
"""
# Nobody else holds it while the process forks, so the child finds it free.
os.register_at_fork(
    before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
)


class _Metric:
    """What metrics have in common: a name, words, and numbers by the values of their labels."""

    kind: ClassVar[Kind]
    is_additive: ClassVar[bool] = True
    """Whether the numbers of several processes add up to one."""

    def __init__(self, name: str, help: str, labels: Sequence[str] = ()) -> None:
        if isinstance(labels, str) or len(set(labels)) < len(labels):
            raise ValidationError(f"metric {name!r}: labels: must be different names, got {labels}")
        for one in (name, *labels):
            if not _NAME.fullmatch(one):
                raise ValidationError(f"metric {name!r}: {one!r} is no name of one, or of a label")
        self.name = name
        self.help = help
        self.labels = tuple(labels)
        self._series: dict[Labels, list[float]] = {}

    def _fresh(self) -> list[float]:
        return [0]

    def _numbers(self, labels: Labels) -> list[float]:
        """Return the numbers of these labels, made where there is room; to be called locked."""
        found = self._series.get(labels)
        if found is None:
            if len(labels) != len(self.labels):
                raise ValidationError(f"metric {self.name}: labels are {self.labels}, got {labels}")
            if not all(isinstance(value, str) for value in labels):
                raise ValidationError(f"metric {self.name}: labels must be texts, got {labels}")
            if len(self._series) >= MOST_SERIES:
                labels = (OTHER,) * len(labels)
            found = self._series.setdefault(labels, self._fresh())
        return found

    def family(self) -> Family:
        """Return its samples as they are now."""
        with _lock:
            series = [(labels, list(numbers)) for labels, numbers in self._series.items()]
        samples: list[Sample] = []
        for labels, numbers in sorted(series):
            samples += self._samples(tuple(zip(self.labels, labels, strict=True)), numbers)
        return Family(self.name, self.kind, self.help, tuple(samples))

    def _samples(
        self, labels: tuple[tuple[str, str], ...], numbers: list[float]
    ) -> Iterable[Sample]:
        return [Sample(numbers[0], labels)]


class Counter(_Metric):
    """Counts what happens; it never goes down."""

    kind = "counter"

    def add(self, labels: Labels = (), number: float = 1) -> None:
        """Add to what was counted under these label values, given in the order of the names."""
        if not 0 <= number < inf:
            raise ValidationError(f"metric {self.name}: must be 0 or more, got {number}")
        with _lock:
            numbers = self._series.get(labels) or self._numbers(labels)
            numbers[0] += number


class Gauge(_Metric):
    """Holds a number that goes up and down."""

    kind = "gauge"
    is_additive = False

    def set(self, number: float, labels: Labels = ()) -> None:
        """Make this the number under these label values."""
        with _lock:
            self._numbers(labels)[0] = number

    def add(self, labels: Labels = (), number: float = 1) -> None:
        """Add to the number under these label values."""
        with _lock:
            self._numbers(labels)[0] += number


class Histogram(_Metric):
    """Counts what was measured by how much it was, with the sum of it; `bounds` are ascending."""

    kind = "histogram"

    def __init__(
        self,
        name: str,
        help: str,
        labels: Sequence[str] = (),
        bounds: Sequence[float] = SECONDS,
    ) -> None:
        super().__init__(name, help, labels)
        if "le" in labels:
            raise ValidationError(f"metric {name}: the label 'le' is that of its buckets")
        if not bounds or list(bounds) != sorted(set(bounds)) or not all(map(isfinite, bounds)):
            raise ValidationError(f"metric {name}: bounds: must be finite and ascend, got {bounds}")
        self.bounds = tuple(bounds)

    def observe(self, value: float, labels: Labels = ()) -> None:
        """Count one measurement under these label values, given in the order of the names."""
        if not -inf < value < inf:
            raise ValidationError(f"metric {self.name}: must be a number, got {value}")
        place = bisect_left(self.bounds, value)
        with _lock:
            numbers = self._series.get(labels) or self._numbers(labels)
            numbers[place] += 1
            numbers[-1] += value

    def _fresh(self) -> list[float]:
        return [0] * (len(self.bounds) + 2)

    def _samples(
        self, labels: tuple[tuple[str, str], ...], numbers: list[float]
    ) -> Iterable[Sample]:
        *counts, total = numbers
        running = list(accumulate(counts))
        for bound, count in zip((*self.bounds, inf), running, strict=True):
            le = ("le", number_text(float(bound)))
            yield Sample(count, (*labels, le), "_bucket")
        yield Sample(total, labels, "_sum")
        yield Sample(running[-1], labels, "_count")


M = TypeVar("M", bound=_Metric)


class Registry:
    """Metrics by name, and functions that tell others when they are asked for; any thread may."""

    def __init__(self) -> None:
        self._metrics: dict[str, _Metric] = {}
        self._tellers: list[Callable[[], Iterable[Family]]] = []

    def counter(self, name: str, help: str, labels: Sequence[str] = ()) -> Counter:
        """Return a new counter; its name should end in `_total`.

        Raises ValidationError for a name that is taken, or is none.
        """
        return self._added(Counter(name, help, labels))

    def gauge(self, name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
        """Return a new gauge; raises as `counter`."""
        return self._added(Gauge(name, help, labels))

    def histogram(
        self,
        name: str,
        help: str,
        labels: Sequence[str] = (),
        bounds: Sequence[float] = SECONDS,
    ) -> Histogram:
        """Return a new histogram with these upper bounds; raises as `counter`, and for those."""
        return self._added(Histogram(name, help, labels, bounds))

    def collect_with(self, tell: Callable[[], Iterable[Family]]) -> None:
        """Have a function tell further families each time that metrics are read."""
        self._tellers.append(tell)

    def families(self) -> list[Family]:
        """Return all metrics as they are now."""
        told = [metric.family() for metric in list(self._metrics.values())]
        for tell in list(self._tellers):
            told += tell()
        return told

    def render(self) -> str:
        """Return all metrics as they are now, in version 0.0.4 of Prometheus' text format."""
        return text_of(self.families())

    def drain(self) -> Values:
        """Return what was counted since the last time, and begin anew; gauges stay.

        What a process that is looked after hands to the one that is read.
        """
        drained: Values = {}
        with _lock:
            for name, metric in self._metrics.items():
                if metric.is_additive and metric._series:
                    drained[name], metric._series = metric._series, {}
        return drained

    def absorb(self, values: Mapping[str, Mapping[Labels, Sequence[float]]]) -> None:
        """Add what another process has drained; metrics that are not known here are left out."""
        with _lock:
            for name, series in values.items():
                metric = self._metrics.get(name)
                if metric is None:
                    continue
                for labels, numbers in series.items():
                    mine = metric._numbers(labels)
                    mine[:] = [one + more for one, more in zip(mine, numbers, strict=True)]

    def _added(self, metric: M) -> M:
        with _lock:
            if metric.name in self._metrics:
                raise ValidationError(f"metric {metric.name!r}: there is one of this name")
            self._metrics[metric.name] = metric
        return metric
