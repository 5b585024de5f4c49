"""Pictures of what a definition says, with the state of an execution laid over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from swf import _lazy

if TYPE_CHECKING:
    from swf.drawing.elements import KINDS, Edge, Node
    from swf.drawing.picture import Picture
    from swf.drawing.states import Execution, history_of, states_of
    from swf.drawing.svg import picture_css
    from swf.models.states import STATES, State

_HOMES: Final = {
    "Edge": "elements",
    "Execution": "states",
    "KINDS": "elements",
    "Node": "elements",
    "Picture": "picture",
    "STATES": "picture",
    "State": "picture",
    "history_of": "states",
    "picture_css": "svg",
    "states_of": "states",
}

__all__ = [
    "KINDS",
    "STATES",
    "Edge",
    "Execution",
    "Node",
    "Picture",
    "State",
    "history_of",
    "picture_css",
    "states_of",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
