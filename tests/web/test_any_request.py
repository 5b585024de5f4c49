"""Whatever is asked of the pages is answered, and is nobody's fault but who asked."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from browsed import Browser
from poisons import POISONS
from shops import Shop
from starlette.applications import Starlette
from starlette.routing import Route

import swf.web

REQUESTS: Final = 300
TEMPLATES: Final = Path(swf.web.__file__).parent / "templates"
LONGEST: Final = 400
NAMES: Final = ("d", "order", "1", "t", "start", "~", "~~", "", "-1", "9" * 20, "%00", "%ff", "%")
GIVEN: Final = re.compile(r'name="([a-z_]+)"')
QUERIES: Final = ("page", "first", "event", "every", "idle", "target", "done", "token", "theme")
FIELDS: Final = sorted(
    {
        name
        for template in TEMPLATES.rglob("*.html")
        for name in GIVEN.findall(template.read_text(encoding="utf-8"))
    }
    - {"csrf"}
)
"""What the forms of pages have."""


class Stranger:
    """Somebody who asks for anything: names that are there, that cannot be, and that mean harm."""

    def __init__(self, seed: int, browser: Browser, run_id: str) -> None:
        self.random = random.Random(seed)
        self.browser = browser
        self.named = f"/ui/d/executions/w/{run_id}"
        inner = browser.pages._guard._inner
        assert isinstance(inner, Starlette)
        self.routes = [
            (route.path, "POST" in (route.methods or ()))
            for route in inner.routes
            if isinstance(route, Route) and not route.path.endswith("/events")  # these do not end
        ]

    def name(self) -> str:
        """Return a part of a path, or the value of a parameter."""
        if self.random.random() < 0.6:
            return self.random.choice(NAMES)
        return quote(self.random.choice(POISONS)[:LONGEST], safe="", errors="surrogatepass")

    def url(self, path: str) -> str:
        """Return a URL of a route, often of what is there, with any query."""
        if self.random.random() < 0.5:
            path = path.replace("/ui/{domain}/executions/{workflow_id}/{run_id}", self.named)
        path = re.sub(r"{\w+}", lambda _: self.name(), path)
        count = self.random.choice((0, 1, 3))
        query = [f"{self.random.choice((*QUERIES, *FIELDS))}={self.name()}" for _ in range(count)]
        return f"{path}?{'&'.join(query)}" if query else path

    def ask(self) -> tuple[str, int]:
        """Ask for something; return for what, and how that was answered."""
        path, takes_forms = self.random.choice(self.routes)
        url = self.url(path)
        if not takes_forms:
            return url, self.browser.get(url).status
        values = (*POISONS, "order:1", "w", "TERMINATE", "1", "NONE")
        chosen = self.random.sample(FIELDS, self.random.randint(0, 5))
        fields = {field: self.random.choice(values) for field in chosen}
        return f"{url} {fields}", self.browser.submit(url, fields).status


@pytest.mark.parametrize("seed", range(3))
def test_no_request_breaks_a_page(seed: int, browser: Browser, shop: Shop) -> None:
    """Pages that are there, that are not, and forms of anything: none is answered with 5xx."""
    execution = Shop.order(shop.domain).start_execution("w", input="[1]")
    stranger = Stranger(seed, browser, execution.run_id)
    answered = [stranger.ask() for _ in range(REQUESTS)]

    assert [(what, status) for what, status in answered if status >= 500] == []
    assert len(FIELDS) > 20
    assert {200, 400, 404} <= {status for _, status in answered}
