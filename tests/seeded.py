"""Which seeds a test is run with: a few by itself, others and more in a night of tests."""

from __future__ import annotations

import os


def seeds(few: int) -> range:
    """Return the first few seeds, or SEEDS of them from SEEDS_FROM on where those are set."""
    first = int(os.environ.get("SEEDS_FROM", "0"))
    return range(first, first + int(os.environ.get("SEEDS", few)))
