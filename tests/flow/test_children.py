"""Child workflows: how they begin, what comes of them, and what their parents may say to them."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import DOMAIN, Stage

from swf.flow import INHERIT_TAG_LIST, RetryPolicy, Workflow, activity, errors, futures

INITIATED = "StartChildWorkflowExecutionInitiated"


@activity
def echo(value: Any) -> Any:
    return value


@activity
def fail(message: str) -> None:
    raise ValueError(message)


class Child(Workflow):
    """Gives its argument back, tenfold."""

    name = "child"

    def run(self, x: int) -> int:
        return self.submit(echo, x).result * 10


class Sleeper(Workflow):
    """Sleeps for very long."""

    name = "sleeper"

    def run(self) -> None:
        self.sleep(100_000)


class Failing(Workflow):
    """Fails as its activity does."""

    name = "failing"

    def run(self, message: str) -> None:
        _ = self.submit(fail, message).result


@pytest.fixture(autouse=True)
def children(stage: Stage) -> None:
    stage.knows(Child, Sleeper, Failing)


def test_result(stage: Stage) -> None:
    """The result of a child is that of its future, and children run side by side."""

    class Flow(Workflow):
        def run(self) -> Any:
            children = self.map(Child, [1, 2])
            both = self.submit(Child, children[0])
            return [one.result for one in (*children, both)]

    started = stage.start(Flow).finish()

    assert started.result == [10, 20, 100]
    ids = [told["workflowId"] for told in started.attributes(INITIATED)]
    assert len(set(ids)) == 3
    assert all(one.startswith(f"{started.workflow_id}--") and "--child-" in one for one in ids)


def test_two_runs_of_one_parent(stage: Stage) -> None:
    """Children of another run of the same workflow id have other ids."""

    class Flow(Workflow):
        def run(self, again: bool) -> Any:
            child = self.submit(Sleeper.with_options(child_policy="ABANDON"))
            _ = child.started.result  # type: ignore[attr-defined]
            if again:
                self.continue_as_new(False)
            return child.workflow_id  # type: ignore[attr-defined]

    last = stage.start(Flow, again=True).finish()

    sleepers = [one for one in stage.executions() if one.workflow is Sleeper]
    assert len({one.workflow_id for one in sleepers}) == 2
    assert last.result in {one.workflow_id for one in sleepers}


def test_started(stage: Stage) -> None:
    """A parent knows the workflow id at once, and the run id once the child has begun."""

    class Flow(Workflow):
        def run(self) -> Any:
            child: Any = self.submit(Child.with_options(workflow_id="mine"), 1)
            told = [child.workflow_id, child.run_id, child.pending]
            run_id = child.started.result
            assert child.run_id == run_id
            return [*told, child.running, child.done, run_id, child.result]

    result = stage.run(Flow)

    child = next(one for one in stage.executions() if one.workflow is Child)
    assert result == ["mine", None, True, True, False, child.run_id, 10]


def test_context(stage: Stage) -> None:
    """A child knows its parent."""

    class Knows(Workflow):
        def run(self) -> Any:
            return [self.context.parent_workflow_id, self.context.parent_run_id]

    class Flow(Workflow):
        def run(self) -> Any:
            return self.submit(Knows).result

    stage.knows(Knows)
    started = stage.start(Flow).finish()

    assert started.result == [started.workflow_id, started.run_id]


def test_failure(stage: Stage) -> None:
    """A child fails as its activity did: the same type, through both, and the message."""

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(ValueError, match="deep") as caught:
                _ = self.submit(Failing, "deep").result
            error: Any = caught.value
            told = [isinstance(error, errors.WorkflowFailed), str(error), error.task]
            return [*told, error.reason, error.task_id is not None]

    assert stage.run(Flow) == [True, "deep", "failing", "ValueError: deep", True]


def test_failure_that_is_not_raised(stage: Stage) -> None:
    """A child may be one of which failures are not raised."""

    class Flow(Workflow):
        def run(self) -> Any:
            child = self.submit(Failing.with_options(raises_on_failure=False), "x")
            return [child.result, type(child.exception).__name__]

    assert stage.run(Flow) == [None, "ValueError"]


@pytest.mark.parametrize("retry", [2, RetryPolicy(attempts=3, delay=30, backoff="fixed")])
def test_retry(stage: Stage, retry: Any) -> None:
    """A child that failed is started again under the same workflow id, after the policy's pause."""

    class Flow(Workflow):
        def run(self) -> Any:
            began = self.now()
            child = self.submit(Failing.with_options(retry=retry), "x")
            futures.wait(child)
            return [type(child.exception).__name__, (self.now() - began).total_seconds()]

    started = stage.start(Flow).finish()

    assert started.result == ["ValueError", 60.0 if isinstance(retry, RetryPolicy) else 0.0]
    ids = [told["workflowId"] for told in started.attributes(INITIATED)]
    assert [len(ids), len(set(ids))] == [3, 1]


