"""What graphs are for, scenario by scenario, with deciders and workers of their own."""

from __future__ import annotations

from typing import Any

import pytest
from graph_site import DECISIONS, DOMAIN, Site, last, of_type

from swf.flow import RetryPolicy
from swf.graph import (
    ActivityTask,
    ChildWorkflow,
    Decider,
    Generator,
    InstantRetry,
    Timer,
    activity,
    generator,
)
from swf.testing import event_names

SECONDS = 60
"""How long a test waits for what another thread does."""


@activity(name="pick", version="1")
def pick(context: dict[str, Any]) -> dict[str, Any]:
    """Return what there is to know."""
    return {"picked": context.get("workflow")}


@activity(name="count", version="1")
def count() -> int:
    """Return a result that is false, and a result all the same."""
    return 0


@activity(name="nothing", version="1")
def nothing() -> None:
    """Return no result."""


@activity(name="tell", version="1")
def tell(context: dict[str, Any]) -> dict[str, Any]:
    """Return the context."""
    return context


@generator(name="pieces", version="1")
def pieces(context: dict[str, Any]) -> list[ActivityTask]:
    """Return as many tasks as it is told."""
    return [
        ActivityTask("tell", "1", activity_id=f"piece {n}", input=n)
        for n in range(context["activity_task"])
    ]


class Flaky:
    """An activity that fails so many times."""

    def __init__(self, failures: int, name: str = "flaky") -> None:
        self.calls = 0

        @activity(name=name, version="1")
        def flaky() -> int:
            self.calls += 1
            if self.calls <= failures:
                raise ValueError(f"call {self.calls}")
            return self.calls

        self.function = flaky


def task(name: str, *requires: Any, id_: str | None = None, **options: Any) -> ActivityTask:
    """Return a task of version 1, called as its activity is."""
    return ActivityTask(name, "1", activity_id=id_ or name, requires=requires, **options)


def test_one_task_runs_and_its_result_is_the_workflows(site: Site):
    """A graph of one task completes with `{id: result}`."""
    site.decider(task("pick"))
    site.worker(pick)

    assert site.run(input={"from": 1}) == {"pick": {"picked": {"from": 1}}}


def test_a_graph_without_results_has_none(site: Site):
    """Where no task returned something, the execution completes without a result."""
    site.decider(task("nothing"))
    site.worker(nothing)

    execution = site.finish(site.start())

    assert "result" not in last(execution)["workflowExecutionCompletedEventAttributes"]


def test_a_task_begins_once_all_that_it_requires_are_done(site: Site):
    """Two that require nothing begin together; the third is told their results by their ids."""
    a, b = task("pick"), task("count")
    site.decider(a, b, task("tell", a, b, input={"own": 1}))
    site.worker(pick, count, tell)

    execution = site.finish(site.start(input="the input"))

    assert site.result(execution) == {
        "tell": {
            "pick": {"picked": "the input"},
            "count": 0,
            "activity_task": {"own": 1},
        }
    }
    assert event_names(execution.history())[1:3] == ["ActivityTaskScheduled"] * 2


def test_a_task_that_fails_is_tried_again(site: Site):
    """With three retries a task may fail three times, and the graph completes."""
    flaky = Flaky(3)
    site.decider(task("flaky", retry_strategy=InstantRetry(3)))
    site.worker(flaky.function)

    assert site.run() == {"flaky": 4}


def test_the_limit_of_retries_fails_the_graph(site: Site):
    """What fails once more than there are retries fails the graph, and says with what."""
    flaky = Flaky(9)
    site.decider(task("flaky", retry_strategy=InstantRetry(3)))
    site.worker(flaky.function)

    execution = site.finish(site.start())

    assert site.failure(execution) == (
        "task_retry_limit_reached",
        {"flaky": "ValueError: call 4"},
    )
    assert flaky.calls == 4


def test_a_retry_policy_pauses(site: Site):
    """Any policy of the flow layer may be a task's retry strategy, pauses included."""
    flaky = Flaky(1)
    policy = RetryPolicy(attempts=2, delay=60)
    site.decider(task("flaky", retry_strategy=policy))
    site.worker(flaky.function)
    begun = site.clock.now()

    assert site.run() == {"flaky": 2}
    assert (site.clock.now() - begun).total_seconds() == 60


