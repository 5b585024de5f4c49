"""What a raw event must have before it can be typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from swf.exceptions import ValidationError, ValidationTypeError

_MAPPINGS: Final = frozenset({dict})
_IDS: Final = frozenset({int})
_TIMES: Final = frozenset({float, int, datetime})
_NAMES: Final = frozenset({str})

_id: Final = itemgetter("eventId")
_time: Final = itemgetter("eventTimestamp")
_name: Final = itemgetter("eventType")


def check_raws(raws: Sequence[Any]) -> None:
    """Raise ValidationError, naming index and key, unless every item is a raw event."""
    # Four passes in C over the types: a Python-level look at each event would cost as much as
    # making it.
    if _MAPPINGS.issuperset(map(type, raws)):
        try:
            usual = (
                _IDS.issuperset(map(type, map(_id, raws)))
                and _are_times(list(map(_time, raws)))
                and _NAMES.issuperset(map(type, map(_name, raws)))
            )
        except KeyError:
            usual = False
        if usual:
            return
    for index, raw in enumerate(raws):
        check_raw(raw, f"events[{index}]: ")


def check_raw(raw: Any, where: str = "") -> None:
    """Raise ValidationError, naming the key, unless `raw` has what every event has."""
    if not isinstance(raw, Mapping):
        raise ValidationTypeError(f"{where}an event is a mapping, got {raw!r}")
    for key, kind, words in _REQUIRED:
        value = raw.get(key)
        if value is None:
            raise ValidationError(f"{where}{key} is required, got {raw!r}")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ValidationTypeError(f"{where}{key} must be {words}, got {value!r}")
    if _is_naive(raw["eventTimestamp"]):
        raise ValidationError(
            f"{where}eventTimestamp must be an aware datetime, got {raw['eventTimestamp']!r}"
        )


def _are_times(values: list[Any]) -> bool:
    kinds = set(map(type, values))
    return kinds <= _TIMES and not (datetime in kinds and any(map(_is_naive, values)))


def _is_naive(value: Any) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is None


_REQUIRED: Final = (
    ("eventId", int, "an int"),
    ("eventType", str, "a str"),
    ("eventTimestamp", (int, float, datetime), "seconds since the epoch or a datetime"),
)
