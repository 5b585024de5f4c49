"""How `History.filter` reads its lookups: `name=…`, `timestamp__gte=…`, `state__in=…`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import inf
from typing import Any, Final, NamedTuple

from swf.constants import NONE
from swf.exceptions import FieldError, ValidationTypeError
from swf.models import event as events
from swf.wire import Wire

COMMON: Final = ("id", "name", "state", "timestamp", "type")
"""The fields that every event has."""


class Lookup(NamedTuple):
    """One lookup: which field, compared how, with what."""

    text: str
    field: str
    holds: Callable[[Any, Any], bool]
    wanted: Any

    def matches(self, event: events.Event) -> bool:
        """Tell whether the event has the field and its value is as wanted.

        Raises ValidationTypeError, naming the lookup, where the two values cannot be compared.
        """
        value = getattr(event, self.field)
        try:
            return self.holds(value, self.wanted)
        except TypeError as error:
            raise ValidationTypeError(
                f"{self.text}={self.wanted!r}: cannot be compared with {value!r}"
                f" of {event.name}({event.id}): {error}"
            ) from error


def matching(raws: Sequence[Wire], lookups: Mapping[str, Any]) -> Iterator[Wire]:
    """Yield the raw events that every lookup matches, in their order.

    Raises FieldError where a lookup names a field that no event type has, or an unknown comparison.
    """
    parsed = [_parsed(text, wanted) for text, wanted in lookups.items()]
    needed = {lookup.field for lookup in parsed}.difference(COMMON)
    for raw, event in zip(raws, events.typed(raws), strict=True):
        # An event of a type without the field just does not match.
        if needed.issubset(event.fields) and all(lookup.matches(event) for lookup in parsed):
            yield raw


def _parsed(text: str, wanted: Any) -> Lookup:
    field, _, comparison = text.partition("__")
    if field not in events.FIELDS and field not in COMMON:
        known = sorted({*events.FIELDS, *COMMON})
        near = get_close_matches(field, known, n=5)
        hint = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(known)}"
        raise FieldError(f"filter({text}=…): no event has a field {field!r}; {hint}")
    holds = _COMPARISONS.get(comparison or "exact")
    if holds is None:
        known = sorted(_COMPARISONS)
        raise FieldError(
            f"filter({text}=…): no comparison {comparison!r}; known are {', '.join(known)}"
        )
    if comparison == "in":
        wanted = _items(text, wanted)
    elif comparison == "isnull" and not isinstance(wanted, bool):
        raise ValidationTypeError(f"{text} must be a bool, got {wanted!r}")
    return Lookup(text, field, holds, wanted)


def _items(text: str, wanted: Any) -> Any:
    """Return what `in` looks into; a text would be searched for parts of itself."""
    if isinstance(wanted, str) or not hasattr(wanted, "__iter__"):
        raise ValidationTypeError(f"{text} must be several values, got {wanted!r}")
    return list(wanted)  # an iterator would be used up by the first event


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Make an ordering hold for told values only, with a duration of NONE beyond every other."""

    def compare(value: Any, wanted: Any) -> bool:
        if value is None:
            return False
        if isinstance(wanted, int) and value == NONE:
            value = inf
        return holds(value, wanted)

    return compare


def _startswith(value: Any, wanted: Any) -> bool:
    if value is not None and not isinstance(value, str):
        raise TypeError("it is no text")
    return value is not None and value.startswith(wanted)


def _contains(value: Any, wanted: Any) -> bool:
    return value is not None and wanted in value


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "contains": _contains,
    "exact": operator.eq,
    "gt": _ordered(operator.gt),
    "gte": _ordered(operator.ge),
    "in": lambda value, wanted: value in wanted,
    "isnull": lambda value, wanted: (value is None) is wanted,
    "lt": _ordered(operator.lt),
    "lte": _ordered(operator.le),
    "startswith": _startswith,
}