def test_a_task_without_retries_fails_the_graph(site: Site):
    """One failure is enough without a strategy; what requires the task never begins."""
    flaky = Flaky(1)
    site.decider(task("flaky"), task("tell", "flaky"))
    site.worker(flaky.function, tell)

    execution = site.finish(site.start())

    assert site.failure(execution) == ("task_failed", {"flaky": "ValueError: call 1"})
    assert len(of_type(execution, "ActivityTaskScheduled")) == 1


def test_all_that_failed_are_told(site: Site):
    """Tasks that fail before the next decision are told of together."""
    one, two = Flaky(1, "one"), Flaky(1, "two")
    site.decider(task("one"), task("two"))
    worker = site.worker(one.function, two.function)
    execution = site.start()
    site.workers.clear()
    site.work()
    worker.run_once()
    worker.run_once()

    assert site.failure(site.finish(execution)) == (
        "task_failed",
        {"one": "ValueError: call 1", "two": "ValueError: call 1"},
    )


def test_a_timer_delays_what_requires_it(site: Site):
    """A task begins no sooner than the timer that it requires has fired."""
    timer = Timer("half a minute", 30, requires=["pick"])
    site.decider(task("pick"), timer, task("tell", timer, "pick"))
    site.worker(pick, tell)

    execution = site.finish(site.start())

    fired = of_type(execution, "TimerFired")[0].timestamp
    first, second = of_type(execution, "ActivityTaskScheduled")
    assert (fired - first.timestamp).total_seconds() == 30
    assert second.timestamp >= fired
    assert site.result(execution) == {"tell": {"pick": {"picked": None}}}


def test_a_timer_that_nothing_requires_keeps_the_graph_open(site: Site):
    """The graph completes when its timer has fired, though all else is long done."""
    site.decider(task("count"), Timer("hour", 3600))
    site.worker(count)
    begun = site.clock.now()

    assert site.run() == {"count": 0}
    assert (site.clock.now() - begun).total_seconds() == 3600


def test_a_part_of_a_second_is_rounded_up(site: Site):
    """SWF's timers know whole seconds; a graph's never fire too soon."""
    site.decider(Timer("half", 0.5))
    begun = site.clock.now()

    site.run()

    assert (site.clock.now() - begun).total_seconds() == 1


def test_a_workflow_repeats_itself(site: Site):
    """With `repeat_workflow` each run is followed by another one with the input of the first."""
    site.decider(task("pick"), Timer("pause", 60), repeat_workflow=True)
    site.worker(pick)
    execution = site.start(input={"n": 1}, workflow_id="for ever")

    site.advance(150)

    runs = site.executions()
    assert {one.workflow_id for one in runs} == {"for ever"}
    assert [one.history()[-1].name for one in runs[:2]] == ["WorkflowExecutionContinuedAsNew"] * 2
    inputs = [
        one.history()[0].raw["workflowExecutionStartedEventAttributes"]["input"] for one in runs
    ]
    assert inputs == ['{"n":1}'] * 3
    assert execution.run_id == runs[0].run_id


def test_a_workflow_without_input_repeats_without_one(site: Site):
    """What was started without an input is repeated without one."""
    site.decider(task("tell"), Timer("pause", 60), repeat_workflow=True)
    site.worker(tell)
    site.start()

    site.advance(90)

    results = [of_type(one, "ActivityTaskCompleted")[0] for one in site.executions()]
    assert [one.raw["activityTaskCompletedEventAttributes"]["result"] for one in results] == [
        "{}",
        "{}",
    ]


def test_a_worker_that_dies_is_noticed_and_the_task_tried_again(site: Site):
    """Without a heartbeat the task times out, and goes to another worker."""
    site.decider(task("count", retry_strategy=InstantRetry(1)))
    execution = site.start()
    site.work()
    lost = site.connection.call(
        "PollForActivityTask", {"domain": DOMAIN, "taskList": {"name": "work"}}
    )
    assert lost["activityId"] == "count"
    site.worker(count)

    site.finish(execution)

    assert event_names(execution.history()).count("ActivityTaskTimedOut") == 1
    assert site.result(execution) == {"count": 0}


