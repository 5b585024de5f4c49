"""How an error travels: as the reason and the details of a failure, and as an error again."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from swf.constants import MAX_DETAILS_LENGTH, MAX_REASON_LENGTH
from swf.exceptions import PayloadEncodeError, PayloadError, PayloadStoreError, RemoteError
from swf.payload.kinds import Kind, kind_named, kind_of, wire_name
from swf.payload.payloads import Payloads
from swf.payload.reading import value_of
from swf.payload.writing import text_of
from swf.wire import escaped, shortened


@attrs.frozen
class _Cut:
    """How much of a failure is told: of each error, and of the causes behind it."""

    lines: int
    characters: int
    causes: int
    parts: bool = True
    """Whether arguments and attributes are told, which only the error's own type needs."""


_CUTS: Final = (
    _Cut(lines=200, characters=4_000, causes=10),
    _Cut(lines=40, characters=2_000, causes=5),
    _Cut(lines=20, characters=1_000, causes=3, parts=False),
    _Cut(lines=5, characters=200, causes=1, parts=False),
    _Cut(lines=0, characters=100, causes=0, parts=False),
)
"""From the whole to what fits everywhere."""

_NEVER_RAISED: Final = (StopIteration, StopAsyncIteration)
"""These would end a generator or a coroutine instead of being seen."""


def dump_failure(
    payloads: Payloads, error: BaseException, *, limit: int = MAX_DETAILS_LENGTH
) -> tuple[str, str]:
    """Return the reason and the details that tell a failure, whatever the error is.

    The reason is `ValueError: message`, the type alone where a codec hides text. The details are
    the sealed JSON of type, message, traceback, arguments, attributes and causes; of what has more
    than `limit` characters and cannot go to the store, ever less is told. Raises nothing.
    """
    reason = _reason(payloads, error)
    for cut in _CUTS:
        try:
            details = payloads.seal(_json(_told(error, cut)))
        except PayloadStoreError:
            payloads = attrs.evolve(payloads, store=None)  # and shorter then
        except Exception:  # noqa: BLE001, S112  (too long, or a codec or a store of the user's)
            continue
        else:
            if details is not None and len(details) <= limit:
                return reason, details
    return reason, ""


def load_failure(payloads: Payloads, reason: str | None, details: str | None) -> BaseException:
    """Return the error that a failure tells of, of its own type where that is known here.

    Known are Python's own, this package's, and registered ones; any other, and what another program
    wrote, is a RemoteError. Its causes are restored, its traceback is a note. Raises nothing.
    """
    try:
        plain = payloads.open(details)
    except Exception as error:  # noqa: BLE001  (a codec or a store of the user's)
        lost = _foreign(reason, None)
        lost.add_note(f"Its details cannot be read: {type(error).__name__}: {error}")
        lost.__cause__ = error
        return lost
    told = _json_object(plain)
    return _foreign(reason, plain) if told is None else _error(told, depth=0)


# An error into what is told of it


def _reason(payloads: Payloads, error: BaseException) -> str:
    name, message = _type_name(error).rpartition(".")[2], _message(error)
    if message and not any(codec.hides for codec in payloads.codecs):
        return shortened(f"{name}: {message}", MAX_REASON_LENGTH)
    return shortened(name, MAX_REASON_LENGTH)


def _type_name(error: BaseException) -> str:
    """Return what an error's type is called on the wire; a RemoteError is passed on as it came."""
    if type(error) is RemoteError and error.type:
        return error.type
    return wire_name(_kind_that_travels(error))


def _kind_that_travels(error: BaseException) -> type[BaseException]:
    """Return the type of an error; one that is of two at once says which of them that is.

    By `__swf_travels_as__`, and by `__swf_stays__` which of its attributes are the other's.
    """
    kind: type[BaseException] = getattr(type(error), "__swf_travels_as__", type(error))
    return kind


def _message(error: BaseException) -> str:
    """Return what an error says; one that cannot be printed says nothing."""
    try:
        message = str(error)
        if type(error) is RemoteError and error.type:
            message = message.removeprefix(f"{error.type}: ")
        return escaped(message)
    except Exception:  # noqa: BLE001  (an error in an error's message)
        return ""


