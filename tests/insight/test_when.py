"""Times as people type them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from swf.insight.when import when


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, None),
        ("", None),
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        (" 12 h ", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("2026-01-31", "2026-01-31"),
        ("yesterday", "yesterday"),
        ("-1d", "-1d"),
        ("1w", "1w"),
        ("٣d", "٣d"),
        ("9999999d", "9999999d"),
    ],
)
def test_how_long_ago_is_known_from_a_date(text: str | None, told: object) -> None:
    """A number with a unit is how long ago; the rest is left to who reads dates."""
    assert when(text) == told
