"""When an execution did what: a lane for each thing that it asked for, and a picture of them.

`timeline_of` reads a history; `to_svg` draws what it read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from swf import _lazy

if TYPE_CHECKING:
    from swf.models.timeline.lanes import timeline_of
    from swf.models.timeline.model import KINDS, Lane, Segment, Timeline
    from swf.models.timeline.style import timeline_css
    from swf.models.timeline.svg import to_svg

_HOMES: Final = {
    "KINDS": "model",
    "Lane": "model",
    "Segment": "model",
    "Timeline": "model",
    "timeline_css": "style",
    "timeline_of": "lanes",
    "to_svg": "svg",
}

__all__ = ["KINDS", "Lane", "Segment", "Timeline", "timeline_css", "timeline_of", "to_svg"]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