def test_a_decider_that_dies_is_replaced(site: Site):
    """A decision task that timed out is decided by the next decider, and nothing twice."""
    site.decider(task("pick"), task("tell", "pick"))
    site.worker(pick, tell)
    execution = site.start()
    lost = site.connection.call(
        "PollForDecisionTask", {"domain": DOMAIN, "taskList": {"name": DECISIONS}}
    )
    assert lost["taskToken"]

    site.finish(execution)

    names = event_names(execution.history())
    assert [one.name for one in execution.history()].count("DecisionTaskTimedOut") == 1
    assert names.count("ActivityTaskScheduled") == 2


def test_two_deciders_share_a_task_list(site: Site):
    """Whichever of two deciders decides, each task is scheduled once."""
    graph = [task("pick"), task("count", "pick"), task("tell", "count")]
    first, second = site.decider(*graph), site.decider(*graph)
    site.worker(pick, count, tell)
    executions = [site.start(workflow_id=f"w{n}") for n in range(4)]

    for one in executions:
        site.finish(one)

    answered = [one.decider.counts.get("answered", 0) for one in (first, second)]
    assert min(answered) > 0
    for one in executions:
        assert event_names(one.history()).count("ActivityTaskScheduled") == 3


def test_a_child_workflow_is_a_task(site: Site):
    """A child has the results that its task requires, and its result is there by its task's id."""
    child = ChildWorkflow(
        "child", "1", "the child", requires=["pick"], input={"n": 7}, task_list="children"
    )
    site.decider(task("pick"), child, task("tell", child, id_="after"))
    site.hires(
        Decider(
            site.spec(task("tell", id_="inner"), task_list="children"), connection=site.connection
        )
    )
    site.worker(pick, tell)

    told = {"pick": {"picked": 1}, "child_workflow": {"n": 7}, "child_workflow_task": {"n": 7}}
    assert site.run(input=1) == {
        "after": {"the child": {"inner": {"workflow": told, "child_workflow": {"n": 7}}}}
    }


def test_a_child_that_fails_fails_its_parent(site: Site):
    """A child's failure is its task's: the parent says which of the child's tasks it was."""
    child = ChildWorkflow("child", "1", "the child", task_list="children")
    site.decider(child)
    site.hires(Decider(site.spec(task("flaky"), task_list="children"), connection=site.connection))
    site.worker(Flaky(9).function)

    reason, details = site.failure(site.finish(site.start()))

    assert reason == "task_failed"
    assert details == {"the child": 'task_failed: {"flaky":"ValueError: call 1"}'}


def test_a_child_that_fails_is_tried_again(site: Site):
    """A child has a retry strategy as any task has."""
    child = ChildWorkflow(
        "child", "1", "the child", task_list="children", retry_strategy=InstantRetry(1)
    )
    site.decider(child)
    site.hires(Decider(site.spec(task("flaky"), task_list="children"), connection=site.connection))
    site.worker(Flaky(1).function)

    assert site.run() == {"the child": {"flaky": 2}}


def test_children_of_one_graph_in_two_executions_do_not_meet(site: Site):
    """The id that a child has by default is its task's; its workflow id is this execution's."""
    child = ChildWorkflow("child", "1", task_list="children")
    site.decider(child)
    site.hires(
        Decider(
            site.spec(task("count"), Timer("t", 60), task_list="children"),
            connection=site.connection,
        )
    )
    site.worker(count)
    executions = [site.start(workflow_id=f"w{n}") for n in range(2)]

    results = [site.result(site.finish(one)) for one in executions]

    assert results == [{child.id_: {"count": 0}}] * 2


def test_a_generator_adds_tasks(site: Site):
    """What requires a generator requires all that it made, and is told their results."""
    made = Generator("pieces", "1", activity_id="made", input=3)
    site.decider(made, task("tell", made, id_="all"))
    site.worker(pieces, tell)

    assert site.run() == {"all": {f"piece {n}": {"activity_task": n} for n in range(3)}}


def test_a_generator_of_nothing_is_done(site: Site):
    """A generator may make no tasks: what requires it begins."""
    made = Generator("pieces", "1", activity_id="made", input=0)
    site.decider(made, task("count", made))
    site.worker(pieces, count)

    assert site.run() == {"count": 0}


