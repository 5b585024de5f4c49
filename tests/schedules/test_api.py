"""Schedules from outside: created, looked at, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from scheduled_jobs import Job, ShortSchedule, staged

from swf import schedules
from swf.exceptions import AlreadyExistsError, DoesNotExistError, DomainDoesNotExist
from swf.flow import Workflow, get
from swf.flow.registering import Registrar
from swf.models import Domain, WorkflowType
from swf.schedules import (
    Ender,
    Schedule,
    ScheduleAlreadyExists,
    ScheduleDoesNotExist,
    ScheduleSpec,
    ScheduleSpecError,
)
from swf.schedules.workflow import LET_GO_AFTER, RENEWED_AFTER
from swf.testing import Stage, event_names

HOURLY = ScheduleSpec(cron="@hourly", workflow=Job)
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage that serves schedules; all is replayed in the end."""
    with staged() as made:
        yield made


def jobs(stage: Stage) -> list[str]:
    return [one.workflow_id for one in stage.executions() if one.workflow_id.startswith("s-")]


def runs(stage: Stage) -> int:
    return sum(one.workflow_id == "schedule-s" for one in stage.executions())


def test_a_schedule_starts_its_workflow_when_it_is_due(stage: Stage) -> None:
    """A schedule starts the workflow with what it says, at its time, and tells how it ended."""
    spec = attrs.evolve(
        HOURLY,
        input=schedules.call(60),
        tag_list=("hourly",),
        task_list="others",
        task_priority=2,
        execution_start_to_close_timeout=120,
    )
    schedule = schedules.create("s", spec)
    stage.skip(HOUR + 30)
    found = get("s-20200101T010000Z").execution.upstream()

    assert found.start_timestamp == datetime(2020, 1, 1, 1, tzinfo=UTC)
    assert (found.task_list, found.tag_list, found.task_priority) == ("others", ("hourly",), 2)
    assert found.execution_start_to_close_timeout == 120
    assert schedule.describe().running == ("s-20200101T010000Z",)
    stage.skip(60)
    [run] = schedule.describe().recent
    assert (run.status, run.run_id, run.cause) == ("COMPLETED", found.run_id, None)
    assert run.closed == datetime(2020, 1, 1, 1, 1, tzinfo=UTC)
    assert get("s-20200101T010000Z").result() == 60


def test_before_anybody_serves_a_schedule_says_what_it_will_do(stage: Stage) -> None:
    """A schedule that nobody decides for is described as it was created."""
    told = schedules.create("s", HOURLY).describe()

    assert (told.is_served, told.next, told.started) == (False, (), 0)
    assert told.spec.cron == ("@hourly",)
    stage.work()
    told = schedules.get("s").describe()
    assert told.is_served
    assert told.next[:2] == (
        datetime(2020, 1, 1, 1, tzinfo=UTC),
        datetime(2020, 1, 1, 2, tzinfo=UTC),
    )


def test_what_is_not_said_is_the_types(stage: Stage) -> None:
    """Version, task list and time-outs come from the workflow type where a schedule has none."""
    WorkflowType(
        stage.domain,
        "bare",
        "7",
        task_list="bares",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout=10,
        child_policy="REQUEST_CANCEL",
    ).save()
    WorkflowType(stage.domain, "barest", "7").save()
    bare = schedules.create("s", attrs.evolve(HOURLY, workflow="bare")).describe().spec
    barest = schedules.create("t", attrs.evolve(HOURLY, workflow="barest")).describe().spec

    assert (bare.workflow, bare.task_list, bare.child_policy) == (
        "bare:7",
        "bares",
        "REQUEST_CANCEL",
    )
    assert (bare.execution_start_to_close_timeout, bare.task_start_to_close_timeout) == ("60", "10")
    assert (barest.task_list, barest.execution_start_to_close_timeout) == ("default", "31536000")


def test_a_schedule_is_created_once(stage: Stage) -> None:
    """A name is taken until the schedule is deleted; names are a domain's own."""
    first = schedules.create("s", HOURLY)

    with pytest.raises(ScheduleAlreadyExists, match="update it, or delete it first") as caught:
        schedules.create("s", HOURLY)
    assert isinstance(caught.value, AlreadyExistsError)
    first.delete()
    assert schedules.create("s", HOURLY).describe().started == 0


