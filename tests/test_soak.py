"""Nothing grows while work goes on and on; and what grows is seen."""

from __future__ import annotations

import attrs
import pytest
import soak
from soak import Note

MEGABYTE = 1 << 20
STEADY = Note(40 * MEGABYTE, 30, 60 * MEGABYTE, 25, 8 * MEGABYTE)


def growing(**by: int) -> list[Note]:
    """Return a hundred notes, each of which has so much more of something."""
    return [
        attrs.evolve(
            STEADY, **{name: getattr(STEADY, name) + step * n for name, step in by.items()}
        )
        for n in range(100)
    ]


def test_what_is_steady_is_let_through():
    """Notes that are all the same have nothing to tell."""
    assert soak.grown([STEADY] * 100) == []


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("server_memory", MEGABYTE),
        ("our_memory", MEGABYTE),
        ("server_files", 1),
        ("our_files", 1),
    ],
)
def test_what_leaks_is_told(name, step):
    """A megabyte or a descriptor more with each note does not pass."""
    [told] = soak.grown(growing(**{name: step}))

    assert told.startswith(name.replace("_", " "))


def test_growth_while_it_warms_up_is_none():
    """What is there once everything has been done once is what the rest is compared with."""
    notes = [attrs.evolve(STEADY, server_memory=n * MEGABYTE) for n in range(20)]

    assert soak.grown(notes + [STEADY] * 80) == []


def test_a_log_that_is_too_long_at_any_moment_is_told():
    """The write-ahead log is bounded by checkpoints, all the time."""
    notes = [STEADY] * 50 + [attrs.evolve(STEADY, log=soak.MOST_LOG + 1)] + [STEADY] * 50

    [told] = soak.grown(notes)
    assert told.startswith("write-ahead log: ")


def test_twenty_seconds_of_work_hold_no_more_at_the_end(tmp_path, monkeypatch):
    """Server, decider and worker keep what they keep, whatever ran through them meanwhile."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    notes, ended, failures = soak.soaked(20, tmp_path)

    assert failures == []
    assert ended > 0
    assert soak.grown(notes) == []
