"""A Chromium for tests of pages: it looks at a shop in another process, and hears complaints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
from ended import ended
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT: Final = Path(__file__).parent.parent
PATIENCE_SECONDS: Final = 120

# Of itself it has five seconds, whatever the timeout of a page.
expect.set_options(timeout=PATIENCE_SECONDS * 1_000)

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")

ARGUMENTS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

LISTENS: Final = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


def executable() -> str | None:
    """Return where a Chromium is; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a Chromium, which is gone afterwards."""
    found = executable()
    assert found is not None
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(*command: str, environment: dict[str, str] | None = None) -> Iterator[str]:
    """Yield the URL with a token that a Python program prints; it is told to stop afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout, ended(process):
        yield _url(process)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    told = []
    late = threading.Timer(PATIENCE_SECONDS, process.kill)
    late.start()
    try:
        for line in process.stdout:
            told.append(line)
            if "?token=" in line:
                return line.strip().removeprefix("pages: ")
    finally:
        late.cancel()
    raise AssertionError(f"it did not say where its pages are: {told}")


@attrs.define(slots=False)  # playwright notes things at what it calls
class Visit:
    """A reader's browser, with what it has to complain about."""

    url: str
    context: BrowserContext
    complaints: list[str] = attrs.field(factory=list)
    page: Page = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.page = self.opened()

    def opened(self) -> Page:
        """Return a page of this reader's which is listened to, in a tab of its own."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_SECONDS * 1_000)
        page.add_init_script(LISTENS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        return page

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def enter(self) -> Page:
        """Exchange the token for a cookie."""
        self.page.goto(self.url)
        return self.page

    def go(self, path: str, page: Page | None = None) -> Page:
        """Go to a path of the server."""
        page = page or self.page
        page.goto(self.origin + path)
        return page

    def execution(self, workflow_id: str, *pages: str) -> Page:
        """Go to a page of the latest run of an execution."""
        self.go(self.path_of(workflow_id, *pages))
        return self.page

    def path_of(self, workflow_id: str, *pages: str) -> str:
        """Return the path of a page of the latest run of an execution."""
        self.go(f"/ui/shop/executions?id={workflow_id}")
        found = self.page.locator("a[data-row]").first.get_attribute("href")
        return "/".join([str(found), *pages])

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _failed(self, request: Any) -> None:
        # A page that is left ends what it listened to.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}: {request.failure}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Yield a reader's browser; afterwards there must be no complaint that was not taken out."""
    told = {"viewport": {"width": 1_280, "height": 900}, **options}
    context = browser.new_context(**told)
    try:
        visit = Visit(url, context)
        visit.enter()
        yield visit
        assert not visit.complaints, visit.complaints
    finally:
        context.close()
