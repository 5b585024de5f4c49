"""What a history holds beyond the place that a program has come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from swf.flow.replay import matching
from swf.wire import Wire

_OPEN: Final = float("inf")
_TELLING: Final = frozenset(
    {"DecisionTaskCompleted", "MarkerRecorded", "StartTimerFailed", "TimerStarted"}
)


class Ahead:
    """Markers that are recorded and not asked for yet, and where each answer to a decision ends.

    An answer that the packer cut, or that was given while blocked, goes on with the next one, and
    with the one after that where that was cut too. Where the last one known was cut, the program
    may have asked for more than any history has of it.
    """

    __slots__ = ("_ends", "_rest", "failures", "markers")

    def __init__(self) -> None:
        self.markers: dict[str, tuple[int, str | None]] = {}
        self.failures = 0  # how many of them tell of something that failed
        self._ends: dict[int, float] = {}  # for an answer, the last one that goes on with it
        self._rest: list[int] = []  # the events of answers that may go on beyond the history

    def look(self, events: Sequence[Wire], last: int) -> None:
        """Take note of what these events hold, of those after `last`."""
        completed: list[int] = []
        cut: set[int] = set()
        for event in [event for event in events if event["eventType"] in _TELLING]:
            event_type, event_id = event["eventType"], event["eventId"]
            if event_id <= last:
                continue
            if event_type == "DecisionTaskCompleted":
                completed.append(event_id)
                continue
            told = matching.attributes_of(event)
            if _ends_a_cut(told):
                cut.add(told["decisionTaskCompletedEventId"])
            elif event_type == "MarkerRecorded":
                self._note(told)
        self._rest = []
        if cut:
            self._look_beyond(events, completed, cut)
        else:
            self._ends.update(zip(completed, completed, strict=True))

    def _look_beyond(self, events: Sequence[Wire], completed: list[int], cut: set[int]) -> None:
        """Take note of where answers end of which some were cut."""
        end, begin = _OPEN, 0
        for event_id in reversed(completed):
            if event_id not in cut:
                end = event_id
            elif end == _OPEN:
                begin = event_id
            self._ends[event_id] = end
        self._rest = [
            event["eventId"]
            for event in (events if begin else ())
            if event["eventId"] > begin and _is_asked_for(event)
        ]

    def _note(self, told: Wire) -> None:
        name: str = told["markerName"]
        recorded = (told["decisionTaskCompletedEventId"], told.get("details"))
        self.markers.setdefault(name, recorded)
        self.failures += name.startswith(matching.FAILURE)

    def reached(self, marker: str) -> None:
        """Take note that the program has come to where a marker was recorded."""
        if self.markers.pop(marker, None) is not None:
            self.failures -= marker.startswith(matching.FAILURE)

    def answered(self, completed: int) -> None:
        """Take note that the program has come to the end of a decision."""
        self._ends.pop(completed, None)

    def is_of(self, marker: str, completed: int) -> bool:
        """Tell whether the answer of this id, or what goes on with it, has recorded a marker."""
        found = self.markers.get(marker)
        return found is not None and completed <= found[0] <= self._ends.get(completed, 0)

    def is_beyond(self, completed: int, last: int, asked: int) -> bool:
        """Tell whether the history has nothing more of what is asked for next.

        That is so where the answer of this id was cut, nothing is known to go on with it, and
        `asked` commands are waiting already for what is recorded after `last`.
        """
        if self._ends.get(completed) != _OPEN:
            return False
        return sum(event_id > last for event_id in self._rest) <= asked


def _ends_a_cut(told: Wire) -> bool:
    """Tell whether a marker or timer is the framework's, in an answer that may not be all of it."""
    name: str = told.get("timerId") or told["markerName"]
    return name.startswith((matching.WAKE_UP, matching.BLOCKED))


def _is_asked_for(event: Wire) -> bool:
    """Tell whether an event is of a decision that a program asks for, and not of the framework."""
    if not matching.is_decided(event):
        return False
    told = matching.attributes_of(event)
    name = told.get("timerId") or told.get("markerName") or ""
    return not name.startswith((matching.WAKE_UP, matching.BLOCKED))
