"""Values go to the wire and come back as they were; what cannot is refused by name."""

from __future__ import annotations

import json
import math
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.exceptions import ValidationError, ValidationTypeError
from swf.shapes import SHAPES
from swf.wire import (
    Count,
    ExecutionKey,
    TypeKey,
    camel_case,
    duration,
    duration_text,
    epoch,
    escaped,
    json_value,
    moment,
    payload,
    read_duration,
    sendable,
    shortened,
    snake_case,
    told,
)

MEMBERS = sorted({name for shape in SHAPES.values() for name in shape.get("members", ())})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize("member", MEMBERS)
def test_every_member_of_the_api_has_one_python_name(member):
    """Each member's snake_case name leads back to it."""
    assert camel_case(snake_case(member)) == member
    assert snake_case(member).islower()


def test_class_names_have_python_names_too():
    """A name that starts with a capital letter reads alike."""
    assert snake_case("TaskStartToCloseTimeout") == "task_start_to_close_timeout"


def test_told_drops_none_and_nothing_else():
    """What was not told is left out; empty and zero values were told."""
    given_ = {"a": None, "b": "", "c": 0, "d": False, "e": []}

    assert told(**given_) == {"b": "", "c": 0, "d": False, "e": []}


class TestDuration:
    @given(seconds=st.integers(0, 99_999_999))
    def test_every_form_of_a_duration_is_the_same(self, seconds):
        """An int, its digits and the timedelta are one duration, also by way of the wire."""
        forms = [seconds, str(seconds), timedelta(seconds=seconds)]

        assert [duration(form, "timeout") for form in forms] == [seconds] * 3
        assert read_duration(duration_text(seconds)) == seconds

    def test_none_is_not_told_and_endless_is(self):
        """None stays None; 'NONE' is a duration without end."""
        assert duration(None, "timeout") is None
        assert duration_text(None) is None
        assert read_duration(None) is None
        assert read_duration("") is None
        assert duration("NONE", "timeout") == "NONE"
        assert read_duration(duration_text("NONE")) == "NONE"

    def test_the_unit_can_be_days(self):
        """Counted in days, a timedelta is whole days or refused."""
        day = timedelta(days=1)

        assert duration(timedelta(days=7), "retention_period", unit=day) == 7
        with pytest.raises(ValidationError, match=r"retention_period.*days"):
            duration(timedelta(hours=36), "retention_period", unit=day)

    @pytest.mark.parametrize(
        "value",
        [
            -1,
            timedelta(seconds=-1),
            timedelta(milliseconds=1500),
            100_000_000,
            "9" * 5000,  # more digits than Python makes an int of
            "100000000",
            "1.5",
            "-1",
            "",
            "none",
            " 1",
            "\u0663",
        ],
    )
    def test_what_is_no_duration_is_refused(self, value):
        """A negative, broken, too long or misspelt duration is refused with argument and value."""
        with pytest.raises(ValidationError, match="timeout") as caught:
            duration(value, "timeout")

        assert repr(value) in str(caught.value)
        assert not isinstance(caught.value, TypeError)

    @pytest.mark.parametrize("value", [True, 1.0, b"1", [1]])
    def test_another_type_is_refused(self, value):
        """A value of another type is a TypeError that names argument and value."""
        with pytest.raises(ValidationTypeError, match="timeout"):
            duration(value, "timeout")


class TestTime:
    @given(milliseconds=st.integers(0, 253_402_300_799_999))
    def test_a_time_survives_the_wire_to_the_millisecond(self, milliseconds):
        """SWF's times, in milliseconds, come back as they were sent."""
        time = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)

        again = moment(epoch(time))

        assert abs(again - time) < timedelta(milliseconds=1)
        assert epoch(again) == epoch(time)
        assert again.tzinfo is UTC

    def test_a_time_of_another_zone_is_the_same_moment(self):
        """A datetime that a client made of a reply is brought to UTC."""
        local = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))

        assert moment(local) == local
        assert moment(local).tzinfo is UTC
        assert epoch(local) == local.timestamp()


class TestPayload:
    @given(value=JSON)
    def test_a_value_travels_as_json(self, value):
        """Whatever JSON can say is text from which the value can be read again."""
        text = payload(value, "input")

        assert value is None if text is None else json.loads(text) == value

    @given(text=st.text())
    def test_a_text_is_its_own_payload(self, text):
        """A str is sent as it is, the empty one too."""
        assert payload(text, "input") == text

    @pytest.mark.parametrize("value", ["", 0, False, [], {}])
    def test_nothing_false_is_taken_for_absent(self, value):
        """Only None is absent."""
        assert payload(value, "input") is not None
        assert payload(None, "input") is None

    @pytest.mark.parametrize("value", [{1, 2}, b"x", object(), math.nan, {"a": math.inf}])
    def test_what_json_cannot_say_is_refused(self, value):
        """A value that is not JSON-able is a TypeError that names the argument, with its cause."""
        with pytest.raises(ValidationTypeError, match="input") as caught:
            payload(value, "input")

        assert caught.value.__cause__ is not None

    def test_a_value_within_itself_is_refused(self):
        """A value that contains itself is refused, however deep."""
        endless: list[object] = []
        endless.append(endless)

        with pytest.raises(ValidationTypeError, match="input"):
            payload(endless, "input")


def test_keys_name_and_compare():
    """Keys of types and executions are plain tuples with names."""
    assert TypeKey("n", "v") == ("n", "v")
    assert ExecutionKey("w") == ("w", None)
    assert ExecutionKey("w", "r").run_id == "r"


@pytest.mark.parametrize("truncated", [True, False])
def test_a_count_is_a_number_that_knows_its_bound(truncated):
    """A count is an int, and tells, also after a journey, whether there are more."""
    count = Count(1000, truncated=truncated)

    assert count == 1000
    assert count + 1 == 1001
    again = pickle.loads(pickle.dumps(count))
    assert (again, again.truncated) == (1000, truncated)


@given(text=st.text(st.characters(codec=None)))
def test_what_can_be_sent_is_what_utf_8_can_say(text):
    """A text can be sent unless it holds half of a surrogate pair."""
    assert sendable(text) is not any("\ud800" <= character <= "\udfff" for character in text)


@given(value=JSON)
def test_a_json_text_has_its_value(value):
    """What JSON says comes back as it was."""
    assert json_value(json.dumps(value)) == value


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "", "{"])
def test_what_is_no_json_has_no_value(text):
    """What other languages cannot read as JSON is none, though Python's own reader takes it."""
    with pytest.raises(ValueError):  # noqa: PT011
        json_value(text)


@given(text=st.text(st.characters(codec=None)))
def test_what_is_escaped_can_be_sent(text):
    """Half of a surrogate pair is spelled out; what can be sent as it is stays so."""
    assert sendable(escaped(text))
    assert (escaped(text) == text) is sendable(text)
    assert escaped("a\ud800é") == "a\\ud800é"


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", "abc"), ("abcd", "ab…"), ("", ""), ("abcdef", "ab…")]
)
def test_shortened(text, expected):
    """A text that is too long ends in an ellipsis, within its bound."""
    assert shortened(text, 3) == expected
