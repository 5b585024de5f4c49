"""A history is a sequence of events like any other sequence, and knows where it came from."""

from __future__ import annotations

import copy
import io
import json
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_events import TIME, raw_event, raw_events
from rich.console import Console

from swf.exceptions import (
    FieldError,
    InconsistentHistoryError,
    ValidationError,
    ValidationTypeError,
)
from swf.models import History, HistoryBuilder
from swf.models.event import EVENTS, ActivityTaskScheduled, Event, UnknownEvent, event_from

RELAXED = settings(max_examples=50)

RAWS: list[dict[str, Any]] = [
    raw_event(
        1,
        "WorkflowExecutionStarted",
        workflowType={"name": "order", "version": "1"},
        taskList={"name": "orders"},
        childPolicy="TERMINATE",
        tagList=["vip", "eu"],
        input='{"total": 12}',
        executionStartToCloseTimeout="3600",
        taskStartToCloseTimeout="NONE",
    ),
    raw_event(2, "DecisionTaskScheduled", at=TIME + 1, taskList={"name": "orders"}),
    raw_event(3, "DecisionTaskStarted", at=TIME + 2, scheduledEventId=2, identity="d1"),
    raw_event(4, "DecisionTaskCompleted", at=TIME + 3, scheduledEventId=2, startedEventId=3),
    raw_event(
        5,
        "ActivityTaskScheduled",
        at=TIME + 3,
        activityType={"name": "charge", "version": "2"},
        activityId="charge-1",
        taskList={"name": "payments"},
        decisionTaskCompletedEventId=4,
        input="not json <b>&",
        startToCloseTimeout="30",
    ),
    raw_event(
        6,
        "ActivityTaskScheduled",
        at=TIME + 3,
        activityType={"name": "ship", "version": "1"},
        activityId="ship-1",
        taskList={"name": "parcels"},
        decisionTaskCompletedEventId=4,
        startToCloseTimeout="NONE",
    ),
    raw_event(7, "ActivityTaskStarted", at=TIME + 4, scheduledEventId=5, identity="w1"),
    raw_event(8, "WorkflowExecutionCompleted", at=TIME + 5, decisionTaskCompletedEventId=4),
]

CLOSURES = [
    "WorkflowExecutionCanceled",
    "WorkflowExecutionCompleted",
    "WorkflowExecutionContinuedAsNew",
    "WorkflowExecutionFailed",
    "WorkflowExecutionTerminated",
    "WorkflowExecutionTimedOut",
]


@pytest.fixture
def history() -> History:
    """Eight events of an order."""
    return History(RAWS)


def ids(history: Sequence[Event]) -> list[int]:
    """Return the ids of the events, in order."""
    return [event.id for event in history]


# A sequence


def test_it_is_a_sequence(history: History) -> None:
    """A history is a Sequence of typed events, and has the length of what it was given."""
    assert isinstance(history, Sequence)
    assert len(history) == 8
    assert isinstance(history[4], ActivityTaskScheduled)


@RELAXED
@given(
    raws=st.lists(raw_events(), max_size=9),
    start=st.none() | st.integers(-12, 12),
    stop=st.none() | st.integers(-12, 12),
    step=st.none() | st.integers(-3, 3).filter(bool),
)
def test_it_behaves_as_the_list_of_its_events(
    raws: list[dict[str, Any]], start: int | None, stop: int | None, step: int | None
) -> None:
    """Length, iteration, indexing, slices, order and membership are those of the list."""
    history, events = History(raws), [event_from(raw) for raw in raws]

    assert list(history) == events
    assert list(reversed(history)) == events[::-1]
    assert list(history.reversed) == events[::-1]
    assert [history[index] for index in range(-len(raws), len(raws))] == events * 2
    part = history[start:stop:step]
    assert isinstance(part, History)
    assert list(part) == events[start:stop:step]
    assert all(event in history for event in events)
    assert [history.index(event) for event in events] == [events.index(one) for one in events]
    assert history == events
    assert history == tuple(events)
    assert History(events) == history


