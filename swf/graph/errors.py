"""What is wrong with a graph, told before anything of it begins.

ValidationError
└── GraphError (ValueError)             a graph, or the spec of one, has a flaw
└── GraphTypeError (TypeError)      a part of it is of the wrong type
"""

from __future__ import annotations

from swf.exceptions import ValidationError, ValidationTypeError


class GraphError(ValidationError):
    """A graph of tasks, or a spec of one, breaks a rule; the message names place, rule and way out.

    Nothing of the graph was begun.
    """


class GraphTypeError(GraphError, ValidationTypeError):
    """A part of a graph, or of a spec of one, is of the wrong type."""
