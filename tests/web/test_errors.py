"""What went wrong, in words."""

from __future__ import annotations

import pytest
from browsed import Browser, seen
from poisons import POISONS, harms
from shops import Shop

from swf import exceptions
from swf.exceptions import SWFError
from swf.models import Domain, WorkflowExecution
from swf.web.errors import Sought, problem_of

LIST = "/ui/d/executions"


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (exceptions.ConnectionFailedError("refused"), 502, "swf config show"),
        (exceptions.ReadTimeout("slow"), 504, "did not answer in time"),
        (exceptions.AccessDeniedFault("User: x is not authorized"), 403, "does not allow"),
        (exceptions.OperationNotPermittedFault("no"), 403, "does not allow"),
        (exceptions.InvalidCredentialsError("key"), 502, "no usable credentials"),
        (exceptions.CredentialsError("none"), 502, "no usable credentials"),
        (exceptions.ThrottlingFault("Rate exceeded"), 503, "asked too often"),
        (exceptions.LimitExceededFault("too many"), 429, "limit of SWF"),
        (exceptions.ServiceFault("500"), 502, "could not do that"),
        (exceptions.DatabaseLockedError("locked"), 502, "database cannot be used"),
        (exceptions.DatabaseReadOnlyError("read-only"), 403, "read-only"),
        (exceptions.SettingsError("no region"), 502, "no region"),
        (exceptions.ValidationFault("bad"), 400, "bad"),
        (exceptions.UnknownResourceFault("what"), 404, "no such thing"),
        (exceptions.DefaultUndefinedFault("x"), 400, "cannot be asked"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, SWFError) else None,
)
def test_what_swf_refuses_is_told_in_words(
    browser: Browser, shop: Shop, error: SWFError, status: int, told: str
) -> None:
    """Each kind of error has a page with its own words, what SWF said, and no traceback."""
    shop.connection.trouble["ListOpenWorkflowExecutions"] = error

    answer = browser.get(LIST)

    assert answer.status == status
    assert told in answer.text
    assert str(error) in answer.text
    assert "Traceback" not in answer.text


def test_a_bug_is_told_without_its_traceback(
    browser: Browser, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that breaks says so; what the program's owner needs is in the log."""
    shop.connection.trouble["ListOpenWorkflowExecutions"] = ZeroDivisionError("secret")  # type: ignore[assignment]

    answer = browser.get(LIST)

    assert answer.status == 500
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_the_nearest_domains_are_linked(browser: Browser, shop: Shop) -> None:
    """Where a domain was mistyped, those like it are a click away; else some that there are."""
    Domain("shipping", connection=shop.unheard).save()

    assert "/ui/shipping" in seen(browser.get("/ui/shiping/types").text).links
    assert "/ui/d" in seen(browser.get("/ui/zzzzzz/types").text).links


def test_domains_that_cannot_be_listed_are_not_missed(browser: Browser, shop: Shop) -> None:
    """Where the domains cannot be asked for, the page tells what it knows."""
    shop.connection.trouble["ListDomains"] = exceptions.AccessDeniedFault("no")

    assert browser.get("/ui/nope/executions").status == 404


def sought(browser: Browser, workflow_id: str, run_id: str = "nope") -> list[str]:
    answer = browser.get(f"/ui/d/executions/{workflow_id}/{run_id}/signal")
    assert answer.status == 404
    return [link for link in seen(answer.text).links if "/executions/" in link]


def test_the_nearest_executions_are_linked(browser: Browser, shop: Shop) -> None:
    """Where an execution is not there, other runs of its id are told, or else ids like it."""
    execution = Shop.order(Domain("d", connection=shop.unheard)).start_execution("order-1234")
    link = f"/ui/d/executions/order-1234/{execution.run_id}"

    assert sought(browser, "order-1234") == [link]
    assert sought(browser, "order-1235") == [link]
    assert sought(browser, "zzz") == []


def test_executions_that_cannot_be_listed_are_not_missed(browser: Browser, shop: Shop) -> None:
    """Where executions cannot be asked for, the page tells what it knows."""
    shop.connection.trouble["ListOpenWorkflowExecutions"] = exceptions.ThrottlingFault("no")

    assert sought(browser, "order-1") == []


def test_without_a_name_nothing_near_is_looked_for(shop: Shop) -> None:
    """A page that names no execution suggests none."""
    error = WorkflowExecution.DoesNotExist("gone")

    assert problem_of(error, Sought(shop.connection)).links == ()


@pytest.mark.parametrize("poison", POISONS)
def test_no_text_of_an_error_does_harm(browser: Browser, shop: Shop, poison: str) -> None:
    """Whatever SWF says when it refuses is text."""
    shop.connection.trouble["ListOpenWorkflowExecutions"] = exceptions.ServiceFault(poison)

    answer = browser.get(LIST)

    assert answer.status == 502
    assert harms(answer.text) == []
