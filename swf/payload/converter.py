"""Converters: values into plain text, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

from swf.exceptions import PayloadDecodeError
from swf.payload.reading import value_of
from swf.payload.writing import call_text, text_of


@attrs.frozen
class Call:
    """What a workflow or an activity was called with; `context` is what its caller told beside."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = attrs.field(factory=dict[str, Any])
    context: dict[str, Any] = attrs.field(factory=dict[str, Any])


class Converter(Protocol):
    """Turns values into plain text and back; equal values have equal texts.

    To be handed to other processes it has to be picklable. It raises PayloadEncodeError for what it
    cannot encode, PayloadDecodeError for what it cannot decode.
    """

    def encode(self, value: Any) -> str:
        """Return the text of a value."""
        ...

    def decode(self, text: str) -> Any:
        """Return the value that a text stands for."""
        ...

    def encode_call(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any] | None
    ) -> str:
        """Return the text of a call."""
        ...

    def decode_call(self, text: str) -> Call:
        """Return the call that a text stands for."""
        ...


@attrs.frozen
class JsonConverter:
    """JSON, with tags for what JSON has no word for; a value comes back equal, its type included.

    Text from elsewhere is read as plain JSON. As a call, a list is its positional arguments, an
    object of `args` and `kwargs` is what it says, anything else is one argument.
    """

    def encode(self, value: Any) -> str:
        """Return the text of a value; raises PayloadEncodeError naming the place that has none."""
        return text_of(value)

    def decode(self, text: str) -> Any:
        """Return the value of a text; raises PayloadDecodeError where it stands for none."""
        return value_of(text)

    def encode_call(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any] | None
    ) -> str:
        """Return `{"args": [...], "kwargs": {...}}`, with `context` beside them where it is given.

        Raises PayloadEncodeError naming the argument that has no text.
        """
        return call_text(args, kwargs, context)

    def decode_call(self, text: str) -> Call:
        """Return the call of a text; raises PayloadDecodeError where it stands for none."""
        told = value_of(text)
        if type(told) is list:
            return Call(tuple(told))
        if type(told) is not dict or not _is_call(told):
            return Call((told,))
        kwargs = told.get("kwargs", {})
        if not all(type(name) is str for name in kwargs):
            raise PayloadDecodeError("the names of `kwargs` must be text")
        return Call(tuple(told.get("args", ())), kwargs, told.get("context", {}))


_OF_A_CALL: Final[Mapping[str, type]] = {
    "args": list,
    "kwargs": dict,
    "context": dict,
    "meta": dict,  # what simpleflow tells beside, which nobody here needs
    "__extra": dict,
}


def _is_call(told: Mapping[Any, Any]) -> bool:
    """Tell whether an object is one of `args` and `kwargs`, and of nothing that belongs to none."""
    return ("args" in told or "kwargs" in told) and all(
        type(member) is _OF_A_CALL.get(name) for name, member in told.items()
    )
