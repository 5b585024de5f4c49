"""Forms that change something in SWF."""

from __future__ import annotations

from typing import Any

import pytest
from browsed import Browser, seen
from overheard import Lost
from poisons import POISONS, Poisoned, harms
from shops import Shop

from swf.exceptions import ReadTimeout, ThrottlingFault
from swf.models import ActivityType, Domain, WorkflowExecution
from swf.web import application, paths
from swf.web.pages.actions import ACTIONS

ACTIONS_ON_OPEN = ("signal", "cancel", "terminate")


@pytest.fixture
def execution(shop: Shop) -> WorkflowExecution:
    """An open execution with all that one can be started with."""
    return Shop.order(Domain("d", connection=shop.unheard)).start_execution(
        "order-1",
        '{"args": [1]}',
        task_list="special",
        task_priority=7,
        child_policy="ABANDON",
        execution_start_to_close_timeout=1_000,
        task_start_to_close_timeout="NONE",
        tag_list=["eu", "vip"],
    )


def url(execution: WorkflowExecution, *pages: str, **query: object) -> str:
    named = (execution.workflow_id, execution.run_id or "")
    return paths.url("d", "executions", *named, *pages, **query)


def events(execution: WorkflowExecution) -> list[Any]:
    return [event for event in execution.history() if "Decision" not in type(event).__name__]


@pytest.mark.parametrize("action", [action.name for action in ACTIONS])
def test_a_form_says_what_it_is_about(
    browser: Browser, execution: WorkflowExecution, action: str
) -> None:
    """The page of each action names the execution, carries the field of ours, and a way back."""
    page = seen(browser.get(url(execution, action)).text)

    assert execution.run_id is not None
    assert execution.run_id in page.text
    assert "order-1" in page.text
    assert page.values["csrf"] == browser.pages.site.csrf
    assert url(execution) in page.links


def test_a_signal_is_sent_as_it_was_typed(browser: Browser, execution: WorkflowExecution) -> None:
    """Name and input of a signal reach the history to the letter; then its page is shown."""
    typed = {"signal_name": "approved", "input": "  [1]\r\né\u202e"}

    answer = browser.submit(url(execution, "signal"), typed)

    assert answer.status == 303
    assert answer.headers["location"] == url(execution, done="signaled")
    signal = events(execution)[-1]
    assert (signal.signal_name, signal.input) == ("approved", "  [1]\né\u202e")


def test_a_cancel_is_requested(browser: Browser, execution: WorkflowExecution) -> None:
    """Who is sure has the execution asked to cancel."""
    answer = browser.submit(url(execution, "cancel"), {"sure": "yes"})

    assert answer.headers["location"] == url(execution, done="cancel-requested")
    assert execution.upstream().cancel_requested


def test_an_execution_is_terminated_with_its_reason(
    browser: Browser, execution: WorkflowExecution
) -> None:
    """Why it was terminated is kept in its history, with the child policy that was chosen."""
    typed = {"reason": "wrong order", "details": "see", "child_policy": "TERMINATE", "sure": "yes"}

    answer = browser.submit(url(execution, "terminate"), typed)

    assert answer.headers["location"] == url(execution, done="terminated")
    ended = events(execution)[-1]
    assert (ended.reason, ended.details, ended.child_policy) == ("wrong order", "see", "TERMINATE")


@pytest.mark.parametrize("action", ["cancel", "terminate", "restart"])
def test_who_is_not_sure_changes_nothing(
    browser: Browser, execution: WorkflowExecution, action: str
) -> None:
    """Without the confirmation nothing happens, and the form keeps what was typed."""
    before = len(execution.history())
    typed = {"reason": "because <b>", "workflow_id": "order-2"}

    answer = browser.submit(url(execution, action), typed)

    assert answer.status == 400
    assert "say that you are sure" in answer.text
    values = seen(answer.text).values
    assert values.get("reason", typed["reason"]) == typed["reason"]
    assert values.get("workflow_id", "order-2") == "order-2"
    assert len(execution.history()) == before


