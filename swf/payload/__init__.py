"""How the values of workflows and activities travel as text.

A converter turns a value into plain text, codecs seal that, and a store takes what is longer than
a text may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.payload.converter import Call, Converter, JsonConverter
    from swf.payload.failure import dump_failure, load_failure
    from swf.payload.kinds import register, register_annotations
    from swf.payload.payloads import Payloads

_HOMES = {
    "Call": "converter",
    "Converter": "converter",
    "JsonConverter": "converter",
    "Payloads": "payloads",
    "dump_failure": "failure",
    "load_failure": "failure",
    "register": "kinds",
    "register_annotations": "kinds",
}

__all__ = [
    "Call",
    "Converter",
    "JsonConverter",
    "Payloads",
    "dump_failure",
    "load_failure",
    "register",
    "register_annotations",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
