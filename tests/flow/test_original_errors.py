"""Errors that are of the type of what was raised, and of what became of the task."""

from __future__ import annotations

import pickle

import pytest

from swf.flow.errors import TaskFailed, WorkflowFailed, failure


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
