"""The shapes of nodes, one for each kind, and the marks of states, one for each state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from swf.drawing.layout import Box
from swf.models.states import State

_MARKS: Final[Mapping[State, str]] = {
    "scheduled": "M-3.2,0h.01M0,0h.01M3.2,0h.01",
    "running": "M-2,-3L3,0L-2,3z",
    "completed": "M-3.5,0L-1,2.8L3.5,-2.8",
    "failed": "M-2.8,-2.8L2.8,2.8M2.8,-2.8L-2.8,2.8",
    "timed_out": "M0,-4V0L2.6,2",
    "canceled": "M-3,3L3,-3",
}
"""Drawn around (0, 0) in a disc; what waits has no disc."""


def badge(state: State, box: Box) -> str:
    """Return the mark of a state at the upper right corner of a box."""
    mark = _MARKS.get(state)
    if mark is None:
        return ""
    x, y = box.x + box.width / 2 - 8, box.y - box.height / 2
    return (
        f'<g transform="translate({x:.1f} {y:.1f})">'
        f'<circle class="badge" r="7.5"/><path class="mark" d="{mark}"/></g>'
    )


def outline(kind: str, box: Box) -> str:
    """Return the shape of a kind of node."""
    return _SHAPES.get(kind, _plain)(box)


def _plain(box: Box) -> str:
    return _rectangle(box, 7)


def _step(box: Box) -> str:
    return _rectangle(box, 14)


def _pill(box: Box) -> str:
    return _rectangle(box, box.height / 2)


def _generator(box: Box) -> str:
    behind = box._replace(x=box.x + 5, y=box.y - 5)
    return _rectangle(behind, 7) + _rectangle(box, 7)


def _child(box: Box) -> str:
    left, right = box.x - box.width / 2 + 7, box.x + box.width / 2 - 7
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    bars = f"M{left:.1f},{top:.1f}V{bottom:.1f}M{right:.1f},{top:.1f}V{bottom:.1f}"
    return f'{_rectangle(box, 2)}<path class="box" d="{bars}"/>'


def _decision(box: Box) -> str:
    half, high, slant = box.width / 2, box.height / 2, 14
    return _path(box, (-half, 0), (slant - half, -high), (half - slant, -high), (half, 0),
                 (half - slant, high), (slant - half, high))  # fmt: skip


def _event(box: Box) -> str:
    half, high, slant = box.width / 2, box.height / 2, 12
    return _path(box, (-half, -high), (half, -high), (half, high), (-half, high), (slant - half, 0))


def _path(box: Box, *corners: tuple[float, float]) -> str:
    told = "L".join(f"{box.x + x:.1f},{box.y + y:.1f}" for x, y in corners)
    return f'<path class="box" d="M{told}z" stroke-linejoin="round"/>'


def _rectangle(box: Box, radius: float) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    return (
        f'<rect class="box" x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}"'
        f' height="{box.height:.1f}" rx="{radius:g}"/>'
    )


_SHAPES: Final[Mapping[str, Callable[[Box], str]]] = {
    "child": _child,
    "decision": _decision,
    "end": _pill,
    "event": _event,
    "generator": _generator,
    "start": _pill,
    "step": _step,
    "timer": _pill,
}
