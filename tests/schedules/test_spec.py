"""What a schedule may say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduled_jobs import Job

from swf.schedules import Overlap, ScheduleSpec, ScheduleSpecError, call
from swf.schedules.overlap import Due

FULL: dict[str, Any] = {
    "cron": ["0 3 * * *", "@every 1h"],
    "workflow": "job:1",
    "timezone": "Europe/Berlin",
    "input": '{"args":[1],"kwargs":{}}',
    "workflow_id": "run-{due}",
    "overlap": "buffer_one",
    "catch_up_seconds": 60,
    "start": "2026-01-01T00:00:00+00:00",
    "end": "2027-01-01T00:00:00+00:00",
    "paused": True,
    "note": "for now",
    "task_list": "jobs",
    "task_priority": 3,
    "tag_list": ["nightly"],
    "execution_start_to_close_timeout": "3600",
    "task_start_to_close_timeout": "30",
    "child_policy": "ABANDON",
    "lambda_role": "arn:aws:iam::012345678901:role/x",
}


def spec(**changed: Any) -> ScheduleSpec:
    return ScheduleSpec.from_json({"cron": ["0 3 * * *"], "workflow": "job:1", **changed})


def test_a_schedule_survives_json() -> None:
    """What is written as JSON reads back as the same; what is as by default is left out."""
    full = ScheduleSpec.from_json(FULL)

    assert json.loads(json.dumps(full.to_json())) == FULL
    assert ScheduleSpec.from_json(full.to_json()) == full
    assert spec().to_json() == {"cron": ["0 3 * * *"], "workflow": "job:1"}


def test_python_may_say_it_shorter() -> None:
    """One expression, a workflow class, a timedelta and a local time stand for their texts."""
    at = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    said = ScheduleSpec(
        cron="@daily",
        workflow=Job,
        execution_start_to_close_timeout=timedelta(hours=1),
        start=at,
        overlap=Overlap.SKIP,
    )

    assert (said.cron, said.workflow) == (("@daily",), "job:1")
    assert said.execution_start_to_close_timeout == "3600"
    assert said.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert call(1, b=2) == '{"args":[1],"kwargs":{"b":2}}'


def test_each_due_time_and_each_trigger_has_an_id_of_its_own() -> None:
    """The id of a run is made of schedule and due time; triggers are numbered."""
    assert spec().id_of("nightly", Due(0)) == "nightly-19700101T000000Z"
    assert spec().id_of("nightly", Due(0, 2)) == "nightly-19700101T000000Z-trigger-2"
    assert spec(workflow_id="x-{due}").id_of("nightly", Due(60)) == "x-19700101T000100Z"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cron": []}, "cron: must be said"),
        ({"cron": [3]}, "cron: must be a text"),
        ({"cron": ["nonsense"]}, "five fields"),
        ({"timezone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
        ({"timezone": "?"}, "say one as in"),
        ({"overlap": "pile_up"}, "there are skip, buffer_one"),
        ({"catch_up_seconds": 0}, "must be 1 to"),
        ({"catch_up_seconds": "10"}, "must be seconds"),
        ({"catch_up_seconds": True}, "must be seconds"),
        ({"start": "tomorrow"}, "is no time"),
        ({"start": "2026-01-01T00:00:00"}, "has no time zone"),
        ({"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, "before the start"),
        ({"workflow_id": "always"}, "has to have {due}"),
        ({"workflow_id": "{due}-{0}"}, "must be made of"),
        ({"workflow_id": "{due"}, "has to have"),
        ({"workflow_id": 3}, "must be a text"),
        ({"workflow_id": "{due:>9999}"}, "must be made of"),
        ({"workflow": ""}, "name"),
        ({"child_policy": "LEAVE"}, "there are TERMINATE"),
        ({"task_list": "a:b"}, "task_list.name"),
        ({"tag_list": list("abcdef")}, "tag_list: has at most 5"),
        ({"execution_start_to_close_timeout": "soon"}, "a time-out: a duration is digits"),
        ({"input": "x" * 20_000}, "more than 16000 characters"),
        ({"crom": "0 3 * * *"}, "did you mean 'cron'"),
        ({"xyz": 1}, "no field"),
        ({"workflow": None}, "workflow"),
        ({"note": 3}, "note: must be a text"),
        ({"paused": "no"}, "paused: must be"),
        ({"input": 3}, "input"),
        ({"task_priority": "high"}, "task_priority"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    """A schedule that could not be followed is refused at once, with the place and the way out."""
    with pytest.raises(ValueError, match=words):
        spec(**changed)


@pytest.mark.parametrize("told", [{"workflow": "job:1"}, {"cron": "@daily"}, ["@daily"], None])
def test_json_that_is_no_schedule_is_refused(told: Any) -> None:
    """Without expression or workflow there is no schedule."""
    with pytest.raises(ScheduleSpecError):
        ScheduleSpec.from_json(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@pytest.mark.parametrize("field", sorted(FULL))
@given(value=JSON)
def test_whatever_json_says_is_a_schedule_or_refused(field: str, value: Any) -> None:
    """No JSON raises anything but ScheduleSpecError; what is accepted survives JSON."""
    try:
        said = spec(**{field: value})
    except ScheduleSpecError:
        return
    assert ScheduleSpec.from_json(json.loads(json.dumps(said.to_json()))) == said


@pytest.mark.parametrize("field", ["start", "end"])
@pytest.mark.parametrize(
    "said",
    [
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-30T12:00:00+00:00",
        "1969-12-31T23:59:59+00:00",
        "3000-01-01T00:00:00+00:00",
    ],
)
def test_moments_are_of_our_times(field: str, said: str) -> None:
    """A moment after, or before, which a calendar may have no other is refused at once."""
    with pytest.raises(ScheduleSpecError, match="say a year from 1970 to 2999"):
        spec(**{field: said})