@pytest.mark.parametrize("index", [8, -9, 100])
def test_an_index_out_of_range_is_an_index_error(history: History, index: int) -> None:
    """Beyond either end there is nothing, as with any sequence."""
    with pytest.raises(IndexError):
        history[index]


def test_an_index_that_is_no_number_is_a_type_error(history: History) -> None:
    """Events are found by position; by id there is `by_id`."""
    with pytest.raises(TypeError):
        history["first"]  # type: ignore[call-overload]


def test_loops_do_not_disturb_each_other(history: History) -> None:
    """A loop inside a loop, or a loop left half-way, leaves every other loop alone."""
    pairs = [(one.id, other.id) for one in history for other in history]
    for _ in history:
        break

    assert pairs == [(one, other) for one in range(1, 9) for other in range(1, 9)]
    assert ids(history) == list(range(1, 9))


def test_membership_is_by_equality(history: History) -> None:
    """An equal event is in the history; a changed one, a raw one and anything else are not."""
    assert event_from(copy.deepcopy(RAWS[2])) in history
    assert event_from({**RAWS[2], "eventTimestamp": TIME}) not in history
    assert RAWS[2] not in history
    assert None not in history


def test_histories_are_compared_by_their_events(history: History) -> None:
    """Histories, and lists of events, are equal when their events are, in order."""
    with_datetimes = [
        {**raw, "eventTimestamp": datetime.fromtimestamp(raw["eventTimestamp"], UTC)}
        for raw in RAWS
    ]

    assert history == History(with_datetimes)
    assert history == list(history)
    assert history != history.reversed
    assert history != history[:-1]
    assert history != list(history)[:-1]
    assert history != "history"
    assert History() == []


