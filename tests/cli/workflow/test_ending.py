"""How a command ends that has waited for an execution."""

from __future__ import annotations

import pytest

from swf.cli.asked import Asked
from swf.cli.failing import Failure
from swf.cli.workflow.ending import told_by_code
from swf.flow import errors


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (errors.WorkflowFailed("no belt"), 3, "FAILED: no belt"),
        (errors.WorkflowTimedOut("too\nlong"), 4, "TIMED_OUT: too long"),
        (errors.WorkflowCanceled("given up"), 5, "CANCELED: given up"),
        (errors.WorkflowTerminated("\x1b[31mred"), 6, "TERMINATED: \\x1b[31mred"),
        (errors.ResultTimeout("still open"), 124, "still open"),
    ],
)
def test_each_ending_has_its_code(error: Exception, code: int, told: str) -> None:
    """The exit code says how an execution ended; its words come in one line, and act on nothing."""
    with pytest.raises(Failure) as caught, told_by_code(Asked()):
        raise error

    assert (caught.value.exit_code, caught.value.message) == (code, told)


def test_other_errors_are_left_alone() -> None:
    """What is no ending of an execution is raised as it is."""
    with pytest.raises(KeyError), told_by_code(Asked()):
        raise KeyError("x")
