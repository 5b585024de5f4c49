"""What of an execution can be taken along."""

from __future__ import annotations

import ast
import re
from base64 import b64encode
from hashlib import sha256

import pytest
import replayed_code as code
from browsed import Browser, seen
from looked_at import EXECUTION, TYPE, begun, browser_of, long_history, look
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.engine import Engine
from swf.insight.recorded import Recorded
from swf.testing import connected
from swf.web import application, paths
from swf.web.pages import export

REPORT = f"{EXECUTION}/export.html"


def test_the_page_leads_to_all_that_can_be_taken() -> None:
    """A page, the history, a test."""
    page = look(begun(), "export")

    assert f"{EXECUTION}/export.html" in page.links
    assert f"{EXECUTION}/history.json" in page.links
    assert page.values["target"] == ""


def test_a_report_has_all_there_is_and_needs_nothing() -> None:
    """Input, result, timeline, graph, tasks, history: nothing of it comes from elsewhere."""
    builder = begun(input='{"args": ["tea"]}').activity_task_scheduled("a", TYPE)
    builder.activity_task_started("a").activity_task_failed("a", reason="no card").decision()
    answer = browser_of(builder.workflow_execution_failed(reason="broke")).get(REPORT)
    page = seen(answer.text)

    assert answer.headers["content-disposition"] == 'attachment; filename="w.html"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    for words in ("tea", "no card", "broke", "charge", "ActivityTaskFailed", "Timeline", "Graph"):
        assert words in page.text, words
    assert page.tags.count("svg") == 2
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert all(link.startswith("#") for link in page.links)
    anchors = {value for name, value in page.attributes if name == "id"}
    assert {link[1:] for link in page.links} <= anchors
    assert "url(" not in answer.text
    assert "@import" not in answer.text


def test_a_report_may_do_nothing_but_be_read() -> None:
    """Its own policy allows the one style that is in it, told by its digest, and no style else."""
    answer = browser_of(begun()).get(REPORT)
    [style] = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert "style=" not in answer.text
    policies = [value for name, value in seen(answer.text).attributes if name == "content"]
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in "".join(policies)


def test_a_report_of_much_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks and events beyond a number are counted."""
    monkeypatch.setattr(export, "EVENTS", 100)
    monkeypatch.setattr(export, "TASKS", 30)
    answer = browser_of(long_history(400)).get(REPORT)

    assert "more tasks are left out" in answer.text
    assert "more events are left out" in answer.text
    assert answer.text.count('class="entry"') == 100


def test_a_report_has_room_for_so_many_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that tell much are fewer."""
    monkeypatch.setattr(export, "CHARACTERS", 20_000)
    answer = browser_of(long_history(400, input="x" * 3_000)).get(REPORT)

    assert 1 < answer.text.count('class="entry"') < 30


def test_a_long_name_is_cut_in_the_title_and_no_markup_is_told_there() -> None:
    """A title is text: what shows the rest of a name elsewhere would be read there as it is."""
    recorded = Recorded(begun().build(), domain="d", workflow_id="w" * 200, run_id="r")
    browser = Browser(application(recorded, token=None))
    for page in ("", "history", "export.html"):
        told = browser.get(paths.url("d", "executions", "w" * 200, "r", *filter(None, [page])))
        title = told.text.partition("<title>")[2].partition("</title>")[0]

        assert "www…" in title
        assert "span" not in title


def test_a_contradictory_history_is_written_down_event_by_event() -> None:
    """What has no tasks and no timeline still has events."""
    recorded = Recorded(begun().build(), domain="d", workflow_id="w", run_id="r")
    recorded._events = recorded._events[:1] + recorded._events[2:]
    answer = Browser(application(recorded, token=None)).get(REPORT)

    assert answer.status == 200
    assert "cannot be read as a whole" in answer.text
    assert answer.text.count('class="entry"') == 3


def test_a_test_is_python(swf_engine: Engine) -> None:
    """With the class that the code names, or that somebody typed."""
    handle, _ = code.begun(swf_engine, code.Order, "tea")
    browser = Browser(application(connected(swf_engine), token=None, code=[code.CODE]))
    path = ("d", "executions", handle.workflow_id, str(handle.run_id))
    target = seen(browser.get(paths.url(*path, "export")).text).values["target"]
    answer = browser.get(paths.url(*path, "export.py", target=target))

    assert target == f"{code.CODE}.Order"
    ast.parse(answer.text)
    assert f"Replayer([{code.CODE}.Order])" in answer.text
    name = re.sub("[^A-Za-z0-9]", "_", handle.workflow_id)
    assert answer.headers["content-disposition"] == f'attachment; filename="test_{name}.py"'


@pytest.mark.parametrize("target", ["", "Order", "a b.C", "os;x.Y", "<script>.x"])
def test_a_class_that_is_none_is_asked_for(target: str) -> None:
    """No text that is no name becomes part of a test."""
    answer = browser_of(begun()).get(paths.url("d", "executions", "w", "r", "export.py",
                                               target=target))  # fmt: skip

    assert answer.status == 400
    assert "MODULE.NAME" in answer.text
    assert seen(answer.text).values["target"] == target
    assert not harms(answer.text)


def test_a_file_has_a_name_that_is_safe() -> None:
    """Whatever the workflow id is, nothing of it but letters and digits is in a header."""
    name = '..a"; x=\u00fc b'
    recorded = Recorded(begun().build(), domain="d", workflow_id=name, run_id="r")
    browser = Browser(application(recorded, token=None))
    answer = browser.get(paths.url("d", "executions", name, "r", "export.html"))

    assert answer.headers["content-disposition"] == 'attachment; filename="a_x_b.html"'


@pytest.mark.parametrize("poison", POISONS)
def test_nothing_harms_its_readers(shop: Shop, poison: str) -> None:
    """Whatever SWF tells, it is text, on the page and in the report."""
    execution = shop.schedule("a")
    browser = Browser(application(Poisoned(shop.unheard, poison), token=None))
    path = ("d", "executions", execution.workflow_id, str(execution.run_id))
    report = browser.get(paths.url(*path, "export.html"))

    assert not harms(browser.get(paths.url(*path, "export")).text)
    if report.status == 200:
        assert harms(report.text, scripts=0) == ["<style>"]
    else:  # it is the id of no execution
        assert report.status == 400
        assert not harms(report.text)
