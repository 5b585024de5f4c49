"""What happens in an execution, shown while it runs in this process."""

from __future__ import annotations

import threading

import pytest

import swf
from examples.flow.basic import BasicWorkflow
from swf.cli.workflow import live
from swf.flow import start
from swf.models import Domain

pytestmark = pytest.mark.usefixtures("folder")


def test_it_ends_with_its_block_where_nothing_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """An execution that never begins is not waited for."""
    domain = Domain("shop", connection=swf.connect("memory://"))
    domain.save()

    with live.shown(domain, "never"):
        threading.Event().wait(2 * live.LOOK_SECONDS)

    assert capsys.readouterr().err == ""


def test_it_ends_with_its_block_where_an_execution_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What has happened until then is shown of an execution that is left open."""
    connection = swf.connect("memory://")
    domain = Domain("shop", connection=connection)
    handle = start(BasicWorkflow, 1, 0, domain=domain, connection=connection)

    with live.shown(domain, handle.workflow_id):
        pass

    assert "WorkflowExecutionStarted" in capsys.readouterr().err


def test_ids_that_are_made_up_differ() -> None:
    """Each made-up workflow id is another one, and begins with the name of its class."""
    one, other = live.made_up(BasicWorkflow), live.made_up(BasicWorkflow)

    assert one != other
    assert one.startswith("BasicWorkflow-")