def test_it_has_no_hash(history: History) -> None:
    """What can grow has no hash."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(history)


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_copy_grows_on_its_own(history: History, again: Callable[[History], History]) -> None:
    """A copy or a pickle is equal, and what is appended to it does not reach the original."""
    other = again(history)

    assert other == history
    other.append(raw_event(9, "TimerFired"))
    assert (len(other), len(history)) == (9, 8)


# Ends


def test_first_and_last(history: History) -> None:
    """First and last go by this order."""
    assert history.first == history[0]
    assert history.last == history[7]
    assert history.reversed.first == history[7]


def test_an_empty_history_has_no_ends() -> None:
    """Without events there is no first, no last, nothing finished and nothing to find."""
    empty = History()

    assert (empty.first, empty.last, empty.finished, empty.by_id(1)) == (None, None, False, None)
    assert list(empty) == list(empty.latest(3)) == list(empty.reversed) == []
    assert list(empty.filter(name="TimerFired")) == []
    assert repr(empty) == "History()"


@pytest.mark.parametrize(("n", "expected"), [(0, []), (1, [8]), (3, [6, 7, 8]), (99, range(1, 9))])
def test_latest_is_the_tail(history: History, n: int, expected: Sequence[int]) -> None:
    """`latest(n)` is a history of the last n events, or of all where there are fewer."""
    tail = history.latest(n)

    assert isinstance(tail, History)
    assert ids(tail) == list(expected)


def test_latest_is_not_negative(history: History) -> None:
    """A negative count is refused by name."""
    with pytest.raises(ValidationError, match="n must not be negative, got -1"):
        history.latest(-1)


@pytest.mark.parametrize("name", CLOSURES)
def test_each_closure_finishes(name: str) -> None:
    """An execution is finished in all six ways of closing, whichever end the event is at."""
    closed = History([*RAWS[:-1], raw_event(8, name)])

    assert closed.finished
    assert closed.reversed.finished
    assert closed[-1:].finished


@pytest.mark.parametrize("name", sorted(set(EVENTS) - set(CLOSURES)))
def test_nothing_else_finishes(name: str) -> None:
    """No other event closes an execution, failed attempts to close it included."""
    assert not History([*RAWS[:-1], raw_event(8, name)]).finished


# By id


@RELAXED
@given(
    length=st.integers(0, 30),
    first=st.integers(1, 1000),
    order=st.sampled_from(["up", "down", "gaps", "shuffled"]),
    chance=st.randoms(use_true_random=False),
)
def test_by_id_finds_events_in_any_part_of_a_history(
    length: int, first: int, order: str, chance: Any
) -> None:
    """An event is found by its id, not its place: in a part, in reverse, in any order."""
    numbers = list(range(first, first + length))
    if order == "down":
        numbers.reverse()
    elif order == "gaps":
        numbers = numbers[::3] + numbers[1::7]
    elif order == "shuffled":
        chance.shuffle(numbers)
    history = History(raw_event(number, "TimerFired") for number in numbers)

    for number in range(first - 2, first + length + 2):
        found = history.by_id(number)
        assert (found.id if found else None) == (number if number in numbers else None)


def test_by_id_finds_what_was_appended(history: History) -> None:
    """An event that came later is found, also after others were looked up."""
    mixed = History([RAWS[4], RAWS[1], RAWS[6]])
    assert mixed.by_id(2) == history[1]
    assert mixed.by_id(8) is None

    mixed.append(RAWS[7])

    assert mixed.by_id(8) == history[7]


def test_links_lead_to_events(history: History) -> None:
    """Where an event names another, `by_id` gives it, in a reversed history too."""
    started = history[6]

    assert history.reversed.by_id(started.links["scheduled_event_id"]) == history[4]


# Filters


@pytest.mark.parametrize(
    ("lookups", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"name": "ActivityTaskScheduled"}, [5, 6]),
        ({"type": "ActivityTask", "state": "started"}, [7]),
        ({"type__in": ["ActivityTask", "DecisionTask"]}, [2, 3, 4, 5, 6, 7]),
        ({"type__in": iter(["ActivityTask", "DecisionTask"])}, [2, 3, 4, 5, 6, 7]),
        ({"state__startswith": "sched"}, [2, 5, 6]),
        ({"name__contains": "Execution"}, [1, 8]),
        ({"id__gt": 6}, [7, 8]),
        ({"id__gte": 6, "id__lte": 7}, [6, 7]),
        ({"id__lt": 3}, [1, 2]),
        ({"id__exact": 3}, [3]),
        ({"activity_id": "ship-1"}, [6]),
        ({"activity_type": ("charge", "2")}, [5]),
        ({"scheduled_event_id": 2}, [3, 4]),
        ({"tag_list__contains": "vip"}, [1]),
        ({"input__isnull": True}, [6]),
        ({"input__isnull": False}, [1, 5]),
        ({"input": None}, [6]),
        ({"input__contains": "json"}, [5]),
        ({"input__startswith": "{"}, [1]),
        ({"identity__startswith": ("w", "x")}, [7]),
        ({"start_to_close_timeout__gte": 31}, [6]),
        ({"start_to_close_timeout__lt": 31}, [5]),
        ({"start_to_close_timeout": "NONE"}, [6]),
        ({"heartbeat_timeout__gt": 1}, []),
        ({"timestamp__gt": datetime.fromtimestamp(TIME, UTC) + timedelta(seconds=3.5)}, [7, 8]),
        ({"timer_id": "t"}, []),
    ],
)
def test_filter(history: History, lookups: dict[str, Any], expected: list[int]) -> None:
    """A filter is a history of the events that match every lookup; without the field, none does."""
    found = history.filter(**lookups)

    assert isinstance(found, History)
    assert ids(found) == expected
    assert len(history) == 8


def test_filters_chain(history: History) -> None:
    """A filtered history can be filtered, sliced and reversed."""
    assert ids(history.filter(type="ActivityTask").filter(id__gt=5).reversed[:1]) == [7]


def test_an_unknown_event_is_found_by_what_every_event_has() -> None:
    """Events of a type that this release does not know can be picked by name, type or id."""
    history = History([*RAWS, raw_event(9, "ActivityTaskPaused", activityId="charge-1")])

    assert ids(history.filter(type="Unknown")) == [9]
    assert isinstance(history.filter(name="ActivityTaskPaused")[0], UnknownEvent)
    assert ids(history.filter(activity_id="charge-1")) == [5, 9]


@pytest.mark.parametrize(
    ("lookups", "said"),
    [
        ({"activity_idd": "x"}, "no event has a field 'activity_idd'; did you mean activity_id"),
        ({"zzz": 1}, "no event has a field 'zzz'; known are activity_id, activity_type, cause"),
        ({"id__near": 1}, "no comparison 'near'; known are contains, exact, gt, gte, in, isnull"),
        ({"activity_type__name": "x"}, "no comparison 'name'"),
    ],
)
def test_an_unknown_lookup_says_what_there_is(
    history: History, lookups: dict[str, Any], said: str
) -> None:
    """A field that no event has, and an unknown comparison, are errors that list the near ones."""
    with pytest.raises(FieldError, match=said):
        history.filter(**lookups)

    with pytest.raises(FieldError):
        History().filter(**lookups)


@pytest.mark.parametrize(
    "lookups",
    [
        {"timestamp__gt": "yesterday"},
        {"timestamp__gt": datetime(2015, 1, 1)},  # noqa: DTZ001
        {"id__gt": "5"},
        {"id__contains": 5},
        {"id__startswith": "1"},
        {"name__in": "TimerFired"},
        {"id__in": 5},
        {"input__isnull": 1},
        {"name__startswith": 1},
    ],
)
def test_values_that_cannot_be_compared_are_refused(
    history: History, lookups: dict[str, Any]
) -> None:
    """A lookup with a value of another kind than the field's is an error that names the lookup."""
    with pytest.raises(ValidationTypeError, match=next(iter(lookups))):
        history.filter(**lookups)


