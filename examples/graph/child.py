"""A task that is a workflow of its own, with a decider and a graph of its own.

    python -m examples.graph.child

Prints `{'report': 'tested: built app 2'}`.
"""

from __future__ import annotations

from typing import Any

import swf
from swf import flow
from swf.graph import ActivityTask, ActivityWorker, ChildWorkflow, Decider, DeciderSpec, activity
from swf.graph.api import Swf

DOMAIN = "child"


@activity(name="build", version="1")
def build(context: dict[str, Any]) -> str:
    """Build what the child was started for."""
    return f"built {context['child_workflow']['app']} {context['workflow']['version']['number']}"


@activity(name="version", version="1")
def version() -> dict[str, int]:
    """Find out which version is to be built."""
    return {"number": 2}


@activity(name="report", version="1")
def report(context: dict[str, Any]) -> str:
    """Tell of the child's result."""
    return f"tested: {context['the build']['build']}"


VERSION = ActivityTask("version", "1", activity_id="version")
BUILD = ChildWorkflow(
    "building",
    "1",
    workflow_id="the build",
    requires=[VERSION],
    input={"app": "app"},
    task_list="building decisions",
)
REPORT = ActivityTask("report", "1", activity_id="report", requires=[BUILD])

PARENT = DeciderSpec(DOMAIN, "releasing decisions", [VERSION, BUILD, REPORT], "work")
CHILD = DeciderSpec(
    DOMAIN, "building decisions", [ActivityTask("build", "1", activity_id="build")], "work"
)


def main(url: str = "memory://") -> None:
    """Run both graphs there, each by a decider of its own."""
    connection = swf.connect(url)
    deciders = [Decider(spec, connection=connection) for spec in (PARENT, CHILD)]
    for one in deciders:
        one.run(separate_process=True)
    worker = ActivityWorker(DOMAIN, "work", connection=connection)
    worker.run(block=False)
    Swf(connection=connection).start_workflow_execution(
        domain=DOMAIN,
        workflow_type_name="releasing",
        workflow_type_version="1",
        workflow_id="release",
        task_list="releasing decisions",
    )

    print(flow.get("release", domain=DOMAIN, connection=connection).result())
    worker.terminate_worker()
    worker.join()
    for one in deciders:
        one.stop()
        one.join()
    connection.close()


if __name__ == "__main__":
    main()