@pytest.mark.parametrize("name", ["", "a:b", "x" * 201])
def test_a_name_that_is_none_is_refused(stage: Stage, name: str) -> None:
    """What cannot be part of a workflow id is no name."""
    with pytest.raises(ScheduleSpecError, match="name"):
        schedules.create(name, HOURLY)
    with pytest.raises(ScheduleSpecError, match="workflow_id"):
        schedules.create("s" * 200, attrs.evolve(HOURLY, workflow_id="{schedule}{schedule}{due}"))


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        ("jbo", r"not registered in domain 'default' \(did you mean 'job'\?\)"),
        ("job:2", r"did you mean 'job:1'"),
        ("x", "workflow-type register"),
        ("two", "several versions: 1, 2; say two:VERSION"),
    ],
)
def test_a_workflow_that_is_not_registered_is_refused(
    stage: Stage, workflow: str, words: str
) -> None:
    """What could not be started is refused when it is said, with the nearest there is."""
    for version in ("1", "2"):
        WorkflowType(stage.domain, "two", version).save()

    with pytest.raises(ScheduleSpecError, match=words):
        schedules.create("s", attrs.evolve(HOURLY, workflow=workflow))
    assert list(schedules.all()) == []


def test_what_is_not_there_is_told_with_the_nearest(stage: Stage) -> None:
    """An unknown name, and one that is deleted, raise the same error, which knows the nearest."""
    made = schedules.create("nightly", HOURLY)

    with pytest.raises(ScheduleDoesNotExist, match=r"did you mean 'nightly'\?") as caught:
        schedules.get("nigthly")
    assert isinstance(caught.value, DoesNotExistError)
    made.delete()
    for act in (made.delete, made.pause, made.trigger, lambda: schedules.get("nightly")):
        with pytest.raises(ScheduleDoesNotExist, match="swf schedule list"):
            act()
    with pytest.raises(DomainDoesNotExist):
        Schedule("s", Domain("nowhere")).pause()
    with pytest.raises(DomainDoesNotExist):
        schedules.get("s", domain="nowhere")


def test_a_missing_domain_is_told_as_such(stage: Stage) -> None:
    """Of a domain that is not there, no schedule is said to be missing."""
    with pytest.raises(DomainDoesNotExist):
        schedules.create("s", HOURLY, domain="nowhere")


def test_all_schedules_of_a_domain_are_listed(stage: Stage) -> None:
    """Schedules are listed by name, those created last first; other executions are none."""
    stage.start(Job)
    for name in ("a", "b"):
        schedules.create(name, HOURLY)
        stage.skip(1)
    stage.start(schedules.ScheduleWorkflow.with_options(workflow_id="other"), "o", *_plain())

    assert [one.name for one in schedules.all()] == ["b", "a"]
    found = list(schedules.all("default", connection=stage.connection))
    assert [one.describe().is_served for one in found] == [True, True]


def _plain() -> tuple[Any, Any]:
    book = {"since": 0.0, "waiting": [], "recent": []}
    return ({"cron": ["@yearly"], "workflow": "job:1"}, book)


def test_a_paused_schedule_starts_nothing(stage: Stage) -> None:
    """While it is paused, what comes due is passed over; afterwards it goes on from the next."""
    schedule = schedules.create("s", HOURLY)
    stage.skip(HOUR + 60)
    schedule.pause("the disk is full")
    stage.skip(10 * HOUR)

    told = schedule.describe()
    assert (told.spec.paused, told.spec.note) == (True, "the disk is full")
    assert (told.next, told.started) == ((), 1)
    schedule.unpause()
    stage.skip(HOUR)
    told = schedule.describe()
    assert (told.spec.paused, told.spec.note) == (False, None)
    assert (told.started, told.missed, told.skipped) == (2, 0, 0)
    assert jobs(stage)[-1] == "s-20200101T120000Z"


def test_a_schedule_may_begin_paused(stage: Stage) -> None:
    """One that is created paused starts nothing until it is unpaused."""
    schedule = schedules.create("s", attrs.evolve(HOURLY, paused=True))
    stage.skip(5 * HOUR)

    assert schedule.describe().started == 0