# Where it comes from


@pytest.mark.parametrize("cut", [1, 2, 3, 8])
def test_pages_become_one_history(history: History, cut: int) -> None:
    """However the replies are cut, the history is all their events, in the order they came."""
    pages = [{"events": RAWS[at : at + cut], "nextPageToken": "t"} for at in range(0, 8, cut)]
    backwards = RAWS[::-1]

    assert History.from_pages(iter(pages)) == history
    assert ids(History.from_pages([{"events": backwards[:3]}, {"events": backwards[3:]}])) == [
        8, 7, 6, 5, 4, 3, 2, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_what_a_page_repeats_is_left_out(history: History, order: int) -> None:
    """Pages that overlap give each event once, in either order, whatever carries its time."""
    raws = RAWS[::order]
    aware = [
        {**raw, "eventTimestamp": datetime.fromtimestamp(raw["eventTimestamp"], UTC)}
        for raw in raws
    ]

    found = History.from_pages(
        [{"events": raws[:5]}, {"events": aware[3:6]}, {"events": []}, {"events": raws[5:]}]
    )

    assert found == history[::order]


def test_pages_that_contradict_each_other_are_refused() -> None:
    """Another event under an id of the page before is of another history."""
    other = raw_event(3, "DecisionTaskStarted", at=TIME + 2, scheduledEventId=2, identity="d2")

    with pytest.raises(ValidationError, match=r"pages\[1\]: event 3 is another on the page before"):
        History.from_pages([{"events": RAWS[:3]}, {"events": [other, *RAWS[3:]]}])


def test_pages_without_overlap_are_left_alone() -> None:
    """Only a page's neighbour is looked at: what two pages further repeats is kept as it came."""
    pages = [{"events": RAWS[:2]}, {"events": RAWS[2:4]}, {"events": RAWS[:1]}]

    assert ids(History.from_pages(pages)) == [1, 2, 3, 4, 1]


def test_a_poll_without_a_task_has_no_events() -> None:
    """The reply to a poll that found nothing is a page without events."""
    assert History.from_pages([{"previousStartedEventId": 0, "startedEventId": 0}]) == []


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([{"events": []}, {}], r"pages\[1\]: events must be a list, got None"),
        ([{"events": {}}], r"pages\[0\]: events must be a list"),
        ({"events": []}, r"pages\[0\]: a page is a mapping, got 'events'"),
        (RAWS, r"pages\[0\]: events must be a list"),
        ([{"events": [RAWS[0]]}, {"events": [{}]}], r"events\[1\]: eventId is required"),
    ],
)
def test_what_is_no_page_is_refused(pages: Any, said: str) -> None:
    """Something else than replies is an error that names the page, never an empty history."""
    with pytest.raises(ValidationError, match=said):
        History.from_pages(pages)


