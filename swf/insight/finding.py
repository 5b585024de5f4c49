"""What an examination finds."""

from __future__ import annotations

import attrs


@attrs.frozen
class Finding:
    """One thing that was looked at: `state` is ok, warning or problem; `type` is what helps."""

    about: str
    state: str
    told: str
    type: str = ""


def sound(about: str, told: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(about, "ok", told)


def warning(about: str, told: str, type: str = "") -> Finding:
    """Return that something may be wrong, and what helps."""
    return Finding(about, "warning", told, type)


def problem(about: str, told: str, type: str = "") -> Finding:
    """Return that something is wrong, and what helps."""
    return Finding(about, "problem", told, type)
