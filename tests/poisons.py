"""Texts that mean harm to who shows them, an SWF full of them, and what a page makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from browsed import seen

from swf.transport import Transport

POISONS: Final = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    "\\\\evil.example",
    "{{ 7 * 7 }}{% raw %}",
    "${7*7}",
    "<!--",
    "]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "nul\x00nul",
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m",
    "\r\nset-cookie: a=b",
    "left\u202eright",
    "\u2066isolated\u2069",
    "\u200f\u061c",
    "\ud800 alone",
    "\udfff",
    "\ufeffbom\uffff",
    "\u2028line\u2029paragraph",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e",
    "\U0001f469\u200d\U0001f4bb",
    "..",
    ".",
    "../../etc/passwd",
    "%2e%2e%2f",
    "%00",
    "%",
    "~",
    "?a=b#c",
    "a/b",
    "a b\tc",
    "NaN",
    "1e400",
    "[" * 10_000,
    "w" * 20_000,
    "simpleflow+s3://bucket/key 20",
)
"""Each is, in some place, more than a text."""

_PLAIN: Final = ("Timeout", "Days", "Priority", "eventType", "nextPageToken", "status")
_OURS: Final = re.compile(r"/ui/|#|\?|history\?event=\d+#event-\d+$|$")
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Poisoned(Transport):
    """Passes calls on; all that an SWF tells in words is another text in its replies.

    Asked for an execution of ids that it made up, it tells of the last that was asked for by its
    own.
    """

    def __init__(self, connection: Transport, poison: str) -> None:
        self.connection = connection
        self.poison = poison
        self.asked: dict[str, str] = {}

    def call(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return self.send(operation, params)  # what it made up breaks the rules

    def send(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if "execution" in params:
            if params["execution"]["runId"] != self.poison:
                self.asked = params["execution"]
            params = {**params, "domain": "d", "execution": self.asked}
        reply: dict[str, Any] = self._spoilt(self.connection.send(operation, params))
        return reply

    @property
    def clock(self) -> Any:
        return self.connection.clock

    def _spoilt(self, value: Any, key: str = "") -> Any:
        if isinstance(value, Mapping):
            return {name: self._spoilt(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._spoilt(item, key) for item in value]
        if isinstance(value, str) and not key.endswith(_PLAIN):
            return self.poison
        return value


def harms(text: str, *, scripts: int = 1) -> list[str]:
    """Return what is harmful in a page; `scripts` is how many it has by rights."""
    page = seen(text)
    found = [f"{name}={value!r:.60}" for name, value in page.attributes if name.startswith("on")]
    found += [f"link to {link!r:.60}" for link in page.links if not _OURS.match(link)]
    if page.tags.count("script") != scripts:
        found.append(f"{page.tags.count('script')} scripts")
    found += [
        f"<{tag}>" for tag in page.tags if tag in ("img", "iframe", "style", "base", "object")
    ]
    found += [f"character {letter!r}" for letter in sorted(set(_UNSAFE.findall(text)))]
    return found
