"""Task tokens and page tokens: what they name, sealed with the database's own secret.

A token survives a restart of the engine, and nobody but the engine that gave it can make one.
"""

from __future__ import annotations

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from swf.engine.faults import invalid_token
from swf.engine.state import ACTIVITY_TASK, DECISION_TASK

_SEAL_BYTES: Final = 12
_KINDS: Final = {DECISION_TASK: b"d", ACTIVITY_TASK: b"a"}
_TASK: Final = struct.Struct(">cQI")


class TaskName(NamedTuple):
    """What a task token names: the number of the run, and the event that scheduled the task."""

    run: int
    scheduled_id: int


class Seal:
    """Makes and reads the tokens of one database."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def task_token(self, kind: str, task: TaskName) -> str:
        """Return the token of a task of this kind."""
        return self._closed(_TASK.pack(_KINDS[kind], *task))

    def read_task_token(self, kind: str, token: str) -> TaskName:
        """Return what a token of this kind names; raise Fault where it is none of ours."""
        packed = self._opened(token)
        if len(packed) != _TASK.size or packed[:1] != _KINDS[kind]:
            raise invalid_token()
        _, run, scheduled_id = _TASK.unpack(packed)
        return TaskName(run, scheduled_id)

    def page_token(self, scope: str, position: Any) -> str:
        """Return the token of the page after this position (JSON) of what `scope` names.

        The scope is the operation with all that decides what it lists.
        """
        # In UTF-8, since the longest names in escapes would make a token longer than is taken back.
        text = json.dumps([_digest(scope), position], ensure_ascii=False, separators=(",", ":"))
        return self._closed(b"p" + text.encode())

    def read_page_token(self, scope: str, token: str) -> Any:
        """Return the position of a page token; raise Fault where it is not of this scope."""
        packed = self._opened(token)
        if packed[:1] != b"p":
            raise invalid_token()
        told, position = json.loads(packed[1:])
        if told != _digest(scope):
            raise invalid_token()
        return position

    def _closed(self, packed: bytes) -> str:
        return urlsafe_b64encode(packed + self._sum(packed)).decode().rstrip("=")

    def _opened(self, token: str) -> bytes:
        try:
            packed = urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-_SEAL_BYTES]
        except ValueError:
            raise invalid_token() from None
        # The whole of it: decoding passes over what is not of the alphabet, and one task has one
        # token.
        if self._closed(packed) != token:
            raise invalid_token()
        return packed

    def _sum(self, packed: bytes) -> bytes:
        return blake2b(packed, key=self._secret, digest_size=_SEAL_BYTES).digest()


def _digest(scope: str) -> str:
    return blake2b(scope.encode(), digest_size=8).hexdigest()
