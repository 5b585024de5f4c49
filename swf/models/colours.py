"""The colours of pictures, for light screens and for dark ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from swf.models.states import State


@attrs.frozen
class Palette:
    """Colours that are legible together; each state has one to fill with and one for its frame."""

    paper: str
    ink: str
    small: str
    line: str
    plain: tuple[str, str]
    states: Mapping[State, tuple[str, str]]


LIGHT: Final = Palette(
    paper="#ffffff",
    ink="#1f2328",
    small="#4a525c",
    line="#6b7581",
    plain=("#f6f8fa", "#57606a"),
    states={
        "waiting": ("#fafbfc", "#7d8794"),
        "scheduled": ("#eaf2fd", "#4c7bb8"),
        "running": ("#d3e5ff", "#0b57d0"),
        "completed": ("#e2f4e5", "#1a7f37"),
        "failed": ("#fde4e3", "#c4281f"),
        "timed_out": ("#fff0d1", "#9a6700"),
        "canceled": ("#ebedf0", "#57606a"),
    },
)

DARK: Final = Palette(
    paper="#0f141a",
    ink="#eef2f6",
    small="#b7c0ca",
    line="#8a95a1",
    plain=("#1c232c", "#8a95a1"),
    states={
        "waiting": ("#161c23", "#7a8591"),
        "scheduled": ("#182a44", "#6f9fdf"),
        "running": ("#123a78", "#7cb0ff"),
        "completed": ("#12331d", "#46b866"),
        "failed": ("#471a1b", "#ff7b72"),
        "timed_out": ("#3d2c08", "#d9a72f"),
        "canceled": ("#262c34", "#919ca8"),
    },
)
