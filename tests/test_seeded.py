"""Many seeds by a command."""

from __future__ import annotations

import math

import pytest
from seeded import live_through


def test_what_fails_is_told_with_what_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A seed that raises is told with its traceback and its command, and the others go on."""
    failed = live_through(math.factorial, 3, -1, again="again {seed}", what="things")

    told = capsys.readouterr()
    assert failed == 1
    assert "seed -1 failed; repeat it by: again -1\nTraceback" in told.out
    assert "3 seeds from -1 on: 2 things, 1 failed" in told.out
    assert "3/3 seeds, 2 things, 1 failed" in told.err
