"""Why an execution does not go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from swf.insight.finding import Finding
from swf.insight.stuck import findings
from swf.schedules.workflow import TASK_LIST

NOW = 1_000_000.0


class Story:
    """A history that is written event by event; each a second after the one before."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        self.events.append(
            {
                "eventId": number,
                "eventType": kind,
                "eventTimestamp": NOW - 100 + number,
                f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes,
            }
        )
        return number

    def decision(self, task_list: str = "decisions") -> int:
        return self.add("DecisionTaskScheduled", taskList={"name": task_list})

    def activity(self, name: str = "charge", task_list: str = "work") -> int:
        return self.add(
            "ActivityTaskScheduled",
            activityId="a",
            activityType={"name": name, "version": "1"},
            taskList={"name": task_list},
        )

    def found(
        self, lists: list[dict[str, Any]] | None = None, patience: float = 5.0
    ) -> list[Finding]:
        return list(
            findings(
                "order-1",
                self.events,
                now=datetime.fromtimestamp(NOW, UTC),
                domain="shop",
                task_lists=lists,
                patience=patience,
            )
        )


def polled(kind: str, task_list: str, *, ago: float = 0.0, waiting: bool = True) -> dict[str, Any]:
    return {
        "kind": kind,
        "taskList": task_list,
        "pollers": [{"identity": "host:1", "lastSeen": NOW - ago, "waiting": waiting}],
    }


def test_what_nobody_takes_is_told_with_the_command_that_takes_it() -> None:
    """A task that waits on a list which nobody polls is a problem; its actor is what helps."""
    story = Story()
    story.decision()
    story.activity()

    decision, activity = story.found(lists=[polled("activity", "other")])

    assert (decision.state, activity.state) == ("problem", "problem")
    assert "'decisions', which nobody polls" in decision.told
    assert decision.told.endswith("nobody polls")
    assert activity.told.endswith("nobody polls; activity tasks are polled from 'other'")
    assert decision.type == "`swf decider start MODULE -t decisions -d shop`"
    assert "activity 'charge' has waited 98 s on task list 'work'" in activity.told
    assert activity.type == "`swf worker start MODULE -t work -d shop`"


def test_what_amazon_does_not_tell_is_worded_as_a_guess() -> None:
    """Where nobody can tell who polls, it only seems so."""
    story = Story()
    story.activity()

    [found] = story.found(lists=None)

    assert found.state == "warning"
    assert "it seems that nobody polls it" in found.told


def test_busy_pollers_are_not_nobody() -> None:
    """A list whose pollers were there a moment ago needs more of them; a dead one's is nobody's."""
    story = Story()
    story.activity()

    [busy] = story.found([polled("activity", "work", ago=60, waiting=False)])
    [gone] = story.found([polled("activity", "work", ago=600, waiting=False)])
    [other] = story.found([polled("decision", "work")])

    assert "pollers are busy: host:1" in busy.told
    assert "which nobody polls" in gone.told
    assert "which nobody polls" in other.told


def test_a_task_that_waits_for_a_moment_is_no_news() -> None:
    """Nothing is told of a task before the patience is over, unless nobody polls its list."""
    story = Story()
    story.activity()

    [found] = story.found([polled("activity", "work")], patience=200)
    [lost] = story.found([], patience=200)

    assert found.state == "ok"
    assert found.told == "waits for activity 'charge', scheduled just now"
    assert lost.state == "problem"


def test_what_is_at_work_is_waited_for() -> None:
    """An execution with tasks at work and timers that run is not stuck; it is told what comes."""
    story = Story()
    work = story.activity()
    story.add("ActivityTaskStarted", scheduledEventId=work)
    story.add("TimerStarted", timerId="reminder", startToFireTimeout="600")
    story.add("TimerStarted", timerId="done", startToFireTimeout="1")
    story.add("TimerFired", timerId="done")

    [found] = story.found(lists=[])

    assert found.state == "ok"
    assert found.told == (
        "waits for activity 'charge', at work for 98 s; timer 'reminder', due in 8 min 23 s"
    )


def test_without_anything_it_waits_for_others() -> None:
    """An execution in which nothing is open waits for what comes from outside."""
    story = Story()
    work = story.activity()
    story.add("ActivityTaskStarted", scheduledEventId=work)
    story.add("ActivityTaskCompleted", scheduledEventId=work, startedEventId=2)

    assert [one.told for one in story.found()] == ["waits for a signal, or for a child"]


