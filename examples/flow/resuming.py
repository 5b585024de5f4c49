"""Go on where the attempt before has stopped: heartbeats carry how far an activity has come.

Prints `attempt 2 goes on at page 3` and `5 pages`.
"""

from __future__ import annotations

from swf.actors import ActivityWorker
from swf.flow import Decider, RetryPolicy, Worker, Workflow, activity, start
from swf.testing import ManualClock, connected, embedded, run_until_idle


@activity(retry=RetryPolicy(attempts=2, delay=0), heartbeat_timeout=30)
def read(pages: int) -> str:
    """Read pages; who tries again begins after the last one that was told."""
    context = activity.context
    begin = (context.last_heartbeat or 0) + 1
    for page in range(begin, pages + 1):
        context.heartbeat(page)
    print(f"attempt {context.attempt} goes on at page {begin}")
    return f"{pages} pages"


class Reading(Workflow):
    """Reads five pages."""

    def run(self) -> str:
        """Return how many there were."""
        return self.submit(read, 5).result


def main() -> None:
    """Have the first worker die after two pages."""
    clock = ManualClock()
    with embedded(clock=clock) as engine:
        connection = connected(engine)
        decider = Decider([Reading], domain="library", connection=connection)
        handle = start(Reading, domain="library", connection=connection)
        run_until_idle(decider)

        mortal = ActivityWorker("library", "default", connection=connection)
        task = mortal.poll()
        for page in (1, 2):
            mortal.heartbeat(task.task_token, page)

        clock.advance(30)  # nobody hears of it any more
        run_until_idle(decider, Worker(read, domain="library", connection=connection))
        print(handle.result())


if __name__ == "__main__":
    main()
