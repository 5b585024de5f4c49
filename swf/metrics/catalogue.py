"""What deciders, workers and connections measure: every metric of a process that is a client.

The embedded SWF's own are its server's.
"""

from __future__ import annotations

from typing import Final

from swf.metrics.registry import Registry

REGISTRY: Final = Registry()
"""The metrics of this process, and of the processes that it has polling."""

_TASK: Final = ("domain", "task_list", "type")

CALLS: Final = REGISTRY.counter(
    "swf_calls_total",
    "Calls of SWF's operations, by the fault or error they ended with (ok without one).",
    ("operation", "outcome"),
)
CALL_SECONDS: Final = REGISTRY.histogram(
    "swf_call_seconds",
    "Time from call to reply, botocore's own retries included; polls include their wait.",
    ("operation",),
)
THROTTLES: Final = REGISTRY.counter(
    "swf_throttles_total",
    "Calls that SWF refused for the rate of calls, after botocore's own retries.",
    ("operation",),
)
POLLS: Final = REGISTRY.counter(
    "swf_polls_total",
    "Polls, by kind (activity, decision) and outcome (answered, empty, failed).",
    ("domain", "task_list", "kind", "outcome"),
)
RETRIES: Final = REGISTRY.counter(
    "swf_retries_total",
    "What was tried again: polls and answers (by the loop), tasks (by workflows' retry policies).",
    ("domain", "task_list", "kind"),
)
FAILURES: Final = REGISTRY.counter(
    "swf_failures_total",
    "Activities and workflows that failed, by the class of the error.",
    (*_TASK, "kind", "reason"),
)
ACTIVITY_WAIT: Final = REGISTRY.histogram(
    "swf_activity_schedule_to_start_seconds",
    "Time that activity tasks waited for a worker, as the decider sees it in the history.",
    _TASK,
)
ACTIVITY: Final = REGISTRY.histogram(
    "swf_activity_start_to_close_seconds",
    "Time from the poll of an activity task to its answer, in the worker.",
    (*_TASK, "outcome"),
)
DECISION_WAIT: Final = REGISTRY.histogram(
    "swf_decision_schedule_to_start_seconds",
    "Time that decision tasks waited for a decider, as their history says.",
    _TASK,
)
DECISION: Final = REGISTRY.histogram(
    "swf_decision_start_to_close_seconds",
    "Time from the poll of a decision task to its answer, in the decider.",
    (*_TASK, "outcome"),
)
WORKFLOW: Final = REGISTRY.histogram(
    "swf_workflow_start_to_close_seconds",
    "Time from the start of an execution to the decision that closed it.",
    (*_TASK, "outcome"),
)
REPLAY: Final = REGISTRY.histogram(
    "swf_replay_seconds",
    "Time that programs took from a decision task to their decisions, by the run's state before"
    " (cold: replayed from its first event, warm: held since the last decision).",
    (*_TASK, "run"),
)
HISTORY: Final = REGISTRY.histogram(
    "swf_history_events",
    "How long the histories are of which decision tasks came; SWF ends an execution at 25,000.",
    _TASK,
    (10, 30, 100, 300, 1_000, 3_000, 5_000, 10_000, 15_000, 20_000, 25_000),
)
CACHE_HITS: Final = REGISTRY.counter(
    "swf_cache_hits_total",
    "Decision tasks whose run was held, suspended, by this decider.",
    ("domain", "task_list"),
)
CACHE_MISSES: Final = REGISTRY.counter(
    "swf_cache_misses_total",
    "Decision tasks after the first of a run whose run was replayed from its first event.",
    ("domain", "task_list"),
)
BLOCKED: Final = REGISTRY.counter(
    "swf_blocked_total",
    "Decision tasks that a program could not go on with, by the class of the error.",
    (*_TASK, "reason"),
)
HEARTBEATS: Final = REGISTRY.counter(
    "swf_heartbeats_total",
    "Heartbeats, by outcome (answered, cancel_requested, lost, failed).",
    ("outcome",),
)
HEARTBEAT_LATENESS: Final = REGISTRY.histogram(
    "swf_heartbeat_lateness_seconds",
    "How much later than its interval says a heartbeat was sent.",
)
