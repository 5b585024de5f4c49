"""Waiting before another attempt: longer each time, bounded, and never in step with others."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from swf.actors.backoff import Backoff


@given(first=st.floats(0.01, 10), most=st.floats(10, 100), seed=st.integers(), n=st.integers(0, 20))
def test_each_wait_lies_within_its_bounds(first: float, most: float, seed: int, n: int) -> None:
    """The n-th wait is between half and all of `first` doubled n times, or of `most`."""
    backoff = Backoff(first, most, lot=random.Random(seed))
    for _ in range(n):
        backoff.seconds()

    bound = min(first * 2**n, most)
    assert bound / 2 <= backoff.seconds() <= bound


def test_after_a_success_the_waits_begin_anew() -> None:
    """Once reset, a backoff waits as briefly as at first."""
    backoff = Backoff(1, 1000)
    for _ in range(8):
        backoff.seconds()

    backoff.reset()

    assert backoff.seconds() <= 1


def test_two_backoffs_do_not_wait_alike() -> None:
    """Many that failed at one moment do not come back at one moment."""
    waits = {Backoff(1, 10).seconds() for _ in range(20)}

    assert len(waits) == 20
