"""Deciders and workers may be killed at any moment: every execution ends right all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from chaos_judge import round_of
from chaos_work import ALL

KILLS = 100
"""Some are only frozen, or told to drain; `make chaos` does more."""

STANDSTILL_SECONDS = 60
"""For how long an execution may stand still: three seconds are what the time-outs ask for, and as
much again whenever who took it over is killed as well."""


@pytest.mark.no_cover  # it is long, and what it meets others have met
def test_whoever_is_killed_all_executions_end_right(tmp_path: Path) -> None:
    """Whoever decides or works may be killed: results are right, and nothing is decided twice.

    Activities are done at least once, histories replay, and no process is left behind.
    """
    told = round_of(tmp_path, seed=1, kills=KILLS)

    assert told.died.total() == KILLS
    assert told.executions >= len(ALL)
    assert told.longest_gap < STANDSTILL_SECONDS