@pytest.mark.parametrize("action", ACTIONS_ON_OPEN)
def test_nothing_is_done_to_what_is_closed(
    browser: Browser, execution: WorkflowExecution, action: str
) -> None:
    """A closed execution is told to be closed, before the form and after it."""
    execution.terminate()
    before = len(execution.history())

    assert "csrf" not in seen(browser.get(url(execution, action)).text).values
    answer = browser.submit(url(execution, action), {"sure": "yes", "signal_name": "s"})

    assert answer.status == 404
    assert "the execution is closed (terminated)" in answer.text
    assert len(execution.history()) == before


def test_an_execution_is_started_again(browser: Browser, execution: WorkflowExecution) -> None:
    """What is started again has the type, the input, and all else that the first one had."""
    execution.terminate()

    answer = browser.submit(url(execution, "restart"), {"sure": "yes"})

    again = execution.domain.executions().get("order-1")
    assert again.run_id != execution.run_id
    assert answer.headers["location"] == url(again, done="restarted")
    assert like(again) == like(execution.upstream())


def like(execution: WorkflowExecution) -> tuple[Any, ...]:
    first = execution.history().first
    return (
        execution.workflow_type,
        execution.task_list,
        execution.task_priority,
        execution.child_policy,
        execution.execution_start_to_close_timeout,
        execution.task_start_to_close_timeout,
        execution.tag_list,
        getattr(first, "input", None),
    )


def test_what_is_open_is_started_again_under_another_id_only(
    browser: Browser, execution: WorkflowExecution
) -> None:
    """While an execution is open, another of its workflow id is refused, with the way out."""
    refused = browser.submit(url(execution, "restart"), {"sure": "yes"})
    started = browser.submit(url(execution, "restart"), {"sure": "yes", "workflow_id": "order-2"})

    assert refused.status == 409
    assert "give another workflow id" in refused.text
    assert started.status == 303
    assert like(execution.domain.executions().get("order-2")) == like(execution.upstream())


def test_an_execution_is_started(browser: Browser, shop: Shop) -> None:
    """What is typed is what it is started with; what is left empty is as the type has it."""
    form = seen(browser.get("/ui/d/start").text)
    assert ("value", "order:1") in form.attributes
    assert form.values["workflow_id"]
    typed = {"type": " order:1 ", "workflow_id": "w", "input": "[1,\r\n2]", "tags": "a\r\n\r\n b "}

    answer = browser.submit("/ui/d/start", typed)

    started = shop.domain.executions().get("w")
    assert answer.headers["location"] == url(started, done="started")
    assert getattr(started.history().first, "input", None) == "[1,\n2]"
    assert started.tag_list == ("a", "b")
    assert (started.task_list, started.task_start_to_close_timeout) == ("t", 3_600)


def test_a_type_of_one_version_needs_no_version(browser: Browser, shop: Shop) -> None:
    """The name alone says which type is meant where it has one version."""
    assert browser.submit("/ui/d/start", {"type": "order", "workflow_id": "w"}).status == 303


def test_a_form_is_filled_in_like_another_execution(
    browser: Browser, execution: WorkflowExecution, shop: Shop
) -> None:
    """An execution that is started like another one is like it, unless something was changed."""
    page = browser.get(paths.url("d", "start", like_id="order-1", like_run=execution.run_id)).text
    values = seen(page).values
    assert "like order-1" in " ".join(seen(page).text.split())

    answer = browser.submit(
        "/ui/d/start",
        {
            **values,
            "workflow_id": "new",
            "input": '{"args": [1]}',
            "tags": "eu\nvip",
            "child_policy": "ABANDON",
        },
    )

    assert answer.status == 303
    assert like(shop.domain.executions().get("new")) == like(execution.upstream())
    assert "{&#34;args&#34;: [1]}</textarea>" in page
    assert "eu\nvip</textarea>" in page


