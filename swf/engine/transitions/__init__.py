"""How an execution moves: eight entities, each with what it records and how its events are folded.

Each module holds, for its entity, the decisions a decider may answer with, the commands of clients
and workers, what its time-outs do, and the fold of each of its event types. All are functions of a
`Turn`, or of an execution and an event; none does any I/O.
"""

from swf.engine.transitions.clocks import time_out
from swf.engine.transitions.decisions import CONTINUE_AS_NEW, DECISIONS
from swf.engine.transitions.rebuilding import fold, rebuilt

__all__ = ["CONTINUE_AS_NEW", "DECISIONS", "fold", "rebuilt", "time_out"]