@pytest.mark.parametrize("wrong", [RAWS[0], "TimerFired", b"[]", 5, None])
def test_what_is_no_collection_of_events_is_refused(wrong: Any) -> None:
    """One event, a text or a number is not several events."""
    with pytest.raises(ValidationTypeError, match="events must be several events"):
        History(wrong)


def test_raw_and_typed_events_are_taken_alike(history: History) -> None:
    """Typed events, raw ones, both together, or another history make the same history."""
    mixed = [*RAWS[:3], *history[3:]]

    assert History(mixed) == History(iter(mixed)) == History(history) == history
    assert History.from_raw(RAWS).raws == RAWS


def test_an_item_that_is_no_event_is_named() -> None:
    """Index and key of what is no event are told, whatever its neighbours are."""
    with pytest.raises(ValidationTypeError, match=r"events\[1\]: eventId must be an int, got 'x'"):
        History([event_from(RAWS[0]), {**RAWS[1], "eventId": "x"}])


def test_an_order_that_is_not_by_id_is_kept() -> None:
    """Events out of order, and an event told twice, stay as they came."""
    assert ids(History([RAWS[3], RAWS[0], RAWS[3]])) == [4, 1, 4]


# JSON


def test_json_round_trip(history: History) -> None:
    """What `to_json` writes, `from_json` reads as the same history; the form is the AWS CLI's."""
    text = history.to_json()

    assert History.from_json(text) == history
    assert json.loads(text) == {"events": RAWS}
    assert History.from_json(history.to_json(indent=2)).raws == RAWS


@RELAXED
@given(raws=st.lists(raw_events(), max_size=5))
def test_any_history_survives_json(raws: list[dict[str, Any]]) -> None:
    """No event that SWF may record is changed by writing and reading it."""
    assert History.from_json(History(raws).to_json()).raws == raws


def test_datetimes_are_written_as_numbers(history: History) -> None:
    """A history of a client that parses times by itself is written as every other."""
    parsed = [
        {**raw, "eventTimestamp": event.timestamp} for raw, event in zip(RAWS, history, strict=True)
    ]

    assert History(parsed).to_json() == history.to_json()


@pytest.mark.parametrize(
    "written",
    [
        "2015-01-01T20:00:00.123000+00:00",
        "2015-01-01T21:00:00.123+01:00",
        "2015-01-01T20:00:00.123Z",
        "2015-01-01T20:00:00.123",
    ],
)
def test_times_may_be_iso_text(written: str) -> None:
    """The CLI's other form of a time, ISO 8601, is read as the same instant; alone it is UTC."""
    text = json.dumps([raw_event(1, "TimerFired", at=written)])

    assert History.from_json(text).raws == [raw_event(1, "TimerFired")]


