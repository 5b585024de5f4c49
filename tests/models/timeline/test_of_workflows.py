"""Timelines of executions that workflows in Python decide: their ids are understood."""

from __future__ import annotations

from swf.flow import RetryPolicy, Workflow, activity
from swf.models.timeline import timeline_of
from swf.testing import flow


@activity(retry=RetryPolicy(attempts=3, delay=2))
def charge(card: str, amount: int) -> str:
    """Stubbed."""
    raise NotImplementedError


class Payment(Workflow):
    """Charges two cards at once."""

    def run(self) -> list[str]:
        """Return what became of both."""
        asked = [self.submit(charge, card, amount=3) for card in ("1234", "5678")]
        return [one.result for one in asked]


def test_attempts_and_pauses_are_in_the_lane_of_their_activity() -> None:
    """A retried activity is one lane: attempt, pause, attempt; no lane is of a pause alone."""
    with flow() as stage:
        stage.stub(charge, raises=ValueError("busy"), takes=5, times=1).then(returns="ok", takes=1)
        handle = stage.start(Payment)
        assert handle.result() == ["ok", "ok"]
        timeline = timeline_of(handle.history)

    tried = [lane for lane in timeline.lanes if lane.kind == "activity"]
    assert [lane.kind for lane in timeline.lanes] == ["execution", "decisions", *["activity"] * 2]
    assert sorted(len(lane.segments) for lane in tried) == [1, 3]
    assert [lane.label.partition("(")[2] for lane in tried] == [
        "1234, amount=3)",
        "5678, amount=3)",
    ]
    (failed, pause, done) = max(tried, key=lambda lane: len(lane.segments)).segments
    assert (failed.words, failed.ran_seconds) == ("failed: ValueError: busy", 5)
    assert pause.retry
    assert pause.due == pause.end
    assert (done.attempt, done.ran_seconds) == (2, 1)
