"""The door: who waits for what, who commits for whom, what is left when something fails."""

from __future__ import annotations

import os
import sqlite3
import threading
import time

import pytest
from embedded_harness import (
    DOMAIN,
    NO_ACTIVITY_TASK,
    NO_DECISION_TASK,
    PATIENCE_SECONDS,
    ROLE,
    Service,
    function,
    patiently,
    schedule,
    timer,
)

from swf.clock import ManualClock, SystemClock
from swf.engine import Call, Engine, Limits, Options, opened
from swf.engine.store import points
from swf.exceptions import EngineError, SettingsError
from swf.fault import Fault

HELD = Options(poll_seconds=50)


@pytest.fixture
def hook(monkeypatch):
    """Set what is done at the engine's named places."""

    def hooked(function) -> None:
        monkeypatch.setattr(points, "hook", function)

    return hooked


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/swf.db"


@pytest.fixture
def on_file(url):
    service = Service(url, options=Options(poll_seconds=0))
    yield service
    service.close()


@pytest.fixture
def held():
    service = Service("memory://", options=HELD)
    yield service
    service.close()


def until(met) -> None:
    """Return as soon as a condition is met."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.001)


def poll(service: Service, kind: str = "Decision", task_list: str = "deciders", **members):
    return service.begin(f"PollFor{kind}Task", taskList={"name": task_list}, **members)


class TestGroups:
    def test_callers_together_share_a_commit(self, on_file):
        """What comes while a commit is under way shares the next one; each gets its own answer."""
        engine = on_file.engine
        lock = engine._store.lock
        names = [f"w{number}" for number in range(20)]
        runs: dict[str, str] = {}

        def start(name: str) -> None:
            runs[name] = on_file.start(name).run_id

        before = engine.stats.commits
        with lock:
            threads = [threading.Thread(target=start, args=(name,)) for name in names]
            for thread in threads:
                thread.start()
            until(lambda: len(engine._writer.queue) == len(names) - 1)
        for thread in threads:
            thread.join(PATIENCE_SECONDS)

        assert sorted(runs) == sorted(names)
        assert engine.stats.commits - before == 2
        on_file.verify()

    def test_one_refusal_spares_the_others(self, on_file):
        """A call of a group that is refused changes nothing, and the rest of its group counts."""
        lock = on_file.engine._store.lock
        outcomes: list[object] = []

        def start(name: str) -> None:
            try:
                outcomes.append(on_file.start(name).workflow_id)
            except Fault as fault:
                outcomes.append(fault.code)

        on_file.start("taken")
        with lock:
            threads = [
                threading.Thread(target=start, args=(name,))
                for name in ("first", "a", "taken", "b", "taken")
            ]
            for thread in threads:
                thread.start()
            until(lambda: len(on_file.engine._writer.queue) == 4)
        for thread in threads:
            thread.join(PATIENCE_SECONDS)

        already = "WorkflowExecutionAlreadyStartedFault"
        assert sorted(map(str, outcomes)) == sorted(["first", "a", "b", already, already])
        assert {run.workflow_id for run in on_file.runs()} == {"first", "a", "b", "taken"}

    def test_many_threads_at_once(self, on_file):
        """Whatever number of threads call, each call counts once and no history is harmed."""
        on_file.start("w")
        signals = 25

        def signal(number: int) -> None:
            for count in range(signals):
                on_file.ask(
                    "SignalWorkflowExecution", workflowId="w", signalName=f"{number}-{count}"
                )

        threads = [threading.Thread(target=signal, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)

        [run] = on_file.runs()
        names = [
            attributes["signalName"]
            for kind, attributes in run.history()
            if kind == "WorkflowExecutionSignaled"
        ]
        assert len(names) == len(set(names)) == 8 * signals
        for number in range(8):
            own = [name for name in names if name.startswith(f"{number}-")]
            assert own == [f"{number}-{count}" for count in range(signals)]
        on_file.verify()


class TestPolls:
    def test_a_held_poll_is_served_when_there_is_a_task(self, held):
        """A poll waits, and is answered within the call that makes its task."""
        waiting = poll(held)
        assert waiting.reply is None

        run = held.start()

        assert waiting.reply["workflowExecution"]["runId"] == run.run_id
        assert held.engine.stats.commits == 6  # five registrations; the start with its hand-over

    def test_first_come_first_served(self, held):
        """The poll that has waited for longest gets the task."""
        first, second = poll(held), poll(held)

        held.start("a")
        assert (first.reply is None, second.reply) == (False, None)
        held.start("b")

        assert second.reply["workflowExecution"]["workflowId"] == "b"

    def test_the_highest_priority_goes_to_the_first_poll(self, held):
        """Of tasks made at once, the one of highest priority goes to who has waited longest."""
        polls = [poll(held, "Activity", "workers") for _ in range(3)]

        held.begun(
            schedule("low", taskPriority="-1"),
            schedule("high", taskPriority="5"),
            schedule("mid"),
        )

        assert [one.reply["activityId"] for one in polls] == ["high", "mid", "low"]

    def test_a_poll_without_a_task_ends_empty(self, held):
        """A poll is held for as long as the options say, and then answered without a token."""
        decision, activity = poll(held), poll(held, "Activity", "workers")

        held.clock.advance(49.999)
        assert (decision.reply, activity.reply) == (None, None)
        held.clock.advance(0.001)

        assert decision.reply == NO_DECISION_TASK
        assert activity.reply == NO_ACTIVITY_TASK

    def test_a_thread_that_polls_is_woken(self, held):
        """`handle` returns with the task as soon as there is one."""
        found = []
        thread = threading.Thread(target=lambda: found.append(held.decision_task()))
        thread.start()
        until(lambda: held.engine.held_polls == 1)

        held.start("w")
        thread.join(PATIENCE_SECONDS)

        assert found[0]["workflowExecution"]["workflowId"] == "w"

    def test_a_withdrawn_poll_gets_nothing(self, held):
        """A poll whose client has gone is not given a task, and never answered."""
        gone, here = poll(held), poll(held)
        gone.withdraw()

        held.start()

        assert gone.reply is None
        assert here.reply["startedEventId"] == 3

    @pytest.mark.parametrize("waited", [True, False])
    def test_who_goes_before_the_commit_gets_nothing(self, held, waited):
        """A poll known to be gone when its task would be committed is as if it had never come."""

        class Leaving(Call):
            """Has gone, as it turns out when it has been given a task."""

            __slots__ = ("asked",)
            asked: int

            @property
            def gone(self) -> bool:
                self.asked = getattr(self, "asked", 0) + (self.line is not None or not waited)
                return self.asked > 1

            @gone.setter
            def gone(self, _value: bool) -> None:
                pass

        answers: list[Call] = []
        params = {"domain": DOMAIN, "taskList": {"name": "deciders"}}
        call = Leaving("PollForDecisionTask", params, done=answers.append)
        if waited:
            held.engine.begin(call, lambda work: work())
            run = held.start()
        else:
            run = held.start()
            held.engine.begin(call, lambda work: work())

        assert answers == []
        assert [kind for kind, _ in run.history()] == [
            "WorkflowExecutionStarted",
            "DecisionTaskScheduled",
        ]
        assert held.decision_task()["startedEventId"] == 3

    def test_release_ends_polls_of_this_process_only(self, held):
        """Polls of this process come back empty on demand; those of others go on."""
        inside = poll(held)
        answers: list[Call] = []
        params = {"domain": DOMAIN, "taskList": {"name": "deciders"}}
        outside = Call("PollForDecisionTask", params, inside=False, done=answers.append)
        held.engine.begin(outside, lambda work: work())

        held.engine.release()

        assert inside.reply == NO_DECISION_TASK
        assert answers == []
        held.start()
        assert len(answers) == 1

    def test_an_interrupted_poll_is_withdrawn(self, held, hook):
        """Ctrl-C in a poll leaves nobody behind who would swallow a task."""
        # The interrupt meets the thread while it does the writer's work; it comes once, and not to
        # the thread that then goes on with the work.
        interrupts = [KeyboardInterrupt()]

        def interrupt(name: str) -> None:
            if "before" in name and interrupts:
                raise interrupts.pop()

        hook(interrupt)
        with pytest.raises(KeyboardInterrupt):
            held.decision_task()
        hook(None)

        assert held.engine.held_polls == 0
        held.start()
        assert held.decision_task()["startedEventId"] == 3


class TestFailures:
    def test_a_commit_that_fails_changes_nothing(self, on_file, hook):
        """Where a commit fails the callers hear 503, and all is as it was."""
        run = on_file.start()
        full = [sqlite3.OperationalError("database or disk is full")]

        def fail(name: str) -> None:
            if name == "commit.before" and full:
                raise full.pop()

        hook(fail)
        fault = on_file.fault(
            "SignalWorkflowExecution", domain=DOMAIN, workflowId="w", signalName="s"
        )
        assert (fault.code, fault.status) == ("ServiceUnavailable", 503)
        assert "disk is full" in fault.message
        assert len(run.history()) == 2

        on_file.ask("SignalWorkflowExecution", workflowId="w", signalName="s")
        assert [kind for kind, _ in run.history()][2:] == ["WorkflowExecutionSignaled"]
        on_file.verify()

    def test_a_failed_commit_puts_the_poller_back(self, held, hook):
        """A poll that was to be served by a commit that failed waits on, in its old place."""
        first, second = poll(held), poll(held)
        failures = [sqlite3.OperationalError("disk I/O error")]

        def fail(name: str) -> None:
            if name == "commit.before" and failures:
                raise failures.pop()

        hook(fail)
        with pytest.raises(Fault, match="ServiceUnavailable"):
            held.start()
        assert (first.reply, second.reply) == (None, None)

        run = held.start()
        assert first.reply["workflowExecution"]["runId"] == run.run_id
        assert second.reply is None

    def test_a_failed_commit_keeps_heartbeats(self, on_file, hook):
        """A heartbeat that was acknowledged outlives a commit that fails after it."""
        run = on_file.begun(schedule(heartbeatTimeout="100"))
        task = on_file.activity_task()
        on_file.clock.advance(99)
        on_file.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], details="half")
        failures = [sqlite3.OperationalError("disk I/O error")]
        hook(lambda name: (_ for _ in ()).throw(failures.pop()) if failures else None)
        with pytest.raises(Fault, match="ServiceUnavailable"):
            on_file.ask("SignalWorkflowExecution", workflowId="w", signalName="s")
        hook(None)

        on_file.clock.advance(99)
        assert run.history()[-1][0] == "ActivityTaskStarted"
        on_file.clock.advance(1)

        kind, attributes = run.history()[-2]
        assert (kind, attributes["details"]) == ("ActivityTaskTimedOut", "half")

    def test_an_interrupt_leaves_the_engine_usable(self, on_file, hook):
        """An interrupt in the midst of a commit undoes the call, and the next one is served."""
        interrupts = [KeyboardInterrupt()]
        hook(lambda name: (_ for _ in ()).throw(interrupts.pop()) if interrupts else None)
        with pytest.raises(KeyboardInterrupt):
            on_file.start()

        assert on_file.runs() == []
        on_file.start()
        on_file.verify()

    def test_a_damaged_event_is_named(self, on_file):
        """Where a stored event is not as it was recorded, the answer names its run and its id."""
        run = on_file.start()
        on_file.engine._store.writer.execute("UPDATE event SET at = at + 1 WHERE id = 2")

        fault = on_file.fault(
            "GetWorkflowExecutionHistory",
            domain=DOMAIN,
            execution={"workflowId": "w", "runId": run.run_id},
        )
        assert (fault.code, fault.status) == ("InternalFailure", 500)
        assert "event 2 of run 1" in fault.message

        on_file.reopen()  # what is in memory is not damaged
        fault = on_file.fault("PollForDecisionTask", domain=DOMAIN, taskList={"name": "deciders"})
        assert "event 2 of run 1" in fault.message

    def test_a_damaged_run_harms_no_other(self, on_file):
        """A run whose events are damaged is held back: tasks of others are still handed out."""
        on_file.start("bad", taskPriority="9")
        on_file.start("good")
        on_file.engine._store.writer.execute(
            "UPDATE event SET at = at + 1 WHERE run = 1 AND id = 2"
        )
        on_file.reopen()

        fault = on_file.fault("PollForDecisionTask", domain=DOMAIN, taskList={"name": "deciders"})
        assert "event 2 of run 1" in fault.message

        assert on_file.decision_task()["workflowExecution"]["workflowId"] == "good"

    def test_what_is_open_in_no_run_is_told(self, on_file):
        """Where a row tells of a run that is not there, the answer is 500, and others go on."""
        on_file.start("gone")
        on_file.start("here")
        on_file.engine._store.writer.execute("DELETE FROM execution WHERE run = 1")
        on_file.engine._writer.cache.drop(1)

        fault = on_file.fault("PollForDecisionTask", domain=DOMAIN, taskList={"name": "deciders"})

        assert fault.status == 500
        on_file.start("other")
        on_file.engine._store.writer.execute("DELETE FROM entity WHERE run = 1")
        assert on_file.decision_task()["workflowExecution"]["workflowId"] == "here"

    def test_what_cannot_come_due_keeps_nothing_from_coming_due(self, on_file):
        """A deadline that cannot be carried out is passed over, and time goes on for the others."""
        runs = [on_file.start(f"w{number}") for number in range(3)]
        for _ in runs:
            on_file.answer(on_file.decision_task(), timer("t", 10))
        on_file.engine._store.writer.execute(
            "UPDATE entity SET facts = '{\"no\": 1}' WHERE run = 2 AND kind = 'timer'"
        )
        on_file.reopen()

        on_file.clock.advance(10)

        fired = ["TimerFired" in dict(run.history()) for run in runs]
        assert fired[0]
        assert fired[2]

    def test_a_deadline_that_the_store_has_wrong_is_put_right(self, on_file):
        """Nothing fires because a row says so: the state decides, and the row follows it."""
        run = on_file.begun(timer("t", 10))
        rows = on_file.engine._store.writer
        rows.execute("UPDATE entity SET due = 1 WHERE kind = 'timer'")

        on_file.clock.advance(9)
        on_file.engine._writer.tick()

        assert run.history()[-1][0] == "TimerStarted"
        [(due,)] = rows.execute("SELECT due FROM entity WHERE kind = 'timer'")
        assert due == (on_file.now + 1) * 1000

    def test_a_file_that_cannot_be_read_is_a_503(self, on_file):
        """A read that the file does not allow is answered with 503, not with a crash."""
        on_file.engine._store.writer.execute("ALTER TABLE domain RENAME TO elsewhere")

        fault = on_file.fault("DescribeDomain", name=DOMAIN)

        assert (fault.code, fault.status) == ("ServiceUnavailable", 503)


class TestRestart:
    def test_all_is_there(self, on_file):
        """What was acknowledged is there after the engine was opened anew: types, runs, tasks."""
        run = on_file.begun(schedule())
        before = run.history(), run.describe()

        on_file.reopen()

        assert (run.history(), run.describe()) == before
        assert on_file.work()["activityId"] == "a"
        on_file.verify()

    def test_tokens_survive(self, url):
        """A task that a client elsewhere holds may be answered after a restart."""
        service = Service(url, options=Options(poll_seconds=0))
        run = service.start()
        found: list[Call] = []
        params = {"domain": DOMAIN, "taskList": {"name": "deciders"}}
        call = Call("PollForDecisionTask", params, inside=False, done=found.append)
        service.engine.begin(call, lambda work: work())
        service.reopen(after=5)

        service.answer(found[0].reply)

        assert run.history()[-1][0] == "DecisionTaskCompleted"
        service.close()

    def test_a_token_of_another_database_answers_nothing(self, url, tmp_path):
        """The same task of the same run has another token in each database."""
        here = Service(url, options=Options(poll_seconds=0))
        there = Service(f"sqlite:///{tmp_path}/there.db", options=Options(poll_seconds=0))
        tokens = []
        for service in (here, there):
            service.start()
            tokens.append(service.decision_task()["taskToken"])

        assert tokens[0] != tokens[1]
        fault = here.fault("RespondDecisionTaskCompleted", taskToken=tokens[1])
        assert (fault.code, fault.message) == ("ValidationException", "Invalid token")
        here.call("RespondDecisionTaskCompleted", taskToken=tokens[0])
        for service in (here, there):
            service.close()

    def test_tasks_of_this_process_time_out_at_once(self, on_file):
        """A task whose poller died with the engine's process is timed out when it is opened."""
        run = on_file.begun(schedule())
        on_file.activity_task()

        on_file.reopen(after=1)

        kinds = [kind for kind, _ in run.history()]
        assert kinds[-2:] == ["ActivityTaskTimedOut", "DecisionTaskScheduled"]
        on_file.verify()

    def test_it_is_known_until_when_the_engine_ran(self, on_file):
        """While somebody elsewhere works, an idle engine notes that it runs twice a minute."""
        on_file.begun(schedule())
        answers: list[Call] = []
        params = {"domain": DOMAIN, "taskList": {"name": "workers"}}
        call = Call("PollForActivityTask", params, inside=False, done=answers.append)
        on_file.engine.begin(call, lambda work: work())
        assert answers

        on_file.clock.advance(300)

        alive_at = int(on_file.engine._store.kept("alive_at") or 0) / 1000
        assert on_file.now - alive_at <= 30

    def test_what_fell_due_meanwhile_comes_due(self, on_file):
        """Executions whose time ran out while the engine was off time out when it is opened."""
        run = on_file.start(executionStartToCloseTimeout="60")

        on_file.reopen(after=61)

        assert run.history()[-1] == (
            "WorkflowExecutionTimedOut",
            {"timeoutType": "START_TO_CLOSE", "childPolicy": "TERMINATE"},
        )

    def test_a_history_that_fills_up_at_the_restart_closes_the_run(self, url):
        """Where the first of two dead tasks fills the history, the second is closed with it."""
        options = Options(poll_seconds=0, limits=Limits(events=10))
        service = Service(url, options=options)
        run = service.begun(schedule("a"), schedule("b"))
        service.activity_task()
        service.activity_task()

        service.reopen()

        assert run.types(8) == ["ActivityTaskTimedOut", "WorkflowExecutionTerminated"]
        assert run.history()[-1][1]["cause"] == "EVENT_LIMIT_EXCEEDED"
        service.close()

    def test_functions_that_fill_the_history_at_the_restart_close_the_run(self, url):
        """Where the failure of one function fills the history, the next is closed with it."""
        options = Options(poll_seconds=0, functions_at_start="fail", limits=Limits(events=10))
        service = Service(url, options=options)
        service.engine.functions.register("add", lambda event, _context: event)
        run = service.start(lambdaRole=ROLE)
        service.engine.functions.close()  # as if the process had died: nothing is run or told
        run.decide(function("f"), function("g"))

        service.reopen()

        assert run.types(8) == ["LambdaFunctionFailed", "WorkflowExecutionTerminated"]
        service.close()

    def test_a_function_without_room_for_its_start_is_not_called(self, url):
        """Where the history is full before a function has started, it is never called."""
        called = []
        service = Service(url, options=Options(poll_seconds=0, limits=Limits(events=6)))
        service.engine.functions.register("add", lambda event, _context: called.append(event))
        run = service.start(lambdaRole=ROLE)

        run.decide(function("f"))

        assert run.types(4) == ["LambdaFunctionScheduled", "WorkflowExecutionTerminated"]
        assert service.engine.functions.join(PATIENCE_SECONDS)
        assert called == []
        service.close()


