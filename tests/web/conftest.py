"""What the tests of pages start from: a shop, and a browser that looks at it."""

from __future__ import annotations

import pytest
from browsed import Browser
from shops import Shop

from swf.web import application


@pytest.fixture
def browser(shop: Shop) -> Browser:
    """A browser of the shop's pages, which ask for no token."""
    return Browser(application(shop.connection, token=None))