def test_a_trigger_starts_a_run_now(stage: Stage) -> None:
    """Each trigger starts a run of its own, at once, though the schedule is paused."""
    schedule = schedules.create("s", attrs.evolve(HOURLY, paused=True, overlap="allow_all"))
    stage.skip(90)
    schedule.trigger()
    schedule.trigger()
    stage.work()

    assert jobs(stage) == ["s-20200101T000130Z-trigger-1", "s-20200101T000130Z-trigger-2"]


def test_the_rule_holds_for_triggers(stage: Stage) -> None:
    """A trigger while a run goes on is skipped where due times are."""
    schedule = schedules.create("s", attrs.evolve(HOURLY, input=schedules.call(60)))
    stage.work()
    schedule.trigger()
    stage.skip(10)
    schedule.trigger()
    stage.skip(10)

    told = schedule.describe()
    assert (told.started, told.skipped) == (1, 1)


def test_what_waits_when_it_is_paused_waits_on(stage: Stage) -> None:
    """Paused, a schedule keeps what waits; it has its turn once it is unpaused."""
    spec = attrs.evolve(HOURLY, overlap="buffer_one", input=schedules.call(HOUR + 60))
    schedule = schedules.create("s", spec)
    stage.skip(2 * HOUR + 30)
    schedule.pause()
    stage.skip(2 * HOUR)

    told = schedule.describe()
    assert (told.started, told.waiting) == (1, (datetime(2020, 1, 1, 2, tzinfo=UTC),))
    schedule.unpause()
    stage.skip(10)
    assert jobs(stage) == ["s-20200101T010000Z", "s-20200101T020000Z"]


def test_an_update_holds_from_now_on(stage: Stage) -> None:
    """After an update the new times count; none of before is started again, or lost."""
    schedule = schedules.create("s", HOURLY)
    stage.skip(HOUR + 60)
    schedule.update(ScheduleSpec(cron="*/30 * * * *", workflow=Job))
    stage.skip(HOUR)

    assert jobs(stage) == [
        "s-20200101T010000Z",
        "s-20200101T013000Z",
        "s-20200101T020000Z",
    ]
    assert schedule.describe().next[0] == datetime(2020, 1, 1, 2, 30, tzinfo=UTC)
    with pytest.raises(ScheduleSpecError, match="not registered"):
        schedule.update(attrs.evolve(HOURLY, workflow="x"))


def test_what_an_update_would_have_started_before_is_not_started(stage: Stage) -> None:
    """The times of an update that were before it count as little as if it had not been made."""
    schedule = schedules.create("s", HOURLY)
    stage.skip(HOUR + 25 * 60)
    schedule.update(ScheduleSpec(cron="*/10 * * * *", workflow=Job))
    stage.skip(10 * 60)

    assert jobs(stage) == ["s-20200101T010000Z", "s-20200101T013000Z"]
    assert schedule.describe().missed == 0


def test_what_was_due_as_it_is_canceled_is_started(stage: Stage) -> None:
    """A run that was due in the very moment of a request to cancel is started still."""
    schedule = schedules.create("s", HOURLY)
    stage.work()
    handle = schedule.handle
    stage.clock.advance(HOUR)
    handle.cancel()
    stage.work()

    assert handle.result()["started"] == 1
    assert jobs(stage) == ["s-20200101T010000Z"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["stop"], "no change 'stop'; there are pause, unpause, trigger and update"),
        (["update", {"cron": ["?"], "workflow": "job:1"}], "has not five fields"),
        (["update"], "is an object of JSON"),
        (["pause", 1, 2, 3], "takes from"),
        ([], "no change None"),
    ],
)
def test_a_change_that_is_none_is_told_and_changes_nothing(
    stage: Stage, change: list[Any], words: str
) -> None:
    """A signal that cannot be followed ends no schedule: it is told why, until the next change."""
    schedule = schedules.create("s", HOURLY)
    schedule.handle.signal("change", *change)
    stage.skip(HOUR)

    told = schedule.describe()
    assert told.refused is not None
    assert words in told.refused
    assert (told.spec.cron, told.started) == (("@hourly",), 1)
    schedule.pause()
    stage.work()
    assert schedule.describe().refused is None


def test_a_signal_of_a_bare_word_will_do(stage: Stage) -> None:
    """From a console, the input `pause` is enough."""
    schedule = schedules.create("s", HOURLY)
    schedule.handle.execution.signal("change", "pause")
    stage.work()

    assert schedule.describe().spec.paused


