"""What a page about one execution is about."""

from __future__ import annotations

import pytest
from looked_at import begun
from shops import Shop

from swf.insight.recorded import Recorded
from swf.models.decision import CompleteWorkflowExecution
from swf.web import application, paths
from swf.web.subject import Subject


@pytest.fixture
def of_swf(shop: Shop) -> Subject:
    site = application(shop.unheard, token=None).site
    return Subject(site, shop.start("order-1").upstream())


@pytest.fixture
def of_file(shop: Shop) -> Subject:
    site = application(shop.unheard, token=None).site
    execution = Recorded(begun().build(), workflow_id="w", run_id="r").execution
    return Subject(site, execution, site.imports.add(execution, 1))


def test_pages_of_an_execution_are_below_it(of_swf: Subject) -> None:
    """The paths name domain, workflow id and run id."""
    execution = of_swf.execution
    named = ("d", "executions", "order-1", execution.run_id or "")

    assert of_swf.url() == paths.url(*named)
    assert of_swf.url("history", page=2) == paths.url(*named, "history", page=2)
    assert of_swf.event(7) == paths.url(*named, "history", event=7) + "#event-7"


def test_pages_of_a_file_are_below_its_key(of_file: Subject) -> None:
    """They name no domain: SWF need not have one of that name."""
    assert of_file.url() == f"/ui/~imported/{of_file.key}"
    assert of_file.url("graph", every=1) == f"/ui/~imported/{of_file.key}/graph?every=1"


def test_each_is_read_by_its_own_connection(shop: Shop, of_swf: Subject, of_file: Subject) -> None:
    """What was imported is not looked for in SWF, and time stands still there."""
    assert of_swf.connection is shop.unheard
    assert of_file.connection is not shop.unheard
    assert [len(one.history) for one in (of_swf, of_file)] == [2, 4]
    assert of_file.clock.now() == of_file.history[-1].timestamp
    assert (of_swf.is_imported, of_file.is_imported) == (False, True)
    assert of_file.domain.name == "imported"


def test_only_what_can_change_is_kept_up_to_date(
    shop: Shop, of_swf: Subject, of_file: Subject
) -> None:
    """An open execution of SWF's, and nothing else."""
    assert of_swf.events == of_swf.url("events")
    assert of_file.events is None
    shop.decide(CompleteWorkflowExecution())
    closed = Subject(of_swf.site, of_swf.execution.upstream())
    assert closed.events is None
    assert not closed.is_open


def test_a_history_is_read_once_for_a_page(shop: Shop) -> None:
    """However often the makers of a page ask for it."""
    site = application(shop.connection, token=None).site
    execution = shop.start("order-1")
    about = Subject(
        site, shop.domain.executions().get(workflow_id="order-1", run_id=execution.run_id)
    )

    assert about.history is about.history
    assert shop.connection.operations().count("GetWorkflowExecutionHistory") == 1
