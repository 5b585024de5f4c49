"""An engine that is killed loses nothing that it acknowledged, and does nothing by half."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crash_judge import MIGRATION_POINTS, PLACES, Butcher, Victim

KILLS = 18
"""For each place, which makes 180; `make crash` does more."""

LIVES = 6
"""How often one database is killed before the next is."""

MIGRATIONS = 4
"""Kills of a migration, for each of its places."""


@pytest.fixture(scope="module")
def butcher() -> Iterator[Butcher]:
    """The server of doomed processes."""
    butcher = Butcher()
    yield butcher
    butcher.close()


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_engine_has_all_that_it_acknowledged(place, butcher, tmp_path):
    """After `kill -9` at a place, every answered call is there, every other wholly or not at all.

    What clients were shown is still so, histories have only grown, and the database is sound.
    """
    killed = tried = 0
    while killed < KILLS:
        number, life = divmod(tried, LIVES)
        if life == 0:
            folder = tmp_path / str(number)
            folder.mkdir()
            victim = Victim(butcher, folder, seed=number)
        killed += victim.kill(place)
        tried += 1
        assert tried < 3 * KILLS, "it is hardly ever killed there"


@pytest.mark.parametrize("point", MIGRATION_POINTS)
def test_a_killed_migration_is_done_or_not_done(point, butcher, tmp_path):
    """A file whose migration is killed is in one format or the other, with all of its events.

    Its backup is complete, or not there; and the next attempt finishes.
    """
    victim = Victim(butcher, tmp_path, seed=1)
    victim.kill("anywhere")
    assert victim.kill("commit.before")

    for _ in range(MIGRATIONS):
        assert victim.kill_migration(point)
