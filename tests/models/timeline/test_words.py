"""What a timeline says in words is short, and true enough."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.models.timeline.words import arguments, lasting

UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3_600, "d": 86_400}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.0004, "0 ms"),
        (0.23, "230 ms"),
        (0.9996, "1 s"),
        (2.44, "2.4 s"),
        (9.96, "10 s"),
        (45.4, "45 s"),
        (119, "119 s"),
        (120, "2 min"),
        (3_599.6, "1 h"),
        (5_400, "1 h 30 min"),
        (187_200, "2 d 4 h"),
    ],
)
def test_lengths_are_told_in_two_units_at_most(seconds: float, said: str) -> None:
    """As people say it: the largest units that fit, and no more digits than anyone reads."""
    assert lasting(seconds) == said


@given(st.floats(0.01, 3e7))
def test_lengths_are_true_enough(seconds: float) -> None:
    """What is said is within a tenth of what is so."""
    said = re.findall(r"([\d.]+) (ms|s|min|h|d)", lasting(seconds))

    told = sum(float(count) * UNITS[unit] for count, unit in said)
    assert told == pytest.approx(seconds, rel=0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, ""),
        ("", ""),
        ('{"args": [5, "a b"], "kwargs": {"fast": true}}', "5, a b, fast=true"),
        ('{"args": [], "kwargs": {}}', ""),
        ('{"args": 5}', ""),
        ('[1, {"a": null}]', '[1, {"a": null}]'),
        ('{"order": 7, "on": {"a": 1}}', 'order=7, on={"a": 1}'),
        ('{"broken', '{"broken'),
        ("plain\x00text", "plain\\x00text"),
        ('"told"', "told"),
    ],
)
def test_arguments_are_told_as_in_a_call(text: str | None, said: str) -> None:
    """A call's arguments as one would write them, another text as it is."""
    assert arguments(text) == said


@given(st.text(max_size=6_000) | st.builds("[{}]".format, st.text(max_size=5_000)))
def test_arguments_are_short_and_cannot_act(text: str) -> None:
    """Whatever the input, a few words of it at most, all of them printable."""
    said = arguments(text)

    assert len(said) <= 54
    assert said.isprintable() or "\ufffd" in said


def test_deep_inputs_are_told_as_they_are() -> None:
    """JSON that is nested too deep to read is text like any other."""
    assert arguments("[" * 4_000).startswith("[[[")