def test_time_out(stage: Stage) -> None:
    """A child that times out fails so."""

    class Flow(Workflow):
        def run(self) -> Any:
            child = self.submit(Sleeper.with_options(execution_start_to_close_timeout=60))
            with pytest.raises(errors.WorkflowTimedOut) as caught:
                _ = child.result
            return [caught.value.timeout_type, isinstance(caught.value, TimeoutError)]

    assert stage.run(Flow) == ["START_TO_CLOSE", True]


def test_terminated(stage: Stage) -> None:
    """A child that somebody terminates fails so, and is not tried again."""

    class Flow(Workflow):
        def run(self) -> Any:
            child = self.submit(Sleeper.with_options(retry=3))
            with pytest.raises(errors.WorkflowTerminated):
                _ = child.result

    started = stage.start(Flow)
    stage.drive()
    next(one for one in stage.executions() if one.workflow is Sleeper).terminate()
    started.finish()

    assert started.count(INITIATED) == 1


@pytest.mark.parametrize("when", ["at once", "begun"])
def test_cancel(stage: Stage, when: str) -> None:
    """A parent may request the cancel of a child; one that was not sent never begins."""

    class Flow(Workflow):
        def run(self) -> Any:
            child: Any = self.submit(Sleeper)
            if when == "begun":
                _ = child.started.result
            assert child.cancel()
            with pytest.raises(errors.TaskCanceled):
                _ = child.result
            return child.cancelled

    started = stage.start(Flow).finish()

    assert started.result is True
    assert started.count("ChildWorkflowExecutionCanceled") == (when == "begun")


def test_signal(stage: Stage) -> None:
    """A parent signals a child as soon as that has begun."""

    class Waits(Workflow):
        def run(self) -> Any:
            return [self.wait_signal("s", key="k").result, self.wait_signal("s").result]

    class Flow(Workflow):
        def run(self) -> Any:
            child: Any = self.submit(Waits)
            sent = [child.signal("s", 1), child.signal("s", 2, key="k")]
            return [child.result, [one.result for one in sent]]

    stage.knows(Waits)

    assert stage.run(Flow) == [[2, 1], [None, None]]


def test_signal_to_a_child_that_never_begins(stage: Stage) -> None:
    """A signal to a child that does not begin fails as the child does, and is not sent."""

    class Flow(Workflow):
        def run(self) -> Any:
            child: Any = self.submit(Sleeper.with_options(workflow_id="taken"))
            sent = child.signal("s")
            return [sent.exception is child.exception, child.exception.cause]

    stage.start(Sleeper.with_options(workflow_id="taken"))
    started = stage.start(Flow).finish()

    assert started.result == [True, "WORKFLOW_ALREADY_RUNNING"]
    assert started.count("SignalExternalWorkflowExecutionInitiated") == 0


def test_workflow_id_in_use(stage: Stage) -> None:
    """A workflow id that is open already fails the child at once, with the way out."""

    class Flow(Workflow):
        def run(self) -> Any:
            child = self.submit(Sleeper.with_options(workflow_id="taken", retry=5))
            return str(child.exception)

    stage.start(Sleeper.with_options(workflow_id="taken"))

    assert "give it another id" in stage.run(Flow)


