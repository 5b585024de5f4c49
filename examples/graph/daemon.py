"""A daemon starts a child workflow for each graph that somebody signals to it.

    python -m examples.graph.daemon

Prints how two children ended, and why a third signal started none.
"""

from __future__ import annotations

from typing import Any

import swf
from swf import flow
from swf.graph import ActivityTask, ActivityWorker, Daemon, DeciderSpec, activity
from swf.graph.api import Swf

DOMAIN = "daemon"


@activity(name="copy", version="1")
def copy(context: dict[str, Any]) -> str:
    """Copy a file."""
    return f"{context['activity_task']} was copied"


def main(url: str = "memory://daemon?clock=virtual") -> None:
    """Have a daemon work there."""
    connection = swf.connect(url)
    daemon = Daemon(domain=DOMAIN, task_list="floto_daemon", connection=connection)
    daemon.run(separate_process=True)
    worker = ActivityWorker(DOMAIN, "work", connection=connection)
    worker.run(block=False)
    api = Swf(connection=connection)
    api.start_workflow_execution(
        domain=DOMAIN,
        workflow_type_name="floto_daemon_type",
        workflow_type_version="v1",
        task_list="floto_daemon",
        workflow_id="floto_daemon",
    )

    for name in ("a.txt", "b.txt"):
        task = ActivityTask("copy", "1", activity_id="copy", input=name)
        spec = DeciderSpec(default_activity_task_list="work", activity_tasks=[task])
        send(api, {"decider_spec": spec})
    send(api, {"decider_spec": {"type": "os.system"}})

    handle = flow.get("floto_daemon", domain=DOMAIN, connection=connection)
    connection.skip_until(lambda: is_done(handle.state))
    print(*(one["result"] for one in handle.state["ended"]), sep="\n")
    print(*handle.state["refused"], sep="\n")
    handle.terminate()
    daemon.stop()
    worker.terminate_worker()
    daemon.join()
    worker.join()
    connection.close()


def send(api: Swf, told: dict[str, Any]) -> None:
    """Send the daemon a signal."""
    api.signal_workflow_execution(
        domain=DOMAIN,
        workflow_id="floto_daemon",
        signal_name="startChildWorkflowExecution",
        input=told,
    )


def is_done(state: dict[str, Any] | None) -> bool:
    """Tell whether all that was signaled has come to its end."""
    return state is not None and len(state["ended"]) == 2 and len(state["refused"]) == 1


if __name__ == "__main__":
    main()
