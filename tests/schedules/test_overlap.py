"""What becomes of a due time while a run goes on."""

from __future__ import annotations

import pytest

from swf.schedules import Overlap
from swf.schedules.overlap import MOST_BUFFERED, Due, Step, came, ended, ends_other

A, B, C = Due(1), Due(2), Due(3)


@pytest.mark.parametrize("rule", list(Overlap))
def test_where_nothing_runs_a_due_time_is_started(rule: Overlap) -> None:
    """No rule keeps a run from starting that is alone."""
    assert came(rule, A, (), running=False) == Step(start=(A,))


@pytest.mark.parametrize(
    ("rule", "waiting", "step"),
    [
        (Overlap.SKIP, (), Step(skipped=(C,))),
        (Overlap.BUFFER_ONE, (), Step(waiting=(C,))),
        (Overlap.BUFFER_ONE, (A,), Step(waiting=(A,), skipped=(C,))),
        (Overlap.BUFFER_ALL, (A, B), Step(waiting=(A, B, C))),
        (Overlap.CANCEL_OTHER, (A,), Step(waiting=(C,), skipped=(A,), end="cancel")),
        (Overlap.TERMINATE_OTHER, (), Step(waiting=(C,), end="terminate")),
        (Overlap.ALLOW_ALL, (), Step(start=(C,))),
    ],
)
def test_while_a_run_goes_on_the_rule_decides(
    rule: Overlap, waiting: tuple[Due, ...], step: Step
) -> None:
    """Each rule does what it says, and drops nothing without telling."""
    assert came(rule, C, waiting, running=True) == step


def test_a_buffer_is_full_some_day() -> None:
    """What cannot wait any more is skipped, and told."""
    full = (A,) * MOST_BUFFERED

    assert came(Overlap.BUFFER_ALL, C, full, running=True) == Step(waiting=full, skipped=(C,))


def test_those_that_wait_have_their_turn_in_order() -> None:
    """The first that waits is started when nothing runs; all are where they may run together."""
    assert ended(Overlap.BUFFER_ALL, (A, B)) == Step(start=(A,), waiting=(B,))
    assert ended(Overlap.ALLOW_ALL, (A, B)) == Step(start=(A, B))
    assert ended(Overlap.SKIP, ()) == Step()


def test_only_what_ends_others_has_to_be_seen_to_at_once() -> None:
    """The other rules lead to the same when they are looked at after the run has ended."""
    assert [rule for rule in Overlap if ends_other(rule)] == ["cancel_other", "terminate_other"]
