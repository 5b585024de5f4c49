"""Workflows as ordinary Python: what they submit, return and raise, in each of their forms."""

from __future__ import annotations

from flow_harness import Stage

from swf.flow import Workflow, activity


@activity
def increment(x: int) -> int:
    return x + 1


@activity
def double(x: int) -> int:
    return x * 2


def test_dataflow(stage: Stage) -> None:
    """A submit that waits for its arguments takes its id in the order of the program."""

    class Flow(Workflow):
        def run(self) -> list[int]:
            y = self.submit(increment, 10)
            a = self.submit(double, y)
            b = self.submit(double, 5)
            return [a.result, b.result]

    assert stage.run(Flow) == [22, 10]
