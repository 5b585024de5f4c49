"""The colours of the pages: those of the pictures, as a style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from swf.drawing.svg import picture_css
from swf.models.colours import DARK, LIGHT, Palette
from swf.models.states import State
from swf.models.timeline.style import NAME, timeline_css


def stylesheet() -> str:
    """Return the style sheet that names each colour, for light screens and for dark ones.

    Of a state `x` it is `--x` to fill with and `--x-line` for frames and text. What a reader chose
    (`data-theme` of the root element) goes before what the screen is.
    """
    return (
        f":root {{ color-scheme: light dark; {_variables(LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}\n"
        f':root[data-theme="light"] {{ color-scheme: light; {_variables(LIGHT)} }}\n'
        f':root[data-theme="dark"] {{ color-scheme: dark; {_variables(DARK)} }}\n'
        f"{_states()}\n"
    )


def _variables(palette: Palette) -> str:
    return " ".join(f"--{name}: {value};" for name, value in _named(palette))


def _named(palette: Palette) -> Iterator[tuple[str, str]]:
    yield from (("paper", palette.paper), ("ink", palette.ink))
    yield from (("small", palette.small), ("line", palette.line))
    yield from (("plain", palette.plain[0]), ("plain-line", palette.plain[1]))
    for state, (fill, line) in palette.states.items():
        yield _css(state), fill
        yield f"{_css(state)}-line", line


def of_timelines() -> str:
    """Return the style sheet of timelines, whose colours are those of the page that they are in."""
    told = {"paper": "paper", "ink": "ink", "small": "small", "line": "line", "fold": "plain"}
    for state in LIGHT.states:
        name = _css(state)
        told |= {f"{name}-fill": name, f"{name}-frame": f"{name}-line"}
    colours = " ".join(f"--swf-{name}: var(--{colour});" for name, colour in told.items())
    return f"{timeline_css()}\n.{NAME} {{ {colours} }}\n"


def of_pictures() -> str:
    """Return the style sheet of pictures, whose colours are those of the page that they are in."""
    told = {name: f"var(--{name})" for name in ("paper", "ink", "small", "line")}
    states: dict[State, tuple[str, str]] = {state: _pair(_css(state)) for state in LIGHT.states}
    return picture_css(Palette(**told, plain=_pair("plain"), states=states), None)


def _pair(name: str) -> tuple[str, str]:
    return f"var(--{name})", f"var(--{name}-line)"


def _states() -> str:
    """Return rules by which an element with a state's name as its class has its colours."""
    return "\n".join(
        f".{state} {{ --fill: var(--{_css(state)}); --edge: var(--{_css(state)}-line); }}"
        for state in LIGHT.states
    )


def _css(state: str) -> str:
    return state.replace("_", "-")


STYLESHEET: Final = stylesheet()
