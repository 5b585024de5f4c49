"""The workflow that a schedule is: it waits on SWF's timers, starts runs, and continues as new."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from swf.exceptions import SWFError, UnknownResourceFault
from swf.flow import futures
from swf.flow.activities import activity
from swf.flow.errors import TaskError
from swf.flow.future import Future
from swf.flow.replay.child_workflow_execution import ChildFuture
from swf.flow.workflow import Workflow
from swf.models import Domain, WorkflowExecution
from swf.schedules import overlap
from swf.schedules.book import TOLD, Book, StartedRun, moment, text
from swf.schedules.errors import ScheduleSpecError
from swf.schedules.overlap import Due, Overlap, Step
from swf.schedules.plan import Plan, plan
from swf.schedules.spec import STAMP, ScheduleSpec
from swf.schedules.target import cause, ending, target

TASK_LIST: Final = "swf.schedules"

CHANGE: Final = "change"
"""The signal: `pause` and a note, `unpause`, `trigger`, or `update` and a schedule."""

RENEWED_AFTER: Final = 30 * 86_400
"""Seconds after which a run is continued as new, however little has happened: SWF ends it after a
year, and a history that is gone through again shall be short."""

LET_GO_AFTER: Final = 300 * 86_400
"""Seconds after which it is continued as new although what it started still runs."""


class Ender:
    """Has one activity: it terminates an execution, which no decision of SWF's can."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    @activity(
        name="swf.schedule.terminate",
        version="1",
        task_list=TASK_LIST,
        retry=3,
        start_to_close_timeout=60,
        schedule_to_start_timeout=600,
        heartbeat_timeout="NONE",
    )
    def terminate(self, workflow_id: str, run_id: str, schedule: str) -> None:
        """Terminate a run that the next one takes the place of (TerminateWorkflowExecution)."""
        execution = WorkflowExecution(self.domain, workflow_id, run_id)
        try:
            execution.terminate(reason=f"schedule {schedule}: the next run is due")
        except UnknownResourceFault:
            return  # it has ended by itself meanwhile


