"""How an execution stood at one of its events: what was open, what had ended, what came next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from swf.insight.groups import FAMILIES, Group, group
from swf.insight.pending import Pending, pending_of
from swf.insight.strands import end_of_answer
from swf.models import History
from swf.models.history.entities.base import Entity
from swf.models.history.history import CLOSING
from swf.wire import Wire, moment

MOST: Final = 50
"""So much of each kind is told: the latest."""

_COUNTED: Final = ("activity", "child", "lambda", "timer")
_COMPLETED: Final = "DecisionTaskCompleted"


@attrs.frozen
class ToldEvent:
    """An event in few words: what of, and what that is called."""

    id: int
    name: str
    at: datetime
    family: str
    about: str


@attrs.frozen
class Decided:
    """What a decision task's answer, `event`, led to: the first `MOST`, and how many."""

    event: ToldEvent
    results: tuple[ToldEvent, ...]
    count: int


@attrs.frozen
class Moment:
    """How an execution stood right after an event; `history` goes up to there.

    Of what had ended, of signals and of markers, the latest are told, the latest first; `news` are
    the events since what the last answer led to was recorded, or, within that, what it led to.
    `decided` is the next answer after it, `before` and `after` the ids at which the answers before
    and after had been recorded.
    """

    history: History
    event: ToldEvent
    count: int
    seconds: float
    closed: str | None
    pending: tuple[Pending, ...]
    pending_count: int
    counts: tuple[tuple[str, int], ...]
    ended: tuple[Group, ...]
    signals: tuple[Group, ...]
    markers: tuple[Group, ...]
    news: tuple[ToldEvent, ...]
    decided: Decided | None
    before: int | None
    after: int | None


def moment_of(history: History, event_id: int) -> Moment:
    """Return how an execution stood after an event; after the nearest there is.

    Raises InconsistentHistoryError where the events contradict each other, or are none.
    """
    raws = history.raws
    at = min(max(event_id, 1), len(raws))
    cut = history[:at]
    then = cut.compiled
    begun = moment(raws[0]["eventTimestamp"]) if raws else then.execution.scheduled_at
    tell = _Telling(history)
    answers = [raw["eventId"] for raw in raws if raw["eventType"] == _COMPLETED]
    stops = [end_of_answer(raws, answer) for answer in answers]
    here = tell.event(at)
    open_ = pending_of(cut)
    ended = [one for one in _ended(then.entities) if FAMILIES[one.type] in _COUNTED]
    counted = Counter(group(one).word for one in ended)
    next_answer = next((one for one in answers if one > at), None)
    last_answer = max((one for one in answers if one <= at), default=0)
    last_stop = max((one for one in stops if one < at), default=0)
    news_from = max(last_answer, last_stop + 1, at - MOST + 1, 1)
    return Moment(
        history=cut,
        event=here,
        count=len(raws),
        seconds=(here.at - begun).total_seconds(),
        closed=then.execution.state.value if raws[at - 1]["eventType"] in CLOSING else None,
        pending=tuple(open_[:MOST]),
        pending_count=len(open_),
        counts=tuple(counted.most_common()),
        ended=_latest(sorted(ended, key=lambda one: one.last_event_id)),
        signals=_latest(then.signals),
        markers=_latest(then.markers),
        news=tuple(map(tell.event, range(news_from, at + 1))),
        decided=None if next_answer is None else tell.decided(next_answer, raws),
        before=next((one for one in reversed(stops) if one < at), 1 if at > 1 else None),
        after=next((one for one in stops if one > at), len(raws) if at < len(raws) else None),
    )


def _ended(entities: Iterable[Entity[Any]]) -> Iterator[Entity[Any]]:
    return (one for one in entities if one.is_closed)


def _latest(entities: Sequence[Entity[Any]]) -> tuple[Group, ...]:
    return tuple(group(one) for one in reversed(entities[-MOST:]))


@attrs.frozen
class _Telling:
    """Tells events of a history in few words."""

    history: History

    def event(self, event_id: int) -> ToldEvent:
        """Return what an event is, and what it is about."""
        event = self.history[event_id - 1]
        entity = self.history.compiled.entity_of(event_id)
        family = "" if entity is None else FAMILIES[entity.type]
        about = "" if entity is None or family in ("decision", "execution") else group(entity).name
        return ToldEvent(event.id, event.name, event.timestamp, family, about)

    def decided(self, event_id: int, raws: Sequence[Wire]) -> Decided:
        """Return what an answer led to."""
        last = end_of_answer(raws, event_id)
        shown = range(event_id + 1, min(last, event_id + MOST) + 1)
        return Decided(self.event(event_id), tuple(map(self.event, shown)), last - event_id)
