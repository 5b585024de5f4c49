"""Names that were typed wrong."""

from __future__ import annotations

from swf.nearest import nearest


def test_the_nearest_name_is_suggested() -> None:
    """One near name is suggested, none where nothing is near."""
    assert nearest("lst", ["list", "count"]) == " (did you mean 'list'?)"
    assert nearest("xyz", ["list"]) == ""
    assert nearest("xyz", []) == ""
