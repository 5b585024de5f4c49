"""Metrics as text: version 0.0.4 of the format that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isinf, isnan
from typing import Final, Literal

import attrs

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""What the text is, as a Content-Type."""

Kind = Literal["counter", "gauge", "histogram"]


@attrs.frozen
class Sample:
    """One number: `suffix` comes after the family's name, `labels` are (name, value) in order."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    suffix: str = ""


@attrs.frozen
class Family:
    """All samples of one metric, with what it is in words."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...] = ()


def text_of(families: Iterable[Family]) -> str:
    """Return families as text, in their order; what UTF-8 cannot say is escaped."""
    lines = [line for family in families for line in _lines(family)]
    text = "".join(f"{line}\n" for line in lines)
    return text.encode(errors="backslashreplace").decode()


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{name}="{_quoted(value)}"' for name, value in sample.labels)
        braced = f"{{{labels}}}" if labels else ""
        yield f"{family.name}{sample.suffix}{braced} {number_text(sample.value)}"


def number_text(value: float) -> str:
    """Return a number as the format spells it."""
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")
