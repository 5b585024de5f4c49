"""Start workflows from a workflow: wait for them, signal them, and go on where one fails.

Prints `70`, `hello from the parent`, and `WorkflowFailed: ValueError: -1`.
"""

from __future__ import annotations

from typing import Any

from swf.flow import Local, Workflow, activity, errors


@activity
def square(x: int) -> int:
    """Return the square."""
    return x * x


@activity
def double(x: int) -> int:
    """Return twice as much."""
    return x + x


class Sum(Workflow):
    """The child: a square and a double."""

    def run(self, a: int, b: int) -> int:
        """Return their sum; refuse what is negative."""
        if a < 0:
            raise ValueError(a)
        first, second = self.submit(square, a), self.submit(double, b)
        return first.result + second.result


class Listener(Workflow):
    """A child that waits for its parent to say something."""

    def run(self) -> str:
        """Return what it heard."""
        heard: str = self.wait_signal("say").result
        return heard


class Parent(Workflow):
    """Three children."""

    def run(self) -> list[Any]:
        """Return what became of them."""
        told: list[Any] = [self.submit(Sum, 5, 10).result + 25]
        listener = self.submit(Listener.with_options(workflow_id="listener", tag_list=["ears"]))
        listener.signal("say", "hello from the parent")
        told.append(listener.result)
        try:
            _ = self.submit(Sum, -1, 0).result
        except errors.WorkflowFailed as error:
            told.append(f"WorkflowFailed: {error.reason}")
        return told


def main() -> None:
    """Run it."""
    print(*Local(virtual_time=True).run(Parent), sep="\n")


if __name__ == "__main__":
    main()
