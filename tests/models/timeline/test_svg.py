"""A timeline as SVG: safe, small enough, legible on any screen, and told to all who read it."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import raw_histories
from timelines import ATTACKS, SVG, TYPE, attacked, classed, order, root_of, rows, titles

from swf.exceptions import ValidationError
from swf.models.history import History, HistoryBuilder
from swf.models.states import STATES
from swf.models.text import width as width_of
from swf.models.timeline import timeline_css, timeline_of, to_svg
from swf.models.timeline.svg import fitting

ELEMENTS: Final = {"svg", "title", "desc", "style", "rect", "text", "g", "path", "circle", "a"}
ATTRIBUTES: Final = {
    "class", "role", "width", "height", "viewBox", "rx", "x", "y", "transform", "d", "r",
    "cx", "cy", "href",
}  # fmt: skip
"""All that a timeline is made of: nothing of it acts, and nothing is fetched."""


def svg_of(history: History, **asked: object) -> str:
    """Return the SVG of a history's timeline."""
    return to_svg(timeline_of(history), **asked)  # type: ignore[arg-type]


@given(raw_histories(), st.booleans(), st.integers(360, 2_000))
def test_a_timeline_is_well_formed(
    raws: list[dict[str, object]], fold_idle: bool, width: int
) -> None:
    """Whatever happened, each lane is there once, with a bar at least, within the picture."""
    timeline = timeline_of(History(raws))

    root = root_of(to_svg(timeline, fold_idle=fold_idle, width=width))

    assert len(rows(root)) == len(timeline.lanes)
    for lane in classed(root, "lane"):
        assert classed(lane, "bar")
    for box in classed(root, "box"):
        assert 0 <= float(box.get("x", 0)) <= width
        assert float(box.get("width", "nan")) > 0
    assert all(re.search(r"; events? \d", title) for title in titles(root))


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("classes_only", [False, True])
def test_what_swf_told_cannot_act(text: str, classes_only: bool) -> None:
    """Markup, scripts and controls in any field are shown as text, in labels and in titles."""
    svg = svg_of(attacked(text), link=lambda number: f"#event-{number}", classes_only=classes_only)

    for element in root_of(svg).iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
        assert re.fullmatch(r"#event-\d+|", element.get("href", ""))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800\ufffe]", svg)
    assert "<script" not in svg
    assert "<img" not in svg


def test_links_are_what_the_page_says_and_no_more() -> None:
    """An address is an attribute: what it has of quotes and brackets stays within it."""
    address = 'x?a=1&b="><script>'

    svg = svg_of(order().build(), link=lambda number: f"{address}{number}")

    links = list(root_of(svg).iter(f"{SVG}a"))
    assert links[0].get("href") == f"{address}1"
    assert "<script" not in svg


def test_bars_can_be_reached_where_they_lead_somewhere() -> None:
    """With a link each bar is one, which the keyboard reaches; without, none takes a stop."""
    history = order().build()
    linked, plain = root_of(svg_of(history, link=lambda one: f"#{one}")), root_of(svg_of(history))

    assert {bar.tag for bar in classed(linked, "bar")} == {f"{SVG}a"}
    assert {bar.get("href") for bar in classed(linked, "bar")} >= {"#1", "#2"}
    assert {bar.tag for bar in classed(plain, "bar")} == {f"{SVG}g"}
    assert not [one for one in plain.iter() if one.get("tabindex") or one.get("href")]


def test_a_bar_says_what_it_is() -> None:
    """Its title tells label, outcome, attempt, how long it waited and ran, when, which events."""
    told = titles(root_of(svg_of(order().build(), fold_idle=True, width=2_000)))

    (failed,) = [one for one in told if "CardDeclined" in one]
    first, second, third = failed.splitlines()
    assert first == "charge(1, visa): failed: CardDeclined"
    assert second == "attempt 1, waited 3.1 s, ran 1.5 s"
    assert re.fullmatch(r"[-\d]+ [:.\d]+ UTC to [-\d]+ [:.\d]+ UTC; events 6 to 15", third)
    (due,) = [one for one in told if one.startswith("give-up")]
    assert "waits since 6 h" in due
    assert "due 20" in due
    assert any("until the next attempt, waited 3 s" in one for one in told)


def test_states_are_told_by_more_than_colour() -> None:
    """What did not complete has a mark of its own shape; the legend says what each means."""
    built = HistoryBuilder(TYPE).decision()
    for name in ("failed", "timed_out", "canceled", "completed"):
        built.activity_task_scheduled(name, (name, "1"))
    for name in ("failed", "timed_out", "canceled", "completed"):
        built.activity_task_started(name)
    for name in ("failed", "completed", "canceled"):
        built.advance(60)
        getattr(built, f"activity_task_{name}")(name)
    built.advance(120).activity_task_timed_out("timed_out")

    root = root_of(svg_of(built.build()))

    marks = {
        name: [one.get("d") for bar in classed(root, name) for one in classed(bar, "mark")]
        for name in ("failed", "timed_out", "canceled", "completed")
    }
    assert not marks.pop("completed")
    assert len({mark for found in marks.values() for mark in found}) == 3
    words = [one.text for one in classed(root, "quiet")]
    assert {"running", "completed", "failed", "timed out", "canceled", "waits"} <= set(words)


