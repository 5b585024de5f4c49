"""Try again what failed: by a policy, within the worker, or as the workflow decides.

Prints `paid at attempt 3 after 3 s`, `read at attempt 2`, `charged the other card` and
`declined: ValueError`.
"""

from __future__ import annotations

from typing import Any

from swf.flow import Local, RetryPolicy, TaskFailure, Workflow, activity


@activity(retry=RetryPolicy(attempts=5, delay=1, factor=2, never=(ValueError,)))
def pay(amount: int) -> str:
    """Pay at the third attempt; refuse what is no amount."""
    if amount < 0:
        raise ValueError(amount)
    attempt = activity.context.attempt
    if attempt < 3:
        raise TimeoutError("the bank does not answer")
    return f"paid at attempt {attempt}"


@activity(retry_in_worker=3)
def read_sensor() -> str:
    """Read at the second attempt; no history hears of the first."""
    attempt = activity.context.attempt_in_worker
    if attempt < 2:
        raise ConnectionError("no answer")
    return f"read at attempt {attempt}"


@activity
def charge(card: str) -> str:
    """Charge a card; the first one is empty."""
    if card == "first":
        raise LookupError("no money")
    return f"charged the {card} card"


class Retrying(Workflow):
    """Policies first; what they give up comes to `on_task_failure`."""

    def run(self) -> list[str]:
        """Return how each of them ended."""
        begun = self.now()
        paid = self.submit(pay, 12).result
        took = (self.now() - begun).seconds
        told = [f"{paid} after {took} s", self.submit(read_sensor).result]
        told.append(self.submit(charge, "first").result)
        try:
            _ = self.submit(pay, -1).result
        except ValueError as error:
            told.append(f"declined: {type(error).__name__}")
        return told

    def on_task_failure(self, failure: TaskFailure) -> Any:
        """Try the other card; leave all else as it is."""
        if failure.task_name == charge.name and failure.attempt_number == 1:
            failure.args = ("other",)
            return failure.decide_retry()
        return None


def main() -> None:
    """Run it."""
    print(*Local(virtual_time=True).run(Retrying), sep="\n")


if __name__ == "__main__":
    main()
