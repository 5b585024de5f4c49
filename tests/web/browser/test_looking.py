"""A reader looks at the shop, page by page, in a real browser."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from chromium import PATIENCE_SECONDS, Visit
from playwright.sync_api import Page, expect

# The list


def rows(page: Page) -> list[str]:
    return page.locator("#list a[data-row]").all_inner_texts()


def test_the_domain_can_be_changed(visit: Visit) -> None:
    """From any page one click leads to all domains, and another into one of them."""
    page = visit.go("/ui/shop/types")

    page.locator("a.domain").click()
    page.locator("main a[data-row]", has_text="shop").click()

    expect(page.locator("h1")).to_have_text("Executions")
    assert page.url.startswith(f"{visit.origin}/ui/shop/")


def test_filters_are_in_the_url(visit: Visit) -> None:
    """What is asked for in the form is in the URL, nothing else is, and the URL shows it again."""
    page = visit.go("/ui/shop/executions")

    page.get_by_label("Status").select_option("failed")
    page.get_by_label("Tag").fill("mallory")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("#list a[data-row]")).to_have_text(["order-1046", "order-1039"])
    query = page.url.partition("?")[2]
    assert sorted(query.split("&")) == ["status=failed", "tag=mallory"]
    again = visit.go(f"/ui/shop/executions?{query}", visit.opened())
    expect(again.get_by_label("Tag")).to_have_value("mallory")
    assert rows(again) == ["order-1046", "order-1039"]


@pytest.mark.parametrize(
    ("label", "typed", "found"),
    [
        ("Workflow id", "order-1047", ["order-1047"]),
        ("Type", "stock-report:2", ["stock"]),
        ("Type", "refund", ["refund-1037", "refund-1042"]),
        ("Since", "2026-03-02T11:56", ["attic-20260302T120000Z", "order-1052", "order-1051"]),
        ("Until", "2026-03-02T09:02", ["schedule-attic", "inventory-cellar"]),
        ("Text", "kiln", ["inventory-kiln"]),
    ],
)
def test_each_filter_finds(visit: Visit, label: str, typed: str, found: list[str]) -> None:
    """By id, by type with or without its version, by time and by text, just that is found."""
    page = visit.go("/ui/shop/executions")

    page.get_by_label(label, exact=True).fill(typed)
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_label(label, exact=True)).to_have_value(typed)
    assert set(found) <= set(rows(page))
    assert len(rows(page)) <= len(found) + 1


def test_counts_lead_to_what_they_count(visit: Visit) -> None:
    """The number of open executions is a link to just these."""
    page = visit.go("/ui/shop/executions")

    count = page.locator("#counts a", has_text="open")
    told = int(count.inner_text().split()[0])
    count.click()

    expect(page.locator("#list a[data-row]")).to_have_count(told)


# An execution


def test_an_execution_says_how_it_is(visit: Visit) -> None:
    """Status, times, time-out, type, tags and quotas are told at a glance, the input as a tree."""
    page = visit.execution("order-1048")

    expect(page.locator("h1")).to_contain_text("open")
    vitals = page.locator("#vitals").inner_text()
    assert "2026-03-02 11:32:00" in vitals
    expect(page.locator("#vitals time.due")).to_contain_text("in 23 h")
    expect(page.locator("#facts")).to_contain_text("barbara")
    assert page.locator(".meters tr").count() >= 5
    expect(page.locator(".meters")).to_contain_text("of 25,000")
    expect(page.locator("#payloads .tree")).to_contain_text("chess set")


SOON = "due => { due.dataset.seconds = Math.min(65, due.dataset.seconds); return due.textContent }"
COUNTED = re.compile("in (1 min [0-4] s|[1-5]?[0-9] s)$")


def test_a_time_out_counts_down(visit: Visit) -> None:
    """The time that is left is counted down in the page."""
    page = visit.execution("order-1048")
    until = time.monotonic() + PATIENCE_SECONDS

    # The page may take a new one from the server meanwhile.
    while not COUNTED.match(page.locator("#vitals time.due").evaluate(SOON)):
        assert time.monotonic() < until
        page.wait_for_timeout(100)


def test_an_input_folds(visit: Visit) -> None:
    """A part of the input can be closed, and the text as it was sent opened."""
    page = visit.execution("order-1048")
    assert page.locator("#input-raw pre").is_hidden()

    page.locator("#input-raw summary").click()
    page.locator("#payloads .tree summary").first.click()

    expect(page.locator("#input-raw pre")).to_contain_text('"chess set"')
    expect(page.locator("#payloads .tree li").first).to_be_hidden()


def test_why_it_closed_is_told(visit: Visit) -> None:
    """A failed execution tells of the activity that failed before, with where it was raised."""
    page = visit.execution("order-1046")

    expect(page.locator("#why")).to_contain_text("the card was reported stolen")
    expect(page.locator("#why .culprit")).to_contain_text("charge")
    expect(page.locator("#why .culprit pre").first).to_contain_text("raise CardDeclinedError")


# The timeline


def test_the_timeline_has_a_lane_for_each_task(visit: Visit) -> None:
    """Activities, timers and decision tasks have lanes; what was tried again has several bars."""
    page = visit.execution("order-1048")
    labels = page.locator(".timeline svg .label").all_text_contents()

    told = " ".join(labels)
    for name in ("decision", "reserve", "charge", "ship", "may-be-canceled"):
        assert name in told
    lane = page.locator(".timeline g.lane", has_text="ship")
    assert lane.locator("a.bar").count() == 2


def test_idle_time_is_shown_or_left_out(visit: Visit) -> None:
    """A switch, in the URL, shows the hours in which nothing happened, or folds them."""
    page = visit.execution("points-of-ada")
    expect(page.locator(".timeline svg")).to_contain_text("idle, left out")

    page.get_by_role("link", name="Show idle time").click()

    expect(page.get_by_role("link", name="Hide idle time")).to_be_visible()
    expect(page.locator(".timeline svg")).not_to_contain_text("idle, left out")
    assert "idle=shown" in page.url


def test_a_bar_tells_of_itself_and_leads_to_its_event(visit: Visit) -> None:
    """Under the pointer a bar says what it is; clicked, the history shows the event."""
    page = visit.execution("order-1048")
    bar = page.locator(".timeline g.lane", has_text="reserve").locator("a.bar").first

    bar.hover()
    expect(page.locator(".bar-words")).to_contain_text("reserve")
    bar.click()

    page.wait_for_url("**/history**#event-*")
    event = page.url.rpartition("#")[2]
    expect(page.locator(f"#{event}")).to_be_in_viewport()


# The history


def test_a_history_is_compact_whole_or_json(visit: Visit) -> None:
    """One row for each task, each event with its attributes, or each as it was sent."""
    page = visit.execution("order-1040", "history")
    compact = page.locator("#history tr a[data-row]").count()
    expect(page.locator("#history")).to_contain_text("may-be-canceled")

    page.get_by_role("link", name="All events").click()
    whole = page.locator("#history .event").count()
    page.get_by_role("link", name="JSON", exact=True).click()

    assert 0 < compact < whole == 74
    sent = json.loads(page.locator("#history .event pre").first.inner_text())
    assert sent["eventType"] == "WorkflowExecutionStarted"


def test_a_history_is_narrowed(visit: Visit) -> None:
    """By what it is about, by errors alone, and turned round, with the newest first."""
    page = visit.execution("order-1040", "history")

    page.get_by_label("Errors only").check()
    page.get_by_role("button", name="Show").click()
    errors = page.locator("#history tbody tr")
    assert errors.count() == 2
    expect(errors.first).to_contain_text("the bank does not answer")
    page.get_by_label("Errors only").uncheck()
    page.locator("select[name=family]").select_option("timer")
    page.locator("select[name=order]").select_option("newest")
    page.get_by_role("button", name="Show").click()

    numbers = [int(one) for one in page.locator("#history a[data-row]").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) >= 2


def test_a_history_is_downloaded(visit: Visit, tmp_path: Path) -> None:
    """The download is a file of JSON with all events."""
    page = visit.execution("order-1040", "history")

    with page.expect_download() as started:
        page.get_by_role("link", name="Download as JSON").click()
    started.value.save_as(tmp_path / "history.json")

    assert started.value.suggested_filename.endswith(".json")
    assert len(json.loads((tmp_path / "history.json").read_text())["events"]) == 74


# What is pending, and the task lists


def test_what_is_pending_tells_of_its_attempt(visit: Visit) -> None:
    """An open activity: which attempt, who has it, when it times out, why the last one failed."""
    page = visit.execution("order-1048", "pending")
    card = page.locator("article.pending")

    expect(card).to_contain_text("ship")
    expect(card).to_contain_text("attempt 2")
    expect(card).to_contain_text("@couriers")
    expect(card).to_contain_text("heartbeat")
    expect(card.locator(".failure")).to_contain_text("timed out")


def test_task_lists_say_who_polls(visit: Visit) -> None:
    """How many tasks wait and for how long, who polls; and what nobody polls is said first."""
    page = visit.go("/ui/shop/task-lists")

    alerts = page.get_by_role("alert")
    expect(alerts.filter(has_text="refunds")).to_contain_text(
        "Nothing polls refunds for activity tasks since 2026-03-02 11:38:00"
    )
    expect(alerts.filter(has_text="audits")).to_contain_text("for decision tasks since")
    expect(page.locator("tr", has_text="payments")).to_contain_text("bank-gateway@pay-1")
    expect(page.locator("tr", has_text="refunds")).to_contain_text("22 min")


# Why, where, and what came before


def test_what_keeps_an_execution_is_said_with_the_way_out(visit: Visit) -> None:
    """What nobody does is said at the top, with the command that has somebody do it."""
    page = visit.execution("refund-1042")

    why = page.locator("#why")
    expect(why).to_contain_text("Why is it stuck?")
    expect(why).to_contain_text("nobody polls")
    expect(why.locator("code").first).to_contain_text("swf worker start")
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    why.get_by_role("button", name="copy").first.click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('refunds')")


def test_changed_code_is_named(visit: Visit) -> None:
    """An execution that its code cannot go on with says what differs."""
    page = visit.execution("points-of-ada")

    expect(page.locator("#why")).to_contain_text("the program was changed")


def test_the_call_stack_shows_lines_of_the_program(visit: Visit) -> None:
    """By a replay the page shows at which line the program waits, and for what."""
    page = visit.execution("order-1048", "stack")

    expect(page.locator(".strand .waits").first).to_contain_text("ship")
    expect(page.locator(".strand .source .at").last).to_contain_text("self.submit(ship")
    expect(page.locator(".strand .source").first).to_be_visible()


def test_moments_are_gone_through(visit: Visit) -> None:
    """Step by step, by keys, by number and by the slider: how it stood, and where its code was."""
    page = visit.execution("order-1048", "replay?event=12")
    expect(page.locator(".moment .now")).to_contain_text("12")
    expect(page.locator(".moment .code .source .at").last).to_contain_text(".result")

    page.get_by_role("link", name="Event ▶").click()
    page.wait_for_url("**event=13")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**event=12")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(lambda url: not url.endswith("event=12"))
    page.keyboard.press("End")
    page.wait_for_url("**event=41")
    page.locator("input[type=number]").fill("5")
    page.locator("input[type=number]").press("Enter")
    page.wait_for_url("**event=5")

    expect(page.locator(".moment .now")).to_contain_text("5")


def test_a_graph_shows_how_far_it_is(visit: Visit) -> None:
    """Each task of a graph is a node that says its state, and leads to its event."""
    page = visit.execution("catalogue-tuesday", "graph")
    picture = page.locator(".picture svg")

    expect(picture).to_contain_text("tell-customers")
    expect(picture).to_contain_text("waiting")
    expect(picture).to_contain_text("completed")
    picture.locator("a", has_text="merge").first.click()
    page.wait_for_url("**#event-*")


def test_the_graph_of_a_program_is_what_came_before_what(visit: Visit) -> None:
    """A program has no graph; the order of its tasks has one."""
    page = visit.execution("order-1045", "graph")

    expect(page.locator(".picture svg")).to_contain_text("reserve")
    expect(page.locator(".picture svg")).to_contain_text("ship")


def test_children_are_a_tree(visit: Visit) -> None:
    """A parent shows its children, and each child leads to itself and back."""
    page = visit.execution("stock", "children")
    assert page.locator("#family a[data-row]", has_text="inventory-").count() == 4

    page.locator("#family a[data-row]", has_text="inventory-kiln").click()
    expect(page.locator("h1")).to_contain_text("inventory-kiln")
    expect(page.locator("#facts")).to_contain_text("stock")


def test_runs_that_continue_each_other_are_one_list(visit: Visit) -> None:
    """All runs of a chain stand in one list, with this one marked."""
    page = visit.execution("prices", "children")

    assert page.locator("#runs tbody tr").count() >= 5
    expect(page.locator("#runs tr.here")).to_have_count(1)


def test_what_is_usual_is_told(visit: Visit) -> None:
    """How long the type usually takes, and which step took longest."""
    page = visit.execution("order-1048")

    expect(page.locator("#vitals")).to_contain_text("Usually takes")
    expect(page.locator("#vitals")).to_contain_text("Longest step")


# Taking along, and bringing


def test_a_history_is_exported_and_imported(visit: Visit, tmp_path: Path) -> None:
    """A history that was downloaded is imported, and every view works on it."""
    page = visit.execution("order-1040", "history")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as JSON").click()
    file = tmp_path / "history.json"
    started.value.save_as(file)

    visit.go("/ui/~import")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Import").click()

    expect(page.locator(".note").first).to_contain_text("imported history")
    expect(page.locator("h1")).to_contain_text("order-1040")
    tabs = page.locator("nav.tabs a")
    for number in range(tabs.count()):
        tabs.nth(number).click()
        expect(page.locator("nav.tabs a[aria-current]")).to_have_count(1)
    expect(page.locator("nav.actions")).to_have_count(0)


def test_a_report_needs_nothing_else(visit: Visit, tmp_path: Path) -> None:
    """The page that is taken along opens from a file, asks for nothing, and runs no script."""
    page = visit.execution("order-1046", "export")
    with page.expect_download() as started:
        page.locator("a[download]", has_text="page").first.click()
    file = tmp_path / "report.html"
    started.value.save_as(file)

    asked: list[str] = []
    report = visit.opened()
    report.on("request", lambda request: asked.append(request.url))
    report.goto(file.as_uri())

    assert asked == [file.as_uri()]
    expect(report.locator("body")).to_contain_text("the card was reported stolen")
    expect(report.locator("svg").first).to_be_visible()
    assert report.locator("script").count() == 0


def test_a_test_is_taken_along(visit: Visit, tmp_path: Path) -> None:
    """The history comes as a test of pytest's, of the class that was named."""
    page = visit.execution("order-1046", "export")
    page.get_by_label("The class of the workflow").fill("examples.demo_ui.shop.Order")

    with page.expect_download() as started:
        page.get_by_role("button", name="Take the test along").click()
    file = tmp_path / "test_order.py"
    started.value.save_as(file)

    assert "def test_" in file.read_text()
