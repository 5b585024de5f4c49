"""The workflow that a schedule is: nothing is started twice, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduled_jobs import BEGUN, Job, Mortal, ShortSchedule, mortal, staged, took

from swf import schedules
from swf.models import WorkflowExecution
from swf.schedules import Overlap, ScheduleSpec
from swf.schedules.spec import STAMP

DAY = 86_400

CRONS = st.sampled_from(
    [
        ("*/5 * * * *",),
        ("7 * * * *", "*/20 3 * * *"),
        ("@every 7m",),
        ("0,1,2 */2 * * *",),
        ("30 2 * * *", "@hourly"),
    ]
)
LIVES = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 3600)),
        st.tuples(st.just("work"), st.just(0)),
        st.tuples(st.just("die"), st.booleans()),
    ),
    min_size=10,
    max_size=40,
)


def due(spec: ScheduleSpec, since: datetime, until: datetime) -> list[datetime]:
    return list(takewhile(lambda one: one <= until, spec.due_after(since)))


def ids(dues: list[datetime]) -> list[str]:
    return [f"s-{one:{STAMP}}" for one in dues]


def live(scene: Mortal, life: list[tuple[str, Any]], *, rest: int = 120) -> None:
    for what, how in life:
        if what == "pass":
            scene.clock.advance(how)
        elif what == "work":
            scene.work()
        else:
            scene.die(with_task=how)
    scene.skip(rest, 60)  # tasks of the dead time out


@settings(max_examples=40)
@given(CRONS, LIVES)
def test_within_the_window_each_due_time_is_started_once(
    cron: tuple[str, ...], life: list[tuple[str, Any]]
) -> None:
    """Whoever dies, and however late: each due time has its run, and just one.

    Histories are short, so that many a due time falls into a continue-as-new.
    """
    spec = ScheduleSpec(cron=cron, workflow=Job, overlap="allow_all", catch_up_seconds=30 * DAY)
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        live(scene, life)

        started = [one.workflow_id for one in scene.started()]
        assert started == ids(due(spec, BEGUN, scene.clock.now()))
        told = schedule.describe()
        assert (told.started, told.missed, told.skipped) == (len(started), 0, 0)


@settings(max_examples=40)
@given(CRONS, LIVES, st.sampled_from([1, 60, 600]))
def test_beyond_the_window_each_due_time_is_started_or_told_as_missed(
    cron: tuple[str, ...], life: list[tuple[str, Any]], window: int
) -> None:
    """A due time is either started, no later than the window says, or counted as missed."""
    spec = ScheduleSpec(cron=cron, workflow=Job, overlap="allow_all", catch_up_seconds=window)
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        live(scene, life)

        started = scene.started()
        names = [one.workflow_id for one in started]
        every = ids(due(spec, BEGUN, scene.clock.now()))
        assert set(names) <= set(every)
        assert len(set(names)) == len(names)
        assert schedule.describe().missed == len(every) - len(names)
        assert all(0 <= lateness(one) <= window for one in started)


def lateness(execution: WorkflowExecution) -> float:
    stamp = execution.workflow_id.removeprefix("s-")
    planned = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    assert execution.start_timestamp is not None
    return (execution.start_timestamp - planned).total_seconds()


@settings(max_examples=25)
@given(
    st.sampled_from([one for one in Overlap if one != "allow_all"]),
    st.integers(1, 40),
    LIVES,
)
def test_whatever_the_rule_no_due_time_is_unaccounted_for(
    rule: Overlap, minutes: int, life: list[tuple[str, Any]]
) -> None:
    """With runs that take long, each due time is started, skipped, missed, or waits: just one."""
    spec = ScheduleSpec(
        cron="*/5 * * * *",
        workflow=Job,
        overlap=rule,
        input=schedules.call(minutes * 60 + 30),
        catch_up_seconds=DAY * 30,
    )
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        live(scene, life)
        scene.skip(7200, 600)
        schedule.pause()
        scene.work()

        told, names = schedule.describe(), [one.workflow_id for one in scene.started()]
        every = due(spec, BEGUN, scene.clock.now())
        assert len(set(names)) == len(names) == told.started
        assert set(names) <= set(ids(every))
        waits = len(told.waiting) if len(told.waiting) < 10 else None
        left = len(every) - told.started - told.skipped - told.missed
        assert left == waits if waits is not None else left >= 10


def test_more_than_one_answer_holds_is_started_once() -> None:
    """Of hundreds of due times at once, which SWF is told of in several answers, each is started.

    Whoever decides is killed between the answers.
    """
    spec = ScheduleSpec(cron="* * * * *", workflow=Job, overlap="allow_all", catch_up_seconds=DAY)
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        scene.work()
        scene.clock.advance(9 * 3600)
        for _ in range(3):
            assert took(scene.decider)
            scene.die(with_task=False)
        scene.work()

        started = [one.workflow_id for one in scene.started()]
        assert started == ids(due(spec, BEGUN, scene.clock.now()))
        assert schedule.describe().started == 540


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("pass"), st.integers(60, 900)),
            st.tuples(st.just("work"), st.just(0)),
            st.tuples(st.just("trigger"), st.just(0)),
            st.tuples(st.just("die"), st.booleans()),
        ),
        min_size=15,
        max_size=60,
    )
)
def test_no_change_is_lost(life: list[tuple[str, Any]]) -> None:
    """Each trigger starts one run, though it comes while the schedule is continued as new."""
    spec = ScheduleSpec(
        cron="*/5 * * * *", workflow=Job, overlap="allow_all", catch_up_seconds=30 * DAY
    )
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        for what, how in life:
            if what == "trigger":
                schedule.trigger()
            else:
                live(scene, [(what, how)], rest=0)
        live(scene, [])

        names = [one.workflow_id for one in scene.started() if "-trigger-" in one.workflow_id]
        asked = sum(what == "trigger" for what, _ in life)
        assert sorted(int(name.rpartition("-")[2]) for name in names) == list(range(1, asked + 1))


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("pass"), st.integers(60, 1800)),
            st.tuples(st.just("work"), st.just(0)),
            st.tuples(st.just("die"), st.booleans()),
            st.tuples(st.just("pause"), st.just(0)),
            st.tuples(st.just("unpause"), st.just(0)),
            st.tuples(st.just("update"), st.tuples(CRONS, st.sampled_from(list(Overlap)))),
        ),
        min_size=15,
        max_size=60,
    )
)
def test_whatever_is_changed_nothing_is_started_twice_or_at_no_time(
    life: list[tuple[str, Any]],
) -> None:
    """Each run has a due time that its schedule named, is in time, and is the only one of it."""
    spec = ScheduleSpec(cron="*/5 * * * *", workflow=Job, input=schedules.call(700))
    specs = [spec]
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        for what, how in life:
            if what == "update":
                specs.append(attrs.evolve(spec, cron=how[0], overlap=how[1]))
                schedule.update(specs[-1])
            elif what in ("pause", "unpause"):
                getattr(schedule, what)()
            else:
                live(scene, [(what, how)], rest=0)
        live(scene, [])

        started = scene.started()
        names = [one.workflow_id for one in started]
        every = {one for said in specs for one in ids(due(said, BEGUN, scene.clock.now()))}
        assert len(set(names)) == len(names)
        assert set(names) <= every
        assert all(lateness(one) >= 0 for one in started)
        assert schedule.describe().started == len(names)


def test_a_change_that_comes_as_it_is_continued_as_new_goes_along() -> None:
    """What is asked for after the event by which it continues as new is done by the next run."""
    spec = ScheduleSpec(cron="*/5 * * * *", workflow=Job)
    with mortal() as scene:
        schedule = schedules.create("s", spec, domain=scene.domain)
        for _ in range(40):
            scene.clock.advance(300)
            while took(scene.decider):
                pass
            while took(scene.jobs):
                pass
            schedule.trigger()  # after the end of the run, which is news still
            scene.work()

        told = schedule.describe()
        assert told.started + told.skipped == 80


def reference(
    rule: Overlap, dues: list[datetime], takes: timedelta, until: datetime
) -> tuple[dict[datetime, datetime], int]:
    """When which due time is started by a rule, and how many are skipped, in plain Python."""
    started: dict[datetime, datetime] = {}
    waiting: list[datetime] = []
    ends: datetime | None = None
    skipped = 0

    def free(now: datetime) -> None:
        nonlocal ends
        while ends is not None and ends <= now:
            began, ends = ends, None
            if waiting:
                started[waiting.pop(0)] = began
                ends = began + takes

    for one in dues:
        free(one)
        if ends is None or rule in ("allow_all", "cancel_other", "terminate_other"):
            started[one], ends = one, one + takes
        elif len(waiting) < {"skip": 0, "buffer_one": 1, "buffer_all": 100}[rule]:
            waiting.append(one)
        else:
            skipped += 1
    free(until)
    return started, skipped


@pytest.mark.parametrize("shape", [ShortSchedule, schedules.ScheduleWorkflow])
@pytest.mark.parametrize("minutes", [0, 4, 7, 23])
@pytest.mark.parametrize("rule", list(Overlap))
def test_a_rule_is_followed_as_a_loop_would(
    rule: Overlap, minutes: int, shape: type[schedules.ScheduleWorkflow]
) -> None:
    """What is started when, and what is skipped, is as in a plain loop over the due times."""
    takes = timedelta(minutes=minutes, seconds=31)  # never at a due time
    spec = ScheduleSpec(
        cron=("*/5 * * * *", "3 * * * *"),
        workflow=Job,
        overlap=rule,
        input=schedules.call(takes.seconds),
    )
    with staged(shape) as stage:
        begun = stage.now()
        schedule = schedules.create("s", spec)
        stage.skip(4 * 3600 + 60)

        started, skipped = reference(rule, due(spec, begun, stage.now()), takes, stage.now())
        jobs = {
            one.workflow_id: one.upstream().start_timestamp
            for one in stage.executions()
            if one.workflow_id.startswith("s-")
        }
        assert jobs == dict(zip(ids(list(started)), started.values(), strict=True))
        assert schedule.describe().skipped == skipped
