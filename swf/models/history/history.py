"""The history of a workflow execution as a sequence of its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, Self, SupportsIndex, overload

from swf.exceptions import ValidationError, ValidationTypeError
from swf.models import event as events
from swf.models import history as package
from swf.models.event.raw import check_raws
from swf.models.history.lookups import matching
from swf.models.history.text import Source, raws_from_json, raws_to_json
from swf.models.history.views import history_html, history_table
from swf.models.showing import history_in_time
from swf.wire import Wire

CLOSING: Final = frozenset(
    {
        "WorkflowExecutionCanceled",
        "WorkflowExecutionCompleted",
        "WorkflowExecutionContinuedAsNew",
        "WorkflowExecutionFailed",
        "WorkflowExecutionTerminated",
        "WorkflowExecutionTimedOut",
    }
)
"""The event types that close an execution: nothing is recorded after one of them."""


class History(Sequence["events.Event"]):
    """The events of one execution in the order given: usually all of them, oldest first.

    What it holds is the raw events; typed ones are made, cheaply, when they are asked for, so two
    readings of one position are equal but not identical. A history grows by `append` and `extend`,
    and so has no hash; everything else returns something new. While it grows it belongs to one
    thread.

    Takes typed events and raw ones, mixed if need be. Raises ValidationError, naming index and key,
    where an item is no event.
    """

    __slots__ = ("_compiled", "_positions", "_raws")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, events: Iterable[events.Event | Wire] = ()) -> None:
        self._raws = _raw_list(events)
        self._forget()

    def _forget(self) -> None:
        self._compiled: package.CompiledHistory | None = None
        self._positions: dict[int, int] = {}

    @classmethod
    def _of(cls, raws: list[Wire]) -> Self:
        """Return a history of raw events that were checked."""
        made = cls.__new__(cls)
        made._raws = raws
        made._forget()
        return made

    @classmethod
    def from_raw(cls, raws: Iterable[Wire]) -> Self:
        """Return the history of raw events: mappings as the API gives them."""
        return cls(raws)

    @classmethod
    def from_pages(cls, pages: Iterable[Wire]) -> Self:
        """Return the history of the replies of GetWorkflowExecutionHistory or PollForDecisionTask.

        The order is that of the replies. A poll that found no task has no events. What a page
        repeats of the page before it is left out. Raises ValidationError, naming the page, where
        one is neither reply, or tells another event under an id of the page before.
        """
        parts = [list(_page_events(index, page)) for index, page in enumerate(pages)]
        raws = _raw_list(chain.from_iterable(parts))
        if len({raw["eventId"] for raw in raws}) < len(raws):
            raws = _unrepeated(raws, map(len, parts))
        return cls._of(raws)

    @classmethod
    def from_json(cls, source: Source) -> Self:
        """Return the history in a JSON text, in a file at a path, or in an open file.

        The form is that of `aws swf get-workflow-execution-history`, or a bare list of events;
        times are numbers or ISO 8601 texts. A str is JSON where it begins with a brace or a
        bracket, else a path. Raises ValidationError where it is not, OSError where
        the file cannot be read.
        """
        return cls(raws_from_json(source))

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the JSON of `aws swf get-workflow-execution-history`, with times as numbers."""
        return raws_to_json(self._raws, indent=indent)

    @property
    def raws(self) -> list[Wire]:
        """The raw events, in a new list."""
        return list(self._raws)

    def append(self, event: events.Event | Wire) -> None:
        """Put one more event, typed or raw, at the end of this history."""
        self.extend((event,))

    def extend(self, events: Iterable[events.Event | Wire]) -> None:
        """Put more events, typed or raw, at the end of this history: all of them, or none.

        What was compiled stays so: only the new events are fed to it.
        """
        self._raws += _raw_list(events)

    def __len__(self) -> int:
        return len(self._raws)

    @overload
    def __getitem__(self, index: SupportsIndex) -> events.Event: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: SupportsIndex | slice) -> events.Event | Self:
        if isinstance(index, slice):
            return self._of(self._raws[index])
        return events.typed((self._raws[index],))[0]

    def __iter__(self) -> Iterator[events.Event]:
        return iter(events.typed(self._raws))

    def __reversed__(self) -> Iterator[events.Event]:
        return iter(events.typed(self._raws[::-1]))

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, events.Event):
            return False
        same_id = [raw for raw in self._raws if raw["eventId"] == value.id]
        return value in events.typed(same_id)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, History):
            return self._raws == other._raws or list(self) == list(other)
        if isinstance(other, list | tuple):
            return len(self) == len(other) and list(self) == list(other)
        return NotImplemented

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self._raws,))

    @property
    def first(self) -> events.Event | None:
        """The first event in this order; None where there is none."""
        return self[0] if self._raws else None

    @property
    def last(self) -> events.Event | None:
        """The last event in this order; None where there is none."""
        return self[-1] if self._raws else None

    @property
    def reversed(self) -> Self:
        """The same events in the opposite order, as a new history."""
        return self[::-1]

    @property
    def finished(self) -> bool:
        """Whether the events say that the execution is closed, in whichever of its six ways."""
        # Nothing is recorded after the closing event: it is at one end or the other.
        return any(raw["eventType"] in CLOSING for raw in (*self._raws[-1:], *self._raws[:1]))

    def latest(self, n: int) -> Self:
        """Return the last `n` events in this order, or all where there are fewer.

        Raises ValidationError where `n` is negative or no int.
        """
        _check_int("n", n)
        if n < 0:
            raise ValidationError(f"n must not be negative, got {n!r}")
        return self[max(len(self) - n, 0) :]

    def by_id(self, event_id: int) -> events.Event | None:
        """Return the event of this id, in whatever part or order of a history; None if not here.

        Raises ValidationTypeError where the id is no int.
        """
        _check_int("event_id", event_id)
        position = self._position(event_id)
        return None if position is None else self[position]

    def _position(self, event_id: int) -> int | None:
        raws = self._raws
        if not raws:
            return None
        # A run of ids, up or down, is the usual case and needs no index.
        first: int = raws[0]["eventId"]
        for guess in (event_id - first, first - event_id):
            if 0 <= guess < len(raws) and raws[guess]["eventId"] == event_id:
                return guess
        for position in range(len(self._positions), len(raws)):
            self._positions.setdefault(raws[position]["eventId"], position)
        return self._positions.get(event_id)

    def filter(self, **lookups: Any) -> Self:
        """Return the history of the events that every lookup matches, in this order.

        A lookup is a field (`id`, `name`, `type`, `state`, `timestamp`, or any attribute), perhaps
        with a comparison after two underscores: exact, in, gt, gte, lt, lte, startswith, contains,
        isnull. An event without the attribute does not match. Raises FieldError where no event type
        has the field or where the comparison is unknown, ValidationTypeError where a value cannot
        be compared.
        """
        return self._of(list(matching(self._raws, lookups)))

    def compile(self) -> package.CompiledHistory:
        """Return what the events say of each entity, compiled anew.

        Raises InconsistentHistoryError, naming the event, where they contradict each other.
        """
        return package.CompiledHistory.of(self._oldest_first())

    @property
    def compiled(self) -> package.CompiledHistory:
        """What the events say of each entity; after growth, only the new events are compiled.

        Raises InconsistentHistoryError, naming the event, where they contradict each other.
        """
        if self._descends():
            if self._compiled is None or len(self._compiled) != len(self):
                self._compiled = self.compile()
            return self._compiled
        compiled = self._compiled
        if compiled is None:  # seen by other threads when it is whole, not before
            compiled = self._compiled = self.compile()
        for event in events.typed(self._raws[len(compiled) :]):
            compiled.append(event)
        return compiled

    def _descends(self) -> bool:
        return len(self) > 1 and bool(self._raws[0]["eventId"] > self._raws[-1]["eventId"])

    def _oldest_first(self) -> Self:
        return self.reversed if self._descends() else self

    def __repr__(self) -> str:
        if not self._raws:
            return "History()"
        ends = [f"{raw['eventId']} {raw['eventType']}" for raw in (self._raws[0], self._raws[-1])]
        shown = " … ".join(ends[: len(self)])
        return f"History({len(self)} {'event' if len(self) == 1 else 'events'}: {shown})"

    def __rich__(self) -> Any:
        return history_table(self._raws)

    def _repr_html_(self) -> str:
        return history_in_time(self, history_html(self._raws))