class ScheduleWorkflow(Workflow):
    """A schedule: it starts a workflow whenever it is due, and goes on for ever.

    Its time is that of the events in its history. What it starts are children that it leaves
    running where it ends. It is continued as new where nothing runs, since SWF tells a run of none
    but its own children; while something runs in a history that has grown long, it sets no timers
    but sees afterwards to what came due.
    """

    name = "swf.schedule"
    version = "1"
    task_list = TASK_LIST
    activity_task_list = TASK_LIST
    child_policy = "ABANDON"
    continue_as_new_at = 2_000

    def __init__(self) -> None:
        self.deleted = False
        self.change: Future[Any]
        self.plan: Plan | None = None
        self.timer: Future[None] | None = None
        self.until = 0.0
        self.held = False
        self.going: dict[str, ChildFuture] = {}
        self.ending: set[str] = set()

    def prepare(self) -> None:
        """Listen from the first moment on."""
        super().prepare()
        self.change = self.wait_signal(CHANGE)

    def run(
        self, schedule: str, spec: Mapping[str, Any], book: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Go on until nothing is ever due again, or somebody requests the cancel."""
        self.schedule = schedule
        self.spec = ScheduleSpec.from_json(spec)
        self.book = Book.from_json(book)
        self.begun = self.now().timestamp()
        while not self._is_over():
            self._hear()
            if self.held:  # what came due meanwhile came while something ran
                self._look()
                self._note_ended()
            else:
                self._note_ended()
                self._look()
            self._renew()  # before those that wait have their turn: then nothing runs
            self._have_turns()
            self.state = self._told()
            if not self._is_over():
                self._wait()
        if begun := self._beginning():
            futures.wait(begun)  # with this run closed SWF might never start them
        return self._told()

    def should_cancel(self, cause: str | None) -> bool:  # noqa: ARG002
        """End by itself: what was started goes on."""
        self.deleted = True
        self.change.cancel()  # wakes the program
        return False

    @property
    def time(self) -> float:
        """The present moment in seconds since the epoch; never before what is seen to."""
        return max(self.now().timestamp(), self.book.since)

    # What somebody wants changed

    def _hear(self) -> None:
        while self.change.done and not self.deleted:
            told = self.change.result
            self.change = self.wait_signal(CHANGE)
            self._look()  # what was due before is as it was before
            self.book.refused = None
            try:
                self._changed(*(told if isinstance(told, list) else [told]))
            except (SWFError, TypeError) as error:
                self.book.refused = " ".join(str(error).split())[:500]
                self.logger.warning("%s: a change is refused: %s", self.schedule, error)

    def _changed(self, verb: object, argument: Any = None) -> None:
        if verb == "pause":
            self._resay(paused=True, note=None if argument is None else str(argument))
        elif verb == "unpause":
            self._resay(paused=False, note=None)
        elif verb == "trigger":
            self.book.triggers += 1
            self._came(Due(int(self.time), self.book.triggers))
        elif verb == "update":
            self.spec = ScheduleSpec.from_json(argument)
            self.book.since, self.plan = self.time, None  # its times count from now on
        else:
            raise ScheduleSpecError(
                f"no change {verb!r}; there are pause, unpause, trigger and update"
            )

    def _resay(self, *, paused: bool, note: str | None) -> None:
        told = {**self.spec.to_json(), "paused": paused, "note": note}
        self.spec, self.plan = ScheduleSpec.from_json(told), None

    # What is due

    def _look(self) -> None:
        """See to all that came due until now; what that is, is recorded."""
        now = self.time
        if self.spec.paused:
            self.book.since, self.plan = now, None
            return
        if self.plan is not None and (self.plan.next is None or now < self.plan.next):
            return
        is_late = self.held and bool(self.going)
        self.plan = Plan.from_json(
            self.side_effect(planned, self.spec, self.book.since, now, window=not is_late)
        )
        self.book.since = now
        if is_late:
            self.book.skipped += self.plan.missed
        else:
            self.book.missed += self.plan.missed
        for at in self.plan.due:
            self._came(Due(at))

    def _came(self, due: Due) -> None:
        rule, waiting = self.spec.overlap, self.book.waiting
        self._take(overlap.came(rule, due, waiting, running=bool(self.going)))

    def _have_turns(self) -> None:
        rule, waiting = self.spec.overlap, self.book.waiting
        is_free = not self.going or rule is Overlap.ALLOW_ALL
        if waiting and is_free and not self.spec.paused:
            self._take(overlap.ended(rule, waiting))

    def _take(self, step: Step) -> None:
        self.book.waiting = step.waiting
        self.book.skipped += len(step.skipped)
        if step.end == "cancel":
            for child in self.going.values():
                child.cancel()
        elif step.end == "terminate":
            for workflow_id in [one for one in self.going if one not in self.ending]:
                self.ending.add(workflow_id)
                self.spawn(self._terminate, workflow_id)
        for due in step.start:
            self._start(due)

    # Runs

    def _start(self, due: Due) -> None:
        workflow_id = self.spec.id_of(self.schedule, due)
        given = () if self.spec.input is None else (self.spec.input,)
        self.going[workflow_id] = self.submit(target(self.spec, workflow_id), *given)
        self.book.started += 1
        self.book.note(StartedRun(workflow_id, due.at, int(self.time)))

    def _terminate(self, workflow_id: str) -> None:
        child = self.going[workflow_id]
        try:
            run_id = child.started.result
            self.submit(Ender.terminate, workflow_id, run_id, self.schedule).result  # noqa: B018
        except TaskError as error:
            self.logger.warning("%s: %s goes on: %s", self.schedule, workflow_id, error)

    def _note_ended(self) -> None:
        noted = {run.workflow_id: run for run in self.book.recent}
        for workflow_id, child in list(self.going.items()):
            begun = child.started.done and child.started.exception is None
            run = noted.get(workflow_id)
            if run is not None and begun:
                run.run_id = child.started.result
            if not child.done:
                continue
            self.going.pop(workflow_id)
            self.ending.discard(workflow_id)
            if child.cancelled and not begun:
                self._forget(run)
            elif run is not None:
                run.status, run.cause = ending(child.exception), cause(child.exception)
                run.closed = int(self.time)

    def _forget(self, run: StartedRun | None) -> None:
        """Have a run be skipped that the next one took the place of before it began."""
        self.book.started -= 1
        self.book.skipped += 1
        if run is not None:
            self.book.recent.remove(run)

    # Going on

    def _is_over(self) -> bool:
        if self.deleted:
            return True
        ends = self.plan is not None and self.plan.next is None
        return ends and not (self.going or self.book.waiting or self.spec.paused)

    def _renew(self) -> None:
        """Continue as new where that is wanted, and nobody has to be known of afterwards."""
        age = self.time - self.begun
        self.held = self.should_continue_as_new or age >= RENEWED_AFTER
        if not self.held or self._beginning():
            return
        forgets = self.spec.overlap is Overlap.ALLOW_ALL or age >= LET_GO_AFTER
        if forgets or not self.going:
            self.change.cancel()  # what is asked for from now on is for the next run
            self.continue_as_new(self.schedule, self.spec.to_json(), self.book.to_json())

    def _wait(self) -> None:
        self._set_timer(self._wakes_at())
        children = self.going.values()
        timer = [] if self.timer is None else [self.timer]
        futures.wait(
            self.change, timer, children, self._beginning(), return_when=futures.FIRST_COMPLETED
        )

    def _beginning(self) -> list[Future[str]]:
        """Return the starts that SWF has not told of yet."""
        return [one.started for one in self.going.values() if not one.started.done]

    def _wakes_at(self) -> float:
        wakes = self.begun + (LET_GO_AFTER if self.held else RENEWED_AFTER)
        due = None if self.plan is None else self.plan.next
        acts = overlap.ends_other(self.spec.overlap) and not self.book.waiting
        if due is not None and (not self.held or acts):
            return min(wakes, due)
        return wakes

    def _set_timer(self, until: float) -> None:
        """Have SWF wake the program at a moment, instead of at any other."""
        if self.timer is not None and not self.timer.done:
            if until == self.until:
                return
            self.timer.cancel()
        seconds = max(1, math.ceil(until - self.time))
        self.timer = self.start_timer(seconds, timer_id=f"until-{moment(until):{STAMP}}")
        self.until = until

    def _told(self) -> dict[str, Any]:
        """Return what is published: all that there is to know, short enough to be."""
        following = () if self.plan is None else self.plan.following
        return {
            "schedule": self.schedule,
            "spec": self.spec.to_json(),
            "next": [text(at) for at in following if at > self.time],
            "running": list(self.going)[:TOLD],
            **self.book.told(),
        }


def planned(spec: ScheduleSpec, since: float, now: float, *, window: bool) -> list[Any]:
    """Return what came due, as it is recorded: another time zone data base changes nothing."""
    return plan(spec, moment(since), moment(now), window=window).to_json()
