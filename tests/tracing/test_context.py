"""The text that carries a trace: what is read of it, and what is none."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.tracing.context import Place, in_tags, parsed, span_id, trace_id, with_tag

PLACES = st.builds(
    Place,
    trace_id=st.integers(1, 2**128 - 1),
    span_id=st.integers(1, 2**64 - 1),
    flags=st.integers(0, 1),
)


@given(place=PLACES)
def test_what_is_written_is_read(place: Place) -> None:
    """Every span comes back from its text."""
    assert parsed(str(place)) == place


@given(told=st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.lists(st.text())))
def test_what_is_none_is_no_error(told: object) -> None:
    """Whatever somebody sends, it is a span or it is none."""
    found = parsed(told)
    assert found is None or isinstance(found, Place)


@pytest.mark.parametrize(
    "told",
    [
        f"ff-{'1' * 32}-{'2' * 16}-01",
        f"00-{'0' * 32}-{'2' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
        f"00-{'1' * 31}-{'2' * 16}-01",
        f"00-{'A' * 32}-{'2' * 16}-01",
        f"00-{'1' * 32}-{'2' * 16}-01\n",
    ],
)
def test_what_w3c_forbids_is_none(told: str) -> None:
    """A version or an id that W3C forbids, or another spelling, is no span."""
    assert parsed(told) is None


def test_later_versions_are_read() -> None:
    """Of a later version, what this one knows is read."""
    assert parsed(f"01-{'1' * 32}-{'2' * 16}-03-more") == Place(
        int("1" * 32, 16), int("2" * 16, 16)
    )


@given(run_id=st.text(), event_id=st.integers(1, 25_000))
def test_ids_follow_from_run_and_event(run_id: str, event_id: int) -> None:
    """The ids of a run's spans are the same each time, fit their size, and differ by event."""
    assert 0 < span_id(run_id, event_id) == span_id(run_id, event_id) < 2**64
    assert 0 < trace_id(run_id) < 2**128
    assert span_id(run_id, event_id) != span_id(run_id, event_id + 1)


@given(place=PLACES, others=st.lists(st.text("abc", min_size=1), max_size=4, unique=True))
def test_a_tag_brings_it_back(place: Place, others: list[str]) -> None:
    """Among up to four tags there is room; a trace that was there before is replaced."""
    before = with_tag(others, str(attrs.evolve(place, span_id=7)))
    tags = with_tag(before, str(place))

    assert in_tags(tags) == str(place)
    assert len(tags) == len(others) + 1


def test_five_tags_are_left_alone() -> None:
    """Where SWF takes no further tag there is none, and no trace."""
    tags = list("abcde")

    assert with_tag(tags, "x") == tags
    assert in_tags(tags) is None
