"""What tests in a browser start from: the shop of the demo, and a reader who may look at it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from chromium import Visit, executable, launched, served, visiting
from playwright.sync_api import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here, and skip it loudly where there is no browser."""
    here = [item for item in items if "/web/browser/" in item.path.as_posix()]
    for item in here:
        item.add_marker(pytest.mark.browser)
        if executable() is None:
            item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: `make browser` installs one"))
    if here and executable() is None:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("NO CHROMIUM: tests in a browser are SKIPPED", stacklevel=1)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module: its event loop would be in the way of others."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def shop_url() -> Iterator[str]:
    """Where the shop of the demo can be seen, with its token; its clock stands still."""
    with served("examples.demo_ui", "--still", "--port", "0") as url:
        yield url


@pytest.fixture
def visit(chromium: Browser, shop_url: str) -> Iterator[Visit]:
    """A reader of the shop's pages, who has nothing to complain about in the end."""
    with visiting(chromium, shop_url) as reader:
        yield reader