def test_what_is_deleted_leaves_its_runs(stage: Stage) -> None:
    """Deleted, a schedule is gone at once; what it has started goes on to its end."""
    schedule = schedules.create("s", attrs.evolve(HOURLY, input=schedules.call(HOUR)))
    stage.skip(HOUR + 60)
    schedule.delete()

    assert list(schedules.all()) == []
    assert get("s-20200101T010000Z").result() == HOUR
    stage.skip(5 * HOUR)
    assert len(jobs(stage)) == 1


def test_a_request_to_cancel_ends_a_schedule_and_leaves_its_runs(stage: Stage) -> None:
    """Whoever knows nothing of schedules may cancel the execution: it completes, its runs go on."""
    schedule = schedules.create("s", attrs.evolve(HOURLY, input=schedules.call(HOUR)))
    stage.skip(HOUR + 60)
    handle = schedule.handle
    handle.cancel()
    stage.work()

    assert handle.status == "COMPLETED"
    assert handle.result()["started"] == 1
    assert get("s-20200101T010000Z").result() == HOUR


def test_a_schedule_with_an_end_is_over_then(stage: Stage) -> None:
    """After the last due time, and the end of its run, a schedule completes by itself."""
    end = stage.now() + timedelta(hours=2)
    schedule = schedules.create("s", attrs.evolve(HOURLY, end=end, input=schedules.call(60)))
    stage.skip(2 * HOUR + 30)
    handle = schedule.handle
    assert handle.status == "OPEN"
    stage.skip(60)

    assert handle.status == "COMPLETED"
    assert [one["status"] for one in handle.result()["recent"]] == ["COMPLETED"] * 2


class Odd(Workflow):
    """Ends otherwise than well."""

    name = "odd"
    version = "1"

    def run(self) -> None:
        raise ValueError("no disk")


def test_how_runs_end_is_told(stage: Stage) -> None:
    """A run that fails, is terminated or times out is told with its cause, and the next starts."""
    stage.knows(Odd)
    Registrar(stage).workflows([Odd])
    spec = attrs.evolve(HOURLY, workflow=Odd)
    schedule = schedules.create("s", spec)
    stage.skip(HOUR)
    late = attrs.evolve(HOURLY, input=schedules.call(HOUR), execution_start_to_close_timeout=60)
    schedule.update(late)
    stage.skip(HOUR)
    stage.skip(120)
    schedule.update(attrs.evolve(HOURLY, input=schedules.call(HOUR)))
    stage.skip(HOUR)
    get("s-20200101T030000Z").terminate("enough")
    stage.work()

    told = schedule.describe()
    assert [run.status for run in told.recent] == ["TERMINATED", "TIMED_OUT", "FAILED"]
    assert "no disk" in str(told.recent[2].cause)


