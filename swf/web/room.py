"""How much of what SWF told has room on a page: no page is longer than a browser is quick with."""

from __future__ import annotations

from html import escape
from typing import Final

import attrs

from swf.insight.failures import ToldError, ToldFailure
from swf.web.payloads import Payload, payload_of
from swf.web.words import shown

MOST: Final = 400_000
"""Characters of markup that the texts of one page may take, beside what the page itself is."""

OVERDRAWN: Final = -100_000
"""What may be left of it in the end: texts are told short until then, and no more after that."""

SHORT: Final = 120
"""Characters of a text that is told short."""

LONGEST: Final = 40_000
"""Characters of one text; SWF takes no more than 32,768."""


@attrs.define
class Room:
    """What is left of the room of one page; each text that is put there takes of it."""

    left: int = MOST

    def cut(self, text: str, most: int = LONGEST) -> str:
        """Return as much of a text as there is room for."""
        kept = text[: most if self.left > 0 else min(most, SHORT)]
        size = _size(kept)
        if size > self.left and len(kept) > SHORT:
            kept = kept[: max(SHORT, len(kept) * max(self.left, 0) // size)]
            size = _size(kept)
        if self.left <= OVERDRAWN:
            return ""
        self.left -= size
        return kept

    def payload(self, text: str | None) -> Payload | None:
        """Return a payload: as a tree only where there is room for it, and cut if need be."""
        found = payload_of(text)
        if found is None or text is None:
            return None
        node = found.node
        if node is not None:
            # Each value has its markup, and is told again in the text.
            size = 4 * _size(text[:LONGEST])
            node = node if size <= self.left else None
            self.left -= size if node is not None else 0
        return attrs.evolve(found, node=node, shown=self.cut(text))

    def failure(self, failure: ToldFailure) -> ToldFailure:
        """Return a failure whose texts are as long as there is room for."""
        return attrs.evolve(
            failure,
            details=None if failure.details is None else self.cut(failure.details),
            errors=tuple(
                ToldError(self.cut(one.type), self.cut(one.message), self.cut(one.traceback))
                for one in failure.errors
            ),
        )


def _size(text: str) -> int:
    return len(escape(shown(text)))
