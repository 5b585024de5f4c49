"""What a history is folded into: entities, each known by an id, and the collections that hold them.

An entity keeps the events that are about it, so that it never forgets what it learned; its fields
are read from them when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, TypeVar, overload

from swf.exceptions import InconsistentHistoryError, TransitionError, ValidationTypeError
from swf.models.event.base import Event

State = TypeVar("State", bound=StrEnum)


class _Told:
    """A field that reads the attribute of its own name from one of the entity's events."""

    __slots__ = ("_event", "_name")

    def __init__(self, event: str) -> None:
        self._event = event

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, entity: Any, owner: type | None = None) -> Any:
        return self if entity is None else getattr(getattr(entity, self._event), self._name, None)


def by_first() -> Any:
    """Return a field that the entity's first event tells."""
    return _Told("first_event")


def by_started() -> Any:
    """Return a field that the event tells with which the entity began to run; None before."""
    return _Told("_started")


def by_closed() -> Any:
    """Return a field that the event tells which closed the entity; None while it is open."""
    return _Told("_closed")


class Entity(Generic[State]):
    """One thing that a history tells about, with all that its events told so far.

    It is a live view: where its history is appended to, it follows. Equal entities are of one kind,
    in one state, and of equal events.
    """

    __slots__ = ("_attempt", "_closed", "_events", "_id", "_started", "_state")

    type: ClassVar[str]
    """The kind of entity, as `Event.type` names it: `ActivityTask`."""
    states: ClassVar[frozenset[StrEnum]]
    """Every state that it can be in."""
    initial: ClassVar[frozenset[StrEnum]]
    """The states in which it can first be seen."""
    terminal: ClassVar[frozenset[StrEnum]]
    """The states that it never leaves."""
    transitions: ClassVar[Mapping[Any, frozenset[Any]]]
    """From each state, the states that it can go to next; none from a terminal one."""

    _started: Event | None
    _closed: Event | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.states = frozenset(cls.transitions)
        cls.terminal = frozenset(state for state, then in cls.transitions.items() if not then)

    def __init__(self, id: str | int, event: Event, state: State, attempt: int) -> None:
        self._id = id
        self._events = [event]
        self._state = state
        self._attempt = attempt
        self._started = None
        self._closed = None if self.transitions[state] else event

    @property
    def id(self) -> str | int:
        """What names it within its history; some may be used again once their bearer is closed."""
        return self._id

    @property
    def attempt(self) -> int:
        """Which bearer of its id it is, from 1."""
        return self._attempt

    @property
    def state(self) -> State:
        """Where the last event that moved it took it."""
        return self._state

    @property
    def next_states(self) -> frozenset[State]:
        """The states that it can go to from here; none where it is closed."""
        return self.transitions[self._state]

    @property
    def is_open(self) -> bool:
        """Whether it can still go to another state."""
        return self._closed is None

    @property
    def is_closed(self) -> bool:
        """Whether it reached a terminal state."""
        return self._closed is not None

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event about it, in order."""
        return tuple(self._events)

    @property
    def event_ids(self) -> tuple[int, ...]:
        """The ids of every event about it, in order."""
        return tuple(event.id for event in self._events)

    @property
    def first_event(self) -> Event:
        """The event with which the history first tells about it."""
        return self._events[0]

    @property
    def first_event_id(self) -> int:
        """The id of its first event, which later events link to."""
        return self._events[0].id

    @property
    def last_event_id(self) -> int:
        """The id of the latest event about it."""
        return self._events[-1].id

    @property
    def scheduled_at(self) -> datetime:
        """When the history first told about it: scheduled, initiated, recorded, refused."""
        return self._events[0].timestamp

    @property
    def started_at(self) -> datetime | None:
        """When it began to run; None where it did not, or where that is not told of its kind."""
        return None if self._started is None else self._started.timestamp

    @property
    def closed_at(self) -> datetime | None:
        """When it reached its terminal state; None while it is open."""
        return None if self._closed is None else self._closed.timestamp

    @property
    def started_event_id(self) -> int | None:
        """The id of the event with which it began to run."""
        return None if self._started is None else self._started.id

    @property
    def closed_event_id(self) -> int | None:
        """The id of the event that closed it."""
        return None if self._closed is None else self._closed.id

    @property
    def duration(self) -> timedelta | None:
        """The time from its first event to its closing one; None while it is open."""
        closed = self.closed_at
        return None if closed is None else closed - self.scheduled_at

    @property
    def outcome(self) -> str | None:
        """What its closing event says of how it ended: a result, a reason, a timeout, a cause."""
        said = (getattr(self._closed, name, None) for name in _OUTCOMES)
        return next((text for text in said if text is not None), None)

    def as_dict(self) -> dict[str, Any]:
        """Return every field that is told, by name."""
        names = (name for name, value in _fields(type(self)) if isinstance(value, _Told))
        values = ((name, getattr(self, name)) for name in names)
        return {name: value for name, value in values if value is not None}

    def check(self, event: Event, state: State) -> None:
        """Raise TransitionError, naming event, entity and states, unless it can go to `state`."""
        then = self.next_states
        if state not in then:
            can = f"only {', '.join(sorted(then))}" if then else "it is closed"
            raise refused(
                event, f"{self} is {self._state} and cannot become {state}: {can}", TransitionError
            )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entity):
            return NotImplemented
        return (
            type(self) is type(other)
            and self._state is other._state
            and self._id == other._id
            and self._attempt == other._attempt
            and self._events == other._events
        )

    __hash__ = None  # type: ignore[assignment]  # it follows its history

    def __str__(self) -> str:
        return f"{self.type} {self._id!r} of event {self.first_event_id}"

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self._id!r}, state={self._state.value!r},"
            f" events={list(self.event_ids)})"
        )


_OUTCOMES: Final = ("result", "reason", "timeout_type", "cause", "new_execution_run_id", "details")


def _fields(entity: type[Entity[Any]]) -> Iterator[tuple[str, object]]:
    for kind in reversed(entity.__mro__):
        yield from vars(kind).items()


def refused(
    event: Event, why: str, kind: type[InconsistentHistoryError] = InconsistentHistoryError
) -> InconsistentHistoryError:
    """Return the error that names the event and says why it cannot be where it is."""
    return kind(why, resource=f"event {event.id} {event.name}")


E = TypeVar("E", bound=Entity[Any])
Fold = Callable[[Any, Any], Entity[Any]]


class Entities(Sequence[E]):
    """All entities of one kind in a history, in the order of their first events.

    `get`, `get_open`, `attempts` and `in` go by id, and so does `[…]` with a str. `[…]` with an int
    or a slice picks by that order, as of any sequence: where ids are ints, only `get` goes by them.
    Where an id was used again, it stands for the open bearer, else for the latest; `attempts` gives
    all. An id of another type than the ids have raises ValidationTypeError, not to be taken for a
    place in the order.
    """

    __slots__ = ("_all", "_bearers", "_by_event", "_by_id", "_kind", "_open")

    id_type: ClassVar[type[str | int]] = str
    """What the ids are: int for decision tasks, str for all else."""
    folds: ClassVar[Mapping[str, Fold]]
    """The method that takes the events of each type, by the type's name."""

    def __init__(self, kind: type[E]) -> None:
        self._kind = kind
        self._all: list[E] = []
        self._by_event: dict[int, E] = {}
        self._by_id: dict[str | int, list[E]] = {}
        self._open: dict[int, E] = {}
        self._bearers: dict[str | int, dict[int, E]] = {}

    @property
    def open(self) -> tuple[E, ...]:
        """Those that are open, in order."""
        return tuple(self._open.values())

    @property
    def closed(self) -> tuple[E, ...]:
        """Those that are closed, in order."""
        return tuple(entity for entity in self._all if entity._closed is not None)

    @property
    def open_count(self) -> int:
        """How many are open."""
        return len(self._open)

    def get(self, id: str | int) -> E | None:
        """Return the open bearer of the id, else the latest, else None."""
        attempts = self._by_id.get(self._checked(id))
        if attempts is None:
            return None
        return self.get_open(id) or attempts[-1]

    def get_open(self, id: str | int) -> E | None:
        """Return the open bearer of the id (the latest, where several can be open), or None."""
        bearers = self._bearers.get(self._checked(id))
        return None if bearers is None else next(reversed(bearers.values()))

    def attempts(self, id: str | int) -> tuple[E, ...]:
        """Return every bearer of the id, in order; none where it was never used."""
        return tuple(self._by_id.get(self._checked(id), ()))

    def _checked(self, id: str | int) -> str | int:
        if not isinstance(id, self.id_type) or isinstance(id, bool):
            raise ValidationTypeError(
                f"{type(self).__name__}: ids are of {self.id_type.__name__}, got {id!r}"
            )
        return id

    def ids(self) -> tuple[str | int, ...]:
        """Return every id, in the order of first use."""
        return tuple(self._by_id)

    @overload
    def __getitem__(self, key: int | str) -> E: ...
    @overload
    def __getitem__(self, key: slice) -> list[E]: ...
    def __getitem__(self, key: int | str | slice) -> E | list[E]:
        if isinstance(key, str):
            found = self.get(key)
            if found is None:
                raise KeyError(key)
            return found
        return self._all[key]

    def __contains__(self, item: object) -> bool:
        if isinstance(item, str | int):
            return item in self._by_id
        return item in self._all

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[E]:
        return iter(self._all)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entities):
            return NotImplemented
        return (
            self._kind is other._kind
            and self._all == other._all
            and list(self._open) == list(other._open)
        )

    __hash__ = None  # type: ignore[assignment]  # it follows its history

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._all!r})"

    # Folding: whatever can refuse comes before whatever changes, so that a refusal changes nothing.

    def _linked(self, event: Event, first_event_id: int | None) -> E:
        """Return the entity that an event links to by the id of its first event."""
        entity = self._by_event.get(first_event_id or 0)
        if entity is None:
            raise refused(
                event, f"it links to event {first_event_id}, with which no {self._kind.type} begins"
            )
        return entity

    def _same_start(self, event: Event, entity: E, started_event_id: int | None) -> None:
        """Raise unless the event names the start of its entity, 0 where it did not start."""
        started = entity.started_event_id or 0
        if (started_event_id or 0) != started:
            raise refused(
                event,
                f"{entity} is {entity.state} by started event {started}, not {started_event_id}",
            )

    def _add(self, id: str | int, event: Event, state: StrEnum) -> E:
        """Hold a new entity, which begins with this event."""
        attempts = self._by_id.setdefault(id, [])
        entity = self._kind(id, event, state, len(attempts) + 1)
        attempts.append(entity)
        self._all.append(entity)
        self._by_event[event.id] = entity
        if entity._closed is None:
            self._open[event.id] = entity
            self._bearers.setdefault(id, {})[event.id] = entity
        return entity

    def _add_unique(self, id: str | int, event: Event, state: StrEnum) -> E:
        """Hold a new entity, of an id that no open one has."""
        bearer = self.get_open(id)
        if bearer is not None:
            raise refused(event, f"{bearer} is {bearer.state}: its id is in use", TransitionError)
        return self._add(id, event, state)

    def _move(self, entity: E, event: Event, state: StrEnum) -> E:
        """Take an entity to a state that it was checked for."""
        entity._events.append(event)
        entity._state = state
        if not entity.transitions[state]:
            entity._closed = event
            first = entity.first_event_id
            del self._open[first]
            bearers = self._bearers[entity.id]
            del bearers[first]
            if not bearers:
                del self._bearers[entity.id]
        return entity

    def _start(self, entity: E, event: Event, state: StrEnum) -> E:
        """Take an entity to the state in which it runs."""
        entity.check(event, state)
        self._move(entity, event, state)
        entity._started = event
        return entity

    def _about_bearer(self, id: str | int, event: Event, unknown: bool, state: StrEnum) -> E:
        """Keep a request that was refused with its entity, or as an entity of its own.

        `unknown` says that it was refused because no open entity has the id.
        """
        bearer = self.get(id)
        if bearer is None:
            return self._add(id, event, state)
        if unknown and bearer.is_open:
            raise refused(event, f"{bearer} is {bearer.state}: its id is known", TransitionError)
        bearer._events.append(event)
        return bearer

    def _not_added(self, id: str | int, event: Event, in_use: bool, state: StrEnum) -> E:
        """Hold an entity that could not be had; `in_use` says: because an open one has its id."""
        if in_use and self.get_open(id) is None:
            raise refused(event, f"no open {self._kind.type} has the id {id!r}: it is not in use")
        return self._add(id, event, state)