@pytest.mark.parametrize("text", ["\x00", "a\r\nb", "\x1b[31m", "x\x7f\x0c"])
def test_an_input_that_no_form_can_carry_is_taken_from_where_it_is(
    browser: Browser, shop: Shop, text: str
) -> None:
    """What a browser would change on its way is not sent through it."""
    first = Shop.order(Domain("d", connection=shop.unheard)).start_execution("a", text)
    values = seen(browser.get(paths.url("d", "start", like_id="a")).text).values
    kept = {**values, "workflow_id": "b", "input": ""}
    if "same_input" not in values:
        pytest.skip("a form carries it")

    browser.submit("/ui/d/start", kept)
    browser.submit("/ui/d/start", {**kept, "workflow_id": "c", "input": "new", "same_input": ""})

    found = shop.domain.executions()
    assert getattr(found.get("b").history().first, "input", None) == text
    assert getattr(found.get("c").history().first, "input", None) == "new"
    assert values["like_run"] == first.run_id


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [
        ({"type": ""}, 400, "say which workflow type"),
        ({"type": "ordr"}, 404, "Did you mean order:1"),
        ({"type": "order:2"}, 404, "There is no workflow type"),
        ({"type": "zzzzzzzzzzz"}, 404, "There is no workflow type"),
        ({"type": "x" * 5_000}, 400, "type"),
        ({"workflow_id": "a/b"}, 400, "workflow_id: must"),
        ({"workflow_id": "x" * 300}, 400, "workflow_id:"),
        ({"task_priority": "soon"}, 400, "whole number"),
        ({"task_priority": "9" * 30}, 400, "task_priority: must"),
        ({"execution_start_to_close_timeout": "1h"}, 400, "execution_start_to_close_timeout"),
        ({"execution_start_to_close_timeout": "NONE"}, 400, "imeout"),
        ({"tags": "1\n2\n3\n4\n5\n6"}, 400, "tag_list: has"),
        ({"child_policy": "KILL"}, 400, "child_policy: must"),
        ({"input": "x" * 40_000}, 400, "input"),
    ],
    ids=str,
)
def test_what_cannot_be_started_is_told_in_the_form(
    browser: Browser, shop: Shop, typed: dict[str, str], status: int, told: str
) -> None:
    """The form says what is wrong, keeps all that was typed, and nothing was started."""
    given = {"type": "order:1", "workflow_id": "w", "task_list": "kept <i>", **typed}

    answer = browser.submit("/ui/d/start", given)

    assert answer.status == status
    assert told in answer.text
    values = seen(answer.text).values
    assert {name: values[name] for name in given if name in values} == {
        name: value for name, value in given.items() if name in values
    }
    assert values["task_list"] == "kept <i>"
    assert ("aria-invalid", "true") in seen(answer.text).attributes
    assert not shop.domain.executions().exists()


def test_what_is_open_is_not_started_twice(browser: Browser, execution: WorkflowExecution) -> None:
    """A form that is sent twice starts one execution, and says that there is one."""
    typed = {"type": "order:1", "workflow_id": "order-1"}

    answer = browser.submit("/ui/d/start", typed)

    assert answer.status == 409
    assert "an execution of this workflow id is open" in answer.text


def test_a_deprecated_type_is_told(browser: Browser, shop: Shop) -> None:
    """A type that may not be started any more is told to be deprecated."""
    shop.domain.workflows().get("order", "1").deprecate()

    answer = browser.submit("/ui/d/start", {"type": "order:1", "workflow_id": "w"})

    assert answer.status == 409
    assert "type is deprecated" in answer.text


def test_what_is_of_a_deprecated_type_is_not_started_again(
    browser: Browser, shop: Shop, execution: WorkflowExecution
) -> None:
    """An execution whose type may not be started any more is not started again, and says so."""
    execution.terminate()
    Domain("d", connection=shop.unheard).workflows().get("order", "1").deprecate()

    answer = browser.submit(url(execution, "restart"), {"sure": "yes"})

    assert answer.status == 409
    assert "type is deprecated" in answer.text


def test_a_form_works_without_the_types_it_would_offer(browser: Browser, shop: Shop) -> None:
    """Where types may not be listed, one can be typed all the same."""
    shop.connection.trouble["ListWorkflowTypes"] = ThrottlingFault("no")

    assert "order:1" not in browser.get("/ui/d/start").text
    assert browser.submit("/ui/d/start", {"type": "order:1", "workflow_id": "w"}).status == 303


