"""Workflows as ordinary Python: activities, workflows, futures, and what runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.flow import errors, futures
    from swf.flow.activities import Activity, activity
    from swf.flow.activity_context import ActivityContext
    from swf.flow.canvas import Call, Chain, FuncGroup, Group
    from swf.flow.decider import Decider
    from swf.flow.declaration import INHERIT_TAG_LIST, query_handler, signal_handler
    from swf.flow.errors import Canceled
    from swf.flow.failures import TaskFailure
    from swf.flow.future import Future
    from swf.flow.handle import Handle
    from swf.flow.local import Local, run
    from swf.flow.manual_completion import ManualCompletion
    from swf.flow.querying import query, stack
    from swf.flow.recording import cached, nondeterministic
    from swf.flow.registry import Activities, Workflows
    from swf.flow.retry import RetryPolicy
    from swf.flow.spawned import Standalone, standalone
    from swf.flow.starting import get, start
    from swf.flow.worker import Worker
    from swf.flow.workflow import Workflow

_HOMES = {
    "Activities": "registry",
    "Activity": "activities",
    "ActivityContext": "activity_context",
    "Call": "canvas",
    "Canceled": "errors",
    "Chain": "canvas",
    "Decider": "decider",
    "FuncGroup": "canvas",
    "Future": "future",
    "Group": "canvas",
    "Handle": "handle",
    "INHERIT_TAG_LIST": "declaration",
    "Local": "local",
    "ManualCompletion": "manual_completion",
    "RetryPolicy": "retry",
    "Standalone": "spawned",
    "TaskFailure": "failures",
    "Worker": "worker",
    "Workflow": "workflow",
    "Workflows": "registry",
    "activity": "activities",
    "cached": "recording",
    "errors": "errors",
    "futures": "futures",
    "get": "starting",
    "nondeterministic": "recording",
    "query": "querying",
    "query_handler": "declaration",
    "run": "local",
    "signal_handler": "declaration",
    "stack": "querying",
    "standalone": "spawned",
    "start": "starting",
}

__all__ = [
    "INHERIT_TAG_LIST",
    "Activities",
    "Activity",
    "ActivityContext",
    "Call",
    "Canceled",
    "Chain",
    "Decider",
    "FuncGroup",
    "Future",
    "Group",
    "Handle",
    "Local",
    "ManualCompletion",
    "RetryPolicy",
    "Standalone",
    "TaskFailure",
    "Worker",
    "Workflow",
    "Workflows",
    "activity",
    "cached",
    "errors",
    "futures",
    "get",
    "nondeterministic",
    "query",
    "query_handler",
    "run",
    "signal_handler",
    "stack",
    "standalone",
    "start",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
