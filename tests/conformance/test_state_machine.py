"""Whatever is asked, in whatever order, the engine answers what a plain reference answers."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from walk import STEPS, Walk


class Machine(RuleBasedStateMachine):
    """An engine beside a reference, driven by rules."""

    def __init__(self) -> None:
        super().__init__()
        self.walk = Walk()

    @rule(name=st.sampled_from(STEPS), random=st.randoms(use_true_random=False))
    def step(self, name: str, random: Random) -> None:
        """Ask both the same, then compare all executions and all histories."""
        getattr(self.walk, name)(random)
        self.walk.check()

    def teardown(self) -> None:
        self.walk.pair.close()


def test_the_engine_answers_as_the_reference_does():
    """Replies, faults with their messages, and whole histories are those of the reference."""
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
