"""Each execution brings its own tasks with its input.

    python -m examples.graph.dynamic

Prints `{'greet Ada': 'Hello Ada!', 'greet Bob': 'Hello Bob!'}`, and why another execution failed:
its tasks wait for each other.
"""

from __future__ import annotations

from typing import Any

import swf
from swf import flow
from swf.flow.errors import WorkflowFailed
from swf.graph import ActivityTask, ActivityWorker, DeciderSpec, DynamicDecider, activity
from swf.graph.api import Swf

DOMAIN = "dynamic"


@activity(name="greet", version="1")
def greet(context: dict[str, Any]) -> str:
    """Greet somebody."""
    return f"Hello {context['activity_task']}!"


def main(url: str = "memory://") -> None:
    """Run two graphs there."""
    connection = swf.connect(url)
    spec = DeciderSpec(DOMAIN, "decisions", default_activity_task_list="work")
    decider = DynamicDecider(decider_spec=spec, connection=connection)
    decider.run(separate_process=True)
    worker = ActivityWorker(DOMAIN, "work", connection=connection)
    worker.run(block=False)

    names = ("Ada", "Bob")
    tasks = [ActivityTask("greet", "1", activity_id=f"greet {one}", input=one) for one in names]
    print(started(connection, "good", tasks).result())
    circle = [ActivityTask("greet", "1", activity_id=n, requires=[m]) for n, m in ("ab", "ba")]
    try:
        started(connection, "bad", circle).result()
    except WorkflowFailed as error:
        print(error.reason)

    decider.stop()
    worker.terminate_worker()
    decider.join()
    worker.join()
    connection.close()


def started(connection: Any, workflow_id: str, tasks: list[ActivityTask]) -> flow.Handle[Any]:
    """Start an execution that goes through these tasks."""
    Swf(connection=connection).start_workflow_execution(
        domain=DOMAIN,
        workflow_type_name="greetings",
        workflow_type_version="1",
        workflow_id=workflow_id,
        task_list="decisions",
        input={"activity_tasks": tasks},
    )
    return flow.get(workflow_id, domain=DOMAIN, connection=connection)


if __name__ == "__main__":
    main()
