"""How the values of a graph travel: contexts and results as plain JSON, as floto has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import JSONDecodeError
from typing import Any, Final

import attrs

from swf.constants import MAX_DATA_LENGTH
from swf.exceptions import PayloadDecodeError, PayloadEncodeError
from swf.graph.specs.plain import MAX_DEPTH, Spec
from swf.payload import Call, Compress, JsonConverter, Payloads

BESIDE: Final = "$call"
"""Where the context of an activity has what the framework tells its worker beside it."""


class GraphConverter(JsonConverter):
    """JSON in which what is called with one value is told by that value alone.

    So an activity's input is its context, and a workflow's its input, for whoever reads it. What
    the framework tells beside a context is in it, under a name of its own; whatever else a call may
    be travels as calls do anywhere.
    """

    def encode(self, value: Any) -> str:
        """Return the text of a value; tasks and specs in it are told by their JSON.

        Raises PayloadEncodeError naming the place that has none.
        """
        try:
            return super().encode(value)
        except PayloadEncodeError:
            return super().encode(_told(value, MAX_DEPTH))

    def decode(self, text: str) -> Any:
        """Return the value of a text; one that is no JSON is the text, as floto sends its own.

        Raises PayloadDecodeError for JSON that stands for no value.
        """
        try:
            return super().decode(text)
        except PayloadDecodeError as error:
            if isinstance(error.__cause__, JSONDecodeError):
                return text
            raise

    def encode_call(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], context: Mapping[str, Any] | None
    ) -> str:
        """Return the text of a call; raises PayloadEncodeError for what has no text."""
        if len(args) == 1 and not kwargs and not _is_call(args[0]):
            value = args[0]
            if not context:
                return self.encode(value)
            if type(value) is dict and BESIDE not in value:
                return self.encode({**value, BESIDE: dict(context)})
        return super().encode_call(args, kwargs, context)

    def decode_call(self, text: str) -> Call:
        """Return the call of a text; raises PayloadDecodeError where it stands for none."""
        told = self.decode(text)
        if not _is_call(told):
            return Call((told,))
        if BESIDE not in told:
            return Call(tuple(told["args"]), told["kwargs"], told.get("context", {}))
        context = told.pop(BESIDE)
        return Call((told,), {}, context)


def _told(value: Any, depth: int) -> Any:
    """Return a value with the JSON of the specs in it."""
    if isinstance(value, Spec):
        return value.to_dict()
    if type(value) is dict and depth:
        return {name: _told(one, depth - 1) for name, one in value.items()}
    if type(value) in (list, tuple) and depth:
        return type(value)(_told(one, depth - 1) for one in value)
    return value


def _is_call(value: Any) -> bool:
    """Tell whether a value by itself would be taken for a call of another."""
    if type(value) is not dict:
        return False
    if BESIDE in value:
        return type(value[BESIDE]) is dict
    return (
        type(value.get("args")) is list
        and type(value.get("kwargs")) is dict
        and value.keys() <= {"args", "kwargs", "context"}
        and type(value.get("context", {})) is dict
    )


PAYLOADS: Final = Payloads(GraphConverter(), codecs=(Compress(threshold=MAX_DATA_LENGTH),))
"""How graphs travel by default: what SWF would not take is compressed."""


def graph_payloads(payloads: Payloads | None) -> Payloads:
    """Return a graph's payloads: with the store and the codecs of those given, the default else."""
    return PAYLOADS if payloads is None else attrs.evolve(payloads, converter=GraphConverter())
