"""Converters take what they can, and never refuse: what has the field does that, by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.models.converting import as_days, as_priority, as_seconds, as_tags, as_task_list

CONVERTERS = (as_days, as_priority, as_seconds, as_tags, as_task_list)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.timedeltas(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("converter", CONVERTERS)
@given(value=ANYTHING)
def test_nothing_is_refused_and_what_was_taken_is_taken_again(
    converter: Callable[[Any], Any], value: Any
) -> None:
    """Whatever is given, a converter returns something, and the same for what it has returned."""
    converted = converter(value)

    again = converter(converted)
    assert again == converted or again is converted  # nan equals nothing


@pytest.mark.parametrize(
    ("converter", "value", "field"),
    [
        (as_seconds, timedelta(minutes=2), 120),
        (as_seconds, "90", 90),
        (as_seconds, "soon", "soon"),
        (as_days, timedelta(days=3), 3),
        (as_days, timedelta(hours=1), timedelta(hours=1)),
        (as_task_list, {"name": "orders"}, "orders"),
        (as_task_list, {"name": "orders", "kind": 1}, {"name": "orders", "kind": 1}),
        (as_priority, "-7", -7),
        (as_priority, "high", "high"),
        (as_tags, ["b", "a"], ("b", "a")),
        (as_tags, {"b", "a"}, ("a", "b")),
        (as_tags, "not tags", "not tags"),
    ],
)
def test_what_can_be_taken_is_taken(
    converter: Callable[[Any], Any], value: Any, field: object
) -> None:
    """What stands for the field's value becomes that; anything else stays as it was given."""
    assert converter(value) == field
