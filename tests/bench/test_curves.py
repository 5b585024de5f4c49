"""The pictures of how figures grow are of what was measured, and can be read without seeing."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from bench import _curves, _results

SVG = {"svg": "http://www.w3.org/2000/svg"}


def point(x: float, ours: float, peer: float | None = None, **more: str) -> _results.Row:
    """Return a point of the curve of calls."""
    row = {"what": f"at {x}", "ours": ours, "peer": peer, "peer_name": "moto & co"}
    return {**row, "curve": "call", "x": x, "ours_name": "swf", **more}


ROWS = [point(10, 60, 90), point(1_000, 65), point(100, 61, 400), {"what": "none of it"}]


def test_the_pictures_are_what_is_kept():
    """Each picture in the documentation is drawn from bench/results.json, and there is no other."""
    drawn = _curves.pictures(_results.read())

    assert set(drawn) == {path.name for path in _curves.FOLDER.glob("*.svg")}
    for name, picture in drawn.items():
        assert (_curves.FOLDER / name).read_text(encoding="utf-8") == picture


def test_a_series_is_in_order_of_what_is_across():
    """Rows may come in any order; what a peer was not measured at is left out of its line."""
    assert _curves.series(ROWS, "call") == {
        "swf": [(10, 60), (100, 61), (1_000, 65)],
        "moto & co": [(10, 90), (100, 400)],
    }


def test_a_peer_beside_two_of_ours_is_one_line():
    """What stands beside two figures at the same place is one point."""
    rows = [point(10, 60, 90), point(10, 70, 90, ours_name="swf, replayed")]

    assert _curves.series(rows, "call")["moto & co"] == [(10, 90)]


def test_a_picture_has_its_words():
    """Title, description with every figure, names of the axes and of the lines are in it."""
    picture = _curves.drawn(_curves.CURVES["call"], _curves.series(ROWS, "call"))
    root = ET.fromstring(picture)

    named = root.attrib["aria-labelledby"].split()
    assert [root.find(f"svg:{tag}", SVG).attrib["id"] for tag in ("title", "desc")] == named
    assert "swf: 60 at 10, 61 at 100, 65 at 1,000" in root.find("svg:desc", SVG).text
    texts = {one.text for one in root.findall("svg:text", SVG)}
    assert {"swf", "moto & co", "open executions", "one call (µs)"} <= texts


def test_a_picture_is_of_light_and_of_dark():
    """The colours follow what the reader has set."""
    picture = _curves.drawn(_curves.CURVES["call"], _curves.series(ROWS, "call"))

    assert "@media (prefers-color-scheme:dark)" in picture
    assert len(_curves.LIGHT["lines"]) == len(_curves.DARK["lines"]) == len(_curves.MARKS)


@pytest.mark.parametrize("values", [[1.0], [0.02, 30.0], [10.0, 100.0], [63.0, 18_003.0]])
def test_everything_is_on_its_axis(values):
    """All values and all ticks are between the ends, in order."""
    scale = _curves.Scale.over(values, 0, 100)

    places = [scale.at(value) for value in sorted(values)]
    assert all(0 <= one <= 100 for one in [*places, *(at for at, _ in scale.ticks())])
    assert places == sorted(places)


def test_names_are_not_upon_each_other():
    """Lines that end at the same height have their names one below the other."""
    apart = _curves._apart({"a": 100.0, "b": 101.0, "c": 300.0, "d": 100.0})

    assert all(low + _curves.ROOM <= high for low, high in pairwise(sorted(apart.values())))
    assert apart["c"] == 300.0
