"""Values that can travel, and the classes that some of them are of."""

from __future__ import annotations

import dataclasses
import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple

import attrs
from hypothesis import strategies as st

from swf.payload import register


@register
class Color(enum.Enum):
    RED = "r"
    BLUE = ("b", 2)


@register
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@register
class Word(enum.StrEnum):
    YES = "yes"


@register
class Right(enum.Flag):
    READ = 1
    WRITE = 2


@register
class Point(NamedTuple):
    x: Any
    y: Any = 0


@register
@dataclasses.dataclass(frozen=True)
class Order:
    number: int
    lines: Any = None
    total: Any = dataclasses.field(default=None, init=False)


@register(name="shop.Parcel")
@attrs.frozen
class Parcel:
    _weight: Any
    to: Any = attrs.field(default=None, alias="target")
    seen: Any = attrs.field(default=0, init=False)


@register
@dataclasses.dataclass(frozen=True)
class Nothing:
    pass


@register
class Declined(Exception):
    """Cannot be made of its arguments alone, as most that take several."""

    def __init__(self, account: str, *, amount: Decimal) -> None:
        super().__init__(f"{account} has no {amount}")
        self.account = account
        self.amount = amount


@register
@attrs.define
class Refused(Exception):
    why: str
    code: int = 0


class Unregistered:
    """Nobody registers this, nor could."""


def scalars() -> st.SearchStrategy[Any]:
    """Everything that holds nothing else."""
    zones = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
        lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
    )
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(st.characters(codec=None)),
        st.sampled_from(["$swf", "a", '"$swf"', "\ud83d\ude00", "\ud800"]),
        st.binary(),
        st.datetimes(timezones=st.none() | st.just(UTC) | zones),
        st.dates(),
        st.times(timezones=st.none() | zones),
        st.timedeltas(),
        st.decimals(allow_nan=False),
        st.uuids(),
        st.sampled_from([*Color, Right.READ, Right.READ | Right.WRITE]),
        st.just(Nothing()),
    )


def hashables() -> st.SearchStrategy[Any]:
    """Everything that can be in a set."""
    return st.recursive(
        scalars(),
        lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
        max_leaves=6,
    )


def _order(number: int, lines: Any, total: Any) -> Order:
    order = Order(number, lines)
    object.__setattr__(order, "total", total)
    return order


def values() -> st.SearchStrategy[Any]:
    """Everything that can travel, in all that it can be in."""
    return st.recursive(
        scalars(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.lists(inner, max_size=4).map(tuple),
            st.dictionaries(hashables(), inner, max_size=4),
            st.dictionaries(st.text() | st.just("$swf"), inner, max_size=4),
            st.sets(hashables(), max_size=4),
            st.builds(Point, inner, inner),
            st.builds(_order, st.integers(), inner, inner),
            st.builds(Parcel, inner, target=inner),
        ),
        max_leaves=12,
    )


EXAMPLES = (
    [*Color, *Level, *Word],
    date(2020, 2, 29),
    datetime(2020, 1, 1),  # noqa: DTZ001  (a naive one travels as it is)
    time(23, 59),
    2**53 + 1,
    -(10**5000),
    -0.0,
    float("inf"),
    float("-inf"),
    {"$swf": 1},
    {"$swf": ["sealed", 1, [], "eA=="]},
    {1: "a", "1": "b", None: 2, (1, 2): 3},
    {"\ud800": 1},
    "\ud83d\ude00",
    {frozenset({1, "a"}), frozenset()},
)
