"""Schedules: workflows that are started by cron, with nothing but SWF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.schedules.api import Description, Run, Schedule, all, create, get  # noqa: A004
    from swf.schedules.errors import ScheduleAlreadyExists, ScheduleDoesNotExist, ScheduleSpecError
    from swf.schedules.overlap import Overlap
    from swf.schedules.server import Serving, serve, serving
    from swf.schedules.spec import ScheduleSpec, call
    from swf.schedules.workflow import Ender, ScheduleWorkflow

_HOMES = {
    "Description": "api",
    "Ender": "workflow",
    "Overlap": "overlap",
    "Run": "api",
    "Schedule": "api",
    "ScheduleAlreadyExists": "errors",
    "ScheduleDoesNotExist": "errors",
    "ScheduleSpec": "spec",
    "ScheduleSpecError": "errors",
    "ScheduleWorkflow": "workflow",
    "Serving": "server",
    "all": "api",
    "call": "spec",
    "create": "api",
    "get": "api",
    "serve": "server",
    "serving": "server",
}

__all__ = [
    "Description",
    "Ender",
    "Overlap",
    "Run",
    "Schedule",
    "ScheduleAlreadyExists",
    "ScheduleDoesNotExist",
    "ScheduleSpec",
    "ScheduleSpecError",
    "ScheduleWorkflow",
    "Serving",
    "all",
    "call",
    "create",
    "get",
    "serve",
    "serving",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
