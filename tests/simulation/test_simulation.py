"""Whatever clients, deciders, workers, clocks and crashes do, the engine keeps its promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from simulation.__main__ import AGAIN, main
from simulation.simulation import Simulation

SEEDS = range(200)
BUNCH = 20


@pytest.mark.no_cover  # it is long, and what it meets others have met
@pytest.mark.parametrize("first", SEEDS[::BUNCH])
def test_a_simulated_life_breaks_no_promise(first: int, tmp_path: Path):
    """Histories only grow, state is what they say, each task is given once, and all ends."""
    for seed in range(first, first + BUNCH):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            Simulation(seed, folder).run()
        except BaseException as error:
            error.add_note(f"repeat it by: {AGAIN.format(seed=seed)}")
            raise


def test_a_seed_is_repeated_exactly(tmp_path: Path):
    """Two simulations of one seed see the same events at the same times."""
    told = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        simulation = Simulation(7, folder)
        simulation.run()
        told.append(
            [
                [(raw["eventType"], raw["eventTimestamp"]) for raw in run.history.raws]
                for run in simulation.observer.runs.values()
            ]
        )

    assert told[0] == told[1]
    assert sum(map(len, told[0])) > 100


def test_the_command_simulates_as_many_as_asked(capsys: pytest.CaptureFixture[str]):
    """`make simulate COUNT=3 FIRST=5` lives through seeds 5, 6 and 7 and says how they went."""
    failed = main(3, 5)

    told = capsys.readouterr()
    assert failed == 0
    assert "3 seeds from 5 on" in told.out
    assert "3/3 seeds" in told.err