def test_a_program_that_cannot_go_on_is_told_in_its_own_words() -> None:
    """What the marker of a blocked execution says is told; once it went on, it is not."""
    story = Story()
    story.add(
        "MarkerRecorded",
        markerName="swf.blocked",
        details='{"error": "NotRegisteredError", "message": "no workflow order"}',
    )
    blocked = story.found()
    story.activity()
    unblocked = story.found(patience=1000)

    assert [(one.state, one.told) for one in blocked] == [
        ("problem", "it cannot go on: NotRegisteredError: no workflow order")
    ]
    assert [one.state for one in unblocked] == ["ok"]


def test_a_type_that_is_not_registered_is_told() -> None:
    """What SWF refused in the last decision is a problem; what it refused before that is not."""
    story = Story()
    story.add("DecisionTaskCompleted", scheduledEventId=1)
    story.add(
        "ScheduleActivityTaskFailed",
        activityType={"name": "charge", "version": "1"},
        cause="ACTIVITY_TYPE_DOES_NOT_EXIST",
    )
    refused = story.found()
    story.add("DecisionTaskCompleted", scheduledEventId=1)
    later = story.found()

    assert [(one.state, one.told) for one in refused] == [
        ("problem", "SWF refused charge 1: ACTIVITY_TYPE_DOES_NOT_EXIST")
    ]
    assert "registers it" in refused[0].type
    assert [one.state for one in later] == ["ok"]


@pytest.mark.parametrize(
    ("cause", "helps"),
    [
        (
            "ACTIVITY_TYPE_DEPRECATED",
            "take it back into use: `swf activity-type undeprecate 'charge it:1' -d shop`",
        ),
        ("DEFAULT_TASK_LIST_UNDEFINED", "no default for"),
        ("OPEN_ACTIVITIES_LIMIT_EXCEEDED", "end first"),
        ("ACTIVITY_CREATION_RATE_EXCEEDED", "tries again later"),
        ("ACTIVITY_ID_ALREADY_IN_USE", "another id"),
        ("OPERATION_NOT_PERMITTED", "an IAM policy has to allow it"),
    ],
)
def test_what_helps_depends_on_why_swf_refused(cause: str, helps: str) -> None:
    """Each cause has its own way out."""
    story = Story()
    story.add(
        "ScheduleActivityTaskFailed",
        activityType={"name": "charge it", "version": "1"},
        cause=cause,
    )
    [refused] = story.found()

    assert refused.told == f"SWF refused charge it 1: {cause}"
    assert helps in refused.type


def test_a_refused_child_is_told_as_a_workflow() -> None:
    """Its type is taken back into use as the type of a workflow."""
    story = Story()
    story.add(
        "StartChildWorkflowExecutionFailed",
        workflowType={"name": "ship", "version": "2"},
        cause="WORKFLOW_TYPE_DEPRECATED",
    )

    assert "swf workflow-type undeprecate ship:2 -d shop" in story.found()[0].type


def test_decision_tasks_that_time_out_again_and_again_are_told() -> None:
    """One decision task that timed out is an accident, three in a row are none."""
    story = Story()
    for _ in range(3):
        assert [one.state for one in story.found()] == ["ok"]
        task = story.decision()
        story.add("DecisionTaskStarted", scheduledEventId=task)
        story.add("DecisionTaskTimedOut", scheduledEventId=task)

    assert [one.told for one in story.found()] == [
        "its last 3 decision tasks timed out: no decider answers them"
    ]


def test_what_is_typed_is_as_a_shell_reads_it() -> None:
    """An activity that is named as its code is tells its module; odd names are quoted."""
    story = Story()
    story.activity(name="shop.work.charge", task_list="any where")

    [activity] = story.found(lists=[])

    assert activity.type == "`swf worker start shop.work -t 'any where' -d shop`"


def test_schedules_have_a_server_of_their_own() -> None:
    """What waits for the decider of schedules, or its worker, is taken by `swf schedule serve`."""
    story = Story()
    story.decision(TASK_LIST)
    story.decision(f"{TASK_LIST}@host-1-0123abcd")
    story.activity("swf.schedule.terminate", TASK_LIST)

    assert {one.type for one in story.found(lists=[])} == {"`swf schedule serve -d shop`"}
