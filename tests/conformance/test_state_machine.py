"""Whatever is asked, in whatever order, the engine answers what a plain reference answers."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from walk import STEPS, Walk

from swf.shapes import OPERATIONS, SHAPES

WALKS_AT_LEAST = 8
WALKS_AT_MOST = 60
STEPS_OF_A_WALK = 300

NEVER_HERE = ("OPERATION_NOT_PERMITTED", "RATE_EXCEEDED")
"""What only AWS has cause to record: it knows permissions and throttles."""


class Machine(RuleBasedStateMachine):
    """An engine beside a reference, driven by rules."""

    def __init__(self) -> None:
        super().__init__()
        self.walk = Walk()

    @rule(name=st.sampled_from(STEPS), random=st.randoms(use_true_random=False))
    def step(self, name: str, random: Random) -> None:
        """Ask both the same, then compare all executions and all histories."""
        getattr(self.walk, name)(random)
        self.walk.pair.compare_executions()

    def teardown(self) -> None:
        """Let go of the engine."""
        self.walk.close()


@pytest.mark.no_cover  # it is long, and what it meets others have met
def test_the_engine_answers_as_the_reference_does():
    """Replies, faults with their messages, and whole histories are those of the reference."""
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )


def everything() -> set[str]:
    """Return every operation, every event type, and every event type with a cause or time-out."""
    names = {*OPERATIONS, *SHAPES["EventType"]["enum"]}
    for event_type in SHAPES["EventType"]["enum"]:
        members = SHAPES[f"{event_type}EventAttributes"]["members"]
        for shape in (members.get("cause"), members.get("timeoutType")):
            if shape is not None:
                names |= {f"{event_type} {word}" for word in SHAPES[shape]["enum"]}
    return {name for name in names if not name.endswith(NEVER_HERE)} - {"RecordMarkerFailed"}


COMPLETE = {
    "executionStartToCloseTimeout": "60",
    "taskList": {"name": "main"},
    "taskStartToCloseTimeout": "NONE",
    "childPolicy": "ABANDON",
}


def continued_without(missing: str) -> Counter[str]:
    """Continue as new without what the type has no default for; return what was met."""
    walk = Walk()
    bare = {"workflowId": "w1", "workflowType": {"name": "bare", "version": "1"}}
    walk.pair.call("StartWorkflowExecution", {"domain": "shop", **bare, **COMPLETE})
    poll = {"domain": "shop", "taskList": {"name": "main"}}
    task = walk.pair.call("PollForDecisionTask", poll) or {}
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    decision = {
        "decisionType": "ContinueAsNewWorkflowExecution",
        "continueAsNewWorkflowExecutionDecisionAttributes": given,
    }
    answer = {"taskToken": task["taskToken"], "decisions": [decision]}
    walk.pair.call("RespondDecisionTaskCompleted", answer)
    walk.check(thoroughly=True)
    walk.close()
    return walk.pair.seen


@pytest.mark.no_cover  # it is long, and what it meets others have met
def test_long_walks_agree_and_meet_everything():
    """Walks agree until every operation, event type, cause and time-out type has been met."""
    seen = sum(map(continued_without, COMPLETE), Counter[str]())
    walks = 0
    while walks < WALKS_AT_LEAST or (everything() - seen.keys() and walks < WALKS_AT_MOST):
        walk = Walk()
        random = Random(walks)
        for number in range(STEPS_OF_A_WALK):
            walk.step(random)
            walk.check(thoroughly=number % 10 == 0)
        walk.check(thoroughly=True)
        seen += walk.pair.seen
        walk.close()
        walks += 1

    assert sorted(everything() - seen.keys()) == []
