"""How long to wait before what failed is tried again."""

from __future__ import annotations

import random
from typing import Final

from swf.exceptions import (
    ConnectionFailedError,
    LimitExceededFault,
    ResponseError,
    ServiceFault,
    ThrottlingFault,
)

PASSING: Final = (ConnectionFailedError, LimitExceededFault, ServiceFault, ThrottlingFault)
"""What fails now and may succeed later, the same request sent again."""

UNCLEAR: Final = (ConnectionFailedError, ServiceFault)
"""Failures after which SWF may have done all the same what it was asked."""


def may_pass(error: Exception) -> bool:
    """Tell whether what failed may succeed later, the same request sent again.

    What nobody can make sense of may pass: a fault without a class of its own, the page of a proxy.
    """
    return isinstance(error, PASSING) or type(error) is ResponseError


_LOT: Final = random.SystemRandom()  # which forked processes do not have the same of


class Backoff:
    """Seconds to wait: `first`, then twice as long each time, at most `most`; each drawn by lot.

    The lot takes between half and all of it, so that many that failed together do not come back
    together.
    """

    def __init__(
        self, first: float = 0.5, most: float = 30.0, *, lot: random.Random | None = None
    ) -> None:
        self._first = first
        self._most = most
        self._lot = lot or _LOT
        self._bound = first

    def seconds(self) -> float:
        """Return how long to wait this time; the next time will be longer."""
        bound = self._bound
        self._bound = min(2 * bound, self._most)
        return self._lot.uniform(bound / 2, bound)

    def reset(self) -> None:
        """Begin anew: what was tried has succeeded."""
        self._bound = self._first