def test_a_run_that_is_not_terminated_is_waited_for(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a run cannot be terminated, that is logged, and the next waits for its end."""
    stage.stub(Ender.terminate, raises=PermissionError("not allowed"))
    spec = attrs.evolve(HOURLY, overlap="terminate_other", input=schedules.call(HOUR + 60))
    schedule = schedules.create("s", spec)
    stage.skip(2 * HOUR + 30)
    assert schedule.describe().waiting == (datetime(2020, 1, 1, 2, tzinfo=UTC),)
    stage.skip(60)

    assert jobs(stage) == ["s-20200101T010000Z", "s-20200101T020000Z"]
    assert "s: s-20200101T010000Z goes on: not allowed" in caplog.text


def test_what_has_ended_by_itself_need_not_be_terminated(stage: Stage) -> None:
    """To terminate a run that is closed, or gone, is done already."""
    ender = Ender(stage.domain)
    done = stage.start(Job)
    done.result()

    ender.terminate(done.workflow_id, done.run_id, "s")
    ender.terminate("gone", done.run_id, "s")
    assert done.status == "COMPLETED"


def test_what_is_replaced_before_it_began_was_skipped(stage: Stage) -> None:
    """Of due times that come all at once, each ending the one before, only the last is started."""
    spec = attrs.evolve(HOURLY, cron="*/10 * * * *", overlap="cancel_other", catch_up_seconds=HOUR)
    schedule = schedules.create("s", spec)
    stage.clock.advance(HOUR)
    stage.work()

    told = schedule.describe()
    assert (told.started, told.skipped, told.missed) == (1, 5, 0)
    assert jobs(stage) == ["s-20200101T010000Z"]
    assert [run.workflow_id for run in told.recent] == jobs(stage)


def test_many_runs_at_once_are_known_by_number(stage: Stage) -> None:
    """Of more runs than are told of, the ends are noted all the same."""
    spec = attrs.evolve(
        HOURLY, cron="* * * * *", overlap="allow_all", input=schedules.call(20 * 60)
    )
    schedule = schedules.create("s", spec)
    stage.skip(HOUR)

    told = schedule.describe()
    assert (told.started, len(told.running), len(told.recent)) == (60, 10, 10)


def test_what_cannot_be_started_is_told(stage: Stage) -> None:
    """A workflow type that is gone is told as the cause, and the schedule goes on."""
    schedule = schedules.create("s", HOURLY)
    WorkflowType(stage.domain, "job", "1").deprecate()
    stage.skip(HOUR)

    [run] = schedule.describe().recent
    assert (run.status, run.cause) == ("NOT_STARTED", "WORKFLOW_TYPE_DEPRECATED")
    WorkflowType(stage.domain, "job", "1").undeprecate()
    stage.skip(HOUR)
    assert schedule.describe().recent[0].status == "COMPLETED"


def test_years_pass(stage: Stage) -> None:
    """A schedule that is due once a year outlives the year that SWF gives an execution."""
    schedule = schedules.create("s", attrs.evolve(HOURLY, cron=("0 0 29 2 *", "@yearly")))
    stage.skip(5 * 366 * DAY)

    told = schedule.describe()
    assert [run.due.strftime("%d.%m.%y") for run in reversed(told.recent)] == [
        "29.02.20",
        *(f"01.01.{year}" for year in (21, 22, 23, 24)),
        "29.02.24",
        "01.01.25",
    ]
    assert {run.status for run in told.recent[1:]} == {"COMPLETED"}
    assert (told.started, told.missed, told.skipped) == (7, 0, 0)
    [*_, last] = stage.executions()
    assert stage.now() - last.upstream().start_timestamp < timedelta(seconds=RENEWED_AFTER)


def test_a_run_may_take_most_of_a_year(stage: Stage) -> None:
    """While a run takes long, a schedule waits for it, and sets no timers that would fill it up."""
    spec = attrs.evolve(HOURLY, input=schedules.call(250 * DAY + 30))
    schedule = schedules.create("s", spec)
    stage.skip(250 * DAY + 2 * HOUR)

    told = schedule.describe()
    assert (told.started, told.missed) == (2, 0)
    assert told.skipped == 250 * 24
    assert runs(stage) == 2
    first = stage.executions()[0].history()
    assert event_names(first).count("TimerStarted") < 30 * 24 + 10


def test_of_a_run_that_takes_longer_nothing_is_known_any_more(stage: Stage) -> None:
    """After LET_GO_AFTER a schedule goes on beside a run that still goes on, and asks SWF of it."""
    spec = attrs.evolve(HOURLY, cron="@daily", input=schedules.call(364 * DAY))
    schedule = schedules.create("s", spec)
    stage.skip(LET_GO_AFTER + 2 * DAY)

    told = schedule.describe()
    assert [run.status for run in told.recent] == ["OPEN", "OPEN"]
    assert len(told.running) == 1
    stage.skip(70 * DAY)
    assert [run.status for run in schedule.describe().recent] == ["OPEN", "COMPLETED"]


def test_runs_that_outlive_a_run_of_the_schedule_are_asked_for() -> None:
    """Where all may run at once none is waited for; how those ended is asked when it is shown."""
    with staged(ShortSchedule) as stage:
        spec = attrs.evolve(HOURLY, overlap="allow_all", input=schedules.call(3 * HOUR))
        schedule = schedules.create("s", spec)
        stage.skip(12 * HOUR + 60)

        told = schedule.describe()
        assert runs(stage) > 1
        assert [run.status for run in told.recent] == ["OPEN"] * 3 + ["COMPLETED"] * 7
        gone = attrs.evolve(told.recent[0], workflow_id="gone")
        asked = {**attrs.asdict(gone), "due": gone.due.isoformat(), "closed": None}
        asked["started"] = gone.started.isoformat()
        assert Schedule._run(schedule, asked, []).status == "UNKNOWN"
