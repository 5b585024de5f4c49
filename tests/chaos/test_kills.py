"""Deciders and workers may be killed at any moment: every execution ends right all the same."""

from __future__ import annotations

from pathlib import Path

from chaos_judge import round_of

KILLS = 60
"""Some are only frozen, or told to drain; `make chaos` does more."""

STANDSTILL_SECONDS = 30
"""For how long an execution may stand still; three seconds are what the time-outs ask for."""


def test_whoever_is_killed_all_executions_end_right(tmp_path: Path) -> None:
    """Whoever decides or works may be killed: results are right, and nothing is decided twice.

    Activities are done at least once, histories replay, and no process is left behind.
    """
    told = round_of(tmp_path, seed=1, kills=KILLS)

    assert told.died.total() == KILLS
    assert told.executions > KILLS
    assert told.longest_gap < STANDSTILL_SECONDS
