"""How the values of workflows and activities travel as text.

A converter turns a value into plain text, codecs seal that, and a store takes what is longer than
a text may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from swf import _lazy

if TYPE_CHECKING:
    from swf.payload.codec import Codec, Compress
    from swf.payload.converter import Call, Converter, JsonConverter
    from swf.payload.encrypt import Encrypt, KeyRing
    from swf.payload.failure import dump_failure, load_failure
    from swf.payload.kinds import register, register_annotations
    from swf.payload.payloads import Payloads
    from swf.payload.simpleflow import SimpleflowJumboReader
    from swf.payload.stores.base import ContentStore, Store
    from swf.payload.stores.file import FileStore
    from swf.payload.stores.fsspec import FsspecStore
    from swf.payload.stores.memory import MemoryStore
    from swf.payload.stores.redis import RedisStore
    from swf.payload.stores.s3 import S3Store

_HOMES = {
    "Call": "converter",
    "Codec": "codec",
    "Compress": "codec",
    "ContentStore": "stores.base",
    "Converter": "converter",
    "Encrypt": "encrypt",
    "FileStore": "stores.file",
    "FsspecStore": "stores.fsspec",
    "JsonConverter": "converter",
    "KeyRing": "encrypt",
    "MemoryStore": "stores.memory",
    "Payloads": "payloads",
    "RedisStore": "stores.redis",
    "S3Store": "stores.s3",
    "SimpleflowJumboReader": "simpleflow",
    "Store": "stores.base",
    "dump_failure": "failure",
    "load_failure": "failure",
    "register": "kinds",
    "register_annotations": "kinds",
}

__all__ = [
    "Call",
    "Codec",
    "Compress",
    "ContentStore",
    "Converter",
    "Encrypt",
    "FileStore",
    "FsspecStore",
    "JsonConverter",
    "KeyRing",
    "MemoryStore",
    "Payloads",
    "RedisStore",
    "S3Store",
    "SimpleflowJumboReader",
    "Store",
    "dump_failure",
    "load_failure",
    "register",
    "register_annotations",
]


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
