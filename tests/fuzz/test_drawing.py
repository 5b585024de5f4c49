"""What the fuzz draws: the same by seed, mostly valid, and everything there is."""

from __future__ import annotations

from random import Random
from typing import Any

from fuzz.drawing import Drawer
from fuzz.model import OPERATIONS, SHAPES
from fuzz.pool import Pool
from fuzz.spoiling import Spoiler

from swf.exceptions import ValidationError
from swf.validation import check_request


def drawn(seed: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    random = Random(seed)
    drawer = Drawer(random, Pool(random))
    return [drawer.request() for _ in range(count)]


def valid(operation: Any, params: Any) -> bool:
    try:
        check_request(operation, params)
    except ValidationError:
        return False
    return True


def test_a_seed_draws_the_same_again():
    """Two drawers of one seed draw the same requests, of another seed others."""
    assert drawn("1", 300) == drawn("1", 300)
    assert drawn("1", 300) != drawn("2", 300)


def test_nearly_all_that_is_drawn_is_valid():
    """Of what is drawn and not spoilt, SWF may accept nine in ten."""
    requests = drawn("3", 2_000)

    assert sum(valid(*request) for request in requests) > 1_800


def test_every_operation_and_every_decision_is_drawn():
    """No operation and no type of decision is left out."""
    requests = drawn("4", 20_000)
    random = Random("5")
    drawer = Drawer(random, Pool(random))

    decisions = {one["decisionType"] for _ in range(500) for one in drawer.decisions()}
    assert {operation for operation, _ in requests} | NEED_A_TASK == set(OPERATIONS)
    assert decisions == set(SHAPES["DecisionType"]["enum"])


NEED_A_TASK = {
    "RespondDecisionTaskCompleted",
    "RespondActivityTaskCompleted",
    "RespondActivityTaskFailed",
    "RespondActivityTaskCanceled",
    "RecordActivityTaskHeartbeat",
}


def test_most_of_what_is_spoilt_is_invalid():
    """Spoiling breaks more than half of the requests, and leaves the original alone."""
    spoiler = Spoiler(Random("6"))
    requests = drawn("7", 1_000)
    spoilt = [spoiler.spoilt(*request, within=True) for request in requests]

    assert requests == drawn("7", 1_000)
    assert sum(valid(*request) for request in spoilt) < 500
