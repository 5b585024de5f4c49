"""Texts in pictures: what may act is spelled out, what is long is cut, and how wide it gets."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPACE: Final = re.compile(r"\s+")
_WIDTHS: Final = {
    **dict.fromkeys("ijlI.,:;'|!`()[]{} ", 0.4),
    **dict.fromkeys('frt-/\\"*', 0.48),
    **dict.fromkeys("mwMW@%", 0.98),
}
_CAPITAL: Final = 0.74
_USUAL: Final = 0.63
_WIDE: Final = 1.05

ELLIPSIS: Final = "…"


def plain(text: str) -> str:
    """Return a text of one line in which nothing acts: controls are spelled out, as in Python.

    Controls are those of terminals, of the direction of writing, and what XML does not have.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # the usual case, and by far the fastest
    text = _SPACE.sub(" ", text).strip()
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        one if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn"} else _spelled(one)
        for one in text
    )


def _spelled(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cut(text: str, most: int) -> str:
    """Return a text of at most so many characters: the middle of a long one is left out."""
    if len(text) <= most:
        return text
    end = (most - 1) // 3
    return f"{text[: most - 1 - end]}{ELLIPSIS}{text[len(text) - end :]}"


def width(text: str, size: float) -> float:
    """Return about how many pixels a text takes in a font of so many, rather more than less."""
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if not character.isascii() and unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    return _CAPITAL if character.isupper() else _USUAL