def test_attributes(stage: Stage) -> None:
    """A child has its own attributes, those of the call over them, and the id its class makes."""

    class Made(Workflow):
        name = "made"
        version = "2"
        task_list = "default"
        task_priority = 5
        tag_list = ("own",)
        execution_timeout = 500
        decision_tasks_timeout = 20
        child_policy = "ABANDON"

        @classmethod
        def get_workflow_id(cls, x: int) -> str:
            return f"made-for-{x}"

        @classmethod
        def get_tag_list(cls, x: int) -> list[str]:
            return [f"x{x}"]

        def run(self, x: int) -> int:
            return x

    class Flow(Workflow):
        def run(self) -> Any:
            first = self.submit(Made, self.submit(echo, 5))
            other = self.submit(
                Made.with_options(workflow_id="other", tag_list=["t"]).with_options(
                    child_policy="TERMINATE", task_priority=0
                ),
                7,
            )
            return [first.result, other.result]

    stage.knows(Made)
    started = stage.start(Flow).finish()

    assert started.result == [5, 7]
    other, first = started.attributes(INITIATED)
    assert first["workflowId"] == "made-for-5"
    assert first["tagList"] == ["x5"]
    assert first["childPolicy"] == "ABANDON"
    assert first["taskPriority"] == "5"
    assert first["executionStartToCloseTimeout"] == "500"
    assert first["taskStartToCloseTimeout"] == "20"
    assert other["workflowId"] == "other"
    assert other["tagList"] == ["t"]
    assert other["childPolicy"] == "TERMINATE"
    assert other["taskPriority"] == "0"


def test_task_list_by_arguments(stage: Stage) -> None:
    """The task list of a child may follow from its arguments."""

    class Routed(Workflow):
        @classmethod
        def get_task_list(cls, where: str) -> str:
            return f"list-{where}"

        def run(self, where: str) -> None: ...

    class Flow(Workflow):
        def run(self) -> None:
            self.submit(Routed, self.submit(echo, "x"))
            self.submit(Routed.with_options(task_list="given"), "y")
            self.sleep(1)

    stage.knows(Routed)
    started = stage.start(Flow).finish()

    told = started.attributes(INITIATED)
    assert {one["taskList"]["name"] for one in told} == {"list-x", "given"}


def test_tags(stage: Stage) -> None:
    """A child may inherit its parent's tags, and is found by them."""

    class Tagged(Workflow):
        tag_list = INHERIT_TAG_LIST

        def run(self) -> Any:
            return list(self.context.tag_list)

    class Flow(Workflow):
        tag_list = ("a", "b")

        def run(self) -> Any:
            return self.submit(Tagged).result

    stage.knows(Tagged)

    assert stage.run(Flow) == ["a", "b"]
    found = stage.connection.call(
        "ListClosedWorkflowExecutions",
        {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}, "tagFilter": {"tag": "b"}},
    )
    assert len(found["executionInfos"]) == 2


def test_idempotent_children(stage: Stage) -> None:
    """An idempotent child is started once for the same arguments, pending ones too."""

    class Flow(Workflow):
        def run(self) -> Any:
            once = Child.with_options(idempotent=True)
            two = self.submit(echo, 2)
            asked = [self.submit(once, x) for x in (1, 1, 2, two)]
            return [one.result for one in asked]

    started = stage.start(Flow).finish()

    assert started.result == [10, 10, 20, 20]
    assert started.count(INITIATED) == 2


def test_wrong_arguments(stage: Stage) -> None:
    """Arguments that a child does not take are refused at submit, and so is a wrong option."""

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(errors.SignatureError, match="Child"):
                self.submit(Child)
            with pytest.raises(TypeError, match="'taks_list'"):
                Child.with_options(taks_list="x")
            child = self.submit(Child.with_options(workflow_id="a:b"), 1)
            return [type(child.exception).__name__, str(child.exception)]

    name, told = stage.run(Flow)

    assert name == "ValidationError"
    assert "workflowId" in told or "workflow_id" in told


def test_hook_that_fails(stage: Stage) -> None:
    """What a class raises where it makes an id of its arguments is the child's failure."""

    class Odd(Workflow):
        @classmethod
        def get_workflow_id(cls, x: int) -> str:
            return f"odd-{10 // x}"

        def run(self, x: int) -> int:
            return x

    class Flow(Workflow):
        def run(self) -> Any:
            children: list[Any] = [self.submit(Odd, self.submit(echo, x)) for x in (0, 5)]
            told = [type(children[0].exception).__name__, children[1].result]
            return [*told, children[1].workflow_id]

    stage.knows(Odd)

    assert stage.run(Flow) == ["ZeroDivisionError", 5, "odd-2"]
