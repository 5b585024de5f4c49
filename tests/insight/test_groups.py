"""Histories told by what their events are about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from strategies import raw_histories
from timelines import order

from swf.insight.groups import FAMILIES, OTHER, Wanted, group, groups_of, has_text, is_failing
from swf.models import History, HistoryBuilder

TYPE = ("charge", "1")


@given(raw_histories())
def test_each_event_is_in_one_group(raws: list[dict[str, Any]]) -> None:
    """Nothing is left out, nothing is told twice, and groups are in the order of first events."""
    found = [group(thing) for thing in groups_of(History(raws))]

    ids = [event.id for one in found for event in one.events]
    assert len(ids) == len(set(ids))
    assert {raw["eventId"] for raw in raws} == set(ids)
    assert [one.event_id for one in found] == sorted(one.event_id for one in found)
    assert all(one.family in FAMILIES.values() for one in found)
    for one in found:
        assert one.waited_seconds is None or one.waited_seconds >= 0
        assert one.ran_seconds is None or one.ran_seconds >= 0


@given(raw_histories())
def test_families_make_up_the_history(raws: list[dict[str, Any]]) -> None:
    """What is wanted of each family is, together, all."""
    history = History(raws)

    parts = [groups_of(history, Wanted(family=name)) for name in (*FAMILIES.values(), OTHER)]

    assert sum(map(len, parts)) == len(groups_of(history))


def test_a_group_tells_how_long_it_waited_and_ran() -> None:
    """A task from its schedule to its start, and from there to its end."""
    builder = HistoryBuilder(("order", "1")).decision().activity_task_scheduled("a", TYPE)
    builder.advance(2).activity_task_started("a").advance(3).activity_task_completed(
        "a", result="r"
    )
    [found] = map(group, groups_of(builder.build(), Wanted(family="activity")))

    assert (found.waited_seconds, found.ran_seconds) == (2, 3)
    assert (found.name, found.id, found.word, found.outcome) == ("charge", "a", "completed", "r")


def test_a_timer_only_runs() -> None:
    """It does not wait to be started; one that runs has no length yet."""
    builder = HistoryBuilder(("order", "1")).decision().timer_started("t", 9)
    builder.timer_started("u", 10).timer_fired("t")
    fired, runs = map(group, groups_of(builder.build(), Wanted(family="timer")))

    assert (fired.waited_seconds, fired.ran_seconds) == (None, 9)
    assert (runs.waited_seconds, runs.ran_seconds) == (None, None)


def test_names_are_those_that_people_know() -> None:
    """Types by their names, signals and markers by theirs, messages by what they say."""
    built = order()
    built.signal_external_workflow_execution_initiated("other", "wake")
    built.request_cancel_external_workflow_execution_initiated("other")
    names = {one.name for one in map(group, groups_of(built.build()))}

    assert names >= {
        "process-orders",
        "decision task",
        "fetch",
        "give-up",
        "ship",
        "audit-log",
        "approve",
        "checkpoint",
        "signal wake",
        "cancel request",
    }


def test_errors_alone_can_be_wanted() -> None:
    """What failed and what timed out, of every kind, and nothing that ended well."""
    found = groups_of(order().build(), Wanted(errors=True))

    assert [group(one).state for one in found] == ["failed", "timed_out"]
    assert all(map(is_failing, found))


@pytest.mark.parametrize(("text", "count"), [("CARDDECLINED", 1), ("visa", 4), ("no such", 0)])
def test_a_text_is_looked_for_in_what_events_tell(text: str, count: int) -> None:
    """In names and payloads, whatever the case of its letters."""
    assert len(groups_of(order().build(), Wanted(text=text))) == count


def test_keys_and_types_are_not_searched() -> None:
    """A text that SWF has put into every event finds nothing; a nested one is found."""
    raw = {
        "eventId": 1,
        "eventType": "MarkerRecorded",
        "markerRecordedEventAttributes": {"tags": ["Deep"]},
    }

    assert has_text(raw, "deep")
    assert not has_text(raw, "eventId")


def test_a_type_of_events_can_be_wanted() -> None:
    """Groups that have such an event are given whole."""
    [found] = groups_of(order().build(), Wanted(type="ActivityTaskFailed"))

    assert [event.name for event in group(found).events] == [
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskFailed",
    ]


def test_an_event_of_an_unknown_type_is_a_group_of_its_own() -> None:
    """What a newer SWF records is told, at its place."""
    raws = HistoryBuilder(("order", "1")).raw
    raws.append(
        {"eventId": 3, "eventType": "MoonRose", "eventTimestamp": raws[-1]["eventTimestamp"]}
    )
    history = History(raws)

    [found] = groups_of(history, Wanted(family=OTHER))

    told = group(found)
    assert (told.family, told.name, told.event_id) == (OTHER, "MoonRose", 3)
    assert len(groups_of(history)) == 3
    assert not is_failing(found)
    assert groups_of(history, Wanted(type="MoonRose", text="none")) == []
