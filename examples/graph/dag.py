"""Three activities, of which the third requires the other two.

    python -m examples.graph.dag

Prints the result of the third, and that the JSON of the graph is the same graph.
"""

from __future__ import annotations

from typing import Any

from swf import flow
from swf.graph import ActivityTask, DeciderSpec, activity, graph_workflow


@activity(name="rows", version="1")
def rows(context: dict[str, Any]) -> int:
    """Count the rows of a table."""
    return len(context["workflow"]["rows"])


@activity(name="columns", version="1")
def columns(context: dict[str, Any]) -> int:
    """Count its columns."""
    return len(context["workflow"]["rows"][0])


@activity(name="cells", version="1")
def cells(context: dict[str, Any]) -> int:
    """Count its cells, as its rows and its columns were counted before."""
    return int(context["rows"] * context["columns"])


A = ActivityTask("rows", "1", activity_id="rows")
B = ActivityTask("columns", "1", activity_id="columns")
C = ActivityTask("cells", "1", activity_id="cells", requires=[A, B])

SPEC = DeciderSpec(activity_tasks=[A, B, C])


def main() -> None:
    """Run the graph in memory: for that it is a workflow like any other."""
    print(flow.run(graph_workflow(SPEC, "count cells", "1"), {"rows": [[1, 2, 3], [4, 5, 6]]}))
    print(DeciderSpec.from_json(SPEC.to_json()) == SPEC)


if __name__ == "__main__":
    main()