def test_the_last_attempt_says_how_it_ended_beside_its_bar() -> None:
    """A completed one tells how long it took, an open one how long it goes, others what it was."""
    said = [one.text for one in classed(root_of(svg_of(order().build())), "said")]

    assert "2.7 s" in said
    assert "timed out: SCHEDULE_TO_START" in said
    assert "runs 6 h" in said


def test_idle_time_is_folded_and_told() -> None:
    """The night is a gap with its length; asked for, it is as long as it is."""
    timeline = timeline_of(order().build())
    folded, whole = root_of(to_svg(timeline)), root_of(to_svg(timeline, fold_idle=False))

    (fold,) = (one for one in classed(folded, "fold") if one.find(f"{SVG}title") is not None)
    assert fold.findtext(f"{SVG}title") == "5 h 55 min in which nothing ran"
    assert "5 h 55 min" in [one.text for one in classed(folded, "tick")]
    assert "idle, left out" in [one.text for one in classed(folded, "quiet")]
    assert not classed(whole, "fold")


def test_the_style_is_within_or_for_the_page_to_give() -> None:
    """With classes only, there is no style in any form; `timeline_css` is what was left out."""
    timeline = timeline_of(order().build())

    within, without = to_svg(timeline), to_svg(timeline, classes_only=True)

    assert f"<style>{timeline_css()}</style>" in within
    assert "style" not in without
    assert within.replace(f"<style>{timeline_css()}</style>\n", "") == without


def test_the_style_keeps_to_timelines() -> None:
    """Every rule is for timelines alone, and nothing is fetched; the dark comes by itself."""
    css = timeline_css()
    light, _, rest = css.partition("@media (prefers-color-scheme:dark){")
    dark, _, rules = rest.partition("}}")

    for rule in re.findall(r"([^{}]+)\{[^{}]*\}", f"{light}{dark}}}{rules}"):
        assert all(one.startswith(".swf-timeline") for one in rule.split(","))
    assert set(re.findall(r"(--[\w-]+):", light)) == set(re.findall(r"(--[\w-]+):", dark))
    assert set(re.findall(r"var\((--[\w-]+)\)", rules)) <= set(re.findall(r"(--[\w-]+):", light))
    assert "url(" not in css
    assert "@import" not in css
    assert all(f".{state} .box" in rules for state in STATES)


def test_no_id_meets_those_of_the_page() -> None:
    """Several timelines stand in one page: nothing in them is named by an id."""
    assert " id=" not in svg_of(order().build())


def many(count: int) -> History:
    """Return an execution that asked for so many activities at once."""
    built = HistoryBuilder(TYPE).decision()
    for number in range(count):
        built.activity_task_scheduled(f"a{number}", TYPE, input={"args": [number]})
    return built.build()


@settings(max_examples=30)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_pages_of_lanes_say_what_they_leave_out(count: int, first: int, limit: int) -> None:
    """The lanes shown are those asked for; how many come before and after is told."""
    root = root_of(svg_of(many(count), first=first, limit=limit))

    found = rows(root)
    assert [one.partition(":")[0] for one in found[:2]] == ["execution", "decision tasks"]
    shown = [one.partition("(")[2].partition(")")[0] for one in found[2:] if one[0] != "…"]
    left = {
        (told := one.split())[2].rstrip(":"): int(told[1]) for one in found if one.startswith("…")
    }
    if count > 1:
        assert shown == [str(number) for number in range(count)][first : first + limit]
    assert left.get("earlier", 0) == min(first, count)
    assert left.get("earlier", 0) + len(shown) + left.get("more", 0) == count


def test_no_timeline_is_larger_than_a_megabyte() -> None:
    """The longest history there can be, with texts that grow most, is cut, and says so."""
    built = HistoryBuilder(("&" * 200, "1")).decision()
    for number in range(5_000):
        built.activity_task_scheduled(f"{number}-{'&' * 200}", ("&" * 200, "1"), input="&" * 999)
    history = built.build()

    svg = svg_of(history, limit=100_000, link=lambda number: f"#event-{number}")

    assert 800_000 < len(svg.encode()) < 1_050_000
    found = rows(root_of(svg))
    assert int(found[-1].split()[1].replace(",", "")) == 5_000 - (len(found) - 3)


