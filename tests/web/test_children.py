"""The family of an execution, as its page shows it."""

from __future__ import annotations

import pytest
import replayed_code as code
from browsed import Browser, seen
from looked_at import EXECUTION, TYPE, begun, browser_of, look
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.engine import Engine
from swf.insight.recorded import Recorded
from swf.models import WorkflowExecution
from swf.models.decision import ContinueAsNewWorkflowExecution
from swf.testing import connected
from swf.web import application, paths


def page_of(engine: Engine, execution: WorkflowExecution) -> str:
    browser = Browser(application(connected(engine), token=None))
    return browser.get(url_of(execution, "children")).text


def url_of(execution: WorkflowExecution, *pages: str) -> str:
    return paths.url("d", "executions", execution.workflow_id, execution.run_id or "", *pages)


def test_parents_and_children_are_linked(swf_engine: Engine) -> None:
    """A tree from the outermost parent down to the children of children."""
    handle, _ = code.begun(swf_engine, code.Grandparent)
    executions = {one.workflow_type.name: one for one in handle.execution.domain.executions()
                  if one.workflow_type and one.status == "OPEN"}  # fmt: skip
    top = seen(page_of(swf_engine, executions["Grandparent"])).links
    bottom = seen(page_of(swf_engine, executions["Order"])).links

    assert url_of(executions["Order"]) in top
    assert {url_of(executions["Grandparent"]), url_of(executions["Parent"])} <= set(bottom)


def test_runs_are_one_chain(swf_engine: Engine) -> None:
    """Each run is a row with a bar; the one that is shown is marked."""
    handle, _ = code.begun(swf_engine, code.Parent, 2)
    text = page_of(swf_engine, handle.execution.upstream())
    page = seen(text)

    assert page.tags.count("rect") == 3
    assert page.text.count("continued as new") == 2
    assert page.text.count("shown here") == 2
    assert not harms(text)
    widths = [float(value) for name, value in page.attributes if name == "width"]
    assert all(0 < width <= 1000 for width in widths)


def test_bars_are_as_long_as_the_runs(shop: Shop, swf_clock: object) -> None:
    """A run of a tenth of the time has a tenth of the line."""
    clock = shop.unheard.clock
    execution = shop.start()
    clock.advance(90)  # type: ignore[attr-defined]
    shop.decide(ContinueAsNewWorkflowExecution())
    clock.advance(10)  # type: ignore[attr-defined]
    browser = Browser(application(shop.unheard, token=None))
    told = seen(browser.get(url_of(execution, "children")).text).attributes
    bars = [float(value) for name, value in told if name == "width"]

    assert bars == [900, 100]


def test_who_is_alone_is_told_as_such() -> None:
    """Nothing is shown as if there were something."""
    page = look(begun().activity_task_scheduled("a", TYPE), "children")

    assert "No other execution started it" in page.text
    assert "continues no other run" in page.text


def test_what_is_not_known_any_more_is_told() -> None:
    """Runs that SWF has forgotten are told by their ids."""
    builder = begun().workflow_execution_continued_as_new()
    page = look(builder, "children")

    assert "SWF does not know it any more" in page.text
    assert "rect" in page.tags


def test_a_wide_family_is_shown_in_part() -> None:
    """Children beyond a number are counted, and those that were not looked into too."""
    builder = begun()
    for number in range(70):
        builder.start_child_workflow_execution_initiated(f"kid-{number}", ("child", "1"))
    for number in range(70):
        builder.child_workflow_execution_started(f"kid-{number}")
    page = look(builder, "children")

    assert "and 20 more" in page.text
    assert "Whether 30 of these have children" in page.text


def test_a_contradictory_history_is_told() -> None:
    """What SWF cannot have recorded has no family, and the page says why."""
    recorded = Recorded(begun().build(), domain="d", workflow_id="w", run_id="r")
    recorded._events = recorded._events[:1] + recorded._events[2:]
    answer = Browser(application(recorded, token=None)).get(f"{EXECUTION}/children")

    assert answer.status == 200
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("poison", POISONS)
def test_nothing_harms_its_readers(shop: Shop, poison: str) -> None:
    """Whatever SWF tells, it is text."""
    execution = shop.schedule("a")
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None))

    assert not harms(browser.get(url_of(execution, "children")).text)


def test_children_with_hostile_names_do_no_harm() -> None:
    """The workflow ids of children are text as well."""
    builder = begun().start_child_workflow_execution_initiated("<b>&\"'", ("<i>", "<u>"))
    text = browser_of(builder).get(f"{EXECUTION}/children").text

    assert not harms(text)
    assert not {"b", "i", "u"} & set(seen(text).tags)
