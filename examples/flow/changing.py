"""Change a program under an open execution: guard the change, or register another version.

Prints `old run: packed, sent`, `new run: packed, insured, sent` and `version 2: sent`.
"""

from __future__ import annotations

from swf.flow import Decider, Worker, Workflow, activity, start
from swf.testing import ManualClock, connected, embedded, run_until_idle


@activity
def step(name: str) -> str:
    """Do one step."""
    return name


class Before(Workflow):
    """The program as it was."""

    name = "shipping"
    version = "1"

    def run(self) -> str:
        """Pack, wait a day, send."""
        packed = self.submit(step, "packed").result
        self.sleep(86_400)
        return f"{packed}, {self.submit(step, 'sent').result}"


class After(Workflow):
    """The program as it is now: who has passed the place goes on as before."""

    name = "shipping"
    version = "1"

    def run(self) -> str:
        """Pack, insure, wait a day, send."""
        told = [self.submit(step, "packed").result]
        if self.patched("insurance"):
            told.append(self.submit(step, "insured").result)
        self.sleep(86_400)
        return ", ".join([*told, self.submit(step, "sent").result])


class Version2(Workflow):
    """Another version of the type stands beside the first one."""

    name = "shipping"
    version = "2"

    def run(self) -> str:
        """Send."""
        return self.submit(step, "sent").result


def main() -> None:
    """Begin an execution by the old program, and end it by the new one."""
    clock = ManualClock()
    with embedded(clock=clock) as engine:
        connection = connected(engine)
        worker = Worker(step, domain="shop", connection=connection)
        before = Decider([Before], domain="shop", connection=connection, cached_runs=0)
        old = start(Before, domain="shop", connection=connection)
        run_until_idle(before, worker)

        after = Decider([After, Version2], domain="shop", connection=connection, cached_runs=0)
        new = start(After, domain="shop", connection=connection)
        other = start(Version2, domain="shop", connection=connection)
        run_until_idle(after, worker)
        clock.advance(86_400)
        run_until_idle(after, worker)
        print(f"old run: {old.result()}")
        print(f"new run: {new.result()}")
        print(f"version 2: {other.result()}")


if __name__ == "__main__":
    main()
