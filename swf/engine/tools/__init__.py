"""What keeps a database in order: checking it, copying it, taking histories out and in."""

from __future__ import annotations

from swf.engine.tools.backup import backup
from swf.engine.tools.check import Problem, Report, check
from swf.engine.tools.exchange import export_history, import_history

__all__ = ["Problem", "Report", "backup", "check", "export_history", "import_history"]
