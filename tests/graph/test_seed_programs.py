"""Programs written for floto run here, each with nothing but its import lines changed.

Where floto's begins with `import floto`, these begin with `import swf.graph as floto`; the program
of each test is what comes after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import swf.graph as floto
from swf import models
from swf.engine import Engine
from swf.graph.decider import Decider
from swf.graph.specs import DeciderSpec
from swf.graph.specs.retry_strategy import InstantRetry
from swf.graph.specs.task import ActivityTask, ChildWorkflow, Generator, Timer
from swf.payload import Payloads
from swf.virtual_clock import VirtualClock

pytestmark = pytest.mark.usefixtures("swf_default")

SECONDS = 60
"""How long a test waits for what another thread does."""

DOMAIN = "floto_test"


class Running:
    """The processes of a program, each in a thread of this one."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._actors: list[Any] = []

    def runs(self, actor: Any) -> None:
        """Have `actor.run()` go on as in a process of its own."""
        self._actors.append(actor)
        if isinstance(actor, floto.ActivityWorker):
            actor.run(block=False)
        else:
            actor.run(separate_process=True)

    def result_of(self, workflow_id: str) -> Any:
        """Return the result of an execution once it has completed."""
        execution = models.WorkflowExecution(models.Domain(DOMAIN), workflow_id)
        assert self.reaches(lambda: execution.upstream().status == "CLOSED")
        event = execution.upstream().history()[-1]
        assert event.name == "WorkflowExecutionCompleted", event.raw
        told = event.raw["workflowExecutionCompletedEventAttributes"]
        return Payloads().load(told.get("result"))

    def reaches(self, reached: Callable[[], bool]) -> bool:
        """Wait, in virtual time, until something is so; return whether it was in time."""
        return self.clock.skip_until(reached)

    def stop(self) -> None:
        """End all."""
        for one in self._actors:
            one.terminate_worker() if isinstance(one, floto.ActivityWorker) else one.stop()
        for one in self._actors:
            assert one.join(SECONDS)


@pytest.fixture
def running(swf_virtual_clock: VirtualClock, swf_default: Engine) -> Iterator[Running]:
    """What runs of a program beside it; it is ended."""
    made = Running(swf_virtual_clock)
    yield made
    made.stop()


def test_hello_world(running: Running, capsys: pytest.CaptureFixture[str]):
    """A domain, two types, a task, a decider, an activity, a worker, and a start."""
    swf = floto.api.Swf()
    swf.domains.register_domain("floto_test")
    workflow_type = floto.api.WorkflowType(
        domain="floto_test", name="my_workflow_type", version="v1"
    )
    swf.register_workflow_type(workflow_type)
    activity_type = floto.api.ActivityType(
        domain="floto_test", name="simple_activity", version="v1"
    )
    swf.register_activity_type(activity_type)

    retry_strategy = floto.specs.retry_strategy.InstantRetry(retries=1)
    simple_task = floto.specs.task.ActivityTask(
        name="simple_activity", version="v1", retry_strategy=retry_strategy
    )
    decider_spec = floto.specs.DeciderSpec(
        domain="floto_test",
        task_list="simple_decider",
        default_activity_task_list="hello_world_atl",
        terminate_decider_after_completion=True,
        activity_tasks=[simple_task],
    )
    decider = floto.decider.Decider(decider_spec=decider_spec)
    decider.run(separate_process=True)

    @floto.activity(name="simple_activity", version="v1")
    def simple_activity() -> None:
        print("SimpleWorker: I'm working!")

    worker = floto.ActivityWorker(
        domain="floto_test", task_list="hello_world_atl", task_heartbeat_in_seconds=10
    )
    running.runs(worker)
    swf.start_workflow_execution(
        domain="floto_test",
        workflow_type_name=workflow_type.name,
        workflow_type_version=workflow_type.version,
        task_list="simple_decider",
        input="your_input",
    )

    assert decider.join(SECONDS)
    assert running.result_of("my_workflow_type_v1") is None
    assert capsys.readouterr().out == "SimpleWorker: I'm working!\n"


