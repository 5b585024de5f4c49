"""Wait for the first, for all, or for what is enough; run several lines of a workflow side by side.

Prints `first: fast`, `in order: fast, medium, slow`, `enough: fast and slow`, and
`ready: tea, toast, eggs`.
"""

from __future__ import annotations

from swf.flow import Future, Local, Workflow, futures


class Waiting(Workflow):
    """Three timers stand for work that takes its time."""

    def run(self) -> list[str]:
        """Return what was told by each way to wait."""
        return [self.first(), self.in_order(), self.enough()]

    def work(self) -> dict[Future[None], str]:
        """Begin three things that take 10, 20 and 30 seconds."""
        return {
            self.start_timer(seconds): name
            for seconds, name in ((10, "fast"), (20, "medium"), (30, "slow"))
        }

    def first(self) -> str:
        """Go on with the first, and give up the others."""
        work = self.work()
        done, rest = futures.wait(work, return_when=futures.FIRST_COMPLETED)
        for future in rest:
            future.cancel()
        return f"first: {work[done[0]]}"

    def in_order(self) -> str:
        """Take each as it is done."""
        work = self.work()
        return "in order: " + ", ".join(work[future] for future in futures.as_completed(work))

    def enough(self) -> str:
        """Go on once the slow one is there, and one of the others."""
        work = self.work()
        fast, medium, slow = work
        _ = futures.gather(slow, futures.any_of(fast, medium))
        return f"enough: {work[fast]} and {work[slow]}"


class Breakfast(Workflow):
    """Lines of a workflow beside each other: none holds up the rest."""

    def run(self) -> str:
        """Return what was ready when."""
        ready: list[str] = []
        lines = [
            self.spawn(self.make, ready, name, seconds)
            for name, seconds in (("eggs", 240), ("toast", 120), ("tea", 60))
        ]
        futures.wait(lines)
        return "ready: " + ", ".join(ready)

    def make(self, ready: list[str], name: str, seconds: int) -> None:
        """Make one thing, in two steps."""
        self.sleep(seconds)
        self.sleep(seconds)
        ready.append(name)


def main() -> None:
    """Run both."""
    run = Local(virtual_time=True).run
    print(*run(Waiting), sep="\n")
    print(run(Breakfast))


if __name__ == "__main__":
    main()
