"""What is kept of benchmarks, and when a later run is worse."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import _results, _table


def row(ratio: float | None, *, what: str = "a step", **more: object) -> _results.Row:
    """Return a row of a made-up benchmark."""
    found = {"what": what, "ours": 1.0, "unit": "us", "peer": 2.0, "peer_name": "SQL alone"}
    return {**found, "ratio": ratio, "target": None, "missed": False, **more}


def often(ratio: float, low: float, high: float, **more: object) -> _results.Row:
    """Return what is kept of a row that was measured three times."""
    return row(ratio, low=low, high=high, runs=3, **more)


class TestMerged:
    def test_the_median_run_is_kept_with_the_range_of_all(self):
        """Of three runs the one in the middle is told, and how far the others are from it."""
        [kept] = _results.merged([[row(2.0, ours=7.0)], [row(3.0, ours=8.0)], [row(2.5, ours=9.0)]])

        assert (kept["ratio"], kept["ours"]) == (2.5, 9.0)
        assert (kept["low"], kept["high"], kept["runs"]) == (2.0, 3.0, 3)

    def test_a_row_without_a_peer_has_no_range(self):
        """Where there is no ratio the figure itself decides which run is the median one."""
        [kept] = _results.merged([[row(None, ours=3.0)], [row(None, ours=1.0)]])

        assert (kept["ours"], kept["runs"]) == (1.0, 2)
        assert "low" not in kept

    def test_rows_are_told_apart_by_what_and_peer(self):
        """The same figure beside two peers is two rows, in the order in which they came."""
        both = [row(2.0), row(9.0, peer_name="moto")]

        assert [one["ratio"] for one in _results.merged([both, both])] == [2.0, 9.0]


class TestRegressions:
    @pytest.mark.parametrize(
        ("again", "worse"), [(2.0, False), (1.7, False), (1.6, True), (9.0, False)]
    )
    def test_a_ratio_may_move_a_tenth_beyond_the_worst_of_its_runs(self, again, worse):
        """Below the least of three runs, less a tenth, it is a regression."""
        found = _results.regressions([often(2.0, 1.8, 2.1)], [row(again)])

        assert bool(found) is worse

    @pytest.mark.parametrize(("again", "worse"), [(1.34, False), (1.32, True)])
    def test_a_ratio_that_was_measured_once_may_move_by_half(self, again, worse):
        """What is not known to be steady is allowed to be 1.5 times worse."""
        kept = row(2.0, low=2.0, high=2.0, runs=1)

        assert bool(_results.regressions([kept], [row(again)])) is worse

    @pytest.mark.parametrize(("again", "worse"), [(1.05, False), (1.31, False), (1.33, True)])
    def test_a_ratio_that_is_bounded_from_above_must_not_grow(self, again, worse):
        """Where the target is "<= 1.3 x", more is worse."""
        kept = often(1.1, 1.0, 1.2, target="<= 1.3 x")

        assert bool(_results.regressions([kept], [row(again, target="<= 1.3 x")])) is worse

    def test_a_limit_of_the_figure_does_not_bound_its_ratio(self):
        """Beside a peer more is better, though the figure itself must be small."""
        kept = often(90.0, 80.0, 100.0, target="<= 100 us")

        assert _results.regressions([kept], [row(300.0, target="<= 100 us")]) == []
        assert _results.regressions([kept], [row(10.0, target="<= 100 us")])

    def test_it_is_told_in_full(self):
        """The sentence has the row, both ratios, and the bound."""
        [told] = _results.regressions([often(2.2, 2.2, 2.2)], [row(1.0)])

        assert told == "a step, beside SQL alone: 1.00 x, was 2.20 x; at least 2.00 x is it"

    @pytest.mark.parametrize("again", [[], [row(None)], [row(9.0, what="another")]])
    def test_a_ratio_that_is_gone_is_told(self, again):
        """A row which was not measured any more does not pass silently."""
        [told] = _results.regressions([often(2.0, 2.0, 2.0)], again)

        assert told.endswith("was 2.00 x, and was not measured again")

    def test_figures_without_a_ratio_are_not_held_against_another_machine(self):
        """Seconds and bytes of this machine say nothing about those of another."""
        assert _results.regressions([row(None, runs=3)], []) == []

    @given(
        st.lists(st.floats(0.01, 1e4), min_size=1, max_size=5),
        st.sampled_from([None, ">= 2 x", "<= 1.3 x", "<= 5 ms"]),
    )
    def test_nothing_is_worse_than_its_own_runs(self, ratios, target):
        """Whatever the runs were, each of them passes against what is kept of all."""
        runs = [[row(ratio, target=target)] for ratio in ratios]
        kept = _results.merged(runs)
        measured_often = len(runs) >= _results.ENOUGH_RUNS

        for run in runs if measured_often else [[kept[0]]]:
            assert _results.regressions(kept, run) == []


class TestKept:
    def test_what_is_written_is_read(self, tmp_path):
        """The file holds what it was given, in the order of the names."""
        path = tmp_path / "results.json"
        assert _results.read(path) == {}

        _results.written({"b": {"rows": []}, "a": {"rows": [row(2.0)]}}, path)

        assert list(_results.read(path)) == ["a", "b"]
        assert _results.read(path)["a"]["rows"] == [row(2.0)]

    def test_the_repository_keeps_rows_of_benchmarks_that_there_are(self):
        """Each row that is kept can be measured again, and is told from all others."""
        kept = _results.read()

        assert set(kept) <= set(_table.names())
        for one in kept.values():
            keys = Counter(map(_results.key, one["rows"]))
            assert max(keys.values()) == 1, keys.most_common(1)

    def test_it_is_known_where_something_was_measured(self):
        """The date, the machine, and what a sync takes on it are kept with the rows."""
        around = _results.circumstances()

        assert around["machine"]["sync_us"] > 0
        assert set(around) == {"date", "commit", "machine"}
