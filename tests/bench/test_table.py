"""The table of the documentation is what was measured."""

from __future__ import annotations

import pytest

from bench import _results, _table

MEASURED = {
    "engine_steps": {
        "date": "2026-11-01",
        "commit": "0123456789",
        "machine": {
            "cores": 2,
            "load": 0.1,
            "system": "Linux x86_64",
            "python": "3.11.7",
            "sqlite": "3.40.1",
            "sync_us": 96,
        },
        "seconds": 75,
        "runs": 3,
        "quick": False,
        "rows": [
            {
                "what": "a step",
                "ours": 1200,
                "unit": "steps/s",
                "peer": 510.5,
                "peer_name": "DBOS",
                "ratio": 2.35,
                "low": 2.3,
                "high": 2.5,
                "runs": 3,
                "target": ">= 8 x",
                "missed": True,
            },
            {
                "what": "  CPU of it",
                "ours": 0.25,
                "unit": "",
                "peer": None,
                "peer_name": None,
                "ratio": None,
                "runs": 3,
                "target": None,
            },
        ],
    }
}


def test_the_page_is_what_is_kept():
    """The page in the documentation is made of bench/results.json, and nobody changed it since."""
    assert _table.PAGE.read_text(encoding="utf-8") == _table.page(_results.read())


def test_a_row_tells_figure_peer_ratio_range_and_target():
    """What missed its target is marked so, and what belongs to the row above is set off."""
    page = _table.page(MEASURED)

    assert (
        "| a step | 1,200 steps/s | 510.5 steps/s (DBOS) | 2.35 x (2.30 to 2.50) |"
        " \\>= 8 x, **missed** |"
    ) in page
    assert "| … CPU of it | 0.25 |  |  |  |" in page


def test_a_section_tells_how_to_repeat_it_and_where_it_was_measured():
    """The command, the date, the commit and the machine are there."""
    page = " ".join(_table.page(MEASURED).split())

    assert "`make bench ARGS=engine_steps`: measured 3 times on 2026-11-01 at commit" in page
    assert "2 cores, load 0.1 before, Python 3.11.7, SQLite 3.40.1, 96 µs to sync 4 KiB." in page


def test_the_plain_table_has_a_line_for_each_row():
    """A head and the rows, in columns."""
    lines = _table.plain(MEASURED["engine_steps"]["rows"]).splitlines()

    assert [line.split()[0] for line in lines] == ["what", "a", "CPU"]
    assert lines[1].endswith(">= 8 x MISSED")


@pytest.mark.parametrize("name", _table.names())
def test_every_benchmark_says_what_it_leaves_out(name):
    """Its docstring has a headline, what is measured, what is left out, and the command."""
    headline, text = _table.document(name)

    assert headline
    assert "Left out: " in text
    assert "python bench/" not in text
