"""How values look on a page: harmless, short, and the same everywhere."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from swf.models.views import harmless
from swf.wire import sendable

_BIDI: Final = {
    code: f"\\u{code:04x}"
    for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
"""Characters that turn the direction of what comes after them, spelled out."""

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))

STATUSES: Final = {
    "OPEN": ("running", "▶", "open"),
    "COMPLETED": ("completed", "✓", "completed"),
    "FAILED": ("failed", "✕", "failed"),
    "TIMED_OUT": ("timed_out", "◷", "timed out"),
    "CANCELED": ("canceled", "⊘", "canceled"),
    "TERMINATED": ("failed", "■", "terminated"),
    "CONTINUED_AS_NEW": ("scheduled", "↻", "continued as new"),
    "REGISTERED": ("completed", "●", "registered"),
    "DEPRECATED": ("canceled", "○", "deprecated"),
}
"""How a status is told: the state whose colours it has, its shape, its word."""


DONE: Final = {
    "started": "The execution was started.",
    "restarted": "The execution was started again: this is the new one.",
    "signaled": "The signal was sent.",
    "cancel-requested": "The execution was asked to cancel.",
    "terminated": "The execution was terminated.",
}
"""What a page says after something was done, by the word for it in the URL."""


def shown(value: Any) -> Any:
    """Return a value as text that can do no harm, of which nothing is hidden; markup as it is.

    What cannot be sent as UTF-8, or turns the direction of text, is spelled out.
    """
    if value is None:
        return ""
    if isinstance(value, Markup):
        return value
    text = harmless(value).translate(_BIDI)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "backslashreplace").decode()
    return text


def span(seconds: float | None) -> str:
    """Return a length of time in its two largest units: `2 min 3 s`, `450 ms`; empty for None."""
    if seconds is None:
        return ""
    if seconds <= -1:
        return f"-{span(-seconds)}"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    rest, words = round(seconds), []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {name}")
        if len(words) == 2 or (words and not count):
            break
    return " ".join(words)


def moment(value: datetime | None) -> Markup:
    """Return a time as an element that tells it to the second, in UTC; a dash for None."""
    if value is None:
        return Markup('<span class="none">-</span>')
    at = value.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), at.isoformat(sep=" ", timespec="milliseconds"), f"{at:%Y-%m-%d %H:%M:%S}"
    )


def status(word: str | None) -> Markup:
    """Return a status as an element that tells it by shape, word and colour."""
    state, shape, told = STATUSES.get(
        word or "", ("waiting", "◌", shown(word or "unknown").lower())
    )
    return Markup('<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>').format(
        state, shape, told
    )


def cut(value: Any, length: int) -> Markup:
    """Return a text of at most so many characters, with the whole of it in its title."""
    text = shown(value)
    if len(text) <= length:
        return escape(text)
    return Markup('<span title="{}">{}…</span>').format(text[:2000], text[: length - 1])


def can_be_typed(text: str) -> bool:
    """Whether a form can carry a text as it is."""
    unprintable = any(ord(letter) < 32 and letter not in "\t\n" for letter in text)
    return not unprintable and sendable(text)


def typed(value: Any) -> Markup:
    """Return what was typed into a field as its value: spelled out, it would be changed."""
    return escape(str(value).encode("utf-8", "replace").decode())


def textarea(value: Any) -> Markup:
    """Return what was typed into a field of many lines: its first line may be an empty one."""
    return Markup("\n") + typed(value)


def shell(value: Any) -> str:
    """Return a word as a shell takes it, so that a command can be copied whatever a name is."""
    return shlex.quote(str(value))
