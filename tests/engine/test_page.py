"""Replies with histories in them: one content, whichever way it goes out."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from swf.engine.page import EventPage, attributes_member, decoded, encode
from swf.engine.state import Event
from swf.engine.store.events import encoded

ATTRIBUTES = st.dictionaries(
    st.text(max_size=5), st.text(max_size=9) | st.integers(0, 99), max_size=3
)
ROWS = st.lists(
    st.builds(
        lambda *told: encoded(1, Event(*told)),
        st.integers(1, 25_000),
        st.sampled_from(["TimerFired", "LambdaFunctionStarted"]),
        st.integers(0, 253_402_300_799_999),
        ATTRIBUTES,
    ),
    max_size=4,
)
REST = st.dictionaries(st.sampled_from(["nextPageToken", "taskToken"]), st.text(max_size=5))


class TestPage:
    def test_an_event_on_the_wire(self):
        """Attributes are named after the type; the time is in seconds, with milliseconds."""
        row = encoded(1, Event(3, "TimerFired", 1_497_371_587_073, {"timerId": "t"}))

        assert EventPage([row]).wire() == [
            {
                "eventId": 3,
                "eventType": "TimerFired",
                "eventTimestamp": 1497371587.073,
                "timerFiredEventAttributes": {"timerId": "t"},
            }
        ]

    @given(rows=ROWS)
    def test_json_says_what_the_wire_says(self, rows):
        """The spliced text is the JSON of the decoded events, to the last digit of a time."""
        page = EventPage(rows)

        assert json.loads(page.json()) == page.wire()
        assert len(page) == len(rows)

    def test_each_reading_is_made_anew(self):
        """What a client does to the events that it got is not seen by the next."""
        page = EventPage([encoded(1, Event(1, "TimerFired", 0, {"timerId": "t"}))])
        page.wire()[0]["timerFiredEventAttributes"].clear()

        assert page.wire()[0]["timerFiredEventAttributes"] == {"timerId": "t"}

    def test_attributes_are_named_after_the_type(self):
        """The member is the type with a lower-case first letter and EventAttributes."""
        assert attributes_member("StartTimerFailed") == "startTimerFailedEventAttributes"


class TestReplies:
    @given(rows=ROWS, rest=REST)
    def test_a_reply_over_http_is_that_within_the_process(self, rows, rest):
        """The body of a reply with events is the JSON of what a client in the process reads."""
        reply = {**rest, "events": EventPage(rows)}

        assert json.loads(encode(reply)) == decoded(reply)
        assert encode(reply).isascii()

    @given(rest=REST)
    def test_a_reply_without_events_is_plain_json(self, rest):
        """Nothing is added to a reply, and nothing left out."""
        assert json.loads(encode(rest)) == decoded(rest) == rest

    def test_an_operation_without_output_has_no_body(self):
        """Nothing goes out over HTTP, an empty reply within the process."""
        assert encode(None) == b""
        assert decoded(None) == {}
