"""Whatever a client sends is answered as SWF documents it, and what is refused changes nothing."""

from __future__ import annotations

import pytest
from fuzz.judge import FORMS
from fuzz.model import OPERATIONS, SHAPES
from fuzz.running import MAY_GROW, REQUESTS, fuzz
from fuzz.sockets import bombarded

SEEDS = range(20)
CONNECTIONS = 2_000


@pytest.mark.no_cover  # it is long, and what it meets others have met
def test_no_request_harms_an_engine():
    """50,000 requests, valid and broken, at the door and over HTTP: no 5xx, no trace of a refusal.

    They go deep enough to mean something: every operation succeeds, nearly every fault and every
    event that needs no other service appears.
    """
    tally = fuzz(SEEDS)

    assert tally.door + tally.http == len(SEEDS) * REQUESTS == 50_000
    assert min(tally.door, tally.http) > 15_000
    assert tally.outcomes["OK"] > 20_000
    assert set(OPERATIONS) == set(tally.replies)
    assert {*FORMS, "LimitExceededFault", "TooManyTagsFault"} <= set(tally.outcomes)
    beyond = ("LambdaFunction", "RecordMarkerFailed")  # there is no function, nothing is forbidden
    types = {one for one in SHAPES["EventType"]["enum"] if not any(part in one for part in beyond)}
    assert len(types - set(tally.events)) <= 4


def test_no_bytes_harm_a_server():
    """Whatever comes over 2,000 connections: no 5xx, decent clients are served, memory is kept."""
    statuses, grown = bombarded(0, CONNECTIONS)

    assert statuses[200] > 20
    assert statuses[400] > 500
    assert grown < MAY_GROW
