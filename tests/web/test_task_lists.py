"""The page of task lists."""

from __future__ import annotations

import pytest
from browsed import Browser, seen
from poisons import POISONS, harms
from shops import Shop

from swf.clock import ManualClock
from swf.models import Domain
from swf.transport import Transport
from swf.web import application

LISTS = "/ui/d/task-lists"


def start(shop: Shop, *names: str, task_list: str | None = None) -> None:
    kind = Shop.order(Domain("d", connection=shop.unheard))
    for name in names:
        kind.start_execution(name, task_list=task_list)


def poll(shop: Shop, identity: str, task_list: str = "t") -> None:
    params = {"domain": "d", "taskList": {"name": task_list}, "identity": identity}
    shop.unheard.call("PollForDecisionTask", params)


def text_of(connection: Transport, **options: bool) -> str:
    browser = Browser(application(connection, token=None, **options))
    return " ".join(seen(browser.get(LISTS).text).text.split())


def test_a_list_that_nobody_polls_is_told_first(shop: Shop, swf_clock: ManualClock) -> None:
    """Where tasks wait for nobody, the page says so, since when, and what to type."""
    swf_clock.advance(60)
    start(shop, "a", "b")
    swf_clock.advance(61)

    text = text_of(shop.unheard)

    assert "Nothing polls t for decision tasks since 2020-01-01 00:01:00: 2 wait" in text
    assert "swf decider start MODULE -t t -d d" in text
    assert "2 for 1 min 1 s" in text


def test_who_polls_is_told_with_a_name(shop: Shop, swf_clock: ManualClock) -> None:
    """Each poller that was seen of late is named; there is nothing to be warned of then."""
    start(shop, "a", "b")
    poll(shop, "decider-7@host")
    swf_clock.advance(3)

    text = text_of(shop.unheard)

    assert "decider-7@host seen 3.0 s ago" in text
    assert "Nothing polls" not in text


def test_what_was_inferred_is_told_to_be(shop: Shop) -> None:
    """Of an SWF that does not tell who polls, nothing is told for certain that is not."""
    start(shop, "a", "b")
    poll(shop, "decider-7@host")

    text = text_of(shop.connection)

    assert "It seems that nothing polls t for decision tasks" in text
    assert "This SWF does not tell who polls" in text
    assert "2 open executions" in text
    assert "decider-7@host took a task" in text


def test_an_inferred_page_is_not_made_again_and_again(shop: Shop) -> None:
    """What costs a call for each execution is asked for when a reader asks for it."""
    told = Browser(application(shop.unheard, token=None)).get(LISTS)
    inferred = Browser(application(shop.connection, token=None)).get(LISTS)

    assert "data-events" in told.text
    assert "data-events" not in inferred.text


def test_nothing_is_told_to_be_nothing(shop: Shop) -> None:
    """An idle domain has a page that says that it is idle."""
    assert "No task waits, and nobody polls." in text_of(shop.unheard)
    assert "No task list is known of: 0 open executions" in text_of(shop.connection)


@pytest.mark.parametrize("poison", [one for one in POISONS if one.isprintable() and one])
def test_no_name_of_a_task_list_or_a_poller_does_harm(shop: Shop, poison: str) -> None:
    """Whatever lists and pollers are called, the page shows it as text, and safe to be copied."""
    name = poison[:200].translate({ord(letter): "_" for letter in ":/|"})
    start(shop, "a", task_list=name)
    poll(shop, poison[:200], name)
    start(shop, "b", task_list=name)
    for connection in (shop.unheard, shop.connection):
        browser = Browser(application(connection, token=None, endpoint=poison))
        answer = browser.get(LISTS)
        assert answer.status == 200
        assert harms(answer.text) == []


def test_a_command_to_copy_is_safe_in_a_shell(shop: Shop) -> None:
    """A task list whose name is a command is a word of the command that is shown."""
    start(shop, "a", task_list="$(reboot) `x` 'y'")

    assert "-t '$(reboot) `x` '\"'\"'y'\"'\"'' -d d" in text_of(shop.unheard)


def test_an_unknown_domain_has_no_task_lists(browser: Browser) -> None:
    """A domain that is not there is told not to be there."""
    assert browser.get("/ui/nope/task-lists").status == 404
