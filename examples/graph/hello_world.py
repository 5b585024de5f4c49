"""One task, its activity, a decider, a worker and a start, all that a graph needs.

    python -m examples.graph.hello_world [URL]

`URL` is `memory://` (without one), `sqlite:///file.db`, or the address of a server. Prints
`Hello Ada!`, and the result of the workflow: `{'greet:v1:…': 'Hello Ada!'}`.
"""

from __future__ import annotations

import sys
from typing import Any

import swf
from swf import flow
from swf.graph import ActivityTask, ActivityWorker, Decider, DeciderSpec, InstantRetry, activity
from swf.graph.api import ActivityType, Swf, WorkflowType

DOMAIN = "hello"


@activity(name="greet", version="v1")
def greet(context: dict[str, Any]) -> str:
    """Greet whom the workflow was started for."""
    greeting = f"Hello {context['workflow']['name']}!"
    print(greeting)
    return greeting


SPEC = DeciderSpec(
    domain=DOMAIN,
    task_list="hello_decisions",
    default_activity_task_list="hello_work",
    terminate_decider_after_completion=True,
    activity_tasks=[ActivityTask("greet", "v1", retry_strategy=InstantRetry(retries=1))],
)


def main(url: str = "memory://") -> None:
    """Run the graph there."""
    connection = swf.connect(url)
    api = Swf(connection=connection)
    api.domains.register_domain(DOMAIN)
    workflow_type = WorkflowType(domain=DOMAIN, name="hello_world", version="v1")
    api.register_workflow_type(workflow_type)
    api.register_activity_type(ActivityType(domain=DOMAIN, name="greet", version="v1"))

    decider = Decider(decider_spec=SPEC, connection=connection)
    decider.run(separate_process=True)
    worker = ActivityWorker(DOMAIN, "hello_work", connection=connection)
    worker.run(block=False)
    api.start_workflow_execution(
        domain=DOMAIN,
        workflow_type_name=workflow_type.name,
        workflow_type_version=workflow_type.version,
        task_list="hello_decisions",
        workflow_id="hello",
        input={"name": "Ada"},
    )

    decider.join()  # it ends with its execution
    worker.terminate_worker()
    worker.join()
    print(flow.get("hello", domain=DOMAIN, connection=connection).result())
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
