"""How the values of a workflow or an activity travel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from swf.constants import MAX_DATA_LENGTH
from swf.exceptions import PayloadEncodeError, ValidationError
from swf.payload.codec import Codec
from swf.payload.converter import Call, Converter, JsonConverter
from swf.payload.envelope import PREFIXES, Seal
from swf.payload.stores.base import Store


def _as_tuple(codecs: Iterable[Codec]) -> tuple[Codec, ...]:
    return tuple(codecs)


def _check_codecs(_: Payloads, __: attrs.Attribute[Any], codecs: Sequence[Codec]) -> None:
    names = [codec.name for codec in codecs]
    if len(set(names)) < len(names):
        raise ValidationError(f"Payloads: codecs: two have the same name, of {names!r}")


def _check_limit(_: Payloads, __: attrs.Attribute[Any], limit: int) -> None:
    if not 0 < limit <= MAX_DATA_LENGTH:
        raise ValidationError(
            f"Payloads: limit: must be 1 to {MAX_DATA_LENGTH} characters, got {limit!r}"
        )


@attrs.frozen
class Payloads:
    """How the values of a workflow or an activity travel as text; picklable, safe in any thread.

    `converter` turns a value into plain text, `codecs` seal that in their order, and `store` takes
    what is then longer than `limit` characters. With `raw` there are no values but bare text: what
    is sent is a str or None, and a call has one str or nothing.
    """

    converter: Converter = attrs.field(factory=JsonConverter)
    codecs: tuple[Codec, ...] = attrs.field(
        default=(), converter=_as_tuple, validator=_check_codecs
    )
    store: Store | None = None
    limit: int = attrs.field(default=MAX_DATA_LENGTH, validator=_check_limit)
    raw: bool = False

    def plain(self, value: Any) -> str | None:
        """Return the plain text of a value: the same for equal values, in every process.

        None is for None where the text is raw. Raises PayloadEncodeError for a value that has no
        text; the message names the place within it.
        """
        if self.raw:
            return _bare("value", value)
        return self.converter.encode(value)

    def plain_call(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], extra: Mapping[str, Any] | None = None
    ) -> str | None:
        """Return the plain text of a call; `extra` is told beside it, as its context.

        None is for no argument where the text is raw; `extra` is then left out. Raises
        PayloadEncodeError for an argument that has no text, and names it.
        """
        if not self.raw:
            return self.converter.encode_call(args, kwargs, extra)
        if kwargs or len(args) > 1:
            raise PayloadEncodeError(
                f"what takes bare text (raw=True) takes one positional argument, got "
                f"{len(args)} and {sorted(kwargs)!r}"
            )
        return _bare("args[0]", args[0]) if args else None

    def seal(self, plain: str | None) -> str | None:
        """Return what is sent instead of a plain text; None for None.

        Raises PayloadTooLargeError where that is longer than `limit` and there is no store, and
        PayloadStoreError where the store does not take it.
        """
        if plain is None:
            return None
        if not self.codecs and len(plain) <= self.limit and not plain.startswith(PREFIXES):
            return plain
        return self._seal.close(plain)

    def open(self, text: str | None) -> str | None:
        """Return the plain text of what was sent; None for None.

        Raises PayloadTamperedError where it is not what was sealed, PayloadKeyError for an unknown
        key, PayloadMissingError or PayloadStoreError where the store does not give it,
        PayloadDecodeError for a codec that is not here.
        """
        if text is None:
            return None
        if text.startswith(PREFIXES):
            return self._seal.open(text)
        for codec in self.codecs:
            read = codec.read(text)
            if read is not None:
                return read
        return text

    def same(self, plain: str | None, text: str | None) -> bool:
        """Tell whether what was sent is of this plain text; nothing is fetched from a store.

        Raises PayloadKeyError where it was encrypted with a key that is not here any more.
        """
        if plain is None or text is None:
            return plain is text
        if not text.startswith(PREFIXES):
            return plain == text
        return self._seal.same(plain, text)

    def parse(self, plain: str | None) -> Any:
        """Return the value of a plain text; None for None, and the text itself where it is raw.

        Raises PayloadDecodeError for a text that stands for no value, PayloadTypeError for a value
        of a class that is not registered here.
        """
        return plain if plain is None or self.raw else self.converter.decode(plain)

    def parse_call(self, plain: str | None) -> Call:
        """Return the call of a plain text; None is a call without arguments.

        Raises as `parse`.
        """
        if plain is None:
            return Call()
        return Call((plain,)) if self.raw else self.converter.decode_call(plain)

    def dump(self, value: Any) -> str | None:
        """Return what is sent for a value; raises as `plain` and `seal`."""
        return self.seal(self.plain(value))

    def load(self, text: str | None) -> Any:
        """Return the value of what was sent; raises as `open` and `parse`."""
        if text is not None and not text.startswith(PREFIXES) and not self.codecs:
            return text if self.raw else self.converter.decode(text)  # as it is most often
        return self.parse(self.open(text))

    @property
    def _seal(self) -> Seal:
        return Seal(self.codecs, self.store, self.limit)


def _bare(place: str, value: Any) -> str | None:
    if value is not None and type(value) is not str:
        raise PayloadEncodeError(
            f"{place}: bare text (raw=True) is a str or None, got a "
            f"{type(value).__module__}.{type(value).__qualname__}"
        )
    return value
