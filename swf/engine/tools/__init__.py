"""What keeps a database in order: checking it, copying it, taking histories out and in."""

from __future__ import annotations

from swf.engine.tools.backup import backup
from swf.engine.tools.check import Problem, Report, check
from swf.engine.tools.exchange import export_history, import_history
from swf.engine.tools.vacuum import Vacuumed, vacuum

__all__ = [
    "Problem",
    "Report",
    "Vacuumed",
    "backup",
    "check",
    "export_history",
    "import_history",
    "vacuum",
]
