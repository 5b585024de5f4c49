"""Times as people type them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGO: Final = re.compile(r"([0-9]{1,6})\s*([smhd])", re.ASCII)


def when(text: str | None) -> timedelta | str | None:
    """Return what a time is to the filters of querysets: `12h` is how long ago, else it is ISO.

    None, like nothing that was typed, is None. What is no time is refused by the filter.
    """
    if not text:
        return None
    ago = _AGO.fullmatch(text.strip())
    return text if ago is None else timedelta(**{_UNITS[ago[2]]: int(ago[1])})
