"""Call activities and children like functions, and use what they return.

Prints `45`, `70`, `45 after 10 s`, `60` and `2520 someMarker someDetails`.
"""

from __future__ import annotations

from swf.flow import Local, Workflow, activity, nondeterministic


@activity
def times_itself(number: int) -> int:
    """Return a number times itself."""
    return number * number


@activity
def plus_itself(number: int) -> int:
    """Return a number plus itself."""
    return number + number


@activity
def total(*numbers: int) -> int:
    """Return the sum of all."""
    return sum(numbers)


@activity
def product(*numbers: int) -> int:
    """Return the product of all."""
    found = 1
    for number in numbers:
        found *= number
    return found


@nondeterministic
def weight() -> int:
    """Return what is weighed once in a run, however often it is asked for."""
    return 20


class Adding(Workflow):
    """Two activities that know nothing of each other."""

    def run(self) -> int:
        """Return 5 times itself and 10 plus itself, added."""
        a, b = self.submit(times_itself, 5), self.submit(plus_itself, 10)
        return a.result + b.result


class WithChild(Workflow):
    """The same as a child, and more."""

    def run(self) -> int:
        """Return what the child returned, and 5 times itself."""
        child, more = self.submit(Adding), self.submit(times_itself, 5)
        result: int = child.result + more.result
        return result


class WithTimer(Workflow):
    """The same, ten seconds later."""

    def run(self) -> str:
        """Return the result, and how long it took."""
        begun = self.now()
        _ = self.start_timer(10).result
        return f"{self.submit(Adding).result} after {(self.now() - begun).seconds} s"


class WithCache(Workflow):
    """A value that would be another one each time."""

    def run(self) -> int:
        """Return it three times, added."""
        return self.submit(total, weight(), weight(), weight()).result


class WithMarker(Workflow):
    """What people look for in the history."""

    def run(self) -> str:
        """Return a number, and what the marker tells."""
        number = self.submit(product, 4, 5, 6, 21).result
        marker = self.record_marker("someMarker", "someDetails")
        return f"{number} {marker.name} {marker.details}"


def main() -> None:
    """Run all of them."""
    run = Local(virtual_time=True).run
    for workflow in (Adding, WithChild, WithTimer, WithCache, WithMarker):
        print(run(workflow))


if __name__ == "__main__":
    main()
