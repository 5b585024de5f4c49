"""The data of a workflow: fields under any name, from whatever has fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import ValidationError
from swf.steps import Data, StepsError
from swf.steps.data import data_from
from swf.steps.errors import StepsTypeError, UnknownFieldError

names = st.text(min_size=1, max_size=8) | st.sampled_from(
    ["items", "keys", "get", "value1", "__class__", "__dict__", "from", "self"]
)


class Plain:
    def __init__(self) -> None:
        self.value1 = 0
        self.items = ["a"]


class Inherited(Plain):
    shared: ClassVar[int] = 3
    value1 = 7
    value2: int = 2
    _own = 4

    def __init__(self) -> None:
        super().__init__()
        self.value1 = 1

    @property
    def total(self) -> int:
        return self.value1 + self.value2


class Meta(type):
    """Makes classes whose attributes are no data."""


class Model(metaclass=Meta):
    config = 1

    def __init__(self) -> None:
        self.value1 = 2


@attrs.define
class Declared:
    value1: int = 0
    items: list[str] = attrs.field(factory=lambda: ["a"])


@dataclass
class Dated:
    value1: int = 0
    items: tuple[str, ...] = ("a",)


class Slotted:
    __slots__ = ("value1",)


@given(st.dictionaries(names, st.integers() | st.none()))
def test_every_field_is_an_item(fields: dict[str, Any]) -> None:
    """Whatever a field is called, it is read and written as an item, and `vars` has them all."""
    data = data_from(fields)
    for name, value in fields.items():
        assert data[name] == value
        assert name in data
        data[name] = (value,)

    assert vars(data) == {name: (value,) for name, value in fields.items()}
    assert list(data) == list(fields)
    assert len(data) == len(fields)


def test_a_field_is_an_attribute() -> None:
    """A field is read and written as an attribute, also under a name that a dict's methods have."""
    data = Data(items=[1], value1=0)
    data.value1 += 1
    data.new = data.items

    assert vars(data) == {"items": [1], "value1": 1, "new": [1]}
    assert data == Data(items=[1], value1=1, new=[1])
    assert repr(Data(a=1)) == "Data(a=1)"


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (None, {}),
        ({}, {}),
        ({"a": 1}, {"a": 1}),
        (Data(a=1), {"a": 1}),
        (Plain(), {"value1": 0, "items": ["a"]}),
        (Inherited(), {"value1": 1, "value2": 2, "items": ["a"]}),
        (Model(), {"value1": 2}),
        (Declared(), {"value1": 0, "items": ["a"]}),
        (Dated(), {"value1": 0, "items": ("a",)}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_fields_is_data(value: object, fields: dict[str, Any]) -> None:
    """What is given becomes data, field by field, with what a plain object has from its class."""
    assert vars(data_from(value)) == fields


def test_data_is_a_copy() -> None:
    """A field that is set in the data is not set in what the data was made from."""
    given = Plain()
    data_from(given).value1 = 7

    assert given.value1 == 0


@pytest.mark.parametrize(
    "value",
    [
        [1],
        "text",
        3,
        True,
        b"",
        (1,),
        {1},
        Plain,
        test_data_is_a_copy,
        datetime.now(UTC),
        Slotted(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_fields_is_refused(value: object) -> None:
    """What has no fields by name is refused with its type and what to give instead."""
    with pytest.raises(StepsTypeError, match=r"data: must be a dict, an object with attributes"):
        data_from(value)


def test_a_name_is_a_text() -> None:
    """A field whose name is no text is refused, given at first or set later."""
    with pytest.raises(StepsTypeError, match=r"data: the name of a field must be a str, got 1"):
        data_from({1: 2})
    with pytest.raises(StepsTypeError, match=r"must be a str, got 1"):
        Data()[1] = 2  # type: ignore[index]


@pytest.mark.parametrize("read", [lambda data: data.b, lambda data: data["b"]])
def test_a_field_that_is_not_there_is_named(read: Any) -> None:
    """Reading a field that is not there says which it is and which there are."""
    with pytest.raises(UnknownFieldError, match=r"has no field 'b'; it has a, c") as caught:
        read(Data(c=1, a=1))

    for kind in (StepsError, ValidationError, AttributeError, LookupError):
        assert isinstance(caught.value, kind)
    assert not hasattr(Data(), "b")
    with pytest.raises(UnknownFieldError, match=r"it has none"):
        read(Data())