def test_a_form_about_nothing_is_refused(browser: Browser) -> None:
    """An execution that is not there has no form, and is told not to be there."""
    for action in ACTIONS:
        path = f"/ui/d/executions/nope/nope/{action.name}"
        assert browser.get(path).status == 404
        assert browser.submit(path, {"sure": "yes", "signal_name": "s"}).status == 404


def test_a_reply_that_was_lost_is_no_success(
    browser: Browser, shop: Shop, execution: WorkflowExecution
) -> None:
    """Where it is not known whether SWF acted, the page does not say that it did."""
    shop.connection.trouble["SignalWorkflowExecution"] = Lost(ReadTimeout("no answer"))

    answer = browser.submit(url(execution, "signal"), {"signal_name": "s"})

    assert answer.status == 504
    assert "no answer" in answer.text


def test_a_throttled_action_keeps_the_form(
    browser: Browser, shop: Shop, execution: WorkflowExecution
) -> None:
    """What SWF refuses for now can be sent again as it was typed."""
    shop.connection.trouble["TerminateWorkflowExecution"] = [ThrottlingFault("Rate exceeded")]
    typed = {"reason": "why", "sure": "yes"}

    refused = browser.submit(url(execution, "terminate"), typed)

    assert refused.status == 503
    assert seen(refused.text).values["reason"] == "why"
    assert browser.submit(url(execution, "terminate"), typed).status == 303


def test_nothing_is_asked_of_an_swf_that_is_gone(
    browser: Browser, shop: Shop, execution: WorkflowExecution
) -> None:
    """Where not even the execution can be described, the page says what is wrong with SWF."""
    for operation in ("TerminateWorkflowExecution", "DescribeWorkflowExecution"):
        shop.connection.trouble[operation] = ThrottlingFault("Rate exceeded")

    answer = browser.submit(url(execution, "terminate"), {"sure": "yes"})

    assert answer.status == 503
    assert "asked too often" in answer.text


def test_a_site_that_is_read_only_has_no_forms_at_all(
    shop: Shop, execution: WorkflowExecution
) -> None:
    """No form is shown, and none is taken, not even one that would have been right."""
    browser = Browser(application(shop.connection, token=None, read_only=True))

    for path in ("/ui/d/start", *(url(execution, action.name) for action in ACTIONS)):
        assert browser.get(path).status == 404
        fields = {"sure": "yes", "signal_name": "s", "type": "order:1", "workflow_id": "w"}
        assert browser.submit(path, fields).status in (404, 405)
    assert [one.workflow_id for one in shop.domain.executions()] == ["order-1"]
    assert not execution.upstream().cancel_requested


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_swf_does_harm_in_a_form(
    shop: Shop, execution: WorkflowExecution, poison: str
) -> None:
    """Whatever an execution holds, the forms about it show it as text."""
    poisoned = Poisoned(shop.unheard, poison)
    browser = Browser(application(poisoned, token=None))
    for action in ACTIONS:
        answer = browser.get(url(execution, action.name))
        assert answer.status == 200
        assert harms(answer.text) == []
    like = browser.get(paths.url("d", "start", like_id="order-1", like_run=execution.run_id))
    assert like.status == 200
    assert [harm for harm in harms(like.text) if not harm.startswith("character")] == []


@pytest.mark.parametrize("poison", POISONS)
def test_nothing_that_is_typed_does_harm(browser: Browser, poison: str) -> None:
    """Whatever is typed into a form comes back as what was typed."""
    names = ("type", "workflow_id", "input", "task_list", "tags", "lambda_role", "like_id")
    text = poison.encode("utf-8", "replace").decode()

    answer = browser.submit("/ui/d/start", {**dict.fromkeys(names, text), "child_policy": "X"})

    assert answer.status in (400, 404)
    assert [harm for harm in harms(answer.text) if not harm.startswith("character")] == []
    assert seen(answer.text).values["task_list"].replace("\r\n", "\n") == text.replace("\r\n", "\n")


def test_only_workflow_types_are_offered(browser: Browser, shop: Shop) -> None:
    """What can be started is offered, and nothing else."""
    assert isinstance(shop.charge(shop.domain), ActivityType)

    page = browser.get("/ui/d/start").text

    assert "order:1" in page
    assert "charge" not in page