def test_tasks_of_a_generator_are_tried_again(site: Site):
    """Tasks that were made have all that tasks have: one times out, and is done the second time."""

    @generator(name="one piece", version="1")
    def one_piece() -> list[ActivityTask]:
        return [task("count", retry_strategy=InstantRetry(1), task_list="far away")]

    made = Generator("one piece", "1", activity_id="made")
    site.decider(made, task("tell", made))
    site.worker(one_piece, tell)
    execution = site.start()
    site.work()
    lost = site.connection.call(
        "PollForActivityTask", {"domain": DOMAIN, "taskList": {"name": "far away"}}
    )
    assert lost["activityId"] == "count"
    site.worker(count, task_list="far away")

    site.finish(execution)

    assert event_names(execution.history()).count("ActivityTaskTimedOut") == 1
    assert site.result(execution) == {"tell": {"count": 0}}


def test_a_generator_among_generated_tasks(site: Site):
    """A generator may make generators: what requires the first waits for all."""

    @generator(name="boxes", version="1")
    def boxes() -> list[Generator]:
        return [Generator("pieces", "1", activity_id=f"box {n}", input=2 * n) for n in (0, 1)]

    made = Generator("boxes", "1", activity_id="made")
    site.decider(made, task("tell", made, id_="all"))
    site.worker(boxes, pieces, tell)

    assert site.run() == {"all": {f"piece {n}": {"activity_task": n} for n in range(2)}}


def test_tasks_may_come_with_the_input(site: Site):
    """A DynamicDecider reads `activity_tasks` from the input, at any depth."""
    site.dynamic()
    site.worker(pick, tell)
    tasks = [task("pick"), task("tell", "pick")]
    outer = site.start(workflow_id="outer", input={"activity_tasks": tasks, "day": 1})
    inner = site.start(
        workflow_id="inner", input={"a": {"b": {"activity_tasks": tasks}, "c": 2}, "day": 1}
    )

    results = [site.result(site.finish(one)) for one in (outer, inner)]

    assert results == [
        {"tell": {"pick": {"picked": {"day": 1}}}},
        {"tell": {"pick": {"picked": {"a": {"b": {}, "c": 2}, "day": 1}}}},
    ]


@pytest.mark.parametrize(
    ("input", "told"),
    [
        (None, "has no 'activity_tasks'"),
        ({"tasks": []}, "has no 'activity_tasks'"),
        ({"activity_tasks": [{"type": "os.system"}]}, "activity_tasks[0].type"),
        ({"decider_spec": {"type": "floto.specs.DeciderSpec", "x": 1}}, "spec"),
    ],
)
def test_an_input_with_a_flaw_fails_its_execution(site: Site, input: Any, told: str):
    """What is wrong with the tasks of an input is told by the failure, and nothing begins."""
    site.dynamic()

    execution = site.finish(site.start(input=input))

    reason = last(execution)["workflowExecutionFailedEventAttributes"]["reason"]
    assert reason.startswith("Graph")
    assert told in reason
    assert not of_type(execution, "ActivityTaskScheduled")


def test_a_daemon_starts_a_child_for_each_spec(site: Site):
    """A signal with a spec starts a child, which the daemon decides itself."""
    site.daemon()
    site.worker(pick)
    daemon = site.start("floto_daemon_type", task_list="floto_daemon", workflow_id="floto_daemon")
    site.work()

    site.swf.signal_workflow_execution(
        DOMAIN,
        "floto_daemon",
        "startChildWorkflowExecution",
        {"decider_spec": site.spec(task("pick")), "day": 3},
    )
    site.work()

    assert daemon.upstream().status == "OPEN"
    ended = daemon.state["ended"]
    assert [one["result"] for one in ended] == [{"pick": {"picked": {"day": 3}}}]
    assert ended[0]["workflow_id"].startswith("child_workflow-")


def test_a_decider_stops_with_its_execution(site: Site):
    """With `terminate_decider_after_completion`, `run` returns once an execution is closed."""
    decider = site.decider(task("count"), terminate_decider_after_completion=True)
    worker = site.worker(count)
    site.start()

    decider.run(separate_process=True)
    worker.run(block=False)

    assert decider.join(SECONDS)
    worker.terminate_worker()
    assert worker.join(SECONDS)
    assert [one.history()[-1].name for one in site.executions()] == ["WorkflowExecutionCompleted"]
