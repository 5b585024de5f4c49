"""Futures in arguments: found wherever they are, and replaced by their results."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import PayloadEncodeError
from swf.flow.future import Future
from swf.flow.replay.arguments import futures_in, resolved, substituted
from swf.flow.replay.strands import Scheduler


class Pair(NamedTuple):
    one: Any
    two: Any


@dataclass
class Box:
    one: Any
    made: Any = field(init=False, default=None)


@attrs.frozen
class Parcel:
    _hidden: Any
    count: int = 0
    made: Any = attrs.field(init=False, default=5)


class Odd:
    """Neither a container nor made of fields."""


def done(value: Any) -> Future[Any]:
    future: Future[Any] = Future(Scheduler(lambda *_: None))
    future._resolve(value)
    return future


leaves = st.none() | st.integers() | st.text(max_size=3) | st.integers().map(done)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=2), inner, max_size=3),
        st.tuples(inner, inner),
        st.builds(Pair, inner, inner),
        st.builds(Box, inner),
        st.builds(Parcel, inner),
    ),
    max_leaves=12,
)


@given(values)
def test_all_are_replaced(value: Any) -> None:
    """No future is left, types are as they were, and what holds none is what it was."""
    before = futures_in(value)
    after = resolved(value)

    assert futures_in(after) == []
    assert all(isinstance(one, Future) for one in before)
    if not before:
        assert after == value
    if not isinstance(value, Future):
        assert type(after) is type(value)
    assert resolved(after) == after


@pytest.mark.parametrize(
    ("wrap", "expected"),
    [
        (lambda future: {future}, {1}),
        (lambda future: frozenset([future, 2]), frozenset([1, 2])),
        (lambda future: {future: future}, {1: 1}),
        (lambda future: Pair(future, [future]), Pair(1, [1])),
        (lambda future: Parcel(future), Parcel(1)),
    ],
)
def test_kinds(wrap: Any, expected: Any) -> None:
    """Sets, keys, named tuples and private attributes may hold futures, each found once."""
    value = wrap(done(1))

    assert len(futures_in(value)) == 1
    assert resolved(value) == expected


def test_what_no_constructor_takes() -> None:
    """A field that was set after the instance was made is so again."""
    box = Box(done(1))
    box.made = [done(2)]

    assert (resolved(box).one, resolved(box).made) == (1, [2])


def test_what_is_left_alone() -> None:
    """What holds no future is the very same object, whatever it is."""
    odd, box = Odd(), Box([1])

    assert resolved(odd) is odd
    assert resolved(box) is box
    assert resolved(OrderedDict(a=done(1))) == {"a": 1}


def test_what_is_within_itself() -> None:
    """A value that holds itself is refused."""
    value: list[Any] = []
    value.append(value)

    with pytest.raises(PayloadEncodeError, match="itself"):
        futures_in(value)


def test_what_does_not_fit() -> None:
    """A result that cannot be where its future was is refused, naming the task."""
    with pytest.raises(PayloadEncodeError, match="echo"):
        substituted("echo", ({done([1])},), {})
    assert substituted("echo", (done(1),), {"x": done(2)}) == ((1,), {"x": 2})