def test_sources_of_json(history: History, tmp_path: Path) -> None:
    """Text, bytes, a path as str or Path, and open files of text or bytes are read alike."""
    text = json.dumps({"events": RAWS, "NextToken": None}, ensure_ascii=False)
    path = tmp_path / "history.json"
    path.write_text(text, encoding="utf-8")

    sources: list[Any] = [
        text,
        "\n " + text,
        text.encode(),
        json.dumps(RAWS),
        path,
        str(path),
        io.StringIO(text),
        io.BytesIO(text.encode()),
    ]
    for source in sources:
        assert History.from_json(source) == history


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{", "not JSON"),
        ("[NaN]", "not JSON"),
        (b"\xff", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "neither a list of events nor an object with 'events'"),
        (b"5", "neither a list of events nor an object with 'events'"),
        ("[5]", r"events\[0\]: an event is a mapping, got 5"),
        ('[{"eventId": 1, "eventTimestamp": "noon"}]', r"events\[0\]: eventTimestamp .* 'noon'"),
        (5, "source must be JSON text, a path or a stream, got 5"),
    ],
)
def test_json_that_is_no_history_is_refused(source: Any, said: str) -> None:
    """Text that is not JSON, or JSON that holds no events, is a ValidationError that says which."""
    with pytest.raises(ValidationError, match=said):
        History.from_json(source)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A path that leads nowhere is the error that opening it gives."""
    with pytest.raises(FileNotFoundError):
        History.from_json(tmp_path / "nonesuch.json")


@pytest.mark.parametrize("mark", ["", "\ufeff", "\n "])
def test_a_byte_order_mark_is_no_content(history: History, mark: str, tmp_path: Path) -> None:
    """JSON text may begin with the mark that some editors write, or with white space."""
    text = mark + history.to_json()
    path = tmp_path / "history.json"
    path.write_text(text, encoding="utf-8")

    for source in (text, text.encode(), io.StringIO(text), path):
        assert History.from_json(source) == history


@pytest.mark.parametrize("source", ["", " \n", "\ufeff", b"", io.StringIO("")])
def test_nothing_is_not_json(source: Any) -> None:
    """An empty text is neither a history nor a path."""
    with pytest.raises(ValidationError, match="history: not JSON: Expecting value"):
        History.from_json(source)


@pytest.mark.parametrize("wrong", ["x", None, 1.0, True])
def test_numbers_are_asked_for(history: History, wrong: Any) -> None:
    """`latest` and `by_id` refuse by name what is no number."""
    with pytest.raises(ValidationTypeError, match=f"n must be an int, got {wrong!r}"):
        history.latest(wrong)
    with pytest.raises(ValidationTypeError, match=f"event_id must be an int, got {wrong!r}"):
        history.by_id(wrong)


def test_a_history_that_cannot_be_read_is_shown() -> None:
    """Tables are for finding out what is wrong: they show what came, and do not fail."""
    broken = History.from_raw(
        [
            raw_event(1, "WorkflowExecutionStarted", taskList="x<y"),
            raw_event(2, "TimerFired", at=1e18),
        ]
    )

    html = broken._repr_html_()

    assert "taskList=&#x27;x&lt;y&#x27;" in html
    assert "<td>1e+18</td>" in html
    with pytest.raises(ValidationError, match=r"WorkflowExecutionStarted\(1\)\.task_list: "):
        broken.filter(task_list="x")


def test_mappings_of_any_kind_are_written(history: History) -> None:
    """Raw events need not be dicts to be written; what JSON has no form for is refused."""
    assert History(map(MappingProxyType, RAWS)).to_json() == history.to_json()
    with pytest.raises(ValidationTypeError, match="not JSON-able"):
        History([{**RAWS[0], "extra": object()}]).to_json()


# Growth


def test_it_grows_at_the_end(history: History) -> None:
    """Appended and added events, typed or raw, follow those before."""
    grown = history[:5]

    grown.append(history[5])
    grown.extend(RAWS[6:])

    assert grown == history
    assert len(history[:5]) == 5


def test_growth_is_whole_or_not_at_all(history: History) -> None:
    """Where one of several new events is none, nothing is added."""
    with pytest.raises(ValidationError, match=r"events\[1\]: eventType is required"):
        history.extend([RAWS[0], {"eventId": 9}])

    assert len(history) == 8


def test_a_history_can_grow_by_itself(history: History) -> None:
    """Adding a history to itself adds what it held, once."""
    history.extend(history)

    assert ids(history) == [*range(1, 9), *range(1, 9)]


def test_the_given_list_stays_the_givers() -> None:
    """Neither side sees the other's later changes of a list."""
    given_raws = RAWS[:2]
    history = History(given_raws)

    given_raws.append(RAWS[2])
    history.append(RAWS[3])
    history.raws.clear()

    assert len(given_raws) == 3
    assert ids(history) == [1, 2, 4]


# Compiled


def test_it_is_compiled_once(history: History) -> None:
    """The compiled history is kept; `compile` makes another, equal one."""
    compiled = history.compiled

    assert history.compiled is compiled
    assert history.compile() == compiled
    assert history.compile() is not compiled
    assert compiled.execution.state == "completed"


