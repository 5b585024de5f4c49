"""Metrics for prometheus-client, where a program uses that for its own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from swf.exceptions import SettingsError
from swf.metrics.catalogue import REGISTRY
from swf.metrics.exposition import Family
from swf.metrics.registry import Registry


def collector(registry: Registry = REGISTRY) -> Any:
    """Return the metrics as a collector, for `prometheus_client.REGISTRY.register`.

    Raises SettingsError where prometheus-client is not installed.
    """
    try:
        core = import_module("prometheus_client.core")
    except ImportError as error:
        raise SettingsError(
            "prometheus-client is not installed: pip install prometheus-client, or read "
            "swf.metrics.render()"
        ) from error
    return _Collector(registry, core)


class _Collector:
    """Tells a registry's families as those of prometheus-client."""

    def __init__(self, registry: Registry, core: Any) -> None:
        self._registry = registry
        self._core = core

    def collect(self) -> Iterator[Any]:
        """Yield each family as it is now."""
        for family in self._registry.families():
            yield self._made(family)

    def describe(self) -> list[Any]:
        """Return nothing, which has nobody ask `collect` for the names alone."""
        return []

    def _made(self, family: Family) -> Any:
        # Its counters have the name without the ending, and their samples the name with it.
        name = family.name.removesuffix("_total") if family.kind == "counter" else family.name
        made = self._core.Metric(name, family.help, family.kind)
        for sample in family.samples:
            made.add_sample(f"{family.name}{sample.suffix}", dict(sample.labels), sample.value)
        return made
