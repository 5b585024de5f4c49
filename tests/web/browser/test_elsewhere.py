"""The same pages of an SWF that is spoken to by boto3 over HTTP, as Amazon's is, and read-only."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from chromium import Visit, served, visiting
from playwright.sync_api import Browser, expect
from serving import Handler, listening

ACCOUNT: Final = {
    "AWS_ACCESS_KEY_ID": "anybody",
    "AWS_SECRET_ACCESS_KEY": "anything",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def cloud(shop_url: str) -> Iterator[str]:
    """An endpoint with SWF's API and nothing else: it tells of no pollers."""
    parts = urlsplit(shop_url)
    there = f"{parts.scheme}://{parts.netloc}/"

    class Relay(Handler):
        def answer(self) -> None:
            if self.command == "GET":
                self.reply(404, b"{}")
                return
            told = {name: self.headers[name] for name in ("X-Amz-Target", "Content-Type")}
            asked = urllib.request.Request(there, self.received(), told)
            try:
                answer = urllib.request.urlopen(asked, timeout=30)
            except HTTPError as error:
                answer = error
            with answer:
                self.reply(answer.status, answer.read(), Content_Type="application/x-amz-json-1.0")

    with listening(Relay) as url:
        yield url


@pytest.fixture(scope="module")
def pages_url(cloud: str) -> Iterator[str]:
    """Where the pages of that endpoint are, which change nothing."""
    command = ["swf", "ui", "--read-only", "--port", "0", "--endpoint-url", cloud, "-d", "shop"]
    command += ["--code", "examples.demo_ui.shop"]
    with served(*command, environment={**os.environ, **ACCOUNT}) as url:
        yield url


@pytest.fixture
def reader(chromium: Browser, pages_url: str) -> Iterator[Visit]:
    """A reader of these pages, who has nothing to complain about in the end."""
    with visiting(chromium, pages_url) as visit:
        yield visit


def test_executions_are_listed(reader: Visit) -> None:
    """The list, its filters and its counts come from SWF's operations alone."""
    page = reader.go("/ui/shop/executions?status=failed")

    expect(page.locator("#list a[data-row]")).to_have_text(["order-1046", "order-1039"])
    expect(page.locator(".badge", has_text="read-only")).to_be_visible()
    expect(page.locator("main a", has_text="Start an execution")).to_have_count(0)


@pytest.mark.parametrize(
    ("workflow_id", "tab", "shown"),
    [
        ("order-1048", "", "chess set"),
        ("order-1046", "", "the card was reported stolen"),
        ("order-1040", "timeline", "may-be-canceled"),
        ("order-1040", "history", "the bank does not answer"),
        ("order-1048", "pending", "attempt 2"),
        ("catalogue-tuesday", "graph", "tell-customers"),
        ("order-1048", "stack", "self.submit(ship"),
        ("order-1048", "replay", "Where its code stood"),
        ("stock", "children", "inventory-kiln"),
        ("order-1048", "export", "A test"),
    ],
)
def test_each_page_of_an_execution_is_there(
    reader: Visit, workflow_id: str, tab: str, shown: str
) -> None:
    """Nothing that is shown of an execution takes more than SWF's operations."""
    page = reader.execution(workflow_id, *filter(None, [tab]))

    expect(page.locator("main")).to_contain_text(shown)
    expect(page.locator("nav.actions")).to_have_count(0)


def test_who_polls_is_inferred(reader: Visit) -> None:
    """SWF does not tell who polls: it is concluded from histories, and worded so."""
    page = reader.go("/ui/shop/task-lists")

    expect(page.locator("#lists")).to_contain_text("was inferred")
    expect(page.locator("#lists")).to_contain_text("It seems that nothing polls refunds")
    expect(page.locator("tr", has_text="couriers")).to_contain_text("@couriers")


def test_nothing_can_be_done(reader: Visit) -> None:
    """There is no form that acts, and no address that one could be sent to."""
    path = reader.path_of("order-1048")
    statuses = {
        reader.context.request.post(
            f"{reader.origin}{path}/{action}", headers={"origin": reader.origin}
        ).status
        for action in ("signal", "cancel", "terminate", "restart")
    }

    assert statuses <= {403, 404, 405}
    page = reader.go(path)
    expect(page.locator("h1")).to_contain_text("open")
