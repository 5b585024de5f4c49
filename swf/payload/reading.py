"""Text into values: JSON, with tags for what JSON has no word for."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final
from uuid import UUID

from swf.exceptions import PayloadDecodeError, PayloadError, PayloadTypeError
from swf.payload.kinds import kind_named
from swf.payload.tags import TAG, TAG_TEXT


def value_of(text: str) -> Any:
    """Return the value that a text stands for.

    Raises PayloadDecodeError where it stands for none, PayloadTypeError where it holds a value of a
    class that is not registered.
    """
    decoder = _TAGGED if TAG_TEXT in text else _PLAIN
    try:
        try:
            value, end = decoder.raw_decode(text)
        except JSONDecodeError:
            return decoder.decode(text)  # with white space before it, or not JSON
        return value if end == len(text) else decoder.decode(text)
    except PayloadError:
        raise
    except RecursionError as error:
        raise PayloadDecodeError("the text is nested too deeply to be read") from error
    except ValueError as error:
        raise PayloadDecodeError(
            f"{_shortened(text)!r} is not JSON: {error}; a text is given as JSON in quotes, or to "
            f"what takes bare text: raw=True"
        ) from error


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHOWN: Final = 80


def _revived(found: dict[str, Any]) -> Any:
    """Return the value that a tag stands for; an object without one as it is."""
    if TAG not in found:
        return found
    told = found[TAG]
    if len(found) != 1 or type(told) is not list or len(told) < 2:
        raise PayloadDecodeError(f"an object with the key {TAG!r} is a tag, and this one is none")
    kind, *data = told
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise PayloadDecodeError(
            f"a tag of the kind {kind!r} is not known; a later version may have written it"
        )
    try:
        return reader(*data)
    except PayloadError:
        raise
    except Exception as error:
        raise PayloadDecodeError(f"a tag of the kind {kind!r} cannot be read: {error}") from error


def _object(name: str, parts: Any) -> Any:
    kind = kind_named(name)
    if kind is None:
        raise PayloadTypeError(
            f"a value of the type {name!r} came, and none is registered under that name in this "
            f"process: import what defines it, decorated with @register or named in the signature "
            f"of an activity or workflow"
        )
    try:
        return kind.make(parts)
    except Exception as error:
        raise PayloadDecodeError(
            f"a value of the type {name!r} cannot be made of what came: "
            f"{type(error).__name__}: {error}"
        ) from error


def _opened(*_: Any) -> Any:
    raise PayloadDecodeError("the text is sealed; Payloads.open() gives the text that is in it")


def _bytes(spelled: str) -> bytes:
    return b64decode(spelled, validate=True)


def _str(spelled: str) -> str:
    return _bytes(spelled).decode(errors="surrogatepass")


def _int(spelled: str) -> int:
    return int(spelled, 16)


def _timedelta(parts: list[int]) -> timedelta:
    days, seconds, microseconds = parts
    return timedelta(days, seconds, microseconds)


_READERS: Final[dict[str, Callable[..., Any]]] = {
    "str": _str,
    "int": _int,
    "float": float,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "bytes": _bytes,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": _timedelta,
    "decimal": Decimal,
    "uuid": UUID,
    "object": _object,
    "sealed": _opened,
    "stored": _opened,
}

_PLAIN: Final = JSONDecoder()
_TAGGED: Final = JSONDecoder(object_hook=_revived)
