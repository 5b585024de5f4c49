"""A host may be killed between any two steps: the chain goes on where it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import steps_killed as killed

TESTS = Path(killed.__file__).parent


STEP = "RespondActivityTaskCompleted"
DECISION = "RespondDecisionTaskCompleted"


@pytest.mark.parametrize(
    ("kind", "when", "number", "most"),
    [
        pytest.param(STEP, "after", 1, 1, id="after each step"),
        pytest.param(STEP, "before", 2, 2, id="before the answer of a step"),
        # The decision may be one of the hub of events, while a step is at work: twice, then.
        pytest.param(DECISION, "before", 2, 2, id="before it is decided what follows a step"),
    ],
)
def test_a_chain_survives_its_host(
    kind: str, when: str, number: int, most: int, tmp_path: Path
) -> None:
    """Each step is done, in order, and again only where its answer was lost with the host.

    Items that were at work at the same time are lost with it, too.
    """
    log = tmp_path / "log"
    given = (f"sqlite:///{tmp_path}/steps.db", str(log), kind, when, str(number))
    done = subprocess.run(
        [sys.executable, "-m", "steps_killed", *given],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    ended, told = (json.loads(line) for line in done.stdout.splitlines())
    assert ended == {"status": "COMPLETE", "n": killed.ROUNDS, "said": "go on"}
    assert told["lives"] > 5
    words = log.read_text().splitlines()
    items = [f"item {item}" for item in killed.ITEMS]
    rounds = [f"round {number + 1}" for number in range(killed.ROUNDS)]
    inside = [word for word in dict.fromkeys(words) if word in items]
    expected = [*killed.ONE[:2], *rounds, *inside, *killed.ONE[2:]]
    assert list(dict.fromkeys(words)) == expected
    assert sorted(inside) == items
    assert max(words.count(word) for word in words if word not in items) <= most