def test_bars_that_cannot_be_told_apart_are_one() -> None:
    """Thousands of decision tasks in one lane are few bars, which say what they are of."""
    built = HistoryBuilder(TYPE)
    for _ in range(3_000):
        built.decision().workflow_execution_signaled("go").advance(1)
    root = root_of(svg_of(built.build()))

    decisions = [one for one in titles(root) if one.startswith("decision tasks")]
    assert len(decisions) < 300
    assert sum(int(match[1]) for match in map(re.compile(r".*: (\d+), ").match, decisions) if match)
    assert any(re.match(r"decision tasks: \d+, \d+ completed\n", one) for one in decisions)
    assert len(classed(root, "dot")) < 120


def test_the_gravest_state_shows_where_only_one_can() -> None:
    """A failure among many that went well is seen."""
    built = HistoryBuilder(TYPE)
    for _ in range(50):
        built.decision().workflow_execution_signaled("go").advance(0.01)
    built.decision_task_started().advance(300).decision_task_timed_out().advance(500_000)

    root = root_of(svg_of(built.build(), fold_idle=False))

    assert any("timed out" in one for one in titles(root))
    assert classed(root, "timed_out")


def test_an_execution_that_has_just_begun_is_shown() -> None:
    """A timeline of no length has its two lanes, and a tick that says when that was."""
    root = root_of(svg_of(HistoryBuilder(TYPE).build()))

    assert [row.partition(":")[0] for row in rows(root)] == ["execution", "decision tasks"]
    assert [one.text for one in classed(root, "tick")] == ["00:00:00"]


def test_days_are_told_where_they_begin() -> None:
    """Over several days the axis says which; over months it has dates alone."""
    built = HistoryBuilder(TYPE).decision().activity_task_scheduled("a", TYPE)
    history = built.activity_task_started("a").build()
    begun = history[0].timestamp

    week = to_svg(timeline_of(history, now=begun + timedelta(days=2)))
    year = to_svg(timeline_of(history, now=begun + timedelta(days=300)))

    said = [one.text or "" for one in classed(root_of(week), "tick")]
    assert {"Jan 2", "00:00", "12:00"} <= set(said)
    said = [one.text or "" for one in classed(root_of(year), "tick")]
    assert all(re.fullmatch(r"[A-Z][a-z]{2} \d+", one) for one in said)


@given(st.timedeltas(timedelta(milliseconds=1), timedelta(days=400)))
def test_ticks_stand_apart(length: timedelta) -> None:
    """However long an execution goes, the texts of its axis do not run into one another."""
    history = HistoryBuilder(TYPE).decision().activity_task_scheduled("a", TYPE).build()
    root = root_of(to_svg(timeline_of(history, now=history[0].timestamp + length)))

    rows_: dict[str, list[tuple[float, float]]] = {}
    for one in classed(root, "tick"):
        half = width_of(one.text or "", 11) / 2
        x = float(one.get("x", "nan"))
        rows_.setdefault(one.get("y", ""), []).append((x - half, x + half))
    assert rows_
    for places in rows_.values():
        places.sort()
        assert all(one[1] < other[0] for one, other in pairwise(places))


def test_what_there_is_no_room_for_is_put_elsewhere() -> None:
    """In a narrow picture the legend has several lines, and texts stand left of late bars."""
    built = HistoryBuilder(TYPE).decision().activity_task_scheduled("a", ("early", "1"))
    built.activity_task_started("a").advance(100).activity_task_completed("a").decision()
    built.activity_task_scheduled("b", ("late", "1")).activity_task_started("b").advance(1)

    root = root_of(svg_of(built.activity_task_failed("b", reason="x").build(), width=360))

    ends = [one for one in classed(root, "said") if "end" in one.get("class", "")]
    assert [one.text for one in ends] == ["failed: x"]
    legend = [
        one for one in root.findall(f"{SVG}g") if classed(one, "quiet") and not classed(one, "tick")
    ]
    assert len([one for one in legend if one.get("class") is None]) == 2


@pytest.mark.parametrize("asked", [{"width": 359}, {"first": -1}, {"limit": -1}])
def test_what_cannot_be_drawn_is_refused(asked: dict[str, int]) -> None:
    """Too narrow, or lanes before the first: the error says what it takes."""
    with pytest.raises(ValidationError, match="to_svg"):
        svg_of(order().build(), **asked)


def test_long_labels_are_cut_in_their_middle() -> None:
    """A label keeps to its room, with both ends; its title has the whole."""
    name = "a" * 60 + "-the-end"
    built = HistoryBuilder(TYPE).decision().activity_task_scheduled("a", (name, "1"))

    (label,) = [
        one
        for one in classed(root_of(svg_of(built.build())), "label")
        if "…" in (one[0].tail or "")
    ]

    assert width_of(label[0].tail or "", 12) < 0.3 * 960
    assert (label[0].tail or "").endswith("end")
    assert (label[0].text or "").startswith(name)
    assert fitting("short", 100) == "short"
