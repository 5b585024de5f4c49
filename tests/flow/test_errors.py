"""Errors that come from elsewhere: of the type that was raised, with all that was said."""

from __future__ import annotations

import builtins
import pickle
from typing import Any

import pytest
from flow_harness import Stage

from swf.exceptions import RemoteError
from swf.flow import Workflow, activity, errors
from swf.payload import Payloads, dump_failure, load_failure, register


def arrived(error: BaseException, kind: type[Any] = errors.TaskFailed) -> Any:
    """Return an error as a workflow meets it after an activity raised it."""
    reason, details = dump_failure(Payloads(), error)
    cause = load_failure(Payloads(), reason, details)
    return errors.failure(kind, cause, task="t", task_id="1", reason=reason, details=details)


def made(kind: type[BaseException]) -> BaseException:
    """Return an error of one of Python's types."""
    args: tuple[Any, ...] = ("said",)
    if issubclass(kind, UnicodeDecodeError):
        args = ("utf-8", b"a", 0, 1, "said")
    elif issubclass(kind, UnicodeEncodeError):
        args = ("utf-8", "a", 0, 1, "said")
    elif issubclass(kind, UnicodeTranslateError):
        args = ("a", 0, 1, "said")
    elif issubclass(kind, BaseExceptionGroup):
        args = ("said", [ValueError(1)])
    elif issubclass(kind, OSError):
        args = (2, "said", "file")
    return kind(*args)


KNOWN = [
    one
    for one in vars(builtins).values()
    if isinstance(one, type)
    and issubclass(one, Exception)
    and one not in (Exception, StopIteration, StopAsyncIteration)
]


@pytest.mark.parametrize("kind", sorted(set(KNOWN), key=lambda one: one.__name__))
@pytest.mark.parametrize("through", [1, 2])
def test_types_of_python(kind: type[BaseException], through: int) -> None:
    """An error of Python's is of its type again, and prints the same, after two hops too."""
    error = made(kind)
    told: Any = error
    for _ in range(through):
        told = arrived(told)

    assert isinstance(told, kind)
    assert isinstance(told, errors.TaskFailed)
    assert str(told) == str(error)
    assert type(arrived(made(kind))) is type(told)


class OddError(Exception):
    """An error that wants more than its message."""

    def __init__(self, code: int, *, why: str) -> None:
        super().__init__(code)
        self.why = why

    def __str__(self) -> str:
        return f"{self.args[0]} because {self.why}"


register(OddError, name="errors.Odd")


def test_two_hops() -> None:
    """An error that went through a child is as it was, and has what became of the last task."""
    told = arrived(arrived(OddError(5, why="it is odd")), errors.WorkflowFailed)

    assert (str(told), told.why) == ("5 because it is odd", "it is odd")
    assert isinstance(told, OddError)
    assert isinstance(told, errors.WorkflowFailed)
    assert '"task"' not in told.details


class UnknownError(Exception):
    """An error that nobody registered."""


@activity
def fail(kind: str) -> None:
    if kind == "odd":
        raise OddError(5, why="it is odd") from KeyError("first")
    raise UnknownError("never heard of")


def test_types_of_a_program(stage: Stage) -> None:
    """A registered error is raised again as it was, with what it had, and with its cause."""

    class Flow(Workflow):
        def run(self) -> Any:
            with pytest.raises(OddError) as caught:
                _ = self.submit(fail, "odd").result
            error: Any = caught.value
            return [str(error), error.args, error.why, repr(error.__cause__), error.task]

    assert stage.run(Flow) == [
        "5 because it is odd",
        (5,),
        "it is odd",
        "KeyError('first')",
        f"{__name__}.fail",
    ]


def test_types_that_are_not_known(stage: Stage) -> None:
    """An error of a type that is not known here is a TaskFailed, and its cause tells the type."""

    class Flow(Workflow):
        def run(self) -> Any:
            error: Any = self.submit(fail, "unknown").exception
            assert type(error) is errors.TaskFailed
            assert isinstance(error.__cause__, RemoteError)
            return [error.reason, error.__cause__.type, "never heard of" in str(error)]

    assert stage.run(Flow) == [
        "UnknownError: never heard of",
        f"{__name__}.UnknownError",
        True,
    ]


def test_foreign_failures(stage: Stage) -> None:
    """What another program says of a failure is told as it stands there."""

    class Flow(Workflow):
        def run(self) -> Any:
            error: Any = self.submit(fail, "x").exception
            return [type(error).__name__, error.reason, error.details]

    stage.held.add("fail")
    started = stage.start(Flow)
    stage.drive()
    stage.connection.call(
        "RespondActivityTaskFailed",
        {"taskToken": stage.take()["taskToken"], "reason": "out of paper", "details": "tray 2"},
    )

    assert started.finish().result == ["TaskFailed", "out of paper", "tray 2"]


@pytest.mark.parametrize("error", [ValueError("x"), OddError(5, why="y"), OSError(2, "no", "f")])
def test_pickled(error: BaseException) -> None:
    """An error that is of both types goes through pickle as it is."""
    told = arrived(error)
    again = pickle.loads(pickle.dumps(told))

    assert type(again) is type(told)
    assert (str(again), again.task, again.reason) == (str(told), "t", told.reason)


def test_kinds() -> None:
    """Errors are of the kinds of Python's that programs catch."""
    assert issubclass(errors.TaskTimedOut, TimeoutError)
    assert issubclass(errors.SignatureError, TypeError)
    assert issubclass(errors.NotRegisteredError, LookupError)
    assert not issubclass(errors.Canceled, Exception)
    assert errors.TaskError("x", task="t").name == "t"