def _raw_list(given: Iterable[events.Event | Wire]) -> list[Wire]:
    """Return the raw events of typed and raw ones, each checked."""
    if isinstance(given, History):
        return given.raws
    if isinstance(given, Mapping | str | bytes) or not hasattr(given, "__iter__"):
        raise ValidationTypeError(f"events must be several events, got {given!r}")
    raws: list[Any] = list(given)
    if not {dict}.issuperset(map(type, raws)):
        raws = [item.raw if isinstance(item, events.Event) else item for item in raws]
    check_raws(raws)
    return raws


def _unrepeated(raws: list[Wire], lengths: Iterable[int]) -> list[Wire]:
    """Return the events of pages of these lengths without what a page repeats of the last one."""
    kept: list[Wire] = []
    before: dict[int, Wire] = {}
    rest = iter(raws)
    for index, length in enumerate(lengths):
        page = list(islice(rest, length))
        for raw in page:
            held = before.get(raw["eventId"])
            if held is None:
                kept.append(raw)
            elif events.typed((raw,)) != events.typed((held,)):
                raise ValidationError(
                    f"pages[{index}]: event {raw['eventId']} is another on the page before"
                )
        if page:
            before = {raw["eventId"]: raw for raw in page}
    return kept


def _check_int(argument: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValidationTypeError(f"{argument} must be an int, got {value!r}")


def _page_events(index: int, page: Any) -> Iterable[Wire]:
    if not isinstance(page, Mapping):
        raise ValidationTypeError(f"pages[{index}]: a page is a mapping, got {page!r}")
    found = page.get("events")
    if found is None and "startedEventId" in page:
        return ()  # a poll that found no task
    if not isinstance(found, list | tuple):
        raise ValidationError(f"pages[{index}]: events must be a list, got {found!r}")
    return found
