"""A program of which the types are what they should be: checkers of types find nothing to say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, assert_type

from swf.steps import (
    CaughtEvent,
    ContainerStepBody,
    ExecutionResult,
    RetryPolicy,
    StepBody,
    StepBuilder,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    WorkflowStep,
)


class Hello(StepBody):
    def run(self, context: StepExecutionContext) -> None:
        print("Hello world")


class AddNumbers(StepBody):
    def __init__(self) -> None:
        self.input1 = 0
        self.input2 = 0
        self.output = 0

    def run(self, context: StepExecutionContext) -> ExecutionResult:
        assert_type(context.workflow.id, str)
        assert_type(context.execution_pointer.retry_count, int)
        self.output = self.input1 + self.input2
        return ExecutionResult.next()


class Split(ContainerStepBody):
    def run(self, context: StepExecutionContext) -> ExecutionResult:
        return ExecutionResult.branch([1, 2])


def work(context: StepExecutionContext, amount: int) -> int:
    return amount


def sum_of(step: AddNumbers) -> int:
    return step.output


def caught(step: CaughtEvent) -> bool:
    return step.timed_out


class Typed(Workflow):
    def id(self) -> str:
        return "Typed"

    def version(self) -> int:
        return 2

    def build(self, builder: WorkflowBuilder) -> None:
        added = builder.start_with(Hello).then(AddNumbers)
        assert_type(added, StepBuilder[AddNumbers])
        again = (
            added.input("input1", lambda data, context: data.value1)
            .output("value3", lambda step: step.output + 1)
            .output("value4", sum_of)
            .on_error(WorkflowStep.RETRY, retry_interval=timedelta(seconds=1))
            .on_error(RetryPolicy(attempts=3), then=WorkflowStep.SUSPEND)
            .compensate_with(Hello, amount=lambda data, context: context.item)
            .when(3)
            .do(lambda b: b.start_with(Hello))
        )
        assert_type(again, StepBuilder[AddNumbers])
        (
            again.for_each(lambda data, context: ["abc", "def"])
            .do(lambda x: x.start_with(work).input("amount", lambda data, context: 1))
            .then(Split)
            .do(lambda x: x.start_with(lambda context: context.item))
            .wait_for("e", lambda data, context: "k", timeout=timedelta(days=1))
            .output("late", caught)
            .output("data", lambda step: step.event_data)
            .on_timeout(lambda x: x.start_with(Hello))
            .parallel()
            .do(lambda x: x.start_with(Hello))
            .join()
            .saga(
                lambda x: x.delay(lambda data, context: timedelta(seconds=data.pause)).then(Hello)
            )
            .compensate_with(Hello)
            .then(Hello)
        )


def definition(data: Any) -> str:
    return Typed().definition().id
