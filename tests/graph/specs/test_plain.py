"""Plain JSON: what is copied as it is, and what is refused by its place."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict
from datetime import date
from typing import Any, NamedTuple

import pytest
from graph_drawn import plain_values
from hypothesis import given

from swf.graph.errors import GraphError
from swf.graph.specs.plain import MAX_DEPTH, plain, shortened
from swf.graph.specs.task import Timer
from swf.rules import shown


class Pair(NamedTuple):
    one: int
    other: int


class Color(enum.StrEnum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(plain_values)
def test_plain_json_stays_as_it_is(value: Any) -> None:
    """A value of JSON is copied equal, and is what its text would be read as."""
    assert plain(value, "v") == value == json.loads(json.dumps(plain(value, "v")))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ((1, (2,)), [1, [2]]),
        (Pair(1, 2), [1, 2]),
        (Color.RED, "red"),
        (Size.LARGE, 3),
        (OrderedDict(a=1), {"a": 1}),
        ({"t": [Timer("t", 1)]}, {"t": [Timer("t", 1).to_dict()]}),
    ],
)
def test_what_json_says_otherwise(value: Any, told: Any) -> None:
    """What JSON has another word for is told in that, and of that type exactly."""
    got = plain(value, "v")

    assert got == told
    assert type(got) is type(told)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (date(2026, 1, 1), r"v: JSON has no word for a date; .* isoformat\(\)"),
        ({"a": [1, {2}]}, r"v\['a'\]\[1\]: JSON has no word for a set"),
        (b"x", "v: JSON has no word for a bytes"),
        ({"a": {1: 2}}, r"v\['a'\]: the names of a JSON object must be text, got 1"),
        ({"\ud800": 2}, "v: must be valid Unicode"),
        (["\udfff"], r"v\[0\]: must be valid Unicode"),
        ([float("nan")], r"v\[0\]: JSON has no word for nan"),
        (float("-inf"), "v: JSON has no word for -inf"),
        (10**400, "v: JSON has no such long number"),
        (-(10**400), "v: JSON has no such long number"),
        (nested(MAX_DEPTH + 1), "….*: is nested deeper than 100 containers, or contains itself"),
    ],
    ids=lambda value: shown(value)[:30],
)
def test_what_json_has_no_word_for_is_refused(value: Any, message: str) -> None:
    """What cannot be JSON is refused by its place within the value."""
    with pytest.raises(GraphError, match=message):
        plain(value, "v")


def test_a_value_that_contains_itself_is_refused() -> None:
    """A value without end is refused, and not followed for ever."""
    value: list[Any] = []
    value.append(value)

    with pytest.raises(GraphError, match="or contains itself; flatten it"):
        plain(value, "v")


def test_depth() -> None:
    """As many containers as a payload may have are taken, and not one more."""
    assert plain(nested(MAX_DEPTH), "v") == nested(MAX_DEPTH)


def test_what_is_shown_is_short() -> None:
    """A message shows a value or a place however large it is, and stays short."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    assert shown("x" * 100) == "'" + "x" * 76 + "..."
    assert shown(10**5_000) == "<int that is too large to show>"
    assert shown(deep) == "<list that is too large to show>"
    assert len(shortened("[0]" * 500)) == 200
    assert shortened("[0]") == "[0]"
