"""Rows are looked at whatever is in them."""

from __future__ import annotations

import pytest

from swf.engine.state import Event
from swf.engine.store.events import encoded
from swf.engine.store.inspection import StoredEvent


@pytest.fixture
def stored():
    """An event of run 7 as it is stored."""
    event_id, event_type, at, text, checksum = encoded(7, Event(3, "TimerFired", 5, {"a": "ö"}))
    return StoredEvent(event_id, event_type.encode(), at, text.encode(), checksum)


def test_an_event_as_it_was_recorded_is_sound(stored):
    """The checksum that an event is stored with is the one that it is checked by."""
    assert stored.is_sound(7)


def test_an_event_of_another_run_is_not(stored):
    """The run is part of what the checksum is of."""
    assert not stored.is_sound(8)


@pytest.mark.parametrize("column", ["type", "at", "attributes"])
def test_an_event_without_a_value_is_not(stored, column):
    """A column that is NULL, as none can be, is damage like any other."""
    assert not stored._replace(**{column: None}).is_sound(7)
