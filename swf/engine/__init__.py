"""The embedded SWF: Amazon SWF in this process, on one SQLite file or in memory."""

from __future__ import annotations

from swf.engine.call import Call
from swf.engine.engine import Engine
from swf.engine.functions import FunctionContext, Functions
from swf.engine.opened import adopt, close_all, opened
from swf.engine.options import Options, Place
from swf.engine.page import encode
from swf.engine.store.backlog import Load, TaskListLoad
from swf.engine.turn import Limits

__all__ = [
    "Call",
    "Engine",
    "FunctionContext",
    "Functions",
    "Limits",
    "Load",
    "Options",
    "Place",
    "TaskListLoad",
    "adopt",
    "close_all",
    "encode",
    "opened",
]
