"""Traces: what workflows and activities did, as spans of OpenTelemetry (extra `otel`).

Off until `instrument()` is called. Then there is a span `swf.workflow` for each execution, below it
one `swf.decision` for each decision task and one `swf.activity` for each attempt of an activity,
and `swf.start` and `swf.signal` where executions are started and signaled. Span ids follow from run
and event ids, so a program that is replayed, here or elsewhere, has each span once.
"""

from __future__ import annotations

from swf.tracing.switch import instrument, uninstrument

__all__ = ["instrument", "uninstrument"]
