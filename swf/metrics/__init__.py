"""Metrics: what the processes of this package count and measure, as Prometheus reads it.

`render()` returns all of it as text, `serve(port)` has it read over HTTP, and `collector()` hands
it to prometheus-client where a program uses that. `REGISTRY` holds what this package measures;
programs may add metrics of their own to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy
from swf.metrics.catalogue import REGISTRY
from swf.metrics.exposition import CONTENT_TYPE, Family, Sample
from swf.metrics.registry import Counter, Gauge, Histogram, Registry

if TYPE_CHECKING:
    from swf.metrics.bridge import collector
    from swf.metrics.serving import MetricsServer, serve

__all__ = [
    "CONTENT_TYPE",
    "REGISTRY",
    "Counter",
    "Family",
    "Gauge",
    "Histogram",
    "MetricsServer",
    "Registry",
    "Sample",
    "collector",
    "render",
    "serve",
]


def render() -> str:
    """Return all metrics of this process, and of the processes that it has polling, as text.

    In version 0.0.4 of Prometheus' text format, see CONTENT_TYPE.
    """
    return REGISTRY.render()


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(
        __name__,
        {"MetricsServer": "serving", "collector": "bridge", "serve": "serving"},
    )
