"""How a command ends that has waited for an execution."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from swf.cli import failing, output
from swf.cli.asked import Asked
from swf.cli.workflow import live
from swf.flow.errors import (
    ResultTimeout,
    WorkflowCanceled,
    WorkflowFailed,
    WorkflowTerminated,
    WorkflowTimedOut,
)
from swf.flow.handle import Handle
from swf.models import WorkflowExecution
from swf.payload import Payloads

_STATUS: Final = (
    (WorkflowFailed, "FAILED"),
    (WorkflowTimedOut, "TIMED_OUT"),
    (WorkflowCanceled, "CANCELED"),
    (WorkflowTerminated, "TERMINATED"),
)


@contextmanager
def told_by_code(asked: Asked) -> Generator[None]:
    """Have the exit code say how the execution ended that is waited for within the block."""
    try:
        yield
    except tuple(kind for kind, _ in _STATUS) as error:
        if asked.verbosity > 1:
            traceback.print_exception(error)
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        told = " ".join(output.in_one_line(error).split())
        raise failing.Failure(f"{status}: {told}", failing.OUTCOMES[status]) from error
    except ResultTimeout as error:
        raise failing.Failure(str(error), failing.WAITED) from error


def show_result(asked: Asked, result: Any) -> None:
    """Print what a workflow returned, as JSON, or what was asked for of it."""
    output.emit_value(asked, result)


def show_result_of(asked: Asked, execution: WorkflowExecution, timeout: float | None) -> None:
    """Wait for an execution, at most so many seconds, and print what it returned.

    To who sits at a terminal, its tree is shown meanwhile.
    """
    handle: Handle[Any] = Handle(execution, None, Payloads())
    with told_by_code(asked), _tree_of(asked, handle):
        result = handle.result(timeout)
    show_result(asked, result)


def _tree_of(asked: Asked, handle: Handle[Any]) -> AbstractContextManager[None]:
    if asked.is_quiet or not output.is_watched() or handle.done:
        return nullcontext()
    run = handle.first
    return live.shown(run.domain, run.workflow_id, run.run_id, asked=asked)
