"""As much of a Redis as the store of payloads asks for, over its own protocol."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import attrs


@attrs.define
class Kept:
    """What the server holds; `changes` counts, so that a watcher sees one."""

    values: dict[bytes, bytes] = attrs.field(factory=dict)
    sets: dict[bytes, dict[bytes, float]] = attrs.field(factory=dict)
    changes: int = 0
    before_exec: list[Callable[[], object]] = attrs.field(factory=list)
    """What another client does at the worst moment: once, before a transaction is run."""
    lock: Any = attrs.field(factory=threading.RLock)

    def run(self, name: str, args: list[bytes]) -> bytes:
        command = getattr(self, f"do_{name.lower()}", None)
        if command is None:
            return f"-ERR unknown command '{name}'\r\n".encode()
        reply: bytes = command(*args)
        return reply

    def do_set(self, key: bytes, value: bytes) -> bytes:
        self.changes += 1
        self.values[key] = value
        return b"+OK\r\n"

    def do_exists(self, key: bytes) -> bytes:
        return number(int(key in self.values))

    def do_getrange(self, key: bytes, start: bytes, end: bytes) -> bytes:
        return bulk(self.values.get(key, b"")[int(start) : int(end) + 1])

    def do_del(self, key: bytes) -> bytes:
        self.changes += 1
        return number(int(self.values.pop(key, None) is not None))

    def do_zadd(self, key: bytes, score: bytes, member: bytes) -> bytes:
        self.changes += 1
        self.sets.setdefault(key, {})[member] = float(score)
        return number(1)

    def do_zrem(self, key: bytes, member: bytes) -> bytes:
        self.changes += 1
        return number(int(self.sets.get(key, {}).pop(member, None) is not None))

    def do_zscore(self, key: bytes, member: bytes) -> bytes:
        score = self.sets.get(key, {}).get(member)
        return b"$-1\r\n" if score is None else bulk(repr(score).encode())

    def do_zrange(self, key: bytes, *_: bytes) -> bytes:
        members = self.sets.get(key, {})
        return several([bulk(one) for one in sorted(members, key=lambda one: members[one])])


def bulk(data: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(data), data)


def number(value: int) -> bytes:
    return b":%d\r\n" % value


def several(replies: list[bytes]) -> bytes:
    return b"*%d\r\n%s" % (len(replies), b"".join(replies))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    kept: Kept


class _Client(socketserver.StreamRequestHandler):
    watched: int | None = None
    queued: list[tuple[str, list[bytes]]] | None = None

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = [self._word() for _ in range(int(line[1:]))]
            self.wfile.write(self._answer(words[0].decode().upper(), words[1:]))

    def _word(self) -> bytes:
        length = int(self.rfile.readline()[1:])
        return self.rfile.read(length + 2)[:length]

    def _answer(self, name: str, args: list[bytes]) -> bytes:
        kept = cast("_Server", self.server).kept
        with kept.lock:
            if name == "WATCH":
                self.watched = kept.changes
            elif name == "UNWATCH":
                self.watched = None
            elif name == "MULTI":
                self.queued = []
            elif name == "EXEC":
                return self._execute(kept)
            elif self.queued is not None:
                self.queued.append((name, args))
                return b"+QUEUED\r\n"
            else:
                return kept.run(name, args)
        return b"+OK\r\n"

    def _execute(self, kept: Kept) -> bytes:
        while kept.before_exec:
            kept.before_exec.pop()()
        watched, queued = self.watched, self.queued or []
        self.watched = self.queued = None
        if watched is not None and watched != kept.changes:
            return b"*-1\r\n"
        return several([kept.run(name, args) for name, args in queued])


@contextmanager
def redis_server() -> Iterator[tuple[str, Kept]]:
    """Serve until the end of the block; yields the URL and what is held."""
    with _Server(("127.0.0.1", 0), _Client) as server:
        server.kept = Kept()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.server_address[1]}/0", server.kept
        finally:
            server.shutdown()
            thread.join(10)
