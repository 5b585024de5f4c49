"""The decision about markers."""

from __future__ import annotations

import attrs

from swf.models.decision.base import Decision
from swf.models.decision.fields import as_payload


@attrs.frozen(repr=False)
class RecordMarker(Decision):
    """Record MarkerRecorded: a note in the history, for the decider to find again.

    Several markers may have one name. A marker alone schedules no further decision task.
    """

    marker_name: str
    details: str | None = attrs.field(default=None, kw_only=True, converter=as_payload)
