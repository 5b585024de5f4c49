"""A store in Redis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Any, ClassVar

import attrs

from swf.exceptions import PayloadStoreError
from swf.payload.stores.base import ContentStore


@attrs.frozen
class RedisStore(ContentStore):
    """Keeps payloads in the Redis at `url`, under keys that begin with `prefix`; extra `redis`.

    A sorted set beside them tells when each was put last. They last as long as Redis keeps what it
    was given: one that evicts keys, or keeps nothing on disk, loses payloads.
    """

    name: ClassVar[str] = "redis"

    url: str = attrs.field(repr=False)
    prefix: str = "swf-payloads:"

    def _write(self, key: str, data: bytes) -> None:
        with self._redis.pipeline(transaction=True) as both:
            both.set(self.prefix + key, data)
            both.zadd(self._ages, {key: self.clock.now().timestamp()})
            both.execute()

    def _read(self, key: str, most: int) -> bytes | None:
        with self._redis.pipeline(transaction=True) as both:
            both.exists(self.prefix + key)
            both.getrange(self.prefix + key, 0, most - 1)
            exists, data = both.execute()
        return data if exists else None

    def _keys(self) -> Iterator[str]:
        return iter(sorted(key.decode() for key in self._redis.zrange(self._ages, 0, -1)))

    def _delete(self, key: str) -> None:
        with self._redis.pipeline(transaction=True) as both:
            both.delete(self.prefix + key)
            both.zrem(self._ages, key)
            both.execute()

    def _delete_older(self, key: str, moment: datetime) -> bool:
        def delete(both: Any) -> bool:
            put = both.zscore(self._ages, key)
            both.multi()
            if put is None or put >= moment.timestamp():
                return False
            both.delete(self.prefix + key)
            both.zrem(self._ages, key)
            return True

        # Run again from the start where something was put meanwhile.
        deleted: bool = self._redis.transaction(delete, self._ages, value_from_callable=True)
        return deleted

    @property
    def _ages(self) -> str:
        return f"{self.prefix}put"

    @property
    def _redis(self) -> Any:
        return _client(self.url, os.getpid())


@lru_cache(maxsize=16)
def _client(url: str, _pid: int) -> Any:
    try:
        redis = import_module("redis")
    except ImportError as error:
        raise PayloadStoreError("RedisStore needs redis: pip install 'swf[redis]'") from error
    return redis.Redis.from_url(url)
