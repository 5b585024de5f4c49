"""Which trace something belongs to, as it travels: W3C's `traceparent`, with ids made of SWF's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import attrs

PARENT: Final = "traceparent"
"""Where the context of a call says what span it was asked for in; also how a tag begins."""

LINK: Final = "tracelink"
"""Where the context of a call says what span was the attempt before."""

KEYS: Final = frozenset({PARENT, LINK})

_TAG: Final = f"{PARENT}="
_FORM: Final = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_MOST_TAGS: Final = 5


@attrs.frozen
class Place:
    """A span as others refer to it: its trace, its id, and the flags of the trace."""

    trace_id: int
    span_id: int
    flags: int = 1

    def __str__(self) -> str:
        """Return it as a `traceparent`."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{self.flags:02x}"

    def beside(self, run_id: str, event_id: int) -> Place:
        """Return the span of another event, in the same trace."""
        return attrs.evolve(self, span_id=span_id(run_id, event_id))


def parsed(told: object) -> Place | None:
    """Return the span that a `traceparent` names; None for what is none, whoever sent it."""
    found = _FORM.fullmatch(told) if isinstance(told, str) else None
    if found is None:
        return None
    trace, span, flags = (int(part, 16) for part in found.groups()[:3])
    return Place(trace, span, flags & 1) if trace and span else None


def span_id(run_id: str, event_id: int) -> int:
    """Return the id of the span that begins with an event of a run: always the same one."""
    return int.from_bytes(sha256(f"{run_id}/{event_id}".encode()).digest()[:8]) or 1


def trace_id(run_id: str) -> int:
    """Return the id of the trace that a run begins where it was started in none."""
    return int.from_bytes(sha256(run_id.encode()).digest()[:16]) or 1


def in_tags(tags: Iterable[str]) -> str | None:
    """Return the `traceparent` among the tags of an execution whose input is bare text."""
    return next((tag.removeprefix(_TAG) for tag in tags if tag.startswith(_TAG)), None)


def with_tag(tags: Iterable[str], told: str) -> list[str]:
    """Return tags with a `traceparent` among them, where there is room for it."""
    others = [tag for tag in tags if not tag.startswith(_TAG)]
    return [*others, f"{_TAG}{told}"] if len(others) < _MOST_TAGS else others
