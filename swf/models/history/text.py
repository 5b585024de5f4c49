"""Histories as JSON text, in the form of `aws swf get-workflow-execution-history`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import IO, Any, Final

from swf.exceptions import SWFError, ValidationError, ValidationTypeError
from swf.wire import Wire, json_value

Source = str | bytes | PathLike[str] | IO[str] | IO[bytes]
"""JSON text, a path to a file of it, or an open one."""

_BOM: Final = "\ufeff"


def raws_from_json(source: Source) -> list[Any]:
    """Return the raw events of a JSON text: those of `{"events": […]}`, or of a bare list.

    Times may be numbers or ISO 8601 texts (without offset: UTC), and become numbers. Raises
    ValidationError where the text is no such JSON, OSError where a file cannot be read.
    """
    try:
        text = _text(source)
        if isinstance(text, str):
            text = text.removeprefix(_BOM)  # as json does for bytes
        content = json_value(text)
    except SWFError:
        raise
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"history: not JSON: {error}") from error
    raws = content.get("events") if isinstance(content, dict) else content
    if not isinstance(raws, list):
        raise ValidationError("history: neither a list of events nor an object with 'events'")
    return [_with_number(raw, index) for index, raw in enumerate(raws)]


def raws_to_json(raws: Sequence[Wire], *, indent: int | None = None) -> str:
    """Return raw events as the JSON that the AWS CLI gives, times as numbers."""
    return json.dumps({"events": raws}, indent=indent, default=_plain)


def _text(source: Source) -> str | bytes:
    if isinstance(source, PathLike):
        return Path(source).read_bytes()
    if isinstance(source, bytes):
        return source
    if isinstance(source, str):
        # No path that anyone would write begins as JSON does.
        begins = source.removeprefix(_BOM).lstrip()[:1]
        return source if begins in ("", "{", "[") else Path(source).read_bytes()
    if hasattr(source, "read"):
        return source.read()
    raise ValidationTypeError(f"source must be JSON text, a path or a stream, got {source!r}")


def _with_number(raw: Any, index: int) -> Any:
    """Return a raw event with its time as seconds since the epoch."""
    time = raw.get("eventTimestamp") if isinstance(raw, dict) else None
    if not isinstance(time, str):
        return raw
    try:
        when = datetime.fromisoformat(time)
    except ValueError as error:
        raise ValidationError(
            f"events[{index}]: eventTimestamp must be seconds or ISO 8601, got {time!r}"
        ) from error
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return {**raw, "eventTimestamp": aware.timestamp()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return dict(value)
    raise ValidationTypeError(f"history: not JSON-able: {value!r}")
