"""What is told of bad input: where it is, whose it is, and what would do."""

from __future__ import annotations

from typing import Any

import pytest

from swf.exceptions import PayloadEncodeError, ValidationTypeError
from swf.flow import Local, RetryPolicy, Workflow, activity, errors


@activity
def echo(value: Any) -> Any:
    return value


class Flow(Workflow):
    def run(self) -> None: ...


def test_values_within_themselves() -> None:
    """An argument that holds itself fails the workflow with an error that says so."""

    class Circular(Workflow):
        def run(self) -> Any:
            value: list[Any] = []
            value.append(value)
            return self.submit(echo, value).result

    with pytest.raises(errors.WorkflowFailed, match="holds itself"):
        Local(virtual_time=True).run(Circular)


def test_whose_arguments() -> None:
    """An argument that cannot travel is told with the task that it was meant for."""

    class Unfit(Workflow):
        def run(self) -> str:
            with pytest.raises(PayloadEncodeError) as caught:
                _ = self.submit(echo, object()).result
            return str(caught.value)

    told = Local(virtual_time=True).run(Unfit)

    assert told.startswith(f"{echo.name}: args[0]: a value of the type builtins.object")


def test_one_timeout_type() -> None:
    """A policy takes one type of time-outs by itself, as it does one exception."""
    policy = RetryPolicy(on_timeouts="HEARTBEAT")

    assert policy == RetryPolicy(on_timeouts=("HEARTBEAT",))
    assert RetryPolicy.from_json(policy.to_json()) == policy


def test_tags_of_one_call() -> None:
    """A bare string is no list of tags, for one call as little as for the class: none is lost."""
    with pytest.raises(ValidationTypeError, match="tag_list: must be a list, got 'urgent'"):
        Local(virtual_time=True).run(Flow.with_options(tag_list="urgent"))


def test_names_of_signals() -> None:
    """What no signal can be called is not waited for, nor handled."""

    class Numbered(Workflow):
        def run(self, how: str) -> Any:
            if how == "wait":
                return self.wait_signal(5).result  # type: ignore[arg-type]
            return self.on_signal(5, print)  # type: ignore[arg-type]

    with pytest.raises(errors.WorkflowFailed, match="wait_signal: name: must be a str, got 5"):
        Local(virtual_time=True).run(Numbered, "wait")
    with pytest.raises(errors.WorkflowFailed, match="on_signal: name: must be a str, got 5"):
        Local(virtual_time=True).run(Numbered, "handle")