def compiled_length(history: History) -> int:
    return len(history.compiled)


def test_threads_that_read_one_history_compile_it_whole() -> None:
    """A history that does not grow may be read by any thread: none sees it half compiled."""
    builder = HistoryBuilder()
    for number in range(300):
        builder.decision().activity_task(str(number), ("charge", "1"))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            history = builder.build()
            with ThreadPoolExecutor(4) as threads:
                found = list(threads.map(compiled_length, [history] * 4))
            assert found == [len(history)] * 4
    finally:
        sys.setswitchinterval(before)


def test_growth_is_compiled_alone(history: History) -> None:
    """After growth the same compiled history knows the new events, as if it had had them all."""
    growing = history[:6]
    compiled = growing.compiled
    assert len(compiled) == 6

    growing.extend(history[6:])

    assert growing.compiled is compiled
    assert compiled == history.compile()


def test_a_refused_event_spoils_nothing_before_it(history: History) -> None:
    """An event that contradicts the history is named each time; what came before stays compiled."""
    history = history[:7]
    compiled = history.compiled
    history.append(raw_event(8, "TimerFired", timerId="t", startedEventId=5))

    for _ in range(2):
        with pytest.raises(InconsistentHistoryError, match="TimerFired"):
            _ = history.compiled
    assert len(compiled) == 7


def test_a_reversed_history_compiles_to_the_same(history: History) -> None:
    """What happened does not depend on which end was read first."""
    backwards = history[:7].reversed
    compiled = backwards.compiled

    assert compiled == history[:7].compiled
    assert backwards.compiled is compiled
    backwards = History([RAWS[7], *backwards])
    assert backwards.compiled == history.compiled


def test_a_reversed_history_that_grew_is_compiled_again(history: History) -> None:
    """Older events put at the end of a reversed history change what it compiles to."""
    backwards = history.reversed[:-1]
    with pytest.raises(InconsistentHistoryError):
        _ = backwards.compiled

    backwards.append(RAWS[0])

    assert backwards.compiled == history.compiled


# Views


def test_repr_is_one_line() -> None:
    """The repr says how many events there are and which are at the ends."""
    assert repr(History(RAWS)) == (
        "History(8 events: 1 WorkflowExecutionStarted … 8 WorkflowExecutionCompleted)"
    )
    assert repr(History(RAWS[:1])) == "History(1 event: 1 WorkflowExecutionStarted)"


def test_html_is_escaped(history: History) -> None:
    """No text that somebody else wrote becomes markup in a notebook."""
    html = history._repr_html_()

    assert "not json &lt;b&gt;&amp;" in html
    assert "<b>" not in html
    assert "History (8 events)" in html


def test_rich_shows_every_event(history: History) -> None:
    """In a terminal a history is a table with a row for each event; markup in values is text."""
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(History([*RAWS, raw_event(9, "TimerFired", timerId="[red]x[/red]\x1b[2J")]))
    shown = console.file.getvalue()  # type: ignore[attr-defined]

    assert all(raw["eventType"] in shown for raw in RAWS)
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown


def test_long_histories_and_values_are_cut_in_views() -> None:
    """A view of a long history shows both ends and says what it left out."""
    history = History(
        raw_event(number, "TimerFired", timerId=f"t-{number}-" + "x" * 999)
        for number in range(1, 1001)
    )

    html = history._repr_html_()

    assert html.count("<tr>") == 202
    assert "800 more" in html
    assert "t-1000-" in html
    assert "…" in html
    assert "x" * 101 not in html
    assert "History (1 event)" in history[:1]._repr_html_()


# Size


def test_a_long_history_costs_what_its_events_cost() -> None:
    """25,000 events are indexed, sliced and looked up by id without reading them all each time."""
    history = History(raw_event(number, "TimerFired") for number in range(1, 25_001))

    began = time.process_time()
    for number in range(1, 25_001):
        assert history.by_id(number) is not None
    spent = time.process_time() - began

    assert spent < 2
