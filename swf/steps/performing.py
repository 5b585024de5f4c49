"""What a worker does with a step: makes its body, runs it, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from swf.flow.activity_work import awaited
from swf.steps.body import (
    ExecutionPointer,
    ExecutionResult,
    StepBody,
    StepExecutionContext,
    WorkflowInstance,
    WorkflowStep,
)
from swf.steps.data import Data, data_from
from swf.steps.definition import Definition, RunStep
from swf.steps.errors import StepResultError, StepsTypeError
from swf.steps.function import FunctionStep


class Call(TypedDict):
    """What the decider asks of a worker; `workflow` is the workflow id."""

    definition: tuple[str, int]
    workflow: str
    step: str
    inputs: Mapping[str, Any]
    data: Mapping[str, Any]
    item: Any
    persistence_data: Any
    event: Mapping[str, Any] | None
    pointer: Mapping[str, Any]


class Wait(TypedDict):
    """The event that a step waits for; `as_of` None: any since the workflow's start."""

    name: str
    key: str
    as_of: datetime | None


class Reply(TypedDict):
    """What the worker answers.

    `data` has the fields that the step set or changed itself, `outputs` those of `output(...)`;
    both are kept. `sleep` is in seconds.
    """

    proceed: bool
    outcome: Any
    persistence_data: Any
    sleep: float | None
    wait: Wait | None
    branches: list[Any] | None
    outputs: dict[str, Any]
    data: NotRequired[dict[str, Any]]


def perform(definition_of: Callable[[str, int], Definition], call: Call) -> Reply:
    """Run a step once, and return what it answered; what it raises is raised.

    Raises UnknownStepError for a step that its definition does not have, StepResultError for an
    answer that is none.
    """
    definition = definition_of(*call["definition"])
    step = definition.step(call["step"])
    data = data_from(call["data"])
    before = deepcopy(vars(data))
    body = _body(step, dict(call["inputs"]))
    result = _result(step, awaited(body.run(_context(definition, step, data, call))))
    reply: Reply = {
        "proceed": result.proceed,
        "outcome": result.outcome_value if step.whens else None,  # nobody else asks for it
        "persistence_data": result.persistence_data,
        "sleep": result.sleep_for,
        "wait": _wait(result),
        "branches": None if result.branch_values is None else list(result.branch_values),
        "outputs": _outputs(step, body) if result.proceed else {},
    }
    changed = _changed(before, vars(data))
    if changed:
        reply["data"] = changed
    return reply


def _body(step: RunStep, inputs: dict[str, Any]) -> StepBody:
    """Return a new instance of the step's body, its inputs set."""
    if not isinstance(step.body, type):
        return FunctionStep(step.body, inputs)
    body: StepBody = step.body()
    for name, value in inputs.items():
        setattr(body, name, value)
    return body


def _context(definition: Definition, step: RunStep, data: Data, call: Call) -> StepExecutionContext:
    event = call["event"]
    return StepExecutionContext(
        workflow=WorkflowInstance(
            id=call["workflow"],
            workflow_definition_id=definition.id,
            version=definition.version,
            data=data,
        ),
        step=WorkflowStep(step.id, step.name),
        execution_pointer=ExecutionPointer(
            id=call["pointer"]["id"],
            step_id=step.id,
            context_item=call["item"],
            persistence_data=call["persistence_data"],
            event_published=event is not None,
            event_data=None if event is None else event["data"],
            retry_count=call["pointer"]["retry_count"],
        ),
    )


def _result(step: RunStep, result: object) -> ExecutionResult:
    if result is None:
        return ExecutionResult.next()
    if not isinstance(result, ExecutionResult):
        raise StepResultError(
            f"{step.id}: {step.name}.run must return an ExecutionResult or None, got {result!r:.80}"
        )
    if result.branch_values is not None and not step.is_container:
        raise StepResultError(
            f"{step.id}: {step.name} returned branch(...), and is no ContainerStepBody with a "
            "do(...) after it"
        )
    return result


def _wait(result: ExecutionResult) -> Wait | None:
    if result.event_name is None or result.event_key is None:
        return None
    return {"name": result.event_name, "key": result.event_key, "as_of": result.event_as_of}


def _outputs(step: RunStep, body: StepBody) -> dict[str, Any]:
    outputs = {}
    for name, function in step.outputs:
        try:
            outputs[name] = function(body)
        except Exception as error:
            error.add_note(f"{step.id}: raised by output({name!r})")
            raise
    return outputs


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    gone = before.keys() - after.keys()
    if gone:
        raise StepsTypeError(
            f"data: a step cannot take the field {min(gone)!r} away; set it to None instead"
        )
    return {
        name: value
        for name, value in after.items()
        if name not in before or _differs(before[name], value)
    }


def _differs(before: Any, after: Any) -> bool:
    return type(before) is not type(after) or bool(before != after)