def test_a_dag_of_three(running: Running, capsys: pytest.CaptureFixture[str]):
    """Two activities after the start, a third once both have completed, told of their results."""
    activity_task_a = ActivityTask(name="ActivityA", version="v1")
    activity_task_b = ActivityTask(name="ActivityB", version="v1")
    activity_task_c = ActivityTask(
        name="ActivityC", version="v1", requires=[activity_task_a, activity_task_b]
    )

    @floto.activity(name="ActivityA", version="v1")
    def activity_a(context: Any) -> Any:
        print("Running ActivityA", context)
        return {"your": "result_activity_a"}

    @floto.activity(name="ActivityB", version="v1")
    def activity_b() -> Any:
        print("Running ActivityB")
        return {"your": "result_activity_b"}

    @floto.activity(name="ActivityC", version="v1")
    def activity_c(context: Any) -> Any:
        return [context[activity_task_a.id_], context[activity_task_b.id_]]

    decider_spec = DeciderSpec(
        domain="floto_test",
        task_list="your_decider_task_list",
        default_activity_task_list="your_activity_task_list",
        activity_tasks=[activity_task_a, activity_task_b, activity_task_c],
    )
    running.runs(Decider(decider_spec=decider_spec.to_json()))
    running.runs(
        floto.ActivityWorker(
            domain="floto_test", task_list="your_activity_task_list", heartbeat_in_seconds=90
        )
    )
    floto.api.Swf().start_workflow_execution(
        domain="floto_test",
        workflow_type_name="three",
        workflow_type_version="v1",
        workflow_id="three",
        task_list="your_decider_task_list",
        input={"n": 3},
    )

    assert running.result_of("three") == {
        activity_task_c.id_: [{"your": "result_activity_a"}, {"your": "result_activity_b"}]
    }
    assert activity_a({}) == {"your": "result_activity_a"}
    printed = capsys.readouterr().out.splitlines()
    assert sorted(printed[:2]) == [
        "Running ActivityA {'workflow': {'n': 3}}",
        "Running ActivityB",
    ]


def test_a_timer_in_the_graph_and_one_beside_it(running: Running):
    """One timer delays the second activity by half a minute, the other holds the workflow open."""
    activity_task_a = ActivityTask(name="TimedA", version="v1")
    timer_30 = Timer(id_="Timer30", delay_in_seconds=30, requires=[activity_task_a])
    activity_task_b = ActivityTask(name="TimedB", version="v1", requires=[timer_30])
    timer_3600 = Timer(id_="Timer3600", delay_in_seconds=3600)
    called: list[dt.datetime] = []

    @floto.activity(name="TimedA", version="v1")
    def timed_a() -> None:
        called.append(running.clock.now())

    @floto.activity(name="TimedB", version="v1")
    def timed_b() -> None:
        called.append(running.clock.now())

    spec = DeciderSpec(
        domain="floto_test",
        task_list="timers",
        default_activity_task_list="timers",
        activity_tasks=[activity_task_a, timer_30, activity_task_b, timer_3600],
    )
    running.runs(Decider(decider_spec=spec))
    running.runs(floto.ActivityWorker(domain="floto_test", task_list="timers"))
    begun = running.clock.now()
    floto.api.Swf().start_workflow_execution(
        domain="floto_test",
        workflow_type_name="timers",
        workflow_type_version="v1",
        task_list="timers",
    )

    assert running.result_of("timers_v1") is None
    assert 30 <= (called[1] - called[0]).total_seconds() < 35
    assert 3600 <= (running.clock.now() - begun).total_seconds() < 3700


def test_a_generator_over_days(running: Running, capsys: pytest.CaptureFixture[str]):
    """The days of an interval become two tasks each; the sum requires all that were generated."""

    @floto.generator(name="weekDays", version="1")
    def week_days(context: Any) -> Any:
        from_date = dt.date.fromisoformat(context["workflow"]["from_date"])
        to_date = dt.date.fromisoformat(context["workflow"]["to_date"])
        days = [from_date + dt.timedelta(days=n) for n in range((to_date - from_date).days + 1)]

        def get_tasks(date: dt.date) -> list[Any]:
            rs = floto.specs.retry_strategy.InstantRetry(retries=3)
            copy_file = ActivityTask(
                name="copyFile", version="1", input=date.isoformat(), retry_strategy=rs
            )
            length = ActivityTask(
                name="fileLength", version="1", requires=[copy_file], retry_strategy=rs
            )
            return [copy_file, length]

        tasks = [get_tasks(day) for day in days if day.weekday() < 5]
        return [t for sublist in tasks for t in sublist]

    @floto.activity(name="copyFile", version="1")
    def copy_file(context: Any) -> Any:
        return f"/path/to/my/data/{context['activity_task']}.json"

    @floto.activity(name="fileLength", version="1")
    def file_length(context: Any) -> Any:
        filename = next(v for k, v in context.items() if "copyFile" in k)
        return len(filename)

    @floto.activity(name="sumLength", version="1")
    def sum_length(context: Any) -> Any:
        lengths = [v for k, v in context.items() if "fileLength" in k]
        print(f"Total length of {len(lengths)} files: {sum(lengths)}")
        return sum(lengths)

    days = Generator(name="weekDays", version="1", retry_strategy=InstantRetry(retries=2))
    total = ActivityTask(name="sumLength", version="1", requires=[days])
    spec = DeciderSpec(
        domain="floto_test",
        task_list="s3_files",
        default_activity_task_list="s3_files_worker",
        activity_tasks=[days, total, Timer(id_="Timer30", delay_in_seconds=30)],
    )
    running.runs(Decider(decider_spec=spec))
    running.runs(floto.ActivityWorker(task_list="s3_files_worker", domain="floto_test"))
    floto.api.Swf().start_workflow_execution(
        domain="floto_test",
        workflow_type_name="s3_files_example",
        workflow_type_version="1",
        task_list="s3_files",
        workflow_id="s3_files",
        input={"from_date": "2016-01-01", "to_date": "2016-01-10"},
    )

    assert running.result_of("s3_files") == {total.id_: 6 * len("/path/to/my/data/2016-01-01.json")}
    assert capsys.readouterr().out == "Total length of 6 files: 192\n"


