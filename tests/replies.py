"""What a listing tells of executions, for tests of what only a wrong service would tell."""

from __future__ import annotations

from typing import Any

STARTED = 1_700_000_000.5


def execution_info(
    workflow_id: str, run_id: str = "run-1", *, started: float = STARTED, **info: Any
) -> dict[str, Any]:
    """Return what a listing tells of an execution; closed where a closeStatus is given."""
    return {
        "execution": {"workflowId": workflow_id, "runId": run_id},
        "workflowType": {"name": "order", "version": "1"},
        "startTimestamp": started,
        "executionStatus": "CLOSED" if "closeStatus" in info else "OPEN",
        "cancelRequested": False,
        **info,
    }
