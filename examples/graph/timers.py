"""A timer that delays a task by a day, and one that keeps the workflow open for a week.

    python -m examples.graph.timers

Runs in virtual time, where nothing is waited for. Prints `reminded after 1 day` and
`closed after 7 days`.
"""

from __future__ import annotations

import swf
from swf import flow
from swf.graph import ActivityTask, ActivityWorker, Decider, DeciderSpec, Timer, activity
from swf.graph.api import Swf

DOMAIN = "timers"
DAY = 86_400


@activity(name="invite", version="1")
def invite() -> None:
    """Send an invitation."""


@activity(name="remind", version="1")
def remind() -> None:
    """Remind of it."""


INVITE = ActivityTask("invite", "1", activity_id="invite")
A_DAY = Timer("a day", DAY, requires=[INVITE])
REMIND = ActivityTask("remind", "1", activity_id="remind", requires=[A_DAY])
A_WEEK = Timer("a week", 7 * DAY)

SPEC = DeciderSpec(DOMAIN, "decisions", [INVITE, A_DAY, REMIND, A_WEEK])


def main(url: str = "memory://timers?clock=virtual") -> None:
    """Run the graph there, and say when what happened."""
    connection = swf.connect(url)
    decider = Decider(SPEC, connection=connection)
    worker = ActivityWorker(DOMAIN, "decisions", connection=connection)
    decider.run(separate_process=True)
    worker.run(block=False)
    Swf(connection=connection).start_workflow_execution(
        domain=DOMAIN,
        workflow_type_name="reminders",
        workflow_type_version="1",
        task_list="decisions",
    )

    handle = flow.get("reminders_1", domain=DOMAIN, connection=connection)
    handle.result()
    decider.stop()
    worker.terminate_worker()
    decider.join()
    worker.join()

    events = list(handle.history)
    invited, reminded = (one for one in events if one.name == "ActivityTaskCompleted")
    print(f"reminded after {(reminded.timestamp - invited.timestamp).days} day")
    print(f"closed after {(events[-1].timestamp - events[0].timestamp).days} days")
    connection.close()


if __name__ == "__main__":
    main()
