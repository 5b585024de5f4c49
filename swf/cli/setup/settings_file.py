"""Writing a setting into the settings file, which keeps all else that is in it."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from swf import settings
from swf.exceptions import SettingsError

SECTIONS: Final[Mapping[str, str]] = {
    key: "credentials" if key in settings.CREDENTIALS else "defaults" for key in settings.KEYS
}
"""Where each key stands."""

_COMMENTS: Final = ("#", ";")


def path() -> Path:
    """Return where the settings file is, or would be."""
    return Path.home() / ".swf"


def changed(text: str, values: Mapping[str, str | None]) -> str:
    """Return the text of a settings file in which these values stand; None takes a key away.

    Every other line is as it was.
    """
    lines = text.removesuffix("\n").split("\n") if text else []  # as the parser does
    for key, value in values.items():
        lines = _without(lines, key) if value is None else _with(lines, key, value)
    return "".join(f"{line}\n" for line in lines)


def _with(lines: list[str], key: str, value: str) -> list[str]:
    told, number = f"{key} = {value}", _line_of(lines, key)
    if number is not None:
        return [*lines[:number], told, *lines[number + 1 :]]
    header = f"[{SECTIONS[key]}]"
    begin = next((n for n, line in enumerate(lines) if line.startswith(header)), None)
    if begin is None:
        return [*lines, *([""] if lines else []), header, told]
    end = begin + 1
    for n in range(begin + 1, len(lines)):
        if lines[n].startswith("["):
            break
        end = n + 1 if lines[n].strip() else end
    return [*lines[:end], told, *lines[end:]]


def _without(lines: list[str], key: str) -> list[str]:
    number = _line_of(lines, key)
    return lines if number is None else [*lines[:number], *lines[number + 1 :]]


def _line_of(lines: list[str], key: str) -> int | None:
    """Return which line tells a key, in whatever case and with whatever sign."""
    for number, line in enumerate(lines):
        name = line.replace(":", "=", 1) if ":" in line.partition("=")[0] else line
        name, sign, _ = name.partition("=")
        if sign and not line.startswith(_COMMENTS) and name.strip().lower() == key:
            return number
    return None


def write(values: Mapping[str, str | None]) -> Path:
    """Have these values in the settings file, which its owner alone may read; return its path.

    It is replaced as a whole, or not at all. Raises SettingsError for a file that cannot be
    understood or written, and for a value that cannot stand there.
    """
    for key, value in values.items():
        if value is not None and (value != value.strip() or not value.isprintable()):
            raise SettingsError(f"{key}: has to be one line, without spaces around it")
    place = path().resolve()
    try:
        before = place.read_text(encoding="utf-8-sig") if place.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{place}: cannot be read: {error}") from error
    settings.from_stream(io.StringIO(before))
    after = changed(before, values)
    settings.from_stream(io.StringIO(after))
    try:
        _replace(place, after)
    except OSError as error:
        raise SettingsError(f"{place}: cannot be written: {error.strerror}") from error
    return place


def _replace(place: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".swf-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(place)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
