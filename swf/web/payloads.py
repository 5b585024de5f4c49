"""Payloads as trees that can be looked into: JSON, JSON within texts, tagged values.

Nothing is fetched and nothing is decrypted for a page: what codecs sealed or a store holds is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from swf.payload.envelope import PREFIXES
from swf.payload.tags import TAG
from swf.wire import shortened

MOST_NODES: Final = 300
"""Nodes of a tree."""

MOST_DEPTH: Final = 16
"""Nodes above a node."""

MOST_CHARACTERS: Final = 2_000
"""Characters of one text in a tree."""

_REFERENCE: Final = "simpleflow+s3://"
_SHORT: Final = 80


@attrs.frozen
class Node:
    """One value: the key that it is under, its kind, and the text or the nodes that it consists of.

    `kind` is object, list, text, number, word, or what a tag or an envelope says; `note` is said of
    it beside. `hidden` is how much of it is not told.
    """

    kind: str
    key: str | None = None
    text: str | None = None
    note: str = ""
    nodes: tuple[Node, ...] = ()
    hidden: int = 0
    count: int = 0
    """How many values an object or a list has."""

    @property
    def gist(self) -> str:
        """What is told of it while it is closed."""
        if self.kind == "object":
            keys = ", ".join(node.key or "" for node in self.nodes[:6])
            return shortened(f"{{{keys}{', …' if self.count > 6 else ''}}}", _SHORT)
        if self.kind == "list":
            return f"[{self.count:,}]"
        return self.kind


@attrs.frozen
class Payload:
    """One text of SWF's as it was sent, and its tree where it has one.

    `shown` is as much of the text as a page shows.
    """

    raw: str
    node: Node | None
    note: str = ""
    shown: str = ""

    @property
    def hidden(self) -> int:
        """How many characters of the text are not shown."""
        return len(self.raw) - len(self.shown)

    @property
    def length(self) -> int:
        """How many characters it has."""
        return len(self.raw)


def payload_of(text: str | None) -> Payload | None:
    """Return what a text of SWF's says; None where there is none."""
    if text is None:
        return None
    if text.startswith(PREFIXES):
        return Payload(text, None, _envelope(text), text)
    if text.startswith(_REFERENCE):
        told = "lies in S3, where simpleflow put it; it is not fetched here"
        return Payload(text, None, told, text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Payload(text, None, shown=text)
    return Payload(text, _Nodes().node(value, None, 0), shown=text)


def _envelope(text: str) -> str:
    """Return what an envelope says of itself; it is not opened."""
    try:
        kind, _, codecs, content = json.loads(text)[TAG]
        by = ", ".join(map(str, codecs)) or "no codec"
        if kind == "sealed":
            return f"sealed by {by}; it is not opened here"
        return (
            f"{int(content['size']):,} bytes in the store {content['store']} under "
            f"{content['key']}, sealed by {by}; they are not fetched here"
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return "an envelope that cannot be read"


@attrs.define
class _Nodes:
    """How many nodes a tree may still have."""

    left: int = MOST_NODES

    def node(self, value: Any, key: str | None, depth: int) -> Node:
        """Return the node of a value."""
        self.left -= 1
        if isinstance(value, Mapping):
            tagged = _tagged(value)
            if tagged is not None:
                return attrs.evolve(tagged, key=key)
            return self._object(value, key, depth)
        if isinstance(value, list):
            return self._list(value, key, depth)
        if isinstance(value, str):
            return self._text(value, key, depth)
        if value is None or isinstance(value, bool):
            return Node("word", key, json.dumps(value))
        return Node("number", key, shortened(json.dumps(value), MOST_CHARACTERS))

    def _object(self, value: Mapping[str, Any], key: str | None, depth: int) -> Node:
        items = ((shortened(str(name), _SHORT * 2), one) for name, one in value.items())
        nodes = tuple(self._all(items, depth))
        return Node("object", key, nodes=nodes, hidden=len(value) - len(nodes), count=len(value))

    def _list(self, value: list[Any], key: str | None, depth: int) -> Node:
        nodes = tuple(self._all(((str(at), one) for at, one in enumerate(value)), depth))
        return Node("list", key, nodes=nodes, hidden=len(value) - len(nodes), count=len(value))

    def _all(self, items: Iterator[tuple[str, Any]], depth: int) -> Iterator[Node]:
        if depth >= MOST_DEPTH:
            return
        for key, value in items:
            if self.left <= 0:
                return
            yield self.node(value, key, depth + 1)

    def _text(self, value: str, key: str | None, depth: int) -> Node:
        within = _json_within(value)
        if within is not None and depth < MOST_DEPTH and self.left > 0:
            return attrs.evolve(self.node(within, key, depth), note="JSON in a text")
        shown = value[:MOST_CHARACTERS]
        return Node("text", key, shown, hidden=len(value) - len(shown))


def _json_within(text: str) -> Any:
    """Return the object or list whose JSON a text is; None where it is another text."""
    if text[:1] not in ("{", "[") or text[-1:] not in ("}", "]"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _tagged(value: Mapping[str, Any]) -> Node | None:
    """Return the node of a value that JSON has no word for: `{"$swf": ["datetime", …]}`."""
    told = value.get(TAG)
    if len(value) != 1 or not isinstance(told, list) or not told or not isinstance(told[0], str):
        return None
    kind, *content = told
    if len(content) == 1 and isinstance(content[0], str):
        text = content[0]
    else:
        text = json.dumps(content[0] if len(content) == 1 else content, ensure_ascii=False)
    shown = text[:MOST_CHARACTERS]
    return Node("text", None, shown, note=shortened(kind, _SHORT), hidden=len(text) - len(shown))