class TestLife:
    def test_closing_answers_the_polls(self, url):
        """A poll that waits when the engine is closed comes back empty."""
        service = Service(url, options=HELD)
        waiting = poll(service)

        service.close()

        assert waiting.reply == NO_DECISION_TASK

    def test_a_closed_engine_says_so(self, held):
        """After it is closed an engine takes no call; closing it again changes nothing."""
        held.close()
        held.close()

        with pytest.raises(EngineError, match="is closed"):
            held.decision_task()
        assert poll(held).reply.status == 503

    def test_a_forked_child_is_told_whose_engine_it_is(self, on_file):
        """An engine belongs to the process that opened it: a child of a fork is told so."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:  # pragma: no cover  (another process)
            try:
                on_file.decision_task()
            except EngineError as error:
                os.write(writer, str(error).encode())
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as told:
            words = told.read()
        os.waitpid(child, 0)

        assert f"belongs to process {os.getpid()}" in words
        on_file.start()

    def test_an_engine_is_a_context(self, url):
        """At the end of its block an engine is closed, and its file free."""
        with Engine.open(url) as engine:
            assert not engine.closed
        assert engine.closed
        with Engine.open(url) as again:
            assert repr(again) == f"Engine({again.place.name!r})"

    def test_one_engine_for_each_place(self, url):
        """Within a process, a place has one engine; after it is closed, another."""
        engine = opened(url)
        try:
            assert opened(url) is engine
            with pytest.raises(SettingsError, match="open with other options"):
                opened(f"{url}?durability=normal")
        finally:
            engine.close()
        again = opened(f"{url}?durability=normal")
        try:
            assert again is not engine
        finally:
            again.close()

    def test_task_lists_tell_backlog_and_pollers(self, held):
        """Each task list is told with what waits there since when, and who polls it."""
        held.start("a")
        held.clock.advance(1)
        held.start("b")
        poll(held, "Activity", "workers", identity="me")
        poll(held, task_list="empty")

        decision, empty, activity = (
            {one["taskList"]: one for one in held.engine.task_lists(DOMAIN)}[name]
            for name in ("deciders", "empty", "workers")
        )
        assert (decision["kind"], decision["backlog"]) == ("decision", 2)
        assert decision["oldest"] == held.now - 1
        assert decision["pollers"] == []
        assert (empty["backlog"], empty["oldest"]) == (0, None)
        assert activity["pollers"] == [{"identity": "me", "lastSeen": held.now, "waiting": True}]

    def test_task_lists_tell_the_oldest_of_all_priorities(self, held):
        """A task that is handed out last may be the one that has waited longest."""
        for priority in ("1", "0", "7", "0"):
            held.start(f"w{priority}{held.now}", taskPriority=priority)
            held.clock.advance(1)

        (told,) = held.engine.task_lists(DOMAIN)

        assert (told["backlog"], told["oldest"]) == (4, held.now - 4)

    def test_task_lists_of_an_unknown_domain(self, held):
        """Asked of a domain that is not there, it is refused as any operation is."""
        with pytest.raises(Fault, match="Unknown domain: nowhere"):
            held.engine.task_lists("nowhere")


class TestTime:
    def test_a_year_takes_no_time(self, held):
        """With a clock that is moved, a year of time-outs passes within one call."""
        run = held.start(executionStartToCloseTimeout="31536000")

        held.clock.advance(31_535_999)
        assert run.describe()["executionInfo"]["executionStatus"] == "OPEN"
        held.clock.advance(1)

        assert run.describe()["executionInfo"]["closeStatus"] == "TIMED_OUT"

    def test_with_the_systems_clock_time_passes_by_itself(self):
        """On the machine's clock a timer fires by itself: not early, and once."""
        service = Service("memory://", clock=SystemClock(), options=HELD)

        try:
            waiting = poll(service)
            run = service.start()
            waiting.wait()
            service.answer(waiting.reply, timer("t", 1))
            task = patiently(service.decision_task)
            started, fired = (
                next(
                    event["eventTimestamp"]
                    for event in task["events"]
                    if event["eventType"] == kind
                )
                for kind in ("TimerStarted", "TimerFired")
            )
            assert fired - started >= 1
            assert [kind for kind, _ in run.history()].count("TimerFired") == 1
        finally:
            service.close()

    def test_where_no_thread_begins_all_is_answered_and_what_is_due_comes_later(self, monkeypatch):
        """A machine that gives no thread for the alarm costs no answer; the next call sets it."""

        def refuse(thread: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        service = Service("memory://", clock=SystemClock(), options=HELD)
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            run = service.start(taskStartToCloseTimeout="1")
            assert "taskToken" in service.decision_task()
        service.start("other")
        until(lambda: "DecisionTaskTimedOut" in [kind for kind, _ in run.history()])

        service.close()

    def test_what_is_due_at_once_happens_at_once(self, held):
        """A timer of no seconds fires without the clock being moved."""
        waiting = poll(held)
        run = held.start()

        held.answer(waiting.reply, timer("t", 0))

        assert [kind for kind, _ in run.history()][-2:] == ["TimerFired", "DecisionTaskScheduled"]

    def test_heartbeats_are_saved_within_a_second(self, on_file):
        """A heartbeat writes nothing by itself; a second later it is on the disk."""
        on_file.begun(schedule(heartbeatTimeout="100"))
        task = on_file.activity_task()
        commits = on_file.engine.stats.commits
        on_file.clock.advance(5)
        on_file.call("RecordActivityTaskHeartbeat", taskToken=task["taskToken"], details="half")
        assert on_file.engine.stats.commits == commits

        on_file.clock.advance(1)

        assert on_file.engine.stats.commits == commits + 1
        [(facts,)] = on_file.engine._store.writer.execute(
            "SELECT facts FROM entity WHERE kind = 'activity_task'"
        )
        assert "half" in facts


def test_the_clock_of_a_test_drives_everything():
    """An engine asks no other clock than its own."""
    clock = ManualClock()
    with Engine.open("memory://", clock=clock) as engine:
        assert engine.clock is clock
