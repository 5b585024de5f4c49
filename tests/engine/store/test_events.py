"""Events as rows: what was recorded is read, or refused."""

from __future__ import annotations

import json

import pytest
import stored
from hypothesis import given
from hypothesis import strategies as st

from swf.engine.state import Event
from swf.engine.store import events
from swf.exceptions import CorruptEventError

NAMES = ["MarkerRecorded", "TimerStarted"]
VALUES = st.one_of(st.text(max_size=9), st.integers(0, 2**53), st.just({"name": "a|b"}))
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, 2**41),
        st.dictionaries(st.text(max_size=5), VALUES, max_size=4),
    ),
    max_size=8,
)


@pytest.fixture
def connection():
    with stored.database() as made:
        yield made


def recorded(connection, run=7, count=6):
    told = [
        Event(one, "MarkerRecorded", 10 * one, {"markerName": f"m{one}"})
        for one in range(1, count + 1)
    ]
    return events.insert(connection, run, told)


class TestRows:
    @given(drawn=EVENTS)
    def test_an_event_is_read_as_it_was_recorded(self, drawn):
        """Id, type, time and attributes come back, whatever text is in them."""
        told = [Event(number, *one) for number, one in enumerate(drawn, 1)]
        with stored.database() as connection:
            rows = events.insert(connection, 1, told)

            assert events.read(connection, 1, 1, len(told)) == rows
        assert [Event(*row[:3], json.loads(row[3])) for row in rows] == told

    def test_what_is_stored_is_ascii(self, connection):
        """Even what no encoding of text can hold, a lone surrogate, is stored and read."""
        [row] = events.insert(connection, 1, [Event(1, "X", 1, {"details": "é\ud800"})])

        assert row[3] == '{"details":"\\u00e9\\ud800"}'
        assert events.read(connection, 1, 1, 1) == [row]

    def test_runs_do_not_mix(self, connection):
        """A history has the events of its own run."""
        recorded(connection, run=1)
        rows = recorded(connection, run=2, count=3)

        assert events.read(connection, 2, 1, 3) == rows


class TestRange:
    @given(
        count=st.integers(0, 9),
        first=st.integers(1, 10),
        limit=st.none() | st.integers(0, 10),
        reverse=st.booleans(),
        data=st.data(),
    )
    def test_a_range_is_a_slice_of_the_history(self, count, first, limit, reverse, data):
        """Both ends are included; the limit cuts what would come last."""
        last = data.draw(st.integers(0, count))
        with stored.database() as connection:
            rows = recorded(connection, count=count)
            found = events.read(connection, 7, first, last, limit, reverse=reverse)

        wanted = rows[first - 1 : last]
        assert found == (wanted[::-1] if reverse else wanted)[:limit]

    def test_a_range_is_read_on_the_key(self, connection):
        """The events before and behind a range are not touched, nor is anything sorted."""
        for reverse in (False, True):
            found = stored.plans(
                connection, lambda reverse=reverse: _read_nothing(connection, reverse)
            )
            assert len(found) == 1
            assert not [step for plan in found.values() for step in stored.without_index(plan)]


def _read_nothing(connection, reverse):
    with pytest.raises(CorruptEventError):
        events.read(connection, 1, 5, 9, 3, reverse=reverse)


class TestCorruption:
    def test_what_is_no_text_any_more_is_named(self, connection):
        """Where a flipped bit leaves what no text can be, the event is named all the same."""
        recorded(connection)
        broken = "UPDATE event SET attributes = CAST(x'7b80' AS TEXT) WHERE id = 4"
        connection.execute(broken)

        with pytest.raises(CorruptEventError, match="event 4 of run 7: it is no text"):
            events.read(connection, 7, 1, 6)

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("type", "TimerFired"),
            ("at", 31),
            ("attributes", '{"markerName":"m4"}'),
            ("checksum", 0),
        ],
    )
    def test_a_changed_event_is_refused(self, connection, column, value):
        """Whatever part of an event is changed in the file, reading it says which event it is."""
        recorded(connection)
        connection.execute(f"UPDATE event SET {column} = ? WHERE run = 7 AND id = 3", (value,))

        with pytest.raises(CorruptEventError, match="event 3 of run 7: its checksum") as caught:
            events.read(connection, 7, 1, 6)
        assert (caught.value.run, caught.value.event_id) == (7, 3)

    def test_an_event_of_another_run_is_refused(self, connection):
        """The checksum knows the run, so that an event cannot stand for that of another."""
        recorded(connection, run=7, count=1)
        connection.execute("UPDATE event SET run = 8")

        with pytest.raises(CorruptEventError, match="event 1 of run 8: its checksum"):
            events.read(connection, 8, 1, 1)

    @pytest.mark.parametrize("missing", [1, 3, 6])
    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_missing_event_is_refused(self, connection, missing, reverse):
        """A gap, at either end too, is named as the event that is not there."""
        recorded(connection)
        connection.execute("DELETE FROM event WHERE id = ?", (missing,))

        with pytest.raises(CorruptEventError, match=f"event {missing} of run 7: it is missing"):
            events.read(connection, 7, 1, 6, reverse=reverse)

    def test_a_damaged_event_outside_the_range_is_not_noticed(self, connection):
        """Only what is asked for is read."""
        rows = recorded(connection)
        connection.execute("UPDATE event SET checksum = 0 WHERE id IN (1, 6)")

        assert events.read(connection, 7, 2, 5) == rows[1:5]
