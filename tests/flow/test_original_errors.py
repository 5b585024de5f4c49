"""Errors that are of the type of what was raised, and of what became of the task."""

from __future__ import annotations

import pickle

import pytest

from swf.flow import errors
from swf.flow.errors import TaskFailed, WorkflowFailed, failure
from swf.payload import Payloads, dump_failure, load_failure


class Declined(Exception):
    """An error with a message of its own making."""

    def __init__(self, card: str, amount: int) -> None:
        super().__init__(card, amount)
        self.amount = amount

    def __str__(self) -> str:
        return f"{self.amount} is too much"


@pytest.mark.parametrize(
    "cause",
    [
        ValueError("no address"),
        KeyError("cup"),
        FileNotFoundError(2, "No such file", "orders.csv"),
        Declined("1234", 50),
    ],
)
@pytest.mark.parametrize("kind", [TaskFailed, WorkflowFailed])
def test_an_error_shows_as_the_one_that_was_raised(
    kind: type[TaskFailed], cause: Exception
) -> None:
    """An error of both types has the message, the arguments and the looks of the original."""
    made = failure(kind, cause, task="pack", task_id="pack-1", reason="r", details="d")

    assert isinstance(made, type(cause))
    assert isinstance(made, kind)
    for one in (made, pickle.loads(pickle.dumps(made))):
        assert (str(one), repr(one), one.args) == (str(cause), repr(cause), cause.args)
        assert (one.message, one.reason, one.task_id) == (str(cause), "r", "pack-1")


@pytest.mark.parametrize(
    "kind",
    [
        one
        for one in vars(errors).values()
        if isinstance(one, type)
        and issubclass(one, errors.FlowError)
        and one not in (errors.FlowError, errors.TaskError)
    ],
)
def test_errors_of_workflows_are_themselves_elsewhere(kind: type[errors.FlowError]) -> None:
    """Whatever error of this layer a workflow or an activity fails with, others meet that."""
    error = kind("told", []) if kind is errors.AggregateError else kind("told")

    found = load_failure(Payloads(), *dump_failure(Payloads(), error))

    assert type(found) is kind
    assert str(found) == "told"
