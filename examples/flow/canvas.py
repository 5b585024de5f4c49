"""Submit groups and chains as one: side by side, one after the other, and in each other.

Prints `(1+1)*(2+1)*(3+1) = 24`, `[[4, 6], [2, 4]]`, `[1, 4, 9, 16, 25]` and `['a', None]`.
"""

from __future__ import annotations

from math import prod
from typing import Any

from swf.flow import Chain, FuncGroup, Group, Local, Workflow, activity


@activity
def increment(x: int) -> int:
    """Return one more."""
    return x + 1


@activity
def double(x: int) -> int:
    """Return twice as much."""
    return x * 2


@activity
def multiply(numbers: list[int]) -> int:
    """Return the product."""
    return prod(numbers)


@activity
def numbers_up_to(most: int) -> list[int]:
    """Return the numbers from 1 on."""
    return list(range(1, most + 1))


@activity
def square(x: int) -> int:
    """Return the square."""
    return x * x


@activity
def fragile(letter: str) -> str:
    """Return the letter, unless it is b."""
    if letter == "b":
        raise ValueError(letter)
    return letter


def squares(numbers: list[int]) -> Group:
    """Return the tasks for some numbers."""
    return Group(*((square, x) for x in numbers), max_parallel=2)


class Canvas(Workflow):
    """Four shapes that tasks can have."""

    def run(self, shape: str) -> Any:
        """Return what one of the shapes comes to."""
        return getattr(self, shape)()

    def group_then_activity(self) -> str:
        """Have several results become the argument of what follows."""
        group = Group((increment, 1), (increment, 2), (increment, 3))
        *_, product = self.submit(Chain(group, multiply, send_result=True)).result
        return f"(1+1)*(2+1)*(3+1) = {product}"

    def chains_side_by_side(self) -> list[list[int]]:
        """Run chains side by side that know nothing of each other."""
        chains = [Chain((double, x), (double, x + 1)) for x in (2, 1)]
        return self.submit(Group(*chains)).result

    def group_from_a_result(self) -> list[int]:
        """Submit tasks that an activity has found, two at a time."""
        found = self.submit(numbers_up_to, 5)
        result: list[int] = self.submit(FuncGroup(squares, found)).result
        return result

    def group_with_a_failure(self) -> list[str | None]:
        """Have None among the results for what failed."""
        letters = Group((fragile, "a"), (fragile, "b"), raises_on_failure=False)
        return self.submit(letters).result


def main() -> None:
    """Run all shapes."""
    run = Local(virtual_time=True).run
    for shape in (
        "group_then_activity",
        "chains_side_by_side",
        "group_from_a_result",
        "group_with_a_failure",
    ):
        print(run(Canvas, shape))


if __name__ == "__main__":
    main()