def test_tasks_with_the_input(running: Running):
    """A DynamicDecider is told the tasks by the start of each execution."""

    @floto.activity(name="dynamic", version="1")
    def dynamic(context: Any) -> Any:
        return context["activity_task"]

    spec = DeciderSpec(
        domain="floto_test", task_list="s3_files", default_activity_task_list="s3_files_worker"
    )
    running.runs(floto.decider.DynamicDecider(decider_spec=spec))
    running.runs(floto.ActivityWorker(task_list="s3_files_worker", domain="floto_test"))
    activity_tasks = [ActivityTask(name="dynamic", version="1", activity_id="it", input=5)]
    workflow_args: dict[str, Any] = {
        "domain": "floto_test",
        "workflow_type_name": "s3_files_example",
        "workflow_type_version": "1",
        "task_list": "s3_files",
        "workflow_id": "s3_files",
        "input": {"activity_tasks": activity_tasks},
    }
    floto.api.Swf().start_workflow_execution(**workflow_args)

    assert running.result_of("s3_files") == {"it": 5}


def test_a_child_workflow(running: Running):
    """A child has a decider of its own, and what its task was given as input."""

    @floto.activity(name="of the child", version="v1")
    def of_the_child(context: Any) -> Any:
        return context["child_workflow"]["start_val"] + 1

    @floto.activity(name="of the parent", version="v1")
    def of_the_parent(context: Any) -> Any:
        return context

    child = ChildWorkflow(
        workflow_type_name="demo_flow_child_workflow",
        workflow_type_version="v1",
        task_list="demo_step_decisions_child",
        input={"start_val": 55},
    )
    after = ActivityTask(name="of the parent", version="v1", requires=[child])
    inner = ActivityTask(name="of the child", version="v1")
    lists = {"default_activity_task_list": "demo_step_activities"}
    running.runs(
        Decider(decider_spec=DeciderSpec("floto_test", "demo_decisions", [child, after], **lists))
    )
    running.runs(
        Decider(
            decider_spec=DeciderSpec("floto_test", "demo_step_decisions_child", [inner], **lists)
        )
    )
    running.runs(floto.ActivityWorker(domain="floto_test", task_list="demo_step_activities"))
    floto.api.Swf().start_workflow_execution(
        domain="floto_test",
        workflow_type_name="demo_flow",
        workflow_type_version="v2",
        task_list="demo_decisions",
        workflow_id="demo_flow5",
    )

    assert running.result_of("demo_flow5") == {after.id_: {child.id_: {inner.id_: 56}}}


def test_a_daemon(running: Running):
    """A signal with a decider spec has the daemon start a child workflow, and decide for it."""

    @floto.activity(name="daemonized", version="v1")
    def daemonized() -> str:
        return "done"

    running.runs(floto.decider.Daemon(domain="floto_test", task_list="floto_daemon"))
    running.runs(floto.ActivityWorker(domain="floto_test", task_list="my_activity_task_list"))
    floto.api.Swf().start_workflow_execution(
        domain="floto_test",
        workflow_type_name="floto_daemon_type",
        workflow_type_version="v1",
        task_list="floto_daemon",
        workflow_id="floto_daemon",
    )

    activity_task_a = ActivityTask(name="daemonized", version="v1")
    decider_spec = floto.specs.DeciderSpec(
        domain="floto_test",
        default_activity_task_list="my_activity_task_list",
        activity_tasks=[activity_task_a],
    )
    floto.api.Swf().signal_workflow_execution(
        domain="floto_test",
        workflow_id="floto_daemon",
        signal_name="startChildWorkflowExecution",
        input={"decider_spec": decider_spec},
    )

    daemon = models.WorkflowExecution(models.Domain("floto_test"), "floto_daemon")
    assert running.reaches(lambda: bool((daemon.state or {}).get("ended")))
    assert [one["result"] for one in daemon.state["ended"]] == [{activity_task_a.id_: "done"}]


def test_a_spec_as_json():
    """The JSON of a spec is floto's, and the spec of that JSON is the same."""
    simple_task = ActivityTask(name="simple_activity", version="v1")
    spec = DeciderSpec(
        domain="floto_test",
        task_list="simple_decider",
        default_activity_task_list="hello_world_atl",
        terminate_workflow_after_completion=True,
        activity_tasks=[simple_task],
    )

    text = spec.to_json()

    assert '"id_": "simple_activity:v1:2be88ca424"' in text
    assert '"type": "floto.specs.task.ActivityTask"' in text
    assert '"terminate_decider_after_completion": true' in text
    assert DeciderSpec.from_json(text) == spec