def _told(error: BaseException, cut: _Cut, depth: int = 0) -> dict[str, Any]:
    name = _type_name(error)
    told: dict[str, Any] = {
        "error": name.rpartition(".")[2],
        "error_type": name,
        "message": shortened(_message(error), cut.characters),
        "traceback": _traceback(error, cut),
    }
    if cut.parts and type(error) is not RemoteError:
        told |= _parts(error)
    if getattr(error, "non_retryable", False) is True:
        told["non_retryable"] = True
    if error.__cause__ is not None and depth < cut.causes:
        told["cause"] = _told(error.__cause__, cut, depth + 1)
    return told


def _traceback(error: BaseException, cut: _Cut) -> list[str]:
    """Return the lines of a traceback, its end where it is too long: there is the error."""
    # A cause tells its own traceback; what merely came before is told nowhere else.
    texts = traceback.format_exception(error, chain=error.__cause__ is None)
    if type(error) is RemoteError and error.traceback:
        texts = [error.traceback]
    lines = escaped("".join(texts)).splitlines()
    return [shortened(line, cut.characters) for line in lines[max(len(lines) - cut.lines, 0) :]]


def _parts(error: BaseException) -> dict[str, Any]:
    """Return the arguments and attributes of an error as plain JSON, those that can travel."""
    kind = kind_of(_kind_that_travels(error))
    stays: Iterable[str] = getattr(type(error), "__swf_stays__", ())
    try:
        parts: dict[str, Any] = {"args": list(error.args)} if kind is None else kind.take(error)
    except Exception:  # noqa: BLE001  (an attribute may be any code)
        return {}
    parts.pop("cause", None)
    state = {
        name: json.loads(text)
        for name, value in parts.pop("state", {}).items()
        if name not in stays
        for text in _text_or_nothing(value)
    }
    told = {name: json.loads(text) for name in parts for text in _text_or_nothing(parts[name])}
    return told | ({"state": state} if state else {})


def _text_or_nothing(value: Any) -> Iterable[str]:
    try:
        return (text_of(value),)
    except PayloadEncodeError:
        return ()


def _json(told: Any) -> str:
    return json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


# What is told into an error


def _json_object(plain: str | None) -> dict[str, Any] | None:
    """Return what a failure's details tell; None where this package, or one like it, did not."""
    try:
        told = json.loads(plain or "")
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and _is_told(told) else None


def _is_told(told: Mapping[str, Any]) -> bool:
    return isinstance(told.get("error"), str) and isinstance(told.get("message", ""), str)


def _foreign(reason: str | None, plain: str | None) -> RemoteError:
    """Return the error for words of another program's."""
    return RemoteError(reason or plain or "", traceback=plain or "" if reason else "")


def _error(told: Mapping[str, Any], depth: int) -> BaseException:
    name = told.get("error_type")
    name = name if isinstance(name, str) else told["error"]
    text = _lines(told.get("traceback"))
    error = _known(name, told)
    if error is None:
        message = ": ".join(filter(None, (name, told.get("message"))))
        error = RemoteError(message, type=name, traceback=text)
    if text:
        error.add_note(f"Where it was raised:\n{text}")
    if told.get("non_retryable") is True:
        object.__setattr__(error, "non_retryable", True)
    cause = told.get("cause")
    if isinstance(cause, dict) and _is_told(cause) and depth < _CUTS[0].causes:
        error.__cause__ = _error(cause, depth + 1)
    return error


def _lines(told: Any) -> str:
    if isinstance(told, str):
        return told
    lines: Sequence[Any] = told if isinstance(told, list) else ()
    return "\n".join(str(line).rstrip("\n") for line in lines)


def _known(name: str, told: Mapping[str, Any]) -> BaseException | None:
    """Return an error of its own type; None where that is not known or cannot be made so."""
    kind: Kind | None = kind_named(name)
    if kind is None or not issubclass(kind.cls, Exception) or kind.cls in _NEVER_RAISED:
        return None
    parts = {
        "args": _value(told.get("args"), [told.get("message", "")]),
        "state": _value(told.get("state"), {}),
    }
    try:
        error: BaseException = kind.make(parts)
        str(error)  # which may need what could not travel
    except Exception:  # noqa: BLE001  (a class of the user's)
        return None
    return error


def _value(plain: Any, default: Any) -> Any:
    """Return the value of plain JSON; the default where there is none that is known here."""
    try:
        value = value_of(_json(plain))
    except PayloadError:
        return default
    return value if type(value) is type(default) else default
