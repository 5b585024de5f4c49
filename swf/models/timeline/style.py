"""How a timeline looks: every rule by class, every colour a custom property, light and dark."""

from __future__ import annotations

from typing import Final

from swf.models.colours import DARK, LIGHT, Palette

NAME: Final = "swf-timeline"
"""The class of every timeline, to which every rule keeps."""

LABEL: Final = 12
SMALL: Final = 11
"""Pixels of the texts."""


def timeline_css() -> str:
    """Return the style of timelines, for a page that does not take it from within the SVG.

    Each colour is a custom property of `.swf-timeline`, which such a page may set otherwise.
    """
    rules = "".join(f".{NAME} {which}{{{what}}}" for which, what in _RULES.items())
    dark = f"@media (prefers-color-scheme:dark){{.{NAME}{{{_colours(DARK)}}}}}"
    fitting = "max-width:100%;height:auto"  # of a page that is narrower
    return f".{NAME}{{{fitting};{_colours(LIGHT)}}}{dark}{rules}"


def _colours(palette: Palette) -> str:
    told = {
        "paper": palette.paper,
        "ink": palette.ink,
        "small": palette.small,
        "line": palette.line,
        "fold": palette.plain[0],
    }
    for state, (fill, frame) in palette.states.items():
        told |= {f"{state}-fill": fill, f"{state}-frame": frame}
    return ";".join(f"--swf-{name.replace('_', '-')}:{colour}" for name, colour in told.items())


def _of_state(state: str) -> dict[str, str]:
    name = state.replace("_", "-")
    return {
        f".{state} .box": f"fill:var(--swf-{name}-fill);stroke:var(--swf-{name}-frame)",
        f".{state} .wait": f"stroke:var(--swf-{name}-frame)",
        f".{state} .dot": f"fill:var(--swf-{name}-frame)",
        f".{state} .ring": f"stroke:var(--swf-{name}-frame)",
    }


_RULES: Final = {
    "text": (
        f"fill:var(--swf-ink);font:400 {LABEL}px system-ui,-apple-system,'Segoe UI',Roboto,"
        "'DejaVu Sans',sans-serif"
    ),
    ".paper": "fill:var(--swf-paper)",
    ".label": "font-weight:600",
    ".quiet,.swf-timeline .tick,.swf-timeline .said": (
        f"fill:var(--swf-small);font-size:{SMALL}px;font-weight:400"
    ),
    ".tick": (
        "font-variant-numeric:tabular-nums;paint-order:stroke;stroke:var(--swf-paper);"
        "stroke-width:3px"
    ),
    ".middle": "text-anchor:middle",
    ".end": "text-anchor:end",
    ".grid": "stroke:var(--swf-line);stroke-opacity:.22",
    ".row": "stroke:var(--swf-line);stroke-opacity:.16",
    ".axis": "stroke:var(--swf-line);stroke-opacity:.6",
    ".fold": "fill:var(--swf-fold);stroke:var(--swf-line);stroke-opacity:.5;stroke-dasharray:2 3",
    ".icon": (
        "fill:none;stroke:var(--swf-small);stroke-width:1.3;stroke-linecap:round;"
        "stroke-linejoin:round"
    ),
    ".box": "stroke-width:1.3",
    ".running .box": "stroke-width:1.8;stroke-dasharray:5 2",
    ".canceled .box": "stroke-dasharray:2 2",
    ".wait": "fill:none;stroke:var(--swf-small);stroke-width:1.5",
    ".retry": "stroke-dasharray:1.5 3;stroke-linecap:round",
    ".ring": "fill:var(--swf-paper);stroke-width:1.5",
    ".dot": "stroke:var(--swf-paper);stroke-width:1.2",
    ".mark": (
        "fill:none;stroke:var(--swf-paper);stroke-width:1.6;stroke-linecap:round;"
        "stroke-linejoin:round"
    ),
    ".hit": "fill:transparent;stroke:none",
    **{rule: what for state in LIGHT.states for rule, what in _of_state(state).items()},
    "a.bar": "cursor:pointer",
    ".bar:hover .box,.swf-timeline .bar:hover .ring": "stroke-width:2.4",
    ".bar:focus": "outline:none",
    ".bar:focus-visible .hit": "stroke:var(--swf-ink);stroke-width:2",
}
